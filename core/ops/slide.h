/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Where a window slides along one side (depth, height or width) of an image. */
typedef struct {
    int input, kernel, stride;
    int dilation;      /* pixels from one of the window to the next */
    int before, after; /* zeros added on either side */
    int output;
} FaltungSlide;

enum { FALTUNG_PADDING_VALID = -1, FALTUNG_PADDING_SAME = -2 }; /* words of the padding option */

/** faltung_slide_extent: Returns: the pixels from the first to the last of the window. */
static inline int faltung_slide_extent(const FaltungSlide *s) {
    return s->dilation * (s->kernel - 1) + 1;
}

/**
 * faltung_slide: @padding: a number of zeros on both sides; VALID: none; SAME: as many as give
 *   ceil(input / stride) outputs, the odd one after. Returns: with output < 1 where the window
 *   does not fit.
 */
static inline FaltungSlide faltung_slide(int input, int kernel, int stride, int dilation,
                                         int padding) {
    FaltungSlide s = {.input = input, .kernel = kernel, .stride = stride, .dilation = dilation};
    if (kernel == 1) /* has no pixels between its own */
        s.dilation = 1;
    int extent = faltung_slide_extent(&s);
    if (padding == FALTUNG_PADDING_SAME) {
        int output = (input + stride - 1) / stride;
        int total = (output - 1) * stride + extent - input;
        total = total > 0 ? total : 0;
        s.before = total / 2;
        s.after = total - s.before;
    } else if (padding > 0) {
        s.before = s.after = padding;
    }
    int room = input + s.before + s.after - extent;
    s.output = room < 0 ? 0 : room / stride + 1;
    return s;
}

/* The side of the image with its zeros. */
static inline int faltung_slide_padded(const FaltungSlide *s) {
    return s->before + s->input + s->after;
}
