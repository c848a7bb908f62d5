/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/act.h"
#include "core/train/trainer.h"

/*
 * The acts of a training, done and still to come, and what stays of them: layers that are frozen,
 * weights that are held at zero. All of it follows from the list of acts, so that is all that a
 * resume needs. Private to core/train.
 */
typedef struct {
    GArray *acts;     /* (element-type FaltungAct): in order */
    guint done;       /* so many of them */
    gboolean *frozen; /* (layers) */
    GArray *held;     /* (element-type size_t): places in the parameter block */
} FaltungPlay;

/** faltung_play_allows: whether the optimizer does: one that works on all weights at once has no
 *  place for some that stay. */
gboolean faltung_play_allows(const FaltungVariant *optimizer, const FaltungAct *act,
                             GError **error);
/** faltung_play_plan: Returns: (transfer full) (element-type FaltungAct): the acts of the
 * experiment file; %NULL where the optimizer does not allow them. */
GArray *faltung_play_plan(const FaltungExperiment *experiment, GError **error);

/** faltung_play_new: @acts: (transfer full) */
FaltungPlay *faltung_play_new(const FaltungGraph *graph, GArray *acts);
void faltung_play_free(FaltungPlay *play);

/** faltung_play_log: @log are the acts that the run began with: those by hand, and the first of
 *  those of the experiment file. */
void faltung_play_log(FaltungPlay *play, const FaltungAct *log, guint n);

/** faltung_play_next: Returns: (nullable) (transfer none): the next act, where it is due after
 *  @step steps. */
const FaltungAct *faltung_play_next(const FaltungPlay *play, guint64 step);

/** faltung_play_note: what stays of @act, of a network like that of the training. */
void faltung_play_note(FaltungPlay *play, const FaltungNetwork *network, const FaltungAct *act);

/** faltung_play_perform: does the next act: to the weights, and to what follows from them in
 *  @trainer (slots, running mean), which is between two steps. @again: only what stays of it is
 *  noted, for the weights have it. */
void faltung_play_perform(FaltungPlay *play, FaltungTrainer *trainer, gboolean again);

/** faltung_play_hold: makes the weights that are held at zero so, in a block like the network's
 *  parameters. */
void faltung_play_hold(const FaltungPlay *play, float *block);
