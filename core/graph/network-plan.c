/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/network-private.h"

#include "core/graph/activation-layer.h"
#include "core/ops/layout.h"

#include <string.h>

/*
 * When each buffer is needed. A training step is a row of moments: forward of layer 0, 1, ... n -
 * 1, the loss, backward of layer n - 1 ... 0. An output lives from its own forward to its last
 * reader's, or to the backward of those that read it there again; the gradient of an output from
 * the first that writes to it to its layer's backward; a workspace for one moment. What does not
 * meet in time may lie in the same place.
 */

/* -- which layers compute, and which have a gradient ------------------------------------------ */

static const FaltungLayer *layer_of(const FaltungNetwork *network, int index) {
    return faltung_graph_layer(network->graph, index);
}

/* Whether somebody beside @index takes what it takes. */
static gboolean has_sibling(const FaltungNetwork *network, int index) {
    int users = 0;
    for (int i = 0; i < network->n_nodes; i++)
        for (int k = 0; k < layer_of(network, i)->n_inputs; k++)
            users += layer_of(network, i)->inputs[k] == layer_of(network, index)->inputs[0];
    return users > 1;
}

/* Whether the layer's output and gradient are its input's: it changes nothing, or the shape alone,
   and nobody else adds to that gradient. */
static gboolean is_view(const FaltungNetwork *network, int index) {
    const FaltungLayer *layer = layer_of(network, index);
    FaltungOperationFlags flags = layer->operation->flags;
    gboolean trains = network->flags & FALTUNG_NETWORK_TRAINS;
    if ((flags & FALTUNG_TRAINING_ONLY) && !trains)
        return TRUE;
    /* two losses write two gradients */
    int from = layer->inputs[0];
    gboolean losses =
        layer->loss.kind || (from != FALTUNG_INPUT && layer_of(network, from)->loss.kind);
    return (flags & FALTUNG_IS_VIEW || layer->bypassed) &&
           faltung_layout_same(&layer->order, &layer->input_orders[0]) &&
           (!trains || (!losses && !has_sibling(network, index)));
}

/* The layer whose buffer the input @k of layer @index is, or FALTUNG_INPUT. */
static int source_of(const FaltungNetwork *network, int index, int k) {
    int from = layer_of(network, index)->inputs[k];
    return from == FALTUNG_INPUT ? FALTUNG_INPUT : network->nodes[from].root;
}

/* Whether the loss looks at the layer's output. */
static gboolean has_loss(const FaltungNetwork *network, int index) {
    return index == network->n_nodes - 1 || layer_of(network, index)->loss.kind;
}

/* Whether the layer is in the loss by itself, not only by those that take its output. */
static gboolean in_loss(const FaltungNetwork *network, int index) {
    return has_loss(network, index) || layer_of(network, index)->operation->penalty;
}

static void find_roots(FaltungNetwork *network) {
    for (int i = 0; i < network->n_nodes; i++) {
        FaltungNode *node = &network->nodes[i];
        node->view = is_view(network, i);
        node->root = node->view ? source_of(network, i, 0) : i;
    }
}

/* Whether there is a gradient of the network's input: of indices there is none. */
static gboolean wants_input_gradient(const FaltungNetwork *network) {
    return network->flags & FALTUNG_NETWORK_TRAINS &&
           network->flags & FALTUNG_NETWORK_INPUT_GRADIENT &&
           faltung_graph_n_indices(network->graph) == 0;
}

/* Whether backward has to give the output of layer @from, or the input, a gradient. */
static gboolean needs_gradient(const FaltungNetwork *network, int from) {
    return from == FALTUNG_INPUT ? wants_input_gradient(network) : network->nodes[from].learns;
}

static void find_learning(FaltungNetwork *network) {
    if (!(network->flags & FALTUNG_NETWORK_TRAINS))
        return;
    g_autofree gboolean *matters = g_new0(gboolean, network->n_nodes); /* to the output */
    for (int i = 0; i < network->n_nodes; i++) {
        int root = network->nodes[i].root;
        if (root != FALTUNG_INPUT && in_loss(network, i))
            matters[root] = TRUE;
    }
    for (int i = network->n_nodes - 1; i >= 0; i--)
        for (int k = 0; matters[i] && k < layer_of(network, i)->n_inputs; k++)
            if (source_of(network, i, k) != FALTUNG_INPUT)
                matters[source_of(network, i, k)] = TRUE;
    for (int i = 0; i < network->n_nodes; i++) {
        FaltungNode *node = &network->nodes[i];
        if (node->view || !matters[i])
            continue;
        node->learns = layer_of(network, i)->n_parameters > 0 && !layer_of(network, i)->frozen;
        for (int k = 0; k < layer_of(network, i)->n_inputs; k++)
            node->learns |= needs_gradient(network, source_of(network, i, k));
    }
}

/* -- sizes and moments ------------------------------------------------------------------------ */

/* A span of @floats and the slack that kernels may read behind them. */
static void need(FaltungNetwork *network, FaltungSpan *span, size_t floats, int born, int dies) {
    network->floats[span - network->spans] = floats;
    size_t line = FALTUNG_ALIGNMENT / sizeof(float);
    span->size = (floats + FALTUNG_SLACK + line - 1) / line * line;
    span->born = born;
    span->dies = dies;
}

static void extend(FaltungSpan *span, int moment) {
    span->dies = MAX(span->dies, moment);
}

static size_t output_size(const FaltungNetwork *network, int index) {
    return network->most * faltung_shape_size(&layer_of(network, index)->output_shape);
}

static size_t scratch_size(const FaltungNetwork *network, const FaltungLayer *layer) {
    return layer->operation && layer->operation->workspace_size
               ? layer->operation->workspace_size(layer, network->most, network->most_threads)
               : 0;
}

/* Whether the slope of @operation, an activation, is told from its input. */
static gboolean needs_input(const FaltungOperation *operation) {
    return operation && FALTUNG_EPILOGUE_NEEDS_INPUT(operation->epilogue);
}

/* What the layer needs whoever reads it. */
static void need_own(FaltungNetwork *network, int index) {
    const FaltungLayer *layer = layer_of(network, index);
    const FaltungOperation *operation = layer->operation;
    const FaltungNode *node = &network->nodes[index];
    int back = faltung_network_backward_moment(network, index);
    int end = node->learns ? back : index;
    FaltungSpan *spans = faltung_network_span(network, index, 0);

    need(network, &spans[FALTUNG_BUFFER_OUTPUT], output_size(network, index), index, index);
    if (node->learns &&
        (node->activation_layer.operation || !(operation->flags & FALTUNG_FORGETS_OUTPUT)))
        extend(&spans[FALTUNG_BUFFER_OUTPUT], back);
    if (node->learns)
        need(network, &spans[FALTUNG_BUFFER_OUTPUT_GRADIENT], output_size(network, index), back,
             back);
    if (needs_input(node->activation_layer.operation))
        need(network, &spans[FALTUNG_BUFFER_SUM], output_size(network, index), index, end);
    if (operation->state_size)
        need(network, &spans[FALTUNG_BUFFER_STATE],
             (operation->state_size(layer, network->most) + 3) / 4, index, end);
    size_t scratch =
        MAX(scratch_size(network, layer), scratch_size(network, &node->activation_layer));
    if (scratch > 0) {
        need(network, &spans[FALTUNG_BUFFER_FORWARD_SCRATCH], scratch, index, index);
        if (node->learns)
            need(network, &spans[FALTUNG_BUFFER_BACKWARD_SCRATCH], scratch, back, back);
    }
}

/* What the layer needs of those before it. */
static void need_inputs(FaltungNetwork *network, int index) {
    const FaltungLayer *layer = layer_of(network, index);
    gboolean forgets =
        (layer->operation->flags & FALTUNG_FORGETS_INPUTS) ||
        ((layer->operation->flags & FALTUNG_IS_ACTIVATION) && !needs_input(layer->operation));
    gboolean learns = network->nodes[index].learns;
    int back = faltung_network_backward_moment(network, index);
    for (int k = 0; k < layer->n_inputs; k++) {
        int from = source_of(network, index, k);
        if (from == FALTUNG_INPUT)
            continue;
        FaltungSpan *output = faltung_network_span(network, from, FALTUNG_BUFFER_OUTPUT);
        extend(output, index);
        if (learns && !forgets)
            extend(output, back);
        FaltungSpan *gradient = faltung_network_span(network, from, FALTUNG_BUFFER_OUTPUT_GRADIENT);
        if (learns && network->nodes[from].learns)
            gradient->born = MIN(gradient->born, back);
    }
}

/* The loss reads outputs, the network's first, and writes their gradients. */
static void need_loss(FaltungNetwork *network, int index) {
    int root = network->nodes[index].root, loss = faltung_network_loss_moment(network);
    if (root == FALTUNG_INPUT)
        return;
    extend(faltung_network_span(network, root, FALTUNG_BUFFER_OUTPUT), loss);
    FaltungSpan *gradient = faltung_network_span(network, root, FALTUNG_BUFFER_OUTPUT_GRADIENT);
    if (network->nodes[root].learns)
        gradient->born = loss;
    else if (network->flags & FALTUNG_NETWORK_TRAINS)
        need(network, gradient, output_size(network, root), loss, loss);
}

static void keep(FaltungNetwork *network, FaltungBuffer buffer) {
    for (int i = 0; i < network->n_nodes; i++)
        faltung_network_span(network, i, buffer)->dies = faltung_network_last_moment(network);
}

void faltung_network_plan(FaltungNetwork *network) {
    int end = faltung_network_last_moment(network);
    network->n_spans = FALTUNG_N_BLOCKS + network->n_nodes * FALTUNG_N_BUFFERS;
    network->spans = g_new0(FaltungSpan, network->n_spans);
    network->floats = g_new0(size_t, network->n_spans);
    need(network, &network->spans[FALTUNG_BLOCK_PARAMETERS], network->block_size, 0, end);
    if (network->flags & FALTUNG_NETWORK_TRAINS)
        need(network, &network->spans[FALTUNG_BLOCK_GRADIENTS], network->block_size, 0, end);
    size_t input = network->most * faltung_shape_size(&network->graph->input);
    need(network, &network->spans[FALTUNG_BLOCK_INPUT], input, 0, end);
    if (wants_input_gradient(network))
        need(network, &network->spans[FALTUNG_BLOCK_INPUT_GRADIENT], input, 0, end);

    for (int i = 0; i < network->n_nodes; i++)
        network->carried_size += network->most * faltung_layer_carried_size(layer_of(network, i));
    if (network->carried_size > 0) {
        need(network, &network->spans[FALTUNG_BLOCK_CARRIED_ELSE], network->carried_size, 0, end);
        if (network->flags & FALTUNG_NETWORK_TRAINS)
            need(network, &network->spans[FALTUNG_BLOCK_CARRIED], network->carried_size, 0, end);
    }

    for (int i = 0; i < network->n_nodes; i++)
        network->nodes[i].activation_layer = faltung_activation_layer(layer_of(network, i));
    find_roots(network);
    find_learning(network);
    for (int i = 0; i < network->n_nodes; i++)
        if (!network->nodes[i].view)
            need_own(network, i);
    for (int i = 0; i < network->n_nodes; i++)
        if (!network->nodes[i].view)
            need_inputs(network, i);
    for (int i = 0; i < network->n_nodes; i++)
        if (has_loss(network, i))
            need_loss(network, i);
    if (network->flags & FALTUNG_NETWORK_KEEPS_OUTPUTS)
        keep(network, FALTUNG_BUFFER_OUTPUT);
    if (network->flags & FALTUNG_NETWORK_KEEPS_GRADIENTS)
        keep(network, FALTUNG_BUFFER_OUTPUT_GRADIENT);
    network->size = faltung_plan(network->spans, network->n_spans);
}

/* -- pointers --------------------------------------------------------------------------------- */

static float *memory_of(const FaltungNetwork *network, const FaltungSpan *span) {
    return span->size > 0 ? network->memory + span->offset : NULL;
}

/* A buffer of layer @root; of FALTUNG_INPUT there is the output, and perhaps its gradient. */
static float *buffer_of(const FaltungNetwork *network, int root, FaltungBuffer buffer) {
    if (root == FALTUNG_INPUT)
        return buffer == FALTUNG_BUFFER_OUTPUT            ? network->input
               : buffer == FALTUNG_BUFFER_OUTPUT_GRADIENT ? network->input_gradient
                                                          : NULL;
    return memory_of(network, faltung_network_span(network, root, buffer));
}

/* The indices that the output of layer @from is the one-hot of. */
static const float *indices_behind(const FaltungNetwork *network, int from) {
    gboolean one_hot = from != FALTUNG_INPUT &&
                       (layer_of(network, from)->operation->flags & FALTUNG_MAKES_ONE_HOT);
    return one_hot ? network->nodes[from].step.inputs[0] : NULL;
}

static void connect_activation(FaltungNode *node) {
    FaltungStep *step = &node->step;
    const FaltungOperation *activation = node->activation_layer.operation;
    node->fused = (step->layer->operation->flags & FALTUNG_FUSES_EPILOGUE) &&
                  FALTUNG_EPILOGUE_FUSES(activation->epilogue);
    if (node->fused) {
        step->epilogue = activation->epilogue;
        if (activation->epilogue_parameter)
            step->epilogue_parameter =
                activation->epilogue_parameter(node->activation_layer.options);
    }
    node->activation = (FaltungStep){
        .layer = &node->activation_layer,
        .inputs = {step->output},
        .output = node->output,
        .input_gradients = {step->output_gradient},
        .overwrite = {TRUE},
        .output_gradient = step->output_gradient,
    };
}

/* Whether somebody wants the gradient of a parameter; that of a tied one goes to its owner. */
static gboolean has_gradient(const FaltungNetwork *network, const FaltungLayer *layer, int p) {
    const FaltungParameter *parameter = &layer->parameters[p];
    if (layer->frozen)
        return FALSE;
    return parameter->tied ? !layer_of(network, parameter->owner)->frozen : !parameter->measured;
}

static void connect_node(FaltungNetwork *network, int index) {
    const FaltungLayer *layer = layer_of(network, index);
    FaltungNode *node = &network->nodes[index];
    FaltungStep *step = &node->step;
    *step = (FaltungStep){
        .layer = layer,
        .output = buffer_of(network, node->root, FALTUNG_BUFFER_OUTPUT),
        .output_gradient = buffer_of(network, node->root, FALTUNG_BUFFER_OUTPUT_GRADIENT),
    };
    node->output = step->output;
    if (node->view)
        return;
    if (needs_input(node->activation_layer.operation))
        step->output = buffer_of(network, index, FALTUNG_BUFFER_SUM);
    step->state = buffer_of(network, index, FALTUNG_BUFFER_STATE);
    node->scratch[0] = buffer_of(network, index, FALTUNG_BUFFER_FORWARD_SCRATCH);
    node->scratch[1] = buffer_of(network, index, FALTUNG_BUFFER_BACKWARD_SCRATCH);
    for (int k = 0; k < layer->n_inputs; k++) {
        int from = source_of(network, index, k);
        step->inputs[k] = buffer_of(network, from, FALTUNG_BUFFER_OUTPUT);
        step->indices[k] = indices_behind(network, layer->inputs[k]);
        if (needs_gradient(network, from))
            step->input_gradients[k] = buffer_of(network, from, FALTUNG_BUFFER_OUTPUT_GRADIENT);
    }
    for (int p = 0; p < layer->n_parameters; p++) {
        step->parameters[p] = network->parameters + layer->parameters[p].offset;
        if (network->gradients && has_gradient(network, layer, p))
            step->parameter_gradients[p] = network->gradients + layer->parameters[p].offset;
    }
    if (node->activation_layer.operation)
        connect_activation(node);
}

/* Backward runs from the last layer to the first: who comes first there stores its share of a
   gradient, the others add theirs. Before them all is the loss. */
static void find_first_writers(FaltungNetwork *network) {
    g_autofree gboolean *places = g_new0(gboolean, network->n_nodes + 1);
    gboolean *written = places + 1; /* written[FALTUNG_INPUT], too */
    for (int i = 0; i < network->n_nodes; i++)
        written[network->nodes[i].root] |= has_loss(network, i);
    for (int index = network->n_nodes - 1; index >= 0; index--) {
        FaltungNode *node = &network->nodes[index];
        FaltungStep *step = &node->step;
        node->alone = node->learns && !written[index];
        for (int k = 0; node->learns && k < step->layer->n_inputs; k++) {
            if (!step->input_gradients[k])
                continue;
            int from = source_of(network, index, k);
            step->overwrite[k] = !written[from];
            written[from] = TRUE;
        }
    }
}

static void connect_carried(FaltungNetwork *network) {
    size_t offset = 0;
    for (int i = 0; i < network->n_nodes; i++) {
        size_t size = network->most * faltung_layer_carried_size(layer_of(network, i));
        for (int training = FALSE; training <= TRUE; training++)
            if (size > 0 && network->carried[training])
                network->nodes[i].carried[training] = network->carried[training] + offset;
        offset += size;
    }
}

void faltung_network_connect(FaltungNetwork *network) {
    network->parameters = memory_of(network, &network->spans[FALTUNG_BLOCK_PARAMETERS]);
    network->gradients = memory_of(network, &network->spans[FALTUNG_BLOCK_GRADIENTS]);
    network->input = memory_of(network, &network->spans[FALTUNG_BLOCK_INPUT]);
    network->input_gradient = memory_of(network, &network->spans[FALTUNG_BLOCK_INPUT_GRADIENT]);
    network->carried[FALSE] = memory_of(network, &network->spans[FALTUNG_BLOCK_CARRIED_ELSE]);
    network->carried[TRUE] = memory_of(network, &network->spans[FALTUNG_BLOCK_CARRIED]);
    for (int i = 0; i < network->n_nodes; i++)
        connect_node(network, i);
    connect_carried(network);
    find_first_writers(network);
}
