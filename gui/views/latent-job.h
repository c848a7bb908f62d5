/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/latent.h"
#include "draw/picture.h"
#include "gui/training/weights.h"

G_BEGIN_DECLS

/* The codes of an autoencoder, and its decoder. Reference counted; found once, then immutable but
   for the decoder, which one thread at a time may use. */
typedef struct {
    /* what is wanted */
    FaltungWeights *weights;
    FaltungDataset *validation;
    int layer;      /* whose output is the code */
    guint32 sample; /* the probe */
    guint32 n;      /* the first so many samples are encoded, for the range of codes */
    int threads;
    gboolean odds; /* outputs are logarithms of odds: their chances are shown */
    /* what was found */
    FaltungLatent *latent;
    gboolean standard;   /* codes are meant to be distributed as N(0, 1) */
    float *input, *code; /* the probe, as the network sees it, and its code */
    FaltungShape output; /* of the decoder */
    FaltungRange range;  /* of samples as the network sees them */
    GMutex decoding;
} FaltungCodes;

FaltungCodes *faltung_codes_new(void);
FaltungCodes *faltung_codes_ref(FaltungCodes *codes);
void faltung_codes_unref(FaltungCodes *codes);
/** faltung_codes_find: fills in what was found. Errors: as faltung_latent_new(). */
gboolean faltung_codes_find(FaltungCodes *codes, const FaltungAnalysisHooks *hooks, GError **error);

/* What the decoder makes of some codes. */
typedef struct {
    /* what is wanted */
    FaltungCodes *codes;
    int n;
    float *values; /* (n, size) */
    int columns;   /* in which they are shown; 0: any */
    /* what was found */
    float *outputs; /* (n, output): between 0 and 1 where they were logarithms of odds */
} FaltungDecoded;

/** faltung_decoded_new: Returns: (transfer full): with room for @n codes of @codes. */
FaltungDecoded *faltung_decoded_new(FaltungCodes *codes, int n, int columns);
void faltung_decoded_free(FaltungDecoded *decoded);
gboolean faltung_decoded_find(FaltungDecoded *decoded, const FaltungAnalysisHooks *hooks,
                              GError **error);

/** faltung_decoded_grid: codes that are those of @code but for two values: @x grows from left to
 *  right, @y from below, each over the range of the samples' codes. @side: codes a row. */
FaltungDecoded *faltung_decoded_grid(FaltungCodes *codes, const float *code, int x, int y,
                                     int side);
/** faltung_decoded_draw: codes drawn from N(0, 1) where they are meant to be so, else with mean and
 *  deviation of the samples' codes. */
FaltungDecoded *faltung_decoded_draw(FaltungCodes *codes, guint64 seed, int n);

G_END_DECLS
