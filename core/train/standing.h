/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/train/act.h"
#include "core/train/optimizer.h"

/*
 * Where a training stands between two steps: what the next one follows from beside the weights and
 * their gradients. Immutable once made, reference counted, so any thread may read it.
 */
typedef struct {
    guint64 step;         /* that were done */
    double learning_rate; /* of the step to come; NaN: the optimizer's own */
    gboolean remembers;   /* the slots are known; else the next step is taken as the first */
    float *slots[FALTUNG_MAX_SLOTS]; /* blocks like the network's parameters; NULL: not used */
    GArray *acts;                    /* (element-type FaltungAct): that were done */
} FaltungStanding;

/** faltung_standing_new: remembers nothing, and nothing was done to the network.
 *  @learning_rate: as above */
FaltungStanding *faltung_standing_new(double learning_rate);
FaltungStanding *faltung_standing_ref(FaltungStanding *standing);
void faltung_standing_unref(FaltungStanding *standing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungStanding, faltung_standing_unref)
