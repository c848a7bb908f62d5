/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/window.h"

#include <string.h>

/* The group that needs fewest products a pixel, idle lanes counted. */
static int best_group(const FaltungWindow *w) {
    int best = 1;
    double least = 0;
    for (int group = 1; group <= w->width && group * w->filters <= 64; group++) {
        if (w->width % group != 0)
            continue;
        int columns = w->kernel_columns + (group - 1) * w->pixel_stride;
        FaltungPanels panels = faltung_panels(group * w->filters, 1);
        double products = (double)columns * panels.n_panels * panels.width / group;
        /* making the wider weights costs something, too */
        if (group > 1)
            products *= 1.1;
        if (least == 0 || products < least) {
            least = products;
            best = group;
        }
    }
    return best;
}

void faltung_window_plan(FaltungWindow *w) {
    /* a group is one wide pixel of an image that has no others */
    int whole = w->output_pixel == w->filters && w->output_row == w->width * w->filters;
    w->group = whole ? best_group(w) : 1;
    w->row_depth = (w->kernel_columns + (w->group - 1) * w->pixel_stride) * w->channels;
    w->panels = faltung_panels(w->group * w->filters, w->kernel_rows * w->row_depth);
}

size_t faltung_window_weights_size(const FaltungWindow *w) {
    if (w->group == 1)
        return 0;
    return faltung_panels_size(&w->panels) + faltung_panels_bias_size(&w->panels);
}

/* Row i of the window, pixel q of the group: where channel 0 of column 0 lies in the wider row. */
static int wider_index(const FaltungWindow *w, int i, int q) {
    return i * w->row_depth + q * w->pixel_stride * w->channels;
}

FaltungWindowWeights faltung_window_weights(const FaltungWindow *w, const FaltungPanels *panels,
                                            const float *weights, const float *bias,
                                            float *workspace) {
    if (w->group == 1)
        return (FaltungWindowWeights){weights, bias};
    float *wider = workspace, *wider_bias = wider + faltung_panels_size(&w->panels);
    int row = w->kernel_columns * w->channels;
    memset(wider, 0, faltung_window_weights_size(w) * sizeof(float));
    for (int q = 0; q < w->group; q++) {
        for (int i = 0; i < w->kernel_rows; i++)
            for (int k = 0; k < row; k++)
                for (int o = 0; o < w->filters; o++)
                    wider[faltung_panels_index(&w->panels, q * w->filters + o,
                                               wider_index(w, i, q) + k)] =
                        weights[faltung_panels_index(panels, o, i * row + k)];
        for (int o = 0; bias && o < w->filters; o++)
            wider_bias[q * w->filters + o] = bias[o];
    }
    return (FaltungWindowWeights){wider, bias ? wider_bias : NULL};
}

void faltung_window_slide(const FaltungWindow *w, const FaltungWindowWeights *weights,
                          FaltungEpilogue epilogue, float parameter, int accumulate,
                          const float *frame, float *output) {
    const FaltungKernels *kernels = faltung_kernels();
    ptrdiff_t frame_row = (ptrdiff_t)w->frame_width * w->channels;
    for (int p = 0; p < w->panels.n_panels; p++) {
        FaltungGemm gemm = {
            .rows = w->width / w->group,
            .columns = faltung_panels_columns(&w->panels, p),
            .depth = w->row_depth,
            .reduce = w->kernel_rows,
            .a = frame,
            .a_row = (ptrdiff_t)w->group * w->pixel_stride * w->channels,
            .a_depth = 1,
            .a_reduce = frame_row,
            .b = weights->weights + faltung_panels_begin(&w->panels, p),
            .b_depth = w->panels.width,
            .b_reduce = (ptrdiff_t)w->row_depth * w->panels.width,
            .c = output + p * w->panels.width,
            .c_row = w->group * w->output_pixel,
            .accumulate = accumulate,
            .bias = weights->bias ? weights->bias + p * w->panels.width : NULL,
            .epilogue = epilogue,
            .parameter = parameter,
        };
        for (int h = 0; h < w->height; h++) {
            kernels->gemm(&gemm);
            gemm.a += w->row_stride * frame_row;
            gemm.c += w->output_row;
        }
    }
}

void faltung_window_weight_gradient(const FaltungWindow *w, const float *frame,
                                    const float *output_gradient, float *sum) {
    const FaltungKernels *kernels = faltung_kernels();
    ptrdiff_t frame_row = (ptrdiff_t)w->frame_width * w->channels;
    for (int p = 0; p < w->panels.n_panels; p++) {
        for (int i = 0; i < w->kernel_rows; i++) {
            FaltungGemm gemm = {
                .rows = w->row_depth,
                .columns = faltung_panels_columns(&w->panels, p),
                .depth = w->width / w->group,
                .reduce = w->height,
                .a = frame + i * frame_row,
                .a_row = 1,
                .a_depth = (ptrdiff_t)w->group * w->pixel_stride * w->channels,
                .a_reduce = w->row_stride * frame_row,
                .b = output_gradient + p * w->panels.width,
                .b_depth = w->group * w->filters,
                .b_reduce = (ptrdiff_t)w->width * w->filters,
                .c = sum + faltung_panels_begin(&w->panels, p) +
                     (size_t)i * w->row_depth * w->panels.width,
                .c_row = w->panels.width,
                .accumulate = 1,
            };
            kernels->gemm(&gemm);
        }
    }
}

void faltung_window_fold(const FaltungWindow *w, const FaltungPanels *panels, const float *sum,
                         float *gradient) {
    if (w->group == 1) {
        size_t size = faltung_panels_size(panels);
        for (size_t j = 0; j < size; j++)
            gradient[j] += sum[j];
        return;
    }
    int row = w->kernel_columns * w->channels;
    for (int i = 0; i < w->kernel_rows; i++)
        for (int k = 0; k < row; k++)
            for (int o = 0; o < w->filters; o++) {
                float total = 0;
                for (int q = 0; q < w->group; q++)
                    total += sum[faltung_panels_index(&w->panels, q * w->filters + o,
                                                      wider_index(w, i, q) + k)];
                gradient[faltung_panels_index(panels, o, i * row + k)] += total;
            }
}
