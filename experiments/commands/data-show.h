/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/train/dataset.h"
#include "experiments/json.h"

/** faltung_screen_width: Returns: columns of the terminal, 79 where there is none. */
int faltung_screen_width(void);

/** faltung_data_show_augmented: the first training samples of an experiment, as they are and as its
 *  `augment:` makes them in the first epochs; of several inputs the first that is a picture.
 *  @path: (nullable): a picture that is written; %NULL: characters on the terminal */
gboolean faltung_data_show_augmented(const FaltungExperiment *experiment, const char *path,
                                     GError **error);

/* What `faltung data show` says about samples. @test: (nullable). */

/** faltung_data_show: counts, statistics of the values and a preview, for people. */
void faltung_data_show(FaltungDataset *training, FaltungDataset *test);
/** faltung_data_show_json: the same figures as members of the open object. */
void faltung_data_show_json(FaltungJson *json, FaltungDataset *training, FaltungDataset *test);
