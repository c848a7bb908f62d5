/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/graph/network.h"

/* The codes of an autoencoder and what is behind them. */
typedef struct {
    int layer;               /* whose output is the code */
    int size;                /* values of a code */
    guint32 n;               /* samples that were encoded */
    float *codes;            /* (n, size) */
    double *mean;            /* (size) */
    double *deviation;       /* (size) */
    float *low, *high;       /* (size): between which nine of ten codes lie */
    FaltungNetwork *decoder; /* from the code to the network's output */
} FaltungLatent;

/** faltung_narrowest_layer: Returns: the layer with the smallest output, of several the first. */
int faltung_narrowest_layer(const FaltungGraph *graph);

/**
 * faltung_latent_new: encodes the first @n samples.
 * @network: with room for any batch
 *
 * Errors: the output does not come from @layer alone (%FALTUNG_ERROR_INPUT), those of
 *   faltung_layer_outputs().
 */
FaltungLatent *faltung_latent_new(FaltungNetwork *network, const FaltungDataset *dataset, guint32 n,
                                  int layer, const FaltungAnalysisHooks *hooks, GError **error);
void faltung_latent_free(FaltungLatent *latent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungLatent, faltung_latent_free)

/** faltung_latent_decode: @codes: (@n, size); @outputs: (out): (@n, output), the field's layout. */
void faltung_latent_decode(FaltungLatent *latent, int n, const float *codes, float *outputs);

/** faltung_latent_draw: @codes: (out): (@n, size): normally distributed, with mean and deviation of
 *  the samples' codes or, where @standard, 0 and 1. The same @seed draws the same. */
void faltung_latent_draw(const FaltungLatent *latent, guint64 seed, int n, gboolean standard,
                         float *codes);

/** faltung_codes_are_standard: Returns: whether the codes that @layer gives are meant to be
 *  distributed as N(0, 1): those of a variational autoencoder. */
gboolean faltung_codes_are_standard(const FaltungGraph *graph, int layer);
