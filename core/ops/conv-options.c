/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/conv.h"
#include "core/ops/layout.h"
#include "core/ops/sides.h"

const char *const faltung_conv_padding_words[] = {"valid", "same", NULL};

gboolean faltung_conv_check(const FaltungLayer *layer, GError **error) {
    const FaltungConv *conv = layer->options;
    const FaltungKind *kind = &layer->operation->kind;
    const FaltungShape *input = &layer->input_shapes[0];
    int n = faltung_option_sides(faltung_kind_option(kind, "kernel", NULL));
    if (!faltung_sides_check(layer, n, error))
        return FALSE;
    int channels = faltung_layout_columns(input);
    if (channels % conv->groups != 0 || conv->filters % conv->groups != 0)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s has %d groups, but its input %d channels and itself %d filters; take "
            "groups that divide both",
            kind->name, conv->groups, channels, conv->filters);
    return TRUE;
}

void faltung_conv_slides(const FaltungLayer *layer, const int sides[3], FaltungSlide slides[3]) {
    const FaltungConv *conv = layer->options;
    int first = 3 - faltung_conv_sides(layer);
    for (int side = 0; side < 3; side++) {
        if (side < first)
            slides[side] = faltung_slide(1, 1, 1, 1, 0);
        else
            slides[side] = faltung_slide(sides[side], conv->kernel[side], conv->stride[side],
                                         conv->dilation[side], conv->padding[side]);
    }
}

void faltung_conv_add_parameters(FaltungLayer *layer, int rows, int columns, int unit_axis,
                                 size_t size) {
    const FaltungConv *conv = layer->options;
    int n = faltung_conv_sides(layer), window = 1;
    FaltungShape shape = {.rank = 2 + n, .dims = {rows, columns}};
    for (int side = 0; side < n; side++) {
        shape.dims[2 + side] = conv->kernel[3 - n + side];
        window *= shape.dims[2 + side];
    }
    int fan_in = columns * window, fan_out = rows * window; /* as PyTorch has it */
    FaltungParameter *weight =
        faltung_layer_add_parameter(layer, "weight", shape, fan_in, fan_out, &conv->init);
    weight->packed_size = size;
    weight->unit_axis = unit_axis;
    if (conv->bias)
        faltung_layer_add_parameter(layer, "bias", FALTUNG_SHAPE(conv->filters), fan_in, fan_out,
                                    &conv->bias_init)
            ->bias = TRUE;
}

int faltung_conv_tap(const FaltungConv *conv, const FaltungSlide slides[3], int p, int t) {
    int pixel = 0, stride = 1;
    for (int side = 2; side >= 0; side--) {
        const FaltungSlide *s = &slides[side];
        int at = p % s->output * s->stride + t % s->kernel * s->dilation - s->before;
        at = faltung_edge(conv->padding_mode, s->input, at);
        if (at < 0)
            return -1;
        pixel += at * stride;
        stride *= s->input;
        p /= s->output;
        t /= s->kernel;
    }
    return pixel;
}

int faltung_conv_side(const FaltungLayer *layer, int axis) {
    gboolean map = faltung_layout_is_map(&layer->input_shapes[0]);
    if (axis == (map ? 0 : 1))
        return -1;
    return 3 - faltung_conv_sides(layer) + axis - (map ? 1 : 0);
}

gboolean faltung_conv_channel_reach(const FaltungLayer *layer, int at, int *first, int *last) {
    const FaltungConv *conv = layer->options;
    int each = faltung_layout_columns(&layer->input_shapes[0]) / conv->groups;
    *first = at / (conv->filters / conv->groups) * each;
    *last = *first + each - 1;
    return conv->groups > 1;
}
