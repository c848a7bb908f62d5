/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

/* Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015. */
typedef struct {
    double rate;
} SpatialDropout;

static const FaltungOptionSpec options[] = {
    {"rate", "the part of the channels that is dropped", FALTUNG_NUMBER,
     offsetof(SpatialDropout, rate), "0.5", 0, 0.999},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (layer->input_shapes[0].rank < 2) {
        g_autofree char *came = faltung_shape_format(&layer->input_shapes[0]);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "spatial_dropout drops whole channels of images or features of sequences, but "
            "its input is %s; take dropout",
            came);
    }
    layer->output_shape = layer->input_shapes[0];
    return TRUE;
}

/* What a channel of a sample is multiplied by. */
static double factor(const FaltungLayer *layer, const FaltungRandom *random, gboolean training,
                     int sample, int channel) {
    double rate = ((const SpatialDropout *)layer->options)->rate;
    size_t element = (size_t)sample * faltung_layout_columns(&layer->output_shape) + channel;
    if (!training)
        return 1;
    return faltung_random_word(random, element) >= (uint32_t)(rate * 0x1p32) ? 1 / (1 - rate) : 0;
}

/* y (+)= factor x: the way forward, and that of the gradient back. */
static void multiply(const FaltungStep *step, const float *x, float *y, gboolean overwrite) {
    const FaltungShape *shape = &step->layer->output_shape;
    int channels = faltung_layout_columns(shape), rows = faltung_layout_rows(shape);
    float *factors = step->workspace; /* (N, channels) */
    for (int i = 0; i < step->batch * channels; i++)
        factors[i] = factor(step->layer, &step->random, step->training, i / channels, i % channels);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * rows * channels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int row = 0; row < rows; row++) {
            size_t at = ((size_t)n * rows + row) * channels;
            for (int c = 0; c < channels; c++)
                y[at + c] = factors[n * channels + c] * x[at + c] + (overwrite ? 0 : y[at + c]);
        }
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return (size_t)batch * faltung_layout_columns(&layer->output_shape);
}

static void forward(const FaltungStep *step) {
    multiply(step, step->inputs[0], step->output, TRUE);
}

static void backward(const FaltungStep *step) {
    if (step->input_gradients[0])
        multiply(step, step->output_gradient, step->input_gradients[0], step->overwrite[0]);
}

static void spatial_dropout_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int channels = faltung_layout_columns(shape), rows = faltung_layout_rows(shape);

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int row = 0; row < rows; row++) {
                size_t i = n * faltung_shape_size(shape) + faltung_layout_field(shape, row, c);
                r->output[i] = factor(r->layer, &r->random, r->training, n, c) * r->inputs[0][i];
            }
}

static void spatial_dropout_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    int channels = faltung_layout_columns(shape), rows = faltung_layout_rows(shape);

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < channels; c++)
            for (int row = 0; row < rows; row++) {
                size_t i = n * faltung_shape_size(shape) + faltung_layout_field(shape, row, c);
                r->input_gradients[0][i] +=
                    factor(r->layer, &r->random, r->training, n, c) * r->output_gradient[i];
            }
}

const FaltungOperation faltung_operation_spatial_dropout = {
    .kind =
        {
            .name = "spatial_dropout",
            .title = "Spatial dropout",
            .summary = "drops whole channels while training, as neighbouring pixels say the same",
            .options = options,
            .options_size = sizeof(SpatialDropout),
        },
    .group = FALTUNG_GROUP_REGULARIZATION,
    .flags = FALTUNG_TRAINING_ONLY,
    .equation = "\\mark{y}{y_{chw}} = \\mark{factor}{\\frac{m_c}{1 - p}} \\, \\mark{x}{x_{chw}}, "
                "\\quad m_c \\sim \\mathrm{Bernoulli}(1 - p)",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = spatial_dropout_forward_reference,
    .backward_reference = spatial_dropout_backward_reference,
    .file = "spatial_dropout.c",
};
