/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk-words.h"
#include "core/base/tex.h"
#include "core/train/optimizer.h"
#include "core/train/trainer.h"
#include "tests/train/walk.h"

#include <math.h>
#include <string.h>

/* What a step of the optimizer makes of the weights, in the walk and in a training of one sample.
 */

enum { INPUTS = 5, OUTPUTS = 2 };

/* Rules of a layer's own on top of the optimizer's. */
#define NETWORK                                                                                    \
    "data: {name: digits}\n"                                                                       \
    "network:\n"                                                                                   \
    "  input: [5]\n"                                                                               \
    "  layers:\n"                                                                                  \
    "    - dense: {units: 7, activation: tanh, lr_factor: 0.5, max_norm: 0.4}\n"                   \
    "    - dense: {units: 6, activation: sigmoid, weight_decay: 0.3, l1: 0.01}\n"                  \
    "    - dense: {units: 4, frozen: true}\n"                                                      \
    "    - dense: {units: 2}\n"                                                                    \
    "train: {loss: mse, batch: 1, clip: {norm: 0.5}, optimizer: "

/* The optimizer @kind with everything that it can remember or add. */
static FaltungExperiment *experiment_new(const FaltungKind *kind) {
    static const struct {
        const char *option, *value;
    } rules[] = {{"weight_decay", "0.1"},
                 {"momentum", "0.9"},
                 {"dampening", "0.2"},
                 {"lr_decay", "0.1"},
                 {"amsgrad", "true"},
                 {"centered", "true"},
                 {"line_search_fn", "strong_wolfe"}};
    GString *text = g_string_new(NETWORK);
    if (((const FaltungOptimizer *)kind)->whole) { /* takes one step for all layers */
        g_string_replace(text, "lr_factor: 0.5, ", "", 0);
        g_string_replace(text, "weight_decay: 0.3, ", "", 0);
    }
    g_string_append_printf(text, "{%s: {lr: 0.02", kind->name);
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
        if (faltung_kind_option(kind, rules[i].option, NULL))
            g_string_append_printf(text, ", %s: %s", rules[i].option, rules[i].value);
    g_string_append(text, "}}}\n");
    g_autofree char *yaml = g_string_free(text, FALSE);
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(yaml, kind->name, NULL, &error);
    g_assert_no_error(error);
    return experiment;
}

static FaltungDataset *sample_new(void) {
    float *values = g_new(float, INPUTS), *targets = g_new(float, OUTPUTS);
    fill_random(3, INPUTS, values);
    fill_random(4, OUTPUTS, targets);
    return faltung_dataset_new_floats("one", 1, FALTUNG_SHAPE(INPUTS), values, NULL, NULL, targets,
                                      OUTPUTS);
}

/* The tensor that the walk has last at the stop: a parameter after the step. */
static const double *after(const FaltungWalk *walk, int layer, int p) {
    g_autoptr(GPtrArray) tensors =
        faltung_walk_tensors(walk, (FaltungStop){FALTUNG_STOP_UPDATE, layer});
    g_assert_cmpuint(tensors->len, ==, 6); /* before, gradient and after, of weight and bias */
    return ((const FaltungWalkTensor *)tensors->pdata[3 * p + 2])->values;
}

static void take_step(FaltungTrainer *trainer) {
    g_autoptr(GError) error = NULL;
    FaltungStepRow row;
    if (faltung_trainer_at_epoch_end(trainer)) {
        FaltungEpochRow epoch;
        gboolean best;
        faltung_trainer_end_epoch(trainer, &epoch, &best, &error);
        g_assert_no_error(error);
    }
    faltung_trainer_step(trainer, &row, &error);
    g_assert_no_error(error);
}

/* The network has the parameters that the walk foresaw. */
static void check_parameters(FaltungNetwork *network, const FaltungWalk *walk) {
    const FaltungGraph *graph = faltung_network_graph(network);
    for (int layer = 0; layer < 4; layer++) {
        for (int p = 0; p < 2 && layer != 2; p++) {
            float values[64];
            faltung_network_unpack(network, faltung_network_parameters(network), layer, p, values);
            const FaltungLayer *of = faltung_graph_layer(graph, layer);
            size_t n = faltung_shape_size(&of->parameters[p].shape);
            const double *expected = after(walk, layer, p);
            for (size_t i = 0; i < n; i++)
                g_assert_cmpfloat_with_epsilon(values[i], expected[i], 1e-5);
        }
    }
}

/* The number behind the last "= " of the equations is what the step makes of the value. */
static void check_written(const FaltungWalk *walk, FaltungStop stop) {
    g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stop);
    FaltungWalkPlace place = faltung_walk_place(walk, stop);
    const FaltungWalkTensor *result = tensors->pdata[place.tensor + 2];
    g_autoptr(GPtrArray) written = faltung_walk_arithmetic(walk, stop, place);
    g_assert_cmpuint(written->len, >, 0);
    g_autofree char *text = faltung_tex_text(written->pdata[written->len - 1]);
    const char *number = strrchr(text, '=') + 2;
    gboolean minus = g_str_has_prefix(number, "\342\210\222");
    double value = g_ascii_strtod(number + (minus ? 3 : 0), NULL) * (minus ? -1 : 1);
    g_assert_cmpfloat_with_epsilon(value, result->values[place.index], 1e-4);
}

/* Each walk, begun from where the training stands, ends where the next step does. */
static void test_step(gconstpointer data) {
    enum { STEPS = 6 };
    g_autoptr(FaltungExperiment) experiment = experiment_new(data);
    g_autoptr(FaltungDataset) sample = sample_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, sample, NULL, 1, &error);
    g_assert_no_error(error);
    FaltungNetwork *network = faltung_trainer_network(trainer);
    for (int step = 0; step < STEPS; step++) {
        g_autoptr(FaltungStanding) standing = faltung_trainer_standing(trainer);
        g_autoptr(FaltungWalk) walk =
            faltung_walk_new(experiment, network, sample, 0, step > 0 ? standing : NULL, &error);
        g_assert_no_error(error);
        g_assert_true(step == 0 || faltung_walk_remembers(walk));
        check_written(walk, (FaltungStop){FALTUNG_STOP_UPDATE, 1});
        take_step(trainer);
        check_parameters(network, walk);
    }
}

/* The products along all ways add up to the gradient: the last number is that before it. */
static void test_chain(void) {
    g_autoptr(FaltungExperiment) experiment = experiment_new(faltung_optimizers()->kinds[0]);
    g_autoptr(FaltungDataset) sample = sample_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 1, 1, 0, 1);
    g_autoptr(FaltungWalk) walk = faltung_walk_new(experiment, network, sample, 0, NULL, &error);
    g_assert_no_error(error);
    FaltungStop stop = {FALTUNG_STOP_BACKWARD, 3};
    g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stop);
    for (guint t = 1; t < tensors->len; t++) {
        const FaltungWalkTensor *tensor = tensors->pdata[t];
        g_autoptr(GPtrArray) written =
            faltung_walk_arithmetic(walk, stop, (FaltungWalkPlace){t, 1});
        g_assert_cmpuint(written->len, ==, 1);
        /* "dL/dx = sum dL/dy dy/dx = a \\cdot b + ... = c": two outputs, two products */
        g_auto(GStrv) sides = g_strsplit(written->pdata[0], " = ", -1);
        g_assert_cmpuint(g_strv_length(sides), ==, 4);
        double sum = 0.0;
        g_auto(GStrv) products = g_strsplit(sides[2], " + ", -1);
        for (char **product = products; *product; product++) {
            g_auto(GStrv) factors = g_strsplit(*product, " \\cdot ", -1);
            double a = g_ascii_strtod(factors[0] + (*factors[0] == '('), NULL);
            double b = g_ascii_strtod(factors[1] + (*factors[1] == '('), NULL);
            sum += a * b;
        }
        g_assert_cmpfloat_with_epsilon(sum, tensor->values[1], 1e-3);
        g_assert_cmpfloat_with_epsilon(g_ascii_strtod(sides[3], NULL), tensor->values[1], 1e-3);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (const FaltungKind *const *kind = faltung_optimizers()->kinds; *kind; kind++) {
        g_autofree char *path = g_strconcat("/walk/step/", (*kind)->name, NULL);
        g_test_add_data_func(path, *kind, test_step);
    }
    g_test_add_func("/walk/chain", test_chain);
    return g_test_run();
}
