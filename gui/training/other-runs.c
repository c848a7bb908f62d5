/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/other-runs.h"

#include "gui/style.h"
#include "gui/views/scene-runs.h"

#include <glib/gi18n.h>
#include <string.h>

#define AGAIN_SECONDS 3
#define LIST_WIDTH 320
#define LIST_HEIGHT 300

/* One that was chosen. */
typedef struct {
    char *path;
    FaltungRunInfo *info; /* NULL: not read yet */
} Other;

struct _FaltungOtherRuns {
    AdwBin parent;
    FaltungRunList *list;
    GListModel *others; /* of the list, without the run that is shown */
    GtkFilter *filter;
    GtkWidget *none;
    char *own;          /* NULL */
    GPtrArray *chosen;  /* (element-type Other) */
    GCancellable *gone; /* at the end: what is read after it is dropped */
    guint timer;
};

G_DEFINE_FINAL_TYPE(FaltungOtherRuns, faltung_other_runs, ADW_TYPE_BIN)

static guint changed_signal;

static void other_free(gpointer data) {
    Other *other = data;
    g_free(other->path);
    g_clear_pointer(&other->info, faltung_run_info_unref);
    g_free(other);
}

/* Returns: (nullable): that was chosen. */
static Other *find(FaltungOtherRuns *self, const char *path) {
    for (guint i = 0; i < self->chosen->len; i++) {
        Other *other = self->chosen->pdata[i];
        if (strcmp(other->path, path) == 0) {
            return other;
        }
    }
    return NULL;
}

static void tell(FaltungOtherRuns *self) {
    g_signal_emit(self, changed_signal, 0);
}

/* --- reading --- */

static void read_run(GTask *task, gpointer source, gpointer path, GCancellable *gone) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungRun) run = faltung_run_open(path, &error);
    if (run == NULL) {
        g_task_return_error(task, g_steal_pointer(&error));
    } else {
        g_task_return_pointer(task, faltung_run_info_new(run, TRUE),
                              (GDestroyNotify)faltung_run_info_unref);
    }
}

static void on_read(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungOtherRuns *self = FALTUNG_OTHER_RUNS(source);
    g_autoptr(FaltungRunInfo) info = g_task_propagate_pointer(G_TASK(result), NULL);
    Other *other = info != NULL ? find(self, info->path) : NULL;
    if (other != NULL) { /* while it cannot be read, what is known of it stays */
        g_clear_pointer(&other->info, faltung_run_info_unref);
        other->info = g_steal_pointer(&info);
        tell(self);
    }
}

static void begin_reading(FaltungOtherRuns *self, const char *path) {
    g_autoptr(GTask) task = g_task_new(self, self->gone, on_read, NULL);
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, read_run);
}

/* Those that are still written. */
static gboolean read_again(gpointer data) {
    FaltungOtherRuns *self = data;
    for (guint i = 0; i < self->chosen->len; i++) {
        const Other *other = self->chosen->pdata[i];
        if (other->info != NULL && strcmp(other->info->status, "running") == 0) {
            begin_reading(self, other->path);
        }
    }
    return G_SOURCE_CONTINUE;
}

static void on_map(FaltungOtherRuns *self) {
    if (self->timer == 0) {
        self->timer = g_timeout_add_seconds(AGAIN_SECONDS, read_again, self);
    }
}

static void on_unmap(FaltungOtherRuns *self) {
    g_clear_handle_id(&self->timer, g_source_remove);
}

/* --- the list --- */

static void choose(FaltungOtherRuns *self, const char *path, gboolean wanted) {
    Other *other = find(self, path);
    if (wanted == (other != NULL)) {
        return;
    }
    if (wanted) {
        other = g_new0(Other, 1);
        other->path = g_strdup(path);
        g_ptr_array_add(self->chosen, other);
        begin_reading(self, path);
    } else {
        g_ptr_array_remove(self->chosen, other);
        tell(self);
    }
}

static void on_toggled(FaltungOtherRuns *self, GtkCheckButton *check) {
    const char *path = g_object_get_data(G_OBJECT(check), "path");
    if (path != NULL) {
        choose(self, path, gtk_check_button_get_active(check));
    }
}

/* By Enter, in the line that has the focus. */
static void on_activate(GtkWidget *view) {
    GtkWidget *line = gtk_root_get_focus(gtk_widget_get_root(view));
    GtkWidget *check = line != NULL ? gtk_widget_get_first_child(line) : NULL;
    if (GTK_IS_CHECK_BUTTON(check)) {
        gtk_check_button_set_active(GTK_CHECK_BUTTON(check),
                                    !gtk_check_button_get_active(GTK_CHECK_BUTTON(check)));
    }
}

static void on_setup(GtkSignalListItemFactory *factory, GtkListItem *cell, FaltungOtherRuns *self) {
    GtkWidget *check = gtk_check_button_new();
    GtkWidget *name = gtk_label_new("");
    gtk_label_set_ellipsize(GTK_LABEL(name), PANGO_ELLIPSIZE_START);
    gtk_label_set_xalign(GTK_LABEL(name), 0);
    gtk_check_button_set_child(GTK_CHECK_BUTTON(check), name);
    g_signal_connect_swapped(check, "toggled", G_CALLBACK(on_toggled), self);
    gtk_list_item_set_child(cell, check);
    gtk_list_item_set_selectable(cell, FALSE);
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *cell, FaltungOtherRuns *self) {
    FaltungRunItem *item = gtk_list_item_get_item(cell);
    GtkWidget *check = gtk_list_item_get_child(cell);
    g_object_set_data_full(G_OBJECT(check), "path", g_strdup(item->path), g_free);
    gtk_label_set_text(GTK_LABEL(gtk_check_button_get_child(GTK_CHECK_BUTTON(check))), item->name);
    faltung_set_accessible_label(check, item->name);
    gtk_check_button_set_active(GTK_CHECK_BUTTON(check), find(self, item->path) != NULL);
}

static gboolean is_other(gpointer data, gpointer user) {
    const FaltungRunItem *item = data;
    const FaltungOtherRuns *self = user;
    return g_strcmp0(item->path, self->own) != 0 && strcmp(item->status, "damaged") != 0;
}

static int by_age(gconstpointer a, gconstpointer b, gpointer data) {
    return -strcmp(((const FaltungRunItem *)a)->created, ((const FaltungRunItem *)b)->created);
}

static gboolean is_there(GListModel *runs, const char *path) {
    gboolean there = FALSE;
    for (guint i = 0; i < g_list_model_get_n_items(runs) && !there; i++) {
        g_autoptr(FaltungRunItem) item = g_list_model_get_item(runs, i);
        there = strcmp(item->path, path) == 0;
    }
    return there;
}

/* What is not in the folder any more goes. */
static void on_looked(FaltungOtherRuns *self) {
    guint n = self->chosen->len;
    for (guint i = n; i > 0; i--) {
        const Other *other = self->chosen->pdata[i - 1];
        if (!is_there(G_LIST_MODEL(self->list), other->path)) {
            g_ptr_array_remove_index(self->chosen, i - 1);
        }
    }
    if (self->chosen->len < n) {
        tell(self);
    }
}

static void on_others(FaltungOtherRuns *self) {
    gboolean any = g_list_model_get_n_items(self->others) > 0;
    gtk_widget_set_visible(self->none, !any);
    gtk_widget_set_visible(gtk_widget_get_next_sibling(self->none), any);
}

static GtkWidget *build_list(FaltungOtherRuns *self) {
    self->filter = GTK_FILTER(gtk_custom_filter_new(is_other, self, NULL));
    GtkSorter *sorter = GTK_SORTER(gtk_custom_sorter_new(by_age, NULL, NULL));
    GListModel *sorted =
        G_LIST_MODEL(gtk_sort_list_model_new(G_LIST_MODEL(g_object_ref(self->list)), sorter));
    self->others = G_LIST_MODEL(gtk_filter_list_model_new(sorted, self->filter));
    g_signal_connect_swapped(self->others, "items-changed", G_CALLBACK(on_others), self);
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "setup", G_CALLBACK(on_setup), self);
    g_signal_connect(factory, "bind", G_CALLBACK(on_bind), self);
    GtkSelectionModel *model =
        GTK_SELECTION_MODEL(gtk_no_selection_new(g_object_ref(self->others)));
    GtkWidget *view = gtk_list_view_new(model, factory);
    g_signal_connect(view, "activate", G_CALLBACK(on_activate), NULL);
    faltung_set_accessible_label(view, _("Other runs"));
    return faltung_scroll_above(view, LIST_HEIGHT);
}

/* --- the type --- */

static void faltung_other_runs_dispose(GObject *object) {
    FaltungOtherRuns *self = FALTUNG_OTHER_RUNS(object);
    g_cancellable_cancel(self->gone);
    on_unmap(self);
    if (self->list != NULL) {
        g_signal_handlers_disconnect_by_data(self->list, self);
        g_signal_handlers_disconnect_by_data(self->others, self);
    }
    g_clear_object(&self->list);
    g_clear_object(&self->others);
    G_OBJECT_CLASS(faltung_other_runs_parent_class)->dispose(object);
}

static void faltung_other_runs_finalize(GObject *object) {
    FaltungOtherRuns *self = FALTUNG_OTHER_RUNS(object);
    g_object_unref(self->gone);
    g_ptr_array_unref(self->chosen);
    g_free(self->own);
    G_OBJECT_CLASS(faltung_other_runs_parent_class)->finalize(object);
}

static void faltung_other_runs_class_init(FaltungOtherRunsClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_other_runs_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_other_runs_finalize;
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void faltung_other_runs_init(FaltungOtherRuns *self) {
    self->chosen = g_ptr_array_new_with_free_func(other_free);
    self->gone = g_cancellable_new();
    g_signal_connect(self, "map", G_CALLBACK(on_map), NULL);
    g_signal_connect(self, "unmap", G_CALLBACK(on_unmap), NULL);
}

GtkWidget *faltung_other_runs_new(FaltungScene *scene) {
    FaltungOtherRuns *self = g_object_new(FALTUNG_TYPE_OTHER_RUNS, NULL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_size_request(box, LIST_WIDTH, -1);
    self->list = g_object_ref(faltung_scene_runs(scene, box));
    g_signal_connect_swapped(self->list, "looked", G_CALLBACK(on_looked), self);
    self->none = gtk_label_new(_("There are no other runs in this folder."));
    gtk_label_set_wrap(GTK_LABEL(self->none), TRUE);
    gtk_widget_add_css_class(self->none, "dim-label");
    gtk_box_append(GTK_BOX(box), self->none);
    gtk_box_append(GTK_BOX(box), build_list(self));
    on_others(self);
    GtkWidget *popover = gtk_popover_new();
    gtk_popover_set_child(GTK_POPOVER(popover), box);
    GtkWidget *button = gtk_menu_button_new();
    gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "view-list-symbolic");
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), popover);
    gtk_widget_set_tooltip_text(button, _("Draw other runs beside this one"));
    gtk_widget_add_css_class(button, "flat");
    faltung_set_accessible_label(button, _("Draw other runs beside this one"));
    adw_bin_set_child(ADW_BIN(self), button);
    return GTK_WIDGET(self);
}

void faltung_other_runs_set_own(FaltungOtherRuns *self, const char *path) {
    if (g_strcmp0(path, self->own) == 0) {
        return;
    }
    g_free(self->own);
    self->own = g_strdup(path);
    gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
    Other *other = path != NULL ? find(self, path) : NULL;
    if (other != NULL) {
        g_ptr_array_remove(self->chosen, other);
    }
}

void faltung_other_runs_clear(FaltungOtherRuns *self) {
    g_ptr_array_set_size(self->chosen, 0);
    tell(self);
}

GPtrArray *faltung_other_runs_shown(FaltungOtherRuns *self) {
    GPtrArray *shown = g_ptr_array_new();
    for (guint i = 0; i < self->chosen->len; i++) {
        const Other *other = self->chosen->pdata[i];
        if (other->info != NULL) {
            g_ptr_array_add(shown, other->info);
        }
    }
    return shown;
}
