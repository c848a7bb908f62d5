/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/error.h"

/** data_test_expect: @error must be of FALTUNG_ERROR and contain each of the other arguments, up
 *  to a NULL; it is freed. */
void data_test_expect(GError *error, ...) G_GNUC_NULL_TERMINATED;

/** data_test_folder: Returns: (transfer full): a new folder; data_test_remove() removes it with all
 *  that is in it. */
char *data_test_folder(void);
void data_test_remove(const char *folder);

/** data_test_write: writes @size bytes to @folder/@name. Returns: (transfer full): the path. */
char *data_test_write(const char *folder, const char *name, const void *bytes, gsize size);
/** data_test_write_gz: the same, compressed by gzip. */
char *data_test_write_gz(const char *folder, const char *name, const void *bytes, gsize size);

/** data_test_idx: Returns: an IDX file of unsigned bytes: value i is i % @modulus.
 *  @dims: ended by 0. */
GByteArray *data_test_idx(int modulus, ...);
