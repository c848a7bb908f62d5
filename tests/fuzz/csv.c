/* SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    FaltungCsvOptions options = {.name = "fuzz"};
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungDataset) dataset = faltung_csv_parse("fuzz", bytes, size, &options, &error);
    check_outcome(dataset, error);
    return 0;
}
