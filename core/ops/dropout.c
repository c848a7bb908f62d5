/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"

#include <string.h>

typedef struct {
    double rate;
} Dropout;

static const FaltungOptionSpec options[] = {
    {"rate", "the part of the values that is dropped", FALTUNG_NUMBER, offsetof(Dropout, rate),
     "0.5", 0, 0.999},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    layer->output_shape = layer->input_shapes[0];
    return TRUE;
}

/* A value is dropped where its random word is below this. */
static uint32_t threshold(const FaltungLayer *layer) {
    return ((const Dropout *)layer->options)->rate * 0x1p32;
}

static double scale(const FaltungLayer *layer) {
    return 1 / (1 - ((const Dropout *)layer->options)->rate);
}

/* What every value was multiplied by, as one byte: 0 or 1. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape) + 64;
}

/* Keeps those whose random word is not below @limit. */
FALTUNG_CLONES
static void drop(int n, const uint32_t *words, uint32_t limit, float factor, const float *x,
                 float *y, guint8 *kept) {
    for (int i = 0; i < n; i++)
        y[i] = words[i] >= limit ? factor * x[i] : 0;
    for (int i = 0; i < n; i++)
        kept[i] = words[i] >= limit;
}

FALTUNG_CLONES
static void pass_back(int n, const guint8 *kept, float factor, const float *dy, float *dx,
                      gboolean overwrite) {
    if (overwrite) {
        for (int i = 0; i < n; i++)
            dx[i] = kept[i] ? factor * dy[i] : 0;
    } else {
        for (int i = 0; i < n; i++)
            dx[i] += kept[i] ? factor * dy[i] : 0;
    }
}

enum { GROUPS = 16, CHUNK = 64 * GROUPS }; /* random words come in groups of 64 */

static size_t size_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape);
}

static void forward(const FaltungStep *step) {
    size_t size = size_of(step);
    if (!step->training) {
        memcpy(step->output, step->inputs[0], size * sizeof(float));
        memset(step->state, 1, size);
        return;
    }
    const FaltungKernels *kernels = faltung_kernels();
    guint8 *kept = step->state;
    const float *x = step->inputs[0];
    float *y = step->output, factor = scale(step->layer);
    uint32_t limit = threshold(step->layer), key[2], counter[4];
    faltung_random_counter(&step->random, 0, key, counter);
    int threads = faltung_threads_for(step->threads, 20.0 * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t begin = 0; begin < size; begin += CHUNK) {
        uint32_t words[CHUNK];
        int n = MIN(CHUNK, size - begin);
        kernels->random_words(key, counter + 1, begin / 64, (n + 63) / 64, words);
        drop(n, words, limit, factor, x + begin, y + begin, kept + begin);
    }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    size_t size = size_of(step);
    const guint8 *kept = step->state;
    const float *dy = step->output_gradient;
    float *dx = step->input_gradients[0], factor = step->training ? scale(step->layer) : 1;
    int threads = faltung_threads_for(step->threads, 4.0 * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t begin = 0; begin < size; begin += CHUNK)
        pass_back(MIN(CHUNK, size - begin), kept + begin, factor, dy + begin, dx + begin,
                  step->overwrite[0]);
}

/* Whether value i of the batch (in the field's layout) stays. */
static gboolean is_kept(const FaltungReference *r, size_t i) {
    const FaltungShape *order = &r->layer->order;
    size_t size = faltung_shape_size(order);
    size_t element = i / size * size + faltung_layout_inside(order, i % size);
    return faltung_random_word(&r->random, element) >= threshold(r->layer);
}

static void dropout_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *x = r->inputs[0];
    double *y = r->output;

    for (size_t i = 0; i < size; i++) {
        if (r->training)
            y[i] = is_kept(r, i) ? x[i] * scale(r->layer) : 0;
        else
            y[i] = x[i];
    }
}

static void dropout_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);
    const double *dy = r->output_gradient;
    double *dx = r->input_gradients[0];

    for (size_t i = 0; i < size; i++) {
        if (!r->training)
            dx[i] += dy[i];
        else if (is_kept(r, i))
            dx[i] += dy[i] * scale(r->layer);
    }
}

const FaltungOperation faltung_operation_dropout = {
    .kind =
        {
            .name = "dropout",
            .title = "Dropout",
            .summary = "drops random values while training, so that no unit relies on another",
            .options = options,
            .options_size = sizeof(Dropout),
        },
    .group = FALTUNG_GROUP_REGULARIZATION,
    .flags = FALTUNG_TRAINING_ONLY | FALTUNG_KEEPS_ORDER | FALTUNG_FORGETS_INPUTS |
             FALTUNG_FORGETS_OUTPUT,
    .equation = "y_i = \\frac{m_i}{1 - p} \\, x_i, \\quad m_i \\sim \\mathrm{Bernoulli}(1 - p)",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .state_size = state_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = dropout_forward_reference,
    .backward_reference = dropout_backward_reference,
    .file = "dropout.c",
};
