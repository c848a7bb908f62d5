/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/explain.h"
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "experiments/inspect.h"
#include "experiments/load-run.h"

#include <math.h>
#include <string.h>

/* --what saliency, integrated, gradcam, occlusion: which part of a sample a decision comes from. */

enum { BATCH = 32, STEPS = 64 };

typedef struct {
    int unit;
    double score;
    FaltungShape shape; /* of the values: the input's, or [height, width] */
    float *values;
    gboolean of_input; /* the values belong to those of the input, one to one */
    float *map;        /* of an image: (height, width), to lay over it; else NULL */
    gboolean is_signed;
} Explanation;

static void explanation_free(gpointer data) {
    Explanation *explanation = data;
    g_free(explanation->values);
    g_free(explanation->map);
    g_free(explanation);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Explanation, explanation_free)

static int last_layer(const FaltungInspection *inspection) {
    return inspection->experiment->graph->layers->len - 1;
}

/* -- which unit ----------------------------------------------------------------------------- */

/* The one with the largest output, or mean output over the positions. */
static int decided_unit(FaltungInspection *inspection) {
    const FaltungShape *shape =
        &faltung_inspection_layer(inspection, last_layer(inspection))->output_shape;
    g_autofree float *output = faltung_inspection_output(inspection, last_layer(inspection));
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

int faltung_inspection_unit(FaltungInspection *inspection, int n_units, GError **error) {
    const char *const *names = faltung_run_class_names(inspection->run);
    gboolean named = names && (int)g_strv_length((char **)names) == n_units;
    for (int i = 0; named && i < n_units; i++)
        if (strcmp(names[i], inspection->unit) == 0)
            return i;
    guint64 number;
    if (g_ascii_string_to_unsigned(inspection->unit, 10, 0, n_units - 1, &number, NULL))
        return number;
    g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
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

/* -- the four answers ----------------------------------------------------------------------- */

/* What "nothing" is: values that are 0 as they were read. */
static float *nothing(const FaltungInspection *inspection) {
    size_t size = faltung_shape_size(&inspection->experiment->graph->input);
    float *values = g_new0(float, size);
    faltung_run_scale(inspection->run, values, 1, size);
    return values;
}

static gboolean find_saliency(FaltungInspection *inspection, FaltungSensitivity *sensitivity,
                              Explanation *explanation, GError **error) {
    faltung_sensitivity_gradients(sensitivity, 1, inspection->input, explanation->unit, NULL,
                                  explanation->values);
    return TRUE;
}

static gboolean integrate(FaltungInspection *inspection, FaltungSensitivity *sensitivity,
                          Explanation *explanation, GError **error) {
    g_autofree float *baseline = nothing(inspection);
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    double gap;
    explanation->is_signed = TRUE;
    if (!faltung_integrated_gradients(sensitivity, inspection->input, baseline, explanation->unit,
                                      inspection->steps > 0 ? inspection->steps : STEPS, &hooks,
                                      explanation->values, &gap, error))
        return FALSE;
    faltung_inspection_figure(inspection, "gap", gap);
    return TRUE;
}

static gboolean occlude(FaltungInspection *inspection, FaltungSensitivity *sensitivity,
                        Explanation *explanation, GError **error) {
    const FaltungShape *shape = &inspection->experiment->graph->input;
    g_autofree float *cover = nothing(inspection);
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    int size = inspection->patch;
    if (size == 0 && shape->rank == 3)
        size = MAX(MIN(shape->dims[1], shape->dims[2]) / 4, 1);
    FaltungOcclusion how = {size, MAX(size / 2, 1)};
    explanation->is_signed = TRUE;
    if (shape->rank == 3) {
        explanation->shape = FALTUNG_SHAPE(shape->dims[1], shape->dims[2]);
        explanation->of_input = FALSE;
    }
    return faltung_occlusion(sensitivity, inspection->input, cover, explanation->unit, &how, &hooks,
                             explanation->values, error);
}

/* The layer asked for, or the last one that still has pixels. */
static int choose_maps(const FaltungInspection *inspection, GError **error) {
    int layer = inspection->layer;
    for (int i = last_layer(inspection) - 1; layer == FALTUNG_NO_LAYER && i >= 0; i--) {
        const FaltungShape *shape = &faltung_inspection_layer(inspection, i)->output_shape;
        if (shape->rank == 3 && shape->dims[1] * shape->dims[2] > 1)
            layer = i;
    }
    if (layer >= 0 && faltung_inspection_layer(inspection, layer)->output_shape.rank == 3)
        return layer;
    g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                "gradcam needs a layer whose output are maps, and %s has none before its last; "
                "--what saliency works for every network",
                layer >= 0 ? faltung_inspection_layer(inspection, layer)->name : "the network");
    return -1;
}

static gboolean weigh_maps(FaltungInspection *inspection, FaltungSensitivity *sensitivity,
                           Explanation *explanation, GError **error) {
    int layer = choose_maps(inspection, error);
    g_autoptr(FaltungSensitivity) behind =
        layer < 0
            ? NULL
            : faltung_sensitivity_new(inspection->network, layer, last_layer(inspection), 1, error);
    if (!behind)
        return FALSE;
    const FaltungShape *shape = faltung_sensitivity_input(behind);
    g_autofree float *maps = faltung_inspection_output(inspection, layer);
    explanation->shape = FALTUNG_SHAPE(shape->dims[1], shape->dims[2]);
    explanation->of_input = FALSE;
    explanation->values = g_renew(float, explanation->values, shape->dims[1] * shape->dims[2]);
    faltung_grad_cam(behind, maps, explanation->unit, explanation->values);
    return TRUE;
}

/* One value a pixel: of several channels the sum where it has a sign, else the largest size. */
static void make_map(FaltungInspection *inspection, Explanation *explanation) {
    const FaltungShape *input = &inspection->experiment->graph->input;
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

typedef gboolean (*Find)(FaltungInspection *inspection, FaltungSensitivity *sensitivity,
                         Explanation *explanation, GError **error);

static gpointer explain(FaltungInspection *inspection, Find find, GError **error) {
    if (!faltung_inspection_forward(inspection, error))
        return NULL;
    g_autoptr(FaltungSensitivity) sensitivity = faltung_sensitivity_new(
        inspection->network, FALTUNG_INPUT, last_layer(inspection), BATCH, error);
    if (!sensitivity)
        return NULL;
    g_autoptr(Explanation) explanation = g_new0(Explanation, 1);
    explanation->unit =
        inspection->unit
            ? faltung_inspection_unit(inspection, faltung_sensitivity_n_units(sensitivity), error)
            : decided_unit(inspection);
    if (explanation->unit < 0)
        return NULL;
    explanation->shape = inspection->experiment->graph->input;
    explanation->of_input = TRUE;
    explanation->values = g_new0(float, faltung_shape_size(&explanation->shape));
    faltung_sensitivity_scores(sensitivity, 1, inspection->input, explanation->unit,
                               &explanation->score);
    faltung_inspection_figure(inspection, "unit", explanation->unit);
    faltung_inspection_figure(inspection, "score", explanation->score);
    if (!find(inspection, sensitivity, explanation, error))
        return NULL;
    make_map(inspection, explanation);
    return g_steal_pointer(&explanation);
}

static gpointer compute_saliency(FaltungInspection *inspection, GError **error) {
    return explain(inspection, find_saliency, error);
}

static gpointer compute_integrated(FaltungInspection *inspection, GError **error) {
    return explain(inspection, integrate, error);
}

static gpointer compute_gradcam(FaltungInspection *inspection, GError **error) {
    return explain(inspection, weigh_maps, error);
}

static gpointer compute_occlusion(FaltungInspection *inspection, GError **error) {
    return explain(inspection, occlude, error);
}

/* -- the table ------------------------------------------------------------------------------ */

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const axes[][3] = {
        {"value"}, {"row", "column"}, {"channel", "row", "column"}};
    const Explanation *explanation = inspection->result;
    const FaltungShape *shape = &explanation->shape;
    const char *const *features = faltung_run_feature_names(inspection->run);
    const char *header[6] = {NULL};
    int n = 0;
    for (int i = 0; i < shape->rank; i++)
        header[n++] = axes[shape->rank - 1][i];
    if (explanation->of_input)
        header[n++] = "input";
    header[n] = "attribution";
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
    }
    return table;
}

/* -- pictures ------------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_DRAW

#include "experiments/inspect-picture.h"

/* Of a table: a bar a feature. */
static gboolean draw_features(FaltungInspection *inspection, const FaltungPictureName *name,
                              const Explanation *explanation, GError **error) {
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

static gboolean draw_explanation(FaltungInspection *inspection, const char *kind, GError **error) {
    const Explanation *explanation = inspection->result;
    FaltungPictureName name = {kind};
    if (!explanation->map)
        return draw_features(inspection, &name, explanation, error);
    g_autofree char *unit =
        faltung_inspection_unit_name(inspection, last_layer(inspection), explanation->unit);
    g_autofree char *caption = g_strdup_printf("%s for %s (%.3g)", kind, unit, explanation->score);
    const float *values[] = {inspection->input, inspection->input};
    const float *over[] = {NULL, explanation->map};
    const char *captions[] = {"sample", caption};
    FaltungSheetOfSamples sheet = {
        .n = 2,
        .columns = 2,
        .values = values,
        .over = over,
        .over_colormap = explanation->is_signed
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
    .free_result = explanation_free,
    .tabulate = tabulate,
    .draw = draw_saliency,
    .on_request = TRUE,
};

const FaltungView faltung_view_integrated = {
    .name = "integrated",
    .summary = "integrated gradients: what each value adds to the output",
    .compute = compute_integrated,
    .free_result = explanation_free,
    .tabulate = tabulate,
    .draw = draw_integrated,
    .on_request = TRUE,
};

const FaltungView faltung_view_gradcam = {
    .name = "gradcam",
    .summary = "Grad-CAM: where in a convolution's maps the output comes from",
    .compute = compute_gradcam,
    .free_result = explanation_free,
    .tabulate = tabulate,
    .draw = draw_gradcam,
    .on_request = TRUE,
};

const FaltungView faltung_view_occlusion = {
    .name = "occlusion",
    .summary = "by how much the output falls when a patch is covered",
    .compute = compute_occlusion,
    .free_result = explanation_free,
    .tabulate = tabulate,
    .draw = draw_occlusion,
    .on_request = TRUE,
};
