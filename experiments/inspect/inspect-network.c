/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/inspect/inspect.h"

/* --what network: the diagram, each card with what its layer puts out for a sample. */

static const char *name_of(const FaltungInspection *inspection, int layer) {
    return layer == FALTUNG_INPUT ? "input" : faltung_inspection_layer(inspection, layer)->name;
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const header[] = {"layer",  "operation",  "inputs", "output",
                                         "values", "parameters", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    int n = inspection->experiment->graph->layers->len;
    for (int i = 0; i < n; i++) {
        const FaltungLayer *layer = faltung_inspection_layer(inspection, i);
        g_autoptr(GString) inputs = g_string_new(NULL);
        for (int k = 0; k < layer->n_inputs; k++)
            g_string_append_printf(inputs, "%s%s", k > 0 ? " " : "",
                                   name_of(inspection, layer->inputs[k]));
        g_autofree char *shape = faltung_shape_format(&layer->output_shape);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, layer->name);
        faltung_text_table_cell(table, layer->operation->kind.name);
        faltung_text_table_cell(table, inputs->str);
        faltung_text_table_cell(table, shape);
        faltung_text_table_cellf(table, "%zu", faltung_shape_size(&layer->output_shape));
        faltung_text_table_cellf(table, "%zu", faltung_layer_n_parameters(layer));
    }
    return table;
}

#ifdef FALTUNG_HAVE_DRAW

#include "draw/diagram-live.h"
#include "experiments/inspect/inspect-picture.h"

#define PIXELS 2 /* a unit: what the canvas shows at twice its size, with the filters */

typedef struct {
    FaltungDiagram *diagram;
    FaltungPicture **pictures;
} Live;

static void draw_live(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                      gconstpointer data) {
    const Live *live = data;
    faltung_set_color(cr, theme->canvas);
    cairo_paint(cr);
    faltung_diagram_draw_live(cr, theme, live->diagram, live->pictures);
}

static FaltungPicture *picture_of(FaltungInspection *inspection, int layer) {
    const FaltungGraph *graph = inspection->experiment->graph;
    int width = PIXELS * FALTUNG_LIVE_WIDTH, height = PIXELS * FALTUNG_LIVE_HEIGHT;
    if (layer == FALTUNG_INPUT) {
        FaltungRange range = faltung_range_of(FALTUNG_COLORMAP_GREY, inspection->input,
                                              faltung_shape_size(&graph->input));
        return faltung_picture_of_sample(&graph->input, inspection->input, range, inspection->dark,
                                         width, height);
    }
    if (faltung_layer_has_filters(faltung_graph_layer(graph, layer)))
        width = PIXELS * FALTUNG_LIVE_MAPS_WIDTH;
    g_autofree float *values = faltung_inspection_output(inspection, layer);
    return faltung_picture_of_output(inspection->network, layer, values, TRUE, inspection->dark,
                                     width, height);
}

static gboolean draw(FaltungInspection *inspection, GError **error) {
    if (!faltung_inspection_forward(inspection, error))
        return FALSE;
    const FaltungGraph *graph = inspection->experiment->graph;
    FaltungDiagramOptions options = faltung_diagram_live(graph, NULL);
    g_autoptr(FaltungDiagram) diagram =
        faltung_diagram_new(graph, faltung_theme(inspection->dark), &options);
    g_autoptr(GPtrArray) pictures =
        g_ptr_array_new_with_free_func((GDestroyNotify)faltung_picture_unref);
    for (int i = FALTUNG_INPUT; i < (int)graph->layers->len; i++)
        g_ptr_array_add(pictures, picture_of(inspection, i));
    Live live = {diagram, (FaltungPicture **)pictures->pdata};
    FaltungPictureName name = {"network"};
    return faltung_inspection_draw(inspection, &name, diagram->width, diagram->height, PIXELS,
                                   draw_live, &live, error);
}

#else
#define draw NULL
#endif

const FaltungView faltung_view_network = {
    .name = "network",
    .summary = "the diagram, each card with what its layer puts out for a sample",
    .tabulate = tabulate,
    .draw = draw,
    .on_request = TRUE,
};
