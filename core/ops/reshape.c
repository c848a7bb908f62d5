/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/operations.h"
#include "core/ops/rearrange.h"

#include <glib/gi18n-lib.h>

typedef struct {
    FaltungShape shape; /* -1: what is left */
} Reshape;

static const FaltungOptionSpec options[] = {
    {"shape",
     "shape of the output: [channels, height, width], [steps, features] or [n]; -1: what is left "
     "over",
     FALTUNG_DIMENSIONS, offsetof(Reshape, shape), NULL, -1, 1 << 24, .example = "[-1]"},
    {NULL},
};

static gboolean fail(GError **error, const FaltungShape *wanted, const char *problem) {
    g_autofree char *written = faltung_shape_to_yaml(wanted);
    return faltung_fail(error, FALTUNG_ERROR_SHAPE, "reshape cannot give %s: %s", written,
                        _(problem));
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *wanted = &((const Reshape *)layer->options)->shape;
    const FaltungShape *input = &layer->input_shapes[0];
    size_t size = faltung_shape_size(input);
    int open = -1;
    double known = 1; /* product of the sizes that are given; may be beyond an integer */
    if (wanted->rank > 4)
        return fail(error, wanted,
                    "a sample is a volume [channels, depth, height, width], an image [channels, "
                    "height, width], a sequence [steps, features] or a vector [n]; write at most "
                    "four sizes");
    for (int i = 0; i < wanted->rank; i++) {
        if (wanted->dims[i] > 0)
            known *= wanted->dims[i];
        else if (wanted->dims[i] == 0)
            return fail(error, wanted, "a size of 0 leaves no values; write -1 for what is left");
        else if (open >= 0)
            return fail(error, wanted, "only one size can be -1, what the others leave over");
        else
            open = i;
    }
    gboolean fits = open >= 0 ? known <= size && size % (size_t)known == 0 : known == size;
    if (!fits) {
        g_autofree char *came = faltung_shape_format(input);
        g_autofree char *problem =
            g_strdup_printf(_("its input, %s, has %zu values, and these are %.0f%s; write sizes "
                              "whose product is %zu"),
                            came, size, known, open >= 0 ? _(" times a whole number") : "", size);
        return fail(error, wanted, problem);
    }
    layer->output_shape = *wanted;
    if (open >= 0)
        layer->output_shape.dims[open] = size / (size_t)known;
    return TRUE;
}

static void reshape_forward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->output[i] = r->inputs[0][i];
}

static void reshape_backward_reference(const FaltungReference *r) {
    size_t size = r->batch * faltung_shape_size(&r->layer->output_shape);

    for (size_t i = 0; i < size; i++)
        r->input_gradients[0][i] += r->output_gradient[i];
}

const FaltungOperation faltung_operation_reshape = {
    .kind =
        {
            .name = "reshape",
            .title = "Reshape",
            .summary = "the same values in another shape: a vector becomes an image",
            .options = options,
            .options_size = sizeof(Reshape),
        },
    .group = FALTUNG_GROUP_SHAPE,
    .flags = FALTUNG_IS_VIEW | FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{chw}} = \\mark{x}{x_{(cH + h)W + w}}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = faltung_rearrange_flops,
    .forward = faltung_rearrange_forward,
    .backward = faltung_rearrange_backward,
    .forward_reference = reshape_forward_reference,
    .backward_reference = reshape_backward_reference,
    .file = "reshape.c",
};
