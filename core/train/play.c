/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/play.h"

#include "core/base/error.h"
#include "core/train/optimizer.h"

#include <math.h>
#include <string.h>

gboolean faltung_play_allows(const FaltungVariant *optimizer, const FaltungAct *act,
                             GError **error) {
    gboolean freezes = act->kind == FALTUNG_ACT_FREEZE || act->kind == FALTUNG_ACT_THAW;
    if (!freezes || !((const FaltungOptimizer *)optimizer->kind)->whole)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_INPUT,
        "layers cannot be frozen or thawed while %s trains; say `frozen: true` at the layer",
        optimizer->kind->name);
}

GArray *faltung_play_plan(const FaltungExperiment *experiment, GError **error) {
    g_autoptr(GArray) acts = faltung_acts_parse(experiment->train->acts, experiment->graph, error);
    gboolean good = acts != NULL;
    for (guint i = 0; good && i < acts->len; i++)
        good = faltung_play_allows(&experiment->train->optimizer,
                                   &g_array_index(acts, FaltungAct, i), error);
    if (good)
        return g_steal_pointer(&acts);
    g_autofree char *place = faltung_experiment_place(experiment, "train.acts");
    g_prefix_error(error, "%s: ", place);
    return NULL;
}

FaltungPlay *faltung_play_new(const FaltungGraph *graph, GArray *acts) {
    FaltungPlay *play = g_new0(FaltungPlay, 1);
    play->acts = acts;
    play->frozen = g_new0(gboolean, graph->layers->len);
    play->held = g_array_new(FALSE, FALSE, sizeof(size_t));
    return play;
}

void faltung_play_free(FaltungPlay *play) {
    if (!play)
        return;
    g_array_unref(play->acts);
    g_array_unref(play->held);
    g_free(play->frozen);
    g_free(play);
}

const FaltungAct *faltung_play_next(const FaltungPlay *play, guint64 step) {
    if (play->done == play->acts->len)
        return NULL;
    const FaltungAct *act = &g_array_index(play->acts, FaltungAct, play->done);
    return act->step <= step ? act : NULL;
}

void faltung_play_log(FaltungPlay *play, const FaltungAct *log, guint n) {
    guint planned = 0; /* of the log */
    for (guint i = 0; i < n; i++)
        planned += !log[i].by_hand;
    g_array_remove_range(play->acts, 0, MIN(planned, play->acts->len));
    g_array_prepend_vals(play->acts, log, n);
}

/* What the optimizer and the running mean keep of a layer, as at the start. */
static void forget(FaltungTrainer *trainer, int layer) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungLayer *is = faltung_graph_layer(faltung_network_graph(network), layer);
    for (int slot = 0; slot < faltung_trainer_n_slots(trainer); slot++) {
        float *block = faltung_trainer_slot(trainer, slot);
        gboolean average = g_str_equal(faltung_trainer_slot_name(trainer, slot), "average");
        for (int p = 0; p < is->n_parameters; p++) {
            const FaltungParameter *parameter = &is->parameters[p];
            size_t bytes = parameter->packed_size * sizeof(float);
            if (average)
                memcpy(block + parameter->offset,
                       faltung_network_parameters(network) + parameter->offset, bytes);
            else
                memset(block + parameter->offset, 0, bytes);
        }
    }
}

static gboolean is_in(const FaltungLayer *layer, size_t place) {
    for (int p = 0; p < layer->n_parameters; p++)
        if (place - layer->parameters[p].offset < layer->parameters[p].packed_size)
            return TRUE;
    return FALSE;
}

/* The units of @layer are held no longer. */
static void release(FaltungPlay *play, const FaltungLayer *layer) {
    guint kept = 0;
    for (guint i = 0; i < play->held->len; i++) {
        size_t place = g_array_index(play->held, size_t, i);
        if (!is_in(layer, place))
            g_array_index(play->held, size_t, kept++) = place;
    }
    g_array_set_size(play->held, kept);
}

/* w += number rms(w) z, of every weight w that is learned and no bias, in the field's order. */
static void add_noise(FaltungTrainer *trainer, const FaltungAct *act) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), act->layer);
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        if (parameter->bias || parameter->measured || parameter->tied)
            continue;
        FaltungRandom random = {
            .seed = faltung_trainer_options(trainer)->seed,
            .purpose = FALTUNG_RANDOM_ACT,
            .stream = act->layer * FALTUNG_MAX_PARAMETERS + p,
            .step = act->step,
        };
        size_t n = faltung_shape_size(&parameter->shape);
        g_autofree float *values = g_new(float, n);
        float *block = faltung_network_parameters(network);
        faltung_network_unpack(network, block, act->layer, p, values);
        double squares = 0.0;
        for (size_t i = 0; i < n; i++)
            squares += (double)values[i] * values[i];
        double deviation = act->number * sqrt(squares / n);
        for (size_t i = 0; i < n; i++)
            values[i] += deviation * faltung_random_normal(&random, i);
        faltung_network_pack(network, block, act->layer, p, values);
    }
}

/* The places of the weights that go into a unit, and of its bias. */
static void hold_unit(FaltungPlay *play, const FaltungNetwork *network, const FaltungAct *act) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), act->layer);
    size_t units = faltung_act_n_units(layer), unit = act->number;
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        if (parameter->measured)
            continue;
        size_t n = faltung_shape_size(&parameter->shape), behind = 1;
        for (int i = parameter->unit_axis + 1; i < parameter->shape.rank; i++)
            behind *= parameter->shape.dims[i];
        size_t along = parameter->shape.dims[parameter->unit_axis];
        g_autofree size_t *places = g_new(size_t, n);
        faltung_network_places(network, act->layer, p, places);
        for (size_t i = 0; i < n; i++)
            if (i / behind % along % units == unit)
                g_array_append_val(play->held, places[i]);
    }
}

void faltung_play_hold(const FaltungPlay *play, float *block) {
    for (guint i = 0; i < play->held->len; i++)
        block[g_array_index(play->held, size_t, i)] = 0.0f;
}

void faltung_play_note(FaltungPlay *play, const FaltungNetwork *network, const FaltungAct *act) {
    switch (act->kind) {
    case FALTUNG_ACT_FREEZE:
    case FALTUNG_ACT_THAW:
        play->frozen[act->layer] = act->kind == FALTUNG_ACT_FREEZE;
        break;
    case FALTUNG_ACT_REINITIALIZE:
        release(play, faltung_graph_layer(faltung_network_graph(network), act->layer));
        break;
    case FALTUNG_ACT_CUT:
        hold_unit(play, network, act);
        break;
    default:
        break;
    }
}

void faltung_play_perform(FaltungPlay *play, FaltungTrainer *trainer, gboolean again) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungAct *act = &g_array_index(play->acts, FaltungAct, play->done++);
    faltung_play_note(play, network, act);
    if (act->kind == FALTUNG_ACT_LEARNING_RATE)
        faltung_trainer_fix_rate(trainer, act->number);
    if (again)
        return;
    if (act->kind == FALTUNG_ACT_REINITIALIZE) {
        faltung_network_initialize(network, act->layer, act->step);
        forget(trainer, act->layer);
    } else if (act->kind == FALTUNG_ACT_NOISE) {
        add_noise(trainer, act);
    }
}
