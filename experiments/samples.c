/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/samples.h"

#include "core/config/named.h"
#include "core/ops/input.h"
#include "core/store/hdf.h"
#include "data/csv-reader.h"
#include "data/file.h"
#include "data/idx.h"
#include "data/images.h"
#include "data/picture-file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void faltung_samples_free(FaltungSamples *samples) {
    g_free(samples->values);
    g_free(samples);
}

/* An array of any rank as samples: its first dimension counts them, the others are one sample;
   an array that is just one sample is taken as such. @values: (transfer full). */
static FaltungSamples *make_samples(const char *path, int rank, const size_t *dims, float *values,
                                    const FaltungShape *shape, GError **error) {
    g_autofree float *owned = values;
    size_t all = 1, size = faltung_shape_size(shape);
    for (int i = 0; i < rank; i++)
        all *= dims[i];
    size_t n = rank && dims[0] && all / dims[0] == size ? dims[0] : all == size ? 1 : 0;
    if (n == 0) {
        g_autofree char *expected = faltung_shape_format(shape);
        GString *got = g_string_new(NULL);
        for (int i = 0; i < rank; i++)
            g_string_append_printf(got, "%s%zu", i ? " x " : "", dims[i]);
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "%s: the network takes samples of %s, so N x %s was expected, and the array "
                     "is %s",
                     path, expected, expected, got->len ? got->str : "a single number");
        g_string_free(got, TRUE);
        return NULL;
    }
    FaltungSamples *samples = g_new0(FaltungSamples, 1);
    samples->n = n;
    samples->values = g_steal_pointer(&owned);
    return samples;
}

static FaltungSamples *read_idx(const char *path, const char *bytes, gsize length,
                                const FaltungShape *shape, GError **error) {
    g_autoptr(FaltungIdx) idx = faltung_idx_parse(path, bytes, length, error);
    if (!idx)
        return NULL;
    float *values = g_new(float, idx->n);
    size_t dims[FALTUNG_IDX_MAX_RANK];
    for (int i = 0; i < idx->rank; i++)
        dims[i] = idx->dims[i];
    for (size_t i = 0; i < idx->n; i++)
        values[i] = idx->bytes ? idx->bytes[i] : idx->floats[i];
    return make_samples(path, idx->rank, dims, values, shape, error);
}

/* -- HDF5 ----------------------------------------------------------------------------------- */

/* The data set that is meant: the one asked for, /input, or the only one. */
static char *choose_dataset(FaltungHdf file, const char *path, const char *wanted, GError **error) {
    if (wanted)
        return g_strdup(wanted);
    if (faltung_hdf_exists(file, "/input"))
        return g_strdup("/input");
    g_auto(GStrv) names = faltung_hdf_children(file, "/");
    if (g_strv_length(names) == 1)
        return g_strconcat("/", names[0], NULL);
    g_autofree char *list = g_strjoinv(", ", names);
    faltung_fail(error, FALTUNG_ERROR_INPUT,
                 "%s has no data set /input; say which to take with --dataset; there are: %s", path,
                 list);
    return NULL;
}

static FaltungSamples *read_hdf(const char *path, const char *wanted, const FaltungShape *shape,
                                GError **error) {
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_hdf_open(path, FALSE, error);
    if (file < 0)
        return NULL;
    g_autofree char *dataset = choose_dataset(file, path, wanted, error);
    if (!dataset)
        return NULL;
    FaltungHdfShape found;
    float *values = faltung_hdf_read(file, dataset, H5T_NATIVE_FLOAT, &found, error);
    if (!values) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    size_t dims[FALTUNG_HDF_MAX_RANK];
    for (int i = 0; i < found.rank; i++)
        dims[i] = found.dims[i];
    return make_samples(path, found.rank, dims, values, shape, error);
}

/* -- .npy ----------------------------------------------------------------------------------- */

static const char npy_magic[] = "\x93NUMPY";

/* The types that one finds in practice, little-endian. */
static gboolean npy_value(const char *type, const void *bytes, gsize i, float *value) {
#define READ(name, ctype)                                                                          \
    if (strcmp(type, name) == 0) {                                                                 \
        ctype element;                                                                             \
        memcpy(&element, (const char *)bytes + i * sizeof element, sizeof element);                \
        *value = (float)element;                                                                   \
        return TRUE;                                                                               \
    }
    READ("<f4", float)
    READ("<f8", double)
    READ("|u1", guint8)
    READ("|i1", gint8)
    READ("<i2", gint16)
    READ("<u2", guint16)
    READ("<i4", gint32)
    READ("<u4", guint32)
    READ("<i8", gint64)
    READ("<u8", guint64)
    READ("|b1", guint8)
#undef READ
    return FALSE;
}

static FaltungSamples *npy_error(GError **error, const char *path, const char *problem) {
    faltung_fail(error, FALTUNG_ERROR_DATA,
                 "%s: %s; save it anew with numpy.save(FILE, numpy.ascontiguousarray(x))", path,
                 problem);
    return NULL;
}

/* The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
static FaltungSamples *read_npy(const char *path, const char *bytes, gsize length,
                                const FaltungShape *shape, GError **error) {
    if (length < 12)
        return npy_error(error, path, "the file ends within its header");
    const guint8 *head = (const guint8 *)bytes;
    gsize at = head[6] == 1 ? 10 : 12;
    gsize header_length = head[8] | head[9] << 8;
    if (at == 12)
        header_length |= (gsize)head[10] << 16 | (gsize)head[11] << 24;
    if (header_length > length - at)
        return npy_error(error, path, "the file ends within its header");
    g_autofree char *header = g_strndup(bytes + at, header_length);
    const char *values = bytes + at + header_length;
    const char *type_at = strstr(header, "'descr': '"), *shape_at = strstr(header, "'shape': (");
    if (!type_at || !shape_at)
        return npy_error(error, path, "the header has no simple type or no shape");
    if (strstr(header, "'fortran_order': True"))
        return npy_error(error, path, "the array lies in Fortran's order");
    type_at += strlen("'descr': '");
    g_autofree char *type = g_strndup(type_at, strcspn(type_at, "'"));
    size_t dims[FALTUNG_MAX_RANK + 1], n = 1;
    int rank = 0;
    const char *digit = shape_at + strlen("'shape': (");
    while (g_ascii_isdigit(*digit) && rank < (int)G_N_ELEMENTS(dims)) {
        char *end;
        dims[rank] = g_ascii_strtoull(digit, &end, 10);
        if (dims[rank] && n > G_MAXSIZE / 8 / dims[rank])
            return npy_error(error, path, "the array is too large");
        n *= dims[rank++];
        digit = end + strspn(end, ", ");
    }
    float unused;
    gsize value_size = strlen(type) == 3 && g_ascii_isdigit(type[2]) ? type[2] - '0' : 0;
    static const char zeros[8];
    if (!npy_value(type, zeros, 0, &unused)) {
        g_autofree char *problem = g_strdup_printf("values of the type %s cannot be read", type);
        return npy_error(error, path, problem);
    }
    if ((gsize)(bytes + length - values) < n * value_size)
        return npy_error(error, path, "the file ends before its last value");
    float *floats = g_new(float, MAX(n, 1));
    for (size_t i = 0; i < n; i++)
        npy_value(type, values, i, &floats[i]);
    return make_samples(path, rank, dims, floats, shape, error);
}

/* -- tables --------------------------------------------------------------------------------- */

/* Which cell of a record is the j-th value of a sample. @named: (out): whether all of them are
   known by name. Returns: whether the record, the first, is one of names. */
static gboolean find_columns(const GArray *cells, const char *const *features, size_t size,
                             size_t *columns, gboolean *named) {
    gboolean words = FALSE;
    *named = FALSE;
    for (guint i = 0; i < cells->len; i++) {
        double value;
        words |= !faltung_csv_cell_number(&g_array_index(cells, FaltungCsvCell, i), &value);
    }
    for (size_t j = 0; j < size; j++)
        columns[j] = j;
    if (!words || !features)
        return words;
    size_t n_found = 0;
    g_autofree size_t *found = g_new(size_t, size);
    for (size_t j = 0; j < size && features[j]; j++) {
        for (guint i = 0; i < cells->len; i++) {
            g_autofree char *text = faltung_csv_cell_text(&g_array_index(cells, FaltungCsvCell, i));
            if (strcmp(text, features[j]) == 0) {
                found[n_found++] = i;
                break;
            }
        }
    }
    *named = n_found == size;
    if (*named)
        memcpy(columns, found, size * sizeof *found);
    return TRUE;
}

static gboolean append_record(const FaltungCsvReader *reader, const size_t *columns, size_t size,
                              gboolean named, GArray *values, GError **error) {
    size_t last = 0;
    for (size_t j = 0; j < size; j++)
        last = MAX(last, columns[j]);
    const GArray *cells = reader->cells;
    if (cells->len <= last || (!named && cells->len != size)) {
        g_autofree char *where =
            faltung_csv_cell_where(reader, &g_array_index(cells, FaltungCsvCell, 0));
        return faltung_fail(
            error, FALTUNG_ERROR_DATA,
            "%s: the row has %u cells, and a sample has %zu values; leave out other "
            "columns, or name the columns in the first row as in training",
            where, cells->len, size);
    }
    for (size_t j = 0; j < size; j++) {
        const FaltungCsvCell *cell = &g_array_index(cells, FaltungCsvCell, columns[j]);
        double number;
        if (!faltung_csv_cell_number(cell, &number)) {
            g_autofree char *where = faltung_csv_cell_where(reader, cell);
            g_autofree char *text = faltung_csv_cell_text(cell);
            return faltung_fail(error, FALTUNG_ERROR_DATA,
                                "%s: a number was expected, and `%s` stands there", where, text);
        }
        float value = number;
        g_array_append_val(values, value);
    }
    return TRUE;
}

static FaltungSamples *read_table(const char *path, const char *text, gsize length,
                                  const FaltungShape *shape, const char *const *features,
                                  GError **error) {
    g_auto(FaltungCsvReader) reader = {0};
    if (!faltung_csv_reader_init(&reader, path, text, length, error))
        return NULL;
    size_t size = faltung_shape_size(shape), n = 0;
    g_autofree size_t *columns = g_new(size_t, size);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(float));
    gboolean first = TRUE, named = FALSE;
    FaltungCsvStatus status;
    while ((status = faltung_csv_reader_next(&reader, error)) == FALTUNG_CSV_RECORD) {
        gboolean header = first && find_columns(reader.cells, features, size, columns, &named);
        first = FALSE;
        if (header)
            continue;
        if (!append_record(&reader, columns, size, named, values, error))
            return NULL;
        n++;
    }
    if (status == FALTUNG_CSV_BROKEN)
        return NULL;
    if (n == 0) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s: the table has no rows", path);
        return NULL;
    }
    FaltungSamples *samples = g_new0(FaltungSamples, 1);
    samples->n = n;
    samples->values = g_memdup2(values->data, values->len * sizeof(float));
    return samples;
}

/* -- pictures ------------------------------------------------------------------------------- */

/* Each brought to the size that the network takes. */
static FaltungSamples *read_pictures(const char *path, GPtrArray *files, const FaltungShape *shape,
                                     GError **error) {
    if (shape->rank != 3 || (shape->dims[0] != 1 && shape->dims[0] != 3)) {
        g_autofree char *takes = faltung_shape_format(shape);
        faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s: a picture has 1 or 3 channels, height and width, but the network takes %s", path,
            takes);
        return NULL;
    }
    size_t size = faltung_shape_size(shape);
    g_autofree guint8 *bytes = g_new(guint8, size);
    g_autoptr(FaltungSamples) samples = g_new0(FaltungSamples, 1);
    samples->n = files->len;
    samples->values = g_new(float, MAX(files->len, 1) * size);
    for (guint i = 0; i < files->len; i++) {
        g_auto(FaltungPixels) pixels = {0};
        if (!faltung_picture_read(files->pdata[i], &shape->dims[1], &pixels, error))
            return NULL;
        faltung_pixels_split(&pixels, shape->dims[0], bytes);
        for (size_t k = 0; k < size; k++)
            samples->values[i * size + k] = bytes[k];
    }
    return g_steal_pointer(&samples);
}

static FaltungSamples *read_folder(const char *path, const FaltungShape *shape, GError **error) {
    g_autoptr(GPtrArray) files = faltung_images_list(path);
    if (files->len > 0)
        return read_pictures(path, files, shape, error);
    faltung_fail(error, FALTUNG_ERROR_DATA,
                 "%s: there are no pictures in this folder; expected .png or .jpg files", path);
    return NULL;
}

static FaltungSamples *read_picture(const char *path, const FaltungShape *shape, GError **error) {
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    g_ptr_array_add(one, (char *)path);
    return read_pictures(path, one, shape, error);
}

/* -- any file ------------------------------------------------------------------------------- */

static const char hdf_magic[] = "\x89HDF\r\n\x1a\n";

static FaltungSamples *read_file(const char *path, const char *dataset, const FaltungShape *shape,
                                 const char *const *features, GError **error) {
    gsize length;
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return read_folder(path, shape, error);
    g_autofree char *bytes = faltung_file_read(path, &length, error);
    if (!bytes)
        return NULL;
    if (faltung_picture_is(bytes, length))
        return read_picture(path, shape, error);
    if (length >= 8 && memcmp(bytes, hdf_magic, 8) == 0)
        return read_hdf(path, dataset, shape, error);
    if (length >= 6 && memcmp(bytes, npy_magic, 6) == 0)
        return read_npy(path, bytes, length, shape, error);
    if (length >= 4 && bytes[0] == 0 && bytes[1] == 0)
        return read_idx(path, bytes, length, shape, error);
    return read_table(path, bytes, length, shape, features, error);
}

/* -- several inputs ------------------------------------------------------------------------- */

static gboolean is_hdf(const char *path) {
    char begin[8] = "";
    FILE *file = fopen(path, "rb");
    gboolean is = file && fread(begin, 1, sizeof begin, file) == sizeof begin &&
                  memcmp(begin, hdf_magic, sizeof begin) == 0;
    if (file)
        fclose(file);
    return is;
}

/* What the input called @name is in: the one of that name, or the only one. */
static const char *find_named(const GArray *all, const char *name) {
    for (guint i = 0; i < all->len; i++) {
        const FaltungNamed *one = faltung_named_at(all, i);
        if (!one->name || g_str_equal(one->name, name))
            return one->text;
    }
    return NULL;
}

/* Adds the values of one input to the samples, from @begin on. @samples: (inout): %NULL before the
   first input */
static gboolean add_input(FaltungSamples **samples, const FaltungGraph *graph, int input,
                          const FaltungSamples *own, const char *path, GError **error) {
    const FaltungLayer *layer = faltung_graph_layer(graph, input);
    const FaltungInputPart *part = layer->options;
    size_t sample = faltung_shape_size(&graph->input), size = faltung_shape_size(&part->shape);
    if (!*samples) {
        *samples = g_new0(FaltungSamples, 1);
        (*samples)->n = own->n;
        (*samples)->values = g_new0(float, own->n *sample);
    }
    if ((*samples)->n != own->n)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "%s: %zu samples for the input '%s', but %zu for '%s'; both must have as many", path,
            own->n, layer->name, (*samples)->n, faltung_graph_layer(graph, 0)->name);
    for (size_t n = 0; n < own->n; n++)
        memcpy((*samples)->values + n * sample + part->begin, own->values + n * size,
               size * sizeof(float));
    return TRUE;
}

FaltungSamples *faltung_samples_read(const char *path, const char *dataset,
                                     const FaltungGraph *graph, const char *const *features,
                                     GError **error) {
    g_autoptr(GArray) files = faltung_named_read(path), arrays = faltung_named_read(dataset);
    int n_inputs = faltung_graph_n_inputs(graph);
    gboolean apart =
        n_inputs > 0 && files->len > 0 && (faltung_named_at(files, 0)->name || is_hdf(path));
    if (!apart) /* the values of all inputs in a row */
        return read_file(path, dataset, &graph->input, features, error);
    g_autoptr(FaltungSamples) samples = NULL;
    for (int i = 0; i < n_inputs; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        const char *file = find_named(files, layer->name), *array = find_named(arrays, layer->name);
        if (!file) {
            faltung_fail(error, FALTUNG_ERROR_INPUT,
                         "%s: there is no file for the input '%s'; add `%s: FILE`", path,
                         layer->name, layer->name);
            return NULL;
        }
        g_autoptr(FaltungSamples) own =
            read_file(file, array ? array : layer->name, &layer->output_shape, NULL, error);
        if (!own || !add_input(&samples, graph, i, own, file, error))
            return NULL;
    }
    return g_steal_pointer(&samples);
}
