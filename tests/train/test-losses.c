/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/loss.h"
#include "tests/train/walk.h"

#include <string.h>

/* A batch of random outputs and targets, in floats and the same in doubles. */
typedef struct {
    int batch, width;
    float *output, *targets, *gradient; /* (batch, width) */
    gint32 *classes;                    /* (batch) */
    guint8 *counts;                     /* (batch) */
    double *exact_output, *exact_targets, *exact_gradient;
} Batch;

static void suit_targets(Batch *b, const FaltungLoss *loss);

static Batch batch_new(const FaltungLoss *loss, int batch, int width, guint64 seed) {
    size_t n = (size_t)batch * width;
    Batch b = {
        .batch = batch,
        .width = width,
        .output = g_new(float, n),
        .targets = g_new(float, n),
        .gradient = g_new(float, n + 1),
        .classes = g_new(gint32, batch),
        .counts = g_new(guint8, batch),
        .exact_output = g_new(double, n),
        .exact_targets = g_new(double, n),
        .exact_gradient = g_new(double, n),
    };
    fill_random(seed, n, b.output);
    fill_random(seed + 1, n, b.targets);
    for (int i = 0; i < batch; i++)
        b.classes[i] = (i * 7 + 3) % width;
    for (size_t i = 0; i < n; i++) {
        b.exact_output[i] = b.output[i];
        b.exact_targets[i] = b.targets[i];
    }
    suit_targets(&b, loss);
    return b;
}

/* Makes the targets what @loss takes. */
static void suit_targets(Batch *b, const FaltungLoss *loss) {
    for (int row = 0; row < b->batch && loss->targets != FALTUNG_TARGETS_ANY; row++) {
        float *targets = b->targets + (size_t)row * b->width;
        double sum = 0.0;
        for (int k = 0; k < b->width; k++)
            sum += targets[k] = row % 3 == 0 ? k == row % b->width : 1 / (1 + expf(-targets[k]));
        for (int k = 0; k < b->width && loss->targets == FALTUNG_TARGETS_DISTRIBUTION; k++)
            targets[k] /= sum;
    }
    for (size_t i = 0; i < (size_t)b->batch * b->width; i++)
        b->exact_targets[i] = b->targets[i];
}

static void batch_clear(Batch *b) {
    g_free(b->output);
    g_free(b->targets);
    g_free(b->gradient);
    g_free(b->classes);
    g_free(b->counts);
    g_free(b->exact_output);
    g_free(b->exact_targets);
    g_free(b->exact_gradient);
}

static double compute(const FaltungLoss *loss, const void *options, Batch *b, gboolean gradient,
                      int threads) {
    FaltungLossStep step = {
        .options = options,
        .batch = b->batch,
        .width = b->width,
        .output = b->output,
        .targets = loss->needs_classes ? NULL : b->targets,
        .classes = loss->needs_classes ? b->classes : NULL,
        .counts = b->counts,
        .counted = faltung_loss_count(loss, options, b->batch, b->width, b->targets, b->classes,
                                      b->counts),
        .gradient = gradient ? b->gradient : NULL,
        .threads = threads,
    };
    return loss->compute(&step);
}

static double reference(const FaltungLoss *loss, const void *options, Batch *b, double *gradient) {
    faltung_loss_count(loss, options, b->batch, b->width, b->targets, b->classes, b->counts);
    return faltung_loss_reference(loss, options, b->batch, b->batch, b->width, b->exact_output,
                                  loss->needs_classes ? NULL : b->exact_targets,
                                  loss->needs_classes ? b->classes : NULL, b->counts, gradient);
}

static void check_fast(const FaltungKind *kind, const void *options) {
    const FaltungLoss *loss = (const FaltungLoss *)kind;
    const int shapes[][2] = {{1, 1}, {1, 10}, {60, 10}, {67, 3}, {5, 1000}, {130, 17}};
    for (size_t s = 0; s < G_N_ELEMENTS(shapes); s++) {
        Batch b = batch_new(loss, shapes[s][0], shapes[s][1], s + 10);
        size_t n = (size_t)b.batch * b.width;
        b.gradient[n] = 12345.0f; /* a sentinel */
        double value = compute(loss, options, &b, TRUE, 1);
        double exact = reference(loss, options, &b, b.exact_gradient);
        g_assert_cmpfloat(exact, >=, -1e-6); /* targets are rounded */
        assert_close(value, exact, 1e-6, 1e-6);
        double largest = 1.0 / n;
        for (size_t i = 0; i < n; i++)
            largest = MAX(largest, fabs(b.exact_gradient[i]));
        for (size_t i = 0; i < n; i++)
            assert_close(b.gradient[i], b.exact_gradient[i], 1e-5, 0.01 * largest);
        g_assert_cmpfloat(b.gradient[n], ==, 12345.0f);
        double again = compute(loss, options, &b, FALSE, 1);
        g_assert_cmpfloat(again, ==, value);
        batch_clear(&b);
    }
}

static void check_gradient(const FaltungKind *kind, const void *options) {
    const FaltungLoss *loss = (const FaltungLoss *)kind;
    Batch b = batch_new(loss, 4, 6, 99);
    reference(loss, options, &b, b.exact_gradient);
    for (int i = 0; i < b.batch * b.width; i++) {
        const double h = 1e-5;
        double at = b.exact_output[i];
        b.exact_output[i] = at + h;
        double above = reference(loss, options, &b, NULL);
        b.exact_output[i] = at - h;
        double below = reference(loss, options, &b, NULL);
        b.exact_output[i] = at;
        if (fabs(at - b.exact_targets[i]) > 2 * h) /* no kink there */
            assert_close(b.exact_gradient[i], (above - below) / (2 * h), 1e-6, 1e-3);
    }
    batch_clear(&b);
}

static void check_threads(const FaltungKind *kind, const void *options) {
    const FaltungLoss *loss = (const FaltungLoss *)kind;
    Batch b = batch_new(loss, 301, 257, 5);
    size_t bytes = (size_t)b.batch * b.width * sizeof(float);
    double value = compute(loss, options, &b, TRUE, 1);
    g_autofree float *gradient = g_memdup2(b.gradient, bytes);
    const int threads[] = {2, 3, 8};
    for (size_t t = 0; t < G_N_ELEMENTS(threads); t++) {
        memset(b.gradient, 0xff, bytes);
        double other = compute(loss, options, &b, TRUE, threads[t]);
        g_assert_cmpmem(&other, sizeof other, &value, sizeof value);
        g_assert_cmpmem(b.gradient, bytes, gradient, bytes);
    }
    batch_clear(&b);
}

static void walk(gconstpointer check) {
    for (const FaltungKind *const *kind = faltung_losses()->kinds; *kind; kind++)
        walk_options(*kind, check);
}

static void test_table(void) {
    check_table(faltung_losses());
    for (const FaltungKind *const *kind = faltung_losses()->kinds; *kind; kind++) {
        const FaltungLoss *loss = (const FaltungLoss *)*kind;
        g_assert_nonnull(loss->equation);
        g_assert_nonnull(loss->compute);
        g_assert_nonnull(loss->reference);
    }
}

/* By hand: outputs (1, 3), (0, 0), targets (0, 1), (0, 2). */
static void test_reductions(void) {
    float output[] = {1, 3, 0, 0}, targets[] = {0, 1, 0, 2}, gradient[4];
    const struct {
        const char *loss, *reduction;
        double value, second; /* the loss, and the gradient of the second output */
    } cases[] = {
        {"mse", "mean", 9.0 / 4, 1.0},
        {"mse", "batch_mean", 9.0 / 2, 2.0},
        {"mse", "sum", 9.0, 4.0},
        {"mae", "mean", 5.0 / 4, 0.25},
        {"mae", "batch_mean", 5.0 / 2, 0.5},
        {"mae", "sum", 5.0, 1.0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const FaltungKind *kind = faltung_table_find(faltung_losses(), cases[i].loss, NULL);
        g_autofree void *options = faltung_options_new(kind);
        set_option(kind, options, "reduction", cases[i].reduction);
        FaltungLossStep step = {.options = options,
                                .batch = 2,
                                .width = 2,
                                .output = output,
                                .targets = targets,
                                .gradient = gradient,
                                .threads = 1};
        g_assert_cmpfloat(((const FaltungLoss *)kind)->compute(&step), ==, cases[i].value);
        g_assert_cmpfloat(gradient[1], ==, cases[i].second);
        g_assert_cmpfloat(gradient[2], ==, 0.0); /* equal: on the kink of mae too */
    }
}

/* Logits far beyond what exp can take. */
static void test_large_logits(void) {
    const FaltungKind *kind = faltung_table_find(faltung_losses(), "softmax_cross_entropy", NULL);
    const FaltungLoss *loss = (const FaltungLoss *)kind;
    g_autofree void *options = faltung_options_new(kind);
    float output[] = {1000, 0, -1000, -1000, 0, 1000}, gradient[6];
    gint32 classes[] = {0, 0};
    FaltungLossStep step = {.options = options,
                            .batch = 2,
                            .width = 3,
                            .output = output,
                            .classes = classes,
                            .gradient = gradient,
                            .threads = 1};
    g_assert_cmpfloat(loss->compute(&step), ==, 1000.0); /* (0 + 2000) / 2 */
    const float expected[] = {0, 0, 0, -0.5, 0, 0.5};
    for (int i = 0; i < 6; i++)
        g_assert_cmpfloat(gradient[i], ==, expected[i]);
    output[1] = NAN;
    g_assert_true(isnan(loss->compute(&step)));
}

/* What is left out may be anything, and so may the whole batch. */
static void check_ignored(const FaltungKind *kind, const void *walked) {
    const FaltungLoss *loss = (const FaltungLoss *)kind;
    if (!loss->ignored_class && !loss->ignored_values)
        return;
    void *options = faltung_options_copy(kind, walked);
    set_option(kind, options, loss->needs_classes ? "ignore_index" : "ignore_value", "2");
    Batch b = batch_new(loss, 9, 4, 3);
    for (int row = 0; row < b.batch; row++)
        for (int k = 0; k < b.width; k++)
            if (row % 4 != 0) {
                b.classes[row] = 2;
                b.targets[row * b.width + k] = 2;
                b.output[row * b.width + k] = row % 2 ? NAN : INFINITY;
            } else {
                b.classes[row] = 1;
            }
    g_assert_true(isfinite(compute(loss, options, &b, TRUE, 1)));
    double sum = 0.0;
    for (int i = 0; i < b.batch * b.width; i++) {
        sum += fabs(b.gradient[i]);
        if (i / b.width % 4 != 0)
            g_assert_cmpfloat(b.gradient[i], ==, 0.0);
    }
    g_assert_true(isfinite(sum));
    for (int row = 0; row < b.batch; row += 4) {
        b.classes[row] = 2;
        for (int k = 0; k < b.width; k++)
            b.targets[row * b.width + k] = 2;
    }
    g_assert_cmpfloat(compute(loss, options, &b, TRUE, 1), ==, 0.0);
    for (int i = 0; i < b.batch * b.width; i++)
        g_assert_cmpfloat(b.gradient[i], ==, 0.0);
    batch_clear(&b);
    faltung_options_free(kind, options);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/train/losses/table", test_table);
    g_test_add_data_func("/train/losses/reference", check_fast, walk);
    g_test_add_data_func("/train/losses/gradient", check_gradient, walk);
    g_test_add_data_func("/train/losses/threads", check_threads, walk);
    g_test_add_data_func("/train/losses/ignored", check_ignored, walk);
    g_test_add_func("/train/losses/reductions", test_reductions);
    g_test_add_func("/train/losses/large-logits", test_large_logits);
    return g_test_run();
}
