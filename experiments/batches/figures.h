/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/trainer.h"
#include "experiments/json.h"

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
