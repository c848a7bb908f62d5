/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/recurrent-reference.h"

#include "core/ops/drop.h"

/* A pass as its cell's reference code sees it: of a layer without a stack. */
typedef struct {
    FaltungLayer layer;
    FaltungReference reference;
    size_t rows;                      /* of the output: steps of all samples, or samples */
    int units, directions;            /* the output of all directions has a row of both */
    double *output, *output_gradient; /* (rows, units) */
} PassReference;

static const FaltungRecurrentOptions *options_of(const FaltungReference *r) {
    return r->layer->options;
}

static gboolean drops_before(const FaltungReference *r, int level) {
    return r->training && level > 0 && options_of(r)->dropout > 0;
}

/* Values between two levels: (N, T, directions x units). */
static size_t between_size(const FaltungReference *r) {
    return (size_t)r->batch * r->layer->input_shapes[0].dims[0] * options_of(r)->units *
           faltung_recurrent_directions(r->layer);
}

/* x is 0 where a value on its way into @level is dropped, and larger elsewhere. */
static void drop(const FaltungReference *r, int level, double *x) {
    double rate = options_of(r)->dropout;
    size_t n = between_size(r);
    guint64 first = level * faltung_drop_words(n);
    for (size_t i = 0; drops_before(r, level) && i < n; i++)
        x[i] *= faltung_dropped(&r->random, first + i, rate) ? 0 : faltung_drop_factor(rate);
}

static PassReference *pass_new(const FaltungReference *r, FaltungPass at, const double *x,
                               double *dx) {
    PassReference *pass = g_new0(PassReference, 1);
    pass->layer = *r->layer;
    pass->units = options_of(r)->units;
    pass->directions = faltung_recurrent_directions(r->layer);
    FaltungRecurrentOptions *options =
        g_memdup2(r->layer->options, r->layer->operation->kind.options_size);
    int steps = r->layer->input_shapes[0].dims[0];
    pass->layer.input_shapes[1] = r->layer->input_shapes[0];
    if (at.level > 0)
        pass->layer.input_shapes[0] = FALTUNG_SHAPE(steps, pass->directions * pass->units);
    if (at.level < options->layers - 1)
        options->returns = FALTUNG_RETURN_SEQUENCE;
    options->reverse |= at.direction == 1;
    options->bidirectional = FALSE;
    options->layers = 1;
    pass->layer.options = options;
    pass->rows = (size_t)r->batch * (options->returns == FALTUNG_RETURN_LAST ? 1 : steps);
    pass->output = g_new0(double, pass->rows * pass->units);
    pass->output_gradient = g_new0(double, pass->rows * pass->units);
    pass->reference = (FaltungReference){
        .layer = &pass->layer,
        .batch = r->batch,
        .training = r->training,
        .inputs = {x, r->inputs[0]},
        .input_gradients = {dx},
        .output = pass->output,
        .output_gradient = pass->output_gradient,
    };
    for (int weight = 0; weight < FALTUNG_N_WEIGHTS; weight++) {
        int p = faltung_recurrent_parameter(r->layer, at, weight);
        pass->reference.parameters[weight] = p >= 0 ? r->parameters[p] : NULL;
        pass->reference.parameter_gradients[weight] = p >= 0 ? r->parameter_gradients[p] : NULL;
    }
    return pass;
}

static void pass_free(PassReference *pass) {
    g_free(pass->layer.options);
    g_free(pass->output);
    g_free(pass->output_gradient);
    g_free(pass);
}

/* The output of one level, of both directions side by side. */
static void forward_level(const FaltungReference *r, int level, const double *x, double *y,
                          FaltungReferencePass forward) {
    for (int d = 0; d < faltung_recurrent_directions(r->layer); d++) {
        PassReference *pass = pass_new(r, (FaltungPass){level, d}, x, NULL);
        int units = pass->units;
        forward(&pass->reference);
        for (size_t i = 0; i < pass->rows; i++)
            memcpy(y + (i * pass->directions + d) * units, pass->output + i * units,
                   units * sizeof(double));
        pass_free(pass);
    }
}

/* The gradients of one level; dx is added to. */
static void backward_level(const FaltungReference *r, int level, const double *x, const double *dy,
                           double *dx, FaltungReferencePass backward) {
    for (int d = 0; d < faltung_recurrent_directions(r->layer); d++) {
        PassReference *pass = pass_new(r, (FaltungPass){level, d}, x, dx);
        int units = pass->units;
        for (size_t i = 0; i < pass->rows; i++)
            memcpy(pass->output_gradient + i * units, dy + (i * pass->directions + d) * units,
                   units * sizeof(double));
        backward(&pass->reference);
        pass_free(pass);
    }
}

/* x[level] is what goes into a level: x[0] the input; those above are made here. */
static void forward_levels(const FaltungReference *r, const double *x[],
                           FaltungReferencePass forward) {
    x[0] = r->inputs[0];
    for (int level = 1; level < options_of(r)->layers; level++) {
        double *y = g_new0(double, between_size(r));
        forward_level(r, level - 1, x[level - 1], y, forward);
        drop(r, level, y);
        x[level] = y;
    }
}

static void free_levels(const FaltungReference *r, const double *x[]) {
    for (int level = 1; level < options_of(r)->layers; level++)
        g_free((double *)x[level]);
}

void faltung_recurrent_forward_passes(const FaltungReference *r, FaltungReferencePass forward) {
    const double *x[FALTUNG_MAX_STACK];
    int top = options_of(r)->layers - 1;
    forward_levels(r, x, forward);
    forward_level(r, top, x[top], r->output, forward);
    free_levels(r, x);
}

void faltung_recurrent_backward_passes(const FaltungReference *r, FaltungReferencePass forward,
                                       FaltungReferencePass backward) {
    const double *x[FALTUNG_MAX_STACK];
    forward_levels(r, x, forward);
    double *dy = (double *)r->output_gradient;
    for (int level = options_of(r)->layers - 1; level >= 0; level--) {
        double *dx = level > 0 ? g_new0(double, between_size(r)) : r->input_gradients[0];
        backward_level(r, level, x[level], dy, dx, backward);
        if (level > 0)
            drop(r, level, dx);
        if (dy != r->output_gradient)
            g_free(dy);
        dy = dx;
    }
    free_levels(r, x);
}
