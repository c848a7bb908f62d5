/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/norms.h"

G_BEGIN_DECLS

/* The norms of every layer at one moment. */
typedef struct {
    double epoch;
    FaltungLayerNorms layers[]; /* (FaltungHistory.layers) */
} FaltungNormRow;

/* The rows of a training so far: what the curves are drawn from. */
typedef struct {
    GArray *steps;     /* (element-type FaltungStepRow) */
    GArray *epochs;    /* (element-type FaltungEpochRow) */
    GPtrArray *layers; /* (element-type utf8) the names of those that have parameters */
    GPtrArray *norms;  /* (element-type FaltungNormRow) */
} FaltungHistory;

FaltungHistory *faltung_history_new(void);
void faltung_history_free(FaltungHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungHistory, faltung_history_free)

void faltung_history_clear(FaltungHistory *history);
/** faltung_history_add_norms: @norms: of every layer of @graph. */
void faltung_history_add_norms(FaltungHistory *history, double epoch, const FaltungGraph *graph,
                               const FaltungLayerNorms *norms);
/** faltung_history_copy: Returns: (transfer full): the same rows, which the two share. */
FaltungHistory *faltung_history_copy(const FaltungHistory *history);
/** faltung_history_append: moves the rows of @from to the end of @to. */
void faltung_history_append(FaltungHistory *to, FaltungHistory *from);

G_END_DECLS
