/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <math.h>
#include <omp.h>
#include <string.h>

typedef enum { NEAREST, BILINEAR } Mode;

typedef struct {
    int scale[2];
    int mode;
} Upsample2d;

static const char *const modes[] = {"nearest", "bilinear", NULL};

static const FaltungOptionSpec options[] = {
    {"scale", "how many times as high and as wide the image becomes", FALTUNG_SIZES,
     offsetof(Upsample2d, scale), "2", 1, 64},
    {"mode", "nearest: pixels are repeated; bilinear: what lies between them is interpolated",
     FALTUNG_CHOICE, offsetof(Upsample2d, mode), "nearest", .choices = modes},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Upsample2d *upsample = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 3) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "upsample2d takes images (channels x height x width), but its input is %s; "
            "put a reshape before it",
            came);
    }
    layer->output_shape = FALTUNG_SHAPE(input->dims[0], input->dims[1] * upsample->scale[0],
                                        input->dims[2] * upsample->scale[1]);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const Upsample2d *upsample = layer->options;
    return (upsample->mode == BILINEAR ? 7.0 : 0.0) * faltung_shape_size(&layer->output_shape);
}

/* Along one side: the two pixels that an output pixel lies between, and the weight of the second.
   As PyTorch has it: the centres of the corner pixels do not stay (align_corners=False). */
typedef struct {
    int first, second;
    double weight;
} Between;

static Between between(const Upsample2d *upsample, int side, int input, int output) {
    int scale = upsample->scale[side];
    if (upsample->mode == NEAREST)
        return (Between){output / scale, output / scale, 0};
    double at = fmax((output + 0.5) / scale - 0.5, 0);
    int first = (int)at;
    return (Between){first, MIN(first + 1, input - 1), at - first};
}

/* In the workspace: where the output's columns lie between the input's, and for every thread a row
   of the input's width. */
static Between *columns_in(const FaltungStep *step) {
    return (Between *)step->workspace;
}

static size_t table_size(const FaltungLayer *layer) {
    return layer->output_shape.dims[2] * sizeof(Between) / sizeof(float);
}

static size_t row_size(const FaltungLayer *layer) {
    const FaltungShape *input = &layer->input_shapes[0];
    return (size_t)input->dims[2] * input->dims[0] + FALTUNG_SLACK;
}

static float *row_in(const FaltungStep *step) {
    return step->workspace + table_size(step->layer) + omp_get_thread_num() * row_size(step->layer);
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return table_size(layer) + threads * row_size(layer);
}

static void find_columns(const FaltungStep *step) {
    int from = step->layer->input_shapes[0].dims[2], to = step->layer->output_shape.dims[2];
    for (int w = 0; w < to; w++)
        columns_in(step)[w] = between(step->layer->options, 1, from, w);
}

/* mean = first + weight (second - first) */
FALTUNG_CLONES
static void mix_rows(size_t n, float weight, const float *first, const float *second, float *mean) {
    for (size_t i = 0; i < n; i++)
        mean[i] = (1 - weight) * first[i] + weight * second[i];
}

FALTUNG_CLONES
static void add_times(size_t n, float weight, const float *dy, float *dx) {
    for (size_t i = 0; i < n; i++)
        dx[i] += weight * dy[i];
}

/* One row of the output from one of the input's width, and the same backwards. Inlined, so that
   for one channel there is no loop over it. */
static inline __attribute__((always_inline)) void
spread(int width, int channels, const Between *columns, const float *x, float *restrict y) {
    for (int w = 0; w < width; w++, y += channels) {
        const float *first = x + (size_t)columns[w].first * channels;
        const float *second = x + (size_t)columns[w].second * channels;
        float weight = columns[w].weight;
        for (int c = 0; c < channels; c++)
            y[c] = (1 - weight) * first[c] + weight * second[c];
    }
}

static inline __attribute__((always_inline)) void
gather(int width, int channels, const Between *columns, const float *dy, float *dx) {
    for (int w = 0; w < width; w++, dy += channels) {
        float *first = dx + (size_t)columns[w].first * channels;
        float *second = dx + (size_t)columns[w].second * channels;
        float weight = columns[w].weight;
        for (int c = 0; c < channels; c++)
            first[c] += (1 - weight) * dy[c];
        for (int c = 0; c < channels && weight != 0; c++)
            second[c] += weight * dy[c];
    }
}

FALTUNG_CLONES
static void spread_row(int width, int channels, const Between *columns, const float *x, float *y) {
    if (channels == 1)
        spread(width, 1, columns, x, y);
    else
        spread(width, channels, columns, x, y);
}

FALTUNG_CLONES
static void gather_row(int width, int channels, const Between *columns, const float *dy,
                       float *dx) {
    if (channels == 1)
        gather(width, 1, columns, dy, dx);
    else
        gather(width, channels, columns, dy, dx);
}

static double work_of(const FaltungStep *step) {
    return 8.0 * step->batch * faltung_shape_size(&step->layer->output_shape);
}

/* First the two rows that an output row lies between are mixed, then the columns of that. */
static void forward(const FaltungStep *step) {
    const FaltungShape *from = &step->layer->input_shapes[0], *to = &step->layer->output_shape;
    int channels = to->dims[0], height = to->dims[1], width = to->dims[2];
    size_t row = (size_t)from->dims[2] * channels, image = from->dims[1] * row;
    find_columns(step);
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int h = 0; h < height; h++) {
            Between at = between(step->layer->options, 0, from->dims[1], h);
            const float *x = step->inputs[0] + n * image + at.first * row;
            if (at.weight != 0) {
                float *mean = row_in(step);
                mix_rows(row, at.weight, x, step->inputs[0] + n * image + at.second * row, mean);
                x = mean;
            }
            spread_row(width, channels, columns_in(step), x,
                       step->output + ((size_t)n * height + h) * width * channels);
        }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    const FaltungShape *from = &step->layer->input_shapes[0], *to = &step->layer->output_shape;
    int channels = to->dims[0], height = to->dims[1], width = to->dims[2];
    size_t row = (size_t)from->dims[2] * channels, image = from->dims[1] * row;
    find_columns(step);
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * image, *sum = row_in(step);
        const float *dy = step->output_gradient + (size_t)n * height * width * channels;
        if (step->overwrite[0])
            memset(dx, 0, image * sizeof(float));
        for (int h = 0; h < height; h++, dy += (size_t)width * channels) {
            Between at = between(step->layer->options, 0, from->dims[1], h);
            memset(sum, 0, row * sizeof(float));
            gather_row(width, channels, columns_in(step), dy, sum);
            add_times(row, 1 - at.weight, sum, dx + at.first * row);
            if (at.weight != 0)
                add_times(row, at.weight, sum, dx + at.second * row);
        }
    }
}

static void upsample2d_forward_reference(const FaltungReference *r) {
    const FaltungShape *from = &r->layer->input_shapes[0], *to = &r->layer->output_shape;
    int channels = to->dims[0];
    const double(*x)[channels][from->dims[1]][from->dims[2]] = (const void *)r->inputs[0];
    double(*y)[channels][to->dims[1]][to->dims[2]] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < to->dims[1]; h++)
                for (int w = 0; w < to->dims[2]; w++) {
                    Between i = between(r->layer->options, 0, from->dims[1], h);
                    Between j = between(r->layer->options, 1, from->dims[2], w);
                    double top = (1 - j.weight) * x[n][c][i.first][j.first] +
                                 j.weight * x[n][c][i.first][j.second];
                    double bottom = (1 - j.weight) * x[n][c][i.second][j.first] +
                                    j.weight * x[n][c][i.second][j.second];
                    y[n][c][h][w] = (1 - i.weight) * top + i.weight * bottom;
                }
}

static void upsample2d_backward_reference(const FaltungReference *r) {
    const FaltungShape *from = &r->layer->input_shapes[0], *to = &r->layer->output_shape;
    int channels = to->dims[0];
    const double(*dy)[channels][to->dims[1]][to->dims[2]] = (const void *)r->output_gradient;
    double(*dx)[channels][from->dims[1]][from->dims[2]] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < to->dims[1]; h++)
                for (int w = 0; w < to->dims[2]; w++) {
                    Between i = between(r->layer->options, 0, from->dims[1], h);
                    Between j = between(r->layer->options, 1, from->dims[2], w);
                    double g = dy[n][c][h][w];
                    dx[n][c][i.first][j.first] += (1 - i.weight) * (1 - j.weight) * g;
                    dx[n][c][i.first][j.second] += (1 - i.weight) * j.weight * g;
                    dx[n][c][i.second][j.first] += i.weight * (1 - j.weight) * g;
                    dx[n][c][i.second][j.second] += i.weight * j.weight * g;
                }
}

const FaltungOperation faltung_operation_upsample2d = {
    .kind =
        {
            .name = "upsample2d",
            .title = "Upsampling",
            .summary = "a larger image, its pixels repeated or interpolated",
            .options = options,
            .options_size = sizeof(Upsample2d),
        },
    .group = FALTUNG_GROUP_POOLING,
    .equation =
        "\\mark{y}{y_{chw}} = \\mark{x}{x_{c,\\, \\lfloor h/s \\rfloor,\\, \\lfloor w/s \\rfloor}}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = upsample2d_forward_reference,
    .backward_reference = upsample2d_backward_reference,
    .file = "upsample2d.c",
};
