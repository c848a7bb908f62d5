/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/*
 * IDX, the format of MNIST: 00 00 TYPE RANK, then RANK big-endian 32-bit sizes, then the values,
 * big-endian, the last dimension fastest.
 */

#define FALTUNG_IDX_MAX_RANK 4

typedef struct {
    char *path;
    int rank;
    guint32 dims[FALTUNG_IDX_MAX_RANK];
    gsize n;             /* values: the product of dims */
    gboolean whole;      /* the file's type is one of integers */
    int value_size;      /* bytes a value has in the file */
    const guint8 *bytes; /* dims; of unsigned bytes */
    const float *floats; /* dims; of every other type */
    GBytes *block;       /* owns them */
    gboolean in_file;    /* they are mapped from a file */
} FaltungIdx;

/** faltung_idx_read: reads a file, .gz or not. The error names the offset of what is wrong. */
FaltungIdx *faltung_idx_read(const char *path, GError **error);
FaltungIdx *faltung_idx_parse(const char *origin, const void *bytes, gsize size, GError **error);
void faltung_idx_free(FaltungIdx *idx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungIdx, faltung_idx_free)

/** faltung_idx_load_images: a data set of images without targets, [H, W] as [1, H, W]. */
FaltungDataset *faltung_idx_load_images(const char *name, const char *path, GError **error);

/**
 * faltung_idx_load_folder: the training images and labels, and the test images and labels where
 * the folder has them.
 * @class_names: (nullable): %NULL: the numbers up to the greatest label
 * @test: (out) (nullable) (transfer full)
 */
gboolean faltung_idx_load_folder(const char *name, const char *folder,
                                 const char *const *class_names, FaltungDataset **training,
                                 FaltungDataset **test, GError **error);
