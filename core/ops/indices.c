/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/indices.h"

#include "core/base/error.h"

gboolean faltung_indices_infer_shape(FaltungLayer *layer, int columns, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 1) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "%s takes a sequence of indices, one a step, but its input is %s; say "
                            "`input: [steps]`",
                            layer->operation->kind.name, came);
    }
    layer->output_shape = FALTUNG_SHAPE(input->dims[0], columns);
    return TRUE;
}
