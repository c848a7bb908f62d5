/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/conv2d-geometry.h"
#include "core/ops/operation.h"
#include "core/ops/panels.h"

typedef struct {
    int filters;
    int kernel[2], stride[2], padding[2];
    gboolean bias;
    FaltungVariant init, bias_init;
} FaltungConv2d;

/* The fast code of conv2d: see conv2d-kernels.c. */
size_t faltung_conv2d_state_size(const FaltungLayer *layer, int batch);
size_t faltung_conv2d_workspace_size(const FaltungLayer *layer, int batch, int threads);
void faltung_conv2d_forward(const FaltungStep *step);
void faltung_conv2d_backward(const FaltungStep *step);
void faltung_conv2d_pack(const FaltungLayer *layer, int parameter, const float *from, float *to);
void faltung_conv2d_unpack(const FaltungLayer *layer, int parameter, const float *from, float *to);
