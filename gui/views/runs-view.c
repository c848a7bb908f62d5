/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/sparkline.h"
#include "gui/style.h"
#include "gui/training/run-info.h"
#include "gui/views/scene-runs.h"
#include "gui/views/view.h"

#include <glib/gi18n.h>
#include <math.h>

/* The runs of the folder that this experiment's runs go to: a click opens one, a click on a
   column's head sorts. While the page is seen it follows what other processes write. */

typedef struct {
    FaltungRunList *list;
    GtkStack *pages;
    GtkWidget *none; /* says why there is no list */
    GtkSingleSelection *selection;
} Runs;

/* --- a cell --- */

typedef enum { TEXT_NAME, TEXT_STATE, TEXT_EPOCH, TEXT_ACCURACY, TEXT_LOSS, CURVE } What;

static const struct {
    const char *title;
    What what;
} columns[] = {
    {N_("Run"), TEXT_NAME},       {N_("State"), TEXT_STATE},
    {N_("Epoch"), TEXT_EPOCH},    {N_("Best accuracy"), TEXT_ACCURACY},
    {N_("Best loss"), TEXT_LOSS}, {N_("Loss"), CURVE},
};

static char *cell_text(const FaltungRunItem *item, What what) {
    switch (what) {
    case TEXT_NAME:
        return g_strdup(item->name);
    case TEXT_STATE:
        return item->touched > 0
                   ? g_strdup_printf(_("%s, touched"), faltung_status_text(item->status))
                   : g_strdup(faltung_status_text(item->status));
    case TEXT_EPOCH:
        return g_strdup_printf("%d", item->epoch);
    case TEXT_ACCURACY:
        return isnan(item->accuracy) ? g_strdup("–")
                                     : g_strdup_printf("%.2f %%", 100 * item->accuracy);
    default:
        return isnan(item->loss) ? g_strdup("–") : g_strdup_printf("%.4g", item->loss);
    }
}

static void show_item(FaltungRunItem *item, GParamSpec *spec, GtkListItem *cell) {
    What what = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(cell), "what"));
    GtkWidget *widget = gtk_list_item_get_child(cell);
    if (what == CURVE) {
        faltung_sparkline_show(FALTUNG_SPARKLINE(widget), item->losses, item->n_losses);
        return;
    }
    g_autofree char *text = cell_text(item, what);
    gtk_label_set_text(GTK_LABEL(widget), text);
    if (what == TEXT_NAME) {
        gtk_widget_set_tooltip_text(widget, item->path);
    }
    if (what == TEXT_STATE) {
        gboolean running = g_str_equal(item->status, "running");
        gboolean wrong =
            g_str_equal(item->status, "failed") || g_str_equal(item->status, "damaged");
        const char *css[] = {running ? "accent" : wrong ? "error" : "dim-label", NULL};
        gtk_widget_set_css_classes(widget, css);
    }
}

static void on_setup(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer data) {
    What what = GPOINTER_TO_UINT(data);
    GtkWidget *widget = what == CURVE ? faltung_sparkline_new() : gtk_label_new("");
    if (what != CURVE) {
        gtk_label_set_xalign(GTK_LABEL(widget), what <= TEXT_STATE ? 0 : 1);
        gtk_label_set_ellipsize(GTK_LABEL(widget),
                                what == TEXT_NAME ? PANGO_ELLIPSIZE_START : PANGO_ELLIPSIZE_NONE);
        gtk_label_set_width_chars(GTK_LABEL(widget), what == TEXT_NAME ? 16 : -1);
        gtk_widget_add_css_class(widget, "numeric");
    }
    g_object_set_data(G_OBJECT(cell), "what", data);
    gtk_list_item_set_child(cell, widget);
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer data) {
    FaltungRunItem *item = gtk_list_item_get_item(cell);
    g_signal_connect_object(item, "notify::revision", G_CALLBACK(show_item), cell, 0);
    show_item(item, NULL, cell);
}

static void on_unbind(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer data) {
    g_signal_handlers_disconnect_by_data(gtk_list_item_get_item(cell), cell);
}

/* --- the order --- */

/* What is not there comes last where the smallest comes first. */
static int compare_numbers(double a, double b) {
    if (isnan(a) || isnan(b)) {
        return isnan(a) - isnan(b);
    }
    return (a > b) - (a < b);
}

static int compare(gconstpointer a, gconstpointer b, gpointer data) {
    const FaltungRunItem *left = a, *right = b;
    switch ((What)GPOINTER_TO_UINT(data)) {
    case TEXT_NAME: {
        g_autofree char *left_key = g_utf8_collate_key_for_filename(left->name, -1);
        g_autofree char *right_key = g_utf8_collate_key_for_filename(right->name, -1);
        return g_strcmp0(left_key, right_key);
    }
    case TEXT_STATE:
        return g_strcmp0(left->status, right->status);
    case TEXT_EPOCH:
        return compare_numbers(left->epoch, right->epoch);
    case TEXT_ACCURACY:
        return compare_numbers(-left->accuracy, -right->accuracy); /* the best first */
    default:
        return compare_numbers(left->loss, right->loss);
    }
}

static GtkColumnViewColumn *add_column(GtkColumnView *view, const char *title, What what) {
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "setup", G_CALLBACK(on_setup), GUINT_TO_POINTER(what));
    g_signal_connect(factory, "bind", G_CALLBACK(on_bind), NULL);
    g_signal_connect(factory, "unbind", G_CALLBACK(on_unbind), NULL);
    GtkColumnViewColumn *column = gtk_column_view_column_new(title, factory);
    if (what != CURVE) {
        g_autoptr(GtkSorter) sorter =
            GTK_SORTER(gtk_custom_sorter_new(compare, GUINT_TO_POINTER(what), NULL));
        gtk_column_view_column_set_sorter(column, sorter);
    }
    gtk_column_view_column_set_expand(column, what == TEXT_NAME);
    gtk_column_view_append_column(view, column);
    g_object_unref(column); /* the view has it */
    return column;
}

static void on_activate(GtkColumnView *view, guint position, Runs *self) {
    g_autoptr(FaltungRunItem) item =
        g_list_model_get_item(G_LIST_MODEL(gtk_column_view_get_model(view)), position);
    gtk_widget_activate_action(GTK_WIDGET(view), "win.open-run", "s", item->path);
}

/* --- the view --- */

static void on_items(Runs *self) {
    gtk_label_set_text(GTK_LABEL(self->none),
                       faltung_run_list_looked(self->list)
                           ? _("There are no runs yet. A training leaves one, a sweep many.")
                           : _("The runs are being read."));
    gboolean any = g_list_model_get_n_items(G_LIST_MODEL(self->list)) > 0;
    gtk_stack_set_visible_child_name(self->pages, any ? "runs" : "none");
}

static void runs_free(gpointer data) {
    Runs *self = data;
    g_signal_handlers_disconnect_by_data(self->list, self);
    g_object_unref(self->list);
    g_free(self);
}

static GtkWidget *build_table(Runs *self) {
    GtkColumnView *view = GTK_COLUMN_VIEW(gtk_column_view_new(NULL));
    GtkColumnViewColumn *name = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
        GtkColumnViewColumn *column = add_column(view, _(columns[i].title), columns[i].what);
        name = i == 0 ? column : name;
    }
    GtkSortListModel *sorted = gtk_sort_list_model_new(
        G_LIST_MODEL(g_object_ref(self->list)), g_object_ref(gtk_column_view_get_sorter(view)));
    self->selection = gtk_single_selection_new(G_LIST_MODEL(sorted));
    gtk_single_selection_set_autoselect(self->selection, FALSE);
    gtk_single_selection_set_can_unselect(self->selection, TRUE);
    gtk_column_view_set_model(view, GTK_SELECTION_MODEL(self->selection));
    g_object_unref(self->selection); /* the view has it */
    gtk_column_view_sort_by_column(view, name, GTK_SORT_ASCENDING);
    gtk_column_view_set_single_click_activate(view, TRUE);
    gtk_widget_add_css_class(GTK_WIDGET(view), "data-table");
    faltung_set_accessible_label(GTK_WIDGET(view), _("Runs"));
    g_signal_connect(view, "activate", G_CALLBACK(on_activate), self);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), GTK_WIDGET(view));
    return scrolled;
}

static GtkWidget *create(FaltungScene *scene) {
    Runs *self = g_new0(Runs, 1);
    self->pages = GTK_STACK(gtk_stack_new());
    self->list = g_object_ref(faltung_scene_runs(scene, GTK_WIDGET(self->pages)));
    self->none = gtk_label_new("");
    gtk_label_set_wrap(GTK_LABEL(self->none), TRUE);
    gtk_widget_add_css_class(self->none, "dim-label");
    gtk_stack_add_named(self->pages, self->none, "none");
    gtk_stack_add_named(self->pages, build_table(self), "runs");
    GtkWidget *view = GTK_WIDGET(self->pages);
    g_object_set_data_full(G_OBJECT(view), "runs", self, runs_free);
    g_signal_connect_swapped(self->list, "items-changed", G_CALLBACK(on_items), self);
    g_signal_connect_swapped(self->list, "looked", G_CALLBACK(on_items), self);
    on_items(self);
    return view;
}

const FaltungView faltung_view_runs = {.title = N_("Runs"), .create = create};
