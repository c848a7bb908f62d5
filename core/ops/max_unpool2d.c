/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/pool.h"

#include <omp.h>
#include <string.h>

/*
 * The inverse of a max pooling, as far as there is one: what was pooled goes back to where the
 * largest value of each window of the image before was. That image is the second input, so that no
 * indices have to be handed about. Windows that overlap could send two values to one place: they
 * are refused.
 */

static void sides_of(const FaltungLayer *layer, FaltungPoolSide sides[3]) {
    faltung_pool_sides_of(layer->options, &layer->input_shapes[1], sides);
}

static gboolean check_inputs(const FaltungLayer *layer, GError **error) {
    if (layer->n_inputs == 2 && layer->input_shapes[0].rank == 3 &&
        layer->input_shapes[1].rank == 3)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "max_unpool2d takes two images: what is brought back, and the image that was "
        "pooled, which says where to; name both, as in `inputs: [small, conv1]`");
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (!check_inputs(layer, error))
        return FALSE;
    FaltungPoolSide sides[3];
    sides_of(layer, sides);
    if (sides[1].stride < sides[1].kernel || sides[2].stride < sides[2].kernel)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "windows of %d x %d that move by %d x %d overlap, so that two values could come "
            "to one place; make the stride at least the kernel's size",
            sides[1].kernel, sides[2].kernel, sides[1].stride, sides[2].stride);
    const FaltungShape *small = &layer->input_shapes[0], *image = &layer->input_shapes[1];
    FaltungShape pooled = FALTUNG_SHAPE(image->dims[0], sides[1].output, sides[2].output);
    if (!faltung_shape_equal(&pooled, small)) {
        g_autofree char *before = faltung_shape_format(image), *came = faltung_shape_format(small);
        g_autofree char *expected = faltung_shape_format(&pooled);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "the image that was pooled, %s, has %s windows, but there are %s values to "
            "bring back; take kernel and stride of that pooling, and give this as many "
            "channels",
            before, expected, came);
    }
    layer->output_shape = *image;
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
    const FaltungShape *small = &layer->input_shapes[0];
    return ((size_t)small->dims[0] * small->dims[2] + FALTUNG_SLACK + 15) / 16 * 16;
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return threads * scratch_size(layer);
}

static void forward(const FaltungStep *step) {
    FaltungPoolSide sides[3];
    sides_of(step->layer, sides);
    int channels = step->layer->output_shape.dims[0], rows = sides[1].output;
    FaltungPooling pool = faltung_pooling_of(sides, channels);
    size_t row = (size_t)pool.pixels * channels, image = sides[1].input * pool.row;
    int threads = faltung_threads_for(step->threads, 8.0 * step->batch * image);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *largest = step->workspace + omp_get_thread_num() * scratch_size(step->layer);
        float *y = step->output + n * image;
        memset(y, 0, image * sizeof(float)); /* there may be pixels in no window */
        for (int i = 0; i < rows; i++) {
            size_t at = ((size_t)n * rows + i) * row;
            ptrdiff_t window = i * sides[1].stride * pool.row;
            guint8 *place = (guint8 *)step->state + at;
            faltung_kernels()->max_pool(&pool, step->inputs[1] + n * image + window, largest,
                                        place);
            faltung_kernels()->max_pool_backward(&pool, step->inputs[0] + at, place, y + window,
                                                 FALSE);
        }
    }
}

FALTUNG_CLONES
static void take_gradient(int channels, int t, const float *dy, const guint8 *place, float *dx) {
    for (int c = 0; c < channels; c++)
        dx[c] += place[c] == t ? dy[c] : 0;
}

/* The gradient of what was brought back, of one row of windows. */
static void return_row(const FaltungPooling *pool, const float *dy, const guint8 *place,
                       float *dx) {
    for (int p = 0; p < pool->pixels; p++)
        for (int t = 0; t < pool->rows * pool->columns; t++)
            take_gradient(pool->channels, t,
                          dy + p * pool->step + t / pool->columns * pool->row +
                              (ptrdiff_t)(t % pool->columns) * pool->channels,
                          place + p * pool->channels, dx + p * pool->channels);
}

/* The image before has none: moving its largest value a little moves nothing else. */
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
    FaltungPoolSide sides[3];
    sides_of(step->layer, sides);
    int channels = step->layer->output_shape.dims[0], rows = sides[1].output;
    FaltungPooling pool = faltung_pooling_of(sides, channels);
    size_t row = (size_t)pool.pixels * channels, image = sides[1].input * pool.row;
    int threads = faltung_threads_for(step->threads, 4.0 * step->batch * image);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int i = 0; i < rows; i++) {
            size_t at = ((size_t)n * rows + i) * row;
            return_row(&pool, step->output_gradient + n * image + i * sides[1].stride * pool.row,
                       (const guint8 *)step->state + at, step->input_gradients[0] + at);
        }
}

/* Where the largest value of window @p of a channel is, the first of several. */
static int place_reference(const FaltungPoolSide sides[3], int p, const double *image) {
    FaltungPoolWindow window = faltung_pool_window(sides, p);
    int place = faltung_pool_pixel(sides, &window, 0);

    for (int t = 1; t < window.n; t++) {
        int q = faltung_pool_pixel(sides, &window, t);
        if (image[q] > image[place])
            place = q;
    }
    return place;
}

static void max_unpool2d_forward_reference(const FaltungReference *r) {
    FaltungPoolSide sides[3];
    sides_of(r->layer, sides);
    int maps = r->batch * r->layer->output_shape.dims[0];
    int n_small = sides[1].output * sides[2].output, n_image = sides[1].input * sides[2].input;

    for (int m = 0; m < maps; m++) {
        const double *x = r->inputs[0] + (size_t)m * n_small;
        const double *image = r->inputs[1] + (size_t)m * n_image;
        double *y = r->output + (size_t)m * n_image;
        for (int q = 0; q < n_image; q++)
            y[q] = 0;
        for (int p = 0; p < n_small; p++)
            y[place_reference(sides, p, image)] = x[p];
    }
}

static void max_unpool2d_backward_reference(const FaltungReference *r) {
    FaltungPoolSide sides[3];
    sides_of(r->layer, sides);
    int maps = r->batch * r->layer->output_shape.dims[0];
    int n_small = sides[1].output * sides[2].output, n_image = sides[1].input * sides[2].input;

    for (int m = 0; m < maps; m++) {
        const double *image = r->inputs[1] + (size_t)m * n_image;
        const double *dy = r->output_gradient + (size_t)m * n_image;
        double *dx = r->input_gradients[0] + (size_t)m * n_small;
        for (int p = 0; p < n_small; p++)
            dx[p] += dy[place_reference(sides, p, image)];
    }
}

const FaltungOperation faltung_operation_max_unpool2d = {
    .kind =
        {
            .name = "max_unpool2d",
            .title = "Max unpooling",
            .summary = "brings pooled values back to where the largest of each window was in the "
                       "image before, the second input; zeros elsewhere",
            .options = faltung_pool_options_2,
            .options_size = sizeof(FaltungPool),
        },
    .group = FALTUNG_GROUP_POOLING,
    .flags = FALTUNG_FORGETS_INPUTS | FALTUNG_FORGETS_OUTPUT,
    .equation = "\\mark{y}{y_{c,\\, sh + i,\\, sw + j}} = \\mark{x}{x_{chw}}, \\quad "
                "(i, j) = \\operatorname{argmax}_{i,j} \\, z_{c,\\, sh + i,\\, sw + j}",
    .max_inputs = 2,
    .infer_shape = infer_shape,
    .flops = flops,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .forward_reference = max_unpool2d_forward_reference,
    .backward_reference = max_unpool2d_backward_reference,
    .file = "max_unpool2d.c",
};
