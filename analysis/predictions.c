/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/predictions.h"

#include "analysis/outputs.h"

#include <math.h>

void faltung_predictions_free(FaltungPredictions *predictions) {
    if (!predictions)
        return;
    g_free(predictions->outputs);
    g_free(predictions->probabilities);
    g_free(predictions->classes);
    g_free(predictions->said);
    g_free(predictions->targets);
    g_free(predictions->errors);
    g_free(predictions->order);
    g_clear_pointer(&predictions->scores, faltung_scores_free);
    g_free(predictions);
}

/* From the field's layout to rows of columns. */
static void lay_in_rows(FaltungPredictions *all, const FaltungShape *shape, const float *outputs) {
    size_t size = faltung_shape_size(shape);
    all->outputs = g_new(float, all->samples *size);
    for (guint32 i = 0; i < all->samples; i++)
        for (size_t k = 0; k < size; k++)
            all->outputs[i * size + faltung_layout_inside(shape, k)] = outputs[i * size + k];
}

static void gather_truth(FaltungPredictions *all, const FaltungDataset *dataset) {
    gboolean classes = all->type == FALTUNG_TARGET_CLASS;
    g_autofree float *input = g_new(float, faltung_shape_size(faltung_dataset_shape(dataset)));
    size_t rows = all->positions;
    if (classes)
        all->classes = g_new(gint32, all->rows);
    else
        all->targets = g_new(float, all->rows * all->width);
    for (guint32 i = 0; i < all->samples; i++) {
        float *target = classes ? NULL : all->targets + (size_t)i * all->width;
        float *values = all->type == FALTUNG_TARGET_NONE ? target : input;
        faltung_dataset_gather(dataset, &i, 1, values,
                               all->type == FALTUNG_TARGET_VALUES ? target : NULL,
                               classes ? all->classes + i * rows : NULL);
    }
}

/* softmax of @x. */
static void soften(int n, const float *x, float *p) {
    double sum = 0, largest = x[0];
    for (int k = 1; k < n; k++)
        largest = MAX(largest, x[k]);
    for (int k = 0; k < n; k++)
        sum += exp(x[k] - largest);
    for (int k = 0; k < n; k++)
        p[k] = exp(x[k] - largest) / sum;
}

static double margin(const FaltungPredictions *all, size_t row) {
    const float *x = all->outputs + row * all->width;
    double other = -INFINITY;
    for (int k = 0; k < all->width; k++)
        if (k != all->classes[row])
            other = MAX(other, x[k]);
    return other - x[all->classes[row]];
}

static void judge_class(FaltungPredictions *all, size_t row) {
    const float *x = all->outputs + row * all->width;
    int said = 0;
    for (int k = 1; k < all->width; k++)
        said = x[k] > x[said] ? k : said;
    all->said[row] = said;
    all->n_wrong += said != all->classes[row];
    if (!all->probabilities) {
        all->errors[row] = margin(all, row);
        return;
    }
    float *p = all->probabilities + row * all->width;
    soften(all->width, x, p);
    all->errors[row] = -log(p[all->classes[row]]);
}

static void judge_values(FaltungPredictions *all, size_t row) {
    double sum = 0;
    for (int k = 0; k < all->width; k++) {
        double difference =
            (double)all->outputs[row * all->width + k] - all->targets[row * all->width + k];
        sum += difference * difference;
    }
    all->errors[row] = sum / all->width;
}

static int compare(gconstpointer a, gconstpointer b, gpointer data) {
    const FaltungPredictions *all = data;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (all->classes) {
        gboolean right[] = {all->said[x] == all->classes[x], all->said[y] == all->classes[y]};
        if (right[0] != right[1])
            return right[0] ? 1 : -1;
    }
    if (all->errors[x] != all->errors[y])
        return all->errors[x] < all->errors[y] ? 1 : -1;
    return (x > y) - (x < y);
}

static void judge(FaltungPredictions *all, gboolean odds) {
    gboolean classes = all->classes != NULL;
    FaltungScoring *scoring = faltung_scoring_new(all->type, all->width);
    all->errors = g_new(double, all->rows);
    all->order = g_new(size_t, all->rows);
    if (classes)
        all->said = g_new(gint32, all->rows);
    if (classes && odds)
        all->probabilities = g_new(float, all->rows * all->width);
    for (size_t row = 0; row < all->rows; row++) {
        all->order[row] = row;
        if (classes)
            judge_class(all, row);
        else
            judge_values(all, row);
    }
    if (classes)
        faltung_scoring_add_classes(scoring, all->rows, all->outputs, all->classes);
    else
        faltung_scoring_add_values(scoring, all->rows, all->outputs, all->targets);
    all->scores = faltung_scoring_end(scoring);
    g_qsort_with_data(all->order, all->rows, sizeof *all->order, compare, all);
}

FaltungPredictions *faltung_predictions_new(FaltungNetwork *network, const FaltungVariant *loss,
                                            const FaltungDataset *dataset, guint32 n,
                                            const FaltungAnalysisHooks *hooks, GError **error) {
    int last = faltung_network_graph(network)->layers->len - 1;
    const FaltungShape *shape = faltung_layer_shape(network, last);
    g_autoptr(FaltungPredictions) all = g_new0(FaltungPredictions, 1);
    all->samples = MIN(n, faltung_dataset_size(dataset));
    all->type = faltung_dataset_target_type(dataset);
    all->positions = faltung_dataset_positions(dataset);
    all->rows = (size_t)all->samples * all->positions;
    all->width = faltung_shape_size(shape) / all->positions;
    g_autofree float *outputs =
        faltung_layer_outputs(network, dataset, NULL, all->samples, last, hooks, error);
    if (!outputs)
        return NULL;
    if (all->type == FALTUNG_TARGET_CLASS)
        lay_in_rows(all, shape, outputs);
    else
        all->outputs = g_steal_pointer(&outputs); /* as their targets: the field's layout */
    gather_truth(all, dataset);
    judge(all, faltung_loss_takes_odds(loss));
    return g_steal_pointer(&all);
}
