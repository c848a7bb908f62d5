/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

/* Samples in an HDF5 file: an array N x shape of numbers, and one of what is to be predicted. */

typedef struct {
    const char *name;    /* of the data set */
    const char *input;   /* path of the samples in the file, or several (core/config/named.h), whose
                            values become a sample together; NULL or "": /input */
    const char *target;  /* path of N or N x positions classes or N x values, or several by names,
                            of which the first is the data set's own; NULL or "": /target, where it
                            is */
    const char *weights; /* path of N numbers, what each sample counts for; NULL or "": none */
    int task;            /* FaltungTask: whether whole numbers are classes; auto: N of them are */
} FaltungHdf5Options;

/** faltung_hdf5_arrays: Returns: (transfer full): the paths of the file's arrays: `/input`. */
char **faltung_hdf5_arrays(const char *path, GError **error);

/**
 * faltung_hdf5_load: reads a file. Unsigned bytes stay bytes, other numbers become floats. What is
 * above faltung_room_limit() is not read: arrays that lie in the file as they are used (contiguous,
 * uint8 or the machine's float32) are mapped, others unpacked into a nameless file once.
 *
 * The error names the object of the file and the sample.
 */
FaltungDataset *faltung_hdf5_load(const char *path, const FaltungHdf5Options *options,
                                  GError **error);
