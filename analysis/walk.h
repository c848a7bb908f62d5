/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/graph/network.h"
#include "core/train/judge.h"
#include "core/train/standing.h"

/**
 * FaltungWalk: one sample's way through a network and back, stop by stop: every operation forward,
 * the loss, every operation backward, and what a step of the optimizer would make of the weights.
 *
 * Computed by the reference code in float64, as the network is used (nothing is dropped, batch
 * normalization uses its running statistics). The step is the trainer's next, if its batch were
 * this sample alone: with what the optimizer remembers, where that is known, else as its first.
 * Immutable once made, so any thread may read it.
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

/* What a tensor at a stop is of. */
typedef enum {
    FALTUNG_WALK_OUTPUT,    /* of the stop's layer; of the input; of a loss */
    FALTUNG_WALK_SUM,       /* of the layer, before its activation */
    FALTUNG_WALK_PARAMETER, /* its `which` */
    FALTUNG_WALK_AFTER,     /* of the step: the same parameter */
    FALTUNG_WALK_INPUT,     /* of the layer, its `which` */
    FALTUNG_WALK_PART,      /* of its gradient, what this layer sends back */
    FALTUNG_WALK_TARGET,    /* of a loss */
} FaltungWalkRole;

/* What there is to see at a stop. */
typedef struct {
    char *name;           /* "output", "gradient of weight", "weight after the step" */
    FaltungShape shape;   /* the field's layout */
    const double *values; /* the walk's */
    gboolean gradient;    /* it is one: zero is its middle */
    gboolean classes;     /* its values are numbers of classes */
    FaltungWalkRole role;
    int which; /* parameter or input of the layer, loss of the network */
} FaltungWalkTensor;

/**
 * faltung_walk_new:
 * @experiment: that of @network: its losses and its optimizer
 * @network: whose parameters are taken
 * @dataset, @index: the sample and its targets
 * @standing: (nullable): where the training of @network stands; %NULL: at its beginning
 *
 * Errors: the samples do not fit the network or its losses; @experiment is of another network
 *   (%FALTUNG_ERROR_SHAPE).
 */
FaltungWalk *faltung_walk_new(const FaltungExperiment *experiment, FaltungNetwork *network,
                              const FaltungDataset *dataset, guint32 index,
                              FaltungStanding *standing, GError **error);
void faltung_walk_free(FaltungWalk *walk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWalk, faltung_walk_free)

/** faltung_walk_stops: Returns: (transfer none) (array length=n): in the order of the way. */
const FaltungStop *faltung_walk_stops(const FaltungWalk *walk, int *n);
const FaltungGraph *faltung_walk_graph(const FaltungWalk *walk);
/** faltung_walk_loss: Returns: the sum of all losses of the sample, without penalties of weights.
 */
double faltung_walk_loss(const FaltungWalk *walk);
double faltung_walk_learning_rate(const FaltungWalk *walk);
/** faltung_walk_remembers: whether the step is made with what the optimizer remembers of those
 *  before. */
gboolean faltung_walk_remembers(const FaltungWalk *walk);

/** faltung_walk_part: Returns: (nullable) (transfer none): what @layer sends back to its input @k,
 *  where others take that, too; its gradient is the sum of them. */
const double *faltung_walk_part(const FaltungWalk *walk, int layer, int k);

/** faltung_walk_tensors: Returns: (transfer full) (element-type FaltungWalkTensor): what there is
 *  to see at @stop: what comes in first, what goes out last. Valid as long as the walk. */
GPtrArray *faltung_walk_tensors(const FaltungWalk *walk, FaltungStop stop);

/** faltung_stop_title: Returns: (transfer full): "conv1, forward". */
char *faltung_stop_title(const FaltungWalk *walk, FaltungStop stop);
