/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/cases.h"

#include "core/config/experiment.h"
#include "core/ops/operations.h"

/*
 * Whole networks, kernels against reference code: what only shows where layers meet, such as a
 * flatten that leaves the values where they are, shared outputs, and joins.
 */
static const struct {
    const char *name, *yaml;
} networks[] = {
    {"flatten-before-dense", "input: [3, 6, 5]\n"
                             "layers:\n"
                             "- conv2d: {filters: 7, kernel: 3, padding: same, activation: tanh}\n"
                             "- dropout: {rate: 0.3}\n"
                             "- flatten:\n"
                             "- relu:\n"
                             "- dense: {units: 9, activation: sigmoid}\n"
                             "- dense: {units: 4}\n"},
    {"flatten-of-the-input", "input: [3, 6, 5]\n"
                             "layers:\n"
                             "- flatten:\n"
                             "- dense: {units: 70, activation: softmax}\n"
                             "- dense: {units: 3, bias: false}\n"},
    {"flatten-at-the-end", "input: [2, 5, 4]\n"
                           "layers:\n"
                           "- conv2d: {filters: 5, kernel: 2}\n"
                           "- flatten:\n"},
    {"flatten-before-softmax", "input: [2, 5, 4]\n"
                               "layers:\n"
                               "- conv2d: {filters: 5, kernel: 2}\n"
                               "- flatten:\n"
                               "- softmax:\n"
                               "- dense: {units: 3}\n"},
    {"flatten-beside-another-user", "input: [2, 6, 6]\n"
                                    "layers:\n"
                                    "- conv2d: {name: a, filters: 4, kernel: 3}\n"
                                    "- conv2d: {name: b, filters: 3, kernel: 2, stride: 2}\n"
                                    "- flatten: {name: fb}\n"
                                    "- dense: {name: db, units: 6}\n"
                                    "- flatten: {name: fa, inputs: [a]}\n"
                                    "- dense: {name: da, units: 6}\n"
                                    "- add: {inputs: [da, db], activation: relu}\n"},
    {"penalty-that-nobody-takes", "input: [3, 6, 5]\n"
                                  "layers:\n"
                                  "- conv2d: {name: a, filters: 4, kernel: 3, activation: tanh}\n"
                                  "- flatten: {name: f}\n"
                                  "- dense: {name: b, units: 5}\n"
                                  "- activity_penalty: {activity_l1: 0.3}\n"
                                  "- dense: {name: c, inputs: [f], units: 6}\n"
                                  "- variational: {beta: 0.5}\n"
                                  "- dense: {inputs: [f], units: 2}\n"},
    {"tied", "input: [2, 6, 5]\n"
             "layers:\n"
             "- conv2d: {name: a, filters: 4, kernel: 3, activation: tanh}\n"
             "- conv_transpose2d: {filters: 2, kernel: 3, tied: a}\n"
             "- conv2d: {filters: 4, kernel: 3, tied: a, activation: sigmoid}\n"
             "- flatten:\n"
             "- dense: {name: code, units: 9, activation: tanh}\n"
             "- dense: {units: 48, tied: code, transposed: true}\n"},
    {"several-inputs", "input: {a: [2, 4, 3], b: [5], c: [3, 4]}\n"
                       "layers:\n"
                       "- conv2d: {inputs: [a], filters: 5, kernel: 3, padding: same}\n"
                       "- flatten: {name: f}\n"
                       "- dense: {name: d, inputs: [b], units: 60, activation: tanh}\n"
                       "- dense: {inputs: [c], units: 5}\n"
                       "- flatten: {name: g}\n"
                       "- flatten: {name: h, inputs: [a]}\n"
                       "- concat: {inputs: [f, d, g, h, b]}\n"
                       "- dense: {units: 3}\n"},
    {"residual", "input: [4, 6, 6]\n"
                 "layers:\n"
                 "- conv2d: {name: a, filters: 4, kernel: 3, padding: same, activation: relu}\n"
                 "- conv2d: {name: b, filters: 4, kernel: 3, padding: same}\n"
                 "- add: {inputs: [a, b, a], activation: leaky_relu}\n"
                 "- max_pool2d:\n"
                 "- flatten:\n"
                 "- dense: {units: 2}\n"},
    {"video", "input: [3, 2, 6, 5]\n"
              "layers:\n"
              "- time_distributed: {layer: {conv2d: {filters: 4, kernel: 3}}}\n"
              "- tanh:\n"
              "- time_distributed: {layer: {max_pool2d: {kernel: 2}}}\n"
              "- time_distributed: {layer: flatten}\n"
              "- dense: {units: 7}\n"
              "- gru: {units: 5, return: last}\n"},
    {"steps-of-sequences", "input: [4, 6, 5]\n"
                           "layers:\n"
                           "- time_distributed: {layer: {lstm: {units: 7, return: last}}}\n"
                           "- lstm: {units: 6}\n"
                           "- time_distributed: {layer: {reshape: {shape: [2, 3]}}}\n"
                           "- time_distributed: {layer: {dense: {units: 4}}}\n"},
    {"sequence", "input: [6, 5]\n"
                 "layers:\n"
                 "- dense: {name: a, units: 9, activation: tanh}\n"
                 "- dropout: {rate: 0.3}\n"
                 "- dense: {name: b, units: 9}\n"
                 "- add: {inputs: [a, b], activation: relu}\n"
                 "- dense: {units: 4, activation: softmax}\n"},
    {"sequence-into-a-vector", "input: [7, 20]\n"
                               "layers:\n"
                               "- dense: {units: 3, activation: relu}\n"
                               "- flatten:\n"
                               "- dense: {units: 6}\n"},
    {"tokens", "input: [9]\n"
               "layers:\n"
               "- one_hot: {name: a, classes: 5}\n"
               "- embedding: {name: b, inputs: [input], vocabulary: 7, units: 5}\n"
               "- add: {inputs: [a, b]}\n"
               "- dense: {units: 6, activation: tanh}\n"
               "- dense: {units: 5}\n"},
    {"shared-flatten", "input: [2, 4, 4]\n"
                       "layers:\n"
                       "- conv2d: {filters: 3, kernel: 3, padding: 1}\n"
                       "- flatten: {name: f}\n"
                       "- dense: {name: one, units: 5}\n"
                       "- dense: {name: two, inputs: [f], units: 5, activation: tanh}\n"
                       "- add: {inputs: [one, two]}\n"},
    {"reshape-to-an-image", "input: [2, 5, 4]\n"
                            "layers:\n"
                            "- flatten:\n"
                            "- dense: {units: 60, activation: tanh}\n"
                            "- reshape: {shape: [3, -1, 4]}\n"
                            "- conv_transpose2d: {filters: 2, kernel: 3, activation: tanh}\n"
                            "- conv2d: {filters: 1, kernel: 3}\n"},
    {"reshape-without-moving", "input: [40]\n"
                               "layers:\n"
                               "- dense: {units: 30, activation: sigmoid}\n"
                               "- reshape: {shape: [1, 6, 5]}\n"
                               "- conv2d: {filters: 3, kernel: 3}\n"
                               "- reshape: {shape: [6, 3, 2]}\n"
                               "- relu:\n"
                               "- reshape: {shape: [-1]}\n"
                               "- dense: {units: 4}\n"},
    {"reshape-image-to-sequence", "input: [4, 3, 2]\n"
                                  "layers:\n"
                                  "- conv2d: {filters: 6, kernel: 1}\n"
                                  "- reshape: {shape: [4, 9]}\n"
                                  "- relu:\n"
                                  "- dense: {units: 5, activation: tanh}\n"
                                  "- reshape: {shape: [2, 10]}\n"
                                  "- dense: {units: 3}\n"},
    {"reshape-image-to-image", "input: [4, 3, 2]\n"
                               "layers:\n"
                               "- conv2d: {name: a, filters: 6, kernel: 1}\n"
                               "- reshape: {shape: [3, 2, 6]}\n"
                               "- conv2d: {filters: 3, kernel: 1, activation: tanh}\n"
                               "- reshape: {name: b, shape: [6, 3, 2]}\n"
                               "- reshape: {name: c, shape: [6, 3, 2], inputs: [a]}\n"
                               "- multiply: {inputs: [b, c, a]}\n"},
};

static void test_network(gconstpointer data) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(data, "<test>", &error);
    g_assert_no_error(error);
    Case c = {.graph = graph, .text = (char *)data};
    for (guint32 number = 0; number < 6; number++) {
        g_autofree char *failure = case_compare(&c, number, number % 2, TRUE);
        g_assert_cmpstr(failure, ==, NULL);
    }
    g_autofree char *failure = case_gradients(&c, 1);
    g_assert_cmpstr(failure, ==, NULL);
}

/* What is packed comes out as it went in, for every layer and order. */
static void test_pack(gconstpointer data) {
    g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(data, "<test>", NULL);
    g_autoptr(FaltungNetwork) network = faltung_network_new(graph, 1, 2, FALTUNG_NETWORK_TRAINS, 1);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t size = faltung_shape_size(&layer->parameters[p].shape);
            g_autofree float *values = g_new(float, size), *back = g_new0(float, size);
            for (size_t j = 0; j < size; j++)
                values[j] = j + 1;
            faltung_network_pack(network, faltung_network_parameters(network), i, p, values);
            faltung_network_unpack(network, faltung_network_parameters(network), i, p, back);
            g_assert_cmpmem(values, size * sizeof(float), back, size * sizeof(float));
        }
    }
}

static struct {
    const float *indices, *input;
    int calls;
} seen;

static void spy_forward(const FaltungStep *step) {
    seen.indices = step->indices[0];
    seen.input = step->inputs[0];
    seen.calls++;
    faltung_operation_dense.forward(step);
}

/* A layer right behind a one_hot sees the indices that it was made of, and no other layer does. */
static void test_indices_behind_one_hot(void) {
    static const char *const layers[] = {"one_hot: {classes: 5}",
                                         "embedding: {vocabulary: 5, units: 5}"};
    for (int i = 0; i < 2; i++) {
        g_autofree char *yaml = g_strdup_printf("input: [3]\n"
                                                "layers:\n"
                                                "- %s\n"
                                                "- dense: {units: 2}\n",
                                                layers[i]);
        g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(yaml, "<test>", NULL);
        FaltungOperation spy = faltung_operation_dense;
        spy.forward = spy_forward;
        faltung_graph_layer(graph, 1)->operation = &spy;
        g_autoptr(FaltungNetwork) network =
            faltung_network_new(graph, 1, 2, FALTUNG_NETWORK_TRAINS, 1);
        const float samples[] = {4, 0, 2, 1, 1, 3};
        faltung_network_set_input(network, 2, samples);
        faltung_network_forward(network, TRUE, 1);
        g_assert_cmpint(seen.calls, ==, i + 1);
        if (i == 1) {
            g_assert_null(seen.indices);
            continue;
        }
        g_assert_cmpmem(seen.indices, sizeof samples, samples, sizeof samples);
        for (int row = 0; row < 6; row++)
            for (int k = 0; k < 5; k++)
                g_assert_cmpfloat(seen.input[row * 5 + k], ==, k == samples[row]);
    }
}

/* -- looking inside --------------------------------------------------------------------------- */

static void take_inside(FaltungNetwork *network, int index, gpointer bits) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    for (const FaltungInner *inner = faltung_layer_inner(layer); inner->name; inner++) {
        FaltungShape shape = faltung_inner_shape(layer, inner, NULL);
        size_t size = faltung_shape_size(&shape);
        g_autofree float *values = g_new(float, size);
        for (int n = 0; n < CASE_BATCH; n++) {
            faltung_network_read_inner(network, index, inner, n, values);
            g_byte_array_append(bits, (const guint8 *)values, size * sizeof(float));
        }
    }
}

/* A network that does not train keeps nothing for a backward, but for who visits: the same as one
   that trains has kept afterwards, which the test of parity looks at. */
static void test_inside_without_training(void) {
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++) {
        const FaltungOperation *operation = (const FaltungOperation *)*kind;
        gboolean has = operation->inner || operation->inner_of;
        for (guint32 number = 0, n = 0; has && n < 4; number++) {
            g_autoptr(Case) c = case_new(operation, number);
            if (!c || !faltung_layer_inner(faltung_graph_layer(c->graph, c->tested))->name)
                continue;
            g_autoptr(FaltungNetwork) trains = case_network(c, number, FALSE, 1);
            g_autoptr(FaltungNetwork) other =
                case_network_with(c, number, FALSE, 1, FALTUNG_NETWORK_CHECKS);
            g_autofree float *samples = case_samples(c, number, FALSE, CASE_BATCH);
            g_autoptr(GByteArray) a = g_byte_array_new(), b = g_byte_array_new();
            faltung_network_set_input(trains, CASE_BATCH, samples);
            faltung_network_forward(trains, FALSE, 0);
            take_inside(trains, c->tested, a);
            faltung_network_set_input(other, CASE_BATCH, samples);
            faltung_network_forward_visiting(other, FALSE, 0, take_inside, b);
            g_test_message("%s", c->text);
            g_assert_cmpint(a->len, >, 0);
            g_assert_cmpmem(a->data, a->len, b->data, b->len);
            n++;
        }
    }
}

/* -- buffers that share their place ----------------------------------------------------------- */

static void take_output(FaltungNetwork *network, int layer, gpointer bits) {
    const FaltungGraph *graph = faltung_network_graph(network);
    size_t size = faltung_shape_size(&faltung_graph_layer(graph, layer)->output_shape);
    g_autofree float *values = g_new(float, size);
    for (int n = 0; n < CASE_BATCH; n++) {
        faltung_network_read_output(network, layer, n, values);
        g_byte_array_append(bits, (const guint8 *)values, size * sizeof(float));
    }
}

/* Everything that two steps compute, the second in evaluation mode: outputs, as seen on the way or
   afterwards, the gradients of the parameters, and the parameters (what layers measure). */
static GBytes *bits_of(const Case *c, guint32 number, FaltungNetworkFlags flags) {
    g_autoptr(FaltungNetwork) network = case_network_with(c, number, FALSE, 2, flags);
    size_t output = CASE_BATCH * faltung_shape_size(faltung_graph_output(c->graph));
    size_t block = faltung_network_block_size(network) * sizeof(float);
    gboolean afterwards = flags & FALTUNG_NETWORK_KEEPS_OUTPUTS;
    GByteArray *bits = g_byte_array_new();
    for (int step = 0; step < 2; step++) {
        g_autofree float *samples = case_samples(c, number + step, FALSE, CASE_BATCH);
        faltung_network_set_input(network, CASE_BATCH, samples);
        const float *end = faltung_network_forward_visiting(network, step == 0, 3,
                                                            afterwards ? NULL : take_output, bits);
        for (guint i = 0; afterwards && i < c->graph->layers->len; i++)
            take_output(network, i, bits);
        g_byte_array_append(bits, (const guint8 *)end, output * sizeof(float));
        float *gradient = faltung_network_output_gradient(network);
        if (!gradient) /* the output is the network's input */
            continue;
        case_fill(number + 7, FALSE, output, gradient);
        faltung_network_backward(network);
        g_byte_array_append(bits, (const guint8 *)faltung_network_gradients(network), block);
    }
    g_byte_array_append(bits, (const guint8 *)faltung_network_parameters(network), block);
    g_assert_true(!(flags & FALTUNG_NETWORK_CHECKS) || faltung_network_intact(network));
    return g_byte_array_free_to_bytes(bits);
}

static void compare_plans(const Case *c, guint32 number) {
    const FaltungNetworkFlags trains = FALTUNG_NETWORK_TRAINS;
    const FaltungNetworkFlags keeps =
        trains | FALTUNG_NETWORK_KEEPS_OUTPUTS | FALTUNG_NETWORK_KEEPS_GRADIENTS;
    g_autoptr(GBytes) kept = bits_of(c, number, keeps);
    g_autoptr(GBytes) shared = bits_of(c, number, trains);
    g_autoptr(GBytes) checked = bits_of(c, number, trains | FALTUNG_NETWORK_CHECKS);
    g_assert_true(g_bytes_equal(kept, shared));
    g_assert_true(g_bytes_equal(kept, checked));
}

/* A network of up to twelve layers, each with any one before it as its input, so that there are
   branches, joins, and layers that nobody reads. */
static FaltungGraph *random_graph(guint32 number) {
    static const char *const operations[] = {"conv2d",  "batch_norm", "relu", "tanh",    "dropout",
                                             "reshape", "add",        "add",  "multiply"};
    FaltungRandom random = {.seed = 5, .purpose = FALTUNG_RANDOM_SAMPLE, .step = number};
    guint64 element = 0;
    FaltungGraph *graph = faltung_graph_new(FALTUNG_SHAPE(3, 4, 5));
    int n = 2 + faltung_random_uniform(&random, element++) * 11;
    for (int i = 0; i < n; i++) {
        int which = faltung_random_uniform(&random, element++) * G_N_ELEMENTS(operations);
        FaltungLayer *layer =
            faltung_graph_add(graph, faltung_operation_find(operations[which], NULL), NULL);
        const FaltungKind *kind = &layer->operation->kind;
        static const char *const options[][2] = {
            {"filters", "3"}, {"kernel", "3"}, {"padding", "same"}, {"shape", "[3, 4, 5]"}};
        for (guint k = 0; k < G_N_ELEMENTS(options); k++) {
            const FaltungOptionSpec *spec = faltung_kind_option(kind, options[k][0], NULL);
            if (spec)
                faltung_option_parse(spec, layer->options, options[k][1], NULL);
        }
        layer->n_inputs = layer->operation->max_inputs > 1 ? 2 : 1;
        for (int k = 0; k < layer->n_inputs; k++) {
            int back = 1 + faltung_random_uniform(&random, element++) * 4;
            layer->inputs[k] = MAX(FALTUNG_INPUT, i - back);
        }
        if (layer->operation->flags & FALTUNG_TAKES_ACTIVATION &&
            faltung_random_uniform(&random, element++) < 0.5)
            faltung_variant_init(&layer->activation, &faltung_operation_tanh.kind);
    }
    g_autoptr(GError) error = NULL;
    faltung_graph_infer(graph, NULL, &error);
    g_assert_no_error(error);
    return graph;
}

/* What nobody looks at shares its memory: forward and backward give the same bits all the same,
   time after time. */
static void test_reuse(gconstpointer data) {
    g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(data, "<test>", NULL);
    Case c = {.graph = graph, .text = (char *)data};
    compare_plans(&c, 5);
}

static void test_reuse_in_random_networks(void) {
    for (guint32 number = 0; number < 60; number++) {
        g_autoptr(FaltungGraph) graph = random_graph(number);
        g_autofree char *text = faltung_graph_to_yaml(graph);
        g_test_message("%s", text);
        Case c = {.graph = graph, .text = text};
        compare_plans(&c, number);
    }
}

static void test_memory_is_told(void) {
    g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(networks[0].yaml, "<test>", NULL);
    FaltungNetworkFlags trains = FALTUNG_NETWORK_TRAINS;
    FaltungNetworkMemory one = faltung_network_memory(graph, 1, 0, 1);
    FaltungNetworkMemory eight = faltung_network_memory(graph, 8, 0, 1);
    FaltungNetworkMemory training = faltung_network_memory(graph, 8, trains, 1);
    FaltungNetworkMemory all = faltung_network_memory(
        graph, 8, trains | FALTUNG_NETWORK_KEEPS_OUTPUTS | FALTUNG_NETWORK_KEEPS_GRADIENTS, 1);
    g_assert_cmpuint(one.total, <, eight.total);
    g_assert_cmpuint(eight.total, <, training.total);
    g_assert_cmpuint(training.total, <, all.total);
    g_assert_cmpuint(one.gradients, ==, 0);
    g_assert_cmpuint(training.gradients, ==, training.parameters);
    g_assert_cmpuint(training.parameters, >=, graph->block_size * sizeof(float));
    g_assert_cmpuint(training.total, ==,
                     training.parameters + training.gradients + training.kept + training.reused);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(networks); i++) {
        g_autofree char *path = g_strdup_printf("/network/%s", networks[i].name);
        g_autofree char *pack = g_strdup_printf("/network/%s/pack", networks[i].name);
        g_test_add_data_func(path, networks[i].yaml, test_network);
        g_autofree char *reuse = g_strdup_printf("/network/%s/reuse", networks[i].name);
        g_test_add_data_func(pack, networks[i].yaml, test_pack);
        g_test_add_data_func(reuse, networks[i].yaml, test_reuse);
    }
    g_test_add_func("/network/indices-behind-one-hot", test_indices_behind_one_hot);
    g_test_add_func("/network/inside-without-training", test_inside_without_training);
    g_test_add_func("/network/reuse-in-random-networks", test_reuse_in_random_networks);
    g_test_add_func("/network/memory-is-told", test_memory_is_told);
    return g_test_run();
}
