/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

/* The size of the window, and whether the text is beside the canvas, from one start to the next. */

#define GROUP "window"
#define WIDTH 1280
#define HEIGHT 800

static char *path_new(void) {
    return g_build_filename(g_get_user_state_dir(), "faltung", "window.ini", NULL);
}

void faltung_window_restore(FaltungWindow *self) {
    g_autofree char *path = path_new();
    g_autoptr(GKeyFile) keys = g_key_file_new();
    gboolean there = g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, NULL);
    int width = there ? g_key_file_get_integer(keys, GROUP, "width", NULL) : 0;
    int height = there ? g_key_file_get_integer(keys, GROUP, "height", NULL) : 0;
    gtk_window_set_default_size(GTK_WINDOW(self), width > 0 ? width : WIDTH,
                                height > 0 ? height : HEIGHT);
    if (there && g_key_file_get_boolean(keys, GROUP, "maximized", NULL)) {
        gtk_window_maximize(GTK_WINDOW(self));
    }
    if (there && g_key_file_get_boolean(keys, GROUP, "text", NULL)) {
        g_action_group_change_action_state(G_ACTION_GROUP(self), "show-text",
                                           g_variant_new_boolean(TRUE));
    }
}

void faltung_window_remember(FaltungWindow *self) {
    g_autofree char *path = path_new(), *parent = g_path_get_dirname(path);
    g_autoptr(GKeyFile) keys = g_key_file_new();
    int width, height;
    gtk_window_get_default_size(GTK_WINDOW(self), &width, &height); /* not that of the maximized */
    g_key_file_set_integer(keys, GROUP, "width", width);
    g_key_file_set_integer(keys, GROUP, "height", height);
    g_key_file_set_boolean(keys, GROUP, "maximized", gtk_window_is_maximized(GTK_WINDOW(self)));
    g_key_file_set_boolean(keys, GROUP, "text", faltung_window_shows_text(self));
    g_mkdir_with_parents(parent, 0700);
    g_autoptr(GError) error = NULL;
    if (!g_key_file_save_to_file(keys, path, &error)) {
        g_message("the size of the window could not be kept: %s", error->message);
    }
}
