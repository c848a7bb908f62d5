/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/*
 * What rnn, gru and lstm share: everything but the cell.
 *
 * A layer of the network may be a stack of `layers`, each over the sequence that the one below
 * made, and each going through it in one direction or in both, side by side. Such a way through
 * the sequence is a *pass*. Of its input (N, T, F)
 *
 *   - the products W_ih x of many steps are one product each (of a one_hot: rows of W_ih),
 *   - the products W_hh h go step by step and panel by panel, and the cell's element-wise work
 *     follows on a panel while it is hot,
 *   - backward keeps the gradients of all gates, so that those of the weights and of the input
 *     are one product over all steps.
 *
 * Through time the samples are independent of each other: threads share them out, without waiting
 * for each other at any step, and no bit depends on how.
 *
 * A panel is a few units with all their gates side by side: (gate, unit). Weights are packed as
 * (panels, inputs, gates, width), biases and peepholes as (panels, gates, width). Gates and their
 * gradients are kept as (T, panels, N, kept gates, width), the state as (T + 1, N, state_row), its
 * row padded. T counts in the order of the work, which `reverse` turns round.
 */

#define FALTUNG_MAX_GATES 4
#define FALTUNG_MAX_STACK 8 /* layers in one */

/* The parameters of a pass; those that the layer does not have are NULL at work. */
enum {
    FALTUNG_WEIGHT_IH,
    FALTUNG_WEIGHT_HH,
    FALTUNG_BIAS_IH,
    FALTUNG_BIAS_HH,
    FALTUNG_WEIGHT_CH, /* peepholes, (3, units): of the gates i f o */
    FALTUNG_N_WEIGHTS,
};

typedef struct FaltungRecurrence FaltungRecurrence;

/* What the kinds of cells differ in. */
typedef struct FaltungRecurrentCell {
    int gates;                          /* products of a unit */
    int input_slot[FALTUNG_MAX_GATES];  /* where PyTorch's gate g lies in a row of W_ih x */
    int hidden_slot[FALTUNG_MAX_GATES]; /* ... of W_hh h */
    int kept;                           /* gates to keep for backward */
    int hidden_kept; /* the first of those whose gradients belong to W_hh h; W_ih x has the first */
    gboolean relu;   /* rnn: instead of tanh */
    gboolean wide;   /* panels of several vectors: with one gate */
    gboolean cell;   /* has a second state */
    gboolean reset;  /* its last gate's product is with a state of its own, r h */
    gboolean carries; /* part of the state's gradient goes straight on to the step before */
    /* One time step of some samples: from products and state to state and gates, and back. */
    void (*forward)(const FaltungRecurrence *r, int step, int first, int rows);
    void (*backward)(const FaltungRecurrence *r, int step, int first, int rows);
} FaltungRecurrentCell;

typedef struct {
    int units, layers;
    gboolean bias;
    int returns;
    gboolean reverse, bidirectional, stateful, padded;
    double dropout;
    gboolean peepholes; /* lstm */
    FaltungVariant init, recurrent_init, bias_init, peephole_init;
} FaltungRecurrentOptions;

enum { FALTUNG_RETURN_SEQUENCE, FALTUNG_RETURN_LAST };
extern const char *const faltung_recurrent_returns[];

/* The specs of FaltungRecurrentOptions that stand first in @type: those of the shape, and those of
   the beginning. */
#define FALTUNG_RECURRENT_UNITS                                                                    \
    {                                                                                              \
        "units", "number of hidden units", FALTUNG_INTEGER,                                        \
            offsetof(FaltungRecurrentOptions, units), NULL, 1, 1 << 24, .example = "32"            \
    }
#define FALTUNG_RECURRENT_OPTIONS                                                                  \
    {"return",       "the states of all steps, or the last one alone",                             \
     FALTUNG_CHOICE, offsetof(FaltungRecurrentOptions, returns),                                   \
     "sequence",     .choices = faltung_recurrent_returns},                                        \
        {"layers",                                                                                 \
         "how many are stacked, each over the sequence that the one below made",                   \
         FALTUNG_INTEGER,                                                                          \
         offsetof(FaltungRecurrentOptions, layers),                                                \
         "1",                                                                                      \
         1,                                                                                        \
         FALTUNG_MAX_STACK},                                                                       \
        {"dropout",                                                                                \
         "the part of the values that is dropped, while training, between stacked layers",         \
         FALTUNG_NUMBER,                                                                           \
         offsetof(FaltungRecurrentOptions, dropout),                                               \
         "0",                                                                                      \
         0,                                                                                        \
         0.999},                                                                                   \
        {"reverse", "go through the sequence from its end", FALTUNG_SWITCH,                        \
         offsetof(FaltungRecurrentOptions, reverse), "false"},                                     \
        {"bidirectional",                                                                          \
         "go through it from both ends; the states of both ways are given side by side",           \
         FALTUNG_SWITCH, offsetof(FaltungRecurrentOptions, bidirectional), "false"},               \
        {"stateful",                                                                               \
         "begin a batch with the states that the one before ended with, whose samples it goes on", \
         FALTUNG_SWITCH, offsetof(FaltungRecurrentOptions, stateful), "false"},                    \
        {"padded",                                                                                 \
         "steps at the end of a sequence that are 0 are none: states stay, and their output is 0", \
         FALTUNG_SWITCH, offsetof(FaltungRecurrentOptions, padded), "false"},                      \
        {"bias", "whether biases are added to every gate", FALTUNG_SWITCH,                         \
         offsetof(FaltungRecurrentOptions, bias), "true"},                                         \
        {"init",          "how the weights of the input begin",                                    \
         FALTUNG_VARIANT, offsetof(FaltungRecurrentOptions, init),                                 \
         "torch_uniform", .table = faltung_initializers},                                          \
        {"recurrent_init", "how the weights of the state begin",                                   \
         FALTUNG_VARIANT,  offsetof(FaltungRecurrentOptions, recurrent_init),                      \
         "torch_uniform",  .table = faltung_initializers},                                         \
    {                                                                                              \
        "bias_init", "how the biases begin", FALTUNG_VARIANT,                                      \
            offsetof(FaltungRecurrentOptions, bias_init), "torch_uniform",                         \
            .table = faltung_initializers                                                          \
    }

/* A pass at work: its sizes, and where everything lies. */
struct FaltungRecurrence {
    const FaltungLayer *layer;
    const FaltungRecurrentCell *kind;
    const FaltungStep *step; /* NULL: only measured */
    const FaltungKernels *kernels;
    int batch, steps, inputs, units;
    int width, n_panels;      /* units of a panel */
    int state_row, input_row; /* padded: a row of a power of two crowds the caches */
    int back_width, n_back;   /* panels of W_hh^T, over the units */
    int dx_width, n_dx;       /* panels of W_ih^T, over the inputs */
    int block;                /* steps whose products W_ih x are made at once */
    gboolean reverse, last;

    /* what comes in and goes out, rows of the steps of all samples */
    const float *x;       /* (N, T, F) */
    const float *indices; /* (N, T): the input is a one_hot of them; else NULL */
    float *output;        /* (N, T or 1, output_row): this pass has `units` of a row */
    int output_row;
    const float *output_gradient; /* as output */
    float *input_gradient;        /* (N, T, F); NULL: not needed */
    gboolean overwrite;           /* it is stored, not added to */
    float *carried; /* (N, carried_row): states to begin with and to hand on; NULL: 0 */
    int carried_row;
    const float *parameters[FALTUNG_N_WEIGHTS];
    float *gradients[FALTUNG_N_WEIGHTS];

    /* Rings: slot i of the states is that before step i; with the gates kept there are as many
       slots as steps, else as many as are needed at once. */
    gboolean keeps;
    const int32_t *lengths; /* (N): steps of each sample that are no padding; NULL: all */
    float *state;           /* (T + 1 or 2, N, state_row) */
    float *cell;            /* (T + 1 or 1, or 2 with padding, panels, N, width) */
    float *gates;           /* (T or block, panels, N, kept gates, width) */
    float *input;           /* (T or block, N, input_row): x, time first */
    float *reset;           /* (T or 1, N, state_row): r h */

    /* scratch: forward's */
    int32_t *index;  /* (N): of a one_hot */
    float *products; /* (N, gates, width): of one panel */
    float *no_bias;  /* (gates, width): zeros */
    /* backward's */
    float *transposed;     /* (n_back, panels, gates, width, back_width), or W_ih^T likewise */
    float *gradient;       /* (N, state_row): of the state */
    float *cell_gradient;  /* (panels, N, width) */
    float *reset_gradient; /* (N, back_width) */
};

#define FALTUNG_TEX_ALIGNED(rows) "\\begin{aligned} " rows " \\end{aligned}"
/* Parts of the cells' equations: what the input, and the state before, add to a gate; a gate. */
#define FALTUNG_TEX_INPUT(gate)                                                                    \
    "\\mark{weight_ih}{W_{i" gate "}} \\, \\mark{x}{x_t} + \\mark{bias_ih}{b_{i" gate "}}"
#define FALTUNG_TEX_STATE(gate)                                                                    \
    "\\mark{weight_hh}{W_{h" gate "}} \\, \\mark{h}{h_{t-1}} + \\mark{bias_hh}{b_{h" gate "}}"
#define FALTUNG_TEX_GATE(symbol, function, gate) FALTUNG_TEX_SEEING_GATE(symbol, function, gate, "")
/* @more: what else it sees: the memory, by a peephole. */
#define FALTUNG_TEX_SEEING_GATE(symbol, function, gate, more)                                      \
    symbol " &= " function " ( " FALTUNG_TEX_INPUT(gate) " + " FALTUNG_TEX_STATE(gate) more        \
        " ) \\\\ "
#define FALTUNG_TEX_PEEPHOLE(gate, time)                                                           \
    " + \\mark{weight_ch}{w_{c" gate "}} \\odot \\mark{c}{c_{" time "}}"

/* Which pass of a layer. */
typedef struct {
    int level, direction;
} FaltungPass;

/** faltung_recurrent_directions: Returns: 1 or 2: in how many the sequence is gone through. */
int faltung_recurrent_directions(const FaltungLayer *layer);

/** faltung_recurrence_carried_size: Returns: floats of a sample that a pass may hand on: the state
 *  and, where there is one, that of the cell. */
int faltung_recurrence_carried_size(const FaltungRecurrence *r);

/* Goes through the passes of @layer, from the lowest level up. */
#define FALTUNG_FOR_EACH_PASS(layer, pass)                                                         \
    for (FaltungPass pass = {0}; pass.level < faltung_recurrent_levels(layer); pass.level++)       \
        for (pass.direction = 0; pass.direction < faltung_recurrent_directions(layer);             \
             pass.direction++)

static inline int faltung_recurrent_levels(const FaltungLayer *layer) {
    return ((const FaltungRecurrentOptions *)layer->options)->layers;
}

/** faltung_recurrent_parameter: Returns: the index of the layer's parameter that is @weight of
 *  @pass, or -1. */
int faltung_recurrent_parameter(const FaltungLayer *layer, FaltungPass pass, int weight);

/** faltung_recurrence: Returns: the sizes of a pass for @batch samples, without buffers. */
FaltungRecurrence faltung_recurrence(const FaltungLayer *layer, int batch, FaltungPass pass);

/* Where things of step @s lie; @s: -1 ... T - 1, in the order of the work. */
static inline float *faltung_recurrence_state(const FaltungRecurrence *r, int s, int row) {
    int slot = r->keeps ? s + 1 : (s + 1) % 2;
    return r->state + ((size_t)slot * r->batch + row) * r->state_row;
}

static inline float *faltung_recurrence_cell(const FaltungRecurrence *r, int s, int p, int row) {
    int slot = r->keeps ? s + 1 : r->lengths ? (s + 1) % 2 : 0;
    return r->cell + (((size_t)slot * r->n_panels + p) * r->batch + row) * r->width;
}

static inline float *faltung_recurrence_gates(const FaltungRecurrence *r, int s, int p, int row) {
    int slot = r->keeps ? s : s % r->block;
    size_t gates = (size_t)r->kind->kept * r->width;
    return r->gates + (((size_t)slot * r->n_panels + p) * r->batch + row) * gates;
}

static inline float *faltung_recurrence_input(const FaltungRecurrence *r, int s, int row) {
    int slot = r->keeps ? s : s % r->block;
    return r->input + ((size_t)slot * r->batch + row) * r->input_row;
}

static inline float *faltung_recurrence_reset(const FaltungRecurrence *r, int s, int row) {
    return r->reset + ((size_t)(r->keeps ? s : 0) * r->batch + row) * r->state_row;
}

/** faltung_recurrence_time: Returns: the sequence's step that is worked on as the @s-th. */
static inline int faltung_recurrence_time(const FaltungRecurrence *r, int s) {
    return r->reverse ? r->steps - 1 - s : s;
}

/** faltung_recurrence_pads: whether the sequence @row has ended, or, in reverse, not begun at the
 *  step that is worked on as the @s-th. */
static inline gboolean faltung_recurrence_pads(const FaltungRecurrence *r, int s, int row) {
    return r->lengths && faltung_recurrence_time(r, s) >= r->lengths[row];
}

/** faltung_recurrence_units: Returns: the units of panel @p that are no padding. */
static inline int faltung_recurrence_units(const FaltungRecurrence *r, int p) {
    return MIN(r->width, r->units - p * r->width);
}

/** faltung_recurrence_panel: Returns: where panel @p of a packed matrix of weights begins, with
 *  @inputs rows. */
static inline size_t faltung_recurrence_panel(const FaltungRecurrence *r, int p, int inputs) {
    return (size_t)p * inputs * r->kind->gates * r->width;
}

/** faltung_recurrence_peepholes: Returns: (nullable): those of panel @p. */
static inline const float *faltung_recurrence_peepholes(const FaltungRecurrence *r, int p) {
    const float *peepholes = r->parameters[FALTUNG_WEIGHT_CH];
    return peepholes ? peepholes + p * 3 * r->width : NULL;
}

/** faltung_recurrence_forward_cell: Returns: the call of panel @p at step @s, with all that
 *  forward needs but @h's products in r->products. */
FaltungCell faltung_recurrence_forward_cell(const FaltungRecurrence *r, int s, int p, int first,
                                            int rows);
/** faltung_recurrence_backward_cell: the same for backward. */
FaltungCell faltung_recurrence_backward_cell(const FaltungRecurrence *r, int s, int p, int first,
                                             int rows);

/**
 * faltung_recurrence_product: r->products of panel @p = @state W_hh^T + b_hh, of the gates
 * @gate ... @gate + @n - 1. At the first step the state is 0.
 */
void faltung_recurrence_product(const FaltungRecurrence *r, int s, int p, int first, int rows,
                                const float *state, int gate, int n);
/**
 * faltung_recurrence_product_back: @to (rows, to_row) (+)= the kept gradients of step @s from
 * kept gate @kept on, through W_hh of the gates @gate ... @gate + @n - 1: panel @q of the units.
 */
void faltung_recurrence_product_back(const FaltungRecurrence *r, int s, int q, int first, int rows,
                                     int kept, int gate, int n, float *to, int to_row,
                                     gboolean accumulate);

/** faltung_recurrence_pad: after step @s: where a sequence is over its states stay. */
void faltung_recurrence_pad(const FaltungRecurrence *r, int s, int first, int rows);
/** faltung_recurrence_pad_back: the same for the gradients; those of the gates are 0. */
void faltung_recurrence_pad_back(const FaltungRecurrence *r, int s, int first, int rows);

/** faltung_recurrence_step: one time step of some samples: @cell follows the product on each panel.
 */
void faltung_recurrence_step(const FaltungRecurrence *r, int s, int first, int rows,
                             void (*cell)(const FaltungCell *cell));
/** faltung_recurrence_step_back: the gradient of the state, from the step after, then @cell. */
void faltung_recurrence_step_back(const FaltungRecurrence *r, int s, int first, int rows,
                                  void (*cell)(const FaltungCell *cell));
/** faltung_recurrence_share: calls @rows_of for shares of the samples, with threads where @work
 *  (floating-point operations) is worth them. */
void faltung_recurrence_share(const FaltungRecurrence *r, double work,
                              void (*rows_of)(const FaltungRecurrence *r, int first, int rows));

/* Sets r's buffers, parts of one block of memory, or without one counts them. */
typedef struct {
    float *memory;
    size_t used; /* floats */
} FaltungParts;
float *faltung_part(FaltungParts *parts, size_t floats);
void faltung_recurrence_place_kept(FaltungRecurrence *r, FaltungParts *parts, gboolean keeps);
void faltung_recurrence_place_forward(FaltungRecurrence *r, FaltungParts *parts);
void faltung_recurrence_place_backward(FaltungRecurrence *r, FaltungParts *parts);

/** faltung_recurrence_flops: Returns: floating-point operations of one sample. */
double faltung_recurrence_flops(const FaltungRecurrence *r);

/** faltung_recurrence_forward: goes through the sequences; all buffers are in place. */
void faltung_recurrence_forward(const FaltungRecurrence *r);
/** faltung_recurrence_backward: the same for the gradients. */
void faltung_recurrence_backward(const FaltungRecurrence *r);

/** faltung_recurrent_kept: Returns: the pass as a forward that keeps has left it in the state. */
FaltungRecurrence faltung_recurrent_kept(const FaltungStep *step, FaltungPass pass);

/* Inner tensors that all cells have, or some: their part. That of a gate is its number. */
enum { FALTUNG_INNER_STATE = -1, FALTUNG_INNER_CELL = -2 };
#define FALTUNG_RECURRENT_INNER(name, help, symbol, part)                                          \
    { name, help, symbol, {FALTUNG_AXIS_PASS, FALTUNG_AXIS_STEP, FALTUNG_AXIS_UNIT}, FALSE, part }

/* The functions of the operation, which names its cell. */
/** faltung_recurrent_reach: the state has seen the steps before. */
int faltung_recurrent_reach(const FaltungLayer *layer, int input, int axis, int at, int *first,
                            int *last);
/** faltung_recurrent_equation: for equation_of: @cell: the rows of the cell's equation. */
char *faltung_recurrent_equation(const FaltungLayer *layer, const char *cell);

int faltung_recurrent_inner_places(const FaltungLayer *layer, FaltungInnerAxis axis);
void faltung_recurrent_read_inner(const FaltungStep *step, const FaltungInner *inner, int sample,
                                  float *values);
gboolean faltung_recurrent_infer_shape(FaltungLayer *layer, GError **error);
double faltung_recurrent_flops(const FaltungLayer *layer);
size_t faltung_recurrent_state_size(const FaltungLayer *layer, int batch);
size_t faltung_recurrent_carried_size(const FaltungLayer *layer);
size_t faltung_recurrent_workspace_size(const FaltungLayer *layer, int batch, int threads);
void faltung_recurrent_forward(const FaltungStep *step);
void faltung_recurrent_backward(const FaltungStep *step);
void faltung_recurrent_pack(const FaltungLayer *layer, int parameter, const float *from, float *to);
void faltung_recurrent_unpack(const FaltungLayer *layer, int parameter, const float *from,
                              float *to);
