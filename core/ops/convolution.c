/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/convolution.h"

#include "core/ops/parallel.h"
#include "core/ops/sums.h"
#include "core/ops/window.h"
#include "core/ops/winograd.h"

#include <omp.h>
#include <string.h>

/* Over the maps slides the window turned round, by one pixel: this is how. */
static FaltungSlide turned_slide(const FaltungSlide *s) {
    return (FaltungSlide){
        .input = s->output,
        .kernel = s->kernel,
        .stride = 1,
        .before = s->kernel - 1 - s->before,
        .output = s->input,
    };
}

static gboolean winograd_pays(const FaltungConvolution *c) {
    FaltungSlide rows = turned_slide(&c->rows), columns = turned_slide(&c->columns);
    return c->rows.stride == 1 && c->columns.stride == 1 &&
           faltung_winograd_pays(c->channels, c->filters, &c->rows, &c->columns) &&
           faltung_winograd_pays(c->filters, c->channels, &rows, &columns);
}

static FaltungWinograd winograd_of(const FaltungConvolution *c) {
    return faltung_winograd(c->channels, c->filters, &c->rows, &c->columns);
}

static FaltungWinograd turned_winograd_of(const FaltungConvolution *c) {
    FaltungSlide rows = turned_slide(&c->rows), columns = turned_slide(&c->columns);
    return faltung_winograd(c->filters, c->channels, &rows, &columns);
}

FaltungConvolution faltung_convolution(int channels, int filters, FaltungSlide rows,
                                       FaltungSlide columns) {
    FaltungConvolution c = {
        .channels = channels,
        .filters = filters,
        .rows = rows,
        .columns = columns,
        .panels = faltung_panels(filters, rows.kernel * columns.kernel * channels),
        .frame_height = faltung_slide_padded(&rows),
        .frame_width = faltung_slide_padded(&columns),
    };
    c.winograd = winograd_pays(&c);
    c.framed = !c.winograd && (c.frame_height != rows.input || c.frame_width != columns.input);
    c.frame = (size_t)c.frame_height * c.frame_width * channels;
    c.image = (size_t)rows.input * columns.input * channels;
    c.map = (size_t)rows.output * columns.output * filters;
    return c;
}

/* Floating-point operations of each of the three products. */
static double work(const FaltungConvolution *c, int batch) {
    return 2.0 * batch * c->map * c->panels.depth;
}

/* -- the weights' layout: (panel, i, j, channel, filter in the panel) ------------------------- */

static void copy_weights(const FaltungConvolution *c, const float *from, float *to,
                         gboolean packing) {
    int window = c->rows.kernel * c->columns.kernel;
    for (int o = 0; o < c->filters; o++)
        for (int k = 0; k < c->channels; k++)
            for (int ij = 0; ij < window; ij++) {
                size_t plain = ((size_t)o * c->channels + k) * window + ij;
                size_t packed = faltung_panels_index(&c->panels, o, ij * c->channels + k);
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
    return faltung_window(c->channels, c->filters, c->rows.kernel, c->columns.kernel,
                          c->rows.stride, c->columns.stride, c->frame_width, c->rows.output,
                          c->columns.output);
}

/* The frame of the maps over which the turned window slides: kernel - 1 zeros around them and,
   with a stride, stride - 1 between their pixels. */
static int map_frame_side(const FaltungSlide *s) {
    return s->input + s->kernel - 1;
}

static size_t map_frame(const FaltungConvolution *c) {
    return (size_t)map_frame_side(&c->rows) * map_frame_side(&c->columns) * c->filters;
}

static FaltungWindow turned_window_of(const FaltungConvolution *c) {
    return faltung_window(c->filters, c->channels, c->rows.kernel, c->columns.kernel, 1, 1,
                          map_frame_side(&c->columns), c->rows.input, c->columns.input);
}

size_t faltung_convolution_frames(const FaltungConvolution *c, int batch) {
    return c->framed ? batch * c->frame : 0;
}

static void frame_image(const FaltungConvolution *c, const float *image, float *frame) {
    size_t row = (size_t)c->columns.input * c->channels;
    size_t before = (size_t)c->columns.before * c->channels;
    size_t after = (size_t)c->columns.after * c->channels;
    size_t whole = (size_t)c->frame_width * c->channels;
    memset(frame, 0, c->rows.before * whole * sizeof(float));
    float *to = frame + c->rows.before * whole;
    for (int h = 0; h < c->rows.input; h++, to += whole, image += row) {
        memset(to, 0, before * sizeof(float));
        memcpy(to + before, image, row * sizeof(float));
        memset(to + before + row, 0, after * sizeof(float));
    }
    memset(to, 0, c->rows.after * whole * sizeof(float));
}

const float *faltung_convolution_frame(const FaltungConvolution *c, int batch, int threads,
                                       const float *images, float *frames) {
    if (!c->framed)
        return images;
    threads = faltung_threads_for(threads, 4.0 * batch * c->frame);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < batch; n++)
        frame_image(c, images + n * c->image, frames + n * c->frame);
    return frames;
}

/* -- forward ---------------------------------------------------------------------------------- */

static FaltungFinish finish_of(const FaltungConvolutionCall *call, gboolean accumulate) {
    return (FaltungFinish){call->bias, accumulate, call->epilogue, call->parameter};
}

size_t faltung_convolution_forward_workspace(const FaltungConvolution *c, int threads) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        return faltung_winograd_weights_size(&w) + threads * faltung_winograd_slide_scratch(&w);
    }
    FaltungWindow window = window_of(c);
    return faltung_window_weights_size(&window);
}

static void winograd_slide(const FaltungConvolution *c, const FaltungWinograd *w,
                           const FaltungConvolutionCall *call, const float *in,
                           const float *weights, float *out, gboolean accumulate,
                           float *workspace) {
    FaltungFinish finish = finish_of(call, accumulate);
    int threads = faltung_threads_for(call->threads, work(c, call->batch));
    faltung_winograd_weights(w, threads, weights, workspace);
    faltung_winograd_slide(w, call->batch, threads, workspace, &finish, in, out,
                           workspace + faltung_winograd_weights_size(w));
}

void faltung_convolution_forward(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                 const float *framed, const float *weights, float *maps,
                                 gboolean accumulate, float *workspace) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        winograd_slide(c, &w, call, framed, weights, maps, accumulate, workspace);
        return;
    }
    FaltungWindow window = window_of(c);
    FaltungWindowWeights prepared =
        faltung_window_weights(&window, &c->panels, weights, call->bias, workspace);
    size_t frame = c->framed ? c->frame : c->image;
    int threads = faltung_threads_for(call->threads, work(c, call->batch));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < call->batch; n++)
        faltung_window_slide(&window, &prepared, call->epilogue, call->parameter, accumulate,
                             framed + n * frame, maps + n * c->map);
}

/* -- turned ----------------------------------------------------------------------------------- */

/* The weights as the turned window wants them: (panel of channels, i, j, filter). */
static void turn_weights(const FaltungConvolution *c, const FaltungPanels *turned,
                         const float *weights, float *to) {
    int kh = c->rows.kernel, kw = c->columns.kernel;
    memset(to, 0, faltung_panels_size(turned) * sizeof(float));
    for (int i = 0; i < kh; i++)
        for (int j = 0; j < kw; j++)
            for (int k = 0; k < c->channels; k++)
                for (int o = 0; o < c->filters; o++) {
                    int there = ((kh - 1 - i) * kw + (kw - 1 - j)) * c->filters + o;
                    int here = (i * kw + j) * c->channels + k;
                    to[faltung_panels_index(turned, k, there)] =
                        weights[faltung_panels_index(&c->panels, o, here)];
                }
}

/* Pixel (h, w) of the map goes where the window that made it began. */
static void frame_map(const FaltungConvolution *c, const float *map, float *frame) {
    int width = map_frame_side(&c->columns), height = map_frame_side(&c->rows);
    int top = c->rows.kernel - 1 - c->rows.before, left = c->columns.kernel - 1 - c->columns.before;
    memset(frame, 0, map_frame(c) * sizeof(float));
    for (int h = 0; h < c->rows.output; h++) {
        int row = h * c->rows.stride + top;
        if (row < 0 || row >= height)
            continue;
        for (int w = 0; w < c->columns.output; w++) {
            int column = w * c->columns.stride + left;
            if (column < 0 || column >= width)
                continue;
            memcpy(frame + ((size_t)row * width + column) * c->filters,
                   map + ((size_t)h * c->columns.output + w) * c->filters,
                   c->filters * sizeof(float));
        }
    }
}

static FaltungPanels turned_panels(const FaltungConvolution *c) {
    return faltung_panels(c->channels, c->filters * c->rows.kernel * c->columns.kernel);
}

static size_t turned_scratch(const FaltungConvolution *c) {
    return map_frame(c) + FALTUNG_SLACK;
}

size_t faltung_convolution_turned_workspace(const FaltungConvolution *c, int threads) {
    FaltungPanels turned = turned_panels(c);
    if (c->winograd) {
        FaltungWinograd w = turned_winograd_of(c);
        return faltung_panels_size(&turned) + faltung_winograd_weights_size(&w) +
               threads * faltung_winograd_slide_scratch(&w);
    }
    FaltungWindow window = turned_window_of(c);
    return faltung_panels_size(&turned) + faltung_window_weights_size(&window) +
           threads * turned_scratch(c) + FALTUNG_SLACK;
}

void faltung_convolution_turned(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                const float *maps, const float *weights, float *images,
                                gboolean accumulate, float *workspace) {
    FaltungPanels turned = turned_panels(c);
    float *own_weights = workspace, *prepared_weights = own_weights + faltung_panels_size(&turned);
    turn_weights(c, &turned, weights, own_weights);
    if (c->winograd) {
        FaltungWinograd w = turned_winograd_of(c);
        winograd_slide(c, &w, call, maps, own_weights, images, accumulate, prepared_weights);
        return;
    }
    FaltungWindow window = turned_window_of(c);
    float *scratch = prepared_weights + faltung_window_weights_size(&window);
    FaltungWindowWeights prepared =
        faltung_window_weights(&window, &turned, own_weights, call->bias, prepared_weights);
    int threads = faltung_threads_for(call->threads, work(c, call->batch));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < call->batch; n++) {
        float *frame = scratch + omp_get_thread_num() * turned_scratch(c);
        frame_map(c, maps + n * c->map, frame);
        faltung_window_slide(&window, &prepared, call->epilogue, call->parameter, accumulate, frame,
                             images + n * c->image);
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
    FaltungWindow window = window_of(c);
    return faltung_panels_size(&window.panels);
}

/* That, and behind it the bias. */
static size_t part_size(const FaltungConvolution *c) {
    return sum_size(c) + faltung_panels_bias_size(&c->panels);
}

static int n_parts(const FaltungConvolution *c, int batch) {
    int parts = MOST_PARTS;
    while (parts > 1 && parts * part_size(c) > MOST_PART_FLOATS)
        parts /= 2;
    return MIN(parts, batch); /* a smaller batch never takes more room */
}

static size_t part_scratch(const FaltungConvolution *c) {
    if (!c->winograd)
        return 0;
    FaltungWinograd w = winograd_of(c);
    return faltung_winograd_gradient_scratch(&w);
}

size_t faltung_convolution_weights_workspace(const FaltungConvolution *c, int batch, int threads) {
    int parts = n_parts(c, batch);
    return parts * part_size(c) + MIN(parts, threads) * part_scratch(c) + FALTUNG_SLACK;
}

/* @sum += the gradient of samples @from to @to - 1. */
static void add_samples(const FaltungConvolution *c, int from, int to, const float *framed,
                        const float *maps, float *sum, float *scratch) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        faltung_winograd_gradient(&w, from, to, framed, maps, sum, scratch);
        return;
    }
    FaltungWindow window = window_of(c);
    size_t frame = c->framed ? c->frame : c->image;
    for (int n = from; n < to; n++)
        faltung_window_weight_gradient(&window, framed + n * frame, maps + n * c->map, sum);
}

static void fold_sum(const FaltungConvolution *c, int threads, const float *sum, float *gradient) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        faltung_winograd_fold(&w, threads, sum, gradient);
    } else {
        FaltungWindow window = window_of(c);
        faltung_window_fold(&window, &c->panels, sum, gradient);
    }
}

void faltung_convolution_weights(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                 const float *framed, const float *maps, float *gradient,
                                 float *bias, float *workspace) {
    int parts = n_parts(c, call->batch);
    size_t part = part_size(c), weights = sum_size(c), own = part_scratch(c);
    float *scratch = workspace + parts * part;
    int threads = MIN(parts, faltung_threads_for(call->threads, work(c, call->batch)));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < parts; i++) {
        float *sum = workspace + i * part;
        memset(sum, 0, part * sizeof(float));
        int from = (gint64)call->batch * i / parts, to = (gint64)call->batch * (i + 1) / parts;
        add_samples(c, from, to, framed, maps, sum, scratch + omp_get_thread_num() * own);
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
