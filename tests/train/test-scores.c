/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/scores.h"
#include "core/train/stopping.h"
#include "tests/train/walk.h"

/* Four classes by hand: what is said is 0 0 1 2 2 1 for 0 0 0 1 2 1; nothing is of the last. */
static void test_classes(void) {
    const gint32 classes[] = {0, 0, 0, 1, 2, 1};
    const int said[] = {0, 0, 1, 2, 2, 1};
    float output[6][4] = {0};
    for (int row = 0; row < 6; row++)
        output[row][said[row]] = 1.0f;
    FaltungScoring *scoring = faltung_scoring_new(FALTUNG_TARGET_CLASS, 4);
    faltung_scoring_add_classes(scoring, 2, output[0], classes, NULL);
    faltung_scoring_add_classes(scoring, 4, output[2], classes + 2, NULL);
    g_autoptr(FaltungScores) scores = faltung_scoring_end(scoring);
    const guint64 confusion[4][4] = {{2, 1, 0, 0}, {0, 1, 1, 0}, {0, 0, 1, 0}, {0, 0, 0, 0}};
    g_assert_cmpmem(scores->confusion, sizeof confusion, confusion, sizeof confusion);
    g_assert_cmpuint(scores->rows, ==, 6);
    g_assert_cmpfloat(scores->classes[0].precision, ==, 1.0);
    g_assert_cmpfloat(scores->classes[0].recall, ==, 2.0 / 3);
    g_assert_cmpfloat(scores->classes[0].f1, ==, 0.8);
    g_assert_cmpfloat(scores->classes[1].precision, ==, 0.5);
    g_assert_cmpfloat(scores->classes[2].precision, ==, 0.5);
    g_assert_cmpfloat(scores->classes[2].recall, ==, 1.0);
    g_assert_true(isnan(scores->classes[3].precision) && isnan(scores->classes[3].f1));
    assert_close(scores->precision, (1 + 0.5 + 0.5) / 3, 1e-15, 0);
    assert_close(scores->recall, (2.0 / 3 + 0.5 + 1) / 3, 1e-15, 0);
    assert_close(scores->f1, (0.8 + 0.5 + 2.0 / 3) / 3, 1e-15, 0);
    g_assert_true(isnan(scores->top5) && isnan(scores->auc) && isnan(scores->r2));
    double all = 3.0 + G_E; /* of e to the outputs */
    double right = log(all) - 1, wrong = log(all);
    assert_close(scores->cross_entropy, (4 * right + 2 * wrong) / 6, 1e-6, 0);
    assert_close(log(scores->perplexity), scores->cross_entropy, 1e-12, 0);
    assert_close(scores->bits * log(2), scores->cross_entropy, 1e-12, 0);
}

/* How often a row of the class has the larger of two probabilities, of all pairs with another. */
static double pairs_of(int rows, int width, const double *probable, const gint32 *classes,
                       int class) {
    double won = 0.0, all = 0.0;
    for (int a = 0; a < rows; a++)
        for (int b = 0; b < rows; b++) {
            if (classes[a] != class || classes[b] == class)
                continue;
            double left = probable[a * width + class], right = probable[b * width + class];
            won += left > right ? 1.0 : left == right ? 0.5 : 0.0;
            all++;
        }
    return won / all;
}

/* Of more than two classes: each against the rest, by softmax's probabilities or by the outputs
   themselves; of a class that is never there nothing can be said. */
static void test_area_of_many(void) {
    enum { ROWS = 150, CLASSES = 4 };
    float output[ROWS * CLASSES];
    double probable[2][ROWS * CLASSES];
    gint32 classes[ROWS];
    fill_random(8, ROWS * CLASSES, output);
    for (int row = 0; row < ROWS; row++) {
        float *y = output + row * CLASSES;
        double sum = 0.0;
        classes[row] = row * 5 % (CLASSES - 1);
        for (int k = 0; k < CLASSES; k++) {
            y[k] = roundf(3 * y[k] + 2 * (k == classes[row]) + row % 7);
            sum += exp(y[k]);
        }
        for (int k = 0; k < CLASSES; k++) {
            probable[0][row * CLASSES + k] = y[k];
            probable[1][row * CLASSES + k] = exp(y[k]) / sum;
        }
    }
    for (int odds = 0; odds < 2; odds++) {
        double mean = 0.0;
        for (int k = 0; k < CLASSES - 1; k++)
            mean += pairs_of(ROWS, CLASSES, probable[odds], classes, k) / (CLASSES - 1);
        FaltungScoring *scoring = faltung_scoring_new(FALTUNG_TARGET_CLASS, CLASSES);
        faltung_scoring_want_area(scoring, odds);
        faltung_scoring_add_classes(scoring, ROWS, output, classes, NULL);
        g_autoptr(FaltungScores) scores = faltung_scoring_end(scoring);
        assert_close(scores->auc, mean, odds ? 1e-4 : 1e-12, 0); /* equal ones may be told apart */
    }
}

/* Against their definitions, on random outputs, some of them equal. */
static void test_definitions(void) {
    enum { ROWS = 300, CLASSES = 9 };
    g_autofree float *output = g_new(float, ROWS *CLASSES);
    gint32 classes[ROWS];
    fill_random(5, ROWS * CLASSES, output);
    int top = 0;
    for (int row = 0; row < ROWS; row++) {
        float *y = output + row * CLASSES;
        classes[row] = row * 7 % CLASSES;
        y[classes[row]] += 0.7f;
        int larger = 0;
        for (int k = 0; k < CLASSES; k++)
            larger += y[k] > y[classes[row]];
        top += larger <= 4;
    }
    FaltungScoring *scoring = faltung_scoring_new(FALTUNG_TARGET_CLASS, CLASSES);
    faltung_scoring_add_classes(scoring, ROWS, output, classes, NULL);
    g_autoptr(FaltungScores) scores = faltung_scoring_end(scoring);
    assert_close(scores->top5, top / 300.0, 1e-15, 0);
    assert_close(faltung_scores_top(scores, 1), scores->accuracy, 1e-15, 0);
    g_assert_true(isnan(faltung_scores_top(scores, CLASSES)) && isnan(scores->auc));

    double larger[2 * ROWS];
    for (int row = 0; row < ROWS; row++) {
        classes[row] = row % 3 == 0;
        output[2 * row] = 0.0f;
        output[2 * row + 1] = roundf(4 * output[2 * row + 1] + classes[row]);
        larger[2 * row + 1] = output[2 * row + 1];
    }
    scoring = faltung_scoring_new(FALTUNG_TARGET_CLASS, 2);
    faltung_scoring_want_area(scoring, TRUE);
    faltung_scoring_add_classes(scoring, ROWS, output, classes, NULL);
    g_autoptr(FaltungScores) two = faltung_scoring_end(scoring);
    assert_close(two->auc, pairs_of(ROWS, 2, larger, classes, 1), 1e-12, 0);
    g_assert_cmpfloat(two->auc, >, 0.5);
    g_assert_true(isnan(two->top5));
}

static void test_values(void) {
    enum { ROWS = 200 };
    float output[2 * ROWS], targets[2 * ROWS];
    fill_random(1, 2 * ROWS, output);
    fill_random(2, 2 * ROWS, targets);
    double means[2] = {0}, errors = 0.0, spread = 0.0;
    for (int i = 0; i < 2 * ROWS; i++) {
        targets[i] = 1000.0f + 50 * (i % 2) + targets[i];
        output[i] = targets[i] + 0.5f * output[i];
        means[i % 2] += targets[i] / (double)ROWS;
    }
    for (int i = 0; i < 2 * ROWS; i++) {
        errors += pow((double)output[i] - targets[i], 2);
        spread += pow(targets[i] - means[i % 2], 2);
    }
    FaltungScoring *scoring = faltung_scoring_new(FALTUNG_TARGET_VALUES, 2);
    faltung_scoring_add_values(scoring, 50, 1, output, targets, NULL);
    faltung_scoring_add_values(scoring, ROWS - 50, 1, output + 100, targets + 100, NULL);
    g_autoptr(FaltungScores) scores = faltung_scoring_end(scoring);
    assert_close(scores->r2, 1.0 - errors / spread, 1e-9, 0);
    assert_close(scores->rmse, sqrt(errors / (2 * ROWS)), 1e-12, 0);
    g_assert_cmpfloat(scores->mae, <, scores->rmse);
    g_assert_true(isnan(scores->auc) && !scores->classes);
}

/* Early stopping can look at each of them. */
static void test_watched(void) {
    const FaltungKind *patience = faltung_table_find(faltung_stoppings(), "patience", NULL);
    const FaltungOptionSpec *metric = faltung_kind_option(patience, "metric", NULL);
    for (const FaltungScoreKind *kind = faltung_score_kinds; kind->name; kind++) {
        g_autofree char *figure = g_strconcat("val_", kind->name, NULL);
        g_assert_true(g_strv_contains(metric->choices, figure));
    }
}

/* Nothing to measure is no reason to divide by it. */
static void test_nothing(void) {
    g_autoptr(FaltungScores) classes =
        faltung_scoring_end(faltung_scoring_new(FALTUNG_TARGET_CLASS, 2));
    g_assert_true(isnan(classes->auc) && isnan(classes->f1) && isnan(classes->perplexity));
    g_autoptr(FaltungScores) values =
        faltung_scoring_end(faltung_scoring_new(FALTUNG_TARGET_VALUES, 3));
    g_assert_true(isnan(values->r2));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/scores/classes", test_classes);
    g_test_add_func("/train/scores/area-of-many", test_area_of_many);
    g_test_add_func("/train/scores/definitions", test_definitions);
    g_test_add_func("/train/scores/values", test_values);
    g_test_add_func("/train/scores/watched", test_watched);
    g_test_add_func("/train/scores/nothing", test_nothing);
    return g_test_run();
}
