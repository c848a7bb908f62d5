/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk-words.h"
#include "core/base/error.h"
#include "core/base/tex.h"
#include "experiments/inspect/inspect.h"

#include <math.h>
#include <string.h>

/*
 * --what walk: one sample forward and back; of all layers a row a tensor, of one a row a value.
 * What the window says of each stop stands below: of the value that says most, or of --unit.
 */

static gboolean is_chosen(const FaltungInspection *inspection, FaltungStop stop) {
    return inspection->layer == FALTUNG_NO_LAYER ||
           (stop.layer == inspection->layer && stop.kind != FALTUNG_STOP_LOSS);
}

/* Reads `[3,1]` or ` 3,1`, a place in a tensor. */
static gboolean read_index(const char *text, const FaltungShape *shape, size_t *index) {
    char *rest = (char *)text + strspn(text, " [");
    *index = 0;
    for (int i = 0; i < shape->rank; i++) {
        guint64 at = g_ascii_isdigit(*rest) ? g_ascii_strtoull(rest, &rest, 10) : G_MAXUINT64;
        if (at >= (guint64)shape->dims[i])
            return FALSE;
        *index = *index * shape->dims[i] + at;
        rest += strspn(rest, ", ");
    }
    return rest[strspn(rest, "] ")] == '\0';
}

/* Reads `weight[3,1]`: a value of the tensor of that name or, on the way back, its gradient, so
   that one value can be followed from stop to stop. */
static gboolean read_place(const char *text, const GPtrArray *tensors, FaltungWalkPlace *place) {
    static const char gradient[] = "gradient of ";
    for (guint t = 0; t < tensors->len; t++) {
        const FaltungWalkTensor *tensor = tensors->pdata[t];
        gboolean named =
            g_str_has_prefix(text, gradient) || !g_str_has_prefix(tensor->name, gradient);
        const char *name = tensor->name + (named ? 0 : strlen(gradient));
        size_t length = strlen(name), index;
        if (strncmp(text, name, length) == 0 && strchr(" [", text[length]) &&
            read_index(text + length, &tensor->shape, &index)) {
            *place = (FaltungWalkPlace){t, index};
            return TRUE;
        }
    }
    return FALSE;
}

static void say_stop(FaltungInspection *inspection, const FaltungWalk *walk, FaltungStop stop,
                     FaltungWalkPlace place) {
    g_autofree char *title = faltung_stop_title(walk, stop);
    g_autofree char *remark = faltung_walk_remark(walk, stop, place);
    faltung_inspection_say(inspection, "%s: %s", title, remark);
    g_autoptr(GPtrArray) equations = faltung_walk_arithmetic(walk, stop, place);
    for (guint i = 0; i < equations->len; i++) {
        g_autofree char *text = faltung_tex_text(equations->pdata[i]);
        faltung_inspection_say(inspection, "    %s", text);
    }
}

/* What is said of all chosen stops. Errors: none of them has the value of --unit. */
static gboolean say_stops(FaltungInspection *inspection, const FaltungWalk *walk, GError **error) {
    int n;
    gboolean found = FALSE;
    const FaltungStop *stops = faltung_walk_stops(walk, &n);
    for (int i = 0; i < n; i++) {
        g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stops[i]);
        FaltungWalkPlace place = faltung_walk_place(walk, stops[i]);
        gboolean named = inspection->unit && read_place(inspection->unit, tensors, &place);
        if (!is_chosen(inspection, stops[i]) || (inspection->unit && !named))
            continue;
        found = TRUE;
        say_stop(inspection, walk, stops[i], place);
    }
    return found || faltung_fail(error, FALTUNG_ERROR_INPUT,
                                 "--unit: no stop has a value `%s`; expected is a tensor of the "
                                 "table with the place in it, as `weight[3,1]`",
                                 inspection->unit ? inspection->unit : "");
}

static gpointer compute(FaltungInspection *inspection, GError **error) {
    FaltungDataset *dataset = faltung_inspection_data(inspection, error);
    guint32 index = MAX(inspection->sample, 0);
    if (!dataset || !faltung_inspection_has_sample(inspection, index, error))
        return NULL;
    g_autoptr(FaltungNetwork) network = faltung_inspection_network(inspection, error);
    if (!network)
        return NULL;
    g_autoptr(FaltungStanding) standing =
        faltung_run_load_standing(inspection->run, inspection->moment, network, error);
    g_autoptr(FaltungWalk) walk = standing ? faltung_walk_new(inspection->experiment, network,
                                                              dataset, index, standing, error)
                                           : NULL;
    if (!walk || !say_stops(inspection, walk, error))
        return NULL;
    faltung_inspection_figure(inspection, "loss", faltung_walk_loss(walk));
    faltung_inspection_figure(inspection, "lr", faltung_walk_learning_rate(walk));
    return g_steal_pointer(&walk);
}

static void free_walk(gpointer data) {
    faltung_walk_free(data);
}

static void add_values(FaltungTextTable *table, const char *title,
                       const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *place = faltung_inspection_place(&tensor->shape, i);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, title);
        faltung_text_table_cell(table, tensor->name);
        faltung_text_table_cell(table, place);
        faltung_text_table_cellf(table, "%.9g", tensor->values[i]);
    }
}

static void add_summary(FaltungTextTable *table, const char *title,
                        const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    double sum = 0.0, squares = 0.0, minimum = INFINITY, maximum = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        sum += tensor->values[i];
        squares += tensor->values[i] * tensor->values[i];
        minimum = fmin(minimum, tensor->values[i]);
        maximum = fmax(maximum, tensor->values[i]);
    }
    g_autofree char *shape = faltung_shape_format(&tensor->shape);
    const double figures[] = {sum / n, minimum, maximum, sqrt(squares)};
    faltung_text_table_row(table);
    faltung_text_table_cell(table, title);
    faltung_text_table_cell(table, tensor->name);
    faltung_text_table_cell(table, shape);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++)
        faltung_text_table_cellf(table, "%.6g", figures[i]);
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const of_one[] = {"stop", "tensor", "place", "value", NULL};
    static const char *const of_all[] = {"stop",    "tensor",  "shape", "mean",
                                         "minimum", "maximum", "norm",  NULL};
    const FaltungWalk *walk = inspection->result;
    gboolean all = inspection->layer == FALTUNG_NO_LAYER;
    FaltungTextTable *table = faltung_text_table_new(all ? of_all : of_one);
    int n;
    const FaltungStop *stops = faltung_walk_stops(walk, &n);
    for (int i = 0; i < n; i++) {
        if (!is_chosen(inspection, stops[i]))
            continue;
        g_autofree char *title = faltung_stop_title(walk, stops[i]);
        g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stops[i]);
        for (guint k = 0; k < tensors->len; k++)
            (all ? add_summary : add_values)(table, title, tensors->pdata[k]);
    }
    return table;
}

#ifdef FALTUNG_HAVE_DRAW

#include "draw/walk-stop.h"
#include "experiments/inspect/inspect-picture.h"

#define PIXELS 2 /* a unit */

static void draw_stop(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                      gconstpointer data) {
    faltung_walk_stop_draw(cr, theme, data);
}

/* The stop as the window shows it: walk-03-conv1-forward.png. */
static gboolean write_stop(FaltungInspection *inspection, FaltungStop where, int number,
                           const FaltungWalkPlace *place, GError **error) {
    static const char *const words[] = {
        [FALTUNG_STOP_INPUT] = "input",   [FALTUNG_STOP_FORWARD] = "forward",
        [FALTUNG_STOP_LOSS] = "loss",     [FALTUNG_STOP_BACKWARD] = "backward",
        [FALTUNG_STOP_UPDATE] = "update",
    };
    g_autoptr(FaltungWalkStop) stop =
        faltung_walk_stop_new(inspection->result, where, place, inspection->dark, PIXELS);
    g_autofree char *at = g_strdup_printf("%02d", number);
    g_autofree char *what =
        where.layer == FALTUNG_INPUT
            ? g_strdup(words[where.kind])
            : g_strdup_printf("%s-%s", faltung_inspection_layer(inspection, where.layer)->name,
                              words[where.kind]);
    FaltungPictureName name = {"walk", at, what};
    double width, height;
    faltung_walk_stop_size(faltung_theme(inspection->dark), stop, &width, &height);
    return faltung_inspection_draw(inspection, &name, width, height, PIXELS, draw_stop, stop,
                                   error);
}

static gboolean draw(FaltungInspection *inspection, GError **error) {
    const FaltungWalk *walk = inspection->result;
    int n;
    const FaltungStop *stops = faltung_walk_stops(walk, &n);
    for (int i = 0; i < n; i++) {
        FaltungWalkPlace place;
        g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stops[i]);
        gboolean named = inspection->unit && read_place(inspection->unit, tensors, &place);
        if (is_chosen(inspection, stops[i]) && (named || !inspection->unit) &&
            !write_stop(inspection, stops[i], i, named ? &place : NULL, error))
            return FALSE;
    }
    return TRUE;
}

#else
#define draw NULL
#endif

const FaltungView faltung_view_walk = {
    .name = "walk",
    .summary = "one sample forward and back, operation by operation, and a step of the optimizer",
    .compute = compute,
    .free_result = free_walk,
    .tabulate = tabulate,
    .draw = draw,
    .on_request = TRUE,
};
