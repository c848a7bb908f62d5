/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/graph/network.h"

/** faltung_check_fit: whether @dataset can be fed to the experiment's network and its output be
 *  compared by the experiment's loss. Errors: %FALTUNG_ERROR_SHAPE, %FALTUNG_ERROR_DATA where
 *  there is no sample. */
gboolean faltung_check_fit(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                           GError **error);

/** faltung_check_indices: the part of that which looks at every sample: where the network takes
 *  indices, whether all of them are some that it knows. */
gboolean faltung_check_indices(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                               GError **error);

/**
 * faltung_index_problem: whether the @n values can be the input of @graph, where that takes
 * indices.
 * Returns: (nullable) (transfer full): what is wrong and what would help, to stand behind a name of
 *   the values; %NULL: nothing
 */
char *faltung_index_problem(const FaltungGraph *graph, size_t n, const float *values);

/* Bytes that a training needs, beside its data. */
typedef struct {
    FaltungNetworkMemory network;
    size_t optimizer; /* its slots, and what early stopping keeps */
    size_t total;
} FaltungTrainingMemory;

/** faltung_training_memory: Returns: what faltung_trainer_new() would allocate for batches of
 *  @batch samples. */
FaltungTrainingMemory faltung_training_memory(const FaltungExperiment *experiment, int batch);
