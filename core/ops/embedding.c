/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/indices.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/train/initializer.h"

#include <string.h>

typedef struct {
    int vocabulary, units;
    FaltungVariant init;
} Embedding;

static const FaltungOptionSpec options[] = {
    {"vocabulary", "number of different indices", FALTUNG_INTEGER, offsetof(Embedding, vocabulary),
     NULL, 1, 1 << 24, .example = "100"},
    {"units", "length of the vector that is learned for each", FALTUNG_INTEGER,
     offsetof(Embedding, units), NULL, 1, 1 << 24, .example = "32"},
    {"init", "how the vectors begin", FALTUNG_VARIANT, offsetof(Embedding, init), "normal",
     .table = faltung_initializers},
    {NULL},
};

static int n_indices(const FaltungLayer *layer) {
    return ((const Embedding *)layer->options)->vocabulary;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Embedding *embedding = layer->options;
    if (!faltung_indices_infer_shape(layer, embedding->units, error))
        return FALSE;
    faltung_layer_add_parameter(layer, "weight",
                                FALTUNG_SHAPE(embedding->vocabulary, embedding->units),
                                embedding->vocabulary, embedding->units, &embedding->init);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return 0;
}

static int rows_of(const FaltungStep *step) {
    return step->batch * step->layer->input_shapes[0].dims[0];
}

static void forward(const FaltungStep *step) {
    int vocabulary = n_indices(step->layer), units = step->layer->output_shape.dims[1];
    const float *x = step->inputs[0];          /* (N T) */
    const float *weight = step->parameters[0]; /* (vocabulary, units) */
    float *y = step->output;                   /* (N T, units) */
    int rows = rows_of(step);
    int threads = faltung_threads_for(step->threads, 4.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int row = 0; row < rows; row++) {
        int index = faltung_index(x[row], vocabulary);
        if (index >= 0)
            memcpy(y + (size_t)row * units, weight + (size_t)index * units, units * sizeof(float));
        else
            memset(y + (size_t)row * units, 0, units * sizeof(float));
    }
}

/* Adds @n neighbouring columns of every row's gradient to the vector of its index. */
FALTUNG_CLONES
static void add_gradients(int rows, int vocabulary, int units, int n, const float *x,
                          const float *dy, float *dweight) {
    for (int row = 0; row < rows; row++, dy += units) {
        int index = faltung_index(x[row], vocabulary);
        if (index < 0)
            continue;
        float *to = dweight + (size_t)index * units;
        for (int u = 0; u < n; u++)
            to[u] += dy[u];
    }
}

/* The same index may come in many rows, so the threads share the columns: each element of the
   gradient is the sum of its rows in their order. */
static void backward(const FaltungStep *step) {
    enum { COLUMNS = 16 }; /* a cache line */
    if (!step->parameter_gradients[0])
        return;
    int vocabulary = n_indices(step->layer), units = step->layer->output_shape.dims[1];
    int rows = rows_of(step), blocks = (units + COLUMNS - 1) / COLUMNS;
    int threads = faltung_threads_for(step->threads, 8.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int block = 0; block < blocks; block++) {
        int first = block * COLUMNS;
        add_gradients(rows, vocabulary, units, MIN(COLUMNS, units - first), step->inputs[0],
                      step->output_gradient + first, step->parameter_gradients[0] + first);
    }
}

static void embedding_forward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0];
    int units = r->layer->output_shape.dims[1];
    const double(*x)[steps] = (const void *)r->inputs[0];
    const double(*weight)[units] = (const void *)r->parameters[0];
    double(*y)[steps][units] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int t = 0; t < steps; t++) {
            int index = x[n][t];
            for (int u = 0; u < units; u++)
                y[n][t][u] = weight[index][u];
        }
}

static void embedding_backward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0];
    int units = r->layer->output_shape.dims[1];
    const double(*x)[steps] = (const void *)r->inputs[0];
    const double(*dy)[steps][units] = (const void *)r->output_gradient;
    double(*dweight)[units] = (void *)r->parameter_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int t = 0; t < steps; t++) {
            int index = x[n][t];
            for (int u = 0; u < units; u++)
                dweight[index][u] += dy[n][t][u];
        }
}

const FaltungOperation faltung_operation_embedding = {
    .kind =
        {
            .name = "embedding",
            .title = "Embedding",
            .summary = "looks up a learned vector for each index",
            .options = options,
            .options_size = sizeof(Embedding),
        },
    .group = FALTUNG_GROUP_DENSE,
    .equation = "y_{tu} = w_{x_t u}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .n_indices = n_indices,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = embedding_forward_reference,
    .backward_reference = embedding_backward_reference,
    .file = "embedding.c",
};
