/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/frame.h"

#include <string.h>

gboolean faltung_frame_needed(const FaltungFrame *f) {
    for (int side = 0; side < 3; side++)
        if (f->before[side] > 0 || f->after[side] > 0)
            return TRUE;
    return FALSE;
}

size_t faltung_frame_floats(const FaltungFrame *f) {
    return faltung_frame_side(f, 0) * faltung_frame_stride(f, 0);
}

/* Which plane, row or column of the image is number @i of the frame's; -1: zeros. */
static int origin(const FaltungFrame *f, int side, int i) {
    return faltung_edge(f->edge, f->size[side], i - f->before[side]);
}

/* Where row @h of plane @d of the frame comes from in the image; -1: zeros. */
static ptrdiff_t row_origin(const FaltungFrame *f, int d, int h) {
    int plane = origin(f, 0, d), row = origin(f, 1, h);
    if (plane < 0 || row < 0)
        return -1;
    return ((ptrdiff_t)plane * f->size[1] + row) * f->size[2] * f->pixel;
}

/* The pixels of a row of the frame from @begin to @end, which lie beside the image's. */
static void fill_beside(const FaltungFrame *f, int begin, int end, const float *row, float *frame) {
    if (f->edge == FALTUNG_EDGE_CONSTANT) {
        memset(frame + (size_t)begin * f->pixel, 0,
               (size_t)(end - begin) * f->pixel * sizeof(float));
        return;
    }
    for (int w = begin; w < end; w++)
        memcpy(frame + (size_t)w * f->pixel, row + (size_t)origin(f, 2, w) * f->pixel,
               f->pixel * sizeof(float));
}

const float *faltung_frame_fill(const FaltungFrame *f, const float *image, float *frame) {
    if (!faltung_frame_needed(f))
        return image;
    int planes = faltung_frame_side(f, 0), rows = faltung_frame_side(f, 1);
    int width = faltung_frame_side(f, 2), inside = f->before[2] + f->size[2];
    size_t row = faltung_frame_stride(f, 1);
    float *to = frame;
    for (int d = 0; d < planes; d++)
        for (int h = 0; h < rows; h++, to += row) {
            ptrdiff_t from = row_origin(f, d, h);
            if (from < 0) {
                memset(to, 0, row * sizeof(float));
                continue;
            }
            fill_beside(f, 0, f->before[2], image + from, to);
            memcpy(to + (size_t)f->before[2] * f->pixel, image + from,
                   (size_t)f->size[2] * f->pixel * sizeof(float));
            fill_beside(f, inside, width, image + from, to);
        }
    return frame;
}

void faltung_frame_fold(const FaltungFrame *f, const float *frame, float *image,
                        gboolean accumulate) {
    int planes = faltung_frame_side(f, 0), rows = faltung_frame_side(f, 1);
    int width = faltung_frame_side(f, 2);
    if (!accumulate)
        memset(image, 0, (size_t)f->size[0] * f->size[1] * f->size[2] * f->pixel * sizeof(float));
    for (int d = 0; d < planes; d++)
        for (int h = 0; h < rows; h++) {
            ptrdiff_t row = row_origin(f, d, h);
            for (int w = 0; w < width; w++, frame += f->pixel) {
                int column = origin(f, 2, w);
                if (row < 0 || column < 0)
                    continue;
                float *to = image + row + (size_t)column * f->pixel;
                for (int c = 0; c < f->pixel; c++)
                    to[c] += frame[c];
            }
        }
}
