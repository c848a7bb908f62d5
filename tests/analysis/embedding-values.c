/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/neighbours.h"
#include "analysis/pca.h"
#include "analysis/tsne-private.h"

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * embedding-values WHAT NUMBER...: reads float32 from stdin, (n, dims) samples first, and writes
 * what was computed as float64 to stdout.
 */

static float *read_floats(size_t n) {
    float *values = g_new(float, n);
    if (fread(values, sizeof *values, n, stdin) != n)
        g_error("stdin ends early");
    return values;
}

static void put(double value) {
    fwrite(&value, sizeof value, 1, stdout);
}

static void put_floats(const float *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        put(values[i]);
}

static void pca(const float *samples, int n, int dims, int components, int threads) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungPca) result =
        faltung_pca_new(samples, n, dims, components, threads, NULL, &error);
    g_assert_no_error(error);
    g_autofree float *projections = g_new(float, (size_t)n * result->n);
    faltung_pca_project(result, samples, n, threads, projections);
    put(result->total);
    for (int i = 0; i < result->n; i++)
        put(result->variances[i]);
    put_floats(result->mean, dims);
    put_floats(result->directions, (size_t)result->n * dims);
    put_floats(projections, (size_t)n * result->n);
}

static void neighbours(const float *samples, int n, int dims, int k, int threads) {
    g_autofree int *indices = g_new(int, (size_t)n *k);
    g_autofree double *squares = g_new(double, (size_t)n *k);
    faltung_neighbours(samples, n, dims, k, threads, NULL, indices, squares, NULL);
    for (int i = 0; i < n * k; i++)
        put(indices[i]);
    for (int i = 0; i < n * k; i++)
        put(squares[i]);
}

/* The joint probabilities as a matrix, the divergence's gradient at the points read, and Z. */
static void gradient(const float *samples, int n, int dims, double perplexity, double exaggeration,
                     double theta, int threads) {
    g_autofree float *points = read_floats(2 * n);
    g_autoptr(FaltungAffinities) affinities =
        faltung_affinities_new(samples, n, dims, perplexity, threads, NULL, NULL);
    g_autofree float *matrix = g_new0(float, (size_t)n *n);
    for (int i = 0; i < n; i++)
        for (size_t e = affinities->begin[i]; e < affinities->begin[i + 1]; e++)
            matrix[(size_t)i * n + affinities->neighbour[e]] = affinities->p[e];
    put_floats(matrix, (size_t)n * n);
    g_autoptr(FaltungRepulsion) repulsion = faltung_repulsion_new(n);
    g_autofree float *values = g_new(float, 2 * n);
    double z =
        faltung_tsne_gradient(affinities, repulsion, points, exaggeration, theta, threads, values);
    put_floats(values, 2 * n);
    put(z);
}

static void tsne(const float *samples, int n, int dims, int iterations, int threads) {
    FaltungTsneOptions *options = faltung_options_new(&faltung_tsne_kind);
    options->iterations = iterations;
    double divergence = 0;
    g_autoptr(GError) error = NULL;
    g_autofree float *points =
        faltung_tsne(samples, n, dims, options, threads, NULL, &divergence, &error);
    g_assert_no_error(error);
    put_floats(points, 2 * n);
    put(divergence);
    faltung_options_free(&faltung_tsne_kind, options);
}

/* -- being told and stopping ---------------------------------------------------------------- */

typedef struct {
    double part; /* of the last report */
    int reports;
    int stop_at;     /* the report that says stop; 0: none */
    gboolean falls;  /* a part was less than the one before */
    gboolean points; /* there were points at the last */
} Watch;

static gboolean watch(double part, const float *points, gpointer data) {
    Watch *state = data;
    state->falls |= part < state->part;
    state->part = part;
    state->points = points != NULL;
    return ++state->reports != state->stop_at;
}

/* Stops at every report in turn; at the end one goes through. */
static void stop(const float *samples, int n, int dims) {
    FaltungTsneOptions *options = faltung_options_new(&faltung_tsne_kind);
    options->iterations = 30;
    for (int stop_at = 1;; stop_at++) {
        Watch state = {.stop_at = stop_at};
        FaltungTsneHooks hooks = {watch, &state};
        g_autoptr(GError) error = NULL;
        g_autofree float *points = faltung_tsne(samples, n, dims, options, 1, &hooks, NULL, &error);
        g_assert_false(state.falls);
        if (points) {
            g_assert_cmpfloat(state.part, ==, 1);
            g_assert_true(state.points);
            put(state.reports);
            break;
        }
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_assert_cmpint(state.reports, ==, stop_at);
    }
    options->perplexity = n;
    g_autoptr(GError) error = NULL;
    g_assert_null(faltung_tsne(samples, n, dims, options, 1, NULL, NULL, &error));
    g_assert_nonnull(strstr(error->message, "choose"));
    faltung_options_free(&faltung_tsne_kind, options);
}

int main(int argc, char **argv) {
    const char *what = argv[1];
    double numbers[8] = {0};
    for (int i = 2; i < argc; i++)
        numbers[i - 2] = g_ascii_strtod(argv[i], NULL);
    int n = numbers[0], dims = numbers[1];
    g_autofree float *samples = read_floats((size_t)n * dims);
    if (strcmp(what, "pca") == 0)
        pca(samples, n, dims, numbers[2], numbers[3]);
    else if (strcmp(what, "neighbours") == 0)
        neighbours(samples, n, dims, numbers[2], numbers[3]);
    else if (strcmp(what, "gradient") == 0)
        gradient(samples, n, dims, numbers[2], numbers[3], numbers[4], numbers[5]);
    else if (strcmp(what, "tsne") == 0)
        tsne(samples, n, dims, numbers[2], numbers[3]);
    else if (strcmp(what, "stop") == 0)
        stop(samples, n, dims);
    return 0;
}
