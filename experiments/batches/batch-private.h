/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "experiments/batches/batch.h"

struct FaltungBatch {
    char *title;  /* the experiment's name */
    char *origin; /* the path of the experiment file */
    char *folder;
    char *experiment; /* the path of its copy in the folder */
    GPtrArray *runs;  /* (element-type FaltungBatchRun) */
    int lock;         /* of the folder: held by this process and those it starts */
    FaltungBatchOptions options;
    int jobs, threads;         /* as decided */
    struct FaltungJob **slots; /* jobs; NULL: free */
    gboolean stopping;
};

/* batch.c: the folder */
gboolean faltung_batch_write_index(FaltungBatch *batch, GError **error);
char *faltung_batch_error_path(const FaltungBatchRun *run);
