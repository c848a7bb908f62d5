/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/ties.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The layer that @index names, which is not a copy itself. Returns: -1 with an error. */
static int find_owner(const FaltungGraph *graph, int index, GError **error) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    int owner = faltung_graph_find(graph, layer->tied);
    if (owner < 0 || owner >= index)
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "'%s' is tied to '%s', but no layer before it is called so; name one of those",
                     layer->name, layer->tied);
    else if (*faltung_graph_layer(graph, owner)->tied)
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "'%s' is tied to '%s', which is tied to '%s' itself; name that", layer->name,
                     layer->tied, faltung_graph_layer(graph, owner)->tied);
    else
        return owner;
    return -1;
}

static gboolean fits(const FaltungShape *copy, const FaltungShape *tensor, gboolean transposed) {
    if (!transposed)
        return faltung_shape_equal(copy, tensor);
    return copy->rank == 2 && tensor->rank == 2 && copy->dims[0] == tensor->dims[1] &&
           copy->dims[1] == tensor->dims[0];
}

static gboolean check_shapes(const FaltungLayer *layer, const FaltungParameter *copy,
                             const FaltungParameter *tensor, GError **error) {
    if (fits(&copy->shape, &tensor->shape, layer->transposed))
        return TRUE;
    g_autofree char *wanted = faltung_shape_format(&copy->shape);
    g_autofree char *there = faltung_shape_format(&tensor->shape);
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "%s of '%s' is %s, but that of '%s', to which it is tied%s, is %s; %s", copy->name,
        layer->name, wanted, layer->tied, layer->transposed ? _(" transposed") : "", there,
        fits(&copy->shape, &tensor->shape, !layer->transposed)
            ? (layer->transposed ? _("remove `transposed`") : _("add `transposed: true`"))
            : _("make both layers of one size"));
}

static gboolean is_weight(const FaltungParameter *parameter) {
    return !parameter->bias && !parameter->measured;
}

static gboolean tie(FaltungGraph *graph, int index, GError **error) {
    FaltungLayer *layer = faltung_graph_layer(graph, index);
    int owner = find_owner(graph, index, error), n = 0;
    if (owner < 0)
        return FALSE;
    const FaltungLayer *from = faltung_graph_layer(graph, owner);
    for (int p = 0; p < layer->n_parameters; p++) {
        FaltungParameter *copy = &layer->parameters[p];
        for (int q = 0; q < from->n_parameters && is_weight(copy); q++) {
            if (!is_weight(&from->parameters[q]) ||
                !g_str_equal(copy->name, from->parameters[q].name))
                continue;
            if (!check_shapes(layer, copy, &from->parameters[q], error))
                return FALSE;
            copy->tied = copy->measured = TRUE;
            copy->transposed = layer->transposed;
            copy->owner = owner;
            copy->owners = q;
            n++;
        }
    }
    if (n == 0)
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "'%s', a %s, has no weights that '%s', a %s, has too; remove its `tied`",
                     layer->name, layer->operation->kind.name, from->name,
                     from->operation->kind.name);
    return n > 0;
}

gboolean faltung_graph_tie(FaltungGraph *graph, int *failed, GError **error) {
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        gboolean good = TRUE;
        if (*layer->tied) {
            good = tie(graph, i, error);
        } else if (layer->transposed) {
            good = FALSE;
            faltung_fail(error, FALTUNG_ERROR_SHAPE,
                         "'%s' is not tied to a layer, so that `transposed` means nothing; remove "
                         "it, or add `tied`",
                         layer->name);
        }
        if (!good) {
            if (failed)
                *failed = i;
            return FALSE;
        }
    }
    return TRUE;
}
