/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/text-units.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

#include <math.h>

/* --what text: which units of a network of text follow which property of it; of one unit its output
   at every character. */

enum { MOST_SAMPLES = 500, BEST = 3 };

typedef struct {
    FaltungTextStates *states;
    int n_properties;
    double *correlations; /* (properties, units) */
    int unit;             /* the one asked for, or that with the largest correlation */
    const FaltungTextProperty *property; /* what that one follows best */
    double correlation;
} TextUnits;

static void text_units_free(gpointer data) {
    TextUnits *units = data;
    g_clear_pointer(&units->states, faltung_text_states_free);
    g_free(units->correlations);
    g_free(units);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextUnits, text_units_free)

/* The layer asked for, or the last one before the output. */
static int choose_layer(const FaltungInspection *inspection) {
    int last = inspection->experiment->graph->layers->len - 1;
    return inspection->layer == FALTUNG_NO_LAYER ? MAX(last - 1, 0) : inspection->layer;
}

static void correlate(TextUnits *units, int unit) {
    const FaltungTextProperty *properties = faltung_text_properties();
    int n = units->states->units;
    while (properties[units->n_properties].name)
        units->n_properties++;
    units->correlations = g_new(double, (gsize)units->n_properties *n);
    units->unit = MAX(unit, 0);
    units->property = properties;
    for (int p = 0; p < units->n_properties; p++) {
        double *row = units->correlations + p * n;
        faltung_text_correlate(units->states, &properties[p], row);
        for (int k = 0; k < n; k++) {
            if ((unit >= 0 && k != unit) || fabs(row[k]) <= fabs(units->correlation))
                continue;
            units->unit = k;
            units->property = &properties[p];
            units->correlation = row[k];
        }
    }
}

static gpointer compute(FaltungInspection *inspection, GError **error) {
    g_autoptr(FaltungNetwork) network = faltung_inspection_network_for_data(inspection, error);
    if (!network)
        return NULL;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    g_autoptr(TextUnits) units = g_new0(TextUnits, 1);
    units->states = faltung_text_states_new(network, inspection->data,
                                            faltung_inspection_n_samples(inspection, MOST_SAMPLES),
                                            choose_layer(inspection), &hooks, error);
    if (!units->states)
        return NULL;
    int unit = inspection->unit ? faltung_inspection_unit(inspection, units->states->units, error)
                                : FALTUNG_NO_LAYER;
    if (unit == -1)
        return NULL;
    correlate(units, unit);
    faltung_inspection_figure(inspection, "characters", units->states->n);
    faltung_inspection_figure(inspection, "unit", units->unit);
    faltung_inspection_figure(inspection, "correlation", units->correlation);
    return g_steal_pointer(&units);
}

/* The units that follow a property best, whether with it or against it. */
static void add_best(const TextUnits *units, int p, FaltungTextTable *table) {
    const double *row = units->correlations + p * units->states->units;
    g_autofree gboolean *taken = g_new0(gboolean, units->states->units);
    for (int rank = 0; rank < MIN(BEST, units->states->units); rank++) {
        int best = -1;
        for (int k = 0; k < units->states->units; k++)
            if (!taken[k] && (best < 0 || fabs(row[k]) > fabs(row[best])))
                best = k;
        taken[best] = TRUE;
        faltung_text_table_row(table);
        faltung_text_table_cell(table, faltung_text_properties()[p].name);
        faltung_text_table_cellf(table, "%d", best);
        faltung_text_table_cellf(table, "%.6g", row[best]);
        faltung_text_table_cell(table, faltung_text_properties()[p].summary);
    }
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const of_properties[] = {"property", "unit", "correlation", "what it is",
                                                NULL};
    static const char *const of_characters[] = {"place", "code", "output", NULL};
    const TextUnits *units = inspection->result;
    const FaltungTextStates *states = units->states;
    FaltungTextTable *table =
        faltung_text_table_new(inspection->unit ? of_characters : of_properties);
    for (int p = 0; !inspection->unit && p < units->n_properties; p++)
        add_best(units, p, table);
    for (gsize i = 0; inspection->unit && i < states->n; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%zu", i);
        faltung_text_table_cellf(table, "%u", states->text[i]);
        faltung_text_table_cellf(table, "%.6g", states->states[i * states->units + units->unit]);
    }
    return table;
}

#ifdef FALTUNG_HAVE_DRAW

#include "draw/colored-text.h"
#include "experiments/inspect/inspect-picture.h"

static void draw_text(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                      gconstpointer data) {
    faltung_colored_text_draw(cr, theme, data, 0, 0);
}

static gboolean draw_view(FaltungInspection *inspection, GError **error) {
    const TextUnits *units = inspection->result;
    g_autofree char *title =
        g_strdup_printf("%s: unit %d, %s (%.2f)",
                        faltung_inspection_layer(inspection, choose_layer(inspection))->name,
                        units->unit, units->property->summary, units->correlation);
    FaltungColoredText text = {
        .text = units->states->text,
        .values = units->states->states + units->unit,
        .stride = units->states->units,
        .n = MIN(units->states->n, 2000),
        .columns = 72,
        .title = title,
    };
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
    cairo_t *cr = cairo_create(surface);
    double width, height;
    faltung_colored_text_size(cr, faltung_theme(inspection->dark), &text, &width, &height);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    FaltungPictureName name = {"text"};
    return faltung_inspection_draw(inspection, &name, width, height, 2, draw_text, &text, error);
}

#else
#define draw_view NULL
#endif

const FaltungView faltung_view_text = {
    .name = "text",
    .summary = "which units follow which property of a text",
    .compute = compute,
    .free_result = text_units_free,
    .tabulate = tabulate,
    .draw = draw_view,
    .on_request = TRUE,
};
