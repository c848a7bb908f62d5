/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/graph/plan.h"

/* The buffers of a layer. */
typedef enum {
    FALTUNG_BUFFER_OUTPUT,
    FALTUNG_BUFFER_OUTPUT_GRADIENT,
    FALTUNG_BUFFER_SUM,              /* what goes into an activation that does not work in place */
    FALTUNG_BUFFER_STATE,            /* the operation's own, from forward to backward */
    FALTUNG_BUFFER_FORWARD_SCRATCH,  /* workspace of forward */
    FALTUNG_BUFFER_BACKWARD_SCRATCH, /* and of backward */
    FALTUNG_N_BUFFERS,
} FaltungBuffer;

/* Those of the network, which it keeps for good. Their spans come before the layers'. */
typedef enum {
    FALTUNG_BLOCK_PARAMETERS,
    FALTUNG_BLOCK_GRADIENTS,
    FALTUNG_BLOCK_INPUT,
    FALTUNG_BLOCK_INPUT_GRADIENT, /* only where somebody wants it */
    FALTUNG_BLOCK_CARRIED,        /* what layers hand on: while training, else */
    FALTUNG_BLOCK_CARRIED_ELSE,
    FALTUNG_N_BLOCKS,
} FaltungBlock;

/* A layer at work: its step, and that of its activation, with every pointer set in advance. */
typedef struct {
    FaltungStep step;
    FaltungLayer activation_layer; /* operation NULL: none */
    FaltungStep activation;        /* works in place where its slope can be told from y */
    float *output;                 /* of the layer, behind its activation */
    gboolean fused;                /* forward has applied the activation */
    gboolean learns;               /* backward runs: something is learned here or before it, and
                                      the network's output depends on it */
    gboolean alone;                /* nobody writes its output's gradient: it is in the loss by
                                      its penalty */
    double penalty;                /* of the last forward */
    gboolean view;                 /* nothing to compute: its buffers are the root's */
    int root;                      /* a view's: the layer before it that is none, or
                                      FALTUNG_INPUT; else the layer itself */
    float *scratch[2];             /* of forward, of backward */
    float *carried[2];             /* outside training, in training */
} FaltungNode;

typedef struct FaltungTies FaltungTies;

struct FaltungNetwork {
    FaltungGraph *graph;
    guint64 seed;
    FaltungNetworkFlags flags;
    int most; /* samples in a batch */
    int batch;
    int most_threads; /* planned for */
    int threads;      /* to use */
    int n_nodes;
    FaltungNode *nodes;
    size_t block_size;
    float *parameters, *gradients; /* (block_size) */
    float *input;                  /* (most, input), inside layout */
    float *carried[2]; /* (carried_size): outside training, in training; NULL: there is nothing */
    size_t carried_size;
    gboolean goes_on;      /* outside training */
    float *input_gradient; /* likewise; NULL: not wanted */
    const FaltungStopwatch *stopwatch;
    FaltungTies *ties; /* (nullable): none */

    size_t n_spans;
    FaltungSpan *spans; /* of the blocks, then of the layers' buffers; in floats */
    size_t *floats;     /* (n_spans): without the slack that kernels may read behind them */
    size_t size;        /* of the plan, in floats */
    float *memory;      /* (size) */
    int moment;         /* what is being done, see network-plan.c */
    gboolean *alive;    /* (n_spans): of FALTUNG_NETWORK_CHECKS; else NULL */
    gboolean spoilt;    /* something was written behind a buffer's end */
};

/* The moments of a step: layer after layer forward, the loss, the layers backward, afterwards. */
static inline int faltung_network_loss_moment(const FaltungNetwork *network) {
    return network->n_nodes;
}

static inline int faltung_network_backward_moment(const FaltungNetwork *network, int index) {
    return 2 * network->n_nodes - index;
}

static inline int faltung_network_last_moment(const FaltungNetwork *network) {
    return 2 * network->n_nodes + 1;
}

static inline FaltungSpan *faltung_network_span(const FaltungNetwork *network, int index,
                                                FaltungBuffer buffer) {
    return &network->spans[FALTUNG_N_BLOCKS + index * FALTUNG_N_BUFFERS + buffer];
}

/** faltung_network_plan: decides which buffers there are, when each is needed and where it lies.
 *  Allocates nothing of that. */
void faltung_network_plan(FaltungNetwork *network);

/** faltung_network_tie: finds what the copies of tied layers are copied from. */
void faltung_network_tie(FaltungNetwork *network);
void faltung_network_untie(FaltungNetwork *network);
/** faltung_network_sum_ties: adds the gradients of the copies to those of their tensors. */
void faltung_network_sum_ties(FaltungNetwork *network);

/** faltung_network_connect: points every step at its buffers in network->memory. */
void faltung_network_connect(FaltungNetwork *network);

/** faltung_network_enter: a new moment begins. */
void faltung_network_enter(FaltungNetwork *network, int moment);
