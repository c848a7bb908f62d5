/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/noise.h"
#include "core/ops/elementwise.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <string.h>

typedef struct {
    double deviation;
} GaussianNoise;

static const FaltungOptionSpec options[] = {
    {"std", "standard deviation of the noise", FALTUNG_NUMBER, offsetof(GaussianNoise, deviation),
     "0.1", 0, 1e6},
    {NULL},
};

static double deviation_of(const FaltungLayer *layer) {
    return ((const GaussianNoise *)layer->options)->deviation;
}

static size_t size_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape);
}

static void forward(const FaltungStep *step) {
    size_t size = size_of(step);
    const float *x = step->inputs[0];
    if (!step->training) {
        memcpy(step->output, x, size * sizeof(float));
        return;
    }
    const FaltungKernels *kernels = faltung_kernels();
    float deviation = deviation_of(step->layer), *y = step->output;
    uint32_t key[2], counter[4];
    faltung_random_counter(&step->random, 0, key, counter);
    int threads = faltung_threads_for(step->threads, 60.0 * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < size; i += FALTUNG_NOISE_GROUP) {
        uint32_t words[FALTUNG_NOISE_GROUP];
        kernels->random_words(key, counter + 1, i / FALTUNG_NOISE_GROUP, 1, words);
        faltung_noise_add(words, deviation, MIN(FALTUNG_NOISE_GROUP, size - i), x + i, y + i);
    }
}

static void backward(const FaltungStep *step) {
    float *dx = step->input_gradients[0];
    if (!dx)
        return;
    size_t size = size_of(step);
    int threads = faltung_threads_for(step->threads, 4.0 * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < size; i++)
        dx[i] = step->output_gradient[i] + (step->overwrite[0] ? 0 : dx[i]);
}

static void gaussian_noise_forward_reference(const FaltungReference *r) {
    const FaltungShape *order = &r->layer->order;
    size_t size = faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < r->batch * size; i++) {
        size_t element = i / size * size + faltung_layout_inside(order, i % size);
        double noise = r->training ? faltung_random_noise(&r->random, element) : 0;
        y[i] = x[i] + deviation_of(r->layer) * noise;
    }
}

static void gaussian_noise_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->input_gradients[0][i] += r->output_gradient[i];
}

const FaltungOperation faltung_operation_gaussian_noise = {
    .kind =
        {
            .name = "gaussian_noise",
            .title = "Gaussian noise",
            .summary = "adds noise while training: what a denoising autoencoder learns to undo",
            .options = options,
            .options_size = sizeof(GaussianNoise),
        },
    .group = FALTUNG_GROUP_REGULARIZATION,
    .flags = FALTUNG_TRAINING_ONLY | FALTUNG_KEEPS_ORDER,
    .equation = "\\mark{y}{y_i} = \\mark{x}{x_i} + \\sigma \\, \\mark{noise}{\\varepsilon_i}, "
                "\\quad \\mark{noise}{\\varepsilon_i} \\sim \\mathcal{N}(0, 1)",
    .max_inputs = 1,
    .infer_shape = faltung_elementwise_infer_shape,
    .forward = forward,
    .backward = backward,
    .forward_reference = gaussian_noise_forward_reference,
    .backward_reference = gaussian_noise_backward_reference,
    .file = "gaussian_noise.c",
};
