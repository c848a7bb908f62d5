/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"
#include "core/train/dataset.h"

/*
 * Augmentation: training samples that are a little different in every epoch. What happens to a
 * sample depends on (seed, epoch, index) alone, so that neither threads, nor the samples' order,
 * nor an interruption change it.
 */

typedef enum {
    FALTUNG_FLIP_NONE,
    FALTUNG_FLIP_HORIZONTAL, /* left and right change places in half of the samples */
    FALTUNG_FLIP_VERTICAL,
    FALTUNG_FLIP_BOTH, /* each of the two by itself */
} FaltungFlip;

typedef struct {
    int padding; /* pixels of margin on every side, of which a window is cut */
} FaltungCropOptions;

/* `augment:` of an experiment's data. 0 everywhere: nothing happens. */
typedef struct {
    int flip;     /* FaltungFlip */
    int shift[2]; /* pixels up or down, left or right */
    FaltungCropOptions crop;
    double rotate; /* degrees */
    double zoom;   /* 0.1: to 0.9 ... 1.1 of the size */
    double noise;  /* standard deviation, of normalized values */
    double fill;   /* what lies outside a picture, as read */
} FaltungAugmentOptions;

extern const FaltungKind faltung_augment_kind;

/** faltung_augment_moves: whether pictures are moved at all: everything but noise. */
gboolean faltung_augment_moves(const FaltungAugmentOptions *options);

/**
 * faltung_augment_picture: the pictures in a sample: all of it, or those of several inputs that
 * take one, which all happen the same to; the others stay as they are.
 * @shape, @begin: (out): of the picture at @index, and where in the sample it begins
 *
 * Returns: whether there are so many.
 */
gboolean faltung_augment_picture(const FaltungDataset *dataset, int index, FaltungShape *shape,
                                 size_t *begin);

/**
 * faltung_augment_check: whether samples of @dataset can be augmented so.
 * @key: (out): the option at fault
 */
gboolean faltung_augment_check(const FaltungAugmentOptions *options, const FaltungDataset *dataset,
                               const char **key, GError **error);

typedef struct FaltungAugment FaltungAugment;

/**
 * faltung_augment_new:
 * @dataset: normalized, with samples that faltung_augment_check() accepts
 * @threads: the most that faltung_augment_move() will be given
 *
 * Returns: (nullable) (transfer full): %NULL where @options say nothing.
 */
FaltungAugment *faltung_augment_new(const FaltungAugmentOptions *options, guint64 seed,
                                    const FaltungDataset *dataset, int threads);
void faltung_augment_free(FaltungAugment *augment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungAugment, faltung_augment_free)

/* What happens to one picture: it is turned and zoomed about its centre, flipped, and moved. */
typedef struct {
    gboolean flip_x, flip_y;
    int shift_y, shift_x; /* pixels down, right */
    double angle;         /* radians, anticlockwise as one looks at it */
    double zoom;          /* 1.1: larger by a tenth */
} FaltungAugmentDraw;

/** faltung_augment_draw: what happens to the sample at @index of the data set in @epoch. */
void faltung_augment_draw(const FaltungAugment *augment, guint64 epoch, guint32 index,
                          FaltungAugmentDraw *draw);

/**
 * faltung_augment_move: the geometry.
 * @indices: (array length=n): of the samples in the data set
 * @samples: (inout): n x shape, normalized, as faltung_dataset_gather() gives them
 */
void faltung_augment_move(const FaltungAugment *augment, guint64 epoch, const guint32 *indices,
                          int n, float *samples, int threads);
/** faltung_augment_has_noise: whether there is noise to add. */
gboolean faltung_augment_has_noise(const FaltungAugment *augment);

/** faltung_augment_add_noise: the noise, of samples without pictures on all values; apart, because
 * the target of an autoencoder is the moved picture without noise. */
void faltung_augment_add_noise(const FaltungAugment *augment, guint64 epoch, const guint32 *indices,
                               int n, float *samples, int threads);
