/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "experiments/batches/batch.h"

struct FaltungBatch {
    char *title;  /* the experiment's name */
    char *origin; /* the path of the experiment file */
    char *folder;
    char *experiment; /* the path of its copy in the folder */
    FaltungBatchPart part;
    GPtrArray *all;  /* (element-type FaltungBatchRun) */
    GPtrArray *runs; /* (element-type FaltungBatchRun): those of the part */
    int locks[2];    /* batch-lock.c: held by this process and those it starts; -1: none */
    FaltungBatchOptions options;
    int jobs, threads;         /* as decided */
    struct FaltungJob **slots; /* jobs; NULL: free */
    gboolean stopping;
};

/* batch-lock.c */
gboolean faltung_batch_lock(FaltungBatch *batch, GError **error);
void faltung_batch_unlock(FaltungBatch *batch);

/* batch-index.c */

/* What the index on the disk says of a run. */
typedef struct {
    char *state, *figures, *error;
} FaltungBatchRow;

/** faltung_batch_read_index: Returns: (transfer full) (element-type utf8 FaltungBatchRow): by the
 *  runs' names; empty where there is none. */
GHashTable *faltung_batch_read_index(const FaltungBatch *batch);
/** faltung_batch_write_index: what others have written about their parts is kept. */
gboolean faltung_batch_write_index(FaltungBatch *batch, GError **error);

/* batch.c */
char *faltung_batch_error_path(const FaltungBatchRun *run);
