/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/reader.h"

/*
 * A list of layers with blocks in it becomes the layers of the network, one behind the other:
 *
 *     - block: {name: encoder, repeat: 2, layers: [dense: {name: a, units: 3}, relu]}
 *
 * are encoder/1/a, encoder/1/relu, encoder/2/a and encoder/2/relu; without `repeat` encoder/a and
 * encoder/relu. What is in a block sees its own names first, then those around it; `input` is what
 * goes into the block: what stands before it, or its `inputs`; of a further copy the last layer of
 * the one before. Outside, the block's name is its last layer.
 */

/* Where names are looked up: a copy of a block, or the network itself (the first). */
typedef struct {
    int parent;   /* the scope around it; -1 */
    char *prefix; /* of all names in it: "", "encoder/2/" */
    int input;    /* what `input` means: a layer; FALTUNG_INPUT; of a sketch FALTUNG_NOTHING */
} FaltungScope;

typedef struct {
    const FaltungYamlItem *item; /* NULL: a named input of the network */
    size_t start;                /* where it is written */
    char *name;                  /* (nullable): encoder/2/a; %NULL: no layer */
    int scope;                   /* that it is in */
    int before;                  /* what it takes where it says nothing: as above */
    gboolean again;              /* in a further copy: what is wrong with it has been said */
} FaltungUnfolded;

typedef struct {
    GPtrArray *items;  /* (element-type FaltungYamlItem) */
    GPtrArray *scopes; /* (element-type FaltungScope) */
    GPtrArray *layers; /* (element-type FaltungUnfolded) */
    guint n_inputs;    /* the first of them are the network's named inputs */
    GHashTable *names; /* of all layers, blocks and copies, to the layer that they mean */
} FaltungUnfolding;

/** faltung_unfold: the named inputs of @input ((nullable)) and the layers of @list; its blocks are
 *  added to @graph. Returns: (nullable): %NULL after a mistake in how a block is written. */
FaltungUnfolding *faltung_unfold(FaltungReader *reader, const FaltungYamlNode *input,
                                 FaltungYamlNode *list, FaltungGraph *graph);
void faltung_unfolding_free(FaltungUnfolding *unfolding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungUnfolding, faltung_unfolding_free)

/** faltung_unfolding_layer: Returns: (transfer none): number @index. */
const FaltungUnfolded *faltung_unfolding_layer(const FaltungUnfolding *unfolding, guint index);

/** faltung_unfolding_find: Returns: what @name means in @scope: a layer, of which all are known;
 *  FALTUNG_INPUT; or FALTUNG_NOTHING. */
int faltung_unfolding_find(const FaltungUnfolding *unfolding, int scope, const char *name);
#define FALTUNG_NOTHING (-2)

/** faltung_unfolding_source: the same of the scalar @node, as an input of what is layer number
 *  @index or begins there. Returns: %FALSE after a mistake. */
gboolean faltung_unfolding_source(const FaltungUnfolding *unfolding, FaltungReader *reader,
                                  int scope, guint index, const FaltungYamlNode *node, int *source);

/** faltung_unfolding_needs_inputs: whether what is in @scope and would take @before has to say
 * which of several named inputs it takes; then it is told so. @start: where */
gboolean faltung_unfolding_needs_inputs(const FaltungUnfolding *unfolding, FaltungReader *reader,
                                        int scope, int before, size_t start, const char *name);

/** faltung_check_name: whether a layer, block or input can be called so: @what, "a layer". Names
 * stand in paths, HDF5 and `inputs`. */
gboolean faltung_check_name(FaltungReader *reader, const FaltungYamlNode *node, const char *what);
