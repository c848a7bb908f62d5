/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/** FaltungAnalysisHooks: who waits for a long analysis is told how far it is, on the thread that
 *  called it, and may stop it. Nobody: %NULL, or a NULL function. */
typedef FaltungScanHooks FaltungAnalysisHooks;

/** faltung_analysis_goes_on: @part of the work, 0 to 1, is done. Errors: %G_IO_ERROR_CANCELLED
 *  where the hook said stop. */
gboolean faltung_analysis_goes_on(const FaltungAnalysisHooks *hooks, double part, GError **error);

/** faltung_analysis_cancelled: Returns: %FALSE, with that error. */
gboolean faltung_analysis_cancelled(GError **error);

/** FaltungPartOfHooks: the hooks of work that is a part of other work, from @from to @to of it. */
typedef struct {
    const FaltungAnalysisHooks *whole;
    double from, to;
} FaltungPartOfHooks;

/** faltung_analysis_part: Returns: hooks that tell those of the whole; valid as long as @part. */
FaltungAnalysisHooks faltung_analysis_part(FaltungPartOfHooks *part);
