/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/clipping.h"
#include "core/train/schedule.h"
#include "core/train/stopping.h"
#include "tests/train/walk.h"

#include <string.h>

/* -- schedules ---------------------------------------------------------------------------- */

enum { STEPS = 5 }; /* an epoch */

/* The rate of the first step of @epoch. */
static double rate_at(const FaltungSchedule *schedule, const void *options, double base, int epoch,
                      int epochs) {
    FaltungScheduleMoment moment = {
        .base_rate = base,
        .epoch = epoch,
        .epochs = epochs,
        .step = epoch * STEPS,
        .steps = epochs * STEPS,
        .state = faltung_schedule_state_new(),
    };
    return schedule->rate(options, &moment);
}

static void check_schedule(const FaltungKind *kind, const void *options) {
    const FaltungSchedule *schedule = (const FaltungSchedule *)kind;
    g_assert_nonnull(schedule->equation);
    for (int epochs = 1; epochs <= 7; epochs++) {
        for (int epoch = 0; epoch < epochs; epoch++) {
            double rate = rate_at(schedule, options, 1.0, epoch, epochs);
            g_assert_true(isfinite(rate) && rate >= 0.0 && rate <= 1.0);
            g_assert_cmpfloat(rate_at(schedule, options, 0.0, epoch, epochs), >=, 0.0);
        }
    }
}

static void test_schedules(void) {
    check_table(faltung_schedules());
    for (const FaltungKind *const *kind = faltung_schedules()->kinds; *kind; kind++)
        walk_options(*kind, check_schedule);
}

static double rate(const char *name, const char *final_lr, double base, int epoch, int epochs) {
    const FaltungKind *kind = faltung_table_find(faltung_schedules(), name, NULL);
    g_autofree void *options = faltung_options_new(kind);
    if (final_lr)
        set_option(kind, options, "final_lr", final_lr);
    return rate_at((const FaltungSchedule *)kind, options, base, epoch, epochs);
}

/* A cycle shorter than a step, and steps that are hardly longer than the one before. */
static void test_tiny_cycles(void) {
    const FaltungKind *kind = faltung_table_find(faltung_schedules(), "cosine", NULL);
    g_autofree void *options = faltung_options_new(kind);
    set_option(kind, options, "cycle", "1e-300");
    for (int pass = 0; pass < 2; pass++) {
        double found = rate_at((const FaltungSchedule *)kind, options, 0.1, 900, 1000);
        g_assert_true(found >= 0.0 && found <= 0.1);
        set_option(kind, options, "growth", "1.0000001");
    }
}

/* The book's chapter 4. */
static void test_book_schedules(void) {
    for (int epoch = 0; epoch < 25; epoch++) {
        assert_close(rate("constant", NULL, 0.1, epoch, 25), 0.1, 0.0, 1.0);
        assert_close(rate("linear", "0.05", 0.15, epoch, 25), 0.15 - 0.1 * epoch / 24, 1e-14, 0.0);
        assert_close(rate("exponential", "0.05", 0.2, epoch, 25), 0.2 * pow(0.25, epoch / 24.0),
                     1e-14, 0.0);
    }
    assert_close(rate("exponential", "0.05", 0.2, 24, 25), 0.05, 1e-14, 0.0);
    assert_close(rate("linear", NULL, 0.2, 24, 25), 0.0, 1e-14, 1.0);
}

/* -- clipping ----------------------------------------------------------------------------- */

enum { N = 83 };

static void test_clipping(void) {
    float gradients[N + 1], clipped[N + 1];
    fill_random(3, N + 1, gradients);
    memcpy(clipped, gradients, sizeof gradients);
    faltung_clip_value(0.7, N, clipped);
    for (int i = 0; i < N; i++)
        g_assert_cmpfloat(clipped[i], ==, CLAMP(gradients[i], -0.7f, 0.7f));
    g_assert_cmpfloat(clipped[N], ==, gradients[N]);

    assert_close(faltung_clip_norm_scale(2.0, 8.0), 0.25, 1e-6, 0);
    g_assert_cmpfloat(faltung_clip_norm_scale(2.0, 1.5), ==, 1.0);
    memcpy(clipped, gradients, sizeof gradients);
    faltung_clip_scale(0.25, N, clipped);
    for (int i = 0; i < N; i++)
        g_assert_cmpfloat(clipped[i], ==, 0.25f * gradients[i]);
    g_assert_cmpfloat(clipped[N], ==, gradients[N]);
}

/* -- early stopping ----------------------------------------------------------------------- */

/* Feeds @figures to a rule. Returns: the epoch it stops after, 0: never; @best is the epoch whose
   weights it keeps. */
static int stop(const char *name, const char *option, const char *value, const double *figures,
                int *best) {
    const FaltungKind *kind = faltung_table_find(faltung_stoppings(), name, NULL);
    const FaltungStopping *rule = (const FaltungStopping *)kind;
    void *options = faltung_options_new(kind);
    if (option)
        set_option(kind, options, option, value);
    if (g_str_equal(name, "patience") && !g_str_equal(option, "patience"))
        set_option(kind, options, "patience", "2");
    FaltungStoppingState state = {.best = NAN};
    int stopped = 0;
    *best = 0;
    for (int epoch = 1; !stopped && (figures[epoch - 1] >= 0.0 || isnan(figures[epoch - 1]));
         epoch++) {
        if (rule->judge(options, &state, epoch, figures[epoch - 1])) {
            g_assert_true(rule->keeps_best);
            g_assert_cmpint(state.best_epoch, ==, epoch);
            *best = epoch;
        }
        if (rule->stops(options, &state))
            stopped = epoch;
    }
    faltung_options_free(kind, options);
    return stopped;
}

static void test_stopping(void) {
    const struct {
        const char *rule, *option, *value;
        double figures[12]; /* -1 ends them */
        int stops, best;
    } cases[] = {
        {"none", NULL, NULL, {1, 2, 3, NAN, -1}, 0, 0},
        {"book", "every", "1", {3, 2, 1, 1.5, 0.1, -1}, 4, 3},
        {"book", "every", "1", {3, 2, 2, -1}, 3, 2},
        {"book", "every", "2", {0.1, 3, 9, 2, 0, 2.5, -1}, 6, 4},
        {"book", "every", "5", {5, 4, 3, 2, -1}, 0, 0},
        {"book", "every", "1", {3, NAN, 1, -1}, 2, 1},
        {"patience", "patience", "1", {3, 2, 2, -1}, 3, 2},
        {"patience", "patience", "2", {3, 4, 2, 3, 4, 1, -1}, 5, 3},
        {"patience", "patience", "3", {3, 4, 4, 2.9, 3, 3, 3, -1}, 7, 4},
        {"patience", "patience", "2", {NAN, 3, 2, -1}, 0, 3},
        {"patience", "patience", "2", {NAN, NAN, 1, -1}, 2, 0},
        {"patience", "min_delta", "0.5", {3, 2.6, 2.4, 2.2, 2.1, -1}, 5, 3},
    };
    check_table(faltung_stoppings());
    for (const FaltungKind *const *kind = faltung_stoppings()->kinds; *kind; kind++) {
        gboolean known = FALSE;
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
            known |= g_str_equal(cases[i].rule, (*kind)->name);
        g_assert_true(known);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int best;
        g_test_message("case %zu: %s", i, cases[i].rule);
        g_assert_cmpint(
            stop(cases[i].rule, cases[i].option, cases[i].value, cases[i].figures, &best), ==,
            cases[i].stops);
        g_assert_cmpint(best, ==, cases[i].best);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/schedules/table", test_schedules);
    g_test_add_func("/train/schedules/book", test_book_schedules);
    g_test_add_func("/train/schedules/tiny-cycles", test_tiny_cycles);
    g_test_add_func("/train/clipping", test_clipping);
    g_test_add_func("/train/stopping", test_stopping);
    return g_test_run();
}
