/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/gather.h"

/*
 * An image with what lies around it, so that a window stays inside: zeros, or what `edge` makes of
 * the image itself. Channels-last; one sample.
 */
typedef struct {
    int size[3];             /* of the image: planes, rows, columns */
    int before[3], after[3]; /* around it */
    int pixel;               /* floats */
    FaltungEdge edge;
} FaltungFrame;

/** faltung_frame_side: Returns: pixels of the frame along @side. */
static inline int faltung_frame_side(const FaltungFrame *f, int side) {
    return f->before[side] + f->size[side] + f->after[side];
}

/** faltung_frame_stride: Returns: floats of the frame from one plane, row or column (@side) to the
 *  next. */
static inline ptrdiff_t faltung_frame_stride(const FaltungFrame *f, int side) {
    ptrdiff_t stride = f->pixel;
    for (int inner = side + 1; inner < 3; inner++)
        stride *= faltung_frame_side(f, inner);
    return stride;
}

/** faltung_frame_needed: Returns: whether there is anything around the image. */
gboolean faltung_frame_needed(const FaltungFrame *f);

/** faltung_frame_floats: Returns: floats of the frame. */
size_t faltung_frame_floats(const FaltungFrame *f);

/** faltung_frame_fill: @frame = the image and what lies around it. Returns: @frame; or @image,
 *  where nothing does. */
const float *faltung_frame_fill(const FaltungFrame *f, const float *image, float *frame);

/** faltung_frame_fold: the gradient of that: @image (+)= what the pixels of @frame were made of.
 */
void faltung_frame_fold(const FaltungFrame *f, const float *frame, float *image,
                        gboolean accumulate);
