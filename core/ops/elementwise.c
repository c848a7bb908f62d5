/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/elementwise.h"

#include "core/ops/parallel.h"

enum { CHUNK = 16384 }; /* floats: a few microseconds of work, and fits the first cache */

gboolean faltung_elementwise_infer_shape(FaltungLayer *layer, GError **error) {
    layer->output_shape = layer->input_shapes[0];
    return TRUE;
}

static float parameter_of(const FaltungLayer *layer) {
    const FaltungOperation *operation = layer->operation;
    return operation->epilogue_parameter ? operation->epilogue_parameter(layer->options) : 0;
}

static size_t size_of(const FaltungStep *step) {
    return step->batch * faltung_shape_size(&step->layer->output_shape);
}

void faltung_elementwise_forward(const FaltungStep *step) {
    const FaltungKernels *kernels = faltung_kernels();
    FaltungEpilogue f = step->layer->operation->epilogue;
    float parameter = parameter_of(step->layer);
    size_t size = size_of(step);
    int threads = faltung_threads_for(step->threads, 4.0 * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < size; i += CHUNK)
        kernels->activate(f, parameter, MIN(CHUNK, size - i), step->inputs[0] + i,
                          step->output + i);
}

void faltung_elementwise_backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    const FaltungKernels *kernels = faltung_kernels();
    FaltungEpilogue f = step->layer->operation->epilogue;
    const float *told_from = FALTUNG_EPILOGUE_NEEDS_INPUT(f) ? step->inputs[0] : step->output;
    float parameter = parameter_of(step->layer);
    size_t size = size_of(step);
    int threads = faltung_threads_for(step->threads, 4.0 * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < size; i += CHUNK)
        kernels->activate_backward(f, parameter, MIN(CHUNK, size - i), told_from + i,
                                   step->output_gradient + i, step->input_gradients[0] + i,
                                   !step->overwrite[0]);
}
