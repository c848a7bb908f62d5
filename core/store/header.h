/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/store/hdf.h"
#include "core/train/dataset.h"

/*
 * What a run file says about itself once: where and how it was made, the experiment, the network
 * and the data. Private to core/store.
 */
typedef struct {
    char *written, *resolved; /* the experiment */
    char *graph;              /* the network, as YAML */
    gint64 seed;
    int threads;
    FaltungDataset *training;
    char *checksum; /* of that */
} FaltungRunHeader;

FaltungRunHeader *faltung_header_new(const FaltungExperiment *experiment, int threads,
                                     FaltungDataset *training);
void faltung_header_free(FaltungRunHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungRunHeader, faltung_header_free)

/** faltung_header_write: all of it, into a new file. */
gboolean faltung_header_write(const FaltungRunHeader *header, FaltungHdf file, GError **error);
/** faltung_header_check: whether @file is of the same network and the same data. */
gboolean faltung_header_check(const FaltungRunHeader *header, FaltungHdf file, GError **error);
/** faltung_header_renew: what a resume changes: the experiment, the machine. */
gboolean faltung_header_renew(const FaltungRunHeader *header, FaltungHdf file, GError **error);
/** faltung_header_format: checks that @file is a run file this version can read. */
gboolean faltung_header_format(FaltungHdf file, GError **error);
