/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/optimizer.h"
#include "tests/train/walk.h"

#include <string.h>

enum { N = 83, STEPS = 30, MAX_SLOTS = 4 };

static void test_table(void) {
    check_table(faltung_optimizers());
    for (const FaltungKind *const *kind = faltung_optimizers()->kinds; *kind; kind++) {
        const FaltungOptimizer *optimizer = (const FaltungOptimizer *)*kind;
        g_assert_nonnull(optimizer->equation);
        g_assert_nonnull(optimizer->update);
        g_assert_true(optimizer->whole || optimizer->reference);
        g_assert_cmpint(g_strv_length((char **)optimizer->slot_names), ==, optimizer->n_slots);
        g_assert_cmpint(optimizer->n_slots, <=, FALTUNG_MAX_SLOTS);
        g_assert_true(optimizer->whole || optimizer->n_slots <= MAX_SLOTS);
        g_autofree void *options = faltung_options_new(*kind);
        set_option(*kind, options, "lr", "0.125");
        g_assert_cmpfloat(optimizer->learning_rate(options), ==, 0.125);
    }
}

/* The fast update against the one in doubles over some steps with falling rates, a value that
   is not the optimizer's beside the block; padding stays 0. */
static void check_update(const FaltungKind *kind, const void *options) {
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)kind;
    float parameters[N + 1], gradients[N], blocks[MAX_SLOTS][N + 1] = {0};
    double exact[N], exact_slots[N][MAX_SLOTS] = {0};
    float *slots[MAX_SLOTS];
    for (int slot = 0; slot < MAX_SLOTS; slot++) {
        slots[slot] = faltung_optimizer_uses(optimizer, options, slot) ? blocks[slot] : NULL;
        blocks[slot][N] = 77.0f;
    }
    fill_random(1, N, parameters);
    parameters[N] = 77.0f;
    parameters[N - 1] = 0.0f; /* padding */
    for (int i = 0; i < N; i++)
        exact[i] = parameters[i];
    for (int t = 1; t <= STEPS; t++) {
        double rate = 0.05 / t;
        fill_random(100 + t, N, gradients);
        gradients[N - 1] = 0.0f;
        FaltungOptimizerStep step = {
            .options = options,
            .learning_rate = rate,
            .step = t,
            .n = N,
            .parameters = parameters,
            .gradients = gradients,
            .slots = slots,
        };
        optimizer->update(&step);
        for (int i = 0; i < N; i++)
            optimizer->reference(options, rate, t, &exact[i], gradients[i], exact_slots[i], NULL);
    }
    for (int i = 0; i < N; i++) {
        assert_close(parameters[i], exact[i], 2e-5, 0.1);
        for (int slot = 0; slot < optimizer->n_slots; slot++)
            assert_close(blocks[slot][i], exact_slots[i][slot], 2e-5, 0.1);
    }
    g_assert_cmpfloat(parameters[N - 1], ==, 0.0f);
    g_assert_cmpfloat(parameters[N], ==, 77.0f);
    for (int slot = 0; slot < MAX_SLOTS; slot++)
        g_assert_cmpfloat(blocks[slot][N], ==, 77.0f);
}

/* A block in two parts gives the bits of one: any thread may do any part. */
static void check_parts(const FaltungKind *kind, const void *options) {
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)kind;
    float whole[N], parts[N], gradients[N];
    float whole_blocks[MAX_SLOTS][N] = {0}, part_blocks[MAX_SLOTS][N] = {0};
    fill_random(1, N, whole);
    memcpy(parts, whole, sizeof whole);
    for (int t = 1; t <= 3; t++) {
        fill_random(100 + t, N, gradients);
        const int cuts[] = {0, N, 0, 48, N};
        for (int c = 0; c < 4; c++) {
            int begin = cuts[c], n = cuts[c + 1] - begin;
            if (n <= 0)
                continue;
            float *slots[MAX_SLOTS];
            for (int slot = 0; slot < MAX_SLOTS; slot++)
                slots[slot] = faltung_optimizer_uses(optimizer, options, slot)
                                  ? (c == 0 ? whole_blocks : part_blocks)[slot] + begin
                                  : NULL;
            FaltungOptimizerStep step = {
                .options = options,
                .learning_rate = 0.1,
                .step = t,
                .n = n,
                .parameters = (c == 0 ? whole : parts) + begin,
                .gradients = gradients + begin,
                .slots = slots,
            };
            optimizer->update(&step);
        }
    }
    g_assert_cmpmem(whole, sizeof whole, parts, sizeof parts);
    g_assert_cmpmem(whole_blocks, sizeof whole_blocks, part_blocks, sizeof part_blocks);
}

static void walk(gconstpointer check) {
    for (const FaltungKind *const *kind = faltung_optimizers()->kinds; *kind; kind++)
        if (!((const FaltungOptimizer *)*kind)->whole) /* those are no sum of parts */
            walk_options(*kind, check);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/optimizers/table", test_table);
    g_test_add_data_func("/train/optimizers/reference", check_update, walk);
    g_test_add_data_func("/train/optimizers/parts", check_parts, walk);
    return g_test_run();
}
