/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/cell.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The fast loops, compiled once for every instruction set from the same source. Plain C with
 * vector types: no GLib, no allocation, no state; buffers come in as arguments.
 *
 * Every buffer that is read may be read up to FALTUNG_SLACK floats past its end (vector tails),
 * so whoever allocates one leaves that much room.
 */

#define FALTUNG_SLACK 64     /* floats */
#define FALTUNG_ALIGNMENT 64 /* bytes */

typedef enum {
    FALTUNG_EPILOGUE_NONE,
    FALTUNG_EPILOGUE_RELU,
    FALTUNG_EPILOGUE_LEAKY_RELU, /* slope: the parameter */
    FALTUNG_EPILOGUE_SIGMOID,
    FALTUNG_EPILOGUE_TANH,
    /* From here on the kernel is too long to be part of every tile of a product: the activation is
       a pass of its own. */
    FALTUNG_EPILOGUE_ELU, /* alpha: the parameter */
    FALTUNG_EPILOGUE_SELU,
    FALTUNG_EPILOGUE_SOFTPLUS,
    FALTUNG_EPILOGUE_HARD_TANH,
    FALTUNG_EPILOGUE_HARD_SIGMOID,
    /* From here on the slope is told from the input x, not from the output y. */
    FALTUNG_EPILOGUE_HARD_SWISH,
    FALTUNG_EPILOGUE_SILU,
    FALTUNG_EPILOGUE_GELU,
    FALTUNG_N_EPILOGUES,
} FaltungEpilogue;

#define FALTUNG_EPILOGUE_FUSES(f) ((f) != FALTUNG_EPILOGUE_NONE && (f) <= FALTUNG_EPILOGUE_TANH)
#define FALTUNG_EPILOGUE_NEEDS_INPUT(f) ((f) >= FALTUNG_EPILOGUE_HARD_SWISH)

/**
 * FaltungGemm: the building block, a batch-reduce matrix product (Georganas et al., "High-
 * Performance Deep Learning via a Single Building Block", arXiv:1906.06440):
 *
 *     C[m][n] (+)= sum_r sum_k A_r[m][k] B_r[k][n],  then  C = f(C + bias)
 *
 * for m < rows, n < columns, r < reduce, k < depth. All strides are in floats, so A may be
 * transposed (a_row 1), a window of an image (a_row: the pixel's channels; r: the kernel's rows)
 * or the packed weights themselves. `columns` is at most a panel. r may also run through
 * `outer[0]` times `reduce`, and that `outer[1]` times, evenly spaced in A (rows of the planes of
 * a window) and without a gap in B.
 */
typedef struct {
    int rows, columns, depth, reduce;
    const float *a;
    ptrdiff_t a_row, a_depth, a_reduce;
    int outer[2]; /* 0: 1 */
    ptrdiff_t a_outer[2];
    const float *b; /* n is contiguous */
    ptrdiff_t b_depth, b_reduce;
    float *c; /* n is contiguous; never written beyond `columns` */
    ptrdiff_t c_row;
    int accumulate;    /* += */
    const float *bias; /* (columns), NULL: none; only where the sum is complete */
    FaltungEpilogue epilogue;
    float parameter;
    /* What the caller will read next (a panel of B), NULL: nothing. Where the sums are long it is
       brought into the second cache meanwhile: large weights come from the third or from memory,
       slower than they are multiplied. */
    const float *next;
    size_t n_next; /* floats */
} FaltungGemm;

/**
 * FaltungPatches: patches of one map, 4 x 4 or 2 x 2 pixels large and 2 pixels apart, and their 16
 * planes: Winograd's minimal filtering F(2 x 2, 3 x 3) (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", arXiv:1509.09308), which takes 16 products for 4 pixels instead
 * of 36. Channels-last. Pixels of a patch outside the map are zeros, or not written.
 */
typedef struct {
    int channels;      /* to transform; from a map it may take more, up to whole vectors */
    int height, width; /* of the map */
    ptrdiff_t pixel;   /* floats from one pixel of the map to the next */
    float *map;        /* its pixel (0, 0) */
    int row, column;   /* of the map, where the first patch begins; may be negative */
    int patches;       /* side by side */
    float *planes;     /* (16, patches, channels), with these strides: */
    ptrdiff_t plane, patch;
} FaltungPatches;

/* What is done to sums before they are stored: y = f(sum + bias (+ y)). */
typedef struct {
    const float *bias; /* (channels), NULL: none */
    int accumulate;
    FaltungEpilogue epilogue;
    float parameter;
} FaltungFinish;

/**
 * FaltungRows: rows of channels, (rows, channels), and their batch normalization
 * y = f(x scale + shift), a channel its own. What holds one number a channel is readable, and the
 * sums writable, up to whole vectors.
 */
typedef struct {
    size_t rows;
    int channels;
    const float *x;
    const float *scale, *shift;
    FaltungEpilogue epilogue;
    float parameter;
} FaltungRows;

/**
 * FaltungDepthwise: a row of pixels of a depthwise convolution, channels-last, and the taps of its
 * window (planes, rows, columns) that lie inside the image: y[p][c] is the sum over the taps of
 * w[tap][c] x[p + tap][c]. Strides in floats.
 */
typedef struct {
    int channels, pixels;
    int taps[3];
    ptrdiff_t x_tap[3], w_tap[3]; /* from a tap to the next */
    ptrdiff_t x_pixel, y_pixel;
} FaltungDepthwise;

/* A row of pooled pixels, channels-last, and the windows they come from. Strides in floats. */
typedef struct {
    int pixels, channels;
    int planes, rows, columns; /* of the window; at most 256 pixels */
    ptrdiff_t plane, row;      /* from one of them to the next, */
    ptrdiff_t step;            /* and from a window to the next */
} FaltungPooling;

typedef struct {
    const char *name; /* x86-64-v4 */
    int lanes;        /* floats in a vector */
    FaltungCellKernels cells;
    void (*gemm)(const FaltungGemm *gemm);
    /* y = f(x), and dx (+)= dy f'(x) told from y = f(x), or where the slope needs the input from
       y = x; x and y, dx and dy may be the same. */
    void (*activate)(FaltungEpilogue f, float parameter, size_t n, const float *x, float *y);
    void (*activate_backward)(FaltungEpilogue f, float parameter, size_t n, const float *y,
                              const float *dy, float *dx, int accumulate);
    /* out[i] = exp(x[i]) */
    void (*exponential)(size_t n, const float *x, float *out);
    /* p[i] = exp(x[i] - the largest of x), p may be NULL. Returns: their sum; largest: (out). Reads
       nothing behind the row. */
    float (*powers_of_row)(int n, const float *x, float *p, float *largest);
    /* p = softmax(scale x), for a scale above 0, and dx (+)= scale p (dp - the sum of p dp). x and
       p, dp and dx may be the same. */
    void (*softmax)(int n, float scale, const float *x, float *p);
    void (*softmax_backward)(int n, float scale, const float *p, const float *dp, float *dx,
                             int accumulate);
    /* Philox words for groups of 64 elements: see faltung_random_word(). */
    void (*random_words)(const uint32_t key[2], const uint32_t counter[3], uint32_t first_group,
                         int n_groups, uint32_t *words);
    /* Multiply-adds that depend on nothing but themselves: as fast as the arithmetic goes.
       @sum: (lanes), so that they are not in vain. Returns: floating-point operations. */
    double (*multiply_add)(int64_t rounds, float *sum);
    /* b[j][i] = a[i][j]; a: rows x columns */
    void (*transpose)(int rows, int columns, const float *a, ptrdiff_t a_row, float *b,
                      ptrdiff_t b_row);
    /* Winograd: B^T x B of patches of 4 x 4; A y A^T of patches of 2 x 2; and A^T m A of the
       planes, which become 2 x 2 pixels. */
    void (*winograd_input)(const FaltungPatches *patches);
    void (*winograd_output_gradient)(const FaltungPatches *patches);
    void (*winograd_output)(const FaltungPatches *patches, const FaltungFinish *finish);
    /* Planes = G w G^T of n filters, (3, 3, n), and gradient += G^T planes G. */
    void (*winograd_weights)(size_t n, const float *weights, float *planes, ptrdiff_t plane);
    void (*winograd_weight_gradient)(size_t n, const float *planes, ptrdiff_t plane,
                                     float *gradient);
    /* sums += x - shift, squares += (x - shift)^2 of every channel */
    void (*normalize_moments)(const FaltungRows *rows, const float *shift, float *sums,
                              float *squares);
    /* y = f(x scale + shift) */
    void (*normalize)(const FaltungRows *rows, float *y);
    /* With g = dy f': sums += g, products += g (x - mean) inverse */
    void (*normalize_gradients)(const FaltungRows *rows, const float *dy, const float *mean,
                                const float *inverse, float *sums, float *products);
    /* dx (+)= a g + b x + constant */
    void (*normalize_mix)(const FaltungRows *rows, const float *dy, const float *a, const float *b,
                          const float *constant, float *dx, int accumulate);
    /* y = gamma (x - mean) inverse + beta of one row of n numbers; moments: (out): its mean and
       inverse, 1 / sqrt(variance + epsilon). And its gradients: dgamma +=, dbeta +=, dx (+)=; dx
       may be NULL. */
    void (*normalize_row)(int n, const float *x, const float *gamma, const float *beta,
                          double epsilon, float *moments, float *y);
    void (*normalize_row_backward)(int n, const float *x, const float *dy, const float *gamma,
                                   const float *moments, float *dgamma, float *dbeta, float *dx,
                                   int accumulate);
    /* y = f(sum + bias (+ y)), and gradient[tap][c] += the sum over the pixels of dy x. */
    void (*depthwise)(const FaltungDepthwise *row, const float *x, const float *w,
                      const FaltungFinish *finish, float *y);
    void (*depthwise_gradient)(const FaltungDepthwise *row, const float *x, const float *dy,
                               float *gradient);
    /* y[p] = f(sum over the channels + bias (+ y)): one number a pixel, with one bias. */
    void (*depthwise_sum)(const FaltungDepthwise *row, const float *x, const float *w,
                          const FaltungFinish *finish, float *y);
    /* y: the largest value of every window; from: which it is, plane by plane and row by row, NaN
       before all. And dx (+)= dy at that place, 0 at the others of the window. */
    void (*max_pool)(const FaltungPooling *pool, const float *x, float *y, uint8_t *from);
    void (*max_pool_backward)(const FaltungPooling *pool, const float *dy, const uint8_t *from,
                              float *dx, int accumulate);
    /* y: the largest of every column of x, (rows, columns); NaN before all */
    void (*largest_of_rows)(int rows, int columns, const float *x, float *y);
} FaltungKernels;

/** faltung_kernels: those for this machine, or for FALTUNG_ISA where it names one that runs
 *  here. */
const FaltungKernels *faltung_kernels(void);

/** faltung_kernels_find: Returns: those called @name, or NULL where this build or machine has
 *  none. */
const FaltungKernels *faltung_kernels_find(const char *name);

/** faltung_kernels_list: Returns: a NULL-terminated list of those that run here, best first. */
const FaltungKernels *const *faltung_kernels_list(void);

/** faltung_kernels_panel: Returns: the panel (columns of packed B side by side) that wastes least
 *  for a matrix @columns wide: 1, 2 or 4 vectors. */
int faltung_kernels_panel(const FaltungKernels *kernels, int columns);

/* Makes denormal numbers zero on the calling thread, where the machine can: they cost up to a
   hundred times. Returns: the earlier mode, for faltung_denormals_restore(). */
unsigned faltung_denormals_flush(void);
void faltung_denormals_restore(unsigned mode);
