/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/application.h"

int main(int argc, char **argv) {
    g_autoptr(FaltungApplication) application = faltung_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
