/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/run.h"
#include "core/train/dataset.h"

/* Using what a run has learned. */

/**
 * faltung_run_network:
 * @moment: whose weights; -1: the final ones
 * @batch: the largest batch
 *
 * Returns: (transfer full): the run's network with its weights, for inference.
 */
FaltungNetwork *faltung_run_network(const FaltungRun *run, int moment, int batch, int threads,
                                    GError **error);

/**
 * faltung_find_layer:
 * @option: of the command line, for the error: "--layer"
 *
 * Returns: the index of the layer called @name, or -1 with an error that lists what there is.
 */
int faltung_find_layer(const FaltungGraph *graph, const char *option, const char *name,
                       GError **error);

/** faltung_run_scale: values as they were read, @n samples of @size, become what the network
 *  sees, with the constants of the run. */
void faltung_run_scale(const FaltungRun *run, float *values, size_t n, size_t size);

/**
 * faltung_run_load_data:
 * @name: (nullable): another data set of the catalogue than the run's
 *
 * Returns: (transfer full): the validation samples, scaled with the constants of the run.
 */
FaltungDataset *faltung_run_load_data(const FaltungRun *run, const char *name, GError **error);
/** faltung_run_load_test: Returns: (transfer full): the samples that were set apart for a test. */
FaltungDataset *faltung_run_load_test(const FaltungRun *run, GError **error);
