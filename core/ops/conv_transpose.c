/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/conv.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"
#include "core/ops/sums.h"

/* Transposed convolutions of sequences, images and volumes: from the maps of a convolution to its
   image. */

/* clang-format off */
#define OPTIONS(n, extent, unit, most)                                                             \
    {                                                                                              \
        FALTUNG_CONV_WINDOW(n, extent, unit, most, "2"),                                           \
        FALTUNG_CONV_SIZES(n, stride, unit " of the output from one window to the next", "1", 1,   \
                           most),                                                                  \
        FALTUNG_CONV_SIZES(n, dilation, unit " from one of the window to the next", "1", 1, most), \
        {"padding",                                                                                \
         unit " cut off around the output: valid (none), same (it is stride times as large as "    \
         "the input), or how many",                                                                \
         FALTUNG_SIZES, offsetof(FaltungConv, padding[3 - n]), "valid", 0, most,                   \
         .choices = faltung_conv_padding_words, .sides = n},                                       \
        FALTUNG_CONV_SIZES(n, output_padding,                                                      \
                           unit " added at the ends, fewer than the stride", "0", 0, most - 1),    \
        FALTUNG_CONV_WEIGHTS,                                                                      \
        {NULL},                                                                                    \
    }
/* clang-format on */

static const FaltungOptionSpec options_1[] = OPTIONS(1, "length", "steps", 1024);
static const FaltungOptionSpec options_2[] = OPTIONS(2, "height and width", "pixels", 1024);
static const FaltungOptionSpec options_3[] = OPTIONS(3, "depth, height and width", "voxels", 64);

/* The side of the image from which a convolution with these options would make @side pixels. */
static int output_side(const FaltungConv *conv, int axis, int side) {
    int stride = conv->stride[axis], padding = conv->padding[axis];
    if (padding == FALTUNG_PADDING_SAME)
        return side * stride;
    int extent = conv->dilation[axis] * (conv->kernel[axis] - 1) + 1;
    return (side - 1) * stride + extent - 2 * MAX(padding, 0) + conv->output_padding[axis];
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungConv *conv = layer->options;
    const char *name = layer->operation->kind.name;
    const FaltungShape *input = &layer->input_shapes[0];
    if (!faltung_conv_check(layer, error))
        return FALSE;
    int n = faltung_conv_sides(layer), sides[3];
    faltung_layout_sides(input, sides);
    for (int axis = 3 - n; axis < 3; axis++) {
        if (conv->output_padding[axis] > 0 && (conv->output_padding[axis] >= conv->stride[axis] ||
                                               conv->padding[axis] == FALTUNG_PADDING_SAME))
            return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                                "output_padding %d of %s is not less than its stride %d, or "
                                "given beside `padding: same`; leave it out",
                                conv->output_padding[axis], name, conv->stride[axis]);
        sides[axis] = output_side(conv, axis, sides[axis]);
        if (sides[axis] < 1) {
            g_autofree char *came = faltung_shape_format(input);
            return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                                "the padding of %s leaves nothing of its output (input %s); take "
                                "less padding or a larger kernel",
                                name, came);
        }
    }
    layer->output_shape = faltung_layout_of_sides(n, conv->filters, sides);
    int channels = faltung_layout_columns(input);
    FaltungSlide slides[3];
    faltung_conv_slides(layer, sides, slides);
    FaltungConvolution c =
        faltung_convolution(conv->filters, channels, conv->groups, slides, FALTUNG_EDGE_CONSTANT);
    faltung_conv_add_parameters(layer, channels, conv->filters / conv->groups, 1,
                                faltung_convolution_weights_size(&c));
    return TRUE;
}

/* How a window goes over the output. */
static void slides_of(const FaltungLayer *layer, FaltungSlide slides[3]) {
    int sides[3];
    faltung_layout_sides(&layer->output_shape, sides);
    faltung_conv_slides(layer, sides, slides);
}

/* The convolution whose input's gradient this is: from our output to our input. */
static FaltungConvolution convolution_of(const FaltungLayer *layer) {
    const FaltungConv *conv = layer->options;
    FaltungSlide slides[3];
    slides_of(layer, slides);
    return faltung_convolution(conv->filters, faltung_layout_columns(&layer->input_shapes[0]),
                               conv->groups, slides, FALTUNG_EDGE_CONSTANT);
}

static double flops(const FaltungLayer *layer) {
    const FaltungConv *conv = layer->options;
    FaltungConvolution c = convolution_of(layer);
    double window = (double)c.window * (conv->filters / conv->groups);
    return 2 * window * faltung_shape_size(&layer->input_shapes[0]) +
           (conv->bias ? faltung_shape_size(&layer->output_shape) : 0);
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungConvolution c = convolution_of(layer);
    return faltung_convolution_workspace(&c, batch, threads);
}

static void forward(const FaltungStep *step) {
    FaltungConvolution c = convolution_of(step->layer);
    FaltungConvolutionCall call = {step->batch, step->threads, step->parameters[1], step->epilogue,
                                   step->epilogue_parameter};
    faltung_convolution_turned(&c, &call, step->inputs[0], step->parameters[0], step->output, FALSE,
                               step->workspace);
}

static void backward(const FaltungStep *step) {
    FaltungConvolution c = convolution_of(step->layer);
    FaltungConvolutionCall call = {step->batch, step->threads};
    faltung_convolution_weights(&c, &call, step->output_gradient, step->inputs[0],
                                step->parameter_gradients[0], NULL, step->workspace);
    if (step->parameter_gradients[1])
        faltung_add_rows(step->batch * c.image / c.channels, c.channels, step->output_gradient,
                         step->parameter_gradients[1]);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (step->input_gradients[0])
        faltung_convolution_forward(&c, &call, step->output_gradient, step->parameters[0],
                                    step->input_gradients[0], !step->overwrite[0], step->workspace);
}

static void pack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungConvolution c = convolution_of(layer);
    faltung_convolution_pack(&c, parameter, c.channels, from, to);
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungConvolution c = convolution_of(layer);
    faltung_convolution_unpack(&c, parameter, c.channels, from, to);
}

/* Pixels (steps, voxels) are counted row by row: every pixel p of the input stamps the window,
   times its value, on the output: pixel t of the window on pixel q. */
static void conv_transpose_forward_reference(const FaltungReference *r) {
    const FaltungConv *conv = r->layer->options;
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungSlide slides[3];
    slides_of(r->layer, slides);
    int window = slides[0].kernel * slides[1].kernel * slides[2].kernel;
    int channels = faltung_layout_columns(in), filters = conv->filters / conv->groups;
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    const double(*weight)[filters][window] = (const void *)r->parameters[0];
    const double *bias = r->parameters[1];
    double(*y)[faltung_shape_size(out)] = (void *)r->output;

    for (int n = 0; n < r->batch; n++) {
        for (int q = 0; q < faltung_layout_rows(out); q++)
            for (int o = 0; o < conv->filters; o++)
                y[n][faltung_layout_field(out, q, o)] = bias ? bias[o] : 0;
        for (int c = 0; c < channels; c++)
            for (int p = 0; p < faltung_layout_rows(in); p++)
                for (int t = 0; t < window; t++) {
                    int first = c / (channels / conv->groups) * filters;
                    int q = faltung_conv_tap(conv, slides, p, t);
                    if (q < 0) /* beside the output */
                        continue;
                    for (int o = 0; o < filters; o++)
                        y[n][faltung_layout_field(out, q, first + o)] +=
                            weight[c][o][t] * x[n][faltung_layout_field(in, p, c)];
                }
    }
}

static void conv_transpose_backward_reference(const FaltungReference *r) {
    const FaltungConv *conv = r->layer->options;
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungSlide slides[3];
    slides_of(r->layer, slides);
    int window = slides[0].kernel * slides[1].kernel * slides[2].kernel;
    int channels = faltung_layout_columns(in), filters = conv->filters / conv->groups;
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    const double(*weight)[filters][window] = (const void *)r->parameters[0];
    const double(*dy)[faltung_shape_size(out)] = (const void *)r->output_gradient;
    double(*dx)[faltung_shape_size(in)] = (void *)r->input_gradients[0];
    double(*dweight)[filters][window] = (void *)r->parameter_gradients[0];
    double *dbias = r->parameter_gradients[1];

    for (int n = 0; n < r->batch; n++) {
        for (int q = 0; q < faltung_layout_rows(out) && dbias; q++)
            for (int o = 0; o < conv->filters; o++)
                dbias[o] += dy[n][faltung_layout_field(out, q, o)];
        for (int c = 0; c < channels; c++)
            for (int p = 0; p < faltung_layout_rows(in); p++)
                for (int t = 0; t < window; t++) {
                    int first = c / (channels / conv->groups) * filters;
                    int q = faltung_conv_tap(conv, slides, p, t);
                    if (q < 0)
                        continue;
                    size_t from = faltung_layout_field(in, p, c);
                    for (int o = 0; o < filters; o++) {
                        double slope = dy[n][faltung_layout_field(out, q, first + o)];
                        dx[n][from] += slope * weight[c][o][t];
                        dweight[c][o][t] += slope * x[n][from];
                    }
                }
    }
}

/* The places whose stamps meet @at. */
static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    int side = faltung_conv_side(layer, axis);
    if (side < 0)
        return faltung_conv_channel_reach(layer, at, first, last) ? axis : FALTUNG_SEES_ALL;
    FaltungSlide slides[3];
    slides_of(layer, slides);
    const FaltungSlide *s = &slides[side];
    int end = at + s->before, begin = end - faltung_slide_extent(s) + 1;
    *first = begin > 0 ? (begin + s->stride - 1) / s->stride : 0;
    *last = end / s->stride;
    return axis;
}

static char *equation_of(const FaltungLayer *layer) {
    FaltungSlide slides[3];
    slides_of(layer, slides);
    return faltung_conv_transpose_equation(layer, slides);
}

/* clang-format off */
#define CONV_TRANSPOSE(n, title_, summary_, equation_)                                             \
    const FaltungOperation faltung_operation_conv_transpose##n##d = {                              \
        .kind = {.name = "conv_transpose" #n "d", .title = title_, .summary = summary_,            \
                 .options = options_##n, .options_size = sizeof(FaltungConv)},                     \
        .group = FALTUNG_GROUP_CONVOLUTION,                                                        \
        .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE | FALTUNG_FORGETS_OUTPUT |      \
                 FALTUNG_TAKES_SCALE,                                                              \
        .equation = equation_,                                                                     \
        .equation_of = equation_of,                                                                \
        .reach = reach,                                                                            \
        .max_inputs = 1,                                                                           \
        .infer_shape = infer_shape,                                                                \
        .flops = flops,                                                                            \
        .workspace_size = workspace_size,                                                          \
        .forward = forward,                                                                        \
        .backward = backward,                                                                      \
        .pack = pack,                                                                              \
        .unpack = unpack,                                                                          \
        .forward_reference = conv_transpose_forward_reference,                                     \
        .backward_reference = conv_transpose_backward_reference,                                   \
        .file = "conv_transpose.c",                                                                \
    }
/* clang-format on */

CONV_TRANSPOSE(1, "Transposed convolution of sequences",
               "every value stamps a filter on a longer sequence: a convolution backwards",
               "\\mark{y}{y_{st + dj - p,\\, o}} = \\mark{bias}{b_o} + \\sum_{c,t,j} "
               "\\mark{weight}{w_{coj}} \\, \\mark{x}{x_{tc}}");
CONV_TRANSPOSE(2, "Transposed convolution",
               "every value stamps a filter on a larger image: a convolution backwards",
               "\\mark{y}{y_{o,\\, sh + di - p,\\, sw + dj - p}} = \\mark{bias}{b_o} + "
               "\\sum_{c,h,w,i,j} \\mark{weight}{w_{coij}} \\, \\mark{x}{x_{chw}}");
CONV_TRANSPOSE(3, "Transposed convolution of volumes",
               "every value stamps a filter on a larger volume: a convolution backwards",
               "\\mark{y}{y_{o,\\, sd + a - p,\\, sh + i - p,\\, sw + j - p}} = \\mark{bias}{b_o} "
               "+ \\sum_{c,d,h,w,a,i,j} \\mark{weight}{w_{coaij}} \\, \\mark{x}{x_{cdhw}}");
