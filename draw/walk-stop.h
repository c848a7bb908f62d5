/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/walk-words.h"
#include "draw/picture.h"
#include "draw/theme.h"

/*
 * One stop of a walk, as it is shown: what is said of one value, the pictures of what comes in and
 * goes out, equations, and how that value comes about. The window shows the parts; all of it is a
 * picture, too, for a file.
 */
typedef struct {
    FaltungStop stop;
    char *title;            /* "conv1, forward" */
    char *remark;           /* what happens here, in a sentence with numbers; "" */
    GPtrArray *equations;   /* (element-type utf8), TeX */
    FaltungWalkPlace place; /* the value that is spoken of */
    GPtrArray *arithmetic;  /* (element-type utf8): how it comes about, TeX */
    GPtrArray *tensors;     /* (element-type FaltungWalkTensor) */
    GPtrArray *pictures;    /* (element-type FaltungPicture), of the same */
} FaltungWalkStop;

#define FALTUNG_WALK_STOP_WIDTH 120 /* of a picture, in units */
#define FALTUNG_WALK_STOP_HEIGHT 84

/**
 * faltung_walk_stop_new:
 * @walk: outlives the stop
 * @chosen: (nullable): the value to speak of, where it is there; else that which says most
 * @scale: pixels a unit
 */
FaltungWalkStop *faltung_walk_stop_new(const FaltungWalk *walk, FaltungStop where,
                                       const FaltungWalkPlace *chosen, gboolean dark, int scale);
void faltung_walk_stop_free(FaltungWalkStop *stop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWalkStop, faltung_walk_stop_free)

/** faltung_walk_stop_title: Returns: (transfer full): over a tensor's picture: `weight, 6 x 5`. */
char *faltung_walk_stop_title(const FaltungWalkStop *stop, int tensor);
/** faltung_walk_stop_numbers: Returns: (transfer full): below it: its first values. */
char *faltung_walk_stop_numbers(const FaltungWalkStop *stop, int tensor);
/** faltung_walk_stop_rect: Returns: where a tensor's picture is within @room. */
FaltungRect faltung_walk_stop_rect(const FaltungWalkStop *stop, int tensor, FaltungRect room);
/** faltung_walk_stop_mark: a frame around the value that is spoken of, where it is in the picture
 * of
 *  @tensor, which is within @room. */
void faltung_walk_stop_mark(cairo_t *cr, const FaltungTheme *theme, const FaltungWalkStop *stop,
                            int tensor, FaltungRect room);

/** faltung_walk_stop_size: how much room the whole stop takes. */
void faltung_walk_stop_size(const FaltungTheme *theme, const FaltungWalkStop *stop, double *width,
                            double *height);
/** faltung_walk_stop_draw: the whole stop, from (0, 0) on. */
void faltung_walk_stop_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungWalkStop *stop);
