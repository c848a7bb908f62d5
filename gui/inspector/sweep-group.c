/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/sweep-group.h"

#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungSweepGroup {
    GtkBox parent;
    AdwPreferencesGroup *group; /* of the rows below; NULL */
    GPtrArray *axes;            /* (element-type AdwEntryRow) */
    GtkWidget *seeds, *parameters, *runs;
    FaltungDocument *document;
    char *signature; /* which rows there are */
    gboolean quiet;
};

G_DEFINE_FINAL_TYPE(FaltungSweepGroup, faltung_sweep_group, GTK_TYPE_BOX)

/* What was marked last of a document: where the next values are typed. */
#define MARKED "faltung-sweep-marked"

/* --- edits --- */

static const FaltungSweepAxis *find_axis(const FaltungExperiment *experiment, const char *path) {
    const FaltungSweep *sweep = experiment->sweep;
    for (guint i = 0; sweep != NULL && i < sweep->grid->len; i++) {
        const FaltungSweepAxis *axis = sweep->grid->pdata[i];
        if (strcmp(axis->path, path) == 0) {
            return axis;
        }
    }
    return NULL;
}

gboolean faltung_sweep_mark(FaltungDocument *document, const char *path, GError **error) {
    const FaltungExperiment *experiment = faltung_document_experiment(document);
    if (find_axis(experiment, path) != NULL) {
        return TRUE;
    }
    g_autofree char *resolved = faltung_experiment_resolve(experiment);
    g_autofree char *value = faltung_yaml_lookup(resolved, path, error);
    if (value == NULL) {
        return FALSE;
    }
    g_autofree char *axis = g_strdup_printf("sweep.grid.%s", path);
    g_autofree char *list = g_strdup_printf("[%s]", value);
    g_object_set_data_full(G_OBJECT(document), MARKED, g_strdup(path), g_free);
    return faltung_document_set(document, axis, list, error);
}

gboolean faltung_sweep_unmark(FaltungDocument *document, const char *path, GError **error) {
    const FaltungSweep *sweep = faltung_document_experiment(document)->sweep;
    gboolean last = sweep != NULL && sweep->grid->len == 1;
    gboolean all = last && sweep->variants->len == 0 && sweep->seeds == 1;
    g_autofree char *axis = g_strdup_printf("sweep.grid.%s", path);
    return faltung_document_unset(document, all ? "sweep" : last ? "sweep.grid" : axis, error);
}

int faltung_sweep_n_runs(const FaltungExperiment *experiment) {
    g_autoptr(GPtrArray) points = faltung_sweep_points(experiment->sweep);
    return (int)points->len * (experiment->sweep != NULL ? experiment->sweep->seeds : 1);
}

static void show_problem(GtkWidget *row, const GError *error) {
    if (error != NULL) {
        gtk_widget_add_css_class(row, "error");
    } else {
        gtk_widget_remove_css_class(row, "error");
    }
    gtk_widget_set_tooltip_text(row, error != NULL ? error->message : NULL);
}

static const char *path_of(GtkWidget *row) {
    return g_object_get_data(G_OBJECT(row), "path");
}

static void on_values(FaltungSweepGroup *self, GtkWidget *row) {
    g_autofree char *axis = g_strdup_printf("sweep.grid.%s", path_of(row));
    g_autofree char *list = g_strdup_printf("[%s]", gtk_editable_get_text(GTK_EDITABLE(row)));
    g_autoptr(GError) error = NULL;
    g_object_ref(row); /* the edit may replace the rows */
    faltung_document_set(self->document, axis, list, &error);
    show_problem(row, error);
    g_object_unref(row);
}

static void on_remove(GtkWidget *button, FaltungSweepGroup *self) {
    GtkWidget *row = gtk_widget_get_ancestor(button, ADW_TYPE_ENTRY_ROW);
    g_autofree char *path = g_strdup(path_of(row));
    g_autoptr(GError) error = NULL;
    if (!faltung_sweep_unmark(self->document, path, &error)) {
        show_problem(row, error);
    }
}

static void on_seeds(FaltungSweepGroup *self) {
    if (self->quiet) {
        return;
    }
    int n = gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(self->seeds));
    g_autofree char *value = g_strdup_printf("%d", n);
    g_autoptr(GError) error = NULL;
    faltung_document_set(self->document, "sweep.seeds", value, &error);
    show_problem(self->seeds, error);
}

static void on_parameter(FaltungSweepGroup *self) {
    GtkStringObject *item = gtk_drop_down_get_selected_item(GTK_DROP_DOWN(self->parameters));
    if (self->quiet || item == NULL ||
        gtk_drop_down_get_selected(GTK_DROP_DOWN(self->parameters)) == 0) {
        return;
    }
    g_autofree char *path = g_strdup(gtk_string_object_get_string(item));
    gtk_widget_activate_action(GTK_WIDGET(self), "win.sweep-over", "s", path);
}

/* --- rows --- */

static void add_axis(FaltungSweepGroup *self, const FaltungSweepAxis *axis) {
    GtkWidget *row = adw_entry_row_new();
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), axis->path);
    adw_entry_row_set_show_apply_button(ADW_ENTRY_ROW(row), TRUE);
    g_object_set_data_full(G_OBJECT(row), "path", g_strdup(axis->path), g_free);
    g_signal_connect_swapped(row, "apply", G_CALLBACK(on_values), self);
    GtkWidget *remove = faltung_icon_button("edit-clear-symbolic", _("One value again"), NULL);
    gtk_widget_set_valign(remove, GTK_ALIGN_CENTER);
    g_signal_connect(remove, "clicked", G_CALLBACK(on_remove), self);
    adw_entry_row_add_suffix(ADW_ENTRY_ROW(row), remove);
    adw_preferences_group_add(self->group, row);
    g_ptr_array_add(self->axes, row);
}

static GtkWidget *add_row(FaltungSweepGroup *self, const char *title, const char *subtitle,
                          GtkWidget *editor) {
    GtkWidget *row = adw_action_row_new();
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), subtitle);
    gtk_widget_set_valign(editor, GTK_ALIGN_CENTER);
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), editor);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), editor);
    adw_preferences_group_add(self->group, row);
    return row;
}

static GtkWidget *parameters_new(const FaltungExperiment *experiment) {
    g_auto(GStrv) paths = faltung_experiment_paths(experiment);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (gpointer)_("Add…"));
    for (int i = 0; paths[i] != NULL; i++) {
        if (find_axis(experiment, paths[i]) == NULL) {
            g_ptr_array_add(words, paths[i]);
        }
    }
    g_ptr_array_add(words, NULL);
    GtkWidget *list = gtk_drop_down_new_from_strings((const char *const *)words->pdata);
    g_autoptr(GtkExpression) expression =
        gtk_property_expression_new(GTK_TYPE_STRING_OBJECT, NULL, "string");
    gtk_drop_down_set_expression(GTK_DROP_DOWN(list), expression);
    gtk_drop_down_set_enable_search(GTK_DROP_DOWN(list), TRUE);
    return list;
}

static GtkWidget *run_button_new(void) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *run = gtk_button_new_with_label(_("Run Sweep"));
    gtk_actionable_set_action_name(GTK_ACTIONABLE(run), "win.run-sweep");
    GtkWidget *stop =
        faltung_icon_button("media-playback-stop-symbolic", _("Stop the sweep"), "win.stop-sweep");
    gtk_box_append(GTK_BOX(box), run);
    gtk_box_append(GTK_BOX(box), stop);
    return box;
}

static void rebuild(FaltungSweepGroup *self, const FaltungExperiment *experiment) {
    if (self->group != NULL) {
        gtk_box_remove(GTK_BOX(self), GTK_WIDGET(self->group));
    }
    g_ptr_array_set_size(self->axes, 0);
    self->group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    adw_preferences_group_set_title(self->group, _("Sweep"));
    adw_preferences_group_set_description(
        self->group, _("A run for every combination of the values, separated by commas"));
    for (guint i = 0; experiment->sweep != NULL && i < experiment->sweep->grid->len; i++) {
        add_axis(self, experiment->sweep->grid->pdata[i]);
    }
    self->parameters = parameters_new(experiment);
    g_signal_connect_swapped(self->parameters, "notify::selected", G_CALLBACK(on_parameter), self);
    add_row(self, _("Parameter"), _("one more that takes several values"), self->parameters);
    self->seeds = gtk_spin_button_new_with_range(1, 1000, 1);
    g_signal_connect_swapped(self->seeds, "value-changed", G_CALLBACK(on_seeds), self);
    add_row(self, _("Seeds"), _("runs of each combination"), self->seeds);
    self->runs = add_row(self, "", _("each a process of its own"), run_button_new());
    gtk_box_append(GTK_BOX(self), GTK_WIDGET(self->group));
}

/* What the rows are made from: the parameters of the network and those of the grid. */
static char *sign(FaltungDocument *document) {
    const FaltungExperiment *experiment = faltung_document_experiment(document);
    g_auto(GStrv) paths = faltung_experiment_paths(experiment);
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%p", (void *)document);
    for (int i = 0; paths[i] != NULL; i++) {
        g_string_append_printf(text, "%s%s", paths[i],
                               find_axis(experiment, paths[i]) != NULL ? "*;" : ";");
    }
    return g_string_free(text, FALSE);
}

static void show_values(FaltungSweepGroup *self, const FaltungExperiment *experiment) {
    const FaltungSweep *sweep = experiment->sweep;
    self->quiet = TRUE;
    for (guint i = 0; i < self->axes->len; i++) {
        const FaltungSweepAxis *axis = sweep->grid->pdata[i];
        g_autofree char *values = g_strjoinv(", ", axis->values);
        if (strcmp(gtk_editable_get_text(self->axes->pdata[i]), values) != 0) {
            gtk_editable_set_text(self->axes->pdata[i], values);
        }
        show_problem(self->axes->pdata[i], NULL);
    }
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->seeds), sweep != NULL ? sweep->seeds : 1);
    int n = faltung_sweep_n_runs(experiment);
    g_autofree char *title = g_strdup_printf(ngettext("%d run", "%d runs", n), n);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self->runs), title);
    self->quiet = FALSE;
}

static gboolean focus(gpointer data) {
    if (gtk_widget_get_mapped(data)) {
        gtk_widget_grab_focus(data);
    }
    return G_SOURCE_REMOVE;
}

static void focus_marked(FaltungSweepGroup *self) {
    g_autofree char *marked = g_object_steal_data(G_OBJECT(self->document), MARKED);
    for (guint i = 0; marked != NULL && i < self->axes->len; i++) {
        if (strcmp(path_of(self->axes->pdata[i]), marked) == 0) { /* once it has its place */
            g_timeout_add_full(G_PRIORITY_LOW, 50, focus, g_object_ref(self->axes->pdata[i]),
                               g_object_unref);
        }
    }
}

void faltung_sweep_group_show(FaltungSweepGroup *self, FaltungDocument *document) {
    const FaltungExperiment *experiment = faltung_document_experiment(document);
    g_autofree char *signature = sign(document);
    self->document = document;
    if (g_strcmp0(signature, self->signature) != 0) {
        g_free(self->signature);
        self->signature = g_steal_pointer(&signature);
        rebuild(self, experiment);
    }
    show_values(self, experiment);
    focus_marked(self);
}

static void faltung_sweep_group_finalize(GObject *object) {
    FaltungSweepGroup *self = FALTUNG_SWEEP_GROUP(object);
    g_ptr_array_unref(self->axes);
    g_free(self->signature);
    G_OBJECT_CLASS(faltung_sweep_group_parent_class)->finalize(object);
}

static void faltung_sweep_group_class_init(FaltungSweepGroupClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_sweep_group_finalize;
}

static void faltung_sweep_group_init(FaltungSweepGroup *self) {
    self->axes = g_ptr_array_new();
}
