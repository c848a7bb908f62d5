/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/gather.h"

#include "core/ops/parallel.h"

#include <string.h>

/* Where axis @axis of the field's layout is inside, counted so that the innermost is 2. */
static int inside(const FaltungShape *shape, int axis) {
    if (shape->rank == 3)
        return axis == 0 ? 2 : axis - 1;
    return 3 - shape->rank + axis;
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
    for (int k = 0; k < 3; k++)
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

/* The values along an axis that lie in the input: from *begin to *end. */
static void within(const FaltungGatherAxis *axis, int *begin, int *end) {
    *begin = axis->first < 0 ? MIN(axis->size, -axis->first) : 0;
    *end = axis->step == 1 ? MIN(axis->size, axis->input - axis->first) : axis->size;
}

/* Values along the innermost axis of the output. @x: where that axis of the input begins. */
static void take_line(const FaltungGather *gather, const float *x, float *y) {
    const FaltungGatherAxis *axis = &gather->axes[2];
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
    const FaltungGatherAxis *row = &gather->axes[1], *column = &gather->axes[2];
    return row->stride == 1 && column->size > 1 && row->size == row->input &&
           column->size == column->input && row->first == 0 && column->first == 0;
}

static int threads_of(const FaltungStep *step) {
    size_t size = faltung_shape_size(&step->layer->output_shape);
    return faltung_threads_for(step->threads, 4.0 * step->batch * size);
}

void faltung_gather_forward(const FaltungStep *step, const FaltungGather *gather) {
    const FaltungGatherAxis *axes = gather->axes;
    size_t input = faltung_shape_size(&step->layer->input_shapes[0]);
    size_t plane = (size_t)axes[1].size * axes[2].size;
    gboolean transposed = transposes(gather);
#pragma omp parallel for collapse(2) num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int i = 0; i < axes[0].size; i++) {
            const float *x = step->inputs[0] + n * input;
            float *y = step->output + ((size_t)n * axes[0].size + i) * plane;
            ptrdiff_t first = offset(&axes[0], i);
            if (first < 0) {
                fill(plane, gather->value, y);
            } else if (transposed) {
                faltung_kernels()->transpose(axes[2].size, axes[1].size, x + first, axes[2].stride,
                                             y, axes[2].size);
            } else {
                for (int j = 0; j < axes[1].size; j++, y += axes[2].size) {
                    ptrdiff_t second = offset(&axes[1], j);
                    if (second < 0)
                        fill(axes[2].size, gather->value, y);
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
    const FaltungGatherAxis *axes = gather->axes;
    size_t input = faltung_shape_size(&step->layer->input_shapes[0]);
    size_t output = faltung_shape_size(&step->layer->output_shape);
#pragma omp parallel for num_threads(threads_of(step)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * input;
        if (step->overwrite[0])
            memset(dx, 0, input * sizeof(float));
        for (int i = 0; i < axes[0].size; i++)
            for (int j = 0; j < axes[1].size; j++) {
                ptrdiff_t first = offset(&axes[0], i), second = offset(&axes[1], j);
                size_t line = ((size_t)i * axes[1].size + j) * axes[2].size;
                if (first >= 0 && second >= 0)
                    give_line(&axes[2], step->output_gradient + n * output + line,
                              dx + first + second);
            }
    }
}

double faltung_gather_flops(const FaltungLayer *layer) {
    return 0;
}

const char *faltung_axis_name(const FaltungShape *shape, int axis) {
    static const char *const names[3][3] = {
        {"features"},
        {"steps", "features"},
        {"channels", "height", "width"},
    };
    return names[shape->rank - 1][axis];
}
