/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"
#include "experiments/json.h"
#include "experiments/table.h"

/**
 * faltung_figures_format:
 * @prefix: of the names: "val_" or ""
 *
 * Returns: (transfer full): the figures that apply: `val_loss=0.31 val_accuracy=0.92`, with the
 *   separators given.
 */
char *faltung_figures_format(const FaltungMetrics *metrics, const char *prefix, const char *between,
                             const char *equals);

/** faltung_figures_write: the same as members of the open object. */
void faltung_figures_write(const FaltungMetrics *metrics, const char *prefix, FaltungJson *json);

/** faltung_readings_format: Returns: (transfer full): those that apply and whose names begin with
 *  @split: `val_accuracy_price=0.92 ...`. */
char *faltung_readings_format(const FaltungReadings *readings, const char *split);
/** faltung_readings_write: the same as members of the open object. */
void faltung_readings_write(const FaltungReadings *readings, const char *split, FaltungJson *json);

/** faltung_class_name: Returns: (transfer full): of @names, or where there are none the number. */
char *faltung_class_name(const char *const *names, int class);

/** faltung_class_row: adds a row to @table: @name, how many samples are of the class, precision,
 *  recall and F1; `-` where they do not apply. */
void faltung_class_row(FaltungTextTable *table, const char *name, const FaltungClassScore *class);
