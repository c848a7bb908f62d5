/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "draw/walk-stop.h"
#include "gui/training/weights.h"

G_BEGIN_DECLS

/* A walk with all that is shown of it. */
typedef struct {
    /* what is wanted */
    char *text, *origin; /* of the experiment */
    FaltungWeights *weights;
    FaltungDataset *validation;
    guint32 index;          /* of the sample */
    int place_stop;         /* where a value was chosen; -1: nowhere */
    FaltungWalkPlace place; /* that value */
    gboolean dark;
    int scale; /* pixels a unit */
    /* what was found */
    FaltungWalk *walk;
    GPtrArray *stops; /* (element-type FaltungWalkStop) */
} FaltungWalked;

void faltung_walked_free(FaltungWalked *walked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWalked, faltung_walked_free)

/** faltung_walked_find: fills in what was found. Errors: those of faltung_walk_new(), and of the
 *  experiment. */
gboolean faltung_walked_find(FaltungWalked *walked, const FaltungAnalysisHooks *hooks,
                             GError **error);

G_END_DECLS
