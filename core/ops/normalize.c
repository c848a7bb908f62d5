/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/normalize.h"

#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/parallel.h"
#include "core/train/initializer.h"

#include <math.h>
#include <string.h>

const FaltungOptionSpec faltung_normalize_options[] = {
    {"groups", "into how many groups the channels are split, each normalized by itself",
     FALTUNG_INTEGER, offsetof(FaltungNormalize, groups), "8", 1, 1 << 16},
    {"epsilon", "added to the variance, so that nothing is divided by zero", FALTUNG_NUMBER,
     offsetof(FaltungNormalize, epsilon), "1e-05", 1e-12, 1},
    {"gamma_init", "how the scales begin", FALTUNG_VARIANT, offsetof(FaltungNormalize, gamma_init),
     "ones", .table = faltung_initializers},
    {"beta_init", "how the shifts begin", FALTUNG_VARIANT, offsetof(FaltungNormalize, beta_init),
     "zeros", .table = faltung_initializers},
    {NULL},
};

enum { GAMMA, BETA };

typedef struct {
    size_t samples; /* normalized each by itself */
    int pixels, channels, groups;
    double epsilon;
} Normalization;

static Normalization normalization(const FaltungLayer *layer, int batch) {
    const FaltungNormalize *options = layer->options;
    const FaltungShape *shape = &layer->output_shape;
    int channels = faltung_layout_columns(shape);
    return (Normalization){
        .samples = batch,
        .pixels = faltung_layout_rows(shape),
        .channels = channels,
        .groups = options->groups ? options->groups : channels,
        .epsilon = options->epsilon,
    };
}

/*
 * Inside, a sample is a matrix, pixels x channels. So everything is added up channel by channel,
 * over the pixels, and then over the channels of a group. The sums of a sample are added up by one
 * thread, those of all samples in their order.
 */

/* What a sample needs, each one number a channel; sums are doubles, as they may have many terms. */
typedef struct {
    double *sums, *moments; /* over the pixels */
    float *mean, *scale;    /* of the channel's group */
} Scratch;

enum { SCRATCH_ROWS = 2 * 2 + 2 }; /* in rows of floats */

static int padded(const Normalization *norm) {
    return (norm->channels + 15) / 16 * 16;
}

static Scratch scratch_of(const FaltungStep *step, const Normalization *norm, size_t sample) {
    size_t row = padded(norm);
    float *from = step->workspace + sample * SCRATCH_ROWS * row;
    double *sums = (double *)from;
    return (Scratch){sums, sums + row, from + 4 * row, from + 5 * row};
}

gboolean faltung_normalize_shape(FaltungLayer *layer) {
    const FaltungNormalize *options = layer->options;
    int channels = faltung_layout_columns(&layer->input_shapes[0]);
    FaltungShape shape = FALTUNG_SHAPE(channels);
    layer->output_shape = layer->input_shapes[0];
    faltung_layer_add_parameter(layer, "gamma", shape, channels, channels, &options->gamma_init);
    faltung_layer_add_parameter(layer, "beta", shape, channels, channels, &options->beta_init);
    layer->parameters[GAMMA].bias = layer->parameters[BETA].bias = TRUE;
    return TRUE;
}

gboolean faltung_normalize_refuse(const FaltungLayer *layer, const char *wanted, const char *other,
                                  GError **error) {
    g_autofree char *came = faltung_shape_format(&layer->input_shapes[0]);
    return faltung_fail(error, FALTUNG_ERROR_SHAPE, "%s takes %s, but its input is %s; %s",
                        layer->operation->kind.name, wanted, came, other);
}

double faltung_normalize_flops(const FaltungLayer *layer) {
    return 7.0 * faltung_shape_size(&layer->output_shape);
}

int faltung_normalize_inner_places(const FaltungLayer *layer, FaltungInnerAxis axis) {
    const FaltungShape *shape = &layer->output_shape;
    switch (axis) {
    case FALTUNG_AXIS_STEP:
        return shape->rank == 2 ? shape->dims[0] : 0;
    case FALTUNG_AXIS_GROUP:
        return ((const FaltungNormalize *)layer->options)->groups;
    default:
        return faltung_layout_columns(shape);
    }
}

void faltung_normalize_read_inner(const FaltungStep *step, const FaltungInner *inner, int sample,
                                  float *values) {
    FaltungShape shape = faltung_inner_shape(step->layer, inner, NULL);
    size_t n = faltung_shape_size(&shape);
    const float *pairs = (const float *)step->state + 2 * n * sample;
    for (size_t i = 0; i < n; i++)
        values[i] = inner->part == FALTUNG_INNER_MEAN ? pairs[2 * i] : 1 / pairs[2 * i + 1];
}

size_t faltung_normalize_state_size(const FaltungLayer *layer, int batch) {
    Normalization norm = normalization(layer, batch);
    return norm.samples * norm.groups * 2 * sizeof(float); /* mean, 1 / deviation */
}

size_t faltung_normalize_workspace_size(const FaltungLayer *layer, int batch, int threads) {
    Normalization norm = normalization(layer, batch);
    return norm.samples * SCRATCH_ROWS * padded(&norm);
}

FALTUNG_CLONES
static void sum_pixels(int pixels, int channels, const float *x, double *sums) {
    memset(sums, 0, channels * sizeof(double));
    for (int p = 0; p < pixels; p++, x += channels)
        for (int c = 0; c < channels; c++)
            sums[c] += x[c];
}

FALTUNG_CLONES
static void sum_squares(int pixels, int channels, const float *x, const float *mean, double *sums) {
    memset(sums, 0, channels * sizeof(double));
    for (int p = 0; p < pixels; p++, x += channels)
        for (int c = 0; c < channels; c++)
            sums[c] += (x[c] - mean[c]) * (x[c] - mean[c]);
}

FALTUNG_CLONES
static double sum_channels(int n, const double *values) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int c = 0; c < n; c++)
        sum += values[c];
    return sum;
}

FALTUNG_CLONES
static double sum_weighted(int n, const float *weights, const double *values) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int c = 0; c < n; c++)
        sum += weights[c] * values[c];
    return sum;
}

static void fill(int n, float value, float *to) {
    for (int c = 0; c < n; c++)
        to[c] = value;
}

/* Mean, then variance about it: two passes over values that are in the cache. */
static void measure(const Normalization *norm, const float *x, const Scratch *s, float *state) {
    int size = norm->channels / norm->groups;
    double count = (double)size * norm->pixels;
    sum_pixels(norm->pixels, norm->channels, x, s->sums);
    for (int g = 0; g < norm->groups; g++) {
        state[2 * g] = sum_channels(size, s->sums + g * size) / count;
        fill(size, state[2 * g], s->mean + g * size);
    }
    sum_squares(norm->pixels, norm->channels, x, s->mean, s->sums);
    for (int g = 0; g < norm->groups; g++) {
        double variance = sum_channels(size, s->sums + g * size) / count;
        state[2 * g + 1] = 1 / sqrt(variance + norm->epsilon);
        fill(size, state[2 * g + 1], s->scale + g * size);
    }
}

FALTUNG_CLONES
static void scale_and_shift(int pixels, int channels, const float *x, const Scratch *s,
                            const float *gamma, const float *beta, float *y) {
    float *scale = s->scale, *mean = s->mean;
    for (int c = 0; c < channels; c++)
        scale[c] *= gamma[c];
    for (int p = 0; p < pixels; p++, x += channels, y += channels)
        for (int c = 0; c < channels; c++)
            y[c] = (x[c] - mean[c]) * scale[c] + beta[c];
}

static size_t sample_size(const Normalization *norm) {
    return (size_t)norm->pixels * norm->channels;
}

static int threads_of(const FaltungStep *step, const Normalization *norm) {
    return faltung_threads_for(step->threads, 16.0 * norm->samples * sample_size(norm));
}

void faltung_normalize_forward(const FaltungStep *step) {
    const Normalization whole = normalization(step->layer, step->batch), *norm = &whole;
    size_t size = sample_size(norm);
#pragma omp parallel for num_threads(threads_of(step, norm)) schedule(static)
    for (size_t sample = 0; sample < norm->samples; sample++) {
        Scratch s = scratch_of(step, norm, sample);
        const float *x = step->inputs[0] + sample * size;
        measure(norm, x, &s, (float *)step->state + sample * norm->groups * 2);
        scale_and_shift(norm->pixels, norm->channels, x, &s, step->parameters[GAMMA],
                        step->parameters[BETA], step->output + sample * size);
    }
}

/* sums = sum of dy, moments = sum of dy times the normalized x, over the pixels. */
FALTUNG_CLONES
static void sum_gradients(int pixels, int channels, const float *x, const float *dy,
                          const Scratch *s) {
    double *sums = s->sums, *moments = s->moments;
    float *mean = s->mean, *scale = s->scale;
    memset(sums, 0, channels * sizeof(double));
    memset(moments, 0, channels * sizeof(double));
    for (int p = 0; p < pixels; p++, x += channels, dy += channels) {
        for (int c = 0; c < channels; c++) {
            sums[c] += dy[c];
            moments[c] += dy[c] * ((x[c] - mean[c]) * scale[c]);
        }
    }
}

/* dx = scale (gamma dy - mean of gamma dy - x' times the mean of gamma dy x') in one group, where
   x' is x normalized. */
FALTUNG_CLONES
static void normalize_back(int pixels, int channels, int stride, const float *x, const float *dy,
                           float mean, float scale, const float *gamma, float shift, float slope,
                           float *dx, gboolean overwrite) {
    for (int p = 0; p < pixels; p++, x += stride, dy += stride, dx += stride)
        for (int c = 0; c < channels; c++) {
            float normalized = (x[c] - mean) * scale;
            float gradient = scale * (gamma[c] * dy[c] - shift - normalized * slope);
            dx[c] = overwrite ? gradient : dx[c] + gradient;
        }
}

static void backward_sample(const FaltungStep *step, const Normalization *norm, size_t sample,
                            const Scratch *s) {
    size_t at = sample * sample_size(norm);
    int size = norm->channels / norm->groups;
    double count = (double)size * norm->pixels;
    const float *x = step->inputs[0] + at, *dy = step->output_gradient + at;
    const float *state = (const float *)step->state + sample * norm->groups * 2;
    for (int g = 0; g < norm->groups; g++) {
        fill(size, state[2 * g], s->mean + g * size);
        fill(size, state[2 * g + 1], s->scale + g * size);
    }
    sum_gradients(norm->pixels, norm->channels, x, dy, s);
    if (!step->input_gradients[0])
        return;
    for (int g = 0; g < norm->groups; g++) {
        int first = g * size;
        const float *gamma = step->parameters[GAMMA] + first;
        normalize_back(norm->pixels, size, norm->channels, x + first, dy + first, state[2 * g],
                       state[2 * g + 1], gamma, sum_weighted(size, gamma, s->sums + first) / count,
                       sum_weighted(size, gamma, s->moments + first) / count,
                       step->input_gradients[0] + at + first, step->overwrite[0]);
    }
}

void faltung_normalize_backward(const FaltungStep *step) {
    const Normalization whole = normalization(step->layer, step->batch), *norm = &whole;
#pragma omp parallel for num_threads(threads_of(step, norm)) schedule(static)
    for (size_t sample = 0; sample < norm->samples; sample++) {
        Scratch s = scratch_of(step, norm, sample);
        backward_sample(step, norm, sample, &s);
    }
    float *dgamma = step->parameter_gradients[GAMMA];
    float *dbeta = step->parameter_gradients[BETA];
    for (int c = 0; dgamma && dbeta && c < norm->channels; c++) {
        double gamma = 0, beta = 0;
        for (size_t sample = 0; sample < norm->samples; sample++) {
            Scratch s = scratch_of(step, norm, sample);
            gamma += s.moments[c];
            beta += s.sums[c];
        }
        dgamma[c] += gamma;
        dbeta[c] += beta;
    }
}
