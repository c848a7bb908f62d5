/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/inspect/inspect.h"

#ifdef FALTUNG_HAVE_DRAW

#include "draw/activation.h"
#include "draw/chart.h"
#include "draw/output.h"
#include "experiments/inspect/inspect-picture.h"

#include <math.h>
#include <string.h>

/* DIR/maps-conv1.png; a layer's name may be any text. */
static char *picture_path(FaltungInspection *inspection, const char *kind, const char *layer,
                          const char *parameter) {
    GString *name = g_string_new(kind);
    if (layer)
        g_string_append_printf(name, "-%s", layer);
    if (parameter)
        g_string_append_printf(name, "-%s", parameter);
    g_strdelimit(name->str, "/\\: ", '_');
    g_string_append(name, inspection->extension);
    char *path = g_build_filename(inspection->folder, name->str, NULL);
    g_string_free(name, TRUE);
    return path;
}

typedef struct {
    FaltungPictureFunc draw;
    const FaltungTheme *theme;
    gconstpointer data;
} Picture;

static void draw_picture(cairo_t *cr, double width, double height, gpointer data) {
    const Picture *picture = data;
    picture->draw(cr, picture->theme, width, height, picture->data);
}

gboolean faltung_inspection_draw(FaltungInspection *inspection, const FaltungPictureName *name,
                                 double width, double height, double scale, FaltungPictureFunc draw,
                                 gconstpointer data, GError **error) {
    const FaltungTheme *theme = faltung_theme(inspection->dark);
    Picture picture = {draw, theme, data};
    g_autofree char *path = picture_path(inspection, name->kind, name->layer, name->parameter);
    if (inspection->films) {
        cairo_surface_t *surface = faltung_output_surface(width, height, scale, &theme->background,
                                                          draw_picture, &picture);
        gboolean added =
            faltung_inspection_add_picture(inspection, path, surface, &theme->background, error);
        cairo_surface_destroy(surface);
        return added;
    }
    g_ptr_array_add(inspection->written, g_strdup(path));
    return faltung_output_write(path, width, height, scale, &theme->background, draw_picture,
                                &picture, error);
}

/* -- bars ------------------------------------------------------------------------------------ */

typedef struct {
    const char *const *labels;
    const double *values;
    int n;
} Bars;

static void draw_bars(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                      gconstpointer data) {
    const Bars *bars = data;
    faltung_bars_draw(cr, theme, bars->labels, bars->values, bars->n,
                      (FaltungRect){16, 16, width - 32, height - 32});
}

gboolean faltung_inspection_draw_bars(FaltungInspection *inspection, const FaltungPictureName *name,
                                      const char *const *labels, const double *values, int n,
                                      GError **error) {
    Bars bars = {labels, values, n};
    return faltung_inspection_draw(inspection, name, 600, 32 + 26 * MAX(n, 1), 2, draw_bars, &bars,
                                   error);
}

/* -- pictures of tensors -------------------------------------------------------------------- */

typedef struct {
    const FaltungMaps *maps;
    const FaltungAtlasStyle *style;
} Atlas;

static void draw_atlas(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                       gconstpointer data) {
    const Atlas *atlas = data;
    faltung_atlas_draw(cr, theme, atlas->maps, atlas->style, 0, 0, -1);
}

gboolean faltung_inspection_draw_maps(FaltungInspection *inspection, const FaltungPictureName *name,
                                      const FaltungMaps *maps, FaltungColormap colormap,
                                      int columns, GError **error) {
    FaltungAtlasStyle style = faltung_atlas_style(maps, colormap, columns);
    FaltungAtlas size = faltung_atlas_layout(maps, &style);
    Atlas atlas = {maps, &style};
    return faltung_inspection_draw(inspection, name, size.width, size.height, 1, draw_atlas, &atlas,
                                   error);
}

/* The images that the units of a dense layer weigh: what it takes is an image laid out flat, by a
   flatten or as the network's input. Returns: whether it is so. */
static gboolean image_of_inputs(const FaltungInspection *inspection, const FaltungLayer *layer,
                                FaltungShape *image) {
    const FaltungShape *shape = &inspection->experiment->graph->input;
    int from = layer->inputs[0];
    if (from != FALTUNG_INPUT) {
        const FaltungLayer *before = faltung_inspection_layer(inspection, from);
        if (strcmp(before->operation->kind.name, "flatten") != 0)
            return FALSE;
        shape = &before->input_shapes[0];
    }
    *image = *shape;
    return shape->rank == 3;
}

static FaltungMaps maps_of_weights(const FaltungInspection *inspection, const FaltungLayer *layer,
                                   const FaltungShape *shape, const float *values, int *columns) {
    FaltungShape image;
    *columns = 0;
    if (shape->rank == 4) {
        /* a row a filter, a column a channel that it reads */
        *columns = shape->dims[1] > 1 ? shape->dims[1] : 0;
        return faltung_maps(values, shape->dims[0] * shape->dims[1], shape->dims[2],
                            shape->dims[3]);
    }
    if (shape->rank == 2 && image_of_inputs(inspection, layer, &image) && image.dims[0] <= 16) {
        *columns = image.dims[0] > 1 ? image.dims[0] : 0;
        return faltung_maps(values, shape->dims[0] * image.dims[0], image.dims[1], image.dims[2]);
    }
    if (shape->rank == 2)
        return faltung_maps(values, 1, shape->dims[0], shape->dims[1]);
    return faltung_maps(values, 1, 1, (int)faltung_shape_size(shape));
}

gboolean faltung_draw_weights(FaltungInspection *inspection, GError **error) {
    const GPtrArray *layers = inspection->experiment->graph->layers;
    for (guint i = 0; i < layers->len; i++) {
        const FaltungLayer *layer = layers->pdata[i];
        for (int j = 0; j < layer->n_parameters && faltung_inspection_includes(inspection, i);
             j++) {
            const char *name = layer->parameters[j].name;
            FaltungShape shape;
            g_autofree float *values = faltung_run_read_weights(inspection->run, inspection->moment,
                                                                layer->name, name, &shape, error);
            if (!values)
                return FALSE;
            int columns;
            FaltungMaps maps = maps_of_weights(inspection, layer, &shape, values, &columns);
            FaltungPictureName picture = {"weights", layer->name, name};
            if (!faltung_inspection_draw_maps(
                    inspection, &picture, &maps,
                    faltung_colormap_diverging(faltung_theme(inspection->dark)), columns, error))
                return FALSE;
        }
    }
    return TRUE;
}

static void draw_activation(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                            gconstpointer data) {
    faltung_activation_draw(cr, theme, data, width, height);
}

gboolean faltung_inspection_draw_output(FaltungInspection *inspection,
                                        const FaltungPictureName *name, const FaltungShape *shape,
                                        const float *values, FaltungColormap colormap,
                                        GError **error) {
    FaltungActivation activation = {*shape, values, colormap};
    double width, height, scale = faltung_activation_size(&activation, &width, &height);
    return faltung_inspection_draw(inspection, name, width, height, scale, draw_activation,
                                   &activation, error);
}

gboolean faltung_draw_maps(FaltungInspection *inspection, GError **error) {
    if (!faltung_inspection_forward(inspection, error))
        return FALSE;
    const FaltungGraph *graph = inspection->experiment->graph;
    FaltungPictureName sample = {"sample"};
    if (!faltung_inspection_draw_output(inspection, &sample, &graph->input, inspection->input,
                                        FALTUNG_COLORMAP_GREY, error))
        return FALSE;
    for (guint i = 0; i < graph->layers->len; i++) {
        if (!faltung_inspection_includes(inspection, i))
            continue;
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        g_autofree float *values = faltung_inspection_output(inspection, i);
        FaltungPictureName name = {"maps", layer->name};
        FaltungColormap colormap = faltung_colormap_for(faltung_theme(inspection->dark), values,
                                                        faltung_shape_size(&layer->output_shape));
        if (!faltung_inspection_draw_output(inspection, &name, &layer->output_shape, values,
                                            colormap, error))
            return FALSE;
    }
    return TRUE;
}

/* -- histograms ----------------------------------------------------------------------------- */

static void draw_histogram(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                           gconstpointer data) {
    FaltungRect rect = {20, 20, width - 40, height - 40};
    faltung_histogram_draw(cr, theme, data, faltung_theme_series(theme, 0), rect);
}

static gboolean write_histogram(FaltungInspection *inspection, const char *what,
                                const FaltungLayer *layer, const char *parameter, GError **error) {
    FaltungRunHistogram recorded;
    if (!faltung_run_read_histogram(inspection->run, what, inspection->moment, layer->name,
                                    parameter, &recorded, error))
        return FALSE;
    FaltungHistogram histogram = {
        .n_bins = FALTUNG_HISTOGRAM_BINS,
        .low = recorded.minimum,
        .high = recorded.maximum,
        .counts = recorded.counts,
    };
    for (int i = 0; i < FALTUNG_HISTOGRAM_BINS; i++)
        histogram.n_values += recorded.counts[i];
    g_autofree char *kind = g_strconcat("histogram-", what, NULL);
    FaltungPictureName name = {kind, layer->name, parameter};
    return faltung_inspection_draw(inspection, &name, 600, 300, 2, draw_histogram, &histogram,
                                   error);
}

gboolean faltung_draw_histograms(FaltungInspection *inspection, GError **error) {
    const GPtrArray *layers = inspection->experiment->graph->layers;
    for (guint i = 0; i < layers->len; i++) {
        const FaltungLayer *layer = layers->pdata[i];
        for (int j = 0; j < layer->n_parameters && faltung_inspection_includes(inspection, i);
             j++) {
            const FaltungParameter *parameter = &layer->parameters[j];
            if (!write_histogram(inspection, "weights", layer, parameter->name, error) ||
                (!parameter->measured && /* which has no gradient */
                 !write_histogram(inspection, "gradients", layer, parameter->name, error)))
                return FALSE;
        }
    }
    return TRUE;
}

/* -- curves --------------------------------------------------------------------------------- */

static void draw_chart(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                       gconstpointer data) {
    faltung_chart_draw(*(FaltungChart *const *)data, cr, theme, width, height);
}

static gboolean write_chart(FaltungInspection *inspection, FaltungChart *chart, const char *kind,
                            GError **error) {
    FaltungPictureName name = {kind};
    return faltung_inspection_draw(inspection, &name, 800, 480, 2, draw_chart, &chart, error);
}

/* How a figure of every layer went in time. */
static gboolean write_norms(FaltungInspection *inspection, const char *figure, const char *title,
                            const char *kind, GError **error) {
    const GPtrArray *layers = inspection->experiment->graph->layers;
    g_autoptr(FaltungChart) chart = faltung_chart_new();
    faltung_chart_set_labels(chart, title, "epoch", figure);
    faltung_chart_set_log(chart, FALSE, TRUE);
    for (guint i = 0; i < layers->len; i++) {
        const FaltungLayer *layer = layers->pdata[i];
        if (layer->n_parameters == 0 || !faltung_inspection_includes(inspection, i))
            continue;
        int n;
        g_autofree double *norms =
            faltung_run_read_norms(inspection->run, figure, layer->name, &n, error);
        if (!norms)
            return FALSE;
        g_autofree double *epochs = g_new(double, n);
        for (int k = 0; k < n; k++)
            epochs[k] = faltung_run_moment_epoch(inspection->run, k);
        faltung_chart_add_series(chart, layer->name, epochs, norms, n);
    }
    return write_chart(inspection, chart, kind, error);
}

gboolean faltung_draw_gradients(FaltungInspection *inspection, GError **error) {
    return write_norms(inspection, "gradient_norm", "Norm of the gradient", "gradients", error) &&
           write_norms(inspection, "update_ratio", "A step in relation to the weights", "updates",
                       error);
}

/* A column of a table over its epochs. Returns: whether it has any value. */
static gboolean add_column(FaltungChart *chart, const FaltungRun *run, const char *table,
                           const char *column, const char *name) {
    size_t n_epochs = 0, n = 0;
    const double *epochs = faltung_run_column(run, table, "epoch", &n_epochs);
    const double *values = faltung_run_column(run, table, column, &n);
    gboolean finite = FALSE;
    for (size_t k = 0; values && k < n; k++)
        finite |= isfinite(values[k]);
    if (finite && epochs)
        faltung_chart_add_series(chart, name, epochs, values, MIN(n, n_epochs));
    return finite && epochs;
}

static FaltungChart *new_chart(const FaltungInspection *inspection, const char *figure) {
    FaltungChart *chart = faltung_chart_new();
    faltung_chart_set_labels(chart, inspection->experiment->name, "epoch", figure);
    return chart;
}

/* One chart a figure, with what was measured on the training and on the validation samples. */
gboolean faltung_draw_curves(FaltungInspection *inspection, GError **error) {
    static const char *const figures[] = {"loss", "accuracy", "mae", "rmse"};
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        g_autoptr(FaltungChart) chart = new_chart(inspection, figures[i]);
        g_autofree char *training = g_strconcat("train_", figures[i], NULL);
        g_autofree char *validation = g_strconcat("val_", figures[i], NULL);
        gboolean any = add_column(chart, inspection->run, "epoch", training, "training");
        any |= add_column(chart, inspection->run, "epoch", validation, "validation");
        g_autofree char *kind = g_strconcat("curves-", figures[i], NULL);
        if (any && !write_chart(inspection, chart, kind, error))
            return FALSE;
    }
    return TRUE;
}

gboolean faltung_draw_steps(FaltungInspection *inspection, GError **error) {
    static const char *const figures[] = {"loss", "lr", "grad_norm", "samples_per_second"};
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        g_autoptr(FaltungChart) chart = new_chart(inspection, figures[i]);
        g_autofree char *kind = g_strconcat("steps-", figures[i], NULL);
        if (add_column(chart, inspection->run, "step", figures[i], "training") &&
            !write_chart(inspection, chart, kind, error))
            return FALSE;
    }
    return TRUE;
}

#else

/* Never called: the command refuses --png before. */
#define CANNOT(name)                                                                               \
    gboolean name(FaltungInspection *inspection, GError **error) {                                 \
        g_assert_not_reached();                                                                    \
    }
CANNOT(faltung_draw_weights)
CANNOT(faltung_draw_maps)
CANNOT(faltung_draw_gradients)
CANNOT(faltung_draw_histograms)
CANNOT(faltung_draw_curves)
CANNOT(faltung_draw_steps)

#endif
