/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/network.h"
#include "core/graph/reference.h"

#include <math.h>
#include <string.h>

/*
 * What the test of all operations does not reach: layers behind a one_hot, where rows of the
 * weights stand for products; more units than a panel has; and networks that only infer, which keep
 * no step but those they need.
 */

enum { STEPS = 6, CLASSES = 13, BATCH = 5, CELL = 1 };

static void set_option(FaltungLayer *layer, const char *name, const char *value) {
    const FaltungOptionSpec *spec = faltung_kind_option(&layer->operation->kind, name, NULL);
    g_assert_nonnull(spec);
    g_assert_true(faltung_option_parse(spec, layer->options, value, NULL));
}

static FaltungGraph *make_graph(const char *cell, const char *option, const char *value) {
    FaltungGraph *graph = faltung_graph_new(FALTUNG_SHAPE(STEPS));
    FaltungLayer *one_hot =
        faltung_graph_add(graph, faltung_operation_find("one_hot", NULL), "one_hot");
    set_option(one_hot, "classes", "13");
    FaltungLayer *layer = faltung_graph_add(graph, faltung_operation_find(cell, NULL), "cell");
    set_option(layer, "units", "150");
    set_option(layer, option, value);
    g_assert_true(faltung_graph_infer(graph, NULL, NULL));
    return graph;
}

/* Forward and backward of made-up indices and gradients. */
static FaltungNetwork *run(const FaltungGraph *graph, int threads, const float *indices,
                           const float *gradient) {
    FaltungNetwork *network = faltung_network_new(
        graph, 3, BATCH,
        FALTUNG_NETWORK_TRAINS | FALTUNG_NETWORK_KEEPS_OUTPUTS | FALTUNG_NETWORK_CHECKS, threads);
    size_t n = BATCH * faltung_shape_size(faltung_graph_output(graph));
    faltung_network_set_input(network, BATCH, indices);
    faltung_network_forward(network, TRUE, 1);
    memcpy(faltung_network_output_gradient(network), gradient, n * sizeof(float));
    faltung_network_backward(network);
    return network;
}

static void assert_close(size_t n, const float *fast, const double *reference) {
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = MAX(largest, fabs(reference[i]));
    g_assert_cmpfloat(largest, >, 1e-3);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat(fabs(fast[i] - reference[i]), <=, 5e-6 * (largest + 0.1));
}

typedef struct {
    const char *cell, *option, *value;
} Case;

static void test_one_hot(gconstpointer data) {
    const Case *c = data;
    g_autoptr(FaltungGraph) graph = make_graph(c->cell, c->option, c->value);
    size_t size = faltung_shape_size(faltung_graph_output(graph));
    float indices[BATCH * STEPS];
    double wide[BATCH * STEPS];
    for (int i = 0; i < BATCH * STEPS; i++)
        wide[i] = indices[i] = i * 7 % CLASSES;
    g_autofree float *gradient = g_new(float, BATCH *size);
    g_autofree double *wide_gradient = g_new(double, BATCH *size);
    for (size_t i = 0; i < BATCH * size; i++)
        wide_gradient[i] = gradient[i] = (float)(i * 5 % 17) / 16 - 0.5f;

    g_autoptr(FaltungNetwork) network = run(graph, 1, indices, gradient);
    g_autoptr(FaltungReferenceNetwork) reference = faltung_reference_network_new(graph, BATCH);
    faltung_reference_network_copy_parameters(reference, network);
    faltung_reference_network_forward(reference, wide, TRUE, 3, 1);
    faltung_reference_network_backward(reference, wide_gradient);
    g_autofree float *output = g_new(float, size);
    for (int n = 0; n < BATCH; n++) {
        faltung_network_read_output(network, CELL, n, output);
        assert_close(size, output, faltung_reference_network_output(reference, CELL) + n * size);
    }
    const FaltungLayer *layer = faltung_graph_layer(graph, CELL);
    for (int p = 0; p < layer->n_parameters; p++) {
        size_t n = faltung_shape_size(&layer->parameters[p].shape);
        g_autofree float *values = g_new(float, n);
        faltung_network_unpack(network, faltung_network_gradients(network), CELL, p, values);
        assert_close(n, values, faltung_reference_network_parameter_gradient(reference, CELL, p));
    }
    for (int threads = 2; threads <= 8; threads++) {
        g_autoptr(FaltungNetwork) other = run(graph, threads, indices, gradient);
        g_assert_cmpint(memcmp(faltung_network_gradients(other), faltung_network_gradients(network),
                               faltung_network_block_size(network) * sizeof(float)),
                        ==, 0);
    }
    g_assert_true(faltung_network_intact(network));
}

/* So many samples that the products of the input are made for a few steps at a time. */
static void test_inference(gconstpointer data) {
    enum { SAMPLES = 100, LENGTH = 8, FEATURES = 9 };
    const Case *c = data;
    g_autoptr(FaltungGraph) graph = faltung_graph_new(FALTUNG_SHAPE(LENGTH, FEATURES));
    FaltungLayer *layer = faltung_graph_add(graph, faltung_operation_find(c->cell, NULL), "cell");
    set_option(layer, "units", "70");
    set_option(layer, c->option, c->value);
    g_assert_true(faltung_graph_infer(graph, NULL, NULL));
    size_t input = SAMPLES * LENGTH * FEATURES;
    size_t output = SAMPLES * faltung_shape_size(faltung_graph_output(graph));
    g_autofree float *samples = g_new(float, input);
    for (size_t i = 0; i < input; i++)
        samples[i] = (float)(i * 11 % 23) / 8 - 1.4f;

    g_autoptr(FaltungNetwork) trains =
        faltung_network_new(graph, 3, SAMPLES, FALTUNG_NETWORK_TRAINS, 1);
    faltung_network_set_input(trains, SAMPLES, samples);
    const float *expected = faltung_network_forward(trains, TRUE, 1);
    for (int threads = 1; threads <= 3; threads++) {
        g_autoptr(FaltungNetwork) infers =
            faltung_network_new(graph, 3, SAMPLES, FALTUNG_NETWORK_CHECKS, threads);
        faltung_network_set_input(infers, SAMPLES, samples);
        for (int pass = 0; pass < 2; pass++) { /* the second finds what the first left */
            const float *outputs = faltung_network_forward(infers, FALSE, 0);
            g_assert_cmpint(memcmp(outputs, expected, output * sizeof(float)), ==, 0);
        }
        g_assert_true(faltung_network_intact(infers));
    }
}

/* Samples of several lengths in one batch, and each alone, in a network of that length. */
enum { LONGEST = 7, INPUTS = 3, PADDED = 6 };
static const int lengths[PADDED] = {7, 3, 1, 5, 7, 2};

static FaltungGraph *make_padded(const Case *c, int steps, gboolean padded, gboolean last) {
    FaltungGraph *graph = faltung_graph_new(FALTUNG_SHAPE(steps, INPUTS));
    FaltungLayer *layer = faltung_graph_add(graph, faltung_operation_find(c->cell, NULL), "cell");
    set_option(layer, "units", "19");
    set_option(layer, "layers", "2");
    set_option(layer, "padded", padded ? "true" : "false");
    set_option(layer, "return", last ? "last" : "sequence");
    set_option(layer, c->option, c->value);
    g_assert_true(faltung_graph_infer(graph, NULL, NULL));
    return graph;
}

static void assert_equal(size_t n, const float *a, const float *b) {
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat(fabsf(a[i] - b[i]), <=, 1e-5);
}

enum { SAMPLE = LONGEST * INPUTS };

/* Against the reference, of which the fast code was given @samples and @gradient. */
static void check_reference(const FaltungGraph *graph, FaltungNetwork *network,
                            const float *outputs, const float *samples, const float *gradient) {
    size_t size = faltung_shape_size(faltung_graph_output(graph));
    double wide[PADDED * SAMPLE];
    g_autofree double *wide_gradient = g_new(double, PADDED *size);
    for (int i = 0; i < PADDED * SAMPLE; i++)
        wide[i] = samples[i];
    for (size_t i = 0; i < PADDED * size; i++)
        wide_gradient[i] = gradient[i];
    g_autoptr(FaltungReferenceNetwork) reference = faltung_reference_network_new(graph, PADDED);
    faltung_reference_network_copy_parameters(reference, network);
    assert_close(PADDED * size, outputs,
                 faltung_reference_network_forward(reference, wide, TRUE, 3, 1));
    faltung_reference_network_backward(reference, wide_gradient);
    const FaltungLayer *layer = faltung_graph_layer(graph, 0);
    for (int p = 0; p < layer->n_parameters; p++) {
        size_t n = faltung_shape_size(&layer->parameters[p].shape);
        g_autofree float *values = g_new(float, n);
        faltung_network_unpack(network, faltung_network_gradients(network), 0, p, values);
        assert_close(n, values, faltung_reference_network_parameter_gradient(reference, 0, p));
    }
}

static void check_padded(const Case *c, gboolean last, gboolean trains) {
    g_autoptr(FaltungGraph) graph = make_padded(c, LONGEST, TRUE, last);
    size_t size = faltung_shape_size(faltung_graph_output(graph));
    int columns = size / (last ? 1 : LONGEST);
    g_autoptr(FaltungNetwork) batch = faltung_network_new(
        graph, 3, PADDED, FALTUNG_NETWORK_CHECKS | (trains ? FALTUNG_NETWORK_TRAINS : 0), 2);
    float samples[PADDED * SAMPLE] = {0};
    for (int n = 0; n < PADDED; n++)
        for (int i = 0; i < lengths[n] * INPUTS; i++)
            samples[n * SAMPLE + i] = (float)((n + 3) * (i + 5) % 11) / 4 - 1.1f;
    g_autofree float *gradient = g_new(float, PADDED *size);
    for (size_t i = 0; i < PADDED * size; i++)
        gradient[i] = (float)(i * 5 % 17) / 16 - 0.5f;
    faltung_network_set_input(batch, PADDED, samples);
    const float *output = faltung_network_forward(batch, trains, 1);
    g_autofree float *outputs = g_memdup2(output, PADDED * size * sizeof(float));
    if (trains) {
        memcpy(faltung_network_output_gradient(batch), gradient, PADDED * size * sizeof(float));
        faltung_network_backward(batch);
        check_reference(graph, batch, outputs, samples, gradient);
    }
    size_t block = faltung_network_block_size(batch);
    g_autofree float *sum = g_new0(float, block);
    for (int n = 0; n < PADDED; n++) {
        size_t own = (size_t)columns * (last ? 1 : lengths[n]);
        g_autoptr(FaltungGraph) alone = make_padded(c, lengths[n], FALSE, last);
        g_autoptr(FaltungNetwork) network =
            faltung_network_new(alone, 3, 1, FALTUNG_NETWORK_TRAINS, 1);
        faltung_network_set_input(network, 1, samples + n * SAMPLE);
        assert_equal(own, faltung_network_forward(network, TRUE, 1), outputs + n * size);
        for (size_t i = own; i < size; i++)
            g_assert_cmpfloat(outputs[n * size + i], ==, 0);
        memcpy(faltung_network_output_gradient(network), gradient + n * size, own * sizeof(float));
        faltung_network_backward(network);
        for (size_t i = 0; i < block; i++)
            sum[i] += faltung_network_gradients(network)[i];
    }
    if (trains)
        assert_equal(block, sum, faltung_network_gradients(batch));
    g_assert_true(faltung_network_intact(batch));
}

static void test_padded(gconstpointer data) {
    for (int last = FALSE; last <= TRUE; last++)
        for (int trains = FALSE; trains <= TRUE; trains++)
            check_padded(data, last, trains);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    static const Case cases[] = {
        {"rnn", "nonlinearity", "tanh"},   {"rnn", "nonlinearity", "relu"},
        {"rnn", "return", "last"},         {"lstm", "reverse", "false"},
        {"lstm", "reverse", "true"},       {"lstm", "bias", "false"},
        {"gru", "reset", "after"},         {"gru", "reset", "before"},
        {"lstm", "layers", "3"},           {"gru", "bidirectional", "true"},
        {"lstm", "bidirectional", "true"}, {"rnn", "reverse", "true"},
        {"lstm", "peepholes", "true"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/recurrent/one-hot/%s/%s-%s", cases[i].cell,
                                                cases[i].option, cases[i].value);
        g_test_add_data_func(path, &cases[i], test_one_hot);
        g_autofree char *inference = g_strdup_printf("/recurrent/inference/%s/%s-%s", cases[i].cell,
                                                     cases[i].option, cases[i].value);
        g_test_add_data_func(inference, &cases[i], test_inference);
        if (g_str_equal(cases[i].option, "return") || g_str_equal(cases[i].option, "layers"))
            continue; /* set already */
        g_autofree char *padded = g_strdup_printf("/recurrent/padded/%s/%s-%s", cases[i].cell,
                                                  cases[i].option, cases[i].value);
        g_test_add_data_func(padded, &cases[i], test_padded);
    }
    return g_test_run();
}
