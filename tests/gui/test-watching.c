/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/budget.h"
#include "gui/training/history.h"

#include <math.h>

/* What watching a training takes from it, and keeps, without a display. */

/* Whoever looks whenever it has rested takes its share, whatever a look costs. */
static void test_share(void) {
    static const gint64 costs[] = {1, 700, 3000, 40000};
    for (guint i = 0; i < G_N_ELEMENTS(costs); i++) {
        FaltungBudget budget = {0};
        gint64 now = 1, spent = 0, hour = 3600 * G_TIME_SPAN_SECOND;
        while (now < hour) {
            now += faltung_budget_rest(&budget, now) + costs[i];
            spent += costs[i];
            faltung_budget_spend(&budget, now, costs[i], 0.05);
        }
        g_assert_cmpfloat_with_epsilon((double)spent / now, 0.05 / 1.05, 1e-3);
    }
}

/* Several who share a budget rest for what all of them took; what was not taken is not kept. */
static void test_debts(void) {
    FaltungBudget budget = {0};
    g_assert_cmpint(faltung_budget_rest(&budget, 1000), ==, 0);
    faltung_budget_spend(&budget, 1000, 10, 0.5);
    faltung_budget_spend(&budget, 1010, 10, 0.5);
    g_assert_cmpint(faltung_budget_rest(&budget, 1010), ==, 30);
    g_assert_cmpint(faltung_budget_rest(&budget, 5000), ==, 0);
    faltung_budget_spend(&budget, 5000, 10, 0.5);
    g_assert_cmpint(faltung_budget_rest(&budget, 5000), ==, 20);
}

/* -- the rows that are kept ---------------------------------------------------------------- */

static guint64 step_at(const FaltungHistory *history, guint i) {
    return g_array_index(history->steps, FaltungStepRow, i).step;
}

static double norms_at(const FaltungHistory *history, guint i) {
    return ((const FaltungNormRow *)history->norms->pdata[i])->epoch;
}

/* A training without end keeps a bounded number of rows, at even distances from its beginning to
   its end, however they come. */
static void test_history(void) {
    g_autoptr(FaltungHistory) history = faltung_history_new(), news = faltung_history_new();
    g_autoptr(FaltungGraph) graph = faltung_graph_new((FaltungShape){1, {1}});
    guint64 n = 0;
    for (guint turn = 0; turn < 400; turn++) {
        for (guint i = 0; i < 1 + turn % 997; i++) {
            FaltungStepRow step = {.step = n};
            FaltungEpochRow epoch = {.epoch = (int)n};
            g_array_append_val(news->steps, step);
            FaltungReadings others = {1, {{"val_accuracy_name", (double)n}}};
            faltung_history_add_epoch(news, &epoch, &others);
            faltung_history_add_norms(news, (double)n, graph, NULL);
            n++;
        }
        faltung_history_append(history, news);
        g_assert_cmpuint(news->steps->len, ==, 0);
        g_assert_cmpuint(history->steps->len, <, FALTUNG_HISTORY_ROWS);
    }
    g_assert_cmpuint(n, >, 4 * FALTUNG_HISTORY_ROWS);
    guint kept = history->steps->len;
    guint64 every = step_at(history, 1);
    g_assert_cmpuint(kept, ==, (n + every - 1) / every);
    g_assert_cmpuint(kept, >=, FALTUNG_HISTORY_ROWS / 2);
    g_assert_cmpuint(history->epochs->len, ==, kept);
    g_assert_cmpuint(history->norms->len, ==, kept);
    for (guint i = 0; i < kept; i++) {
        g_assert_cmpuint(step_at(history, i), ==, i * every);
        g_assert_cmpint(g_array_index(history->epochs, FaltungEpochRow, i).epoch, ==, i * every);
        g_assert_cmpfloat(norms_at(history, i), ==, i * every);
        g_assert_cmpfloat(faltung_history_figure(history, i, "val_accuracy_name"), ==, i * every);
    }
    g_autoptr(FaltungHistory) copy = faltung_history_copy(history);
    g_assert_cmpuint(copy->steps->len, ==, kept);
    g_assert_cmpuint(copy->norms->len, ==, kept);
    /* a copy goes on as sparsely as the rows before */
    for (guint64 i = n; i < n + 4 * every; i++) {
        FaltungStepRow step = {.step = i};
        g_array_append_val(news->steps, step);
    }
    faltung_history_append(copy, news);
    g_assert_cmpuint(copy->steps->len, ==, kept + 4);
}

/* What epochs have, by the names of the run file's columns. */
static void test_figures(void) {
    g_autoptr(FaltungHistory) history = faltung_history_new();
    FaltungEpochRow row = {.epoch = 1, .top5 = NAN, .perplexity = NAN, .r2 = NAN};
    row.train = row.validation = (FaltungMetrics){NAN, NAN, NAN, NAN};
    row.validation.loss = 0.5;
    row.validation.accuracy = 0.75;
    FaltungReadings others = {2, {{"val_accuracy_name", 0.25}, {"train_accuracy_name", 0.125}}};
    faltung_history_add_epoch(history, &row, &others);
    g_assert_cmpfloat(faltung_history_figure(history, 0, "val_accuracy"), ==, 0.75);
    g_assert_cmpfloat(faltung_history_figure(history, 0, "train_accuracy_name"), ==, 0.125);
    g_assert_true(isnan(faltung_history_figure(history, 0, "val_mae")));
    g_assert_true(isnan(faltung_history_figure(history, 0, "val_f1")));
    g_autoptr(GPtrArray) names = faltung_history_figures(history);
    g_ptr_array_add(names, NULL);
    g_autofree char *all = g_strjoinv(" ", (char **)names->pdata);
    g_assert_cmpstr(all, ==, "loss accuracy accuracy_name");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/budget/share", test_share);
    g_test_add_func("/budget/debts", test_debts);
    g_test_add_func("/history", test_history);
    g_test_add_func("/history/figures", test_figures);
    return g_test_run();
}
