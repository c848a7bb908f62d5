/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/graph.h"

#include "core/base/error.h"
#include "core/graph/ties.h"
#include "core/ops/input.h"
#include "core/ops/operations.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Frees what it says. */
static void clear_layer(FaltungLayer *layer) {
    faltung_variant_clear(&layer->activation);
    faltung_variant_clear(&layer->loss);
    g_free(layer->tied);
    g_free(layer->loss_target);
    faltung_options_free(&layer->operation->kind, layer->options);
}

static void layer_free(gpointer data) {
    FaltungLayer *layer = data;
    clear_layer(layer);
    g_free(layer->name);
    g_free(layer->path);
    g_free(layer);
}

static void block_free(gpointer data) {
    FaltungLayerBlock *block = data;
    g_free(block->name);
    g_free(block->path);
    g_free(block);
}

FaltungGraph *faltung_graph_new(FaltungShape input) {
    FaltungGraph *graph = g_new0(FaltungGraph, 1);
    graph->input = input;
    graph->layers = g_ptr_array_new_with_free_func(layer_free);
    graph->blocks = g_ptr_array_new_with_free_func(block_free);
    return graph;
}

FaltungGraph *faltung_graph_new_named(void) {
    return faltung_graph_new((FaltungShape){.rank = 1});
}

static FaltungLayer *layer_copy(const FaltungLayer *layer) {
    FaltungLayer *copy = g_memdup2(layer, sizeof *layer);
    copy->name = g_strdup(layer->name);
    copy->options = faltung_options_copy(&layer->operation->kind, layer->options);
    faltung_variant_copy(&copy->activation, &layer->activation);
    faltung_variant_copy(&copy->loss, &layer->loss);
    copy->tied = g_strdup(layer->tied);
    copy->path = g_strdup(layer->path);
    copy->loss_target = g_strdup(layer->loss_target);
    return copy;
}

FaltungGraph *faltung_graph_copy(const FaltungGraph *graph) {
    FaltungGraph *copy = faltung_graph_new(graph->input);
    copy->l1 = graph->l1;
    for (guint i = 0; i < graph->layers->len; i++)
        g_ptr_array_add(copy->layers, layer_copy(faltung_graph_layer(graph, i)));
    for (guint i = 0; i < graph->blocks->len; i++) {
        const FaltungLayerBlock *from = graph->blocks->pdata[i];
        FaltungLayerBlock *block =
            faltung_graph_add_block(copy, from->name, from->repeat, from->path);
        block->first = from->first;
        block->n_layers = from->n_layers;
        block->input = from->input;
    }
    /* The parameters borrow their initializers from the layer's own options. */
    if (!faltung_graph_infer(copy, NULL, NULL))
        g_ptr_array_unref(faltung_graph_sketch(copy, NULL));
    return copy;
}

void faltung_graph_free(FaltungGraph *graph) {
    if (!graph)
        return;
    g_ptr_array_unref(graph->layers);
    g_ptr_array_unref(graph->blocks);
    g_free(graph);
}

FaltungLayer *faltung_graph_layer(const FaltungGraph *graph, int index) {
    return graph->layers->pdata[index];
}

int faltung_graph_find(const FaltungGraph *graph, const char *name) {
    for (guint i = 0; i < graph->layers->len; i++) {
        if (g_str_equal(faltung_graph_layer(graph, i)->name, name))
            return i;
    }
    g_autofree char *prefix = g_strconcat(name, "/", NULL);
    for (int i = (int)graph->layers->len - 1; i >= 0; i--) {
        const char *there = faltung_graph_layer(graph, i)->name;
        g_autofree char *item = faltung_item_name(there);
        if (g_str_has_prefix(there, prefix) || g_str_equal(item, name))
            return i;
    }
    return -1;
}

FaltungLayerBlock *faltung_graph_add_block(FaltungGraph *graph, const char *name, int repeat,
                                           const char *path) {
    FaltungLayerBlock *block = g_new0(FaltungLayerBlock, 1);
    block->name = g_strdup(name);
    block->repeat = repeat;
    block->path = g_strdup(path);
    g_ptr_array_add(graph->blocks, block);
    return block;
}

char *faltung_item_name(const char *name) {
    GString *item = g_string_new(NULL);
    for (const char *part = name; *part;) {
        size_t length = strcspn(part, "/");
        gboolean copy = part > name && strspn(part, "0123456789") == length && part[length] == '/';
        if (!copy)
            g_string_append_printf(item, "%s%.*s", item->len ? "/" : "", (int)length, part);
        part += length + (part[length] == '/');
    }
    return g_string_free(item, FALSE);
}

static char *free_name(const FaltungGraph *graph, const char *wanted) {
    char *name = g_strdup(wanted);
    for (int i = 2; faltung_graph_find(graph, name) >= 0; i++) {
        g_free(name);
        name = g_strdup_printf("%s_%d", wanted, i);
    }
    return name;
}

/* As a layer is that says nothing but its operation. */
static void begin_layer(FaltungLayer *layer, const FaltungOperation *operation) {
    layer->operation = operation;
    layer->options = faltung_options_new(&operation->kind);
    layer->frozen = layer->transposed = FALSE;
    layer->lr_factor = 1.0;
    layer->weight_decay = -1.0;
    layer->l1 = -1.0;
    layer->max_norm = 0.0;
    layer->loss_weight = 1.0;
    layer->tied = g_strdup("");
    layer->loss_target = g_strdup(FALTUNG_LOSS_OF_DATA);
}

FaltungLayer *faltung_graph_add(FaltungGraph *graph, const FaltungOperation *operation,
                                const char *name) {
    FaltungLayer *layer = g_new0(FaltungLayer, 1);
    layer->name = name ? g_strdup(name) : free_name(graph, operation->kind.name);
    begin_layer(layer, operation);
    layer->n_inputs = 1;
    layer->inputs[0] = (int)graph->layers->len - 1; /* FALTUNG_INPUT for the first */
    g_ptr_array_add(graph->layers, layer);
    return layer;
}

void faltung_layer_bypass(FaltungLayer *layer) {
    clear_layer(layer);
    begin_layer(layer, &faltung_operation_linear);
    layer->n_inputs = MIN(layer->n_inputs, 1);
    layer->bypassed = TRUE;
}

FaltungLayer *faltung_graph_add_input(FaltungGraph *graph, const char *name, FaltungShape shape) {
    FaltungLayer *layer = faltung_graph_add(graph, &faltung_operation_input, name);
    g_assert(faltung_graph_n_inputs(graph) == (int)graph->layers->len);
    *(FaltungInputPart *)layer->options = (FaltungInputPart){shape, graph->input.dims[0]};
    layer->inputs[0] = FALTUNG_INPUT;
    graph->input.dims[0] += (int)faltung_shape_size(&shape);
    return layer;
}

int faltung_graph_n_inputs(const FaltungGraph *graph) {
    int n = 0;
    while (n < (int)graph->layers->len && faltung_layer_is_input(faltung_graph_layer(graph, n)))
        n++;
    return n;
}

gboolean faltung_graph_is_given(const FaltungGraph *graph, int index) {
    return index == FALTUNG_INPUT || faltung_layer_is_input(faltung_graph_layer(graph, index));
}

static gboolean check_inputs(const FaltungGraph *graph, int index, GError **error) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    int most = layer->operation->max_inputs;
    if (layer->n_inputs < 1 || layer->n_inputs > most)
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            most == 1
                                ? "%s takes %d input, but has %d; join them before it, with `add`"
                                : N_("%s takes 1 to %d inputs, but has %d"),
                            layer->operation->kind.name, most, layer->n_inputs);
    for (int i = 0; i < layer->n_inputs; i++) {
        if (layer->inputs[i] < FALTUNG_INPUT || layer->inputs[i] >= index)
            return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                                "an input of '%s' does not come before it; a network has no cycles",
                                layer->name);
    }
    if (layer->operation->n_indices && !faltung_graph_is_given(graph, layer->inputs[0]))
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s takes indices, but its input is what '%s' computes; put it first in the "
            "network, or say `inputs: [input]`",
            layer->operation->kind.name, faltung_graph_layer(graph, layer->inputs[0])->name);
    return TRUE;
}

/* Far above what any machine holds, far below where sizes overflow. */
static const double most_values = 1 << 28, most_learned = 4294967296.0;

static gboolean check_size(const FaltungLayer *layer, GError **error) {
    double values = 1, learned = faltung_layer_n_parameters(layer);
    for (int i = 0; i < layer->output_shape.rank; i++)
        values *= layer->output_shape.dims[i];
    if (values <= most_values && learned <= most_learned)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "%s would have %.3g outputs a sample and %.3g learned values; at most %.3g and "
        "%.3g are possible; make it or its input smaller",
        layer->operation->kind.name, values, learned, most_values, most_learned);
}

/* What is said about learning must be about something. */
static gboolean check_settings(const FaltungLayer *layer, GError **error) {
    const char *about_steps = layer->lr_factor != 1.0      ? "lr_factor"
                              : layer->weight_decay >= 0.0 ? "weight_decay"
                              : layer->l1 >= 0.0           ? "l1"
                              : layer->max_norm > 0.0      ? "max_norm"
                                                           : NULL;
    gboolean learned = faltung_layer_n_parameters(layer) > 0;
    if (!learned && (layer->frozen || about_steps))
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "nothing is learned in '%s', a %s; remove its `%s`", layer->name,
                     layer->operation->kind.name, layer->frozen ? "frozen" : about_steps);
    else if (!layer->loss.kind &&
             (layer->loss_weight != 1.0 || !g_str_equal(layer->loss_target, FALTUNG_LOSS_OF_DATA)))
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "'%s' has no loss of its own, so that `%s` means nothing; remove it, or give "
                     "the layer a `loss`",
                     layer->name, layer->loss_weight != 1.0 ? "loss_weight" : "loss_target");
    else if (layer->frozen && about_steps)
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "'%s' is frozen, so that `%s` means nothing; remove `frozen` or `%s`",
                     layer->name, about_steps, about_steps);
    else
        return TRUE;
    return FALSE;
}

static gboolean infer_layer(const FaltungGraph *graph, int index, GError **error) {
    FaltungLayer *layer = faltung_graph_layer(graph, index);
    layer->n_parameters = 0;
    if (!check_inputs(graph, index, error))
        return FALSE;
    for (int i = 0; i < layer->n_inputs; i++) {
        int from = layer->inputs[i];
        layer->input_shapes[i] =
            from == FALTUNG_INPUT ? graph->input : faltung_graph_layer(graph, from)->output_shape;
    }
    return layer->operation->infer_shape(layer, error) && check_size(layer, error) &&
           check_settings(layer, error);
}

/* Whether every layer that takes the output of @index can take its values in any order. */
static gboolean order_is_free(const FaltungGraph *graph, int index) {
    gboolean used = FALSE;
    if (faltung_graph_layer(graph, index)->loss.kind)
        return FALSE; /* targets lie as they do for everyone else */
    for (guint i = index + 1; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int k = 0; k < layer->n_inputs; k++) {
            if (layer->inputs[k] != index)
                continue;
            used = TRUE;
            FaltungOperationFlags flags = layer->operation->flags;
            gboolean passes_on = (flags & (FALTUNG_KEEPS_ORDER | FALTUNG_IS_VIEW)) &&
                                 layer->n_inputs == 1 && order_is_free(graph, i);
            /* of a sequence the order is each step's, not the sample's */
            gboolean any = (flags & FALTUNG_TAKES_ANY_ORDER) && layer->input_shapes[k].rank == 1;
            if (!any && !passes_on)
                return FALSE;
        }
    }
    return used; /* the network's output is given out as it lies */
}

/* A flatten would have to turn channels-last into channels-first, only for the dense layer behind
   it to see the same numbers in another order: where all who follow can, the values stay. */
static void infer_orders(FaltungGraph *graph) {
    for (guint i = 0; i < graph->layers->len; i++) {
        FaltungLayer *layer = faltung_graph_layer(graph, i);
        FaltungOperationFlags flags = layer->operation->flags;
        for (int k = 0; k < layer->n_inputs; k++) {
            int from = layer->inputs[k];
            layer->input_orders[k] =
                from == FALTUNG_INPUT ? graph->input : faltung_graph_layer(graph, from)->order;
        }
        gboolean stays = (flags & FALTUNG_KEEPS_ORDER) && layer->n_inputs == 1;
        if ((flags & FALTUNG_IS_VIEW) && order_is_free(graph, i))
            stays = TRUE;
        layer->order = stays ? layer->input_orders[0] : layer->output_shape;
    }
}

/* Every tensor begins on a cache line; the measured and the frozen ones come after all the learned
   ones, so that what the optimizer works on is one block. Returns: where the block ends. */
static size_t place_parameters(FaltungGraph *graph, gboolean stays, size_t offset) {
    for (guint i = 0; i < graph->layers->len; i++) {
        FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            FaltungParameter *parameter = &layer->parameters[p];
            if ((parameter->measured || layer->frozen) != stays)
                continue;
            parameter->offset = offset;
            offset += (parameter->packed_size + 15) / 16 * 16;
        }
    }
    return offset;
}

gboolean faltung_graph_infer(FaltungGraph *graph, int *failed, GError **error) {
    if (failed)
        *failed = -1;
    if ((int)graph->layers->len == faltung_graph_n_inputs(graph))
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "the network has no layers; add one, such as `- dense: {units: 10}`");
    for (guint i = 0; i < graph->layers->len; i++) {
        if (!infer_layer(graph, i, error)) {
            if (failed)
                *failed = i;
            return FALSE;
        }
    }
    if (!faltung_graph_tie(graph, failed, error))
        return FALSE;
    graph->learned_size = place_parameters(graph, FALSE, 0);
    graph->block_size = place_parameters(graph, TRUE, graph->learned_size);
    infer_orders(graph);
    return TRUE;
}

static gboolean inputs_are_known(const FaltungGraph *graph, int index) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    for (int i = 0; i < layer->n_inputs; i++) {
        int from = layer->inputs[i];
        if (from < FALTUNG_INPUT || from >= index)
            continue; /* a mistake of its own */
        const FaltungShape *shape =
            from == FALTUNG_INPUT ? &graph->input : &faltung_graph_layer(graph, from)->output_shape;
        if (shape->rank == 0)
            return FALSE;
    }
    return TRUE;
}

static void error_free(gpointer data) {
    if (data)
        g_error_free(data);
}

GPtrArray *faltung_graph_sketch(FaltungGraph *graph, const gboolean *skip) {
    GPtrArray *errors = g_ptr_array_new_with_free_func(error_free);
    for (guint i = 0; i < graph->layers->len; i++) {
        FaltungLayer *layer = faltung_graph_layer(graph, i);
        GError *error = NULL;
        layer->output_shape = (FaltungShape){0};
        layer->n_parameters = 0;
        gboolean waits = (skip && skip[i]) || !inputs_are_known(graph, i);
        if (!waits && !infer_layer(graph, i, &error)) {
            layer->output_shape = (FaltungShape){0};
            layer->n_parameters = 0;
        }
        g_ptr_array_add(errors, error);
    }
    return errors;
}

/* Whether @layer is @on or takes its output, directly or not. */
static gboolean depends(const FaltungGraph *graph, int layer, int on) {
    g_autofree gboolean *needed = g_new0(gboolean, graph->layers->len);
    for (int i = layer; i >= 0; i--) {
        if (i != layer && !needed[i])
            continue;
        if (i == on)
            return TRUE;
        const FaltungLayer *here = faltung_graph_layer(graph, i);
        for (int k = 0; k < here->n_inputs; k++) {
            if (here->inputs[k] >= 0 && here->inputs[k] < i)
                needed[here->inputs[k]] = TRUE;
        }
    }
    return FALSE;
}

gboolean faltung_graph_would_fit(const FaltungGraph *graph, int from, int to) {
    FaltungShape shape =
        from == FALTUNG_INPUT ? graph->input : faltung_graph_layer(graph, from)->output_shape;
    const FaltungLayer *layer = faltung_graph_layer(graph, to);
    if (shape.rank == 0 || depends(graph, from, to) || faltung_layer_is_input(layer) ||
        (layer->operation->n_indices && !faltung_graph_is_given(graph, from)))
        return FALSE;
    /* a join takes one more, others take it instead of what they have */
    FaltungLayer *trial = layer_copy(layer);
    gboolean joins = layer->operation->max_inputs > 1;
    if (!joins)
        trial->n_inputs = 0;
    gboolean fits = trial->n_inputs < layer->operation->max_inputs;
    for (int i = 0; i < trial->n_inputs; i++) {
        int input = trial->inputs[i];
        trial->input_shapes[i] =
            input == FALTUNG_INPUT ? graph->input : faltung_graph_layer(graph, input)->output_shape;
        fits &= trial->input_shapes[i].rank > 0 && input != from;
    }
    if (fits)
        trial->input_shapes[trial->n_inputs++] = shape;
    trial->n_parameters = 0;
    fits = fits && layer->operation->infer_shape(trial, NULL);
    layer_free(trial);
    return fits;
}

gboolean faltung_graph_could_take(const FaltungGraph *graph, int from,
                                  const FaltungOperation *operation) {
    FaltungShape shape =
        from == FALTUNG_INPUT ? graph->input : faltung_graph_layer(graph, from)->output_shape;
    if (shape.rank == 0 || (operation->n_indices && !faltung_graph_is_given(graph, from)))
        return FALSE;
    g_autoptr(FaltungGraph) alone = faltung_graph_new(shape);
    faltung_graph_add(alone, operation, NULL);
    return infer_layer(alone, 0, NULL);
}

const FaltungShape *faltung_graph_output(const FaltungGraph *graph) {
    return &faltung_graph_layer(graph, graph->layers->len - 1)->output_shape;
}

int faltung_graph_n_indices(const FaltungGraph *graph) {
    int least = 0;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (!layer->operation->n_indices)
            continue;
        int n = layer->operation->n_indices(layer);
        least = least ? MIN(least, n) : n;
    }
    return least;
}

size_t faltung_layer_carried_size(const FaltungLayer *layer) {
    return layer->operation->carried_size ? layer->operation->carried_size(layer) : 0;
}

gboolean faltung_graph_carries(const FaltungGraph *graph) {
    for (guint i = 0; i < graph->layers->len; i++)
        if (faltung_layer_carried_size(faltung_graph_layer(graph, i)) > 0)
            return TRUE;
    return FALSE;
}

void faltung_layer_unpack(const FaltungLayer *layer, int p, const float *block, float *values) {
    const FaltungParameter *parameter = &layer->parameters[p];
    if (layer->operation->unpack)
        layer->operation->unpack(layer, p, block + parameter->offset, values);
    else
        memcpy(values, block + parameter->offset,
               faltung_shape_size(&parameter->shape) * sizeof(float));
}

size_t faltung_layer_n_parameters(const FaltungLayer *layer) {
    size_t n = 0;
    for (int i = 0; i < layer->n_parameters; i++)
        n += layer->parameters[i].measured ? 0 : faltung_shape_size(&layer->parameters[i].shape);
    return n;
}

gboolean faltung_layer_learns(const FaltungLayer *layer) {
    return !layer->frozen && faltung_layer_n_parameters(layer) > 0;
}

double faltung_graph_l1(const FaltungGraph *graph, const FaltungLayer *layer) {
    if (!faltung_layer_learns(layer))
        return 0.0;
    return layer->l1 >= 0.0 ? layer->l1 : graph->l1;
}

gboolean faltung_layer_trains(const FaltungLayer *layer, gboolean training) {
    gboolean measures = FALSE;
    for (int p = 0; p < layer->n_parameters; p++)
        measures |= layer->parameters[p].measured;
    return training && !(layer->frozen && measures);
}

static double operation_flops(const FaltungLayer *layer, const FaltungOperation *operation) {
    return operation->flops ? operation->flops(layer)
                            : (double)faltung_shape_size(&layer->output_shape);
}

static double activation_flops(const FaltungLayer *layer) {
    return layer->activation.kind
               ? operation_flops(layer, (const FaltungOperation *)layer->activation.kind)
               : 0;
}

double faltung_layer_flops(const FaltungLayer *layer) {
    if (layer->output_shape.rank == 0)
        return 0; /* of a sketch */
    return operation_flops(layer, layer->operation) + activation_flops(layer);
}

/* Whether anything is learned in the layer or before it. */
static gboolean learns(const FaltungGraph *graph, int index) {
    g_autofree gboolean *any = g_new0(gboolean, graph->layers->len);
    for (int i = 0; i <= index; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        any[i] = faltung_layer_learns(layer);
        for (int k = 0; k < layer->n_inputs; k++)
            any[i] |= layer->inputs[k] != FALTUNG_INPUT && any[layer->inputs[k]];
    }
    return index != FALTUNG_INPUT && any[index];
}

double faltung_graph_part_flops(const FaltungGraph *graph, int index, FaltungPart part) {
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    double inputs = 0; /* those whose gradient is needed */
    switch (part) {
    case FALTUNG_PART_FORWARD:
        return faltung_layer_flops(layer);
    case FALTUNG_PART_ACTIVATION_GRADIENT:
        return learns(graph, index) ? activation_flops(layer) : 0;
    case FALTUNG_PART_WEIGHT_GRADIENT:
        return faltung_layer_learns(layer) ? operation_flops(layer, layer->operation) : 0;
    case FALTUNG_PART_INPUT_GRADIENT:
        for (int i = 0; i < layer->n_inputs; i++)
            inputs += learns(graph, layer->inputs[i]);
        return operation_flops(layer, layer->operation) * inputs / layer->n_inputs;
    default:
        return 0;
    }
}

size_t faltung_graph_n_parameters(const FaltungGraph *graph) {
    size_t n = 0;
    for (guint i = 0; i < graph->layers->len; i++)
        n += faltung_layer_n_parameters(faltung_graph_layer(graph, i));
    return n;
}

size_t faltung_graph_n_frozen(const FaltungGraph *graph) {
    size_t n = 0;
    for (guint i = 0; i < graph->layers->len; i++)
        if (faltung_graph_layer(graph, i)->frozen)
            n += faltung_layer_n_parameters(faltung_graph_layer(graph, i));
    return n;
}

double faltung_graph_flops(const FaltungGraph *graph) {
    double flops = 0;
    for (guint i = 0; i < graph->layers->len; i++)
        flops += faltung_layer_flops(faltung_graph_layer(graph, i));
    return flops;
}

double faltung_graph_training_flops(const FaltungGraph *graph) {
    double flops = 0;
    for (guint i = 0; i < graph->layers->len; i++) {
        for (FaltungPart part = FALTUNG_PART_FORWARD; part < FALTUNG_N_LAYER_PARTS; part++)
            flops += faltung_graph_part_flops(graph, i, part);
    }
    return flops;
}
