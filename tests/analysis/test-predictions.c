/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/activity.h"
#include "analysis/predictions.h"
#include "core/base/error.h"
#include "core/config/experiment.h"
#include "tests/train/walk.h"

#include <gio/gio.h>

enum { SAMPLES = 23, CLASSES = 4, SIZE = 24 };

static FaltungExperiment *experiment_of(const char *network, const char *loss) {
    g_autoptr(GError) error = NULL;
    g_autofree char *text =
        g_strdup_printf("data: {name: digits}\nnetwork: {%s}\ntrain: {loss: %s}\n", network, loss);
    FaltungExperiment *experiment = faltung_experiment_parse(text, "test.yaml", NULL, &error);
    g_assert_no_error(error);
    return experiment;
}

static FaltungExperiment *new_experiment(void) {
    return experiment_of(
        "input: [2, 3, 4], layers: [conv2d: {filters: 5, kernel: 3, activation: relu,\n"
        "  padding: same}, flatten: , dense: {units: 6, activation: relu}, dense: {units: 4}]",
        "softmax_cross_entropy");
}

static FaltungDataset *new_data(void) {
    float *values = g_new(float, SAMPLES *SIZE);
    gint32 *classes = g_new(gint32, SAMPLES);
    fill_random(11, SAMPLES * SIZE, values);
    for (int i = 0; i < SAMPLES; i++)
        classes[i] = i * 7 % CLASSES;
    return faltung_dataset_new_floats("random", SAMPLES, FALTUNG_SHAPE(2, 3, 4), values, classes,
                                      NULL, NULL, 0);
}

/* Against one sample after the other, and softmax in float64. */
static void test_each(void) {
    g_autoptr(FaltungExperiment) experiment = new_experiment();
    g_autoptr(FaltungDataset) data = new_data();
    g_autoptr(FaltungNetwork) batches = faltung_network_new(experiment->graph, 3, 5, 0, 1);
    g_autoptr(FaltungNetwork) single = faltung_network_new(experiment->graph, 3, 1, 0, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungPredictions) all =
        faltung_predictions_new(batches, &experiment->train->loss, data, G_MAXUINT32, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->samples, ==, SAMPLES);
    g_assert_cmpint(all->width, ==, CLASSES);
    guint64 confusion[CLASSES][CLASSES] = {0}, wrong = 0;
    for (guint32 i = 0; i < SAMPLES; i++) {
        float input[SIZE];
        gint32 class;
        faltung_dataset_gather(data, &i, 1, input, NULL, &class);
        faltung_network_set_input(single, 1, input);
        const float *output = faltung_network_forward(single, FALSE, 0);
        double sum = 0;
        int said = 0;
        for (int k = 0; k < CLASSES; k++) {
            sum += exp(output[k]);
            said = output[k] > output[said] ? k : said;
        }
        const FaltungAnswer *answer = &all->answers[i];
        g_assert_cmpint(answer->truth, ==, class);
        g_assert_cmpint(answer->said, ==, said);
        g_assert_cmpfloat_with_epsilon(answer->p_said, exp(output[said]) / sum, 1e-6);
        g_assert_cmpfloat_with_epsilon(answer->p_truth, exp(output[class]) / sum, 1e-6);
        g_assert_cmpfloat_with_epsilon(all->errors[i], log(sum) - output[class], 1e-6);
        confusion[class][said]++;
        wrong += class != said;
    }
    g_assert_cmpmem(all->scores->confusion, sizeof confusion, confusion, sizeof confusion);
    g_assert_cmpuint(all->n_wrong, ==, wrong);
    g_assert_cmpuint(wrong, >, 0);
}

/* Wrong ones first, then right ones, each by falling error; a cell of the confusion matrix has its
   samples in the same order. */
static void test_order(void) {
    g_autoptr(FaltungExperiment) experiment = new_experiment();
    g_autoptr(FaltungDataset) data = new_data();
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 3, 5, 0, 1);
    for (int odds = 0; odds < 2; odds++) {
        g_autoptr(FaltungPredictions) all = faltung_predictions_new(
            network, odds ? &experiment->train->loss : NULL, data, SAMPLES, NULL, NULL);
        for (int i = 1; i < SAMPLES; i++) {
            const size_t a = all->order[i - 1], b = all->order[i];
            gboolean a_right = all->answers[a].truth == all->answers[a].said;
            gboolean b_right = all->answers[b].truth == all->answers[b].said;
            g_assert_true(!a_right || b_right);
            if (a_right == b_right)
                g_assert_cmpfloat(all->errors[a], >=, all->errors[b]);
            g_assert_cmpint(odds || all->errors[a] > 0, ==, odds || !a_right);
        }
        g_autoptr(GArray) every = faltung_predictions_select(all, -1, -1);
        g_assert_cmpuint(every->len, ==, SAMPLES);
        for (int i = 0; i < SAMPLES; i++)
            g_assert_cmpuint(g_array_index(every, guint32, i), ==, all->order[i]);
        for (int truth = 0; truth < CLASSES; truth++) {
            for (int said = 0; said < CLASSES; said++) {
                g_autoptr(GArray) cell = faltung_predictions_select(all, truth, said);
                g_assert_cmpuint(cell->len, ==, all->scores->confusion[truth * CLASSES + said]);
            }
        }
    }
}

/* What the loss leaves out, as padding, neither the list nor the figures have. */
static void test_left_out(void) {
    g_autoptr(FaltungExperiment) experiment = new_experiment();
    g_autoptr(FaltungExperiment) ignoring = experiment_of(
        "input: [4], layers: [dense: {units: 4}]", "{softmax_cross_entropy: {ignore_index: 2}}");
    g_autoptr(FaltungDataset) data = new_data();
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 3, 5, 0, 1);
    g_autoptr(FaltungPredictions) every =
        faltung_predictions_new(network, &experiment->train->loss, data, SAMPLES, NULL, NULL);
    g_autoptr(FaltungPredictions) some =
        faltung_predictions_new(network, &ignoring->train->loss, data, SAMPLES, NULL, NULL);
    size_t wrong = 0, counted = 0;
    for (int i = 0; i < SAMPLES; i++) {
        const FaltungAnswer *answer = &every->answers[i];
        counted += answer->truth != 2;
        wrong += answer->truth != 2 && answer->said != answer->truth;
    }
    g_assert_cmpuint(every->counted, ==, SAMPLES);
    g_assert_cmpuint(counted, <, SAMPLES);
    g_assert_cmpuint(some->counted, ==, counted);
    g_assert_cmpuint(some->n_wrong, ==, wrong);
    for (size_t i = 0; i < counted; i++)
        g_assert_cmpint(some->answers[some->order[i]].truth, !=, 2);
    for (int said = 0; said < CLASSES; said++)
        g_assert_cmpuint(some->scores->confusion[2 * CLASSES + said], ==, 0);
}

/* Of values: a pixel whose targets are all the number that fills up. */
static void test_values_left_out(void) {
    enum { PIXELS = 4, CHANNELS = 3, ALL = PIXELS * CHANNELS };
    g_autoptr(FaltungExperiment) experiment =
        experiment_of("input: [3, 2, 2], layers: [linear: ]", "{mse: {ignore_value: [-9]}}");
    float inputs[2 * ALL], targets[2 * ALL];
    fill_random(5, 2 * ALL, inputs);
    fill_random(6, 2 * ALL, targets);
    for (int i = 0; i < ALL; i++)
        targets[i] =
            i % PIXELS == 1 || i == 2 ? -9 : targets[i]; /* pixel 1; one value of pixel 2 */
    for (int i = ALL; i < 2 * ALL; i++)
        targets[i] = -9;
    g_autoptr(FaltungDataset) data = faltung_dataset_new_floats(
        "random", 2, FALTUNG_SHAPE(3, 2, 2), g_memdup2(inputs, sizeof inputs), NULL, NULL,
        g_memdup2(targets, sizeof targets), ALL);
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 3, 2, 0, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungPredictions) some =
        faltung_predictions_new(network, &experiment->train->loss, data, 2, NULL, &error);
    g_assert_no_error(error);
    double sum = 0;
    for (int i = 0; i < ALL; i++)
        sum += i % PIXELS == 1 ? 0 : pow((double)inputs[i] - targets[i], 2);
    g_assert_cmpuint(some->counted, ==, 1);
    g_assert_cmpuint(some->order[0], ==, 0);
    g_assert_cmpfloat_with_epsilon(some->errors[0], sum / (ALL - CHANNELS), 1e-6);
}

/* Units whose bias shuts them are dead, and only they. */
static void test_dead_units(void) {
    g_autoptr(FaltungExperiment) experiment = new_experiment();
    g_autoptr(FaltungDataset) data = new_data();
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 3, 5, 0, 1);
    const float biases[] = {1, -1000, 1, -1000, 1, 1}, open[] = {1, 1, -1000, 1, 1};
    faltung_network_pack(network, faltung_network_parameters(network), 2, 1, biases);
    faltung_network_pack(network, faltung_network_parameters(network), 0, 1, open);
    g_autoptr(GError) error = NULL;
    g_autofree FaltungActivity *activity =
        faltung_activity_new(network, data, SAMPLES, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(activity[0].units, ==, 5);
    g_assert_cmpint(activity[0].dead, ==, 1);
    g_assert_cmpint(activity[2].units, ==, 6);
    g_assert_cmpint(activity[2].dead, >=, 2);
    g_assert_cmpint(activity[2].dead, <, 6);
    g_assert_cmpint(activity[3].dead, ==, 0);
}

static gboolean stop_half_way(double part, gpointer data) {
    (*(int *)data)++;
    return part < 0.5;
}

static void test_errors(void) {
    g_autoptr(FaltungExperiment) experiment = new_experiment();
    g_autoptr(FaltungDataset) data = new_data();
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 3, 5, 0, 1);
    g_autoptr(GError) error = NULL;
    int calls = 0;
    const FaltungScanHooks hooks = {stop_half_way, &calls};
    g_assert_null(faltung_predictions_new(network, NULL, data, SAMPLES, &hooks, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpint(calls, ==, 4);
    g_clear_error(&error);
    faltung_dataset_reconstruct(data);
    g_assert_null(faltung_predictions_new(network, NULL, data, SAMPLES, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_DATA);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/predictions/each", test_each);
    g_test_add_func("/predictions/order", test_order);
    g_test_add_func("/predictions/left-out", test_left_out);
    g_test_add_func("/predictions/values-left-out", test_values_left_out);
    g_test_add_func("/predictions/dead-units", test_dead_units);
    g_test_add_func("/predictions/errors", test_errors);
    return g_test_run();
}
