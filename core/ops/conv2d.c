/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/convolution.h"
#include "core/ops/operations.h"
#include "core/train/initializer.h"

typedef struct {
    int filters;
    int kernel[2], stride[2], padding[2];
    gboolean bias;
    FaltungVariant init, bias_init;
} Conv2d;

static const char *const padding_words[] = {"valid", "same", NULL};

static const FaltungOptionSpec options[] = {
    {"filters", "number of output channels", FALTUNG_INTEGER, offsetof(Conv2d, filters), NULL, 1,
     1 << 20, .example = "16"},
    {"kernel", "height and width of the window, in pixels", FALTUNG_SIZES, offsetof(Conv2d, kernel),
     NULL, 1, 1024, .example = "3"},
    {"stride", "pixels that the window moves each time", FALTUNG_SIZES, offsetof(Conv2d, stride),
     "1", 1, 1024},
    {"padding", "zeros around the image: valid (none), same (the output is as large), or pixels",
     FALTUNG_SIZES, offsetof(Conv2d, padding), "valid", 0, 1024, .choices = padding_words},
    {"bias", "whether a bias is added to every channel", FALTUNG_SWITCH, offsetof(Conv2d, bias),
     "true"},
    {"init", "how the weights begin", FALTUNG_VARIANT, offsetof(Conv2d, init), "glorot_uniform",
     .table = faltung_initializers},
    {"bias_init", "how the biases begin", FALTUNG_VARIANT, offsetof(Conv2d, bias_init), "zeros",
     .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Conv2d *conv = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    g_autofree char *came = faltung_shape_format(input);
    if (input->rank != 3) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "conv2d takes images (channels x height x width), but its input is %s; "
                    "put it before the flatten, or give `input` as [channels, height, width]",
                    came);
        return FALSE;
    }
    int channels = input->dims[0];
    FaltungSlide rows =
        faltung_slide(input->dims[1], conv->kernel[0], conv->stride[0], conv->padding[0]);
    FaltungSlide columns =
        faltung_slide(input->dims[2], conv->kernel[1], conv->stride[1], conv->padding[1]);
    if (rows.output < 1 || columns.output < 1) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE,
                    "the %d x %d kernel of conv2d does not fit into its input, %s; "
                    "take a smaller kernel or `padding: same`",
                    conv->kernel[0], conv->kernel[1], came);
        return FALSE;
    }
    layer->output_shape = FALTUNG_SHAPE(conv->filters, rows.output, columns.output);

    int window = conv->kernel[0] * conv->kernel[1];
    FaltungPanels panels = faltung_panels(conv->filters, window * channels);
    int fan_in = channels * window, fan_out = conv->filters * window;
    faltung_layer_add_parameter(
        layer, "weight", FALTUNG_SHAPE(conv->filters, channels, conv->kernel[0], conv->kernel[1]),
        fan_in, fan_out, &conv->init)
        ->packed_size = faltung_panels_size(&panels);
    if (conv->bias) {
        FaltungParameter *bias = faltung_layer_add_parameter(
            layer, "bias", FALTUNG_SHAPE(conv->filters), fan_in, fan_out, &conv->bias_init);
        bias->packed_size = faltung_panels_bias_size(&panels);
        bias->bias = TRUE;
    }
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const Conv2d *conv = layer->options;
    const FaltungShape *input = &layer->input_shapes[0], *output = &layer->output_shape;
    double window = (double)input->dims[0] * conv->kernel[0] * conv->kernel[1];
    return faltung_shape_size(output) * (2 * window + (conv->bias ? 1 : 0));
}

static FaltungConvolution convolution_of(const FaltungLayer *layer) {
    const Conv2d *conv = layer->options;
    const int *in = layer->input_shapes[0].dims;
    return faltung_convolution(
        in[0], conv->filters,
        faltung_slide(in[1], conv->kernel[0], conv->stride[0], conv->padding[0]),
        faltung_slide(in[2], conv->kernel[1], conv->stride[1], conv->padding[1]));
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
    faltung_convolution_forward(&c, &call, step->inputs[0], step->parameters[0], step->output,
                                FALSE, step->workspace);
}

static void backward(const FaltungStep *step) {
    FaltungConvolution c = convolution_of(step->layer);
    FaltungConvolutionCall call = {step->batch, step->threads};
    if (!step->layer->frozen)
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
    faltung_convolution_pack(&c, parameter, layer->output_shape.dims[0], from, to);
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungConvolution c = convolution_of(layer);
    faltung_convolution_unpack(&c, parameter, layer->output_shape.dims[0], from, to);
}

static void conv2d_forward_reference(const FaltungReference *r) {
    const Conv2d *conv = r->layer->options;
    const int *in = r->layer->input_shapes[0].dims, *out = r->layer->output_shape.dims;
    int channels = in[0], height = in[1], width = in[2];
    int kh = conv->kernel[0], kw = conv->kernel[1];
    int top = faltung_slide(height, kh, conv->stride[0], conv->padding[0]).before;
    int left = faltung_slide(width, kw, conv->stride[1], conv->padding[1]).before;
    const double(*x)[channels][height][width] = (const void *)r->inputs[0];
    const double(*weight)[channels][kh][kw] = (const void *)r->parameters[0];
    const double *bias = r->parameters[1];
    double(*y)[out[0]][out[1]][out[2]] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int o = 0; o < out[0]; o++)
            for (int h = 0; h < out[1]; h++)
                for (int w = 0; w < out[2]; w++) {
                    double sum = bias ? bias[o] : 0;
                    for (int c = 0; c < channels; c++)
                        for (int i = 0; i < kh; i++)
                            for (int j = 0; j < kw; j++) {
                                int row = h * conv->stride[0] + i - top;
                                int column = w * conv->stride[1] + j - left;
                                if (row < 0 || row >= height || column < 0 || column >= width)
                                    continue;
                                sum += weight[o][c][i][j] * x[n][c][row][column];
                            }
                    y[n][o][h][w] = sum;
                }
}

static void conv2d_backward_reference(const FaltungReference *r) {
    const Conv2d *conv = r->layer->options;
    const int *in = r->layer->input_shapes[0].dims, *out = r->layer->output_shape.dims;
    int channels = in[0], height = in[1], width = in[2];
    int kh = conv->kernel[0], kw = conv->kernel[1];
    int top = faltung_slide(height, kh, conv->stride[0], conv->padding[0]).before;
    int left = faltung_slide(width, kw, conv->stride[1], conv->padding[1]).before;
    const double(*x)[channels][height][width] = (const void *)r->inputs[0];
    const double(*weight)[channels][kh][kw] = (const void *)r->parameters[0];
    const double(*dy)[out[0]][out[1]][out[2]] = (const void *)r->output_gradient;
    double(*dx)[channels][height][width] = (void *)r->input_gradients[0];
    double(*dweight)[channels][kh][kw] = (void *)r->parameter_gradients[0];
    double *dbias = r->parameter_gradients[1];

    for (int n = 0; n < r->batch; n++)
        for (int o = 0; o < out[0]; o++)
            for (int h = 0; h < out[1]; h++)
                for (int w = 0; w < out[2]; w++) {
                    if (dbias)
                        dbias[o] += dy[n][o][h][w];
                    for (int c = 0; c < channels; c++)
                        for (int i = 0; i < kh; i++)
                            for (int j = 0; j < kw; j++) {
                                int row = h * conv->stride[0] + i - top;
                                int column = w * conv->stride[1] + j - left;
                                if (row < 0 || row >= height || column < 0 || column >= width)
                                    continue;
                                dweight[o][c][i][j] += dy[n][o][h][w] * x[n][c][row][column];
                                dx[n][c][row][column] += dy[n][o][h][w] * weight[o][c][i][j];
                            }
                }
}

const FaltungOperation faltung_operation_conv2d = {
    .kind =
        {
            .name = "conv2d",
            .title = "Convolution",
            .summary = "small filters slide over an image, each makes one feature map",
            .options = options,
            .options_size = sizeof(Conv2d),
        },
    .group = FALTUNG_GROUP_CONVOLUTION,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE | FALTUNG_FORGETS_OUTPUT,
    .equation = "y_{ohw} = b_o + \\sum_{c,i,j} w_{ocij} \\, x_{c,\\, sh + i - p,\\, sw + j - p}",
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .pack = pack,
    .unpack = unpack,
    .forward_reference = conv2d_forward_reference,
    .backward_reference = conv2d_backward_reference,
    .file = "conv2d.c",
};
