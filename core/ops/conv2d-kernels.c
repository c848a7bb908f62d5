/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/conv2d-kernels.h"

#include "core/ops/parallel.h"

#include <omp.h>
#include <string.h>

/*
 * Channels-last, a row of the window is contiguous: kw x C floats. So a row of output pixels is
 * one batch-reduce product over the window's rows,
 *
 *     y[h][w] = sum_i  x[sh + i][sw ...] (1 x kw C)  W[i] (kw C x O),
 *
 * without im2col: the image, copied once into a frame of zeros, is A as it lies. The gradient of
 * the input is the same product over the framed gradient of the output with the window turned
 * round; that of the weights is the product's transpose.
 */
typedef struct {
    int channels, filters;
    FaltungSlide rows, columns;
    FaltungPanels panels; /* of the weights: filters x (kh, kw, channels) */
    gboolean framed;      /* zeros are needed around the image */
    int frame_height, frame_width;
    size_t frame, image, output; /* floats of one sample */
} Geometry;

static Geometry geometry_of(const FaltungLayer *layer) {
    const FaltungConv2d *conv = layer->options;
    const int *in = layer->input_shapes[0].dims;
    Geometry g = {
        .channels = in[0],
        .filters = conv->filters,
        .rows = faltung_slide(in[1], conv->kernel[0], conv->stride[0], conv->padding[0]),
        .columns = faltung_slide(in[2], conv->kernel[1], conv->stride[1], conv->padding[1]),
    };
    g.panels = faltung_panels(g.filters, g.channels * g.rows.kernel * g.columns.kernel);
    g.frame_height = faltung_slide_padded(&g.rows);
    g.frame_width = faltung_slide_padded(&g.columns);
    g.framed = g.frame_height != in[1] || g.frame_width != in[2];
    g.frame = (size_t)g.frame_height * g.frame_width * g.channels;
    g.image = faltung_shape_size(&layer->input_shapes[0]);
    g.output = faltung_shape_size(&layer->output_shape);
    return g;
}

/* The frame of the output's gradient over which the turned window slides: kernel - 1 zeros around
   it and, with a stride, stride - 1 between its pixels. */
static int gradient_frame_side(const FaltungSlide *s) {
    return s->input + s->kernel - 1;
}

static size_t gradient_frame(const Geometry *g) {
    return (size_t)gradient_frame_side(&g->rows) * gradient_frame_side(&g->columns) * g->filters;
}

static FaltungPanels turned_panels(const Geometry *g) {
    return faltung_panels(g->channels, g->filters * g->rows.kernel * g->columns.kernel);
}

/* Parts into which the batch is split where the gradient of the weights is summed up: it depends
   on the shape alone, so the order of the sum does too. */
enum { MOST_PARTS = 16, MOST_PART_FLOATS = 1 << 22 };

static int weight_parts(const Geometry *g, int batch) {
    int parts = MIN(MOST_PARTS, batch);
    size_t size = faltung_panels_size(&g->panels);
    while (parts > 1 && parts * size > MOST_PART_FLOATS)
        parts /= 2;
    return parts;
}

static size_t part_size(const Geometry *g) {
    return faltung_panels_size(&g->panels) + faltung_panels_bias_size(&g->panels);
}

size_t faltung_conv2d_state_size(const FaltungLayer *layer, int batch) {
    Geometry g = geometry_of(layer);
    return g.framed ? batch * g.frame * sizeof(float) : 0;
}

size_t faltung_conv2d_workspace_size(const FaltungLayer *layer, int batch, int threads) {
    Geometry g = geometry_of(layer);
    FaltungPanels turned = turned_panels(&g);
    return faltung_panels_size(&turned) + threads * (gradient_frame(&g) + g.image + FALTUNG_SLACK) +
           weight_parts(&g, batch) * part_size(&g);
}

/* -- the weights' layout: (panel, i, j, channel, filter in the panel) ------------------------- */

static void copy_weights(const FaltungLayer *layer, const float *from, float *to,
                         gboolean packing) {
    Geometry g = geometry_of(layer);
    int window = g.rows.kernel * g.columns.kernel;
    for (int o = 0; o < g.filters; o++)
        for (int c = 0; c < g.channels; c++)
            for (int ij = 0; ij < window; ij++) {
                size_t plain = ((size_t)o * g.channels + c) * window + ij;
                size_t packed = faltung_panels_index(&g.panels, o, ij * g.channels + c);
                if (packing)
                    to[packed] = from[plain];
                else
                    to[plain] = from[packed];
            }
}

void faltung_conv2d_pack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    if (parameter == 0)
        copy_weights(layer, from, to, TRUE);
    else
        memcpy(to, from, layer->output_shape.dims[0] * sizeof(float));
}

void faltung_conv2d_unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    if (parameter == 0)
        copy_weights(layer, from, to, FALSE);
    else
        memcpy(to, from, layer->output_shape.dims[0] * sizeof(float));
}

/* -- forward ---------------------------------------------------------------------------------- */

static void frame_image(const Geometry *g, const float *image, float *frame) {
    size_t row = (size_t)g->columns.input * g->channels;
    size_t before = (size_t)g->columns.before * g->channels;
    size_t after = (size_t)g->columns.after * g->channels;
    size_t whole = (size_t)g->frame_width * g->channels;
    memset(frame, 0, g->rows.before * whole * sizeof(float));
    float *to = frame + g->rows.before * whole;
    for (int h = 0; h < g->rows.input; h++, to += whole, image += row) {
        memset(to, 0, before * sizeof(float));
        memcpy(to + before, image, row * sizeof(float));
        memset(to + before + row, 0, after * sizeof(float));
    }
    memset(to, 0, g->rows.after * whole * sizeof(float));
}

/* One image, row by row of the output; @row is the product that makes its first one, for the first
   panel of the weights. */
static void slide(const FaltungPanels *panels, const FaltungGemm *row, int height,
                  ptrdiff_t image_step) {
    const FaltungKernels *kernels = faltung_kernels();
    for (int p = 0; p < panels->n_panels; p++) {
        FaltungGemm gemm = *row;
        gemm.columns = faltung_panels_columns(panels, p);
        gemm.b += faltung_panels_begin(panels, p);
        gemm.c += p * panels->width;
        if (gemm.bias)
            gemm.bias += p * panels->width;
        for (int h = 0; h < height; h++) {
            kernels->gemm(&gemm);
            gemm.a += image_step;
            gemm.c += gemm.rows * gemm.c_row;
        }
    }
}

void faltung_conv2d_forward(const FaltungStep *step) {
    Geometry g = geometry_of(step->layer);
    int window_row = g.columns.kernel * g.channels;
    ptrdiff_t frame_row = (ptrdiff_t)g.frame_width * g.channels;
    double work = 2.0 * step->batch * g.output * g.panels.depth;
#pragma omp parallel for num_threads(faltung_threads_for(step->threads, work)) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        const float *image = step->inputs[0] + n * g.image;
        if (g.framed) {
            float *frame = (float *)step->state + n * g.frame;
            frame_image(&g, image, frame);
            image = frame;
        }
        FaltungGemm row = {
            .rows = g.columns.output,
            .depth = window_row,
            .reduce = g.rows.kernel,
            .a = image,
            .a_row = (ptrdiff_t)g.columns.stride * g.channels,
            .a_depth = 1,
            .a_reduce = frame_row,
            .b = step->parameters[0],
            .b_depth = g.panels.width,
            .b_reduce = (ptrdiff_t)window_row * g.panels.width,
            .c = step->output + n * g.output,
            .c_row = g.filters,
            .bias = step->parameters[1],
            .epilogue = step->epilogue,
            .parameter = step->epilogue_parameter,
        };
        slide(&g.panels, &row, g.rows.output, g.rows.stride * frame_row);
    }
}

/* -- gradient of the weights ------------------------------------------------------------------ */

/* Adds one image's share to @weights (packed) and @bias. */
static void add_weight_gradient(const Geometry *g, const float *frame, const float *dy,
                                float *weights, float *bias) {
    const FaltungKernels *kernels = faltung_kernels();
    ptrdiff_t frame_row = (ptrdiff_t)g->frame_width * g->channels;
    int window_row = g->columns.kernel * g->channels;
    for (int p = 0; p < g->panels.n_panels; p++) {
        for (int i = 0; i < g->rows.kernel; i++) {
            FaltungGemm gemm = {
                .rows = window_row,
                .columns = faltung_panels_columns(&g->panels, p),
                .depth = g->columns.output,
                .reduce = g->rows.output,
                .a = frame + i * frame_row,
                .a_row = 1,
                .a_depth = (ptrdiff_t)g->columns.stride * g->channels,
                .a_reduce = g->rows.stride * frame_row,
                .b = dy + p * g->panels.width,
                .b_depth = g->filters,
                .b_reduce = (ptrdiff_t)g->columns.output * g->filters,
                .c = weights + faltung_panels_begin(&g->panels, p) +
                     (size_t)i * window_row * g->panels.width,
                .c_row = g->panels.width,
                .accumulate = TRUE,
            };
            kernels->gemm(&gemm);
        }
    }
    if (!bias)
        return;
    for (int pixel = 0; pixel < g->rows.output * g->columns.output; pixel++)
        for (int o = 0; o < g->filters; o++)
            bias[o] += dy[(size_t)pixel * g->filters + o];
}

static void backward_weights(const FaltungStep *step, const Geometry *g, float *parts) {
    int n_parts = weight_parts(g, step->batch);
    size_t weights = faltung_panels_size(&g->panels), part = part_size(g);
    gboolean bias = step->parameter_gradients[1] != NULL;
    int threads =
        faltung_threads_for(step->threads, 2.0 * step->batch * g->output * g->panels.depth);
    const float *images = g->framed ? step->state : step->inputs[0];
    size_t stride = g->framed ? g->frame : g->image;
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int i = 0; i < n_parts; i++) {
            float *sum = parts + i * part;
            memset(sum, 0, part * sizeof(float));
            int from = (gint64)step->batch * i / n_parts;
            int to = (gint64)step->batch * (i + 1) / n_parts;
            for (int n = from; n < to; n++)
                add_weight_gradient(g, images + n * stride, step->output_gradient + n * g->output,
                                    sum, bias ? sum + weights : NULL);
        }
#pragma omp for schedule(static)
        for (size_t j = 0; j < weights; j++) {
            float sum = step->parameter_gradients[0][j];
            for (int i = 0; i < n_parts; i++)
                sum += parts[i * part + j];
            step->parameter_gradients[0][j] = sum;
        }
    }
    for (int o = 0; bias && o < g->filters; o++)
        for (int i = 0; i < n_parts; i++)
            step->parameter_gradients[1][o] += parts[i * part + weights + o];
}

/* -- gradient of the input -------------------------------------------------------------------- */

/* The weights as the turned window wants them: (panel of channels, i, j, filter). */
static void turn_weights(const Geometry *g, const FaltungPanels *turned, const float *weights,
                         float *to) {
    int kh = g->rows.kernel, kw = g->columns.kernel;
    memset(to, 0, faltung_panels_size(turned) * sizeof(float));
    for (int i = 0; i < kh; i++)
        for (int j = 0; j < kw; j++)
            for (int c = 0; c < g->channels; c++)
                for (int o = 0; o < g->filters; o++) {
                    int there = ((kh - 1 - i) * kw + (kw - 1 - j)) * g->filters + o;
                    int here = (i * kw + j) * g->channels + c;
                    to[faltung_panels_index(turned, c, there)] =
                        weights[faltung_panels_index(&g->panels, o, here)];
                }
}

/* Pixel (h, w) of the gradient goes where the window that made it began. */
static void frame_gradient(const Geometry *g, const float *dy, float *frame) {
    int width = gradient_frame_side(&g->columns);
    int top = g->rows.kernel - 1 - g->rows.before, left = g->columns.kernel - 1 - g->columns.before;
    int height = gradient_frame_side(&g->rows);
    memset(frame, 0, gradient_frame(g) * sizeof(float));
    for (int h = 0; h < g->rows.output; h++) {
        int row = h * g->rows.stride + top;
        if (row < 0 || row >= height)
            continue;
        for (int w = 0; w < g->columns.output; w++) {
            int column = w * g->columns.stride + left;
            if (column < 0 || column >= width)
                continue;
            memcpy(frame + ((size_t)row * width + column) * g->filters,
                   dy + ((size_t)h * g->columns.output + w) * g->filters,
                   g->filters * sizeof(float));
        }
    }
}

static void backward_input(const FaltungStep *step, const Geometry *g, float *workspace) {
    FaltungPanels turned = turned_panels(g);
    float *weights = workspace, *frames = workspace + faltung_panels_size(&turned);
    size_t scratch = gradient_frame(g) + g->image + FALTUNG_SLACK;
    int width = gradient_frame_side(&g->columns);
    int threads =
        faltung_threads_for(step->threads, 2.0 * step->batch * g->output * g->panels.depth);
    turn_weights(g, &turned, step->parameters[0], weights);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *frame = frames + omp_get_thread_num() * scratch;
        float *to = step->input_gradients[0] + n * g->image;
        float *dx = step->overwrite[0] ? to : frame + gradient_frame(g);
        frame_gradient(g, step->output_gradient + n * g->output, frame);
        FaltungGemm row = {
            .rows = g->columns.input,
            .depth = g->columns.kernel * g->filters,
            .reduce = g->rows.kernel,
            .a = frame,
            .a_row = g->filters,
            .a_depth = 1,
            .a_reduce = (ptrdiff_t)width * g->filters,
            .b = weights,
            .b_depth = turned.width,
            .b_reduce = (ptrdiff_t)g->columns.kernel * g->filters * turned.width,
            .c = dx,
            .c_row = g->channels,
        };
        slide(&turned, &row, g->rows.input, row.a_reduce);
        for (size_t i = 0; dx != to && i < g->image; i++)
            to[i] += dx[i];
    }
}

void faltung_conv2d_backward(const FaltungStep *step) {
    Geometry g = geometry_of(step->layer);
    FaltungPanels turned = turned_panels(&g);
    size_t scratch = gradient_frame(&g) + g.image + FALTUNG_SLACK;
    float *parts = step->workspace + faltung_panels_size(&turned) + step->threads * scratch;
    backward_weights(step, &g, parts);
    if (step->input_gradients[0])
        backward_input(step, &g, step->workspace);
}
