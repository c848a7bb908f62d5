/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/sides.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>

/* What an operation with so many sides takes, and what would make it. */
static const char *const inputs[] = {
    NULL,
    N_("sequences (steps x features)"),
    N_("images (channels x height x width)"),
    N_("volumes (channels x depth x height x width)"),
};
static const char *const cures[] = {
    NULL,
    N_("put it behind an embedding, or give `input` as [steps, features]"),
    N_("put it before the flatten, or give `input` as [channels, height, width]"),
    N_("put it before the flatten, or give `input` as [channels, depth, height, width]"),
};

gboolean faltung_sides_check(const FaltungLayer *layer, int n, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank == n + 1)
        return TRUE;
    g_autofree char *came = faltung_shape_format(input);
    return faltung_fail(error, FALTUNG_ERROR_SHAPE, "%s takes %s, but its input is %s; %s",
                        layer->operation->kind.name, _(inputs[n]), came, _(cures[n]));
}
