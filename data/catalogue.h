/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/train/dataset.h"

/* A file that `faltung data get` fetches. The sum is of its contents: mirrors pack them anew. */
typedef struct {
    const char *file;   /* its name: train-images-idx3-ubyte.gz */
    guint64 size;       /* bytes, inflated */
    const char *sha256; /* inflated, hex */
} FaltungDownload;

/* A data set known by name. Adding one is a descriptor in sets/ and one line in catalogue.c. */
typedef struct {
    const char *name;  /* fashion-mnist */
    const char *title; /* Fashion-MNIST */
    const char *summary;
    const char *source; /* where it is from, with its licence */
    FaltungShape shape;
    guint32 n_training, n_test;       /* 0 test: split by data.validation */
    const char *const *class_names;   /* (nullable): %NULL: values are predicted */
    const char *text;                 /* (nullable): the file of a text: `text: NAME` with a length
                                         of one's own reads it, too */
    const char *package;              /* (nullable): the Debian package that brings it */
    const FaltungDownload *downloads; /* (nullable): its files, ended by a NULL name; %NULL: it is
                                         part of the program */
    const char *const *mirrors;       /* (nullable): the addresses of the folders they are in */
    gboolean (*load)(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error);
} FaltungDatasetEntry;

/* A NULL-terminated list. */
const FaltungDatasetEntry *const *faltung_catalogue(void);
const FaltungDatasetEntry *faltung_catalogue_find(const char *name, GError **error);

/** faltung_catalogue_locate: Returns: (nullable) (transfer full): the folder with the data set's
 *  files, along FALTUNG_DATA_PATH, the user's data folder, the installed one and Debian's; ""
 *  for those built in. The error names the command that brings it. */
char *faltung_catalogue_locate(const FaltungDatasetEntry *entry, GError **error);

/** faltung_catalogue_load: locates and reads a data set. @test: (out) (nullable) (transfer full).
 */
gboolean faltung_catalogue_load(const FaltungDatasetEntry *entry, FaltungDataset **training,
                                FaltungDataset **test, GError **error);

/** faltung_catalogue_user_folder: Returns: (transfer full): where `faltung data get` puts it. */
char *faltung_catalogue_user_folder(const FaltungDatasetEntry *entry);

/**
 * faltung_data_load: what an experiment's `data:` says: read, split (by split_seed), normalized
 * with the constants of the training split.
 * @origin: the experiment file's path, for relative paths
 * @validation: (out) (transfer full): never %NULL on success
 */
gboolean faltung_data_load(const FaltungDataOptions *options, const char *origin,
                           FaltungDataset **training, FaltungDataset **validation, GError **error);
/** faltung_data_columns: Returns: (transfer full): what `target:` and `weights:` of the source of
 *  @options can name: the columns of a table, the arrays of an HDF5 file; none of other sources.
 *  Only the file's beginning is read. */
char **faltung_data_columns(const FaltungDataOptions *options, const char *origin, GError **error);
/** faltung_data_load_test: Returns: (transfer full): the samples that are set apart for a test
 *  (`data: test:`), normalized like the others. */
FaltungDataset *faltung_data_load_test(const FaltungDataOptions *options, const char *origin,
                                       GError **error);
/** faltung_data_load_watched: the same where the training samples' checksum will be asked for, too:
 *  it is computed in the same pass, of whose progress @hooks are told. Errors: also
 *  %G_IO_ERROR_CANCELLED. */
gboolean faltung_data_load_watched(const FaltungDataOptions *options, const char *origin,
                                   const FaltungScanHooks *hooks, FaltungDataset **training,
                                   FaltungDataset **validation, GError **error);
