/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/hdf.h"
#include "data/hdf5-reader.h"

/** faltung_hdf5_read: faltung_hdf5_load() of a file that is open, within FALTUNG_HDF_SECTION.
 *  @path: what messages call it. */
FaltungDataset *faltung_hdf5_read(FaltungHdf file, const char *path,
                                  const FaltungHdf5Options *options, GError **error);
