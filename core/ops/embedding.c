/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/indices.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"
#include "core/train/initializer.h"

#include <string.h>

typedef struct {
    int vocabulary, units, padding_index;
    FaltungVariant init;
} Embedding;

static const FaltungOptionSpec options[] = {
    {"vocabulary", "number of different indices", FALTUNG_INTEGER, offsetof(Embedding, vocabulary),
     NULL, 1, 1 << 24, .example = "100"},
    {"units", "length of the vector that is learned for each", FALTUNG_INTEGER,
     offsetof(Embedding, units), NULL, 1, 1 << 24, .example = "32"},
    {"padding_index", "the index that stands for no letter: its vector is 0; -1: there is none",
     FALTUNG_INTEGER, offsetof(Embedding, padding_index), "-1", -1, (1 << 24) - 1},
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
    if (embedding->padding_index >= embedding->vocabulary)
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "padding_index is %d, but the vocabulary has the indices from 0 to %d",
                            embedding->padding_index, embedding->vocabulary - 1);
    faltung_layer_add_parameter(layer, "weight",
                                FALTUNG_SHAPE(embedding->vocabulary, embedding->units),
                                embedding->vocabulary, embedding->units, &embedding->init);
    return TRUE;
}

/* The vector that an index means, or -1: none. */
static int vector_of(const Embedding *embedding, double index) {
    int vector = faltung_index(index, embedding->vocabulary);
    return vector == embedding->padding_index ? -1 : vector;
}

static double flops(const FaltungLayer *layer) {
    return 0;
}

static int rows_of(const FaltungStep *step) {
    return step->batch * step->layer->input_shapes[0].dims[0];
}

static void forward(const FaltungStep *step) {
    const Embedding *embedding = step->layer->options;
    int units = embedding->units;
    const float *x = step->inputs[0];          /* (N T) */
    const float *weight = step->parameters[0]; /* (vocabulary, units) */
    float *y = step->output;                   /* (N T, units) */
    int rows = rows_of(step);
    int threads = faltung_threads_for(step->threads, 4.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int row = 0; row < rows; row++) {
        int index = vector_of(embedding, x[row]);
        if (index >= 0)
            memcpy(y + (size_t)row * units, weight + (size_t)index * units, units * sizeof(float));
        else
            memset(y + (size_t)row * units, 0, units * sizeof(float));
    }
}

/* Adds @n neighbouring columns of every row's gradient to the vector of its index. */
FALTUNG_CLONES
static void add_gradients(int rows, const Embedding *embedding, int n, const float *x,
                          const float *dy, float *dweight) {
    int units = embedding->units;
    for (int row = 0; row < rows; row++, dy += units) {
        int index = vector_of(embedding, x[row]);
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
    const Embedding *embedding = step->layer->options;
    int units = embedding->units, rows = rows_of(step), blocks = (units + COLUMNS - 1) / COLUMNS;
    int threads = faltung_threads_for(step->threads, 8.0 * rows * units);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int block = 0; block < blocks; block++) {
        int first = block * COLUMNS;
        add_gradients(rows, embedding, MIN(COLUMNS, units - first), step->inputs[0],
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
            int index = vector_of(r->layer->options, x[n][t]);
            for (int u = 0; u < units; u++)
                y[n][t][u] = index >= 0 ? weight[index][u] : 0;
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
            int index = vector_of(r->layer->options, x[n][t]);
            for (int u = 0; index >= 0 && u < units; u++)
                dweight[index][u] += dy[n][t][u];
        }
}

static const FaltungInner inner[] = {
    {"weight",
     "the vectors, a row for each index",
     "weight",
     {FALTUNG_AXIS_INDEX, FALTUNG_AXIS_UNIT},
     .parameter = TRUE},
    {NULL},
};

static int inner_places(const FaltungLayer *layer, FaltungInnerAxis axis) {
    const Embedding *embedding = layer->options;
    return axis == FALTUNG_AXIS_INDEX ? embedding->vocabulary : embedding->units;
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
    .equation = "\\mark{y}{y_{tu}} = \\mark{weight}{w_{\\mark{x}{x_t} u}}",
    .reach = faltung_reach_step,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .n_indices = n_indices,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = embedding_forward_reference,
    .backward_reference = embedding_backward_reference,
    .file = "embedding.c",
    .inner = inner,
    .inner_places = inner_places,
};
