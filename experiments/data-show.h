/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"
#include "experiments/json.h"

/* What `faltung data show` says about samples. @test: (nullable). */

/** faltung_data_show: counts, statistics of the values and a preview, for people. */
void faltung_data_show(FaltungDataset *training, FaltungDataset *test);
/** faltung_data_show_json: the same figures as members of the open object. */
void faltung_data_show_json(FaltungJson *json, FaltungDataset *training, FaltungDataset *test);
