/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/theme.h"

/* A window that slides over an image, as convolutions and poolings do: what kernel, stride, padding
   and dilation are, in a picture. All sizes are of both sides. */
typedef struct {
    int input;              /* pixels of the image */
    int kernel;             /* of the window */
    int stride, dilation;   /* from one window, from one of its pixels, to the next */
    int padding;            /* pixels put around the image */
    gboolean takes_largest; /* values are written in: the output has the largest of each window */
} FaltungSlidePicture;

/** faltung_slide_positions: Returns: how many windows there are, along both sides together. */
int faltung_slide_positions(const FaltungSlidePicture *slide);

/** faltung_slide_draw: the image at the left, what comes out at the right, with the window at its
 *  @at-th position; the pixels of the output before it are done. */
void faltung_slide_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSlidePicture *slide,
                        int at, FaltungRect rect);
