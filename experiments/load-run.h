/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/predictor.h"
#include "core/train/dataset.h"

/* The layers and the data of a run, by the names that a person gives them. */

/**
 * faltung_find_layer:
 * @option: of the command line, for the error: "--layer"
 *
 * Returns: the index of the layer called @name, or -1 with an error that lists what there is.
 */
int faltung_find_layer(const FaltungGraph *graph, const char *option, const char *name,
                       GError **error);

/**
 * faltung_run_load_data:
 * @name: (nullable): another data set of the catalogue than the run's
 *
 * Returns: (transfer full): the validation samples, scaled with the constants of the run.
 */
FaltungDataset *faltung_run_load_data(const FaltungRun *run, const char *name, GError **error);
/** faltung_run_load_test: Returns: (transfer full): the samples that were set apart for a test. */
FaltungDataset *faltung_run_load_test(const FaltungRun *run, GError **error);
