/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/equation.h"
#include "core/ops/operations.h"
#include "core/ops/rearrange.h"

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    layer->output_shape = FALTUNG_SHAPE((int)faltung_shape_size(&layer->input_shapes[0]));
    return TRUE;
}

static void flatten_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->output[i] = r->inputs[0][i];
}

static void flatten_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->input_gradients[0][i] += r->output_gradient[i];
}

/* The place in the vector: row by row, `8(8c + h) + w`. */
static char *equation_of(const FaltungLayer *layer) {
    const FaltungShape *input = &layer->input_shapes[0];
    const char *const *letters = faltung_tex_letters(input->rank);
    g_autofree char *place = g_strdup(letters[0]), *x = g_strjoinv("", (char **)letters);
    for (int axis = 1; axis < input->rank; axis++) {
        char *before = place;
        place = g_strdup_printf(axis > 1 ? "%d(%s) + %s" : "%d%s + %s", input->dims[axis], before,
                                letters[axis]);
        g_free(before);
    }
    return g_strdup_printf("\\mark{y}{y_{%s}} = \\mark{x}{x_{%s}}", place, x);
}

const FaltungOperation faltung_operation_flatten = {
    .kind =
        {
            .name = "flatten",
            .title = "Flatten",
            .summary = "lays an image out as one long vector, channel by channel; a sequence, step "
                       "by step",
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_IS_VIEW | FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{(cH + h)W + w}} = \\mark{x}{x_{chw}}",
    .equation_of = equation_of,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_rearrange_flops,
    .forward = faltung_rearrange_forward,
    .backward = faltung_rearrange_backward,
    .forward_reference = flatten_forward_reference,
    .backward_reference = flatten_backward_reference,
    .file = "flatten.c",
};
