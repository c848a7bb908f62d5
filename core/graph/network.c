/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/network-private.h"

#include "core/base/memory.h"
#include "core/graph/activation-layer.h"
#include "core/ops/layout.h"
#include "core/ops/parallel.h"
#include "core/train/initializer.h"

#include <string.h>

/* -- life --------------------------------------------------------------------------------- */

/* Those beyond the eighth, which few layers have, lie far away from all the others. */
static uint32_t parameter_stream(int index, int p) {
    return ((uint32_t)(p / 8) << 28) + index * 8 + p % 8;
}

void faltung_network_initialize(FaltungNetwork *network, int index, guint64 step) {
    const FaltungLayer *layer = faltung_graph_layer(network->graph, index);
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        const FaltungInitializer *initializer =
            (const FaltungInitializer *)parameter->initializer.kind;
        FaltungRandom random = {
            .seed = network->seed,
            .purpose = FALTUNG_RANDOM_INITIALIZE,
            .stream = parameter_stream(index, p),
            .step = step,
        };
        g_autofree float *values = g_new(float, faltung_shape_size(&parameter->shape));
        initializer->fill(parameter->initializer.options, parameter, &random, values);
        faltung_network_pack(network, network->parameters, index, p, values);
    }
}

/* A network with its plan, but without memory. */
static FaltungNetwork *network_shell(const FaltungGraph *graph, int batch,
                                     FaltungNetworkFlags flags, int threads) {
    FaltungNetwork *network = g_new0(FaltungNetwork, 1);
    network->graph = faltung_graph_copy(graph);
    network->flags = flags;
    network->most = network->batch = batch;
    network->most_threads = threads > 0 ? threads : (int)g_get_num_processors();
    network->threads = network->most_threads;
    network->n_nodes = graph->layers->len;
    network->nodes = g_new0(FaltungNode, network->n_nodes);
    network->block_size = graph->block_size;
    faltung_network_plan(network);
    network->moment = faltung_network_last_moment(network);
    return network;
}

FaltungNetwork *faltung_network_new(const FaltungGraph *graph, guint64 seed, int batch,
                                    FaltungNetworkFlags flags, int threads) {
    FaltungNetwork *network = network_shell(graph, batch, flags, threads);
    network->seed = seed;
    network->memory = faltung_floats_new(network->size);
    if (flags & FALTUNG_NETWORK_CHECKS)
        network->alive = g_new0(gboolean, network->n_spans);
    faltung_network_connect(network);
    for (int i = 0; i < network->n_nodes; i++)
        faltung_network_initialize(network, i, 0);
    faltung_network_tie(network);
    faltung_network_share(network);
    return network;
}

void faltung_network_free(FaltungNetwork *network) {
    if (!network)
        return;
    faltung_network_untie(network);
    faltung_graph_free(network->graph);
    faltung_floats_free(network->memory);
    g_free(network->alive);
    g_free(network->floats);
    g_free(network->spans);
    g_free(network->nodes);
    g_free(network);
}

FaltungNetworkMemory faltung_network_memory(const FaltungGraph *graph, int batch,
                                            FaltungNetworkFlags flags, int threads) {
    g_autoptr(FaltungNetwork) network = network_shell(graph, batch, flags, threads);
    const FaltungSpan *spans = network->spans;
    size_t parameters = spans[FALTUNG_BLOCK_PARAMETERS].size;
    size_t gradients = spans[FALTUNG_BLOCK_GRADIENTS].size;
    size_t kept =
        faltung_plan_alive(spans + FALTUNG_BLOCK_INPUT, network->n_spans - FALTUNG_BLOCK_INPUT,
                           faltung_network_loss_moment(network));
    size_t reused = network->size - parameters - gradients - kept;
    return (FaltungNetworkMemory){
        .parameters = parameters * sizeof(float),
        .gradients = gradients * sizeof(float),
        .kept = kept * sizeof(float),
        .reused = reused * sizeof(float),
        .total = network->size * sizeof(float),
    };
}

const FaltungGraph *faltung_network_graph(const FaltungNetwork *network) {
    return network->graph;
}

int faltung_network_batch(const FaltungNetwork *network) {
    return network->most;
}

int faltung_network_threads(const FaltungNetwork *network) {
    return network->threads;
}

void faltung_network_set_threads(FaltungNetwork *network, int threads) {
    network->threads = CLAMP(threads, 1, network->most_threads);
}

void faltung_network_set_stopwatch(FaltungNetwork *network, const FaltungStopwatch *stopwatch) {
    network->stopwatch = stopwatch;
}

const FaltungStopwatch *faltung_network_stopwatch(const FaltungNetwork *network) {
    return network->stopwatch;
}

/* -- forward and backward ----------------------------------------------------------------- */

void faltung_network_set_input(FaltungNetwork *network, int batch, const float *samples) {
    const FaltungShape *shape = &network->graph->input;
    size_t size = faltung_shape_size(shape);
    float *input = faltung_network_input(network, batch);
    int threads = faltung_threads_for(network->threads, 4.0 * batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < batch; n++)
        faltung_layout_to_inside(shape, samples + n * size, input + n * size);
}

float *faltung_network_input(FaltungNetwork *network, int batch) {
    g_assert(batch >= 1 && batch <= network->most);
    network->batch = batch;
    return network->input;
}

/* @seen: whether somebody may look inside. */
static void prepare(const FaltungNetwork *network, FaltungStep *step, int index, gboolean training,
                    gboolean seen, guint64 number) {
    step->batch = network->batch;
    step->threads = network->threads;
    step->training = faltung_layer_trains(step->layer, training);
    step->keeps = seen || step->output_gradient;
    step->stopwatch = network->stopwatch;
    step->random = faltung_layer_random(index, network->seed, number);
}

const float *faltung_network_forward_visiting(FaltungNetwork *network, gboolean training,
                                              guint64 number, FaltungLayerVisit visit,
                                              gpointer data) {
    if (!training && !network->goes_on)
        faltung_network_forget(network, FALSE);
    unsigned mode = faltung_parallel_begin();
    faltung_network_share(network);
    for (int i = 0; i < network->n_nodes; i++) {
        FaltungNode *node = &network->nodes[i];
        faltung_network_enter(network, i);
        if (!node->view) {
            prepare(network, &node->step, i, training, visit != NULL, number);
            node->step.workspace = node->scratch[0];
            node->step.carried = node->carried[training != FALSE];
            node->step.layer->operation->forward(&node->step);
            if (node->activation_layer.operation) {
                prepare(network, &node->activation, i, training, visit != NULL, number);
                node->activation.workspace = node->scratch[0];
                if (!node->fused)
                    node->activation_layer.operation->forward(&node->activation);
            }
            if (node->step.layer->operation->penalty)
                node->penalty = node->step.layer->operation->penalty(&node->step);
            faltung_lap(network->stopwatch, node->step.layer, FALTUNG_PART_FORWARD);
        }
        if (visit)
            visit(network, i, data);
    }
    faltung_network_enter(network, faltung_network_loss_moment(network));
    faltung_parallel_end(mode);
    return network->nodes[network->n_nodes - 1].output;
}

float *faltung_network_carried(FaltungNetwork *network, gboolean training, size_t *size) {
    float *carried = network->carried[training != FALSE];
    *size = carried ? network->carried_size : 0;
    return carried;
}

void faltung_network_forget(FaltungNetwork *network, gboolean training) {
    size_t size;
    float *carried = faltung_network_carried(network, training, &size);
    if (carried)
        memset(carried, 0, size * sizeof(float));
}

void faltung_network_go_on(FaltungNetwork *network, gboolean goes_on) {
    network->goes_on = goes_on;
    faltung_network_forget(network, FALSE);
}

const float *faltung_network_forward(FaltungNetwork *network, gboolean training, guint64 number) {
    return faltung_network_forward_visiting(network, training, number, NULL, NULL);
}

float *faltung_network_output_gradient(FaltungNetwork *network) {
    return faltung_network_loss_gradient(network, network->n_nodes - 1);
}

const float *faltung_network_loss_output(const FaltungNetwork *network, int index) {
    return network->nodes[index].output;
}

float *faltung_network_loss_gradient(FaltungNetwork *network, int index) {
    return network->nodes[index].step.output_gradient;
}

double faltung_network_penalty(const FaltungNetwork *network, int index) {
    return network->nodes[index].penalty;
}

static void clear_gradients(const FaltungStep *step) {
    for (int p = 0; p < step->layer->n_parameters; p++)
        if (step->parameter_gradients[p])
            memset(step->parameter_gradients[p], 0,
                   step->layer->parameters[p].packed_size * sizeof(float));
}

/* Whether the layer's backward goes through the activation, too: its output's gradient then stays
   that of the activated output. */
static gboolean fuses_slope(const FaltungNode *node) {
    return node->fused && node->step.layer->operation->flags & FALTUNG_FUSES_SLOPE;
}

void faltung_network_backward(FaltungNetwork *network) {
    g_return_if_fail(network->flags & FALTUNG_NETWORK_TRAINS);
    unsigned mode = faltung_parallel_begin();
    faltung_lap(network->stopwatch, NULL, FALTUNG_PART_OTHER);
    for (int i = network->n_nodes - 1; i >= 0; i--) {
        FaltungNode *node = &network->nodes[i];
        faltung_network_enter(network, faltung_network_backward_moment(network, i));
        if (!node->learns)
            continue;
        const FaltungLayer *layer = node->step.layer;
        if (node->alone)
            memset(node->step.output_gradient, 0,
                   network->batch * faltung_shape_size(&layer->output_shape) * sizeof(float));
        if (node->activation_layer.operation && !fuses_slope(node)) {
            node->activation.workspace = node->scratch[1];
            node->activation_layer.operation->backward(&node->activation);
            faltung_lap(network->stopwatch, layer, FALTUNG_PART_ACTIVATION_GRADIENT);
        }
        if (!(layer->operation->flags & FALTUNG_STORES_GRADIENTS))
            clear_gradients(&node->step);
        node->step.workspace = node->scratch[1];
        layer->operation->backward(&node->step);
        faltung_lap(network->stopwatch, layer, FALTUNG_PART_INPUT_GRADIENT);
    }
    faltung_network_sum_ties(network);
    faltung_network_enter(network, faltung_network_last_moment(network));
    faltung_parallel_end(mode);
}

/* -- looking inside ----------------------------------------------------------------------- */

size_t faltung_network_block_size(const FaltungNetwork *network) {
    return network->block_size;
}

size_t faltung_network_learned_size(const FaltungNetwork *network) {
    return network->graph->learned_size;
}

float *faltung_network_parameters(FaltungNetwork *network) {
    return network->parameters;
}

float *faltung_network_gradients(FaltungNetwork *network) {
    return network->gradients;
}

void faltung_network_unpack(const FaltungNetwork *network, const float *block, int index, int p,
                            float *values) {
    faltung_layer_unpack(faltung_graph_layer(network->graph, index), p, block, values);
}

void faltung_network_pack(const FaltungNetwork *network, float *block, int index, int p,
                          const float *values) {
    const FaltungLayer *layer = faltung_graph_layer(network->graph, index);
    const FaltungParameter *parameter = &layer->parameters[p];
    if (layer->operation->pack)
        layer->operation->pack(layer, p, values, block + parameter->offset);
    else
        memcpy(block + parameter->offset, values,
               faltung_shape_size(&parameter->shape) * sizeof(float));
}

/* One sample of a buffer that lies as the layer's output does. */
static void read_sample(const FaltungLayer *layer, const float *buffer, int sample, float *values) {
    size_t size = faltung_shape_size(&layer->output_shape);
    faltung_layout_to_field(&layer->order, buffer + sample * size, values);
}

/* Whether a buffer of layer @root holds what was written to it last. */
static gboolean is_there(const FaltungNetwork *network, int root, FaltungBuffer buffer) {
    if (root == FALTUNG_INPUT)
        return buffer == FALTUNG_BUFFER_OUTPUT ||
               network->moment == faltung_network_last_moment(network);
    const FaltungSpan *span = faltung_network_span(network, root, buffer);
    return span->size > 0 && span->born <= network->moment && network->moment <= span->dies;
}

void faltung_network_read_output(const FaltungNetwork *network, int index, int sample,
                                 float *values) {
    const FaltungNode *node = &network->nodes[index];
    g_return_if_fail(is_there(network, node->root, FALTUNG_BUFFER_OUTPUT));
    read_sample(node->step.layer, node->output, sample, values);
}

void faltung_network_read_inner(const FaltungNetwork *network, int index, const FaltungInner *inner,
                                int sample, float *values) {
    const FaltungStep *step = &network->nodes[index].step;
    int parameter = faltung_inner_parameter(step->layer, inner);
    if (parameter >= 0) {
        faltung_network_unpack(network, network->parameters, index, parameter, values);
        return;
    }
    g_return_if_fail(step->keeps && is_there(network, index, FALTUNG_BUFFER_STATE));
    step->layer->operation->read_inner(step, inner, sample, values);
}

gboolean faltung_network_read_output_gradient(const FaltungNetwork *network, int index, int sample,
                                              float *values) {
    const FaltungNode *node = &network->nodes[index];
    /* A view shares its buffer with the layer before it, whose activation's backward has gone
       over it. */
    gboolean overwritten = node->view && node->root != FALTUNG_INPUT &&
                           network->nodes[node->root].activation_layer.operation;
    if (!node->step.output_gradient || overwritten)
        return FALSE;
    g_return_val_if_fail(is_there(network, node->root, FALTUNG_BUFFER_OUTPUT_GRADIENT), FALSE);
    const FaltungStep *step = &node->step;
    if (!fuses_slope(node)) {
        read_sample(step->layer, step->output_gradient, sample, values);
        return TRUE;
    }
    g_return_val_if_fail(is_there(network, node->root, FALTUNG_BUFFER_OUTPUT), FALSE);
    size_t size = faltung_shape_size(&step->layer->output_shape), first = sample * size;
    g_autofree float *gradient = g_new(float, size + FALTUNG_SLACK);
    faltung_kernels()->activate_backward(step->epilogue, step->epilogue_parameter, size,
                                         step->output + first, step->output_gradient + first,
                                         gradient, FALSE);
    read_sample(step->layer, gradient, 0, values);
    return TRUE;
}

gboolean faltung_network_read_input_gradient(const FaltungNetwork *network, int sample,
                                             float *values) {
    g_return_val_if_fail(network->flags & FALTUNG_NETWORK_INPUT_GRADIENT, FALSE);
    if (!network->input_gradient)
        return FALSE;
    g_return_val_if_fail(is_there(network, FALTUNG_INPUT, FALTUNG_BUFFER_OUTPUT_GRADIENT), FALSE);
    const FaltungShape *shape = &network->graph->input;
    faltung_layout_to_field(shape, network->input_gradient + sample * faltung_shape_size(shape),
                            values);
    return TRUE;
}
