/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/panels.h"

/*
 * A window that slides over one framed image, channels-last. A row of the window is contiguous:
 * kw x C floats. So a row of output pixels is one batch-reduce product over the window's rows (of
 * all its planes),
 *
 *     y[h][w] = sum_i  x[sh + i][sw ...] (1 x kw C)  W[i] (kw C x O),
 *
 * without im2col: the image is A as it lies. Where the window's pixels are apart (dilation), or
 * only some channels of each are seen (groups), the product is over its pixels instead.
 *
 * Fewer filters than a vector has lanes would leave the others idle. Then some neighbouring
 * pixels are made `together`, as if they were filters of one wider window that moves by all of
 * them: its weights are W, shifted for each pixel, with zeros beside (7 filters of 5 x 5: two
 * pixels take 6 / 5 of the products on 14 of 16 lanes instead of 7).
 */
typedef struct {
    int groups, channels, filters; /* channels and filters of each group */
    int kernel[3];                 /* planes, rows, columns of the window; all 0: it is empty */
    ptrdiff_t tap[3];              /* floats of the frame from one of those to the next, */
    ptrdiff_t move[3];             /* and that the window moves from an output to the next */
    int size[3];                   /* output planes, rows, pixels of a row, */
    ptrdiff_t output[3];           /* floats from one of them to the next: more for a phase */
    /* filled in by faltung_window_plan() */
    int together;         /* output pixels made at once; divides size[2] */
    FaltungPanels panels; /* of a group: together x filters by (run, run_depth) */
    int run_depth;        /* contiguous floats of the frame: a row of the window, or a pixel */
    int n_runs;
} FaltungWindow;

/** faltung_window_plan: completes a window of which everything else is given. */
void faltung_window_plan(FaltungWindow *window);

/* The weights and the bias as the window needs them. */
typedef struct {
    const float *weights, *bias;
} FaltungWindowWeights;

/**
 * faltung_window_weights: @weights: packed, filters by (plane, i, j, channel), as they are learned,
 *   group behind group.
 * @workspace: faltung_window_weights_size() floats; used where the window is a wider one.
 */
FaltungWindowWeights faltung_window_weights(const FaltungWindow *window,
                                            const FaltungPanels *panels, const float *weights,
                                            const float *bias, float *workspace);
size_t faltung_window_weights_size(const FaltungWindow *window);

/** faltung_window_slide: @output: planes x height x width x filters, as window->output says; set
 *  or added to. */
void faltung_window_slide(const FaltungWindow *window, const FaltungWindowWeights *weights,
                          FaltungEpilogue epilogue, float parameter, int accumulate,
                          const float *frame, float *output);

/** faltung_window_weight_gradient: @sum: window->panels of every group; += this image's. Its
 *  outputs lie without gaps. */
void faltung_window_weight_gradient(const FaltungWindow *window, const float *frame,
                                    const float *output_gradient, float *sum);

/** faltung_window_fold: @gradient, packed as the weights are learned, += @sum. */
void faltung_window_fold(const FaltungWindow *window, const FaltungPanels *panels, const float *sum,
                         float *gradient);
