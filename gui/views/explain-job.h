/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/explanation.h"
#include "draw/picture.h"
#include "gui/training/weights.h"

G_BEGIN_DECLS

/* Which part of a sample a unit's score comes from, in every way there is. */
typedef struct {
    /* what is wanted */
    FaltungWeights *weights;
    FaltungDataset *validation;
    guint32 sample;
    int unit;            /* of the output; -1: the one that the network decides for */
    int layer;           /* whose maps Grad-CAM weighs; -1: there are none */
    gboolean randomized; /* the same of a network that has learned nothing, too */
    guint64 seed;        /* of its weights */
    int threads;
    /* what was found */
    float *raw;                                 /* the sample as it was read */
    FaltungRange range;                         /* of images as they were read */
    FaltungExplanation *ways[FALTUNG_N_WAYS];   /* (nullable) each: the network has no such */
    FaltungExplanation *random[FALTUNG_N_WAYS]; /* likewise */
    double likeness[FALTUNG_N_WAYS];            /* the rank correlation of the two; NaN */
    char *problem;                              /* (nullable): why there is no Grad-CAM */
} FaltungExplained;

void faltung_explained_free(FaltungExplained *explained);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungExplained, faltung_explained_free)

/** faltung_explained_find: fills in what was found. Errors: those of faltung_explain(). */
gboolean faltung_explained_find(FaltungExplained *explained, const FaltungAnalysisHooks *hooks,
                                GError **error);

G_END_DECLS
