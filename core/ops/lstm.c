/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/operations.h"
#include "core/ops/recurrent-reference.h"
#include "core/train/initializer.h"

/* Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of Gers,
   Schmidhuber and Cummins, 2000; parameters, gates and formulas are PyTorch's. Peepholes: Gers and
   Schmidhuber, "Recurrent Nets that Time and Count", 2000. */
typedef struct {
    FaltungRecurrentOptions recurrent;
} Lstm;

enum { INPUT, FORGET, CELL, OUTPUT, GATES };

static const FaltungOptionSpec options[] = {
    FALTUNG_RECURRENT_UNITS,
    FALTUNG_RECURRENT_OPTIONS,
    {"peepholes", "the gates see the memory, too: a weight a gate and unit times its value",
     FALTUNG_SWITCH, offsetof(Lstm, recurrent.peepholes), "false"},
    {"peephole_init", "how the weights of the peepholes begin", FALTUNG_VARIANT,
     offsetof(Lstm, recurrent.peephole_init), "torch_uniform", .table = faltung_initializers},
    {NULL},
};

static void step_forward(const FaltungRecurrence *r, int s, int first, int rows) {
    faltung_recurrence_step(r, s, first, rows, r->kernels->cells.lstm_forward);
}

static void step_backward(const FaltungRecurrence *r, int s, int first, int rows) {
    faltung_recurrence_step_back(r, s, first, rows, r->kernels->cells.lstm_backward);
}

static const FaltungRecurrentCell *cell_of(const FaltungLayer *layer) {
    static const FaltungRecurrentCell cell = {
        .gates = GATES,
        .input_slot = {0, 1, 2, 3},
        .hidden_slot = {0, 1, 2, 3},
        .kept = GATES,
        .cell = TRUE,
        .forward = step_forward,
        .backward = step_backward,
    };
    return &cell;
}

/* The gates of sample n and both states: h[s] and c[s] before step s, h[0] = c[0] = 0. */
static void lstm_states_forward_reference(const FaltungReference *r, int n, double *all_gates,
                                          double *all_h, double *all_c) {
    int steps = r->layer->input_shapes[0].dims[0], inputs = r->layer->input_shapes[0].dims[1];
    int units = ((const Lstm *)r->layer->options)->recurrent.units;
    double(*gates)[GATES][units] = (void *)all_gates;
    double(*h)[units] = (void *)all_h, (*c)[units] = (void *)all_c;
    const double *peepholes = r->parameters[FALTUNG_WEIGHT_CH];

    for (int s = 0; s < steps; s++) {
        if (is_padding(r, n, s)) {
            memcpy(h[s + 1], h[s], sizeof h[s]);
            memcpy(c[s + 1], c[s], sizeof c[s]);
            continue;
        }
        double(*gate)[units] = gates[s];
        memset(gate, 0, sizeof gates[s]);
        add_affine(GATES * units, inputs, r->parameters[FALTUNG_WEIGHT_IH],
                   r->parameters[FALTUNG_BIAS_IH], input_at(r->layer, r->inputs[0], n, s), gate[0]);
        add_affine(GATES * units, units, r->parameters[FALTUNG_WEIGHT_HH],
                   r->parameters[FALTUNG_BIAS_HH], h[s], gate[0]);
        for (int u = 0; u < units; u++) {
            if (peepholes) {
                gate[INPUT][u] += peepholes[u] * c[s][u];
                gate[FORGET][u] += peepholes[units + u] * c[s][u];
            }
            gate[INPUT][u] = sigmoid(gate[INPUT][u]);
            gate[FORGET][u] = sigmoid(gate[FORGET][u]);
            gate[CELL][u] = tanh(gate[CELL][u]);
            c[s + 1][u] = gate[FORGET][u] * c[s][u] + gate[INPUT][u] * gate[CELL][u];
            if (peepholes)
                gate[OUTPUT][u] += peepholes[2 * units + u] * c[s + 1][u];
            gate[OUTPUT][u] = sigmoid(gate[OUTPUT][u]);
            h[s + 1][u] = gate[OUTPUT][u] * tanh(c[s + 1][u]);
        }
    }
}

static void lstm_pass_forward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0];
    int units = ((const Lstm *)r->layer->options)->recurrent.units;
    g_autofree double *gates = g_new(double, steps *GATES *units);
    g_autofree double *h = g_new0(double, (steps + 1) * units);
    g_autofree double *c = g_new0(double, (steps + 1) * units);

    for (int n = 0; n < r->batch; n++) {
        lstm_states_forward_reference(r, n, gates, h, c);
        put_states(r, n, h);
    }
}

static void lstm_pass_backward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0], inputs = r->layer->input_shapes[0].dims[1];
    int units = ((const Lstm *)r->layer->options)->recurrent.units;
    g_autofree double *all_gates = g_new(double, steps *GATES *units);
    g_autofree double *all_h = g_new0(double, (steps + 1) * units);
    g_autofree double *all_c = g_new0(double, (steps + 1) * units);
    g_autofree double *all_dsums = g_new(double, GATES *units);
    g_autofree double *dh = g_new(double, units), *dc = g_new(double, units);
    const double(*gates)[GATES][units] = (void *)all_gates;
    const double(*h)[units] = (void *)all_h, (*c)[units] = (void *)all_c;
    double(*dsum)[units] = (void *)all_dsums; /* of the gates before their nonlinearity */
    const double *peepholes = r->parameters[FALTUNG_WEIGHT_CH];
    double *dpeepholes = r->parameter_gradients[FALTUNG_WEIGHT_CH];

    for (int n = 0; n < r->batch; n++) {
        lstm_states_forward_reference(r, n, all_gates, all_h, all_c);
        memset(dh, 0, units * sizeof(double));
        memset(dc, 0, units * sizeof(double));
        for (int s = steps - 1; s >= 0; s--) {
            add_output_gradient(r, n, s, dh);
            if (is_padding(r, n, s))
                continue;
            for (int u = 0; u < units; u++) {
                double i = gates[s][INPUT][u], f = gates[s][FORGET][u];
                double g = gates[s][CELL][u], o = gates[s][OUTPUT][u];
                double bounded = tanh(c[s + 1][u]);
                dsum[OUTPUT][u] = dh[u] * bounded * o * (1 - o);
                dc[u] += dh[u] * o * (1 - bounded * bounded);
                if (peepholes)
                    dc[u] += dsum[OUTPUT][u] * peepholes[2 * units + u];
                dsum[INPUT][u] = dc[u] * g * i * (1 - i);
                dsum[FORGET][u] = dc[u] * c[s][u] * f * (1 - f);
                dsum[CELL][u] = dc[u] * i * (1 - g * g);
                dc[u] *= f;
                if (peepholes) {
                    dpeepholes[u] += dsum[INPUT][u] * c[s][u];
                    dpeepholes[units + u] += dsum[FORGET][u] * c[s][u];
                    dpeepholes[2 * units + u] += dsum[OUTPUT][u] * c[s + 1][u];
                    dc[u] += dsum[INPUT][u] * peepholes[u] + dsum[FORGET][u] * peepholes[units + u];
                }
                dh[u] = 0;
            }
            add_affine_gradients(GATES * units, inputs, r->parameters[FALTUNG_WEIGHT_IH],
                                 input_at(r->layer, r->inputs[0], n, s), dsum[0],
                                 r->parameter_gradients[FALTUNG_WEIGHT_IH],
                                 r->parameter_gradients[FALTUNG_BIAS_IH],
                                 input_at(r->layer, r->input_gradients[0], n, s));
            add_affine_gradients(GATES * units, units, r->parameters[FALTUNG_WEIGHT_HH], h[s],
                                 dsum[0], r->parameter_gradients[FALTUNG_WEIGHT_HH],
                                 r->parameter_gradients[FALTUNG_BIAS_HH], dh);
        }
    }
}

/* The passes of all levels and directions. */
static void lstm_forward_reference(const FaltungReference *r) {
    faltung_recurrent_forward_passes(r, lstm_pass_forward_reference);
}

static void lstm_backward_reference(const FaltungReference *r) {
    faltung_recurrent_backward_passes(r, lstm_pass_forward_reference, lstm_pass_backward_reference);
}

static const FaltungInner inner[] = {
    FALTUNG_RECURRENT_INNER("i", "the input gate, how much goes into the memory", "INPUT", INPUT),
    FALTUNG_RECURRENT_INNER("f", "the forget gate, how much of the memory stays", "FORGET", FORGET),
    FALTUNG_RECURRENT_INNER("g", "what goes into the memory", "CELL", CELL),
    FALTUNG_RECURRENT_INNER("o", "the output gate, how much of the memory is shown", "OUTPUT",
                            OUTPUT),
    FALTUNG_RECURRENT_INNER("c", "the memory", "c", FALTUNG_INNER_CELL),
    FALTUNG_RECURRENT_INNER("h", "the state, which is also the output", "h", FALTUNG_INNER_STATE),
    {NULL},
};

/* clang-format off */
#define CELL_OF(input, forget, output)                                                             \
    FALTUNG_TEX_SEEING_GATE("\\mark{INPUT}{i_t}", "\\sigma", "i", input)                           \
    FALTUNG_TEX_SEEING_GATE("\\mark{FORGET}{f_t}", "\\sigma", "f", forget)                         \
    FALTUNG_TEX_GATE("\\mark{CELL}{g_t}", "\\tanh", "g")                                           \
    FALTUNG_TEX_SEEING_GATE("\\mark{OUTPUT}{o_t}", "\\sigma", "o", output)                         \
    "\\mark{c}{c_t} &= \\mark{FORGET}{f_t} \\odot \\mark{c}{c_{t-1}} + "                           \
    "\\mark{INPUT}{i_t} \\odot \\mark{CELL}{g_t} \\\\ "                                            \
    "\\mark{h}{h_t} &= \\mark{OUTPUT}{o_t} \\odot \\tanh ( \\mark{c}{c_t} )"
#define PLAIN_CELL CELL_OF("", "", "")
#define SEEING_CELL                                                                                \
    CELL_OF(FALTUNG_TEX_PEEPHOLE("i", "t-1"), FALTUNG_TEX_PEEPHOLE("f", "t-1"),                    \
            FALTUNG_TEX_PEEPHOLE("o", "t"))
/* clang-format on */

static char *equation_of(const FaltungLayer *layer) {
    gboolean peepholes = ((const Lstm *)layer->options)->recurrent.peepholes;
    return faltung_recurrent_equation(layer, peepholes ? SEEING_CELL : PLAIN_CELL);
}

const FaltungOperation faltung_operation_lstm = {
    .kind =
        {
            .name = "lstm",
            .title = "LSTM",
            .summary = "goes through a sequence with a memory, into which gates let in, keep and "
                       "let out",
            .options = options,
            .options_size = sizeof(Lstm),
        },
    .group = FALTUNG_GROUP_RECURRENT,
    .flags = FALTUNG_STORES_GRADIENTS | FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = FALTUNG_TEX_ALIGNED(PLAIN_CELL),
    .equation_of = equation_of,
    .reach = faltung_recurrent_reach,
    .max_inputs = 1,
    .infer_shape = faltung_recurrent_infer_shape,
    .flops = faltung_recurrent_flops,
    .state_size = faltung_recurrent_state_size,
    .workspace_size = faltung_recurrent_workspace_size,
    .carried_size = faltung_recurrent_carried_size,
    .forward = faltung_recurrent_forward,
    .backward = faltung_recurrent_backward,
    .pack = faltung_recurrent_pack,
    .unpack = faltung_recurrent_unpack,
    .forward_reference = lstm_forward_reference,
    .backward_reference = lstm_backward_reference,
    .file = "lstm.c",
    .cell = cell_of,
    .inner = inner,
    .inner_places = faltung_recurrent_inner_places,
    .read_inner = faltung_recurrent_read_inner,
};
