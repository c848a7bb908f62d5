/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/compare.h"

#include "core/base/error.h"

#include <math.h>

void faltung_compared_free(FaltungCompared *compared) {
    g_free(compared->name);
    g_free(compared->a);
    g_free(compared->b);
    g_free(compared->difference);
    g_free(compared);
}

gboolean faltung_compare_forward(FaltungNetwork *a, FaltungNetwork *b, const float *sample,
                                 GError **error) {
    const FaltungShape *takes_a = &faltung_network_graph(a)->input;
    const FaltungShape *takes_b = &faltung_network_graph(b)->input;
    if (!faltung_shape_equal(takes_a, takes_b)) {
        g_autofree char *shape_a = faltung_shape_to_yaml(takes_a);
        g_autofree char *shape_b = faltung_shape_to_yaml(takes_b);
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "one network takes %s and the other %s: no sample goes through both",
                            shape_a, shape_b);
    }
    faltung_network_set_input(a, 1, sample);
    faltung_network_forward(a, FALSE, 0);
    faltung_network_set_input(b, 1, sample);
    faltung_network_forward(b, FALSE, 0);
    return TRUE;
}

/* Takes @a and @b. */
static FaltungCompared *compared_new(const char *name, const FaltungShape *shape, float *a,
                                     float *b) {
    FaltungCompared *compared = g_new0(FaltungCompared, 1);
    compared->name = g_strdup(name);
    compared->shape = *shape;
    compared->n = faltung_shape_size(shape);
    compared->a = a;
    compared->b = b;
    compared->difference = g_new(float, compared->n);
    double squares_a = 0.0, squares_b = 0.0, squares = 0.0;
    for (size_t i = 0; i < compared->n; i++) {
        float difference = compared->difference[i] = b[i] - a[i];
        squares_a += (double)a[i] * a[i];
        squares_b += (double)b[i] * b[i];
        squares += (double)difference * difference;
        compared->largest = fmaxf(compared->largest, fmaxf(fabsf(a[i]), fabsf(b[i])));
        compared->largest_difference = fmaxf(compared->largest_difference, fabsf(difference));
    }
    compared->rms_a = sqrt(squares_a / compared->n);
    compared->rms_b = sqrt(squares_b / compared->n);
    compared->rms_difference = sqrt(squares / compared->n);
    return compared;
}

static FaltungCompared *compare_output(FaltungNetwork *a, FaltungNetwork *b, int layer_a,
                                       int layer_b, const FaltungShape *shape) {
    size_t n = faltung_shape_size(shape);
    float *values_a = g_new(float, n), *values_b = g_new(float, n);
    faltung_network_read_output(a, layer_a, 0, values_a);
    faltung_network_read_output(b, layer_b, 0, values_b);
    return compared_new("output", shape, values_a, values_b);
}

static float *read_parameter(FaltungNetwork *network, int layer, int parameter, size_t n) {
    float *values = g_new(float, n);
    faltung_network_unpack(network, faltung_network_parameters(network), layer, parameter, values);
    return values;
}

/* Returns: the index of the parameter of that name and shape, or -1. */
static int find_parameter(const FaltungLayer *layer, const FaltungParameter *like) {
    for (int p = 0; p < layer->n_parameters; p++)
        if (g_str_equal(layer->parameters[p].name, like->name) &&
            faltung_shape_equal(&layer->parameters[p].shape, &like->shape))
            return p;
    return -1;
}

GPtrArray *faltung_compare_layer(FaltungNetwork *a, FaltungNetwork *b, int layer, GError **error) {
    const FaltungLayer *is_a = faltung_graph_layer(faltung_network_graph(a), layer);
    int layer_b = faltung_graph_find(faltung_network_graph(b), is_a->name);
    if (layer_b < 0) {
        faltung_fail(error, FALTUNG_ERROR_SHAPE, "the other network has no layer '%s'", is_a->name);
        return NULL;
    }
    const FaltungLayer *is_b = faltung_graph_layer(faltung_network_graph(b), layer_b);
    if (!faltung_shape_equal(&is_a->output_shape, &is_b->output_shape)) {
        g_autofree char *shape_a = faltung_shape_to_yaml(&is_a->output_shape);
        g_autofree char *shape_b = faltung_shape_to_yaml(&is_b->output_shape);
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "layer '%s' gives %s here and %s in the other network", is_a->name, shape_a,
                     shape_b);
        return NULL;
    }
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_compared_free);
    g_ptr_array_add(all, compare_output(a, b, layer, layer_b, &is_a->output_shape));
    for (int p = 0; p < is_a->n_parameters; p++) {
        const FaltungParameter *parameter = &is_a->parameters[p];
        int other = find_parameter(is_b, parameter);
        size_t n = faltung_shape_size(&parameter->shape);
        if (other >= 0)
            g_ptr_array_add(all, compared_new(parameter->name, &parameter->shape,
                                              read_parameter(a, layer, p, n),
                                              read_parameter(b, layer_b, other, n)));
    }
    return all;
}
