/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/predictions.h"

#include "core/base/error.h"
#include "experiments/batches/figures.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

/* --what confusion and --what predictions: one pass over the validation samples. */

static gpointer compute(FaltungInspection *inspection, GError **error) {
    g_autoptr(FaltungNetwork) network = faltung_inspection_network_for_data(inspection, error);
    if (!network)
        return NULL;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    return faltung_predictions_new(network, &inspection->experiment->train->loss, inspection->data,
                                   faltung_inspection_n_samples(inspection, G_MAXUINT32), &hooks,
                                   error);
}

static gpointer compute_confusion(FaltungInspection *inspection, GError **error) {
    g_autoptr(FaltungPredictions) all = compute(inspection, error);
    if (all && !all->scores->confusion) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "%s predicts no classes, or too many, to count what each is taken for; "
                     "--what predictions lists where it errs most",
                     faltung_run_path(inspection->run));
        return NULL;
    }
    if (all) {
        faltung_inspection_figure(inspection, "accuracy",
                                  1.0 - (double)all->n_wrong / MAX(all->counted, 1));
        faltung_inspection_figure(inspection, "precision", all->scores->precision);
        faltung_inspection_figure(inspection, "recall", all->scores->recall);
        faltung_inspection_figure(inspection, "f1", all->scores->f1);
    }
    return g_steal_pointer(&all);
}

static void free_predictions(gpointer data) {
    faltung_predictions_unref(data);
}

static char *class_name(const FaltungInspection *inspection, int class) {
    return faltung_class_name(faltung_dataset_class_names(inspection->data), class);
}

/* -- confusion ------------------------------------------------------------------------------ */

static FaltungTextTable *tabulate_confusion(FaltungInspection *inspection, GError **error) {
    const FaltungScores *scores = ((const FaltungPredictions *)inspection->result)->scores;
    static const char *const fixed[] = {"class", "rows", "precision", "recall", "f1"};
    g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(header, g_strdup(fixed[i]));
    for (int k = 0; k < scores->n_classes; k++) {
        g_autofree char *name = class_name(inspection, k);
        g_ptr_array_add(header, g_strconcat("said ", name, NULL));
    }
    g_ptr_array_add(header, NULL);
    FaltungTextTable *table = faltung_text_table_new((const char *const *)header->pdata);
    for (int k = 0; k < scores->n_classes; k++) {
        g_autofree char *name = class_name(inspection, k);
        faltung_class_row(table, name, &scores->classes[k]);
        for (int j = 0; j < scores->n_classes; j++)
            faltung_text_table_cellf(table, "%" G_GUINT64_FORMAT,
                                     scores->confusion[k * scores->n_classes + j]);
    }
    return table;
}

/* -- predictions ---------------------------------------------------------------------------- */

static void add_class_row(FaltungInspection *inspection, FaltungTextTable *table, size_t row) {
    const FaltungPredictions *all = inspection->result;
    const FaltungAnswer *answer = &all->answers[row];
    g_autofree char *class = class_name(inspection, answer->truth);
    g_autofree char *said = class_name(inspection, answer->said);
    faltung_text_table_cell(table, class);
    faltung_text_table_cell(table, said);
    faltung_text_table_cellf(table, "%.6g", answer->p_truth);
    faltung_text_table_cellf(table, "%.6g", answer->p_said);
}

static void add_value_row(const FaltungPredictions *all, FaltungTextTable *table, size_t row) {
    for (int k = 0; k < MIN(all->width, 16); k++) {
        faltung_text_table_cellf(table, "%.6g", all->targets[row * all->width + k]);
        faltung_text_table_cellf(table, "%.6g", all->outputs[row * all->width + k]);
    }
}

static FaltungTextTable *new_table(const FaltungPredictions *all) {
    g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(header, g_strdup("sample"));
    if (all->positions > 1)
        g_ptr_array_add(header, g_strdup("position"));
    g_ptr_array_add(header, g_strdup("error"));
    static const char *const of_class[][4] = {
        {"class", "said", "output", "output of said"},
        {"class", "said", "probability", "probability of said"},
    };
    for (int i = 0; all->answers && i < 4; i++)
        g_ptr_array_add(header, g_strdup(of_class[all->odds][i]));
    for (int k = 0; !all->answers && k < MIN(all->width, 16); k++) {
        g_ptr_array_add(header, g_strdup_printf("target_%d", k));
        g_ptr_array_add(header, g_strdup_printf("output_%d", k));
    }
    g_ptr_array_add(header, NULL);
    return faltung_text_table_new((const char *const *)header->pdata);
}

static FaltungTextTable *tabulate_predictions(FaltungInspection *inspection, GError **error) {
    const FaltungPredictions *all = inspection->result;
    FaltungTextTable *table = new_table(all);
    for (size_t i = 0; i < all->counted; i++) {
        size_t row = all->order[i];
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%zu", row / all->positions);
        if (all->positions > 1)
            faltung_text_table_cellf(table, "%zu", row % all->positions);
        faltung_text_table_cellf(table, "%.6g", all->errors[row]);
        if (all->answers)
            add_class_row(inspection, table, row);
        else
            add_value_row(all, table, row);
    }
    return table;
}

static gpointer compute_predictions(FaltungInspection *inspection, GError **error) {
    FaltungPredictions *all = compute(inspection, error);
    if (all && all->answers)
        faltung_inspection_figure(inspection, "wrong", all->n_wrong);
    if (all)
        faltung_inspection_figure(inspection, "rows", all->counted);
    return all;
}

/* -- pictures ------------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_DRAW

#include "draw/chart.h"
#include "experiments/inspect/inspect-picture.h"

typedef struct {
    const char *const *names;
    const guint64 *counts;
    int n;
} Matrix;

static void draw_matrix(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                        gconstpointer data) {
    const Matrix *matrix = data;
    faltung_confusion_draw(cr, theme, matrix->names, matrix->counts, matrix->n,
                           (FaltungRect){16, 16, width - 32, height - 32});
}

static gboolean draw_confusion(FaltungInspection *inspection, GError **error) {
    const FaltungScores *scores = ((const FaltungPredictions *)inspection->result)->scores;
    int n = scores->n_classes;
    Matrix matrix = {faltung_dataset_class_names(inspection->data), scores->confusion, n};
    FaltungPictureName name = {"confusion"};
    double side = CLAMP(40 * n + 140, 300, 1200);
    return faltung_inspection_draw(inspection, &name, side, side, 2, draw_matrix, &matrix, error);
}

static char *describe_row(FaltungInspection *inspection, const FaltungPredictions *all,
                          size_t row) {
    if (!all->answers)
        return g_strdup_printf("%zu: %.3g", row, all->errors[row]);
    const FaltungAnswer *answer = &all->answers[row];
    g_autofree char *class = class_name(inspection, answer->truth);
    g_autofree char *said = class_name(inspection, answer->said);
    if (answer->said == answer->truth)
        return g_strdup_printf("%zu: %s", row, class);
    return g_strdup_printf("%zu: %s, said %s", row, class, said);
}

/* The first of the list, where the wrong ones are. */
static gboolean draw_predictions(FaltungInspection *inspection, GError **error) {
    const FaltungPredictions *all = inspection->result;
    int n = all->positions > 1 ? 0 : (int)MIN(all->counted, 40);
    g_autofree guint32 *samples = g_new(guint32, MAX(n, 1));
    g_autoptr(GPtrArray) captions = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < n; i++) {
        samples[i] = all->order[i];
        g_ptr_array_add(captions, describe_row(inspection, all, all->order[i]));
    }
    FaltungPictureName name = {"predictions"};
    FaltungSheetOfSamples sheet = {
        .n = n,
        .samples = samples,
        .captions = (const char *const *)captions->pdata,
        .n_wrong = all->answers ? (int)MIN(all->n_wrong, (size_t)n) : 0,
        .columns = 8,
    };
    return n == 0 || faltung_inspection_draw_samples(inspection, &name, &sheet, error);
}

#else
#define draw_confusion NULL
#define draw_predictions NULL
#endif

const FaltungView faltung_view_confusion = {
    .name = "confusion",
    .summary = "what each class is taken for",
    .compute = compute_confusion,
    .free_result = free_predictions,
    .tabulate = tabulate_confusion,
    .draw = draw_confusion,
    .on_request = TRUE,
};

const FaltungView faltung_view_predictions = {
    .name = "predictions",
    .summary = "what the network says of every sample, the worst errors first",
    .compute = compute_predictions,
    .free_result = free_predictions,
    .tabulate = tabulate_predictions,
    .draw = draw_predictions,
    .on_request = TRUE,
};
