/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/explain.h"

#include <math.h>
#include <string.h>

gboolean faltung_integrated_gradients(FaltungSensitivity *sensitivity, const float *sample,
                                      const float *baseline, int unit, int steps,
                                      const FaltungAnalysisHooks *hooks, float *attributions,
                                      double *gap, GError **error) {
    size_t size = faltung_shape_size(faltung_sensitivity_input(sensitivity));
    int most = faltung_sensitivity_batch(sensitivity);
    g_autofree float *points = g_new(float, most *size);
    g_autofree float *gradients = g_new(float, most *size);
    g_autofree double *sums = g_new0(double, size);
    for (int first = 0; first < steps; first += most) {
        int n = MIN(most, steps - first);
        if (!faltung_analysis_goes_on(hooks, (double)first / steps, error))
            return FALSE;
        for (int i = 0; i < n; i++) {
            double t = (first + i + 0.5) / steps;
            for (size_t k = 0; k < size; k++)
                points[i * size + k] = baseline[k] + t * ((double)sample[k] - baseline[k]);
        }
        faltung_sensitivity_gradients(sensitivity, n, points, unit, NULL, gradients);
        for (int i = 0; i < n; i++)
            for (size_t k = 0; k < size; k++)
                sums[k] += gradients[i * size + k];
    }
    double sum = 0, ends[2];
    for (size_t k = 0; k < size; k++) {
        double attribution = ((double)sample[k] - baseline[k]) * sums[k] / steps;
        attributions[k] = attribution;
        sum += attribution;
    }
    faltung_sensitivity_scores(sensitivity, 1, baseline, unit, &ends[0]);
    faltung_sensitivity_scores(sensitivity, 1, sample, unit, &ends[1]);
    if (gap)
        *gap = ends[1] - ends[0] - sum;
    return faltung_analysis_goes_on(hooks, 1, error);
}

void faltung_grad_cam(FaltungSensitivity *behind, const float *maps, int unit, float *cam) {
    const FaltungShape *shape = faltung_sensitivity_input(behind);
    size_t size = faltung_shape_size(shape), channels = shape->rank == 3 ? shape->dims[0] : 1;
    size_t pixels = size / channels;
    g_autofree float *gradients = g_new(float, size);
    g_autofree double *sums = g_new0(double, pixels);
    faltung_sensitivity_gradients(behind, 1, maps, unit, NULL, gradients);
    for (size_t c = 0; c < channels; c++) {
        double weight = 0;
        for (size_t i = 0; i < pixels; i++)
            weight += gradients[c * pixels + i] / (double)pixels;
        for (size_t i = 0; i < pixels; i++)
            sums[i] += weight * maps[c * pixels + i];
    }
    for (size_t i = 0; i < pixels; i++)
        cam[i] = MAX(sums[i], 0);
}

/* -- occlusion ------------------------------------------------------------------------------ */

typedef struct {
    int channels, height, width, size, stride;
    int rows, columns; /* of patches; the last ones may stand over the edge */
} Grid;

static Grid make_grid(const FaltungShape *shape, const FaltungOcclusion *how) {
    gboolean image = shape->rank == 3;
    Grid grid = {
        .channels = image ? shape->dims[0] : 1,
        .height = image ? shape->dims[1] : 1,
        .width = image ? shape->dims[2] : (int)faltung_shape_size(shape),
        .size = image ? MAX(how->size, 1) : 1,
        .stride = image ? CLAMP(how->stride, 1, MAX(how->size, 1)) : 1,
    };
    grid.rows = 1 + (MAX(grid.height - grid.size, 0) + grid.stride - 1) / grid.stride;
    grid.columns = 1 + (MAX(grid.width - grid.size, 0) + grid.stride - 1) / grid.stride;
    return grid;
}

/* The pixels of a patch. */
typedef struct {
    int top, bottom, left, right; /* the second of each behind the last */
} Patch;

static Patch patch_at(const Grid *grid, int index) {
    int top = index / grid->columns * grid->stride, left = index % grid->columns * grid->stride;
    return (Patch){top, MIN(top + grid->size, grid->height), left,
                   MIN(left + grid->size, grid->width)};
}

static void cover_patch(const Grid *grid, const Patch *patch, const float *cover, float *sample) {
    for (int c = 0; c < grid->channels; c++) {
        for (int y = patch->top; y < patch->bottom; y++) {
            size_t at = ((size_t)c * grid->height + y) * grid->width + patch->left;
            memcpy(sample + at, cover + at, (patch->right - patch->left) * sizeof(float));
        }
    }
}

gboolean faltung_occlusion(FaltungSensitivity *sensitivity, const float *sample, const float *cover,
                           int unit, const FaltungOcclusion *how, const FaltungAnalysisHooks *hooks,
                           float *falls, GError **error) {
    const FaltungShape *shape = faltung_sensitivity_input(sensitivity);
    Grid grid = make_grid(shape, how);
    size_t size = faltung_shape_size(shape), pixels = (size_t)grid.height * grid.width;
    int most = faltung_sensitivity_batch(sensitivity), n_patches = grid.rows * grid.columns;
    g_autofree float *samples = g_new(float, most *size);
    g_autofree double *scores = g_new(double, most);
    g_autofree double *sums = g_new0(double, pixels);
    g_autofree int *counts = g_new0(int, pixels);
    double whole;
    faltung_sensitivity_scores(sensitivity, 1, sample, unit, &whole);
    for (int first = 0; first < n_patches; first += most) {
        int n = MIN(most, n_patches - first);
        if (!faltung_analysis_goes_on(hooks, (double)first / n_patches, error))
            return FALSE;
        for (int i = 0; i < n; i++) {
            Patch patch = patch_at(&grid, first + i);
            memcpy(samples + i * size, sample, size * sizeof(float));
            cover_patch(&grid, &patch, cover, samples + i * size);
        }
        faltung_sensitivity_scores(sensitivity, n, samples, unit, scores);
        for (int i = 0; i < n; i++) {
            Patch patch = patch_at(&grid, first + i);
            for (int y = patch.top; y < patch.bottom; y++) {
                for (int x = patch.left; x < patch.right; x++) {
                    sums[y * grid.width + x] += whole - scores[i];
                    counts[y * grid.width + x]++;
                }
            }
        }
    }
    for (size_t i = 0; i < pixels; i++)
        falls[i] = counts[i] ? sums[i] / counts[i] : 0;
    return faltung_analysis_goes_on(hooks, 1, error);
}

/* -- enlarging ------------------------------------------------------------------------------ */

/* Between which two of @n pixels the centre of pixel @i of @to_n lies. Returns: how far it is from
   the first of them. */
static double place(int i, int to_n, int n, int *before, int *behind) {
    double at = CLAMP((i + 0.5) * n / to_n - 0.5, 0, n - 1);
    *before = at;
    *behind = MIN(*before + 1, n - 1);
    return at - *before;
}

void faltung_enlarge(const float *map, int height, int width, int to_height, int to_width,
                     float *to) {
    for (int i = 0; i < to_height; i++) {
        int top, bottom;
        double y = place(i, to_height, height, &top, &bottom);
        for (int j = 0; j < to_width; j++) {
            int left, right;
            double x = place(j, to_width, width, &left, &right);
            double above = (1 - x) * map[top * width + left] + x * map[top * width + right];
            double below = (1 - x) * map[bottom * width + left] + x * map[bottom * width + right];
            to[i * to_width + j] = (1 - y) * above + y * below;
        }
    }
}
