/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

/* Arrays of NumPy, one a file (.npy): samples N x shape, and what is to be predicted in another. */

typedef struct {
    const char *name;   /* of the data set */
    const char *target; /* the file with N classes or N x values, or several by names; NULL: none */
    const char *weights; /* the file with N numbers, what each sample counts for; NULL: none */
    int task;            /* FaltungTask: whether whole numbers are classes; auto: N of them are */
} FaltungNpyOptions;

/** faltung_npy_load: @paths: a file of samples, or one for each of several inputs
 *  (core/config/named.h). The same as faltung_hdf5_load() of such files. The error names the file
 * and the sample. Format: numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
FaltungDataset *faltung_npy_load(const char *paths, const FaltungNpyOptions *options,
                                 GError **error);
