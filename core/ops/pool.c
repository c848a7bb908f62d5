/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/pool.h"

#include "core/base/error.h"

static const char *const stride_words[] = {"kernel", NULL};

const FaltungOptionSpec faltung_pool_options[] = {
    {"kernel", "height and width of the window, in pixels", FALTUNG_SIZES,
     offsetof(FaltungPool, kernel), "2", 1, 15},
    {"stride", "pixels that the window moves each time; kernel: as many as it is large",
     FALTUNG_SIZES, offsetof(FaltungPool, stride), "kernel", 1, 1024, .choices = stride_words},
    {NULL},
};

FaltungSlide faltung_pool_slide(const FaltungLayer *layer, int side) {
    const FaltungPool *pool = layer->options;
    int stride = pool->stride[side] > 0 ? pool->stride[side] : pool->kernel[side];
    return faltung_slide(layer->input_shapes[0].dims[1 + side], pool->kernel[side], stride, 1, 0);
}

gboolean faltung_pool_infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    const char *name = layer->operation->kind.name;
    g_autofree char *came = faltung_shape_format(input);
    if (input->rank != 3) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "%s takes images (channels x height x width), but its input is %s; "
                    "put it before the flatten",
                    name, came);
        return FALSE;
    }
    FaltungSlide rows = faltung_pool_slide(layer, 0), columns = faltung_pool_slide(layer, 1);
    if (rows.output < 1 || columns.output < 1) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "the %d x %d window of %s does not fit into its input, %s; "
                    "take a smaller kernel",
                    rows.kernel, columns.kernel, name, came);
        return FALSE;
    }
    layer->output_shape = FALTUNG_SHAPE(input->dims[0], rows.output, columns.output);
    return TRUE;
}

double faltung_pool_flops(const FaltungLayer *layer) {
    return (double)faltung_shape_size(&layer->output_shape) * faltung_pool_slide(layer, 0).kernel *
           faltung_pool_slide(layer, 1).kernel;
}
