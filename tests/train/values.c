/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Computes what compare.py compares with PyTorch. Numbers come and go as native binary.
 *
 *   values list                                 one line a kind: table, name, its options
 *   values loss NAME BATCH WIDTH OPTION=VALUE...
 *     in: outputs, targets, int32 classes; out: double loss, gradients
 *   values optimizer NAME N STEPS OPTION=VALUE...
 *     in: parameters, gradients (STEPS, N), double rates (STEPS); out: parameters (STEPS, N)
 */

#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "tests/train/walk.h"

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

static void loss(const FaltungLoss *loss, const void *options, int batch, int width) {
    size_t n = (size_t)batch * width;
    g_autofree float *output = get(n, sizeof(float));
    g_autofree float *targets = get(n, sizeof(float));
    g_autofree gint32 *classes = get(batch, sizeof(gint32));
    g_autofree float *gradient = g_new(float, n);
    FaltungLossStep step = {
        .options = options,
        .batch = batch,
        .width = width,
        .output = output,
        .targets = targets,
        .classes = classes,
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
        slots[slot] = !optimizer->uses_slot || optimizer->uses_slot(options, slot)
                          ? block + (size_t)slot * n
                          : NULL;
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

int main(int argc, char **argv) {
    if (argc == 2 && g_str_equal(argv[1], "list")) {
        list("loss", faltung_losses());
        list("optimizer", faltung_optimizers());
        return 0;
    }
    if (argc < 5)
        g_error("usage: see values.c");
    gboolean is_loss = g_str_equal(argv[1], "loss");
    const FaltungTable *table = is_loss ? faltung_losses() : faltung_optimizers();
    g_autoptr(GError) error = NULL;
    const FaltungKind *kind = faltung_table_find(table, argv[2], &error);
    if (!kind)
        g_error("%s", error->message);
    void *options = faltung_options_new(kind);
    for (int i = 5; i < argc; i++) {
        g_auto(GStrv) pair = g_strsplit(argv[i], "=", 2);
        set_option(kind, options, pair[0], pair[1]);
    }
    if (is_loss)
        loss((const FaltungLoss *)kind, options, atoi(argv[3]), atoi(argv[4]));
    else
        optimize((const FaltungOptimizer *)kind, options, atoi(argv[3]), atoi(argv[4]));
    faltung_options_free(kind, options);
    return 0;
}
