/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/run-writer.h"

/* A small real training for the tests of run files: every kind of layer, dropout, momentum and
   early stopping, over samples that are computed. */
typedef struct {
    FaltungExperiment *experiment;
    FaltungDataset *training, *validation;
    FaltungTrainer *trainer;
} Fixture;

Fixture *fixture_new(int epochs);
/** fixture_new_text: one on a text, whose recurrent layers carry their states from batch to batch.
 */
Fixture *fixture_new_text(int epochs);
void fixture_free(Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

FaltungRunWriter *fixture_create(Fixture *fixture, const char *path, GError **error);
FaltungRunWriter *fixture_resume(Fixture *fixture, const char *path, GError **error);

/* What a program does between two steps. */
typedef struct {
    guint64 checkpoint; /* commits every so many steps; 0: at the end only */
    guint64 stop;       /* returns after so many steps, without a word to the file; 0: never */
    gboolean report;    /* every step gets a row */
    void (*failed)(const char *message); /* NULL: an error ends the test */
} FixturePlan;

/* Trains to the end, or to where the plan stops. */
void fixture_train(Fixture *fixture, FaltungRunWriter *writer, const FixturePlan *plan);
/** fixture_finish: trains to the end, into a finished run file. */
void fixture_finish(Fixture *fixture, const char *path);
