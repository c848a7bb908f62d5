/* SPDX-License-Identifier: Apache-2.0 */
#include "data/idx.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungIdx) idx = faltung_idx_parse("fuzz", bytes, size, &error);
    check_outcome(idx, error);
    return 0;
}
