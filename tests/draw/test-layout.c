/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "draw/diagram.h"

#include <string.h>

/* Networks that people draw without a crossing are laid out without one; blocks have their frames.
 */

enum { PIECES = 25 }; /* odd: curves that mirror each other meet between two points */

static FaltungPoint bezier(const FaltungPoint *p, double t) {
    double s = 1 - t, a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
    return (FaltungPoint){a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x,
                          a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y};
}

static GArray *polyline(const FaltungDiagramEdge *edge) {
    GArray *points = g_array_new(FALSE, FALSE, sizeof(FaltungPoint));
    for (int i = 0; i + 3 < edge->n_points; i += 3) {
        for (int k = 0; k <= PIECES; k++) {
            FaltungPoint point = bezier(edge->points + i, (double)k / PIECES);
            g_array_append_val(points, point);
        }
    }
    return points;
}

static double side(FaltungPoint a, FaltungPoint b, FaltungPoint p) {
    return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}

static gboolean lines_cross(FaltungPoint a, FaltungPoint b, FaltungPoint c, FaltungPoint d) {
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

static gboolean wires_cross(const GArray *a, const GArray *b) {
    for (guint i = 0; i + 1 < a->len; i++) {
        for (guint k = 0; k + 1 < b->len; k++) {
            if (lines_cross(
                    g_array_index(a, FaltungPoint, i), g_array_index(a, FaltungPoint, i + 1),
                    g_array_index(b, FaltungPoint, k), g_array_index(b, FaltungPoint, k + 1)))
                return TRUE;
        }
    }
    return FALSE;
}

static int count_crossings(const FaltungDiagram *diagram) {
    g_autoptr(GPtrArray) wires = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    int n = 0;
    for (int e = 0; e < diagram->n_edges; e++) {
        g_ptr_array_add(wires, polyline(&diagram->edges[e]));
        for (int f = 0; f < e; f++)
            n += wires_cross(wires->pdata[e], wires->pdata[f]);
    }
    return n;
}

static FaltungGraph *graph_of(const char *input, const char *layers) {
    g_autofree char *text = g_strdup_printf("input: %s\nlayers:\n%s", input, layers);
    g_autoptr(GError) error = NULL;
    FaltungGraph *graph = faltung_graph_from_yaml(text, "test", &error);
    g_assert_no_error(error);
    return graph;
}

/* In both directions, as the canvas has it. */
static void check_crossings(const FaltungGraph *graph, int expected) {
    for (int direction = 0; direction < 2; direction++) {
        FaltungDiagramOptions options = {
            .direction = direction, .picture_height = 116, .minimum_width = 132};
        g_autoptr(FaltungDiagram) diagram =
            faltung_diagram_new(graph, faltung_theme(FALSE), &options);
        g_assert_cmpint(count_crossings(diagram), ==, expected);
    }
}

/* Two inputs, each to both of two layers: one crossing cannot be avoided, and is counted. */
static void test_count(void) {
    g_autoptr(FaltungGraph) graph =
        graph_of("[4]", "  - relu: {name: a}\n  - tanh: {name: b, inputs: [input]}\n"
                        "  - add: {name: c, inputs: [a, b]}\n  - add: {name: d, inputs: [a, b]}\n"
                        "  - add: {inputs: [c, d]}\n");
    check_crossings(graph, 1);
}

static void add_residual(GString *text, int stage, int block, const char *before) {
    int filters = 16 << stage, stride = stage > 0 && block == 0 ? 2 : 1;
    g_string_append_printf(
        text,
        "  - conv2d: {name: a%d%d, filters: %d, kernel: 3, stride: %d, padding: 1, inputs: [%s]}\n"
        "  - batch_norm: {activation: relu}\n"
        "  - conv2d: {filters: %d, kernel: 3, padding: same}\n"
        "  - batch_norm: {name: n%d%d}\n",
        stage, block, filters, stride, before, filters, stage, block);
    if (stride == 2)
        g_string_append_printf(
            text, "  - conv2d: {name: p%d, filters: %d, kernel: 1, stride: 2, inputs: [%s]}\n",
            stage, filters, before);
    g_autofree char *past = stride == 2 ? g_strdup_printf("p%d", stage) : g_strdup(before);
    g_string_append_printf(text, "  - add: {name: r%d%d, inputs: [n%d%d, %s], activation: relu}\n",
                           stage, block, stage, block, past);
}

static void test_resnet(void) {
    GString *text =
        g_string_new("  - conv2d: {name: stem, filters: 16, kernel: 3, padding: same}\n");
    g_autofree char *before = g_strdup("stem");
    for (int i = 0; i < 9; i++) {
        add_residual(text, i / 3, i % 3, before);
        g_free(before);
        before = g_strdup_printf("r%d%d", i / 3, i % 3);
    }
    g_string_append(text, "  - global_avg_pool\n  - dense: {units: 10}\n");
    g_autoptr(FaltungGraph) graph = graph_of("[3, 32, 32]", text->str);
    g_string_free(text, TRUE);
    check_crossings(graph, 0);
}

static void test_chain(void) {
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 100; i++)
        g_string_append(text, "  - tanh\n");
    g_autoptr(FaltungGraph) graph = graph_of("[4]", text->str);
    g_string_free(text, TRUE);
    check_crossings(graph, 0);
}

static void test_unet(void) {
    GString *text = g_string_new(NULL);
    enum { DEPTH = 4 };
    for (int i = 0; i < DEPTH; i++)
        g_string_append_printf(text,
                               "  - conv2d: {filters: 4, kernel: 3, padding: same}\n"
                               "  - conv2d: {name: d%d, filters: 4, kernel: 3, padding: same}\n"
                               "  - max_pool2d: {kernel: 2}\n",
                               i);
    g_string_append(text, "  - conv2d: {filters: 4, kernel: 3, padding: same}\n");
    for (int i = DEPTH - 1; i >= 0; i--)
        g_string_append_printf(
            text,
            "  - conv_transpose2d: {name: u%d, filters: 4, kernel: 2, stride: 2}\n"
            "  - concat: {inputs: [u%d, d%d]}\n"
            "  - conv2d: {filters: 4, kernel: 3, padding: same}\n",
            i, i, i);
    g_autoptr(FaltungGraph) graph = graph_of("[1, 32, 32]", text->str);
    g_string_free(text, TRUE);
    check_crossings(graph, 0);
}

static void test_inception(void) {
    g_autoptr(FaltungGraph) graph =
        graph_of("[3, 16, 16]", "  - conv2d: {name: stem, filters: 8, kernel: 3, padding: same}\n"
                                "  - conv2d: {name: a, filters: 4, kernel: 1}\n"
                                "  - conv2d: {filters: 4, kernel: 1, inputs: [stem]}\n"
                                "  - conv2d: {name: b, filters: 4, kernel: 3, padding: same}\n"
                                "  - conv2d: {filters: 4, kernel: 1, inputs: [stem]}\n"
                                "  - conv2d: {name: c, filters: 4, kernel: 5, padding: same}\n"
                                "  - max_pool2d: {kernel: 1, inputs: [stem]}\n"
                                "  - conv2d: {name: d, filters: 4, kernel: 1}\n"
                                "  - concat: {inputs: [a, b, c, d]}\n");
    check_crossings(graph, 0);
}

/* -- blocks ------------------------------------------------------------------------------- */

static const char residual[] =
    "  - conv2d: {name: stem, filters: 8, kernel: 3, padding: same}\n"
    "  - block:\n"
    "      name: body\n"
    "      repeat: 3\n"
    "      layers:\n"
    "        - block: {name: way, layers: [conv2d: {filters: 8, kernel: 3, padding: same}, relu]}\n"
    "        - add: {inputs: [way, input]}\n"
    "  - global_avg_pool: {name: mean}\n";

static const FaltungDiagramNode *node_called(const FaltungDiagram *diagram, const char *name) {
    for (int i = 0; i < diagram->n_nodes; i++) {
        if (faltung_diagram_has_card(diagram, i) && g_str_equal(diagram->nodes[i].name, name))
            return &diagram->nodes[i];
    }
    return NULL;
}

static gboolean has_wire(const FaltungDiagram *diagram, const char *from, const char *to) {
    for (int e = 0; e < diagram->n_edges; e++) {
        if (&diagram->nodes[diagram->edges[e].from] == node_called(diagram, from) &&
            &diagram->nodes[diagram->edges[e].to] == node_called(diagram, to))
            return TRUE;
    }
    return FALSE;
}

static gboolean holds(FaltungRect outer, FaltungRect inner) {
    return inner.x > outer.x && inner.y > outer.y &&
           inner.x + inner.width < outer.x + outer.width &&
           inner.y + inner.height < outer.y + outer.height;
}

static gboolean are_apart(FaltungRect a, FaltungRect b) {
    return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y ||
           b.y + b.height <= a.y;
}

/* Once, the last copy, within frames that hold what is in the block and nothing else. */
static void test_open(void) {
    g_autoptr(FaltungGraph) graph = graph_of("[1, 8, 8]", residual);
    g_autoptr(FaltungDiagram) diagram = faltung_diagram_new(graph, faltung_theme(FALSE), NULL);
    g_assert_cmpint(diagram->n_frames, ==, 2);
    const FaltungDiagramFrame *body = &diagram->frames[0], *way = &diagram->frames[1];
    g_assert_cmpstr(body->title, ==, "body × 3");
    g_assert_cmpstr(way->title, ==, "way");
    g_assert_true(holds(body->rect, way->rect));
    g_assert_true(holds(way->rect, node_called(diagram, "body/way/conv2d")->rect));
    g_assert_true(holds(body->rect, node_called(diagram, "body/add")->rect));
    g_assert_false(holds(way->rect, node_called(diagram, "body/add")->rect));
    g_assert_false(holds(body->rect, node_called(diagram, "stem")->rect));
    g_assert_cmpstr(node_called(diagram, "body/way/relu")->title, ==, "relu");
    g_assert_cmpint(node_called(diagram, "body/way/relu")->copies, ==, 3);
    g_assert_cmpint(node_called(diagram, "body/add")->layer, ==, 9);
    g_assert_cmpint(diagram->n_edges, ==, 6);
    g_assert_true(has_wire(diagram, "stem", "body/way/conv2d"));
    g_assert_true(has_wire(diagram, "stem", "body/add"));
    g_assert_true(has_wire(diagram, "body/add", "mean"));
    g_assert_cmpint(faltung_diagram_frame_at(diagram, way->rect.x + 20, way->rect.y + 8), ==, 1);
    g_assert_cmpint(count_crossings(diagram), ==, 0);
}

static gboolean frames_are_apart(const FaltungDiagram *diagram) {
    gboolean apart = TRUE;
    for (int f = 0; f < diagram->n_frames; f++) {
        FaltungRect rect = diagram->frames[f].rect;
        for (int g = 0; g < f; g++) {
            FaltungRect outer = diagram->frames[g].rect;
            apart &= holds(outer, rect) || are_apart(outer, rect);
        }
        for (int i = 0; i < diagram->n_nodes; i++) {
            FaltungRect card = diagram->nodes[i].rect;
            gboolean drawn = faltung_diagram_has_card(diagram, i);
            apart &= !drawn || holds(rect, card) || are_apart(rect, card);
        }
    }
    return apart;
}

/* Branches beside each other, each in a frame: none reaches over another, or over a card. */
static void test_apart(void) {
    g_autoptr(FaltungGraph) graph = graph_of(
        "[1, 8, 8]",
        "  - conv2d: {name: stem, filters: 8, kernel: 3, padding: same}\n"
        "  - block: {name: one, layers: [conv2d: {filters: 4, kernel: 1}]}\n"
        "  - block: {name: three, inputs: stem, layers: [conv2d: {filters: 4, kernel: 1},\n"
        "      conv2d: {filters: 4, kernel: 3, padding: same}]}\n"
        "  - block: {name: five, inputs: stem, layers: [conv2d: {filters: 4, kernel: 1}, relu,\n"
        "      block: {name: in, layers: [conv2d: {filters: 4, kernel: 5, padding: same}]}]}\n"
        "  - conv2d: {name: past, filters: 4, kernel: 1, inputs: stem}\n"
        "  - concat: {inputs: [one, three, five, past]}\n");
    for (int direction = 0; direction < 2; direction++) {
        FaltungDiagramOptions options = {.direction = direction, .picture_height = 116};
        g_autoptr(FaltungDiagram) diagram =
            faltung_diagram_new(graph, faltung_theme(FALSE), &options);
        g_assert_cmpint(diagram->n_frames, ==, 4);
        g_assert_true(frames_are_apart(diagram));
        g_assert_cmpint(count_crossings(diagram), ==, 0);
    }
}

/* Layers and blocks, one in the other, that take whatever comes before. */
static void add_items(GString *text, GRand *random, int depth, const char *indent, int *n) {
    int count = g_rand_int_range(random, 1, depth == 0 ? 9 : 4);
    GString *names = g_string_new("input");
    for (int i = 0; i < count; i++) {
        g_auto(GStrv) known = g_strsplit(names->str, " ", -1);
        int n_known = (int)g_strv_length(known);
        const char *from = known[g_rand_int_range(random, MAX(n_known - 3, 0), n_known)];
        g_autofree char *name = g_strdup_printf("n%d", (*n)++);
        if (depth < 2 && g_rand_int_range(random, 0, 3) == 0) {
            g_autofree char *inner = g_strdup_printf("%s      ", indent);
            g_string_append_printf(text,
                                   "%s- block:\n%s    name: %s\n%s    inputs: %s\n"
                                   "%s    repeat: %d\n%s    layers:\n",
                                   indent, indent, name, indent, from, indent,
                                   g_rand_int_range(random, 1, 3), indent);
            add_items(text, random, depth + 1, inner, n);
        } else {
            const char *other = known[g_rand_int_range(random, 0, n_known)];
            g_string_append_printf(text, "%s- add: {name: %s, inputs: [%s, %s]}\n", indent, name,
                                   from, other);
        }
        g_string_append_printf(names, " %s", name);
    }
    g_string_free(names, TRUE);
}

static void test_random_frames(void) {
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    int n_frames = 0, n_apart = 0;
    for (int round = 0; round < 200; round++) {
        GString *text = g_string_new(NULL);
        int n = 0;
        add_items(text, random, 0, "  ", &n);
        g_autoptr(FaltungGraph) graph = graph_of("[4]", text->str);
        g_string_free(text, TRUE);
        FaltungDiagramOptions options = {.direction = round % 2, .picture_height = 60};
        g_autoptr(FaltungDiagram) diagram =
            faltung_diagram_new(graph, faltung_theme(FALSE), &options);
        n_frames += diagram->n_frames;
        n_apart += frames_are_apart(diagram);
        g_assert_cmpfloat(MIN(diagram->width, diagram->height), <, 4000);
    }
    g_test_message("%d frames, apart in %d of 200", n_frames, n_apart);
    g_assert_cmpint(n_frames, >, 200);
    /* where two frames have their cards in one order in one rank and in another in the next, they
       cannot be parted */
    g_assert_cmpint(n_apart, >=, 190);
}

static void test_shut(void) {
    g_autoptr(FaltungGraph) graph = graph_of("[1, 8, 8]", residual);
    g_autoptr(GHashTable) shut = g_hash_table_new(g_str_hash, g_str_equal);
    FaltungDiagramOptions options = {.shut = shut};
    g_hash_table_add(shut, "body/way");
    g_autoptr(FaltungDiagram) inner = faltung_diagram_new(graph, faltung_theme(FALSE), &options);
    g_assert_cmpint(inner->n_frames, ==, 1);
    g_assert_cmpstr(node_called(inner, "body/way/relu")->title, ==, "way");
    g_assert_true(has_wire(inner, "stem", "body/way/relu"));
    g_hash_table_add(shut, "body");
    g_autoptr(FaltungDiagram) all = faltung_diagram_new(graph, faltung_theme(FALSE), &options);
    g_assert_cmpint(all->n_frames, ==, 0);
    const FaltungDiagramNode *body = node_called(all, "body/add");
    g_assert_cmpstr(body->title, ==, "body × 3");
    g_assert_cmpint(body->first, ==, 1);
    g_assert_cmpint(body->n_layers, ==, 9);
    g_assert_cmpint(all->n_edges, ==, 3);
    g_assert_true(has_wire(all, "stem", "body/add") && has_wire(all, "body/add", "mean"));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layout/count", test_count);
    g_test_add_func("/layout/resnet", test_resnet);
    g_test_add_func("/layout/chain", test_chain);
    g_test_add_func("/layout/unet", test_unet);
    g_test_add_func("/layout/inception", test_inception);
    g_test_add_func("/layout/open blocks", test_open);
    g_test_add_func("/layout/blocks apart", test_apart);
    g_test_add_func("/layout/random frames", test_random_frames);
    g_test_add_func("/layout/shut blocks", test_shut);
    return g_test_run();
}
