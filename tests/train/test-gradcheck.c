/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/graph/gradcheck.h"
#include "core/train/loss.h"
#include "tests/train/walk.h"

#include <string.h>

/* Everything at once: convolution, pooling, kinks, dropout, dense layers, a loss of terms. */
static const char *const yaml =
    "name: check\n"
    "data: {name: digits}\n"
    "network:\n"
    "  input: [2, 6, 6]\n"
    "  layers:\n"
    "    - conv2d: {name: conv, filters: 3, kernel: 3, padding: same, activation: relu}\n"
    "    - max_pool2d: {kernel: 2}\n"
    "    - dropout: {rate: 0.3}\n"
    "    - flatten:\n"
    "    - dense: {name: hidden, units: 7, activation: tanh}\n"
    "    - dense: {name: aside, units: 4, loss: mse, loss_weight: 0.7}\n"
    "    - activity_penalty: {inputs: hidden}\n"
    "    - dense: {name: out, units: 4}\n"
    "train: {loss: softmax_cross_entropy}\n";

static FaltungExperiment *parse(void) {
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(yaml, "test.yaml", NULL, &error);
    g_assert_no_error(error);
    return experiment;
}

static void check_loss(const FaltungKind *kind, const void *options) {
    g_autoptr(FaltungExperiment) experiment = parse();
    FaltungVariant loss = {.kind = kind, .options = (void *)options};
    g_autoptr(FaltungGradcheck) check =
        faltung_gradcheck_new(experiment->graph, &loss, NULL, 3, 4, 25);
    g_assert_cmpfloat(faltung_gradcheck_loss(check), >, 0.0);
    const char *const expected[] = {"conv",  "conv",  "hidden", "hidden",
                                    "aside", "aside", "out",    "out"};
    FaltungGradcheckRow row;
    int rows = 0;
    size_t skipped = 0;
    for (; faltung_gradcheck_next(check, &row); rows++) {
        g_test_message("%s.%s: %g, %zu of %zu checked, %zu skipped", row.layer, row.parameter,
                       row.error, row.checked, row.size, row.skipped);
        g_assert_cmpint(rows, <, G_N_ELEMENTS(expected));
        g_assert_cmpstr(row.layer, ==, expected[rows]);
        g_assert_true(row.passed);
        g_assert_cmpuint(row.checked + row.skipped, ==, MIN(row.size, 25));
        skipped += row.skipped;
    }
    g_assert_cmpint(rows, ==, G_N_ELEMENTS(expected));
    g_assert_cmpuint(skipped, <, 30);
}

static void test_losses(void) {
    for (const FaltungKind *const *kind = faltung_losses()->kinds; *kind; kind++)
        walk_options(*kind, check_loss);
}

/* -- mistakes have to be found ------------------------------------------------------------ */

static const FaltungOperation *right;

static void call_and_spoil(const FaltungReference *reference, double factor, size_t only) {
    size_t n = faltung_shape_size(&reference->layer->parameters[0].shape);
    right->backward_reference(reference);
    for (size_t i = 0; i < n; i++) {
        if (only == n || i == only)
            reference->parameter_gradients[0][i] *= factor;
    }
}

static void flipped(const FaltungReference *reference) {
    call_and_spoil(reference, -1.0, faltung_shape_size(&reference->layer->parameters[0].shape));
}

static void slightly_off(const FaltungReference *reference) {
    call_and_spoil(reference, 1.00001, faltung_shape_size(&reference->layer->parameters[0].shape));
}

static void not_a_number(const FaltungReference *reference) {
    call_and_spoil(reference, NAN, 3);
}

static void dropped(const FaltungReference *reference) {
    call_and_spoil(reference, 0.0, faltung_shape_size(&reference->layer->parameters[0].shape));
}

static void test_mistakes(void) {
    void (*const mistakes[])(const FaltungReference *) = {flipped, slightly_off, not_a_number,
                                                          dropped};
    for (size_t m = 0; m < G_N_ELEMENTS(mistakes); m++) {
        g_autoptr(FaltungExperiment) experiment = parse();
        FaltungLayer *layer = faltung_graph_layer(experiment->graph, 4);
        right = layer->operation;
        FaltungOperation wrong = *right;
        wrong.backward_reference = mistakes[m];
        layer->operation = &wrong;
        g_autoptr(FaltungGradcheck) check =
            faltung_gradcheck_new(experiment->graph, &experiment->train->loss, NULL, 3, 4, 0);
        FaltungGradcheckRow row;
        while (faltung_gradcheck_next(check, &row)) {
            gboolean spoiled =
                g_str_equal(row.layer, "hidden") && g_str_equal(row.parameter, "weight");
            g_assert_cmpint(row.passed, ==, !spoiled);
            if (spoiled)
                g_test_message("%s.%s[%zu]: %g instead of %g", row.layer, row.parameter, row.worst,
                               row.analytic, row.numeric);
        }
        layer->operation = right;
    }
}

static void test_dataset(void) {
    g_autoptr(FaltungExperiment) experiment = parse();
    float *values = g_new(float, 10 * 72);
    gint32 *classes = g_new(gint32, 10);
    fill_random(2, 10 * 72, values);
    for (int i = 0; i < 10; i++)
        classes[i] = i % 4;
    g_autoptr(FaltungDataset) dataset = faltung_dataset_new_floats(
        "images", 10, FALTUNG_SHAPE(2, 6, 6), values, classes, NULL, NULL, 0);
    g_autoptr(FaltungGradcheck) check =
        faltung_gradcheck_new(experiment->graph, &experiment->train->loss, dataset, 3, 100, 10);
    FaltungGradcheckRow row;
    while (faltung_gradcheck_next(check, &row))
        g_assert_true(row.passed);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/gradcheck/losses", test_losses);
    g_test_add_func("/train/gradcheck/mistakes", test_mistakes);
    g_test_add_func("/train/gradcheck/dataset", test_dataset);
    return g_test_run();
}
