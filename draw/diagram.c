/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/copies.h"
#include "core/ops/input.h"
#include "draw/diagram-private.h"
#include "draw/text.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* How an option reads on a card: "filters 16", "kernel 3 × 5", "no bias". */
static char *option_text(const FaltungOptionSpec *spec, const void *options) {
    g_autofree char *value = faltung_option_format(spec, options);
    if (spec->type == FALTUNG_SWITCH)
        return g_str_equal(value, "true") ? g_strdup(spec->name)
                                          : g_strdup_printf(_("no %s"), spec->name);
    if (value[0] == '[') {
        value[strlen(value) - 1] = '\0';
        g_auto(GStrv) sides = g_strsplit(value + 1, ", ", -1);
        g_autofree char *sizes = g_strjoinv(" × ", sides);
        return g_strdup_printf("%s %s", spec->name, sizes);
    }
    return g_strdup_printf("%s %s", spec->name, value);
}

char *faltung_layer_details(const FaltungLayer *layer) {
    if (layer->bypassed)
        return g_strdup(_("bypassed"));
    const FaltungOptionSpec *specs = layer->operation->kind.options;
    GString *text = g_string_new(NULL);
    int n = 0;
    /* what must be given matters most, then what was changed, then the first of the defaults */
    for (int pass = 0; pass < 3; pass++) {
        for (const FaltungOptionSpec *spec = specs; spec && spec->name && n < 2; spec++) {
            gboolean given = spec->fallback == NULL;
            gboolean changed = !given && !faltung_option_is_default(spec, layer->options);
            gboolean first = spec == specs && !given && !changed && n == 0;
            if (spec->type == FALTUNG_VARIANT || !(pass == 0 ? given : pass == 1 ? changed : first))
                continue;
            g_autofree char *option = option_text(spec, layer->options);
            g_string_append_printf(text, "%s%s", n++ > 0 ? " · " : "", option);
        }
    }
    if (layer->activation.kind)
        g_string_append_printf(text, "%s%s", text->len > 0 ? " · " : "",
                               layer->activation.kind->name);
    return g_string_free(text, FALSE);
}

/* The power of ten of the number of values; 0 where it is not known. */
static double size_of(const FaltungShape *shape) {
    return shape->rank > 0 ? log10(MAX(faltung_shape_size(shape), 1)) : 0;
}

/* `16 × 28 × 28` */
static char *shape_text(const FaltungShape *shape) {
    GString *text = g_string_new(NULL);
    for (int i = 0; i < shape->rank; i++)
        g_string_append_printf(text, "%s%d", i > 0 ? " × " : "", shape->dims[i]);
    return g_string_free(text, FALSE);
}

static void measure(cairo_t *cr, const FaltungTheme *theme, FaltungDiagramNode *node,
                    const FaltungDiagramOptions *options) {
    double title_width, title_height, details_width = 0, details_height = 0;
    faltung_text_size(cr, theme, node->title, FALTUNG_TEXT_BOLD, &title_width, &title_height);
    faltung_text_size(cr, theme, node->details, FALTUNG_TEXT_SMALL, &details_width,
                      &details_height);
    double text = MIN(MAX(title_width, details_width), 190);
    double width = 2 * FALTUNG_CARD_PAD + FALTUNG_CARD_ICON + FALTUNG_CARD_GAP + text + 2;
    double height =
        2 * FALTUNG_CARD_PAD + MAX(FALTUNG_CARD_ICON, title_height + 1 + details_height);
    width = MAX(width, options->minimum_width);
    if (options->compact)
        width = height = 44;
    if (options->picture_height > 0 && !options->compact) {
        node->picture = (FaltungRect){FALTUNG_CARD_PAD, height, width - 2 * FALTUNG_CARD_PAD,
                                      options->picture_height};
        height += options->picture_height + FALTUNG_CARD_PAD;
    }
    if (options->measure)
        options->measure(node->layer, &width, &height, options->data);
    if (node->picture.height > 0)
        node->picture.width = 2 * ceil(width / 2) - 2 * FALTUNG_CARD_PAD;
    node->rect.width = 2 * ceil(width / 2);
    node->rect.height = 2 * ceil(height / 2);
}

static void add_node(FaltungDiagram *diagram, const FaltungGraph *graph, int layer_index) {
    FaltungDiagramNode *node = &diagram->nodes[diagram->n_nodes++];
    node->layer = layer_index;
    if (layer_index == FALTUNG_INPUT) {
        node->group = FALTUNG_N_GROUPS;
        node->name = g_strdup("input");
        node->title = g_strdup("input");
        node->kind = g_strdup("Input");
        node->details = shape_text(&graph->input);
        return;
    }
    const FaltungLayer *layer = faltung_graph_layer(graph, layer_index);
    gboolean given = faltung_layer_is_input(layer);
    node->group = given ? FALTUNG_N_GROUPS : layer->operation->group;
    node->bypassed = layer->bypassed;
    node->name = faltung_item_name(layer->name);
    node->kind = g_strdup(_(layer->operation->kind.title));
    node->details = given ? shape_text(&layer->output_shape) : faltung_layer_details(layer);
}

static gboolean has_edge(const FaltungDiagram *diagram, int from, int to) {
    for (int e = 0; e < diagram->n_edges; e++) {
        if (diagram->edges[e].from == from && diagram->edges[e].to == to)
            return TRUE;
    }
    return FALSE;
}

/* What a layer takes; of one in a block what the first copy takes, for that is where what goes into
   the block arrives. */
static void add_edges(FaltungDiagram *diagram, const FaltungGraph *graph, int layer_index) {
    int first = faltung_graph_copy_of(graph, layer_index, FALSE);
    const FaltungLayer *layer = faltung_graph_layer(graph, first);
    if (faltung_graph_copy_of(graph, layer_index, TRUE) != layer_index)
        return;
    for (int i = 0; i < layer->n_inputs; i++) {
        if (layer->inputs[i] >= first)
            continue; /* a network that is wrong is drawn all the same */
        int from = diagram->nodes[layer->inputs[i] + 1].card + 1;
        int to = diagram->nodes[layer_index + 1].card + 1;
        gboolean shut = diagram->nodes[from].block >= 0 || diagram->nodes[to].block >= 0;
        if (from == to || (shut && has_edge(diagram, from, to)))
            continue; /* inside a block that is shut */
        FaltungDiagramEdge *edge = &diagram->edges[diagram->n_edges++];
        edge->from = from;
        edge->to = to;
        edge->input = i;
        int source = from - 1;
        const FaltungShape *shape = source == FALTUNG_INPUT
                                        ? &graph->input
                                        : &faltung_graph_layer(graph, source)->output_shape;
        gboolean labelled = FALSE; /* once where an output goes to several layers */
        for (int e = 0; e < diagram->n_edges - 1; e++)
            labelled |= diagram->edges[e].from == edge->from;
        edge->label = labelled || source == FALTUNG_INPUT ? g_strdup("") : shape_text(shape);
        edge->thickness = diagram->compact ? 2 + 1.4 * size_of(shape) : 4 + 7 * size_of(shape);
    }
}

FaltungDiagram *faltung_diagram_new(const FaltungGraph *graph, const FaltungTheme *theme,
                                    const FaltungDiagramOptions *options) {
    static const FaltungDiagramOptions defaults;
    if (!options)
        options = &defaults;
    FaltungDiagram *diagram = g_new0(FaltungDiagram, 1);
    int n_layers = graph->layers->len, n_edges = 0;
    for (int i = 0; i < n_layers; i++)
        n_edges += faltung_graph_layer(graph, i)->n_inputs;
    diagram->direction = options->direction;
    diagram->compact = options->compact;
    diagram->nodes = g_new0(FaltungDiagramNode, n_layers + 1);
    diagram->edges = g_new0(FaltungDiagramEdge, MAX(n_edges, 1));
    for (int i = FALTUNG_INPUT; i < n_layers; i++)
        add_node(diagram, graph, i);
    faltung_diagram_find_cards(diagram, graph, options);
    for (int i = 0; i < n_layers; i++)
        add_edges(diagram, graph, i);

    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cr = cairo_create(surface);
    for (int i = 0; i < diagram->n_nodes; i++) {
        if (faltung_diagram_has_card(diagram, i))
            measure(cr, theme, &diagram->nodes[i], options);
    }
    gboolean sideways = options->direction == FALTUNG_LEFT_TO_RIGHT;
    double least = options->rank_gap > 0 ? options->rank_gap : options->compact ? 20 : 36;
    g_autofree double *gaps = g_new0(double, diagram->n_edges);
    for (int i = 0; i < diagram->n_edges; i++) {
        double width, height;
        faltung_text_size(cr, theme, diagram->edges[i].label, FALTUNG_TEXT_SMALL, &width, &height);
        gaps[i] = least;
        if (!options->compact && diagram->edges[i].label[0])
            gaps[i] = MAX(least, ceil(sideways ? width + 24 : height + 24));
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    double node_gap = options->node_gap > 0 ? options->node_gap : options->compact ? 12 : 28;
    diagram->margin = options->margin > 0 ? options->margin : options->compact ? 8 : 24;
    faltung_diagram_lay_out(diagram, gaps, node_gap);
    if (sideways && !options->compact)
        faltung_diagram_take_places(diagram, graph);
    return diagram;
}

void faltung_diagram_free(FaltungDiagram *diagram) {
    if (!diagram)
        return;
    for (int i = 0; i < diagram->n_nodes; i++) {
        g_free(diagram->nodes[i].name);
        g_free(diagram->nodes[i].title);
        g_free(diagram->nodes[i].kind);
        g_free(diagram->nodes[i].details);
    }
    for (int i = 0; i < diagram->n_edges; i++) {
        g_free(diagram->edges[i].points);
        g_free(diagram->edges[i].laid);
        g_free(diagram->edges[i].label);
    }
    for (int f = 0; f < diagram->n_frames; f++)
        g_free(diagram->frames[f].title);
    g_free(diagram->frames);
    g_free(diagram->nodes);
    g_free(diagram->edges);
    g_free(diagram);
}

FaltungPoint faltung_diagram_input_port(FaltungDirection direction, FaltungRect rect) {
    if (direction == FALTUNG_LEFT_TO_RIGHT)
        return (FaltungPoint){rect.x, rect.y + rect.height / 2};
    return (FaltungPoint){rect.x + rect.width / 2, rect.y};
}

FaltungPoint faltung_diagram_output_port(FaltungDirection direction, FaltungRect rect) {
    if (direction == FALTUNG_LEFT_TO_RIGHT)
        return (FaltungPoint){rect.x + rect.width, rect.y + rect.height / 2};
    return (FaltungPoint){rect.x + rect.width / 2, rect.y + rect.height};
}

void faltung_curve(FaltungDirection direction, FaltungPoint from, FaltungPoint to,
                   FaltungPoint points[4]) {
    double dx = to.x - from.x, dy = to.y - from.y;
    gboolean sideways = direction == FALTUNG_LEFT_TO_RIGHT;
    double along = sideways ? dx : dy, across = sideways ? dy : dx;
    /* backwards it needs room to turn */
    double reach = along >= 0 ? along / 2 : MIN(-along / 2 + 40, 120 + fabs(across) / 4);
    points[0] = from;
    points[1] =
        sideways ? (FaltungPoint){from.x + reach, from.y} : (FaltungPoint){from.x, from.y + reach};
    points[2] = sideways ? (FaltungPoint){to.x - reach, to.y} : (FaltungPoint){to.x, to.y - reach};
    points[3] = to;
}

FaltungPoint faltung_curve_at(const FaltungPoint *points, double t) {
    double s = 1 - t, a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
    return (FaltungPoint){a * points[0].x + b * points[1].x + c * points[2].x + d * points[3].x,
                          a * points[0].y + b * points[1].y + c * points[2].y + d * points[3].y};
}

void faltung_diagram_edge_between(FaltungDirection direction, FaltungRect from, FaltungRect to,
                                  FaltungPoint *points) {
    faltung_curve(direction, faltung_diagram_output_port(direction, from),
                  faltung_diagram_input_port(direction, to), points);
}

void faltung_diagram_place_label(const FaltungDiagram *diagram, FaltungDiagramEdge *edge) {
    const FaltungPoint *p = edge->points;
    FaltungPoint middle = {(p[0].x + 3 * p[1].x + 3 * p[2].x + p[3].x) / 8,
                           (p[0].y + 3 * p[1].y + 3 * p[2].y + p[3].y) / 8};
    if (diagram->direction == FALTUNG_LEFT_TO_RIGHT)
        middle.y -= 10; /* above the wire */
    edge->label_at = middle;
}

int faltung_diagram_node_at(const FaltungDiagram *diagram, double x, double y) {
    for (int i = diagram->n_nodes - 1; i >= 0; i--) {
        FaltungRect rect = diagram->nodes[i].rect; /* empty without a card */
        if (x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height)
            return i;
    }
    return -1;
}
