/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/reference.h"

#include "core/graph/activation-layer.h"
#include "core/graph/ties.h"

#include <string.h>

typedef struct {
    double *sum;          /* batch x output, before the activation; the output without one */
    double *output;       /* after it */
    double *sum_gradient; /* the gradients of both */
    double *output_gradient;
    double *parameters[FALTUNG_MAX_PARAMETERS];
    double *parameter_gradients[FALTUNG_MAX_PARAMETERS];
    FaltungLayer activation; /* operation NULL: none */
    const double *injected;  /* batch x output: the gradient of a loss of its own; NULL: none */
} Node;

struct FaltungReferenceNetwork {
    FaltungGraph *graph;
    int batch;
    Node *nodes;
    const double *samples; /* of the last forward */
    double *own_samples;
    double *input_gradient;
    gboolean training;
    guint64 seed, step;
};

FaltungReferenceNetwork *faltung_reference_network_new(const FaltungGraph *graph, int batch) {
    FaltungReferenceNetwork *network = g_new0(FaltungReferenceNetwork, 1);
    network->graph = faltung_graph_copy(graph);
    network->batch = batch;
    network->nodes = g_new0(Node, graph->layers->len);
    size_t input = batch * faltung_shape_size(&graph->input);
    network->own_samples = g_new0(double, input);
    network->input_gradient = g_new0(double, input);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        Node *node = &network->nodes[i];
        size_t size = batch * faltung_shape_size(&layer->output_shape);
        node->activation = faltung_activation_layer(layer);
        node->output = g_new0(double, size);
        node->output_gradient = g_new0(double, size);
        node->sum = node->activation.operation ? g_new0(double, size) : node->output;
        node->sum_gradient =
            node->activation.operation ? g_new0(double, size) : node->output_gradient;
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t values = faltung_shape_size(&layer->parameters[p].shape);
            node->parameters[p] = g_new0(double, values);
            node->parameter_gradients[p] = g_new0(double, values);
        }
    }
    return network;
}

void faltung_reference_network_free(FaltungReferenceNetwork *network) {
    if (!network)
        return;
    for (guint i = 0; i < network->graph->layers->len; i++) {
        Node *node = &network->nodes[i];
        if (node->activation.operation) {
            g_free(node->sum);
            g_free(node->sum_gradient);
        }
        g_free(node->output);
        g_free(node->output_gradient);
        for (int p = 0; p < FALTUNG_MAX_PARAMETERS; p++) {
            g_free(node->parameters[p]);
            g_free(node->parameter_gradients[p]);
        }
    }
    faltung_graph_free(network->graph);
    g_free(network->own_samples);
    g_free(network->input_gradient);
    g_free(network->nodes);
    g_free(network);
}

void faltung_reference_network_copy_parameters(FaltungReferenceNetwork *network,
                                               const FaltungNetwork *from) {
    const float *block = faltung_network_parameters((FaltungNetwork *)from);
    for (guint i = 0; i < network->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t size = faltung_shape_size(&layer->parameters[p].shape);
            g_autofree float *values = g_new(float, size);
            faltung_network_unpack(from, block, i, p, values);
            for (size_t j = 0; j < size; j++)
                network->nodes[i].parameters[p][j] = values[j];
        }
    }
}

double *faltung_reference_network_parameter(FaltungReferenceNetwork *network, int layer, int p) {
    return network->nodes[layer].parameters[p];
}

double *faltung_reference_network_parameter_gradient(FaltungReferenceNetwork *network, int layer,
                                                     int p) {
    return network->nodes[layer].parameter_gradients[p];
}

const double *faltung_reference_network_output(const FaltungReferenceNetwork *network, int layer) {
    return network->nodes[layer].output;
}

const double *faltung_reference_network_output_gradient(const FaltungReferenceNetwork *network,
                                                        int layer) {
    return network->nodes[layer].output_gradient;
}

const double *faltung_reference_network_sum(const FaltungReferenceNetwork *network, int layer) {
    return network->nodes[layer].sum;
}

const double *faltung_reference_network_sum_gradient(const FaltungReferenceNetwork *network,
                                                     int layer) {
    return network->nodes[layer].sum_gradient;
}

const double *faltung_reference_network_input_gradient(const FaltungReferenceNetwork *network) {
    return network->input_gradient;
}

/* Tied layers take the weights that they share. */
static void share(FaltungReferenceNetwork *network) {
    for (guint i = 0; i < network->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            const FaltungParameter *copy = &layer->parameters[p];
            for (size_t k = 0; copy->tied && k < faltung_shape_size(&copy->shape); k++)
                network->nodes[i].parameters[p][k] =
                    network->nodes[copy->owner]
                        .parameters[copy->owners][faltung_tied_index(copy, k)];
        }
    }
}

/* And add their gradients to those of the tensors. */
static void sum_ties(FaltungReferenceNetwork *network) {
    for (guint i = 0; i < network->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            const FaltungParameter *copy = &layer->parameters[p];
            for (size_t k = 0; copy->tied && k < faltung_shape_size(&copy->shape); k++)
                network->nodes[copy->owner]
                    .parameter_gradients[copy->owners][faltung_tied_index(copy, k)] +=
                    network->nodes[i].parameter_gradients[p][k];
        }
    }
}

/* What the layer's reference code sees. */
static FaltungReference layer_reference(FaltungReferenceNetwork *network, int index) {
    const FaltungLayer *layer = faltung_graph_layer(network->graph, index);
    Node *node = &network->nodes[index];
    FaltungReference r = {
        .layer = layer,
        .batch = network->batch,
        .training = faltung_layer_trains(layer, network->training),
        .output = node->sum,
        .output_gradient = node->sum_gradient,
        .random = faltung_layer_random(index, network->seed, network->step),
    };
    for (int i = 0; i < layer->n_inputs; i++) {
        int from = layer->inputs[i];
        r.inputs[i] = from == FALTUNG_INPUT ? network->samples : network->nodes[from].output;
        r.input_gradients[i] =
            from == FALTUNG_INPUT ? network->input_gradient : network->nodes[from].output_gradient;
    }
    for (int p = 0; p < layer->n_parameters; p++) {
        r.parameters[p] = node->parameters[p];
        r.parameter_gradients[p] = node->parameter_gradients[p];
    }
    return r;
}

static FaltungReference activation_reference(FaltungReferenceNetwork *network, int index) {
    Node *node = &network->nodes[index];
    return (FaltungReference){
        .layer = &node->activation,
        .batch = network->batch,
        .training = network->training,
        .inputs = {node->sum},
        .output = node->output,
        .input_gradients = {node->sum_gradient},
        .output_gradient = node->output_gradient,
        .random = faltung_layer_random(index, network->seed, network->step),
    };
}

const double *faltung_reference_network_forward(FaltungReferenceNetwork *network,
                                                const double *samples, gboolean training,
                                                guint64 seed, guint64 step) {
    size_t input = network->batch * faltung_shape_size(&network->graph->input);
    memcpy(network->own_samples, samples, input * sizeof(double));
    network->samples = network->own_samples;
    network->training = training;
    network->seed = seed;
    network->step = step;
    share(network);
    int n = network->graph->layers->len;
    for (int i = 0; i < n; i++) {
        FaltungReference r = layer_reference(network, i);
        r.layer->operation->forward_reference(&r);
        if (network->nodes[i].activation.operation) {
            r = activation_reference(network, i);
            r.layer->operation->forward_reference(&r);
        }
    }
    return network->nodes[n - 1].output;
}

double faltung_reference_network_penalty(FaltungReferenceNetwork *network) {
    double penalty = 0;
    for (guint i = 0; i < network->graph->layers->len; i++) {
        FaltungReference r = layer_reference(network, i);
        if (r.layer->operation->penalty_reference)
            penalty += r.layer->operation->penalty_reference(&r);
    }
    return penalty;
}

void faltung_reference_network_inject(FaltungReferenceNetwork *network, int layer,
                                      const double *gradient) {
    network->nodes[layer].injected = gradient;
}

static void inject(FaltungReferenceNetwork *network, int index) {
    const FaltungShape *shape = &faltung_graph_layer(network->graph, index)->output_shape;
    Node *node = &network->nodes[index];
    size_t size = network->batch * faltung_shape_size(shape);
    for (size_t i = 0; node->injected && i < size; i++)
        node->output_gradient[i] += node->injected[i];
}

static void clear_gradients(FaltungReferenceNetwork *network) {
    size_t input = network->batch * faltung_shape_size(&network->graph->input);
    memset(network->input_gradient, 0, input * sizeof(double));
    for (guint i = 0; i < network->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        Node *node = &network->nodes[i];
        size_t size = network->batch * faltung_shape_size(&layer->output_shape);
        memset(node->output_gradient, 0, size * sizeof(double));
        memset(node->sum_gradient, 0, size * sizeof(double));
        for (int p = 0; p < layer->n_parameters; p++)
            memset(node->parameter_gradients[p], 0,
                   faltung_shape_size(&layer->parameters[p].shape) * sizeof(double));
    }
}

void faltung_reference_network_backward(FaltungReferenceNetwork *network,
                                        const double *output_gradient) {
    int n = network->graph->layers->len;
    clear_gradients(network);
    memcpy(network->nodes[n - 1].output_gradient, output_gradient,
           network->batch * faltung_shape_size(faltung_graph_output(network->graph)) *
               sizeof(double));
    for (int i = n - 1; i >= 0; i--) {
        inject(network, i);
        if (network->nodes[i].activation.operation) {
            FaltungReference r = activation_reference(network, i);
            r.layer->operation->backward_reference(&r);
        }
        FaltungReference r = layer_reference(network, i);
        r.layer->operation->backward_reference(&r);
    }
    sum_ties(network);
}
