/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/recurrent.h"

#include "core/base/error.h"

#include <string.h>

/* What is not work: shapes, parameters, and where everything lies. */

const char *const faltung_recurrent_returns[] = {"sequence", "last", NULL};

static int rounded(int n, int to) {
    return (n + to - 1) / to * to;
}

/* A row of a matrix whose rows are read at once: never a power of two. */
static int padded_row(int n) {
    return rounded(n, 16) + 16;
}

FaltungRecurrence faltung_recurrence(const FaltungLayer *layer, int batch) {
    enum { ROWS_AT_ONCE = 256 };
    const FaltungRecurrentOptions *options = layer->options;
    const FaltungKernels *kernels = faltung_kernels();
    const FaltungRecurrentCell *kind = layer->operation->cell(layer);
    int steps = layer->input_shapes[0].dims[0], inputs = layer->input_shapes[0].dims[1];
    int units = options->units;
    int width = kind->wide ? faltung_kernels_panel(kernels, units) : kernels->lanes;
    int n_panels = (units + width - 1) / width;
    int back_width = faltung_kernels_panel(kernels, units);
    int dx_width = faltung_kernels_panel(kernels, inputs);
    return (FaltungRecurrence){
        .kind = kind,
        .kernels = kernels,
        .batch = batch,
        .steps = steps,
        .inputs = inputs,
        .units = units,
        .width = width,
        .n_panels = n_panels,
        .state_row = padded_row(MAX(n_panels * width, rounded(units, back_width))),
        .input_row = padded_row(inputs),
        .back_width = back_width,
        .n_back = (units + back_width - 1) / back_width,
        .dx_width = dx_width,
        .n_dx = (inputs + dx_width - 1) / dx_width,
        .block = CLAMP((ROWS_AT_ONCE + batch - 1) / batch, 1, steps),
        .reverse = options->reverse,
        .last = options->returns == FALTUNG_RETURN_LAST,
    };
}

/* -- shapes and parameters ------------------------------------------------------------------- */

static gboolean check_input(const FaltungLayer *layer, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank == 2)
        return TRUE;
    g_autofree char *came = faltung_shape_format(input);
    g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                "%s takes a sequence (steps x features), but its input is %s; %s",
                layer->operation->kind.name, came,
                input->rank == 1 ? "of indices make one by one_hot or embedding, and of a "
                                   "recurrent layer before it by `return: sequence`"
                                 : "say `input: [steps, features]`, or reshape it");
    return FALSE;
}

static void add_parameter(FaltungLayer *layer, const char *name, int inputs, gboolean bias,
                          const FaltungVariant *initializer) {
    FaltungRecurrence r = faltung_recurrence(layer, 1);
    int rows = r.kind->gates * r.units;
    FaltungShape shape = bias ? FALTUNG_SHAPE(rows) : FALTUNG_SHAPE(rows, inputs);
    FaltungParameter *parameter =
        faltung_layer_add_parameter(layer, name, shape, inputs, rows, initializer);
    parameter->torch_fan_in = r.units;
    parameter->packed_size = faltung_recurrence_panel(&r, r.n_panels, bias ? 1 : inputs);
    parameter->bias = bias;
}

gboolean faltung_recurrent_infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungRecurrentOptions *options = layer->options;
    if (!check_input(layer, error))
        return FALSE;
    int steps = layer->input_shapes[0].dims[0], inputs = layer->input_shapes[0].dims[1];
    int units = options->units;
    layer->output_shape = options->returns == FALTUNG_RETURN_LAST ? FALTUNG_SHAPE(units)
                                                                  : FALTUNG_SHAPE(steps, units);
    add_parameter(layer, "weight_ih", inputs, FALSE, &options->init);
    add_parameter(layer, "weight_hh", units, FALSE, &options->recurrent_init);
    if (options->bias) {
        add_parameter(layer, "bias_ih", inputs, TRUE, &options->bias_init);
        add_parameter(layer, "bias_hh", units, TRUE, &options->bias_init);
    }
    return TRUE;
}

double faltung_recurrent_flops(const FaltungLayer *layer) {
    FaltungRecurrence r = faltung_recurrence(layer, 1);
    const FaltungRecurrentOptions *options = layer->options;
    double a_row = 2.0 * (r.inputs + r.units) + (options->bias ? 2 : 0);
    return a_row * r.kind->gates * r.units * r.steps;
}

/* Where a unit's gate lies in a packed row. */
static size_t packed_column(const FaltungRecurrence *r, int parameter, int gate, int unit) {
    gboolean input = parameter == FALTUNG_WEIGHT_IH || parameter == FALTUNG_BIAS_IH;
    int slot = input ? r->kind->input_slot[gate] : r->kind->hidden_slot[gate];
    return (size_t)slot * r->width + unit % r->width;
}

/* Calls for every value with its index in the field's layout and in the packed one. */
#define FOR_EACH_VALUE(layer, parameter, at, packed)                                               \
    FaltungRecurrence r = faltung_recurrence(layer, 1);                                            \
    int columns = parameter == FALTUNG_WEIGHT_IH   ? r.inputs                                      \
                  : parameter == FALTUNG_WEIGHT_HH ? r.units                                       \
                                                   : 1;                                            \
    for (int gate = 0; gate < r.kind->gates; gate++)                                               \
        for (int unit = 0; unit < r.units; unit++)                                                 \
            for (size_t k = 0, at = ((size_t)gate * r.units + unit) * columns,                     \
                        packed = faltung_recurrence_panel(&r, unit / r.width, columns) +           \
                                 packed_column(&r, parameter, gate, unit);                         \
                 k < (size_t)columns; k++, at++, packed += r.kind->gates * r.width)

void faltung_recurrent_pack(const FaltungLayer *layer, int parameter, const float *from,
                            float *to) {
    FOR_EACH_VALUE(layer, parameter, at, packed)
    to[packed] = from[at];
}

void faltung_recurrent_unpack(const FaltungLayer *layer, int parameter, const float *from,
                              float *to) {
    FOR_EACH_VALUE(layer, parameter, at, packed)
    to[at] = from[packed];
}

/* -- where everything lies ------------------------------------------------------------------- */

static float *part(FaltungParts *parts, size_t floats) {
    float *at = parts->memory ? parts->memory + parts->used : NULL;
    parts->used += (floats + 15) / 16 * 16;
    return at;
}

void faltung_recurrence_place_kept(FaltungRecurrence *r, FaltungParts *parts, gboolean keeps) {
    size_t states = keeps ? r->steps + 1 : 2, cells = keeps ? states : 1;
    size_t steps = keeps ? r->steps : r->block, resets = keeps ? r->steps : 1;
    size_t panels = (size_t)r->n_panels * r->batch * r->width;
    r->keeps = keeps;
    r->state = part(parts, states * r->batch * r->state_row);
    if (r->kind->cell)
        r->cell = part(parts, cells * panels);
    r->gates = part(parts, steps * panels * r->kind->kept);
    r->input = part(parts, steps * r->batch * r->input_row);
    if (r->kind->reset)
        r->reset = part(parts, resets * r->batch * r->state_row);
}

void faltung_recurrence_place_forward(FaltungRecurrence *r, FaltungParts *parts) {
    size_t a_sample = (size_t)r->kind->gates * r->width;
    r->index = (int32_t *)part(parts, r->batch);
    r->products = part(parts, r->batch * a_sample);
    r->no_bias = part(parts, a_sample);
}

void faltung_recurrence_place_backward(FaltungRecurrence *r, FaltungParts *parts) {
    size_t rows = (size_t)r->n_panels * r->kind->gates * r->width;
    size_t widest = MAX(r->n_back * r->back_width, r->n_dx * r->dx_width);
    r->transposed = part(parts, rows * widest);
    r->gradient = part(parts, (size_t)r->batch * r->state_row);
    if (r->kind->cell)
        r->cell_gradient = part(parts, (size_t)r->n_panels * r->batch * r->width);
    if (r->kind->reset)
        r->reset_gradient = part(parts, (size_t)r->batch * r->back_width);
}

size_t faltung_recurrent_state_size(const FaltungLayer *layer, int batch) {
    FaltungRecurrence r = faltung_recurrence(layer, batch);
    FaltungParts parts = {0};
    faltung_recurrence_place_kept(&r, &parts, TRUE);
    return parts.used * sizeof(float);
}

/* A smaller batch takes larger blocks of steps, but no more rows than these. */
size_t faltung_recurrent_workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungRecurrence r = faltung_recurrence(layer, batch);
    r.block = MIN(r.block + 1, r.steps);
    FaltungParts forward = {0}, backward = {0};
    faltung_recurrence_place_kept(&r, &forward, FALSE);
    faltung_recurrence_place_forward(&r, &forward);
    faltung_recurrence_place_backward(&r, &backward);
    return MAX(forward.used, backward.used);
}
