/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/walk.h"
#include "core/graph/reference.h"

/* Private to the files of the walk. */

struct FaltungWalk {
    FaltungGraph *graph;
    FaltungReferenceNetwork *network;
    double *input;
    FaltungTrainOptions *train;
    int n_judges;
    FaltungJudge judges[FALTUNG_MOST_TERMS]; /* the first: of the output */
    FaltungShape target_shapes[FALTUNG_MOST_TERMS];
    double *target_values[FALTUNG_MOST_TERMS]; /* the field's layout; of classes their indices */
    double value;                              /* the loss */
    /* a layer and input: what it sends back to a layer that others take, too; NULL: all of its
       gradient is from there */
    double *(*parts)[FALTUNG_MAX_INPUTS];
    FaltungStanding *standing; /* of the optimizer before the step */
    double learning_rate;
    double clipped;  /* what all gradients are multiplied by, so that their norm is let through */
    gboolean *rests; /* a layer: it is frozen by hand */
    double *(*after)[FALTUNG_MAX_PARAMETERS]; /* a layer: its parameters after the step; NULL: as
                                                 before */
    GArray *stops;                            /* (element-type FaltungStop) */
};

/** faltung_walk_output: Returns: (transfer none): of a layer, or FALTUNG_INPUT. */
const double *faltung_walk_output(const FaltungWalk *walk, int layer);

/** faltung_walk_step: what a step of the optimizer makes of the weights, after the sample went
 *  through walk->network and back. */
void faltung_walk_step(FaltungWalk *walk, FaltungNetwork *network, const FaltungDataset *dataset,
                       guint32 index);

/** faltung_walk_update_tex: Returns: (transfer full) (element-type utf8): the step on value @index
 *  of a parameter as equations with its numbers, TeX; none where it stays. */
GPtrArray *faltung_walk_update_tex(const FaltungWalk *walk, int layer, int parameter, size_t index);

/** faltung_walk_chain_tex: Returns: (transfer full) (nullable): the chain rule in numbers for value
 *  @index of a gradient at the backward stop of @layer: the products along every way, largest
 *  first. %NULL where it comes from one place as it is. */
char *faltung_walk_chain_tex(const FaltungWalk *walk, int layer, const FaltungWalkTensor *gradient,
                             size_t index);
