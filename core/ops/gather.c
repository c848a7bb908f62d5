/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/gather.h"

#include "core/ops/layout.h"

#include "core/ops/parallel.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum { INNERMOST = FALTUNG_GATHER_AXES - 1 };

/* Where axis @axis of the field's layout is inside, counted so that the last is the innermost. */
static int inside(const FaltungShape *shape, int axis) {
    if (faltung_layout_is_map(shape))
        return axis == 0 ? INNERMOST : INNERMOST - shape->rank + axis;
    return FALTUNG_GATHER_AXES - shape->rank + axis;
}

/* From one value to the next along @axis, inside. */
static ptrdiff_t stride_of(const FaltungShape *shape, int axis) {
    ptrdiff_t stride = 1;
    for (int other = 0; other < shape->rank; other++)
        if (inside(shape, other) > inside(shape, axis))
            stride *= shape->dims[other];
    return stride;
}

FaltungGatherAxis *faltung_gather_axis(const FaltungLayer *layer, FaltungGather *gather, int axis) {
    return &gather->axes[inside(&layer->output_shape, axis)];
}

FaltungGather faltung_gather_of(const FaltungLayer *layer, const int *from) {
    const FaltungShape *input = &layer->input_shapes[0], *output = &layer->output_shape;
    FaltungGather gather = {.value = 0};
    for (int k = 0; k < FALTUNG_GATHER_AXES; k++)
        gather.axes[k] = (FaltungGatherAxis){.size = 1, .input = 1, .step = 1};
    for (int k = 0; k < output->rank; k++) {
        int axis = from ? from[k] : k;
        *faltung_gather_axis(layer, &gather, k) = (FaltungGatherAxis){
            .size = output->dims[k],
            .input = input->dims[axis],
            .stride = stride_of(input, axis),
            .step = 1,
        };
    }
    return gather;
}

static ptrdiff_t offset(const FaltungGatherAxis *axis, int i) {
    int at = faltung_edge(axis->edge, axis->input, axis->first + i * axis->step);
    return at < 0 ? -1 : at * axis->stride;
}

/* The planes of the two inner axes. */
static int n_planes(const FaltungGather *gather) {
    int n = 1;
    for (int k = 0; k < INNERMOST - 1; k++)
        n *= gather->axes[k].size;
    return n;
}

/* Where plane @i begins in the input; -1: nowhere. */
static ptrdiff_t plane_offset(const FaltungGather *gather, int i) {
    ptrdiff_t sum = 0;
    for (int k = INNERMOST - 2; k >= 0; k--) {
        ptrdiff_t at = offset(&gather->axes[k], i % gather->axes[k].size);
        if (at < 0)
            return -1;
        sum += at;
        i /= gather->axes[k].size;
    }
    return sum;
}

/* The values along an axis that lie in the input: from *begin to *end. */
static void within(const FaltungGatherAxis *axis, int *begin, int *end) {
    *begin = axis->first < 0 ? MIN(axis->size, -axis->first) : 0;
    *end = axis->step == 1 ? MIN(axis->size, axis->input - axis->first) : axis->size;
}

/* Values along the innermost axis of the output. @x: where that axis of the input begins. */
static void take_line(const FaltungGather *gather, const float *x, float *y) {
    const FaltungGatherAxis *axis = &gather->axes[INNERMOST];
    ptrdiff_t stride = axis->stride * axis->step;
    int begin, end;
    within(axis, &begin, &end);
    const float *from = x + axis->first * axis->stride;
    if (stride == 1) {
        memcpy(y + begin, from + begin, (end - begin) * sizeof(float));
    } else {
        for (int k = begin; k < end; k++)
            y[k] = from[k * stride];
    }
    if (end - begin == axis->size)
        return;
    for (int k = 0; k < axis->size; k++) {
        if (k >= begin && k < end)
            continue;
        ptrdiff_t at = offset(axis, k);
        y[k] = at < 0 ? gather->value : x[at];
    }
}

static void fill(int n, float value, float *y) {
    for (int k = 0; k < n; k++)
        y[k] = value;
}

/* Where the two inner axes only change places. */
static gboolean transposes(const FaltungGather *gather) {
    const FaltungGatherAxis *row = &gather->axes[INNERMOST - 1], *column = &gather->axes[INNERMOST];
    return row->stride == 1 && column->size > 1 && row->size == row->input &&
           column->size == column->input && row->first == 0 && column->first == 0;
}

static int threads_of(const FaltungStep *step) {
    size_t size = faltung_shape_size(&step->layer->output_shape);
    return faltung_threads_for(step->threads, 4.0 * step->batch * size);
}

void faltung_gather_forward(const FaltungStep *step, const FaltungGather *gather) {
    const FaltungGatherAxis *row = &gather->axes[INNERMOST - 1], *column = &gather->axes[INNERMOST];
    size_t input = faltung_shape_size(&step->layer->input_shapes[0]);
    size_t plane = (size_t)row->size * column->size;
    int planes = n_planes(gather);
    gboolean transposed = transposes(gather);
#pragma omp parallel for collapse(2) num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int i = 0; i < planes; i++) {
            const float *x = step->inputs[0] + n * input;
            float *y = step->output + ((size_t)n * planes + i) * plane;
            ptrdiff_t first = plane_offset(gather, i);
            if (first < 0) {
                fill(plane, gather->value, y);
            } else if (transposed) {
                faltung_kernels()->transpose(column->size, row->size, x + first, column->stride, y,
                                             column->size);
            } else {
                for (int j = 0; j < row->size; j++, y += column->size) {
                    ptrdiff_t second = offset(row, j);
                    if (second < 0)
                        fill(column->size, gather->value, y);
                    else
                        take_line(gather, x + first + second, y);
                }
            }
        }
}

/* What take_line() took gets its gradient. */
static void give_line(const FaltungGatherAxis *axis, const float *dy, float *dx) {
    ptrdiff_t stride = axis->stride * axis->step;
    int begin, end;
    within(axis, &begin, &end);
    float *to = dx + axis->first * axis->stride;
    if (stride == 1) {
        for (int k = begin; k < end; k++)
            to[k] += dy[k];
    } else {
        for (int k = begin; k < end; k++)
            to[k * stride] += dy[k];
    }
    if (end - begin == axis->size)
        return;
    for (int k = 0; k < axis->size; k++) {
        ptrdiff_t at = k >= begin && k < end ? -1 : offset(axis, k);
        if (at >= 0)
            dx[at] += dy[k];
    }
}

/* Sample by sample, as several values of the output may come from one of the input. */
void faltung_gather_backward(const FaltungStep *step, const FaltungGather *gather) {
    if (!step->input_gradients[0])
        return;
    const FaltungGatherAxis *row = &gather->axes[INNERMOST - 1], *column = &gather->axes[INNERMOST];
    int planes = n_planes(gather);
    size_t input = faltung_shape_size(&step->layer->input_shapes[0]);
    size_t output = faltung_shape_size(&step->layer->output_shape);
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * input;
        if (step->overwrite[0])
            memset(dx, 0, input * sizeof(float));
        for (int i = 0; i < planes; i++)
            for (int j = 0; j < row->size; j++) {
                ptrdiff_t first = plane_offset(gather, i), second = offset(row, j);
                size_t line = ((size_t)i * row->size + j) * column->size;
                if (first >= 0 && second >= 0)
                    give_line(column, step->output_gradient + n * output + line,
                              dx + first + second);
            }
    }
}

double faltung_gather_flops(const FaltungLayer *layer) {
    return 0;
}

const char *faltung_axis_name(const FaltungShape *shape, int axis) {
    static const char *const names[FALTUNG_GATHER_AXES][FALTUNG_GATHER_AXES] = {
        {N_("features")},
        {N_("steps"), "features"},
        {N_("channels"), N_("height"), N_("width")},
        {"channels", N_("depth"), "height", "width"},
    };
    return names[shape->rank - 1][axis];
}
