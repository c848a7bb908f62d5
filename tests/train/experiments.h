/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"
#include "tests/train/walk.h"

/* Small experiments that use every part of a training, and data for them. */

/* A block large enough to be updated by several threads. */
static const char *const dense_yaml = "name: dense\n"
                                      "data: {name: digits}\n"
                                      "network:\n"
                                      "  input: [64]\n"
                                      "  layers:\n"
                                      "    - dense: {name: hidden, units: 300, activation: tanh}\n"
                                      "    - dropout: {rate: 0.2}\n"
                                      "    - dense: {name: out, units: 4}\n"
                                      "train:\n"
                                      "  loss: softmax_cross_entropy\n"
                                      "  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
                                      "  schedule: {exponential: {final_lr: 0.02}}\n"
                                      "  batch: 30\n"
                                      "  epochs: 3\n"
                                      "  seed: 11\n";

static const char *const convolution_yaml =
    "name: convolution\n"
    "data: {name: digits}\n"
    "network:\n"
    "  input: [1, 8, 8]\n"
    "  layers:\n"
    "    - conv2d: {name: conv, filters: 6, kernel: 3, padding: same, activation: tanh}\n"
    "    - max_pool2d: {kernel: 2}\n"
    "    - dropout: {rate: 0.2}\n"
    "    - flatten:\n"
    "    - dense: {name: out, units: 4}\n"
    "train:\n"
    "  loss: mse\n"
    "  optimizer: {adam: {lr: 0.01}}\n"
    "  batch: 30\n"
    "  epochs: 3\n"
    "  seed: 12\n";

/* Rules that keep something of their own from step to step or from epoch to epoch. */
static const char *const rules_yaml =
    "name: rules\n"
    "data: {name: digits}\n"
    "network:\n"
    "  input: [64]\n"
    "  layers:\n"
    "    - dense: {name: hidden, units: 300, activation: tanh}\n"
    "    - dense: {name: out, units: 4}\n"
    "train:\n"
    "  loss: softmax_cross_entropy\n"
    "  optimizer: {rmsprop: {lr: 0.002, momentum: 0.5, centered: true}}\n"
    "  schedule: {plateau: {factor: 0.5, patience: 0, threshold: 0.99, cooldown: 1}}\n"
    "  warmup: 1.5\n"
    "  clip: {norm: 0.5}\n"
    "  average: {decay: 0.8}\n"
    "  batch: 15\n"
    "  accumulate: 2\n"
    "  epochs: 3\n"
    "  seed: 13\n";

/* Layers that learn at rates of their own, between frozen ones; a batch normalization that stays.
 */
static const char *const groups_yaml =
    "name: groups\n"
    "data: {name: digits}\n"
    "network:\n"
    "  input: [64]\n"
    "  layers:\n"
    "    - dense: {name: first, units: 40, activation: tanh, frozen: true}\n"
    "    - dense: {name: second, units: 300, activation: tanh, lr_factor: 0.5, l1: 0.01}\n"
    "    - batch_norm: {name: norm, frozen: true}\n"
    "    - dense: {name: third, units: 30, activation: tanh, frozen: true}\n"
    "    - dense: {name: out, units: 4, lr_factor: 2, weight_decay: 0}\n"
    "train:\n"
    "  loss: softmax_cross_entropy\n"
    "  optimizer: {adamw: {lr: 0.005, weight_decay: 0.1}}\n"
    "  average: {decay: 0.8}\n"
    "  batch: 30\n"
    "  epochs: 3\n"
    "  seed: 14\n";

/* A loss that is a sum: of two layers, of the activities and of the weights. */
static const char *const terms_yaml =
    "name: terms\n"
    "data: {name: digits}\n"
    "network:\n"
    "  input: [64]\n"
    "  layers:\n"
    "    - dense: {name: code, units: 40, activation: sigmoid, l1: 0.001}\n"
    "    - sparsity: {name: few, rho: 0.2, beta: 0.1}\n"
    "    - dense: {name: picture, units: 64, loss: mse, loss_target: sample, loss_weight: 0.5}\n"
    "    - dense: {name: out, inputs: few, units: 4}\n"
    "train:\n"
    "  loss: softmax_cross_entropy\n"
    "  optimizer: {adam: {lr: 0.01}}\n"
    "  batch: 30\n"
    "  epochs: 3\n"
    "  seed: 15\n";

static FaltungExperiment *parse(const char *yaml, ...) {
    g_autoptr(GPtrArray) overrides = g_ptr_array_new();
    va_list arguments;
    va_start(arguments, yaml);
    for (char *override; (override = va_arg(arguments, char *));)
        g_ptr_array_add(overrides, override);
    va_end(arguments);
    g_ptr_array_add(overrides, NULL);
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment =
        faltung_experiment_parse(yaml, "test.yaml", (const char *const *)overrides->pdata, &error);
    g_assert_no_error(error);
    return experiment;
}

/* Images of 8 x 8 in 4 classes that can be told apart; @noise: how badly. */
static FaltungDataset *new_images(guint32 n, guint64 seed, float noise) {
    float *values = g_new(float, n * 64);
    gint32 *classes = g_new(gint32, n);
    fill_random(seed, n * 64, values);
    for (guint32 i = 0; i < n; i++) {
        classes[i] = (i * 7 + i / 5) % 4;
        for (int p = 0; p < 64; p++)
            values[i * 64 + p] = noise * values[i * 64 + p] + (p / 16 == classes[i]);
    }
    return faltung_dataset_new_floats("images", n, FALTUNG_SHAPE(1, 8, 8), values, classes,
                                      g_strsplit("a b c d", " ", -1), NULL, 0);
}

static FaltungTrainer *new_trainer(const FaltungExperiment *experiment, int threads) {
    g_autoptr(FaltungDataset) training = new_images(200, 1, 0.5f);
    g_autoptr(FaltungDataset) validation = new_images(77, 2, 0.5f);
    g_autoptr(GError) error = NULL;
    FaltungTrainer *trainer =
        faltung_trainer_new(experiment, training, validation, threads, &error);
    g_assert_no_error(error);
    return trainer;
}
