/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/figures.h"

#include <math.h>
#include <stddef.h>

static const struct {
    const char *name;
    size_t offset;
} figures[] = {
    {"loss", offsetof(FaltungMetrics, loss)},
    {"accuracy", offsetof(FaltungMetrics, accuracy)},
    {"mae", offsetof(FaltungMetrics, mae)},
    {"rmse", offsetof(FaltungMetrics, rmse)},
};

static double figure_at(const FaltungMetrics *metrics, size_t i) {
    return *(const double *)((const char *)metrics + figures[i].offset);
}

char *faltung_figures_format(const FaltungMetrics *metrics, const char *prefix, const char *between,
                             const char *equals) {
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        double value = figure_at(metrics, i);
        if (!isnan(value))
            g_string_append_printf(out, "%s%s%s%s%.6g", out->len ? between : "", prefix,
                                   figures[i].name, equals, value);
    }
    return g_string_free(out, FALSE);
}

void faltung_figures_write(const FaltungMetrics *metrics, const char *prefix, FaltungJson *json) {
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        double value = figure_at(metrics, i);
        g_autofree char *name = g_strconcat(prefix, figures[i].name, NULL);
        if (!isnan(value))
            faltung_json_number(json, name, value);
    }
}

static gboolean is_told(const FaltungReading *reading, const char *split) {
    return g_str_has_prefix(reading->name, split) && !isnan(reading->value);
}

char *faltung_readings_format(const FaltungReadings *readings, const char *split) {
    GString *out = g_string_new(NULL);
    for (int i = 0; i < readings->n; i++)
        if (is_told(&readings->all[i], split))
            g_string_append_printf(out, "%s%s=%.6g", out->len ? " " : "", readings->all[i].name,
                                   readings->all[i].value);
    return g_string_free(out, FALSE);
}

void faltung_readings_write(const FaltungReadings *readings, const char *split, FaltungJson *json) {
    for (int i = 0; i < readings->n; i++)
        if (is_told(&readings->all[i], split))
            faltung_json_number(json, readings->all[i].name, readings->all[i].value);
}
