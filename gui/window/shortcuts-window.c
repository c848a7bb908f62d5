/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/style.h"
#include "gui/window/shortcuts.h"

#include <glib/gi18n.h>

/* A window of our own: GtkShortcutsWindow is as wide as its longest line, and warns of its own
   labels. */

#define WIDTH 620
#define HEIGHT 640

static GtkWidget *row_new(const char *title, const char *keys) {
    GtkWidget *row = adw_action_row_new();
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
    adw_action_row_set_title_lines(ADW_ACTION_ROW(row), 0);
    GtkWidget *label = gtk_shortcut_label_new(keys);
    gtk_widget_set_valign(label, GTK_ALIGN_CENTER);
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), label);
    return row;
}

GtkWindow *faltung_shortcuts_window_new(GtkWindow *parent) {
    GtkWidget *page = adw_preferences_page_new();
    AdwPreferencesGroup *group = NULL;
    for (const FaltungShortcut *shortcut = faltung_shortcuts(); shortcut->title != NULL;
         shortcut++) {
        if (shortcut->group != NULL) {
            group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());
            adw_preferences_group_set_title(group, _(shortcut->group));
            adw_preferences_page_add(ADW_PREFERENCES_PAGE(page), group);
        }
        if (*shortcut->keys == '\0') {
            continue;
        }
        g_autofree char *keys = g_strdup(shortcut->keys);
        while (g_strcmp0(shortcut[1].title, shortcut->title) == 0) {
            shortcut++;
            g_autofree char *before = g_steal_pointer(&keys);
            keys = g_strjoin(" ", before, shortcut->keys, NULL);
        }
        adw_preferences_group_add(group, row_new(_(shortcut->title), keys));
    }
    return faltung_small_window(parent, _("Keyboard Shortcuts"), page, WIDTH, HEIGHT);
}
