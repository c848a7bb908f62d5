/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/option-title.h"

#include <string.h>

char *faltung_option_title(const char *name) {
    static const char *const spelled[][2] = {
        {"lr", "learning rate"},
        {"csv", "CSV"},
        {"idx", "IDX"},
        {"hdf5", "HDF5"},
        {"std", "standard deviation"},
        {"init", "initial values"},
    };
    g_auto(GStrv) words = g_strsplit(name, "_", -1);
    for (int i = 0; words[i] != NULL; i++) {
        for (guint k = 0; k < G_N_ELEMENTS(spelled); k++) {
            if (strcmp(words[i], spelled[k][0]) == 0) {
                g_free(words[i]);
                words[i] = g_strdup(spelled[k][1]);
            }
        }
    }
    char *title = g_strjoinv(" ", words);
    title[0] = g_ascii_toupper(title[0]);
    return title;
}
