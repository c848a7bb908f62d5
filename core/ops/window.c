/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/window.h"

#include <glib.h>

#include <string.h>

/* How many pixels need fewest products each when made together, idle lanes counted. */
static int best_together(const FaltungWindow *w) {
    int best = 1;
    double least = 0;
    for (int together = 1; together <= w->size[2] && together * w->filters <= 64; together++) {
        if (w->size[2] % together != 0)
            continue;
        double row = w->kernel[2] * w->channels + (together - 1) * (double)w->move[2];
        FaltungPanels panels = faltung_panels(together * w->filters, 1);
        double products = row * panels.n_panels * panels.width / together;
        /* making the wider weights costs something, too */
        if (together > 1)
            products *= 1.1;
        if (least == 0 || products < least) {
            least = products;
            best = together;
        }
    }
    return best;
}

void faltung_window_plan(FaltungWindow *w) {
    gboolean rows = w->groups == 1 && w->tap[2] == w->channels; /* those of the window are whole */
    /* pixels made together are one wide pixel of an image that has no others */
    gboolean dense = w->output[2] == w->filters && w->output[1] == w->size[2] * w->output[2] &&
                     w->output[0] == w->size[1] * w->output[1];
    w->together = rows && dense ? best_together(w) : 1;
    if (rows)
        w->run_depth = w->kernel[2] * w->channels + (w->together - 1) * w->move[2];
    else
        w->run_depth = w->channels;
    w->n_runs = w->kernel[0] * w->kernel[1] * (rows ? 1 : w->kernel[2]);
    w->panels = faltung_panels(w->together * w->filters, w->n_runs * w->run_depth);
}

/* Whether a run is a row of the window, not a pixel. */
static gboolean runs_are_rows(const FaltungWindow *w) {
    return w->n_runs == w->kernel[0] * w->kernel[1];
}

size_t faltung_window_weights_size(const FaltungWindow *w) {
    if (w->together == 1)
        return 0;
    return faltung_panels_size(&w->panels) + faltung_panels_bias_size(&w->panels);
}

/* Run r of the window, pixel q of those together: where channel 0 of column 0 lies in the wider
   window. */
static int wider_index(const FaltungWindow *w, int r, int q) {
    return r * w->run_depth + q * w->move[2];
}

FaltungWindowWeights faltung_window_weights(const FaltungWindow *w, const FaltungPanels *panels,
                                            const float *weights, const float *bias,
                                            float *workspace) {
    if (w->together == 1)
        return (FaltungWindowWeights){weights, bias};
    float *wider = workspace, *wider_bias = wider + faltung_panels_size(&w->panels);
    int row = w->kernel[2] * w->channels;
    memset(wider, 0, faltung_window_weights_size(w) * sizeof(float));
    for (int q = 0; q < w->together; q++) {
        for (int r = 0; r < w->n_runs; r++)
            for (int k = 0; k < row; k++)
                for (int o = 0; o < w->filters; o++)
                    wider[faltung_panels_index(&w->panels, q * w->filters + o,
                                               wider_index(w, r, q) + k)] =
                        weights[faltung_panels_index(panels, o, r * row + k)];
        for (int o = 0; bias && o < w->filters; o++)
            wider_bias[q * w->filters + o] = bias[o];
    }
    return (FaltungWindowWeights){wider, bias ? wider_bias : NULL};
}

/* The product over all runs, for panel @p of group @g. */
static FaltungGemm product_of(const FaltungWindow *w, const FaltungWindowWeights *weights, int g,
                              int p) {
    gboolean rows = runs_are_rows(w);
    size_t panel = g * faltung_panels_size(&w->panels) + faltung_panels_begin(&w->panels, p);
    return (FaltungGemm){
        .rows = w->size[2] / w->together,
        .columns = faltung_panels_columns(&w->panels, p),
        .depth = w->run_depth,
        .reduce = rows ? w->kernel[1] : w->kernel[2],
        .outer = {rows ? w->kernel[0] : w->kernel[1], rows ? 1 : w->kernel[0]},
        .a_row = w->together * w->move[2],
        .a_depth = 1,
        .a_reduce = rows ? w->tap[1] : w->tap[2],
        .a_outer = {rows ? w->tap[0] : w->tap[1], rows ? 0 : w->tap[0]},
        .b = weights->weights + panel,
        .b_depth = w->panels.width,
        .b_reduce = (ptrdiff_t)w->run_depth * w->panels.width,
        .c_row = w->together * w->output[2],
        .bias = weights->bias ? weights->bias + g * w->filters + p * w->panels.width : NULL,
    };
}

void faltung_window_slide(const FaltungWindow *w, const FaltungWindowWeights *weights,
                          FaltungEpilogue epilogue, float parameter, int accumulate,
                          const float *frame, float *output) {
    const FaltungKernels *kernels = faltung_kernels();
    for (int g = 0; g < w->groups; g++)
        for (int p = 0; p < w->panels.n_panels; p++) {
            FaltungGemm gemm = product_of(w, weights, g, p);
            gemm.accumulate = accumulate;
            gemm.epilogue = epilogue;
            gemm.parameter = parameter;
            const float *a = frame + g * w->channels;
            float *c = output + g * w->filters + p * w->panels.width;
            for (int d = 0; d < w->size[0]; d++)
                for (int h = 0; h < w->size[1]; h++) {
                    gemm.a = a + d * w->move[0] + h * w->move[1];
                    gemm.c = c + d * w->output[0] + h * w->output[1];
                    kernels->gemm(&gemm);
                }
        }
}

/* Floats of the frame from the first run of the window to run @r. */
static ptrdiff_t run_begin(const FaltungWindow *w, int r) {
    ptrdiff_t begin = 0;
    for (int side = runs_are_rows(w) ? 1 : 2; side >= 0; side--) {
        begin += r % w->kernel[side] * w->tap[side];
        r /= w->kernel[side];
    }
    return begin;
}

void faltung_window_weight_gradient(const FaltungWindow *w, const float *frame,
                                    const float *output_gradient, float *sum) {
    const FaltungKernels *kernels = faltung_kernels();
    for (int g = 0; g < w->groups; g++, sum += faltung_panels_size(&w->panels))
        for (int p = 0; p < w->panels.n_panels; p++)
            for (int r = 0; r < w->n_runs; r++) {
                FaltungGemm gemm = {
                    .rows = w->run_depth,
                    .columns = faltung_panels_columns(&w->panels, p),
                    .depth = w->size[2] / w->together,
                    .reduce = w->size[1],
                    .outer = {w->size[0], 1},
                    .a = frame + g * w->channels + run_begin(w, r),
                    .a_row = 1,
                    .a_depth = w->together * w->move[2],
                    .a_reduce = w->move[1],
                    .a_outer = {w->move[0], 0},
                    .b = output_gradient + g * w->filters + p * w->panels.width,
                    .b_depth = w->together * w->output[2],
                    .b_reduce = w->output[1],
                    .c = sum + faltung_panels_begin(&w->panels, p) +
                         (size_t)r * w->run_depth * w->panels.width,
                    .c_row = w->panels.width,
                    .accumulate = 1,
                };
                kernels->gemm(&gemm);
            }
}

void faltung_window_fold(const FaltungWindow *w, const FaltungPanels *panels, const float *sum,
                         float *gradient) {
    if (w->together == 1) {
        size_t size = w->groups * faltung_panels_size(panels);
        for (size_t j = 0; j < size; j++)
            gradient[j] += sum[j];
        return;
    }
    int row = w->kernel[2] * w->channels;
    for (int r = 0; r < w->n_runs; r++)
        for (int k = 0; k < row; k++)
            for (int o = 0; o < w->filters; o++) {
                float total = 0;
                for (int q = 0; q < w->together; q++)
                    total += sum[faltung_panels_index(&w->panels, q * w->filters + o,
                                                      wider_index(w, r, q) + k)];
                gradient[faltung_panels_index(panels, o, r * row + k)] += total;
            }
}
