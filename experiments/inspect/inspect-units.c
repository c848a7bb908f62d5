/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/units.h"
#include "experiments/inspect/inspect.h"

/* --what units: how units behave over the validation data, and which of them are dead. */

static gpointer compute(FaltungInspection *inspection, GError **error) {
    g_autoptr(FaltungNetwork) network = faltung_inspection_network_for_data(inspection, error);
    if (!network)
        return NULL;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    GPtrArray *all =
        faltung_measure_units(network, inspection->data,
                              faltung_inspection_n_samples(inspection, G_MAXUINT32), &hooks, error);
    int dead = 0;
    for (guint i = 0; all && i < all->len; i++)
        if (faltung_inspection_includes(inspection, i))
            dead += ((const FaltungUnits *)all->pdata[i])->n_dead;
    if (all)
        faltung_inspection_figure(inspection, "dead", dead);
    return all;
}

static void free_units(gpointer data) {
    g_ptr_array_unref(data);
}

static FaltungTextTable *tabulate_layers(const FaltungInspection *inspection) {
    static const char *const header[] = {"layer", "units", "dead", "zeros", "low", "high", NULL};
    const GPtrArray *all = inspection->result;
    FaltungTextTable *table = faltung_text_table_new(header);
    for (guint i = 0; i < all->len; i++) {
        const FaltungUnits *units = all->pdata[i];
        float low = G_MAXFLOAT, high = -G_MAXFLOAT;
        for (int k = 0; k < units->n; k++) {
            low = MIN(low, units->units[k].low);
            high = MAX(high, units->units[k].high);
        }
        faltung_text_table_row(table);
        faltung_text_table_cell(table, faltung_inspection_layer(inspection, i)->name);
        faltung_text_table_cellf(table, "%d", units->n);
        faltung_text_table_cellf(table, "%d", units->n_dead);
        faltung_text_table_cellf(table, "%.4g", units->zeros);
        faltung_text_table_cellf(table, "%.6g", low);
        faltung_text_table_cellf(table, "%.6g", high);
    }
    return table;
}

static FaltungTextTable *tabulate_units(const FaltungUnits *units) {
    static const char *const header[] = {"unit", "mean",  "std",  "low",
                                         "high", "zeros", "dead", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    for (int k = 0; k < units->n; k++) {
        const FaltungUnit *unit = &units->units[k];
        const double figures[] = {unit->mean, unit->deviation, unit->low, unit->high, unit->zeros};
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%d", k);
        for (size_t i = 0; i < G_N_ELEMENTS(figures); i++)
            faltung_text_table_cellf(table, "%.6g", figures[i]);
        faltung_text_table_cell(table, unit->dead ? "yes" : "no");
    }
    return table;
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    const GPtrArray *all = inspection->result;
    return inspection->layer >= 0 ? tabulate_units(all->pdata[inspection->layer])
                                  : tabulate_layers(inspection);
}

#ifdef FALTUNG_HAVE_DRAW

#include "experiments/inspect/inspect-picture.h"

/* The part of each layer's units that is dead. */
static gboolean draw_view(FaltungInspection *inspection, GError **error) {
    const GPtrArray *all = inspection->result;
    g_autofree double *values = g_new(double, all->len);
    g_autofree const char **labels = g_new(const char *, all->len);
    int n = 0;
    for (guint i = 0; i < all->len; i++) {
        const FaltungUnits *units = all->pdata[i];
        if (!faltung_inspection_includes(inspection, i))
            continue;
        labels[n] = faltung_inspection_layer(inspection, i)->name;
        values[n++] = (double)units->n_dead / units->n;
    }
    FaltungPictureName name = {"dead-units"};
    return faltung_inspection_draw_bars(inspection, &name, labels, values, n, error);
}

#else
#define draw_view NULL
#endif

const FaltungView faltung_view_units = {
    .name = "units",
    .summary = "how units behave over the samples, and which are dead",
    .compute = compute,
    .free_result = free_units,
    .tabulate = tabulate,
    .draw = draw_view,
    .on_request = TRUE,
};
