/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/optimizers/optimizer-private.h"

double faltung_optimizer_rate(const void *options) {
    return ((const FaltungRateOptions *)options)->lr;
}

const FaltungTable *faltung_optimizers(void) {
    static const FaltungKind *const kinds[] = {
        &faltung_optimizer_sgd.kind,      &faltung_optimizer_adam.kind,
        &faltung_optimizer_adamw.kind,    &faltung_optimizer_nadam.kind,
        &faltung_optimizer_adagrad.kind,  &faltung_optimizer_rmsprop.kind,
        &faltung_optimizer_adadelta.kind, &faltung_optimizer_lion.kind,
        &faltung_optimizer_lbfgs.kind,    NULL,
    };
    static const FaltungTable table = {.noun = "optimizer", .kinds = kinds};
    return &table;
}
