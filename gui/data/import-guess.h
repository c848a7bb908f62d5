/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * faltung_import_guess: what a file of samples is, by what it begins with rather than by its name.
 * @why: (out) (transfer full): what that was
 *
 * Returns: (transfer none) (nullable): one of faltung_data_sources: csv, idx, hdf5, npy, text;
 *   %NULL where it cannot be read as any.
 */
const char *faltung_import_guess(const char *path, char **why);

/** faltung_import_target: Returns: (transfer full) (nullable): the file beside the samples in @path
 *  that seems to hold what they are to be taken for: y.npy beside x.npy. */
char *faltung_import_target(const char *path);

/** faltung_import_pair: which of the arrays of an HDF5 file are the samples and what they are to be
 *  taken for, by their names. @target: (out) (nullable). Returns: (transfer none) (nullable): the
 *  samples; %NULL where the names say nothing, or those that are looked for anyhow are there. */
const char *faltung_import_pair(const char *const *names, const char **target);

G_END_DECLS
