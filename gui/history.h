/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"

G_BEGIN_DECLS

/* The rows of a training so far: what the curves are drawn from. */
typedef struct {
    GArray *steps;  /* (element-type FaltungStepRow) */
    GArray *epochs; /* (element-type FaltungEpochRow) */
} FaltungHistory;

FaltungHistory *faltung_history_new(void);
void faltung_history_free(FaltungHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungHistory, faltung_history_free)

/** faltung_history_append: moves the rows of @from to the end of @to. */
void faltung_history_append(FaltungHistory *to, FaltungHistory *from);

G_END_DECLS
