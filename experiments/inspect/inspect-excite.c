/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/excite.h"
#include "analysis/outputs.h"
#include "core/ops/layout.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

#include <math.h>

/* --what exciting: the samples that a layer's units answer to most; --what maximal: samples made
   for them. */

enum { MOST_UNITS = 24, SAMPLES = 8 };

/* The layer asked for, or the last. */
static int choose_layer(const FaltungInspection *inspection) {
    int last = inspection->experiment->graph->layers->len - 1;
    return inspection->layer == FALTUNG_NO_LAYER || inspection->layer == FALTUNG_INPUT
               ? last
               : inspection->layer;
}

/* The units that are shown: the one asked for, or the first ones. */
typedef struct {
    int layer;
    int first, n;
} Units;

static gboolean choose_units(FaltungInspection *inspection, Units *units, GError **error) {
    units->layer = choose_layer(inspection);
    int n =
        faltung_layout_columns(&faltung_inspection_layer(inspection, units->layer)->output_shape);
    units->first = inspection->unit ? faltung_inspection_unit(inspection, n, error) : 0;
    units->n = inspection->unit ? 1 : MIN(n, MOST_UNITS);
    return units->first >= 0;
}

/* -- exciting ------------------------------------------------------------------------------- */

typedef struct {
    Units units;
    int k;
    FaltungExcitement *lists; /* (all units, k) */
} Exciting;

static void exciting_free(gpointer data) {
    Exciting *exciting = data;
    g_free(exciting->lists);
    g_free(exciting);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exciting, exciting_free)

static gpointer find_exciting(FaltungInspection *inspection, GError **error) {
    g_autoptr(Exciting) exciting = g_new0(Exciting, 1);
    FaltungDataset *dataset = choose_units(inspection, &exciting->units, error)
                                  ? faltung_inspection_data(inspection, error)
                                  : NULL;
    g_autoptr(FaltungNetwork) network =
        dataset ? faltung_inspection_network(inspection, error) : NULL;
    if (!network)
        return NULL;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    int n_units;
    exciting->k = exciting->units.n == 1 ? 4 * SAMPLES : SAMPLES;
    exciting->lists = faltung_most_exciting(
        network, dataset, faltung_inspection_n_samples(inspection, G_MAXUINT32),
        exciting->units.layer, &exciting->k, &n_units, &hooks, error);
    return exciting->lists ? g_steal_pointer(&exciting) : NULL;
}

static char *class_of(const FaltungInspection *inspection, guint32 sample) {
    const char *const *names = faltung_dataset_class_names(inspection->data);
    int class = faltung_dataset_class(inspection->data, sample);
    if (class < 0)
        return g_strdup("-");
    return names ? g_strdup(names[class]) : g_strdup_printf("%d", class);
}

static FaltungTextTable *tabulate_exciting(FaltungInspection *inspection, GError **error) {
    static const char *const header[] = {"unit",     "rank",   "sample", "class",
                                         "position", "output", NULL};
    const Exciting *exciting = inspection->result;
    FaltungTextTable *table = faltung_text_table_new(header);
    for (int unit = exciting->units.first; unit < exciting->units.first + exciting->units.n;
         unit++) {
        for (int i = 0; i < exciting->k; i++) {
            const FaltungExcitement *one = &exciting->lists[unit * exciting->k + i];
            g_autofree char *name =
                faltung_inspection_unit_name(inspection, exciting->units.layer, unit);
            g_autofree char *class = class_of(inspection, one->sample);
            faltung_text_table_row(table);
            faltung_text_table_cell(table, name);
            faltung_text_table_cellf(table, "%d", i);
            faltung_text_table_cellf(table, "%u", one->sample);
            faltung_text_table_cell(table, class);
            faltung_text_table_cellf(table, "%d", one->position);
            faltung_text_table_cellf(table, "%.6g", one->value);
        }
    }
    return table;
}

/* -- maximal -------------------------------------------------------------------------------- */

typedef struct {
    Units units;
    size_t size;
    float *samples; /* (units, input) */
    double *scores; /* (units) */
} Maximal;

static void maximal_free(gpointer data) {
    Maximal *maximal = data;
    g_free(maximal->samples);
    g_free(maximal->scores);
    g_free(maximal);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Maximal, maximal_free)

static gboolean maximize_all(FaltungInspection *inspection, FaltungSensitivity *sensitivity,
                             Maximal *maximal, GError **error) {
    double low, high;
    g_autofree float *start = faltung_mean_sample(inspection->data, &low, &high);
    FaltungMaximization *how = faltung_options_new(&faltung_maximization_kind);
    if (inspection->steps > 0)
        how->steps = inspection->steps;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    gboolean good = TRUE;
    for (int i = 0; i < maximal->units.n && good; i++) {
        FaltungPartOfHooks part = {&hooks, (double)i / maximal->units.n,
                                   (i + 1.0) / maximal->units.n};
        FaltungAnalysisHooks told = faltung_analysis_part(&part);
        maximal->scores[i] =
            faltung_maximize(sensitivity, maximal->units.first + i, start, low, high, how, &told,
                             maximal->samples + i * maximal->size, error);
        good = !isnan(maximal->scores[i]);
    }
    faltung_options_free(&faltung_maximization_kind, how);
    return good;
}

static gpointer make_maximal(FaltungInspection *inspection, GError **error) {
    g_autoptr(Maximal) maximal = g_new0(Maximal, 1);
    if (!choose_units(inspection, &maximal->units, error) ||
        !faltung_inspection_data(inspection, error))
        return NULL;
    g_autoptr(FaltungNetwork) network = faltung_inspection_network(inspection, error);
    g_autoptr(FaltungSensitivity) sensitivity =
        network ? faltung_sensitivity_new(network, FALTUNG_INPUT, maximal->units.layer, 1, error)
                : NULL;
    if (!sensitivity)
        return NULL;
    maximal->size = faltung_shape_size(faltung_sensitivity_input(sensitivity));
    maximal->samples = g_new0(float, maximal->units.n * maximal->size);
    maximal->scores = g_new0(double, maximal->units.n);
    if (!maximize_all(inspection, sensitivity, maximal, error))
        return NULL;
    if (maximal->units.n == 1)
        faltung_inspection_figure(inspection, "score", maximal->scores[0]);
    return g_steal_pointer(&maximal);
}

/* Of one unit the values, of several their scores. */
static FaltungTextTable *tabulate_maximal(FaltungInspection *inspection, GError **error) {
    const Maximal *maximal = inspection->result;
    gboolean one = maximal->units.n == 1;
    const char *const header[] = {one ? "value" : "unit", one ? "input" : "score", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    for (size_t i = 0; one && i < maximal->size; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%zu", i);
        faltung_text_table_cellf(table, "%.6g", maximal->samples[i]);
    }
    for (int i = 0; !one && i < maximal->units.n; i++) {
        g_autofree char *name = faltung_inspection_unit_name(inspection, maximal->units.layer, i);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, name);
        faltung_text_table_cellf(table, "%.6g", maximal->scores[i]);
    }
    return table;
}

/* -- pictures ------------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_DRAW

#include "experiments/inspect/inspect-picture.h"

/* A row a unit. */
static gboolean draw_exciting(FaltungInspection *inspection, GError **error) {
    const Exciting *exciting = inspection->result;
    int layer = exciting->units.layer, n = exciting->units.n * exciting->k;
    const FaltungExcitement *shown = exciting->lists + exciting->units.first * exciting->k;
    g_autofree guint32 *samples = g_new(guint32, n);
    g_autoptr(GPtrArray) captions = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < n; i++) {
        samples[i] = shown[i].sample;
        g_autofree char *name = faltung_inspection_unit_name(
            inspection, layer, exciting->units.first + i / exciting->k);
        g_ptr_array_add(captions, g_strdup_printf("%s: %.3g", name, shown[i].value));
    }
    FaltungPictureName name = {"exciting", faltung_inspection_layer(inspection, layer)->name};
    FaltungSheetOfSamples sheet = {
        .n = n,
        .columns = MIN(exciting->k, SAMPLES),
        .samples = samples,
        .captions = (const char *const *)captions->pdata,
    };
    return faltung_inspection_draw_samples(inspection, &name, &sheet, error);
}

static gboolean draw_maximal(FaltungInspection *inspection, GError **error) {
    const Maximal *maximal = inspection->result;
    int layer = maximal->units.layer, n = maximal->units.n;
    g_autofree const float **values = g_new(const float *, n);
    g_autoptr(GPtrArray) captions = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < n; i++) {
        values[i] = maximal->samples + i * maximal->size;
        g_autofree char *name =
            faltung_inspection_unit_name(inspection, layer, maximal->units.first + i);
        g_ptr_array_add(captions, g_strdup_printf("%s: %.3g", name, maximal->scores[i]));
    }
    FaltungPictureName name = {"maximal", faltung_inspection_layer(inspection, layer)->name};
    FaltungSheetOfSamples sheet = {
        .n = n,
        .columns = 8,
        .values = values,
        .captions = (const char *const *)captions->pdata,
    };
    return faltung_inspection_draw_samples(inspection, &name, &sheet, error);
}

#else
#define draw_exciting NULL
#define draw_maximal NULL
#endif

const FaltungView faltung_view_exciting = {
    .name = "exciting",
    .summary = "the samples that units answer to most",
    .compute = find_exciting,
    .free_result = exciting_free,
    .tabulate = tabulate_exciting,
    .draw = draw_exciting,
    .on_request = TRUE,
};

const FaltungView faltung_view_maximal = {
    .name = "maximal",
    .summary = "samples made for units, by gradient ascent",
    .compute = make_maximal,
    .free_result = maximal_free,
    .tabulate = tabulate_maximal,
    .draw = draw_maximal,
    .on_request = TRUE,
};
