/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/terms.h"

#include "core/ops/conv.h"
#include "core/ops/layout.h"

#include <string.h>

void faltung_terms_free(FaltungTerms *terms) {
    g_free(terms->weights);
    g_free(terms->inputs);
    g_free(terms);
}

double faltung_terms_channel(const FaltungTerms *terms, int channel) {
    size_t size = (size_t)terms->rows * terms->columns;
    double sum = 0;
    for (size_t i = channel * size; i < (channel + 1) * size; i++)
        sum += (double)terms->weights[i] * terms->inputs[i];
    return sum;
}

static FaltungTerms *new_terms(int channels, int rows, int columns) {
    FaltungTerms *terms = g_new0(FaltungTerms, 1);
    terms->channels = channels;
    terms->rows = rows;
    terms->columns = columns;
    terms->weights = g_new0(float, (size_t)channels *rows *columns);
    terms->inputs = g_new0(float, (size_t)channels *rows *columns);
    return terms;
}

/* A row of the weight matrix (out, in) times the features of the row of the input. */
static FaltungTerms *of_dense(const FaltungLayer *layer, size_t index, const float *input,
                              const float *weight, int *unit) {
    const FaltungShape *shape = &layer->parameters[0].shape;
    int outputs = shape->dims[0], features = shape->dims[1];
    if (layer->parameters[0].transposed || layer->input_shapes[0].rank > 2)
        return NULL;
    FaltungTerms *terms = new_terms(features, 1, 1);
    *unit = (int)(index % outputs);
    memcpy(terms->weights, weight + (size_t)*unit * features, features * sizeof(float));
    memcpy(terms->inputs, input + index / outputs * features, features * sizeof(float));
    return terms;
}

/* A filter (out, in / groups, kh, kw) times the patch of the images that it lies on. */
static FaltungTerms *of_conv2d(const FaltungLayer *layer, size_t index, const float *input,
                               const float *weight, int *unit) {
    const FaltungShape *shape = &layer->parameters[0].shape, *output = &layer->output_shape;
    const FaltungShape *images = &layer->input_shapes[0];
    int pixels = output->dims[1] * output->dims[2];
    int at = (int)(index % pixels), h = at / output->dims[2], w = at % output->dims[2];
    int channels = shape->dims[1], filters_a_group = shape->dims[0] * channels / images->dims[0];
    *unit = (int)(index / pixels);
    int first = *unit / filters_a_group * channels;
    int sides[3];
    FaltungSlide slides[3];
    faltung_layout_sides(images, sides);
    faltung_conv_slides(layer, sides, slides);
    FaltungTerms *terms = new_terms(channels, shape->dims[2], shape->dims[3]);
    size_t n = (size_t)channels * terms->rows * terms->columns;
    memcpy(terms->weights, weight + *unit * n, n * sizeof(float));
    float *to = terms->inputs;
    for (int c = 0; c < channels; c++)
        for (int i = 0; i < terms->rows; i++)
            for (int j = 0; j < terms->columns; j++, to++) {
                int row = h * slides[1].stride - slides[1].before + i * slides[1].dilation;
                int column = w * slides[2].stride - slides[2].before + j * slides[2].dilation;
                if (row >= 0 && row < images->dims[1] && column >= 0 && column < images->dims[2])
                    *to = input[((size_t)(first + c) * images->dims[1] + row) * images->dims[2] +
                                column];
            }
    return terms;
}

FaltungTerms *faltung_terms_new(const FaltungLayer *layer, size_t index, const float *input,
                                const float *weight, const float *bias) {
    const char *name = layer->operation->kind.name;
    int unit = 0;
    FaltungTerms *terms = NULL;
    if (strcmp(name, "dense") == 0)
        terms = of_dense(layer, index, input, weight, &unit);
    else if (strcmp(name, "conv2d") == 0 &&
             ((const FaltungConv *)layer->options)->padding_mode == FALTUNG_EDGE_CONSTANT)
        terms = of_conv2d(layer, index, input, weight, &unit);
    if (!terms)
        return NULL;
    terms->bias = bias ? bias[unit] : 0;
    terms->sum = terms->bias;
    for (int c = 0; c < terms->channels; c++)
        terms->sum += faltung_terms_channel(terms, c);
    return terms;
}
