/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/pool.h"

#include <string.h>

/* Average poolings: of 1, 2 or 3 sides, with a window that slides or adaptive. */

/* The mean of one window at @x, whose rows and planes of pixels are so many floats apart. */
FALTUNG_CLONES
static void average_window(const FaltungPoolWindow *w, int channels, ptrdiff_t row, ptrdiff_t plane,
                           const float *x, float *y) {
    float part = 1.0f / w->n;
    memset(y, 0, channels * sizeof(float));
    for (int a = 0; a < w->size[0]; a++)
        for (int i = 0; i < w->size[1]; i++)
            for (int j = 0; j < w->size[2]; j++)
                for (int c = 0; c < channels; c++)
                    y[c] += x[a * plane + i * row + (ptrdiff_t)j * channels + c];
    for (int c = 0; c < channels; c++)
        y[c] *= part;
}

FALTUNG_CLONES
static void spread_window(const FaltungPoolWindow *w, int channels, ptrdiff_t row, ptrdiff_t plane,
                          const float *dy, float *dx) {
    float part = 1.0f / w->n;
    for (int a = 0; a < w->size[0]; a++)
        for (int i = 0; i < w->size[1]; i++)
            for (int j = 0; j < w->size[2]; j++)
                for (int c = 0; c < channels; c++)
                    dx[a * plane + i * row + (ptrdiff_t)j * channels + c] += part * dy[c];
}

static double work_of(const FaltungStep *step) {
    return 4.0 * step->batch * faltung_shape_size(&step->layer->input_shapes[0]);
}

static void forward(const FaltungStep *step) {
    FaltungPoolSide sides[3];
    faltung_pool_sides(step->layer, sides);
    int channels = faltung_layout_columns(&step->layer->output_shape);
    size_t image = faltung_shape_size(&step->layer->input_shapes[0]);
    int pixels = faltung_layout_rows(&step->layer->output_shape);
    ptrdiff_t row = (ptrdiff_t)sides[2].input * channels, plane = sides[1].input * row;
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int p = 0; p < pixels; p++) {
            FaltungPoolWindow window = faltung_pool_window(sides, p);
            average_window(&window, channels, row, plane,
                           step->inputs[0] + n * image + (size_t)window.first * channels,
                           step->output + ((size_t)n * pixels + p) * channels);
        }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    FaltungPoolSide sides[3];
    faltung_pool_sides(step->layer, sides);
    int channels = faltung_layout_columns(&step->layer->output_shape);
    size_t image = faltung_shape_size(&step->layer->input_shapes[0]);
    int pixels = faltung_layout_rows(&step->layer->output_shape);
    ptrdiff_t row = (ptrdiff_t)sides[2].input * channels, plane = sides[1].input * row;
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * image;
        const float *dy = step->output_gradient + (size_t)n * pixels * channels;
        if (step->overwrite[0])
            memset(dx, 0, image * sizeof(float));
        for (int p = 0; p < pixels; p++, dy += channels) {
            FaltungPoolWindow window = faltung_pool_window(sides, p);
            spread_window(&window, channels, row, plane, dy, dx + (size_t)window.first * channels);
        }
    }
}

/* Pixels (steps, voxels) are counted row by row, p of the output, t of its window. */
static void avg_pool_forward_reference(const FaltungReference *r) {
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungPoolSide sides[3];
    faltung_pool_sides(r->layer, sides);
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    double(*y)[faltung_shape_size(out)] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < faltung_layout_columns(out); c++)
            for (int p = 0; p < faltung_layout_rows(out); p++) {
                FaltungPoolWindow window = faltung_pool_window(sides, p);
                double sum = 0;
                for (int t = 0; t < window.n; t++) {
                    int q = faltung_pool_pixel(sides, &window, t);
                    sum += x[n][faltung_layout_field(in, q, c)];
                }
                y[n][faltung_layout_field(out, p, c)] = sum / window.n;
            }
}

static void avg_pool_backward_reference(const FaltungReference *r) {
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungPoolSide sides[3];
    faltung_pool_sides(r->layer, sides);
    const double(*dy)[faltung_shape_size(out)] = (const void *)r->output_gradient;
    double(*dx)[faltung_shape_size(in)] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < faltung_layout_columns(out); c++)
            for (int p = 0; p < faltung_layout_rows(out); p++) {
                FaltungPoolWindow window = faltung_pool_window(sides, p);
                for (int t = 0; t < window.n; t++) {
                    int q = faltung_pool_pixel(sides, &window, t);
                    dx[n][faltung_layout_field(in, q, c)] +=
                        dy[n][faltung_layout_field(out, p, c)] / window.n;
                }
            }
}

static char *equation_of(const FaltungLayer *layer) {
    FaltungPoolSide sides[3];
    faltung_pool_sides(layer, sides);
    g_autofree char *mean = g_strdup_printf("\\frac{1}{%d} \\sum", faltung_pool_window(sides, 0).n);
    return faltung_pool_equation(layer, mean);
}

/* clang-format off */
#define AVG_POOL(name_, options_, title_, summary_, equation_)                                     \
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
        .forward = forward,                                                                        \
        .backward = backward,                                                                      \
        .forward_reference = avg_pool_forward_reference,                                           \
        .backward_reference = avg_pool_backward_reference,                                         \
        .file = "avg_pool.c",                                                                      \
    }
/* clang-format on */

AVG_POOL(avg_pool1d, faltung_pool_options_1, "Average pooling of sequences",
         "the mean of every window, so the sequence becomes shorter",
         "\\mark{y}{y_{tc}} = \\frac{1}{K} \\sum_{j} \\mark{x}{x_{st + j,\\, c}}");
AVG_POOL(avg_pool2d, faltung_pool_options_2, "Average pooling",
         "the mean of every window, so the image shrinks",
         "\\mark{y}{y_{chw}} = \\frac{1}{K^2} \\sum_{i,j} \\mark{x}{x_{c,\\, sh + i,\\, sw + j}}");
AVG_POOL(avg_pool3d, faltung_pool_options_3, "Average pooling of volumes",
         "the mean of every window, so the volume shrinks",
         "\\mark{y}{y_{cdhw}} = \\frac{1}{K^3} \\sum_{a,i,j} \\mark{x}{x_{c,\\, sd + a,\\, sh + "
         "i,\\, sw + j}}");
AVG_POOL(adaptive_avg_pool1d, faltung_adaptive_pool_options_1,
         "Adaptive average pooling of sequences",
         "the means of as many windows as steps are wanted, whatever came",
         "\\mark{y}{y_{tc}} = \\frac{1}{b_t - a_t} \\sum_{j=a_t}^{b_t - 1} \\mark{x}{x_{jc}}, "
         "\\quad a_t = \\lfloor t T / T' \\rfloor, \\; b_t = \\lceil (t + 1) T / T' \\rceil");
AVG_POOL(adaptive_avg_pool2d, faltung_adaptive_pool_options_2, "Adaptive average pooling",
         "the means of as many windows as pixels are wanted, whatever came",
         "\\mark{y}{y_{chw}} = \\frac{1}{(b_h - a_h)(b_w - a_w)} \\sum_{i=a_h}^{b_h - 1} "
         "\\sum_{j=a_w}^{b_w - 1} \\mark{x}{x_{cij}}");
AVG_POOL(adaptive_avg_pool3d, faltung_adaptive_pool_options_3,
         "Adaptive average pooling of volumes",
         "the means of as many windows as voxels are wanted, whatever came",
         "\\mark{y}{y_{cdhw}} = \\frac{1}{|W_{dhw}|} \\sum_{(a,i,j) \\in W_{dhw}} "
         "\\mark{x}{x_{caij}}, \\quad "
         "W_{dhw} = [a_d, b_d) \\times [a_h, b_h) \\times [a_w, b_w)");
