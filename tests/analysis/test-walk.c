/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk.h"
#include "core/train/optimizer.h"
#include "core/train/trainer.h"
#include "tests/train/walk.h"

#include <math.h>

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
    } rules[] = {{"weight_decay", "0.1"}, {"momentum", "0.9"}, {"dampening", "0.2"},
                 {"lr_decay", "0.1"},     {"amsgrad", "true"}, {"centered", "true"}};
    GString *text = g_string_new(NETWORK);
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

static void test_step(gconstpointer data) {
    g_autoptr(FaltungExperiment) experiment = experiment_new(data);
    g_autoptr(FaltungDataset) sample = sample_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, sample, NULL, 1, &error);
    g_assert_no_error(error);
    FaltungNetwork *network = faltung_trainer_network(trainer);
    g_autoptr(FaltungWalk) walk = faltung_walk_new(experiment, network, sample, 0, NAN, &error);
    g_assert_no_error(error);
    FaltungStepRow row;
    faltung_trainer_step(trainer, &row, &error);
    g_assert_no_error(error);
    for (int layer = 0; layer < 4; layer++) {
        for (int p = 0; p < 2 && layer != 2; p++) {
            float values[64];
            faltung_network_unpack(network, faltung_network_parameters(network), layer, p, values);
            const FaltungLayer *of = faltung_graph_layer(experiment->graph, layer);
            size_t n = faltung_shape_size(&of->parameters[p].shape);
            const double *expected = after(walk, layer, p);
            for (size_t i = 0; i < n; i++)
                g_assert_cmpfloat_with_epsilon(values[i], expected[i], 1e-5);
        }
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (const FaltungKind *const *kind = faltung_optimizers()->kinds; *kind; kind++) {
        g_autofree char *path = g_strconcat("/walk/step/", (*kind)->name, NULL);
        if (!((const FaltungOptimizer *)*kind)->whole)
            g_test_add_data_func(path, *kind, test_step);
    }
    return g_test_run();
}
