/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/place.h"

#include <string.h>

void faltung_prefix_place(GError **error, const FaltungExperiment *experiment, const char *section,
                          const char *key) {
    /* what has a place already, in this file or another, keeps it */
    if (!error || !*error || g_str_has_prefix((*error)->message, experiment->origin))
        return;
    g_autofree char *path = g_strdup_printf("%s.%s", section, key);
    g_autofree char *place = faltung_experiment_place(experiment, path);
    g_prefix_error(error, "%s: ", place);
}
