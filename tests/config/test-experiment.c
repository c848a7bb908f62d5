/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml.h"

#include <math.h>
#include <string.h>

/* What an experiment file says arrives, defaults and all, and comes back from its resolved form. */

static FaltungExperiment *parse(const char *text) {
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(text, "f.yaml", NULL, &error);
    if (error)
        g_test_message("%s\n%s", error->message, text);
    g_assert_no_error(error);
    return experiment;
}

static void *option(const FaltungKind *kind, void *options, const char *name) {
    return (char *)options + faltung_kind_option(kind, name, NULL)->offset;
}

#define OPTION(type, kind, options, name) (*(type *)option(kind, options, name))

/* -- one file, every part ------------------------------------------------------------------- */

static const char whole[] =
    "name: The whole\n"
    "description: >\n"
    "  Two lines\n"
    "  of text.\n"
    "data: {csv: table.csv, target: medv, header: yes, task: regression, normalize: unit,\n"
    "       validation: 0.25, split_seed: 3, limit: 100}\n"
    "network:\n"
    "  input: [2, 8, 8]\n"
    "  layers:\n"
    "    - conv2d: {name: c, filters: 4, kernel: [3, 5], padding: same, stride: 2,\n"
    "               activation: {leaky_relu: {negative_slope: 0.3}}}\n"
    "    - relu\n"
    "    - tanh: {inputs: c}\n"
    "    - add: {name: sum, inputs: [relu, tanh]}\n"
    "    - flatten:\n"
    "    - relu:\n"
    "    - dense:\n"
    "        units: 3\n"
    "        init: zeros\n"
    "train:\n"
    "  loss: {mse: {reduction: sum}}\n"
    "  optimizer: {sgd: {lr: 1e-3, nesterov: true, momentum: 0.5}}\n"
    "  batch: 7\n"
    "  seed: 99\n";

static void test_whole(void) {
    g_autoptr(FaltungExperiment) experiment = parse(whole);
    g_assert_cmpstr(experiment->text, ==, whole);
    g_assert_cmpstr(experiment->name, ==, "The whole");
    g_assert_cmpstr(experiment->description, ==, "Two lines of text.");
    g_assert_null(experiment->sweep);

    const FaltungDataOptions *data = experiment->data;
    g_assert_cmpstr(data->name, ==, "");
    g_assert_cmpstr(data->csv, ==, "table.csv");
    g_assert_cmpstr(data->target, ==, "medv");
    g_assert_cmpint(data->header, ==, FALTUNG_HEADER_YES);
    g_assert_cmpint(data->task, ==, FALTUNG_TASK_REGRESSION);
    g_assert_cmpint(data->normalize, ==, FALTUNG_NORMALIZE_UNIT);
    g_assert_cmpfloat(data->validation, ==, 0.25);
    g_assert_cmpint(data->split_seed, ==, 3);
    g_assert_cmpint(data->limit, ==, 100);

    const FaltungGraph *graph = experiment->graph;
    g_assert_true(faltung_shape_equal(&graph->input, &FALTUNG_SHAPE(2, 8, 8)));
    static const char *const names[] = {"c", "relu", "tanh", "sum", "flatten", "relu_2", "dense"};
    static const int lines[] = {10, 12, 13, 14, 15, 16, 17};
    g_assert_cmpuint(graph->layers->len, ==, G_N_ELEMENTS(names));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        g_assert_cmpstr(layer->name, ==, names[i]);
        g_assert_cmpint(layer->line, ==, lines[i]);
        g_assert_cmpint(layer->column, ==, 7);
    }
    FaltungLayer *conv = faltung_graph_layer(graph, 0);
    const FaltungKind *kind = &conv->operation->kind;
    g_assert_cmpint(OPTION(int, kind, conv->options, "filters"), ==, 4);
    const int *kernel = option(kind, conv->options, "kernel");
    g_assert_cmpint(kernel[0], ==, 3);
    g_assert_cmpint(kernel[1], ==, 5);
    g_assert_cmpstr(conv->activation.kind->name, ==, "leaky_relu");
    g_assert_cmpfloat(
        OPTION(double, conv->activation.kind, conv->activation.options, "negative_slope"), ==, 0.3);
    g_assert_cmpint(faltung_graph_layer(graph, 2)->inputs[0], ==, 0);
    const FaltungLayer *sum = faltung_graph_layer(graph, 3);
    g_assert_cmpint(sum->n_inputs, ==, 2);
    g_assert_cmpint(sum->inputs[0], ==, 1);
    g_assert_cmpint(sum->inputs[1], ==, 2);
    g_assert_true(faltung_shape_equal(&sum->output_shape, &FALTUNG_SHAPE(4, 4, 4)));

    const FaltungTrainOptions *train = experiment->train;
    g_assert_cmpstr(train->loss.kind->name, ==, "mse");
    g_assert_cmpstr(train->optimizer.kind->name, ==, "sgd");
    g_assert_cmpfloat(OPTION(double, train->optimizer.kind, train->optimizer.options, "lr"), ==,
                      1e-3);
    g_assert_true(OPTION(gboolean, train->optimizer.kind, train->optimizer.options, "nesterov"));
    g_assert_cmpstr(train->schedule.kind->name, ==, "constant");
    g_assert_cmpstr(train->early_stopping.kind->name, ==, "none");
    g_assert_cmpint(train->batch, ==, 7);
    g_assert_cmpint(train->epochs, ==, 10);
    g_assert_cmpint(train->seed, ==, 99);
}

static void test_rules(void) {
    static const char text[] = "data: {name: iris}\n"
                               "network: {input: 4, layers: [dense: {units: 3}]}\n"
                               "train: {loss: mse, clip: {norm: 0.25}, schedule:\n"
                               "  {multistep: {milestones: [3, 4.5], factor: 0.5}}}\n";
    g_autoptr(FaltungExperiment) experiment = parse(text);
    const FaltungTrainOptions *train = experiment->train;
    g_assert_cmpfloat(train->clip.norm, ==, 0.25);
    g_assert_cmpfloat(train->clip.value, ==, 0.0);
    const FaltungNumbers *milestones =
        option(train->schedule.kind, train->schedule.options, "milestones");
    g_assert_cmpint(milestones->n, ==, 2);
    g_assert_cmpfloat(milestones->values[0], ==, 3.0);
    g_assert_cmpfloat(milestones->values[1], ==, 4.5);
}

/* -- sweeps --------------------------------------------------------------------------------- */

static const char base[] =
    "data: {name: iris}\n"
    "network:\n"
    "  input: 4\n"
    "  layers: [{dense: {name: a, units: 5}}, {dense: {name: b, units: 3}}]\n"
    "train: {loss: mse}\n";

static void check_points(const char *sweep, const char *const *expected) {
    g_autofree char *text = g_strconcat(base, sweep, NULL);
    g_autoptr(FaltungExperiment) experiment = parse(text);
    g_autoptr(GPtrArray) points = faltung_sweep_points(experiment->sweep);
    for (guint i = 0; i < points->len; i++) {
        const FaltungSweepPoint *point = points->pdata[i];
        g_autofree char *changes = g_strjoinv(" ", point->overrides);
        g_autofree char *told = g_strdup_printf("%s: %s", point->name, changes);
        g_assert_cmpstr(told, ==, expected[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungExperiment) run =
            faltung_experiment_parse(text, "f.yaml", (const char *const *)point->overrides, &error);
        g_assert_no_error(error);
        g_assert_nonnull(run);
    }
    g_assert_null(expected[points->len]);
}

static void test_points(void) {
    check_points("", (const char *[]){": ", NULL});
    check_points("sweep: {seeds: 3}\n", (const char *[]){": ", NULL});
    check_points("sweep: {grid: {train.epochs: [1, 2], network.a.units: [3]}}\n",
                 (const char *[]){"epochs=1, units=3: train.epochs=1 network.a.units=3",
                                  "epochs=2, units=3: train.epochs=2 network.a.units=3", NULL});
    check_points("sweep: {grid: {network.a.units: [4, 5], network.b.units: [3]}}\n",
                 (const char *[]){"a.units=4, b.units=3: network.a.units=4 network.b.units=3",
                                  "a.units=5, b.units=3: network.a.units=5 network.b.units=3",
                                  NULL});
    check_points("sweep:\n"
                 "  variants:\n"
                 "    plain:\n"
                 "    fast: {train.optimizer: {adam: {lr: 0.01}}, train.epochs: 3}\n"
                 "    faster: {like: fast, train.optimizer.adam.lr: 0.1}\n"
                 "    other: {like: faster, train.optimizer: sgd}\n"
                 "  grid: {train.batch: [8]}\n",
                 (const char *[]){
                     "plain, batch=8: train.batch=8",
                     "fast, batch=8: train.optimizer={adam: {lr: 0.01}} train.epochs=3 "
                     "train.batch=8",
                     "faster, batch=8: train.optimizer={adam: {lr: 0.01}} train.epochs=3 "
                     "train.optimizer.adam.lr=0.1 train.batch=8",
                     /* what it replaces is gone */
                     "other, batch=8: train.epochs=3 train.optimizer=sgd train.batch=8",
                     NULL,
                 });
}

/* -- random experiments --------------------------------------------------------------------- */

enum { ROUNDS = 300 };

static const char *const texts[] = {
    "plain", "two words",     "it's \"quoted\"", "a: b # c", "été",    "1e-3",
    "true",  "line\nbreak\t", "../a-b.csv",      "[x, y]",   "- dash", "{",
    "~",     "ends with ",    "\xE2\x80\xA8",    "null"};

static void randomize(GRand *random, const FaltungKind *kind, void *options);

static void randomize_variant(GRand *random, const FaltungOptionSpec *spec,
                              FaltungVariant *variant) {
    const FaltungTable *table = spec->table();
    int n = 0;
    while (table->kinds[n])
        n++;
    int choice = g_rand_int_range(random, spec->nullable ? -1 : 0, n);
    faltung_variant_clear(variant);
    faltung_variant_init(variant, choice < 0 ? NULL : table->kinds[choice]);
    if (variant->kind)
        randomize(random, variant->kind, variant->options);
}

static int random_size(GRand *random, const FaltungOptionSpec *spec) {
    double least = spec->minimum, most = spec->maximum;
    if (least == 0 && most == 0)
        most = 1000;
    return g_rand_int_range(random, least, MIN(most, least + 6) + 1);
}

static void randomize_option(GRand *random, const FaltungOptionSpec *spec, void *options) {
    void *value = (char *)options + spec->offset;
    int n = spec->choices ? g_strv_length((char **)spec->choices) : 0;
    switch (spec->type) {
    case FALTUNG_INTEGER:
        *(int *)value = random_size(random, spec);
        break;
    case FALTUNG_NUMBER: {
        gboolean limited = spec->minimum != 0 || spec->maximum != 0;
        double least = limited ? MAX(spec->minimum, -1e6) : -1;
        double most = limited ? MIN(spec->maximum, 1e6) : 1;
        double number = g_rand_double_range(random, least, most);
        *(double *)value = g_rand_boolean(random) ? number : CLAMP((float)number, least, most);
        break;
    }
    case FALTUNG_SWITCH:
        *(gboolean *)value = g_rand_boolean(random);
        break;
    case FALTUNG_CHOICE:
        *(int *)value = g_rand_int_range(random, 0, n);
        break;
    case FALTUNG_TEXT:
        g_free(*(char **)value);
        *(char **)value = g_strdup(g_str_equal(spec->name, "acts") /* which cannot be any text */
                                       ? "7 learning_rate 0.1\n9 learning_rate schedule"
                                       : texts[g_rand_int_range(random, 0, G_N_ELEMENTS(texts))]);
        break;
    case FALTUNG_SIZES: {
        int *sizes = value;
        gboolean word = n > 0 && g_rand_boolean(random);
        int choice = word ? g_rand_int_range(random, 0, n) : 0;
        for (int side = 0; side < faltung_option_sides(spec); side++)
            sizes[side] = word ? -1 - choice : random_size(random, spec);
        break;
    }
    case FALTUNG_DIMENSIONS: {
        FaltungShape *shape = value;
        shape->rank = g_rand_int_range(random, 1, FALTUNG_MAX_RANK + 1);
        for (int i = 0; i < shape->rank; i++)
            shape->dims[i] = random_size(random, spec);
        break;
    }
    case FALTUNG_NUMBERS: {
        FaltungNumbers *numbers = value;
        g_free(numbers->values);
        numbers->n = g_rand_int_range(random, 0, 5);
        numbers->values = g_new(double, numbers->n);
        for (int i = 0; i < numbers->n; i++)
            numbers->values[i] = g_rand_double_range(random, spec->minimum, spec->minimum + 9);
        break;
    }
    case FALTUNG_VARIANT:
        randomize_variant(random, spec, value);
        break;
    case FALTUNG_GROUP:
        randomize(random, spec->group, value);
        break;
    }
}

static void randomize(GRand *random, const FaltungKind *kind, void *options) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (!spec->fallback || g_rand_int_range(random, 0, 3) > 0)
            randomize_option(random, spec, options);
    }
}

static void randomize_data(GRand *random, FaltungDataOptions *data) {
    randomize(random, &faltung_data_kind, data);
    int n = 0;
    while (faltung_data_sources[n])
        n++;
    const char *one = faltung_data_sources[g_rand_int_range(random, 0, n)];
    for (const FaltungOptionSpec *spec = faltung_data_kind.options; spec->name; spec++) {
        if (g_str_equal(spec->name, one)) {
            const char *text = texts[g_rand_int_range(random, 0, G_N_ELEMENTS(texts))];
            faltung_option_parse(spec, data, *text ? text : "-", NULL);
        } else if (!faltung_data_applies(spec->name, one)) {
            faltung_option_parse(spec, data, spec->fallback, NULL);
        }
    }
    data->folds += data->folds == 1;
    data->fold = data->folds > 0 ? 1 + data->fold % data->folds : data->fold;
}

/* Layers of any operation, each of which fits behind the ones before it. */
static FaltungGraph *random_graph(GRand *random) {
    static const FaltungShape inputs[] = {{3, {2, 9, 7}}, {1, {6}}, {2, {3, 4}}};
    gboolean named = g_rand_int_range(random, 0, 4) == 0;
    FaltungGraph *graph = named ? faltung_graph_new_named()
                                : faltung_graph_new(inputs[g_rand_int_range(random, 0, 3)]);
    for (int i = 0; named && i < 3; i++)
        faltung_graph_add_input(graph, (const char *[]){"a", "b", "c"}[i], inputs[i]);
    const FaltungTable *table = faltung_operations();
    int n = 0;
    while (table->kinds[n])
        n++;
    int wanted = g_rand_int_range(random, 1, 8);
    for (int tries = 0; tries < 400 && (int)graph->layers->len < wanted; tries++) {
        const FaltungOperation *operation =
            (const FaltungOperation *)table->kinds[g_rand_int_range(random, 0, n)];
        g_autofree char *name = g_strdup_printf("l%d", tries);
        FaltungLayer *layer =
            faltung_graph_add(graph, operation, g_rand_boolean(random) ? name : NULL);
        randomize(random, &operation->kind, layer->options);
        if (operation->flags & FALTUNG_TAKES_ACTIVATION)
            randomize_option(random, &faltung_activation_option, layer);
        if (g_rand_int_range(random, 0, 4) == 0)
            layer->frozen = TRUE;
        else if (g_rand_int_range(random, 0, 4) == 0)
            layer->lr_factor = g_rand_int_range(random, 0, 30) / 10.0;
        else if (g_rand_int_range(random, 0, 4) == 0)
            layer->weight_decay = g_rand_int_range(random, 0, 30) / 1000.0;
        else if (g_rand_int_range(random, 0, 4) == 0)
            layer->l1 = g_rand_int_range(random, 0, 30) / 1000.0;
        int before = (int)graph->layers->len - 1;
        layer->n_inputs = g_rand_int_range(random, 1, MIN(operation->max_inputs, 3) + 1);
        for (int i = 0; i < layer->n_inputs; i++) {
            if (i > 0 || g_rand_int_range(random, 0, 4) == 0)
                layer->inputs[i] = g_rand_int_range(random, named ? 0 : FALTUNG_INPUT, before);
        }
        if (!faltung_graph_infer(graph, NULL, NULL))
            g_ptr_array_remove_index(graph->layers, before);
    }
    if ((int)graph->layers->len == faltung_graph_n_inputs(graph))
        faltung_graph_add(graph, faltung_operation_find("flatten", NULL), NULL);
    g_assert_true(faltung_graph_infer(graph, NULL, NULL));
    return graph;
}

static void assert_graphs_equal(const FaltungGraph *a, const FaltungGraph *b) {
    g_assert_true(faltung_shape_equal(&a->input, &b->input));
    g_assert_cmpuint(a->layers->len, ==, b->layers->len);
    for (guint i = 0; i < a->layers->len; i++) {
        const FaltungLayer *left = faltung_graph_layer(a, i), *right = faltung_graph_layer(b, i);
        g_assert_cmpstr(left->name, ==, right->name);
        g_assert_true(left->operation == right->operation);
        g_assert_true(faltung_options_equal(&left->operation->kind, left->options, right->options));
        g_assert_true(left->activation.kind == right->activation.kind);
        if (left->activation.kind)
            g_assert_true(faltung_options_equal(left->activation.kind, left->activation.options,
                                                right->activation.options));
        g_assert_cmpint(left->frozen, ==, right->frozen);
        g_assert_cmpfloat(left->lr_factor, ==, right->lr_factor);
        g_assert_cmpfloat(left->weight_decay, ==, right->weight_decay);
        g_assert_cmpfloat(left->l1, ==, right->l1);
        g_assert_cmpint(left->n_inputs, ==, right->n_inputs);
        g_assert_cmpmem(left->inputs, left->n_inputs * sizeof(int), right->inputs,
                        right->n_inputs * sizeof(int));
        g_assert_true(faltung_shape_equal(&left->output_shape, &right->output_shape));
    }
}

static void assert_sweeps_equal(const FaltungSweep *a, const FaltungSweep *b) {
    g_assert_cmpint(a ? a->seeds : 0, ==, b ? b->seeds : 0);
    g_autoptr(GPtrArray) left = faltung_sweep_points(a), right = faltung_sweep_points(b);
    g_assert_cmpuint(left->len, ==, right->len);
    for (guint i = 0; i < left->len; i++) {
        const FaltungSweepPoint *one = left->pdata[i], *other = right->pdata[i];
        g_assert_cmpstr(one->name, ==, other->name);
        g_assert_cmpstrv(one->overrides, other->overrides);
    }
}

static void assert_equal(const FaltungExperiment *a, const FaltungExperiment *b) {
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpstr(a->description, ==, b->description);
    g_assert_true(faltung_options_equal(&faltung_data_kind, a->data, b->data));
    g_assert_true(faltung_options_equal(&faltung_train_kind, a->train, b->train));
    assert_graphs_equal(a->graph, b->graph);
    assert_sweeps_equal(a->sweep, b->sweep);
}

static void test_random(void) {
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    guint n_layers = 0;
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(FaltungExperiment) made = parse(base);
        g_free(made->name);
        g_free(made->description);
        made->name = g_strchomp(g_strdup(texts[g_rand_int_range(random, 0, G_N_ELEMENTS(texts))]));
        made->description =
            g_strchomp(g_strdup(texts[g_rand_int_range(random, 0, G_N_ELEMENTS(texts))]));
        randomize_data(random, made->data);
        randomize(random, &faltung_train_kind, made->train);
        faltung_graph_free(made->graph);
        made->graph = random_graph(random);
        n_layers += made->graph->layers->len;

        g_autofree char *resolved = faltung_experiment_resolve(made);
        g_autoptr(FaltungExperiment) again = parse(resolved);
        assert_equal(made, again);
        g_autofree char *twice = faltung_experiment_resolve(again);
        g_assert_cmpstr(resolved, ==, twice);

        g_autofree char *yaml = faltung_graph_to_yaml(made->graph);
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(yaml, "graph", &error);
        g_assert_no_error(error);
        assert_graphs_equal(made->graph, graph);
    }
    g_assert_cmpuint(n_layers, >, ROUNDS * 2);
}

static void test_round_trip_of_texts(void) {
    static const char *const sweeps[] = {
        "",
        "sweep: {seeds: 4}\n",
        "sweep: {grid: {train.epochs: [1, 2], train.loss: [mse, {mae: {}}]}}\n",
        ("sweep:\n  variants:\n    '+ a': {}\n    true: {train.epochs: 2}\n"
         "    b: {like: '+ a', network.layers: [dense: {units: 3}], description: 'no: yes'}\n"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sweeps); i++) {
        g_autofree char *text = g_strconcat(base, sweeps[i], NULL);
        g_autoptr(FaltungExperiment) first = parse(text);
        g_autofree char *resolved = faltung_experiment_resolve(first);
        g_autoptr(FaltungExperiment) second = parse(resolved);
        assert_equal(first, second);
    }
    g_autoptr(FaltungExperiment) first = parse(whole);
    g_autofree char *resolved = faltung_experiment_resolve(first);
    g_autoptr(FaltungExperiment) second = parse(resolved);
    assert_equal(first, second);
}

/* Names that the editor gives to layers must be those of the graph. */
static void test_names(void) {
    g_autoptr(FaltungExperiment) experiment = parse(whole);
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(whole, mistakes);
    g_autoptr(GPtrArray) names =
        faltung_yaml_layer_names(faltung_yaml_get(faltung_yaml_get(root, "network"), "layers"));
    g_autoptr(FaltungGraph) graph = faltung_graph_new(FALTUNG_SHAPE(1));
    for (guint i = 0; i < names->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(experiment->graph, i);
        gboolean given = g_str_equal(layer->name, "c") || g_str_equal(layer->name, "sum");
        faltung_graph_add(graph, layer->operation, given ? layer->name : NULL);
        g_assert_cmpstr(names->pdata[i], ==, faltung_graph_layer(graph, i)->name);
        g_assert_cmpstr(names->pdata[i], ==, layer->name);
    }
}

/* Setting any path to the value that it has changes nothing. */
static void test_paths(void) {
    g_autoptr(FaltungExperiment) experiment = parse(whole);
    g_autofree char *resolved = faltung_experiment_resolve(experiment);
    g_auto(GStrv) paths = faltung_experiment_paths(experiment);
    static const char *const some[] = {"data.csv", "network.c.activation.leaky_relu.negative_slope",
                                       "network.relu_2.name", "train.optimizer.sgd.momentum"};
    for (size_t i = 0; i < G_N_ELEMENTS(some); i++)
        g_assert_true(g_strv_contains((const char *const *)paths, some[i]));
    int n_set = 0;
    for (char **path = paths; *path; path++) {
        g_autofree char *value = faltung_yaml_lookup(resolved, *path, NULL);
        if (!value) /* another source of data, or the layer before it as input */
            continue;
        g_autoptr(GError) error = NULL;
        g_autofree char *override = g_strdup_printf("%s=%s", *path, value);
        g_autoptr(FaltungExperiment) again = faltung_experiment_parse(
            whole, "f.yaml", (const char *const[]){override, NULL}, &error);
        g_assert_no_error(error);
        assert_equal(experiment, again);
        n_set++;
    }
    g_assert_cmpint(n_set, >, 40);
}

/* A layer that is bypassed is there, but computes and learns nothing; so it stays in the resolved
   form. */
static void test_bypass(void) {
    g_autoptr(FaltungExperiment) read =
        parse("data: {name: digits}\nnetwork:\n  input: [1, 8, 8]\n  layers:\n    - flatten\n"
              "    - dense: {name: a, units: 3, activation: tanh, max_norm: 2, bypass: true}\n"
              "    - add: {inputs: [a, flatten], bypass: true}\n    - dense: {units: 10}\n"
              "train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}}\n");
    g_autofree char *text = faltung_experiment_resolve(read);
    g_autoptr(FaltungExperiment) again = parse(text);
    for (int i = 0; i < 2; i++) {
        const FaltungGraph *graph = i == 0 ? read->graph : again->graph;
        g_assert_cmpstr(faltung_graph_layer(graph, 1)->name, ==, "a");
        g_assert_true(faltung_graph_layer(graph, 1)->bypassed);
        g_assert_cmpint(faltung_graph_layer(graph, 2)->output_shape.dims[0], ==, 64);
        g_assert_cmpint(faltung_graph_n_parameters(graph), ==, 64 * 10 + 10);
    }
}

/* Where a card stands changes nothing that is computed, nor what a run is compared by. */
static void test_moved(void) {
    g_autoptr(FaltungExperiment) read =
        parse("data: {name: digits}\nnetwork:\n  input: [1, 8, 8]\n  layers:\n    - flatten\n"
              "    - dense: {name: a, units: 3, moved: [-40, 120]}\n    - dense: {units: 10}\n"
              "train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}}\n");
    const FaltungLayer *layer = faltung_graph_layer(read->graph, 1);
    g_assert_cmpint(layer->moved[0], ==, -40);
    g_assert_cmpint(layer->moved[1], ==, 120);
    g_autofree char *graph = faltung_graph_to_yaml(read->graph);
    g_assert_null(strstr(graph, "moved"));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/experiment/whole", test_whole);
    g_test_add_func("/config/experiment/rules", test_rules);
    g_test_add_func("/config/experiment/points", test_points);
    g_test_add_func("/config/experiment/random", test_random);
    g_test_add_func("/config/experiment/texts", test_round_trip_of_texts);
    g_test_add_func("/config/experiment/names", test_names);
    g_test_add_func("/config/experiment/paths", test_paths);
    g_test_add_func("/config/experiment/bypass", test_bypass);
    g_test_add_func("/config/experiment/moved", test_moved);
    return g_test_run();
}
