/* SPDX-License-Identifier: Apache-2.0 */
#include "data/sets/sets.h"

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    *test = NULL;
    return faltung_shipped_load("digits", "digits.csv.gz", FALTUNG_SHAPE(1, 8, 8), training, error);
}

const FaltungDatasetEntry faltung_set_digits = {
    .name = "digits",
    .title = "Digits",
    .summary = "handwritten digits as 8 x 8 images, values 0 to 16",
    .source = "the test part of Optical Recognition of Handwritten Digits, UCI Machine Learning "
              "Repository (Alpaydin and Kaynak, 1998); from scikit-learn, BSD-3-Clause",
    .shape = {.rank = 3, .dims = {1, 8, 8}},
    .n_training = 1797,
    .class_names = faltung_digit_names,
    .load = load,
};
