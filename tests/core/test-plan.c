/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"
#include "core/graph/plan.h"

static gboolean meet(const FaltungSpan *a, const FaltungSpan *b) {
    return a->born <= b->dies && b->born <= a->dies;
}

static gboolean overlap(const FaltungSpan *a, const FaltungSpan *b) {
    return a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

/* Nothing that lives at the same time overlaps, all lies within the block, and no block could be
   smaller than @least. Returns: its size. */
static size_t plan_and_check(FaltungSpan *spans, size_t n) {
    size_t size = faltung_plan(spans, n), end = 0;
    for (size_t i = 0; i < n; i++) {
        end = MAX(end, spans[i].offset + spans[i].size);
        g_assert_cmpuint(size, >=, faltung_plan_alive(spans, n, spans[i].born));
        for (size_t j = 0; j < i; j++)
            g_assert_false(meet(&spans[i], &spans[j]) && overlap(&spans[i], &spans[j]));
    }
    g_assert_cmpuint(size, ==, end);
    return size;
}

static void test_nothing(void) {
    g_assert_cmpuint(faltung_plan(NULL, 0), ==, 0);
    FaltungSpan none = {.size = 0, .born = 1, .dies = 5};
    g_assert_cmpuint(plan_and_check(&none, 1), ==, 0);
}

static void test_chain(void) {
    /* each meets its neighbour alone: two places are enough */
    FaltungSpan spans[9];
    for (int i = 0; i < 9; i++)
        spans[i] = (FaltungSpan){.size = 16, .born = i, .dies = i + 1};
    g_assert_cmpuint(plan_and_check(spans, 9), ==, 32);
}

static void test_gap(void) {
    /* the last fits between what is left of the first and the second */
    FaltungSpan spans[] = {
        {.size = 40, .born = 0, .dies = 9},
        {.size = 30, .born = 0, .dies = 3},
        {.size = 20, .born = 0, .dies = 9},
        {.size = 25, .born = 5, .dies = 9},
    };
    g_assert_cmpuint(plan_and_check(spans, G_N_ELEMENTS(spans)), ==, 90);
}

static void test_training(void) {
    /* outputs that live until the way back, gradients that meet two at a time */
    enum { LAYERS = 20 };
    FaltungSpan spans[2 * LAYERS];
    for (int i = 0; i < LAYERS; i++) {
        spans[i] = (FaltungSpan){.size = 10, .born = i, .dies = 2 * LAYERS - i};
        spans[LAYERS + i] =
            (FaltungSpan){.size = 10, .born = 2 * LAYERS - i - 1, .dies = 2 * LAYERS - i};
    }
    /* at the loss all outputs are alive, and a gradient */
    g_assert_cmpuint(faltung_plan_alive(spans, 2 * LAYERS, LAYERS), ==, 10 * LAYERS + 10);
    g_assert_cmpuint(plan_and_check(spans, 2 * LAYERS), <=, 10 * LAYERS + 20);
}

/* Random spans: never an overlap, and on the whole near the least that there can be. */
static void test_random(void) {
    double excess = 0;
    for (guint32 number = 0; number < 200; number++) {
        FaltungRandom random = {.seed = 1, .purpose = FALTUNG_RANDOM_SAMPLE, .step = number};
        guint64 element = 0;
        FaltungSpan spans[60];
        size_t n = 1 + faltung_random_uniform(&random, element++) * G_N_ELEMENTS(spans);
        for (size_t i = 0; i < n; i++) {
            int size = faltung_random_uniform(&random, element++) * 100;
            int born = faltung_random_uniform(&random, element++) * 40;
            int lasts = faltung_random_uniform(&random, element++) * 12;
            spans[i] = (FaltungSpan){.size = size, .born = born, .dies = born + lasts};
        }
        size_t size = plan_and_check(spans, n), least = 0;
        for (int moment = 0; moment < 60; moment++)
            least = MAX(least, faltung_plan_alive(spans, n, moment));
        excess += least ? (double)size / least - 1 : 0;
    }
    g_assert_cmpfloat(excess / 200, <, 0.05);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/nothing", test_nothing);
    g_test_add_func("/plan/chain", test_chain);
    g_test_add_func("/plan/gap", test_gap);
    g_test_add_func("/plan/training", test_training);
    g_test_add_func("/plan/random", test_random);
    return g_test_run();
}
