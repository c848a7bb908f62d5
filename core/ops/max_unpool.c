/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/pool.h"

#include <glib/gi18n-lib.h>
#include <omp.h>
#include <string.h>

/*
 * The inverse of a max pooling, as far as there is one: what was pooled goes back to where the
 * largest value of each window was in what came before the pooling. That is the second input, so
 * that no indices have to be handed about. Windows that overlap could send two values to one
 * place: they are refused.
 */

static void sides_of(const FaltungLayer *layer, FaltungPoolSide sides[3]) {
    faltung_pool_sides_of(layer->options, &layer->input_shapes[1], sides);
}

static gboolean check_inputs(const FaltungLayer *layer, int n, GError **error) {
    static const char *const inputs[] = {NULL, N_("sequences"), N_("images"), N_("volumes")};
    if (layer->n_inputs == 2 && layer->input_shapes[0].rank == n + 1 &&
        layer->input_shapes[1].rank == n + 1)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "%s takes two %s: what is brought back, and what was pooled, which says where to; name "
        "both, as in `inputs: [small, before]`",
        layer->operation->kind.name, _(inputs[n]));
}

static gboolean check_windows(const FaltungPoolSide sides[3], int n, GError **error) {
    FaltungShape kernel = {.rank = n}, stride = {.rank = n};
    gboolean overlap = FALSE;
    for (int i = 0; i < n; i++) {
        const FaltungPoolSide *s = &sides[3 - n + i];
        kernel.dims[i] = s->kernel;
        stride.dims[i] = s->stride;
        overlap |= s->stride < s->kernel;
    }
    if (!overlap)
        return TRUE;
    g_autofree char *size = faltung_shape_format(&kernel), *move = faltung_shape_format(&stride);
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "windows of %s that move by %s overlap, so that two values could come to one place; make "
        "the stride at least the kernel's size",
        size, move);
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    int n = faltung_option_sides(&layer->operation->kind.options[0]);
    if (!check_inputs(layer, n, error))
        return FALSE;
    FaltungPoolSide sides[3];
    sides_of(layer, sides);
    if (!check_windows(sides, n, error))
        return FALSE;
    const FaltungShape *small = &layer->input_shapes[0], *before = &layer->input_shapes[1];
    int outputs[] = {sides[0].output, sides[1].output, sides[2].output};
    FaltungShape pooled = faltung_layout_of_sides(n, faltung_layout_columns(before), outputs);
    if (!faltung_shape_equal(&pooled, small)) {
        g_autofree char *was = faltung_shape_format(before), *came = faltung_shape_format(small);
        g_autofree char *expected = faltung_shape_format(&pooled);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "what was pooled, %s, has %s windows, but there are %s values to bring back; take "
            "kernel and stride of that pooling, and give this as many channels",
            was, expected, came);
    }
    layer->output_shape = *before;
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    return (double)faltung_shape_size(&layer->output_shape);
}

/* Which pixel of its window each value goes to: one byte. */
static size_t state_size(const FaltungLayer *layer, int batch) {
    return batch * faltung_shape_size(&layer->input_shapes[0]);
}

/* Of one thread: the largest values of a row of windows, which nobody looks at. */
static size_t scratch_size(const FaltungLayer *layer) {
    FaltungPoolSide sides[3];
    sides_of(layer, sides);
    size_t row = (size_t)sides[2].output * faltung_layout_columns(&layer->output_shape);
    return (row + FALTUNG_SLACK + 15) / 16 * 16;
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return threads * scratch_size(layer);
}

/* The windows of one sample, row by row of the output. */
typedef struct {
    FaltungPooling pool;
    int rows;              /* of windows, of all planes */
    size_t row;            /* values of one of them */
    size_t size;           /* of a sample of the output */
    int rows_a_plane;      /* of windows */
    ptrdiff_t plane, line; /* floats from a plane of windows to the next, from a row to the next */
} Windows;

static Windows windows_of(const FaltungLayer *layer) {
    FaltungPoolSide sides[3];
    sides_of(layer, sides);
    FaltungPooling pool = faltung_pooling_of(sides, faltung_layout_columns(&layer->output_shape));
    return (Windows){
        .pool = pool,
        .rows = sides[0].output * sides[1].output,
        .row = (size_t)pool.pixels * pool.channels,
        .size = faltung_shape_size(&layer->output_shape),
        .rows_a_plane = sides[1].output,
        .plane = sides[0].stride * pool.plane,
        .line = sides[1].stride * pool.row,
    };
}

/* Where row @i of the windows begins in the sample. */
static ptrdiff_t window_row(const Windows *w, int i) {
    return i / w->rows_a_plane * w->plane + i % w->rows_a_plane * w->line;
}

static void forward(const FaltungStep *step) {
    Windows w = windows_of(step->layer);
    int threads = faltung_threads_for(step->threads, 8.0 * step->batch * w.size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *largest = step->workspace + omp_get_thread_num() * scratch_size(step->layer);
        float *y = step->output + n * w.size;
        memset(y, 0, w.size * sizeof(float)); /* there may be pixels in no window */
        for (int i = 0; i < w.rows; i++) {
            size_t at = ((size_t)n * w.rows + i) * w.row;
            ptrdiff_t window = window_row(&w, i);
            guint8 *place = (guint8 *)step->state + at;
            faltung_kernels()->max_pool(&w.pool, step->inputs[1] + n * w.size + window, largest,
                                        place);
            faltung_kernels()->max_pool_backward(&w.pool, step->inputs[0] + at, place, y + window,
                                                 FALSE);
        }
    }
}

FALTUNG_CLONES
static void take_gradient(int channels, int t, const float *dy, const guint8 *place, float *dx) {
    for (int c = 0; c < channels; c++)
        dx[c] += place[c] == t ? dy[c] : 0;
}

/* Where value @t of a window lies from its first. */
static ptrdiff_t value_of_window(const FaltungPooling *pool, int t) {
    int column = t % pool->columns, row = t / pool->columns % pool->rows;
    int plane = t / pool->columns / pool->rows;
    return plane * pool->plane + row * pool->row + (ptrdiff_t)column * pool->channels;
}

/* The gradient of what was brought back, of one row of windows. */
static void return_row(const FaltungPooling *pool, const float *dy, const guint8 *place,
                       float *dx) {
    for (int t = 0; t < pool->planes * pool->rows * pool->columns; t++) {
        const float *from = dy + value_of_window(pool, t);
        for (int p = 0; p < pool->pixels; p++)
            take_gradient(pool->channels, t, from + p * pool->step, place + p * pool->channels,
                          dx + p * pool->channels);
    }
}

/* What was before the pooling has none: moving its largest value a little moves nothing else. */
static void clear_gradient(const FaltungStep *step, int input) {
    size_t size = faltung_shape_size(&step->layer->input_shapes[input]);
    if (step->input_gradients[input] && step->overwrite[input])
        memset(step->input_gradients[input], 0, step->batch * size * sizeof(float));
}

static void backward(const FaltungStep *step) {
    clear_gradient(step, 0);
    clear_gradient(step, 1);
    if (!step->input_gradients[0])
        return;
    Windows w = windows_of(step->layer);
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * w.size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int i = 0; i < w.rows; i++) {
            size_t at = ((size_t)n * w.rows + i) * w.row;
            return_row(&w.pool, step->output_gradient + n * w.size + window_row(&w, i),
                       (const guint8 *)step->state + at, step->input_gradients[0] + at);
        }
}

/* Where the largest value of window @p of channel @c lies in the sample @before, the first of
   several. Pixels (steps, voxels) are counted row by row, t those of a window. */
static size_t place_reference(const FaltungLayer *layer, const double *before, int p, int c) {
    FaltungPoolSide sides[3];
    sides_of(layer, sides);
    FaltungPoolWindow window = faltung_pool_window(sides, p);
    size_t place = faltung_layout_field(&layer->output_shape, window.first, c);

    for (int t = 1; t < window.n; t++) {
        int pixel = faltung_pool_pixel(sides, &window, t);
        size_t q = faltung_layout_field(&layer->output_shape, pixel, c);
        if (before[q] > before[place])
            place = q;
    }
    return place;
}

static void max_unpool_forward_reference(const FaltungReference *r) {
    const FaltungShape *small = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    const double(*x)[faltung_shape_size(small)] = (const void *)r->inputs[0];
    const double(*z)[faltung_shape_size(out)] = (const void *)r->inputs[1]; /* before the pooling */
    double(*y)[faltung_shape_size(out)] = (void *)r->output;

    for (int n = 0; n < r->batch; n++) {
        for (size_t q = 0; q < faltung_shape_size(out); q++)
            y[n][q] = 0;
        for (int c = 0; c < faltung_layout_columns(small); c++)
            for (int p = 0; p < faltung_layout_rows(small); p++) {
                size_t place = place_reference(r->layer, z[n], p, c);
                y[n][place] = x[n][faltung_layout_field(small, p, c)];
            }
    }
}

static void max_unpool_backward_reference(const FaltungReference *r) {
    const FaltungShape *small = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    const double(*z)[faltung_shape_size(out)] = (const void *)r->inputs[1];
    const double(*dy)[faltung_shape_size(out)] = (const void *)r->output_gradient;
    double(*dx)[faltung_shape_size(small)] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int c = 0; c < faltung_layout_columns(small); c++)
            for (int p = 0; p < faltung_layout_rows(small); p++) {
                size_t place = place_reference(r->layer, z[n], p, c);
                dx[n][faltung_layout_field(small, p, c)] += dy[n][place];
            }
}

/* clang-format off */
#define MAX_UNPOOL(n, title_, summary_, equation_)                                                 \
    const FaltungOperation faltung_operation_max_unpool##n##d = {                                  \
        .kind = {.name = "max_unpool" #n "d", .title = title_, .summary = summary_,                \
                 .options = faltung_pool_options_##n, .options_size = sizeof(FaltungPool)},        \
        .group = FALTUNG_GROUP_POOLING,                                                            \
        .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,                                  \
        .equation = equation_,                                                                     \
        .max_inputs = 2,                                                                           \
        .infer_shape = infer_shape,                                                                \
        .flops = flops,                                                                            \
        .state_size = state_size,                                                                  \
        .workspace_size = workspace_size,                                                          \
        .forward = forward,                                                                        \
        .backward = backward,                                                                      \
        .forward_reference = max_unpool_forward_reference,                                         \
        .backward_reference = max_unpool_backward_reference,                                       \
        .file = "max_unpool.c",                                                                    \
    }
/* clang-format on */

MAX_UNPOOL(1, "Max unpooling of sequences",
           "brings pooled values back to where the largest of each window was in the sequence "
           "before, the second input; zeros elsewhere",
           "\\mark{y}{y_{st + j,\\, c}} = \\mark{x}{x_{tc}}, \\quad "
           "j = \\operatorname{argmax}_{j} \\, z_{st + j,\\, c}");
MAX_UNPOOL(2, "Max unpooling",
           "brings pooled values back to where the largest of each window was in the image "
           "before, the second input; zeros elsewhere",
           "\\mark{y}{y_{c,\\, sh + i,\\, sw + j}} = \\mark{x}{x_{chw}}, \\quad "
           "(i, j) = \\operatorname{argmax}_{i,j} \\, z_{c,\\, sh + i,\\, sw + j}");
MAX_UNPOOL(3, "Max unpooling of volumes",
           "brings pooled values back to where the largest of each window was in the volume "
           "before, the second input; zeros elsewhere",
           "\\mark{y}{y_{c,\\, sd + a,\\, sh + i,\\, sw + j}} = \\mark{x}{x_{cdhw}}, \\quad "
           "(a, i, j) = \\operatorname{argmax}_{a,i,j} \\, "
           "z_{c,\\, sd + a,\\, sh + i,\\, sw + j}");
