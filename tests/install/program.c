/* SPDX-License-Identifier: Apache-2.0 */

/* A program that knows the installed library only: trains a small network on the iris data. */
#include <faltung/data/catalogue.h>
#include <faltung/faltung.h>
#include <stdio.h>

static const char text[] = "name: iris\n"
                           "data: {name: iris, normalize: standard}\n"
                           "network:\n"
                           "  input: [4]\n"
                           "  layers:\n"
                           "    - dense: {units: 5, activation: tanh}\n"
                           "    - dense: {units: 3}\n"
                           "train:\n"
                           "  loss: softmax_cross_entropy\n"
                           "  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
                           "  batch: 15\n"
                           "  epochs: 30\n"
                           "  seed: 1\n";

static gboolean train(double *accuracy, GError **error) {
    g_autoptr(FaltungExperiment) experiment = faltung_experiment_parse(text, "iris", NULL, error);
    if (!experiment)
        return FALSE;
    g_autoptr(FaltungDataset) training = NULL;
    g_autoptr(FaltungDataset) validation = NULL;
    if (!faltung_data_load(experiment->data, experiment->origin, &training, &validation, error))
        return FALSE;
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, training, validation, 0, error);
    if (!trainer)
        return FALSE;
    FaltungTrainingHooks hooks = {0};
    FaltungEpochRow last;
    if (faltung_training_run(trainer, NULL, &hooks, &last, error) != FALTUNG_TRAINING_FINISHED)
        return FALSE;
    *accuracy = last.validation.accuracy;
    return TRUE;
}

int main(void) {
    double accuracy = 0;
    g_autoptr(GError) error = NULL;
    if (!train(&accuracy, &error)) {
        fprintf(stderr, "%s\n", error ? error->message : "the training did not end");
        return 1;
    }
    printf("val_accuracy=%.3f\n", accuracy);
    return accuracy > 0.85 ? 0 : 1;
}
