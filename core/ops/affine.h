/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"
#include "core/ops/panels.h"

/*
 * y = W x + b of many vectors x at once, and its gradients: what dense is, and what projects the
 * sequences of attention. W is packed in panels. Matrices have a row a vector, without gaps.
 */
typedef struct {
    FaltungPanels panels; /* columns: the outputs, depth: the inputs */
    int rows;             /* vectors */
    int threads;          /* at most so many; no bit depends on it */
    const float *x;       /* (rows, inputs) */
    const float *weight;  /* packed */
    const float *bias;    /* (outputs), padded; NULL: none */

    /* forward */
    float *y; /* (rows, outputs) */
    FaltungEpilogue epilogue;
    float parameter;

    /* backward */
    const float *dy;  /* (rows, outputs) */
    float *dweight;   /* packed; stored, not added to; NULL: not needed */
    float *dbias;     /* (outputs), stored; NULL: none, or not needed */
    float *dx;        /* (rows, inputs) */
    gboolean adds_dx; /* else dx is stored */
    float *workspace; /* for faltung_affine_backward_input() */
} FaltungAffine;

/** faltung_affine_forward: y = f(x W^T + b). */
void faltung_affine_forward(const FaltungAffine *affine);

/** faltung_affine_backward_parameters: dW = dy^T x, db = the sum of the rows of dy. */
void faltung_affine_backward_parameters(const FaltungAffine *affine);

/** faltung_affine_backward_input: dx (+)= dy W. */
void faltung_affine_backward_input(const FaltungAffine *affine);

/** faltung_affine_workspace_size: Returns: the floats that takes for @rows vectors or less. */
size_t faltung_affine_workspace_size(const FaltungPanels *panels, int rows);

/** faltung_affine_add_weight: for infer_shape: declares a weight, (outputs, inputs).
 *  Returns: the parameter. */
FaltungParameter *faltung_affine_add_weight(FaltungLayer *layer, const char *name, int outputs,
                                            int inputs, const FaltungVariant *initializer);

/** faltung_affine_add_bias: likewise its bias, (outputs). */
FaltungParameter *faltung_affine_add_bias(FaltungLayer *layer, const char *name, int outputs,
                                          int inputs, const FaltungVariant *initializer);

/**
 * faltung_affine_pack, faltung_affine_unpack: between the field's layout of a weight, (outputs,
 * inputs), and the panels. @order: how the inputs lie inside (FaltungLayer.input_orders).
 */
void faltung_affine_pack(const FaltungPanels *panels, const FaltungShape *order, const float *from,
                         float *to);
void faltung_affine_unpack(const FaltungPanels *panels, const FaltungShape *order,
                           const float *from, float *to);
