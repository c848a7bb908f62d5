/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/explanation.h"
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

#include <string.h>

/* --what saliency, integrated, gradcam, occlusion: which part of a sample a decision comes from. */

static int last_layer(const FaltungInspection *inspection) {
    return inspection->experiment->graph->layers->len - 1;
}

/* -- which unit ----------------------------------------------------------------------------- */

int faltung_inspection_unit(FaltungInspection *inspection, int n_units, GError **error) {
    const char *const *names = faltung_run_class_names(inspection->run);
    gboolean named = names && (int)g_strv_length((char **)names) == n_units;
    for (int i = 0; named && i < n_units; i++)
        if (strcmp(names[i], inspection->unit) == 0)
            return i;
    guint64 number;
    if (g_ascii_string_to_unsigned(inspection->unit, 10, 0, n_units - 1, &number, NULL))
        return number;
    faltung_fail(error, FALTUNG_ERROR_INPUT,
                 "--unit: there is no unit `%s`; expected is %sa number from 0 to %d",
                 inspection->unit, named ? "the name of a class, or " : "", n_units - 1);
    return -1;
}

char *faltung_inspection_unit_name(const FaltungInspection *inspection, int layer, int unit) {
    const char *const *names = faltung_run_class_names(inspection->run);
    gboolean named =
        names && layer == last_layer(inspection) && (int)g_strv_length((char **)names) > unit;
    return named ? g_strdup(names[unit]) : g_strdup_printf("%d", unit);
}

/* -- the answers ---------------------------------------------------------------------------- */

/* What "nothing" is: values that are 0 as they were read. */
static float *nothing(const FaltungInspection *inspection) {
    size_t size = faltung_shape_size(&inspection->experiment->graph->input);
    float *values = g_new0(float, size);
    faltung_run_scale(inspection->run, values, 1, size);
    return values;
}

/* What was found, and with --randomised the same of the network that has learned nothing. */
typedef struct {
    FaltungExplanation *found;
    FaltungExplanation *random; /* (nullable) */
} Answer;

static void answer_free(gpointer data) {
    Answer *answer = data;
    faltung_explanation_free(answer->found);
    faltung_explanation_free(answer->random);
    g_free(answer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

static void add_figures(FaltungInspection *inspection, FaltungWay way, const Answer *answer) {
    const FaltungExplanation *found = answer->found;
    size_t n = faltung_shape_size(&found->shape);
    faltung_inspection_figure(inspection, "unit", found->unit);
    faltung_inspection_figure(inspection, "score", found->score);
    if (way == FALTUNG_BY_INTEGRATION) { /* complete: the sum is the difference, but for the gap */
        double sum = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += found->values[i];
        faltung_inspection_figure(inspection, "sum", sum);
        faltung_inspection_figure(inspection, "difference", sum + found->gap);
        faltung_inspection_figure(inspection, "gap", found->gap);
    }
    if (answer->random)
        faltung_inspection_figure(
            inspection, "rho", faltung_rank_correlation(found->values, answer->random->values, n));
}

static gpointer explain(FaltungInspection *inspection, FaltungWay way, GError **error) {
    if (!faltung_inspection_forward(inspection, error))
        return NULL;
    const FaltungGraph *graph = inspection->experiment->graph;
    int n_units = faltung_layout_columns(faltung_graph_output(graph));
    int unit = inspection->unit ? faltung_inspection_unit(inspection, n_units, error) : -1;
    if (inspection->unit && unit < 0)
        return NULL;
    g_autofree float *baseline = nothing(inspection);
    FaltungExplanationQuestion question = {.sample = inspection->input,
                                           .nothing = baseline,
                                           .unit = unit,
                                           .layer = inspection->layer,
                                           .steps = inspection->steps,
                                           .patch = inspection->patch};
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    g_autoptr(Answer) answer = g_new0(Answer, 1);
    answer->found = faltung_explain(inspection->network, way, &question, &hooks, error);
    if (!answer->found)
        return NULL;
    if (inspection->randomised) {
        g_autoptr(FaltungNetwork) untrained =
            faltung_network_new(graph, inspection->experiment->train->seed, 1, 0, 1);
        question.unit = answer->found->unit;
        answer->random = faltung_explain(untrained, way, &question, &hooks, error);
        if (!answer->random)
            return NULL;
    }
    add_figures(inspection, way, answer);
    return g_steal_pointer(&answer);
}

static gpointer compute_saliency(FaltungInspection *inspection, GError **error) {
    return explain(inspection, FALTUNG_BY_SALIENCY, error);
}

static gpointer compute_integrated(FaltungInspection *inspection, GError **error) {
    return explain(inspection, FALTUNG_BY_INTEGRATION, error);
}

static gpointer compute_gradcam(FaltungInspection *inspection, GError **error) {
    return explain(inspection, FALTUNG_BY_GRAD_CAM, error);
}

static gpointer compute_occlusion(FaltungInspection *inspection, GError **error) {
    return explain(inspection, FALTUNG_BY_OCCLUSION, error);
}

/* -- the table ------------------------------------------------------------------------------ */

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const axes[][3] = {
        {"value"}, {"row", "column"}, {"channel", "row", "column"}};
    const Answer *answer = inspection->result;
    const FaltungExplanation *explanation = answer->found;
    const FaltungShape *shape = &explanation->shape;
    const char *const *features = faltung_run_feature_names(inspection->run);
    const char *header[7] = {NULL};
    int n = 0;
    for (int i = 0; i < shape->rank; i++)
        header[n++] = axes[shape->rank - 1][i];
    if (explanation->of_input)
        header[n++] = "input";
    header[n++] = "attribution";
    if (answer->random)
        header[n] = "randomised";
    FaltungTextTable *table = faltung_text_table_new(header);
    size_t size = faltung_shape_size(shape);
    for (size_t i = 0; i < size; i++) {
        faltung_text_table_row(table);
        size_t rest = i, block = size;
        for (int k = 0; k < shape->rank; k++, rest %= block) {
            block /= shape->dims[k];
            if (shape->rank == 1 && features)
                faltung_text_table_cell(table, features[i]);
            else
                faltung_text_table_cellf(table, "%zu", rest / block);
        }
        if (explanation->of_input)
            faltung_text_table_cellf(table, "%.6g", inspection->input[i]);
        faltung_text_table_cellf(table, "%.6g", explanation->values[i]);
        if (answer->random)
            faltung_text_table_cellf(table, "%.6g", answer->random->values[i]);
    }
    return table;
}

/* -- pictures ------------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_DRAW

#include "experiments/inspect/inspect-picture.h"

/* Of a table: a bar a feature. */
static gboolean draw_features(FaltungInspection *inspection, const FaltungPictureName *name,
                              const FaltungExplanation *explanation, GError **error) {
    const char *const *labels = faltung_run_feature_names(inspection->run);
    int n = faltung_shape_size(&explanation->shape);
    if (!labels || explanation->shape.rank != 1 || n > 60)
        return faltung_inspection_draw_output(
            inspection, name, &explanation->shape, explanation->values,
            faltung_colormap_diverging(faltung_theme(inspection->dark)), error);
    g_autofree double *values = g_new(double, n);
    for (int i = 0; i < n; i++)
        values[i] = explanation->values[i];
    return faltung_inspection_draw_bars(inspection, name, labels, values, n, error);
}

/* An image with what was found over it, and beside that the same of the untrained network. */
static gboolean draw_explanation(FaltungInspection *inspection, const char *kind, GError **error) {
    const Answer *answer = inspection->result;
    const FaltungExplanation *found = answer->found;
    FaltungPictureName name = {kind};
    if (!found->map)
        return draw_features(inspection, &name, found, error);
    g_autofree char *unit =
        faltung_inspection_unit_name(inspection, last_layer(inspection), found->unit);
    g_autofree char *caption = g_strdup_printf("%s for %s (%.3g)", kind, unit, found->score);
    gboolean both = answer->random && answer->random->map;
    const float *values[] = {inspection->input, inspection->input, inspection->input};
    const float *over[] = {NULL, found->map, both ? answer->random->map : NULL};
    const char *captions[] = {"sample", caption, "randomised"};
    FaltungSheetOfSamples sheet = {
        .n = both ? 3 : 2,
        .columns = both ? 3 : 2,
        .values = values,
        .over = over,
        .over_colormap = found->is_signed
                             ? faltung_colormap_diverging(faltung_theme(inspection->dark))
                             : FALTUNG_COLORMAP_VIRIDIS,
        .captions = captions,
        .title = inspection->experiment->name,
        .cell = 280,
    };
    return faltung_inspection_draw_samples(inspection, &name, &sheet, error);
}

static gboolean draw_saliency(FaltungInspection *inspection, GError **error) {
    return draw_explanation(inspection, "saliency", error);
}

static gboolean draw_integrated(FaltungInspection *inspection, GError **error) {
    return draw_explanation(inspection, "integrated", error);
}

static gboolean draw_gradcam(FaltungInspection *inspection, GError **error) {
    return draw_explanation(inspection, "gradcam", error);
}

static gboolean draw_occlusion(FaltungInspection *inspection, GError **error) {
    return draw_explanation(inspection, "occlusion", error);
}

#else
#define draw_saliency NULL
#define draw_integrated NULL
#define draw_gradcam NULL
#define draw_occlusion NULL
#endif

const FaltungView faltung_view_saliency = {
    .name = "saliency",
    .summary = "the gradient of a unit's output with respect to the sample",
    .compute = compute_saliency,
    .free_result = answer_free,
    .tabulate = tabulate,
    .draw = draw_saliency,
    .on_request = TRUE,
};

const FaltungView faltung_view_integrated = {
    .name = "integrated",
    .summary = "integrated gradients: what each value adds to the output",
    .compute = compute_integrated,
    .free_result = answer_free,
    .tabulate = tabulate,
    .draw = draw_integrated,
    .on_request = TRUE,
};

const FaltungView faltung_view_gradcam = {
    .name = "gradcam",
    .summary = "Grad-CAM: where in a convolution's maps the output comes from",
    .compute = compute_gradcam,
    .free_result = answer_free,
    .tabulate = tabulate,
    .draw = draw_gradcam,
    .on_request = TRUE,
};

const FaltungView faltung_view_occlusion = {
    .name = "occlusion",
    .summary = "by how much the output falls when a patch is covered",
    .compute = compute_occlusion,
    .free_result = answer_free,
    .tabulate = tabulate,
    .draw = draw_occlusion,
    .on_request = TRUE,
};
