/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/hooks.h"

#include <gio/gio.h>

gboolean faltung_analysis_cancelled(GError **error) {
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
    return FALSE;
}

gboolean faltung_analysis_goes_on(const FaltungAnalysisHooks *hooks, double part, GError **error) {
    if (!hooks || !hooks->progress || hooks->progress(part, hooks->data))
        return TRUE;
    return faltung_analysis_cancelled(error);
}

static gboolean tell_whole(double done, gpointer data) {
    const FaltungPartOfHooks *part = data;
    return part->whole->progress(part->from + done * (part->to - part->from), part->whole->data);
}

FaltungAnalysisHooks faltung_analysis_part(FaltungPartOfHooks *part) {
    if (!part->whole || !part->whole->progress)
        return (FaltungAnalysisHooks){NULL};
    return (FaltungAnalysisHooks){.progress = tell_whole, .data = part};
}
