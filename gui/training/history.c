/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/history.h"

#include <math.h>
#include <string.h>

const FaltungEpochField faltung_epoch_fields[FALTUNG_EPOCH_FIELDS] = {
    {"train_loss", offsetof(FaltungEpochRow, train.loss)},
    {"train_accuracy", offsetof(FaltungEpochRow, train.accuracy)},
    {"train_mae", offsetof(FaltungEpochRow, train.mae)},
    {"train_rmse", offsetof(FaltungEpochRow, train.rmse)},
    {"val_loss", offsetof(FaltungEpochRow, validation.loss)},
    {"val_accuracy", offsetof(FaltungEpochRow, validation.accuracy)},
    {"val_mae", offsetof(FaltungEpochRow, validation.mae)},
    {"val_rmse", offsetof(FaltungEpochRow, validation.rmse)},
    {"val_top5", offsetof(FaltungEpochRow, top5)},
    {"val_perplexity", offsetof(FaltungEpochRow, perplexity)},
    {"val_r2", offsetof(FaltungEpochRow, r2)},
};

static void begin_sieves(FaltungHistory *history) {
    history->of_steps = history->of_epochs = history->of_others = history->of_norms =
        (FaltungSieve){0, 1};
}

FaltungHistory *faltung_history_new(void) {
    FaltungHistory *history = g_atomic_rc_box_new(FaltungHistory);
    history->steps = g_array_new(FALSE, FALSE, sizeof(FaltungStepRow));
    history->epochs = g_array_new(FALSE, FALSE, sizeof(FaltungEpochRow));
    history->others = g_ptr_array_new_with_free_func(g_atomic_rc_box_release);
    history->layers = g_ptr_array_new_with_free_func(g_free);
    history->norms = g_ptr_array_new_with_free_func(g_atomic_rc_box_release);
    begin_sieves(history);
    return history;
}

FaltungHistory *faltung_history_ref(FaltungHistory *history) {
    return g_atomic_rc_box_acquire(history);
}

static void clear(gpointer data) {
    FaltungHistory *history = data;
    g_array_unref(history->steps);
    g_array_unref(history->epochs);
    g_ptr_array_unref(history->others);
    g_ptr_array_unref(history->layers);
    g_ptr_array_unref(history->norms);
}

void faltung_history_unref(FaltungHistory *history) {
    g_atomic_rc_box_release_full(history, clear);
}

void faltung_history_clear(FaltungHistory *history) {
    g_array_set_size(history->steps, 0);
    g_array_set_size(history->epochs, 0);
    g_ptr_array_set_size(history->others, 0);
    g_ptr_array_set_size(history->layers, 0);
    g_ptr_array_set_size(history->norms, 0);
    begin_sieves(history);
}

void faltung_history_add_epoch(FaltungHistory *history, const FaltungEpochRow *row,
                               const FaltungReadings *others) {
    size_t size = offsetof(FaltungReadings, all) + others->n * sizeof(FaltungReading);
    FaltungReadings *kept = g_atomic_rc_box_alloc(size);
    memcpy(kept, others, size);
    g_array_append_val(history->epochs, *row);
    g_ptr_array_add(history->others, kept);
}

double faltung_history_figure(const FaltungHistory *history, guint row, const char *column) {
    for (int i = 0; i < FALTUNG_EPOCH_FIELDS; i++) {
        if (strcmp(faltung_epoch_fields[i].column, column) == 0) {
            return *faltung_epoch_field(&g_array_index(history->epochs, FaltungEpochRow, row), i);
        }
    }
    const FaltungReadings *others = history->others->pdata[row];
    for (int i = 0; i < others->n; i++) {
        if (strcmp(others->all[i].name, column) == 0) {
            return others->all[i].value;
        }
    }
    return NAN;
}

static void add_figure(GPtrArray *figures, const char *column, double value) {
    const char *figure = strchr(column, '_') + 1; /* behind train_ or val_ */
    if (!isnan(value) && !g_ptr_array_find_with_equal_func(figures, figure, g_str_equal, NULL)) {
        g_ptr_array_add(figures, g_strdup(figure));
    }
}

GPtrArray *faltung_history_figures(const FaltungHistory *history) {
    GPtrArray *figures = g_ptr_array_new_with_free_func(g_free);
    guint n = history->epochs->len;
    guint rows[] = {0, n - 1}; /* before training some are not known, at the end others */
    for (guint k = 0; k < G_N_ELEMENTS(rows) && n > 0; k++) {
        const FaltungReadings *others = history->others->pdata[rows[k]];
        FaltungEpochRow *row = &g_array_index(history->epochs, FaltungEpochRow, rows[k]);
        for (int i = 0; i < FALTUNG_EPOCH_FIELDS; i++) {
            add_figure(figures, faltung_epoch_fields[i].column, *faltung_epoch_field(row, i));
        }
        for (int i = 0; i < others->n; i++) {
            add_figure(figures, others->all[i].name, others->all[i].value);
        }
    }
    return figures;
}

void faltung_history_add_norms(FaltungHistory *history, double epoch, const FaltungGraph *graph,
                               const FaltungLayerNorms *norms) {
    gboolean first = history->layers->len == 0;
    FaltungNormRow *row =
        g_atomic_rc_box_alloc(sizeof *row + graph->layers->len * sizeof(FaltungLayerNorms));
    row->epoch = epoch;
    guint n = 0;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, (int)i);
        if (layer->n_parameters == 0) {
            continue;
        }
        row->layers[n++] = norms[i];
        if (first) {
            g_ptr_array_add(history->layers, g_strdup(layer->name));
        }
    }
    g_ptr_array_add(history->norms, row);
}

static gpointer copy_name(gconstpointer name, gpointer data) {
    return g_strdup(name);
}

/* Whether the next of all rows is one of those that are kept. */
static gboolean keeps(FaltungSieve *sieve) {
    return sieve->seen++ % sieve->every == 0;
}

static void sift(GArray *rows, FaltungSieve *sieve, const GArray *from) {
    guint size = g_array_get_element_size(rows);
    for (guint i = 0; i < from->len; i++) {
        if (keeps(sieve)) {
            g_array_append_vals(rows, from->data + (gsize)i * size, 1);
        }
        if (rows->len == FALTUNG_HISTORY_ROWS) {
            for (guint k = 0; k < rows->len / 2; k++) {
                memcpy(rows->data + (gsize)k * size, rows->data + (gsize)2 * k * size, size);
            }
            g_array_set_size(rows, rows->len / 2);
            sieve->every *= 2;
        }
    }
}

/* The same of rows that others hold, too. */
static void sift_shared(GPtrArray *rows, FaltungSieve *sieve, const GPtrArray *from) {
    for (guint i = 0; i < from->len; i++) {
        if (keeps(sieve)) {
            g_ptr_array_add(rows, g_atomic_rc_box_acquire(from->pdata[i]));
        }
        if (rows->len == FALTUNG_HISTORY_ROWS) {
            for (guint k = 1; k < rows->len / 2; k++) {
                gpointer dropped = rows->pdata[k];
                rows->pdata[k] = rows->pdata[2 * k];
                rows->pdata[2 * k] = dropped;
            }
            g_ptr_array_set_size(rows, (int)rows->len / 2);
            sieve->every *= 2;
        }
    }
}

static void add_rows(FaltungHistory *to, const FaltungHistory *from) {
    sift(to->steps, &to->of_steps, from->steps);
    sift(to->epochs, &to->of_epochs, from->epochs);
    if (to->layers->len == 0) {
        g_ptr_array_extend(to->layers, from->layers, copy_name, NULL);
    }
    sift_shared(to->others, &to->of_others, from->others);
    sift_shared(to->norms, &to->of_norms, from->norms);
}

/* What was sifted before is a part of all rows already. */
static void go_on(FaltungSieve *sieve, FaltungSieve before) {
    if (before.seen > 0) {
        *sieve = (FaltungSieve){before.seen, sieve->every * before.every};
    }
}

FaltungHistory *faltung_history_copy(const FaltungHistory *history) {
    FaltungHistory *copy = faltung_history_new();
    add_rows(copy, history);
    go_on(&copy->of_steps, history->of_steps);
    go_on(&copy->of_epochs, history->of_epochs);
    go_on(&copy->of_others, history->of_others);
    go_on(&copy->of_norms, history->of_norms);
    return copy;
}

void faltung_history_append(FaltungHistory *to, FaltungHistory *from) {
    add_rows(to, from);
    faltung_history_clear(from);
}
