/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "analysis/sensitivity.h"

/*
 * Which part of a sample a unit's score comes from. The plain answer, the gradient (Simonyan,
 * Vedaldi and Zisserman, "Deep Inside Convolutional Networks", 2014), is
 * faltung_sensitivity_gradients(); these are the others. A picture that looks the same for a
 * network with random weights explains nothing (Adebayo et al., "Sanity Checks for Saliency Maps",
 * 2018): compare with one.
 */

/**
 * faltung_integrated_gradients: the gradients along the straight way from @baseline to @sample,
 * times the way (Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017).
 * @baseline: what stands for "nothing", as the network sees it
 * @steps: of the midpoint rule
 * @attributions: (out): input; their sum is score(sample) - score(baseline), but for
 * @gap: (out) (optional): what the steps are too coarse for
 *
 * Errors: cancelled.
 */
gboolean faltung_integrated_gradients(FaltungSensitivity *sensitivity, const float *sample,
                                      const float *baseline, int unit, int steps,
                                      const FaltungAnalysisHooks *hooks, float *attributions,
                                      double *gap, GError **error);

/**
 * faltung_grad_cam: where in the maps of a convolution the score comes from (Selvaraju et al.,
 * "Grad-CAM", 2017).
 * @behind: how the score depends on the maps
 * @maps: (C, H, W): the layer's output
 * @cam: (out): (H, W), not negative: relu(sum_c mean(d score / d map_c) map_c)
 */
void faltung_grad_cam(FaltungSensitivity *behind, const float *maps, int unit, float *cam);

/* The patches that occlusion covers. */
typedef struct {
    int size, stride; /* pixels; the side of the square, and from one to the next */
} FaltungOcclusion;

/**
 * faltung_occlusion: by how much the score falls when a patch is covered (Zeiler and Fergus,
 * "Visualizing and Understanding Convolutional Networks", 2014).
 * @sample: [C, H, W]; other shapes are one row of values, each covered alone by a patch of size 1
 * @cover: likewise: what a patch is replaced by
 * @falls: (out): (H, W): the mean over the patches that cover the pixel
 *
 * Errors: cancelled.
 */
gboolean faltung_occlusion(FaltungSensitivity *sensitivity, const float *sample, const float *cover,
                           int unit, const FaltungOcclusion *how, const FaltungAnalysisHooks *hooks,
                           float *falls, GError **error);

/** faltung_enlarge: a map (@height, @width) to (@to_height, @to_width), linearly between the
 *  centres of its pixels: to lay what an inner layer shows over the sample. */
void faltung_enlarge(const float *map, int height, int width, int to_height, int to_width,
                     float *to);
