/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/history.h"

FaltungHistory *faltung_history_new(void) {
    FaltungHistory *history = g_new(FaltungHistory, 1);
    history->steps = g_array_new(FALSE, FALSE, sizeof(FaltungStepRow));
    history->epochs = g_array_new(FALSE, FALSE, sizeof(FaltungEpochRow));
    history->layers = g_ptr_array_new_with_free_func(g_free);
    history->norms = g_ptr_array_new_with_free_func(g_atomic_rc_box_release);
    return history;
}

void faltung_history_free(FaltungHistory *history) {
    g_array_unref(history->steps);
    g_array_unref(history->epochs);
    g_ptr_array_unref(history->layers);
    g_ptr_array_unref(history->norms);
    g_free(history);
}

void faltung_history_clear(FaltungHistory *history) {
    g_array_set_size(history->steps, 0);
    g_array_set_size(history->epochs, 0);
    g_ptr_array_set_size(history->layers, 0);
    g_ptr_array_set_size(history->norms, 0);
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

static gpointer share_row(gconstpointer row, gpointer data) {
    return g_atomic_rc_box_acquire((gpointer)row);
}

static void add_rows(FaltungHistory *to, const FaltungHistory *from) {
    g_array_append_vals(to->steps, from->steps->data, from->steps->len);
    g_array_append_vals(to->epochs, from->epochs->data, from->epochs->len);
    if (to->layers->len == 0) {
        g_ptr_array_extend(to->layers, from->layers, copy_name, NULL);
    }
    g_ptr_array_extend(to->norms, from->norms, share_row, NULL);
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
