/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/recent.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#define AT_MOST 6

void faltung_recent_add(const char *path) {
    g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
    GtkRecentData data = {
        .mime_type = g_str_has_suffix(path, ".h5") ? (char *)"application/x-hdf5"
                                                   : (char *)"application/yaml",
        .app_name = (char *)g_get_application_name(),
        .app_exec = (char *)"faltung-gui %u",
    };
    if (uri != NULL) {
        gtk_recent_manager_add_full(gtk_recent_manager_get_default(), uri, &data);
    }
}

void faltung_recent_forget(const char *path) {
    g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
    if (uri != NULL) {
        gtk_recent_manager_remove_item(gtk_recent_manager_get_default(), uri, NULL);
    }
}

static void recent_free(gpointer data) {
    FaltungRecent *recent = data;
    g_free(recent->path);
    g_free(recent);
}

static int by_time(gconstpointer a, gconstpointer b) {
    return g_date_time_compare(gtk_recent_info_get_visited((GtkRecentInfo *)b),
                               gtk_recent_info_get_visited((GtkRecentInfo *)a));
}

/* Returns: (transfer full) (nullable): where it is, of a file of this machine and program. */
static char *path_of(GtkRecentInfo *info) {
    gboolean ours = gtk_recent_info_has_application(info, g_get_application_name()) &&
                    gtk_recent_info_is_local(info);
    return ours ? g_filename_from_uri(gtk_recent_info_get_uri(info), NULL, NULL) : NULL;
}

GPtrArray *faltung_recent_list(void) {
    GPtrArray *list = g_ptr_array_new_with_free_func(recent_free);
    GList *all = gtk_recent_manager_get_items(gtk_recent_manager_get_default());
    all = g_list_sort(all, by_time);
    for (GList *l = all; l != NULL && list->len < AT_MOST; l = l->next) {
        char *path = path_of(l->data);
        if (path != NULL) {
            FaltungRecent *recent = g_new(FaltungRecent, 1);
            *recent = (FaltungRecent){path, !g_file_test(path, G_FILE_TEST_EXISTS)};
            g_ptr_array_add(list, recent);
        }
    }
    g_list_free_full(all, (GDestroyNotify)gtk_recent_info_unref);
    return list;
}

/* What is gone has an action that there is not, so that it cannot be chosen. */
void faltung_recent_fill(GMenu *menu) {
    g_autoptr(GPtrArray) list = faltung_recent_list();
    g_menu_remove_all(menu);
    for (guint i = 0; i < list->len; i++) {
        const FaltungRecent *recent = list->pdata[i];
        g_autofree char *name = g_path_get_basename(recent->path);
        g_autofree char *label =
            recent->gone ? g_strdup_printf(_("%s (no longer there)"), name) : g_strdup(name);
        g_auto(GStrv) parts = g_strsplit(label, "_", -1);
        g_autofree char *plain = g_strjoinv("__", parts); /* no mnemonic */
        g_autoptr(GMenuItem) item = g_menu_item_new(plain, NULL);
        g_menu_item_set_action_and_target(item, recent->gone ? "win.gone" : "win.open-run", "s",
                                          recent->path);
        g_menu_append_item(menu, item);
    }
}
