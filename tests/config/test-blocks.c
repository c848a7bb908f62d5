/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/sketch.h"
#include "core/graph/network.h"

#include "edited.h"

#include <string.h>

/* Blocks: what they unfold to is the network that is written without them. */

#define DATA "data: {name: digits}\n"
#define TRAIN "train: {loss: softmax_cross_entropy}\n"

static FaltungExperiment *parse(const char *network, const char *const *overrides) {
    g_autofree char *text = g_strconcat(DATA, network, TRAIN, NULL);
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(text, "f.yaml", overrides, &error);
    g_assert_no_error(error);
    return experiment;
}

/* -- the same network ----------------------------------------------------------------------- */

static const char body[] =
    "network:\n"
    "  input: [1, 8, 8]\n"
    "  layers:\n"
    "    - conv2d: {name: stem, filters: 4, kernel: 3, padding: same}\n"
    "    - block:\n"
    "        name: body\n"
    "        repeat: 2\n"
    "        layers:\n"
    "          - block:\n"
    "              name: past\n"
    "              layers: [conv2d: {filters: 4, kernel: 3, padding: same}, batch_norm]\n"
    "          - add: {inputs: [past, input], activation: relu}\n"
    "    - block: {name: down, inputs: body/1, layers: [\n"
    "        conv2d: {name: c, filters: 4, kernel: 1}, relu: {inputs: [stem]},\n"
    "        add: {inputs: [relu, input, body]}]}\n"
    "    - global_avg_pool: {inputs: down}\n"
    "    - dense: {units: 10}\n";

static const char flat[] =
    "network:\n"
    "  input: [1, 8, 8]\n"
    "  layers:\n"
    "    - conv2d: {name: stem, filters: 4, kernel: 3, padding: same}\n"
    "    - conv2d: {name: body/1/past/conv2d, filters: 4, kernel: 3, padding: same}\n"
    "    - batch_norm: {name: body/1/past/batch_norm}\n"
    "    - add: {name: body/1/add, inputs: [body/1/past/batch_norm, stem], activation: relu}\n"
    "    - conv2d: {name: body/2/past/conv2d, filters: 4, kernel: 3, padding: same}\n"
    "    - batch_norm: {name: body/2/past/batch_norm}\n"
    "    - add: {name: body/2/add, inputs: [body/2/past/batch_norm, body/1/add],\n"
    "            activation: relu}\n"
    "    - conv2d: {name: down/c, filters: 4, kernel: 1, inputs: [body/1/add]}\n"
    "    - relu: {name: down/relu, inputs: [stem]}\n"
    "    - add: {name: down/add, inputs: [down/relu, body/1/add, body/2/add]}\n"
    "    - global_avg_pool\n"
    "    - dense: {units: 10}\n";

/* Parameters and outputs of a forward pass. */
static GByteArray *bits_of(const FaltungExperiment *experiment) {
    enum { BATCH = 3 };
    const FaltungGraph *graph = experiment->graph;
    g_autoptr(FaltungNetwork) network =
        faltung_network_new(graph, 7, BATCH, FALTUNG_NETWORK_TRAINS, 1);
    float *input = faltung_network_input(network, BATCH);
    for (size_t i = 0; i < BATCH * faltung_shape_size(&graph->input); i++)
        input[i] = (float)((i * 37) % 19) / 19;
    const float *output = faltung_network_forward(network, TRUE, 0);
    GByteArray *bits = g_byte_array_new();
    g_byte_array_append(bits, (const guint8 *)faltung_network_parameters(network),
                        (guint)(graph->block_size * sizeof(float)));
    g_byte_array_append(
        bits, (const guint8 *)output,
        (guint)(BATCH * faltung_shape_size(faltung_graph_output(graph)) * sizeof(float)));
    return bits;
}

static void test_same(void) {
    g_autoptr(FaltungExperiment) a = parse(body, NULL), b = parse(flat, NULL);
    g_autofree char *unfolded = faltung_graph_to_yaml(a->graph);
    g_autofree char *expected = faltung_graph_to_yaml(b->graph);
    g_assert_cmpstr(unfolded, ==, expected);
    g_autoptr(GByteArray) bits = bits_of(a), others = bits_of(b);
    g_assert_cmpmem(bits->data, bits->len, others->data, others->len);

    const FaltungGraph *graph = a->graph;
    static const struct {
        const char *name, *path;
        int repeat, first, n;
    } expected_blocks[] = {
        {"body", "layers.1", 2, 1, 6},
        {"body/1/past", "layers.1.block.layers.0", 1, 1, 2},
        {"body/2/past", "layers.1.block.layers.0", 1, 4, 2},
        {"down", "layers.2", 1, 7, 3},
    };
    g_assert_cmpuint(graph->blocks->len, ==, G_N_ELEMENTS(expected_blocks));
    for (guint i = 0; i < graph->blocks->len; i++) {
        const FaltungLayerBlock *block = graph->blocks->pdata[i];
        g_assert_cmpstr(block->name, ==, expected_blocks[i].name);
        g_assert_cmpstr(block->path, ==, expected_blocks[i].path);
        g_assert_cmpint(block->repeat, ==, expected_blocks[i].repeat);
        g_assert_cmpint(block->first, ==, expected_blocks[i].first);
        g_assert_cmpint(block->n_layers, ==, expected_blocks[i].n);
    }
    g_assert_cmpint(faltung_graph_find(graph, "body"), ==, 6);
    g_assert_cmpstr(faltung_graph_layer(graph, 4)->path, ==,
                    "layers.1.block.layers.0.block.layers.0");
    g_assert_cmpint(faltung_graph_layer(graph, 4)->line, ==, 12);
    g_assert_cmpint(faltung_graph_layer(graph, 4)->column, ==, 24);
}

static void test_tied(void) {
    g_autoptr(FaltungExperiment) experiment =
        parse("network:\n  input: [1, 8, 8]\n  layers:\n    - flatten\n"
              "    - block: {name: a, repeat: 2, layers: [dense: {name: x, units: 64},\n"
              "        dense: {name: y, units: 64, tied: x}]}\n"
              "    - dense: {units: 64, tied: a/2/x}\n",
              NULL);
    const char *const tied[] = {"", "", "a/1/x", "", "a/2/x", "a/2/x"};
    for (int i = 0; i < (int)G_N_ELEMENTS(tied); i++)
        g_assert_cmpstr(faltung_graph_layer(experiment->graph, i)->tied, ==, tied[i]);
}

/* Every default spelled out, and read again: blocks, inputs of all kinds and ties are the same. */
static void test_resolve(void) {
    static const char *const networks[] = {
        body,
        flat,
        "network:\n  input: [4]\n  layers:\n    - dense: {name: a, units: 4}\n"
        "    - block: {name: b, repeat: 3, layers: [dense: {name: x, units: 4},\n"
        "        block: {name: in, inputs: input, layers: [relu: {name: a}, add: {inputs: [a, "
        "x]}]},\n"
        "        block: {name: c, repeat: 2, inputs: x, layers: [dense: {units: 4, tied: x},\n"
        "          add: {inputs: [input, in, dense, in/a]}]}, add: {name: s, inputs: [c/1, input, "
        "c, "
        "x]}]}\n"
        "    - add: {inputs: [a, b/2, b, b/1/in/a]}\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(networks); i++) {
        g_autoptr(FaltungExperiment) experiment = parse(networks[i], NULL);
        g_autofree char *resolved = faltung_experiment_resolve(experiment);
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungExperiment) again =
            faltung_experiment_parse(resolved, "r.yaml", NULL, &error);
        g_assert_no_error(error);
        g_autofree char *rewritten = faltung_experiment_resolve(again);
        g_assert_cmpstr(resolved, ==, rewritten);
        g_autofree char *a = faltung_graph_to_yaml(experiment->graph);
        g_autofree char *b = faltung_graph_to_yaml(again->graph);
        g_assert_cmpstr(a, ==, b);
        g_assert_cmpuint(again->graph->blocks->len, ==, experiment->graph->blocks->len);
    }
}

/* -- changes -------------------------------------------------------------------------------- */

static void test_overrides(void) {
    const char *const changes[] = {"network.body.repeat=3", "network.body/past/conv2d.kernel=5",
                                   "network.down.repeat=1", NULL};
    g_autoptr(FaltungExperiment) experiment = parse(body, changes);
    g_assert_cmpuint(experiment->graph->layers->len, ==, 1 + 9 + 3 + 2);
    g_assert_cmpint(faltung_graph_find(experiment->graph, "body/3/past/conv2d"), ==, 7);
    g_autofree char *resolved = faltung_experiment_resolve(experiment);
    g_autofree char *kernel =
        faltung_yaml_lookup(resolved, "network.body/past/conv2d.kernel", NULL);
    g_assert_cmpstr(kernel, ==, "5");
    /* a copy is not written anywhere: it cannot be set alone */
    g_autoptr(GError) error = NULL;
    g_assert_null(
        faltung_yaml_set(experiment->text, "network.body/2/past/conv2d.kernel", "3", &error));
    g_assert_nonnull(strstr(error->message, "did you mean 'body/past/conv2d'?"));
    g_auto(GStrv) all = faltung_experiment_paths(experiment);
    g_assert_true(g_strv_contains((const char *const *)all, "network.body.repeat"));
    g_assert_true(g_strv_contains((const char *const *)all, "network.body/past/conv2d.kernel"));
    g_assert_false(g_strv_contains((const char *const *)all, "network.body/1/past/conv2d.kernel"));
}

static void test_sweep(void) {
    g_autofree char *text = g_strconcat(DATA, body, TRAIN,
                                        "sweep:\n  grid: {network.body.repeat: [1, 2, 4],\n"
                                        "         network.down/c.kernel: [1]}\n",
                                        NULL);
    static const guint n_layers[] = {9, 12, 18};
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(text, "f.yaml", NULL, &error);
    /* with one copy its layers are called body/past/conv2d, and there is no body/1 */
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "with network.body.repeat=1: no layer"));
    g_clear_error(&error);
    g_autofree char *well = g_strjoinv("body", (char *[]){text, NULL});
    char *at = strstr(well, "body/1");
    memcpy(at, "body  ", 6);
    experiment = faltung_experiment_parse(well, "f.yaml", NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) points = faltung_sweep_points(experiment->sweep);
    g_assert_cmpuint(points->len, ==, G_N_ELEMENTS(n_layers));
    for (guint i = 0; i < points->len; i++) {
        const FaltungSweepPoint *point = points->pdata[i];
        g_autoptr(FaltungExperiment) run =
            faltung_experiment_parse(well, "f.yaml", (const char *const *)point->overrides, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(run->graph->layers->len, ==, n_layers[i]);
    }
}

/* -- mistakes ------------------------------------------------------------------------------- */

static const struct {
    const char *layers, *expected;
} mistakes[] = {
    {"    - block\n", "6:7: a block needs layers; write `- block: {name: a, layers: [...]}`"},
    {"    - block: {name: a}\n",
     "6:7: a block needs layers; add a list of at least one, `layers: [relu]`"},
    {"    - block: {layers: [], nam: a}\n",
     "6:23: a block needs layers; add a list of at least one, `layers: [relu]`\n"
     "f.yaml:6:27: unknown key 'nam' in block; did you mean 'name'?"},
    {"    - block: {repeat: 0, layers: [relu]}\n",
     "6:23: repeat cannot be '0'; expected an integer from 1 to 4096"},
    {"    - block: {name: 2, layers: [relu]}\n",
     "6:21: a block cannot be called '2': numbers are for its copies; begin with a letter"},
    {"    - relu: {name: a}\n    - block: {name: a, layers: [relu]}\n",
     "7:21: a layer or block before this one is called 'a', too; give one of them another name"},
    {"    - block: {name: a, layers: [relu]}\n    - relu: {name: a}\n",
     "7:20: two layers are called 'a', the other is in line 6; give one of them another name"},
    {"    - block: {repeat: 3, layers: [dens: {units: 10}]}\n",
     "6:35: unknown operation 'dens'; did you mean 'dense'?"},
    {"    - block: {repeat: 3, layers: [dense: {units: 0}]}\n",
     "6:50: units cannot be '0'; expected an integer from 1 to 16777216"},
    {"    - block: {repeat: 9, layers: [relu, relu: {inputs: [no]}]}\n",
     "6:57: no layer before this one is called 'no'; there are input, relu"},
    {"    - block: {inputs: [input, input], layers: [relu]}\n",
     "6:23: a block takes one input; what is in it can name others"},
    {"    - block: {inputs: b, layers: [relu]}\n    - relu: {name: b}\n",
     "6:23: no layer before this one is called 'b'; there are input"},
    {"    - block: {name: a, layers: [relu: {inputs: a}]}\n",
     "6:48: the layer 'a' cannot take its own output; name a layer before it"},
    {"    - block: {name: a, repeat: 100, layers: [block: {repeat: 100, layers: [relu]}]}\n",
     "6:76: with its blocks repeated the network would have more than 4096 layers; repeat them "
     "less often"},
    {"    - block: {repeat: 2, layers: [conv2d: {filters: 2, kernel: 6}]}\n",
     "6:35: the 6 x 6 kernel of conv2d does not fit into its input, 2 x 3 x 3; take a smaller "
     "kernel or `padding: same`"},
};

static void test_mistakes(void) {
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree char *text = g_strconcat(DATA TRAIN "network:\n  input: [1, 8, 8]\n  layers:\n",
                                            mistakes[i].layers, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungExperiment) experiment =
            faltung_experiment_parse(text, "f.yaml", NULL, &error);
        g_assert_null(experiment);
        g_autofree char *expected = g_strconcat("f.yaml:", mistakes[i].expected, NULL);
        g_assert_cmpstr(error->message, ==, expected);
        g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, "f.yaml");
        g_assert_nonnull(sketch->error);
    }
}

static void test_sketch(void) {
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(
        DATA TRAIN "network:\n  input: [1, 8, 8]\n  layers:\n"
                   "    - block: {repeat: 2, layers: [relu, dense: {units: 3}]}\n"
                   "    - flatten\n",
        "f.yaml");
    g_assert_nonnull(sketch->experiment);
    const char *const told[] = {"", "flatten", "", "flatten", ""};
    for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
        g_assert_true(strstr(sketch->problems[i], told[i]) != NULL);
        g_assert_true((*told[i] == '\0') == (*sketch->problems[i] == '\0'));
    }
    g_autoptr(GArray) places = faltung_yaml_layer_places(sketch->experiment->text);
    g_assert_cmpuint(places->len, ==, 6);
    const FaltungTextPlace *place = &g_array_index(places, FaltungTextPlace, 4);
    g_assert_true(g_str_has_prefix(sketch->experiment->text + place->start, " dense: {units: 3}"));
}

/* -- grouping ------------------------------------------------------------------------------- */

#define HEAD DATA "network:\n  input: [4]   # in\n  layers:\n"

static void check(const char *layers, char *made, GError *error) {
    check_edited(made, error, HEAD, layers, TRAIN);
}

static const char plain[] = HEAD "    - dense: {units: 4}   # first\n"
                                 "    # a way past\n"
                                 "    - relu   # then\n"
                                 "    - dense:\n"
                                 "        units: 4   # many\n"
                                 "\n"
                                 "    - add: {name: sum, inputs: [dense, dense_2]}\n"
                                 "    - softmax\n" TRAIN;
static const char grouped[] = "    - dense: {units: 4}   # first\n"
                              "    # a way past\n"
                              "    - block:\n"
                              "        name: residual\n"
                              "        layers:\n"
                              "          - relu   # then\n"
                              "          - dense:\n"
                              "              units: 4   # many\n"
                              "\n"
                              "          - add: {name: sum, inputs: [input, dense]}\n"
                              "    - softmax\n";

static void test_group(void) {
    GError *error = NULL;
    const char *const three[] = {"relu", "dense_2", "sum", NULL};
    g_autofree char *name = NULL;
    check(grouped, faltung_yaml_group_layers(plain, three, "residual", &name, &error), error);
    g_assert_cmpstr(name, ==, "residual");
    g_autofree char *text = g_strconcat(HEAD, grouped, TRAIN, NULL);
    g_autofree char *again = faltung_yaml_dissolve_block(text, "residual", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again, ==,
                    HEAD "    - dense: {units: 4}   # first\n    # a way past\n"
                         "    - relu   # then\n"
                         "    - dense:\n        units: 4   # many\n        name: dense_2\n\n"
                         "    - add: {name: sum, inputs: [dense, dense_2]}\n"
                         "    - softmax\n" TRAIN);
    /* in brackets, and inside another block */
    const char *flow = DATA "network: {input: [4], layers: [relu, tanh, elu]}\n" TRAIN;
    const char *const two[] = {"relu", "tanh", NULL}, *const inner[] = {"b/tanh", NULL};
    g_autofree char *one = faltung_yaml_group_layers(flow, two, "b", NULL, &error);
    g_assert_cmpstr(one, ==,
                    DATA "network: {input: [4], layers: [{block: {name: b, layers: [relu, tanh]}}, "
                         "elu]}\n" TRAIN);
    g_autofree char *both = faltung_yaml_group_layers(one, inner, "b", NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(strstr(both, "layers: [relu, {block: {name: b, layers: [tanh]}}]"));
    g_autofree char *gone = faltung_yaml_dissolve_block(both, "b/b", &error);
    g_assert_cmpstr(gone, ==, one);
}

/* What stands between goes out of the way; what would close a circle is told. */
static void test_gather(void) {
    GError *error = NULL;
    const char *text =
        HEAD "    - relu\n    - tanh: {inputs: [input]}\n    - elu: {inputs: [relu]}\n"
             "    - gelu: {inputs: [relu]}\n    - add: {inputs: [tanh, elu, gelu]}\n" TRAIN;
    const char *const ends[] = {"relu", "gelu", NULL}, *const all[] = {"relu", "add", NULL};
    check("    - tanh: {inputs: [input]}\n    - block:\n        name: b\n        inputs: input\n"
          "        layers:\n          - relu\n          - gelu: {inputs: [relu]}\n"
          "    - elu: {inputs: [b/relu]}\n    - add: {inputs: [tanh, elu, b]}\n",
          faltung_yaml_group_layers(text, ends, "b", NULL, &error), error);
    check_refused(faltung_yaml_group_layers(text, all, "b", NULL, &error), &error,
                  "'elu' stands between");
    const char *const wrong[] = {"residual/relu", "softmax", NULL};
    g_autofree char *nested = g_strconcat(HEAD, grouped, TRAIN, NULL);
    check_refused(faltung_yaml_group_layers(nested, wrong, "b", NULL, &error), &error,
                  "not in the same block");
    check_refused(faltung_yaml_dissolve_block(nested, "softmax", &error), &error, "no block");
}

static void test_dissolve_copies(void) {
    GError *error = NULL;
    check("    - dense: {units: 4}\n    - relu\n    - dense: {units: 4, name: dense_2}\n"
          "    - relu: {name: relu_2}\n    - tanh\n",
          faltung_yaml_dissolve_block(
              HEAD "    - block:\n        name: a\n        repeat: 2\n        layers:\n"
                   "          - dense: {units: 4}\n          - relu\n    - tanh\n" TRAIN,
              "a", &error),
          error);
    /* names that are implied, and change as others are given */
    check("    - relu\n    - relu\n    - relu: {name: relu_3}\n    - relu\n",
          faltung_yaml_dissolve_block(
              HEAD "    - block:\n        name: a\n        repeat: 2\n        layers:\n"
                   "          - relu\n          - relu\n" TRAIN,
              "a", &error),
          error);
}

/* Layers in blocks are edited as others are. */
static void test_edits(void) {
    GError *error = NULL;
    g_autofree char *text = g_strconcat(HEAD, grouped, TRAIN, NULL);
    g_autofree char *name = NULL;
    g_autofree char *one = faltung_yaml_insert_layer(text, "residual/relu", "tanh", &name, &error);
    g_assert_cmpstr(name, ==, "residual/tanh");
    g_assert_nonnull(
        strstr(one, "          - relu   # then\n          - tanh\n          - dense:"));
    g_autofree char *two = faltung_yaml_remove_layer(one, "residual/tanh", &error);
    g_assert_cmpstr(two, ==, text);
    g_autofree char *three = faltung_yaml_disconnect(text, "dense", "residual/sum", &error);
    g_assert_nonnull(strstr(three, "- add: {name: sum, inputs: [dense]}"));
    g_autofree char *four = faltung_yaml_connect(three, "dense", "residual/sum", NULL, &error);
    g_assert_nonnull(strstr(four, "- add: {name: sum, inputs: [dense, input]}"));
    g_autofree char *five =
        faltung_yaml_insert_on_wire(text, "residual/sum", "softmax", "elu", NULL, &error);
    g_assert_nonnull(strstr(five, "    - elu\n    - softmax\n"));
    g_autofree char *six = faltung_yaml_rename_layer(text, "residual", "r", &error);
    g_assert_nonnull(strstr(six, "        name: r\n"));
    const char *copies =
        HEAD "    - block:\n        name: body\n        repeat: 2\n"
             "        layers:\n          - dense: {name: a, units: 4}\n"
             "    - relu: {inputs: body/1}\n    - tanh: {inputs: body/1/a}\n" TRAIN;
    g_autofree char *renamed = faltung_yaml_rename_layer(copies, "body", "r", &error);
    g_assert_nonnull(strstr(renamed, "- relu: {inputs: [r/1]}\n    - tanh: {inputs: [r/1/a]}\n"));
    g_autofree char *inner = faltung_yaml_rename_layer(copies, "body/a", "b", &error);
    g_assert_nonnull(strstr(inner, "- relu: {inputs: body/1}\n    - tanh: {inputs: [body/1/b]}\n"));
    const char *const all[] = {"residual/relu", "residual/dense", "residual/sum", NULL};
    check("    - dense: {units: 4}   # first\n    # a way past\n    - softmax\n",
          faltung_yaml_remove_layers(text, all, &error), error);
    g_autofree char *clip = faltung_yaml_copy_layers(text, all, &error);
    g_assert_cmpstr(clip, ==,
                    "- block: {name: residual, layers: [relu, {dense: {units: 4}}, {add: {name: "
                    "sum, inputs: [input, dense]}}]}\n");
    g_auto(GStrv) names = NULL;
    g_autofree char *seven = faltung_yaml_paste_layers(text, "softmax", clip, &names, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(names[0], ==, "residual_2");
    g_assert_nonnull(strstr(seven, "    - softmax\n    - block: {name: residual_2, layers: ["));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/blocks/same", test_same);
    g_test_add_func("/config/blocks/tied", test_tied);
    g_test_add_func("/config/blocks/resolve", test_resolve);
    g_test_add_func("/config/blocks/overrides", test_overrides);
    g_test_add_func("/config/blocks/sweep", test_sweep);
    g_test_add_func("/config/blocks/mistakes", test_mistakes);
    g_test_add_func("/config/blocks/sketch", test_sketch);
    g_test_add_func("/config/blocks/group", test_group);
    g_test_add_func("/config/blocks/gather", test_gather);
    g_test_add_func("/config/blocks/dissolve copies", test_dissolve_copies);
    g_test_add_func("/config/blocks/edits", test_edits);
    return g_test_run();
}
