/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Computes what compare.py compares with PyTorch. Numbers come and go as native binary.
 *
 *   values list                                 one line a kind: table, name, its options
 *   values loss NAME SAMPLES ROWS WIDTH OPTION=VALUE...
 *     in: outputs, targets, int32 classes of the rows; out: double loss, gradients
 *   values optimizer NAME N STEPS OPTION=VALUE...
 *     in: parameters, gradients (STEPS, N), double rates (STEPS); out: parameters (STEPS, N)
 *   values search NAME N STEPS OPTION=VALUE...       L-BFGS on a function: sum_i s_i z_i^2 / 2 +
 *     log cosh (z_i - 1) / 10 of z = T w
 *     in: parameters, double T (N, N), double s (N); out: parameters (STEPS, N)
 *   values schedule NAME EPOCHS STEPS RATE WARMUP OPTION=VALUE...
 *     STEPS: an epoch; in: the double losses of the epochs; out: the double rates of all steps
 */

#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "tests/train/walk.h"

#include <math.h>
#include <stdio.h>

static void *get(size_t n, size_t size) {
    void *values = g_malloc(n * size);
    if (fread(values, size, n, stdin) != n)
        g_error("the input is too short");
    return values;
}

static void put(const void *values, size_t n, size_t size) {
    if (fwrite(values, size, n, stdout) != n)
        g_error("cannot write");
}

static void list(const char *noun, const FaltungTable *table) {
    for (const FaltungKind *const *kind = table->kinds; *kind; kind++) {
        printf("%s %s", noun, (*kind)->name);
        for (const FaltungOptionSpec *spec = (*kind)->options; spec && spec->name; spec++)
            printf(" %s", spec->name);
        printf("\n");
    }
}

static void loss(const FaltungLoss *loss, const void *options, int samples, int rows, int width) {
    int batch = samples * rows;
    size_t n = (size_t)batch * width;
    g_autofree float *output = get(n, sizeof(float));
    g_autofree float *targets = get(n, sizeof(float));
    g_autofree gint32 *classes = get(batch, sizeof(gint32));
    g_autofree float *gradient = g_new(float, n);
    g_autofree guint8 *counts = g_new(guint8, batch);
    FaltungLossStep step = {
        .options = options,
        .batch = batch,
        .width = width,
        .rows = rows,
        .output = output,
        .targets = targets,
        .classes = classes,
        .counts = counts,
        .counted = faltung_loss_count(loss, options, batch, width, targets, classes, counts),
        .gradient = gradient,
        .threads = 1,
    };
    double value = loss->compute(&step);
    put(&value, 1, sizeof value);
    put(gradient, n, sizeof(float));
}

static void optimize(const FaltungOptimizer *optimizer, const void *options, int n, int steps) {
    g_autofree float *parameters = get(n, sizeof(float));
    g_autofree float *gradients = get((size_t)steps * n, sizeof(float));
    g_autofree double *rates = get(steps, sizeof(double));
    g_autofree float *block = g_new0(float, (size_t)n * optimizer->n_slots);
    g_autofree float **slots = g_new(float *, optimizer->n_slots);
    for (int slot = 0; slot < optimizer->n_slots; slot++)
        slots[slot] =
            faltung_optimizer_uses(optimizer, options, slot) ? block + (size_t)slot * n : NULL;
    for (int t = 0; t < steps; t++) {
        FaltungOptimizerStep step = {
            .options = options,
            .learning_rate = rates[t],
            .step = t + 1,
            .n = n,
            .parameters = parameters,
            .gradients = gradients + (size_t)t * n,
            .slots = slots,
        };
        optimizer->update(&step);
        put(parameters, n, sizeof(float));
    }
}

/* A function whose steps are looked for. */
typedef struct {
    int n;
    const double *turn, *scales; /* (n, n), (n) */
    const float *parameters;
    float *gradients;
} Function;

static double evaluate(gpointer data) {
    const Function *f = data;
    double sum = 0;
    g_autofree double *slopes = g_new0(double, f->n);
    for (int i = 0; i < f->n; i++) {
        double z = 0;
        for (int k = 0; k < f->n; k++)
            z += f->turn[i * f->n + k] * f->parameters[k];
        sum += f->scales[i] * z * z / 2 + log(cosh(z - 1)) / 10;
        for (int k = 0; k < f->n; k++)
            slopes[k] += (f->scales[i] * z + tanh(z - 1) / 10) * f->turn[i * f->n + k];
    }
    for (int k = 0; k < f->n; k++)
        f->gradients[k] = slopes[k];
    return sum;
}

static void search(const FaltungOptimizer *optimizer, const void *options, int n, int steps) {
    g_autofree float *parameters = get(n, sizeof(float));
    g_autofree double *turn = get((size_t)n * n, sizeof(double));
    g_autofree double *scales = get(n, sizeof(double));
    g_autofree float *gradients = g_new(float, n);
    g_autofree float *block = g_new0(float, (size_t)n * optimizer->n_slots);
    g_autofree float **slots = g_new(float *, optimizer->n_slots);
    for (int slot = 0; slot < optimizer->n_slots; slot++)
        slots[slot] = block + (size_t)slot * n;
    Function function = {n, turn, scales, parameters, gradients};
    for (int t = 0; t < steps; t++) {
        FaltungOptimizerStep step = {
            .options = options,
            .learning_rate = optimizer->learning_rate(options),
            .step = t + 1,
            .n = n,
            .parameters = parameters,
            .gradients = gradients,
            .slots = slots,
            .loss = evaluate(&function),
            .evaluate = evaluate,
            .data = &function,
        };
        optimizer->update(&step);
        put(parameters, n, sizeof(float));
    }
}

static void schedule(const FaltungVariant *variant, int epochs, int steps, double base,
                     double warmup) {
    const FaltungSchedule *schedule = (const FaltungSchedule *)variant->kind;
    g_autofree double *losses = get(epochs, sizeof(double));
    FaltungScheduleMoment moment = {
        .base_rate = base,
        .epochs = epochs,
        .steps = (guint64)epochs * steps,
        .state = faltung_schedule_state_new(),
    };
    for (; moment.epoch < epochs; moment.epoch++) {
        for (int step = 0; step < steps; step++, moment.step++) {
            double rate = faltung_schedule_rate(variant, warmup, &moment);
            put(&rate, 1, sizeof rate);
        }
        if (schedule->judge)
            schedule->judge(variant->options, &moment.state, base, losses[moment.epoch]);
    }
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        const FaltungTable *(*table)(void);
        int arguments; /* before the options */
    } tables[] = {
        {"loss", faltung_losses, 6},
        {"optimizer", faltung_optimizers, 5},
        {"schedule", faltung_schedules, 7},
    };
    if (argc == 2 && g_str_equal(argv[1], "list")) {
        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
            list(tables[i].name, tables[i].table());
        return 0;
    }
    gboolean searches = argc > 1 && g_str_equal(argv[1], "search");
    size_t table = searches ? 1 : 0;
    while (table < G_N_ELEMENTS(tables) && argc > 1 && !searches &&
           !g_str_equal(argv[1], tables[table].name))
        table++;
    if (table == G_N_ELEMENTS(tables) || argc < tables[table].arguments)
        g_error("usage: see values.c");
    g_autoptr(GError) error = NULL;
    const FaltungKind *kind = faltung_table_find(tables[table].table(), argv[2], &error);
    if (!kind)
        g_error("%s", error->message);
    FaltungVariant variant;
    faltung_variant_init(&variant, kind);
    for (int i = tables[table].arguments; i < argc; i++) {
        g_auto(GStrv) pair = g_strsplit(argv[i], "=", 2);
        set_option(kind, variant.options, pair[0], pair[1]);
    }
    if (searches)
        search((const FaltungOptimizer *)kind, variant.options, atoi(argv[3]), atoi(argv[4]));
    else if (g_str_equal(argv[1], "loss"))
        loss((const FaltungLoss *)kind, variant.options, atoi(argv[3]), atoi(argv[4]),
             atoi(argv[5]));
    else if (g_str_equal(argv[1], "optimizer"))
        optimize((const FaltungOptimizer *)kind, variant.options, atoi(argv[3]), atoi(argv[4]));
    else
        schedule(&variant, atoi(argv[3]), atoi(argv[4]), atof(argv[5]), atof(argv[6]));
    faltung_variant_clear(&variant);
    return 0;
}
