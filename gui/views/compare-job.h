/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/compare.h"
#include "analysis/hooks.h"
#include "gui/training/weights.h"

G_BEGIN_DECLS

/* A layer of two networks on the same sample: of what the window looks at (A), and of a moment that
   was kept or of another run (B). */
typedef struct {
    /* what is wanted */
    FaltungWeights *a;
    FaltungDataset *validation;
    guint32 sample;
    int layer;         /* of A */
    FaltungWeights *b; /* (nullable): then the run at @path, at its end */
    char *path;        /* (nullable) */
    /* what was found */
    GPtrArray *all;        /* (element-type FaltungCompared): the output, the parameters */
    GPtrArray *decisions;  /* the same of the last layer, where that is another */
    double epoch;          /* of B */
    double loss, accuracy; /* of the other run's last epoch; NaN */
} FaltungComparison;

void faltung_comparison_free(FaltungComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungComparison, faltung_comparison_free)

/** faltung_comparison_find: fills in what was found. Errors: the run cannot be read, was trained
 *  with other data, or has no such layer. */
gboolean faltung_comparison_find(FaltungComparison *comparison, const FaltungAnalysisHooks *hooks,
                                 GError **error);

G_END_DECLS
