/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"
#include "core/train/dataset.h"
#include "core/train/loss.h"

/*
 * What a training makes small is a sum of terms: the loss of the network's output (`train: loss:`),
 * the losses that layers have of their own (`loss:`), what operations add
 * (FaltungOperation.penalty), and the L1 penalties of weights.
 */

enum { FALTUNG_MOST_TERMS = 16 };

/* Where the loss compares something with targets. */
typedef struct {
    int layer;        /* whose output it is */
    const char *name; /* of the layer; borrowed */
    const FaltungLoss *loss;
    const void *options; /* of the loss; borrowed */
    double weight;
    gboolean of_sample;  /* the sample is the target, whatever the data set has */
    const char *target;  /* else: FaltungLayer.loss_target; borrowed */
    FaltungShape output; /* of the layer */
    int width;           /* values of one output */
    int rows;            /* of one output: steps, pixels */
} FaltungHead;

/**
 * faltung_heads:
 * @loss: of the network's output: the first head
 * @heads: (out): at most FALTUNG_MOST_TERMS of them; layers and options stay those of @graph and
 *   @loss
 *
 * Returns: how many there are, which may be more than fit.
 */
int faltung_heads(const FaltungGraph *graph, const FaltungVariant *loss,
                  FaltungHead heads[FALTUNG_MOST_TERMS]);

/** faltung_head_target: Returns: the index of the target in @dataset that the head compares with
 *  where it is not of_sample; -1: there is none of that name. */
int faltung_head_target(const FaltungHead *head, const FaltungDataset *dataset);

/* What a head is asked of each sample. */
typedef struct {
    FaltungTargetType type; /* NONE: the sample itself */
    int n;                  /* classes, or values of the target */
    int positions;          /* that have a class each; 1 of values */
} FaltungQuestion;

/** faltung_head_question: @head: one whose target @dataset has. Classes of samples that are their
 *  own targets stay known to a loss that needs them. */
FaltungQuestion faltung_head_question(const FaltungHead *head, const FaltungDataset *dataset);

/* The terms in the order of their layers, the L1 penalties behind them. */
typedef struct {
    int n; /* may be more than fit */
    /* interned: `loss_LAYER`: what a layer adds by its loss and its operation; `l1` */
    const char *names[FALTUNG_MOST_TERMS];
    int layers[FALTUNG_MOST_TERMS]; /* -1: l1 */
} FaltungTerms;

FaltungTerms faltung_terms(const FaltungGraph *graph);
/** faltung_terms_find: Returns: the index of the term of @layer (-1: l1), or -1. */
int faltung_terms_find(const FaltungTerms *terms, int layer);

/** faltung_terms_l1: Returns: the sum of the L1 penalties of the weights in @block, a network's
 *  parameters. */
double faltung_terms_l1(const FaltungGraph *graph, const float *block);
