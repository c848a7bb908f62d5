/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/optimizers/optimizer-private.h"

#include "core/base/tex.h"

#include <stdarg.h>
#include <string.h>

double faltung_optimizer_rate(const void *options) {
    return ((const FaltungRateOptions *)options)->lr;
}

/* Behind an operator, and below an exponent, a number with a sign stands in parentheses. */
static void write_number(GString *line, double number, gboolean raised) {
    enum { DIGITS = 4 };
    g_autoptr(GString) text = g_string_new(NULL);
    faltung_tex_number(text, DIGITS, number);
    gboolean behind = g_str_has_suffix(line->str, " ") && !g_str_has_suffix(line->str, "= ");
    gboolean wrapped =
        (text->str[0] == '-' && (behind || raised)) || (raised && strstr(text->str, "\\cdot"));
    g_string_append_printf(line, wrapped ? "(%s)" : "%s", text->str);
}

void faltung_optimizer_write(GPtrArray *written, const char *tex, ...) {
    if (!written)
        return;
    va_list numbers;
    va_start(numbers, tex);
    GString *line = g_string_new(NULL);
    for (; *tex; tex++) {
        if (*tex == '$')
            write_number(line, va_arg(numbers, double), tex[1] == '^');
        else
            g_string_append_c(line, *tex);
    }
    va_end(numbers);
    g_ptr_array_add(written, g_string_free(line, FALSE));
}

double faltung_optimizer_decay(double weight_decay, double parameter, double gradient,
                               GPtrArray *written) {
    if (weight_decay == 0.0)
        return gradient;
    double decayed = gradient + weight_decay * parameter;
    faltung_optimizer_write(written, "g = $ + $ \\cdot $ = $", gradient, weight_decay, parameter,
                            decayed);
    return decayed;
}

gboolean faltung_optimizer_uses(const FaltungOptimizer *optimizer, const void *options, int slot) {
    return slot < optimizer->n_slots &&
           (!optimizer->uses_slot || optimizer->uses_slot(options, slot));
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
