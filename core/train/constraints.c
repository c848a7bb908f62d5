/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/constraints.h"

#include "core/ops/parallel.h"

#include <math.h>

/* A tensor with such a limit: the places of its values in the block, unit after unit. */
typedef struct {
    size_t units, inputs; /* inputs: of a unit */
    size_t *places;       /* (units, inputs) */
    double limit;
} Limit;

struct FaltungConstraints {
    GArray *limits; /* (element-type Limit) */
};

/* The values of a unit are those at one index of its axis: the first one, or the second where the
   tensor is in x out. */
static Limit limit_new(FaltungNetwork *network, int layer, int p) {
    const FaltungLayer *is = faltung_graph_layer(faltung_network_graph(network), layer);
    const FaltungParameter *parameter = &is->parameters[p];
    size_t n = faltung_shape_size(&parameter->shape);
    int axis = parameter->unit_axis;
    size_t units = parameter->shape.dims[axis], behind = 1;
    for (int i = axis + 1; i < parameter->shape.rank; i++)
        behind *= parameter->shape.dims[i];
    Limit limit = {units, n / units, g_new(size_t, n), is->max_norm};
    g_autofree size_t *places = g_new(size_t, n);
    faltung_network_places(network, layer, p, places);
    for (size_t i = 0; i < n; i++) {
        size_t unit = i / behind % units, before = i / behind / units;
        limit.places[unit * limit.inputs + before * behind + i % behind] = places[i];
    }
    return limit;
}

static void limit_clear(gpointer limit) {
    g_free(((Limit *)limit)->places);
}

FaltungConstraints *faltung_constraints_new(FaltungNetwork *network) {
    const FaltungGraph *graph = faltung_network_graph(network);
    g_autoptr(GArray) limits = g_array_new(FALSE, FALSE, sizeof(Limit));
    g_array_set_clear_func(limits, limit_clear);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int p = 0; p < layer->n_parameters && layer->max_norm > 0.0; p++) {
            if (layer->parameters[p].bias || layer->parameters[p].measured)
                continue;
            Limit limit = limit_new(network, i, p);
            g_array_append_val(limits, limit);
        }
    }
    if (limits->len == 0)
        return NULL;
    FaltungConstraints *constraints = g_new0(FaltungConstraints, 1);
    constraints->limits = g_steal_pointer(&limits);
    return constraints;
}

void faltung_constraints_free(FaltungConstraints *constraints) {
    if (!constraints)
        return;
    g_array_unref(constraints->limits);
    g_free(constraints);
}

double faltung_constraint_scale(double norm, double limit) {
    return norm > limit ? limit / (norm + 1e-7) : 1.0; /* PyTorch's */
}

static void shorten(const Limit *limit, size_t unit, float *parameters) {
    const size_t *places = limit->places + unit * limit->inputs; /* (inputs) */
    double squares = 0.0;
    for (size_t i = 0; i < limit->inputs; i++)
        squares += (double)parameters[places[i]] * parameters[places[i]];
    float scale = faltung_constraint_scale(sqrt(squares), limit->limit);
    for (size_t i = 0; scale < 1.0f && i < limit->inputs; i++)
        parameters[places[i]] *= scale;
}

void faltung_constraints_apply(const FaltungConstraints *constraints, float *parameters,
                               int threads) {
    for (guint k = 0; k < constraints->limits->len; k++) {
        const Limit *limit = &g_array_index(constraints->limits, Limit, k);
        int team = faltung_threads_for(threads, 8.0 * limit->units * limit->inputs);
#pragma omp parallel for num_threads(team) schedule(static)
        for (size_t unit = 0; unit < limit->units; unit++)
            shorten(limit, unit, parameters);
    }
}
