/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Whether @a and @b differ in nothing but their channels or features. */
static gboolean same_but_columns(const FaltungShape *a, const FaltungShape *b) {
    int axis = faltung_layout_is_map(a) ? 0 : a->rank - 1;
    if (a->rank != b->rank)
        return FALSE;
    for (int i = 0; i < a->rank; i++)
        if (i != axis && a->dims[i] != b->dims[i])
            return FALSE;
    return TRUE;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungShape *first = &layer->input_shapes[0];
    int columns = 0;
    for (int i = 0; i < layer->n_inputs; i++) {
        const FaltungShape *next = &layer->input_shapes[i];
        if (!same_but_columns(first, next)) {
            g_autofree char *one = faltung_shape_format(first);
            g_autofree char *other = faltung_shape_format(next);
            return faltung_fail(
                error, FALTUNG_ERROR_SHAPE,
                "concat takes inputs that differ in their %s only, but its first is %s "
                "and its %s is %s; bring them to the same size, for instance by %s",
                faltung_layout_is_map(first) ? _("channels") : _("features"), one,
                i == 1 ? _("second") : _("next"), other,
                faltung_layout_is_map(first) ? _("padding, pooling or upsampling")
                                             : _("a flatten"));
        }
        columns += faltung_layout_columns(next);
    }
    layer->output_shape = *first;
    layer->output_shape.dims[faltung_layout_is_map(first) ? 0 : first->rank - 1] = columns;
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return 0; /* it moves */
}

static int threads_of(const FaltungStep *step) {
    size_t size = step->batch * faltung_shape_size(&step->layer->output_shape);
    return faltung_threads_for(step->threads, 4.0 * size);
}

static size_t rows_of(const FaltungStep *step) {
    return (size_t)step->batch * faltung_layout_rows(&step->layer->output_shape);
}

static void forward(const FaltungStep *step) {
    size_t rows = rows_of(step), all = faltung_layout_columns(&step->layer->output_shape);
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (size_t row = 0; row < rows; row++) {
        float *y = step->output + row * all;
        for (int k = 0; k < step->layer->n_inputs; k++) {
            size_t columns = faltung_layout_columns(&step->layer->input_shapes[k]);
            memcpy(y, step->inputs[k] + row * columns, columns * sizeof(float));
            y += columns;
        }
    }
}

static void backward(const FaltungStep *step) {
    size_t rows = rows_of(step), all = faltung_layout_columns(&step->layer->output_shape);
    size_t first = 0;
    /* input after input, as two of them may be the same layer */
    for (int k = 0; k < step->layer->n_inputs; k++) {
        size_t columns = faltung_layout_columns(&step->layer->input_shapes[k]);
        float *to = step->input_gradients[k];
        const float *from = step->output_gradient + first;
        first += columns;
        if (!to)
            continue;
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
        for (size_t row = 0; row < rows; row++) {
            const float *dy = from + row * all;
            float *dx = to + row * columns;
            for (size_t c = 0; c < columns; c++)
                dx[c] = dy[c] + (step->overwrite[k] ? 0 : dx[c]);
        }
    }
}

static void concat_forward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    size_t size = faltung_shape_size(shape);
    int rows = faltung_layout_rows(shape); /* pixels, time steps or 1 */

    for (int n = 0; n < r->batch; n++) {
        int column = 0;
        for (int k = 0; k < r->layer->n_inputs; k++) {
            const FaltungShape *from = &r->layer->input_shapes[k];
            const double *x = r->inputs[k] + n * faltung_shape_size(from);
            for (int c = 0; c < faltung_layout_columns(from); c++, column++)
                for (int row = 0; row < rows; row++)
                    r->output[n * size + faltung_layout_field(shape, row, column)] =
                        x[faltung_layout_field(from, row, c)];
        }
    }
}

static void concat_backward_reference(const FaltungReference *r) {
    const FaltungShape *shape = &r->layer->output_shape;
    size_t size = faltung_shape_size(shape);
    int rows = faltung_layout_rows(shape);

    for (int n = 0; n < r->batch; n++) {
        int column = 0;
        for (int k = 0; k < r->layer->n_inputs; k++) {
            const FaltungShape *from = &r->layer->input_shapes[k];
            double *dx = r->input_gradients[k] + n * faltung_shape_size(from);
            for (int c = 0; c < faltung_layout_columns(from); c++, column++)
                for (int row = 0; row < rows; row++)
                    dx[faltung_layout_field(from, row, c)] +=
                        r->output_gradient[n * size + faltung_layout_field(shape, row, column)];
        }
    }
}

/* The inputs lie behind each other along the channels. */
static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    int along = faltung_layout_is_map(&layer->output_shape) ? 0 : layer->output_shape.rank - 1;
    for (int i = 0; i < input && axis == along; i++)
        at -= layer->input_shapes[i].dims[axis];
    return faltung_reach_same(layer, input, axis, at, first, last);
}

const FaltungOperation faltung_operation_concat = {
    .kind =
        {
            .name = "concat",
            .title = "Concatenate",
            .summary = "its inputs side by side, as more channels or features",
        },
    .group = FALTUNG_GROUP_JOIN,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation =
        "\\mark{y}{y} = \\left[ \\mark{x}{x^{(1)}}, \\, \\mark{x}{x^{(2)}}, \\, \\ldots \\right]",
    .reach = reach,
    .max_inputs = FALTUNG_MAX_INPUTS,
    .infer_shape = infer_shape,
    .flops = flops,
    .forward = forward,
    .backward = backward,
    .forward_reference = concat_forward_reference,
    .backward_reference = concat_backward_reference,
    .file = "concat.c",
};
