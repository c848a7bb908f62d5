/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/kernels.h"
#include "core/ops/phases.h"

#include <stddef.h>

/*
 * A window of one filter a channel, over one image: as many groups as channels. It goes over the
 * image as it lies: at the borders only the taps inside count, so no frame is needed.
 *
 * Along a side, output number i < count sees through tap k < taps the input number
 * begin + i move + k reach, if there is one.
 */
typedef struct {
    int count;
    int taps;
    int begin, move, reach;
    int input;
    int weight, weight_step; /* which of the window's the first tap is, and on to the next */
    int output, output_step; /* where the first output lies, and on to the next */
    int window, all;         /* taps of the whole window, pixels of the whole output */
} FaltungDepthwiseSide;

/** faltung_depthwise_forward: the side of a window that slides over the image. */
FaltungDepthwiseSide faltung_depthwise_forward(const FaltungSlide *slide);

/** faltung_depthwise_turned: the side of a phase of the window turned round, over the map. */
FaltungDepthwiseSide faltung_depthwise_turned(const FaltungSlide *slide, int phase);

/**
 * faltung_depthwise_slide: @to = f(W * @from + bias), see @finish; where these sides put it.
 * @weights: (window, channels)
 */
void faltung_depthwise_slide(const FaltungDepthwiseSide sides[3], int channels,
                             const FaltungFinish *finish, const float *from, const float *weights,
                             float *to);

/**
 * faltung_depthwise_sum: the same with the channels added up, so that the output has one: a window
 * of one filter that sees them all.
 * @weights: (window, @weights_row), of which the first @channels of a row count
 */
void faltung_depthwise_sum(const FaltungDepthwiseSide sides[3], int channels, int weights_row,
                           const FaltungFinish *finish, const float *from, const float *weights,
                           float *to);

/** faltung_depthwise_weights: @gradient, (window, channels), += this image's. */
void faltung_depthwise_weights(const FaltungDepthwiseSide sides[3], int channels,
                               const float *image, const float *map, float *gradient);
