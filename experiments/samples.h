/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/**
 * FaltungSamples: inputs for a trained network, from a file that holds nothing else: values as
 * they stand there, not scaled.
 */
typedef struct {
    size_t n;      /* samples */
    float *values; /* n x the sample's shape */
} FaltungSamples;

/**
 * faltung_samples_read:
 * @path: an IDX file (.gz or not), a table (CSV), an array (.npy), an HDF5 file, a picture (PNG,
 *   JPEG), told apart by their contents, or a folder of pictures; of a network of several inputs
 * perhaps a file for each of them, by their names (core/config/named.h)
 * @dataset: (nullable): of an HDF5 file: which data set, or one for each input; %NULL: `/input`, or
 *   the only one; of several inputs those of their names
 * @graph: whose input they are
 * @features: (nullable): names of the columns of a table that are taken, in this order; a table
 *   without them has as many columns as a sample has values
 *
 * Errors: what was expected and what the file has.
 */
FaltungSamples *faltung_samples_read(const char *path, const char *dataset,
                                     const FaltungGraph *graph, const char *const *features,
                                     GError **error);
/**
 * faltung_samples_read_text: a text in UTF-8 (.gz or not) as samples of @length characters, one
 * behind the other; what is left at its end is no whole one.
 * @vocabulary: (array length=n_vocabulary): ascending; samples are indices in it
 *
 * Errors: a character that is not in it; too short a text.
 */
FaltungSamples *faltung_samples_read_text(const char *path, const gunichar *vocabulary,
                                          int n_vocabulary, int length, GError **error);
void faltung_samples_free(FaltungSamples *samples);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungSamples, faltung_samples_free)
