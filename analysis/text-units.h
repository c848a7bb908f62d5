/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/graph/network.h"

/*
 * What the units of a network of text follow (Karpathy, Johnson and Fei-Fei, "Visualizing and
 * Understanding Recurrent Networks", 2015): their outputs along a text, and how they go along with
 * properties of it.
 */

/* A text and a layer's outputs along it. */
typedef struct {
    gsize n;        /* characters */
    gunichar *text; /* (n) */
    int units;
    float *states; /* (n, units) */
} FaltungTextStates;

/**
 * faltung_text_states_new: along the first @n samples of @dataset, which are of a text, one behind
 * the other.
 * @layer: whose output has a row for each character
 *
 * Returns: (transfer full). Errors: they are not of a text, or the layer has no such output
 *   (%FALTUNG_ERROR_INPUT); those of faltung_layer_outputs().
 */
FaltungTextStates *faltung_text_states_new(FaltungNetwork *network, const FaltungDataset *dataset,
                                           guint32 n, int layer, const FaltungAnalysisHooks *hooks,
                                           GError **error);
void faltung_text_states_free(FaltungTextStates *states);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungTextStates, faltung_text_states_free)

/* A property of each character of a text. */
typedef struct {
    const char *name;
    const char *summary;
    void (*fill)(const gunichar *text, gsize n, double *values);
} FaltungTextProperty;

/** faltung_text_properties: Returns: the table, ended by a NULL name. */
const FaltungTextProperty *faltung_text_properties(void);

/** faltung_text_correlate: @correlations: (out): (units): Pearson's, of each unit with @property
 *  along the text; 0 where one of both never changes. */
void faltung_text_correlate(const FaltungTextStates *states, const FaltungTextProperty *property,
                            double *correlations);
