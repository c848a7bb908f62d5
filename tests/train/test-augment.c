/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/train/augment.h"

#include <math.h>
#include <string.h>

/* Pictures of C x H x W whose values are all different, with classes, of floats or of bytes. */
static FaltungDataset *pictures(guint32 n, int channels, int height, int width, gboolean bytes) {
    guint32 size = n * channels * height * width;
    FaltungShape shape = FALTUNG_SHAPE(channels, height, width);
    if (bytes) {
        guint8 *values = g_new(guint8, size);
        for (guint32 i = 0; i < size; i++)
            values[i] = 1 + i * 7 % 255;
        return faltung_dataset_new_bytes("pictures", n, shape, values, NULL, NULL);
    }
    float *values = g_new(float, size);
    for (guint32 i = 0; i < size; i++)
        values[i] = 1 + i;
    return faltung_dataset_new_floats("pictures", n, shape, values, NULL, NULL, NULL, 0);
}

/* One picture of 3 x 4 by hand: what each option makes of it. */
static void test_by_hand(void) {
    static const float picture[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const float mirrored[] = {4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9};
    static const float upside_down[] = {9, 10, 11, 12, 5, 6, 7, 8, 1, 2, 3, 4};
    static const float down_left[] = {0, 0, 0, 0, 2, 3, 4, 0, 6, 7, 8, 0};
    static const struct {
        FaltungAugmentOptions options;
        FaltungAugmentDraw draw;
        const float *expected;
    } cases[] = {
        {{.flip = FALTUNG_FLIP_HORIZONTAL}, {.flip_x = TRUE, .zoom = 1}, mirrored},
        {{.flip = FALTUNG_FLIP_HORIZONTAL}, {.zoom = 1}, picture},
        {{.flip = FALTUNG_FLIP_VERTICAL}, {.flip_y = TRUE, .zoom = 1}, upside_down},
        {{.shift = {1, 1}}, {.shift_y = 1, .shift_x = -1, .zoom = 1}, down_left},
        {{.crop = {1}}, {.shift_y = 1, .shift_x = -1, .zoom = 1}, down_left},
    };
    g_autoptr(FaltungDataset) dataset = pictures(1, 1, 3, 4, FALSE);
    for (size_t c = 0; c < G_N_ELEMENTS(cases); c++) {
        g_autoptr(FaltungAugment) augment = faltung_augment_new(&cases[c].options, 1, dataset, 1);
        gboolean found = FALSE;
        for (guint64 epoch = 0; epoch < 200 && !found; epoch++) {
            FaltungAugmentDraw draw;
            faltung_augment_draw(augment, epoch, 0, &draw);
            if (memcmp(&draw, &cases[c].draw, sizeof draw) != 0)
                continue;
            float values[12];
            guint32 index = 0;
            memcpy(values, picture, sizeof picture);
            faltung_augment_move(augment, epoch, &index, 1, values, 1);
            g_assert_cmpmem(values, sizeof values, cases[c].expected, sizeof values);
            found = TRUE;
        }
        g_assert_true(found);
    }
}

/* Whole moves of normalized samples, exact to the bit; what comes in is the fill, normalized. */
static void check_moves(gboolean bytes) {
    enum { N = 5, C = 2, H = 5, W = 7, SIZE = C * H * W };
    g_autoptr(FaltungDataset) dataset = pictures(N, C, H, W, bytes);
    faltung_dataset_normalize(dataset, FALTUNG_NORMALIZE_STANDARD);
    int n;
    const float *mean, *scale;
    faltung_dataset_get_scaling(dataset, &n, &mean, &scale);
    g_assert_cmpint(n, ==, C);
    FaltungAugmentOptions options = {
        .flip = FALTUNG_FLIP_BOTH, .shift = {2, 3}, .crop = {1}, .fill = 9};
    g_autoptr(FaltungAugment) augment = faltung_augment_new(&options, 4, dataset, 1);
    int seen_x[9] = {0}, seen_y[7] = {0}, flips[4] = {0};
    for (guint64 epoch = 0; epoch < 400; epoch++) {
        guint32 order[N] = {3, 0, 4, 1, 2};
        float before[N * SIZE], after[N * SIZE];
        faltung_dataset_gather(dataset, order, N, before, NULL, NULL);
        memcpy(after, before, sizeof before);
        faltung_augment_move(augment, epoch, order, N, after, 1);
        for (int i = 0; i < N; i++) {
            FaltungAugmentDraw draw;
            faltung_augment_draw(augment, epoch, order[i], &draw);
            seen_x[draw.shift_x + 4]++;
            seen_y[draw.shift_y + 3]++;
            flips[draw.flip_x + 2 * draw.flip_y]++;
            for (int at = 0; at < SIZE; at++) {
                int c = at / (H * W), y = at / W % H - draw.shift_y, x = at % W - draw.shift_x;
                gboolean inside = x >= 0 && x < W && y >= 0 && y < H;
                x = draw.flip_x ? W - 1 - x : x;
                y = draw.flip_y ? H - 1 - y : y;
                float expected =
                    inside ? before[i * SIZE + (c * H + y) * W + x] : (9.0f - mean[c]) * scale[c];
                g_assert_cmpfloat(after[i * SIZE + at], ==, expected);
            }
        }
    }
    /* 2000 draws: 2 or 3 pixels of the shift and 1 of the crop add up, each evenly */
    for (int flip = 0; flip < 4; flip++)
        g_assert_cmpint(ABS(flips[flip] - 500), <, 100);
    for (int x = -4; x <= 4; x++) {
        int ways = 0;
        for (int shift = -3; shift <= 3; shift++)
            ways += ABS(x - shift) <= 1;
        g_assert_cmpint(ABS(seen_x[x + 4] - 2000 * ways / 21), <, 90);
    }
    for (int y = -3; y <= 3; y++)
        g_assert_cmpint(seen_y[y + 3], >, 80);
}

static void test_moves(void) {
    check_moves(FALSE);
    check_moves(TRUE);
}

/* A quarter turn of a square picture, by hand: anticlockwise as one looks at it. */
static void test_turn(void) {
    g_autoptr(FaltungDataset) dataset = pictures(1, 1, 3, 3, FALSE);
    FaltungAugmentOptions options = {.rotate = 180};
    g_autoptr(FaltungAugment) augment = faltung_augment_new(&options, 4, dataset, 1);
    double best = 1, at_best = 0;
    float turned[9];
    double sum = 0, most = 0;
    for (guint64 epoch = 0; epoch < 20000; epoch++) {
        guint32 index = 0;
        FaltungAugmentDraw draw;
        faltung_augment_draw(augment, epoch, 0, &draw);
        sum += draw.angle;
        most = MAX(most, fabs(draw.angle));
        if (fabs(draw.angle - G_PI / 2) > best)
            continue;
        best = fabs(draw.angle - G_PI / 2);
        at_best = draw.angle;
        faltung_dataset_gather(dataset, &index, 1, turned, NULL, NULL);
        faltung_augment_move(augment, epoch, &index, 1, turned, 1);
    }
    g_assert_cmpfloat(fabs(at_best - G_PI / 2), <, 1e-3);
    g_assert_cmpfloat(fabs(sum / 20000), <, 0.05);
    g_assert_cmpfloat_with_epsilon(most, G_PI, 0.01);
    static const float expected[] = {3, 6, 9, 2, 5, 8, 1, 4, 7};
    for (int i = 0; i < 9; i++)
        g_assert_cmpfloat_with_epsilon(turned[i], expected[i], 0.02);
}

static const FaltungAugmentOptions everything = {
    .flip = FALTUNG_FLIP_BOTH,
    .shift = {2, 2},
    .crop = {1},
    .rotate = 30,
    .zoom = 0.2,
    .noise = 0.1,
    .fill = 3,
};

/* The same bits whatever the threads, the order and the batch; others in another epoch. */
static void test_determinism(void) {
    enum { N = 90, SIZE = 3 * 31 * 29 };
    g_autoptr(FaltungDataset) dataset = pictures(N, 3, 31, 29, TRUE);
    faltung_dataset_normalize(dataset, FALTUNG_NORMALIZE_STANDARD);
    guint32 order[N];
    for (guint32 i = 0; i < N; i++)
        order[i] = i;
    g_autofree float *expected = g_new(float, N *SIZE);
    g_autoptr(FaltungAugment) one = faltung_augment_new(&everything, 5, dataset, 1);
    for (guint32 i = 0; i < N; i++) {
        float *sample = expected + i * SIZE;
        faltung_dataset_gather(dataset, &i, 1, sample, NULL, NULL);
        faltung_augment_move(one, 2, &i, 1, sample, 1);
        faltung_augment_add_noise(one, 2, &i, 1, sample, 1);
    }
    for (int threads = 1; threads <= 8; threads++) {
        g_autoptr(FaltungAugment) augment = faltung_augment_new(&everything, 5, dataset, threads);
        for (guint32 i = 0; i < N; i++)
            order[i] = (i * 7 + threads) % N;
        g_autofree float *values = g_new(float, N *SIZE);
        faltung_dataset_gather(dataset, order, N, values, NULL, NULL);
        faltung_augment_move(augment, 2, order, N, values, threads);
        faltung_augment_add_noise(augment, 2, order, N, values, threads);
        for (guint32 i = 0; i < N; i++)
            g_assert_cmpmem(values + i * SIZE, SIZE * sizeof(float), expected + order[i] * SIZE,
                            SIZE * sizeof(float));
    }
    float other[SIZE];
    guint32 first = 0;
    faltung_dataset_gather(dataset, &first, 1, other, NULL, NULL);
    faltung_augment_move(one, 3, &first, 1, other, 1);
    g_assert_true(memcmp(other, expected, sizeof other) != 0);
}

/* The noise is that of Box and Muller on the generator's words, and normally distributed. */
static void test_noise(void) {
    enum { N = 40, SIZE = 1000 };
    float *zeros = g_new0(float, N *SIZE);
    g_autoptr(FaltungDataset) dataset =
        faltung_dataset_new_floats("vectors", N, FALTUNG_SHAPE(SIZE), zeros, NULL, NULL, NULL, 0);
    FaltungAugmentOptions options = {.noise = 2};
    g_autoptr(FaltungAugment) augment = faltung_augment_new(&options, 11, dataset, 1);
    double sum = 0, square = 0, cube = 0, fourth = 0;
    for (guint32 i = 0; i < N; i++) {
        float values[SIZE] = {0};
        faltung_augment_move(augment, 6, &i, 1, values, 1);
        faltung_augment_add_noise(augment, 6, &i, 1, values, 1);
        FaltungRandom random = {
            .seed = 11, .purpose = FALTUNG_RANDOM_AUGMENT, .stream = i, .step = 6};
        for (int at = 0; at < SIZE; at++) {
            int group = 64 * (1 + at / 64), element = at % 32;
            double u = ((faltung_random_word(&random, group + element) >> 9) + 0.5) * 0x1p-23;
            double t = (gint32)faltung_random_word(&random, group + 32 + element) * 0x1p-32;
            double angle = 2 * G_PI * t;
            double z = sqrt(-2 * log(u)) * (at % 64 < 32 ? cos(angle) : sin(angle));
            g_assert_cmpfloat_with_epsilon(values[at], 2 * z, 3e-6);
            sum += z;
            square += z * z;
            cube += z * z * z;
            fourth += z * z * z * z;
        }
    }
    double n = N * SIZE;
    g_assert_cmpfloat(fabs(sum / n), <, 0.02);
    g_assert_cmpfloat(fabs(square / n - 1), <, 0.03);
    g_assert_cmpfloat(fabs(cube / n), <, 0.06);
    g_assert_cmpfloat(fabs(fourth / n - 3), <, 0.2);
}

/* Two pictures and three numbers in a sample: both move as they would alone, the numbers stay. */
static void test_parts(void) {
    enum { N = 5, PLACE = 3, LEFT = 2 * 3 * 4, RIGHT = 2 * 6, SIZE = PLACE + LEFT + RIGHT };
    const FaltungDatasetPart parts[] = {
        {"place", FALTUNG_SHAPE(3)},
        {"left", FALTUNG_SHAPE(2, 3, 4)},
        {"right", FALTUNG_SHAPE(1, 2, 6)},
    };
    const float means[] = {1, 2, 3, 10, 20, 30}, scales[] = {2, 2, 2, 0.5, 0.25, 3};
    float mean[SIZE], scale[SIZE];
    for (int i = 0; i < SIZE; i++) {
        int constant = i < PLACE          ? i
                       : i < PLACE + LEFT ? 3 + (i - PLACE) / (LEFT / 2)
                                          : 5; /* one for each channel */
        mean[i] = means[constant];
        scale[i] = scales[constant];
    }
    float *values = g_new(float, N *SIZE);
    for (int i = 0; i < N * SIZE; i++)
        values[i] = i % 37;
    g_autoptr(FaltungDataset) together =
        faltung_dataset_new_floats("together", N, FALTUNG_SHAPE(SIZE), values, NULL, NULL, NULL, 0);
    faltung_dataset_set_parts(together, parts, 3);
    faltung_dataset_set_scaling(together, SIZE, mean, scale);
    g_autoptr(FaltungDataset) left = pictures(N, 2, 3, 4, FALSE);
    g_autoptr(FaltungDataset) right = pictures(N, 1, 2, 6, FALSE);
    faltung_dataset_set_scaling(left, 2, means + 3, scales + 3);
    faltung_dataset_set_scaling(right, 1, means + 5, scales + 5);
    FaltungAugmentOptions options = {
        .flip = FALTUNG_FLIP_BOTH, .shift = {1, 2}, .rotate = 20, .fill = 7};
    const char *key;
    g_assert_true(faltung_augment_check(&options, together, &key, NULL));
    g_autoptr(FaltungAugment) all = faltung_augment_new(&options, 4, together, 1);
    g_autoptr(FaltungAugment) one = faltung_augment_new(&options, 4, left, 1);
    g_autoptr(FaltungAugment) other = faltung_augment_new(&options, 4, right, 1);
    for (guint32 i = 0; i < N; i++) {
        float before[SIZE], after[SIZE];
        faltung_dataset_gather(together, &i, 1, before, NULL, NULL);
        memcpy(after, before, sizeof after);
        faltung_augment_move(all, 1, &i, 1, after, 1);
        g_assert_cmpmem(after, PLACE * sizeof(float), before, PLACE * sizeof(float));
        g_assert_true(memcmp(after, before, sizeof after) != 0);
        faltung_augment_move(one, 1, &i, 1, before + PLACE, 1);
        faltung_augment_move(other, 1, &i, 1, before + PLACE + LEFT, 1);
        g_assert_cmpmem(after, sizeof after, before, sizeof before);
    }
    FaltungAugmentOptions noise = {.noise = 0.5};
    g_autoptr(FaltungAugment) noisy = faltung_augment_new(&noise, 4, together, 1);
    float silence[SIZE] = {0};
    guint32 first = 0;
    faltung_augment_add_noise(noisy, 0, &first, 1, silence, 1);
    for (int i = 0; i < SIZE; i++)
        g_assert_cmpint(silence[i] == 0, ==, i < PLACE);
}

static void test_check(void) {
    g_autoptr(FaltungDataset) dataset = pictures(2, 1, 4, 6, FALSE);
    g_autoptr(FaltungDataset) table = faltung_dataset_new_floats(
        "table", 2, FALTUNG_SHAPE(3), g_new0(float, 6), NULL, NULL, NULL, 0);
    FaltungAugmentOptions nothing = {.fill = 5};
    g_assert_null(faltung_augment_new(&nothing, 1, dataset, 1));
    const char *key = NULL;
    g_assert_true(faltung_augment_check(&nothing, table, &key, NULL));
    const struct {
        FaltungAugmentOptions options;
        FaltungDataset *dataset;
        const char *key; /* NULL: good */
    } cases[] = {
        {{.noise = 1}, table, NULL},
        {{.noise = 1, .rotate = 3}, table, "rotate"},
        {{.flip = FALTUNG_FLIP_BOTH, .zoom = 0.1}, table, "flip"},
        {{.shift = {0, 1}}, table, "shift"},
        {{.crop = {1}}, table, "crop"},
        {{.zoom = 0.1}, table, "zoom"},
        {{.shift = {3, 5}}, dataset, NULL},
        {{.shift = {4, 0}}, dataset, "shift"},
        {{.shift = {0, 6}}, dataset, "shift"},
        {{.crop = {3}}, dataset, NULL},
        {{.crop = {4}}, dataset, "crop"},
        {{.shift = {2, 2}, .crop = {2}}, dataset, "crop"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gboolean good = faltung_augment_check(&cases[i].options, cases[i].dataset, &key, &error);
        g_assert_cmpint(good, ==, cases[i].key == NULL);
        if (good)
            continue;
        g_assert_cmpstr(key, ==, cases[i].key);
        g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE);
        g_assert_true(g_str_has_prefix(error->message, key));
        g_assert_nonnull(strstr(error->message, faltung_dataset_name(cases[i].dataset)));
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/augment/by-hand", test_by_hand);
    g_test_add_func("/augment/moves", test_moves);
    g_test_add_func("/augment/turn", test_turn);
    g_test_add_func("/augment/determinism", test_determinism);
    g_test_add_func("/augment/noise", test_noise);
    g_test_add_func("/augment/parts", test_parts);
    g_test_add_func("/augment/check", test_check);
    return g_test_run();
}
