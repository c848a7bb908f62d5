/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/neighbours.h"
#include "analysis/tsne-private.h"

#include <math.h>
#include <string.h>

enum { MOST_HALVINGS = 100 };

/* The probabilities of a sample's neighbours for one precision. Returns: their entropy. */
static double gaussian(int k, const double *squares, double precision, double *p) {
    double sum = 0, mean = 0;
    for (int j = 0; j < k; j++) {
        /* from the nearest on, so that not all of them vanish */
        p[j] = exp(-precision * (squares[j] - squares[0]));
        sum += p[j];
        mean += p[j] * (squares[j] - squares[0]);
    }
    for (int j = 0; j < k; j++)
        p[j] /= sum;
    return log(sum) + precision * mean / sum;
}

/* Halves the interval of precisions until the entropy is right. */
static void calibrate(int k, const double *squares, double entropy, double *p) {
    double low = 0, high = INFINITY, precision = 1;
    for (int i = 0; i < MOST_HALVINGS; i++) {
        double error = gaussian(k, squares, precision, p) - entropy;
        if (fabs(error) < 1e-9)
            break;
        if (error > 0) {
            low = precision;
            precision = isinf(high) ? 2 * precision : (low + high) / 2;
        } else {
            high = precision;
            precision = (low + high) / 2;
        }
    }
}

/* Row i holds j where i is a neighbour of j or j of i. */
typedef struct {
    int n, k;
    const int *indices; /* (n, k) */
    const double *p;    /* (n, k): p_j|i */
    size_t *begin;      /* (n + 1) of the transposed */
    int *from;          /* (n k): whose neighbour it is, rising */
    double *back;       /* (n k): with which p */
} Directed;

static void transpose(Directed *directed) {
    int n = directed->n, k = directed->k;
    directed->begin = g_new0(size_t, n + 1);
    directed->from = g_new(int, (size_t)n *k);
    directed->back = g_new(double, (size_t)n *k);
    for (size_t e = 0; e < (size_t)n * k; e++)
        directed->begin[directed->indices[e] + 1]++;
    for (int i = 0; i < n; i++)
        directed->begin[i + 1] += directed->begin[i];
    g_autofree size_t *next = g_new(size_t, n);
    memcpy(next, directed->begin, n * sizeof *next);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < k; j++) {
            size_t e = (size_t)i * k + j, place = next[directed->indices[e]]++;
            directed->from[place] = i;
            directed->back[place] = directed->p[e];
        }
    }
}

/* A row of the joint probabilities: both directions, each neighbour once. @row: (n) zeros, and
   again afterwards. */
static void join_row(const Directed *directed, int i, double *row, gboolean *in, GArray *joined) {
    int k = directed->k;
    g_array_set_size(joined, 0);
    for (int j = 0; j < k; j++) {
        int other = directed->indices[(size_t)i * k + j];
        row[other] += directed->p[(size_t)i * k + j];
        in[other] = TRUE;
        g_array_append_val(joined, other);
    }
    for (size_t e = directed->begin[i]; e < directed->begin[i + 1]; e++) {
        int other = directed->from[e];
        row[other] += directed->back[e];
        if (!in[other])
            g_array_append_val(joined, other);
        in[other] = TRUE;
    }
}

static int compare(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

static FaltungAffinities *join(Directed *directed) {
    int n = directed->n;
    transpose(directed);
    FaltungAffinities *joint = g_new0(FaltungAffinities, 1);
    joint->n = n;
    joint->begin = g_new0(size_t, n + 1);
    joint->neighbour = g_new(int, 2 * (size_t)n * directed->k);
    joint->p = g_new(float, 2 * (size_t)n * directed->k);
    g_autofree double *row = g_new0(double, n);
    g_autofree gboolean *in = g_new0(gboolean, n);
    g_autoptr(GArray) joined = g_array_new(FALSE, FALSE, sizeof(int));
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        join_row(directed, i, row, in, joined);
        g_array_sort(joined, compare);
        for (guint e = 0; e < joined->len; e++) {
            int other = g_array_index(joined, int, e);
            joint->neighbour[at] = other;
            joint->p[at++] = row[other] / (2.0 * n);
            row[other] = 0;
            in[other] = FALSE;
        }
        joint->begin[i + 1] = at;
    }
    g_free(directed->begin);
    g_free(directed->from);
    g_free(directed->back);
    return joint;
}

FaltungAffinities *faltung_affinities_new(const float *samples, int n, int dims, double perplexity,
                                          int threads, const FaltungAnalysisHooks *hooks,
                                          GError **error) {
    int k = MIN((int)(3 * perplexity), n - 1);
    g_autofree int *indices = g_new(int, (size_t)n *k);
    g_autofree double *squares = g_new(double, (size_t)n *k);
    g_autofree double *p = g_new(double, (size_t)n *k);
    if (!faltung_neighbours(samples, n, dims, k, threads, hooks, indices, squares, error))
        return NULL;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < n; i++)
        calibrate(k, squares + (size_t)i * k, log(perplexity), p + (size_t)i * k);
    Directed directed = {.n = n, .k = k, .indices = indices, .p = p};
    return join(&directed);
}

void faltung_affinities_free(FaltungAffinities *affinities) {
    if (!affinities)
        return;
    g_free(affinities->begin);
    g_free(affinities->neighbour);
    g_free(affinities->p);
    g_free(affinities);
}
