/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/hdf.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static gboolean fail(GError **error, const char *path) {
    return faltung_hdf_fail(error, FALTUNG_ERROR_WORK, "cannot write %s", path);
}

static hid_t make_groups(void) {
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(list, 1);
    H5Pset_char_encoding(list, H5T_CSET_UTF8);
    return list;
}

/* Texts have a fixed length: Octave reads no other, and of texts of variable length HDF5 crashes
   where the file is damaged. */
static hid_t fixed_text(size_t length) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, MAX(length, 1));
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* Writes and closes: small writes reach the system when their data set is closed, and what fails
   then is told by nobody but H5Dclose. */
static gboolean put(FaltungHdf *data, hid_t type, hid_t memory, hid_t space, const void *values) {
    herr_t written = H5Dwrite(*data, type, memory, space, H5P_DEFAULT, values);
    herr_t closed = written < 0 ? -1 : H5Dclose(*data);
    if (written >= 0)
        *data = H5I_INVALID_HID;
    return closed >= 0;
}

static gboolean replace(FaltungHdf file, const char *path, hid_t type, hid_t space,
                        const void *values, GError **error) {
    g_auto(FaltungHdf) groups = make_groups();
    if (faltung_hdf_exists(file, path) && H5Ldelete(file, path, H5P_DEFAULT) < 0)
        return fail(error, path);
    g_auto(FaltungHdf) data = H5Dcreate2(file, path, type, space, groups, H5P_DEFAULT, H5P_DEFAULT);
    if (data < 0 || !put(&data, type, H5S_ALL, H5S_ALL, values))
        return fail(error, path);
    return TRUE;
}

gboolean faltung_hdf_write_text(FaltungHdf file, const char *path, const char *text,
                                GError **error) {
    g_auto(FaltungHdf) type = fixed_text(strlen(text));
    g_auto(FaltungHdf) space = H5Screate(H5S_SCALAR);
    return replace(file, path, type, space, text, error);
}

gboolean faltung_hdf_write_texts(FaltungHdf file, const char *path, const char *const *texts,
                                 GError **error) {
    hsize_t n = g_strv_length((char **)texts);
    size_t length = 1;
    for (hsize_t i = 0; i < n; i++)
        length = MAX(length, strlen(texts[i]));
    g_autofree char *values = g_malloc0(n * length + 1);
    for (hsize_t i = 0; i < n; i++)
        memcpy(values + i * length, texts[i], strlen(texts[i]));
    g_auto(FaltungHdf) type = fixed_text(length);
    g_auto(FaltungHdf) space = H5Screate_simple(1, &n, NULL);
    return replace(file, path, type, space, values, error);
}

/* The attribute, made anew where its type may differ. */
static gboolean set_attribute(FaltungHdf file, const char *path, const char *name, hid_t type,
                              const void *value, GError **error) {
    g_auto(FaltungHdf) object = H5Oopen(file, path, H5P_DEFAULT);
    g_auto(FaltungHdf) space = H5Screate(H5S_SCALAR);
    if (object < 0 || (H5Aexists(object, name) > 0 && H5Adelete(object, name) < 0))
        return fail(error, path);
    g_auto(FaltungHdf) attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, type, value) < 0)
        return fail(error, path);
    return TRUE;
}

gboolean faltung_hdf_set_text(FaltungHdf file, const char *path, const char *name, const char *text,
                              GError **error) {
    g_auto(FaltungHdf) type = fixed_text(strlen(text));
    return set_attribute(file, path, name, type, text, error);
}

gboolean faltung_hdf_set_integer(FaltungHdf file, const char *path, const char *name, gint64 value,
                                 GError **error) {
    return set_attribute(file, path, name, H5T_NATIVE_INT64, &value, error);
}

gboolean faltung_hdf_write(FaltungHdf file, const char *path, hid_t type,
                           const FaltungHdfShape *shape, const void *values, GError **error) {
    if (faltung_hdf_exists(file, path)) {
        /* in place where the shape is the same: a deleted array's room would be lost */
        g_auto(FaltungHdf) data = H5Dopen2(file, path, H5P_DEFAULT);
        g_auto(FaltungHdf) space = data < 0 ? H5I_INVALID_HID : H5Dget_space(data);
        hsize_t dims[H5S_MAX_RANK];
        if (space >= 0 && H5Sget_simple_extent_ndims(space) == shape->rank &&
            H5Sget_simple_extent_dims(space, dims, NULL) == shape->rank &&
            memcmp(dims, shape->dims, shape->rank * sizeof *dims) == 0) {
            return put(&data, type, H5S_ALL, H5S_ALL, values) || fail(error, path);
        }
    }
    g_auto(FaltungHdf) space = H5Screate_simple(shape->rank, shape->dims, NULL);
    return replace(file, path, type, space, values, error);
}

static hid_t create_growing(FaltungHdf file, const char *path, hid_t type,
                            const FaltungHdfShape *row, FaltungHdfGrowth growth) {
    hsize_t dims[FALTUNG_HDF_MAX_RANK + 1] = {0},
                                        limits[FALTUNG_HDF_MAX_RANK + 1] = {H5S_UNLIMITED},
                                        chunk[FALTUNG_HDF_MAX_RANK + 1] = {growth.chunk};
    for (int i = 0; i < row->rank; i++)
        dims[i + 1] = limits[i + 1] = chunk[i + 1] = row->dims[i];
    g_auto(FaltungHdf) space = H5Screate_simple(row->rank + 1, dims, limits);
    g_auto(FaltungHdf) list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(list, row->rank + 1, chunk);
    if (H5Tget_class(type) == H5T_FLOAT) {
        double missing = NAN;
        H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &missing);
    }
    if (growth.compress && H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
        H5Pset_shuffle(list);
        H5Pset_deflate(list, 1);
    }
    g_auto(FaltungHdf) groups = make_groups();
    return H5Dcreate2(file, path, type, space, groups, list, H5P_DEFAULT);
}

gboolean faltung_hdf_write_rows(FaltungHdf file, const char *path, hid_t type,
                                const FaltungHdfShape *row, FaltungHdfGrowth growth, hsize_t first,
                                hsize_t n, const void *values, GError **error) {
    if (n == 0)
        return TRUE;
    g_auto(FaltungHdf) data = faltung_hdf_exists(file, path)
                                  ? H5Dopen2(file, path, H5P_DEFAULT)
                                  : create_growing(file, path, type, row, growth);
    if (data < 0)
        return fail(error, path);
    hsize_t dims[H5S_MAX_RANK] = {0}, start[FALTUNG_HDF_MAX_RANK + 1] = {first},
            count[FALTUNG_HDF_MAX_RANK + 1] = {n};
    for (int i = 0; i < row->rank; i++)
        count[i + 1] = row->dims[i];
    {
        g_auto(FaltungHdf) space = H5Dget_space(data);
        if (space < 0 || H5Sget_simple_extent_ndims(space) != row->rank + 1)
            return fail(error, path);
        H5Sget_simple_extent_dims(space, dims, NULL);
    }
    if (memcmp(dims + 1, row->dims, row->rank * sizeof *dims) != 0)
        return faltung_fail(error, FALTUNG_ERROR_WORK,
                            "cannot write %s: its rows in the file have another shape", path);
    if (dims[0] < first + n) {
        dims[0] = first + n;
        if (H5Dset_extent(data, dims) < 0)
            return fail(error, path);
    }
    g_auto(FaltungHdf) space = H5Dget_space(data);
    g_auto(FaltungHdf) memory = H5Screate_simple(row->rank + 1, count, NULL);
    if (space < 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        !put(&data, type, memory, space, values))
        return fail(error, path);
    return TRUE;
}

gboolean faltung_hdf_truncate(FaltungHdf file, const char *path, hsize_t n, GError **error) {
    g_auto(FaltungHdf) data = H5Dopen2(file, path, H5P_DEFAULT);
    g_auto(FaltungHdf) space = data < 0 ? H5I_INVALID_HID : H5Dget_space(data);
    hsize_t dims[H5S_MAX_RANK];
    if (space < 0 || H5Sget_simple_extent_dims(space, dims, NULL) < 1)
        return fail(error, path);
    if (dims[0] <= n)
        return TRUE;
    dims[0] = n;
    herr_t done = H5Dset_extent(data, dims) < 0 ? -1 : H5Dclose(data);
    if (done >= 0)
        data = H5I_INVALID_HID;
    return done >= 0 || fail(error, path);
}

gboolean faltung_hdf_write_file(const char *path,
                                gboolean (*fill)(FaltungHdf file, gpointer data, GError **error),
                                gpointer data, GError **error) {
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    gboolean good = FALSE;
    {
        FALTUNG_HDF_SECTION;
        g_auto(FaltungHdf) file = faltung_hdf_create(part, error);
        good = file >= 0 && fill(file, data, error);
        if (good && H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
            good = faltung_hdf_fail(error, FALTUNG_ERROR_WORK, "%s cannot be written", path);
    }
    if (good && g_rename(part, path) != 0) {
        faltung_fail(error, FALTUNG_ERROR_WORK, "%s cannot be written: %s", path,
                     g_strerror(errno));
        good = FALSE;
    }
    if (!good)
        g_unlink(part);
    return good;
}
