/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/operation-search.h"

#include "gui/document/quick-layer.h"
#include "gui/style.h"

#include <glib/gi18n.h>

#define WIDTH 260 /* at least */

struct _FaltungOperationSearch {
    GtkBox parent;
    GtkWidget *entry, *list;
    GtkWidget *preview;    /* what Enter inserts */
    GPtrArray *operations; /* (element-type FaltungOperation), a row each, by group */
};

G_DEFINE_FINAL_TYPE(FaltungOperationSearch, faltung_operation_search, GTK_TYPE_BOX)

static guint chosen_signal;

static const FaltungOperation *operation_of(FaltungOperationSearch *self, GtkListBoxRow *row) {
    return self->operations->pdata[gtk_list_box_row_get_index(row)];
}

static int match(FaltungOperationSearch *self, GtkListBoxRow *row) {
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(self->entry));
    g_autofree char *name = g_strndup(typed, faltung_quick_split(typed));
    return faltung_quick_match(operation_of(self, row), name);
}

/* The layer that @operation becomes with what is typed behind its name. */
static char *item_of(FaltungOperationSearch *self, const FaltungOperation *operation,
                     GError **error) {
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(self->entry));
    return faltung_quick_item(operation, typed + faltung_quick_split(typed), error);
}

static void show_preview(FaltungOperationSearch *self) {
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(self->entry));
    g_autoptr(GError) error = NULL;
    g_autofree char *item =
        row != NULL && *typed != '\0' ? item_of(self, operation_of(self, row), &error) : NULL;
    gtk_label_set_text(GTK_LABEL(self->preview),
                       item != NULL ? item
                       : error != NULL
                           ? error->message
                           : _("A name, numbers, words: conv2d 6 5 same tanh, or c6 5st"));
    gtk_widget_set_tooltip_text(self->preview, item != NULL ? item : NULL);
    (error != NULL ? gtk_widget_add_css_class : gtk_widget_remove_css_class)(self->preview,
                                                                             "error");
}

static gboolean is_shown(GtkListBoxRow *row, gpointer data) {
    return match(data, row) > 0;
}

/* The best match is the one that Enter takes. */
static void on_changed(FaltungOperationSearch *self) {
    gtk_list_box_invalidate_filter(GTK_LIST_BOX(self->list));
    GtkListBoxRow *best = NULL;
    int most = 0;
    for (int i = 0; i < (int)self->operations->len; i++) {
        GtkListBoxRow *row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->list), i);
        int score = match(self, row);
        if (score > most) {
            most = score;
            best = row;
        }
    }
    gtk_list_box_select_row(GTK_LIST_BOX(self->list), best);
    show_preview(self);
}

static void on_row(FaltungOperationSearch *self, GtkListBoxRow *row) {
    g_autofree char *item = item_of(self, operation_of(self, row), NULL);
    if (item != NULL) {
        gboolean typing =
            (gtk_widget_get_state_flags(self->entry) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;
        gtk_editable_set_text(GTK_EDITABLE(self->entry), "");
        g_signal_emit(self, chosen_signal, 0, item, typing);
    }
}

static void on_enter(FaltungOperationSearch *self) {
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    if (row != NULL) {
        on_row(self, row);
    }
}

static gboolean on_key(GtkEventControllerKey *key, guint keyval, guint code, GdkModifierType state,
                       FaltungOperationSearch *self) {
    if (keyval != GDK_KEY_Down) {
        return FALSE;
    }
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    gtk_widget_grab_focus(row != NULL ? GTK_WIDGET(row) : self->list);
    return TRUE;
}

/* F1: the page on the chosen operation. */
static gboolean explain(GtkWidget *widget, GVariant *parameter, gpointer data) {
    FaltungOperationSearch *self = FALTUNG_OPERATION_SEARCH(widget);
    GtkWidget *focus = gtk_widget_get_focus_child(self->list);
    GtkListBoxRow *row = GTK_IS_LIST_BOX_ROW(focus)
                             ? GTK_LIST_BOX_ROW(focus)
                             : gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    return row != NULL && gtk_widget_activate_action(widget, "win.explain", "s",
                                                     operation_of(self, row)->kind.name);
}

static void add_header(GtkListBoxRow *row, GtkListBoxRow *before, gpointer data) {
    FaltungOperationSearch *self = data;
    FaltungGroup group = operation_of(self, row)->group;
    if (before != NULL && operation_of(self, before)->group == group) {
        gtk_list_box_row_set_header(row, NULL);
        return;
    }
    GtkWidget *label = gtk_label_new(_(faltung_group_title(group)));
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, "heading");
    gtk_widget_set_margin_start(label, 8);
    gtk_widget_set_margin_top(label, 10);
    gtk_widget_set_margin_bottom(label, 2);
    gtk_list_box_row_set_header(row, label);
}

/* A row can be dragged: what it carries is the layer's text, which is good anywhere. */
static GdkContentProvider *on_prepare(GtkDragSource *source, double x, double y,
                                      FaltungOperationSearch *self) {
    GtkWidget *row = gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(source));
    g_autofree char *item = item_of(self, operation_of(self, GTK_LIST_BOX_ROW(row)), NULL);
    return item != NULL ? gdk_content_provider_new_typed(G_TYPE_STRING, item) : NULL;
}

static void add_drag_source(FaltungOperationSearch *self, GtkWidget *row) {
    GtkDragSource *source = gtk_drag_source_new();
    gtk_drag_source_set_actions(source, GDK_ACTION_COPY);
    g_signal_connect(source, "prepare", G_CALLBACK(on_prepare), self);
    gtk_widget_add_controller(row, GTK_EVENT_CONTROLLER(source));
}

static GtkWidget *line(const char *text, const char *class) {
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 24); /* it takes what room there is */
    if (class != NULL) {
        gtk_widget_add_css_class(label, class);
    }
    return label;
}

static GtkWidget *row_for(const FaltungKind *kind) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(box), line(_(kind->title), NULL));
    GtkWidget *summary = line(_(kind->summary), "dim-label");
    gtk_label_set_wrap(GTK_LABEL(summary), TRUE);
    gtk_label_set_lines(GTK_LABEL(summary), 2);
    gtk_widget_add_css_class(summary, "caption");
    gtk_box_append(GTK_BOX(box), summary);
    gtk_widget_set_margin_start(box, 8);
    gtk_widget_set_margin_end(box, 8);
    gtk_widget_set_margin_top(box, 5);
    gtk_widget_set_margin_bottom(box, 5);
    GtkWidget *row = gtk_list_box_row_new();
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), box);
    faltung_set_accessible_label(row, _(kind->title));
    return row;
}

static int by_group(gconstpointer a, gconstpointer b) {
    const FaltungOperation *one = *(FaltungOperation *const *)a;
    const FaltungOperation *other = *(FaltungOperation *const *)b;
    if (one->group != other->group) {
        return one->group < other->group ? -1 : 1;
    }
    return g_utf8_collate(_(one->kind.title), _(other->kind.title));
}

GtkWidget *faltung_operation_search_row(FaltungOperationSearch *self, int index,
                                        const char **name) {
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->list), index);
    *name = row != NULL ? operation_of(self, row)->kind.name : NULL;
    return GTK_WIDGET(row);
}

void faltung_operation_search_begin(FaltungOperationSearch *self) {
    gtk_editable_set_text(GTK_EDITABLE(self->entry), "");
    on_changed(self);
    gtk_widget_grab_focus(self->entry);
}

static void faltung_operation_search_finalize(GObject *object) {
    g_ptr_array_unref(FALTUNG_OPERATION_SEARCH(object)->operations);
    G_OBJECT_CLASS(faltung_operation_search_parent_class)->finalize(object);
}

static void faltung_operation_search_class_init(FaltungOperationSearchClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_operation_search_finalize;
    gtk_widget_class_add_binding(GTK_WIDGET_CLASS(klass), GDK_KEY_F1, 0, explain, NULL);
    chosen_signal = g_signal_new("chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void faltung_operation_search_init(FaltungOperationSearch *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(self), 6);
    self->operations = g_ptr_array_new();
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind != NULL; kind++) {
        g_ptr_array_add(self->operations, (gpointer)*kind);
    }
    g_ptr_array_sort(self->operations, by_group);

    self->entry = gtk_search_entry_new();
    faltung_set_accessible_label(self->entry, _("Operation"));
    g_object_set(self->entry, "placeholder-text", _("Insert a layer…"), NULL);
    gtk_widget_set_hexpand(self->entry, TRUE);
    GtkWidget *help =
        faltung_icon_button("help-about-symbolic", _("Help on the chosen operation (F1)"), NULL);
    g_signal_connect_swapped(help, "clicked", G_CALLBACK(explain), self);
    GtkWidget *top = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 2);
    gtk_box_append(GTK_BOX(top), self->entry);
    gtk_box_append(GTK_BOX(top), help);
    gtk_box_append(GTK_BOX(self), top);
    self->preview = line("", "caption");
    gtk_widget_add_css_class(self->preview, "dim-label");
    gtk_label_set_wrap(GTK_LABEL(self->preview), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(self->preview), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_lines(GTK_LABEL(self->preview), 3);
    gtk_widget_set_margin_start(self->preview, 8);
    gtk_widget_set_margin_end(self->preview, 8);
    gtk_box_append(GTK_BOX(self), self->preview);
    self->list = gtk_list_box_new();
    gtk_widget_add_css_class(self->list, "samples");
    for (guint i = 0; i < self->operations->len; i++) {
        const FaltungOperation *operation = self->operations->pdata[i];
        GtkWidget *row = row_for(&operation->kind);
        add_drag_source(self, row);
        gtk_list_box_append(GTK_LIST_BOX(self->list), row);
    }
    gtk_list_box_set_header_func(GTK_LIST_BOX(self->list), add_header, self, NULL);
    gtk_list_box_set_filter_func(GTK_LIST_BOX(self->list), is_shown, self, NULL);
    GtkWidget *nothing = gtk_label_new(_("No operation is called that"));
    gtk_widget_add_css_class(nothing, "dim-label");
    gtk_widget_set_margin_top(nothing, 24);
    gtk_list_box_set_placeholder(GTK_LIST_BOX(self->list), nothing);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->list);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_widget_set_size_request(GTK_WIDGET(self), WIDTH, -1);
    gtk_box_append(GTK_BOX(self), scrolled);

    g_signal_connect_swapped(self->entry, "changed", G_CALLBACK(on_changed), self);
    g_signal_connect_swapped(self->entry, "activate", G_CALLBACK(on_enter), self);
    g_signal_connect_swapped(self->list, "row-activated", G_CALLBACK(on_row), self);
    GtkEventController *key = gtk_event_controller_key_new();
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(self->entry, key);
}
