/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/tsne.h"

#include "analysis/neighbours.h"
#include "analysis/pca.h"
#include "analysis/tsne-private.h"
#include "core/base/error.h"

#include <math.h>
#include <string.h>

#define SPREAD 1e-4 /* standard deviation of the points at the beginning */
#define LEAST_GAIN 0.01

enum { REPORT = 10 }; /* iterations between two reports */

static const FaltungOptionSpec options[] = {
    {
        .name = "perplexity",
        .summary = "about how many neighbours a sample has",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungTsneOptions, perplexity),
        .fallback = "30",
        .minimum = 1,
        .maximum = 1000,
    },
    {
        .name = "iterations",
        .summary = "steps of gradient descent",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(FaltungTsneOptions, iterations),
        .fallback = "1000",
        .minimum = 1,
        .maximum = 100000,
    },
    {
        .name = "exaggeration",
        .summary = "how much stronger attraction is in the first quarter of the steps",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungTsneOptions, exaggeration),
        .fallback = "12",
        .minimum = 1,
        .maximum = 100,
    },
    {
        .name = "rate",
        .summary = "learning rate; 0: by the number of samples",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungTsneOptions, rate),
        .fallback = "0",
        .minimum = 0,
        .maximum = 1e6,
    },
    {
        .name = "theta",
        .summary = "how large a cell may look to be taken for one point; 0: exact and slow",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungTsneOptions, theta),
        .fallback = "0.5",
        .minimum = 0,
        .maximum = 0.7, /* beyond the root of 1/2 a cell could be a point for those inside it */
    },
    {0},
};

const FaltungKind faltung_tsne_kind = {
    .name = "tsne",
    .title = "t-SNE",
    .summary = "points of a plane in which near samples stay near",
    .options = options,
    .options_size = sizeof(FaltungTsneOptions),
};

/* Part of the time that is spent before the first iteration. */
#define PREPARATION 0.1

static gboolean tell_before(double part, gpointer data) {
    const FaltungTsneHooks *hooks = data;
    return hooks->progress(PREPARATION * part, NULL, hooks->data);
}

static gboolean goes_on(const FaltungTsneHooks *hooks, double part, const float *points,
                        GError **error) {
    if (!hooks || !hooks->progress || hooks->progress(part, points, hooks->data))
        return TRUE;
    return faltung_analysis_cancelled(error);
}

double faltung_tsne_gradient(const FaltungAffinities *affinities, FaltungRepulsion *repulsion,
                             const float *points, double exaggeration, double theta, int threads,
                             float *gradient) {
    double z = faltung_repulsion_measure(repulsion, points, theta, threads, gradient);
    float inverse = 1 / z, stronger = exaggeration;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < affinities->n; i++) {
        float x = points[2 * i], y = points[2 * i + 1], sum_x = 0, sum_y = 0;
        for (size_t e = affinities->begin[i]; e < affinities->begin[i + 1]; e++) {
            const float *other = points + 2 * (size_t)affinities->neighbour[e];
            float dx = x - other[0], dy = y - other[1];
            float pull = affinities->p[e] / (1.0f + dx * dx + dy * dy);
            sum_x += pull * dx;
            sum_y += pull * dy;
        }
        gradient[2 * i] = 4 * (stronger * sum_x - inverse * gradient[2 * i]);
        gradient[2 * i + 1] = 4 * (stronger * sum_y - inverse * gradient[2 * i + 1]);
    }
    return z;
}

static double measure_divergence(const FaltungAffinities *affinities, const float *points,
                                 double z) {
    double sum = 0;
    for (int i = 0; i < affinities->n; i++) {
        for (size_t e = affinities->begin[i]; e < affinities->begin[i + 1]; e++) {
            const float *other = points + 2 * (size_t)affinities->neighbour[e];
            double dx = points[2 * i] - other[0], dy = points[2 * i + 1] - other[1];
            double p = affinities->p[e], q = 1 / (1 + dx * dx + dy * dy) / z;
            sum += p > 0 ? p * log(p / q) : 0;
        }
    }
    return sum;
}

/* Gradient descent with momentum and a gain for each coordinate (Jacobs, 1988). */
typedef struct {
    size_t n; /* coordinates */
    float *points, *gradient, *velocity, *gain;
} Descent;

static void descent_clear(Descent *descent) {
    g_free(descent->points);
    g_free(descent->gradient);
    g_free(descent->velocity);
    g_free(descent->gain);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Descent, descent_clear)

static void step(Descent *descent, double rate, double momentum) {
    double mean[2] = {0, 0};
    for (size_t i = 0; i < descent->n; i++) {
        gboolean turns = descent->gradient[i] * descent->velocity[i] > 0;
        float gain = turns ? descent->gain[i] * 0.8f : descent->gain[i] + 0.2f;
        descent->gain[i] = MAX(gain, (float)LEAST_GAIN);
        descent->velocity[i] =
            momentum * descent->velocity[i] - rate * descent->gain[i] * descent->gradient[i];
        descent->points[i] += descent->velocity[i];
        mean[i % 2] += descent->points[i];
    }
    for (size_t i = 0; i < descent->n; i++)
        descent->points[i] -= mean[i % 2] / (descent->n / 2);
}

/* The two first principal components, made very small. */
static void start(Descent *descent, const FaltungPca *pca, const float *samples, guint32 n,
                  int threads) {
    g_autofree float *projections = g_new(float, (size_t)n * pca->n);
    faltung_pca_project(pca, samples, n, threads, projections);
    double scale = pca->variances[0] > 0 ? SPREAD / sqrt(pca->variances[0]) : 0;
    for (guint32 i = 0; i < n; i++)
        for (int k = 0; k < MIN(pca->n, 2); k++)
            descent->points[2 * i + k] = scale * projections[(size_t)i * pca->n + k];
}

static gboolean descend(Descent *descent, const FaltungAffinities *affinities,
                        const FaltungTsneOptions *how, int threads, const FaltungTsneHooks *hooks,
                        double *divergence, GError **error) {
    g_autoptr(FaltungRepulsion) repulsion = faltung_repulsion_new(affinities->n);
    int early = how->iterations / 4;
    double rate = how->rate > 0 ? how->rate : MAX(affinities->n / how->exaggeration / 4, 50);
    for (int i = 0; i < how->iterations; i++) {
        double part = PREPARATION + (1 - PREPARATION) * i / how->iterations;
        if (i % REPORT == 0 && !goes_on(hooks, part, descent->points, error))
            return FALSE;
        faltung_tsne_gradient(affinities, repulsion, descent->points,
                              i < early ? how->exaggeration : 1, how->theta, threads,
                              descent->gradient);
        step(descent, rate, i < early ? 0.5 : 0.8);
    }
    if (divergence) {
        double z = faltung_repulsion_measure(repulsion, descent->points, how->theta, threads,
                                             descent->gradient);
        *divergence = measure_divergence(affinities, descent->points, z);
    }
    return goes_on(hooks, 1, descent->points, error);
}

static gboolean check(guint32 n, const FaltungTsneOptions *how, GError **error) {
    if (n > G_MAXINT / 2 || n > 3 * how->perplexity)
        return TRUE;
    if (n < 5)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "t-SNE needs 5 samples or more, and there are %u",
                     n);
    else
        faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "a perplexity of %g needs more than %g samples, and there are %u; choose %u or "
            "less",
            how->perplexity, 3 * how->perplexity, n, (n - 1) / 3);
    return FALSE;
}

float *faltung_tsne(const float *samples, guint32 n, int dims, const FaltungTsneOptions *how,
                    int threads, const FaltungTsneHooks *hooks, double *divergence,
                    GError **error) {
    if (!check(n, how, error))
        return NULL;
    if (threads <= 0)
        threads = g_get_num_processors();
    FaltungAnalysisHooks before = {NULL};
    if (hooks && hooks->progress)
        before = (FaltungAnalysisHooks){tell_before, (gpointer)hooks};
    FaltungPartOfHooks half = {.whole = &before, .to = 0.5};
    FaltungPartOfHooks rest = {.whole = &before, .from = 0.5, .to = 1};
    FaltungAnalysisHooks first = faltung_analysis_part(&half);
    FaltungAnalysisHooks second = faltung_analysis_part(&rest);
    gboolean many = dims > FALTUNG_TSNE_DIMS;
    g_autoptr(FaltungPca) pca =
        faltung_pca_new(samples, n, dims, many ? FALTUNG_TSNE_DIMS : 2, threads, &first, error);
    if (!pca)
        return NULL;
    g_autofree float *reduced = many ? g_new(float, (size_t)n * pca->n) : NULL;
    if (many)
        faltung_pca_project(pca, samples, n, threads, reduced);
    g_autoptr(FaltungAffinities) affinities =
        faltung_affinities_new(many ? reduced : samples, n, many ? pca->n : dims, how->perplexity,
                               threads, &second, error);
    if (!affinities)
        return NULL;
    g_auto(Descent) descent = {.n = 2 * (size_t)n};
    descent.points = g_new0(float, descent.n);
    descent.gradient = g_new0(float, descent.n);
    descent.velocity = g_new0(float, descent.n);
    descent.gain = g_new(float, descent.n);
    for (size_t i = 0; i < descent.n; i++)
        descent.gain[i] = 1;
    start(&descent, pca, samples, n, threads);
    if (!descend(&descent, affinities, how, threads, hooks, divergence, error))
        return NULL;
    return g_steal_pointer(&descent.points);
}

double faltung_nearest_class_agreement(const float *points, guint32 n, int dims,
                                       const gint32 *classes, int threads) {
    if (n < 2)
        return NAN;
    g_autofree int *nearest = g_new(int, n);
    g_autofree double *squares = g_new(double, n);
    faltung_neighbours(points, n, dims, 1, threads, NULL, nearest, squares, NULL);
    guint32 same = 0;
    for (guint32 i = 0; i < n; i++)
        same += classes[i] == classes[nearest[i]];
    return (double)same / n;
}
