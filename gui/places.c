/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/places.h"

gboolean faltung_runs_from_build_folder(void) {
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    return program != NULL && g_str_has_prefix(program, FALTUNG_BUILD_FOLDER "/");
}
