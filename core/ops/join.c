/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/join.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>

gboolean faltung_join_infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *first = &layer->input_shapes[0];
    for (int i = 1; i < layer->n_inputs; i++) {
        if (faltung_shape_equal(first, &layer->input_shapes[i]))
            continue;
        g_autofree char *one = faltung_shape_format(first);
        g_autofree char *other = faltung_shape_format(&layer->input_shapes[i]);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s takes inputs of one shape, but its first is %s and its %s is %s; bring "
            "them to the same shape, for instance by a %s",
            layer->operation->kind.name, one, i == 1 ? _("second") : _("next"), other,
            first->rank == 4   ? _("conv3d with kernel 1")
            : first->rank == 3 ? _("conv2d with kernel 1")
                               : _("dense layer"));
    }
    layer->output_shape = *first;
    return TRUE;
}

double faltung_join_flops(const FaltungLayer *layer) {
    return (layer->n_inputs - 1.0) * faltung_shape_size(&layer->output_shape);
}
