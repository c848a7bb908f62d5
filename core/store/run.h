/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/graph/network.h"

/**
 * FaltungRun: a run file opened for reading: a snapshot of one published state, held open no
 * longer than each call needs. Also reads the journal of a run under way.
 */
typedef struct FaltungRun FaltungRun;

FaltungRun *faltung_run_open(const char *path, GError **error);
void faltung_run_free(FaltungRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungRun, faltung_run_free)

/** faltung_run_changed: whether a newer state has been published since it was opened. */
gboolean faltung_run_changed(const FaltungRun *run);

const char *faltung_run_path(const FaltungRun *run);
const char *faltung_run_status(const FaltungRun *run); /* running finished failed interrupted */
const char *faltung_run_reason(const FaltungRun *run);
/** faltung_run_attribute: Returns: (nullable) (transfer none): a root attribute as text. */
const char *faltung_run_attribute(const FaltungRun *run, const char *name);
/** faltung_run_experiment: Returns: (transfer none): the experiment as resolved. */
const FaltungExperiment *faltung_run_experiment(const FaltungRun *run);
const char *faltung_run_config(const FaltungRun *run); /* as written */

/**
 * faltung_run_column:
 * @table: "epoch" or "step"
 * @name: "val_accuracy"
 *
 * Returns: (nullable) (transfer none): the column, journal included; %NULL where there is none.
 */
const double *faltung_run_column(const FaltungRun *run, const char *table, const char *name,
                                 size_t *n);
const char *const *faltung_run_columns(const FaltungRun *run, const char *table);

/* The constants inference needs, from /data. */
const char *const *faltung_run_class_names(const FaltungRun *run); /* (nullable) */
void faltung_run_scaling(const FaltungRun *run, int *n, const float **mean, const float **scale);

/** faltung_run_n_moments: Returns: rows of the time axis. */
int faltung_run_n_moments(const FaltungRun *run);
/** faltung_run_moment_epoch: Returns: the epochs done at that moment (0: the initial weights). */
double faltung_run_moment_epoch(const FaltungRun *run, int moment);

/** faltung_run_load_weights: into @network, of the run's graph. @moment: -1: the final (or best,
 *  or newest) weights. */
gboolean faltung_run_load_weights(const FaltungRun *run, int moment, FaltungNetwork *network,
                                  GError **error);
