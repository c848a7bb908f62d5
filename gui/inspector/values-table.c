/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/values-table.h"

#include "draw/text.h"
#include "gui/style.h"

#include <glib/gi18n.h>

/* --- a list of the numbers 0 ... n - 1 --- */

#define TYPE_INDEX (index_get_type())
G_DECLARE_FINAL_TYPE(Index, index, FALTUNG, INDEX, GObject)
struct _Index {
    GObject parent;
    guint index;
};
G_DEFINE_FINAL_TYPE(Index, index, G_TYPE_OBJECT)
static void index_class_init(IndexClass *klass) {
}
static void index_init(Index *self) {
}

#define TYPE_INDICES (indices_get_type())
G_DECLARE_FINAL_TYPE(Indices, indices, FALTUNG, INDICES, GObject)
struct _Indices {
    GObject parent;
    guint n;
};

static GType indices_item_type(GListModel *model) {
    return TYPE_INDEX;
}
static guint indices_n_items(GListModel *model) {
    return FALTUNG_INDICES(model)->n;
}
static gpointer indices_item(GListModel *model, guint position) {
    if (position >= FALTUNG_INDICES(model)->n) {
        return NULL;
    }
    Index *item = g_object_new(TYPE_INDEX, NULL);
    item->index = position;
    return item;
}
static void indices_list_model_init(GListModelInterface *interface) {
    interface->get_item_type = indices_item_type;
    interface->get_n_items = indices_n_items;
    interface->get_item = indices_item;
}
G_DEFINE_FINAL_TYPE_WITH_CODE(Indices, indices, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, indices_list_model_init))
static void indices_class_init(IndicesClass *klass) {
}
static void indices_init(Indices *self) {
}

/* --- the table --- */

struct _FaltungValuesTable {
    GtkBox parent;
    Indices *indices;
    GHashTable *bound; /* GtkListItem on the screen -> whether it is the column of values */
    FaltungSnapshot *snapshot;
    const FaltungTensor *tensor;
    char **names;
};

G_DEFINE_FINAL_TYPE(FaltungValuesTable, faltung_values_table, GTK_TYPE_BOX)

enum { COLUMN_PLACE, COLUMN_VALUE };

static void show_item(FaltungValuesTable *self, GtkListItem *item, int column) {
    Index *index = gtk_list_item_get_item(item);
    GtkWidget *label = gtk_list_item_get_child(item);
    if (self->tensor == NULL || index == NULL || index->index >= self->tensor->n) {
        return;
    }
    g_autofree char *text = NULL;
    if (column == COLUMN_VALUE) {
        text = faltung_format_number(self->tensor->values[index->index], 6);
    } else if (self->names != NULL && index->index < g_strv_length(self->names)) {
        text = g_strdup(self->names[index->index]);
    } else {
        text = faltung_shape_place(&self->tensor->shape, index->index);
    }
    gtk_label_set_text(GTK_LABEL(label), text);
}

static int column_of(GtkSignalListItemFactory *factory) {
    return GPOINTER_TO_INT(g_object_get_data(G_OBJECT(factory), "column"));
}

static void on_setup(GtkSignalListItemFactory *factory, GtkListItem *item,
                     FaltungValuesTable *self) {
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(label), column_of(factory) == COLUMN_VALUE ? 1 : 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(label, "numeric");
    gtk_list_item_set_child(item, label);
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *item,
                    FaltungValuesTable *self) {
    g_hash_table_insert(self->bound, item, GINT_TO_POINTER(column_of(factory)));
    show_item(self, item, column_of(factory));
}

static void on_unbind(GtkSignalListItemFactory *factory, GtkListItem *item,
                      FaltungValuesTable *self) {
    g_hash_table_remove(self->bound, item);
}

void faltung_values_table_show(FaltungValuesTable *self, FaltungSnapshot *snapshot,
                               const FaltungTensor *tensor, const char *const *names) {
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->snapshot = tensor != NULL ? faltung_snapshot_ref(snapshot) : NULL;
    self->tensor = tensor;
    g_strfreev(self->names);
    self->names = g_strdupv((char **)names);
    guint n = tensor != NULL ? (guint)tensor->n : 0, before = self->indices->n;
    if (n != before) {
        self->indices->n = n;
        g_list_model_items_changed(G_LIST_MODEL(self->indices), 0, before, n);
        return;
    }
    GHashTableIter iter;
    gpointer item, column;
    g_hash_table_iter_init(&iter, self->bound);
    while (g_hash_table_iter_next(&iter, &item, &column)) {
        show_item(self, item, GPOINTER_TO_INT(column));
    }
}

static void faltung_values_table_dispose(GObject *object) {
    FaltungValuesTable *self = FALTUNG_VALUES_TABLE(object);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->tensor = NULL;
    G_OBJECT_CLASS(faltung_values_table_parent_class)->dispose(object);
}

static void faltung_values_table_finalize(GObject *object) {
    FaltungValuesTable *self = FALTUNG_VALUES_TABLE(object);
    g_clear_object(&self->indices);
    g_hash_table_unref(self->bound);
    g_strfreev(self->names);
    G_OBJECT_CLASS(faltung_values_table_parent_class)->finalize(object);
}

static void faltung_values_table_class_init(FaltungValuesTableClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_values_table_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_values_table_finalize;
}

static void add_column(FaltungValuesTable *self, GtkColumnView *view, const char *title,
                       int column) {
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_object_set_data(G_OBJECT(factory), "column", GINT_TO_POINTER(column));
    g_signal_connect_object(factory, "setup", G_CALLBACK(on_setup), self, 0);
    g_signal_connect_object(factory, "bind", G_CALLBACK(on_bind), self, 0);
    g_signal_connect_object(factory, "unbind", G_CALLBACK(on_unbind), self, 0);
    GtkColumnViewColumn *view_column = gtk_column_view_column_new(title, factory);
    gtk_column_view_column_set_expand(view_column, TRUE);
    gtk_column_view_append_column(view, view_column);
    g_object_unref(view_column);
}

static void faltung_values_table_init(FaltungValuesTable *self) {
    self->bound = g_hash_table_new(NULL, NULL);
    self->indices = g_object_new(TYPE_INDICES, NULL);
    GtkSelectionModel *selection =
        GTK_SELECTION_MODEL(gtk_no_selection_new(g_object_ref(G_LIST_MODEL(self->indices))));
    GtkWidget *view = gtk_column_view_new(selection);
    faltung_set_accessible_label(view, _("Values"));
    gtk_column_view_set_show_row_separators(GTK_COLUMN_VIEW(view), TRUE);
    gtk_widget_add_css_class(view, "data-table");
    add_column(self, GTK_COLUMN_VIEW(view), _("Place"), COLUMN_PLACE);
    add_column(self, GTK_COLUMN_VIEW(view), _("Value"), COLUMN_VALUE);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), view);
    gtk_scrolled_window_set_has_frame(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_widget_set_hexpand(scrolled, TRUE);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_widget_set_size_request(scrolled, -1, 240);
    gtk_box_append(GTK_BOX(self), scrolled);
}

GtkWidget *faltung_values_table_new(void) {
    return g_object_new(FALTUNG_TYPE_VALUES_TABLE, NULL);
}
