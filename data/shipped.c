/* SPDX-License-Identifier: Apache-2.0 */
#include "data/shipped.h"

#include "shipped-resource.h"

gboolean faltung_shipped_load(const char *name, const char *file, FaltungShape shape,
                              FaltungDataset **training, GError **error) {
    g_autofree char *path = g_strconcat("/data/", file, NULL);
    g_autoptr(GBytes) bytes = g_resource_lookup_data(faltung_shipped_get_resource(), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, error);
    if (!bytes)
        return FALSE;
    FaltungCsvOptions options = {.name = name, .header = FALTUNG_CSV_HEADER_YES, .shape = shape};
    gsize size;
    const void *contents = g_bytes_get_data(bytes, &size);
    *training = faltung_csv_parse(file, contents, size, &options, error);
    return *training != NULL;
}
