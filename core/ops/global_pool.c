/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/global_pool.h"
#include "core/base/error.h"
#include "core/ops/layout.h"

gboolean faltung_global_pool_infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank < 2) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s takes sequences (steps x features) or images (channels x height x width), "
            "but its input is %s; put it before the flatten, or leave it out",
            layer->operation->kind.name, came);
    }
    layer->output_shape = FALTUNG_SHAPE(faltung_layout_columns(input));
    return TRUE;
}

double faltung_global_pool_flops(const FaltungLayer *layer) {
    return faltung_shape_size(&layer->input_shapes[0]);
}
