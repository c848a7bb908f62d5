/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram.h"

#include <math.h>
#include <string.h>

static guint32 state = 11;
static int below(int n) {
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 8) % (guint32)n);
}

static FaltungLayer *add(FaltungGraph *graph, const char *operation) {
    return faltung_graph_add(graph, faltung_operation_find(operation, NULL), NULL);
}

/* A graph with random joins; it need not compute to be drawn. */
static FaltungGraph *random_graph(int n) {
    static const char *const operations[] = {"dense", "conv2d", "relu", "flatten"};
    FaltungGraph *graph = faltung_graph_new(FALTUNG_SHAPE(1, 8, 8));
    for (int i = 0; i < n; i++) {
        FaltungLayer *layer = add(graph, operations[below(4)]);
        layer->n_inputs = 0;
        do
            layer->inputs[layer->n_inputs++] = i > 0 && below(4) ? i - 1 - below(MIN(i, 4)) : i - 1;
        while (layer->n_inputs < 3 && below(3) == 0);
    }
    return graph;
}

static gboolean overlap(FaltungRect a, FaltungRect b, double gap) {
    return a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap &&
           b.y < a.y + a.height + gap;
}

static void check(const FaltungDiagram *diagram) {
    FaltungRect whole = {0, 0, diagram->width, diagram->height};
    for (int i = 0; i < diagram->n_nodes; i++) {
        FaltungRect rect = diagram->nodes[i].rect;
        g_assert_cmpfloat(rect.width, >, 0);
        g_assert_cmpfloat(rect.height, >, 0);
        g_assert_cmpfloat(rect.x, >=, 0);
        g_assert_cmpfloat(rect.y, >=, 0);
        g_assert_cmpfloat(rect.x + rect.width, <=, whole.width);
        g_assert_cmpfloat(rect.y + rect.height, <=, whole.height);
        for (int k = 0; k < i; k++)
            g_assert_false(overlap(rect, diagram->nodes[k].rect, 8));
    }
    for (int e = 0; e < diagram->n_edges; e++) {
        const FaltungDiagramEdge *edge = &diagram->edges[e];
        g_assert_cmpint(diagram->nodes[edge->from].rank, <, diagram->nodes[edge->to].rank);
        g_assert_cmpint(edge->n_points % 3, ==, 1);
        FaltungPoint start =
            faltung_diagram_output_port(diagram->direction, diagram->nodes[edge->from].rect);
        FaltungPoint end =
            faltung_diagram_input_port(diagram->direction, diagram->nodes[edge->to].rect);
        g_assert_cmpfloat(edge->points[0].x, ==, start.x);
        g_assert_cmpfloat(edge->points[0].y, ==, start.y);
        g_assert_cmpfloat(edge->points[edge->n_points - 1].x, ==, end.x);
        g_assert_cmpfloat(edge->points[edge->n_points - 1].y, ==, end.y);
    }
}

static gboolean runs_through(const FaltungDiagram *diagram, const FaltungDiagramEdge *edge) {
    for (int i = 0; i + 3 < edge->n_points; i += 3) {
        for (double t = 0.02; t < 1; t += 0.07) {
            FaltungPoint at = faltung_curve_at(edge->points + i, t);
            int node = faltung_diagram_node_at(diagram, at.x, at.y);
            if (node >= 0 && node != edge->from && node != edge->to)
                return TRUE;
        }
    }
    return FALSE;
}

/* Wires that run through a card. */
static int count_through(const FaltungDiagram *diagram) {
    int n = 0;
    for (int e = 0; e < diagram->n_edges; e++)
        n += runs_through(diagram, &diagram->edges[e]);
    return n;
}

static void test_random(void) {
    for (int i = 0; i < 150; i++) {
        g_autoptr(FaltungGraph) graph = random_graph(1 + i % 25);
        FaltungDiagramOptions options = {
            .direction = i % 2, .picture_height = i % 3 ? 0 : 50, .compact = i % 7 == 0};
        g_autoptr(FaltungDiagram) diagram =
            faltung_diagram_new(graph, faltung_theme(FALSE), &options);
        g_assert_cmpint(diagram->n_nodes, ==, graph->layers->len + 1);
        check(diagram);
        g_assert_cmpint(count_through(diagram), ==, 0);
    }
}

static void test_chain(void) {
    g_autoptr(FaltungGraph) graph = faltung_graph_new(FALTUNG_SHAPE(1, 28, 28));
    for (int i = 0; i < 200; i++)
        add(graph, "relu");
    g_assert_true(faltung_graph_infer(graph, NULL, NULL));
    g_autoptr(FaltungDiagram) diagram = faltung_diagram_new(graph, faltung_theme(TRUE), NULL);
    check(diagram);
    /* a straight row with the shapes on the wires */
    for (int i = 1; i < diagram->n_nodes; i++) {
        FaltungRect a = diagram->nodes[i - 1].rect, b = diagram->nodes[i].rect;
        g_assert_cmpfloat(a.y + a.height / 2, ==, b.y + b.height / 2);
        g_assert_cmpint(diagram->nodes[i].rank, ==, i);
    }
    g_assert_cmpstr(diagram->edges[1].label, ==, "1 × 28 × 28");
    g_assert_cmpfloat_with_epsilon(diagram->edges[1].thickness, 4 + 7 * log10(784), 1e-9);
}

/* A layer more at the end moves nothing before it. */
static void test_stable(void) {
    for (int i = 0; i < 30; i++) {
        g_autoptr(FaltungGraph) graph = random_graph(3 + i % 8);
        g_autoptr(FaltungDiagram) before = faltung_diagram_new(graph, faltung_theme(FALSE), NULL);
        g_autoptr(FaltungDiagram) again = faltung_diagram_new(graph, faltung_theme(FALSE), NULL);
        for (int k = 0; k < before->n_nodes; k++)
            g_assert_cmpmem(&before->nodes[k].rect, sizeof(FaltungRect), &again->nodes[k].rect,
                            sizeof(FaltungRect));
        add(graph, "relu");
        g_autoptr(FaltungDiagram) after = faltung_diagram_new(graph, faltung_theme(FALSE), NULL);
        for (int k = 0; k < before->n_nodes; k++)
            g_assert_cmpint(before->nodes[k].rank, ==, after->nodes[k].rank);
    }
}

static void test_details(void) {
    g_autoptr(FaltungGraph) graph = faltung_graph_new(FALTUNG_SHAPE(1, 28, 28));
    FaltungLayer *conv = add(graph, "conv2d");
    static const char *const settings[][2] = {{"filters", "16"}, {"kernel", "[3, 5]"}};
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        g_assert_true(
            faltung_option_parse(faltung_kind_option(&conv->operation->kind, settings[i][0], NULL),
                                 conv->options, settings[i][1], NULL));
    faltung_variant_init(&conv->activation, &faltung_operation_find("tanh", NULL)->kind);
    g_autofree char *details = faltung_layer_details(conv);
    g_assert_cmpstr(details, ==, "filters 16 · kernel 3 × 5 · tanh");
    g_autofree char *pool = faltung_layer_details(add(graph, "max_pool2d"));
    g_assert_cmpstr(pool, ==, "kernel 2");
    g_autofree char *flatten = faltung_layer_details(add(graph, "flatten"));
    g_assert_cmpstr(flatten, ==, "");
    FaltungLayer *dense = add(graph, "dense");
    faltung_option_parse(faltung_kind_option(&dense->operation->kind, "units", NULL),
                         dense->options, "10", NULL);
    faltung_option_parse(faltung_kind_option(&dense->operation->kind, "bias", NULL), dense->options,
                         "false", NULL);
    g_autofree char *units = faltung_layer_details(dense);
    g_assert_cmpstr(units, ==, "units 10 · no bias");
}

/* Cards are moved in the graph; wires end at them and go around others, wherever there is room. */
static void test_moved(void) {
    int n_wires = 0, through = 0;
    for (int i = 0; i < 60; i++) {
        g_autoptr(FaltungGraph) graph = random_graph(4 + i % 12);
        g_autoptr(FaltungDiagram) laid = faltung_diagram_new(graph, faltung_theme(FALSE), NULL);
        int n = (int)graph->layers->len, index = below(n);
        FaltungLayer *layer = faltung_graph_layer(graph, index);
        layer->moved[1] = below(2) ? 400 + below(400) : -400 - below(400);
        g_autoptr(FaltungDiagram) diagram = faltung_diagram_new(graph, faltung_theme(FALSE), NULL);
        FaltungRect before = laid->nodes[index + 1].rect, after = diagram->nodes[index + 1].rect;
        FaltungPoint shift = {diagram->nodes[0].rect.x - laid->nodes[0].rect.x,
                              diagram->nodes[0].rect.y - laid->nodes[0].rect.y};
        g_assert_cmpfloat(after.x - before.x - shift.x, ==, 0);
        g_assert_cmpfloat(after.y - before.y - shift.y, ==, layer->moved[1]);
        check(diagram);
        n_wires += diagram->n_edges;
        through += count_through(diagram);
        faltung_diagram_move(diagram, index + 1, 0, -layer->moved[1]);
        faltung_diagram_route(diagram, TRUE);
        for (int e = 0; e < diagram->n_edges; e++)
            g_assert_cmpint(diagram->edges[e].n_points, ==, laid->edges[e].n_points);
    }
    g_test_message("%d of %d wires run through a card", through, n_wires);
    g_assert_cmpint(through, <=, n_wires / 100);
}

/* A card that is put on a wire: the wire goes past it, on one side. */
static void test_around(void) {
    g_autoptr(FaltungGraph) graph = faltung_graph_new(FALTUNG_SHAPE(8));
    for (int i = 0; i < 6; i++)
        add(graph, "relu");
    faltung_graph_layer(graph, 5)->inputs[0] = 0;
    faltung_graph_layer(graph, 5)->moved[0] = 300;
    FaltungLayer *on_wire = faltung_graph_layer(graph, 2);
    for (on_wire->moved[1] = -60; on_wire->moved[1] <= 60; on_wire->moved[1] += 5) {
        g_autoptr(FaltungDiagram) diagram = faltung_diagram_new(graph, faltung_theme(FALSE), NULL);
        check(diagram);
        g_assert_cmpint(count_through(diagram), ==, 0);
    }
}

static void test_drawing(void) {
    g_autoptr(FaltungGraph) graph = faltung_graph_new(FALTUNG_SHAPE(4));
    add(graph, "dense");
    FaltungDiagramOptions options = {.compact = TRUE};
    const FaltungTheme *theme = faltung_theme(FALSE);
    g_autoptr(FaltungDiagram) diagram = faltung_diagram_new(graph, theme, &options);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, diagram->width, diagram->height);
    cairo_t *cr = cairo_create(surface);
    faltung_diagram_draw(cr, theme, diagram, FALTUNG_LEVEL_FAR);
    cairo_surface_flush(surface);
    FaltungRect rect = diagram->nodes[1].rect;
    const guchar *row = cairo_image_surface_get_data(surface) +
                        (int)(rect.y + 3) * cairo_image_surface_get_stride(surface);
    guint32 pixel = ((const guint32 *)(const void *)row)[(int)(rect.x + rect.width / 2)];
    g_assert_cmphex(pixel, ==, 0xff3584e4);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/diagram/random", test_random);
    g_test_add_func("/diagram/chain", test_chain);
    g_test_add_func("/diagram/stable", test_stable);
    g_test_add_func("/diagram/details", test_details);
    g_test_add_func("/diagram/moved", test_moved);
    g_test_add_func("/diagram/around", test_around);
    g_test_add_func("/diagram/drawing", test_drawing);
    return g_test_run();
}
