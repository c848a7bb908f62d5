/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/pool.h"

#include <math.h>
#include <string.h>

/* Max poolings: of 1, 2 or 3 sides, with a window that slides or adaptive. */

/* -- a window that slides --------------------------------------------------------------------- */

/* Which pixel of its window each output came from: one byte. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape);
}

static void forward(const FaltungStep *step) {
    FaltungPoolSide sides[3];
    faltung_pool_sides(step->layer, sides);
    int channels = faltung_layout_columns(&step->layer->output_shape);
    FaltungPooling pool = faltung_pooling_of(sides, channels);
    size_t row = (size_t)pool.pixels * channels, image = sides[0].input * pool.plane;
    int rows = sides[0].output * sides[1].output;
    double work = (double)step->batch * rows * row * pool.planes * pool.rows * pool.columns;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *x = step->inputs[0] + n * image;
        for (int i = 0; i < rows; i++) {
            int d = i / sides[1].output, h = i % sides[1].output;
            size_t to = ((size_t)n * rows + i) * row;
            faltung_kernels()->max_pool(
                &pool, x + d * sides[0].stride * pool.plane + h * sides[1].stride * pool.row,
                step->output + to, (guint8 *)step->state + to);
        }
    }
}

/* Whether every pixel lies in exactly one window. */
static gboolean tiles(const FaltungPoolSide sides[3]) {
    for (int side = 0; side < 3; side++) {
        const FaltungPoolSide *s = &sides[side];
        if (s->stride != s->kernel || s->output * s->stride != s->input)
            return FALSE;
    }
    return TRUE;
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungPoolSide sides[3];
    faltung_pool_sides(step->layer, sides);
    int channels = faltung_layout_columns(&step->layer->output_shape);
    FaltungPooling pool = faltung_pooling_of(sides, channels);
    size_t row = (size_t)pool.pixels * channels, image = sides[0].input * pool.plane;
    int rows = sides[0].output * sides[1].output;
    gboolean store = step->overwrite[0] && tiles(sides);
    double work = (double)step->batch * image * 4;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * image;
        if (step->overwrite[0] && !store)
            memset(dx, 0, image * sizeof(float));
        for (int i = 0; i < rows; i++) {
            int d = i / sides[1].output, h = i % sides[1].output;
            size_t from = ((size_t)n * rows + i) * row;
            faltung_kernels()->max_pool_backward(
                &pool, step->output_gradient + from, (const guint8 *)step->state + from,
                dx + d * sides[0].stride * pool.plane + h * sides[1].stride * pool.row, !store);
        }
    }
}

/* -- adaptive --------------------------------------------------------------------------------- */

/* Which pixel of its window each output came from; the window may be the whole image. */
static size_t adaptive_state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->output_shape) * sizeof(gint32);
}

/* y = the largest, pixel @t of the window having come. */
FALTUNG_CLONES
static void take_larger(int channels, int t, const float *x, float *y, gint32 *from) {
    for (int c = 0; c < channels; c++) {
        /* written so that NaN wins and stays */
        gboolean greater = t == 0 || (!(x[c] <= y[c]) & (y[c] == y[c]));
        y[c] = greater ? x[c] : y[c];
        from[c] = greater ? t : from[c];
    }
}

FALTUNG_CLONES
static void return_gradient(int channels, int t, const float *dy, const gint32 *from, float *dx) {
    for (int c = 0; c < channels; c++)
        dx[c] += from[c] == t ? dy[c] : 0;
}

static void adaptive_forward(const FaltungStep *step) {
    FaltungPoolSide sides[3];
    faltung_pool_sides(step->layer, sides);
    const FaltungShape *out = &step->layer->output_shape;
    int channels = faltung_layout_columns(out), pixels = faltung_layout_rows(out);
    size_t image = faltung_shape_size(&step->layer->input_shapes[0]);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * image);
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int p = 0; p < pixels; p++) {
            FaltungPoolWindow window = faltung_pool_window(sides, p);
            size_t to = ((size_t)n * pixels + p) * channels;
            for (int t = 0; t < window.n; t++) {
                size_t q = faltung_pool_pixel(sides, &window, t);
                take_larger(channels, t, step->inputs[0] + n * image + q * channels,
                            step->output + to, (gint32 *)step->state + to);
            }
        }
}

static void adaptive_backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungPoolSide sides[3];
    faltung_pool_sides(step->layer, sides);
    const FaltungShape *out = &step->layer->output_shape;
    int channels = faltung_layout_columns(out), pixels = faltung_layout_rows(out);
    size_t image = faltung_shape_size(&step->layer->input_shapes[0]);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * image);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * image;
        if (step->overwrite[0])
            memset(dx, 0, image * sizeof(float));
        for (int p = 0; p < pixels; p++) {
            FaltungPoolWindow window = faltung_pool_window(sides, p);
            size_t from = ((size_t)n * pixels + p) * channels;
            for (int t = 0; t < window.n; t++) {
                size_t q = faltung_pool_pixel(sides, &window, t);
                return_gradient(channels, t, step->output_gradient + from,
                                (const gint32 *)step->state + from, dx + q * channels);
            }
        }
    }
}

/* -- what they are ---------------------------------------------------------------------------- */

/* Pixels (steps, voxels) are counted row by row, p of the output, t of its window. */
static void max_pool_forward_reference(const FaltungReference *r) {
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungPoolSide sides[3];
    faltung_pool_sides(r->layer, sides);
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    double(*y)[faltung_shape_size(out)] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < faltung_layout_columns(out); c++)
            for (int p = 0; p < faltung_layout_rows(out); p++) {
                FaltungPoolWindow window = faltung_pool_window(sides, p);
                double largest = -INFINITY;
                for (int t = 0; t < window.n; t++) {
                    int q = faltung_pool_pixel(sides, &window, t);
                    largest = fmax(largest, x[n][faltung_layout_field(in, q, c)]);
                }
                y[n][faltung_layout_field(out, p, c)] = largest;
            }
}

static void max_pool_backward_reference(const FaltungReference *r) {
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungPoolSide sides[3];
    faltung_pool_sides(r->layer, sides);
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    const double(*y)[faltung_shape_size(out)] = (const void *)r->output;
    const double(*dy)[faltung_shape_size(out)] = (const void *)r->output_gradient;
    double(*dx)[faltung_shape_size(in)] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < faltung_layout_columns(out); c++)
            for (int p = 0; p < faltung_layout_rows(out); p++) {
                FaltungPoolWindow window = faltung_pool_window(sides, p);
                size_t pooled = faltung_layout_field(out, p, c);
                for (int t = 0; t < window.n; t++) {
                    int q = faltung_pool_pixel(sides, &window, t);
                    size_t place = faltung_layout_field(in, q, c);
                    if (x[n][place] == y[n][pooled]) {
                        /* the first of the largest takes the whole gradient */
                        dx[n][place] += dy[n][pooled];
                        break;
                    }
                }
            }
}

static char *equation_of(const FaltungLayer *layer) {
    return faltung_pool_equation(layer, "\\max");
}

/* clang-format off */
#define MAX_POOL(name_, options_, way, title_, summary_, equation_)                          \
    const FaltungOperation faltung_operation_##name_ = {                                           \
        .kind = {.name = #name_, .title = title_, .summary = summary_, .options = options_,        \
                 .options_size = sizeof(FaltungPool)},                                             \
        .group = FALTUNG_GROUP_POOLING,                                                            \
        .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,                                  \
        .equation = equation_,                                                                     \
        .equation_of = equation_of,                                                                \
        .reach = faltung_pool_axis_reach,                                                          \
        .max_inputs = 1,                                                                           \
        .infer_shape = faltung_pool_infer_shape,                                                   \
        .flops = faltung_pool_flops,                                                               \
        .window = faltung_pool_reach,                                                              \
        .state_size = way##state_size,                                                             \
        .forward = way##forward,                                                                   \
        .backward = way##backward,                                                                 \
        .forward_reference = max_pool_forward_reference,                                           \
        .backward_reference = max_pool_backward_reference,                                         \
        .file = "max_pool.c",                                                                      \
    }
/* clang-format on */

MAX_POOL(max_pool1d, faltung_pool_options_1, , "Max pooling of sequences",
         "keeps the largest value of every window, so the sequence becomes shorter",
         "\\mark{y}{y_{tc}} = \\max_{j} \\, \\mark{x}{x_{st + j,\\, c}}");
MAX_POOL(max_pool2d, faltung_pool_options_2, , "Max pooling",
         "keeps the largest value of every window, so the image shrinks",
         "\\mark{y}{y_{chw}} = \\max_{i,j} \\, \\mark{x}{x_{c,\\, sh + i,\\, sw + j}}");
MAX_POOL(max_pool3d, faltung_pool_options_3, , "Max pooling of volumes",
         "keeps the largest value of every window, so the volume shrinks",
         "\\mark{y}{y_{cdhw}} = \\max_{a,i,j} \\, "
         "\\mark{x}{x_{c,\\, sd + a,\\, sh + i,\\, sw + j}}");
MAX_POOL(adaptive_max_pool1d, faltung_adaptive_pool_options_1, adaptive_,
         "Adaptive max pooling of sequences",
         "the largest of as many windows as steps are wanted, whatever came",
         "\\mark{y}{y_{tc}} = \\max_{a_t \\le j < b_t} \\mark{x}{x_{jc}}, \\quad "
         "a_t = \\lfloor t T / T' \\rfloor, \\; b_t = \\lceil (t + 1) T / T' \\rceil");
MAX_POOL(adaptive_max_pool2d, faltung_adaptive_pool_options_2, adaptive_, "Adaptive max pooling",
         "the largest of as many windows as pixels are wanted, whatever came",
         "\\mark{y}{y_{chw}} = \\max_{a_h \\le i < b_h,\\; a_w \\le j < b_w} \\mark{x}{x_{cij}}");
MAX_POOL(adaptive_max_pool3d, faltung_adaptive_pool_options_3, adaptive_,
         "Adaptive max pooling of volumes",
         "the largest of as many windows as voxels are wanted, whatever came",
         "\\mark{y}{y_{cdhw}} = \\max_{(a,i,j) \\in W_{dhw}} \\mark{x}{x_{caij}}, \\quad "
         "W_{dhw} = [a_d, b_d) \\times [a_h, b_h) \\times [a_w, b_w)");
