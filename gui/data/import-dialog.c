/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/import-dialog.h"

#include "core/base/quote.h"
#include "draw/chart.h"
#include "gui/data/data-columns.h"
#include "gui/data/import-guess.h"
#include "gui/style.h"
#include "gui/window/words-button.h"

#include <glib/gi18n.h>
#include <string.h>

#define WIDTH 520
#define HEIGHT 640
#define BARS_HEIGHT 230

struct _FaltungImportDialog {
    AdwWindow parent;
    char *path, *origin;
    char *named;         /* the path as the experiment writes it */
    char *target_beside; /* a file that seems to be the target; NULL */
    GtkWidget *kind, *samples, *samples_words, *target, *target_words, *size, *normalize,
        *validation;
    GtkWidget *summary, *bars_title, *bars, *import;
    GCancellable *reading, *reading_columns;
    FaltungImportPreview *preview; /* NULL: nothing to take */
    gboolean built;
};

G_DEFINE_FINAL_TYPE(FaltungImportDialog, faltung_import_dialog, ADW_TYPE_WINDOW)

static guint chosen_signal;

/* Those that a file can be: not the catalogue. */
static const char *const *sources(void) {
    return faltung_data_sources + 1;
}

static const char *word_of(GtkWidget *drop_down) {
    GtkStringObject *item = gtk_drop_down_get_selected_item(GTK_DROP_DOWN(drop_down));
    return item != NULL ? gtk_string_object_get_string(item) : "";
}

/* --- what is to be read --- */

static void add(GString *yaml, const char *key, const char *value) {
    g_autofree char *quoted = faltung_yaml_quote(value);
    g_string_append_printf(yaml, "%s%s: %s", yaml->len > 1 ? ", " : "", key, quoted);
}

static char *data_yaml(FaltungImportDialog *self) {
    const char *source = word_of(self->kind);
    const char *target = gtk_editable_get_text(GTK_EDITABLE(self->target));
    const char *samples = gtk_editable_get_text(GTK_EDITABLE(self->samples));
    GString *yaml = g_string_new("{");
    add(yaml, source, self->named);
    if (*samples != '\0' && faltung_data_applies("input", source)) {
        add(yaml, "input", samples);
    }
    if (*target != '\0' && faltung_data_applies("target", source)) {
        add(yaml, "target", target);
    }
    const char *size = gtk_editable_get_text(GTK_EDITABLE(self->size));
    if (*size != '\0' && faltung_data_applies("size", source)) {
        g_string_append_printf(yaml, ", size: %s", size);
    }
    if (faltung_data_applies("normalize", source)) {
        add(yaml, "normalize", word_of(self->normalize));
    }
    char part[G_ASCII_DTOSTR_BUF_SIZE];
    double value = gtk_spin_button_get_value(GTK_SPIN_BUTTON(self->validation));
    g_string_append_printf(yaml, ", validation: %s}",
                           g_ascii_formatd(part, sizeof part, "%.2g", value));
    return g_string_free(yaml, FALSE);
}

/* @error: why there is no @preview ((transfer full) (nullable)) */
static void show_preview(FaltungImportDialog *self, FaltungImportPreview *preview,
                         const GError *error) {
    g_clear_pointer(&self->preview, faltung_import_preview_free);
    self->preview = preview;
    gtk_label_set_text(GTK_LABEL(self->summary),
                       preview != NULL ? preview->summary : error->message);
    const char *css[] = {preview != NULL ? "heading" : "error", NULL};
    gtk_widget_set_css_classes(self->summary, css);
    gtk_label_set_text(GTK_LABEL(self->bars_title), preview != NULL ? preview->title : "");
    gtk_widget_queue_draw(self->bars);
}

static void on_read(GObject *source, GAsyncResult *result, gpointer data) {
    g_autoptr(FaltungImportDialog) self = data;
    g_autoptr(GError) error = NULL;
    FaltungImportPreview *preview = faltung_import_preview_finish(result, &error);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        show_preview(self, preview, error);
        gtk_widget_set_sensitive(self->import, preview != NULL);
    }
}

static void read_again(FaltungImportDialog *self) {
    if (!self->built) {
        return;
    }
    const char *source = word_of(self->kind);
    gtk_widget_set_sensitive(self->target, faltung_data_applies("target", source));
    gtk_widget_set_sensitive(self->normalize, faltung_data_applies("normalize", source));
    gtk_widget_set_sensitive(self->import, FALSE);
    gtk_label_set_text(GTK_LABEL(self->summary), _("Reading…"));
    if (self->reading != NULL) {
        g_cancellable_cancel(self->reading);
        g_object_unref(self->reading);
    }
    self->reading = g_cancellable_new();
    g_autofree char *data = data_yaml(self);
    faltung_import_preview_read(data, self->origin, self->path, self->reading, on_read,
                                g_object_ref(self));
}

/* --- what samples and targets can be --- */

static void on_columns(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungImportDialog *self = data;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) columns = faltung_data_columns_finish(result, &error);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        const char *const *words = (const char *const *)columns, *target = NULL;
        gboolean arrays = words != NULL && faltung_data_applies("input", word_of(self->kind));
        faltung_words_button_set(self->target_words, words);
        faltung_words_button_set(self->samples_words, arrays ? words : NULL);
        const char *samples = arrays ? faltung_import_pair(words, &target) : NULL;
        gtk_editable_set_text(GTK_EDITABLE(self->samples), samples != NULL ? samples : "");
        if (target != NULL) {
            gtk_editable_set_text(GTK_EDITABLE(self->target), target);
        }
    }
    g_object_unref(self);
}

static void read_columns(FaltungImportDialog *self) {
    const char *source = word_of(self->kind);
    void *options = faltung_options_new(&faltung_data_kind);
    faltung_option_parse(faltung_kind_option(&faltung_data_kind, source, NULL), options,
                         self->named, NULL);
    if (self->reading_columns != NULL) {
        g_cancellable_cancel(self->reading_columns);
        g_object_unref(self->reading_columns);
    }
    self->reading_columns = g_cancellable_new();
    faltung_data_columns_read(options, self->origin, self->reading_columns, on_columns,
                              g_object_ref(self));
    faltung_options_free(&faltung_data_kind, options);
}

static void on_kind(FaltungImportDialog *self) {
    gboolean arrays = faltung_data_applies("input", word_of(self->kind));
    gtk_widget_set_visible(gtk_widget_get_ancestor(self->samples, ADW_TYPE_ACTION_ROW), arrays);
    gtk_widget_set_visible(gtk_widget_get_ancestor(self->size, ADW_TYPE_ACTION_ROW),
                           faltung_data_applies("size", word_of(self->kind)));
    read_columns(self);
    read_again(self);
}

static void on_import(FaltungImportDialog *self) {
    g_object_ref(self);
    g_signal_emit(self, chosen_signal, 0, self->preview);
    gtk_window_destroy(GTK_WINDOW(self));
    g_object_unref(self);
}

static void draw_bars(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    FaltungImportDialog *self = data;
    if (self->preview != NULL) {
        FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
        faltung_bars_draw(cr, &theme, (const char *const *)self->preview->labels,
                          self->preview->bars, self->preview->n_bars,
                          (FaltungRect){0, 0, width, height});
    }
}

/* --- the type --- */

static void faltung_import_dialog_dispose(GObject *object) {
    FaltungImportDialog *self = FALTUNG_IMPORT_DIALOG(object);
    if (self->reading != NULL) {
        g_cancellable_cancel(self->reading);
    }
    if (self->reading_columns != NULL) {
        g_cancellable_cancel(self->reading_columns);
    }
    g_clear_object(&self->reading);
    g_clear_object(&self->reading_columns);
    G_OBJECT_CLASS(faltung_import_dialog_parent_class)->dispose(object);
}

static void faltung_import_dialog_finalize(GObject *object) {
    FaltungImportDialog *self = FALTUNG_IMPORT_DIALOG(object);
    g_clear_pointer(&self->preview, faltung_import_preview_free);
    g_free(self->path);
    g_free(self->origin);
    g_free(self->named);
    g_free(self->target_beside);
    G_OBJECT_CLASS(faltung_import_dialog_parent_class)->finalize(object);
}

static void faltung_import_dialog_class_init(FaltungImportDialogClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_import_dialog_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_import_dialog_finalize;
    chosen_signal = g_signal_new("chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
    gtk_widget_class_add_binding_action(GTK_WIDGET_CLASS(klass), GDK_KEY_Escape, 0, "window.close",
                                        NULL);
}

static void faltung_import_dialog_init(FaltungImportDialog *self) {
}

/* @widget: the editor, or what it is in */
static void add_row(AdwPreferencesGroup *group, const char *title, GtkWidget *widget,
                    GtkWidget *editor) {
    GtkWidget *row = adw_action_row_new();
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
    gtk_widget_set_valign(widget, GTK_ALIGN_CENTER);
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), widget);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), editor);
    adw_preferences_group_add(group, row);
}

/* An entry with words to choose from. */
static GtkWidget *entry_new(GtkWidget **entry, GtkWidget **words) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class(box, "linked");
    *entry = gtk_entry_new();
    *words = faltung_words_button_new(GTK_ENTRY(*entry));
    gtk_box_append(GTK_BOX(box), *entry);
    gtk_box_append(GTK_BOX(box), *words);
    return box;
}

static GtkWidget *build_rows(FaltungImportDialog *self, const char *source, const char *why) {
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    g_autofree char *name = g_path_get_basename(self->path);
    g_autofree char *title = g_markup_escape_text(name, -1), *about = g_markup_escape_text(why, -1);
    adw_preferences_group_set_title(group, title);
    adw_preferences_group_set_description(group, about);
    self->kind = gtk_drop_down_new_from_strings(sources());
    for (guint i = 0; sources()[i] != NULL; i++) {
        if (g_strcmp0(sources()[i], source) == 0) {
            gtk_drop_down_set_selected(GTK_DROP_DOWN(self->kind), i);
        }
    }
    GtkWidget *samples = entry_new(&self->samples, &self->samples_words);
    GtkWidget *target = entry_new(&self->target, &self->target_words);
    gtk_entry_set_placeholder_text(GTK_ENTRY(self->samples), "/input");
    gtk_entry_set_placeholder_text(
        GTK_ENTRY(self->target), g_strcmp0(source, "csv") == 0 ? _("the last column") : _("none"));
    if (self->target_beside != NULL) {
        gtk_editable_set_text(GTK_EDITABLE(self->target), self->target_beside);
    }
    const FaltungOptionSpec *normalize = faltung_kind_option(&faltung_data_kind, "normalize", NULL);
    self->normalize = gtk_drop_down_new_from_strings(normalize->choices);
    for (guint i = 0; normalize->choices[i] != NULL; i++) {
        if (strcmp(normalize->choices[i], normalize->fallback) == 0) {
            gtk_drop_down_set_selected(GTK_DROP_DOWN(self->normalize), i);
        }
    }
    self->validation = gtk_spin_button_new_with_range(0.05, 0.95, 0.05);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->validation), 0.3);
    add_row(group, _("What it is"), self->kind, self->kind);
    add_row(group, _("Samples"), samples, self->samples);
    add_row(group, _("To predict"), target, self->target);
    self->size = gtk_entry_new();
    gtk_entry_set_placeholder_text(GTK_ENTRY(self->size), _("as they are"));
    gtk_widget_set_tooltip_text(
        self->size, _("Height and width that all pictures are brought to: 32 or [24, 32]"));
    add_row(group, _("Size"), self->size, self->size);
    add_row(group, _("Scaling"), self->normalize, self->normalize);
    add_row(group, _("Part held back to validate"), self->validation, self->validation);
    return GTK_WIDGET(group);
}

static GtkWidget *label_new(const char *css) {
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, css);
    return label;
}

static GtkWidget *build_content(FaltungImportDialog *self, const char *source, const char *why) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    gtk_widget_set_margin_start(box, 18);
    gtk_widget_set_margin_end(box, 18);
    gtk_widget_set_margin_top(box, 12);
    gtk_widget_set_margin_bottom(box, 18);
    gtk_box_append(GTK_BOX(box), build_rows(self, source, why));
    self->summary = label_new("heading");
    self->bars_title = label_new("dim-label");
    self->bars = gtk_drawing_area_new();
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(self->bars), BARS_HEIGHT);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->bars), draw_bars, self, NULL);
    gtk_box_append(GTK_BOX(box), self->summary);
    gtk_box_append(GTK_BOX(box), self->bars_title);
    gtk_box_append(GTK_BOX(box), self->bars);
    return box;
}

static void build(FaltungImportDialog *self, const char *source, const char *why) {
    GtkWidget *header = adw_header_bar_new();
    self->import = gtk_button_new_with_mnemonic(_("_Import"));
    gtk_widget_add_css_class(self->import, "suggested-action");
    g_signal_connect_swapped(self->import, "clicked", G_CALLBACK(on_import), self);
    adw_header_bar_pack_end(ADW_HEADER_BAR(header), self->import);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_scrolled_window_set_child(
        GTK_SCROLLED_WINDOW(scrolled),
        build_content(self, source, why != NULL ? why : _("None of the known kinds")));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(box), header);
    gtk_box_append(GTK_BOX(box), scrolled);
    adw_window_set_content(ADW_WINDOW(self), box);
    g_signal_connect_swapped(self->kind, "notify::selected", G_CALLBACK(on_kind), self);
    g_signal_connect_swapped(self->samples, "changed", G_CALLBACK(read_again), self);
    g_signal_connect_swapped(self->size, "changed", G_CALLBACK(read_again), self);
    g_signal_connect_swapped(self->normalize, "notify::selected", G_CALLBACK(read_again), self);
    g_signal_connect_swapped(self->validation, "value-changed", G_CALLBACK(read_again), self);
    g_signal_connect_swapped(self->target, "changed", G_CALLBACK(read_again), self);
}

/* Relative to the experiment's folder where it lies in it. */
static char *name_for(const char *path, const char *origin) {
    g_autofree char *folder = g_path_get_dirname(origin);
    g_autofree char *begin = g_strconcat(folder, G_DIR_SEPARATOR_S, NULL);
    return g_strdup(g_str_has_prefix(path, begin) ? path + strlen(begin) : path);
}

/* --- what it seems to be: found by looking into the file --- */

typedef struct {
    const char *source; /* NULL: not known */
    char *why, *target;
} Guess;

static void guess_free(gpointer data) {
    Guess *guess = data;
    g_free(guess->why);
    g_free(guess->target);
    g_free(guess);
}

static void look(GTask *task, gpointer source, gpointer path, GCancellable *cancellable) {
    Guess *guess = g_new0(Guess, 1);
    guess->source = faltung_import_guess(path, &guess->why);
    guess->target = faltung_import_target(path);
    g_task_return_pointer(task, guess, guess_free);
}

static void on_guessed(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungImportDialog *self = FALTUNG_IMPORT_DIALOG(source);
    Guess *guess = g_task_propagate_pointer(G_TASK(result), NULL);
    if (guess == NULL) {
        return; /* cancelled: the dialog is closed */
    }
    gboolean beside = guess->target != NULL && g_str_has_suffix(self->path, ".npy");
    self->target_beside = beside ? name_for(guess->target, self->origin) : NULL;
    build(self, guess->source, guess->why);
    self->built = TRUE;
    on_kind(self);
    guess_free(guess);
}

FaltungImportDialog *faltung_import_dialog_new(GtkWindow *parent, const char *path,
                                               const char *origin) {
    FaltungImportDialog *self =
        g_object_new(FALTUNG_TYPE_IMPORT_DIALOG, "transient-for", parent, "modal", TRUE, "title",
                     _("Import Data"), "default-width", WIDTH, "default-height", HEIGHT, NULL);
    self->path = g_strdup(path);
    self->origin = g_strdup(origin);
    self->named = name_for(path, origin);
    self->reading = g_cancellable_new();
    g_autoptr(GTask) task = g_task_new(self, self->reading, on_guessed, NULL);
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, look);
    return self;
}
