/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/convolution.h"

#include "core/ops/parallel.h"
#include "core/ops/phases.h"
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
    FaltungWindow w = {
        .channels = c->channels,
        .filters = c->filters,
        .kernel_rows = c->rows.kernel,
        .kernel_columns = c->columns.kernel,
        .row_stride = c->rows.stride,
        .pixel_stride = c->columns.stride,
        .frame_width = c->frame_width,
        .height = c->rows.output,
        .width = c->columns.output,
        .output_row = (ptrdiff_t)c->columns.output * c->filters,
        .output_pixel = c->filters,
    };
    faltung_window_plan(&w);
    return w;
}

/* Copies an image of @height rows, @row floats each, into a frame with so many floats of zeros
   @before and @after every row, and rows of them above and below. */
static void frame_rows(int height, size_t row, size_t before, size_t after, int above, int below,
                       const float *image, float *frame) {
    size_t whole = before + row + after;
    memset(frame, 0, above * whole * sizeof(float));
    frame += above * whole;
    for (int h = 0; h < height; h++, frame += whole, image += row) {
        memset(frame, 0, before * sizeof(float));
        memcpy(frame + before, image, row * sizeof(float));
        memset(frame + before + row, 0, after * sizeof(float));
    }
    memset(frame, 0, below * whole * sizeof(float));
}

/* The image with its zeros around it: in @frame, or as it is where it needs none. */
static const float *frame_image(const FaltungConvolution *c, const float *image, float *frame) {
    size_t pixel = c->channels;
    if (!c->framed)
        return image;
    frame_rows(c->rows.input, c->columns.input * pixel, c->columns.before * pixel,
               c->columns.after * pixel, c->rows.before, c->rows.after, image, frame);
    return frame;
}

static size_t frame_scratch(const FaltungConvolution *c) {
    return c->framed ? c->frame + FALTUNG_SLACK : 0;
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
    return faltung_window_weights_size(&window) + threads * frame_scratch(c);
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
                                 const float *images, const float *weights, float *maps,
                                 gboolean accumulate, float *workspace) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        winograd_slide(c, &w, call, images, weights, maps, accumulate, workspace);
        return;
    }
    FaltungWindow window = window_of(c);
    FaltungWindowWeights prepared =
        faltung_window_weights(&window, &c->panels, weights, call->bias, workspace);
    float *frames = workspace + faltung_window_weights_size(&window);
    int threads = faltung_threads_for(call->threads, work(c, call->batch));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < call->batch; n++) {
        float *frame = frames + omp_get_thread_num() * frame_scratch(c);
        faltung_window_slide(&window, &prepared, call->epilogue, call->parameter, accumulate,
                             frame_image(c, images + n * c->image, frame), maps + n * c->map);
    }
}

/* -- turned: from the maps to the images, phase by phase -------------------------------------- */

/* The frame of a map: with its margins of zeros. */
typedef struct {
    FaltungMargins rows, columns;
    int width; /* pixels */
    size_t size;
} MapFrame;

static MapFrame map_frame(const FaltungConvolution *c) {
    MapFrame f = {faltung_phase_margins(&c->rows), faltung_phase_margins(&c->columns)};
    f.width = f.columns.before + c->columns.output + f.columns.after;
    f.size = (size_t)(f.rows.before + c->rows.output + f.rows.after) * f.width * c->filters;
    return f;
}

static void frame_map(const FaltungConvolution *c, const MapFrame *f, const float *map,
                      float *frame) {
    size_t pixel = c->filters;
    frame_rows(c->rows.output, c->columns.output * pixel, f->columns.before * pixel,
               f->columns.after * pixel, f->rows.before, f->rows.after, map, frame);
}

/* The phase of row phase @i and column phase @j, with the window that makes its pixels. */
typedef struct {
    FaltungPhase rows, columns;
    FaltungWindow window;
    ptrdiff_t begin, image; /* floats: where it begins in the framed map, and in the image */
} Phase;

static Phase phase_of(const FaltungConvolution *c, const MapFrame *f, int i, int j) {
    Phase p = {faltung_phase(&c->rows, i), faltung_phase(&c->columns, j)};
    p.window = (FaltungWindow){
        .channels = c->filters,
        .filters = c->channels,
        .kernel_rows = p.columns.taps > 0 ? p.rows.taps : 0,
        .kernel_columns = p.columns.taps,
        .row_stride = 1,
        .pixel_stride = 1,
        .frame_width = f->width,
        .height = p.rows.count,
        .width = p.columns.count,
        .output_row = (ptrdiff_t)c->rows.stride * c->columns.input * c->channels,
        .output_pixel = c->columns.stride * c->channels,
    };
    faltung_window_plan(&p.window);
    if (p.window.kernel_rows > 0)
        p.begin = ((ptrdiff_t)(f->rows.before + faltung_phase_begin(&p.rows)) * f->width +
                   f->columns.before + faltung_phase_begin(&p.columns)) *
                  c->filters;
    p.image = ((ptrdiff_t)p.rows.first * c->columns.input + p.columns.first) * c->channels;
    return p;
}

/* The weights of a phase as its window wants them: (panel of channels, i, j, filter), turned. */
static FaltungPanels turned_panels(const FaltungConvolution *c, int rows, int columns) {
    return faltung_panels(c->channels, c->filters * rows * columns);
}

/* Row i, column j of the window, channels x filters of it, becomes place @to of the phase's. */
static void turn_tap(const FaltungConvolution *c, const FaltungPanels *turned, int ij, int place,
                     const float *weights, float *to) {
    const FaltungKernels *kernels = faltung_kernels();
    for (int p = 0; p < turned->n_panels; p++)
        for (int q = 0; q < c->panels.n_panels; q++) {
            int channel = p * turned->width, filter = q * c->panels.width;
            kernels->transpose(
                faltung_panels_columns(turned, p), faltung_panels_columns(&c->panels, q),
                weights + faltung_panels_index(&c->panels, filter, ij * c->channels + channel),
                c->panels.width,
                to + faltung_panels_index(turned, channel, place * c->filters + filter),
                turned->width);
        }
}

static void turn_weights(const FaltungConvolution *c, int i, int j, int rows, int columns,
                         int threads, const float *weights, float *to) {
    FaltungPanels turned = turned_panels(c, rows, columns);
    if (turned.columns % turned.width != 0)
        memset(to, 0, faltung_panels_size(&turned) * sizeof(float));
    threads = faltung_threads_for(threads, 4.0 * faltung_panels_size(&turned));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int tap = 0; tap < rows * columns; tap++) {
        int row = i + tap / columns * c->rows.stride,
            column = j + tap % columns * c->columns.stride;
        turn_tap(c, &turned, row * c->columns.kernel + column, rows * columns - 1 - tap, weights,
                 to);
    }
}

/* All phases together have the weights once; wider ones has only who has one phase. */
static size_t turned_weights_size(const FaltungConvolution *c) {
    FaltungPanels turned = turned_panels(c, c->rows.kernel, c->columns.kernel);
    if (c->winograd) {
        FaltungWinograd w = turned_winograd_of(c);
        return faltung_panels_size(&turned) + faltung_winograd_weights_size(&w);
    }
    MapFrame f = map_frame(c);
    Phase p = phase_of(c, &f, 0, 0);
    return faltung_panels_size(&turned) + faltung_window_weights_size(&p.window);
}

static size_t turned_scratch(const FaltungConvolution *c) {
    if (c->winograd) {
        FaltungWinograd w = turned_winograd_of(c);
        return faltung_winograd_slide_scratch(&w);
    }
    return map_frame(c).size + FALTUNG_SLACK;
}

size_t faltung_convolution_turned_workspace(const FaltungConvolution *c, int threads) {
    return turned_weights_size(c) + threads * turned_scratch(c) + FALTUNG_SLACK;
}

static void turned_winograd(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                            const float *maps, const float *weights, float *images,
                            gboolean accumulate, float *workspace) {
    FaltungPanels turned = turned_panels(c, c->rows.kernel, c->columns.kernel);
    FaltungWinograd w = turned_winograd_of(c);
    turn_weights(c, 0, 0, c->rows.kernel, c->columns.kernel, call->threads, weights, workspace);
    winograd_slide(c, &w, call, maps, workspace, images, accumulate,
                   workspace + faltung_panels_size(&turned));
}

/* The weights of every phase, one behind the other, in the order of the phases. */
static void turn_phases(const FaltungConvolution *c, int threads, const float *weights, float *to) {
    for (int i = 0; i < c->rows.stride; i++)
        for (int j = 0; j < c->columns.stride; j++) {
            int rows = faltung_phase(&c->rows, i).taps,
                columns = faltung_phase(&c->columns, j).taps;
            FaltungPanels turned = turned_panels(c, rows, columns);
            turn_weights(c, i, j, rows, columns, threads, weights, to);
            to += faltung_panels_size(&turned);
        }
}

/* All phases of one image. @first: the weights of the first, which are wider ones where it is the
   only one and makes groups of pixels. */
static void slide_phases(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                         const MapFrame *f, const float *frame, const FaltungWindowWeights *first,
                         const float *weights, float *image, gboolean accumulate) {
    FaltungWindowWeights own = *first;
    for (int i = 0; i < c->rows.stride; i++)
        for (int j = 0; j < c->columns.stride; j++) {
            Phase p = phase_of(c, f, i, j);
            /* without taps there is nothing to add */
            if (p.window.kernel_rows > 0 || !accumulate)
                faltung_window_slide(&p.window, &own, call->epilogue, call->parameter, accumulate,
                                     frame + p.begin, image + p.image);
            FaltungPanels turned = turned_panels(c, p.rows.taps, p.columns.taps);
            weights += faltung_panels_size(&turned);
            own.weights = weights;
        }
}

void faltung_convolution_turned(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                const float *maps, const float *weights, float *images,
                                gboolean accumulate, float *workspace) {
    if (c->winograd) {
        turned_winograd(c, call, maps, weights, images, accumulate, workspace);
        return;
    }
    MapFrame f = map_frame(c);
    FaltungPanels turned = turned_panels(c, c->rows.kernel, c->columns.kernel);
    FaltungPanels first =
        turned_panels(c, faltung_phase(&c->rows, 0).taps, faltung_phase(&c->columns, 0).taps);
    FaltungWindow window = phase_of(c, &f, 0, 0).window;
    float *scratch = workspace + turned_weights_size(c);
    turn_phases(c, call->threads, weights, workspace);
    FaltungWindowWeights prepared = faltung_window_weights(
        &window, &first, workspace, call->bias, workspace + faltung_panels_size(&turned));
    int threads = faltung_threads_for(call->threads, work(c, call->batch));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < call->batch; n++) {
        float *frame = scratch + omp_get_thread_num() * turned_scratch(c);
        frame_map(c, &f, maps + n * c->map, frame);
        slide_phases(c, call, &f, frame, &prepared, workspace, images + n * c->image, accumulate);
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
        return frame_scratch(c);
    FaltungWinograd w = winograd_of(c);
    return faltung_winograd_gradient_scratch(&w);
}

size_t faltung_convolution_weights_workspace(const FaltungConvolution *c, int batch, int threads) {
    int parts = n_parts(c, batch);
    return parts * part_size(c) + MIN(parts, threads) * part_scratch(c) + FALTUNG_SLACK;
}

/* @sum += the gradient of samples @from to @to - 1. */
static void add_samples(const FaltungConvolution *c, int from, int to, const float *images,
                        const float *maps, float *sum, float *scratch) {
    if (c->winograd) {
        FaltungWinograd w = winograd_of(c);
        faltung_winograd_gradient(&w, from, to, images, maps, sum, scratch);
        return;
    }
    FaltungWindow window = window_of(c);
    for (int n = from; n < to; n++)
        faltung_window_weight_gradient(&window, frame_image(c, images + n * c->image, scratch),
                                       maps + n * c->map, sum);
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
                                 const float *images, const float *maps, float *gradient,
                                 float *bias, float *workspace) {
    if (!gradient)
        return;
    int parts = n_parts(c, call->batch);
    size_t part = part_size(c), weights = sum_size(c), own = part_scratch(c);
    float *scratch = workspace + parts * part;
    int threads = MIN(parts, faltung_threads_for(call->threads, work(c, call->batch)));
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
