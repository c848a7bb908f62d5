/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/microscope-text.h"

#include "core/graph/reach.h"

#include <glib/gi18n.h>

#define MOST_PRODUCTS 6
#define MOST_COLUMNS 7

static void append_reach(GString *text, const FaltungReach *reach, const FaltungShape *shape) {
    gboolean all = TRUE;
    for (int i = 0; i < shape->rank; i++) {
        all = all && reach->first[i] == 0 && reach->last[i] == shape->dims[i] - 1;
    }
    if (all) {
        g_string_append(text, _("\nsees all of the input"));
    } else if (shape->rank == 3) {
        g_string_append_printf(text, _("\nsees rows %d to %d, columns %d to %d of the input"),
                               reach->first[1], reach->last[1], reach->first[2], reach->last[2]);
    } else if (reach->any) {
        g_string_append_printf(text, _("\nsees values %d to %d of the input"), reach->first[0],
                               reach->last[0]);
    }
}

/* The channel that adds most, and the kernel on it beside the patch. */
static void append_window(GString *text, const FaltungProducts *products) {
    int most = 0;
    faltung_products_by_size(products, 1, &most);
    g_string_append_printf(text, _("\nchannel %d: kernel, patch"), most);
    gsize at = (gsize)most * products->rows * products->columns;
    for (int i = 0; i < products->rows && products->columns <= MOST_COLUMNS; i++) {
        const float *rows[] = {products->weights + at + i * products->columns,
                               products->inputs + at + i * products->columns};
        for (int k = 0; k < 2; k++) {
            g_string_append(text, k == 0 ? "\n" : "  ×");
            for (int j = 0; j < products->columns; j++) {
                g_string_append_printf(text, " %7.3f", rows[k][j]);
            }
        }
    }
    g_string_append_printf(text, _("\nproducts of the channel: %.5g"),
                           faltung_products_channel(products, most));
}

/* The largest products. */
static void append_products(GString *text, const FaltungProducts *products) {
    int channels[MOST_PRODUCTS];
    int n = faltung_products_by_size(products, MOST_PRODUCTS, channels);
    for (int k = 0; k < n; k++) {
        int c = channels[k];
        g_string_append_printf(text, "\n[%d] %8.4f × %8.4f = %8.4f", c, products->weights[c],
                               products->inputs[c], faltung_products_channel(products, c));
    }
    if (products->channels > MOST_PRODUCTS) {
        g_string_append_printf(text, _("\n… and %d smaller ones"),
                               products->channels - MOST_PRODUCTS);
    }
}

FaltungProducts *faltung_microscope_products(const FaltungGraph *graph,
                                             const FaltungSnapshot *snapshot, int index_of_layer,
                                             gsize index) {
    const FaltungLayer *layer =
        index_of_layer >= 0 ? faltung_graph_layer(graph, index_of_layer) : NULL;
    const FaltungWeights *weights = snapshot->weights;
    if (layer == NULL || layer->n_parameters == 0 || weights == NULL ||
        weights->step != snapshot->step || snapshot->values[layer->inputs[0] + 1] == NULL) {
        return NULL;
    }
    g_autofree float *weight = faltung_weights_read(weights, index_of_layer, 0);
    g_autofree float *bias =
        layer->n_parameters > 1 ? faltung_weights_read(weights, index_of_layer, 1) : NULL;
    return faltung_products_new(layer, index, snapshot->values[layer->inputs[0] + 1], weight, bias);
}

static void append_arithmetic(GString *text, const FaltungLayer *layer,
                              const FaltungProducts *products, double value) {
    if (products->rows * products->columns > 1) {
        append_window(text, products);
    } else {
        append_products(text, products);
    }
    g_string_append_printf(text, _("\nall %d: %.5g, bias %.5g, sum %.5g"), products->channels,
                           products->sum - products->bias, products->bias, products->sum);
    if (layer->activation.kind != NULL) {
        g_string_append_printf(text, "\n%s: %.5g", layer->activation.kind->name, value);
    }
}

/* In a training the weights may be a second older than the values. */
static gboolean is_old(const FaltungSnapshot *snapshot) {
    return snapshot->weights != NULL && snapshot->weights->step != snapshot->step;
}

char *faltung_microscope_describe(const FaltungGraph *graph, const FaltungSnapshot *snapshot,
                                  int layer, gsize index, const FaltungProducts *products) {
    const FaltungLayer *at = layer >= 0 ? faltung_graph_layer(graph, layer) : NULL;
    const FaltungShape *shape = at != NULL ? &at->output_shape : &graph->input;
    double value = snapshot->values[layer + 1][index];
    g_autofree char *place = faltung_shape_place(shape, index);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s: %.5g", at != NULL ? at->name : "input", place, value);
    if (at == NULL) {
        return g_string_free(text, FALSE);
    }
    g_autofree FaltungReach *reaches = g_new(FaltungReach, graph->layers->len + 1);
    faltung_reach_back(graph, layer, index, reaches);
    append_reach(text, &reaches[0], &graph->input);
    if (products != NULL) {
        append_arithmetic(text, at, products, value);
    } else if (is_old(snapshot)) {
        g_string_append(text, _("\nA pause shows how it is computed."));
    }
    return g_string_free(text, FALSE);
}
