/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-layered.h"

#include <math.h>

/*
 * Layered layout (Sugiyama's method): ranks by longest path; an edge over several ranks gets a
 * dummy in each between; order within the ranks by barycentre; positions by least squares. It
 * works along an axis (from rank to rank) and across it; only at the end these become x and y.
 */

static GArray *int_array(void) {
    return g_array_new(FALSE, FALSE, sizeof(int));
}

static int at(const GArray *array, int index) {
    return g_array_index(array, int, index);
}

static int add_vertex(GArray *vertices, int node, int rank) {
    FaltungVertex vertex = {
        .node = node, .rank = rank, .frame = -1, .before = int_array(), .after = int_array()};
    g_array_append_val(vertices, vertex);
    return vertices->len - 1;
}

static void link_vertices(GArray *vertices, int from, int to) {
    g_array_append_val(g_array_index(vertices, FaltungVertex, from).after, to);
    g_array_append_val(g_array_index(vertices, FaltungVertex, to).before, from);
}

static FaltungLayered layered_new(FaltungDiagram *diagram, double node_gap) {
    GArray *vertices = g_array_new(FALSE, FALSE, sizeof(FaltungVertex));
    gboolean across_x = diagram->direction == FALTUNG_TOP_TO_BOTTOM;
    int last = 0;
    for (int i = 0; i < diagram->n_nodes; i++) {
        FaltungDiagramNode *node = &diagram->nodes[i];
        node->rank = 0;
        for (int e = 0; e < diagram->n_edges; e++) { /* edges go to later nodes */
            if (diagram->edges[e].to == i)
                node->rank = MAX(node->rank, diagram->nodes[diagram->edges[e].from].rank + 1);
        }
        last = MAX(last, node->rank);
        add_vertex(vertices, i, node->rank);
        FaltungVertex *vertex = &g_array_index(vertices, FaltungVertex, i);
        vertex->length = across_x ? node->rect.height : node->rect.width;
        vertex->breadth = across_x ? node->rect.width : node->rect.height;
        vertex->frame = node->frame;
        if (!faltung_diagram_has_card(diagram, i))
            node->rank = vertex->rank = node->order = -1;
    }
    GPtrArray *chains = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (int e = 0; e < diagram->n_edges; e++) {
        int from = diagram->edges[e].from, to = diagram->edges[e].to, previous = from;
        GArray *chain = int_array();
        g_array_append_val(chain, from);
        for (int rank = diagram->nodes[from].rank + 1; rank < diagram->nodes[to].rank; rank++) {
            int dummy = add_vertex(vertices, -1, rank);
            link_vertices(vertices, previous, dummy);
            g_array_append_val(chain, dummy);
            previous = dummy;
        }
        link_vertices(vertices, previous, to);
        g_array_append_val(chain, to);
        g_ptr_array_add(chains, chain);
    }
    FaltungLayered layered = {.chains = chains, .node_gap = node_gap};
    layered.n_vertices = vertices->len;
    layered.vertices = (FaltungVertex *)(void *)g_array_free(vertices, FALSE);
    layered.ranks = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (int rank = 0; rank <= last; rank++)
        g_ptr_array_add(layered.ranks, int_array());
    for (int i = 0; i < layered.n_vertices; i++) {
        if (layered.vertices[i].rank >= 0)
            g_array_append_val(g_ptr_array_index(layered.ranks, layered.vertices[i].rank), i);
    }
    return layered;
}

static void layered_clear(FaltungLayered *layered) {
    for (int i = 0; i < layered->n_vertices; i++) {
        g_array_unref(layered->vertices[i].before);
        g_array_unref(layered->vertices[i].after);
    }
    g_free(layered->vertices);
    g_ptr_array_unref(layered->ranks);
    g_ptr_array_unref(layered->chains);
}

static const GArray *neighbours(const FaltungVertex *vertex, gboolean forward) {
    return forward ? vertex->before : vertex->after;
}

/* A stable sort, so that what needs no change stays. */
static void sort_rank(FaltungLayered *layered, GArray *rank) {
    for (guint i = 1; i < rank->len; i++) {
        int vertex = at(rank, i);
        guint j = i;
        for (; j > 0 && layered->vertices[at(rank, j - 1)].barycentre >
                            layered->vertices[vertex].barycentre + 1e-9;
             j--)
            g_array_index(rank, int, j) = at(rank, j - 1);
        g_array_index(rank, int, j) = vertex;
    }
}

static void order_ranks(FaltungLayered *layered) {
    g_autofree int *position = g_new0(int, layered->n_vertices);
    for (int sweep = 0; sweep < 6; sweep++) {
        gboolean forward = sweep % 2 == 0;
        int n = layered->ranks->len;
        for (int step = 0; step < n; step++) {
            GArray *rank = g_ptr_array_index(layered->ranks, forward ? step : n - 1 - step);
            for (guint i = 0; i < rank->len; i++) {
                FaltungVertex *vertex = &layered->vertices[at(rank, i)];
                const GArray *beside = neighbours(vertex, forward);
                double sum = 0;
                for (guint k = 0; k < beside->len; k++)
                    sum += position[at(beside, k)];
                vertex->barycentre = beside->len > 0 ? sum / beside->len : (double)i;
            }
            if (step > 0)
                sort_rank(layered, rank);
            for (guint i = 0; i < rank->len; i++)
                position[at(rank, i)] = i;
        }
    }
}

/* The least distance of two centres. */
static double separation(const FaltungLayered *layered, int a, int b) {
    const FaltungVertex *va = &layered->vertices[a], *vb = &layered->vertices[b];
    double gap = va->node < 0 || vb->node < 0 ? layered->node_gap * 0.6 : layered->node_gap;
    if (va->frame != vb->frame) /* an edge or two of frames between them, and a title */
        gap += 2 * FALTUNG_FRAME_PAD + FALTUNG_FRAME_TITLE;
    return (va->breadth + vb->breadth) / 2 + gap;
}

/* The centres nearest to the wanted ones (least squares) that keep order and distances: with the
   distances taken off, this is isotonic regression, solved by pooling adjacent violators. */
static void place_rank(FaltungLayered *layered, const GArray *rank, const double *wanted,
                       const double *weights) {
    typedef struct {
        double sum, weight;
        guint n;
    } Block;
    g_autofree Block *blocks = g_new(Block, rank->len);
    g_autofree double *offsets = g_new0(double, rank->len);
    guint n = 0;
    for (guint i = 0; i < rank->len; i++) {
        if (i > 0)
            offsets[i] = offsets[i - 1] + separation(layered, at(rank, i - 1), at(rank, i));
        blocks[n++] = (Block){weights[i] * (wanted[i] - offsets[i]), weights[i], 1};
        while (n > 1 && blocks[n - 2].sum / blocks[n - 2].weight >
                            blocks[n - 1].sum / blocks[n - 1].weight) {
            blocks[n - 2].sum += blocks[n - 1].sum;
            blocks[n - 2].weight += blocks[n - 1].weight;
            blocks[n - 2].n += blocks[n - 1].n;
            n--;
        }
    }
    guint i = 0;
    for (guint b = 0; b < n; b++) {
        for (guint k = 0; k < blocks[b].n; k++, i++)
            layered->vertices[at(rank, i)].centre = blocks[b].sum / blocks[b].weight + offsets[i];
    }
}

static void place_across(FaltungLayered *layered) {
    int n = layered->ranks->len;
    for (int sweep = 0; sweep < 8; sweep++) {
        gboolean forward = sweep % 2 == 0;
        for (int step = sweep == 0 ? 0 : 1; step < n; step++) {
            const GArray *rank = g_ptr_array_index(layered->ranks, forward ? step : n - 1 - step);
            g_autofree double *wanted = g_new0(double, rank->len);
            g_autofree double *weights = g_new0(double, rank->len);
            for (guint i = 0; i < rank->len; i++) {
                const FaltungVertex *vertex = &layered->vertices[at(rank, i)];
                const GArray *beside = neighbours(vertex, forward);
                wanted[i] = vertex->centre;
                weights[i] = 0.1;
                double sum = 0;
                for (guint k = 0; k < beside->len; k++) {
                    /* a line that bends is worse than a node that is not in the middle */
                    const FaltungVertex *other = &layered->vertices[at(beside, k)];
                    double weight = vertex->node < 0 && other->node < 0 ? 8 : 1;
                    sum += weight * other->centre;
                    weights[i] += weight;
                }
                if (beside->len > 0)
                    wanted[i] = sum / (weights[i] - 0.1);
            }
            place_rank(layered, rank, wanted, weights);
        }
    }
}

static FaltungPoint point(FaltungDirection direction, double along, double across) {
    return direction == FALTUNG_LEFT_TO_RIGHT ? (FaltungPoint){along, across}
                                              : (FaltungPoint){across, along};
}

static void add_curve(GArray *points, FaltungDirection direction, FaltungPoint to) {
    FaltungPoint from = g_array_index(points, FaltungPoint, points->len - 1);
    FaltungPoint curve[4];
    faltung_curve(direction, from, to, curve);
    g_array_append_vals(points, curve + 1, 3);
}

static void route_chain(FaltungDiagram *diagram, const FaltungLayered *layered, const GArray *chain,
                        const double *starts, const double *lengths, FaltungDiagramEdge *edge) {
    FaltungDirection direction = diagram->direction;
    GArray *points = g_array_new(FALSE, FALSE, sizeof(FaltungPoint));
    FaltungPoint start = faltung_diagram_output_port(direction, diagram->nodes[edge->from].rect);
    g_array_append_val(points, start);
    for (guint i = 1; i + 1 < chain->len; i++) { /* straight past the cards of a rank */
        const FaltungVertex *dummy = &layered->vertices[at(chain, i)];
        add_curve(points, direction, point(direction, starts[dummy->rank], round(dummy->centre)));
        add_curve(
            points, direction,
            point(direction, starts[dummy->rank] + lengths[dummy->rank], round(dummy->centre)));
    }
    add_curve(points, direction,
              faltung_diagram_input_port(direction, diagram->nodes[edge->to].rect));
    edge->n_points = edge->n_laid = points->len;
    edge->points = (FaltungPoint *)(void *)g_array_free(points, FALSE);
    edge->laid = g_memdup2(edge->points, edge->n_laid * sizeof *edge->laid);
}

void faltung_diagram_lay_out(FaltungDiagram *diagram, const double *edge_gaps, double node_gap) {
    FaltungLayered layered = layered_new(diagram, node_gap);
    order_ranks(&layered);
    place_across(&layered);
    faltung_layered_part_frames(&layered, diagram);

    int n = layered.ranks->len;
    g_autofree double *starts = g_new0(double, n), *lengths = g_new0(double, n);
    g_autofree double *gaps = g_new0(double, n); /* behind each rank */
    double lowest = INFINITY, along = diagram->margin;
    for (int i = 0; i < layered.n_vertices; i++) {
        const FaltungVertex *vertex = &layered.vertices[i];
        if (vertex->rank < 0)
            continue;
        lengths[vertex->rank] = MAX(lengths[vertex->rank], vertex->length);
        lowest = MIN(lowest, vertex->centre - vertex->breadth / 2);
    }
    for (int e = 0; e < diagram->n_edges; e++) {
        double *gap = &gaps[diagram->nodes[diagram->edges[e].from].rank];
        *gap = MAX(*gap, edge_gaps[e]);
    }
    along += faltung_layered_add_gaps(&layered, diagram, gaps);
    for (int rank = 0; rank < n; rank++) {
        starts[rank] = along;
        along += lengths[rank] + gaps[rank];
    }
    for (int i = 0; i < layered.n_vertices; i++) {
        FaltungVertex *vertex = &layered.vertices[i];
        vertex->centre += diagram->margin - lowest;
        if (vertex->node < 0 || vertex->rank < 0)
            continue;
        FaltungDiagramNode *node = &diagram->nodes[vertex->node];
        /* sizes are even and middles whole, so that cards are sharp and wires straight */
        FaltungPoint middle =
            point(diagram->direction, round(starts[vertex->rank] + lengths[vertex->rank] / 2),
                  round(vertex->centre));
        node->rect.x = middle.x - node->rect.width / 2;
        node->rect.y = middle.y - node->rect.height / 2;
    }
    for (guint rank = 0; rank < layered.ranks->len; rank++) {
        const GArray *members = g_ptr_array_index(layered.ranks, rank);
        for (guint i = 0; i < members->len; i++) {
            int index = layered.vertices[at(members, i)].node;
            if (index >= 0)
                diagram->nodes[index].order = i;
        }
    }
    for (int e = 0; e < diagram->n_edges; e++) {
        route_chain(diagram, &layered, g_ptr_array_index(layered.chains, e), starts, lengths,
                    &diagram->edges[e]);
        faltung_diagram_place_label(diagram, &diagram->edges[e]);
    }
    faltung_diagram_enclose(diagram);
    layered_clear(&layered);
}
