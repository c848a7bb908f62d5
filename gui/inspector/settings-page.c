/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/settings-page.h"

#include "core/config/block.h"
#include "core/config/named.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "data/catalogue.h"
#include "gui/data/data-columns.h"
#include "gui/data/data-summary.h"
#include "gui/inspector/equation-view.h"
#include "gui/inspector/option-row.h"
#include "gui/inspector/schedule-view.h"
#include "gui/inspector/sweep-group.h"
#include "gui/style.h"
#include "gui/training/snapshot.h"
#include "gui/training/threads.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungSettingsPage {
    GtkBox parent;
    GtkWidget *notice;
    GtkWidget *scrolled, *content; /* AdwPreferencesPage is too wide for a side bar */
    FaltungDocument *document;
    int layer, block;
    GString *signature;    /* which rows there are: rebuilt when it changes */
    const char *in_group;  /* whose options are visited; NULL: none's */
    GPtrArray *rows;       /* (element-type FaltungOptionRow), in the order they are visited */
    GPtrArray *of_columns; /* those among them that name a column of the data */
    char **columns;        /* of the data; NULL: not known */
    char *columns_of;      /* which data that is */
    GCancellable *reading; /* the columns; NULL: they are read */
    guint visited;
    gboolean building;
    AdwPreferencesGroup *group;
    GtkWidget *summary;                    /* of the data; NULL: of a layer */
    FaltungDataset *training, *validation; /* NULL: not read */
    GtkWidget *schedule, *sweep; /* the curve and the sweep of the training; NULL: of a layer */
};

G_DEFINE_FINAL_TYPE(FaltungSettingsPage, faltung_settings_page, GTK_TYPE_BOX)

/*
 * The same walk over the specs serves to name the rows (the signature), to build them and to show
 * their values.
 */
typedef enum { WALK_NAMES, WALK_BUILD, WALK_VALUES } Walk;

static void begin_group(FaltungSettingsPage *self, Walk walk, const char *title,
                        const char *description) {
    if (walk == WALK_NAMES) {
        g_string_append_printf(self->signature, "[%s]", title);
    } else if (walk == WALK_BUILD) {
        self->group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
        g_autofree char *markup = g_markup_escape_text(title, -1);
        adw_preferences_group_set_title(self->group, markup);
        if (description != NULL && *description != '\0') {
            g_autofree char *sentence = faltung_sentence(description);
            g_autofree char *text = g_markup_escape_text(sentence, -1);
            adw_preferences_group_set_description(self->group, text);
        }
        gtk_box_append(GTK_BOX(self->content), GTK_WIDGET(self->group));
    }
}

static const char *const *catalogue_names(void) {
    static const char **names;
    if (names == NULL) {
        const FaltungDatasetEntry *const *catalogue = faltung_catalogue();
        int n = 0;
        while (catalogue[n] != NULL) {
            n++;
        }
        names = g_new0(const char *, n + 1);
        for (int i = 0; i < n; i++) {
            names[i] = catalogue[i]->name;
        }
    }
    return names;
}

static gboolean names_a_column(const FaltungKind *kind, const FaltungOptionSpec *spec) {
    static const char *const options[] = {"target", "weights", "input", NULL};
    return kind == &faltung_data_kind && g_strv_contains(options, spec->name);
}

static void add_row(FaltungSettingsPage *self, const char *path, const FaltungKind *kind,
                    const FaltungOptionSpec *spec) {
    gboolean of_catalogue = kind == &faltung_data_kind && strcmp(spec->name, "name") == 0;
    gboolean of_column = names_a_column(kind, spec);
    GtkWidget *row = faltung_option_row_new(self->document, path, self->in_group, spec,
                                            of_catalogue ? catalogue_names()
                                            : of_column  ? (const char *const *)self->columns
                                                         : NULL);
    if (of_column) {
        g_ptr_array_add(self->of_columns, row);
    }
    adw_preferences_group_add(self->group, row);
    g_ptr_array_add(self->rows, row);
}

/* What a loss, an optimizer or a schedule does, as an equation; NULL of others. */
static const char *equation_of(const FaltungOptionSpec *spec, const FaltungKind *kind) {
    return spec->table == faltung_losses       ? ((const FaltungLoss *)kind)->equation
           : spec->table == faltung_optimizers ? ((const FaltungOptimizer *)kind)->equation
           : spec->table == faltung_schedules  ? ((const FaltungSchedule *)kind)->equation
                                               : NULL;
}

/* Below the row of what was chosen. */
static void add_equation(FaltungSettingsPage *self, const FaltungOptionSpec *spec,
                         const FaltungKind *kind) {
    const char *tex = equation_of(spec, kind);
    if (tex != NULL) {
        GtkWidget *row = adw_preferences_row_new(), *view = faltung_equation_view_new(tex);
        gtk_widget_set_margin_top(view, 8);
        gtk_widget_set_margin_bottom(view, 8);
        gtk_widget_set_margin_start(view, 12);
        gtk_widget_set_margin_end(view, 12);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _(kind->title));
        gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), FALSE);
        gtk_widget_set_focusable(row, FALSE);
        gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), view);
        adw_preferences_group_add(self->group, row);
    }
}

/* A layer can be tied to those before it that have weights. */
static void suggest_ties(FaltungSettingsPage *self, FaltungOptionRow *row) {
    const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (int i = 0; i < self->layer; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (faltung_layer_n_parameters(layer) > 0) {
            g_ptr_array_add(names, layer->name);
        }
    }
    g_ptr_array_add(names, NULL);
    faltung_option_row_suggest(row, (const char *const *)names->pdata);
}

/* What a layer's own loss can compare with: the data's target, or each by its name, or the sample.
 */
static void suggest_targets(FaltungSettingsPage *self, FaltungOptionRow *row) {
    const FaltungDataOptions *data = faltung_document_experiment(self->document)->data;
    g_autoptr(GArray) targets = faltung_named_read(data->target);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (char *)FALTUNG_LOSS_OF_DATA);
    g_ptr_array_add(words, (char *)FALTUNG_LOSS_OF_SAMPLE);
    for (guint i = 0; i < targets->len; i++) {
        if (faltung_named_at(targets, i)->name != NULL) {
            g_ptr_array_add(words, faltung_named_at(targets, i)->name);
        }
    }
    g_ptr_array_add(words, NULL);
    faltung_option_row_suggest(row, (const char *const *)words->pdata);
}

/* What belongs to another place that data come from is no help. */
static gboolean applies(const FaltungOptionSpec *spec, const FaltungDataOptions *data) {
    const char *source = faltung_data_source(data);
    return source == NULL || faltung_data_applies(spec->name, source);
}

static void visit_options(FaltungSettingsPage *self, Walk walk, const char *path,
                          const FaltungKind *kind, const void *options);

/* @here: the option's path */
static void visit_at(FaltungSettingsPage *self, Walk walk, const char *here,
                     const FaltungKind *kind, const FaltungOptionSpec *spec, const void *options) {
    if (spec->type == FALTUNG_GROUP) { /* a row for each of its options */
        const char *outer = self->in_group;
        self->in_group = spec->name;
        visit_options(self, walk, here, spec->group, (const char *)options + spec->offset);
        self->in_group = outer;
        return;
    }
    if (walk == WALK_NAMES) {
        g_string_append_printf(self->signature, "%s;", here);
    } else if (walk == WALK_BUILD) {
        add_row(self, here, kind, spec);
    } else {
        FaltungOptionRow *row = g_ptr_array_index(self->rows, self->visited++);
        faltung_option_row_show(row, options);
        if (kind == NULL && strcmp(spec->name, "tied") == 0) {
            suggest_ties(self, row);
        } else if (kind == NULL && strcmp(spec->name, "loss_target") == 0) {
            suggest_targets(self, row);
        }
    }
    if (spec->type == FALTUNG_VARIANT) {
        const FaltungVariant *variant =
            (const FaltungVariant *)((const char *)options + spec->offset);
        if (variant->kind != NULL) {
            if (walk == WALK_NAMES) {
                g_string_append_printf(self->signature, "=%s;", variant->kind->name);
            } else if (walk == WALK_BUILD) {
                add_equation(self, spec, variant->kind);
            }
            g_autofree char *below = g_strdup_printf("%s.%s", here, variant->kind->name);
            visit_options(self, walk, below, variant->kind, variant->options);
        }
    }
}

static void visit_option(FaltungSettingsPage *self, Walk walk, const char *path,
                         const FaltungKind *kind, const FaltungOptionSpec *spec,
                         const void *options) {
    if (kind != &faltung_data_kind || applies(spec, options)) {
        g_autofree char *here = g_strdup_printf("%s.%s", path, spec->name);
        visit_at(self, walk, here, kind, spec, options);
    }
}

static void visit_options(FaltungSettingsPage *self, Walk walk, const char *path,
                          const FaltungKind *kind, const void *options) {
    for (const FaltungOptionSpec *spec = kind->options; spec != NULL && spec->name != NULL;
         spec++) {
        visit_option(self, walk, path, kind, spec, options);
    }
}

/* How it learns, whatever it computes: its weights, and a loss of its own. */
static void visit_learning(FaltungSettingsPage *self, Walk walk, const char *path,
                           const FaltungLayer *layer) {
    gboolean begun = FALSE;
    for (const FaltungOptionSpec *spec = faltung_layer_settings; spec->name != NULL; spec++) {
        if (faltung_layer_setting_applies(spec, layer)) {
            if (!begun) {
                begin_group(self, walk, _("Learning"), NULL);
            }
            begun = TRUE;
            visit_option(self, walk, path, NULL, spec, layer);
        }
    }
}

/* As it is written: what all copies in a block are called. */
static void visit_name(FaltungSettingsPage *self, Walk walk, const char *path, const char *name) {
    g_autofree char *written = faltung_item_name(name);
    FaltungLayer called = {.name = written};
    visit_option(self, walk, path, NULL, &faltung_name_option, &called);
}

static void visit_layer(FaltungSettingsPage *self, Walk walk, const FaltungExperiment *experiment) {
    const FaltungLayer *layer = faltung_graph_layer(experiment->graph, self->layer);
    const FaltungKind *kind = &layer->operation->kind;
    g_autofree char *path = g_strdup_printf("network.%s", layer->path);
    begin_group(self, walk, _(kind->title), _(kind->summary));
    visit_options(self, walk, path, kind, layer->options);
    if (layer->operation->flags & FALTUNG_TAKES_ACTIVATION) {
        visit_option(self, walk, path, NULL, &faltung_activation_option, layer);
    }
    visit_name(self, walk, path, layer->name); /* what it needs comes first */
    visit_learning(self, walk, path, layer);
}

static const FaltungOptionSpec shape_option = {
    .name = "shape",
    .summary = N_("of one sample, as 1 x 28 x 28"),
    .type = FALTUNG_DIMENSIONS,
    .minimum = 1,
    .maximum = 1 << 24,
    .example = "[1]",
};

/* What the network is given: one input without a name, or one of several. */
static void visit_input(FaltungSettingsPage *self, Walk walk, const FaltungExperiment *experiment) {
    const FaltungGraph *graph = experiment->graph;
    begin_group(self, walk, _("Input"), NULL);
    if (walk == WALK_BUILD) {
        adw_preferences_group_set_header_suffix(
            self->group,
            faltung_icon_button("list-add-symbolic", _("Add an input"), "win.add-input"));
    }
    if (self->layer >= 0) {
        const FaltungLayer *layer = faltung_graph_layer(graph, self->layer);
        g_autofree char *path = g_strconcat("network.input.", layer->name, NULL);
        visit_name(self, walk, path, layer->name);
        visit_at(self, walk, path, NULL, &shape_option, &layer->output_shape);
    } else if (faltung_graph_n_inputs(graph) == 0) {
        visit_at(self, walk, "network.input", NULL, &shape_option, &graph->input);
    }
}

static void visit_block(FaltungSettingsPage *self, Walk walk, const FaltungExperiment *experiment) {
    const FaltungLayerBlock *block = g_ptr_array_index(experiment->graph->blocks, self->block);
    const FaltungKind *kind = &faltung_block_kind;
    FaltungBlockOptions options = {block->repeat};
    g_autofree char *path = g_strdup_printf("network.%s", block->path);
    begin_group(self, walk, _(kind->title), _(kind->summary));
    visit_name(self, walk, path, block->name);
    visit_options(self, walk, path, kind, &options);
}

static void add_schedule(FaltungSettingsPage *self, Walk walk) {
    if (walk == WALK_BUILD) {
        self->schedule = faltung_schedule_view_new();
        adw_preferences_group_add(self->group, self->schedule);
    }
}

static void walk(FaltungSettingsPage *self, Walk how) {
    const FaltungExperiment *experiment = faltung_document_experiment(self->document);
    if (self->block >= 0) {
        visit_block(self, how, experiment);
        return;
    }
    if (self->layer >= faltung_graph_n_inputs(experiment->graph)) {
        visit_layer(self, how, experiment);
        return;
    }
    if (self->layer != FALTUNG_NO_LAYER) {
        visit_input(self, how, experiment);
    } else {
        begin_group(self, how, _("Training"), NULL);
        visit_options(self, how, "train", &faltung_train_kind, experiment->train);
        add_schedule(self, how);
    }
    begin_group(self, how, _("Data"), NULL);
    visit_options(self, how, "data", &faltung_data_kind, experiment->data);
    if (how == WALK_BUILD) {
        self->summary = g_object_new(FALTUNG_TYPE_DATA_SUMMARY, NULL);
        adw_preferences_group_add(self->group, self->summary);
    }
}

static void rebuild(FaltungSettingsPage *self) {
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(self->content)) != NULL) {
        gtk_box_remove(GTK_BOX(self->content), child);
    }
    g_ptr_array_set_size(self->rows, 0);
    g_ptr_array_set_size(self->of_columns, 0);
    self->schedule = self->sweep = self->summary = NULL;
    walk(self, WALK_BUILD);
    if (self->layer == FALTUNG_NO_LAYER && self->block < 0) {
        begin_group(self, WALK_BUILD, _("This Computer"), NULL);
        adw_preferences_group_add(self->group, faltung_threads_row_new());
        self->sweep = g_object_new(FALTUNG_TYPE_SWEEP_GROUP, NULL);
        gtk_box_append(GTK_BOX(self->content), self->sweep);
    }
}

static void show_summary(FaltungSettingsPage *self) {
    if (self->summary != NULL) {
        faltung_data_summary_show(FALTUNG_DATA_SUMMARY(self->summary),
                                  faltung_document_experiment(self->document), self->training,
                                  self->validation);
    }
}

void faltung_settings_page_set_data(FaltungSettingsPage *self, FaltungDataset *training,
                                    FaltungDataset *validation) {
    gboolean has = training != NULL && validation != NULL;
    g_clear_pointer(&self->training, faltung_dataset_unref);
    g_clear_pointer(&self->validation, faltung_dataset_unref);
    self->training = has ? faltung_dataset_ref(training) : NULL;
    self->validation = has ? faltung_dataset_ref(validation) : NULL;
    show_summary(self);
}

/* --- the columns of the data --- */

static void set_columns(FaltungSettingsPage *self, char **columns) {
    g_strfreev(self->columns);
    self->columns = columns;
    for (guint i = 0; i < self->of_columns->len; i++) {
        faltung_option_row_suggest(g_ptr_array_index(self->of_columns, i),
                                   (const char *const *)columns);
    }
}

static void on_columns(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungSettingsPage *self = data;
    g_autoptr(GError) error = NULL;
    char **columns = faltung_data_columns_finish(result, &error);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_clear_object(&self->reading);
        set_columns(self, columns);
    }
    g_object_unref(self);
}

static void stop_reading(FaltungSettingsPage *self) {
    if (self->reading != NULL) {
        g_cancellable_cancel(self->reading);
        g_clear_object(&self->reading);
    }
}

static void follow_columns(FaltungSettingsPage *self, const FaltungDataOptions *data) {
    const char *origin = faltung_document_origin(self->document);
    g_autofree char *now =
        g_strdup_printf("%s\n%s\n%d\n%s", data->csv, data->hdf5, data->header, origin);
    if (g_strcmp0(now, self->columns_of) == 0) {
        return;
    }
    g_free(self->columns_of);
    self->columns_of = g_steal_pointer(&now);
    set_columns(self, NULL);
    stop_reading(self);
    self->reading = g_cancellable_new();
    faltung_data_columns_read(data, origin, self->reading, on_columns, g_object_ref(self));
}

void faltung_settings_page_show(FaltungSettingsPage *self, FaltungDocument *document, int layer,
                                int block) {
    g_set_object(&self->document, document);
    self->layer = layer;
    self->block = block;
    const FaltungExperiment *experiment = faltung_document_experiment(document);
    if (layer >= (int)experiment->graph->layers->len) {
        self->layer = FALTUNG_NO_LAYER;
    }
    g_autofree char *before = g_strdup(self->signature->str);
    g_string_printf(self->signature, "%p:", (void *)document);
    walk(self, WALK_NAMES);
    if (strcmp(before, self->signature->str) != 0) {
        rebuild(self);
    }
    self->visited = 0;
    walk(self, WALK_VALUES);
    follow_columns(self, experiment->data);
    show_summary(self);
    if (self->schedule != NULL && self->sweep != NULL) {
        faltung_schedule_view_show(self->schedule, experiment);
        faltung_sweep_group_show(FALTUNG_SWEEP_GROUP(self->sweep), document);
    }
}

void faltung_settings_page_set_editable(FaltungSettingsPage *self, gboolean editable) {
    gtk_widget_set_sensitive(self->content, editable);
    gtk_widget_set_visible(self->notice, !editable);
}

static void faltung_settings_page_dispose(GObject *object) {
    stop_reading(FALTUNG_SETTINGS_PAGE(object));
    G_OBJECT_CLASS(faltung_settings_page_parent_class)->dispose(object);
}

static void faltung_settings_page_finalize(GObject *object) {
    FaltungSettingsPage *self = FALTUNG_SETTINGS_PAGE(object);
    g_clear_object(&self->document);
    g_string_free(self->signature, TRUE);
    g_ptr_array_unref(self->rows);
    g_ptr_array_unref(self->of_columns);
    g_strfreev(self->columns);
    g_free(self->columns_of);
    g_clear_pointer(&self->training, faltung_dataset_unref);
    g_clear_pointer(&self->validation, faltung_dataset_unref);
    G_OBJECT_CLASS(faltung_settings_page_parent_class)->finalize(object);
}

static void faltung_settings_page_class_init(FaltungSettingsPageClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_settings_page_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_settings_page_finalize;
}

static void faltung_settings_page_init(FaltungSettingsPage *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    self->signature = g_string_new(NULL);
    self->rows = g_ptr_array_new();
    self->of_columns = g_ptr_array_new();
    self->notice = gtk_label_new(_("The training uses these settings. Stop it to change them."));
    gtk_label_set_wrap(GTK_LABEL(self->notice), TRUE);
    gtk_label_set_xalign(GTK_LABEL(self->notice), 0);
    gtk_widget_add_css_class(self->notice, "notice-bar");
    gtk_widget_set_visible(self->notice, FALSE);
    gtk_box_append(GTK_BOX(self), self->notice);

    self->content = gtk_box_new(GTK_ORIENTATION_VERTICAL, 18);
    gtk_widget_set_margin_start(self->content, 12);
    gtk_widget_set_margin_end(self->content, 12);
    gtk_widget_set_margin_top(self->content, 12);
    gtk_widget_set_margin_bottom(self->content, 18);
    self->scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(self->scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(self->scrolled), self->content);
    gtk_widget_set_vexpand(self->scrolled, TRUE);
    gtk_box_append(GTK_BOX(self), self->scrolled);
}
