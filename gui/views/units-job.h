/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/excite.h"
#include "analysis/filters.h"
#include "draw/picture.h"
#include "gui/training/weights.h"

G_BEGIN_DECLS

#define FALTUNG_EXCITED_SAMPLES 8 /* that a unit answers to most */
#define FALTUNG_EXCITED_UNITS 64  /* of a layer, at most */

/* What the units of a layer answer to. */
typedef struct {
    /* what is wanted */
    FaltungWeights *weights;
    FaltungDataset *validation;
    int layer;
    guint32 n; /* the first so many samples are tried */
    int threads;
    /* what was found */
    int n_units;              /* that are shown */
    int k;                    /* samples of each */
    FaltungExcitement *lists; /* (at least n_units, k), falling */
    float *raw;               /* (n_units, k, sample), as they were read */
    FaltungRange range;       /* of images as they were read */
    FaltungFilters *filters;  /* (nullable): of the first layer alone */
} FaltungExcited;

void faltung_excited_free(FaltungExcited *excited);
/** faltung_excited_find: fills in what was found. Errors: as faltung_most_exciting(). */
gboolean faltung_excited_find(FaltungExcited *excited, const FaltungAnalysisHooks *hooks,
                              GError **error);

/* A sample that is made for a unit. */
typedef struct {
    /* what is wanted */
    FaltungWeights *weights;
    FaltungDataset *validation;
    int layer, unit, threads;
    /* what was found */
    FaltungShape shape;
    float *sample; /* as the network sees it */
    double score;
} FaltungMade;

void faltung_made_free(FaltungMade *made);
/** faltung_made_find: the same. Errors: as faltung_sensitivity_new(). */
gboolean faltung_made_find(FaltungMade *made, const FaltungAnalysisHooks *hooks, GError **error);

G_END_DECLS
