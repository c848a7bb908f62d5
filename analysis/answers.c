/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/answers.h"

#include "analysis/pass.h"
#include "core/base/error.h"
#include "core/ops/layout.h"

#include <math.h>

FaltungAnswers *faltung_answers_ref(FaltungAnswers *answers) {
    g_atomic_ref_count_inc(&answers->references);
    return answers;
}

void faltung_answers_unref(FaltungAnswers *answers) {
    if (g_atomic_ref_count_dec(&answers->references)) {
        g_free(answers->answers);
        g_free(answers->confusion);
        g_free(answers);
    }
}

/* @output: n values, whose largest is the class that is said; the first of equal ones. */
static FaltungAnswer answer_of(const float *output, int n, gint32 truth, gboolean softmax) {
    int said = 0;
    for (int k = 1; k < n; k++)
        if (output[k] > output[said])
            said = k;
    FaltungAnswer answer = {truth, said, output[truth], output[said]};
    if (softmax) {
        double sum = 0;
        for (int k = 0; k < n; k++)
            sum += exp((double)output[k] - output[said]);
        answer.p_truth = (float)(exp((double)output[truth] - output[said]) / sum);
        answer.p_said = (float)(1 / sum);
    }
    return answer;
}

static gboolean has_classes(FaltungNetwork *network, FaltungDataset *dataset, GError **error) {
    const FaltungShape *output = faltung_graph_output(faltung_network_graph(network));
    if (faltung_dataset_target_type(dataset) == FALTUNG_TARGET_CLASS &&
        faltung_layout_columns(output) == faltung_dataset_n_targets(dataset) &&
        faltung_layout_rows(output) == faltung_dataset_positions(dataset))
        return TRUE;
    g_autofree char *shape = faltung_shape_format(output);
    return faltung_fail(error, FALTUNG_ERROR_DATA,
                        "the samples of '%s' have no class that an output of %s could say",
                        faltung_dataset_name(dataset), shape);
}

/* Where the answers of the next batch go. */
typedef struct {
    FaltungAnswers *answers;
    FaltungAnswer *next;
    gboolean softmax;
} Filling;

static void fill(int n, const float *output, const gint32 *classes, gpointer data) {
    Filling *filling = data;
    FaltungAnswers *answers = filling->answers;
    int n_classes = answers->n_classes;
    for (size_t row = 0; row < (size_t)n * answers->positions; row++) {
        FaltungAnswer answer =
            answer_of(output + row * n_classes, n_classes, classes[row], filling->softmax);
        answers->confusion[answer.truth * n_classes + answer.said]++;
        answers->right += answer.truth == answer.said;
        *filling->next++ = answer;
    }
}

FaltungAnswers *faltung_answers_new(FaltungNetwork *network, FaltungDataset *dataset,
                                    gboolean softmax, const FaltungScanHooks *hooks,
                                    GError **error) {
    if (!has_classes(network, dataset, error))
        return NULL;
    g_autoptr(FaltungAnswers) answers = g_new0(FaltungAnswers, 1);
    g_atomic_ref_count_init(&answers->references);
    answers->n_samples = faltung_dataset_size(dataset);
    answers->positions = faltung_dataset_positions(dataset);
    answers->n_classes = faltung_dataset_n_targets(dataset);
    answers->answers = g_new(FaltungAnswer, (size_t)answers->n_samples * answers->positions + 1);
    answers->confusion = g_new0(guint, (size_t)answers->n_classes * answers->n_classes);
    Filling filling = {answers, answers->answers, softmax};
    FaltungPass pass = {.batch = fill, .data = &filling};
    if (!faltung_pass_run(&pass, network, dataset, NULL, answers->n_samples, hooks, error))
        return NULL;
    return g_steal_pointer(&answers);
}

/* How much a sample has to be looked at: above 0 where it is wrong. */
typedef struct {
    guint32 index;
    float weight;
} Ranked;

static int by_weight(gconstpointer a, gconstpointer b) {
    const Ranked *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

GArray *faltung_answers_select(const FaltungAnswers *answers, int truth, int said) {
    g_autoptr(GArray) ranked = g_array_new(FALSE, FALSE, sizeof(Ranked));
    const FaltungAnswer *row = answers->answers;
    for (guint32 i = 0; i < answers->n_samples; i++) {
        Ranked sample = {i, -INFINITY};
        for (int p = 0; p < answers->positions; p++, row++) {
            if ((truth >= 0 && row->truth != truth) || (said >= 0 && row->said != said))
                continue;
            float weight = row->truth != row->said ? 1 + row->p_said : -row->p_said;
            sample.weight = MAX(sample.weight, weight);
        }
        if (sample.weight > -INFINITY)
            g_array_append_val(ranked, sample);
    }
    g_array_sort(ranked, by_weight);
    GArray *indices = g_array_sized_new(FALSE, FALSE, sizeof(guint32), ranked->len);
    for (guint i = 0; i < ranked->len; i++)
        g_array_append_val(indices, g_array_index(ranked, Ranked, i).index);
    return indices;
}
