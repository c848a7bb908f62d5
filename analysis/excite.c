/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/excite.h"

#include "analysis/outputs.h"
#include "core/base/squares.h"
#include "core/ops/layout.h"

#include <math.h>
#include <string.h>

/* -- the most exciting samples -------------------------------------------------------------- */

/* Puts @new into the falling list, where it is among the first @k. Earlier samples win ties. */
static void enter(FaltungExcitement *list, int k, FaltungExcitement new) {
    if (!(new.value > list[k - 1].value))
        return;
    int at = k - 1;
    for (; at > 0 && new.value > list[at - 1].value; at--)
        list[at] = list[at - 1];
    list[at] = new;
}

static FaltungExcitement strongest(const FaltungShape *shape, const float *output, guint32 sample,
                                   int unit) {
    FaltungExcitement best = {sample, 0, -INFINITY};
    int rows = faltung_layout_rows(shape);
    for (int row = 0; row < rows; row++) {
        float value = output[faltung_layout_field(shape, row, unit)];
        if (value > best.value)
            best = (FaltungExcitement){sample, row, value};
    }
    return best;
}

FaltungExcitement *faltung_most_exciting(FaltungNetwork *network, const FaltungDataset *dataset,
                                         guint32 n, int layer, int *k, int *n_units,
                                         const FaltungAnalysisHooks *hooks, GError **error) {
    const FaltungShape *shape = faltung_layer_shape(network, layer);
    size_t size = faltung_shape_size(shape);
    int units = faltung_layout_columns(shape), most = MIN((guint32)*k, n);
    guint32 at_once = MAX(faltung_network_batch(network), 1); /* so that any split fits */
    g_autofree FaltungExcitement *lists = g_new(FaltungExcitement, MAX(units * most, 1));
    for (int i = 0; i < units * most; i++)
        lists[i] = (FaltungExcitement){0, 0, -INFINITY};
    g_autofree guint32 *indices = g_new(guint32, at_once);
    for (guint32 first = 0; first < n; first += at_once) {
        guint32 batch = MIN(at_once, n - first);
        if (!faltung_analysis_goes_on(hooks, (double)first / n, error))
            return NULL;
        for (guint32 i = 0; i < batch; i++)
            indices[i] = first + i;
        g_autofree float *outputs =
            faltung_layer_outputs(network, dataset, indices, batch, layer, NULL, error);
        if (!outputs)
            return NULL;
        for (guint32 i = 0; i < batch; i++)
            for (int unit = 0; unit < units; unit++)
                enter(lists + unit * most, most,
                      strongest(shape, outputs + i * size, first + i, unit));
    }
    *k = most;
    *n_units = units;
    return faltung_analysis_goes_on(hooks, 1, error) ? g_steal_pointer(&lists) : NULL;
}

/* -- a sample made for a unit --------------------------------------------------------------- */

static const FaltungOptionSpec options[] = {
    {
        .name = "steps",
        .summary = "steps of gradient ascent",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(FaltungMaximization, steps),
        .fallback = "200",
        .minimum = 1,
        .maximum = 100000,
    },
    {
        .name = "rate",
        .summary = "the size of a step, in parts of the range of the values",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungMaximization, rate),
        .fallback = "0.02",
        .minimum = 0,
        .maximum = 1,
    },
    {
        .name = "decay",
        .summary = "how much is drawn back to the start at each step",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungMaximization, decay),
        .fallback = "0.01",
        .minimum = 0,
        .maximum = 1,
    },
    {
        .name = "blur",
        .summary = "how much a pixel takes of its neighbours every fourth step; 0: nothing",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungMaximization, blur),
        .fallback = "0.1",
        .minimum = 0,
        .maximum = 0.25,
    },
    {0},
};

const FaltungKind faltung_maximization_kind = {
    .name = "maximization",
    .title = "Activation maximisation",
    .summary = "a sample that excites a unit as much as it can",
    .options = options,
    .options_size = sizeof(FaltungMaximization),
};

/* Every pixel takes @part of each of its four neighbours; at the edge of itself instead. */
static void blur(const FaltungShape *shape, float part, float *image, float *room) {
    int height = shape->dims[1], width = shape->dims[2];
    for (int c = 0; c < shape->dims[0]; c++) {
        float *x = image + (size_t)c * height * width;
        memcpy(room, x, sizeof(float) * height * width);
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                float up = room[MAX(i - 1, 0) * width + j];
                float down = room[MIN(i + 1, height - 1) * width + j];
                float left = room[i * width + MAX(j - 1, 0)];
                float right = room[i * width + MIN(j + 1, width - 1)];
                x[i * width + j] =
                    (1 - 4 * part) * room[i * width + j] + part * (up + down + left + right);
            }
        }
    }
}

static void climb(size_t n, const float *gradient, const float *start, double low, double high,
                  const FaltungMaximization *how, float *sample) {
    double norm = sqrt(faltung_sum_of_squares(gradient, n) / n);
    double rate = norm > 0 ? how->rate * (high - low) / norm : 0;
    for (size_t i = 0; i < n; i++) {
        double value = sample[i] + rate * gradient[i];
        value += how->decay * (start[i] - value);
        sample[i] = CLAMP(value, low, high);
    }
}

double faltung_maximize(FaltungSensitivity *sensitivity, int unit, const float *start, double low,
                        double high, const FaltungMaximization *how,
                        const FaltungAnalysisHooks *hooks, float *sample, GError **error) {
    const FaltungShape *shape = faltung_sensitivity_input(sensitivity);
    size_t n = faltung_shape_size(shape);
    gboolean smooth = shape->rank == 3 && how->blur > 0;
    g_autofree float *now = g_memdup2(start, n * sizeof(float));
    g_autofree float *gradient = g_new(float, n);
    g_autofree float *room = g_new(float, n);
    double best = -INFINITY;
    for (int step = 0; step <= how->steps; step++) {
        double score;
        if (!faltung_analysis_goes_on(hooks, (double)step / how->steps, error))
            return NAN;
        faltung_sensitivity_gradients(sensitivity, 1, now, unit, &score, gradient);
        if (score > best) {
            best = score;
            memcpy(sample, now, n * sizeof(float));
        }
        climb(n, gradient, start, low, high, how, now);
        if (smooth && step % 4 == 3)
            blur(shape, how->blur, now, room);
    }
    return best;
}

float *faltung_mean_sample(const FaltungDataset *dataset, double *low, double *high) {
    enum { MOST = 256 };
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    guint32 n = MIN(faltung_dataset_size(dataset), MOST);
    g_autofree float *sample = g_new(float, size);
    float *mean = g_new0(float, size);
    *low = INFINITY;
    *high = -INFINITY;
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_gather(dataset, &i, 1, sample, NULL, NULL);
        for (size_t k = 0; k < size; k++) {
            mean[k] += sample[k] / n;
            *low = MIN(*low, sample[k]);
            *high = MAX(*high, sample[k]);
        }
    }
    return mean;
}
