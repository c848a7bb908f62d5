/* SPDX-License-Identifier: Apache-2.0 */
#include "data/sets/sets.h"

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *test = NULL;
    return faltung_shipped_load("iris", "iris.csv", (FaltungShape){0}, training, error);
}

static const char *const species[] = {"setosa", "versicolor", "virginica", NULL};

const FaltungDatasetEntry faltung_set_iris = {
    .name = "iris",
    .title = "Iris",
    .summary = "three species of iris from four measures of the flower",
    .source = "Fisher, 1936; from scikit-learn, BSD-3-Clause",
    .shape = {.rank = 1, .dims = {4}},
    .n_training = 150,
    .class_names = species,
    .load = load,
};
