/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Makes a run file whose samples have a class at each position, for test-positions.py:
 *
 *   make-run FILE.yaml RUN.h5
 *
 * The data are made up: values in 0 ... 7, and where they are indices the class of a step can be
 * told from its index.
 */

#include "core/ops/layout.h"
#include "core/train/training.h"

enum { SAMPLES = 60 };

static FaltungDataset *make_data(const FaltungGraph *graph) {
    const FaltungShape *output = faltung_graph_output(graph);
    int positions = faltung_layout_rows(output), classes = faltung_layout_columns(output);
    size_t size = faltung_shape_size(&graph->input);
    guint8 *values = g_new(guint8, SAMPLES * size);
    gint32 *targets = g_new(gint32, SAMPLES * positions);
    for (size_t i = 0; i < SAMPLES * size; i++)
        values[i] = (i * 5 + i / 7) % 8;
    for (size_t i = 0; i < (size_t)SAMPLES * positions; i++)
        targets[i] = (size_t)positions == size ? values[i] * 3 % classes : i % classes;
    char **names = g_new0(char *, classes + 1);
    for (int k = 0; k < classes; k++)
        names[k] = g_strdup_printf("class %d", k);
    return faltung_dataset_new_positions("made-up", SAMPLES, graph->input, values, NULL, targets,
                                         positions, names);
}

int main(int argc, char **argv) {
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(argc, ==, 3);
    g_autoptr(FaltungExperiment) experiment = faltung_experiment_load(argv[1], NULL, &error);
    g_assert_no_error(error);
    g_autoptr(FaltungDataset) data = make_data(experiment->graph);
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, data, data, 2, &error);
    g_assert_no_error(error);
    FaltungRunWriter *writer =
        faltung_run_writer_create(argv[2], experiment, trainer, data, data, &error);
    g_assert_no_error(error);
    FaltungEpochRow last;
    FaltungTrainingEnd end = faltung_training_run(trainer, writer, NULL, &last, &error);
    g_assert_no_error(error);
    g_assert_cmpint(end, ==, FALTUNG_TRAINING_FINISHED);
    faltung_run_writer_free(writer);
    g_print("%.17g\n", last.validation.accuracy);
    return 0;
}
