/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "gui/training/budget.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/*
 * What a view has computed of the weights and the probe that the window looks at: one piece of work
 * at a time. What has become old is cancelled; while a training needs the machine, what is under
 * way is finished instead, and then rests as the budget of looking says.
 */
typedef struct {
    FaltungScene *scene; /* which outlives it */
    gboolean of_weights; /* alone: another probe changes nothing */
    /* of what is shown, or under way; (nullable) */
    FaltungWeights *weights;
    guint32 sample;
    GCancellable *working; /* (nullable): nothing is under way */
    FaltungBudget budget;
} FaltungStudy;

/**
 * faltung_study_begin: Returns: (nullable) (transfer none): the snapshot, with weights and with
 *   validation data that fit them, that is to be worked on now, under @study's `working`; %NULL:
 *   nothing is to be done.
 */
FaltungSnapshot *faltung_study_begin(FaltungStudy *study);

/** FaltungStudyWork: on another thread. Errors: cancelled where a hook says so, and others. */
typedef gboolean (*FaltungStudyWork)(gpointer result, const FaltungAnalysisHooks *hooks,
                                     GError **error);

/**
 * faltung_study_run: does what was begun.
 * @work: fills in @result
 * @result: (transfer full): with what is wanted in it
 */
void faltung_study_run(FaltungStudy *study, FaltungStudyWork work, gpointer result,
                       GDestroyNotify free_result, GAsyncReadyCallback callback, gpointer data);

/**
 * faltung_study_end:
 * @study: may be gone where FALSE is returned
 * @found: (out) (transfer full) (nullable): the result; %NULL with an error
 *
 * Returns: %FALSE where the work was cancelled: nothing may be touched then. Else begin again,
 * there may be something newer.
 */
gboolean faltung_study_end(FaltungStudy *study, GAsyncResult *task, gpointer *found,
                           GError **error);

/** faltung_study_stop: what is under way is given up; the same is not begun again. */
void faltung_study_stop(FaltungStudy *study);

/** faltung_study_forget: what is under way is cancelled, and what is shown is of something else. */
void faltung_study_forget(FaltungStudy *study);

G_END_DECLS
