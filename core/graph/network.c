/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/network.h"

#include "core/graph/activation-layer.h"
#include "core/kernels/kernels.h"
#include "core/ops/layout.h"
#include "core/ops/parallel.h"
#include "core/train/initializer.h"

#include <string.h>

/* A layer at work: its step, and that of its activation, with every pointer set in advance. */
typedef struct {
    FaltungStep step;
    FaltungLayer activation_layer; /* operation NULL: none */
    FaltungStep activation;        /* works in place on the layer's output */
    gboolean fused;                /* forward has applied the activation */
    gboolean needs_gradient;       /* something is learned here or before */
    gboolean view;                 /* nothing to compute: shares its input's buffers */
} Node;

struct FaltungNetwork {
    FaltungGraph *graph;
    guint64 seed;
    int most; /* samples in a batch */
    int batch;
    int most_threads; /* planned for */
    int threads;      /* to use */
    gboolean trains;
    int n_nodes;
    Node *nodes;
    size_t block_size;
    float *parameters, *gradients; /* (block_size) */
    float *input;                  /* (most, input), inside layout */
    float *memory;                 /* everything above and all buffers */
    const FaltungStopwatch *stopwatch;
};

/* -- the plan: which buffer lies where ---------------------------------------------------- */

/* Hands out aligned parts of one block of memory; without one it only counts. */
typedef struct {
    float *memory;
    size_t used;  /* floats */
    GArray *gaps; /* (nullable): size_t pairs: where a gap begins and ends */
} Arena;

static float *take(Arena *arena, size_t floats) {
    float *part = arena->memory ? arena->memory + arena->used : NULL;
    size_t line = FALTUNG_ALIGNMENT / sizeof(float), end = arena->used + floats;
    arena->used += (floats + FALTUNG_SLACK + line - 1) / line * line;
    if (arena->gaps) {
        g_array_append_val(arena->gaps, end);
        g_array_append_val(arena->gaps, arena->used);
    }
    return part;
}

/* Whether the layer's output and gradient are its input's: it changes the shape alone, and nobody
   else adds to that gradient. */
static gboolean is_view(const FaltungNetwork *network, int index) {
    const FaltungLayer *layer = faltung_graph_layer(network->graph, index);
    if (!(layer->operation->flags & FALTUNG_IS_VIEW) ||
        !faltung_layout_same(&layer->order, &layer->input_orders[0]))
        return FALSE;
    int users = 0;
    for (int i = 0; i < network->n_nodes; i++) {
        const FaltungLayer *user = faltung_graph_layer(network->graph, i);
        for (int k = 0; k < user->n_inputs; k++)
            users += user->inputs[k] == layer->inputs[0];
    }
    return users == 1;
}

static void plan_view(FaltungNetwork *network, Node *node, int from) {
    node->view = TRUE;
    if (from == FALTUNG_INPUT) {
        node->step.output = network->input;
        return;
    }
    node->step.output = network->nodes[from].step.output;
    node->step.output_gradient = network->nodes[from].step.output_gradient;
    node->needs_gradient = network->nodes[from].needs_gradient;
}

/* The indices that the output of layer @from is the one-hot of. */
static const float *indices_behind(const FaltungNetwork *network, int from) {
    gboolean one_hot =
        from != FALTUNG_INPUT &&
        faltung_graph_layer(network->graph, from)->operation->flags & FALTUNG_MAKES_ONE_HOT;
    return one_hot ? network->nodes[from].step.inputs[0] : NULL;
}

static void plan_node(FaltungNetwork *network, int index, Arena *arena, float *workspace) {
    const FaltungLayer *layer = faltung_graph_layer(network->graph, index);
    const FaltungOperation *operation = layer->operation;
    Node *node = &network->nodes[index];
    size_t output = network->most * faltung_shape_size(&layer->output_shape);
    FaltungStep *step = &node->step;

    *step = (FaltungStep){.layer = layer, .workspace = workspace};
    if (is_view(network, index)) {
        plan_view(network, node, layer->inputs[0]);
        return;
    }
    step->output = take(arena, output);
    if (operation->state_size)
        step->state = take(arena, (operation->state_size(layer, network->most) + 3) / 4);
    node->needs_gradient = layer->n_parameters > 0;
    for (int i = 0; i < layer->n_inputs; i++) {
        int from = layer->inputs[i];
        step->inputs[i] = from == FALTUNG_INPUT ? network->input : network->nodes[from].step.output;
        step->indices[i] = indices_behind(network, from);
        if (from != FALTUNG_INPUT && network->nodes[from].needs_gradient) {
            node->needs_gradient = TRUE;
            step->input_gradients[i] = network->nodes[from].step.output_gradient;
        }
    }
    if (network->trains && (node->needs_gradient || index == network->n_nodes - 1))
        step->output_gradient = take(arena, output);
    /* where memory is only measured there are no blocks yet */
    for (int p = 0; p < layer->n_parameters && network->parameters; p++) {
        step->parameters[p] = network->parameters + layer->parameters[p].offset;
        if (network->gradients)
            step->parameter_gradients[p] = network->gradients + layer->parameters[p].offset;
    }

    node->activation_layer = faltung_activation_layer(layer);
    const FaltungOperation *activation = node->activation_layer.operation;
    if (!activation)
        return;
    node->fused =
        (operation->flags & FALTUNG_FUSES_EPILOGUE) && FALTUNG_EPILOGUE_FUSES(activation->epilogue);
    if (node->fused) {
        step->epilogue = activation->epilogue;
        if (activation->epilogue_parameter)
            step->epilogue_parameter = activation->epilogue_parameter(layer->activation.options);
    }
    node->activation = (FaltungStep){
        .layer = &node->activation_layer,
        .inputs = {step->output},
        .output = step->output,
        .input_gradients = {step->output_gradient},
        .overwrite = {TRUE},
        .output_gradient = step->output_gradient,
        .workspace = workspace,
    };
}

/* Backward runs from the last layer to the first: who comes first there stores its share of a
   gradient, the others add theirs. */
static void plan_first_writers(FaltungNetwork *network) {
    g_autofree gboolean *written = g_new0(gboolean, network->n_nodes);
    for (int index = network->n_nodes - 1; index >= 0; index--) {
        FaltungStep *step = &network->nodes[index].step;
        for (int i = 0; i < step->layer->n_inputs && !network->nodes[index].view; i++) {
            int from = step->layer->inputs[i];
            if (from == FALTUNG_INPUT)
                continue;
            step->overwrite[i] = !written[from];
            written[from] = TRUE;
        }
    }
}

static void plan(FaltungNetwork *network, Arena *arena) {
    size_t workspace_size = 0;
    for (int i = 0; i < network->n_nodes; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        if (layer->operation->workspace_size)
            workspace_size =
                MAX(workspace_size,
                    layer->operation->workspace_size(layer, network->most, network->most_threads));
    }
    network->parameters = take(arena, network->block_size);
    network->gradients = network->trains ? take(arena, network->block_size) : NULL;
    network->input = take(arena, network->most * faltung_shape_size(&network->graph->input));
    float *workspace = take(arena, workspace_size);
    for (int i = 0; i < network->n_nodes; i++)
        plan_node(network, i, arena, workspace);
    plan_first_writers(network);
}

static FaltungNetwork *network_shell(const FaltungGraph *graph, int batch, gboolean training,
                                     int threads) {
    FaltungNetwork *network = g_new0(FaltungNetwork, 1);
    network->graph = faltung_graph_copy(graph);
    network->most = network->batch = batch;
    network->most_threads = threads > 0 ? threads : (int)g_get_num_processors();
    network->threads = network->most_threads;
    network->trains = training;
    network->n_nodes = graph->layers->len;
    network->nodes = g_new0(Node, network->n_nodes);
    network->block_size = graph->block_size;
    return network;
}

/* -- life --------------------------------------------------------------------------------- */

static void initialize(FaltungNetwork *network) {
    for (int i = 0; i < network->n_nodes; i++) {
        const FaltungLayer *layer = faltung_graph_layer(network->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            const FaltungParameter *parameter = &layer->parameters[p];
            const FaltungInitializer *initializer =
                (const FaltungInitializer *)parameter->initializer.kind;
            FaltungRandom random = {
                .seed = network->seed,
                .purpose = FALTUNG_RANDOM_INITIALIZE,
                .stream = i * FALTUNG_MAX_PARAMETERS + p,
            };
            g_autofree float *values = g_new(float, faltung_shape_size(&parameter->shape));
            initializer->fill(parameter->initializer.options, parameter, &random, values);
            faltung_network_pack(network, network->parameters, i, p, values);
        }
    }
}

FaltungNetwork *faltung_network_new(const FaltungGraph *graph, guint64 seed, int batch,
                                    gboolean training, int threads) {
    FaltungNetwork *network = network_shell(graph, batch, training, threads);
    network->seed = seed;
    Arena measure = {0};
    plan(network, &measure);
    network->memory = g_aligned_alloc0(measure.used, sizeof(float), FALTUNG_ALIGNMENT);
    Arena arena = {.memory = network->memory};
    plan(network, &arena);
    initialize(network);
    return network;
}

void faltung_network_free(FaltungNetwork *network) {
    if (!network)
        return;
    faltung_graph_free(network->graph);
    g_aligned_free(network->memory);
    g_free(network->nodes);
    g_free(network);
}

size_t faltung_network_memory(const FaltungGraph *graph, int batch, gboolean training) {
    g_autoptr(FaltungNetwork) network = network_shell(graph, batch, training, 0);
    Arena measure = {0};
    plan(network, &measure);
    return measure.used * sizeof(float);
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

static void prepare(const FaltungNetwork *network, FaltungStep *step, int index, gboolean training,
                    guint64 number) {
    step->batch = network->batch;
    step->threads = network->threads;
    step->training = training;
    step->stopwatch = network->stopwatch;
    step->random = faltung_layer_random(index, network->seed, number);
}

const float *faltung_network_forward(FaltungNetwork *network, gboolean training, guint64 number) {
    unsigned mode = faltung_parallel_begin();
    for (int i = 0; i < network->n_nodes; i++) {
        Node *node = &network->nodes[i];
        if (node->view)
            continue;
        prepare(network, &node->step, i, training, number);
        node->step.layer->operation->forward(&node->step);
        if (node->activation_layer.operation) {
            prepare(network, &node->activation, i, training, number);
            if (!node->fused)
                node->activation_layer.operation->forward(&node->activation);
        }
        faltung_lap(network->stopwatch, node->step.layer, FALTUNG_PART_FORWARD);
    }
    faltung_parallel_end(mode);
    return network->nodes[network->n_nodes - 1].step.output;
}

float *faltung_network_output_gradient(FaltungNetwork *network) {
    return network->nodes[network->n_nodes - 1].step.output_gradient;
}

static void clear_gradients(const FaltungStep *step) {
    for (int p = 0; p < step->layer->n_parameters; p++)
        memset(step->parameter_gradients[p], 0,
               step->layer->parameters[p].packed_size * sizeof(float));
}

/* Whether the layer's backward goes through the activation, too: its output's gradient then stays
   that of the activated output. */
static gboolean fuses_slope(const Node *node) {
    return node->fused && node->step.layer->operation->flags & FALTUNG_FUSES_SLOPE;
}

void faltung_network_backward(FaltungNetwork *network) {
    g_return_if_fail(network->trains);
    unsigned mode = faltung_parallel_begin();
    faltung_lap(network->stopwatch, NULL, FALTUNG_PART_OTHER);
    for (int i = network->n_nodes - 1; i >= 0; i--) {
        Node *node = &network->nodes[i];
        if (!node->needs_gradient || node->view)
            continue;
        const FaltungLayer *layer = node->step.layer;
        if (node->activation_layer.operation && !fuses_slope(node)) {
            node->activation_layer.operation->backward(&node->activation);
            faltung_lap(network->stopwatch, layer, FALTUNG_PART_ACTIVATION_GRADIENT);
        }
        if (!(layer->operation->flags & FALTUNG_STORES_GRADIENTS))
            clear_gradients(&node->step);
        layer->operation->backward(&node->step);
        faltung_lap(network->stopwatch, layer, FALTUNG_PART_INPUT_GRADIENT);
    }
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
    const FaltungLayer *layer = faltung_graph_layer(network->graph, index);
    const FaltungParameter *parameter = &layer->parameters[p];
    if (layer->operation->unpack)
        layer->operation->unpack(layer, p, block + parameter->offset, values);
    else
        memcpy(values, block + parameter->offset,
               faltung_shape_size(&parameter->shape) * sizeof(float));
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

void faltung_network_read_output(const FaltungNetwork *network, int index, int sample,
                                 float *values) {
    const Node *node = &network->nodes[index];
    read_sample(node->step.layer, node->step.output, sample, values);
}

gboolean faltung_network_read_output_gradient(const FaltungNetwork *network, int index, int sample,
                                              float *values) {
    const Node *node = &network->nodes[index];
    int from = node->step.layer->inputs[0];
    /* A view shares its buffer with the layer before it, whose activation's backward has gone
       over it. */
    gboolean overwritten =
        node->view && from != FALTUNG_INPUT && network->nodes[from].activation_layer.operation;
    if (!node->step.output_gradient || overwritten)
        return FALSE;
    const FaltungStep *step = &node->step;
    if (!fuses_slope(node)) {
        read_sample(step->layer, step->output_gradient, sample, values);
        return TRUE;
    }
    size_t size = faltung_shape_size(&step->layer->output_shape), first = sample * size;
    g_autofree float *gradient = g_new(float, size + FALTUNG_SLACK);
    faltung_kernels()->activate_backward(step->epilogue, step->epilogue_parameter, size,
                                         step->output + first, step->output_gradient + first,
                                         gradient, FALSE);
    read_sample(step->layer, gradient, 0, values);
    return TRUE;
}

gboolean faltung_network_intact(const FaltungNetwork *network) {
    g_autoptr(FaltungNetwork) again =
        network_shell(network->graph, network->most, network->trains, network->most_threads);
    g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(size_t));
    Arena measure = {.gaps = gaps};
    plan(again, &measure);
    for (guint i = 0; i < gaps->len; i += 2) {
        size_t end = g_array_index(gaps, size_t, i + 1);
        for (size_t j = g_array_index(gaps, size_t, i); j < end; j++)
            if (network->memory[j] != 0)
                return FALSE;
    }
    return TRUE;
}
