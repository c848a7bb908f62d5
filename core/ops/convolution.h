/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/frame.h"
#include "core/ops/operation.h"
#include "core/ops/panels.h"
#include "core/ops/slide.h"

/*
 * The three products of a convolution, which conv1d to conv3d and the transposed ones are made of:
 * over the window (images to maps), the window turned round (maps to images), and between the two
 * (the gradient of the weights). Images and maps are channels-last, with depth, height and width:
 * a sequence is an image of one row, a plane one of depth 1.
 */
typedef struct {
    int channels, filters; /* of the images, of the maps */
    int groups;            /* each sees its share of the channels and makes its share of the maps */
    FaltungSlide sides[3]; /* depth, height, width; of the frame, where it is not of zeros */
    FaltungFrame frame;    /* what lies around the images */
    int window;            /* pixels of it */
    FaltungPanels panels;  /* of a group's weights: filters x (kd, kh, kw, channels) */
    gboolean winograd;     /* the three products by minimal filtering, see winograd.h */
    gboolean depthwise;    /* a group for each channel, which is one map's: see depthwise.h */
    gboolean summed;       /* turned round it makes one channel: a depthwise one, added up */
    gboolean framed;       /* something is needed around the image */
    gboolean folded;       /* and it is made of the image, so its gradient is the image's, too */
    size_t image, map;     /* floats of one sample */
} FaltungConvolution;

/** faltung_convolution: @sides: depth, height, width; @edge: what lies around the images. @groups
 *  divides @channels and @filters. */
FaltungConvolution faltung_convolution(int channels, int filters, int groups,
                                       const FaltungSlide sides[3], FaltungEdge edge);

/** faltung_convolution_weights_size: Returns: floats of the packed weights. */
size_t faltung_convolution_weights_size(const FaltungConvolution *c);

/* What a product works on. */
typedef struct {
    int batch, threads;
    const float *bias; /* (nullable) */
    FaltungEpilogue epilogue;
    float parameter;
} FaltungConvolutionCall;

/** faltung_convolution_forward: @maps = f(W * @images + bias). @accumulate: +=.
 *  @workspace: faltung_convolution_forward_workspace() floats. */
void faltung_convolution_forward(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                 const float *images, const float *weights, float *maps,
                                 gboolean accumulate, float *workspace);
size_t faltung_convolution_forward_workspace(const FaltungConvolution *c, int threads);

/** faltung_convolution_turned: @images = f(W^T * @maps + bias): the transposed convolution, and
 *  the gradient of the input of the other. @accumulate: += (without bias and f).
 *  @workspace: faltung_convolution_turned_workspace() floats. */
void faltung_convolution_turned(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                const float *maps, const float *weights, float *images,
                                gboolean accumulate, float *workspace);
size_t faltung_convolution_turned_workspace(const FaltungConvolution *c, int threads);

/** faltung_convolution_weights: @gradient (nullable: nothing is done) += sum over the batch of maps
 *  x images, packed; @bias (nullable): += the sums of the maps. @workspace: ..._weights_workspace()
 *  floats. */
void faltung_convolution_weights(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                 const float *images, const float *maps, float *gradient,
                                 float *bias, float *workspace);
size_t faltung_convolution_weights_workspace(const FaltungConvolution *c, int batch, int threads);

/** faltung_convolution_workspace: Returns: the most of the three. */
size_t faltung_convolution_workspace(const FaltungConvolution *c, int batch, int threads);

/* The parameters of a layer that is made of a convolution: 0, the weights, between (filters,
   channels / groups, kd, kh, kw) and the packed layout; 1, @n_bias biases, which are the same in
   both. */
void faltung_convolution_pack(const FaltungConvolution *c, int parameter, int n_bias,
                              const float *from, float *to);
void faltung_convolution_unpack(const FaltungConvolution *c, int parameter, int n_bias,
                                const float *from, float *to);
