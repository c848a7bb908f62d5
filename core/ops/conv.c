/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/conv.h"

#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"

/* Convolutions of sequences, images and volumes: one operation, with 1, 2 or 3 sides. */

static const char *const modes[] = {"zeros", "reflect", "replicate", "circular", NULL};

/* clang-format off */
#define OPTIONS(n, extent, unit, most)                                                             \
    {                                                                                              \
        FALTUNG_CONV_WINDOW(n, extent, unit, most, "3"),                                           \
        FALTUNG_CONV_SIZES(n, stride, unit " that the window moves each time", "1", 1, most),      \
        FALTUNG_CONV_SIZES(n, dilation, unit " from one of the window to the next", "1", 1, most), \
        {"padding",                                                                                \
         unit " put around: valid (none), same (the output is as large), or how many",             \
         FALTUNG_SIZES, offsetof(FaltungConv, padding[3 - n]), "valid", 0, most,                   \
         .choices = faltung_conv_padding_words, .sides = n},                                       \
        {"padding_mode",                                                                           \
         "what they are: zeros, the input mirrored at its outermost " unit ", those repeated, or " \
         "the input from its other end",                                                           \
         FALTUNG_CHOICE, offsetof(FaltungConv, padding_mode), "zeros", .choices = modes},          \
        FALTUNG_CONV_WEIGHTS,                                                                      \
        {NULL},                                                                                    \
    }
/* clang-format on */

static const FaltungOptionSpec options_1[] = OPTIONS(1, "length", "steps", 1024);
static const FaltungOptionSpec options_2[] = OPTIONS(2, "height and width", "pixels", 1024);
static const FaltungOptionSpec options_3[] = OPTIONS(3, "depth, height and width", "voxels", 64);

static void slides_of(const FaltungLayer *layer, FaltungSlide slides[3]) {
    int sides[3];
    faltung_layout_sides(&layer->input_shapes[0], sides);
    faltung_conv_slides(layer, sides, slides);
}

static void window(const FaltungLayer *layer, int side, int at, int *first, int *last) {
    FaltungSlide slides[3];
    slides_of(layer, slides);
    *first = at * slides[side].stride - slides[side].before;
    *last = *first + faltung_slide_extent(&slides[side]) - 1;
}

static FaltungConvolution convolution_of(const FaltungLayer *layer) {
    const FaltungConv *conv = layer->options;
    FaltungSlide slides[3];
    slides_of(layer, slides);
    return faltung_convolution(faltung_layout_columns(&layer->input_shapes[0]), conv->filters,
                               conv->groups, slides, conv->padding_mode);
}

/* The window has to fit, and what is around the input has to be made of it. */
static gboolean check_slides(const FaltungLayer *layer, const FaltungSlide slides[3],
                             GError **error) {
    const FaltungConv *conv = layer->options;
    const char *name = layer->operation->kind.name;
    int n = faltung_conv_sides(layer);
    g_autofree char *came = faltung_shape_format(&layer->input_shapes[0]);
    FaltungShape window = {.rank = n};
    gboolean fits = TRUE;
    for (int side = 3 - n; side < 3; side++) {
        const FaltungSlide *s = &slides[side];
        window.dims[side - (3 - n)] = faltung_slide_extent(s);
        fits = fits && s->output >= 1;
        int room = faltung_edge_room(conv->padding_mode, s->input);
        if (MAX(s->before, s->after) > room)
            return faltung_fail(
                error, FALTUNG_ERROR_SHAPE,
                "%s puts %d around its input, %s, but there (padding_mode: %s) can be no "
                "more than %d; take less padding, or padding_mode: replicate",
                name, MAX(s->before, s->after), came, modes[conv->padding_mode], room);
    }
    if (!fits) {
        g_autofree char *size = faltung_shape_format(&window);
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "the %s kernel of %s does not fit into its input, %s; "
                     "take a smaller kernel or `padding: same`",
                     size, name, came);
    }
    return fits;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const FaltungConv *conv = layer->options;
    if (!faltung_conv_check(layer, error))
        return FALSE;
    FaltungSlide slides[3];
    slides_of(layer, slides);
    if (!check_slides(layer, slides, error))
        return FALSE;
    int sides[3] = {slides[0].output, slides[1].output, slides[2].output};
    layer->output_shape = faltung_layout_of_sides(faltung_conv_sides(layer), conv->filters, sides);
    FaltungConvolution c = convolution_of(layer);
    faltung_conv_add_parameters(layer, conv->filters, c.channels / c.groups, 0,
                                faltung_convolution_weights_size(&c));
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const FaltungConv *conv = layer->options;
    FaltungConvolution c = convolution_of(layer);
    double window = (double)c.window * (c.channels / c.groups);
    return faltung_shape_size(&layer->output_shape) * (2 * window + (conv->bias ? 1 : 0));
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungConvolution c = convolution_of(layer);
    return faltung_convolution_workspace(&c, batch, threads);
}

static void forward(const FaltungStep *step) {
    FaltungConvolution c = convolution_of(step->layer);
    FaltungConvolutionCall call = {step->batch, step->threads, step->parameters[1], step->epilogue,
                                   step->epilogue_parameter};
    faltung_convolution_forward(&c, &call, step->inputs[0], step->parameters[0], step->output,
                                FALSE, step->workspace);
}

static void backward(const FaltungStep *step) {
    FaltungConvolution c = convolution_of(step->layer);
    FaltungConvolutionCall call = {step->batch, step->threads};
    faltung_convolution_weights(&c, &call, step->inputs[0], step->output_gradient,
                                step->parameter_gradients[0], step->parameter_gradients[1],
                                step->workspace);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (step->input_gradients[0])
        faltung_convolution_turned(&c, &call, step->output_gradient, step->parameters[0],
                                   step->input_gradients[0], !step->overwrite[0], step->workspace);
}

static void pack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungConvolution c = convolution_of(layer);
    faltung_convolution_pack(&c, parameter, c.filters, from, to);
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungConvolution c = convolution_of(layer);
    faltung_convolution_unpack(&c, parameter, c.filters, from, to);
}

/* Pixels (steps, voxels) are counted row by row, p of the output, q of the input, t of the window:
   q lies under t when the window makes p. Filter o sees the channels c of its group. */
static void conv_forward_reference(const FaltungReference *r) {
    const FaltungConv *conv = r->layer->options;
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungSlide slides[3];
    slides_of(r->layer, slides);
    int window = slides[0].kernel * slides[1].kernel * slides[2].kernel;
    int channels = faltung_layout_columns(in) / conv->groups;
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    const double(*weight)[channels][window] = (const void *)r->parameters[0];
    const double *bias = r->parameters[1];
    double(*y)[faltung_shape_size(out)] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int o = 0; o < conv->filters; o++)
            for (int p = 0; p < faltung_layout_rows(out); p++) {
                int first = o / (conv->filters / conv->groups) * channels;
                double sum = bias ? bias[o] : 0;
                for (int t = 0; t < window; t++) {
                    int q = faltung_conv_tap(conv, slides, p, t);
                    if (q < 0) /* a zero beside the input */
                        continue;
                    for (int c = 0; c < channels; c++)
                        sum += weight[o][c][t] * x[n][faltung_layout_field(in, q, first + c)];
                }
                y[n][faltung_layout_field(out, p, o)] = sum;
            }
}

static void conv_backward_reference(const FaltungReference *r) {
    const FaltungConv *conv = r->layer->options;
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    FaltungSlide slides[3];
    slides_of(r->layer, slides);
    int window = slides[0].kernel * slides[1].kernel * slides[2].kernel;
    int channels = faltung_layout_columns(in) / conv->groups;
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    const double(*weight)[channels][window] = (const void *)r->parameters[0];
    const double(*dy)[faltung_shape_size(out)] = (const void *)r->output_gradient;
    double(*dx)[faltung_shape_size(in)] = (void *)r->input_gradients[0];
    double(*dweight)[channels][window] = (void *)r->parameter_gradients[0];
    double *dbias = r->parameter_gradients[1];

    for (int n = 0; n < r->batch; n++)
        for (int o = 0; o < conv->filters; o++)
            for (int p = 0; p < faltung_layout_rows(out); p++) {
                int first = o / (conv->filters / conv->groups) * channels;
                double slope = dy[n][faltung_layout_field(out, p, o)];
                if (dbias)
                    dbias[o] += slope;
                for (int t = 0; t < window; t++) {
                    int q = faltung_conv_tap(conv, slides, p, t);
                    if (q < 0)
                        continue;
                    for (int c = 0; c < channels; c++) {
                        size_t under = faltung_layout_field(in, q, first + c);
                        dweight[o][c][t] += slope * x[n][under];
                        dx[n][under] += slope * weight[o][c][t];
                    }
                }
            }
}

/* The places that are meant where the window reaches beyond the ends. */
static void fold(const FaltungConv *conv, const FaltungSlide *slide, int *first, int *last) {
    int least = INT_MAX, most = INT_MIN;
    for (int t = 0; t < slide->kernel; t++) {
        int at = faltung_edge(conv->padding_mode, slide->input, *first + t * slide->dilation);
        least = MIN(least, at);
        most = MAX(most, at);
    }
    *first = least;
    *last = most;
}

static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    const FaltungConv *conv = layer->options;
    int side = faltung_conv_side(layer, axis);
    if (side < 0)
        return faltung_conv_channel_reach(layer, at, first, last) ? axis : FALTUNG_SEES_ALL;
    FaltungSlide slides[3];
    slides_of(layer, slides);
    window(layer, side, at, first, last);
    gboolean wraps =
        conv->padding_mode == FALTUNG_EDGE_REFLECT || conv->padding_mode == FALTUNG_EDGE_REPLICATE;
    if (wraps)
        fold(conv, &slides[side], first, last);
    return axis;
}

static char *equation_of(const FaltungLayer *layer) {
    FaltungSlide slides[3];
    slides_of(layer, slides);
    return faltung_conv_equation(layer, slides);
}

/* clang-format off */
#define CONV(n, title_, summary_, equation_)                                                       \
    const FaltungOperation faltung_operation_conv##n##d = {                                        \
        .kind = {.name = "conv" #n "d", .title = title_, .summary = summary_,                      \
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
        .window = window,                                                                          \
        .forward = forward,                                                                        \
        .backward = backward,                                                                      \
        .pack = pack,                                                                              \
        .unpack = unpack,                                                                          \
        .forward_reference = conv_forward_reference,                                               \
        .backward_reference = conv_backward_reference,                                             \
        .file = "conv.c",                                                                          \
    }
/* clang-format on */

CONV(1, "Convolution of sequences", "small filters slide along a sequence, each makes one feature",
     "\\mark{y}{y_{to}} = \\mark{bias}{b_o} + \\sum_{c,j} \\mark{weight}{w_{ocj}} \\, "
     "\\mark{x}{x_{st + dj - p,\\, c}}");
CONV(2, "Convolution", "small filters slide over an image, each makes one feature map",
     "\\mark{y}{y_{ohw}} = \\mark{bias}{b_o} + \\sum_{c,i,j} \\mark{weight}{w_{ocij}} \\, "
     "\\mark{x}{x_{c,\\, sh + di - p,\\, sw + dj - p}}");
CONV(3, "Convolution of volumes",
     "small filters slide through a volume, each makes one of features",
     "\\mark{y}{y_{odhw}} = \\mark{bias}{b_o} + \\sum_{c,a,i,j} \\mark{weight}{w_{ocaij}} \\, "
     "\\mark{x}{x_{c,\\, sd + a - p,\\, sh + i - p,\\, sw + j - p}}");
