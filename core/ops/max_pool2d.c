/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/slide.h"

#include <math.h>
#include <string.h>

typedef struct {
    int kernel[2], stride[2];
} MaxPool2d;

static const char *const stride_words[] = {"kernel", NULL};

static const FaltungOptionSpec options[] = {
    {"kernel", "height and width of the window, in pixels", FALTUNG_SIZES,
     offsetof(MaxPool2d, kernel), "2", 1, 15},
    {"stride", "pixels that the window moves each time; kernel: as many as it is large",
     FALTUNG_SIZES, offsetof(MaxPool2d, stride), "kernel", 1, 1024, .choices = stride_words},
    {NULL},
};

static FaltungSlide slide_of(const FaltungLayer *layer, int side) {
    const MaxPool2d *pool = layer->options;
    int stride = pool->stride[side] > 0 ? pool->stride[side] : pool->kernel[side];
    return faltung_slide(layer->input_shapes[0].dims[1 + side], pool->kernel[side], stride, 0);
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    g_autofree char *came = faltung_shape_format(input);
    if (input->rank != 3) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "max_pool2d takes images (channels x height x width), but its input is %s; "
                    "put it before the flatten",
                    came);
        return FALSE;
    }
    FaltungSlide rows = slide_of(layer, 0), columns = slide_of(layer, 1);
    if (rows.output < 1 || columns.output < 1) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "the %d x %d window of max_pool2d does not fit into its input, %s; "
                    "take a smaller kernel",
                    rows.kernel, columns.kernel, came);
        return FALSE;
    }
    layer->output_shape = FALTUNG_SHAPE(input->dims[0], rows.output, columns.output);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return (double)faltung_shape_size(&layer->output_shape) * slide_of(layer, 0).kernel *
           slide_of(layer, 1).kernel;
}

/* Which pixel of its window each output came from: one byte. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape);
}

static void forward(const FaltungStep *step) {
    FaltungSlide rows = slide_of(step->layer, 0), columns = slide_of(step->layer, 1);
    int channels = step->layer->output_shape.dims[0];
    size_t pixels = (size_t)rows.output * columns.output;
    size_t image = (size_t)rows.input * columns.input * channels;
    double work = (double)step->batch * pixels * channels * rows.kernel * columns.kernel;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *y = step->output + n * pixels * channels;
        guint8 *from = (guint8 *)step->state + n * pixels * channels;
        for (size_t pixel = 0; pixel < pixels; pixel++, y += channels, from += channels) {
            int h = pixel / columns.output, w = pixel % columns.output;
            const float *x =
                step->inputs[0] + n * image +
                ((size_t)h * rows.stride * columns.input + w * columns.stride) * channels;
            memcpy(y, x, channels * sizeof(float));
            memset(from, 0, channels);
            for (int i = 0; i < rows.kernel; i++) {
                for (int j = 0; j < columns.kernel; j++) {
                    const float *pixel_values = x + ((size_t)i * columns.input + j) * channels;
                    guint8 here = i * columns.kernel + j;
                    for (int c = 0; c < channels; c++) {
                        /* written so that NaN wins and stays */
                        gboolean greater = !(pixel_values[c] <= y[c]) & (y[c] == y[c]);
                        y[c] = greater ? pixel_values[c] : y[c];
                        from[c] = greater ? here : from[c];
                    }
                }
            }
        }
    }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungSlide rows = slide_of(step->layer, 0), columns = slide_of(step->layer, 1);
    int channels = step->layer->output_shape.dims[0];
    size_t pixels = (size_t)rows.output * columns.output;
    size_t image = (size_t)rows.input * columns.input * channels;
    double work = (double)step->batch * image * 4;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *dy = step->output_gradient + n * pixels * channels;
        const guint8 *from = (const guint8 *)step->state + n * pixels * channels;
        float *dx = step->input_gradients[0] + n * image;
        if (step->overwrite[0])
            memset(dx, 0, image * sizeof(float));
        for (size_t pixel = 0; pixel < pixels; pixel++, dy += channels, from += channels) {
            int h = pixel / columns.output, w = pixel % columns.output;
            for (int c = 0; c < channels; c++) {
                int row = h * rows.stride + from[c] / columns.kernel;
                int column = w * columns.stride + from[c] % columns.kernel;
                dx[((size_t)row * columns.input + column) * channels + c] += dy[c];
            }
        }
    }
}

static void max_pool2d_forward_reference(const FaltungReference *r) {
    FaltungSlide rows = slide_of(r->layer, 0), columns = slide_of(r->layer, 1);
    int channels = r->layer->output_shape.dims[0];
    const double(*x)[channels][rows.input][columns.input] = (const void *)r->inputs[0];
    double(*y)[channels][rows.output][columns.output] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < rows.output; h++)
                for (int w = 0; w < columns.output; w++) {
                    double largest = -INFINITY;
                    for (int i = 0; i < rows.kernel; i++)
                        for (int j = 0; j < columns.kernel; j++)
                            largest =
                                fmax(largest, x[n][c][h * rows.stride + i][w * columns.stride + j]);
                    y[n][c][h][w] = largest;
                }
}

static void max_pool2d_backward_reference(const FaltungReference *r) {
    FaltungSlide rows = slide_of(r->layer, 0), columns = slide_of(r->layer, 1);
    int channels = r->layer->output_shape.dims[0];
    const double(*x)[channels][rows.input][columns.input] = (const void *)r->inputs[0];
    const double(*y)[channels][rows.output][columns.output] = (const void *)r->output;
    const double(*dy)[channels][rows.output][columns.output] = (const void *)r->output_gradient;
    double(*dx)[channels][rows.input][columns.input] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int h = 0; h < rows.output; h++)
                for (int w = 0; w < columns.output; w++) {
                    /* the first of the largest takes the whole gradient */
                    gboolean taken = FALSE;
                    for (int i = 0; i < rows.kernel; i++)
                        for (int j = 0; j < columns.kernel; j++) {
                            int row = h * rows.stride + i, column = w * columns.stride + j;
                            if (taken || x[n][c][row][column] != y[n][c][h][w])
                                continue;
                            dx[n][c][row][column] += dy[n][c][h][w];
                            taken = TRUE;
                        }
                }
}

const FaltungOperation faltung_operation_max_pool2d = {
    .kind =
        {
            .name = "max_pool2d",
            .title = "Max pooling",
            .summary = "keeps the largest value of every window, so the image shrinks",
            .options = options,
            .options_size = sizeof(MaxPool2d),
        },
    .group = FALTUNG_GROUP_POOLING,
    .flags = 0,
    .equation = "y_{chw} = \\max_{i,j} \\, x_{c,\\, sh + i,\\, sw + j}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .state_size = state_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = max_pool2d_forward_reference,
    .backward_reference = max_pool2d_backward_reference,
    .file = "max_pool2d.c",
};
