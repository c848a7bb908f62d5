/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/sketch.h"

#include <string.h>

#define DATA "data: {name: digits}\n"
#define TRAIN "train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}, epochs: 1}\n"

static FaltungSketch *sketch(const char *layers) {
    g_autofree char *text =
        g_strdup_printf(DATA "network:\n  input: [1, 8, 8]\n  layers:%s\n" TRAIN, layers);
    return faltung_sketch_new(text, "a.yaml");
}

static const FaltungLayer *layer(const FaltungSketch *sketch, int index) {
    g_assert_cmpint(index, <, sketch->experiment->graph->layers->len);
    return faltung_graph_layer(sketch->experiment->graph, index);
}

/* What the strict reader says, the sketch says too, in the same words. */
static void check_same_error(const FaltungSketch *sketch, const char *text) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(text, "a.yaml", NULL, &error);
    g_assert_true((experiment == NULL) == (sketch->error != NULL));
    if (error != NULL)
        g_assert_true(g_str_has_prefix(sketch->error->message, error->message));
}

static void test_good(void) {
    g_autoptr(FaltungSketch) good = sketch("\n    - flatten\n    - dense: {units: 10}");
    g_assert_no_error(good->error);
    g_assert_cmpstr(good->problems[0], ==, "");
    g_assert_cmpint(layer(good, 1)->output_shape.dims[0], ==, 10);
    g_assert_cmpint(layer(good, 1)->n_parameters, ==, 2);
    g_assert_cmpint(good->experiment->graph->learned_size, >, 0);
    check_same_error(good, good->experiment->text);
}

static void test_shapes(void) {
    g_autoptr(FaltungSketch) wrong =
        sketch("\n    - conv2d: {filters: 3, kernel: 3}\n    - dense: {units: 10}\n    - relu\n"
               "    - global_avg_pool: {inputs: [conv2d]}\n    - dense: {name: out, units: 4}");
    g_assert_nonnull(wrong->error);
    g_assert_cmpstr(wrong->problems[0], ==, "");
    g_assert_nonnull(strstr(wrong->problems[1], "flatten"));
    g_assert_cmpint(layer(wrong, 1)->output_shape.rank, ==, 0);
    g_assert_cmpstr(wrong->problems[2], ==, ""); /* it only waits */
    g_assert_cmpint(layer(wrong, 2)->output_shape.rank, ==, 0);
    g_assert_cmpstr(wrong->problems[4], ==, ""); /* and these do not */
    g_assert_cmpint(layer(wrong, 4)->output_shape.dims[0], ==, 4);
    check_same_error(wrong, wrong->experiment->text);
    g_autoptr(FaltungGraph) copy = faltung_graph_copy(wrong->experiment->graph);
    g_assert_cmpint(faltung_graph_layer(copy, 4)->output_shape.dims[0], ==, 4);
    g_assert_cmpint(faltung_graph_layer(copy, 2)->output_shape.rank, ==, 0);
    g_assert_cmpfloat(faltung_graph_flops(copy), >, 0);
}

static void test_wires(void) {
    g_autoptr(FaltungSketch) wrong = sketch(
        "\n    - flatten: {inputs: []}\n    - relu: {inputs: [late]}\n    - tanh\n"
        "    - dense: {name: late, units: 4, inputs: [input, flatten]}\n"
        "    - dense: {units: 4, unts: 3, inputs: [input]}\n    - dense: {name: late, units: 2}");
    g_assert_cmpint(layer(wrong, 0)->n_inputs, ==, 0);
    g_assert_nonnull(strstr(wrong->problems[0], "here are 0"));
    g_assert_nonnull(strstr(wrong->problems[1], "comes later"));
    g_assert_cmpstr(wrong->problems[2], ==, "");
    g_assert_nonnull(strstr(wrong->problems[3], "here are 2"));
    g_assert_cmpint(layer(wrong, 3)->n_inputs, ==, 2);
    g_assert_nonnull(strstr(wrong->problems[4], "unts"));
    g_assert_nonnull(strstr(wrong->problems[5], "two layers"));
    g_assert_null(wrong->problems[6]);
}

static void test_fits(void) {
    g_autoptr(FaltungSketch) of = sketch(
        "\n    - conv2d: {filters: 3, kernel: 3}\n    - flatten\n    - dense: {units: 10}\n"
        "    - add: {inputs: [dense]}\n    - embedding: {units: 4, vocabulary: 9, inputs: []}");
    const FaltungGraph *graph = of->experiment->graph;
    g_assert_true(faltung_graph_would_fit(graph, FALTUNG_INPUT, 1));
    g_assert_false(faltung_graph_would_fit(graph, 0, 2)); /* an image into a dense layer */
    g_assert_true(faltung_graph_would_fit(graph, 0, 1));
    g_assert_false(faltung_graph_would_fit(graph, 1, 0)); /* a circle */
    g_assert_false(faltung_graph_would_fit(graph, 2, 2));
    g_assert_false(faltung_graph_would_fit(graph, 1, 3)); /* 108 values to 10 */
    g_assert_false(faltung_graph_would_fit(graph, 2, 3)); /* it has that one */
    g_assert_false(faltung_graph_would_fit(graph, 2, 4)); /* no indices */
    g_assert_false(faltung_graph_would_fit(graph, 4, 2)); /* nobody knows its shape */
}

/* Named inputs are the first layers of the graph, and have no place in the list of layers. */
static void test_inputs(void) {
    g_autoptr(FaltungSketch) wrong = faltung_sketch_new(
        DATA "network:\n  input: {a: [1, 8, 8], b: 0, c: [3]}\n  layers:\n"
             "    - flatten\n    - dense: {name: d, inputs: b, units: 4}\n"
             "    - dense: {name: e, inputs: c, units: 4}\n    - add: {inputs: [e, input]}\n" TRAIN,
        "a.yaml");
    const FaltungGraph *graph = wrong->experiment->graph;
    g_assert_cmpint(faltung_graph_n_inputs(graph), ==, 3);
    g_assert_true(faltung_shape_equal(&layer(wrong, 0)->output_shape, &FALTUNG_SHAPE(1, 8, 8)));
    g_assert_cmpint(layer(wrong, 1)->output_shape.rank, ==, 0);
    g_assert_nonnull(strstr(wrong->problems[3], "has the inputs a, b, c; say which 'flatten'"));
    g_assert_cmpstr(wrong->problems[4], ==, ""); /* it waits for b */
    g_assert_cmpint(layer(wrong, 5)->output_shape.dims[0], ==, 4);
    g_assert_nonnull(strstr(wrong->problems[6], "'input'"));
    g_assert_null(wrong->problems[7]);
    g_assert_true(faltung_graph_would_fit(graph, 2, 5));
    g_assert_false(faltung_graph_would_fit(graph, 5, 2)); /* an input takes nothing */
    g_autoptr(GArray) places = faltung_yaml_layer_places(wrong->experiment->text);
    g_assert_cmpuint(places->len, ==, 1 + graph->layers->len);
    FaltungTextPlace c = g_array_index(places, FaltungTextPlace, 3);
    g_assert_true(g_str_has_prefix(wrong->experiment->text + c.start, "c: [3]"));
}

static void test_empty(void) {
    const char *const nothing[] = {"", " []"};
    for (int i = 0; i < 2; i++) {
        g_autoptr(FaltungSketch) empty = sketch(nothing[i]);
        g_assert_nonnull(empty->error);
        g_assert_cmpint(empty->experiment->graph->layers->len, ==, 0);
        g_assert_null(empty->problems[0]);
    }
}

static void test_beyond_drawing(void) {
    g_autoptr(FaltungSketch) unknown = sketch("\n    - flatten\n    - convolution9");
    g_assert_null(unknown->experiment);
    g_assert_nonnull(strstr(unknown->error->message, "a.yaml:6:"));
    g_autoptr(FaltungSketch) broken = sketch(" [");
    g_assert_null(broken->experiment);
    g_assert_nonnull(broken->error);
    g_autoptr(FaltungSketch) half = faltung_sketch_new(DATA, "a.yaml");
    g_assert_null(half->experiment);
    /* a mistake in another section keeps nobody from drawing */
    g_autoptr(FaltungSketch) train = faltung_sketch_new(
        DATA "network: {input: [4], layers: [relu]}\ntrain: {epochs: many}\n", "a.yaml");
    g_assert_nonnull(train->experiment);
    g_assert_nonnull(train->error);
    g_assert_cmpstr(train->problems[0], ==, "");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sketch/good", test_good);
    g_test_add_func("/sketch/shapes", test_shapes);
    g_test_add_func("/sketch/wires", test_wires);
    g_test_add_func("/sketch/fits", test_fits);
    g_test_add_func("/sketch/inputs", test_inputs);
    g_test_add_func("/sketch/empty", test_empty);
    g_test_add_func("/sketch/beyond drawing", test_beyond_drawing);
    return g_test_run();
}
