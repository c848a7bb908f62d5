/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/**
 * FaltungLayerBlock: layers that are one thing with a name, once or several times in a row. The
 * graph is flat: a block says which of its layers they are. Their names begin with its own:
 * `encoder/conv1`, and of the second copy `encoder/2/conv1`.
 */
typedef struct {
    char *name;
    int repeat;          /* copies */
    int first, n_layers; /* of all copies */
    int input;           /* what goes into the first copy: a layer; FALTUNG_INPUT */
    char *path;          /* (nullable): as of FaltungLayer */
} FaltungLayerBlock;

/**
 * FaltungGraph: the network as people describe it: layers in an order in which each comes after
 * what it takes. It knows shapes, no numbers; FaltungNetwork makes it compute.
 */
typedef struct {
    FaltungShape input; /* of one sample; a vector of all values where inputs have names */
    GPtrArray *layers;  /* (element-type FaltungLayer): named inputs first */
    GPtrArray *blocks;  /* (element-type FaltungLayerBlock): an outer one before those in it */

    double l1; /* FaltungLayer.l1 of layers that have none of their own */

    /* filled in by faltung_graph_infer(): floats of the parameter block, and of its first part,
       which the optimizer works on: all that is learned and not frozen */
    size_t block_size, learned_size;
} FaltungGraph;

FaltungGraph *faltung_graph_new(FaltungShape input);
/** faltung_graph_new_named: Returns: a graph of several inputs, which faltung_graph_add_input()
 * adds before any layer: a sample is the values of all of them, one after the other. */
FaltungGraph *faltung_graph_new_named(void);
FaltungGraph *faltung_graph_copy(const FaltungGraph *graph);
void faltung_graph_free(FaltungGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungGraph, faltung_graph_free)

/** faltung_graph_layer: Returns: (transfer none): the layer at @index. */
FaltungLayer *faltung_graph_layer(const FaltungGraph *graph, int index);

/** faltung_graph_find: Returns: the index of the layer called @name, or -1. The name of a block,
 *  or of a copy of one, stands for its last layer. */
int faltung_graph_find(const FaltungGraph *graph, const char *name);

/** faltung_graph_add_block: Returns: (transfer none): a block of no layers yet. */
FaltungLayerBlock *faltung_graph_add_block(FaltungGraph *graph, const char *name, int repeat,
                                           const char *path);
/** faltung_item_name: Returns: (transfer full): what the layer called @name is called where it is
 *  written: of `encoder/2/conv1` `encoder/conv1`. */
char *faltung_item_name(const char *name);

/**
 * faltung_graph_add:
 * @name: (nullable): %NULL: the operation's name, with _2, _3 ... where it is taken
 *
 * Appends a layer with default options that takes the layer before it (or the input).
 * Returns: (transfer none): the layer, to set options and inputs on.
 */
FaltungLayer *faltung_graph_add(FaltungGraph *graph, const FaltungOperation *operation,
                                const char *name);

/** faltung_layer_bypass: makes the layer, which is called and wired as before, pass on what its
 *  first input is. */
void faltung_layer_bypass(FaltungLayer *layer);

/** faltung_graph_add_input: Returns: (transfer none): a layer that is the next part of a sample, in
 *  its own shape; for layers to take by its name. */
FaltungLayer *faltung_graph_add_input(FaltungGraph *graph, const char *name, FaltungShape shape);
/** faltung_graph_n_inputs: Returns: how many of the layers, the first ones, are the network's named
 *  inputs; 0 where it has one input without a name. */
int faltung_graph_n_inputs(const FaltungGraph *graph);
/** faltung_graph_is_given: whether the output of @index is what the network is given, not what it
 *  computes: FALTUNG_INPUT, or a named input. */
gboolean faltung_graph_is_given(const FaltungGraph *graph, int index);

/**
 * faltung_graph_infer:
 * @failed: (out) (optional): the index of the layer at fault, -1 for the graph itself
 *
 * Fills in every shape and parameter list. Must be called after any change, before a
 * FaltungNetwork is made. Layers before the one at fault are filled in all the same.
 */
gboolean faltung_graph_infer(FaltungGraph *graph, int *failed, GError **error);

/**
 * faltung_graph_sketch:
 * @skip: (nullable): a flag for each layer: those whose options cannot be used
 *
 * Fills in what can be of a graph that is being drawn and cannot run yet: a layer without inputs,
 * one whose shapes do not fit, and all that waits for them have an output of rank 0.
 *
 * Returns: (transfer full) (element-type GError): an element for each layer: what is wrong with it;
 *   %NULL where nothing is, or where it only waits for another.
 */
GPtrArray *faltung_graph_sketch(FaltungGraph *graph, const gboolean *skip);

/** faltung_graph_would_fit: whether layer @to could take the output of @from: shapes fit, and no
 *  circle would be closed. Nothing changes. */
gboolean faltung_graph_would_fit(const FaltungGraph *graph, int from, int to);

/** faltung_graph_could_take: whether a new layer of @operation, with its options as they are by
 *  themselves, could take the output of @from. */
gboolean faltung_graph_could_take(const FaltungGraph *graph, int from,
                                  const FaltungOperation *operation);

/** faltung_graph_output: Returns: (transfer none): the shape of the last layer's output. */
const FaltungShape *faltung_graph_output(const FaltungGraph *graph);

/** faltung_graph_n_indices: Returns: 0 where the network's input are values; where layers take them
 *  as indices, the least number of different ones that a layer knows. */
int faltung_graph_n_indices(const FaltungGraph *graph);

/** faltung_layer_carried_size: Returns: values of a sample that the layer hands on from one batch
 *  to the next; faltung_graph_carries(): whether any layer does. Then sample n of a batch goes on
 *  where that of the batch before ended. */
size_t faltung_layer_carried_size(const FaltungLayer *layer);
gboolean faltung_graph_carries(const FaltungGraph *graph);

/** faltung_layer_unpack: a parameter of the layer out of a block like a network's parameters.
 *  @values: (out): of its shape, in the field's layout. */
void faltung_layer_unpack(const FaltungLayer *layer, int parameter, const float *block,
                          float *values);
/** faltung_layer_n_parameters: Returns: the number of learned values of the layer. */
size_t faltung_layer_n_parameters(const FaltungLayer *layer);
/** faltung_layer_learns: whether training changes learned values of the layer: it has some, and is
 *  not frozen. */
gboolean faltung_layer_learns(const FaltungLayer *layer);
/** faltung_graph_l1: Returns: the L1 penalty on the weights of a layer, its own or the graph's. */
double faltung_graph_l1(const FaltungGraph *graph, const FaltungLayer *layer);
/** faltung_layer_trains: what its operation is told in a forward pass that is of @training or not.
 *  A frozen layer that measures something (batch normalization) is used as it was left, in Keras'
 *  way: nothing of it changes. */
gboolean faltung_layer_trains(const FaltungLayer *layer, gboolean training);
/** faltung_layer_flops: Returns: operations of the forward pass of one sample, activation
 *  included. */
double faltung_layer_flops(const FaltungLayer *layer);
/**
 * faltung_graph_part_flops:
 * @index: of a layer
 * @part: one of a layer's
 *
 * Returns: operations of one sample. The gradient of the weights counts as many as the forward
 *   pass, where there are weights that are not frozen; that of the input, too, where anything is
 *   learned before the layer, so that somebody needs it.
 */
double faltung_graph_part_flops(const FaltungGraph *graph, int index, FaltungPart part);
size_t faltung_graph_n_parameters(const FaltungGraph *graph);
/** faltung_graph_n_frozen: Returns: how many of them are in frozen layers. */
size_t faltung_graph_n_frozen(const FaltungGraph *graph);
double faltung_graph_flops(const FaltungGraph *graph);
/** faltung_graph_training_flops: Returns: operations of one sample in a training step: the sum of
 *  all parts of all layers. */
double faltung_graph_training_flops(const FaltungGraph *graph);
