/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Trains as compare-steps.py does with PyTorch. Numbers come and go as native binary.
 *
 *   steps FILE.yaml SAMPLES STEPS < samples, int32 classes: one for each row of the output
 *     out: all parameters; for each step the double loss and norm of the gradient; all parameters
 *   steps FILE.yaml SAMPLES order
 *     out: uint32 (epochs, SAMPLES): the order of the samples in every epoch
 */

#include "core/ops/layout.h"
#include "core/train/trainer.h"

#include <stdio.h>
#include <stdlib.h>

static void *get(size_t n, size_t size) {
    void *values = g_malloc(n * size);
    if (fread(values, size, n, stdin) != n)
        g_error("the input is too short");
    return values;
}

static void put(const void *values, size_t n, size_t size) {
    if (fwrite(values, size, n, stdout) != n)
        g_error("cannot write");
}

static void put_parameters(FaltungNetwork *network) {
    const FaltungGraph *graph = faltung_network_graph(network);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t n = faltung_shape_size(&layer->parameters[p].shape);
            if (layer->parameters[p].tied)
                continue;
            g_autofree float *values = g_new(float, n);
            faltung_network_unpack(network, faltung_network_parameters(network), i, p, values);
            put(values, n, sizeof(float));
        }
    }
}

static void put_order(const FaltungExperiment *experiment, guint32 n) {
    g_autofree guint32 *order = g_new(guint32, n);
    for (int epoch = 0; epoch < experiment->train->epochs; epoch++) {
        FaltungRandom random = {
            .seed = experiment->train->seed,
            .purpose = FALTUNG_RANDOM_SHUFFLE,
            .step = epoch,
        };
        faltung_random_permutation(&random, n, order);
        put(order, n, sizeof(guint32));
    }
}

/* For layers with a loss of their own: `begin`, the first three values of a sample; `turned`, its
   class counted from the last. */
static void add_targets(FaltungDataset *dataset, guint32 n, const float *values,
                        const gint32 *classes) {
    FaltungTarget begin = {.name = "begin", .values = g_new(float, 3 * n), .n = 3, .positions = 1};
    FaltungTarget turned = {.name = "turned", .classes = g_new(gint32, n), .positions = 1};
    turned.n = faltung_dataset_n_targets(dataset);
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    for (guint32 i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++)
            begin.values[3 * i + k] = values[i * size + k];
        turned.classes[i] = turned.n - 1 - classes[i];
    }
    g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(FaltungTarget));
    const FaltungTarget own = {.name = "own"};
    g_array_append_val(targets, own);
    g_array_append_val(targets, begin);
    g_array_append_val(targets, turned);
    faltung_dataset_take_targets(dataset, targets);
}

static void train(const FaltungExperiment *experiment, guint32 n, int steps) {
    const FaltungShape *shape = &experiment->graph->input;
    float *values = get(n * faltung_shape_size(shape), sizeof(float));
    int positions = faltung_layout_rows(faltung_graph_output(experiment->graph));
    gint32 *classes = get((size_t)n * positions, sizeof(gint32));
    g_autoptr(FaltungDataset) dataset =
        faltung_dataset_new_positions("steps", n, *shape, NULL, values, classes, positions, NULL);
    if (positions == 1)
        add_targets(dataset, n, values, classes);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, dataset, NULL, 2, &error);
    if (!trainer)
        g_error("%s", error->message);
    put_parameters(faltung_trainer_network(trainer));
    for (int i = 0; i < steps; i++) {
        FaltungStepRow row;
        if (!faltung_trainer_step(trainer, &row, &error))
            g_error("%s", error->message);
        const double figures[] = {row.loss, row.grad_norm};
        put(figures, 2, sizeof(double));
        if (faltung_trainer_at_epoch_end(trainer)) {
            FaltungEpochRow epoch;
            gboolean best;
            faltung_trainer_end_epoch(trainer, &epoch, &best, NULL);
        }
    }
    put_parameters(faltung_trainer_network(trainer));
}

int main(int argc, char **argv) {
    if (argc != 4)
        g_error("usage: see steps.c");
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment = faltung_experiment_load(argv[1], NULL, &error);
    if (!experiment)
        g_error("%s", error->message);
    guint32 n = atoi(argv[2]);
    if (g_str_equal(argv[3], "order"))
        put_order(experiment, n);
    else
        train(experiment, n, atoi(argv[3]));
    return 0;
}
