/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/hdf.h"
#include "core/store/layout.h"
#include "core/store/run.h"

#include <sys/types.h>

/* One figure of a file that tells whether it is still the same. */
typedef struct {
    dev_t device;
    ino_t inode;
    off_t size;
    gint64 seconds, nanoseconds;
} FaltungRunIdentity;

typedef struct {
    gboolean loaded;
    size_t n;
    char **names;
    double **columns;
} FaltungRunTable;

/* Read when it is asked for, and kept. */
typedef struct {
    GMutex mutex;
    FaltungRunTable tables[FALTUNG_N_TABLES];
    char *config;
    gboolean experiment_read;
    FaltungExperiment *experiment;
    GError *experiment_error;
    gboolean data_read;
    char **class_names, **feature_names;
    gunichar *vocabulary; /* (n_vocabulary) or NULL */
    int n_vocabulary;
    int n_scaling;
    float *mean, *scale;
    GArray *acts; /* (element-type FaltungAct) */
    gboolean axis_read;
    int n_moments, n_probes;
    guint64 *steps;
    double *epochs;
    FaltungProbe *probes;
} FaltungRunLazy;

struct FaltungRun {
    char *path;
    FaltungRunIdentity file, journal;
    char *status, *reason;
    GHashTable *attributes; /* of the root; and of /data, as data/NAME */
    gboolean can_resume;
    guint64 checkpoint_step;
    int checkpoint_epoch;
    FaltungRunLazy *lazy;
};

/** faltung_run_file: opens the file for one call, which holds FALTUNG_HDF_SECTION. */
FaltungHdf faltung_run_file(const FaltungRun *run, GError **error);
/** faltung_run_failed: puts the file's path before the error. Returns: %NULL. */
void *faltung_run_failed(const FaltungRun *run, GError **error, GError *cause);
void faltung_run_tables_clear(FaltungRunLazy *lazy);
void faltung_run_axis_clear(FaltungRunLazy *lazy);
