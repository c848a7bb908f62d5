/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/groups.h"

#include <math.h>

/* Neighbours in the parameter block that learn alike. */
typedef struct {
    size_t end;                     /* it begins where the one before it ends */
    double lr_factor, weight_decay; /* as of FaltungLayer */
    gboolean resting;               /* they and their slots stay as they are */
    void *options; /* the optimizer's, with that weight decay; NULL: the optimizer's own */
} Group;

/* A tensor whose weights pay for their size. */
typedef struct {
    size_t begin, end;
    float l1;
} Penalty;

struct FaltungGroups {
    const FaltungOptimizer *optimizer;
    GArray *groups;    /* (element-type Group): of the learned part of the block, in order */
    GArray *penalties; /* (element-type Penalty) */
};

static void end_group(GArray *groups, Group group, size_t end, const FaltungVariant *optimizer) {
    group.end = end;
    if (group.weight_decay >= 0.0) {
        group.options = faltung_options_copy(optimizer->kind, optimizer->options);
        const FaltungOptionSpec *spec = faltung_kind_option(optimizer->kind, "weight_decay", NULL);
        *(double *)((char *)group.options + spec->offset) = group.weight_decay;
    }
    g_array_append_val(groups, group);
}

/* The tensors of the learned part lie there in the order of their layers. */
static GArray *find_groups(const FaltungGraph *graph, const FaltungVariant *optimizer,
                           const gboolean *resting) {
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(Group));
    Group last = {.lr_factor = 1.0, .weight_decay = -1.0};
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        gboolean rests = resting && resting[i];
        if (!faltung_layer_learns(layer) ||
            (layer->lr_factor == last.lr_factor && layer->weight_decay == last.weight_decay &&
             rests == last.resting))
            continue;
        size_t begin = graph->learned_size;
        for (int p = 0; p < layer->n_parameters; p++)
            begin = MIN(begin, layer->parameters[p].offset);
        if (begin > 0)
            end_group(groups, last, begin, optimizer);
        last.lr_factor = layer->lr_factor;
        last.weight_decay = layer->weight_decay;
        last.resting = rests;
    }
    end_group(groups, last, graph->learned_size, optimizer);
    return groups;
}

static GArray *find_penalties(const FaltungGraph *graph) {
    GArray *penalties = g_array_new(FALSE, FALSE, sizeof(Penalty));
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        double l1 = faltung_graph_l1(graph, layer);
        for (int p = 0; p < layer->n_parameters && l1 > 0.0; p++) {
            const FaltungParameter *parameter = &layer->parameters[p];
            Penalty penalty = {parameter->offset, parameter->offset + parameter->packed_size, l1};
            if (!parameter->bias && !parameter->measured)
                g_array_append_val(penalties, penalty);
        }
    }
    return penalties;
}

FaltungGroups *faltung_groups_new(const FaltungGraph *graph, const FaltungVariant *optimizer,
                                  const gboolean *resting) {
    FaltungGroups *groups = g_new0(FaltungGroups, 1);
    groups->optimizer = (const FaltungOptimizer *)optimizer->kind;
    groups->groups = find_groups(graph, optimizer, resting);
    groups->penalties = find_penalties(graph);
    return groups;
}

void faltung_groups_free(FaltungGroups *groups) {
    if (!groups)
        return;
    for (guint i = 0; i < groups->groups->len; i++) {
        void *options = g_array_index(groups->groups, Group, i).options;
        if (options)
            faltung_options_free(&groups->optimizer->kind, options);
    }
    g_array_unref(groups->groups);
    g_array_unref(groups->penalties);
    g_free(groups);
}

double faltung_groups_penalize(const FaltungGroups *groups, size_t begin, size_t n,
                               const float *parameters, float *gradients) {
    double all = 0.0;
    for (guint k = 0; k < groups->penalties->len; k++) {
        const Penalty *penalty = &g_array_index(groups->penalties, Penalty, k);
        size_t end = MIN(penalty->end, begin + n);
        double sum = 0.0;
        for (size_t i = MAX(penalty->begin, begin); i < end; i++) {
            gradients[i] += penalty->l1 * ((parameters[i] > 0.0f) - (parameters[i] < 0.0f));
            sum += fabsf(parameters[i]);
        }
        all += penalty->l1 * sum;
    }
    return all;
}

void faltung_groups_update(const FaltungGroups *groups, size_t begin,
                           const FaltungOptimizerStep *step) {
    size_t done = 0;
    for (guint i = 0; i < groups->groups->len && done < step->n; i++) {
        const Group *group = &g_array_index(groups->groups, Group, i);
        if (group->end <= begin + done)
            continue;
        size_t next = MIN(group->end - begin, step->n);
        if (group->resting) {
            done = next;
            continue;
        }
        float *slots[FALTUNG_MAX_SLOTS] = {0};
        for (int k = 0; k < groups->optimizer->n_slots; k++)
            slots[k] = step->slots[k] ? step->slots[k] + done : NULL;
        FaltungOptimizerStep part = *step;
        part.options = group->options ? group->options : step->options;
        part.learning_rate = step->learning_rate * group->lr_factor;
        part.n = next - done;
        part.parameters += done;
        part.gradients += done;
        part.slots = slots;
        groups->optimizer->update(&part);
        done = next;
    }
}
