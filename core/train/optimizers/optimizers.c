/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/optimizers/optimizer-private.h"

const FaltungTable *faltung_optimizers(void) {
    static const FaltungKind *const kinds[] = {
        &faltung_optimizer_sgd.kind,
        &faltung_optimizer_adam.kind,
        &faltung_optimizer_adagrad.kind,
        NULL,
    };
    static const FaltungTable table = {.noun = "optimizer", .kinds = kinds};
    return &table;
}
