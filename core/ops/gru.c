/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/operations.h"
#include "core/ops/recurrent-reference.h"
#include "core/train/initializer.h"

/* Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014: there the reset
   gate is on the state, before the product with it; PyTorch has it on the product, which saves a
   second one. Parameters and gates are PyTorch's. */
typedef struct {
    FaltungRecurrentOptions recurrent;
    int reset;
} Gru;

enum { AFTER, BEFORE };
static const char *const resets[] = {"after", "before", NULL};

enum { RESET, UPDATE, CANDIDATE, GATES };

static const FaltungOptionSpec options[] = {
    FALTUNG_RECURRENT_UNITS,
    {"reset", "where the reset gate is: after the state's product (PyTorch), or before it (Cho)",
     FALTUNG_CHOICE, offsetof(Gru, reset), "after", .choices = resets},
    FALTUNG_RECURRENT_OPTIONS,
    {NULL},
};

static void after_forward(const FaltungRecurrence *r, int s, int first, int rows) {
    faltung_recurrence_step(r, s, first, rows, r->kernels->cells.gru_forward);
}

static void after_backward(const FaltungRecurrence *r, int s, int first, int rows) {
    faltung_recurrence_step_back(r, s, first, rows, r->kernels->cells.gru_backward);
}

/* All of the reset state has to be there before the first product with it. */
static void before_forward(const FaltungRecurrence *r, int s, int first, int rows) {
    const float *before = faltung_recurrence_state(r, s - 1, first);
    const float *reset = faltung_recurrence_reset(r, s, first);
    for (int p = 0; p < r->n_panels; p++) {
        faltung_recurrence_product(r, s, p, first, rows, before, RESET, 2);
        FaltungCell cell = faltung_recurrence_forward_cell(r, s, p, first, rows);
        r->kernels->cells.gru_reset_forward(&cell);
    }
    for (int p = 0; p < r->n_panels; p++) {
        faltung_recurrence_product(r, s, p, first, rows, reset, CANDIDATE, 1);
        FaltungCell cell = faltung_recurrence_forward_cell(r, s, p, first, rows);
        r->kernels->cells.gru_candidate_forward(&cell);
    }
}

static void before_backward(const FaltungRecurrence *r, int s, int first, int rows) {
    int panels = r->back_width / r->width;
    enum { KEPT_RESET = 1, KEPT_CANDIDATE = 3 };
    for (int q = 0; q < r->n_back; q++) {
        float *gradient = r->gradient + (size_t)first * r->state_row + q * r->back_width;
        if (s < r->steps - 1)
            faltung_recurrence_product_back(r, s + 1, q, first, rows, KEPT_RESET, RESET, 2,
                                            gradient, r->state_row, TRUE);
        for (int p = q * panels; p < MIN((q + 1) * panels, r->n_panels); p++) {
            FaltungCell cell = faltung_recurrence_backward_cell(r, s, p, first, rows);
            r->kernels->cells.gru_candidate_backward(&cell);
        }
    }
    for (int q = 0; q < r->n_back; q++) {
        float *gradient = r->reset_gradient + (size_t)first * r->back_width;
        faltung_recurrence_product_back(r, s, q, first, rows, KEPT_CANDIDATE, CANDIDATE, 1,
                                        gradient, r->back_width, FALSE);
        for (int i = 0; i < panels && q * panels + i < r->n_panels; i++) {
            FaltungCell cell = faltung_recurrence_backward_cell(r, s, q * panels + i, first, rows);
            cell.reset_gradient = gradient + i * r->width;
            cell.reset_gradient_row = r->back_width;
            r->kernels->cells.gru_reset_backward(&cell);
        }
    }
}

/* What is kept: n r z, and after its product the h part of n. */
static const FaltungRecurrentCell *cell_of(const FaltungLayer *layer) {
    static const FaltungRecurrentCell cells[] = {
        [AFTER] = {.gates = GATES,
                   .input_slot = {[RESET] = 1, [UPDATE] = 2, [CANDIDATE] = 0},
                   .hidden_slot = {[RESET] = 0, [UPDATE] = 1, [CANDIDATE] = 2},
                   .kept = 4,
                   .hidden_kept = 1,
                   .carries = TRUE,
                   .forward = after_forward,
                   .backward = after_backward},
        [BEFORE] = {.gates = GATES,
                    .input_slot = {[RESET] = 1, [UPDATE] = 2, [CANDIDATE] = 0},
                    .hidden_slot = {[RESET] = 0, [UPDATE] = 1, [CANDIDATE] = 2},
                    .kept = 4,
                    .hidden_kept = 1,
                    .reset = TRUE,
                    .carries = TRUE,
                    .forward = before_forward,
                    .backward = before_backward},
    };
    return &cells[((const Gru *)layer->options)->reset];
}

/* The gates of sample n, what W_hn made, and the states: h[s] before step s, h[0] = 0. */
static void gru_states_forward_reference(const FaltungReference *r, int n, double *all_gates,
                                         double *all_products, double *all_h) {
    int steps = r->layer->input_shapes[0].dims[0], inputs = r->layer->input_shapes[0].dims[1];
    int units = ((const Gru *)r->layer->options)->recurrent.units;
    int before = ((const Gru *)r->layer->options)->reset == BEFORE;
    const double *weight_hh = r->parameters[FALTUNG_WEIGHT_HH],
                 *bias_hh = r->parameters[FALTUNG_BIAS_HH];
    double(*gates)[GATES][units] = (void *)all_gates;
    double(*products)[units] = (void *)all_products, (*h)[units] = (void *)all_h;
    g_autofree double *state = g_new(double, units);

    for (int s = 0; s < steps; s++) {
        if (is_padding(r, n, s)) {
            memcpy(h[s + 1], h[s], sizeof h[s]);
            continue;
        }
        double(*gate)[units] = gates[s], *product = products[s];
        memset(gate, 0, sizeof gates[s]);
        memset(product, 0, sizeof products[s]);
        add_affine(GATES * units, inputs, r->parameters[FALTUNG_WEIGHT_IH],
                   r->parameters[FALTUNG_BIAS_IH], input_at(r->layer, r->inputs[0], n, s), gate[0]);
        add_affine(2 * units, units, weight_hh, bias_hh, h[s], gate[0]);
        for (int u = 0; u < units; u++) {
            gate[RESET][u] = sigmoid(gate[RESET][u]);
            gate[UPDATE][u] = sigmoid(gate[UPDATE][u]);
            state[u] = before ? gate[RESET][u] * h[s][u] : h[s][u];
        }
        add_affine(units, units, weight_hh + 2 * units * units,
                   bias_hh ? bias_hh + 2 * units : NULL, state, product);
        for (int u = 0; u < units; u++) {
            double sum = gate[CANDIDATE][u] + (before ? 1 : gate[RESET][u]) * product[u];
            gate[CANDIDATE][u] = tanh(sum);
            h[s + 1][u] = (1 - gate[UPDATE][u]) * gate[CANDIDATE][u] + gate[UPDATE][u] * h[s][u];
        }
    }
}

static void gru_pass_forward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0];
    int units = ((const Gru *)r->layer->options)->recurrent.units;
    g_autofree double *gates = g_new(double, steps *GATES *units);
    g_autofree double *products = g_new(double, steps *units);
    g_autofree double *h = g_new0(double, (steps + 1) * units);

    for (int n = 0; n < r->batch; n++) {
        gru_states_forward_reference(r, n, gates, products, h);
        put_states(r, n, h);
    }
}

static void gru_pass_backward_reference(const FaltungReference *r) {
    int steps = r->layer->input_shapes[0].dims[0], inputs = r->layer->input_shapes[0].dims[1];
    int units = ((const Gru *)r->layer->options)->recurrent.units;
    int before = ((const Gru *)r->layer->options)->reset == BEFORE;
    const double *weight_hh = r->parameters[FALTUNG_WEIGHT_HH];
    double *dweight_hh = r->parameter_gradients[FALTUNG_WEIGHT_HH],
           *dbias_hh = r->parameter_gradients[FALTUNG_BIAS_HH];
    g_autofree double *all_gates = g_new(double, steps *GATES *units);
    g_autofree double *all_products = g_new(double, steps *units);
    g_autofree double *all_h = g_new0(double, (steps + 1) * units);
    g_autofree double *all_dsums = g_new(double, GATES *units);
    g_autofree double *dh = g_new(double, units), *before_dh = g_new(double, units);
    g_autofree double *state = g_new(double, units), *dstate = g_new(double, units);
    g_autofree double *dproduct = g_new(double, units);
    const double(*gates)[GATES][units] = (void *)all_gates;
    const double(*products)[units] = (void *)all_products, (*h)[units] = (void *)all_h;
    double(*dsum)[units] = (void *)all_dsums; /* of the gates before their nonlinearity */

    for (int n = 0; n < r->batch; n++) {
        gru_states_forward_reference(r, n, all_gates, all_products, all_h);
        memset(dh, 0, units * sizeof(double));
        for (int s = steps - 1; s >= 0; s--) {
            const double *reset = gates[s][RESET], *z = gates[s][UPDATE];
            const double *candidate = gates[s][CANDIDATE];
            add_output_gradient(r, n, s, dh);
            if (is_padding(r, n, s))
                continue;
            for (int u = 0; u < units; u++) {
                double dn = dh[u] * (1 - z[u]) * (1 - candidate[u] * candidate[u]);
                dsum[CANDIDATE][u] = dn;
                dsum[UPDATE][u] = dh[u] * (h[s][u] - candidate[u]) * z[u] * (1 - z[u]);
                dproduct[u] = before ? dn : dn * reset[u];
                state[u] = before ? reset[u] * h[s][u] : h[s][u];
                before_dh[u] = dh[u] * z[u];
                dstate[u] = 0;
            }
            add_affine_gradients(units, units, weight_hh + 2 * units * units, state, dproduct,
                                 dweight_hh + 2 * units * units,
                                 dbias_hh ? dbias_hh + 2 * units : NULL, dstate);
            for (int u = 0; u < units; u++) {
                double dreset = before ? dstate[u] * h[s][u] : dsum[CANDIDATE][u] * products[s][u];
                dsum[RESET][u] = dreset * reset[u] * (1 - reset[u]);
                before_dh[u] += before ? dstate[u] * reset[u] : dstate[u];
            }
            add_affine_gradients(2 * units, units, weight_hh, h[s], dsum[0], dweight_hh, dbias_hh,
                                 before_dh);
            add_affine_gradients(GATES * units, inputs, r->parameters[FALTUNG_WEIGHT_IH],
                                 input_at(r->layer, r->inputs[0], n, s), dsum[0],
                                 r->parameter_gradients[FALTUNG_WEIGHT_IH],
                                 r->parameter_gradients[FALTUNG_BIAS_IH],
                                 input_at(r->layer, r->input_gradients[0], n, s));
            memcpy(dh, before_dh, units * sizeof(double));
        }
    }
}

/* The passes of all levels and directions. */
static void gru_forward_reference(const FaltungReference *r) {
    faltung_recurrent_forward_passes(r, gru_pass_forward_reference);
}

static void gru_backward_reference(const FaltungReference *r) {
    faltung_recurrent_backward_passes(r, gru_pass_forward_reference, gru_pass_backward_reference);
}

static const FaltungInner inner[] = {
    FALTUNG_RECURRENT_INNER("r", "the reset gate, how much of the state the new one sees", "RESET",
                            RESET),
    FALTUNG_RECURRENT_INNER("z", "the update gate, how much of the state stays", "UPDATE", UPDATE),
    FALTUNG_RECURRENT_INNER("n", "the new state, as far as it is let in", "CANDIDATE", CANDIDATE),
    FALTUNG_RECURRENT_INNER("h", "the state, which is also the output", "h", FALTUNG_INNER_STATE),
    {NULL},
};

/* clang-format off */
#define CELL(state)                                                                                \
    FALTUNG_TEX_GATE("\\mark{RESET}{r_t}", "\\sigma", "r")                                         \
    FALTUNG_TEX_GATE("\\mark{UPDATE}{z_t}", "\\sigma", "z")                                        \
    "\\mark{CANDIDATE}{n_t} &= \\tanh ( " FALTUNG_TEX_INPUT("n") " + " state " ) \\\\ "            \
    "\\mark{h}{h_t} &= ( 1 - \\mark{UPDATE}{z_t} ) \\odot \\mark{CANDIDATE}{n_t} + "               \
    "\\mark{UPDATE}{z_t} \\odot \\mark{h}{h_{t-1}}"
#define CELL_AFTER CELL("\\mark{RESET}{r_t} \\odot ( " FALTUNG_TEX_STATE("n") " )")
#define CELL_BEFORE                                                                                \
    CELL("\\mark{weight_hh}{W_{hn}} ( \\mark{RESET}{r_t} \\odot \\mark{h}{h_{t-1}} ) + "           \
         "\\mark{bias_hh}{b_{hn}}")
/* clang-format on */

static char *equation_of(const FaltungLayer *layer) {
    gboolean before = ((const Gru *)layer->options)->reset == BEFORE;
    return faltung_recurrent_equation(layer, before ? CELL_BEFORE : CELL_AFTER);
}

const FaltungOperation faltung_operation_gru = {
    .kind =
        {
            .name = "gru",
            .title = "GRU",
            .summary = "goes through a sequence; gates say how much of the state is renewed, and "
                       "how much of it the new one sees",
            .options = options,
            .options_size = sizeof(Gru),
        },
    .group = FALTUNG_GROUP_RECURRENT,
    .flags = FALTUNG_STORES_GRADIENTS | FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = FALTUNG_TEX_ALIGNED(CELL_AFTER),
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
    .forward_reference = gru_forward_reference,
    .backward_reference = gru_backward_reference,
    .file = "gru.c",
    .cell = cell_of,
    .inner = inner,
    .inner_places = faltung_recurrent_inner_places,
    .read_inner = faltung_recurrent_read_inner,
};
