/* SPDX-License-Identifier: Apache-2.0 */
#include "data/sets/sets.h"

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *test = NULL;
    return faltung_shipped_load("boston-housing", "boston-housing.csv", (FaltungShape){0}, training,
                                error);
}

const FaltungDatasetEntry faltung_set_boston_housing = {
    .name = "boston-housing",
    .title = "Boston housing",
    .summary = "the median value of houses (medv, in 1,000 dollars) from 13 figures of the area",
    .source = "Harrison and Rubinfeld, 1978; from scikit-learn, BSD-3-Clause",
    .shape = {.rank = 1, .dims = {13}},
    .n_training = 506,
    .load = load,
};
