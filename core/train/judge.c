/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/judge.h"

#include "core/ops/layout.h"

static void count(FaltungJudge *judge) {
    const FaltungHead *head = &judge->head;
    size_t n = (size_t)judge->batch * head->width;
    g_autofree float *targets = g_new(float, n);
    for (size_t i = 0; i < n; i++)
        targets[i] = judge->targets[i];
    faltung_loss_count(head->loss, head->options, judge->batch * head->rows,
                       head->width / head->rows, targets, judge->classes, judge->counts);
}

void faltung_judge_init(FaltungJudge *judge, const FaltungHead *head, int batch) {
    size_t n = (size_t)batch * head->width;
    *judge = (FaltungJudge){
        .head = *head,
        .batch = batch,
        .targets = g_new0(double, n),
        .classes = g_new0(gint32, batch * faltung_layout_rows(&head->output)),
        .counts = g_malloc(batch * head->rows),
        .output = g_new0(double, n),
        .gradient = g_new0(double, n),
        .scratch = g_new0(double, n),
    };
    count(judge);
}

void faltung_judge_clear(FaltungJudge *judge) {
    g_free(judge->targets);
    g_free(judge->classes);
    g_free(judge->counts);
    g_free(judge->output);
    g_free(judge->gradient);
    g_free(judge->scratch);
}

/* Where value @i of the outputs, in the field's layout, lies row by row. */
static size_t row_index(const FaltungJudge *judge, size_t i) {
    size_t width = judge->head.width;
    return i - i % width + faltung_layout_inside(&judge->head.output, i % width);
}

static void take_classes(FaltungJudge *judge, const FaltungDataset *dataset, const guint32 *indices,
                         gint32 *classes) {
    for (int i = 0; faltung_dataset_is_classified(dataset) && i < judge->batch; i++)
        classes[i] = faltung_dataset_class(dataset, indices[i]);
    for (int i = 0; i < judge->batch * judge->head.rows; i++)
        judge->classes[i] = classes[i];
}

/* The same of a target that is not the data set's own. */
static void take_other(FaltungJudge *judge, const FaltungDataset *dataset, int index,
                       const guint32 *indices) {
    const FaltungTarget *target = faltung_dataset_target(dataset, index);
    size_t n = (size_t)judge->batch * judge->head.width;
    g_autofree float *targets = g_new(float, n);
    gboolean needed = judge->head.loss->needs_classes;
    faltung_dataset_gather_target(dataset, index, indices, judge->batch, needed ? NULL : targets,
                                  needed ? judge->classes : NULL);
    for (size_t i = 0; !needed && i < n; i++)
        judge->targets[target->classes ? i : row_index(judge, i)] = targets[i];
}

static void take(FaltungJudge *judge, const FaltungDataset *dataset, const guint32 *indices,
                 const float *samples) {
    int index = judge->head.of_sample ? 0 : faltung_head_target(&judge->head, dataset);
    if (index > 0) {
        take_other(judge, dataset, index, indices);
        return;
    }
    FaltungTargetType type = faltung_dataset_target_type(dataset);
    size_t positions = faltung_dataset_positions(dataset);
    size_t asked = faltung_dataset_n_targets(dataset) * positions;
    size_t size = judge->batch * faltung_shape_size(faltung_dataset_shape(dataset));
    g_autofree float *inputs = g_new(float, size), *targets = g_new(float, judge->batch *asked);
    g_autofree gint32 *classes = g_new0(gint32, judge->batch * positions);
    faltung_dataset_gather(dataset, indices, judge->batch, inputs, targets, classes);
    if (judge->head.loss->needs_classes) {
        take_classes(judge, dataset, indices, classes);
        return;
    }
    gboolean of_sample = judge->head.of_sample || type == FALTUNG_TARGET_NONE;
    gboolean in_rows = type == FALTUNG_TARGET_CLASS && !of_sample;
    size_t n = (size_t)judge->batch * judge->head.width;
    for (size_t i = 0; i < n; i++)
        judge->targets[in_rows ? i : row_index(judge, i)] = of_sample ? samples[i] : targets[i];
}

void faltung_judge_take(FaltungJudge *judge, const FaltungDataset *dataset, const guint32 *indices,
                        const float *samples) {
    take(judge, dataset, indices, samples);
    count(judge);
}

double faltung_judge_compare(FaltungJudge *judge, const double *output) {
    const FaltungHead *head = &judge->head;
    size_t n = (size_t)judge->batch * head->width;
    for (size_t i = 0; i < n; i++)
        judge->output[row_index(judge, i)] = output[i];
    double loss =
        faltung_loss_reference(head->loss, head->options, judge->batch, judge->batch * head->rows,
                               head->width / head->rows, judge->output, judge->targets,
                               judge->classes, judge->counts, judge->scratch);
    for (size_t i = 0; i < n; i++)
        judge->gradient[i] = head->weight * judge->scratch[row_index(judge, i)];
    return head->weight * loss;
}
