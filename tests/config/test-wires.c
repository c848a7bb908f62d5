/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/sketch.h"

#include "edited.h"

#include <string.h>

#define HEAD "data: {name: digits}\nnetwork:\n  input: [4]   # in\n  layers:\n"
#define TAIL "train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}, epochs: 1}\n"

static void check(const char *layers, char *made, GError *error) {
    check_edited(made, error, HEAD, layers, TAIL);
}

static const char chain[] = HEAD "    - dense: {units: 4}   # first\n    - relu\n    - tanh\n" TAIL;

static void test_connect(void) {
    GError *error = NULL;
    check("    - dense: {units: 4}   # first\n    - relu\n    - tanh: {inputs: [dense]}\n",
          faltung_yaml_connect(chain, "dense", "tanh", NULL, &error), error);
    check("    - dense: {units: 4}   # first\n    - relu: {inputs: [input]}\n    - tanh\n",
          faltung_yaml_connect(chain, "input", "relu", NULL, &error), error);
    check_refused(faltung_yaml_connect(chain, "tanh", "dense", NULL, &error), &error, "cycle");
    check_refused(faltung_yaml_connect(chain, "relu", "relu", NULL, &error), &error, "cycle");
    check_refused(faltung_yaml_connect(chain, "rel", "tanh", NULL, &error), &error, "rel");
    /* what joins takes one more; a wire can be put in the place of another */
    const char *join = HEAD "    - dense: {units: 4}\n    - relu\n    - add\n" TAIL;
    check("    - dense: {units: 4}\n    - relu\n    - add: {inputs: [relu, dense]}\n",
          faltung_yaml_connect(join, "dense", "add", NULL, &error), error);
    check("    - dense: {units: 4}\n    - relu\n    - add: {inputs: [dense]}\n",
          faltung_yaml_connect(join, "dense", "add", "relu", &error), error);
}

/* An input that has a name is a source like `input`. */
static void test_named_inputs(void) {
    GError *error = NULL;
#define INPUTS "network:\n  input: {a: [4], b: [4]}\n  layers:\n"
    const char *text = INPUTS "    - dense: {units: 4, inputs: a}\n    - add: {inputs: dense}\n";
    g_autofree char *joined = faltung_yaml_connect(text, "b", "add", NULL, &error);
    g_assert_cmpstr(joined, ==,
                    INPUTS "    - dense: {units: 4, inputs: a}\n    - add: {inputs: [dense, b]}\n");
    g_autofree char *loose = faltung_yaml_disconnect(joined, "b", "add", &error);
    g_assert_nonnull(strstr(loose, "add: {inputs: [dense]}"));
    g_autofree char *on = faltung_yaml_insert_on_wire(joined, "b", "add", "tanh", NULL, &error);
    g_assert_nonnull(strstr(on, "    - tanh: {inputs: [b]}\n    - add: {inputs: [dense, tanh]}\n"));
    /* in front of the first layer, which named its input: it takes the new one, which names it */
    g_autofree char *behind = faltung_yaml_insert_layer(text, "a", "relu", NULL, &error);
    g_assert_cmpstr(behind, ==,
                    INPUTS "    - relu: {inputs: [a]}\n    - dense: {units: 4, inputs: [relu]}\n"
                           "    - add: {inputs: dense}\n");
    g_assert_no_error(error);
    check_refused(faltung_yaml_connect(text, "c", "add", NULL, &error), &error, "'c'");
    /* one more, another name */
    g_autofree char *name = NULL;
    g_autofree char *more = faltung_yaml_add_input(text, &name, &error);
    g_assert_cmpstr(name, ==, "values");
    g_assert_nonnull(strstr(more, "input: {a: [4], b: [4], values: [1]}\n"));
    g_autofree char *renamed = faltung_yaml_rename_layer(text, "a", "place", &error);
    g_assert_cmpstr(renamed, ==,
                    "network:\n  input: {place: [4], b: [4]}\n  layers:\n"
                    "    - dense: {units: 4, inputs: [place]}\n    - add: {inputs: dense}\n");
    check_refused(faltung_yaml_rename_layer(text, "a", "add", &error), &error, "'add'");
    /* the data's inputs have the same names */
#define NAMED(name)                                                                                \
    "data: {hdf5: x.h5, input: {" name ": /x, b: /y}}\nnetwork:\n  input: {" name                  \
    ": [4], b: [4]}\n  layers:\n    - add: {inputs: [" name ", b]}\n"
    g_autofree char *both = faltung_yaml_rename_layer(NAMED("a"), "a", "place", &error);
    g_assert_cmpstr(both, ==, NAMED("place"));
    g_autofree char *alone = faltung_yaml_remove_layer(NAMED("a"), "a", &error);
    g_assert_nonnull(strstr(alone, "data: {hdf5: x.h5, input: {b: /y}}\n"));
    g_autofree char *files = faltung_yaml_remove_layer(
        "data: {npy: {a: x.npy, b: y.npy}}\n" INPUTS "    - add: {inputs: [a, b]}\n", "a", &error);
    g_assert_nonnull(strstr(files, "data: {npy: {b: y.npy}}\n"));
#undef NAMED
    /* removed: who took it takes it no longer; one of them stays */
    const char *const first[] = {"a", NULL}, *const all[] = {"a", "b", NULL};
    g_autofree char *one = faltung_yaml_remove_layers(joined, first, &error);
    g_assert_cmpstr(one, ==,
                    "network:\n  input: {b: [4]}\n  layers:\n"
                    "    - dense: {units: 4, inputs: []}\n    - add: {inputs: [dense, b]}\n");
    check_refused(faltung_yaml_remove_layers(text, all, &error), &error, "the only input");
    /* the one without a name gets one, and is named where it was taken */
    g_autofree char *two = faltung_yaml_add_input(chain, NULL, &error);
    g_assert_nonnull(strstr(two, "input: {values: [4], values_2: [1]}   # in\n  layers:\n"
                                 "    - dense: {units: 4, inputs: [values]}   # first\n"));
    g_assert_no_error(error);
#undef INPUTS
}

/* What stands before its new source moves behind it, with all that depends on it. */
static void test_connect_moves(void) {
    GError *error = NULL;
    const char *loose = HEAD "    - tanh: {inputs: []}\n    - sigmoid\n    - dense: {units: 4, "
                             "inputs: [input]}\n    - relu\n" TAIL;
    check("    - dense: {units: 4, inputs: [input]}\n    - relu\n    - tanh: {inputs: [relu]}\n"
          "    - sigmoid\n",
          faltung_yaml_connect(loose, "relu", "tanh", NULL, &error), error);
    /* even where it names that already, which is no wire while it stands before it */
    const char *early = HEAD "    - tanh: {inputs: [relu]}\n    - relu: {inputs: [input]}\n" TAIL;
    check("    - relu: {inputs: [input]}\n    - tanh: {inputs: [relu]}\n",
          faltung_yaml_connect(early, "relu", "tanh", NULL, &error), error);
}

static void test_disconnect(void) {
    GError *error = NULL;
    check("    - dense: {units: 4}   # first\n    - relu: {inputs: []}\n    - tanh\n",
          faltung_yaml_disconnect(chain, "dense", "relu", &error), error);
    const char *join =
        HEAD "    - dense: {units: 4}\n    - relu\n    - add: {inputs: [dense, relu]}\n" TAIL;
    check("    - dense: {units: 4}\n    - relu\n    - add: {inputs: [dense]}\n",
          faltung_yaml_disconnect(join, "relu", "add", &error), error);
}

static void test_on_wire(void) {
    GError *error = NULL;
    const char *fork = HEAD "    - dense: {units: 4}   # one\n    - relu\n"
                            "    - add: {inputs: [dense, relu]}\n" TAIL;
    g_autofree char *name = NULL;
    check("    - dense: {units: 4}   # one\n    - relu\n    - tanh: {inputs: [dense]}\n"
          "    - add: {inputs: [tanh, relu]}\n",
          faltung_yaml_insert_on_wire(fork, "dense", "add", "tanh", &name, &error), error);
    g_assert_cmpstr(name, ==, "tanh");
    check("    - relu\n    - dense: {units: 4}   # first\n    - tanh\n",
          faltung_yaml_move_layer(chain, "relu", "input", "dense", &error), error);
    check("    - relu\n    - tanh\n    - dense: {units: 4}\n",
          faltung_yaml_move_layer(HEAD "    - relu\n    - dense: {units: 4}\n    - tanh\n" TAIL,
                                  "tanh", "relu", "dense", &error),
          error);
    check("    - dense: {units: 4}   # first\n    - sigmoid\n    - relu: {inputs: [dense]}\n"
          "    - tanh\n",
          faltung_yaml_branch_layer(chain, "dense", "sigmoid", NULL, &error), error);
    check("    - sigmoid: {inputs: []}\n    - dense: {units: 4, inputs: [input]}   # first\n"
          "    - relu\n    - tanh\n",
          faltung_yaml_branch_layer(chain, NULL, "sigmoid", NULL, &error), error);
}

static const char block[] = HEAD "    - dense: {units: 4}\n    - relu\n    - dense: {units: 4}\n"
                                 "    - add: {inputs: [dense, dense_2]}\n    - softmax\n" TAIL;

static void test_many(void) {
    GError *error = NULL;
    const char *const inner[] = {"relu", "dense_2", "add", NULL};
    check("    - dense: {units: 4}\n    - softmax\n",
          faltung_yaml_remove_layers(block, inner, &error), error);
    const char *const all[] = {"dense", "relu", "dense_2", "add", "softmax", NULL};
    g_autofree char *nothing = faltung_yaml_remove_layers(block, all, &error);
    g_assert_no_error(error);
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(nothing, "a.yaml");
    g_assert_cmpint(sketch->experiment->graph->layers->len, ==, 0);
    const char *const wrong[] = {"relu", "prelu", NULL};
    check_refused(faltung_yaml_remove_layers(block, wrong, &error), &error, "prelu");
}

static void test_clipboard(void) {
    GError *error = NULL;
    const char *const residual[] = {"dense", "relu", "dense_2", "add", NULL};
    g_autofree char *clip = faltung_yaml_copy_layers(block, residual, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(clip, ==,
                    "- dense: {name: dense, units: 4}\n- relu: {name: relu}\n"
                    "- dense: {name: dense_2, units: 4}\n"
                    "- add: {name: add, inputs: [dense, dense_2]}\n");
    g_auto(GStrv) names = NULL;
    check("    - dense: {units: 4}\n    - relu\n    - dense: {units: 4}\n"
          "    - add: {inputs: [dense, dense_2]}\n    - dense: {name: dense_3, units: 4}\n"
          "    - relu: {name: relu_2}\n    - dense: {name: dense_4, units: 4}\n"
          "    - add: {name: add_2, inputs: [dense_3, dense_4]}\n    - softmax\n",
          faltung_yaml_paste_layers(block, "add", clip, &names, &error), error);
    g_assert_cmpstr(names[0], ==, "dense_3");
    g_assert_cmpstr(names[3], ==, "add_2");
    g_assert_null(names[4]);
    /* on the wires that they had, which come later than where it was to be */
    const char *const late[] = {"dense_2", "add", NULL};
    g_autofree char *wired = faltung_yaml_copy_wired(block, late, &error);
    check("    - dense: {units: 4}\n    - relu\n    - dense: {units: 4}\n"
          "    - add: {inputs: [dense, dense_2]}\n"
          "    - dense: {name: dense_3, units: 4, inputs: [relu]}\n"
          "    - add: {name: add_2, inputs: [dense, dense_3]}\n"
          "    - softmax: {inputs: [add]}\n",
          faltung_yaml_paste_wired(block, "add", wired, NULL, &error), error);
    check("    - dense: {units: 4}   # first\n    - relu\n"
          "    - dense: {name: dense_2, units: 4}\n"
          "    - add: {name: add, inputs: [dense, dense_2]}\n    - tanh: {inputs: [relu]}\n",
          faltung_yaml_paste_wired(chain, NULL, wired, NULL, &error), error);
    /* from a whole file, and what is no network at all */
    check("    - dense: {units: 4}   # first\n    - tanh: {name: t}\n    - relu\n    - tanh\n",
          faltung_yaml_paste_layers(chain, "dense", "network:\n  layers:\n    - tanh: {name: t}\n",
                                    NULL, &error),
          error);
    check_refused(faltung_yaml_paste_layers(chain, "dense", "Hello", NULL, &error), &error,
                  "no list of layers");
    check_refused(faltung_yaml_paste_layers(chain, "dense", "[a", NULL, &error), &error, "");
}

/* -- random edits ------------------------------------------------------------------------- */

static const char *pick(GRand *random, const FaltungGraph *graph, gboolean with_input) {
    int layer = g_rand_int_range(random, with_input ? -1 : 0, (gint32)graph->layers->len);
    return layer < 0 ? "input" : faltung_graph_layer(graph, layer)->name;
}

static const char *pick_block(GRand *random, const FaltungGraph *graph) {
    int index = g_rand_int_range(random, 0, (gint32)graph->blocks->len);
    return ((const FaltungLayerBlock *)graph->blocks->pdata[index])->name;
}

static gboolean has_wire(const char *text, const char *from, const char *to) {
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, "a.yaml");
    const FaltungGraph *graph = sketch->experiment->graph;
    int source = g_str_equal(from, "input") ? FALTUNG_INPUT : faltung_graph_find(graph, from);
    const FaltungLayer *layer = faltung_graph_layer(graph, faltung_graph_find(graph, to));
    for (int i = 0; i < layer->n_inputs; i++) {
        if (layer->inputs[i] == source)
            return TRUE;
    }
    return FALSE;
}

/* Named layers, so that an edit's ends can be found again whatever it moved. */
static char *random_edit(GRand *random, const char *text, const FaltungGraph *graph) {
    static const char *const items[] = {"relu: {name: r}", "dense: {name: d, units: 4}",
                                        "add: {name: s}"};
    const char *from = pick(random, graph, TRUE), *to = pick(random, graph, FALSE);
    const char *item = items[g_rand_int_range(random, 0, G_N_ELEMENTS(items))];
    const char *const names[] = {to, NULL}, *const two[] = {to, pick(random, graph, FALSE), NULL};
    g_autoptr(GError) error = NULL;
    char *made = NULL;
    switch (g_rand_int_range(random, 0, graph->layers->len > 9 ? 5 : 8)) {
    case 0:
        made = faltung_yaml_connect(text, from, to, NULL, &error);
        g_assert_true(made == NULL || has_wire(made, from, to));
        break;
    case 1:
        made = faltung_yaml_disconnect(text, from, to, &error);
        g_assert_false(has_wire(made, from, to));
        break;
    case 2:
        if (graph->layers->len > 2)
            made = faltung_yaml_remove_layers(text, names, &error);
        break;
    case 3:
        made = faltung_yaml_group_layers(text, two, "g", NULL, &error);
        break;
    case 4:
        if (graph->blocks->len > 0)
            made = faltung_yaml_dissolve_block(text, pick_block(random, graph), &error);
        break;
    case 5:
        made = faltung_yaml_insert_on_wire(text, from, to, item, NULL, &error);
        break;
    case 6:
        made = faltung_yaml_branch_layer(text, g_rand_boolean(random) ? from : NULL, item, NULL,
                                         &error);
        break;
    default: {
        g_autofree char *clip = faltung_yaml_copy_layers(text, names, &error);
        made = faltung_yaml_paste_layers(text, from, clip, NULL, &error);
    }
    }
    return made;
}

/* Whatever is done, every layer is there to be drawn, and nothing around them changes. */
static void test_random(void) {
    g_autoptr(GRand) random = g_rand_new_with_seed(11);
    g_autofree char *text =
        g_strdup(HEAD "    - dense: {name: a, units: 4}\n    - relu: {name: b}\n"
                      "    - add: {name: c, inputs: [a, b]}\n" TAIL);
    int n_done = 0, n_in_blocks = 0;
    for (int i = 0; i < 2500; i++) {
        g_autoptr(FaltungSketch) sketch = faltung_sketch_new(text, "a.yaml");
        if (!sketch->experiment)
            g_test_message("%s\n%s", sketch->error->message, text);
        g_assert_nonnull(sketch->experiment);
        char *next = random_edit(random, text, sketch->experiment->graph);
        if (!next)
            continue;
        n_done++;
        n_in_blocks += sketch->experiment->graph->blocks->len > 0;
        g_free(text);
        text = next;
        g_assert_nonnull(strstr(text, "# in\n"));
        g_assert_true(g_str_has_suffix(text, TAIL));
    }
    g_assert_cmpint(n_done, >, 1000);
    g_assert_cmpint(n_in_blocks, >, 300);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wires/connect", test_connect);
    g_test_add_func("/wires/named-inputs", test_named_inputs);
    g_test_add_func("/wires/connect moves", test_connect_moves);
    g_test_add_func("/wires/disconnect", test_disconnect);
    g_test_add_func("/wires/on a wire", test_on_wire);
    g_test_add_func("/wires/many", test_many);
    g_test_add_func("/wires/clipboard", test_clipboard);
    g_test_add_func("/wires/random", test_random);
    return g_test_run();
}
