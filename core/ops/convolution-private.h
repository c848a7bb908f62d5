/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/convolution.h"
#include "core/ops/winograd.h"

/* What the files of a convolution's products share. */

/** faltung_convolution_work: Returns: floating-point operations of each of the three products. */
double faltung_convolution_work(const FaltungConvolution *c, int batch);

FaltungFinish faltung_convolution_finish(const FaltungConvolutionCall *call, gboolean accumulate);

/** faltung_convolution_turned_winograd: over the maps slides the window turned round, by one
 *  pixel. */
FaltungWinograd faltung_convolution_turned_winograd(const FaltungConvolution *c);

/** faltung_convolution_winograd: @out = f(@weights * @in + bias) by minimal filtering.
 *  @workspace: the weights' planes, and scratch for every thread. */
void faltung_convolution_winograd(const FaltungConvolution *c, const FaltungWinograd *w,
                                  const FaltungConvolutionCall *call, const float *in,
                                  const float *weights, float *out, gboolean accumulate,
                                  float *workspace);
