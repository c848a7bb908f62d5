/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/neighbours.h"

#include "core/base/squares.h"
#include "core/ops/panels.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 64,  /* samples whose distances to a panel of others are computed at once */
    SPARE = 16, /* candidates more than wanted: float32 may not know which of two is nearer */
    GROUP = 16, /* blocks of rows between two reports */
};

typedef struct {
    double square;
    int index;
} Candidate;

typedef struct {
    int n, dims, k, most; /* most: candidates */
    const FaltungKernels *kernels;
    FaltungPanels panels;
    float *centred; /* (n, dims), with slack */
    float *packed;  /* panels of the same */
    float *norms;   /* (n): squares */
} Search;

static void search_clear(Search *search) {
    g_free(search->centred);
    g_free(search->packed);
    g_free(search->norms);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

/* About the mean the inner products are small, and so are their rounding errors. */
static void prepare(Search *search, const float *samples) {
    int n = search->n, dims = search->dims;
    search->kernels = faltung_kernels();
    search->panels = faltung_panels(n, dims);
    search->centred = g_new0(float, (size_t)n *dims + FALTUNG_SLACK);
    search->packed = g_new0(float, faltung_panels_size(&search->panels) + FALTUNG_SLACK);
    search->norms = g_new(float, n);
    g_autofree double *mean = g_new0(double, dims);
    for (size_t i = 0; i < (size_t)n * dims; i++)
        mean[i % dims] += (double)samples[i] / n;
    for (int i = 0; i < n; i++) {
        float *row = search->centred + (size_t)i * dims;
        for (int j = 0; j < dims; j++) {
            row[j] = samples[(size_t)i * dims + j] - mean[j];
            search->packed[faltung_panels_index(&search->panels, i, j)] = row[j];
        }
        search->norms[i] = faltung_sum_of_squares(row, dims);
    }
}

/* A heap: the farthest candidate is the first. */
static void sink(Candidate *heap, int n, Candidate candidate) {
    int i = 0;
    for (int child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && heap[child + 1].square > heap[child].square)
            child++;
        if (heap[child].square <= candidate.square)
            break;
        heap[i] = heap[child];
    }
    heap[i] = candidate;
}

static void consider(const Search *search, int row, int first, int columns, const float *products,
                     Candidate *heap) {
    float norm = search->norms[row];
    for (int j = 0; j < columns; j++) {
        float square = norm + search->norms[first + j] - 2 * products[j];
        if (square < heap[0].square && first + j != row)
            sink(heap, search->most, (Candidate){square, first + j});
    }
}

static int compare(const void *a, const void *b) {
    const Candidate *x = a, *y = b;
    if (x->square != y->square)
        return x->square < y->square ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void settle(const Search *search, int row, Candidate *heap, int *indices, double *squares) {
    int dims = search->dims;
    for (int c = 0; c < search->most; c++) {
        if (heap[c].index >= 0)
            heap[c].square = faltung_sum_of_squared_differences(
                search->centred + (size_t)row * dims,
                search->centred + (size_t)heap[c].index * dims, dims);
    }
    qsort(heap, search->most, sizeof *heap, compare);
    for (int c = 0; c < search->k; c++) {
        indices[(size_t)row * search->k + c] = heap[c].index;
        squares[(size_t)row * search->k + c] = heap[c].square;
    }
}

static void search_block(const Search *search, int first, int *indices, double *squares) {
    int rows = MIN(ROWS, search->n - first), width = search->panels.width;
    g_autofree float *tile = g_new(float, ROWS *width + FALTUNG_SLACK);
    g_autofree Candidate *heaps = g_new(Candidate, rows * search->most);
    for (int i = 0; i < rows * search->most; i++)
        heaps[i] = (Candidate){G_MAXDOUBLE, -1};
    for (int p = 0; p < search->panels.n_panels; p++) {
        FaltungGemm gemm = {
            .rows = rows,
            .columns = faltung_panels_columns(&search->panels, p),
            .depth = search->dims,
            .reduce = 1,
            .a = search->centred + (size_t)first * search->dims,
            .a_row = search->dims,
            .a_depth = 1,
            .b = search->packed + faltung_panels_begin(&search->panels, p),
            .b_depth = width,
            .c = tile,
            .c_row = width,
        };
        search->kernels->gemm(&gemm);
        for (int i = 0; i < rows; i++)
            consider(search, first + i, p * width, gemm.columns, tile + i * width,
                     heaps + i * search->most);
    }
    for (int i = 0; i < rows; i++)
        settle(search, first + i, heaps + i * search->most, indices, squares);
}

gboolean faltung_neighbours(const float *samples, int n, int dims, int k, int threads,
                            const FaltungAnalysisHooks *hooks, int *indices, double *squares,
                            GError **error) {
    g_auto(Search) search = {.n = n, .dims = dims, .k = k, .most = MIN(k + SPARE, n - 1)};
    if (threads <= 0)
        threads = g_get_num_processors();
    prepare(&search, samples);
    int n_blocks = (n + ROWS - 1) / ROWS;
    for (int block = 0; block < n_blocks; block += GROUP) {
        if (!faltung_analysis_goes_on(hooks, (double)block / n_blocks, error))
            return FALSE;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
        for (int i = block; i < MIN(block + GROUP, n_blocks); i++)
            search_block(&search, i * ROWS, indices, squares);
    }
    return faltung_analysis_goes_on(hooks, 1, error);
}
