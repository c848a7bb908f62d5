/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/graph/gradcheck.h"
#include "core/train/fit.h"
#include "core/train/loss.h"
#include "core/train/trainer.h"
#include "tests/train/walk.h"

#include <string.h>

/* Samples with a class at every position (steps of a sequence, pixels of an image), and those
   whose values are indices. */

static FaltungExperiment *parse(const char *network, const char *loss) {
    g_autofree char *yaml = g_strdup_printf("name: positions\n"
                                            "data: {name: digits}\n"
                                            "network: {%s}\n"
                                            "train: {loss: %s, batch: 4}\n",
                                            network, loss);
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(yaml, "test.yaml", NULL, &error);
    g_assert_no_error(error);
    return experiment;
}

/* @n samples of indices below @n_indices, with a class of 3 at each of their steps. */
static FaltungDataset *new_tokens(guint32 n, int steps, int n_indices) {
    guint8 *values = g_new(guint8, n * steps);
    gint32 *classes = g_new(gint32, n * steps);
    for (guint32 i = 0; i < n * steps; i++) {
        values[i] = i * 7 % n_indices;
        classes[i] = (i * 5 + i / 3) % 3;
    }
    return faltung_dataset_new_positions("tokens", n, FALTUNG_SHAPE(steps), values, NULL, classes,
                                         steps, g_strsplit("a b c", " ", -1));
}

/* @n random images of 2 x 3 x 4, with a class of 3 at each pixel. */
static FaltungDataset *new_images(guint32 n) {
    float *values = g_new(float, n * 24);
    gint32 *classes = g_new(gint32, n * 12);
    fill_random(8, n * 24, values);
    for (guint32 i = 0; i < n * 12; i++)
        classes[i] = (i * 5 + i / 3) % 3;
    return faltung_dataset_new_positions("images", n, FALTUNG_SHAPE(2, 3, 4), NULL, values, classes,
                                         12, NULL);
}

static void test_dataset(void) {
    g_autoptr(FaltungDataset) all = new_tokens(6, 4, 9);
    g_assert_cmpint(faltung_dataset_target_type(all), ==, FALTUNG_TARGET_CLASS);
    g_assert_cmpint(faltung_dataset_n_targets(all), ==, 3);
    g_assert_cmpint(faltung_dataset_positions(all), ==, 4);
    g_assert_false(faltung_dataset_is_classified(all));
    g_assert_cmpint(faltung_dataset_class(all, 2), ==, -1);

    guint32 *chosen = g_new(guint32, 2);
    chosen[0] = 5, chosen[1] = 1;
    g_autoptr(FaltungDataset) dataset = faltung_dataset_subset(all, chosen, 2);
    const guint32 order[] = {1, 0};
    const int parents[] = {1, 5};
    float inputs[8], targets[2 * 4 * 3];
    gint32 classes[8];
    faltung_dataset_gather(dataset, order, 2, inputs, targets, classes);
    for (int i = 0; i < 2; i++) {
        for (int t = 0; t < 4; t++) {
            int at = parents[i] * 4 + t, class = (at * 5 + at / 3) % 3;
            g_assert_cmpfloat(inputs[i * 4 + t], ==, at * 7 % 9);
            g_assert_cmpint(classes[i * 4 + t], ==, class);
            for (int k = 0; k < 3; k++)
                g_assert_cmpfloat(targets[(i * 4 + t) * 3 + k], ==, k == class);
        }
    }
    g_autofree char *sum = faltung_dataset_checksum(dataset);
    chosen = g_new(guint32, 2);
    chosen[0] = 5, chosen[1] = 2;
    g_autoptr(FaltungDataset) other = faltung_dataset_subset(all, chosen, 2);
    g_autofree char *other_sum = faltung_dataset_checksum(other);
    g_assert_cmpstr(sum, !=, other_sum);
}

/* -- figures, by hand ---------------------------------------------------------------------- */

/* Sets the weights of the last layer to zero, so that its bias is the output everywhere. */
static void set_output(FaltungTrainer *trainer, const float *bias) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    int last = faltung_network_graph(network)->layers->len - 1;
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), last);
    g_autofree float *zeros = g_new0(float, faltung_shape_size(&layer->parameters[0].shape));
    faltung_network_pack(network, faltung_network_parameters(network), last, 0, zeros);
    faltung_network_pack(network, faltung_network_parameters(network), last, 1, bias);
}

/* What a network that says the same everywhere is worth: the part of the positions with class 1,
   and the mean over all positions of -log softmax. */
static void check_figures(const char *layers, FaltungDataset *dataset) {
    g_autoptr(FaltungExperiment) experiment = parse(layers, "softmax_cross_entropy");
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, dataset, dataset, 2, &error);
    g_assert_no_error(error);
    const float bias[] = {0.5f, 2, -1};
    set_output(trainer, bias);

    int n = faltung_dataset_size(dataset) * faltung_dataset_positions(dataset), counts[3] = {0};
    for (int i = 0; i < n; i++)
        counts[(i * 5 + i / 3) % 3]++;
    double sum = exp(0.5) + exp(2) + exp(-1), loss = 0;
    for (int k = 0; k < 3; k++)
        loss -= counts[k] * log(exp(bias[k]) / sum) / n;
    FaltungMetrics metrics = faltung_trainer_validate(trainer);
    assert_close(metrics.accuracy, counts[1] / (double)n, 1e-12, 0);
    assert_close(metrics.loss, loss, 1e-6, 0);
    FaltungStepRow row;
    while (!faltung_trainer_at_epoch_end(trainer))
        g_assert_true(faltung_trainer_step(trainer, &row, NULL));
}

#define TOKENS "input: [5], layers: [embedding: {vocabulary: 9, units: 4}, dense: {units: 3}]"
#define PIXELS "input: [2, 3, 4], layers: [conv2d: {filters: 3, kernel: 1}]"

static void test_figures(void) {
    g_autoptr(FaltungDataset) tokens = new_tokens(7, 5, 9), images = new_images(7);
    check_figures(TOKENS, tokens);
    check_figures(PIXELS, images);
}

/* Values as targets lie as the output does, in the field's layout: here they are the output. */
static void check_values(const char *layers, FaltungShape shape) {
    g_autoptr(FaltungExperiment) experiment = parse(layers, "mse");
    size_t size = faltung_shape_size(&shape);
    float *values = g_new(float, 6 * size), *targets = g_new(float, 6 * size);
    fill_random(5, 6 * size, values);
    for (size_t i = 0; i < 6 * size; i++)
        targets[i] = values[i];
    targets[0] += 3;
    g_autoptr(FaltungDataset) dataset =
        faltung_dataset_new_floats("values", 6, shape, values, NULL, NULL, targets, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, dataset, dataset, 1, &error);
    g_assert_no_error(error);
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const float identity[] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, none[] = {0, 0, 0};
    faltung_network_pack(network, faltung_network_parameters(network), 0, 0, identity);
    faltung_network_pack(network, faltung_network_parameters(network), 0, 1, none);
    FaltungMetrics metrics = faltung_trainer_validate(trainer);
    assert_close(metrics.loss, 9.0 / (6 * size), 1e-6, 0);
    assert_close(metrics.mae, 3.0 / (6 * size), 1e-6, 0);
}

static void test_values(void) {
    check_values("input: [7, 3], layers: [dense: {units: 3}]", FALTUNG_SHAPE(7, 3));
    check_values("input: [3, 2, 4], layers: [conv2d: {filters: 3, kernel: 1}]",
                 FALTUNG_SHAPE(3, 2, 4));
}

/* -- gradients ------------------------------------------------------------------------------ */

static void check_network(const char *layers, FaltungDataset *dataset) {
    for (const FaltungKind *const *kind = faltung_losses()->kinds; *kind; kind++) {
        g_autoptr(FaltungExperiment) experiment = parse(layers, (*kind)->name);
        for (int made_up = 0; made_up < 2; made_up++) {
            g_autoptr(FaltungGradcheck) check = faltung_gradcheck_new(
                experiment->graph, &experiment->train->loss, made_up ? NULL : dataset, 3, 4, 25);
            FaltungGradcheckRow row;
            while (faltung_gradcheck_next(check, &row))
                g_assert_true(row.passed);
        }
    }
}

static void test_gradients(void) {
    g_autoptr(FaltungDataset) tokens = new_tokens(7, 5, 9), images = new_images(7);
    check_network(TOKENS, tokens);
    check_network("input: [5], layers: [one_hot: {classes: 9}, dense: {units: 3}]", tokens);
    check_network(PIXELS, images);
}

/* -- what does not fit ---------------------------------------------------------------------- */

static void check_misfit(const char *layers, FaltungDataset *dataset, const char *problem,
                         const char *cure) {
    g_autoptr(FaltungExperiment) experiment = parse(layers, "softmax_cross_entropy");
    g_autoptr(GError) error = NULL;
    g_assert_null(faltung_trainer_new(experiment, dataset, NULL, 1, &error));
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, "test.yaml"));
    g_assert_nonnull(strstr(error->message, problem));
    g_assert_nonnull(strstr(error->message, cure));
}

static void test_misfits(void) {
    g_autoptr(FaltungDataset) tokens = new_tokens(7, 5, 10);
    check_misfit(TOKENS, tokens, "has 9 at position", "whole numbers from 0 to 8");
    faltung_dataset_set_scaling(tokens, 1, &(float){0}, &(float){0.25f});
    check_misfit(TOKENS, tokens, "has 1.75 at position 1", "normalize: none");
    faltung_dataset_set_scaling(tokens, 1, &(float){1}, &(float){1});
    check_misfit(TOKENS, tokens, "sample 0 of the data set 'tokens' has -1 at position 0",
                 "normalize: none");
    faltung_dataset_set_scaling(tokens, 1, &(float){0}, &(float){1});
    check_misfit("input: [5], layers: [one_hot: {classes: 10}, dense: {units: 4}]", tokens,
                 "gives 5 x 4, but the data set 'tokens' has one of 3 classes at each of 5",
                 "3 units");
    check_misfit("input: [5], layers: [embedding: {vocabulary: 10, units: 3}, flatten:, "
                 "dense: {units: 3}]",
                 tokens, "at each of 5 positions", "3 units");
    g_autoptr(FaltungDataset) images = new_images(4);
    check_misfit("input: [2, 3, 4], layers: [conv2d: {filters: 3, kernel: 2}]", images,
                 "gives 3 x 2 x 3", "12 positions");
}

/* What moves pictures would leave the classes of their pixels behind; noise spoils indices. */
static void test_augmentation(void) {
    g_autoptr(FaltungDataset) images = new_images(4), tokens = new_tokens(7, 5, 9);
    for (int i = 0; i < 3; i++) {
        g_autoptr(FaltungExperiment) experiment =
            parse(i < 2 ? PIXELS : TOKENS, "softmax_cross_entropy");
        experiment->data->augment.rotate = i == 0 ? 10 : 0;
        experiment->data->augment.noise = i > 0 ? 0.1 : 0;
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungTrainer) trainer =
            faltung_trainer_new(experiment, i < 2 ? images : tokens, NULL, 1, &error);
        g_assert_true((trainer != NULL) == (i == 1));
        g_assert_true(i == 1 || strstr(error->message, i == 0 ? "leave only noise" : "remove it"));
    }
}

/* Indices that nobody knows do no harm even where nobody has looked. */
static void test_strange_indices(void) {
    g_autoptr(FaltungExperiment) experiment = parse(TOKENS, "softmax_cross_entropy");
    g_autoptr(FaltungNetwork) network = faltung_network_new(
        experiment->graph, 1, 1,
        FALTUNG_NETWORK_TRAINS | FALTUNG_NETWORK_KEEPS_OUTPUTS | FALTUNG_NETWORK_CHECKS, 1);
    const float strange[] = {-1, 9, 1e30f, NAN, INFINITY};
    faltung_network_set_input(network, 1, strange);
    faltung_network_forward(network, TRUE, 1);
    float values[20];
    faltung_network_read_output(network, 0, 0, values);
    for (int i = 0; i < 20; i++)
        g_assert_cmpfloat(values[i], ==, 0);
    faltung_network_backward(network);
    g_assert_true(faltung_network_intact(network));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/positions/dataset", test_dataset);
    g_test_add_func("/train/positions/figures", test_figures);
    g_test_add_func("/train/positions/values", test_values);
    g_test_add_func("/train/positions/gradients", test_gradients);
    g_test_add_func("/train/positions/misfits", test_misfits);
    g_test_add_func("/train/positions/augmentation", test_augmentation);
    g_test_add_func("/train/positions/strange-indices", test_strange_indices);
    return g_test_run();
}
