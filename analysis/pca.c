/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/pca.h"

#include "analysis/symmetric.h"
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/base/random.h"

#include <math.h>
#include <string.h>

enum {
    BLOCK = 256, /* columns that a thread works on while samples pass by */
    MOST_ITERATIONS = 300,
};

/* The residual, as a part of the largest eigenvalue, at which an eigenvector is good enough. */
#define TOLERANCE 1e-9

/* Centred samples, their covariance where it is small enough to be kept, and a subspace. */
typedef struct {
    const float *samples; /* (n, dims) */
    guint32 n;
    int dims, threads;
    double *mean;       /* (dims) */
    double *covariance; /* (dims, dims), NULL: too large */
    int width;          /* vectors of the subspace */
    double *basis;      /* (width, dims), orthonormal */
    double *image;      /* (width, dims): covariance times basis */
    double *scores;     /* (n, width): centred samples times basis; only without covariance */
} Space;

static void space_clear(Space *space) {
    g_free(space->mean);
    g_free(space->covariance);
    g_free(space->basis);
    g_free(space->image);
    g_free(space->scores);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Space, space_clear)

FALTUNG_CLONES static double pca_dot(int n, const double *a, const double *b) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

FALTUNG_CLONES static void pca_add(int n, double factor, const double *x, double *y) {
#pragma omp simd
    for (int i = 0; i < n; i++)
        y[i] += factor * x[i];
}

/* Values @first to @first + @n of a sample, centred. */
static void centre(const Space *space, guint32 sample, int first, int n, double *values) {
    const float *from = space->samples + (size_t)sample * space->dims + first;
    for (int i = 0; i < n; i++)
        values[i] = from[i] - space->mean[first + i];
}

static gboolean measure_mean(Space *space, GError **error) {
    for (guint32 s = 0; s < space->n; s++)
        for (int i = 0; i < space->dims; i++)
            space->mean[i] += space->samples[(size_t)s * space->dims + i];
    gboolean finite = TRUE;
    for (int i = 0; i < space->dims; i++) {
        space->mean[i] /= space->n;
        finite &= isfinite(space->mean[i]) != 0;
    }
    if (!finite)
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "there are values that are not finite, which have no principal "
                     "components; look at an earlier moment of the training");
    return finite;
}

/* The rows of the covariance are shared out; each adds up the samples in their order. */
static void measure_covariance(Space *space) {
    int dims = space->dims;
    space->covariance = g_new0(double, (size_t)dims *dims);
    g_autofree double *block = g_new(double, (size_t)BLOCK *dims);
    for (guint32 first = 0; first < space->n; first += BLOCK) {
        int n = MIN(BLOCK, space->n - first);
        for (int s = 0; s < n; s++)
            centre(space, first + s, 0, dims, block + (size_t)s * dims);
#pragma omp parallel for num_threads(space->threads) schedule(dynamic, 8)
        for (int i = 0; i < dims; i++) {
            double *row = space->covariance + (size_t)i * dims;
            for (int s = 0; s < n; s++) {
                const double *x = block + (size_t)s * dims;
                pca_add(dims - i, x[i], x + i, row + i);
            }
        }
    }
    for (int i = 0; i < dims; i++) {
        for (int j = i; j < dims; j++) {
            double *element = space->covariance + (size_t)i * dims + j;
            *element /= space->n - 1;
            space->covariance[(size_t)j * dims + i] = *element;
        }
    }
}

static void multiply_dense(Space *space) {
    int dims = space->dims;
#pragma omp parallel for num_threads(space->threads) schedule(static)
    for (int i = 0; i < dims; i++)
        for (int k = 0; k < space->width; k++)
            space->image[(size_t)k * dims + i] = pca_dot(dims, space->covariance + (size_t)i * dims,
                                                         space->basis + (size_t)k * dims);
}

/* X^T (X basis) / (n - 1), without the covariance. */
static void multiply_through_samples(Space *space) {
    int dims = space->dims, width = space->width, n_blocks = (dims + BLOCK - 1) / BLOCK;
#pragma omp parallel num_threads(space->threads)
    {
        g_autofree double *x = g_new(double, dims);
#pragma omp for schedule(static)
        for (guint32 s = 0; s < space->n; s++) {
            centre(space, s, 0, dims, x);
            for (int k = 0; k < width; k++)
                space->scores[(size_t)s * width + k] =
                    pca_dot(dims, x, space->basis + (size_t)k * dims) / (space->n - 1);
        }
#pragma omp for schedule(static)
        for (int block = 0; block < n_blocks; block++) {
            int first = block * BLOCK, n = MIN(BLOCK, dims - first);
            for (int k = 0; k < width; k++)
                memset(space->image + (size_t)k * dims + first, 0, n * sizeof(double));
            for (guint32 s = 0; s < space->n; s++) {
                centre(space, s, first, n, x);
                for (int k = 0; k < width; k++)
                    pca_add(n, space->scores[(size_t)s * width + k], x,
                            space->image + (size_t)k * dims + first);
            }
        }
    }
}

/* Gram and Schmidt, twice for the rounding errors. A vector of which nothing is left becomes 0. */
static void orthonormalize(Space *space) {
    int dims = space->dims;
    for (int k = 0; k < space->width; k++) {
        double *vector = space->basis + (size_t)k * dims;
        double before = sqrt(pca_dot(dims, vector, vector));
        for (int pass = 0; pass < 2; pass++) {
            for (int j = 0; j < k; j++) {
                const double *other = space->basis + (size_t)j * dims;
                pca_add(dims, -pca_dot(dims, vector, other), other, vector);
            }
        }
        double norm = sqrt(pca_dot(dims, vector, vector));
        double scale = norm > 1e-14 * before ? 1 / norm : 0;
        for (int i = 0; i < dims; i++)
            vector[i] *= scale;
    }
}

/* rows = turn rows; (width, dims) */
static void turn_rows(const Space *space, const double *turn, double *rows, double *room) {
    int dims = space->dims, width = space->width;
    memset(room, 0, sizeof(double) * width * dims);
    for (int k = 0; k < width; k++)
        for (int j = 0; j < width; j++)
            pca_add(dims, turn[k * width + j], rows + (size_t)j * dims, room + (size_t)k * dims);
    memcpy(rows, room, sizeof(double) * width * dims);
}

/* Rayleigh and Ritz: turns basis and image to the eigenvectors within the subspace.
   Returns: the largest residual of the first @components, as a part of the first eigenvalue. */
static double ritz(Space *space, int components, double *values) {
    int dims = space->dims, width = space->width;
    g_autofree double *small = g_new(double, width *width);
    g_autofree double *turn = g_new(double, width *width);
    g_autofree double *room = g_new(double, (size_t)width *dims);
    for (int k = 0; k < width; k++)
        for (int j = 0; j <= k; j++)
            small[k * width + j] = small[j * width + k] =
                pca_dot(dims, space->basis + (size_t)k * dims, space->image + (size_t)j * dims);
    faltung_symmetric_eigen(width, small, values, turn);
    turn_rows(space, turn, space->basis, room);
    turn_rows(space, turn, space->image, room);
    double worst = 0;
    for (int k = 0; k < components; k++) {
        memcpy(room, space->image + (size_t)k * dims, dims * sizeof(double));
        pca_add(dims, -values[k], space->basis + (size_t)k * dims, room);
        worst = MAX(worst, sqrt(pca_dot(dims, room, room)));
    }
    return values[0] > 0 ? worst / values[0] : 0;
}

static gboolean find_subspace(Space *space, int components, double *values,
                              const FaltungAnalysisHooks *hooks, GError **error) {
    FaltungRandom random = {.purpose = FALTUNG_RANDOM_SAMPLE};
    for (size_t i = 0; i < (size_t)space->width * space->dims; i++)
        space->basis[i] = faltung_random_normal(&random, i);
    for (int i = 0; i < MOST_ITERATIONS; i++) {
        if (!faltung_analysis_goes_on(hooks, (double)i / MOST_ITERATIONS, error))
            return FALSE;
        orthonormalize(space);
        if (space->covariance)
            multiply_dense(space);
        else
            multiply_through_samples(space);
        if (ritz(space, components, values) < TOLERANCE)
            break;
        if (i + 1 < MOST_ITERATIONS)
            memcpy(space->basis, space->image, sizeof(double) * space->width * space->dims);
    }
    return faltung_analysis_goes_on(hooks, 1, error);
}

static double total_variance(const Space *space) {
    double sum = 0;
    for (guint32 s = 0; s < space->n; s++) {
        for (int i = 0; i < space->dims; i++) {
            double x = space->samples[(size_t)s * space->dims + i] - space->mean[i];
            sum += x * x;
        }
    }
    return sum / (space->n - 1);
}

static void keep_direction(const double *vector, int dims, float *direction) {
    int largest = 0;
    for (int i = 1; i < dims; i++)
        largest = fabs(vector[i]) > fabs(vector[largest]) ? i : largest;
    double sign = vector[largest] < 0 ? -1 : 1;
    for (int i = 0; i < dims; i++)
        direction[i] = sign * vector[i];
}

FaltungPca *faltung_pca_new(const float *samples, guint32 n, int dims, int components, int threads,
                            const FaltungAnalysisHooks *hooks, GError **error) {
    if (n < 2) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "principal components need two samples or more, and there are %u", n);
        return NULL;
    }
    components = MIN(components, MIN(dims, (int)MIN(n - 1, G_MAXINT)));
    g_auto(Space) space = {
        .samples = samples,
        .n = n,
        .dims = dims,
        .threads = threads > 0 ? threads : (int)g_get_num_processors(),
        .mean = g_new0(double, dims),
        .width = dims <= 64 ? dims : MIN(dims, 2 * components + 10),
    };
    if (!measure_mean(&space, error))
        return NULL;
    space.basis = g_new(double, (size_t)space.width *dims);
    space.image = g_new(double, (size_t)space.width *dims);
    if (dims <= FALTUNG_PCA_DENSE)
        measure_covariance(&space);
    else
        space.scores = g_new(double, (size_t)n *space.width);
    g_autofree double *values = g_new(double, space.width);
    if (!find_subspace(&space, components, values, hooks, error))
        return NULL;

    FaltungPca *pca = g_new0(FaltungPca, 1);
    pca->dims = dims;
    pca->n = components;
    pca->mean = g_new(float, dims);
    pca->directions = g_new(float, (size_t)components *dims);
    pca->variances = g_new(double, components);
    pca->total = total_variance(&space);
    for (int i = 0; i < dims; i++)
        pca->mean[i] = space.mean[i];
    for (int k = 0; k < components; k++) {
        pca->variances[k] = MAX(values[k], 0);
        keep_direction(space.basis + (size_t)k * dims, dims, pca->directions + (size_t)k * dims);
    }
    return pca;
}

void faltung_pca_free(FaltungPca *pca) {
    if (!pca)
        return;
    g_free(pca->mean);
    g_free(pca->directions);
    g_free(pca->variances);
    g_free(pca);
}

void faltung_pca_project(const FaltungPca *pca, const float *samples, guint32 n, int threads,
                         float *projections) {
#pragma omp parallel for num_threads(threads > 0 ? threads : (int)g_get_num_processors())          \
    schedule(static)
    for (guint32 s = 0; s < n; s++) {
        const float *x = samples + (size_t)s * pca->dims;
        for (int k = 0; k < pca->n; k++) {
            const float *direction = pca->directions + (size_t)k * pca->dims;
            double sum = 0;
            for (int i = 0; i < pca->dims; i++)
                sum += ((double)x[i] - pca->mean[i]) * direction[i];
            projections[(size_t)s * pca->n + k] = sum;
        }
    }
}
