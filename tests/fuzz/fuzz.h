/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls with every input. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A reader gives a result or says why not, never both or neither. */
static inline void check_outcome(const void *result, const GError *error) {
    g_assert_true((result != NULL) != (error != NULL));
    g_assert_true(!error || *error->message);
}
