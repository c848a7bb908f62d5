/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/train/dataset.h"

/* A data set known by name. Adding one is a descriptor and one line in catalogue.c. */
typedef struct {
    const char *name;    /* fashion-mnist */
    const char *title;   /* Fashion-MNIST */
    const char *summary;
    const char *source;  /* where it is from, with its licence */
    FaltungShape shape;
    guint32 n_training, n_test; /* 0 test: split by data.validation */
    const char *const *class_names; /* (nullable) */
    const char *package; /* (nullable): the Debian package that brings it */
    const struct FaltungDownload *downloads; /* (nullable): what `faltung data get` fetches */
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

/**
 * faltung_data_load: what an experiment's `data:` says: read, split (by split_seed), normalized
 * with the constants of the training split.
 * @origin: the experiment file's path, for relative paths
 * @validation: (out) (transfer full): never %NULL on success
 */
gboolean faltung_data_load(const FaltungDataOptions *options, const char *origin,
                           FaltungDataset **training, FaltungDataset **validation, GError **error);
