/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/convolution.h"
#include "core/ops/operations.h"
#include "core/ops/sums.h"
#include "core/train/initializer.h"

typedef struct {
    int filters;
    int kernel[2], stride[2], padding[2], output_padding[2];
    gboolean bias;
    FaltungVariant init, bias_init;
} ConvTranspose2d;

static const char *const padding_words[] = {"valid", "same", NULL};

static const FaltungOptionSpec options[] = {
    {"filters", "number of output channels", FALTUNG_INTEGER, offsetof(ConvTranspose2d, filters),
     NULL, 1, 1 << 20, .example = "16"},
    {"kernel", "height and width of the window, in pixels", FALTUNG_SIZES,
     offsetof(ConvTranspose2d, kernel), NULL, 1, 1024, .example = "2"},
    {"stride", "pixels of the output from one window to the next", FALTUNG_SIZES,
     offsetof(ConvTranspose2d, stride), "1", 1, 1024},
    {"padding",
     "pixels cut off around the output: valid (none), same (it is stride times as large "
     "as the input), or pixels",
     FALTUNG_SIZES, offsetof(ConvTranspose2d, padding), "valid", 0, 1024, .choices = padding_words},
    {"output_padding", "pixels added below and on the right, less than the stride", FALTUNG_SIZES,
     offsetof(ConvTranspose2d, output_padding), "0", 0, 1023},
    {"bias", "whether a bias is added to every channel", FALTUNG_SWITCH,
     offsetof(ConvTranspose2d, bias), "true"},
    {"init", "how the weights begin", FALTUNG_VARIANT, offsetof(ConvTranspose2d, init),
     "glorot_uniform", .table = faltung_initializers},
    {"bias_init", "how the biases begin", FALTUNG_VARIANT, offsetof(ConvTranspose2d, bias_init),
     "zeros", .table = faltung_initializers},
    {NULL},
};

/* The side of the image from which a convolution with these options would make @side pixels. */
static int output_side(const ConvTranspose2d *conv, int axis, int side) {
    int kernel = conv->kernel[axis], stride = conv->stride[axis], padding = conv->padding[axis];
    if (padding == FALTUNG_PADDING_SAME)
        return side * stride;
    return (side - 1) * stride + kernel - 2 * MAX(padding, 0) + conv->output_padding[axis];
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const ConvTranspose2d *conv = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    g_autofree char *came = faltung_shape_format(input);
    if (input->rank != 3) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "conv_transpose2d takes images (channels x height x width), but its input is "
                    "%s; put a reshape before it",
                    came);
        return FALSE;
    }
    for (int axis = 0; axis < 2; axis++) {
        if (conv->output_padding[axis] > 0 && (conv->output_padding[axis] >= conv->stride[axis] ||
                                               conv->padding[axis] == FALTUNG_PADDING_SAME)) {
            g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                        "output_padding %d of conv_transpose2d is not less than its stride %d, or "
                        "given beside `padding: same`; leave it out",
                        conv->output_padding[axis], conv->stride[axis]);
            return FALSE;
        }
    }
    int channels = input->dims[0];
    int height = output_side(conv, 0, input->dims[1]), width = output_side(conv, 1, input->dims[2]);
    if (height < 1 || width < 1) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "the padding of conv_transpose2d leaves nothing of its output (input %s); take "
                    "less padding or a larger kernel",
                    came);
        return FALSE;
    }
    layer->output_shape = FALTUNG_SHAPE(conv->filters, height, width);

    int window = conv->kernel[0] * conv->kernel[1];
    FaltungPanels panels = faltung_panels(channels, window * conv->filters);
    FaltungPanels outputs = faltung_panels(conv->filters, 1);
    int fan_in = conv->filters * window, fan_out = channels * window; /* as PyTorch has it */
    FaltungParameter *weight = faltung_layer_add_parameter(
        layer, "weight", FALTUNG_SHAPE(channels, conv->filters, conv->kernel[0], conv->kernel[1]),
        fan_in, fan_out, &conv->init);
    weight->packed_size = faltung_panels_size(&panels);
    weight->unit_axis = 1;
    if (conv->bias) {
        FaltungParameter *bias = faltung_layer_add_parameter(
            layer, "bias", FALTUNG_SHAPE(conv->filters), fan_in, fan_out, &conv->bias_init);
        bias->packed_size = faltung_panels_bias_size(&outputs);
        bias->bias = TRUE;
    }
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const ConvTranspose2d *conv = layer->options;
    double window = (double)conv->filters * conv->kernel[0] * conv->kernel[1];
    return 2 * window * faltung_shape_size(&layer->input_shapes[0]) +
           (conv->bias ? faltung_shape_size(&layer->output_shape) : 0);
}

/* The convolution whose input's gradient this is: from our output to our input. */
static FaltungConvolution convolution_of(const FaltungLayer *layer) {
    const ConvTranspose2d *conv = layer->options;
    const int *out = layer->output_shape.dims;
    return faltung_convolution(
        conv->filters, layer->input_shapes[0].dims[0],
        faltung_slide(out[1], conv->kernel[0], conv->stride[0], conv->padding[0]),
        faltung_slide(out[2], conv->kernel[1], conv->stride[1], conv->padding[1]));
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungConvolution c = convolution_of(layer);
    size_t turned = faltung_convolution_turned_workspace(&c, threads);
    size_t weights = faltung_convolution_weights_workspace(&c, batch, threads);
    return MAX(faltung_convolution_forward_workspace(&c, threads), MAX(turned, weights));
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
    faltung_convolution_pack(&c, parameter, layer->output_shape.dims[0], from, to);
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungConvolution c = convolution_of(layer);
    faltung_convolution_unpack(&c, parameter, layer->output_shape.dims[0], from, to);
}

static void conv_transpose2d_forward_reference(const FaltungReference *r) {
    const ConvTranspose2d *conv = r->layer->options;
    const int *in = r->layer->input_shapes[0].dims, *out = r->layer->output_shape.dims;
    int filters = out[0], height = out[1], width = out[2];
    int kh = conv->kernel[0], kw = conv->kernel[1];
    int top = faltung_slide(height, kh, conv->stride[0], conv->padding[0]).before;
    int left = faltung_slide(width, kw, conv->stride[1], conv->padding[1]).before;
    const double(*x)[in[0]][in[1]][in[2]] = (const void *)r->inputs[0];
    const double(*weight)[filters][kh][kw] = (const void *)r->parameters[0];
    const double *bias = r->parameters[1];
    double(*y)[filters][height][width] = (void *)r->output;

    for (int n = 0; n < r->batch; n++) {
        for (int o = 0; o < filters; o++)
            for (int row = 0; row < height; row++)
                for (int column = 0; column < width; column++)
                    y[n][o][row][column] = bias ? bias[o] : 0;
        /* every input pixel stamps the window, times its value, on the output */
        for (int c = 0; c < in[0]; c++)
            for (int h = 0; h < in[1]; h++)
                for (int w = 0; w < in[2]; w++)
                    for (int o = 0; o < filters; o++)
                        for (int i = 0; i < kh; i++)
                            for (int j = 0; j < kw; j++) {
                                int row = h * conv->stride[0] + i - top;
                                int column = w * conv->stride[1] + j - left;
                                if (row < 0 || row >= height || column < 0 || column >= width)
                                    continue;
                                y[n][o][row][column] += weight[c][o][i][j] * x[n][c][h][w];
                            }
    }
}

static void conv_transpose2d_backward_reference(const FaltungReference *r) {
    const ConvTranspose2d *conv = r->layer->options;
    const int *in = r->layer->input_shapes[0].dims, *out = r->layer->output_shape.dims;
    int filters = out[0], height = out[1], width = out[2];
    int kh = conv->kernel[0], kw = conv->kernel[1];
    int top = faltung_slide(height, kh, conv->stride[0], conv->padding[0]).before;
    int left = faltung_slide(width, kw, conv->stride[1], conv->padding[1]).before;
    const double(*x)[in[0]][in[1]][in[2]] = (const void *)r->inputs[0];
    const double(*weight)[filters][kh][kw] = (const void *)r->parameters[0];
    const double(*dy)[filters][height][width] = (const void *)r->output_gradient;
    double(*dx)[in[0]][in[1]][in[2]] = (void *)r->input_gradients[0];
    double(*dweight)[filters][kh][kw] = (void *)r->parameter_gradients[0];
    double *dbias = r->parameter_gradients[1];

    for (int n = 0; n < r->batch; n++) {
        for (int o = 0; o < filters && dbias; o++)
            for (int row = 0; row < height; row++)
                for (int column = 0; column < width; column++)
                    dbias[o] += dy[n][o][row][column];
        for (int c = 0; c < in[0]; c++)
            for (int h = 0; h < in[1]; h++)
                for (int w = 0; w < in[2]; w++)
                    for (int o = 0; o < filters; o++)
                        for (int i = 0; i < kh; i++)
                            for (int j = 0; j < kw; j++) {
                                int row = h * conv->stride[0] + i - top;
                                int column = w * conv->stride[1] + j - left;
                                if (row < 0 || row >= height || column < 0 || column >= width)
                                    continue;
                                dx[n][c][h][w] += dy[n][o][row][column] * weight[c][o][i][j];
                                dweight[c][o][i][j] += dy[n][o][row][column] * x[n][c][h][w];
                            }
    }
}

const FaltungOperation faltung_operation_conv_transpose2d = {
    .kind =
        {
            .name = "conv_transpose2d",
            .title = "Transposed convolution",
            .summary = "every value stamps a filter on a larger image: a convolution backwards",
            .options = options,
            .options_size = sizeof(ConvTranspose2d),
        },
    .group = FALTUNG_GROUP_CONVOLUTION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE | FALTUNG_FORGETS_OUTPUT,
    .equation =
        "y_{o,\\, sh + i - p,\\, sw + j - p} = b_o + \\sum_{c,h,w,i,j} w_{coij} \\, x_{chw}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .pack = pack,
    .unpack = unpack,
    .forward_reference = conv_transpose2d_forward_reference,
    .backward_reference = conv_transpose2d_backward_reference,
    .file = "conv_transpose2d.c",
};
