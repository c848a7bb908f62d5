/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/recurrent.h"

#include "core/ops/reach.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>
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

int faltung_recurrent_directions(const FaltungLayer *layer) {
    return ((const FaltungRecurrentOptions *)layer->options)->bidirectional ? 2 : 1;
}

FaltungRecurrence faltung_recurrence(const FaltungLayer *layer, int batch, FaltungPass pass) {
    enum { ROWS_AT_ONCE = 256 };
    const FaltungRecurrentOptions *options = layer->options;
    const FaltungKernels *kernels = faltung_kernels();
    const FaltungRecurrentCell *kind = layer->operation->cell(layer);
    int units = options->units, directions = faltung_recurrent_directions(layer);
    int steps = layer->input_shapes[0].dims[0];
    int inputs = pass.level > 0 ? directions * units : layer->input_shapes[0].dims[1];
    int width = kind->wide ? faltung_kernels_panel(kernels, units) : kernels->lanes;
    int n_panels = (units + width - 1) / width;
    int back_width = faltung_kernels_panel(kernels, units);
    int dx_width = faltung_kernels_panel(kernels, inputs);
    return (FaltungRecurrence){
        .layer = layer,
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
        .reverse = options->reverse || pass.direction == 1,
        .last = options->returns == FALTUNG_RETURN_LAST && pass.level == options->layers - 1,
        .output_row = directions * units,
    };
}

/* -- shapes and parameters ------------------------------------------------------------------- */

static gboolean check_options(const FaltungLayer *layer, GError **error) {
    const FaltungRecurrentOptions *options = layer->options;
    const char *name = layer->operation->kind.name;
    if (options->reverse && options->bidirectional)
        faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s cannot be both `reverse` and `bidirectional`, which goes both ways; remove "
            "one of them",
            name);
    else if (options->stateful && (options->reverse || options->bidirectional))
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "%s cannot be `stateful` and `%s`: what comes from the end of a sequence is "
                     "not known when it begins; remove one of them",
                     name, options->reverse ? "reverse" : "bidirectional");
    else
        return TRUE;
    return FALSE;
}

static gboolean check_input(const FaltungLayer *layer, GError **error) {
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank == 2)
        return TRUE;
    g_autofree char *came = faltung_shape_format(input);
    return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                        "%s takes a sequence (steps x features), but its input is %s; %s",
                        layer->operation->kind.name, came,
                        input->rank == 1
                            ? _("of indices make one by one_hot or embedding, and of a "
                                "recurrent layer before it by `return: sequence`")
                            : _("say `input: [steps, features]`, or reshape it"));
}

static gboolean has_weight(const FaltungLayer *layer, int weight) {
    const FaltungRecurrentOptions *options = layer->options;
    switch (weight) {
    case FALTUNG_BIAS_IH:
    case FALTUNG_BIAS_HH:
        return options->bias;
    case FALTUNG_WEIGHT_CH:
        return options->peepholes;
    default:
        return TRUE;
    }
}

/* How many weights a pass has before @end. */
static int n_weights(const FaltungLayer *layer, int end) {
    int n = 0;
    for (int weight = 0; weight < end; weight++)
        n += has_weight(layer, weight);
    return n;
}

int faltung_recurrent_parameter(const FaltungLayer *layer, FaltungPass pass, int weight) {
    if (!has_weight(layer, weight))
        return -1;
    int before = pass.level * faltung_recurrent_directions(layer) + pass.direction;
    return before * n_weights(layer, FALTUNG_N_WEIGHTS) + n_weights(layer, weight);
}

/* Which weight of which pass a parameter is. */
static int weight_of(const FaltungLayer *layer, int parameter, FaltungPass *pass) {
    int n = n_weights(layer, FALTUNG_N_WEIGHTS), weight = 0;
    int directions = faltung_recurrent_directions(layer);
    *pass = (FaltungPass){parameter / n / directions, parameter / n % directions};
    while (!has_weight(layer, weight) || n_weights(layer, weight) < parameter % n)
        weight++;
    return weight;
}

static int gates_of(const FaltungRecurrence *r, int weight) {
    return weight == FALTUNG_WEIGHT_CH ? 3 : r->kind->gates;
}

/* The columns that the weight has in the field's layout. */
static int columns_of(const FaltungRecurrence *r, int weight) {
    return weight == FALTUNG_WEIGHT_IH ? r->inputs : weight == FALTUNG_WEIGHT_HH ? r->units : 1;
}

/* Of a packed row: all gates of a panel. */
static int packed_row(const FaltungRecurrence *r, int weight) {
    return gates_of(r, weight) * r->width;
}

/* PyTorch's names: weight_ih_l0_reverse; the level is left out where there is one. */
static const char *name_of(const FaltungLayer *layer, FaltungPass pass, int weight) {
    static const char *const names[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh",
                                        "weight_ch"};
    const FaltungRecurrentOptions *options = layer->options;
    g_autofree char *level = g_strdup_printf("_l%d", pass.level);
    g_autofree char *name = g_strconcat(names[weight], options->layers > 1 ? level : "",
                                        pass.direction == 1 ? "_reverse" : "", NULL);
    return g_intern_string(name);
}

static void add_weight(FaltungLayer *layer, FaltungPass pass, int weight) {
    const FaltungRecurrentOptions *options = layer->options;
    const FaltungVariant *initializers[] = {&options->init, &options->recurrent_init,
                                            &options->bias_init, &options->bias_init,
                                            &options->peephole_init};
    FaltungRecurrence r = faltung_recurrence(layer, 1, pass);
    gboolean bias = weight == FALTUNG_BIAS_IH || weight == FALTUNG_BIAS_HH;
    gboolean vector = bias || weight == FALTUNG_WEIGHT_CH;
    int rows = gates_of(&r, weight) * r.units, columns = columns_of(&r, weight);
    int fan_in = weight == FALTUNG_BIAS_IH   ? r.inputs
                 : weight == FALTUNG_BIAS_HH ? r.units
                                             : columns;
    FaltungParameter *parameter =
        faltung_layer_add_parameter(layer, name_of(layer, pass, weight),
                                    vector ? FALTUNG_SHAPE(rows) : FALTUNG_SHAPE(rows, columns),
                                    fan_in, rows, initializers[weight]);
    parameter->torch_fan_in = r.units;
    parameter->packed_size = (size_t)r.n_panels * columns * packed_row(&r, weight);
    parameter->bias = bias;
}

gboolean faltung_recurrent_infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungRecurrentOptions *options = layer->options;
    if (!check_options(layer, error) || !check_input(layer, error))
        return FALSE;
    int columns = options->units * faltung_recurrent_directions(layer);
    layer->output_shape = options->returns == FALTUNG_RETURN_LAST
                              ? FALTUNG_SHAPE(columns)
                              : FALTUNG_SHAPE(layer->input_shapes[0].dims[0], columns);
    FALTUNG_FOR_EACH_PASS(layer, pass)
    for (int weight = 0; weight < FALTUNG_N_WEIGHTS; weight++)
        if (has_weight(layer, weight))
            add_weight(layer, pass, weight);
    return TRUE;
}

int faltung_recurrence_carried_size(const FaltungRecurrence *r) {
    return r->units * (r->kind->cell ? 2 : 1);
}

size_t faltung_recurrent_carried_size(const FaltungLayer *layer) {
    const FaltungRecurrentOptions *options = layer->options;
    FaltungRecurrence r = faltung_recurrence(layer, 1, (FaltungPass){0});
    return options->stateful ? faltung_recurrence_carried_size(&r) * options->layers : 0;
}

double faltung_recurrence_flops(const FaltungRecurrence *r) {
    const FaltungRecurrentOptions *options = r->layer->options;
    double a_row = 2.0 * (r->inputs + r->units) + (options->bias ? 2 : 0);
    double peepholes = options->peepholes ? 2.0 * 3 : 0;
    return (a_row * r->kind->gates + peepholes) * r->units * r->steps;
}

double faltung_recurrent_flops(const FaltungLayer *layer) {
    double flops = 0;
    FALTUNG_FOR_EACH_PASS(layer, pass) {
        FaltungRecurrence r = faltung_recurrence(layer, 1, pass);
        flops += faltung_recurrence_flops(&r);
    }
    return flops;
}

/* Where a unit's gate lies in a packed row. */
static size_t packed_column(const FaltungRecurrence *r, int weight, int gate, int unit) {
    gboolean input = weight == FALTUNG_WEIGHT_IH || weight == FALTUNG_BIAS_IH;
    int slot = weight == FALTUNG_WEIGHT_CH ? gate
               : input                     ? r->kind->input_slot[gate]
                                           : r->kind->hidden_slot[gate];
    return (size_t)slot * r->width + unit % r->width;
}

/* Goes through every value of a parameter, with its index in the field's layout and in the packed
   one. */
#define FOR_EACH_VALUE(layer, parameter, at, packed)                                               \
    FaltungPass pass;                                                                              \
    int weight = weight_of(layer, parameter, &pass);                                               \
    FaltungRecurrence r = faltung_recurrence(layer, 1, pass);                                      \
    int columns = columns_of(&r, weight), row = packed_row(&r, weight);                            \
    for (int gate = 0; gate < gates_of(&r, weight); gate++)                                        \
        for (int unit = 0; unit < r.units; unit++)                                                 \
            for (size_t k = 0, at = ((size_t)gate * r.units + unit) * columns,                     \
                        packed = (size_t)(unit / r.width) * columns * row +                        \
                                 packed_column(&r, weight, gate, unit);                            \
                 k < (size_t)columns; k++, at++, packed += row)

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

float *faltung_part(FaltungParts *parts, size_t floats) {
    float *at = parts->memory ? parts->memory + parts->used : NULL;
    parts->used += (floats + 15) / 16 * 16;
    return at;
}

void faltung_recurrence_place_kept(FaltungRecurrence *r, FaltungParts *parts, gboolean keeps) {
    size_t states = keeps ? r->steps + 1 : 2, cells = keeps ? states : r->lengths ? 2 : 1;
    size_t steps = keeps ? r->steps : r->block, resets = keeps ? r->steps : 1;
    size_t panels = (size_t)r->n_panels * r->batch * r->width;
    r->keeps = keeps;
    r->state = faltung_part(parts, states * r->batch * r->state_row);
    if (r->kind->cell)
        r->cell = faltung_part(parts, cells * panels);
    r->gates = faltung_part(parts, steps * panels * r->kind->kept);
    r->input = faltung_part(parts, steps * r->batch * r->input_row);
    if (r->kind->reset)
        r->reset = faltung_part(parts, resets * r->batch * r->state_row);
}

void faltung_recurrence_place_forward(FaltungRecurrence *r, FaltungParts *parts) {
    size_t a_sample = (size_t)r->kind->gates * r->width;
    r->index = (int32_t *)faltung_part(parts, r->batch);
    r->products = faltung_part(parts, r->batch * a_sample);
    r->no_bias = faltung_part(parts, a_sample);
}

void faltung_recurrence_place_backward(FaltungRecurrence *r, FaltungParts *parts) {
    size_t rows = (size_t)r->n_panels * r->kind->gates * r->width;
    size_t widest = MAX(r->n_back * r->back_width, r->n_dx * r->dx_width);
    r->transposed = faltung_part(parts, rows * widest);
    r->gradient = faltung_part(parts, (size_t)r->batch * r->state_row);
    if (r->kind->cell)
        r->cell_gradient = faltung_part(parts, (size_t)r->n_panels * r->batch * r->width);
    if (r->kind->reset)
        r->reset_gradient = faltung_part(parts, (size_t)r->batch * r->back_width);
}

int faltung_recurrent_reach(const FaltungLayer *layer, int input, int axis, int at, int *first,
                            int *last) {
    const FaltungRecurrentOptions *options = layer->options;
    *first = options->reverse ? at : 0;
    *last = options->reverse ? layer->input_shapes[0].dims[0] - 1 : at;
    gboolean follows = axis == 0 && input == 0 && !options->bidirectional &&
                       options->returns == FALTUNG_RETURN_SEQUENCE;
    return follows ? axis : FALTUNG_SEES_ALL;
}
