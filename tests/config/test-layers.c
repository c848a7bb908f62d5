/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml.h"
#include "core/train/act.h"

#include <string.h>

/* -- examples ----------------------------------------------------------------------------- */

#define HEAD "network:\n  input: [4]   # in\n  layers:\n"

static void check(const char *expected, char *made, GError *error) {
    g_autofree char *text = made;
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, expected);
}

static void test_insert(void) {
    GError *error = NULL;
    const char *text = HEAD "    - dense: {units: 3}   # first\n    # a branch\n    - tanh\n"
                            "    - add: {inputs: [dense, tanh]}\n";
    g_autofree char *name = NULL;
    char *made = faltung_yaml_insert_layer(text, "dense", "tanh", &name, &error);
    check(HEAD "    - dense: {units: 3}   # first\n    - tanh: {name: tanh_2}\n    # a branch\n"
               "    - tanh\n    - add: {inputs: [tanh_2, tanh]}\n",
          made, error);
    g_assert_cmpstr(name, ==, "tanh_2");
    made = faltung_yaml_insert_layer(text, "input", "flatten", NULL, &error);
    check(HEAD "    - flatten\n    - dense: {units: 3}   # first\n    # a branch\n    - tanh\n"
               "    - add: {inputs: [dense, tanh]}\n",
          made, error);
    made = faltung_yaml_insert_layer("network: {input: [4], layers: [relu, tanh]}\n", "relu",
                                     "dense: {units: 2}", NULL, &error);
    check("network: {input: [4], layers: [relu, {dense: {units: 2}}, tanh]}\n", made, error);
}

static void test_remove(void) {
    GError *error = NULL;
    const char *text = HEAD "    - dense: {units: 4}\n    - relu   # goes\n    - relu\n"
                            "    - add: {inputs: [dense, relu_2]}\n";
    check(HEAD "    - dense: {units: 4}\n    - relu\n    - add: {inputs: [dense, relu]}\n",
          faltung_yaml_remove_layer(text, "relu", &error), error);
    /* The layer behind takes what the one that goes took, though that stands further up. */
    const char *skip = HEAD "    - dense: {units: 4}\n    - relu\n"
                            "    - tanh: {inputs: dense}\n    - flatten\n";
    check(HEAD "    - dense: {units: 4}\n    - relu\n    - flatten: {inputs: [dense]}\n",
          faltung_yaml_remove_layer(skip, "tanh", &error), error);
    /* What else named it goes with it. */
#define NAMING(network, acts, sweep)                                                               \
    HEAD "    - relu: {name: a}\n" network "    - relu: {name: c}\ntrain:\n  loss: mse\n" acts sweep
#define SECOND "    - dense: {name: b, units: 4}\n"
    check(NAMING("", "  acts: 2 freeze c\n", "sweep:\n  grid: {train.epochs: [1, 2]}\n"),
          faltung_yaml_remove_layer(
              NAMING(SECOND, "  acts: 1 cut b 3; 2 freeze c; 3 thaw b\n",
                     "sweep:\n  grid: {network.b.units: [4, 5], train.epochs: [1, 2]}\n"),
              "b", &error),
          error);
    check(NAMING("", "", "sweep:\n  seeds: 3\n"),
          faltung_yaml_remove_layer(NAMING(SECOND, "  acts: |\n    1 cut b 3\n",
                                           "sweep:\n  grid: {network.b.units: [4, 5]}\n  seeds: "
                                           "3\n"),
                                    "b", &error),
          error);
    /* The last one, and a first one in its place. */
    check(HEAD "train: {}\n",
          faltung_yaml_remove_layer(HEAD "    - relu\ntrain: {}\n", "relu", &error), error);
    check(HEAD "    - dense: {units: 3}\ntrain: {}\n",
          faltung_yaml_insert_layer(HEAD "train: {}\n", NULL, "dense: {units: 3}", NULL, &error),
          error);
    check("network:\n  input: [4]\n  layers:\n    - relu\n",
          faltung_yaml_insert_layer("network:\n  input: [4]\n  layers: []\n", NULL, "relu", NULL,
                                    &error),
          error);
    check("network: {input: [4], layers: [relu]}\n",
          faltung_yaml_insert_layer("network: {input: [4], layers: []}\n", NULL, "relu", NULL,
                                    &error),
          error);
}

static void test_rename(void) {
    GError *error = NULL;
    const char *text = HEAD "    - relu\n    - relu   # second\n"
                            "    - add: {inputs: [relu, relu_2]}\n";
    check(HEAD "    - relu: {name: first}\n    - relu   # second\n"
               "    - add: {inputs: [first, relu]}\n",
          faltung_yaml_rename_layer(text, "relu", "first", &error), error);
    const char *tied = HEAD "    - dense: {name: a, units: 4}\n"
                            "    - dense: {name: b, units: 4, tied: a}\n";
    check(HEAD "    - dense: {name: c, units: 4}\n    - dense: {name: b, units: 4, tied: c}\n",
          faltung_yaml_rename_layer(tied, "a", "c", &error), error);
    g_assert_null(faltung_yaml_rename_layer(text, "relu", "add", &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
}

/* Names layers in every way that there is. */
#define EVERYWHERE(first, second, block, inner)                                                    \
    "name: names\n"                                                                                \
    "data: {name: digits}\n"                                                                       \
    "network:\n"                                                                                   \
    "  input: [64]\n"                                                                              \
    "  layers:\n"                                                                                  \
    "    - dense: {name: " first ", units: 64}\n"                                                  \
    "    - dense: {name: " second ", units: 64, tied: " first                                      \
    ", loss: mse, loss_target: sample}\n"                                                          \
    "    - block:\n"                                                                               \
    "        name: " block "\n"                                                                    \
    "        inputs: [" first "]\n"                                                                \
    "        repeat: 2\n"                                                                          \
    "        layers:\n"                                                                            \
    "          - dense: {name: " inner ", units: 64, tied: " first "}\n"                           \
    "          - add: {inputs: [" inner ", " second "]}\n"                                         \
    "    - dense: {name: out, units: 10, inputs: [" block "/2]}\n"                                 \
    "train:\n"                                                                                     \
    "  loss: softmax_cross_entropy # of out\n"                                                     \
    "  early_stopping: {patience: {metric: val_mae, layer: " second "}}\n"                         \
    "  acts: |\n"                                                                                  \
    "    10 freeze " first "\n"                                                                    \
    "    20 noise  " block "/1/" inner " 0.1; 30 learning_rate 0.1\n"                              \
    "sweep:\n"                                                                                     \
    "  grid:\n"                                                                                    \
    "    network." first ".lr_factor: [1, 0.5]\n"                                                  \
    "    network." block "/" inner ".activation: [tanh, relu]\n"                                   \
    "  variants:\n"                                                                                \
    "    one: {network.out.inputs: [" second "], train.acts: 5 cut " first " 2}\n"                 \
    "    two: {like: one, train.early_stopping: {patience: {layer: " second "}}}\n"

static const char everywhere[] = EVERYWHERE("a", "b", "body", "c");

/* All that names a layer follows: an experiment that can run still can, and means the same. */
static void test_names(void) {
    GError *error = NULL;
    check(EVERYWHERE("first", "b", "body", "c"),
          faltung_yaml_rename_layer(everywhere, "a", "first", &error), error);
    check(EVERYWHERE("a", "'b: 2'", "body", "c"),
          faltung_yaml_rename_layer(everywhere, "b", "b: 2", &error), error);
    check(EVERYWHERE("a", "b", "r", "c"),
          faltung_yaml_rename_layer(everywhere, "body", "r", &error), error);
    check(EVERYWHERE("a", "b", "body", "inside"),
          faltung_yaml_rename_layer(everywhere, "body/c", "inside", &error), error);
    /* where a name is implied by the place, it follows that, too */
    const char *text = HEAD "    - relu\n    - dense: {units: 3}\n    - dense: {units: 3}\n"
                            "train: {acts: 3 freeze dense_2; 4 freeze dense}\n";
    check(HEAD "    - relu\n    - dense: {units: 3, name: d}\n    - dense: {units: 3}\n"
               "train: {acts: 3 freeze dense; 4 freeze d}\n",
          faltung_yaml_rename_layer(text, "dense", "d", &error), error);
}

/* What an experiment says of its layers, by their numbers. */
static char *meaning_of(const char *text) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(text, "<names>", NULL, &error);
    g_assert_no_error(error);
    GString *meaning = g_string_new(NULL);
    const FaltungGraph *graph = experiment->graph;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, (int)i);
        g_string_append_printf(meaning, "%s %d %d ", layer->operation->kind.name, layer->inputs[0],
                               *layer->tied ? faltung_graph_find(graph, layer->tied) : -1);
    }
    g_autoptr(GArray) acts = faltung_acts_parse(experiment->train->acts, graph, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < acts->len; i++)
        g_string_append_printf(meaning, "%d ", g_array_index(acts, FaltungAct, i).layer);
    g_autofree char *watched =
        faltung_yaml_lookup(text, "train.early_stopping.patience.layer", &error);
    g_string_append_printf(meaning, "%d", faltung_graph_find(graph, watched));
    return g_string_free(meaning, FALSE);
}

static void test_random_names(void) {
    g_autofree char *meaning = meaning_of(everywhere);
    g_autofree char *text = g_strdup(everywhere);
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (int i = 0; i < 60; i++) {
        g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
        g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
        FaltungYamlNode *network = faltung_yaml_get(root, "network");
        g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_yaml_get(network, "layers"));
        const FaltungYamlItem *item = items->pdata[g_rand_int_range(random, 0, (gint32)items->len)];
        g_autofree char *fresh = g_strdup_printf("n%d", g_rand_int_range(random, 0, 30));
        char *renamed = faltung_yaml_rename_layer(text, item->name, fresh, NULL);
        if (!renamed) /* it is taken, or would hide another name in the block */
            continue;
        g_free(text);
        text = renamed;
        g_autofree char *now = meaning_of(text);
        g_assert_cmpstr(now, ==, meaning);
    }
}

static void test_duplicate(void) {
    GError *error = NULL;
    check(HEAD "    - dense: {name: out, units: 4}   # c\n"
               "    - dense: {name: out_2, units: 4}\n    - tanh\n",
          faltung_yaml_duplicate_layer(
              HEAD "    - dense: {name: out, units: 4}   # c\n    - tanh\n", "out", NULL, &error),
          error);
}

/* -- random edits ------------------------------------------------------------------------- */

static GPtrArray *names_of(const char *text) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
    g_assert_nonnull(root);
    return faltung_yaml_layer_names(faltung_yaml_get(faltung_yaml_get(root, "network"), "layers"));
}

static char *random_edit(GRand *random, const char *text) {
    static const char *const items[] = {"relu", "tanh", "dense: {units: 4}",
                                        "dense: {name: out, units: 4}"};
    g_autoptr(GPtrArray) names = names_of(text);
    const char *name = names->pdata[g_rand_int_range(random, 0, (gint32)names->len)];
    GError *error = NULL;
    char *made;
    switch (g_rand_int_range(random, 0, names->len > 8 ? 3 : 5)) {
    case 0:
    case 1:
        if (names->len > 1) {
            made = faltung_yaml_remove_layer(text, name, &error);
            break;
        } /* fall through */
    case 2: {
        g_autofree char *fresh = g_strdup_printf("n%u", g_rand_int(random));
        made = faltung_yaml_rename_layer(text, name, fresh, &error);
        break;
    }
    case 3:
        made = faltung_yaml_duplicate_layer(text, name, NULL, &error);
        break;
    default:
        made = faltung_yaml_insert_layer(text, g_rand_boolean(random) ? name : "input",
                                         items[g_rand_int_range(random, 0, G_N_ELEMENTS(items))],
                                         NULL, &error);
    }
    g_assert_no_error(error);
    return made;
}

/* Every edit of a network that can run leaves one that can, which reads back as it is written. */
static void test_random(void) {
    const char *start = HEAD "    # a residual block\n    - dense: {units: 4}   # one\n    - relu\n"
                             "    - dense: {units: 4}\n    - add: {inputs: [dense, dense_2]}\n"
                             "    - relu\n    - add: {name: sum, inputs: [dense, relu_2]}\n";
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    g_autofree char *text = g_strdup(start);
    for (int i = 0; i < 2000; i++) {
        char *next = random_edit(random, text);
        g_free(text);
        text = next;
        g_assert_nonnull(strstr(text, "# in\n"));
        g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
        g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
        g_autofree char *network = faltung_yaml_flow(faltung_yaml_get(root, "network"));
        GError *error = NULL;
        g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(network, "<edit>", &error);
        g_assert_no_error(error);
        g_autofree char *written = faltung_graph_to_yaml(graph);
        g_autoptr(FaltungGraph) again = faltung_graph_from_yaml(written, "<again>", &error);
        g_assert_no_error(error);
        g_autofree char *rewritten = faltung_graph_to_yaml(again);
        g_assert_cmpstr(written, ==, rewritten);
    }
}

static void check_places(const char *text, const char *const *expected) {
    g_autoptr(GArray) places = faltung_yaml_layer_places(text);
    for (guint i = 0; i < places->len; i++) {
        FaltungTextPlace place = g_array_index(places, FaltungTextPlace, i);
        g_autofree char *found = g_strndup(text + place.start, place.end - place.start);
        g_assert_cmpstr(found, ==, expected[i]);
    }
    g_assert_null(expected[places->len]);
}

static void test_places(void) {
    const char *rows[] = {" [4]   # in", "    - dense:\n        units: 3   # much", "    - tanh",
                          NULL};
    check_places(HEAD "    - dense:\n        units: 3   # much\n\n    - tanh\ntrain: {}\n", rows);
    const char *flow[] = {" [4]", "relu", " tanh: {name: b}", NULL};
    check_places("network: {input: [4], layers: [relu, tanh: {name: b}]}\n", flow);
    const char *nothing[] = {NULL};
    check_places("network: {input: [4", nothing);
    const char *no_network[] = {"", NULL};
    check_places("train: {epochs: 3}\n", no_network);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layers/insert", test_insert);
    g_test_add_func("/layers/remove", test_remove);
    g_test_add_func("/layers/rename", test_rename);
    g_test_add_func("/layers/names", test_names);
    g_test_add_func("/layers/random names", test_random_names);
    g_test_add_func("/layers/duplicate", test_duplicate);
    g_test_add_func("/layers/places", test_places);
    g_test_add_func("/layers/random", test_random);
    return g_test_run();
}
