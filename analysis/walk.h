/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/graph/network.h"
#include "core/train/judge.h"

/**
 * FaltungWalk: one sample's way through a network and back, stop by stop: every operation forward,
 * the loss, every operation backward, and what a step of the optimizer would make of the weights.
 *
 * Computed by the reference code in float64, as the network is used (nothing is dropped, batch
 * normalization uses its running statistics). The step is the optimizer's first: it remembers
 * nothing, and sees the gradients of this sample alone. Immutable once made, so any thread may read
 * it.
 */
typedef struct FaltungWalk FaltungWalk;

typedef enum {
    FALTUNG_STOP_INPUT,    /* the sample */
    FALTUNG_STOP_FORWARD,  /* of a layer */
    FALTUNG_STOP_LOSS,     /* all of them, compared with their targets */
    FALTUNG_STOP_BACKWARD, /* of a layer */
    FALTUNG_STOP_UPDATE,   /* of a layer that learns */
} FaltungStopKind;

typedef struct {
    FaltungStopKind kind;
    int layer; /* FALTUNG_INPUT where it is of none */
} FaltungStop;

/* What there is to see at a stop. */
typedef struct {
    char *name;           /* "output", "gradient of weight", "weight after the step" */
    FaltungShape shape;   /* the field's layout */
    const double *values; /* the walk's */
    gboolean gradient;    /* it is one: zero is its middle */
    gboolean classes;     /* its values are numbers of classes */
} FaltungWalkTensor;

/**
 * faltung_walk_new:
 * @experiment: that of @network: its losses and its optimizer
 * @network: whose parameters are taken
 * @dataset, @index: the sample and its targets
 * @learning_rate: of the step; NaN: the optimizer's own
 *
 * Errors: the samples do not fit the network or its losses; @experiment is of another network
 *   (%FALTUNG_ERROR_SHAPE).
 */
FaltungWalk *faltung_walk_new(const FaltungExperiment *experiment, const FaltungNetwork *network,
                              const FaltungDataset *dataset, guint32 index, double learning_rate,
                              GError **error);
void faltung_walk_free(FaltungWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWalk, faltung_walk_free)

/** faltung_walk_stops: Returns: (transfer none) (array length=n): in the order of the way. */
const FaltungStop *faltung_walk_stops(const FaltungWalk *walk, int *n);
const FaltungGraph *faltung_walk_graph(const FaltungWalk *walk);
/** faltung_walk_loss: Returns: the sum of all losses of the sample, without penalties of weights.
 */
double faltung_walk_loss(const FaltungWalk *walk);
double faltung_walk_learning_rate(const FaltungWalk *walk);

/** faltung_walk_part: Returns: (nullable) (transfer none): what @layer sends back to its input @k,
 *  where others take that, too; its gradient is the sum of them. */
const double *faltung_walk_part(const FaltungWalk *walk, int layer, int k);

/** faltung_walk_tensors: Returns: (transfer full) (element-type FaltungWalkTensor): what there is
 *  to see at @stop: what comes in first, what goes out last. Valid as long as the walk. */
GPtrArray *faltung_walk_tensors(const FaltungWalk *walk, FaltungStop stop);

/** faltung_stop_title: Returns: (transfer full): "conv1, forward". */
char *faltung_stop_title(const FaltungWalk *walk, FaltungStop stop);
