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

char *faltung_class_name(const char *const *names, int class) {
    return names ? g_strdup(names[class]) : g_strdup_printf("%d", class);
}

static void add_score(FaltungTextTable *table, double score) {
    if (isnan(score))
        faltung_text_table_cell(table, "-");
    else
        faltung_text_table_cellf(table, "%.6g", score);
}

void faltung_class_row(FaltungTextTable *table, const char *name, const FaltungClassScore *class) {
    faltung_text_table_row(table);
    faltung_text_table_cell(table, name);
    faltung_text_table_cellf(table, "%" G_GUINT64_FORMAT, class->support);
    add_score(table, class->precision);
    add_score(table, class->recall);
    add_score(table, class->f1);
}
