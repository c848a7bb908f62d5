/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include <string.h>

/* What the pointer does to the diagram, done to the text: each gesture is one step of undo. */

static char *text_of(FaltungWindow *self) {
    return g_strdup(faltung_document_text(self->document));
}

/* A wire, and where its end was taken from another layer, that one's without it. */
static char *connect(FaltungWindow *self, const FaltungCanvasEdit *edit, GError **error) {
    g_autofree char *text = text_of(self);
    if (edit->moved != NULL) {
        g_autofree char *without = faltung_yaml_disconnect(text, edit->from, edit->moved, error);
        return without != NULL ? faltung_yaml_connect(without, edit->from, edit->to, NULL, error)
                               : NULL;
    }
    return faltung_yaml_connect(text, edit->from, edit->to, NULL, error);
}

/* Wire after wire: cut, or from another layer. */
static char *change_wires(FaltungWindow *self, const FaltungCanvasEdit *edit, GError **error) {
    char *text = text_of(self);
    for (int i = 0; text != NULL && edit->wires[i] != NULL; i += 2) {
        const char *from = edit->wires[i], *to = edit->wires[i + 1];
        char *next = edit->kind == FALTUNG_CANVAS_CUT
                         ? faltung_yaml_disconnect(text, from, to, error)
                         : faltung_yaml_connect(text, edit->from, to, from, error);
        g_free(text);
        text = next;
    }
    return text;
}

/* Onto a wire, where it has the place that the layout gives it. */
static char *move(FaltungWindow *self, const FaltungCanvasEdit *edit, GError **error) {
    g_autofree char *text = faltung_yaml_move_layer(faltung_document_text(self->document),
                                                    edit->layer, edit->from, edit->to, error);
    const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
    const int *moved = faltung_graph_layer(graph, faltung_graph_find(graph, edit->layer))->moved;
    if (text == NULL || (moved[0] == 0 && moved[1] == 0)) {
        return g_steal_pointer(&text);
    }
    g_autofree char *path = g_strdup_printf("network.%s." FALTUNG_MOVED, edit->layer);
    return faltung_yaml_unset(text, path, error);
}

/* Paths stay as they are meanwhile. */
static char *put_cards(FaltungWindow *self, const GArray *places, GError **error) {
    char *text = text_of(self);
    for (guint i = 0; i < places->len && text != NULL; i++) {
        const FaltungCanvasPlace *place = &g_array_index(places, FaltungCanvasPlace, i);
        g_autofree char *path = g_strdup_printf("network.%s." FALTUNG_MOVED, place->path);
        g_autofree char *value = g_strdup_printf("[%d, %d]", place->right, place->down);
        g_autofree char *before = text;
        text = place->right == 0 && place->down == 0 ? faltung_yaml_unset(before, path, error)
                                                     : faltung_yaml_set(before, path, value, error);
    }
    return text;
}

static void place(FaltungWindow *self, const FaltungCanvasEdit *edit) {
    g_autoptr(GError) error = NULL;
    g_autofree char *text = put_cards(self, edit->places, &error);
    if (text != NULL && edit->step == FALTUNG_STEP_PART) {
        faltung_document_amend(self->document, text, &error);
    } else if (text != NULL) {
        const char *what = edit->step == FALTUNG_STEP_NUDGE ? "(nudge)" : NULL;
        faltung_document_repeat(self->document, what, text, &error);
    }
    if (error != NULL) {
        faltung_window_problem(self, error->message);
    }
}

/* A layer, or several in YAML, from the palette or another program. */
static char *drop(FaltungWindow *self, const FaltungCanvasEdit *edit, char ***names,
                  GError **error) {
    const char *text = faltung_document_text(self->document);
    char *name = NULL, *made;
    gboolean many = g_str_has_prefix(edit->item, "- ") || strchr(edit->item, '\n') != NULL;
    if (many) {
        return faltung_yaml_paste_layers(text, edit->from, edit->item, names, error);
    }
    gboolean empty = faltung_document_experiment(self->document)->graph->layers->len == 0;
    if (edit->to != NULL) {
        made = faltung_yaml_insert_on_wire(text, edit->from, edit->to, edit->item, &name, error);
    } else if (edit->from != NULL || empty) {
        made = faltung_yaml_insert_layer(text, edit->from, edit->item, &name, error);
    } else {
        made = faltung_yaml_branch_layer(text, NULL, edit->item, &name, error);
    }
    *names = g_new0(char *, 2);
    (*names)[0] = name;
    return made;
}

static void show_menu(FaltungWindow *self, const FaltungCanvasEdit *edit) {
    if (self->canvas_menu == NULL) {
        g_autoptr(GtkBuilder) builder =
            gtk_builder_new_from_resource("/org/faltung/Faltung/canvas-menu.ui");
        GMenuModel *model = G_MENU_MODEL(gtk_builder_get_object(builder, "canvas_menu"));
        self->canvas_menu = GTK_POPOVER(gtk_popover_menu_new_from_model(model));
        gtk_popover_set_has_arrow(self->canvas_menu, FALSE);
        gtk_widget_set_halign(GTK_WIDGET(self->canvas_menu), GTK_ALIGN_START);
        gtk_widget_set_parent(GTK_WIDGET(self->canvas_menu), GTK_WIDGET(self->toasts));
    }
    gtk_popover_set_pointing_to(self->canvas_menu,
                                &(GdkRectangle){(int)edit->x, (int)edit->y, 1, 1});
    gtk_popover_popup(self->canvas_menu);
}

/* The names in @edit end with the diagram that they are of: nothing may read them once the text
   has been replaced. */
static void on_edited(FaltungWindow *self, const FaltungCanvasEdit *edit) {
    GError *error = NULL;
    g_auto(GStrv) names = NULL;
    char *text;
    switch (edit->kind) {
    case FALTUNG_CANVAS_CONNECT:
        text = connect(self, edit, &error);
        break;
    case FALTUNG_CANVAS_CUT:
    case FALTUNG_CANVAS_RESTART:
        text = change_wires(self, edit, &error);
        break;
    case FALTUNG_CANVAS_MOVE:
        text = move(self, edit, &error);
        break;
    case FALTUNG_CANVAS_PLACE:
        place(self, edit);
        return;
    case FALTUNG_CANVAS_DROP:
        text = drop(self, edit, &names, &error);
        break;
    case FALTUNG_CANVAS_SEARCH:
        faltung_window_search(self, edit->x, edit->y, edit->from);
        return;
    case FALTUNG_CANVAS_FIX: {
        const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
        faltung_window_show_fixes(self, faltung_graph_find(graph, edit->layer), edit->x, edit->y);
        return;
    }
    default:
        show_menu(self, edit);
        return;
    }
    gboolean loose = edit->kind == FALTUNG_CANVAS_DROP && edit->from == NULL;
    double x = edit->x, y = edit->y;
    if (faltung_window_take_text(self, text, error) && names != NULL) {
        faltung_canvas_select_names(self->canvas, (const char *const *)names);
        if (loose && names[1] == NULL) {
            faltung_canvas_place(self->canvas, faltung_canvas_selected(self->canvas), x, y);
        }
    }
}

static void on_toasts_destroyed(FaltungWindow *self) {
    if (self->canvas_menu != NULL) {
        gtk_widget_unparent(GTK_WIDGET(self->canvas_menu));
        self->canvas_menu = NULL;
    }
}

static void on_align(GSimpleAction *action, GVariant *parameter, gpointer data) {
    static const char *const names[] = {
        [FALTUNG_ALIGN_LEFT] = "align-left",     [FALTUNG_ALIGN_CENTRE] = "align-centre",
        [FALTUNG_ALIGN_RIGHT] = "align-right",   [FALTUNG_ALIGN_TOP] = "align-top",
        [FALTUNG_ALIGN_MIDDLE] = "align-middle", [FALTUNG_ALIGN_BOTTOM] = "align-bottom",
        [FALTUNG_SPACE_ACROSS] = "space-across", [FALTUNG_SPACE_DOWN] = "space-down",
        [FALTUNG_ARRANGE] = "arrange",
    };
    FaltungAlign how = 0;
    while (strcmp(names[how], g_action_get_name(G_ACTION(action))) != 0) {
        how++;
    }
    faltung_canvas_align(FALTUNG_WINDOW(data)->canvas, how);
}

static void on_show_minimap(GSimpleAction *action, GVariant *state, gpointer data) {
    faltung_minimap_set_wanted(FALTUNG_WINDOW(data)->minimap, g_variant_get_boolean(state));
    g_simple_action_set_state(action, state);
}

void faltung_window_install_canvas(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"show-minimap", NULL, NULL, "true", on_show_minimap},
        {"align-left", on_align},
        {"align-centre", on_align},
        {"align-right", on_align},
        {"align-top", on_align},
        {"align-middle", on_align},
        {"align-bottom", on_align},
        {"space-across", on_align},
        {"space-down", on_align},
        {"arrange", on_align},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    faltung_minimap_set_canvas(self->minimap, self->canvas);
    g_signal_connect_swapped(self->canvas, "edited", G_CALLBACK(on_edited), self);
    g_signal_connect_swapped(self->toasts, "destroy", G_CALLBACK(on_toasts_destroyed), self);
}
