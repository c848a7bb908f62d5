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

/* Frames that begin in one rank lie in each other, or beside each other: the deepest counts. */
double faltung_layered_add_gaps(const FaltungLayered *layered, const FaltungDiagram *diagram,
                                double *gaps) {
    int n = diagram->n_frames;
    gboolean titled = diagram->direction == FALTUNG_TOP_TO_BOTTOM; /* in front, which is above */
    double front = FALTUNG_FRAME_PAD + (titled ? FALTUNG_FRAME_TITLE : 0);
    g_autofree Reach *reaches = g_new(Reach, n + 1);
    g_autofree int *begins = g_new0(int, n + 1), *ends = g_new0(int, n + 1);
    g_autofree double *before = g_new0(double, layered->ranks->len + 1);
    g_autofree double *behind = g_new0(double, layered->ranks->len + 1);
    find_reaches(layered, diagram, reaches);
    for (int f = 0; f < n; f++) {
        int parent = diagram->frames[f].parent, first = reaches[f].first, last = reaches[f].last;
        begins[f] = 1 + (parent >= 0 && reaches[parent].first == first ? begins[parent] : 0);
        ends[f] = 1 + (parent >= 0 && reaches[parent].last == last ? ends[parent] : 0);
        before[first] = MAX(before[first], begins[f] * front);
        behind[last] = MAX(behind[last], ends[f] * FALTUNG_FRAME_PAD);
    }
    for (guint rank = 0; rank < layered->ranks->len; rank++)
        gaps[rank] += behind[rank] + before[rank + 1];
    return before[0];
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
    int from;        /* the innermost frame around what is pushed away from: that stays; -1 */
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
    int whole = -1; /* the outermost frame around it that can go */
    for (int f = vertex->frame; f >= 0 && !is_in(push->diagram, push->from, f);
         f = push->diagram->frames[f].parent)
        whole = f;
    if (whole >= 0)
        push_frame(push, whole);
}

static void push_frame(Push *push, int frame) {
    for (int i = 0; i < push->layered->n_vertices; i++) {
        const FaltungVertex *vertex = &push->layered->vertices[i];
        if (vertex->rank >= 0 && is_in(push->diagram, vertex->frame, frame))
            push_vertex(push, i);
    }
}

/* A frame, or a card. */
typedef struct {
    int frame, vertex; /* one of them is -1 */
} Body;

static Reach reach(const Push *push, const Reach *reaches, Body body) {
    return body.frame >= 0 ? reaches[body.frame] : reach_of(&push->layered->vertices[body.vertex]);
}

static gboolean has_moved(const Push *push, Body body) {
    gboolean moved = body.vertex >= 0 && push->moved[body.vertex];
    for (int i = 0; i < push->layered->n_vertices && body.frame >= 0; i++)
        moved |=
            push->moved[i] && is_in(push->diagram, push->layered->vertices[i].frame, body.frame);
    return moved;
}

/* Notes what has to move where the two overlap. Returns: how far; 0: they do not, or the one that
   lies behind stands in front of the other elsewhere. */
static double part(Push *push, const Reach *reaches, Body a, Body b) {
    Reach first = reach(push, reaches, a), second = reach(push, reaches, b);
    double by = overlap(first, second);
    if (by == 0)
        return 0;
    gboolean in_order = first.low + first.high <= second.low + second.high;
    Body stays = in_order ? a : b, goes = in_order ? b : a;
    push->from = stays.frame >= 0 ? stays.frame : push->layered->vertices[stays.vertex].frame;
    for (int i = 0; i < push->layered->n_vertices; i++)
        push->moved[i] = FALSE;
    if (goes.frame >= 0)
        push_frame(push, goes.frame);
    else
        push_vertex(push, goes.vertex);
    return has_moved(push, stays) ? 0 : by;
}

/* The first frame that overlaps another one or a card. */
static double find_overlap(Push *push, const Reach *reaches) {
    const FaltungDiagram *diagram = push->diagram;
    double by = 0;
    for (int f = 0; f < diagram->n_frames && by == 0; f++) {
        for (int g = 0; g < f && by == 0; g++) {
            if (!is_in(diagram, f, g))
                by = part(push, reaches, (Body){f, -1}, (Body){g, -1});
        }
        for (int i = 0; i < push->layered->n_vertices && by == 0; i++) {
            const FaltungVertex *vertex = &push->layered->vertices[i];
            gboolean card = vertex->node >= 0 && vertex->rank >= 0; /* wires may run through */
            if (card && !is_in(diagram, vertex->frame, f))
                by = part(push, reaches, (Body){f, -1}, (Body){-1, i});
        }
    }
    return by;
}

void faltung_layered_part_frames(FaltungLayered *layered, const FaltungDiagram *diagram) {
    g_autofree Reach *reaches = g_new(Reach, diagram->n_frames + 1);
    g_autofree gboolean *moved = g_new0(gboolean, layered->n_vertices);
    for (int n = 0; diagram->n_frames > 0 && n < MOST_PUSHES; n++) {
        find_reaches(layered, diagram, reaches);
        Push push = {layered, diagram, -1, moved};
        double by = find_overlap(&push, reaches);
        if (by == 0)
            return;
        for (int i = 0; i < layered->n_vertices; i++)
            layered->vertices[i].centre += moved[i] ? by : 0;
    }
}
