/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/**
 * FaltungReferenceNetwork: a graph computed with the readable reference code, in float64 and the
 * field's layout. Slow and plain: the gradient check, the parity tests and the walk through a
 * network use it.
 */
typedef struct FaltungReferenceNetwork FaltungReferenceNetwork;

/** faltung_reference_network_new: @graph: inferred; copied. Parameters are zero. */
FaltungReferenceNetwork *faltung_reference_network_new(const FaltungGraph *graph, int batch);
void faltung_reference_network_free(FaltungReferenceNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungReferenceNetwork, faltung_reference_network_free)

/** faltung_reference_network_copy_parameters: from a network of the same graph. */
void faltung_reference_network_copy_parameters(FaltungReferenceNetwork *network,
                                               const FaltungNetwork *from);

/* Each (transfer none), of the parameter's shape; the values may be changed. */
double *faltung_reference_network_parameter(FaltungReferenceNetwork *network, int layer,
                                            int parameter);
double *faltung_reference_network_parameter_gradient(FaltungReferenceNetwork *network, int layer,
                                                     int parameter);
/** faltung_reference_network_output: (transfer none): batch x the layer's output, after its
 *  activation. */
const double *faltung_reference_network_output(const FaltungReferenceNetwork *network, int layer);
/** faltung_reference_network_output_gradient: of the same, after backward. */
const double *faltung_reference_network_output_gradient(const FaltungReferenceNetwork *network,
                                                        int layer);
/** faltung_reference_network_sum: the output before the activation; where there is none, the
 *  output. faltung_reference_network_sum_gradient(): its gradient. */
const double *faltung_reference_network_sum(const FaltungReferenceNetwork *network, int layer);
const double *faltung_reference_network_sum_gradient(const FaltungReferenceNetwork *network,
                                                     int layer);
/** faltung_reference_network_input_gradient: batch x input, after backward. */
const double *faltung_reference_network_input_gradient(const FaltungReferenceNetwork *network);

/**
 * faltung_reference_network_forward:
 * @samples: batch x input, the field's layout
 * @seed, @step: dropout's, as in faltung_network_new() and faltung_network_forward()
 *
 * Returns: (transfer none): the last layer's output.
 */
const double *faltung_reference_network_forward(FaltungReferenceNetwork *network,
                                                const double *samples, gboolean training,
                                                guint64 seed, guint64 step);

/** faltung_reference_network_penalty: Returns: what the operations of all layers add to the loss of
 *  the last forward. */
double faltung_reference_network_penalty(FaltungReferenceNetwork *network);

/** faltung_reference_network_inject: @gradient: (nullable) (transfer none): of a loss that @layer
 *  has of its own by its output; every backward takes it from there. */
void faltung_reference_network_inject(FaltungReferenceNetwork *network, int layer,
                                      const double *gradient);

/** faltung_reference_network_backward: @output_gradient: of the last layer's output. Sets all
 *  gradients anew. */
void faltung_reference_network_backward(FaltungReferenceNetwork *network,
                                        const double *output_gradient);
