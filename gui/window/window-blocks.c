/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

/* Layers become a block, and a block its layers again. */

static const FaltungLayerBlock *block_at(FaltungWindow *self, int block) {
    return g_ptr_array_index(faltung_document_experiment(self->document)->graph->blocks, block);
}

static int find_block(FaltungWindow *self, const char *name) {
    const GPtrArray *blocks = faltung_document_experiment(self->document)->graph->blocks;
    for (guint i = 0; i < blocks->len; i++) {
        g_autofree char *written = faltung_item_name(block_at(self, (int)i)->name);
        if (g_str_equal(written, name)) {
            return (int)i;
        }
    }
    return -1;
}

static void on_group(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    g_auto(GStrv) names = faltung_canvas_chosen(self->canvas);
    g_autofree char *name = NULL;
    GError *error = NULL;
    char *text = faltung_yaml_group_layers(faltung_document_text(self->document),
                                           (const char *const *)names, "block", &name, &error);
    if (faltung_window_take_text(self, text, error)) {
        faltung_canvas_select_block(self->canvas, find_block(self, name));
    }
}

/* Its layers are selected then: the network has the same ones as before. */
static void on_dissolve(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    const FaltungLayerBlock *block = block_at(self, faltung_canvas_block(self->canvas, TRUE));
    int first = block->first, n = block->n_layers;
    GError *error = NULL;
    g_autofree char *name = faltung_item_name(block->name);
    char *text = faltung_yaml_dissolve_block(faltung_document_text(self->document), name, &error);
    if (!faltung_window_take_text(self, text, error)) {
        return;
    }
    const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (int i = first; i < MIN(first + n, (int)graph->layers->len); i++) {
        g_ptr_array_add(names, faltung_graph_layer(graph, i)->name);
    }
    g_ptr_array_add(names, NULL);
    faltung_canvas_select_names(self->canvas, (const char *const *)names->pdata);
}

static void on_shut(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    faltung_canvas_shut_block(self->canvas, faltung_canvas_block(self->canvas, TRUE));
}

void faltung_window_update_blocks(FaltungWindow *self) {
    gboolean shown = self->document != NULL;
    gboolean can = shown && !faltung_window_is_training(self);
    g_auto(GStrv) names = can ? faltung_canvas_chosen(self->canvas) : NULL;
    gboolean block = shown && faltung_canvas_block(self->canvas, TRUE) >= 0;
    const struct {
        const char *action;
        gboolean enabled;
    } actions[] = {
        {"group-layers", can && names[0] != NULL},
        {"dissolve-block", can && block},
        {"shut-block", block},
    };
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), actions[i].action);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), actions[i].enabled);
    }
}

void faltung_window_install_blocks(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"group-layers", on_group},
        {"dissolve-block", on_dissolve},
        {"shut-block", on_shut},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}
