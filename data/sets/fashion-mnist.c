/* SPDX-License-Identifier: Apache-2.0 */
#include "data/idx.h"
#include "data/sets/sets.h"

static const char *const class_names[] = {"T-shirt/top", "Trouser",    "Pullover", "Dress",
                                          "Coat",        "Sandal",     "Shirt",    "Sneaker",
                                          "Bag",         "Ankle boot", NULL};

static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    return faltung_idx_load_folder("fashion-mnist", folder, class_names, training, test, error);
}

static const FaltungDownload downloads[] = {
    {"train-images-idx3-ubyte.gz", 47040016,
     "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
    {"train-labels-idx1-ubyte.gz", 60008,
     "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
    {"t10k-images-idx3-ubyte.gz", 7840016,
     "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
    {"t10k-labels-idx1-ubyte.gz", 10008,
     "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
    {NULL},
};

static const char *const mirrors[] = {
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
    NULL,
};

const FaltungDatasetEntry faltung_set_fashion_mnist = {
    .name = "fashion-mnist",
    .title = "Fashion-MNIST",
    .summary = "articles of clothing as 28 x 28 images",
    .source = "Xiao, Rasul and Vollgraf (Zalando Research), 2017, "
              "https://github.com/zalandoresearch/fashion-mnist; MIT",
    .shape = {.rank = 3, .dims = {1, 28, 28}},
    .n_training = 60000,
    .n_test = 10000,
    .class_names = class_names,
    .package = "dataset-fashion-mnist",
    .downloads = downloads,
    .mirrors = mirrors,
    .load = load,
};
