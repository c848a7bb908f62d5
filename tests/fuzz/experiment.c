/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "tests/fuzz/fuzz.h"

/* What is read can be written with every default spelled out, and that is read again. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    g_autofree char *text = g_strndup((const char *)bytes, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment = faltung_experiment_parse(text, "fuzz", NULL, &error);
    check_outcome(experiment, error);
    if (!experiment)
        return 0;
    g_autofree char *resolved = faltung_experiment_resolve(experiment);
    g_autoptr(FaltungExperiment) again =
        faltung_experiment_parse(resolved, "resolved", NULL, &error);
    if (!again)
        g_error("the resolved experiment cannot be read: %s\n%s", error->message, resolved);
    return 0;
}
