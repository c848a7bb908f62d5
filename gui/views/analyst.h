/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/activity.h"
#include "analysis/predictions.h"
#include "gui/training/snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What was found of the validation split with the weights of one moment. Immutable, reference
   counted. */
typedef struct {
    FaltungWeights *weights;
    FaltungDataset *validation;
    FaltungAnalyses analyses;        /* those that were made */
    FaltungPredictions *predictions; /* (nullable) */
    FaltungActivity *activity;       /* (nullable): of each layer of the weights' graph */
    char *problem;                   /* (nullable): why there is nothing */
} FaltungAnalysis;

FaltungAnalysis *faltung_analysis_ref(FaltungAnalysis *analysis);
void faltung_analysis_unref(FaltungAnalysis *analysis);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungAnalysis, faltung_analysis_unref)

/**
 * FaltungAnalyst: takes the whole validation split through the network, on a thread of its own.
 * Of many samples some come first: until all are done, its predictions have fewer samples than the
 * data. Of a training under way it finishes what it has begun, rests as the budget of looking says
 * (gui/training/budget.h), then takes the newest weights; when the time slider moves, it begins
 * anew at once.
 *
 * Signals: "changed": faltung_analyst_result() or faltung_analyst_progress().
 */
#define FALTUNG_TYPE_ANALYST (faltung_analyst_get_type())
G_DECLARE_FINAL_TYPE(FaltungAnalyst, faltung_analyst, FALTUNG, ANALYST, GObject)

FaltungAnalyst *faltung_analyst_new(void);
/** faltung_analyst_take: @snapshot: with weights, and with the analyses that are wanted. @loss:
 *  (nullable): the training's. */
void faltung_analyst_take(FaltungAnalyst *analyst, FaltungSnapshot *snapshot,
                          FaltungDataset *validation, const FaltungVariant *loss);
/** faltung_analyst_cancel: no more of these weights. */
void faltung_analyst_cancel(FaltungAnalyst *analyst);
/** faltung_analyst_forget: cancels, and drops the result. */
void faltung_analyst_forget(FaltungAnalyst *analyst);
/** faltung_analyst_result: Returns: (nullable) (transfer none): the newest. */
FaltungAnalysis *faltung_analyst_result(FaltungAnalyst *analyst);
/** faltung_analyst_progress: Returns: 0 to 1; -1: nothing is being done. */
double faltung_analyst_progress(FaltungAnalyst *analyst);

G_END_DECLS
