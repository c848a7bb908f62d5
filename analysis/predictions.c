/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/predictions.h"

#include "analysis/outputs.h"
#include "analysis/pass.h"
#include "core/base/error.h"
#include "core/ops/layout.h"

#include <math.h>

FaltungPredictions *faltung_predictions_ref(FaltungPredictions *predictions) {
    g_atomic_ref_count_inc(&predictions->references);
    return predictions;
}

void faltung_predictions_unref(FaltungPredictions *predictions) {
    if (!g_atomic_ref_count_dec(&predictions->references))
        return;
    g_free(predictions->answers);
    g_free(predictions->outputs);
    g_free(predictions->targets);
    g_free(predictions->errors);
    g_free(predictions->order);
    g_free(predictions->counts);
    g_clear_pointer(&predictions->scores, faltung_scores_free);
    g_free(predictions);
}

static const FaltungLoss *kind_of(const FaltungVariant *loss) {
    return loss ? (const FaltungLoss *)loss->kind : NULL;
}

/* -- classes ------------------------------------------------------------------------------ */

/* @output: n values, whose largest is the class that is said; the first of equal ones. */
static FaltungAnswer answer_of(const float *output, int n, gint32 truth, gboolean odds,
                               double *error) {
    int said = 0;
    double other = -INFINITY, sum = 0.0;
    for (int k = 0; k < n; k++) {
        said = output[k] > output[said] ? k : said;
        other = k != truth ? MAX(other, output[k]) : other;
    }
    *error = other - output[truth];
    FaltungAnswer answer = {truth, said, output[truth], output[said]};
    if (!odds)
        return answer;
    for (int k = 0; k < n; k++)
        sum += exp((double)output[k] - output[said]);
    *error = log(sum) + output[said] - output[truth];
    answer.p_truth = (float)exp(-*error);
    answer.p_said = (float)(1.0 / sum);
    return answer;
}

/* Where the answers of the next batch go. */
typedef struct {
    FaltungPredictions *all;
    const FaltungVariant *loss;
    FaltungScoring *scoring;
    size_t row;
} Filling;

static void fill(int n, const float *output, const gint32 *classes, gpointer data) {
    Filling *filling = data;
    FaltungPredictions *all = filling->all;
    size_t rows = (size_t)n * all->positions;
    guint8 *counts = all->counts ? all->counts + filling->row : NULL;
    if (counts)
        faltung_loss_count(kind_of(filling->loss), filling->loss->options, (int)rows, all->width,
                           NULL, classes, counts);
    faltung_scoring_add_classes(filling->scoring, rows, output, classes, counts);
    for (size_t i = 0; i < rows; i++, filling->row++) {
        FaltungAnswer answer = answer_of(output + i * all->width, all->width, classes[i], all->odds,
                                         &all->errors[filling->row]);
        all->answers[filling->row] = answer;
        all->n_wrong += answer.said != answer.truth && (!counts || counts[i]);
    }
}

static gboolean ignores_a_class(const FaltungVariant *loss) {
    const FaltungLoss *kind = kind_of(loss);
    return kind && kind->ignored_class && kind->ignored_class(loss->options) >= 0;
}

static gboolean ask_classes(FaltungPredictions *all, FaltungNetwork *network,
                            const FaltungVariant *loss, const FaltungDataset *dataset,
                            const FaltungAnalysisHooks *hooks, GError **error) {
    all->answers = g_new(FaltungAnswer, MAX(all->rows, 1));
    if (ignores_a_class(loss))
        all->counts = g_new(guint8, MAX(all->rows, 1));
    Filling filling = {all, loss, faltung_scoring_new(all->type, all->width), 0};
    FaltungPass pass = {.batch = fill, .data = &filling};
    gboolean done = faltung_pass_run(&pass, network, dataset, NULL, all->samples, hooks, error);
    all->scores = faltung_scoring_end(filling.scoring);
    return done;
}

/* -- values ------------------------------------------------------------------------------- */

static void gather_targets(FaltungPredictions *all, const FaltungDataset *dataset) {
    g_autofree float *input = g_new(float, faltung_shape_size(faltung_dataset_shape(dataset)));
    all->targets = g_new(float, all->rows * all->width);
    for (guint32 i = 0; i < all->samples; i++) {
        float *target = all->targets + (size_t)i * all->width;
        gboolean itself = all->type == FALTUNG_TARGET_NONE;
        faltung_dataset_gather(dataset, &i, 1, itself ? target : input, itself ? NULL : target,
                               NULL);
    }
}

/* One sample as the loss compares it: a row a step or a pixel. */
typedef struct {
    const FaltungShape *shape;
    float *output, *target;
    guint8 *counts; /* (rows of the shape); NULL: all count */
    FaltungScoring *scoring;
} Comparison;

/* Returns: the mean squared difference of the rows that count, 0 where none does. @counted: (out):
   whether one does */
static double compare_sample(const FaltungVariant *loss, Comparison *own, const float *output,
                             const float *target, gboolean *counted) {
    int rows = faltung_layout_rows(own->shape), columns = faltung_layout_columns(own->shape);
    faltung_layout_to_inside(own->shape, output, own->output);
    faltung_layout_to_inside(own->shape, target, own->target);
    int n = rows;
    if (own->counts)
        n = faltung_loss_count(kind_of(loss), loss->options, rows, columns, own->target, NULL,
                               own->counts);
    double sum = 0.0;
    for (int i = 0; i < rows * columns; i++) {
        double difference = (double)own->output[i] - own->target[i];
        sum += own->counts && !own->counts[i / columns] ? 0.0 : difference * difference;
    }
    faltung_scoring_add_values(own->scoring, 1, rows, own->output, own->target, own->counts);
    *counted = n > 0;
    return n > 0 ? sum / ((double)n * columns) : 0.0;
}

static gboolean ask_values(FaltungPredictions *all, FaltungNetwork *network,
                           const FaltungVariant *loss, const FaltungDataset *dataset,
                           const FaltungAnalysisHooks *hooks, GError **error) {
    const FaltungGraph *graph = faltung_network_graph(network);
    int last = (int)graph->layers->len - 1;
    all->outputs = faltung_layer_outputs(network, dataset, NULL, all->samples, last, hooks, error);
    if (!all->outputs)
        return FALSE;
    gather_targets(all, dataset);
    const FaltungShape *shape = faltung_graph_output(graph);
    gboolean ignores = kind_of(loss) && faltung_loss_ignores(kind_of(loss), loss->options);
    g_autofree float *output = g_new(float, all->width), *target = g_new(float, all->width);
    g_autofree guint8 *counts = ignores ? g_new(guint8, faltung_layout_rows(shape)) : NULL;
    if (ignores)
        all->counts = g_new(guint8, MAX(all->rows, 1));
    Comparison own = {shape, output, target, counts, faltung_scoring_new(all->type, all->width)};
    for (size_t row = 0; row < all->rows; row++) {
        gboolean counted;
        all->errors[row] = compare_sample(loss, &own, all->outputs + row * all->width,
                                          all->targets + row * all->width, &counted);
        if (all->counts)
            all->counts[row] = counted;
    }
    all->scores = faltung_scoring_end(own.scoring);
    return TRUE;
}

/* -- both --------------------------------------------------------------------------------- */

static gboolean is_wrong(const FaltungPredictions *all, size_t row) {
    return all->answers && all->answers[row].said != all->answers[row].truth;
}

static int compare(gconstpointer a, gconstpointer b, gpointer data) {
    const FaltungPredictions *all = data;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    if (is_wrong(all, x) != is_wrong(all, y))
        return is_wrong(all, x) ? -1 : 1;
    if (all->errors[x] != all->errors[y])
        return all->errors[x] < all->errors[y] ? 1 : -1;
    return (x > y) - (x < y);
}

static gboolean check_output(const FaltungShape *output, const FaltungDataset *dataset,
                             GError **error) {
    FaltungTargetType type = faltung_dataset_target_type(dataset);
    size_t n = faltung_dataset_n_targets(dataset);
    if (type == FALTUNG_TARGET_NONE)
        n = faltung_shape_size(faltung_dataset_shape(dataset));
    if (type == FALTUNG_TARGET_CLASS
            ? (size_t)faltung_layout_columns(output) == n &&
                  faltung_layout_rows(output) == faltung_dataset_positions(dataset)
            : faltung_shape_size(output) == n)
        return TRUE;
    g_autofree char *shape = faltung_shape_format(output);
    return faltung_fail(error, FALTUNG_ERROR_DATA,
                        "an output of %s is no answer to what '%s' asks of its samples", shape,
                        faltung_dataset_name(dataset));
}

/* The rows that count, in the order in which they are worth a look. */
static void put_in_order(FaltungPredictions *all) {
    all->order = g_new(size_t, MAX(all->rows, 1));
    for (size_t row = 0; row < all->rows; row++)
        if (!all->counts || all->counts[row])
            all->order[all->counted++] = row;
    g_qsort_with_data(all->order, all->counted, sizeof *all->order, compare, all);
}

FaltungPredictions *faltung_predictions_new(FaltungNetwork *network, const FaltungVariant *loss,
                                            const FaltungDataset *dataset, guint32 n,
                                            const FaltungAnalysisHooks *hooks, GError **error) {
    const FaltungShape *shape = faltung_graph_output(faltung_network_graph(network));
    if (!check_output(shape, dataset, error))
        return NULL;
    g_autoptr(FaltungPredictions) all = g_new0(FaltungPredictions, 1);
    g_atomic_ref_count_init(&all->references);
    all->samples = MIN(n, faltung_dataset_size(dataset));
    all->type = faltung_dataset_target_type(dataset);
    all->positions = faltung_dataset_positions(dataset);
    all->rows = (size_t)all->samples * all->positions;
    all->width = faltung_shape_size(shape) / all->positions;
    all->odds = kind_of(loss) && kind_of(loss)->takes_odds;
    all->errors = g_new(double, MAX(all->rows, 1));
    if (!(all->type == FALTUNG_TARGET_CLASS ? ask_classes : ask_values)(all, network, loss, dataset,
                                                                        hooks, error))
        return NULL;
    put_in_order(all);
    return g_steal_pointer(&all);
}

GArray *faltung_predictions_select(const FaltungPredictions *predictions, int truth, int said) {
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autofree gboolean *chosen = g_new0(gboolean, MAX(predictions->samples, 1));
    for (size_t i = 0; i < predictions->counted; i++) {
        const FaltungAnswer *answer = &predictions->answers[predictions->order[i]];
        guint32 sample = predictions->order[i] / predictions->positions;
        if (chosen[sample] || (truth >= 0 && answer->truth != truth) ||
            (said >= 0 && answer->said != said))
            continue;
        chosen[sample] = TRUE;
        g_array_append_val(samples, sample);
    }
    return samples;
}
