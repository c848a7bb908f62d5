/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/rearrange.h"

#include "core/ops/layout.h"
#include "core/ops/parallel.h"

#include <string.h>

/* One sample that lies as @from says, laid out as @to says. */
static void rearrange(const FaltungShape *from, const FaltungShape *to, size_t size, const float *x,
                      float *y) {
    static const FaltungShape vector = {.rank = 1};
    if (faltung_layout_same(from, to)) {
        memcpy(y, x, size * sizeof(float));
    } else if (faltung_layout_same(to, &vector)) {
        faltung_layout_to_field(from, x, y);
    } else if (faltung_layout_same(from, &vector)) {
        faltung_layout_to_inside(to, x, y);
    } else {
        for (size_t i = 0; i < size; i++)
            y[faltung_layout_inside(to, i)] = x[faltung_layout_inside(from, i)];
    }
}

void faltung_rearrange_forward(const FaltungStep *step) {
    const FaltungLayer *layer = step->layer;
    size_t size = faltung_shape_size(&layer->output_shape);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        rearrange(&layer->input_orders[0], &layer->order, size, step->inputs[0] + n * size,
                  step->output + n * size);
}

void faltung_rearrange_backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    const FaltungLayer *layer = step->layer;
    const FaltungShape *input = &layer->input_orders[0];
    size_t size = faltung_shape_size(&layer->output_shape);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *dy = step->output_gradient + n * size;
        float *dx = step->input_gradients[0] + n * size;
        if (step->overwrite[0]) {
            rearrange(&layer->order, input, size, dy, dx);
        } else {
            for (size_t i = 0; i < size; i++)
                dx[faltung_layout_inside(input, i)] += dy[faltung_layout_inside(&layer->order, i)];
        }
    }
}

double faltung_rearrange_flops(const FaltungLayer *layer) {
    return 0;
}
