/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/arithmetic-private.h"

#include "core/ops/recurrent-reference.h"

enum { MOST = 4 };                    /* products of a gate; the others are one number */
enum { INPUT, FORGET, CELL, OUTPUT }; /* gates of an LSTM */
enum { RESET, UPDATE, CANDIDATE };    /* of a GRU */

/* One pass of a layer's highest level, and one unit in it. */
typedef struct {
    FaltungUnit *unit;
    const FaltungRecurrentCell *kind;
    gboolean reverse;
    int steps, inputs, units; /* of the pass */
    int step, own;            /* of the unit, in the field's order */
    const double *x;          /* (steps, inputs) */
    double *h;                /* (steps, units): after each step */
    double *zeros;            /* (units): the state before the first */
    const double *parameters[FALTUNG_N_WEIGHTS];
} Pass;

/* --- what the reference code makes of it --- */

/* The output of the lowest @levels at all steps, (steps, directions x units). */
static double *sequence_of(FaltungUnit *unit, int levels) {
    FaltungReference r = unit->reference;
    FaltungLayer layer = unit->layer;
    FaltungRecurrentOptions *options = g_memdup2(layer.options, layer.operation->kind.options_size);
    g_ptr_array_add(unit->memory, options);
    options->layers = levels;
    options->returns = FALTUNG_RETURN_SEQUENCE;
    layer.options = options;
    r.layer = &layer;
    r.output = faltung_unit_room(unit, (size_t)layer.input_shapes[0].dims[0] * options->units *
                                           faltung_recurrent_directions(&layer));
    layer.operation->forward_reference(&r);
    return r.output;
}

/* Whether nothing comes any more from @step on. */
static gboolean is_end(const FaltungUnit *unit, int step) {
    const FaltungShape *shape = &unit->layer.input_shapes[0];
    FaltungLayer layer = unit->layer;
    FaltungRecurrentOptions options = *(const FaltungRecurrentOptions *)layer.options;
    FaltungReference r = {.layer = &layer, .inputs = {NULL, unit->reference.inputs[0]}};
    options.reverse = FALSE; /* steps are in the order of the field */
    layer.options = &options;
    layer.input_shapes[1] = *shape;
    return is_padding(&r, 0, step);
}

/* Whose state is that of the whole sequence. */
static int last_step(const FaltungUnit *unit, gboolean reverse) {
    int step = reverse ? 0 : unit->layer.input_shapes[0].dims[0] - 1;
    while (!reverse && step > 0 && is_end(unit, step))
        step--;
    return step;
}

static Pass pass_of(FaltungUnit *unit) {
    const FaltungLayer *layer = &unit->layer;
    const FaltungRecurrentOptions *options = layer->options;
    int units = options->units, directions = faltung_recurrent_directions(layer);
    int direction = unit->index / units % directions, top = options->layers - 1;
    Pass pass = {
        .unit = unit,
        .kind = layer->operation->cell(layer),
        .reverse = options->reverse || direction == 1,
        .steps = layer->input_shapes[0].dims[0],
        .inputs = top > 0 ? directions * units : layer->input_shapes[0].dims[1],
        .units = units,
        .own = unit->index % units,
        .x = top > 0 ? sequence_of(unit, top) : unit->reference.inputs[0],
        .h = faltung_unit_room(unit, (size_t)layer->input_shapes[0].dims[0] * units),
        .zeros = faltung_unit_room(unit, units),
    };
    const double *h = sequence_of(unit, options->layers);
    for (int t = 0; t < pass.steps; t++)
        memcpy(pass.h + t * units, h + (t * directions + direction) * units,
               units * sizeof(double));
    for (int weight = 0; weight < FALTUNG_N_WEIGHTS; weight++) {
        int p = faltung_recurrent_parameter(layer, (FaltungPass){top, direction}, weight);
        pass.parameters[weight] = p >= 0 ? unit->reference.parameters[p] : NULL;
    }
    pass.step = options->returns == FALTUNG_RETURN_SEQUENCE
                    ? (int)(unit->index / units / directions)
                    : last_step(unit, pass.reverse);
    return pass;
}

/* The state before @step. */
static const double *before(const Pass *pass, int step) {
    int last = pass->reverse ? step + 1 : step - 1;
    return last >= 0 && last < pass->steps ? pass->h + last * pass->units : pass->zeros;
}

/* --- sums --- */

/* Without those that are nothing, as of a one-hot. */
static void add_products(const double *weight, const char *weight_symbol, const double *x,
                         const char *x_symbol, int n, GArray *sum) {
    for (int i = 0; i < n; i++)
        if (x[i] != 0)
            faltung_products_add(sum, weight[i], weight_symbol, x[i], x_symbol);
}

/* W_ih x of @gate of unit @u. */
static void add_input(const Pass *pass, int gate, int u, int step, GArray *sum) {
    int n = pass->inputs, row = gate * pass->units + u;
    add_products(pass->parameters[FALTUNG_WEIGHT_IH] + row * n, "weight_ih", pass->x + step * n,
                 "x", n, sum);
}

/* W_hh s, of the state @s, which is called @symbol. */
static void add_state(const Pass *pass, int gate, int u, const double *s, const char *symbol,
                      GArray *sum) {
    int n = pass->units, row = gate * n + u;
    add_products(pass->parameters[FALTUNG_WEIGHT_HH] + row * n, "weight_hh", s, symbol, n, sum);
}

static void add_bias(const Pass *pass, int bias, int gate, int u, GArray *sum) {
    if (pass->parameters[bias])
        faltung_products_add(sum, 1, NULL, pass->parameters[bias][gate * pass->units + u],
                             bias == FALTUNG_BIAS_IH ? "bias_ih" : "bias_hh");
}

/* Of @gate: @c: (nullable): the cell's state that it sees by a peephole. Returns: (transfer full):
   the terms; @n_first: so many stand before the others. */
static GArray *gate_sum(const Pass *pass, int gate, int u, int step, const double *c,
                        guint *n_first) {
    GArray *sum = faltung_products_list();
    const double *peepholes = pass->parameters[FALTUNG_WEIGHT_CH];
    add_bias(pass, FALTUNG_BIAS_IH, gate, u, sum);
    add_bias(pass, FALTUNG_BIAS_HH, gate, u, sum);
    if (c && peepholes)
        faltung_products_add(sum, peepholes[MIN(gate, 2) * pass->units + u], "weight_ch", *c, "c");
    *n_first = sum->len;
    add_input(pass, gate, u, step, sum);
    add_state(pass, gate, u, before(pass, step), "h", sum);
    return sum;
}

static double gate_value(const Pass *pass, int gate, int u, int step, const double *c) {
    guint n_first;
    g_autoptr(GArray) sum = gate_sum(pass, gate, u, step, c, &n_first);
    return faltung_products_sum(sum);
}

/* --- statements --- */

static void open_function(FaltungUnit *unit, const char *tex) {
    g_string_append_printf(unit->tex, "%s ", tex);
}

static double close_function(FaltungUnit *unit, double (*function)(double), const char *left) {
    g_string_append(unit->tex, " )");
    unit->value = function(unit->value);
    return faltung_write_end(unit, left);
}

static double rectified(double x) {
    return fmax(x, 0);
}

/* `left = tex(sum) = value`. Returns: the value as it is written. */
static double write_gate(const Pass *pass, int gate, const double *c, const char *left,
                         const char *tex, double (*function)(double)) {
    guint n_first;
    g_autoptr(GArray) sum = gate_sum(pass, gate, pass->own, pass->step, c, &n_first);
    open_function(pass->unit, tex);
    faltung_write_sum(pass->unit, sum, n_first, MOST);
    return close_function(pass->unit, function, left);
}

static void write_product(FaltungUnit *unit, const char *symbol, double value,
                          const char *other_symbol, double other) {
    value = faltung_write_factor(unit, symbol, value);
    g_string_append(unit->tex, " \\cdot ");
    unit->value += value * faltung_write_factor(unit, other_symbol, other);
}

#define STATE "\\mark{h}{h_t}"

static void write_rnn(const Pass *pass) {
    if (pass->kind->relu)
        write_gate(pass, 0, NULL, STATE, "\\max ( 0,", rectified);
    else
        write_gate(pass, 0, NULL, STATE, "\\tanh (", tanh);
}

/* r (W_hn h + b_hn) + W_in x + b_in. */
static double write_new_after(const Pass *pass, double reset) {
    FaltungUnit *unit = pass->unit;
    g_autoptr(GArray) product = faltung_products_list(), sum = faltung_products_list();
    add_bias(pass, FALTUNG_BIAS_HH, CANDIDATE, pass->own, product);
    guint n_first = product->len;
    add_state(pass, CANDIDATE, pass->own, before(pass, pass->step), "h", product);
    faltung_write_sum(unit, product, n_first, MOST);
    double of_state = faltung_write_end(unit, "\\mark{product}{p_t}");

    faltung_products_add(sum, reset, "RESET", of_state, "product");
    add_bias(pass, FALTUNG_BIAS_IH, CANDIDATE, pass->own, sum);
    n_first = sum->len;
    add_input(pass, CANDIDATE, pass->own, pass->step, sum);
    open_function(unit, "\\tanh (");
    faltung_write_sum(unit, sum, n_first, MOST);
    return close_function(unit, tanh, "\\mark{CANDIDATE}{n_t}");
}

/* W_hn (r h) + b_hn + W_in x + b_in, with the reset gates of all units; first its own. */
static double write_new_before(const Pass *pass, double reset) {
    const double *h = before(pass, pass->step);
    g_autofree double *state = g_new(double, pass->units);
    for (int u = 0; u < pass->units; u++)
        state[u] = h[u] * sigmoid(gate_value(pass, RESET, u, pass->step, NULL));
    write_product(pass->unit, "RESET", reset, "h", h[pass->own]);
    double own = faltung_write_end(pass->unit, "\\mark{state}{s_t}");
    state[pass->own] = 0;
    int row = (CANDIDATE * pass->units + pass->own) * pass->units + pass->own;

    g_autoptr(GArray) sum = faltung_products_list();
    faltung_products_add(sum, pass->parameters[FALTUNG_WEIGHT_HH][row], "weight_hh", own, "state");
    add_bias(pass, FALTUNG_BIAS_IH, CANDIDATE, pass->own, sum);
    add_bias(pass, FALTUNG_BIAS_HH, CANDIDATE, pass->own, sum);
    guint n_first = sum->len;
    add_input(pass, CANDIDATE, pass->own, pass->step, sum);
    add_state(pass, CANDIDATE, pass->own, state, "state", sum);
    open_function(pass->unit, "\\tanh (");
    faltung_write_sum(pass->unit, sum, n_first, MOST);
    return close_function(pass->unit, tanh, "\\mark{CANDIDATE}{n_t}");
}

static void write_gru(const Pass *pass) {
    FaltungUnit *unit = pass->unit;
    double reset = write_gate(pass, RESET, NULL, "\\mark{RESET}{r_t}", "\\sigma (", sigmoid);
    double update = write_gate(pass, UPDATE, NULL, "\\mark{UPDATE}{z_t}", "\\sigma (", sigmoid);
    double fresh = pass->kind->reset ? write_new_before(pass, reset) : write_new_after(pass, reset);
    g_string_append(unit->tex, "( 1 - ");
    update = faltung_write_factor(unit, "UPDATE", update);
    g_string_append(unit->tex, " ) \\cdot ");
    unit->value = (1 - update) * faltung_write_factor(unit, "CANDIDATE", fresh);
    g_string_append(unit->tex, " + ");
    write_product(unit, "UPDATE", update, "h", before(pass, pass->step)[pass->own]);
    faltung_write_end(unit, STATE);
}

/* The cell's state before the step: from the beginning on, as it is kept nowhere. */
static double cell_before(const Pass *pass) {
    double c = 0;
    int way = pass->reverse ? -1 : 1, t = pass->reverse ? pass->steps - 1 : 0;
    for (; t != pass->step; t += way) {
        if (is_end(pass->unit, t))
            continue; /* of padding the way back begins with */
        double i = sigmoid(gate_value(pass, INPUT, pass->own, t, &c));
        double f = sigmoid(gate_value(pass, FORGET, pass->own, t, &c));
        c = f * c + i * tanh(gate_value(pass, CELL, pass->own, t, NULL));
    }
    return c;
}

static void write_lstm(const Pass *pass) {
    FaltungUnit *unit = pass->unit;
    double c = cell_before(pass);
    double i = write_gate(pass, INPUT, &c, "\\mark{INPUT}{i_t}", "\\sigma (", sigmoid);
    double f = write_gate(pass, FORGET, &c, "\\mark{FORGET}{f_t}", "\\sigma (", sigmoid);
    double g = write_gate(pass, CELL, NULL, "\\mark{CELL}{g_t}", "\\tanh (", tanh);
    write_product(unit, "FORGET", f, "c", c);
    g_string_append(unit->tex, " + ");
    write_product(unit, "INPUT", i, "CELL", g);
    c = faltung_write_end(unit, "\\mark{c}{c_t}");
    double o = write_gate(pass, OUTPUT, &c, "\\mark{OUTPUT}{o_t}", "\\sigma (", sigmoid);
    o = faltung_write_factor(unit, "OUTPUT", o);
    g_string_append(unit->tex, " \\cdot \\tanh ( ");
    unit->value = o * tanh(faltung_write_number(unit, "c", c));
    g_string_append(unit->tex, " )");
    faltung_write_end(unit, STATE);
}

void faltung_write_recurrent(FaltungUnit *unit) {
    Pass pass = pass_of(unit);
    if (is_end(unit, pass.step)) /* padding */
        faltung_write_end(unit, STATE);
    else if (pass.kind->cell)
        write_lstm(&pass);
    else if (pass.kind->gates > 1)
        write_gru(&pass);
    else
        write_rnn(&pass);
}
