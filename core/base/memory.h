/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * faltung_floats_new: memory for the numbers of a network. Returns: (transfer full): @n floats, 0,
 * aligned to a cache line; to be freed with faltung_floats_free().
 *
 * Many lie in large pages where the system gives them (Linux's transparent huge pages): a pass over
 * hundreds of megabytes else waits for the addresses of 4 KB pages about as long as for what is in
 * them, above all on virtual machines, which look each of them up twice.
 */
float *faltung_floats_new(gsize n);

/** faltung_floats_free: @floats: (nullable). */
void faltung_floats_free(float *floats);
