/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/history.h"

#include <string.h>

FaltungHistory *faltung_history_new(void) {
    FaltungHistory *history = g_atomic_rc_box_new(FaltungHistory);
    history->steps = g_array_new(FALSE, FALSE, sizeof(FaltungStepRow));
    history->epochs = g_array_new(FALSE, FALSE, sizeof(FaltungEpochRow));
    history->layers = g_ptr_array_new_with_free_func(g_free);
    history->norms = g_ptr_array_new_with_free_func(g_atomic_rc_box_release);
    history->of_steps = history->of_epochs = history->of_norms = (FaltungSieve){0, 1};
    return history;
}

FaltungHistory *faltung_history_ref(FaltungHistory *history) {
    return g_atomic_rc_box_acquire(history);
}

static void clear(gpointer data) {
    FaltungHistory *history = data;
    g_array_unref(history->steps);
    g_array_unref(history->epochs);
    g_ptr_array_unref(history->layers);
    g_ptr_array_unref(history->norms);
}

void faltung_history_unref(FaltungHistory *history) {
    g_atomic_rc_box_release_full(history, clear);
}

void faltung_history_clear(FaltungHistory *history) {
    g_array_set_size(history->steps, 0);
    g_array_set_size(history->epochs, 0);
    g_ptr_array_set_size(history->layers, 0);
    g_ptr_array_set_size(history->norms, 0);
    history->of_steps = history->of_epochs = history->of_norms = (FaltungSieve){0, 1};
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

static void sift_norms(GPtrArray *rows, FaltungSieve *sieve, const GPtrArray *from) {
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
    sift_norms(to->norms, &to->of_norms, from->norms);
}

FaltungHistory *faltung_history_copy(const FaltungHistory *history) {
    FaltungHistory *copy = faltung_history_new();
    add_rows(copy, history);
    return copy;
}

void faltung_history_append(FaltungHistory *to, FaltungHistory *from) {
    add_rows(to, from);
    faltung_history_clear(from);
}
