/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/hdf.h"

#include <string.h>

static void *fail(GError **error, const char *path) {
    faltung_hdf_fail(error, FALTUNG_ERROR_DATA, "cannot read %s", path);
    return NULL;
}

static hid_t open_data(FaltungHdf file, const char *path, GError **error) {
    if (!faltung_hdf_exists(file, path)) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "there is no %s in it", path);
        return H5I_INVALID_HID;
    }
    hid_t data = H5Dopen2(file, path, H5P_DEFAULT);
    if (data < 0)
        fail(error, path);
    return data;
}

/* The texts of a data set or an attribute, scalar or a list. Those of variable length are not read:
   in a damaged file they crash HDF5, and a run file has none. */
static char **take_texts(hid_t object, gboolean attribute) {
    g_auto(FaltungHdf) type = attribute ? H5Aget_type(object) : H5Dget_type(object);
    g_auto(FaltungHdf) space = attribute ? H5Aget_space(object) : H5Dget_space(object);
    gssize n = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    size_t size = type < 0 ? 0 : H5Tget_size(type);
    if (n < 0 || n > 1 << 24 || size == 0 || H5Tget_class(type) != H5T_STRING ||
        H5Tis_variable_str(type) != 0)
        return NULL;
    if (size > (1u << 30) / (size_t)(n + 1))
        return NULL;
    g_autofree char *values = g_malloc0(n * size + 1);
    if (n > 0 && (attribute ? H5Aread(object, type, values)
                            : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values)) < 0)
        return NULL;
    char **texts = g_new0(char *, n + 1);
    for (gssize i = 0; i < n; i++) {
        g_autofree char *text = g_strndup(values + i * size, size);
        texts[i] = g_utf8_make_valid(text, -1);
    }
    return texts;
}

char **faltung_hdf_read_texts(FaltungHdf file, const char *path, GError **error) {
    g_auto(FaltungHdf) data = open_data(file, path, error);
    if (data < 0)
        return NULL;
    char **texts = take_texts(data, FALSE);
    if (!texts)
        fail(error, path);
    return texts;
}

char *faltung_hdf_read_text(FaltungHdf file, const char *path, GError **error) {
    g_auto(GStrv) texts = faltung_hdf_read_texts(file, path, error);
    if (!texts)
        return NULL;
    return g_strdup(texts[0] ? texts[0] : "");
}

char *faltung_hdf_attribute(FaltungHdf file, const char *path, const char *name) {
    if (H5Aexists_by_name(file, path, name, H5P_DEFAULT) <= 0)
        return NULL;
    g_auto(FaltungHdf) attribute = H5Aopen_by_name(file, path, name, H5P_DEFAULT, H5P_DEFAULT);
    g_auto(FaltungHdf) type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    g_auto(FaltungHdf) space = attribute < 0 ? H5I_INVALID_HID : H5Aget_space(attribute);
    if (type < 0 || space < 0 || H5Sget_simple_extent_npoints(space) != 1)
        return NULL;
    switch (H5Tget_class(type)) {
    case H5T_STRING: {
        g_auto(GStrv) texts = take_texts(attribute, TRUE);
        return texts ? g_strdup(texts[0]) : NULL;
    }
    case H5T_INTEGER: {
        gint64 value;
        return H5Aread(attribute, H5T_NATIVE_INT64, &value) < 0
                   ? NULL
                   : g_strdup_printf("%" G_GINT64_FORMAT, value);
    }
    case H5T_FLOAT: {
        double value;
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        return H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) < 0
                   ? NULL
                   : g_strdup(g_ascii_dtostr(text, sizeof text, value));
    }
    default:
        return NULL;
    }
}

static herr_t take_name(hid_t object, const char *name, const H5A_info_t *info, void *names) {
    g_ptr_array_add(names, g_strdup(name));
    return 0;
}

char **faltung_hdf_attribute_names(FaltungHdf file, const char *path) {
    GPtrArray *names = g_ptr_array_new();
    g_auto(FaltungHdf) object = H5Oopen(file, path, H5P_DEFAULT);
    if (object >= 0)
        H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, take_name, names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static gboolean shape_of(hid_t space, const char *path, FaltungHdfShape *shape, GError **error) {
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > FALTUNG_HDF_MAX_RANK)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "cannot read %s: its number of dimensions is not one of a run file's",
                            path);
    shape->rank = rank;
    H5Sget_simple_extent_dims(space, shape->dims, NULL);
    return TRUE;
}

gboolean faltung_hdf_shape(FaltungHdf file, const char *path, FaltungHdfShape *shape,
                           GError **error) {
    g_auto(FaltungHdf) data = open_data(file, path, error);
    if (data < 0)
        return FALSE;
    g_auto(FaltungHdf) space = H5Dget_space(data);
    return shape_of(space, path, shape, error);
}

void *faltung_hdf_read_at(FaltungHdf file, const char *path, hid_t type, int n, const hsize_t *at,
                          FaltungHdfShape *shape, GError **error) {
    g_auto(FaltungHdf) data = open_data(file, path, error);
    if (data < 0)
        return NULL;
    g_auto(FaltungHdf) space = H5Dget_space(data);
    FaltungHdfShape whole;
    if (!shape_of(space, path, &whole, error))
        return NULL;
    hsize_t start[FALTUNG_HDF_MAX_RANK] = {0}, count[FALTUNG_HDF_MAX_RANK] = {0};
    size_t size = H5Tget_size(type);
    gboolean fits = whole.rank >= n;
    shape->rank = whole.rank - n;
    for (int i = 0; fits && i < whole.rank; i++) {
        count[i] = whole.dims[i];
        if (i < n) {
            fits = at[i] < whole.dims[i];
            start[i] = at[i];
            count[i] = 1;
        } else {
            shape->dims[i - n] = whole.dims[i];
        }
        fits = fits && !__builtin_mul_overflow(size, count[i], &size);
    }
    if (!fits) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "cannot read %s: the file does not have so many rows", path);
        return NULL;
    }
    g_autofree void *values = g_try_malloc(MAX(size, 1));
    if (!values) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "cannot read %s: it says that it has %zu bytes, more than there is memory",
                     path, size);
        return NULL;
    }
    if (size == 0)
        return g_steal_pointer(&values);
    g_auto(FaltungHdf) memory = H5Screate_simple(whole.rank, count, NULL);
    /* where types are converted HDF5 clears a buffer first, of 1 MB however little is read */
    g_auto(FaltungHdf) transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_buffer(transfer, CLAMP(size, 4096, 1 << 20), NULL, NULL);
    if ((whole.rank > 0 &&
         H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0) ||
        H5Dread(data, type, whole.rank > 0 ? memory : H5S_ALL, space, transfer, values) < 0)
        return fail(error, path);
    return g_steal_pointer(&values);
}

void *faltung_hdf_read(FaltungHdf file, const char *path, hid_t type, FaltungHdfShape *shape,
                       GError **error) {
    return faltung_hdf_read_at(file, path, type, 0, NULL, shape, error);
}
