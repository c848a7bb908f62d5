/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/activation.h"

/*
 * The micro-kernel: a tile of ROWS x VECTORS accumulators stays in registers while the products
 * of all r and k are added up. Register tiles of 10 x 2, 8 x 3 and 6 x 4 vectors (with 32
 * registers), or 6 x 2, 4 x 3 and 3 x 4 (with 16) leave room for one row of B and a broadcast
 * element of A. (12 x 2 fit, too, but the addresses of twelve rows do not: 4 % slower.) A tile
 * one vector wide needs n + 1 loads for n multiply-adds, so that long sums take tall ones; of short
 * ones the start counts more.
 */

#if LANES == 16
#define TILE_ROWS_TALL 21
#else
#define TILE_ROWS_TALL 12
#endif
#if LANES == 16 || defined(__aarch64__)
#define TILE_ROWS_1 12
#define TILE_ROWS_2 10
#define TILE_ROWS_3 8
#define TILE_ROWS_4 6
#else
#define TILE_ROWS_1 12
#define TILE_ROWS_2 6
#define TILE_ROWS_3 4
#define TILE_ROWS_4 3
#endif

/* What follows the products. Where the whole tile is inside, each question is asked once a tile,
   not once a vector: a sum over few products is soon done, and what follows it counts. */
INLINE void finish_whole_tile(const FaltungGemm *g, const int rows, const int vectors,
                              Vector sum[TILE_ROWS_TALL][4], float *c) {
    if (g->accumulate) {
#pragma GCC unroll 21
        for (int m = 0; m < rows; m++)
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                sum[m][v] += load(c + m * g->c_row + v * LANES);
    }
    if (g->bias) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            Vector bias = load(g->bias + v * LANES);
#pragma GCC unroll 21
            for (int m = 0; m < rows; m++)
                sum[m][v] += bias;
        }
    }
    if (g->epilogue == FALTUNG_EPILOGUE_NONE) {
#pragma GCC unroll 21
        for (int m = 0; m < rows; m++)
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                store(c + m * g->c_row + v * LANES, sum[m][v]);
        return;
    }
#pragma GCC unroll 21
    for (int m = 0; m < rows; m++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            store(c + m * g->c_row + v * LANES, activate(g->epilogue, g->parameter, sum[m][v]));
}

/* The same for a tile of which some columns are outside. */
INLINE void finish_partial_tile(const FaltungGemm *g, const int rows, const int vectors,
                                Vector sum[TILE_ROWS_TALL][4], float *c) {
#pragma GCC unroll 21
    for (int m = 0; m < rows; m++) {
        float *to = c + m * g->c_row;
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            int left = g->columns - v * LANES;
            if (left <= 0)
                continue;
            Vector y = sum[m][v];
            if (g->accumulate)
                y += load_partial(to + v * LANES, left);
            if (g->bias)
                y += load(g->bias + v * LANES);
            store_partial(to + v * LANES, activate(g->epilogue, g->parameter, y), left);
        }
    }
}

/*
 * Where more products than this are added up, they are so in runs, which are added up in turn: the
 * rounding error of a long sum grows with its length, and a run in between halves it or better, at
 * the price of one vector loaded and stored in so many products. Tiles one vector wide wait for the
 * loads of A anyway, and networks end in them: theirs are short.
 */
#define RUN(vectors) ((vectors) == 1 ? 32 : 256)

INLINE int is_long(const FaltungGemm *g, const int vectors) {
    return (int64_t)g->depth * g->reduce > RUN(vectors);
}

/* The sum so far joins the total and begins anew. */
INLINE void end_run(const int rows, const int vectors, Vector sum[TILE_ROWS_TALL][4],
                    Vector total[TILE_ROWS_TALL][4], int first) {
#pragma GCC unroll 21
    for (int m = 0; m < rows; m++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            total[m][v] = first ? sum[m][v] : total[m][v] + sum[m][v];
            sum[m][v] = splat(0);
        }
}

enum { LINE = 16 }; /* floats of a cache line */

/* The products of n neighbouring k; as many cache lines from @next on are asked for meanwhile. */
INLINE void add_products(const FaltungGemm *g, const int rows, const int vectors,
                         Vector sum[TILE_ROWS_TALL][4], int n, const float *a, const float *b,
                         const int asks, const float *next) {
    const ptrdiff_t a_row = g->a_row, a_depth = g->a_depth, b_depth = g->b_depth;
    for (int k = 0; k < n; k++, a += a_depth, b += b_depth) {
        Vector row[4];
        if (asks)
            __builtin_prefetch(next + (ptrdiff_t)k * LINE, 0, 2);
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            row[v] = load(b + v * LANES);
#pragma GCC unroll 21
        for (int m = 0; m < rows; m++) {
            Vector element = splat(a[m * a_row]);
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                sum[m][v] += element * row[v];
        }
    }
}

/* Where A is at r. */
typedef struct {
    const float *a;
    int inner, middle;
} Walk;

INLINE int n_reduced(const FaltungGemm *g) {
    return g->reduce * (g->outer[0] ? g->outer[0] : 1) * (g->outer[1] ? g->outer[1] : 1);
}

/* On to the next r. */
INLINE void walk_on(const FaltungGemm *g, Walk *walk) {
    walk->a += g->a_reduce;
    if (++walk->inner < g->reduce)
        return;
    walk->inner = 0;
    walk->a += g->a_outer[0] - g->reduce * g->a_reduce;
    if (++walk->middle < g->outer[0])
        return;
    walk->middle = 0;
    walk->a += g->a_outer[1] - g->outer[0] * g->a_outer[0];
}

/* The same of all r and k, in runs. */
INLINE void add_runs(const FaltungGemm *g, const int rows, const int vectors,
                     Vector sum[TILE_ROWS_TALL][4], const float *a, const float *next) {
    Vector total[TILE_ROWS_TALL][4];
    int runs = 0, left = RUN(vectors); /* products until the run is full */
    int reduced = n_reduced(g);
    Walk walk = {a};
    for (int r = 0; r < reduced; r++, walk_on(g, &walk)) {
        const float *ar = walk.a, *br = g->b + r * g->b_reduce;
        for (int k = 0, n; k < g->depth; k += n, left -= n) {
            if (left == 0) {
                end_run(rows, vectors, sum, total, runs++ == 0);
                left = RUN(vectors);
            }
            n = g->depth - k < left ? g->depth - k : left;
            const float *an = ar + k * g->a_depth, *bn = br + k * g->b_depth;
            if (next) {
                add_products(g, rows, vectors, sum, n, an, bn, 1, next);
                next += (ptrdiff_t)n * LINE;
            } else {
                add_products(g, rows, vectors, sum, n, an, bn, 0, NULL);
            }
        }
    }
#pragma GCC unroll 21
    for (int m = 0; m < rows && runs > 0; m++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            sum[m][v] += total[m][v];
}

INLINE void gemm_tile(const FaltungGemm *g, const int rows, const int vectors, const int in_runs,
                      const float *a, float *c, const float *next) {
    Vector sum[TILE_ROWS_TALL][4];
#pragma GCC unroll 21
    for (int m = 0; m < rows; m++)
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            sum[m][v] = splat(0);

    if (in_runs) {
        add_runs(g, rows, vectors, sum, a, next);
    } else {
        int reduced = n_reduced(g);
        Walk walk = {a};
        for (int r = 0; r < reduced; r++, walk_on(g, &walk))
            add_products(g, rows, vectors, sum, g->depth, walk.a, g->b + r * g->b_reduce, 0, NULL);
    }

    if (g->columns >= vectors * LANES)
        finish_whole_tile(g, rows, vectors, sum, c);
    else
        finish_partial_tile(g, rows, vectors, sum, c);
}

/* A tile function for every number of rows: a remainder costs what its rows cost. Long sums have
   one of their own, so that short ones need no room for totals. */
#define LONG_TILE(rows, vectors)                                                                   \
    static __attribute__((noinline)) void gemm_##rows##x##vectors##_in_runs(                       \
        const FaltungGemm *g, const float *a, float *c, const float *next) {                       \
        gemm_tile(g, rows, vectors, 1, a, c, next);                                                \
    }
#define TILE(rows, vectors)                                                                        \
    LONG_TILE(rows, vectors)                                                                       \
    static __attribute__((noinline)) void gemm_##rows##x##vectors(                                 \
        const FaltungGemm *g, const float *a, float *c, const float *next) {                       \
        if (is_long(g, vectors))                                                                   \
            gemm_##rows##x##vectors##_in_runs(g, a, c, next);                                      \
        else                                                                                       \
            gemm_tile(g, rows, vectors, 0, a, c, NULL);                                            \
    }
#define TILES_TO_3(vectors) TILE(1, vectors) TILE(2, vectors) TILE(3, vectors)
#define TILES_TO_6(vectors) TILES_TO_3(vectors) TILE(4, vectors) TILE(5, vectors) TILE(6, vectors)
#define TILES_TO_10(vectors)                                                                       \
    TILES_TO_6(vectors)                                                                            \
    TILE(7, vectors)                                                                               \
    TILE(8, vectors) TILE(9, vectors) TILE(10, vectors)

TILES_TO_10(1)
TILE(11, 1)
TILE(12, 1)
#if TILE_ROWS_TALL == 21
LONG_TILE(13, 1)
LONG_TILE(14, 1)
LONG_TILE(15, 1)
LONG_TILE(16, 1)
LONG_TILE(17, 1)
LONG_TILE(18, 1)
LONG_TILE(19, 1)
LONG_TILE(20, 1)
LONG_TILE(21, 1)
#endif
#if TILE_ROWS_2 == 10
TILES_TO_10(2)
TILES_TO_6(3)
TILE(7, 3)
TILE(8, 3)
TILES_TO_6(4)
#else
TILES_TO_6(2)
TILES_TO_3(3)
TILE(4, 3)
TILES_TO_3(4)
#endif

typedef void (*TileFunction)(const FaltungGemm *g, const float *a, float *c, const float *next);

static const TileFunction tiles_1[] = {
    NULL,
    gemm_1x1,
    gemm_2x1,
    gemm_3x1,
    gemm_4x1,
    gemm_5x1,
    gemm_6x1,
    gemm_7x1,
    gemm_8x1,
    gemm_9x1,
    gemm_10x1,
    gemm_11x1,
    gemm_12x1,
#if TILE_ROWS_TALL == 21
    /* of long sums only */
    gemm_13x1_in_runs,
    gemm_14x1_in_runs,
    gemm_15x1_in_runs,
    gemm_16x1_in_runs,
    gemm_17x1_in_runs,
    gemm_18x1_in_runs,
    gemm_19x1_in_runs,
    gemm_20x1_in_runs,
    gemm_21x1_in_runs,
#endif
};
static const TileFunction tiles_2[] = {
    NULL,     gemm_1x2, gemm_2x2, gemm_3x2,  gemm_4x2, gemm_5x2, gemm_6x2,
#if TILE_ROWS_2 == 10
    gemm_7x2, gemm_8x2, gemm_9x2, gemm_10x2,
#endif
};
static const TileFunction tiles_3[] = {
    NULL,     gemm_1x3, gemm_2x3, gemm_3x3, gemm_4x3,
#if TILE_ROWS_3 == 8
    gemm_5x3, gemm_6x3, gemm_7x3, gemm_8x3,
#endif
};
static const TileFunction tiles_4[] = {
    NULL,     gemm_1x4, gemm_2x4, gemm_3x4,
#if TILE_ROWS_4 == 6
    gemm_4x4, gemm_5x4, gemm_6x4,
#endif
};

/*
 * A sum of few products, one vector wide: all of B fits into the registers, and the rows of A go
 * by, eight at a time, with no more loads than multiply-adds and without a start for every tile.
 * Such are the products of 16 channels in Winograd's planes. Adds up in the same order as the
 * tiles.
 */
#if TILE_ROWS_4 == 6
enum { RESIDENT_DEPTH = 16, RESIDENT_ROWS = 8 };

static int fits_registers(const FaltungGemm *g) {
    return g->columns <= LANES && g->depth == RESIDENT_DEPTH && n_reduced(g) == 1 &&
           g->a_depth == 1 && g->rows >= RESIDENT_ROWS;
}

/* Returns: the rows that are done; fewer than eight are left. */
static int gemm_resident(const FaltungGemm *g) {
    Vector b[RESIDENT_DEPTH];
#pragma GCC unroll 16
    for (int k = 0; k < RESIDENT_DEPTH; k++)
        b[k] = load(g->b + k * g->b_depth);
    int row = 0;
    for (; row + RESIDENT_ROWS <= g->rows; row += RESIDENT_ROWS) {
        const float *a = g->a + row * g->a_row;
        float *c = g->c + row * g->c_row;
        Vector sum[TILE_ROWS_TALL][4];
#pragma GCC unroll 8
        for (int m = 0; m < RESIDENT_ROWS; m++)
            sum[m][0] = splat(0);
#pragma GCC unroll 16
        for (int k = 0; k < RESIDENT_DEPTH; k++)
#pragma GCC unroll 8
            for (int m = 0; m < RESIDENT_ROWS; m++)
                sum[m][0] += splat(a[m * g->a_row + k]) * b[k];
        if (g->columns == LANES)
            finish_whole_tile(g, RESIDENT_ROWS, 1, sum, c);
        else
            finish_partial_tile(g, RESIDENT_ROWS, 1, sum, c);
    }
    return row;
}
#else
static int fits_registers(const FaltungGemm *g) {
    return 0;
}
static int gemm_resident(const FaltungGemm *g) {
    return 0;
}
#endif

static void gemm(const FaltungGemm *g) {
    const TileFunction *tiles = tiles_4;
    int most = TILE_ROWS_4;
    if (g->columns <= LANES) {
        tiles = tiles_1;
        most = is_long(g, 1) ? TILE_ROWS_TALL : TILE_ROWS_1;
    } else if (g->columns <= 2 * LANES) {
        tiles = tiles_2;
        most = TILE_ROWS_2;
    } else if (g->columns <= 3 * LANES) {
        tiles = tiles_3;
        most = TILE_ROWS_3;
    }
    int done = fits_registers(g) ? gemm_resident(g) : 0, rows = g->rows - done;
    /* Tiles of nearly equal height: 28 rows are 10 + 9 + 9, not 12 + 12 + 4. */
    int n_tiles = (rows + most - 1) / most;
    size_t asked = (size_t)g->depth * g->reduce * LINE; /* floats of `next` in a tile */
    for (int i = 0; i < n_tiles; i++) {
        int from = done + (int)((int64_t)rows * i / n_tiles);
        int to = done + (int)((int64_t)rows * (i + 1) / n_tiles);
        const float *next = g->next && i * asked < g->n_next ? g->next + i * asked : NULL;
        tiles[to - from](g, g->a + from * g->a_row, g->c + from * g->c_row, next);
    }
}
