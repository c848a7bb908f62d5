/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/noise.h"
#include "core/base/random.h"
#include "core/kernels/kernels.h"

#include <glib.h>
#include <math.h>

/* The known answers that come with the generator of Salmon et al. (Random123, kat_vectors). */
static void test_known_answers(void) {
    static const struct {
        uint32_t counter[4], key[2], answer[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        FaltungRandom random = {
            .seed = known[i].key[0] | (guint64)known[i].key[1] << 32,
            .step = known[i].counter[1],
            .stream = known[i].counter[2],
            .purpose = known[i].counter[3],
        };
        uint32_t words[4];
        faltung_random_block(&random, known[i].counter[0], words);
        for (int j = 0; j < 4; j++)
            g_assert_cmphex(words[j], ==, known[i].answer[j]);
    }
}

static void test_kernels_draw_the_same(void) {
    FaltungRandom random = {.seed = 123456789012345, .purpose = 4, .stream = 3, .step = 99};
    uint32_t key[2], counter[4], words[3 * 64];
    faltung_random_counter(&random, 0, key, counter);
    for (const FaltungKernels *const *kernels = faltung_kernels_list(); *kernels; kernels++) {
        (*kernels)->random_words(key, counter + 1, 5, 3, words);
        for (int i = 0; i < 3 * 64; i++)
            g_assert_cmphex(words[i], ==, faltung_random_word(&random, 5 * 64 + i));
    }
}

static void test_moments(void) {
    enum { N = 200000 };
    FaltungRandom random = {.seed = 1, .purpose = 1};
    double sums[4] = {0}, uniform = 0;
    for (int i = 0; i < N; i++) {
        double x = faltung_random_normal(&random, i);
        sums[0] += x;
        sums[1] += x * x;
        sums[2] += x * x * x;
        sums[3] += x * x * x * x;
        float u = faltung_random_uniform(&random, i);
        g_assert_true(u >= 0 && u < 1);
        uniform += u;
    }
    /* within five standard errors */
    g_assert_cmpfloat(fabs(sums[0] / N), <, 5 * sqrt(1.0 / N));
    g_assert_cmpfloat(fabs(sums[1] / N - 1), <, 5 * sqrt(2.0 / N));
    g_assert_cmpfloat(fabs(sums[2] / N), <, 5 * sqrt(15.0 / N));
    g_assert_cmpfloat(fabs(sums[3] / N - 3), <, 5 * sqrt(96.0 / N));
    g_assert_cmpfloat(fabs(uniform / N - 0.5), <, 5 * sqrt(1 / 12.0 / N));
}

/* Close to the formula in float64, the same bits on every machine, and in place. */
static void test_noise(void) {
    enum { GROUPS = 2000 };
    FaltungRandom random = {.seed = 77, .purpose = 4, .stream = 2, .step = 5};
    g_autoptr(GChecksum) bits = g_checksum_new(G_CHECKSUM_SHA256);
    uint32_t key[2], counter[4], words[FALTUNG_NOISE_GROUP];
    faltung_random_counter(&random, 0, key, counter);
    for (int group = 0; group < GROUPS; group++) {
        float values[FALTUNG_NOISE_GROUP];
        faltung_kernels()->random_words(key, counter + 1, group, 1, words);
        for (int i = 0; i < FALTUNG_NOISE_GROUP; i++)
            values[i] = i / 16.0f;
        faltung_noise_add(words, 0.5f, 62, values, values);
        for (int i = 0; i < FALTUNG_NOISE_GROUP; i++) {
            double z = i < 62 ? faltung_random_noise(&random, group * FALTUNG_NOISE_GROUP + i) : 0;
            g_assert_cmpfloat_with_epsilon(values[i], i / 16.0 + 0.5 * z, 2e-6);
        }
        g_checksum_update(bits, (const guchar *)values, sizeof values);
    }
    g_assert_cmpstr(g_checksum_get_string(bits), ==,
                    "d3cb3573ddb1aa5edc2e966db650d6a17a182000b74bb98c8142055994470967");
}

static void test_streams_differ(void) {
    FaltungRandom base = {.seed = 1, .purpose = 1, .stream = 1, .step = 1};
    FaltungRandom others[] = {base, base, base, base};
    others[0].seed = 2;
    others[1].purpose = 2;
    others[2].stream = 2;
    others[3].step = 2;
    for (guint k = 0; k < G_N_ELEMENTS(others); k++) {
        int equal = 0;
        for (int i = 0; i < 64; i++)
            equal += faltung_random_word(&base, i) == faltung_random_word(&others[k], i);
        g_assert_cmpint(equal, ==, 0);
    }
}

static void test_permutation(void) {
    enum { N = 5, DRAWS = 60000 };
    int counts[N][N] = {0};
    for (int draw = 0; draw < DRAWS; draw++) {
        FaltungRandom random = {.seed = 3, .purpose = FALTUNG_RANDOM_SHUFFLE, .step = draw};
        uint32_t order[N], seen = 0;
        faltung_random_permutation(&random, N, order);
        for (int i = 0; i < N; i++) {
            seen |= 1u << order[i];
            counts[i][order[i]]++;
        }
        g_assert_cmphex(seen, ==, (1u << N) - 1);
    }
    /* every place gets every number equally often, within five standard errors */
    double expected = DRAWS / (double)N;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            g_assert_cmpfloat(fabs(counts[i][j] - expected), <, 5 * sqrt(expected));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/random/known-answers", test_known_answers);
    g_test_add_func("/random/kernels-draw-the-same", test_kernels_draw_the_same);
    g_test_add_func("/random/moments", test_moments);
    g_test_add_func("/random/noise", test_noise);
    g_test_add_func("/random/streams-differ", test_streams_differ);
    g_test_add_func("/random/permutation", test_permutation);
    return g_test_run();
}
