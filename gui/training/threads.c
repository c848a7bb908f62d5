/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/threads.h"

#include "gui/style.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define GROUP "training"
#define KEY "threads"

static char *path_new(void) {
    return g_build_filename(g_get_user_config_dir(), "faltung", "settings.ini", NULL);
}

/* Returns: (transfer full): what is kept; empty where nothing is. */
static GKeyFile *read_settings(void) {
    g_autofree char *path = path_new();
    GKeyFile *keys = g_key_file_new();
    g_key_file_load_from_file(keys, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
    return keys;
}

int faltung_threads_wanted(void) {
    g_autoptr(GKeyFile) keys = read_settings();
    return CLAMP(g_key_file_get_integer(keys, GROUP, KEY, NULL), 0, (int)g_get_num_processors());
}

static void on_changed(GtkSpinButton *spin) {
    g_autofree char *path = path_new(), *parent = g_path_get_dirname(path);
    g_autoptr(GKeyFile) keys = read_settings();
    g_autoptr(GError) error = NULL;
    g_key_file_set_integer(keys, GROUP, KEY, gtk_spin_button_get_value_as_int(spin));
    g_mkdir_with_parents(parent, 0700);
    if (!g_key_file_save_to_file(keys, path, &error)) {
        g_message("the number of threads could not be kept: %s", error->message);
    }
}

GtkWidget *faltung_threads_row_new(void) {
    GtkWidget *spin = gtk_spin_button_new_with_range(0, g_get_num_processors(), 1);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(spin), faltung_threads_wanted());
    gtk_widget_set_valign(spin, GTK_ALIGN_CENTER);
    faltung_set_accessible_label(spin, _("Threads"));
    g_signal_connect(spin, "value-changed", G_CALLBACK(on_changed), NULL);
    GtkWidget *row = adw_action_row_new();
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _("Threads"));
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row),
                                _("the most that a training may use; 0: as many as are fastest"));
    adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(row), 0);
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), spin);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), spin);
    return row;
}
