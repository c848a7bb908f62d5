/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <math.h>
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
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "upsample2d takes images (channels x height x width), but its input is %s; "
                    "put a reshape before it",
                    came);
        return FALSE;
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

FALTUNG_CLONES
static void blend(int channels, const float *const corners[4], const float weights[4], float *y) {
    for (int c = 0; c < channels; c++)
        y[c] = weights[0] * corners[0][c] + weights[1] * corners[1][c] +
               weights[2] * corners[2][c] + weights[3] * corners[3][c];
}

FALTUNG_CLONES
static void add_weighted(int channels, float weight, const float *dy, float *dx) {
    for (int c = 0; c < channels; c++)
        dx[c] += weight * dy[c];
}

/* The four pixels around output pixel (h, w), as indices of pixels, and their weights. */
static void corners_of(const FaltungLayer *layer, int h, int w, int pixels[4], float weights[4]) {
    int height = layer->input_shapes[0].dims[1], width = layer->input_shapes[0].dims[2];
    Between row = between(layer->options, 0, height, h);
    Between column = between(layer->options, 1, width, w);
    const int rows[2] = {row.first, row.second}, columns[2] = {column.first, column.second};
    const double of_row[2] = {1 - row.weight, row.weight};
    const double of_column[2] = {1 - column.weight, column.weight};
    for (int i = 0; i < 4; i++) {
        pixels[i] = rows[i / 2] * width + columns[i % 2];
        weights[i] = of_row[i / 2] * of_column[i % 2];
    }
}

static double work_of(const FaltungStep *step) {
    return 8.0 * step->batch * faltung_shape_size(&step->layer->output_shape);
}

static void forward(const FaltungStep *step) {
    const FaltungShape *shape = &step->layer->output_shape;
    int channels = shape->dims[0], height = shape->dims[1], width = shape->dims[2];
    gboolean nearest = ((const Upsample2d *)step->layer->options)->mode == NEAREST;
    size_t image = faltung_shape_size(&step->layer->input_shapes[0]);
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int h = 0; h < height; h++) {
            float *y = step->output + ((size_t)n * height + h) * width * channels;
            for (int w = 0; w < width; w++, y += channels) {
                int pixels[4];
                float weights[4];
                const float *corners[4];
                corners_of(step->layer, h, w, pixels, weights);
                for (int i = 0; i < 4; i++)
                    corners[i] = step->inputs[0] + n * image + (size_t)pixels[i] * channels;
                if (nearest)
                    memcpy(y, corners[0], channels * sizeof(float));
                else
                    blend(channels, corners, weights, y);
            }
        }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    const FaltungShape *shape = &step->layer->output_shape;
    int channels = shape->dims[0], height = shape->dims[1], width = shape->dims[2];
    size_t image = faltung_shape_size(&step->layer->input_shapes[0]);
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * image;
        const float *dy = step->output_gradient + (size_t)n * height * width * channels;
        if (step->overwrite[0])
            memset(dx, 0, image * sizeof(float));
        for (int h = 0; h < height; h++)
            for (int w = 0; w < width; w++, dy += channels) {
                int pixels[4];
                float weights[4];
                corners_of(step->layer, h, w, pixels, weights);
                for (int i = 0; i < 4; i++)
                    if (weights[i] != 0)
                        add_weighted(channels, weights[i], dy, dx + (size_t)pixels[i] * channels);
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
    .equation = "y_{chw} = x_{c,\\, \\lfloor h/s \\rfloor,\\, \\lfloor w/s \\rfloor}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = upsample2d_forward_reference,
    .backward_reference = upsample2d_backward_reference,
    .file = "upsample2d.c",
};
