/* SPDX-License-Identifier: Apache-2.0 */
#include "data/npy.h"

#include "core/config/named.h"
#include "data/hdf5-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>

/*
 * The values of a .npy lie behind a header as they are, and HDF5 can have the values of an array in
 * another file. So the header becomes an HDF5 file in memory, and the reader of those does the
 * rest.
 */

enum { MAX_HEADER = 1 << 16 };

typedef struct {
    hid_t type; /* not to be closed: one of HDF5's own */
    int rank;
    hsize_t dims[FALTUNG_MAX_RANK];
    guint64 offset, size; /* bytes */
} Header;

G_GNUC_PRINTF(3, 4)
static gboolean fail(const char *path, GError **error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = faltung_message(format, arguments);
    va_end(arguments);
    return faltung_fail(error, FALTUNG_ERROR_DATA, "%s: %s", path, message);
}

/* Returns: what stands in the header for @pattern's group; NULL: nothing. */
static char *match(const char *header, const char *pattern) {
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) found = NULL;
    return g_regex_match(regex, header, 0, &found) ? g_match_info_fetch(found, 1) : NULL;
}

/* NumPy's name of a type: `<f4`. HDF5's, or H5I_INVALID_HID. */
static hid_t type_called(const char *descr) {
    const struct {
        const char *descr;
        hid_t little, big;
    } types[] = {
        {"f4", H5T_IEEE_F32LE, H5T_IEEE_F32BE}, {"f8", H5T_IEEE_F64LE, H5T_IEEE_F64BE},
        {"u1", H5T_STD_U8LE, H5T_STD_U8LE},     {"b1", H5T_STD_U8LE, H5T_STD_U8LE},
        {"i1", H5T_STD_I8LE, H5T_STD_I8LE},     {"i2", H5T_STD_I16LE, H5T_STD_I16BE},
        {"u2", H5T_STD_U16LE, H5T_STD_U16BE},   {"i4", H5T_STD_I32LE, H5T_STD_I32BE},
        {"u4", H5T_STD_U32LE, H5T_STD_U32BE},   {"i8", H5T_STD_I64LE, H5T_STD_I64BE},
        {"u8", H5T_STD_U64LE, H5T_STD_U64BE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        if (g_str_equal(descr + 1, types[i].descr))
            return *descr == '>' ? types[i].big : types[i].little;
    }
    return H5I_INVALID_HID;
}

static gboolean parse_shape(const char *path, const char *shape, Header *header, GError **error) {
    g_auto(GStrv) dims = g_strsplit(shape, ",", -1);
    header->size = H5Tget_size(header->type);
    for (char **dim = dims; *dim; dim++) {
        if (*g_strstrip(*dim) == '\0')
            continue; /* behind the last comma */
        guint64 n = g_ascii_strtoull(*dim, NULL, 10);
        if (header->rank == FALTUNG_MAX_RANK)
            return fail(path, error, "it has more than %d dimensions", FALTUNG_MAX_RANK);
        if (n < 1 || n > G_MAXINT32 || header->size > G_MAXINT64 / n)
            return fail(path, error, "the shape (%s) is too large or empty", shape);
        header->dims[header->rank++] = n;
        header->size *= n;
    }
    return TRUE;
}

static gboolean parse_header(const char *path, const char *text, Header *header, GError **error) {
    g_autofree char *descr = match(text, "'descr'\\s*:\\s*'([<>|=][a-z][0-9]+)'");
    g_autofree char *order = match(text, "'fortran_order'\\s*:\\s*(True|False)");
    g_autofree char *shape = match(text, "'shape'\\s*:\\s*\\(([0-9, ]*)\\)");
    if (!order || !shape)
        return fail(path, error, "its header is damaged; expected fortran_order and shape");
    header->type = descr ? type_called(descr) : H5I_INVALID_HID;
    if (header->type < 0)
        return fail(path, error,
                    "its values are %s; expected integers, float32 or float64; save it with "
                    ".astype('float32')",
                    descr ? descr : _("no plain numbers"));
    if (!parse_shape(path, shape, header, error))
        return FALSE;
    if (header->rank > 1 && g_str_equal(order, "True"))
        return fail(path, error,
                    "it lies column by column (fortran_order); save it with "
                    "numpy.ascontiguousarray()");
    return TRUE;
}

static gboolean read_header(const char *path, Header *header, GError **error) {
    guint8 begin[12];
    char text[MAX_HEADER + 1] = "";
    FILE *file = g_fopen(path, "rb");
    *header = (Header){.type = H5I_INVALID_HID};
    if (!file)
        return fail(path, error, "cannot be read: %s", g_strerror(errno));
    gboolean is = fread(begin, 1, 10, file) == 10 && memcmp(begin, "\x93NUMPY", 6) == 0;
    gsize length = is ? begin[8] | (gsize)begin[9] << 8 : 0;
    header->offset = 10;
    if (is && begin[6] > 1) { /* format 2 and later: four bytes of length */
        is = fread(begin + 10, 1, 2, file) == 2;
        length |= (gsize)begin[10] << 16 | (gsize)begin[11] << 24;
        header->offset = 12;
    }
    is = is && length <= MAX_HEADER && fread(text, 1, length, file) == length;
    GStatBuf facts;
    gboolean known = g_stat(path, &facts) == 0;
    fclose(file);
    header->offset += length;
    if (!is)
        return fail(path, error, "it is no array of NumPy; expected what numpy.save() writes");
    if (!parse_header(path, text, header, error))
        return FALSE;
    if (!known || (guint64)facts.st_size < header->offset + header->size)
        return fail(path, error,
                    "it is cut off: %" PRIu64 " bytes, but its shape needs "
                    "%" PRIu64,
                    known ? (guint64)facts.st_size : 0, header->offset + header->size);
    return TRUE;
}

/* Makes the file's values the array @name of @file. */
static gboolean add_array(FaltungHdf file, const char *name, const char *path, GError **error) {
    Header header;
    if (!read_header(path, &header, error))
        return FALSE;
    g_autofree char *whole = g_canonicalize_filename(path, NULL);
    g_auto(FaltungHdf) list = H5Pcreate(H5P_DATASET_CREATE);
    g_auto(FaltungHdf) space =
        header.rank > 0 ? H5Screate_simple(header.rank, header.dims, NULL) : H5Screate(H5S_SCALAR);
    g_auto(FaltungHdf) array = H5I_INVALID_HID;
    if (H5Pset_external(list, whole, (off_t)header.offset, header.size) >= 0)
        array = H5Dcreate2(file, name, header.type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    return array >= 0 || faltung_hdf_fail(error, FALTUNG_ERROR_DATA, "%s: cannot be read", path);
}

/* Makes the files that @paths names (core/config/named.h) arrays called @stem and so on. Returns:
   (nullable): what names these in the same way. */
static char *add_arrays(FaltungHdf file, const char *stem, const char *paths, GError **error) {
    g_autoptr(GArray) from = faltung_named_read(paths), to = faltung_named_read(NULL);
    for (guint i = 0; i < from->len; i++) {
        const FaltungNamed *one = faltung_named_at(from, i);
        g_autofree char *name = i > 0 ? g_strdup_printf("%s-%u", stem, i + 1) : g_strdup(stem);
        if (!add_array(file, name, one->text, error))
            return NULL;
        faltung_named_add(to, one->name, name);
    }
    return faltung_named_write(to);
}

FaltungDataset *faltung_npy_load(const char *paths, const FaltungNpyOptions *options,
                                 GError **error) {
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, 1 << 16, FALSE); /* in memory */
    g_auto(FaltungHdf) file = H5Fcreate("npy", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (file < 0) {
        faltung_hdf_fail(error, FALTUNG_ERROR_WORK, "%s: cannot be read", paths);
        return NULL;
    }
    g_autofree char *input = add_arrays(file, "/input", paths, error);
    g_autofree char *target = input ? add_arrays(file, "/target", options->target, error) : NULL;
    if (!target || (options->weights && !add_array(file, "/weights", options->weights, error)))
        return NULL;
    FaltungHdf5Options hdf5 = {.name = options->name,
                               .input = input,
                               .target = target,
                               .weights = options->weights ? "/weights" : NULL,
                               .task = options->task};
    return faltung_hdf5_read(file, paths, &hdf5, error);
}
