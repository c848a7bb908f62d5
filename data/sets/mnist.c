/* SPDX-License-Identifier: Apache-2.0 */
#include "data/idx.h"
#include "data/sets/sets.h"

const char *const faltung_digit_names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL};

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    return faltung_idx_load_folder("mnist", folder, faltung_digit_names, training, test, error);
}

static const FaltungDownload downloads[] = {
    {"train-images-idx3-ubyte.gz", 47040016,
     "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte.gz", 60008,
     "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
    {"t10k-images-idx3-ubyte.gz", 7840016,
     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte.gz", 10008,
     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
    {NULL},
};

static const char *const mirrors[] = {
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    NULL,
};

const FaltungDatasetEntry faltung_set_mnist = {
    .name = "mnist",
    .title = "MNIST",
    .summary = "handwritten digits as 28 x 28 images",
    .source = "LeCun, Cortes and Burges, 1998, http://yann.lecun.com/exdb/mnist; CC BY-SA 3.0",
    .shape = {.rank = 3, .dims = {1, 28, 28}},
    .n_training = 60000,
    .n_test = 10000,
    .class_names = faltung_digit_names,
    .downloads = downloads,
    .mirrors = mirrors,
    .load = load,
};
