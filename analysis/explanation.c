/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/explanation.h"

#include "analysis/explain.h"
#include "core/base/error.h"
#include "core/ops/layout.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

enum { BATCH = 32, STEPS = 64 };

void faltung_explanation_free(FaltungExplanation *explanation) {
    if (!explanation)
        return;
    g_free(explanation->values);
    g_free(explanation->map);
    g_free(explanation);
}

static int last_layer(const FaltungGraph *graph) {
    return (int)graph->layers->len - 1;
}

/* -- the pass -------------------------------------------------------------------------------- */

typedef struct {
    int layer;
    float *values;
} Output;

static void keep_output(FaltungNetwork *network, int layer, gpointer data) {
    Output *output = data;
    if (layer == output->layer)
        faltung_network_read_output(network, layer, 0, output->values);
}

/* Returns: (transfer full): what @layer makes of the sample. */
static float *output_of(FaltungNetwork *network, int layer, const float *sample) {
    const FaltungLayer *at = faltung_graph_layer(faltung_network_graph(network), layer);
    Output output = {layer, g_new(float, faltung_shape_size(&at->output_shape))};
    faltung_network_set_input(network, 1, sample);
    faltung_network_forward_visiting(network, FALSE, 0, keep_output, &output);
    return output.values;
}

static int decided_unit(FaltungNetwork *network, const float *sample) {
    const FaltungGraph *graph = faltung_network_graph(network);
    const FaltungShape *shape = faltung_graph_output(graph);
    g_autofree float *output = output_of(network, last_layer(graph), sample);
    int n = faltung_layout_columns(shape), rows = faltung_layout_rows(shape), best = 0;
    double largest = -INFINITY;
    for (int unit = 0; unit < n; unit++) {
        double sum = 0;
        for (int row = 0; row < rows; row++)
            sum += output[faltung_layout_field(shape, row, unit)];
        best = sum > largest ? unit : best;
        largest = MAX(largest, sum);
    }
    return best;
}

/* -- the four answers ------------------------------------------------------------------------ */

static gboolean occlude(FaltungSensitivity *sensitivity, const FaltungExplanationQuestion *question,
                        const FaltungAnalysisHooks *hooks, FaltungExplanation *explanation,
                        GError **error) {
    const FaltungShape *shape = faltung_sensitivity_input(sensitivity);
    int size = question->patch;
    if (shape->rank == 3) {
        if (size == 0)
            size = MAX(MIN(shape->dims[1], shape->dims[2]) / 4, 1);
        explanation->shape = FALTUNG_SHAPE(shape->dims[1], shape->dims[2]);
        explanation->of_input = FALSE;
    }
    FaltungOcclusion how = {size, MAX(size / 2, 1)};
    return faltung_occlusion(sensitivity, question->sample, question->nothing, explanation->unit,
                             &how, hooks, explanation->values, error);
}

int faltung_last_maps(const FaltungGraph *graph) {
    for (int i = last_layer(graph) - 1; i >= 0; i--) {
        const FaltungShape *shape = &faltung_graph_layer(graph, i)->output_shape;
        if (shape->rank == 3 && shape->dims[1] * shape->dims[2] > 1)
            return i;
    }
    return -1;
}

static int choose_maps(const FaltungGraph *graph, int layer, GError **error) {
    if (layer < 0)
        layer = faltung_last_maps(graph);
    if (layer >= 0 && faltung_graph_layer(graph, layer)->output_shape.rank == 3)
        return layer;
    faltung_fail(error, FALTUNG_ERROR_INPUT,
                 "gradcam needs a layer whose output are maps, and %s has none before its last; "
                 "--what saliency works for every network",
                 layer >= 0 ? faltung_graph_layer(graph, layer)->name : _("the network"));
    return -1;
}

static gboolean weigh_maps(FaltungNetwork *network, const FaltungExplanationQuestion *question,
                           FaltungExplanation *explanation, GError **error) {
    const FaltungGraph *graph = faltung_network_graph(network);
    int layer = choose_maps(graph, question->layer, error);
    g_autoptr(FaltungSensitivity) behind =
        layer < 0 ? NULL : faltung_sensitivity_new(network, layer, last_layer(graph), 1, error);
    if (!behind)
        return FALSE;
    const FaltungShape *shape = faltung_sensitivity_input(behind);
    g_autofree float *maps = output_of(network, layer, question->sample);
    explanation->layer = layer;
    explanation->shape = FALTUNG_SHAPE(shape->dims[1], shape->dims[2]);
    explanation->of_input = FALSE;
    explanation->values = g_renew(float, explanation->values, shape->dims[1] * shape->dims[2]);
    faltung_grad_cam(behind, maps, explanation->unit, explanation->values);
    return TRUE;
}

/* One value a pixel: of several channels the sum where it has a sign, else the largest size. */
static void make_map(const FaltungShape *input, FaltungExplanation *explanation) {
    if (input->rank != 3)
        return;
    int height = input->dims[1], width = input->dims[2], pixels = height * width;
    explanation->map = g_new0(float, pixels);
    if (!explanation->of_input) {
        faltung_enlarge(explanation->values, explanation->shape.dims[0], explanation->shape.dims[1],
                        height, width, explanation->map);
        return;
    }
    for (int i = 0; i < input->dims[0] * pixels; i++) {
        float *to = &explanation->map[i % pixels], value = explanation->values[i];
        *to = explanation->is_signed ? *to + value : MAX(*to, fabsf(value));
    }
}

FaltungExplanation *faltung_explain(FaltungNetwork *network, FaltungWay way,
                                    const FaltungExplanationQuestion *question,
                                    const FaltungAnalysisHooks *hooks, GError **error) {
    const FaltungGraph *graph = faltung_network_graph(network);
    g_autoptr(FaltungSensitivity) sensitivity =
        faltung_sensitivity_new(network, FALTUNG_INPUT, last_layer(graph), BATCH, error);
    if (!sensitivity)
        return NULL;
    g_autoptr(FaltungExplanation) explanation = g_new0(FaltungExplanation, 1);
    explanation->unit =
        question->unit >= 0 ? question->unit : decided_unit(network, question->sample);
    explanation->layer = -1;
    explanation->shape = graph->input;
    explanation->of_input = TRUE;
    explanation->is_signed = way == FALTUNG_BY_INTEGRATION || way == FALTUNG_BY_OCCLUSION;
    explanation->values = g_new0(float, faltung_shape_size(&explanation->shape));
    faltung_sensitivity_scores(sensitivity, 1, question->sample, explanation->unit,
                               &explanation->score);
    gboolean good = TRUE;
    switch (way) {
    case FALTUNG_BY_INTEGRATION:
        good = faltung_integrated_gradients(sensitivity, question->sample, question->nothing,
                                            explanation->unit,
                                            question->steps > 0 ? question->steps : STEPS, hooks,
                                            explanation->values, &explanation->gap, error);
        break;
    case FALTUNG_BY_GRAD_CAM:
        good = weigh_maps(network, question, explanation, error);
        break;
    case FALTUNG_BY_OCCLUSION:
        good = occlude(sensitivity, question, hooks, explanation, error);
        break;
    default:
        faltung_sensitivity_gradients(sensitivity, 1, question->sample, explanation->unit, NULL,
                                      explanation->values);
    }
    if (!good)
        return NULL;
    make_map(&graph->input, explanation);
    return g_steal_pointer(&explanation);
}

/* -- how alike two of them are ---------------------------------------------------------------- */

typedef struct {
    float value;
    size_t index;
} Place;

static int compare_places(const void *a, const void *b) {
    float x = ((const Place *)a)->value, y = ((const Place *)b)->value;
    return (x > y) - (x < y);
}

/* Returns: (transfer full): the rank of each value; of equal ones the mean of theirs. */
static double *rank(const float *values, size_t n) {
    g_autofree Place *places = g_new(Place, MAX(n, 1));
    double *ranks = g_new(double, MAX(n, 1));
    for (size_t i = 0; i < n; i++)
        places[i] = (Place){values[i], i};
    qsort(places, n, sizeof *places, compare_places);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && places[end].value == places[first].value;)
            end++;
        for (size_t i = first; i < end; i++)
            ranks[places[i].index] = (first + end - 1) / 2.0;
    }
    return ranks;
}

double faltung_rank_correlation(const float *a, const float *b, size_t n) {
    g_autofree double *ranks_a = rank(a, n), *ranks_b = rank(b, n);
    double mean = (n - 1) / 2.0, both = 0, of_a = 0, of_b = 0;
    for (size_t i = 0; i < n; i++) {
        both += (ranks_a[i] - mean) * (ranks_b[i] - mean);
        of_a += (ranks_a[i] - mean) * (ranks_a[i] - mean);
        of_b += (ranks_b[i] - mean) * (ranks_b[i] - mean);
    }
    return both / sqrt(of_a * of_b);
}
