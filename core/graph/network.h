/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/**
 * FaltungNetwork: a graph with numbers: one block of parameters, one of gradients, and the
 * buffers of a forward and backward pass, planned once for the largest batch. Buffers that are
 * not needed at the same time share their place, so what a layer made can be looked at while the
 * pass is on (faltung_network_forward_visiting()), not afterwards.
 *
 * Not thread-safe: one thread owns it at a time.
 */
typedef struct FaltungNetwork FaltungNetwork;

typedef enum {
    FALTUNG_NETWORK_TRAINS = 1 << 0, /* backward will be called, dropout may drop */
    /* for who looks at outputs, and gradients of outputs, after the pass: they share no memory */
    FALTUNG_NETWORK_KEEPS_OUTPUTS = 1 << 1,
    FALTUNG_NETWORK_KEEPS_GRADIENTS = 1 << 2,
    /* for tests: what is read without having been written is NaN; faltung_network_intact() */
    FALTUNG_NETWORK_CHECKS = 1 << 3,
    /* backward goes on to the network's input: faltung_network_read_input_gradient() */
    FALTUNG_NETWORK_INPUT_GRADIENT = 1 << 4,
} FaltungNetworkFlags;

/**
 * faltung_network_new:
 * @graph: (transfer none): inferred; copied
 * @seed: of the initial parameters and of dropout
 * @batch: the largest batch
 * @threads: the most threads to use; 0: as many as there are cores
 */
FaltungNetwork *faltung_network_new(const FaltungGraph *graph, guint64 seed, int batch,
                                    FaltungNetworkFlags flags, int threads);
void faltung_network_free(FaltungNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungNetwork, faltung_network_free)

const FaltungGraph *faltung_network_graph(const FaltungNetwork *network);
int faltung_network_batch(const FaltungNetwork *network);
int faltung_network_threads(const FaltungNetwork *network);
/** faltung_network_set_threads: any number gives the same bits; at most those it was made for. */
void faltung_network_set_threads(FaltungNetwork *network, int threads);

/* Bytes of a network. */
typedef struct {
    size_t parameters;
    size_t gradients; /* of the parameters */
    size_t kept;      /* the input, and what forward keeps for backward */
    size_t reused;    /* the rest, where what comes and goes shares its place: other outputs,
                         gradients of outputs, workspaces */
    size_t total;
} FaltungNetworkMemory;

/** faltung_network_memory: Returns: what faltung_network_new() would allocate with the same
 *  arguments. */
FaltungNetworkMemory faltung_network_memory(const FaltungGraph *graph, int batch,
                                            FaltungNetworkFlags flags, int threads);

/** faltung_network_set_stopwatch: @stopwatch: (transfer none) (nullable): told of every part of
 *  forward and backward from now on; %NULL: nobody. */
void faltung_network_set_stopwatch(FaltungNetwork *network, const FaltungStopwatch *stopwatch);
/** faltung_network_stopwatch: Returns: (nullable): the same, for what else a step does. */
const FaltungStopwatch *faltung_network_stopwatch(const FaltungNetwork *network);

/** faltung_network_set_input: copies @batch samples in the field's layout, (N, C, H, W), in. */
void faltung_network_set_input(FaltungNetwork *network, int batch, const float *samples);

/** faltung_network_input: Returns: (transfer none): where the network expects its next @batch
 *  samples in the inside layout, for those who would only copy them there. */
float *faltung_network_input(FaltungNetwork *network, int batch);

/**
 * faltung_network_forward:
 * @training: whether dropout drops
 * @step: the number of the training step, which dropout's stream is keyed by
 *
 * Returns: (transfer none): the last layer's output, (N, output size) in the inside layout,
 *   which for vectors is the field's; valid until the next call.
 */
const float *faltung_network_forward(FaltungNetwork *network, gboolean training, guint64 step);

/** FaltungLayerVisit: @layer has just computed its output. */
typedef void (*FaltungLayerVisit)(FaltungNetwork *network, int layer, gpointer data);

/** faltung_network_forward_visiting: the same, and calls @visit (nullable) after every layer, in
 *  order, while faltung_network_read_output() can read the layer's output. */
const float *faltung_network_forward_visiting(FaltungNetwork *network, gboolean training,
                                              guint64 step, FaltungLayerVisit visit, gpointer data);

/**
 * faltung_network_carried: what layers hand on from one batch to the next
 * (faltung_graph_carries()). Batches of training and others do not disturb each other.
 * @size: (out): floats; 0 where nothing is carried
 *
 * Returns: (transfer none) (nullable): a block that may be written to.
 */
float *faltung_network_carried(FaltungNetwork *network, gboolean training, size_t *size);
/** faltung_network_forget: the next batch begins anew. */
void faltung_network_forget(FaltungNetwork *network, gboolean training);
/** faltung_network_go_on: whether batches outside training go on where the one before ended; the
 *  next one begins anew. Without it they do not: every sample is one by itself. */
void faltung_network_go_on(FaltungNetwork *network, gboolean goes_on);

/** faltung_network_output_gradient: Returns: (transfer none): where the loss writes the gradient
 *  of the last layer's output, (N, output size), between forward and backward. */
float *faltung_network_output_gradient(FaltungNetwork *network);

/* The same of any layer that has a loss of its own, and its output, which lies inside, too. */
const float *faltung_network_loss_output(const FaltungNetwork *network, int layer);
float *faltung_network_loss_gradient(FaltungNetwork *network, int layer);
/** faltung_network_penalty: Returns: what the layer's operation added to the loss in the last
 *  forward; 0 where it adds nothing. */
double faltung_network_penalty(const FaltungNetwork *network, int layer);

/** faltung_network_backward: sets the gradient block to the gradients of the last forward. */
void faltung_network_backward(FaltungNetwork *network);

/* The blocks the optimizer works on: packed layout, faltung_network_block_size() floats.
   Padding lanes are zero in both and stay so under any element-wise rule that maps
   (0, gradient 0) to 0. */
size_t faltung_network_block_size(const FaltungNetwork *network);
/* The first part of the block, which is learned; behind it lies what layers measure themselves
   (running means) and what is frozen, which no optimizer touches. */
size_t faltung_network_learned_size(const FaltungNetwork *network);
float *faltung_network_parameters(FaltungNetwork *network);
float *faltung_network_gradients(FaltungNetwork *network);

/** faltung_network_initialize: draws the parameters of a layer, as when the network was made with
 *  @step 0; with another, others. */
void faltung_network_initialize(FaltungNetwork *network, int layer, guint64 step);

/** faltung_network_places: @places: (out): (parameter's size): where each value, in the field's
 *  order, is in a block; found once by who works on single values in every step. */
void faltung_network_places(const FaltungNetwork *network, int layer, int parameter,
                            size_t *places);

/** faltung_network_share: gives tied layers the weights that they share, as every forward does; for
 *  those who read them after a change of the parameters. */
void faltung_network_share(FaltungNetwork *network);

/* Parameter-sized values in the field's layout, read from or written to a block like the two
   above (parameters, gradients, an optimizer's slot). @values has the parameter's shape. */
void faltung_network_unpack(const FaltungNetwork *network, const float *block, int layer,
                            int parameter, float *values);
void faltung_network_pack(const FaltungNetwork *network, float *block, int layer, int parameter,
                          const float *values);

/**
 * faltung_network_read_output:
 * @sample: index in the batch of the last forward
 * @values: (out): the layer's output (after its activation) in the field's layout, C x H x W
 *
 * Of any layer where the network keeps its outputs; else of one that is being visited and, after
 * forward, of the last.
 */
void faltung_network_read_output(const FaltungNetwork *network, int layer, int sample,
                                 float *values);

/**
 * faltung_network_read_inner:
 * @inner: of faltung_layer_inner()
 * @sample: as above
 * @values: (out): in the shape of faltung_inner_shape()
 *
 * Of a layer that is being visited or, between forward and backward, of one that learns.
 */
void faltung_network_read_inner(const FaltungNetwork *network, int layer, const FaltungInner *inner,
                                int sample, float *values);

/** faltung_network_read_output_gradient: the gradient of the same before its activation (of the
 *  weighted sum), after backward, of a network that keeps its gradients. Returns: %FALSE where
 *  there is none: nothing is learned up to this layer, the network's output does not depend on it,
 *  or it is a view of a layer with an activation. */
gboolean faltung_network_read_output_gradient(const FaltungNetwork *network, int layer, int sample,
                                              float *values);

/** faltung_network_read_input_gradient: the gradient of a sample, (C, H, W), after backward, of a
 *  network with FALTUNG_NETWORK_INPUT_GRADIENT. Returns: %FALSE where there is none, because the
 *  input are indices. */
gboolean faltung_network_read_input_gradient(const FaltungNetwork *network, int sample,
                                             float *values);

/** faltung_network_intact: of one with FALTUNG_NETWORK_CHECKS. Returns: whether nothing was written
 *  past the end of a buffer so far. */
gboolean faltung_network_intact(FaltungNetwork *network);
