/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/application.h"
#include "gui/places.h"

#include <glib/gi18n.h>
#include <locale.h>

/* The language of the desktop, before the first word is said. */
static void choose_language(void) {
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, faltung_runs_from_build_folder() ? FALTUNG_BUILD_FOLDER "/po"
                                                                     : FALTUNG_LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
}

int main(int argc, char **argv) {
    choose_language();
    g_autoptr(FaltungApplication) application = faltung_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
