/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "experiments/work.h"

/**
 * faltung_profile: runs @work three times for @seconds, times every part of its steps apart, and
 * prints the fastest of the three: a table, or JSON with the same in seconds and shares of 1.
 * @threads: to be told
 * @peak: of the machine: floating-point operations a second
 */
gboolean faltung_profile(FaltungWork *work, double seconds, int threads, double peak, gboolean json,
                         GError **error);
