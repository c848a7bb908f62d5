/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/products.h"

#include "core/ops/conv.h"
#include "core/ops/layout.h"

#include <math.h>
#include <string.h>

void faltung_products_free(FaltungProducts *products) {
    g_free(products->weights);
    g_free(products->inputs);
    g_free(products);
}

double faltung_products_channel(const FaltungProducts *products, int channel) {
    size_t size = (size_t)products->rows * products->columns;
    double sum = 0;
    for (size_t i = channel * size; i < (channel + 1) * size; i++)
        sum += (double)products->weights[i] * products->inputs[i];
    return sum;
}

int faltung_products_by_size(const FaltungProducts *products, int most, int *channels) {
    int n = 0;
    for (int c = 0; c < products->channels; c++) {
        double size = fabs(faltung_products_channel(products, c));
        if (isnan(size))
            continue;
        int at = n;
        while (at > 0 && fabs(faltung_products_channel(products, channels[at - 1])) < size)
            at--;
        if (at == most)
            continue;
        n = MIN(n + 1, most);
        memmove(channels + at + 1, channels + at, (n - at - 1) * sizeof *channels);
        channels[at] = c;
    }
    return n;
}

static FaltungProducts *products_new(int channels, int rows, int columns) {
    FaltungProducts *products = g_new0(FaltungProducts, 1);
    products->channels = channels;
    products->rows = rows;
    products->columns = columns;
    products->weights = g_new0(float, (size_t)channels *rows *columns);
    products->inputs = g_new0(float, (size_t)channels *rows *columns);
    return products;
}

/* A row of the weight matrix (out, in) times the features of the row of the input. */
static FaltungProducts *of_dense(const FaltungLayer *layer, size_t index, const float *input,
                                 const float *weight, int *unit) {
    const FaltungShape *shape = &layer->parameters[0].shape;
    int outputs = shape->dims[0], features = shape->dims[1];
    if (layer->parameters[0].transposed || layer->input_shapes[0].rank > 2)
        return NULL;
    FaltungProducts *products = products_new(features, 1, 1);
    *unit = (int)(index % outputs);
    memcpy(products->weights, weight + (size_t)*unit * features, features * sizeof(float));
    memcpy(products->inputs, input + index / outputs * features, features * sizeof(float));
    return products;
}

/* A filter (out, in / groups, kh, kw) times the patch of the images that it lies on. */
static FaltungProducts *of_conv2d(const FaltungLayer *layer, size_t index, const float *input,
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
    FaltungProducts *products = products_new(channels, shape->dims[2], shape->dims[3]);
    size_t n = (size_t)channels * products->rows * products->columns;
    memcpy(products->weights, weight + *unit * n, n * sizeof(float));
    float *to = products->inputs;
    for (int c = 0; c < channels; c++)
        for (int i = 0; i < products->rows; i++)
            for (int j = 0; j < products->columns; j++, to++) {
                int row = h * slides[1].stride - slides[1].before + i * slides[1].dilation;
                int column = w * slides[2].stride - slides[2].before + j * slides[2].dilation;
                if (row >= 0 && row < images->dims[1] && column >= 0 && column < images->dims[2])
                    *to = input[((size_t)(first + c) * images->dims[1] + row) * images->dims[2] +
                                column];
            }
    return products;
}

FaltungProducts *faltung_products_new(const FaltungLayer *layer, size_t index, const float *input,
                                      const float *weight, const float *bias) {
    const char *name = layer->operation->kind.name;
    int unit = 0;
    FaltungProducts *products = NULL;
    if (strcmp(name, "dense") == 0)
        products = of_dense(layer, index, input, weight, &unit);
    else if (strcmp(name, "conv2d") == 0 &&
             ((const FaltungConv *)layer->options)->padding_mode == FALTUNG_EDGE_CONSTANT)
        products = of_conv2d(layer, index, input, weight, &unit);
    if (!products)
        return NULL;
    products->bias = bias ? bias[unit] : 0;
    products->sum = products->bias;
    for (int c = 0; c < products->channels; c++)
        products->sum += faltung_products_channel(products, c);
    return products;
}
