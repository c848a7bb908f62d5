/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/*
 * What the poolings share, of sequences, images and volumes: a window that slides over each
 * feature map, or, of the adaptive ones, as many windows as outputs are wanted, side by side.
 * Options are depth, height, width: an operation of fewer sides sets the last of them.
 */
typedef struct {
    int kernel[3], stride[3]; /* stride below 1: the kernel's */
    int output_size[3];       /* of an adaptive one; else 0 */
} FaltungPool;

/* Their options, for the operation's kind: of 1, 2 and 3 sides. */
extern const FaltungOptionSpec faltung_pool_options_1[], faltung_pool_options_2[],
    faltung_pool_options_3[];
extern const FaltungOptionSpec faltung_adaptive_pool_options_1[], faltung_adaptive_pool_options_2[],
    faltung_adaptive_pool_options_3[];

/* The windows along one side. */
typedef struct {
    int input, output;
    int kernel, stride; /* kernel 0: adaptive */
} FaltungPoolSide;

/** faltung_pool_begin: Returns: the first pixel of window @i; faltung_pool_size(): how many it has.
 *  Adaptive ones share pixels where they do not divide the input, as PyTorch's. */
static inline int faltung_pool_begin(const FaltungPoolSide *s, int i) {
    return s->kernel ? i * s->stride : (int)((gint64)i * s->input / s->output);
}

static inline int faltung_pool_size(const FaltungPoolSide *s, int i) {
    if (s->kernel)
        return s->kernel;
    int end = (int)(((gint64)(i + 1) * s->input + s->output - 1) / s->output);
    return end - faltung_pool_begin(s, i);
}

/** faltung_pool_sides: @sides: depth, height, width. */
void faltung_pool_sides(const FaltungLayer *layer, FaltungPoolSide sides[3]);
/** faltung_pool_sides_of: the same of a pooling of @input. */
void faltung_pool_sides_of(const FaltungPool *pool, const FaltungShape *input,
                           FaltungPoolSide sides[3]);
/** faltung_pooling_of: Returns: what the kernels need for one row of windows that slide. */
FaltungPooling faltung_pooling_of(const FaltungPoolSide sides[3], int channels);

/* The window of one output pixel. */
typedef struct {
    int first;   /* its first pixel, of all of the image, row by row */
    int size[3]; /* planes, rows, columns */
    int n;       /* pixels */
} FaltungPoolWindow;

/** faltung_pool_window: @p: the output pixel, of all, row by row. */
FaltungPoolWindow faltung_pool_window(const FaltungPoolSide sides[3], int p);

/** faltung_pool_pixel: Returns: pixel @t of the window, of all of the image, row by row. */
static inline int faltung_pool_pixel(const FaltungPoolSide sides[3], const FaltungPoolWindow *w,
                                     int t) {
    int column = t % w->size[2], row = t / w->size[2] % w->size[1];
    int plane = t / w->size[2] / w->size[1];
    return w->first + (plane * sides[1].input + row) * sides[2].input + column;
}

/** faltung_pool_reach: the operation's `window`. */
void faltung_pool_reach(const FaltungLayer *layer, int side, int at, int *first, int *last);
/** faltung_pool_axis_reach: its `reach`. */
int faltung_pool_axis_reach(const FaltungLayer *layer, int input, int axis, int at, int *first,
                            int *last);

/** faltung_pool_equation: for equation_of: @operator_tex: what is made of a window: `\max`. */
char *faltung_pool_equation(const FaltungLayer *layer, const char *operator_tex);

gboolean faltung_pool_infer_shape(FaltungLayer *layer, GError **error);
/* One operation for every value in a window. */
double faltung_pool_flops(const FaltungLayer *layer);
