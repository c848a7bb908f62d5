/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/graph/products.h"
#include "core/graph/reach.h"
#include "core/graph/reference.h"
#include "tests/train/walk.h"

#include <string.h>

/* Networks whose gradients are zero only where nothing is connected: no relu, no largest value. */
static const char *const networks[] = {
    "{input: [2, 9, 8], layers: [conv2d: {filters: 3, kernel: 3, padding: same},"
    " avg_pool2d: {kernel: 2}, conv2d: {filters: 2, kernel: [1, 3], stride: 2, padding: 1}]}",
    "{input: [1, 11, 11], layers: [conv2d: {filters: 2, kernel: 3, dilation: 2, padding: valid},"
    " tanh: , batch_norm: , flatten: , dense: {units: 5}]}",
    "{input: [2, 6, 6], layers: [conv2d: {name: a, filters: 2, kernel: 3, padding: same},"
    " conv2d: {name: b, filters: 2, kernel: 5, padding: same, inputs: [input]},"
    " add: {inputs: [a, b]}, concat: {name: c, inputs: [add, a]},"
    " conv2d: {filters: 1, kernel: 1}]}",
    "{input: [7, 3], layers: [conv1d: {filters: 4, kernel: 3, padding: same},"
    " conv1d: {filters: 2, kernel: 2, stride: 2}]}",
    "{input: [4, 6, 6], layers: [conv2d: {filters: 4, kernel: 3, groups: 2, padding: 1},"
    " conv_transpose2d: {filters: 3, kernel: 3, stride: 2, padding: 1}]}",
    "{input: [6, 3], layers: [conv_transpose1d: {filters: 2, kernel: 4, stride: 2, groups: 1}]}",
    "{input: [1, 6, 6], layers: [pad: {before: [1, 2]}, slice: {axis: 2, begin: 0, length: 3},"
    " crop: {before: [0, 1]}, conv2d: {filters: 2, kernel: 2}]}",
    "{input: [2, 3, 4], layers: [permute: {axes: [2, 3, 1]}, upsample2d: {scale: [2, 3]},"
    " slice: {axis: 3, begin: 1}]}",
    "{input: [1, 4, 4], layers: [upsample2d: {scale: 2, mode: bilinear}]}",
    "{input: [5, 3], layers: [lstm: {units: 2}, dense: {units: 2}, layer_norm: ]}",
    "{input: [5, 3], layers: [gru: {units: 2, reverse: true, layers: 2}]}",
    "{input: [5, 3], layers: [rnn: {units: 2, bidirectional: true}, dense: {units: 2}]}",
    "{input: [5, 4], layers: [multi_head_attention: {heads: 2, causal: true}]}",
    "{input: [5, 4], layers: [multi_head_attention: {heads: 2}, global_avg_pool: ]}",
    "{input: [5, 4], layers: [positional_encoding: , softmax: ]}",
    "{input: [4, 3, 3], layers: [group_norm: {groups: 2}]}",
    "{input: [3, 4], layers: [upsample1d: {scale: 2, mode: linear}, group_norm: {groups: 2}]}",
    "{input: [4, 3, 3], layers: [instance_norm: , global_avg_pool: ]}",
    "{input: [3, 2, 5, 5], layers: [time_distributed: {layer: {conv2d: {filters: 2, kernel: 3}}},"
    " time_distributed: {layer: {batch_norm: }}]}",
};

/* Where a value is seen at several places of which those between do not see it. */
static const char *const folded[] = {
    "{input: [1, 6, 6], layers: [pad: {before: [1, 2], mode: reflect}, conv2d: {filters: 2,"
    " kernel: 2}]}",
    "{input: [1, 5, 5], layers: [conv2d: {filters: 2, kernel: 3, padding: 2,"
    " padding_mode: reflect}]}",
};

static FaltungExperiment *parse(const char *network) {
    g_autofree char *yaml =
        g_strdup_printf("data: {name: digits}\nnetwork: %s\ntrain: {loss: mse}\n", network);
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(yaml, "test.yaml", NULL, &error);
    g_assert_no_error(error);
    return experiment;
}

static gboolean is_in(const FaltungReach *reach, const FaltungShape *shape, size_t index) {
    gboolean in = reach->any;
    for (int i = shape->rank - 1; i >= 0; i--) {
        int at = (int)(index % shape->dims[i]);
        in = in && at >= reach->first[i] && at <= reach->last[i];
        index /= shape->dims[i];
    }
    return in;
}

/* The receptive field is where the gradient is not zero, by the reference code; and the other way
   round, what an input value feeds is all that has it in its field. @whole: that is a box. */
static void check_field(const char *text, gboolean whole) {
    g_autoptr(FaltungExperiment) experiment = parse(text);
    const FaltungGraph *graph = experiment->graph;
    g_autoptr(FaltungNetwork) weights = faltung_network_new(graph, 5, 1, FALTUNG_NETWORK_TRAINS, 1);
    g_autoptr(FaltungReferenceNetwork) network = faltung_reference_network_new(graph, 1);
    faltung_reference_network_copy_parameters(network, weights);
    size_t n_in = faltung_shape_size(&graph->input);
    size_t n_out = faltung_shape_size(faltung_graph_output(graph));
    g_autofree float *values = g_new(float, n_in);
    g_autofree double *input = g_new(double, n_in), *gradient = g_new(double, n_out);
    fill_random(3, n_in, values);
    for (size_t i = 0; i < n_in; i++)
        input[i] = values[i];
    int last = (int)graph->layers->len - 1;
    g_autofree FaltungReach *back = g_new(FaltungReach, last + 2);
    g_autofree FaltungReach *forward = g_new(FaltungReach, last + 2);
    for (size_t unit = 0; unit < n_out; unit++) {
        memset(gradient, 0, n_out * sizeof(double));
        gradient[unit] = 1;
        faltung_reference_network_forward(network, input, FALSE, 0, 0);
        faltung_reference_network_backward(network, gradient);
        const double *of_input = faltung_reference_network_input_gradient(network);
        faltung_reach_back(graph, last, unit, back);
        for (size_t i = 0; i < n_in; i++) {
            gboolean in = is_in(&back[0], &graph->input, i);
            g_assert_cmpint(in, ==, of_input[i] != 0);
            faltung_reach_forward(graph, FALTUNG_INPUT, i, forward);
            gboolean fed = is_in(&forward[last + 1], faltung_graph_output(graph), unit);
            g_assert_true(whole ? fed == in : fed || !in);
        }
    }
}

static void test_field(gconstpointer data) {
    check_field(data, TRUE);
}

static void test_folded(gconstpointer data) {
    check_field(data, FALSE);
}

static const char *const sums[] = {
    "{input: [3, 7, 6], layers: [conv2d: {filters: 4, kernel: [3, 2], stride: 2, padding: 1}]}",
    ("{input: [4, 6, 6], layers: [conv2d: {filters: 6, kernel: 3, dilation: 2, groups: 2,"
     " padding: same, bias: false}]}"),
    "{input: [9], layers: [dense: {units: 5}]}",
    "{input: [4, 9], layers: [dense: {units: 5}]}",
};

/* The products of every value sum up to it. */
static void test_products(gconstpointer data) {
    g_autoptr(FaltungExperiment) experiment = parse(data);
    const FaltungLayer *layer = faltung_graph_layer(experiment->graph, 0);
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 5, 1, 0, 1);
    float *values[2] = {NULL, NULL};
    for (int p = 0; p < layer->n_parameters; p++) {
        size_t n = faltung_shape_size(&layer->parameters[p].shape);
        values[p] = g_new(float, n);
        fill_random(7 + p, n, values[p]);
        faltung_network_pack(network, faltung_network_parameters(network), 0, p, values[p]);
    }
    size_t n_in = faltung_shape_size(&experiment->graph->input);
    size_t n_out = faltung_shape_size(&layer->output_shape);
    g_autofree float *input = g_new(float, n_in), *output = g_new(float, n_out);
    fill_random(9, n_in, input);
    faltung_network_set_input(network, 1, input);
    faltung_network_forward(network, FALSE, 0);
    faltung_network_read_output(network, 0, 0, output);
    for (size_t i = 0; i < n_out; i++) {
        g_autoptr(FaltungProducts) products =
            faltung_products_new(layer, i, input, values[0], values[1]);
        g_assert_cmpfloat_with_epsilon(products->sum, output[i], 1e-4);
    }
    g_free(values[0]);
    g_free(values[1]);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(networks); i++) {
        g_autofree char *path = g_strdup_printf("/reach/field-%u", i);
        g_test_add_data_func(path, networks[i], test_field);
    }
    for (guint i = 0; i < G_N_ELEMENTS(folded); i++) {
        g_autofree char *path = g_strdup_printf("/reach/folded-%u", i);
        g_test_add_data_func(path, folded[i], test_folded);
    }
    for (guint i = 0; i < G_N_ELEMENTS(sums); i++) {
        g_autofree char *path = g_strdup_printf("/reach/products-%u", i);
        g_test_add_data_func(path, sums[i], test_products);
    }
    return g_test_run();
}
