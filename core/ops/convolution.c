/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/convolution-private.h"
#include "core/ops/depthwise.h"
#include "core/ops/parallel.h"
#include "core/ops/sums.h"
#include "core/ops/window.h"

#include <omp.h>
#include <string.h>

static FaltungSlide turned_slide(const FaltungSlide *s) {
    return (FaltungSlide){
        .input = s->output,
        .kernel = s->kernel,
        .stride = 1,
        .dilation = 1,
        .before = s->kernel - 1 - s->before,
        .output = s->input,
    };
}

static gboolean winograd_pays(const FaltungConvolution *c) {
    const FaltungSlide *depth = &c->sides[0], *height = &c->sides[1], *width = &c->sides[2];
    if (c->groups > 1 || c->folded || faltung_slide_padded(depth) > 1)
        return FALSE;
    for (int side = 1; side < 3; side++)
        if (c->sides[side].stride != 1 || c->sides[side].dilation != 1)
            return FALSE;
    FaltungSlide rows = turned_slide(height), columns = turned_slide(width);
    return faltung_winograd_pays(c->channels, c->filters, height, width) &&
           faltung_winograd_pays(c->filters, c->channels, &rows, &columns);
}

static FaltungWinograd winograd_of(const FaltungConvolution *c) {
    return faltung_winograd(c->channels, c->filters, &c->sides[1], &c->sides[2]);
}

FaltungWinograd faltung_convolution_turned_winograd(const FaltungConvolution *c) {
    FaltungSlide rows = turned_slide(&c->sides[1]), columns = turned_slide(&c->sides[2]);
    return faltung_winograd(c->filters, c->channels, &rows, &columns);
}

/* One channel would leave all lanes but one without work: they take a filter each instead, where
   there are enough. The packed weights of a pixel of the window are then one row. */
static gboolean sums_turned(const FaltungConvolution *c) {
    return c->channels == 1 && c->panels.n_panels == 1 && !c->folded &&
           2 * c->filters >= faltung_kernels()->lanes;
}

/* A window of one pixel sees no neighbours: all pixels may as well lie in one row. */
static void flatten_sides(FaltungSlide sides[3]) {
    int pixels = 1;
    for (int side = 0; side < 3; side++) {
        const FaltungSlide *s = &sides[side];
        if (s->kernel != 1 || s->stride != 1 || s->before + s->after > 0)
            return;
        pixels *= s->input;
    }
    sides[0] = sides[1] = faltung_slide(1, 1, 1, 1, 0);
    sides[2] = faltung_slide(pixels, 1, 1, 1, 0);
}

FaltungConvolution faltung_convolution(int channels, int filters, int groups,
                                       const FaltungSlide sides[3], FaltungEdge edge) {
    FaltungConvolution c = {
        .channels = channels,
        .filters = filters,
        .groups = groups,
        .frame = {.pixel = channels, .edge = edge},
        .window = 1,
        .image = channels,
        .map = filters,
    };
    memcpy(c.sides, sides, sizeof c.sides);
    flatten_sides(c.sides);
    for (int side = 0; side < 3; side++) {
        FaltungSlide *s = &c.sides[side];
        c.frame.size[side] = s->input;
        c.frame.before[side] = s->before;
        c.frame.after[side] = s->after;
        c.window *= s->kernel;
        c.image *= s->input;
        c.map *= s->output;
    }
    c.folded = edge != FALTUNG_EDGE_CONSTANT && faltung_frame_needed(&c.frame);
    for (int side = 0; side < 3 && c.folded; side++) {
        c.sides[side].input = faltung_frame_side(&c.frame, side);
        c.sides[side].before = c.sides[side].after = 0;
    }
    c.panels = faltung_panels(filters / groups, c.window * (channels / groups));
    c.winograd = winograd_pays(&c);
    c.depthwise = groups > 1 && groups == channels && groups == filters;
    c.summed = sums_turned(&c);
    c.framed = c.folded || (!c.winograd && !c.depthwise && faltung_frame_needed(&c.frame));
    return c;
}

double faltung_convolution_work(const FaltungConvolution *c, int batch) {
    double products = 2.0 * batch * c->map * c->panels.depth;
    return c->depthwise ? 4 * products : products; /* it is the loads that take their time */
}

/* -- the weights' layout: (group, panel, plane, i, j, channel, filter in the panel) ------------
 * of a depthwise one: (plane, i, j, channel) */

size_t faltung_convolution_weights_size(const FaltungConvolution *c) {
    return c->depthwise ? (size_t)c->window * c->channels
                        : c->groups * faltung_panels_size(&c->panels);
}

/* Where the weight of filter @o for channel @k of its group and pixel @t of the window is. */
static size_t weight_index(const FaltungConvolution *c, int o, int k, int t) {
    if (c->depthwise)
        return (size_t)t * c->channels + o;
    int filters = c->filters / c->groups, channels = c->channels / c->groups;
    return o / filters * faltung_panels_size(&c->panels) +
           faltung_panels_index(&c->panels, o % filters, t * channels + k);
}

static void copy_weights(const FaltungConvolution *c, const float *from, float *to,
                         gboolean packing) {
    int channels = c->channels / c->groups;
    for (int o = 0; o < c->filters; o++)
        for (int k = 0; k < channels; k++)
            for (int t = 0; t < c->window; t++) {
                size_t plain = ((size_t)o * channels + k) * c->window + t;
                size_t packed = weight_index(c, o, k, t);
                if (packing)
                    to[packed] = from[plain];
                else
                    to[plain] = from[packed];
            }
}

void faltung_convolution_pack(const FaltungConvolution *c, int parameter, int n_bias,
                              const float *from, float *to) {
    if (parameter == 0)
        copy_weights(c, from, to, TRUE);
    else
        memcpy(to, from, n_bias * sizeof(float));
}

void faltung_convolution_unpack(const FaltungConvolution *c, int parameter, int n_bias,
                                const float *from, float *to) {
    if (parameter == 0)
        copy_weights(c, from, to, FALSE);
    else
        memcpy(to, from, n_bias * sizeof(float));
}

/* -- images and maps to windows --------------------------------------------------------------- */

/* How the window goes over framed images. */
static FaltungWindow window_of(const FaltungConvolution *c) {
    FaltungWindow w = {
        .groups = c->groups,
        .channels = c->channels / c->groups,
        .filters = c->filters / c->groups,
    };
    ptrdiff_t output = c->filters;
    for (int side = 2; side >= 0; side--) {
        const FaltungSlide *s = &c->sides[side];
        ptrdiff_t stride = faltung_frame_stride(&c->frame, side);
        w.kernel[side] = s->kernel;
        w.tap[side] = s->dilation * stride;
        w.move[side] = s->stride * stride;
        w.size[side] = s->output;
        w.output[side] = output;
        output *= s->output;
    }
    faltung_window_plan(&w);
    return w;
}

static void depthwise_sides(const FaltungConvolution *c, FaltungDepthwiseSide sides[3]) {
    for (int side = 0; side < 3; side++)
        sides[side] = faltung_depthwise_forward(&c->sides[side]);
}

/* Floats in which an image gets its frame; a frame that is not needed is none. */
static size_t frame_scratch(const FaltungConvolution *c) {
    return c->framed ? faltung_frame_floats(&c->frame) + FALTUNG_SLACK : 0;
}

/* The image with what lies around it, in @frame; or as it is, where the zeros need not be there. */
static const float *frame_image(const FaltungConvolution *c, const float *image, float *frame) {
    return c->framed ? faltung_frame_fill(&c->frame, image, frame) : image;
}

size_t faltung_convolution_workspace(const FaltungConvolution *c, int batch, int threads) {
    size_t turned = faltung_convolution_turned_workspace(c, threads);
    size_t weights = faltung_convolution_weights_workspace(c, batch, threads);
    return MAX(faltung_convolution_forward_workspace(c, threads), MAX(turned, weights));
}

/* -- forward ---------------------------------------------------------------------------------- */

FaltungFinish faltung_convolution_finish(const FaltungConvolutionCall *call, gboolean accumulate) {
    return (FaltungFinish){call->bias, accumulate, call->epilogue, call->parameter};
}

size_t faltung_convolution_forward_workspace(const FaltungConvolution *c, int threads) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        return faltung_winograd_weights_size(&w) + threads * faltung_winograd_slide_scratch(&w);
    }
    if (c->depthwise)
        return threads * frame_scratch(c);
    FaltungWindow window = window_of(c);
    return faltung_window_weights_size(&window) + threads * frame_scratch(c);
}

void faltung_convolution_winograd(const FaltungConvolution *c, const FaltungWinograd *w,
                                  const FaltungConvolutionCall *call, const float *in,
                                  const float *weights, float *out, gboolean accumulate,
                                  float *workspace) {
    FaltungFinish finish = faltung_convolution_finish(call, accumulate);
    int threads = faltung_threads_for(call->threads, faltung_convolution_work(c, call->batch));
    faltung_winograd_weights(w, threads, weights, workspace);
    faltung_winograd_slide(w, call->batch, threads, workspace, &finish, in, out,
                           workspace + faltung_winograd_weights_size(w));
}

static void depthwise_forward(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                              const float *images, const float *weights, float *maps,
                              gboolean accumulate, float *workspace) {
    FaltungFinish finish = faltung_convolution_finish(call, accumulate);
    FaltungDepthwiseSide sides[3];
    depthwise_sides(c, sides);
    int threads = faltung_threads_for(call->threads, faltung_convolution_work(c, call->batch));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < call->batch; n++) {
        float *frame = workspace + omp_get_thread_num() * frame_scratch(c);
        faltung_depthwise_slide(sides, c->channels, &finish,
                                frame_image(c, images + n * c->image, frame), weights,
                                maps + n * c->map);
    }
}

void faltung_convolution_forward(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                 const float *images, const float *weights, float *maps,
                                 gboolean accumulate, float *workspace) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        faltung_convolution_winograd(c, &w, call, images, weights, maps, accumulate, workspace);
        return;
    }
    if (c->depthwise) {
        depthwise_forward(c, call, images, weights, maps, accumulate, workspace);
        return;
    }
    FaltungWindow window = window_of(c);
    FaltungWindowWeights prepared =
        faltung_window_weights(&window, &c->panels, weights, call->bias, workspace);
    float *frames = workspace + faltung_window_weights_size(&window);
    int threads = faltung_threads_for(call->threads, faltung_convolution_work(c, call->batch));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < call->batch; n++) {
        float *frame = frames + omp_get_thread_num() * frame_scratch(c);
        faltung_window_slide(&window, &prepared, call->epilogue, call->parameter, accumulate,
                             frame_image(c, images + n * c->image, frame), maps + n * c->map);
    }
}

/* -- the gradient of the weights -------------------------------------------------------------- */

/* Parts into which the batch is split: they depend on the shape alone, so the order of the sum
   does too. */
enum { MOST_PARTS = 16, MOST_PART_FLOATS = 1 << 22 };

/* Floats that the gradient of the weights takes while it is summed up. */
static size_t sum_size(const FaltungConvolution *c) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        return faltung_winograd_weights_size(&w);
    }
    if (c->depthwise)
        return faltung_convolution_weights_size(c);
    FaltungWindow window = window_of(c);
    return c->groups * faltung_panels_size(&window.panels);
}

/* That, and behind it the bias. */
static size_t part_size(const FaltungConvolution *c) {
    return sum_size(c) + c->filters;
}

static int n_parts(const FaltungConvolution *c, int batch) {
    int parts = MOST_PARTS;
    while (parts > 1 && parts * part_size(c) > MOST_PART_FLOATS)
        parts /= 2;
    return MIN(parts, batch); /* a smaller batch never takes more room */
}

static size_t part_scratch(const FaltungConvolution *c) {
    if (!c->winograd)
        return frame_scratch(c);
    FaltungWinograd w = winograd_of(c);
    return faltung_winograd_gradient_scratch(&w);
}

size_t faltung_convolution_weights_workspace(const FaltungConvolution *c, int batch, int threads) {
    int parts = n_parts(c, batch);
    return parts * part_size(c) + MIN(parts, threads) * part_scratch(c) + FALTUNG_SLACK;
}

/* @sum += the gradient of one sample. */
static void add_sample(const FaltungConvolution *c, const float *image, const float *map,
                       float *sum, float *scratch) {
    const float *framed = frame_image(c, image, scratch);
    if (c->depthwise) {
        FaltungDepthwiseSide sides[3];
        depthwise_sides(c, sides);
        faltung_depthwise_weights(sides, c->channels, framed, map, sum);
    } else {
        FaltungWindow window = window_of(c);
        faltung_window_weight_gradient(&window, framed, map, sum);
    }
}

/* @sum += the gradient of samples @from to @to - 1. */
static void add_samples(const FaltungConvolution *c, int from, int to, const float *images,
                        const float *maps, float *sum, float *scratch) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        faltung_winograd_gradient(&w, from, to, images, maps, sum, scratch);
        return;
    }
    for (int n = from; n < to; n++)
        add_sample(c, images + n * c->image, maps + n * c->map, sum, scratch);
}

static void fold_sum(const FaltungConvolution *c, int threads, const float *sum, float *gradient) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        faltung_winograd_fold(&w, threads, sum, gradient);
    } else if (c->depthwise) {
        size_t size = faltung_convolution_weights_size(c);
        for (size_t j = 0; j < size; j++)
            gradient[j] += sum[j];
    } else {
        FaltungWindow window = window_of(c);
        faltung_window_fold(&window, &c->panels, sum, gradient);
    }
}

void faltung_convolution_weights(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                 const float *images, const float *maps, float *gradient,
                                 float *bias, float *workspace) {
    if (!gradient)
        return;
    int parts = n_parts(c, call->batch);
    size_t part = part_size(c), weights = sum_size(c), own = part_scratch(c);
    float *scratch = workspace + parts * part;
    int threads =
        MIN(parts, faltung_threads_for(call->threads, faltung_convolution_work(c, call->batch)));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < parts; i++) {
        float *sum = workspace + i * part;
        memset(sum, 0, part * sizeof(float));
        int from = (gint64)call->batch * i / parts, to = (gint64)call->batch * (i + 1) / parts;
        add_samples(c, from, to, images, maps, sum, scratch + omp_get_thread_num() * own);
        if (bias)
            faltung_add_rows((to - from) * (c->map / c->filters), c->filters, maps + from * c->map,
                             sum + weights);
    }
    /* the first part becomes the sum of all */
#pragma omp parallel for num_threads(faltung_threads_for(threads, 4.0 * parts * part))             \
    schedule(static)
    for (size_t begin = 0; begin < part; begin += 1024) {
        size_t end = MIN(begin + 1024, part);
        for (int i = 1; i < parts; i++)
            for (size_t j = begin; j < end; j++)
                workspace[j] += workspace[i * part + j];
    }
    fold_sum(c, threads, workspace, gradient);
    for (int o = 0; bias && o < c->filters; o++)
        bias[o] += workspace[weights + o];
}
