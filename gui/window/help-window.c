/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/help-window.h"

#include "gui/inspector/equation-view.h"
#include "gui/inspector/option-row.h"
#include "gui/inspector/option-title.h"
#include "gui/inspector/slide-view.h"
#include "gui/inspector/source-view.h"
#include "gui/style.h"

#include <glib/gi18n.h>

#define WIDTH 660
#define HEIGHT 700
#define CODE_HEIGHT 320

static AdwPreferencesGroup *add_group(GtkWidget *page, const char *title, const char *about) {
    AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
    g_autofree char *markup = about != NULL ? g_markup_escape_text(about, -1) : NULL;
    adw_preferences_group_set_title(group, title);
    adw_preferences_group_set_description(group, markup);
    adw_preferences_page_add(ADW_PREFERENCES_PAGE(page), group);
    return group;
}

static GtkWidget *row_of(const FaltungOptionSpec *spec) {
    g_autofree char *title = faltung_option_title(spec->name);
    g_autofree char *range = faltung_option_range(spec);
    g_autofree char *summary = faltung_sentence(_(spec->summary));
    g_autofree char *about = g_strjoin("\n", summary, range, NULL);
    g_autofree char *fallback =
        spec->fallback == NULL
            ? g_strdup(_("Must be given"))
            : g_strdup_printf("%s: %s", spec->name,
                              *spec->fallback != '\0' ? spec->fallback : _("none"));
    GtkWidget *row = adw_action_row_new();
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _(title));
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), about);
    adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(row), 0);
    GtkWidget *label = gtk_label_new(fallback);
    gtk_widget_add_css_class(label, "dim-label");
    gtk_widget_add_css_class(label, "numeric");
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), label);
    return row;
}

static GtkWidget *code_of(const FaltungOperation *operation) {
    GtkWidget *view = faltung_source_view_new(_("Code"));
    faltung_source_view_set_language(view, "c");
    gtk_text_view_set_editable(GTK_TEXT_VIEW(view), FALSE);
    gtk_source_view_set_tab_width(GTK_SOURCE_VIEW(view), 4);
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)),
                             faltung_operation_source(operation), -1);
    GtkWidget *scrolled = faltung_source_view_scrolled(view);
    gtk_widget_set_size_request(scrolled, -1, CODE_HEIGHT);
    return scrolled;
}

GtkWindow *faltung_help_window_new(GtkWindow *parent, const FaltungOperation *operation,
                                   const void *options) {
    const FaltungKind *kind = &operation->kind;
    GtkWidget *page = adw_preferences_page_new();
    g_autofree char *summary = faltung_sentence(_(kind->summary));
    AdwPreferencesGroup *group = add_group(page, kind->name, summary);
    adw_preferences_group_add(group, faltung_equation_view_new(operation->equation));
    FaltungSlidePicture slide;
    if (faltung_slide_of_operation(operation, options, &slide)) {
        adw_preferences_group_add(group, faltung_slide_view_new(&slide));
    }
    if (kind->options != NULL && kind->options->name != NULL) {
        group = add_group(page, _("Options and their defaults"), NULL);
        for (const FaltungOptionSpec *spec = kind->options; spec->name != NULL; spec++) {
            adw_preferences_group_add(group, row_of(spec));
        }
    }
    g_autofree char *where =
        g_strdup_printf(_("core/ops/%s, from line %d: plain loops, which define the operation"),
                        operation->file, faltung_operation_source_line(operation));
    group = add_group(page, _("Reference"), where);
    adw_preferences_group_add(group, code_of(operation));
    return faltung_small_window(parent, _(kind->title), page, WIDTH, HEIGHT);
}
