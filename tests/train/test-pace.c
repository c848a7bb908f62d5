/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/pace.h"

/* A machine whose steps of 10 samples take what @cost says, in seconds; no clock is read. */
typedef double (*Cost)(int threads, double time);

typedef struct {
    double time, at_best; /* seconds in all, and on the number that was best */
} Spent;

/* Trains for @seconds; @best: the right number of threads. */
static Spent simulate(FaltungPace *pace, Cost cost, double begin, double seconds, int best) {
    Spent spent = {0};
    while (spent.time < seconds) {
        int threads = pace->threads;
        g_assert_cmpint(threads, >=, 1);
        g_assert_cmpint(threads, <=, pace->most);
        double step = cost(threads, begin + spent.time);
        spent.time += step;
        spent.at_best += threads == best ? step : 0.0;
        faltung_pace_record(pace, step, 10);
    }
    return spent;
}

static double scales(int threads, double time) {
    return 2e-3 / threads;
}

static double does_not_scale(int threads, double time) {
    return 2e-4 * (1 + 10 * (threads - 1));
}

static double best_at_eight(int threads, double time) {
    return 1e-3 / threads + 1.6e-5 * threads;
}

static double slow_steps(int threads, double time) {
    return 3.0 / threads;
}

/* Between second 20 and 60 another process holds a core. */
static double disturbed(int threads, double time) {
    gboolean busy = time > 20 && time < 60;
    return threads == 1 ? 2e-3 : busy ? 2e-2 : 1.1e-3;
}

static double equal(int threads, double time) {
    return 1e-3 + ((guint64)(time * 1e6) % 7) * 1e-6;
}

static void test_finds(void) {
    const struct {
        Cost cost;
        int most, best;
        double settling; /* seconds until it has to be there */
    } cases[] = {
        {scales, 2, 2, 0},         {scales, 64, 64, 0},       {does_not_scale, 2, 1, 0.2},
        {does_not_scale, 8, 1, 1}, {best_at_eight, 64, 8, 2}, {slow_steps, 4, 4, 0},
        {does_not_scale, 3, 1, 1}, {scales, 3, 3, 0},         {scales, 1, 1, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        FaltungPace pace;
        faltung_pace_init(&pace, cases[i].most);
        g_assert_cmpint(pace.threads, ==, cases[i].most);
        simulate(&pace, cases[i].cost, 0, cases[i].settling, cases[i].best);
        Spent spent = simulate(&pace, cases[i].cost, 0, 500, cases[i].best);
        g_test_message("case %zu: %.1f %% of the time on %d threads", i,
                       100 * spent.at_best / spent.time, cases[i].best);
        g_assert_cmpfloat(spent.at_best, >, 0.9 * spent.time);
    }
}

static void test_follows(void) {
    FaltungPace pace;
    faltung_pace_init(&pace, 2);
    Spent before = simulate(&pace, disturbed, 0, 20, 2);
    g_assert_cmpfloat(before.at_best, >, 0.9 * before.time);
    Spent during = simulate(&pace, disturbed, before.time, 40, 1);
    g_assert_cmpfloat(during.at_best, >, 0.8 * during.time);
    Spent after = simulate(&pace, disturbed, before.time + during.time, 60, 2);
    g_assert_cmpfloat(after.at_best, >, 0.8 * after.time);
}

/* Where it makes no difference it stays where it is. */
static void test_stays(void) {
    FaltungPace pace;
    faltung_pace_init(&pace, 8);
    Spent spent = simulate(&pace, equal, 0, 100, 8);
    g_assert_cmpfloat(spent.at_best, >, 0.9 * spent.time);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/pace/finds", test_finds);
    g_test_add_func("/train/pace/follows", test_follows);
    g_test_add_func("/train/pace/stays", test_stays);
    return g_test_run();
}
