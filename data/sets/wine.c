/* SPDX-License-Identifier: Apache-2.0 */
#include "data/sets/sets.h"

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *test = NULL;
    return faltung_shipped_load("wine", "wine.csv", (FaltungShape){0}, training, error);
}

static const char *const cultivators[] = {"class_0", "class_1", "class_2", NULL};

const FaltungDatasetEntry faltung_set_wine = {
    .name = "wine",
    .title = "Wine",
    .summary = "three growers of wine from 13 chemical measures",
    .source = "Forina et al., 1988, UCI Machine Learning Repository; from scikit-learn, "
              "BSD-3-Clause",
    .shape = {.rank = 1, .dims = {13}},
    .n_training = 178,
    .class_names = cultivators,
    .load = load,
};
