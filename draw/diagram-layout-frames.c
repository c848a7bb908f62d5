/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-layered.h"

#include <math.h>

/*
 * Ranks are placed one by one, so that a frame over several of them may reach over cards, or other
 * frames, that are beside it in none. What lies behind is pushed on, with all that follows it in
 * the ranks and all that is in one frame with it: so everything keeps its order and distances.
 */

enum { MOST_PUSHES = 400 };
#define BETWEEN 10.0 /* a frame and what is beside it */

/* Which ranks a frame covers, and from where to where it reaches across. */
typedef struct {
    int first, last;
    double low, high;
} Reach;

static gboolean is_in(const FaltungDiagram *diagram, int frame, int outer) {
    while (frame >= 0 && frame != outer)
        frame = diagram->frames[frame].parent;
    return frame == outer;
}

static Reach join(Reach a, Reach b) {
    return (Reach){MIN(a.first, b.first), MAX(a.last, b.last), MIN(a.low, b.low),
                   MAX(a.high, b.high)};
}

static Reach reach_of(const FaltungVertex *vertex) {
    return (Reach){vertex->rank, vertex->rank, vertex->centre - vertex->breadth / 2,
                   vertex->centre + vertex->breadth / 2};
}

static void find_reaches(const FaltungLayered *layered, const FaltungDiagram *diagram,
                         Reach *reaches) {
    gboolean titled = diagram->direction == FALTUNG_LEFT_TO_RIGHT; /* above, which is across */
    for (int f = 0; f < diagram->n_frames; f++)
        reaches[f] = (Reach){G_MAXINT, -1, INFINITY, -INFINITY};
    for (int f = diagram->n_frames - 1; f >= 0; f--) { /* inner ones first */
        for (int i = 0; i < layered->n_vertices; i++) {
            if (layered->vertices[i].rank >= 0 && layered->vertices[i].frame == f)
                reaches[f] = join(reaches[f], reach_of(&layered->vertices[i]));
        }
        reaches[f].low -= FALTUNG_FRAME_PAD + (titled ? FALTUNG_FRAME_TITLE : 0);
        reaches[f].high += FALTUNG_FRAME_PAD;
        int parent = diagram->frames[f].parent;
        if (parent >= 0)
            reaches[parent] = join(reaches[parent], reaches[f]);
    }
}

/* How far the one that lies behind has to move; 0: not at all. */
static double overlap(Reach a, Reach b) {
    if (a.first > b.last || b.first > a.last)
        return 0;
    gboolean first = a.low + a.high <= b.low + b.high;
    double by = first ? a.high + BETWEEN - b.low : b.high + BETWEEN - a.low;
    return MAX(by, 0);
}

typedef struct {
    const FaltungLayered *layered;
    const FaltungDiagram *diagram;
    gboolean *moved; /* of each vertex */
} Push;

static void push_frame(Push *push, int frame);

static void push_vertex(Push *push, int index) {
    const FaltungVertex *vertex = &push->layered->vertices[index];
    if (push->moved[index])
        return;
    push->moved[index] = TRUE;
    const GArray *rank = g_ptr_array_index(push->layered->ranks, vertex->rank);
    gboolean behind = FALSE;
    for (guint i = 0; i < rank->len; i++) {
        int other = g_array_index(rank, int, i);
        if (behind)
            push_vertex(push, other);
        behind |= other == index;
    }
    int frame = vertex->frame;
    while (frame >= 0 && push->diagram->frames[frame].parent >= 0)
        frame = push->diagram->frames[frame].parent;
    if (frame >= 0)
        push_frame(push, frame);
}

static void push_frame(Push *push, int frame) {
    for (int i = 0; i < push->layered->n_vertices; i++) {
        const FaltungVertex *vertex = &push->layered->vertices[i];
        if (vertex->rank >= 0 && is_in(push->diagram, vertex->frame, frame))
            push_vertex(push, i);
    }
}

/* The first frame that overlaps another one or a card. Returns: how far to push what is noted. */
static double find_overlap(Push *push, const Reach *reaches) {
    const FaltungDiagram *diagram = push->diagram;
    for (int f = 0; f < diagram->n_frames; f++) {
        for (int g = 0; g < f; g++) {
            gboolean apart = !is_in(diagram, f, g) && !is_in(diagram, g, f);
            double by = apart ? overlap(reaches[f], reaches[g]) : 0;
            if (by > 0) {
                gboolean first =
                    reaches[f].low + reaches[f].high <= reaches[g].low + reaches[g].high;
                push_frame(push, first ? g : f);
                return by;
            }
        }
        for (int i = 0; i < push->layered->n_vertices; i++) {
            const FaltungVertex *vertex = &push->layered->vertices[i];
            if (vertex->node < 0 || vertex->rank < 0 || is_in(diagram, vertex->frame, f))
                continue; /* wires may run through */
            Reach card = reach_of(vertex);
            double by = overlap(reaches[f], card);
            if (by > 0) {
                if (reaches[f].low + reaches[f].high <= card.low + card.high)
                    push_vertex(push, i);
                else
                    push_frame(push, f);
                return by;
            }
        }
    }
    return 0;
}

void faltung_layered_part_frames(FaltungLayered *layered, const FaltungDiagram *diagram) {
    g_autofree Reach *reaches = g_new(Reach, diagram->n_frames + 1);
    g_autofree gboolean *moved = g_new(gboolean, layered->n_vertices);
    for (int n = 0; diagram->n_frames > 0 && n < MOST_PUSHES; n++) {
        find_reaches(layered, diagram, reaches);
        for (int i = 0; i < layered->n_vertices; i++)
            moved[i] = FALSE;
        Push push = {layered, diagram, moved};
        double by = find_overlap(&push, reaches);
        if (by == 0)
            return;
        for (int i = 0; i < layered->n_vertices; i++)
            layered->vertices[i].centre += moved[i] ? by : 0;
    }
}
