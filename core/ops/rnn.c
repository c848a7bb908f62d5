/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/operations.h"
#include "core/ops/recurrent-reference.h"
#include "core/train/initializer.h"

/* Elman, "Finding Structure in Time", 1990; parameters and formula are PyTorch's. */
typedef struct {
    FaltungRecurrentOptions recurrent;
    int nonlinearity;
} Rnn;

enum { TANH, RELU };
static const char *const nonlinearities[] = {"tanh", "relu", NULL};

static const FaltungOptionSpec options[] = {
    FALTUNG_RECURRENT_UNITS,
    {"nonlinearity", "what the state goes through", FALTUNG_CHOICE, offsetof(Rnn, nonlinearity),
     "tanh", .choices = nonlinearities},
    FALTUNG_RECURRENT_OPTIONS,
    {NULL},
};

static void step_forward(const FaltungRecurrence *r, int s, int first, int rows) {
    faltung_recurrence_step(r, s, first, rows, r->kernels->cells.rnn_forward);
}

static void step_backward(const FaltungRecurrence *r, int s, int first, int rows) {
    faltung_recurrence_step_back(r, s, first, rows, r->kernels->cells.rnn_backward);
}

static const FaltungRecurrentCell *cell_of(const FaltungLayer *layer) {
    static const FaltungRecurrentCell cells[] = {
        [TANH] = {.gates = 1,
                  .kept = 1,
                  .wide = TRUE,
                  .forward = step_forward,
                  .backward = step_backward},
        [RELU] = {.gates = 1,
                  .kept = 1,
                  .wide = TRUE,
                  .relu = TRUE,
                  .forward = step_forward,
                  .backward = step_backward},
    };
    return &cells[((const Rnn *)layer->options)->nonlinearity];
}

/* The states of sample n: h[s] before step s, h[0] = 0. */
static void rnn_states_forward_reference(const FaltungReference *r, int n, double *states) {
    const Rnn *rnn = r->layer->options;
    int steps = r->layer->input_shapes[0].dims[0], inputs = r->layer->input_shapes[0].dims[1];
    int units = rnn->recurrent.units;
    double(*h)[units] = (void *)states;

    for (int s = 0; s < steps; s++) {
        if (is_padding(r, n, s)) {
            memcpy(h[s + 1], h[s], sizeof h[s]);
            continue;
        }
        const double *x = input_at(r->layer, r->inputs[0], n, s);
        double *next = h[s + 1];
        memset(next, 0, units * sizeof(double));
        add_affine(units, inputs, r->parameters[FALTUNG_WEIGHT_IH], r->parameters[FALTUNG_BIAS_IH],
                   x, next);
        add_affine(units, units, r->parameters[FALTUNG_WEIGHT_HH], r->parameters[FALTUNG_BIAS_HH],
                   h[s], next);
        for (int u = 0; u < units; u++)
            next[u] = rnn->nonlinearity == RELU ? fmax(next[u], 0) : tanh(next[u]);
    }
}

static void rnn_pass_forward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0];
    int units = ((const Rnn *)r->layer->options)->recurrent.units;
    g_autofree double *h = g_new0(double, (steps + 1) * units);

    for (int n = 0; n < r->batch; n++) {
        rnn_states_forward_reference(r, n, h);
        put_states(r, n, h);
    }
}

static void rnn_pass_backward_reference(const FaltungReference *r) {
    const Rnn *rnn = r->layer->options;
    int steps = r->layer->input_shapes[0].dims[0], inputs = r->layer->input_shapes[0].dims[1];
    int units = rnn->recurrent.units;
    g_autofree double *states = g_new0(double, (steps + 1) * units);
    g_autofree double *dh = g_new(double, units), *dsum = g_new(double, units);
    const double(*h)[units] = (void *)states;

    for (int n = 0; n < r->batch; n++) {
        rnn_states_forward_reference(r, n, states);
        memset(dh, 0, units * sizeof(double));
        for (int s = steps - 1; s >= 0; s--) {
            add_output_gradient(r, n, s, dh);
            if (is_padding(r, n, s))
                continue;
            for (int u = 0; u < units; u++) {
                double state = h[s + 1][u];
                dsum[u] = dh[u] * (rnn->nonlinearity == RELU ? state > 0 : 1 - state * state);
                dh[u] = 0;
            }
            add_affine_gradients(units, inputs, r->parameters[FALTUNG_WEIGHT_IH],
                                 input_at(r->layer, r->inputs[0], n, s), dsum,
                                 r->parameter_gradients[FALTUNG_WEIGHT_IH],
                                 r->parameter_gradients[FALTUNG_BIAS_IH],
                                 input_at(r->layer, r->input_gradients[0], n, s));
            add_affine_gradients(units, units, r->parameters[FALTUNG_WEIGHT_HH], h[s], dsum,
                                 r->parameter_gradients[FALTUNG_WEIGHT_HH],
                                 r->parameter_gradients[FALTUNG_BIAS_HH], dh);
        }
    }
}

/* The passes of all levels and directions. */
static void rnn_forward_reference(const FaltungReference *r) {
    faltung_recurrent_forward_passes(r, rnn_pass_forward_reference);
}

static void rnn_backward_reference(const FaltungReference *r) {
    faltung_recurrent_backward_passes(r, rnn_pass_forward_reference, rnn_pass_backward_reference);
}

static const FaltungInner inner[] = {
    FALTUNG_RECURRENT_INNER("h", "the state, which is also the output", "h", FALTUNG_INNER_STATE),
    {NULL},
};

/* clang-format off */
#define CELL(function)                                                                             \
    "\\mark{h}{h_t} &= \\mark{nonlinearity}{" function "} ( "                                      \
    FALTUNG_TEX_INPUT("h") " + " FALTUNG_TEX_STATE("h") " )"
/* clang-format on */

static char *equation_of(const FaltungLayer *layer) {
    gboolean relu = ((const Rnn *)layer->options)->nonlinearity == RELU;
    return faltung_recurrent_equation(layer, relu ? CELL("\\mathrm{relu}") : CELL("\\tanh"));
}

const FaltungOperation faltung_operation_rnn = {
    .kind =
        {
            .name = "rnn",
            .title = "RNN",
            .summary = "goes through a sequence; its state is made of the step's input and of "
                       "the state before",
            .options = options,
            .options_size = sizeof(Rnn),
        },
    .group = FALTUNG_GROUP_RECURRENT,
    .flags = FALTUNG_STORES_GRADIENTS | FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = FALTUNG_TEX_ALIGNED(CELL("\\varphi")),
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
    .forward_reference = rnn_forward_reference,
    .backward_reference = rnn_backward_reference,
    .file = "rnn.c",
    .cell = cell_of,
    .inner = inner,
    .inner_places = faltung_recurrent_inner_places,
    .read_inner = faltung_recurrent_read_inner,
};
