/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk-private.h"
#include "core/base/tex.h"
#include "core/graph/activation-layer.h"

#include <math.h>
#include <stdlib.h>

/*
 * The chain rule in numbers. How much each output of a layer changes with one of the values that it
 * is made of is asked of the reference code, by a small change of that value there and back; each
 * such slope times what came back to the output is one product of the sum.
 */

enum { DIGITS = 4, MOST_PRODUCTS = 4 };

typedef struct {
    double came_back, slope;
} Product;

static int by_size(const void *a, const void *b) {
    const Product *p = a, *q = b;
    double x = fabs(p->came_back * p->slope), y = fabs(q->came_back * q->slope);
    return (x < y) - (x > y);
}

static void write_number(GString *tex, double value) {
    g_string_append(tex, value < 0.0 ? "(" : "");
    faltung_tex_number(tex, DIGITS, value);
    g_string_append(tex, value < 0.0 ? ")" : "");
}

/* Adds @value to a sum. */
static void write_signed(GString *tex, double value) {
    g_string_append(tex, value < 0.0 ? " - " : " + ");
    faltung_tex_number(tex, DIGITS, fabs(value));
}

/* @products: (element-type Product). Those of little size are one number: the rest of @total. */
static char *write_chain(GArray *products, const char *of, const char *by, double total) {
    GString *tex = g_string_new(NULL);
    g_string_append_printf(tex, "\\frac{\\partial L}{\\partial %s} = ", by);
    if (products->len > 1)
        g_string_append(tex, "\\sum ");
    g_string_append_printf(
        tex, "\\frac{\\partial L}{\\partial %s} \\frac{\\partial %s}{\\partial %s}", of, of, by);
    g_array_sort(products, by_size);
    double rest = total;
    guint n = MIN(products->len, MOST_PRODUCTS);
    for (guint i = 0; i < n; i++) {
        const Product *product = &g_array_index(products, Product, i);
        g_string_append(tex, i == 0 ? " = " : " + ");
        write_number(tex, product->came_back);
        g_string_append(tex, " \\cdot ");
        write_number(tex, product->slope);
        rest -= product->came_back * product->slope;
    }
    if (products->len > n)
        write_signed(tex, rest);
    g_string_append(tex, " = ");
    faltung_tex_number(tex, DIGITS, total);
    return g_string_free(tex, FALSE);
}

/* The slopes of all outputs along *@value, which @r reads. @came_back: (n): to the outputs.
   Returns: (transfer full) (element-type Product): of those that are not 0. */
static GArray *products_along(FaltungReference *r, double *value, const double *came_back,
                              size_t n) {
    GArray *products = g_array_new(FALSE, FALSE, sizeof(Product));
    g_autofree double *up = g_new0(double, n), *down = g_new0(double, n);
    const double at = *value, change = 1e-5 * fmax(1.0, fabs(at));
    r->output = up;
    *value = at + change;
    r->layer->operation->forward_reference(r);
    r->output = down;
    *value = at - change;
    r->layer->operation->forward_reference(r);
    *value = at;
    for (size_t i = 0; i < n; i++) {
        Product product = {came_back[i], (up[i] - down[i]) / (2.0 * change)};
        if (product.came_back * product.slope != 0.0)
            g_array_append_val(products, product);
    }
    return products;
}

/* The operation of @layer, or its activation, once more by itself. */
static FaltungReference reference_of(const FaltungWalk *walk, const FaltungLayer *layer,
                                     int index) {
    FaltungReference r = {.layer = layer, .batch = 1};
    r.random = faltung_layer_random(index, 0, 0);
    for (int p = 0; p < layer->n_parameters; p++)
        r.parameters[p] = faltung_reference_network_parameter(walk->network, index, p);
    return r;
}

static char *chain_through(const FaltungWalk *walk, int index, const FaltungWalkTensor *gradient,
                           size_t at) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    FaltungReference r = reference_of(walk, layer, index);
    for (int k = 0; k < layer->n_inputs; k++)
        r.inputs[k] = faltung_walk_output(walk, layer->inputs[k]);
    gboolean of_input = gradient->role != FALTUNG_WALK_PARAMETER;
    const double **changed = of_input ? &r.inputs[gradient->which] : &r.parameters[gradient->which];
    g_autofree double *copy =
        g_memdup2(*changed, faltung_shape_size(&gradient->shape) * sizeof(double));
    *changed = copy;
    g_autoptr(GArray) products =
        products_along(&r, &copy[at], faltung_reference_network_sum_gradient(walk->network, index),
                       faltung_shape_size(&layer->output_shape));
    return write_chain(products, layer->activation.kind ? "s" : "y", of_input ? "x" : "w",
                       gradient->values[at]);
}

static char *chain_through_activation(const FaltungWalk *walk, int index,
                                      const FaltungWalkTensor *gradient, size_t at) {
    FaltungLayer layer = faltung_activation_layer(faltung_graph_layer(walk->graph, index));
    size_t n = faltung_shape_size(&layer.output_shape);
    FaltungReference r = reference_of(walk, &layer, index);
    g_autofree double *copy =
        g_memdup2(faltung_reference_network_sum(walk->network, index), n * sizeof(double));
    r.inputs[0] = copy;
    g_autoptr(GArray) products = products_along(
        &r, &copy[at], faltung_reference_network_output_gradient(walk->network, index), n);
    return write_chain(products, "y", "s", gradient->values[at]);
}

/* What all who take the output of @layer send back to it; NULL: it is one alone. */
static char *sum_of_parts(const FaltungWalk *walk, int layer, const FaltungWalkTensor *gradient,
                          size_t at) {
    GString *tex = g_string_new("\\frac{\\partial L}{\\partial x} = ");
    gsize begin = tex->len;
    for (guint i = 0; i < walk->graph->layers->len; i++) {
        const FaltungLayer *user = faltung_graph_layer(walk->graph, i);
        for (int k = 0; k < user->n_inputs; k++) {
            const double *part = user->inputs[k] == layer ? walk->parts[i][k] : NULL;
            if (part && tex->len == begin)
                faltung_tex_number(tex, DIGITS, part[at]);
            else if (part)
                write_signed(tex, part[at]);
        }
    }
    gboolean any = tex->len > begin;
    g_string_append(tex, " = ");
    faltung_tex_number(tex, DIGITS, gradient->values[at]);
    return g_string_free(tex, !any);
}

char *faltung_walk_chain_tex(const FaltungWalk *walk, int index, const FaltungWalkTensor *gradient,
                             size_t at) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    switch (gradient->role) {
    case FALTUNG_WALK_OUTPUT:
        return sum_of_parts(walk, index, gradient, at);
    case FALTUNG_WALK_SUM:
        return chain_through_activation(walk, index, gradient, at);
    case FALTUNG_WALK_INPUT:
        if (walk->parts[index][gradient->which])
            return sum_of_parts(walk, layer->inputs[gradient->which], gradient, at);
        return chain_through(walk, index, gradient, at);
    default:
        return chain_through(walk, index, gradient, at);
    }
}
