/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/application.h"

#include "gui/inspector/inspect-state.h"
#include "gui/views/derive-window.h"
#include "gui/window/shortcuts.h"
#include "gui/window/tour.h"
#include "gui/window/window.h"

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

struct _FaltungApplication {
    AdwApplication parent;
};

G_DEFINE_FINAL_TYPE(FaltungApplication, faltung_application, ADW_TYPE_APPLICATION)

/* Documents that a crash has left, each in a window. */
static void recover(GApplication *application) {
    static gboolean done;
    if (done) {
        return;
    }
    done = TRUE;
    g_autoptr(GPtrArray) left = faltung_autosave_find();
    for (guint i = 0; i < left->len; i++) {
        FaltungWindow *window = faltung_window_new(GTK_APPLICATION(application));
        faltung_window_recover(window, left->pdata[i]);
        gtk_window_present(GTK_WINDOW(window));
    }
}

static void faltung_application_activate(GApplication *application) {
    recover(application);
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(application));
    if (window == NULL) {
        window = GTK_WINDOW(faltung_window_new(GTK_APPLICATION(application)));
    }
    gtk_window_present(window);
    if (FALTUNG_IS_WINDOW(window) && faltung_tour_is_new()) {
        faltung_window_begin_tour(FALTUNG_WINDOW(window));
    }
}

static void faltung_application_open(GApplication *application, GFile **files, int n_files,
                                     const char *hint) {
    recover(application);
    for (int i = 0; i < n_files; i++) {
        FaltungWindow *window = faltung_window_new(GTK_APPLICATION(application));
        gtk_window_present(GTK_WINDOW(window));
        faltung_window_open(window, files[i]);
    }
}

static void on_new_window(GSimpleAction *action, GVariant *parameter, gpointer data) {
    gtk_window_present(GTK_WINDOW(faltung_window_new(GTK_APPLICATION(data))));
}

static void on_quit(GSimpleAction *action, GVariant *parameter, gpointer data) {
    g_autoptr(GList) windows = g_list_copy(gtk_application_get_windows(GTK_APPLICATION(data)));
    for (GList *l = windows; l != NULL; l = l->next) {
        gtk_window_close(GTK_WINDOW(l->data)); /* each asks for itself */
    }
}

static void on_shortcuts(GSimpleAction *action, GVariant *parameter, gpointer data) {
    GtkWindow *parent = gtk_application_get_active_window(GTK_APPLICATION(data));
    gtk_window_present(faltung_shortcuts_window_new(parent));
}

static void on_derive(GSimpleAction *action, GVariant *parameter, gpointer data) {
    gtk_window_present(faltung_derive_window_new(GTK_APPLICATION(data)));
}

static void on_about(GSimpleAction *action, GVariant *parameter, gpointer data) {
    adw_show_about_window(
        gtk_application_get_active_window(GTK_APPLICATION(data)), "application-name", "Faltung",
        "application-icon", FALTUNG_APPLICATION_ID, "version", FALTUNG_VERSION, "developer-name",
        _("The Faltung authors"), "license-type", GTK_LICENSE_APACHE_2_0, "comments",
        _("Build neural networks, train them, and look inside: every layer as a diagram, as "
          "mathematics and as code, with the numbers of the network being trained."),
        NULL);
}

static void faltung_application_startup(GApplication *application) {
    G_APPLICATION_CLASS(faltung_application_parent_class)->startup(application);
    gtk_source_init();
    const GActionEntry actions[] = {
        {"new-window", on_new_window}, {"quit", on_quit},   {"derive", on_derive},
        {"shortcuts", on_shortcuts},   {"about", on_about},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(application), actions, G_N_ELEMENTS(actions),
                                    application);
    faltung_inspect_state_install(GTK_APPLICATION(application));
    faltung_shortcuts_install(GTK_APPLICATION(application));
}

static void faltung_application_shutdown(GApplication *application) {
    G_APPLICATION_CLASS(faltung_application_parent_class)->shutdown(application);
    gtk_source_finalize();
}

static int faltung_application_local_options(GApplication *application, GVariantDict *options) {
    if (g_variant_dict_contains(options, "version")) {
        g_print("faltung-gui %s\n", FALTUNG_VERSION);
        return 0;
    }
    if (!gtk_init_check()) {
        g_printerr(_("faltung-gui: there is no display to open a window on; set DISPLAY or "
                     "WAYLAND_DISPLAY, or use the program faltung, which needs none\n"));
        return 1;
    }
    return -1;
}

static void faltung_application_class_init(FaltungApplicationClass *klass) {
    GApplicationClass *application_class = G_APPLICATION_CLASS(klass);
    application_class->activate = faltung_application_activate;
    application_class->open = faltung_application_open;
    application_class->startup = faltung_application_startup;
    application_class->shutdown = faltung_application_shutdown;
    application_class->handle_local_options = faltung_application_local_options;
}

static void faltung_application_init(FaltungApplication *self) {
    const GOptionEntry options[] = {
        {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Say the version"), NULL},
        {NULL},
    };
    g_application_add_main_option_entries(G_APPLICATION(self), options);
    g_application_set_option_context_parameter_string(G_APPLICATION(self), _("[FILE…]"));
    g_application_set_option_context_summary(
        G_APPLICATION(self), _("Opens experiment files (.yaml) and run files (.h5)."));
}

FaltungApplication *faltung_application_new(void) {
    g_set_application_name("Faltung");
    return g_object_new(FALTUNG_TYPE_APPLICATION, "application-id", FALTUNG_APPLICATION_ID,
                        "resource-base-path", "/org/faltung/Faltung", "flags",
                        G_APPLICATION_HANDLES_OPEN, NULL);
}
