/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/bench/workloads.h"

static char *book_mlp(void) {
    return g_strdup("network:\n"
                    "  input: [784]\n"
                    "  layers:\n"
                    "  - dense: {units: 89, activation: tanh}\n"
                    "  - dense: {units: 10}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
                    "  batch: 60\n");
}

static char *wide_mlp(void) {
    return g_strdup("network:\n"
                    "  input: [784]\n"
                    "  layers:\n"
                    "  - dense: {units: 1024, activation: relu}\n"
                    "  - dense: {units: 1024, activation: relu}\n"
                    "  - dense: {units: 10}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: adam\n"
                    "  batch: 128\n");
}

static char *book_cnn(void) {
    return g_strdup("network:\n"
                    "  input: [1, 28, 28]\n"
                    "  layers:\n"
                    "  - conv2d: {filters: 16, kernel: 5, padding: 2, activation: tanh}\n"
                    "  - dropout: {rate: 0.2}\n"
                    "  - flatten:\n"
                    "  - dense: {units: 10}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
                    "  batch: 60\n");
}

static char *mnist_cnn(void) {
    return g_strdup("network:\n"
                    "  input: [1, 28, 28]\n"
                    "  layers:\n"
                    "  - conv2d: {filters: 32, kernel: 3, activation: relu}\n"
                    "  - conv2d: {filters: 64, kernel: 3, activation: relu}\n"
                    "  - max_pool2d:\n"
                    "  - dropout: {rate: 0.25}\n"
                    "  - flatten:\n"
                    "  - dense: {units: 128, activation: relu}\n"
                    "  - dropout: {rate: 0.5}\n"
                    "  - dense: {units: 10}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: adam\n"
                    "  batch: 64\n");
}

static char *vgg_small(void) {
    GString *text = g_string_new("network:\n"
                                 "  input: [3, 32, 32]\n"
                                 "  layers:\n");
    for (int filters = 64; filters <= 256; filters *= 2) {
        for (int i = 0; i < 2; i++)
            g_string_append_printf(text,
                                   "  - conv2d: {filters: %d, kernel: 3, padding: 1}\n"
                                   "  - batch_norm: {activation: relu}\n",
                                   filters);
        g_string_append(text, "  - max_pool2d:\n");
    }
    g_string_append(text, "  - flatten:\n"
                          "  - dense: {units: 10}\n"
                          "train:\n"
                          "  loss: softmax_cross_entropy\n"
                          "  optimizer: {sgd: {lr: 0.05, momentum: 0.9}}\n"
                          "  batch: 64\n");
    return g_string_free(text, FALSE);
}

/* He et al., "Deep Residual Learning for Image Recognition", 2016, section 4.2, with a projection
   where the shape changes. */
static char *resnet20(void) {
    GString *text = g_string_new("network:\n"
                                 "  input: [3, 32, 32]\n"
                                 "  layers:\n"
                                 "  - conv2d: {filters: 16, kernel: 3, padding: 1, bias: false}\n"
                                 "  - batch_norm: {name: block0, activation: relu}\n");
    for (int block = 1; block <= 9; block++) {
        int filters = block <= 3 ? 16 : block <= 6 ? 32 : 64;
        gboolean shrinks = block == 4 || block == 7;
        g_autofree char *shortcut = g_strdup_printf("block%d", block - 1);
        g_string_append_printf(
            text,
            "  - conv2d: {filters: %d, kernel: 3, stride: %d, padding: 1, bias: false}\n"
            "  - batch_norm: {activation: relu}\n"
            "  - conv2d: {filters: %d, kernel: 3, padding: 1, bias: false}\n"
            "  - batch_norm: {name: main%d}\n",
            filters, shrinks ? 2 : 1, filters, block);
        if (shrinks) {
            g_string_append_printf(
                text,
                "  - conv2d: {filters: %d, kernel: 1, stride: 2, bias: false, inputs: [%s]}\n"
                "  - batch_norm: {name: shortcut%d}\n",
                filters, shortcut, block);
            g_free(shortcut);
            shortcut = g_strdup_printf("shortcut%d", block);
        }
        g_string_append_printf(text,
                               "  - add: {name: block%d, inputs: [main%d, %s], activation: relu}\n",
                               block, block, shortcut);
    }
    g_string_append(text, "  - global_avg_pool:\n"
                          "  - dense: {units: 10}\n"
                          "train:\n"
                          "  loss: softmax_cross_entropy\n"
                          "  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
                          "  batch: 128\n");
    return g_string_free(text, FALSE);
}

/* Chapter 6: the next of 62 characters, by a layer of the kind @cell. */
static char *book_characters(const char *cell) {
    return g_strdup_printf("network:\n"
                           "  input: [25]\n"
                           "  layers:\n"
                           "  - one_hot: {classes: 62}\n"
                           "  - %s: {units: 256}\n"
                           "  - dense: {units: 62}\n"
                           "train:\n"
                           "  loss: softmax_cross_entropy\n"
                           "  optimizer: {adagrad: {lr: 0.01}}\n"
                           "  batch: 32\n",
                           cell);
}

static char *book_rnn(void) {
    return book_characters("rnn");
}

static char *book_gru(void) {
    return book_characters("gru");
}

static char *book_lstm(void) {
    return book_characters("lstm");
}

static char *lstm_2x512(void) {
    return g_strdup("network:\n"
                    "  input: [64]\n"
                    "  layers:\n"
                    "  - embedding: {vocabulary: 96, units: 64}\n"
                    "  - lstm: {units: 512}\n"
                    "  - lstm: {units: 512}\n"
                    "  - dense: {units: 96}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: adam\n"
                    "  batch: 64\n");
}

/* Tags every letter of a text by what is before it and behind it. */
static char *bidirectional(void) {
    return g_strdup("network:\n"
                    "  input: [64]\n"
                    "  layers:\n"
                    "  - embedding: {vocabulary: 96, units: 64}\n"
                    "  - lstm: {units: 128, layers: 2, bidirectional: true}\n"
                    "  - dense: {units: 96}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: adam\n"
                    "  batch: 32\n");
}

static char *dense_autoencoder(void) {
    return g_strdup("network:\n"
                    "  input: [784]\n"
                    "  layers:\n"
                    "  - dense: {units: 128, activation: relu}\n"
                    "  - dense: {units: 32, activation: relu}\n"
                    "  - dense: {units: 128, activation: relu}\n"
                    "  - dense: {units: 784, activation: sigmoid}\n"
                    "train:\n"
                    "  loss: mse\n"
                    "  optimizer: adam\n"
                    "  batch: 128\n");
}

static char *book_conv_autoencoder(void) {
    return g_strdup("network:\n"
                    "  input: [1, 28, 28]\n"
                    "  layers:\n"
                    "  - conv2d: {filters: 14, kernel: 5, padding: 2, activation: tanh}\n"
                    "  - conv2d: {filters: 7, kernel: 5, padding: 2, activation: tanh}\n"
                    "  - flatten:\n"
                    "  - dense: {units: 28, activation: tanh}\n"
                    "  - dense: {units: 5488, activation: tanh}\n"
                    "  - reshape: {shape: [7, 28, 28]}\n"
                    "  - conv_transpose2d: {filters: 14, kernel: 5, padding: 2, activation: tanh}\n"
                    "  - conv_transpose2d: {filters: 1, kernel: 5, padding: 2, activation: tanh}\n"
                    "train:\n"
                    "  loss: mse\n"
                    "  optimizer: {sgd: {lr: 0.01, momentum: 0.9}}\n"
                    "  batch: 60\n");
}

static char *conv1d(void) {
    return g_strdup("network:\n"
                    "  input: [128, 64]\n"
                    "  layers:\n"
                    "  - conv1d: {filters: 128, kernel: 5, padding: 2, activation: relu}\n"
                    "  - max_pool1d:\n"
                    "  - conv1d: {filters: 128, kernel: 5, padding: 2, activation: relu}\n"
                    "  - global_avg_pool:\n"
                    "  - dense: {units: 10}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: {sgd: {lr: 0.01, momentum: 0.9}}\n"
                    "  batch: 32\n");
}

/* Howard et al., "MobileNets", arXiv:1704.04861, table 1, for small images: each block a depthwise
   convolution and one over the channels. */
static char *depthwise(void) {
    static const int blocks[][3] = {{32, 1, 64}, {64, 2, 128}, {128, 1, 128}, {128, 2, 256}};
    GString *text = g_string_new("network:\n"
                                 "  input: [3, 32, 32]\n"
                                 "  layers:\n"
                                 "  - conv2d: {filters: 32, kernel: 3, padding: 1, bias: false}\n"
                                 "  - batch_norm: {activation: relu}\n");
    for (guint i = 0; i < G_N_ELEMENTS(blocks); i++)
        g_string_append_printf(text,
                               "  - conv2d: {filters: %d, kernel: 3, padding: 1, stride: %d, "
                               "groups: %d, bias: false}\n"
                               "  - batch_norm: {activation: relu}\n"
                               "  - conv2d: {filters: %d, kernel: 1, bias: false}\n"
                               "  - batch_norm: {activation: relu}\n",
                               blocks[i][0], blocks[i][1], blocks[i][0], blocks[i][2]);
    g_string_append(text, "  - global_avg_pool:\n"
                          "  - dense: {units: 10}\n"
                          "train:\n"
                          "  loss: softmax_cross_entropy\n"
                          "  optimizer: {sgd: {lr: 0.05, momentum: 0.9}}\n"
                          "  batch: 64\n");
    return g_string_free(text, FALSE);
}

static char *conv3d(void) {
    return g_strdup("network:\n"
                    "  input: [1, 16, 32, 32]\n"
                    "  layers:\n"
                    "  - conv3d: {filters: 16, kernel: 3, padding: 1, activation: relu}\n"
                    "  - max_pool3d:\n"
                    "  - conv3d: {filters: 32, kernel: 3, padding: 1, activation: relu}\n"
                    "  - max_pool3d:\n"
                    "  - flatten:\n"
                    "  - dense: {units: 10}\n"
                    "train:\n"
                    "  loss: softmax_cross_entropy\n"
                    "  optimizer: {sgd: {lr: 0.01, momentum: 0.9}}\n"
                    "  batch: 16\n");
}

static char *conv_transpose2d(void) {
    return g_strdup(
        "network:\n"
        "  input: [3, 32, 32]\n"
        "  layers:\n"
        "  - conv2d: {filters: 32, kernel: 4, stride: 2, padding: 1, activation: relu}\n"
        "  - conv2d: {filters: 64, kernel: 4, stride: 2, padding: 1, activation: relu}\n"
        "  - conv_transpose2d: {filters: 32, kernel: 4, stride: 2, padding: 1, "
        "activation: relu}\n"
        "  - conv_transpose2d: {filters: 3, kernel: 4, stride: 2, padding: 1}\n"
        "train:\n"
        "  loss: mse\n"
        "  optimizer: {sgd: {lr: 0.01, momentum: 0.9}}\n"
        "  batch: 64\n");
}

static char *attention(void) {
    return g_strdup("network:\n"
                    "  input: [128, 128]\n"
                    "  layers:\n"
                    "  - multi_head_attention: {heads: 4}\n"
                    "train:\n"
                    "  loss: mse\n"
                    "  optimizer: {sgd: {lr: 0.01}}\n"
                    "  batch: 32\n");
}

/* Two blocks whose layers are normalized before their work, not behind it: Xiong et al., "On Layer
   Normalization in the Transformer Architecture", arXiv:2002.04745. */
static char *transformer(void) {
    GString *text = g_string_new("network:\n"
                                 "  input: [128]\n"
                                 "  layers:\n"
                                 "  - embedding: {vocabulary: 65, units: 128}\n"
                                 "  - positional_encoding: {name: block0, learned: true}\n");
    for (int block = 1; block <= 2; block++)
        g_string_append_printf(text,
                               "  - layer_norm:\n"
                               "  - multi_head_attention: {name: attention%d, causal: true}\n"
                               "  - add: {name: middle%d, inputs: [block%d, attention%d]}\n"
                               "  - layer_norm:\n"
                               "  - dense: {units: 512, activation: gelu}\n"
                               "  - dense: {name: back%d, units: 128}\n"
                               "  - add: {name: block%d, inputs: [middle%d, back%d]}\n",
                               block, block, block - 1, block, block, block, block, block);
    g_string_append(text, "  - layer_norm:\n"
                          "  - dense: {units: 65}\n"
                          "train:\n"
                          "  loss: softmax_cross_entropy\n"
                          "  optimizer: adamw\n"
                          "  batch: 16\n");
    return g_string_free(text, FALSE);
}

const FaltungWorkload *faltung_workloads(void) {
    static const FaltungWorkload workloads[] = {
        {"book_mlp", 2048, book_mlp},
        {"wide_mlp", 2048, wide_mlp},
        {"book_cnn", 2048, book_cnn},
        {"mnist_cnn", 2048, mnist_cnn},
        {"vgg_small", 512, vgg_small},
        {"resnet20", 512, resnet20},
        {"book_rnn", 512, book_rnn},
        {"book_gru", 512, book_gru},
        {"book_lstm", 512, book_lstm},
        {"lstm_2x512", 512, lstm_2x512},
        {"dense_autoencoder", 2048, dense_autoencoder, TRUE},
        {"book_conv_autoencoder", 2048, book_conv_autoencoder, TRUE},
        {"conv1d", 512, conv1d},
        {"depthwise", 512, depthwise},
        {"conv3d", 128, conv3d},
        {"conv_transpose2d", 512, conv_transpose2d, TRUE},
        {"attention", 256, attention, TRUE},
        {"transformer", 256, transformer},
        {"bidirectional", 256, bidirectional},
        {0},
    };
    return workloads;
}
