/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/symbols-view.h"

#include "gui/inspector/equation-view.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungSymbolsView {
    GtkBox parent;
    FaltungScene *scene;
    GtkWidget *equation;
    char **symbols;
    GPtrArray *buttons; /* (element-type GtkToggleButton), in the widget tree */
    gboolean telling;   /* the scene turns them, not a person */
};

G_DEFINE_FINAL_TYPE(FaltungSymbolsView, faltung_symbols_view, GTK_TYPE_BOX)

/* Those whose names in the code say too little. */
static const struct {
    const char *symbol, *title;
} titles[] = {
    {"x", N_("input")},
    {"y", N_("output")},
    {"z", N_("second input")},
    {"h", N_("state")},
    {"c", N_("cell's state")},
    {"INPUT", N_("input gate")},
    {"FORGET", N_("forget gate")},
    {"CELL", N_("new cell")},
    {"OUTPUT", N_("output gate")},
    {"RESET", N_("reset gate")},
    {"UPDATE", N_("update gate")},
    {"CANDIDATE", N_("new state")},
    {"SCALE", "\u03bb"},
    {"ALPHA", "\u03b1"},
    {"qkv", N_("queries, keys, values")},
    {"p", N_("attention")},
    {"is_kept", N_("kept or dropped")},
    {"normal_reference", N_("normal distribution")},
    {"forward_reference", N_("layer of each step")},
};

char *faltung_symbol_title(const char *symbol) {
    symbol +=
        g_str_has_prefix(symbol, FALTUNG_ACTIVATION_SYMBOL) ? strlen(FALTUNG_ACTIVATION_SYMBOL) : 0;
    for (guint i = 0; i < G_N_ELEMENTS(titles); i++) {
        if (g_str_equal(symbol, titles[i].symbol)) {
            return g_strdup(_(titles[i].title));
        }
    }
    return g_strdelimit(g_strdup(symbol), "_", ' ');
}

static void show(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed) {
    FaltungSymbolsView *self = FALTUNG_SYMBOLS_VIEW(view);
    faltung_equation_view_set_symbol(FALTUNG_EQUATION_VIEW(self->equation), scene->symbol);
    self->telling = TRUE;
    for (guint i = 0; i < self->buttons->len; i++) {
        const char *symbol = g_object_get_data(self->buttons->pdata[i], "symbol");
        gtk_toggle_button_set_active(self->buttons->pdata[i],
                                     g_strcmp0(symbol, scene->symbol) == 0);
    }
    self->telling = FALSE;
}

static void on_symbol(FaltungSymbolsView *self, const char *symbol) {
    gboolean again = g_strcmp0(symbol, self->scene->symbol) == 0;
    faltung_scene_set_symbol(self->scene, again ? NULL : symbol);
}

static void on_toggled(GtkToggleButton *button, FaltungSymbolsView *self) {
    if (!self->telling) {
        const char *symbol = g_object_get_data(G_OBJECT(button), "symbol");
        faltung_scene_set_symbol(self->scene, gtk_toggle_button_get_active(button) ? symbol : NULL);
    }
}

static void add_list(FaltungSymbolsView *self) {
    GtkWidget *list = gtk_flow_box_new();
    gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(list), GTK_SELECTION_NONE);
    gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(list), 8);
    faltung_set_accessible_label(list, _("Symbols of the equation"));
    for (int i = 0; self->symbols[i] != NULL; i++) {
        g_autofree char *title = faltung_symbol_title(self->symbols[i]);
        GtkWidget *button = gtk_toggle_button_new_with_label(title);
        gtk_widget_add_css_class(button, "symbol");
        gtk_widget_set_tooltip_text(button,
                                    _("Marks it in the equation, the code and the diagram"));
        g_object_set_data_full(G_OBJECT(button), "symbol", g_strdup(self->symbols[i]), g_free);
        g_signal_connect(button, "toggled", G_CALLBACK(on_toggled), self);
        g_ptr_array_add(self->buttons, button);
        GtkWidget *child = gtk_flow_box_child_new();
        gtk_widget_set_focusable(child, FALSE); /* the button is */
        gtk_flow_box_child_set_child(GTK_FLOW_BOX_CHILD(child), button);
        gtk_flow_box_append(GTK_FLOW_BOX(list), child);
    }
    gtk_box_append(GTK_BOX(self), list);
}

static void faltung_symbols_view_finalize(GObject *object) {
    FaltungSymbolsView *self = FALTUNG_SYMBOLS_VIEW(object);
    g_ptr_array_unref(self->buttons);
    g_strfreev(self->symbols);
    G_OBJECT_CLASS(faltung_symbols_view_parent_class)->finalize(object);
}

static void faltung_symbols_view_class_init(FaltungSymbolsViewClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_symbols_view_finalize;
}

static void faltung_symbols_view_init(FaltungSymbolsView *self) {
    self->buttons = g_ptr_array_new();
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(self), 4);
}

GtkWidget *faltung_symbols_view_new(FaltungScene *scene, const char *equation, const char *prefix,
                                    gboolean list) {
    FaltungSymbolsView *self = g_object_new(FALTUNG_TYPE_SYMBOLS_VIEW, NULL);
    self->scene = scene;
    self->symbols = faltung_symbols(equation, prefix);
    g_autofree char *prefixed = faltung_equation_prefixed(equation, prefix);
    self->equation = faltung_equation_view_new(prefixed);
    gtk_widget_add_css_class(self->equation, "card");
    g_signal_connect_swapped(self->equation, "symbol", G_CALLBACK(on_symbol), self);
    gtk_box_append(GTK_BOX(self), self->equation);
    if (list) {
        add_list(self);
    }
    static const FaltungSceneWatch watch = {show, NULL};
    faltung_scene_watch(scene, GTK_WIDGET(self), &watch);
    return GTK_WIDGET(self);
}

char **faltung_symbols_view_symbols(FaltungSymbolsView *self) {
    return self->symbols;
}

GtkWidget *faltung_symbols_view_equation(FaltungSymbolsView *self) {
    return self->equation;
}
