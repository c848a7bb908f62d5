/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/panels.h"

/*
 * A window that slides over one framed image, channels-last. A row of the window is contiguous:
 * kw x C floats. So a row of output pixels is one batch-reduce product over the window's rows,
 *
 *     y[h][w] = sum_i  x[sh + i][sw ...] (1 x kw C)  W[i] (kw C x O),
 *
 * without im2col: the image is A as it lies.
 *
 * Fewer filters than a vector has lanes would leave the others idle. Then `group` neighbouring
 * pixels are made at once, as if they were filters of one wider window that moves by all of them:
 * its weights are W, shifted for each pixel, with zeros beside (7 filters of 5 x 5: two pixels take
 * 6 / 5 of the products on 14 of 16 lanes instead of 7).
 */
typedef struct {
    int channels, filters;
    int kernel_rows, kernel_columns;
    int row_stride, pixel_stride;
    int frame_width;      /* pixels of a row of the framed image */
    int height, width;    /* output pixels */
    ptrdiff_t output_row; /* floats from one of their rows to the next, and */
    int output_pixel;     /* from one to the next in a row: more than the filters for a phase */
    /* filled in by faltung_window_plan() */
    int group;            /* output pixels made at once; divides the width */
    FaltungPanels panels; /* group x filters by (kernel_rows, row_depth) */
    int row_depth;        /* floats of a row of the wider window */
} FaltungWindow;

/** faltung_window_plan: completes a window of which everything else is given. */
void faltung_window_plan(FaltungWindow *window);

/* The weights and the bias as the window needs them. */
typedef struct {
    const float *weights, *bias;
} FaltungWindowWeights;

/**
 * faltung_window_weights: @weights: packed, filters by (i, j, channel), as they are learned.
 * @workspace: faltung_window_weights_size() floats; used where the window is a wider one.
 */
FaltungWindowWeights faltung_window_weights(const FaltungWindow *window,
                                            const FaltungPanels *panels, const float *weights,
                                            const float *bias, float *workspace);
size_t faltung_window_weights_size(const FaltungWindow *window);

/** faltung_window_slide: @output: height x width x filters, as window->output_row and
 *  output_pixel say; set or added to. */
void faltung_window_slide(const FaltungWindow *window, const FaltungWindowWeights *weights,
                          FaltungEpilogue epilogue, float parameter, int accumulate,
                          const float *frame, float *output);

/** faltung_window_weight_gradient: @sum: of the wider window, window->panels; += this image's. */
void faltung_window_weight_gradient(const FaltungWindow *window, const float *frame,
                                    const float *output_gradient, float *sum);

/** faltung_window_fold: @gradient, packed as the weights are learned, += @sum. */
void faltung_window_fold(const FaltungWindow *window, const FaltungPanels *panels, const float *sum,
                         float *gradient);
