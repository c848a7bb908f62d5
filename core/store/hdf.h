/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/shape.h"

#include <hdf5.h>

/*
 * What the run file needs of HDF5: texts, arrays, rows that grow along a first axis. Data sets in
 * HDF5 files (data/hdf5-reader.c) take their mutex and errors from here.
 *
 * HDF5 is built without thread safety in most distributions, so one mutex guards every entry of
 * the process: whoever calls anything here holds FALTUNG_HDF_SECTION, which also silences the
 * library's own error printing. Its last error becomes the text of our GError.
 */

GMutexLocker *faltung_hdf_enter(void);

/* Holds the mutex to the end of the block; what is declared after it is closed before. */
#define FALTUNG_HDF_SECTION G_GNUC_UNUSED g_autoptr(GMutexLocker) hdf_section = faltung_hdf_enter()

typedef hid_t FaltungHdf; /* any HDF5 identifier: g_auto(FaltungHdf) closes it */
void faltung_hdf_close(FaltungHdf id);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(FaltungHdf, faltung_hdf_close, H5I_INVALID_HID)

#define FALTUNG_HDF_MAX_RANK (FALTUNG_MAX_RANK + 2) /* moments and samples before a shape */

typedef struct {
    int rank;
    hsize_t dims[FALTUNG_HDF_MAX_RANK];
} FaltungHdfShape;

/** faltung_hdf_fail: sets @error to the message and HDF5's reason for the call that failed last.
 *  @code: FaltungErrorCode. Returns: %FALSE. */
gboolean faltung_hdf_fail(GError **error, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Files. No lock of HDF5's own is taken (see claim in journal.h), so any file system will do. */
FaltungHdf faltung_hdf_create(const char *path, GError **error);
FaltungHdf faltung_hdf_open(const char *path, gboolean write, GError **error);

gboolean faltung_hdf_exists(FaltungHdf file, const char *path);
/** faltung_hdf_children: Returns: (transfer full): the names in a group, in order; empty where
 *  there is no such group. */
char **faltung_hdf_children(FaltungHdf file, const char *path);

/* Writing. Groups on the way are made. */
gboolean faltung_hdf_write_text(FaltungHdf file, const char *path, const char *text,
                                GError **error);
gboolean faltung_hdf_write_texts(FaltungHdf file, const char *path, const char *const *texts,
                                 GError **error);
/** faltung_hdf_set_text: an attribute of the object at @path. */
gboolean faltung_hdf_set_text(FaltungHdf file, const char *path, const char *name, const char *text,
                              GError **error);
gboolean faltung_hdf_set_integer(FaltungHdf file, const char *path, const char *name, gint64 value,
                                 GError **error);
/** faltung_hdf_write: a whole array; @type: of the values in memory and in the file. */
gboolean faltung_hdf_write(FaltungHdf file, const char *path, hid_t type,
                           const FaltungHdfShape *shape, const void *values, GError **error);

/**
 * faltung_hdf_write_file: a file with what @fill writes into it, whole or not at all: it is written
 * beside @path, as `@path.part`, and renamed when it is complete. Enters the section of HDF5.
 */
gboolean faltung_hdf_write_file(const char *path,
                                gboolean (*fill)(FaltungHdf file, gpointer data, GError **error),
                                gpointer data, GError **error);

/* How an array that grows is laid out; given when it is made. */
typedef struct {
    hsize_t chunk;     /* rows a chunk */
    gboolean compress; /* shuffle and deflate 1 */
} FaltungHdfGrowth;

/**
 * faltung_hdf_write_rows:
 * @row: the shape of one row; rank 0: a column of numbers
 * @first: index of the first row written
 *
 * Writes @n rows of an array that grows along its first axis, made or extended where needed. Rows
 * that were never written are NaN (0 in integers).
 */
gboolean faltung_hdf_write_rows(FaltungHdf file, const char *path, hid_t type,
                                const FaltungHdfShape *row, FaltungHdfGrowth growth, hsize_t first,
                                hsize_t n, const void *values, GError **error);
/** faltung_hdf_truncate: cuts an array that grows to at most @n rows. */
gboolean faltung_hdf_truncate(FaltungHdf file, const char *path, hsize_t n, GError **error);

/* Reading. */
char *faltung_hdf_read_text(FaltungHdf file, const char *path, GError **error);
char **faltung_hdf_read_texts(FaltungHdf file, const char *path, GError **error);
/** faltung_hdf_attribute: Returns: (nullable) (transfer full): an attribute (text or number) as
 *  text; %NULL where there is none. */
char *faltung_hdf_attribute(FaltungHdf file, const char *path, const char *name);
char **faltung_hdf_attribute_names(FaltungHdf file, const char *path);
gboolean faltung_hdf_shape(FaltungHdf file, const char *path, FaltungHdfShape *shape,
                           GError **error);
/**
 * faltung_hdf_read:
 * @type: wanted in memory; numbers are converted
 * @shape: (out): of what was read
 *
 * Returns: (transfer full): the whole array.
 */
void *faltung_hdf_read(FaltungHdf file, const char *path, hid_t type, FaltungHdfShape *shape,
                       GError **error);
/**
 * faltung_hdf_read_at:
 * @n: how many leading indices are given
 * @at: the indices
 * @shape: (out): of the rest
 *
 * Returns: (transfer full): the part of the array at the indices.
 */
void *faltung_hdf_read_at(FaltungHdf file, const char *path, hid_t type, int n, const hsize_t *at,
                          FaltungHdfShape *shape, GError **error);
