/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/tsne-private.h"

#include "core/base/clones.h"

#include <math.h>
#include <string.h>

/*
 * The points in the order of Morton's curve, whose pieces are the cells of a quadtree; its nodes
 * in preorder, each with the place of the next one that is not below it, so that a walk needs no
 * stack. A walk serves GROUP points that follow each other, in the lanes of vectors: a cell counts
 * as one point where it is far enough from the nearest corner of the group's rectangle.
 */

enum {
    GROUP = 16,
    LEAF = 16, /* points that are not divided any more */
    LEVELS = 16,
};

typedef struct {
    float x, y;        /* the mean of its points */
    float square;      /* of its side */
    int first, points; /* in the order of the curve */
    int skip;          /* the node behind all below it */
    gboolean leaf;
} Node;

struct FaltungRepulsion {
    int n;
    guint32 *codes, *other_codes; /* (n): Morton codes, sorted */
    int *order, *other_order;     /* (n): which point */
    float *x, *y;                 /* (n, and GROUP more): sorted */
    float side;                   /* of the square around all */
    Node *nodes;
    int n_nodes;
};

FaltungRepulsion *faltung_repulsion_new(int n) {
    FaltungRepulsion *tree = g_new0(FaltungRepulsion, 1);
    tree->n = n;
    tree->codes = g_new(guint32, n);
    tree->other_codes = g_new(guint32, n);
    tree->order = g_new(int, n);
    tree->other_order = g_new(int, n);
    tree->x = g_new0(float, n + GROUP);
    tree->y = g_new0(float, n + GROUP);
    /* every node but the leaves has more than LEAF points, LEVELS of them above a point */
    tree->nodes = g_new(Node, 1 + 4 * (size_t)LEVELS * (n / LEAF + 1));
    return tree;
}

void faltung_repulsion_free(FaltungRepulsion *tree) {
    if (!tree)
        return;
    g_free(tree->codes);
    g_free(tree->other_codes);
    g_free(tree->order);
    g_free(tree->other_order);
    g_free(tree->x);
    g_free(tree->y);
    g_free(tree->nodes);
    g_free(tree);
}

/* -- the curve ------------------------------------------------------------------------------ */

/* The bits of @v at the even places. */
static guint32 spread(guint32 v) {
    v = (v | v << 8) & 0x00ff00ff;
    v = (v | v << 4) & 0x0f0f0f0f;
    v = (v | v << 2) & 0x33333333;
    return (v | v << 1) & 0x55555555;
}

static void encode(FaltungRepulsion *tree, const float *points) {
    float low[2] = {points[0], points[1]}, high[2] = {points[0], points[1]};
    for (int i = 0; i < tree->n; i++) {
        for (int d = 0; d < 2; d++) {
            low[d] = MIN(low[d], points[2 * i + d]);
            high[d] = MAX(high[d], points[2 * i + d]);
        }
    }
    tree->side = MAX(MAX(high[0] - low[0], high[1] - low[1]), G_MINFLOAT);
    double scale = 65535.0 / tree->side;
    for (int i = 0; i < tree->n; i++) {
        guint32 column = (points[2 * i] - low[0]) * scale;
        guint32 row = (points[2 * i + 1] - low[1]) * scale;
        tree->codes[i] = spread(MIN(column, 65535)) | spread(MIN(row, 65535)) << 1;
        tree->order[i] = i;
    }
}

/* Sorts by eight bits, keeping the order of what is equal. */
static void sort_pass(FaltungRepulsion *tree, int shift) {
    int begin[257] = {0};
    for (int i = 0; i < tree->n; i++)
        begin[(tree->codes[i] >> shift & 255) + 1]++;
    for (int b = 0; b < 256; b++)
        begin[b + 1] += begin[b];
    for (int i = 0; i < tree->n; i++) {
        int place = begin[tree->codes[i] >> shift & 255]++;
        tree->other_codes[place] = tree->codes[i];
        tree->other_order[place] = tree->order[i];
    }
    guint32 *codes = tree->codes;
    tree->codes = tree->other_codes;
    tree->other_codes = codes;
    int *order = tree->order;
    tree->order = tree->other_order;
    tree->other_order = order;
}

/* -- the tree ------------------------------------------------------------------------------- */

static void finish_leaf(const FaltungRepulsion *tree, Node *node) {
    double x = 0, y = 0;
    for (int i = node->first; i < node->first + node->points; i++) {
        x += tree->x[i];
        y += tree->y[i];
    }
    node->x = x / node->points;
    node->y = y / node->points;
    node->leaf = TRUE;
}

/* The points from @first on whose codes agree in all but the last 2 @level bits. */
static int build(FaltungRepulsion *tree, int first, int points, int level) {
    int index = tree->n_nodes++;
    float side = ldexpf(tree->side, level - LEVELS);
    Node node = {.square = side * side, .first = first, .points = points};
    if (points <= LEAF || level == 0) {
        finish_leaf(tree, &node);
    } else {
        double x = 0, y = 0;
        int shift = 2 * (level - 1);
        for (int begin = first, end; begin < first + points; begin = end) {
            guint32 quarter = tree->codes[begin] >> shift;
            for (end = begin + 1; end < first + points && tree->codes[end] >> shift == quarter;)
                end++;
            const Node *below = &tree->nodes[build(tree, begin, end - begin, level - 1)];
            x += (double)below->x * below->points;
            y += (double)below->y * below->points;
        }
        node.x = x / points;
        node.y = y / points;
    }
    node.skip = tree->n_nodes;
    tree->nodes[index] = node;
    return index;
}

static void plant(FaltungRepulsion *tree, const float *points) {
    encode(tree, points);
    for (int shift = 0; shift < 32; shift += 8)
        sort_pass(tree, shift);
    for (int i = 0; i < tree->n; i++) {
        tree->x[i] = points[2 * tree->order[i]];
        tree->y[i] = points[2 * tree->order[i] + 1];
    }
    tree->n_nodes = 0;
    build(tree, 0, tree->n, LEVELS);
}

/* -- the forces ----------------------------------------------------------------------------- */

typedef struct {
    float x[GROUP], y[GROUP];
    float force_x[GROUP], force_y[GROUP], sum[GROUP];
} Lanes;

/* @points points at one place push all lanes away. */
static inline __attribute__((always_inline)) void push(Lanes *lanes, float x, float y,
                                                       float points) {
#pragma omp simd
    for (int lane = 0; lane < GROUP; lane++) {
        float dx = lanes->x[lane] - x, dy = lanes->y[lane] - y;
        float w = 1.0f / (1.0f + dx * dx + dy * dy);
        float weight = points * w;
        lanes->sum[lane] += weight;
        weight *= w;
        lanes->force_x[lane] += weight * dx;
        lanes->force_y[lane] += weight * dy;
    }
}

/* The square of the distance from (x, y) to the rectangle around the first @n lanes. */
typedef struct {
    float low_x, high_x, low_y, high_y;
} Box;

static Box box_around(const Lanes *lanes, int n) {
    Box box = {lanes->x[0], lanes->x[0], lanes->y[0], lanes->y[0]};
    for (int i = 1; i < n; i++) {
        box.low_x = MIN(box.low_x, lanes->x[i]);
        box.high_x = MAX(box.high_x, lanes->x[i]);
        box.low_y = MIN(box.low_y, lanes->y[i]);
        box.high_y = MAX(box.high_y, lanes->y[i]);
    }
    return box;
}

static inline float distance_squared(const Box *box, float x, float y) {
    float dx = MAX(MAX(box->low_x - x, x - box->high_x), 0);
    float dy = MAX(MAX(box->low_y - y, y - box->high_y), 0);
    return dx * dx + dy * dy;
}

FALTUNG_CLONES static void tsne_walk(const FaltungRepulsion *tree, float theta_squared,
                                     const Box *box, Lanes *lanes) {
    for (int i = 0; i < tree->n_nodes;) {
        const Node *node = &tree->nodes[i];
        if (node->square < theta_squared * distance_squared(box, node->x, node->y)) {
            push(lanes, node->x, node->y, node->points);
            i = node->skip;
        } else if (node->leaf) {
            for (int j = node->first; j < node->first + node->points; j++)
                push(lanes, tree->x[j], tree->y[j], 1);
            i = node->skip;
        } else {
            i++;
        }
    }
}

/* Returns: the group's part of Z. */
static double push_group(const FaltungRepulsion *tree, int first, double theta, float *forces) {
    Lanes lanes = {0};
    int n = MIN(GROUP, tree->n - first);
    memcpy(lanes.x, tree->x + first, sizeof lanes.x);
    memcpy(lanes.y, tree->y + first, sizeof lanes.y);
    Box box = box_around(&lanes, n);
    tsne_walk(tree, theta * theta, &box, &lanes);
    double sum = -n; /* each pushed itself, with w = 1 */
    for (int i = 0; i < n; i++) {
        sum += lanes.sum[i];
        forces[2 * tree->order[first + i]] = lanes.force_x[i];
        forces[2 * tree->order[first + i] + 1] = lanes.force_y[i];
    }
    return sum;
}

double faltung_repulsion_measure(FaltungRepulsion *tree, const float *points, double theta,
                                 int threads, float *forces) {
    plant(tree, points);
    int n_groups = (tree->n + GROUP - 1) / GROUP;
    g_autofree double *sums = g_new(double, n_groups);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 8)
    for (int group = 0; group < n_groups; group++)
        sums[group] = push_group(tree, group * GROUP, theta, forces);
    double z = 0;
    for (int group = 0; group < n_groups; group++)
        z += sums[group];
    return z;
}
