/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk-private.h"

#include "core/base/squares.h"
#include "core/base/tex.h"
#include "core/train/clipping.h"
#include "core/train/constraints.h"
#include "core/train/feed.h"
#include "core/train/groups.h"
#include "core/train/play.h"

#include <math.h>
#include <string.h>

/*
 * The last stations of the walk: a step of the optimizer, with what it remembers, as the trainer
 * would do it if its next batch were the sample alone.
 */

static double layer_l1(const FaltungWalk *walk, const FaltungLayer *layer, int p) {
    return layer->parameters[p].bias ? 0.0 : faltung_graph_l1(walk->graph, layer);
}

/* The gradient of the losses with the slope of the layer's L1 penalty. */
static double raw_slope(const FaltungWalk *walk, int index, int p, size_t i) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    double value = faltung_reference_network_parameter(walk->network, index, p)[i];
    double sign = (value > 0.0) - (value < 0.0);
    return faltung_reference_network_parameter_gradient(walk->network, index, p)[i] +
           layer_l1(walk, layer, p) * sign;
}

/* What the optimizer takes as the gradient of the value: clipped, too. */
static double slope_of(const FaltungWalk *walk, int layer, int parameter, size_t i) {
    double slope = walk->clipped * raw_slope(walk, layer, parameter, i);
    double limit = walk->train->clip.value;
    return limit > 0.0 ? CLAMP(slope, -limit, limit) : slope;
}

/* Of the layer, whether the optimizer changes its parameter @p. */
static gboolean is_learned(const FaltungLayer *layer, int p) {
    return faltung_layer_learns(layer) && !layer->parameters[p].measured &&
           !layer->parameters[p].tied;
}

/* Calls @each for every parameter that is learned. */
typedef void (*ForParameter)(FaltungWalk *walk, int layer, int p, gpointer data);
static void for_learned(FaltungWalk *walk, ForParameter each, gpointer data) {
    for (guint i = 0; i < walk->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(walk->graph, i);
        for (int p = 0; p < layer->n_parameters; p++)
            if (is_learned(layer, p))
                each(walk, i, p, data);
    }
}

static size_t size_of(const FaltungWalk *walk, int layer, int p) {
    return faltung_shape_size(&faltung_graph_layer(walk->graph, layer)->parameters[p].shape);
}

static void add_squares(FaltungWalk *walk, int layer, int p, gpointer data) {
    double *squares = data;
    for (size_t i = 0; i < size_of(walk, layer, p); i++) {
        double slope = raw_slope(walk, layer, p, i);
        *squares += slope * slope;
    }
}

/* What all gradients are multiplied by, so that their norm is let through. */
static double clipping_scale(FaltungWalk *walk) {
    double limit = walk->train->clip.norm, squares = 0.0;
    if (limit <= 0.0)
        return 1.0;
    for_learned(walk, add_squares, &squares);
    return faltung_clip_norm_scale(limit, sqrt(squares));
}

/* -- an optimizer that looks at each value alone ---------------------------------------------- */

/* The optimizer's options as @layer has them. Returns: (transfer full). */
static void *options_of(const FaltungVariant *optimizer, const FaltungLayer *layer) {
    void *options = faltung_options_copy(optimizer->kind, optimizer->options);
    const FaltungOptionSpec *spec = faltung_kind_option(optimizer->kind, "weight_decay", NULL);
    if (layer->weight_decay >= 0.0 && spec)
        *(double *)((char *)options + spec->offset) = layer->weight_decay;
    return options;
}

/* One parameter of a layer, as the optimizer finds it. */
typedef struct {
    const FaltungOptimizer *optimizer;
    void *options;
    double rate;
    guint64 step;
    float *slots[FALTUNG_MAX_SLOTS]; /* of the parameter's shape; NULL: not used, or 0 */
} Learner;

static void learner_init(Learner *learner, const FaltungWalk *walk, int index, int p) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    const FaltungVariant *optimizer = &walk->train->optimizer;
    const FaltungStanding *standing = walk->standing;
    *learner = (Learner){
        .optimizer = (const FaltungOptimizer *)optimizer->kind,
        .options = options_of(optimizer, layer),
        .rate = walk->learning_rate * layer->lr_factor,
        .step = standing->remembers ? standing->step + 1 : 1,
    };
    for (int slot = 0; slot < learner->optimizer->n_slots; slot++) {
        if (standing->slots[slot]) {
            learner->slots[slot] = g_new(float, size_of(walk, index, p));
            faltung_layer_unpack(layer, p, standing->slots[slot], learner->slots[slot]);
        }
    }
}

static void learner_clear(Learner *learner) {
    faltung_options_free(&learner->optimizer->kind, learner->options);
    for (int slot = 0; slot < FALTUNG_MAX_SLOTS; slot++)
        g_free(learner->slots[slot]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Learner, learner_clear)

/* Returns: what becomes of value @i. */
static double learn(const Learner *learner, const FaltungWalk *walk, int layer, int p, size_t i,
                    GPtrArray *written) {
    double slots[FALTUNG_MAX_SLOTS] = {0};
    double value = faltung_reference_network_parameter(walk->network, layer, p)[i];
    for (int slot = 0; slot < learner->optimizer->n_slots; slot++)
        slots[slot] = learner->slots[slot] ? learner->slots[slot][i] : 0.0;
    learner->optimizer->reference(learner->options, learner->rate, learner->step, &value,
                                  slope_of(walk, layer, p, i), slots, written);
    return value;
}

static void update_tensor(FaltungWalk *walk, int layer, int p, gpointer data) {
    if (walk->rests[layer])
        return;
    g_auto(Learner) learner;
    learner_init(&learner, walk, layer, p);
    size_t n = size_of(walk, layer, p);
    walk->after[layer][p] = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        walk->after[layer][p][i] = learn(&learner, walk, layer, p, i, NULL);
}

/* -- one that changes all values at once ------------------------------------------------------ */

/* The sample in a network of the trainer's own kind, as such an optimizer computes the loss again
   and again: of what it tries the least rounding decides. */
typedef struct {
    FaltungNetwork *network;
    FaltungFeed *feed;
    FaltungGroups *groups;
    const FaltungClipping *clip;
    size_t learned; /* values of the blocks that it changes */
} Again;

static double evaluate(gpointer data) {
    Again *again = data;
    float *gradients = faltung_network_gradients(again->network);
    FaltungSums sums = {0};
    faltung_network_forward(again->network, FALSE, 0);
    double loss = faltung_feed_compare(again->feed, TRUE, &sums);
    faltung_network_backward(again->network);
    loss += faltung_groups_penalize(again->groups, 0, again->learned,
                                    faltung_network_parameters(again->network), gradients);
    if (again->clip->norm > 0.0) {
        double norm = sqrt(faltung_sum_of_squares(gradients, again->learned));
        faltung_clip_scale(faltung_clip_norm_scale(again->clip->norm, norm), again->learned,
                           gradients);
    }
    if (again->clip->value > 0.0)
        faltung_clip_value(again->clip->value, again->learned, gradients);
    return isfinite(loss) ? loss : INFINITY;
}

static void keep_after(FaltungWalk *walk, int layer, int p, gpointer data) {
    FaltungNetwork *network = data;
    size_t n = size_of(walk, layer, p);
    g_autofree float *values = g_new(float, n);
    faltung_network_unpack(network, faltung_network_parameters(network), layer, p, values);
    walk->after[layer][p] = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        walk->after[layer][p][i] = values[i];
}

/* @slots: (out): copies of what is remembered, or zeros */
static void copy_slots(const FaltungWalk *walk, size_t size, float *slots[FALTUNG_MAX_SLOTS]) {
    const FaltungVariant *optimizer = &walk->train->optimizer;
    for (int slot = 0; slot < FALTUNG_MAX_SLOTS; slot++) {
        const float *has = walk->standing->slots[slot];
        gboolean used = faltung_optimizer_uses((const FaltungOptimizer *)optimizer->kind,
                                               optimizer->options, slot);
        slots[slot] = !used ? NULL
                      : has ? g_memdup2(has, size * sizeof(float))
                            : g_new0(float, size);
    }
}

static void update_whole(FaltungWalk *walk, FaltungNetwork *network, const FaltungDataset *dataset,
                         guint32 index) {
    const FaltungVariant *optimizer = &walk->train->optimizer;
    size_t size = faltung_network_block_size(network);
    g_autoptr(FaltungNetwork) copy =
        faltung_network_new(walk->graph, 0, 1, FALTUNG_NETWORK_TRAINS, 1);
    float *parameters = faltung_network_parameters(copy);
    memcpy(parameters, faltung_network_parameters(network), size * sizeof(float));
    g_autoptr(FaltungFeed) feed = faltung_feed_new(copy, &walk->train->loss, dataset);
    faltung_feed_load(feed, dataset, &index, 1);
    Again again = {copy, feed, faltung_groups_new(walk->graph, optimizer, NULL), &walk->train->clip,
                   faltung_network_learned_size(copy)};
    float *slots[FALTUNG_MAX_SLOTS];
    copy_slots(walk, size, slots);
    faltung_groups_update(again.groups, 0,
                          &(FaltungOptimizerStep){
                              .options = optimizer->options,
                              .learning_rate = walk->learning_rate,
                              .step = walk->standing->step + 1,
                              .n = again.learned,
                              .loss = evaluate(&again),
                              .parameters = parameters,
                              .gradients = faltung_network_gradients(copy),
                              .slots = slots,
                              .evaluate = evaluate,
                              .data = &again,
                          });
    for_learned(walk, keep_after, copy);
    for (int slot = 0; slot < FALTUNG_MAX_SLOTS; slot++)
        g_free(slots[slot]);
    faltung_groups_free(again.groups);
}

/* -- what weights have to keep to ------------------------------------------------------------- */

/* What goes into a unit, as short as the layer's `max_norm` wants it. */
static void keep_norm(FaltungWalk *walk, int index, int p, gpointer data) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    const FaltungParameter *parameter = &layer->parameters[p];
    if (layer->max_norm <= 0.0 || parameter->bias || !walk->after[index][p])
        return;
    size_t n = faltung_shape_size(&parameter->shape), behind = 1;
    size_t units = parameter->shape.dims[parameter->unit_axis];
    for (int i = parameter->unit_axis + 1; i < parameter->shape.rank; i++)
        behind *= parameter->shape.dims[i];
    double *after = walk->after[index][p];
    g_autofree double *squares = g_new0(double, units);
    for (size_t i = 0; i < n; i++)
        squares[i / behind % units] += after[i] * after[i];
    for (size_t i = 0; i < n; i++)
        after[i] *= faltung_constraint_scale(sqrt(squares[i / behind % units]), layer->max_norm);
}

/* Weights of units that were cut stay at zero. @data: a block of ones with zeros there */
static void hold(FaltungWalk *walk, int layer, int p, gpointer data) {
    size_t n = size_of(walk, layer, p);
    g_autofree float *kept = g_new(float, n);
    faltung_layer_unpack(faltung_graph_layer(walk->graph, layer), p, data, kept);
    for (size_t i = 0; i < n && walk->after[layer][p]; i++)
        walk->after[layer][p][i] *= kept[i];
}

static void hold_units(FaltungWalk *walk, const FaltungNetwork *network, const FaltungPlay *play) {
    size_t size = faltung_network_block_size(network);
    g_autofree float *ones = g_new(float, size);
    for (size_t i = 0; i < size; i++)
        ones[i] = 1.0f;
    faltung_play_hold(play, ones);
    for_learned(walk, hold, ones);
}

/* What was done to the network by hand. Returns: (transfer full). */
static FaltungPlay *play_of(const FaltungWalk *walk, const FaltungNetwork *network) {
    const GArray *acts = walk->standing->acts;
    FaltungPlay *play =
        faltung_play_new(walk->graph, g_array_new(FALSE, FALSE, sizeof(FaltungAct)));
    for (guint i = 0; i < acts->len; i++)
        faltung_play_note(play, network, &g_array_index(acts, FaltungAct, i));
    return play;
}

void faltung_walk_step(FaltungWalk *walk, FaltungNetwork *network, const FaltungDataset *dataset,
                       guint32 index) {
    const FaltungVariant *variant = &walk->train->optimizer;
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)variant->kind;
    double rate = walk->standing->learning_rate;
    FaltungPlay *play = play_of(walk, network);
    for (guint i = 0; i < walk->graph->layers->len; i++)
        walk->rests[i] = play->frozen[i];
    walk->learning_rate = isnan(rate) ? optimizer->learning_rate(variant->options) : rate;
    walk->clipped = clipping_scale(walk);
    if (optimizer->whole)
        update_whole(walk, network, dataset, index);
    else
        for_learned(walk, update_tensor, NULL);
    for_learned(walk, keep_norm, NULL);
    if (play->held->len > 0)
        hold_units(walk, network, play);
    faltung_play_free(play);
}

/* -- in numbers ------------------------------------------------------------------------------- */

/* The optimizer's gradient where it is another than the loss's. */
static void write_slope(const FaltungWalk *walk, int layer, int p, size_t i, GPtrArray *written) {
    double gradient = faltung_reference_network_parameter_gradient(walk->network, layer, p)[i];
    double raw = raw_slope(walk, layer, p, i), slope = slope_of(walk, layer, p, i);
    if (slope == gradient)
        return;
    GString *tex = g_string_new("g = ");
    if (walk->clipped < 1.0) {
        faltung_tex_number(tex, 4, walk->clipped);
        g_string_append(tex, raw == gradient && gradient >= 0.0 ? " \\cdot " : " \\cdot (");
    }
    faltung_tex_number(tex, 4, gradient);
    if (raw != gradient) {
        g_string_append(tex, raw > gradient ? " + " : " - ");
        faltung_tex_number(tex, 4, fabs(raw - gradient));
    }
    if (walk->clipped < 1.0 && (raw != gradient || gradient < 0.0))
        g_string_append(tex, ")");
    g_string_append(tex, slope == walk->clipped * raw ? " = " : " \\rightarrow ");
    faltung_tex_number(tex, 4, slope);
    g_ptr_array_add(written, g_string_free(tex, FALSE));
}

static void write_end(GPtrArray *written, double from, double to) {
    GString *tex = g_string_new("w = ");
    faltung_tex_number(tex, 4, from);
    g_string_append(tex, to < from ? " - " : " + ");
    faltung_tex_number(tex, 4, fabs(to - from));
    g_string_append(tex, " = ");
    faltung_tex_number(tex, 4, to);
    g_ptr_array_add(written, g_string_free(tex, FALSE));
}

GPtrArray *faltung_walk_update_tex(const FaltungWalk *walk, int layer, int parameter,
                                   size_t index) {
    GPtrArray *written = g_ptr_array_new_with_free_func(g_free);
    if (!walk->after[layer][parameter])
        return written;
    double after = walk->after[layer][parameter][index];
    double reached = faltung_reference_network_parameter(walk->network, layer, parameter)[index];
    write_slope(walk, layer, parameter, index, written);
    if (!((const FaltungOptimizer *)walk->train->optimizer.kind)->whole) {
        g_auto(Learner) learner;
        learner_init(&learner, walk, layer, parameter);
        reached = learn(&learner, walk, layer, parameter, index, written);
    }
    if (reached != after) /* told from all values at once, or held */
        write_end(written, reached, after);
    return written;
}

gboolean faltung_walk_remembers(const FaltungWalk *walk) {
    return walk->standing->remembers;
}
