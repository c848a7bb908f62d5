/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/graph/network.h"
#include "core/train/act.h"
#include "core/train/standing.h"

/**
 * FaltungRun: a run file opened for reading: one published state and the journal of a run under
 * way. Opening reads little; columns, texts and tensors are read when they are asked for, and the
 * file is open no longer than each call needs. Several threads may read one run.
 *
 * A run does not follow the file: open it again where faltung_run_changed() says so.
 */
typedef struct FaltungRun FaltungRun;

/**
 * faltung_run_open:
 *
 * Errors: there is no such file, it is not HDF5 or damaged, it is not a run file, or of a newer
 * format (%FALTUNG_ERROR_DATA).
 */
FaltungRun *faltung_run_open(const char *path, GError **error);
void faltung_run_free(FaltungRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungRun, faltung_run_free)

/** faltung_run_changed: whether there is anything newer than when it was opened: a published
 *  state, or rows in the journal. */
gboolean faltung_run_changed(const FaltungRun *run);

const char *faltung_run_path(const FaltungRun *run);
/** faltung_run_status: Returns: `running`, `finished`, `failed`, `interrupted`. A run that says
 *  running, but that no process writes any more, is interrupted. */
const char *faltung_run_status(const FaltungRun *run);
const char *faltung_run_reason(const FaltungRun *run);
/** faltung_run_attribute: Returns: (nullable) (transfer none): a root attribute as text. */
const char *faltung_run_attribute(const FaltungRun *run, const char *name);
const char *faltung_run_config(const FaltungRun *run); /* as written; "" where it is missing */
/** faltung_run_experiment: Returns: (nullable) (transfer none): the experiment as resolved, with
 *  the run file as its origin. */
const FaltungExperiment *faltung_run_experiment(const FaltungRun *run, GError **error);
/** faltung_run_acts: Returns: (array length=n) (transfer none): what was done to the network while
 *  it learned, journal included. */
const FaltungAct *faltung_run_acts(const FaltungRun *run, guint *n);
/** faltung_run_touched: Returns: how many of them were done by hand: with any, the experiment file
 *  alone does not give this run. */
guint faltung_run_touched(const FaltungRun *run);
/** faltung_run_checkpoint: where a resume goes on. Returns: %FALSE where it cannot. */
gboolean faltung_run_checkpoint(const FaltungRun *run, guint64 *step, int *epoch);

/**
 * faltung_run_column:
 * @table: "epoch" or "step"
 * @name: "val_accuracy"
 *
 * Returns: (nullable) (transfer none): the column, journal included; %NULL where there is none.
 */
const double *faltung_run_column(const FaltungRun *run, const char *table, const char *name,
                                 size_t *n);
/** faltung_run_columns: Returns: (transfer none): the columns' names, NULL-terminated. */
const char *const *faltung_run_columns(const FaltungRun *run, const char *table);
/** faltung_run_forget_columns: frees what those two have read, and what they have returned with it:
 *  a long run has many rows. They read again when they are asked again. */
void faltung_run_forget_columns(FaltungRun *run);

/* From /data: what inference needs. */
const char *faltung_run_data_name(const FaltungRun *run);
const char *faltung_run_data_checksum(const FaltungRun *run);
const char *const *faltung_run_class_names(const FaltungRun *run);   /* (nullable) */
const char *const *faltung_run_feature_names(const FaltungRun *run); /* (nullable) */
/* The characters of the text that was learned, in the order of the classes; (nullable). */
const gunichar *faltung_run_vocabulary(const FaltungRun *run, int *n);
void faltung_run_scaling(const FaltungRun *run, int *n, const float **mean, const float **scale);

/*
 * The time axis: moments at which weights, histograms, norms and the outputs of the probe samples
 * were recorded. Moment 0 has the initial weights. Where a function takes a moment, -1 is the
 * end: the final (or best, or newest) weights, the last moment of everything else.
 */
int faltung_run_n_moments(const FaltungRun *run);
/** faltung_run_moment_epoch: Returns: the epochs done at that moment (0: the initial weights). */
double faltung_run_moment_epoch(const FaltungRun *run, int moment);
guint64 faltung_run_moment_step(const FaltungRun *run, int moment);

/** faltung_run_load_weights: into @network, of the run's graph. */
gboolean faltung_run_load_weights(const FaltungRun *run, int moment, FaltungNetwork *network,
                                  GError **error);
/**
 * faltung_run_read_weights:
 * @layer: the layer's name
 * @parameter: `weight`, `bias`
 * @shape: (out) (optional)
 *
 * Returns: (transfer full): a parameter in the field's layout.
 */
float *faltung_run_read_weights(const FaltungRun *run, int moment, const char *layer,
                                const char *parameter, FaltungShape *shape, GError **error);

/**
 * faltung_run_load_standing: where the training stood at a moment. The file keeps what the
 * optimizer remembers of its last checkpoints alone.
 * @network: with the weights of the moment
 *
 * Returns: (transfer full): %NULL with an error.
 */
FaltungStanding *faltung_run_load_standing(const FaltungRun *run, int moment,
                                           FaltungNetwork *network, GError **error);

typedef struct {
    guint32 index; /* in the validation data (training data where there is none) */
    int class_;    /* -1 where the data has no classes */
} FaltungProbe;

int faltung_run_n_probes(const FaltungRun *run);
FaltungProbe faltung_run_probe(const FaltungRun *run, int probe);
/** faltung_run_read_probe: Returns: (transfer full): the sample, C x H x W: as it was read
 *  (@raw), or as the network sees it. */
float *faltung_run_read_probe(const FaltungRun *run, int probe, gboolean raw, FaltungShape *shape,
                              GError **error);
/** faltung_run_read_map: Returns: (transfer full): the output of @layer for the probe sample at
 *  that moment, C x H x W. */
float *faltung_run_read_map(const FaltungRun *run, int moment, const char *layer, int probe,
                            FaltungShape *shape, GError **error);

#define FALTUNG_HISTOGRAM_BINS 64
typedef struct {
    double minimum, maximum; /* of the values; the bins share this range evenly */
    guint32 counts[FALTUNG_HISTOGRAM_BINS];
} FaltungRunHistogram;

/** faltung_run_read_histogram: @what: "weights" or "gradients" of a parameter. */
gboolean faltung_run_read_histogram(const FaltungRun *run, const char *what, int moment,
                                    const char *layer, const char *parameter,
                                    FaltungRunHistogram *histogram, GError **error);
/**
 * faltung_run_read_norms:
 * @what: "weight_norm", "gradient_norm", or "update_ratio": the norm of the optimizer's step over
 *   that of the weights
 * @n: (out): the number of moments
 *
 * Returns: (transfer full): one value a moment, over all parameters of @layer.
 */
double *faltung_run_read_norms(const FaltungRun *run, const char *what, const char *layer, int *n,
                               GError **error);
