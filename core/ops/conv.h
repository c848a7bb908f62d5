/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/convolution.h"
#include "core/train/initializer.h"

/*
 * What convolutions and transposed ones share, of sequences [T, F], images [C, H, W] and volumes
 * [C, D, H, W]: the options, and how they are read. One and two sides are three of which the first
 * are 1.
 */
typedef struct {
    int filters;
    /* depth, height, width: an operation of fewer sides sets the last of them */
    int kernel[3], stride[3], dilation[3], padding[3], output_padding[3];
    int groups;
    int padding_mode; /* FaltungEdge */
    gboolean bias;
    FaltungVariant init, bias_init;
} FaltungConv;

/* The words of `padding`: FALTUNG_PADDING_VALID and FALTUNG_PADDING_SAME. */
extern const char *const faltung_conv_padding_words[];

/* clang-format off */
/* Rows of a table of options. An option of an operation with @n sides: */
#define FALTUNG_CONV_SIZES(n, member, text, fallback, least, most)                                 \
    {#member, text, FALTUNG_SIZES, offsetof(FaltungConv, member[3 - n]), fallback, least, most,    \
     .sides = n}
/* What it makes, and by which window: */
#define FALTUNG_CONV_WINDOW(n, extent, unit, most, kernel_example)                                 \
    {"filters", "number of output channels", FALTUNG_INTEGER, offsetof(FaltungConv, filters),      \
     NULL, 1, 1 << 20, .example = "16"},                                                           \
    {"kernel", extent " of the window, in " unit, FALTUNG_SIZES,                                   \
     offsetof(FaltungConv, kernel[3 - n]), NULL, 1, most, .example = kernel_example, .sides = n}
/* And what has nothing to do with its sides. */
#define FALTUNG_CONV_WEIGHTS                                                                       \
    {"groups",                                                                                     \
     "parts of the channels, each with its own filters; as many as channels: depthwise",           \
     FALTUNG_INTEGER, offsetof(FaltungConv, groups), "1", 1, 1 << 20},                             \
    {"bias", "whether a bias is added to every channel", FALTUNG_SWITCH,                           \
     offsetof(FaltungConv, bias), "true"},                                                         \
    {"init", "how the weights begin", FALTUNG_VARIANT, offsetof(FaltungConv, init),                \
     "glorot_uniform", .table = faltung_initializers},                                             \
    {"bias_init", "how the biases begin", FALTUNG_VARIANT, offsetof(FaltungConv, bias_init),       \
     "zeros", .table = faltung_initializers}
/* clang-format on */

/** faltung_conv_sides: Returns: how many sides the layer's window has, 1 to 3. Its input's shape
 *  has been checked. */
static inline int faltung_conv_sides(const FaltungLayer *layer) {
    return layer->input_shapes[0].rank - 1;
}

/** faltung_conv_check: whether the input is a sequence, an image or a volume, as the operation
 *  takes it, and the groups fit. */
gboolean faltung_conv_check(const FaltungLayer *layer, GError **error);

/**
 * faltung_conv_slides: how the window goes over something of these sides.
 * @sides: depth, height, width; @slides: the same
 */
void faltung_conv_slides(const FaltungLayer *layer, const int sides[3], FaltungSlide slides[3]);

/** faltung_conv_add_parameters: weights (@rows, @columns, window) and a bias. @unit_axis: along
 *  which of these two are the filters. @size: of the packed weights. */
void faltung_conv_add_parameters(FaltungLayer *layer, int rows, int columns, int unit_axis,
                                 size_t size);

/** faltung_conv_tap: for the reference: the pixel of the image under pixel @t of the window when
 *  that makes pixel @p of the map, both counted row by row; -1: a zero beside it.
 *  @slides: over the image. */
int faltung_conv_tap(const FaltungConv *conv, const FaltungSlide slides[3], int p, int t);

/** faltung_conv_side: Returns: which side, 0 to 2, axis @axis of the input is; -1: its channels. */
int faltung_conv_side(const FaltungLayer *layer, int axis);
/** faltung_conv_channel_reach: of which channels of the input filter @at of the output is made.
 *  Returns: whether there are groups; else it is all of them. */
gboolean faltung_conv_channel_reach(const FaltungLayer *layer, int at, int *first, int *last);

/** faltung_conv_equation: the equation of a convolution that slides like this, and of a transposed
 *  one that does, over its output. */
char *faltung_conv_equation(const FaltungLayer *layer, const FaltungSlide slides[3]);
char *faltung_conv_transpose_equation(const FaltungLayer *layer, const FaltungSlide slides[3]);
