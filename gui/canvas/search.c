/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/search.h"

#include "gui/document/quick-layer.h"
#include "gui/style.h"

#include <glib/gi18n.h>

#define WIDTH 260 /* at least */

/* A row. */
typedef struct {
    const FaltungOperation *operation; /* NULL: something else */
    const char *group;
    char *title, *target;
    guint place; /* among all */
    int score;   /* how well it matches what is typed */
} Entry;

struct _FaltungSearch {
    GtkBox parent;
    GtkWidget *entry, *list, *help;
    GtkWidget *preview;     /* what Enter inserts */
    GPtrArray *entries;     /* (element-type Entry) */
    FaltungSearchFits fits; /* NULL: every operation does */
    gpointer fits_data;
    gboolean typed;
    int best; /* how well the best row matches what is typed */
};

G_DEFINE_FINAL_TYPE(FaltungSearch, faltung_search, GTK_TYPE_BOX)

enum { SIGNAL_CHOSEN, SIGNAL_FOUND, N_SIGNALS };

static guint signals[N_SIGNALS];

static void entry_free(gpointer data) {
    Entry *entry = data;
    g_free(entry->title);
    g_free(entry->target);
    g_free(entry);
}

static const Entry *entry_of(GtkListBoxRow *row) {
    return g_object_get_data(G_OBJECT(row), "entry");
}

/* --- matching --- */

#define BY_LETTERS 1 /* matches that are shown only where there is no better one */

/* Whether the letters of @typed come in @title in this order, from the beginning of a word on. */
static gboolean has_letters(const char *title, const char *typed) {
    gboolean begins = TRUE;
    for (const char *from = title; *from != '\0'; from++) {
        const char *letter = typed;
        for (const char *c = from; begins && *c != '\0' && *letter != '\0'; c++) {
            letter += *c == *letter;
        }
        if (*letter == '\0') {
            return TRUE;
        }
        begins = *from == ' ' || *from == '_';
    }
    return FALSE;
}

static int match_title(const char *title, const char *typed) {
    g_autofree char *folded = g_utf8_casefold(title, -1);
    if (g_str_has_prefix(folded, typed)) {
        return *typed != '\0' ? 4 : 3;
    }
    g_auto(GStrv) words = g_strsplit(typed, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        if (strstr(folded, *word) == NULL) {
            return has_letters(folded, typed) ? BY_LETTERS : 0;
        }
    }
    return 3;
}

static int match_operation(FaltungSearch *self, const FaltungOperation *operation, const char *name,
                           const char *folded) {
    if (self->fits != NULL && !self->fits(operation, self->fits_data)) {
        return 0;
    }
    int score = faltung_quick_match(operation, name);
    return score > 0                                   ? BY_LETTERS + score
           : has_letters(operation->kind.name, folded) ? BY_LETTERS
                                                       : 0;
}

/* Returns: the best score. */
static int match_all(FaltungSearch *self) {
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(self->entry));
    g_autofree char *name = g_strndup(typed, faltung_quick_split(typed));
    g_autofree char *folded = g_utf8_casefold(typed, -1);
    g_strstrip(folded);
    int best = 0;
    for (guint i = 0; i < self->entries->len; i++) {
        Entry *entry = self->entries->pdata[i];
        entry->score = entry->operation != NULL
                           ? match_operation(self, entry->operation, name, folded)
                           : match_title(entry->title, folded);
        best = MAX(best, entry->score);
    }
    return best;
}

/* The layer that @operation becomes with what is typed behind its name. */
static char *item_of(FaltungSearch *self, const FaltungOperation *operation, GError **error) {
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(self->entry));
    return faltung_quick_item(operation, typed + faltung_quick_split(typed), error);
}

static void show_preview(FaltungSearch *self) {
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(self->entry));
    g_autoptr(GError) error = NULL;
    const FaltungOperation *operation = row != NULL ? entry_of(row)->operation : NULL;
    g_autofree char *item =
        operation != NULL && *typed != '\0' ? item_of(self, operation, &error) : NULL;
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
    FaltungSearch *self = data;
    int score = entry_of(row)->score;
    return score > BY_LETTERS || (score > 0 && self->best == BY_LETTERS);
}

/* In their groups; what is typed brings the better ones first. */
static int compare(GtkListBoxRow *a, GtkListBoxRow *b, gpointer data) {
    const Entry *one = entry_of(a), *other = entry_of(b);
    int better = FALTUNG_SEARCH(data)->typed ? other->score - one->score : 0;
    return better != 0 ? better : (int)one->place - (int)other->place;
}

/* The first is the one that Enter takes. */
static void on_changed(FaltungSearch *self) {
    self->typed = *gtk_editable_get_text(GTK_EDITABLE(self->entry)) != '\0';
    self->best = match_all(self);
    gtk_list_box_invalidate_sort(GTK_LIST_BOX(self->list));
    gtk_list_box_invalidate_filter(GTK_LIST_BOX(self->list));
    gtk_list_box_invalidate_headers(GTK_LIST_BOX(self->list));
    GtkListBoxRow *first = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->list), 0);
    gboolean any = self->typed && self->best > 0;
    gtk_list_box_select_row(GTK_LIST_BOX(self->list), any ? first : NULL);
    show_preview(self);
}

static void on_row(FaltungSearch *self, GtkListBoxRow *row) {
    const Entry *entry = entry_of(row);
    if (entry->operation == NULL) {
        g_autofree char *target = g_strdup(entry->target); /* who hears of it may clear the list */
        g_signal_emit(self, signals[SIGNAL_FOUND], 0, target);
        return;
    }
    g_autofree char *item = item_of(self, entry->operation, NULL);
    if (item != NULL) {
        gboolean typing =
            (gtk_widget_get_state_flags(self->entry) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;
        gtk_editable_set_text(GTK_EDITABLE(self->entry), "");
        g_signal_emit(self, signals[SIGNAL_CHOSEN], 0, item, typing);
    }
}

static void on_enter(FaltungSearch *self) {
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    if (row != NULL) {
        on_row(self, row);
    }
}

/* Which the entry takes for itself. */
static void on_escape(FaltungSearch *self) {
    GtkWidget *popover = gtk_widget_get_ancestor(GTK_WIDGET(self), GTK_TYPE_POPOVER);
    if (popover != NULL) {
        gtk_popover_popdown(GTK_POPOVER(popover));
    }
}

static gboolean on_key(GtkEventControllerKey *key, guint keyval, guint code, GdkModifierType state,
                       FaltungSearch *self) {
    if (keyval != GDK_KEY_Down) {
        return FALSE;
    }
    GtkListBoxRow *row = gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    gtk_widget_grab_focus(row != NULL ? GTK_WIDGET(row) : self->list);
    return TRUE;
}

/* F1: the page on the chosen operation. */
static gboolean explain(GtkWidget *widget, GVariant *parameter, gpointer data) {
    FaltungSearch *self = FALTUNG_SEARCH(widget);
    GtkWidget *focus = gtk_widget_get_focus_child(self->list);
    GtkListBoxRow *row = GTK_IS_LIST_BOX_ROW(focus)
                             ? GTK_LIST_BOX_ROW(focus)
                             : gtk_list_box_get_selected_row(GTK_LIST_BOX(self->list));
    const FaltungOperation *operation = row != NULL ? entry_of(row)->operation : NULL;
    return operation != NULL &&
           gtk_widget_activate_action(widget, "win.explain", "s", operation->kind.name);
}

static void add_header(GtkListBoxRow *row, GtkListBoxRow *before, gpointer data) {
    const char *group = entry_of(row)->group;
    if (group == NULL || FALTUNG_SEARCH(data)->typed ||
        (before != NULL && entry_of(before)->group == group)) {
        gtk_list_box_row_set_header(row, NULL);
        return;
    }
    GtkWidget *label = gtk_label_new(group);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, "heading");
    gtk_widget_set_margin_start(label, 8);
    gtk_widget_set_margin_top(label, 10);
    gtk_widget_set_margin_bottom(label, 2);
    gtk_list_box_row_set_header(row, label);
}

/* A row can be dragged: what it carries is the layer's text, which is good anywhere. */
static GdkContentProvider *on_prepare(GtkDragSource *source, double x, double y,
                                      FaltungSearch *self) {
    GtkWidget *row = gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(source));
    g_autofree char *item = item_of(self, entry_of(GTK_LIST_BOX_ROW(row))->operation, NULL);
    return item != NULL ? gdk_content_provider_new_typed(G_TYPE_STRING, item) : NULL;
}

static void add_drag_source(FaltungSearch *self, GtkWidget *row) {
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

/* Returns: (transfer none): the row of @entry ((transfer full)), which is added. */
static GtkWidget *add_row(FaltungSearch *self, Entry *entry, const char *detail) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(box), line(entry->title, NULL));
    GtkWidget *summary = line(detail, "dim-label");
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
    faltung_set_accessible_label(row, entry->title);
    entry->place = self->entries->len;
    entry->score = BY_LETTERS + 1; /* nothing is typed yet */
    g_object_set_data(G_OBJECT(row), "entry", entry);
    g_ptr_array_add(self->entries, entry);
    gtk_list_box_append(GTK_LIST_BOX(self->list), row);
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

void faltung_search_ask(FaltungSearch *self, const char *question) {
    g_object_set(self->entry, "placeholder-text", question, NULL);
}

void faltung_search_add_operations(FaltungSearch *self) {
    g_autoptr(GPtrArray) operations = g_ptr_array_new();
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind != NULL; kind++) {
        g_ptr_array_add(operations, (gpointer)*kind);
    }
    g_ptr_array_sort(operations, by_group);
    for (guint i = 0; i < operations->len; i++) {
        const FaltungOperation *operation = operations->pdata[i];
        Entry *entry = g_new0(Entry, 1);
        *entry = (Entry){.operation = operation,
                         .group = _(faltung_group_title(operation->group)),
                         .title = g_strdup(_(operation->kind.title))};
        g_autofree char *summary = faltung_sentence(_(operation->kind.summary));
        add_drag_source(self, add_row(self, entry, summary));
    }
    gtk_widget_set_visible(self->preview, TRUE);
    gtk_widget_set_visible(self->help, TRUE);
    faltung_search_ask(self, _("Insert a layer…"));
    faltung_set_accessible_label(self->entry, _("Operation"));
}

void faltung_search_add(FaltungSearch *self, const char *group, const char *title,
                        const char *detail, const char *target) {
    Entry *entry = g_new0(Entry, 1);
    *entry = (Entry){.group = group, .title = g_strdup(title), .target = g_strdup(target)};
    add_row(self, entry, detail);
}

void faltung_search_clear(FaltungSearch *self) {
    GtkListBoxRow *row;
    while ((row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->list), 0)) != NULL) {
        gtk_list_box_remove(GTK_LIST_BOX(self->list), GTK_WIDGET(row));
    }
    g_ptr_array_set_size(self->entries, 0);
}

void faltung_search_set_fits(FaltungSearch *self, FaltungSearchFits fits, gpointer data) {
    self->fits = fits;
    self->fits_data = data;
}

GtkWidget *faltung_search_row(FaltungSearch *self, int index, const char **name) {
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->list), index);
    const Entry *entry = row != NULL ? entry_of(row) : NULL;
    *name = entry == NULL              ? NULL
            : entry->operation != NULL ? entry->operation->kind.name
                                       : entry->target;
    return GTK_WIDGET(row);
}

void faltung_search_begin(FaltungSearch *self) {
    gtk_editable_set_text(GTK_EDITABLE(self->entry), "");
    on_changed(self);
    gtk_widget_grab_focus(self->entry);
}

static void faltung_search_finalize(GObject *object) {
    g_ptr_array_unref(FALTUNG_SEARCH(object)->entries);
    G_OBJECT_CLASS(faltung_search_parent_class)->finalize(object);
}

static void faltung_search_class_init(FaltungSearchClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_search_finalize;
    gtk_widget_class_add_binding(GTK_WIDGET_CLASS(klass), GDK_KEY_F1, 0, explain, NULL);
    signals[SIGNAL_CHOSEN] =
        g_signal_new("chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
    signals[SIGNAL_FOUND] = g_signal_new("found", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void faltung_search_init(FaltungSearch *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(self), 6);
    self->entries = g_ptr_array_new_with_free_func(entry_free);
    self->entry = gtk_search_entry_new();
    faltung_set_accessible_label(self->entry, _("Search"));
    gtk_widget_set_hexpand(self->entry, TRUE);
    self->help =
        faltung_icon_button("help-about-symbolic", _("Help on the chosen operation (F1)"), NULL);
    g_signal_connect_swapped(self->help, "clicked", G_CALLBACK(explain), self);
    gtk_widget_set_visible(self->help, FALSE);
    GtkWidget *top = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 2);
    gtk_box_append(GTK_BOX(top), self->entry);
    gtk_box_append(GTK_BOX(top), self->help);
    gtk_box_append(GTK_BOX(self), top);
    self->preview = line("", "caption");
    gtk_widget_set_visible(self->preview, FALSE);
    gtk_widget_add_css_class(self->preview, "dim-label");
    gtk_label_set_wrap(GTK_LABEL(self->preview), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(self->preview), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_lines(GTK_LABEL(self->preview), 3);
    gtk_widget_set_margin_start(self->preview, 8);
    gtk_widget_set_margin_end(self->preview, 8);
    gtk_box_append(GTK_BOX(self), self->preview);
    self->list = gtk_list_box_new();
    gtk_widget_add_css_class(self->list, "samples");
    gtk_list_box_set_header_func(GTK_LIST_BOX(self->list), add_header, self, NULL);
    gtk_list_box_set_filter_func(GTK_LIST_BOX(self->list), is_shown, self, NULL);
    gtk_list_box_set_sort_func(GTK_LIST_BOX(self->list), compare, self, NULL);
    GtkWidget *nothing = gtk_label_new(_("Nothing is called that"));
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
    g_signal_connect_swapped(self->entry, "stop-search", G_CALLBACK(on_escape), self);
    g_signal_connect_swapped(self->entry, "activate", G_CALLBACK(on_enter), self);
    g_signal_connect_swapped(self->list, "row-activated", G_CALLBACK(on_row), self);
    GtkEventController *key = gtk_event_controller_key_new();
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(self->entry, key);
}
