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

#define PIXELS 2 /* a unit: what the canvas shows from near */

/* What the cards show, taken while the sample goes through the network. */
typedef struct {
    FaltungInspection *inspection;
    FaltungSpelling spelling;
    FaltungDiagram *diagram;
    FaltungCardPictures *pictures; /* of each node */
} Live;

static void draw_live(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                      gconstpointer data) {
    const Live *live = data;
    faltung_set_color(cr, theme->canvas);
    cairo_paint(cr);
    faltung_diagram_draw_live(cr, theme, live->diagram, live->pictures);
}

static FaltungPicture *picture_of_input(const FaltungInspection *inspection) {
    const FaltungShape *shape = &inspection->experiment->graph->input;
    FaltungRange range =
        faltung_range_of(FALTUNG_COLORMAP_GREY, inspection->input, faltung_shape_size(shape));
    return faltung_picture_of_sample(shape, inspection->input, range, inspection->dark,
                                     PIXELS * FALTUNG_LIVE_WIDTH, PIXELS * FALTUNG_LIVE_HEIGHT);
}

/* A FaltungLayerVisit. */
static void take(FaltungNetwork *network, int layer, gpointer data) {
    Live *live = data;
    g_autofree float *values =
        g_new(float,
              faltung_shape_size(&faltung_inspection_layer(live->inspection, layer)->output_shape));
    faltung_network_read_output(network, layer, 0, values);
    live->pictures[layer + 1] = faltung_card_pictures_take(network, layer, values, &live->spelling,
                                                           TRUE, live->inspection->dark, PIXELS);
}

static gboolean draw(FaltungInspection *inspection, GError **error) {
    if (!faltung_inspection_forward(inspection, error))
        return FALSE;
    const FaltungGraph *graph = inspection->experiment->graph;
    int n = (int)graph->layers->len + 1;
    FaltungDiagramOptions options = faltung_diagram_live(graph, NULL);
    g_autoptr(FaltungDiagram) diagram =
        faltung_diagram_new(graph, faltung_theme(inspection->dark), &options);
    g_autofree FaltungCardPictures *pictures = g_new0(FaltungCardPictures, n);
    Live live = {inspection, {.sample = inspection->input}, diagram, pictures};
    live.spelling.vocabulary = faltung_run_vocabulary(inspection->run, &live.spelling.n);
    pictures[0].output = picture_of_input(inspection);
    faltung_network_set_input(inspection->network, 1, inspection->input);
    faltung_network_forward_visiting(inspection->network, FALSE, 0, take, &live);
    FaltungPictureName name = {"network"};
    gboolean drawn = faltung_inspection_draw(inspection, &name, diagram->width, diagram->height,
                                             PIXELS, draw_live, &live, error);
    for (int i = 0; i < n; i++)
        faltung_card_pictures_clear(&pictures[i]);
    return drawn;
}

#else
#define draw NULL
#endif

const FaltungView faltung_view_network = {
    .name = "network",
    .summary =
        "the diagram, each card with what its layer puts out for a sample, and what lies inside",
    .tabulate = tabulate,
    .draw = draw,
    .on_request = TRUE,
};
