/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/graph/network.h"

/* The ways to ask which part of a sample a decision comes from (explain.h). */
typedef enum {
    FALTUNG_BY_SALIENCY,
    FALTUNG_BY_INTEGRATION,
    FALTUNG_BY_GRAD_CAM,
    FALTUNG_BY_OCCLUSION,
    FALTUNG_N_WAYS,
} FaltungWay;

/* What is asked. */
typedef struct {
    const float *sample;  /* input, as the network sees it */
    const float *nothing; /* likewise: what stands for "nothing": values that are 0 as read */
    int unit;             /* of the output; -1: that with the largest output, or mean output */
    int layer;            /* whose maps Grad-CAM weighs; -1: the last that has pixels */
    int steps;            /* of integration; 0: 64 */
    int patch;            /* the side of what covers an image; 0: a quarter of it */
} FaltungExplanationQuestion;

typedef struct {
    int unit;
    double score; /* of the unit, for the sample */
    int layer;    /* whose maps were weighed; -1: none */
    double gap;   /* of integration: faltung_integrated_gradients(); else 0 */
    FaltungShape shape;
    float *values;      /* shape: the input's, or [height, width] of the maps or patches */
    gboolean of_input;  /* the values belong to those of the input, one to one */
    gboolean is_signed; /* what speaks against the unit is negative */
    float *map;         /* of an image: (height, width), to lay over it; else NULL */
} FaltungExplanation;

/**
 * faltung_explain: asks @network one question, in evaluation mode.
 * @network: takes a forward of one sample; its parameters stay
 *
 * Returns: (transfer full). Errors: those of faltung_sensitivity_new(); Grad-CAM without maps
 *   (%FALTUNG_ERROR_INPUT); cancelled.
 */
FaltungExplanation *faltung_explain(FaltungNetwork *network, FaltungWay way,
                                    const FaltungExplanationQuestion *question,
                                    const FaltungAnalysisHooks *hooks, GError **error);
void faltung_explanation_free(FaltungExplanation *explanation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungExplanation, faltung_explanation_free)

/** faltung_last_maps: Returns: the last layer before the output whose output is an image of more
 *  than one pixel; -1: none. */
int faltung_last_maps(const FaltungGraph *graph);

/**
 * faltung_rank_correlation: Spearman's, with the mean rank for values that are equal: how alike two
 * explanations are (Adebayo et al., 2018).
 *
 * Returns: -1 to 1; NaN where all values of one are equal.
 */
double faltung_rank_correlation(const float *a, const float *b, size_t n);
