/* SPDX-License-Identifier: Apache-2.0 */
#include "data/hdf5-file.h"

#include "core/config/named.h"
#include "data/room.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    MAX_CLASSES = 65536,  /* whole numbers beyond this are no class indices */
    PIECE_BYTES = 8 << 20 /* that are read at once */
};

/* An array of the file, open. */
typedef struct {
    const char *file, *path;
    FaltungHdf data;
    gboolean whole; /* the numbers are integers */
    gboolean bytes; /* the samples will be bytes rather than floats */
    hsize_t dims[FALTUNG_MAX_RANK];
    int rank;
    hsize_t row; /* values of one sample */
} Array;

static void array_clear(Array *array) {
    faltung_hdf_close(array->data);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Array, array_clear)

G_GNUC_PRINTF(3, 4)
static gboolean fail(const Array *array, GError **error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = faltung_message(format, arguments);
    va_end(arguments);
    return faltung_fail(error, FALTUNG_ERROR_DATA, "%s: %s: %s", array->file, array->path, message);
}

/* The paths of the file's arrays, at most so many. */
static herr_t add_name(hid_t file, const char *name, const H5L_info_t *info, void *names) {
    H5O_info_t object;
    if (H5Oget_info_by_name(file, name, &object, H5P_DEFAULT) >= 0 &&
        object.type == H5O_TYPE_DATASET && ((GPtrArray *)names)->len < 20)
        g_ptr_array_add(names, g_strdup_printf("/%s", name));
    return 0;
}

static char **list_arrays(FaltungHdf file) {
    GPtrArray *names = g_ptr_array_new();
    H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, add_name, names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

static gboolean fail_missing(const Array *array, FaltungHdf file, GError **error) {
    g_auto(GStrv) names = list_arrays(file);
    const char *const *known = (const char *const *)names;
    g_autofree char *whole = g_strconcat(*array->path == '/' ? "" : "/", array->path, NULL);
    const char *nearest = faltung_nearest(whole, known);
    g_autofree char *all = g_strjoinv(", ", names);
    return faltung_fail(error, FALTUNG_ERROR_DATA, "%s: there is no array %s in it%s%s%s",
                        array->file, array->path,
                        nearest ? _("; did you mean ") : _("; its arrays are "),
                        nearest ? nearest
                        : *all  ? all
                                : _("none"),
                        nearest ? "?" : _("; name one by `input:` or `target:`"));
}

/* @path: in the file */
static gboolean array_open(Array *array, FaltungHdf file, const char *file_path, const char *path,
                           GError **error) {
    *array = (Array){.file = file_path, .path = path, .data = H5I_INVALID_HID};
    if (!faltung_hdf_exists(file, path))
        return fail_missing(array, file, error);
    array->data = H5Dopen2(file, path, H5P_DEFAULT);
    if (array->data < 0)
        return fail(array, error, "it is no array; name the array itself");
    g_auto(FaltungHdf) type = H5Dget_type(array->data);
    g_auto(FaltungHdf) space = H5Dget_space(array->data);
    H5T_class_t class = H5Tget_class(type);
    array->rank = H5Sget_simple_extent_ndims(space);
    if (class != H5T_INTEGER && class != H5T_FLOAT)
        return fail(array, error, "its values are no numbers; expected integers or floats");
    array->whole = class == H5T_INTEGER;
    array->bytes = H5Tequal(type, H5T_STD_U8LE) > 0 || H5Tequal(type, H5T_STD_U8BE) > 0;
    if (array->rank < 1 || array->rank > FALTUNG_MAX_RANK)
        return fail(array, error,
                    "it has %d dimensions; expected 1 to %d, of which the first "
                    "counts the samples",
                    array->rank, FALTUNG_MAX_RANK);
    H5Sget_simple_extent_dims(space, array->dims, NULL);
    array->row = 1;
    for (int i = 0; i < array->rank; i++) {
        if (array->dims[i] < 1 || array->dims[i] > G_MAXINT32)
            return fail(array, error, "dimension %d is %" PRIu64 "; expected 1 to %d", i + 1,
                        (guint64)array->dims[i], G_MAXINT32);
        if (i > 0)
            array->row *= array->dims[i];
        if (array->row > 1 << 28)
            return fail(array, error, "a sample has more than 2^28 values");
    }
    return TRUE;
}

/* Reads @n rows from @first on, as @type in memory: into the columns from @column on of rows of
   @width values. */
static gboolean read_columns(const Array *array, hsize_t first, hsize_t n, hid_t type, void *values,
                             hsize_t column, hsize_t width, GError **error) {
    hsize_t start[FALTUNG_MAX_RANK] = {first}, count[FALTUNG_MAX_RANK] = {n};
    for (int i = 1; i < array->rank; i++)
        count[i] = array->dims[i];
    g_auto(FaltungHdf) there = H5Dget_space(array->data);
    g_auto(FaltungHdf) here = H5Screate_simple(2, (hsize_t[]){n, width}, NULL);
    if (H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
        H5Sselect_hyperslab(here, H5S_SELECT_SET, (hsize_t[]){0, column}, NULL,
                            (hsize_t[]){n, array->row}, NULL) >= 0 &&
        H5Dread(array->data, type, here, there, H5P_DEFAULT, values) >= 0)
        return TRUE;
    return faltung_hdf_fail(error, FALTUNG_ERROR_DATA,
                            "%s: %s: samples from %" PRIu64 " on cannot be read", array->file,
                            array->path, (guint64)first);
}

static gboolean read_rows(const Array *array, hsize_t first, hsize_t n, hid_t type, void *values,
                          GError **error) {
    return read_columns(array, first, n, type, values, 0, array->row, error);
}

/* Rows to read at once: whole chunks, so that none is unpacked twice. */
static hsize_t rows_a_piece(const Array *array, gsize value_size) {
    hsize_t rows = MAX(PIECE_BYTES / (array->row * value_size), 1), chunk[FALTUNG_MAX_RANK];
    g_auto(FaltungHdf) list = H5Dget_create_plist(array->data);
    if (H5Pget_layout(list) == H5D_CHUNKED &&
        H5Pget_chunk(list, FALTUNG_MAX_RANK, chunk) == array->rank)
        rows = MAX(rows / chunk[0], 1) * chunk[0];
    return MIN(rows, array->dims[0]);
}

/* What the samples are made of: one array, or those of several inputs, each of as many rows. */
typedef struct {
    guint n;
    Array *arrays;  /* (n) */
    gboolean bytes; /* all of them are */
    hsize_t row;    /* values of one sample */
} Inputs;

static void inputs_clear(Inputs *inputs) {
    for (guint i = 0; i < inputs->n; i++)
        array_clear(&inputs->arrays[i]);
    g_free(inputs->arrays);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Inputs, inputs_clear)

static gboolean check_finite(const Array *array, hsize_t first, hsize_t n, const float *values,
                             hsize_t width, GError **error) {
    for (hsize_t i = 0; i < n; i++, values += width)
        for (hsize_t k = 0; k < array->row; k++)
            if (!isfinite(values[k]))
                return fail(array, error,
                            "sample %" PRIu64 " has a value that is not a finite float; "
                            "expected numbers below 3.4e38",
                            (guint64)(first + i));
    return TRUE;
}

/* All of an array, into the columns from @column on of the samples. */
static gboolean unpack_array(const Array *array, const Inputs *inputs, hsize_t column, char *values,
                             GError **error) {
    hid_t type = inputs->bytes ? H5T_NATIVE_UINT8 : H5T_NATIVE_FLOAT;
    gsize value_size = H5Tget_size(type);
    hsize_t piece = rows_a_piece(array, value_size);
    for (hsize_t first = 0; first < array->dims[0]; first += piece) {
        hsize_t n = MIN(piece, array->dims[0] - first);
        char *to = values + first * inputs->row * value_size;
        if (!read_columns(array, first, n, type, to, column, inputs->row, error) ||
            (!inputs->bytes &&
             !check_finite(array, first, n, (float *)to + column, inputs->row, error)))
            return FALSE;
    }
    return TRUE;
}

/* All samples, in memory or unpacked into a file. */
static void *unpack(const Inputs *inputs, gsize size, GBytes **block, GError **error) {
    g_autoptr(GBytes) room = NULL;
    char *values = faltung_room_new(size, inputs->arrays[0].file, &room, error);
    hsize_t column = 0;
    for (guint i = 0; values && i < inputs->n; i++) {
        if (!unpack_array(&inputs->arrays[i], inputs, column, values, error))
            return NULL;
        column += inputs->arrays[i].row;
    }
    *block = g_steal_pointer(&room);
    return values;
}

/* Where the samples lie in the file just as they are used; HADDR_UNDEF where they do not. */
static haddr_t find_plain(const Inputs *inputs) {
    const Array *array = &inputs->arrays[0];
    if (inputs->n > 1)
        return HADDR_UNDEF;
    g_auto(FaltungHdf) list = H5Dget_create_plist(array->data);
    g_auto(FaltungHdf) type = H5Dget_type(array->data);
    gboolean same = array->bytes || H5Tequal(type, H5T_NATIVE_FLOAT) > 0;
    if (!same || H5Pget_layout(list) != H5D_CONTIGUOUS || H5Pget_external_count(list) != 0)
        return HADDR_UNDEF;
    haddr_t offset = H5Dget_offset(array->data);
    return array->bytes || offset % sizeof(float) == 0 ? offset : HADDR_UNDEF;
}

static gboolean take_samples(const Inputs *inputs, FaltungDatasetBlock *values, GError **error) {
    const Array *array = &inputs->arrays[0];
    gsize size = array->dims[0] * inputs->row * (inputs->bytes ? 1 : sizeof(float));
    haddr_t place = size > faltung_room_limit() ? find_plain(inputs) : HADDR_UNDEF;
    const void *start;
    if (place != HADDR_UNDEF) {
        values->owner = faltung_room_map(array->file, place, size, error);
        start = values->owner ? g_bytes_get_data(values->owner, NULL) : NULL;
    } else {
        start = unpack(inputs, size, &values->owner, error);
    }
    *(inputs->bytes ? (const void **)&values->bytes : (const void **)&values->floats) = start;
    values->in_file = size > faltung_room_limit();
    return start != NULL;
}

/* Whole numbers from 0 on, N or N x positions. */
static gint32 *take_classes(const Array *array, int *n_classes, GError **error) {
    hsize_t n = array->dims[0] * array->row;
    g_autofree gint64 *labels = g_try_new(gint64, n);
    if (!labels || !read_rows(array, 0, array->dims[0], H5T_NATIVE_INT64, labels, error))
        return NULL;
    g_autofree gint32 *classes = g_new(gint32, n);
    *n_classes = 0;
    for (hsize_t i = 0; i < n; i++) {
        if (labels[i] < 0 || labels[i] >= MAX_CLASSES) {
            fail(array, error,
                 "sample %" PRIu64 " has the class %" PRId64
                 "; expected 0 to %d; numbers to be predicted as such need `task: regression`",
                 (guint64)(i / array->row), labels[i], MAX_CLASSES - 1);
            return NULL;
        }
        classes[i] = labels[i];
        *n_classes = MAX(*n_classes, classes[i] + 1);
    }
    return g_steal_pointer(&classes);
}

static void target_clear(gpointer data) {
    FaltungTarget *target = data;
    g_free(target->classes);
    g_strfreev(target->class_names);
    g_free(target->values);
}

static gboolean take_target(const Array *array, int task, FaltungTarget *target, GError **error) {
    gboolean one = array->row == 1, asked = task == FALTUNG_TASK_CLASSIFICATION;
    if (asked && !array->whole)
        return fail(array, error, "classes are whole numbers, here are %s",
                    one ? _("floats") : _("several floats"));
    if (asked || (one && array->whole && task != FALTUNG_TASK_REGRESSION)) {
        target->positions = array->row;
        target->classes = take_classes(array, &target->n, error);
        if (!target->classes)
            return FALSE;
        target->class_names = g_new0(char *, target->n + 1);
        for (int i = 0; i < target->n; i++)
            target->class_names[i] = g_strdup_printf("%d", i);
        return TRUE;
    }
    gsize n = array->dims[0] * array->row;
    target->positions = 1;
    target->n = array->row;
    target->values = g_try_new(float, n);
    if (!target->values)
        return fail(array, error, "it does not fit into memory");
    if (!read_rows(array, 0, array->dims[0], H5T_NATIVE_FLOAT, target->values, error))
        return FALSE;
    for (gsize i = 0; i < n; i++) {
        if (!isfinite(target->values[i]))
            return fail(array, error,
                        "sample %zu"
                        " has a value that is not finite",
                        i / (gsize)array->row);
    }
    return TRUE;
}

/* What each sample counts for. */
static float *take_weights(const Array *array, GError **error) {
    hsize_t n = array->dims[0];
    if (array->row != 1) {
        fail(array, error, "weights are one number a sample");
        return NULL;
    }
    g_autofree float *weights = g_try_new(float, n);
    if (!weights || !read_rows(array, 0, n, H5T_NATIVE_FLOAT, weights, error))
        return NULL;
    for (hsize_t i = 0; i < n; i++) {
        if (!isfinite(weights[i]) || weights[i] < 0) {
            fail(array, error, "sample %" PRIu64 " has the weight %g; expected numbers from 0 on",
                 (guint64)i, weights[i]);
            return NULL;
        }
    }
    return g_steal_pointer(&weights);
}

static gboolean check_rows(const Array *array, const Array *input, GError **error) {
    if (array->dims[0] == input->dims[0])
        return TRUE;
    return fail(array, error,
                "it has %" PRIu64 " rows for the %" PRIu64
                " samples of %s; both must have one a sample",
                (guint64)array->dims[0], (guint64)input->dims[0], input->path);
}

static FaltungShape sample_shape(const Array *input) {
    FaltungShape shape = {.rank = input->rank == 1 ? 1 : input->rank - 1, .dims = {1}};
    for (int i = 1; i < input->rank; i++)
        shape.dims[i - 1] = input->dims[i];
    return shape;
}

static gboolean inputs_open(Inputs *inputs, const GArray *named, FaltungHdf file, const char *path,
                            GError **error) {
    inputs->arrays = g_new0(Array, MAX(named->len, 1));
    inputs->bytes = TRUE;
    do {
        const char *name = named->len ? faltung_named_at(named, inputs->n)->text : "/input";
        Array *array = &inputs->arrays[inputs->n++];
        if (!array_open(array, file, path, name, error) ||
            !check_rows(array, &inputs->arrays[0], error))
            return FALSE;
        inputs->bytes &= array->bytes;
        inputs->row += array->row;
    } while (inputs->n < named->len);
    if (inputs->row > 1 << 28)
        return fail(&inputs->arrays[0], error, "with the others it has more than 2^28 values");
    return TRUE;
}

static void set_parts(FaltungDataset *dataset, const Inputs *inputs, const GArray *named) {
    g_autofree FaltungDatasetPart *parts = g_new(FaltungDatasetPart, inputs->n);
    for (guint i = 0; i < inputs->n; i++)
        parts[i] = (FaltungDatasetPart){faltung_named_at(named, i)->name,
                                        sample_shape(&inputs->arrays[i])};
    faltung_dataset_set_parts(dataset, parts, (int)inputs->n);
}

char **faltung_hdf5_arrays(const char *path, GError **error) {
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_hdf_open(path, FALSE, error);
    return file < 0 ? NULL : list_arrays(file);
}

FaltungDataset *faltung_hdf5_load(const char *path, const FaltungHdf5Options *options,
                                  GError **error) {
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_hdf_open(path, FALSE, error);
    return file < 0 ? NULL : faltung_hdf5_read(file, path, options, error);
}

/* Returns: (transfer full) (nullable) (element-type FaltungTarget): those that are @named, or
   /target, where it is. */
static GArray *take_targets(const GArray *named, FaltungHdf file, const Array *input, int task,
                            GError **error) {
    g_autoptr(GArray) targets = g_array_new(FALSE, TRUE, sizeof(FaltungTarget));
    g_array_set_clear_func(targets, target_clear);
    guint n = named->len ? named->len : faltung_hdf_exists(file, "/target") ? 1 : 0;
    for (guint i = 0; i < n; i++) {
        const char *path = named->len ? faltung_named_at(named, i)->text : "/target";
        g_auto(Array) array = {.data = H5I_INVALID_HID};
        g_array_set_size(targets, i + 1);
        FaltungTarget *target = &g_array_index(targets, FaltungTarget, i);
        target->name = named->len ? faltung_named_at(named, i)->name : NULL;
        if (!array_open(&array, file, input->file, path, error) ||
            !check_rows(&array, input, error) || !take_target(&array, task, target, error))
            return NULL;
    }
    return g_steal_pointer(&targets);
}

FaltungDataset *faltung_hdf5_read(FaltungHdf file, const char *path,
                                  const FaltungHdf5Options *options, GError **error) {
    g_autoptr(GArray) named = faltung_named_read(options->input);
    g_autoptr(GArray) named_targets = faltung_named_read(options->target);
    gboolean several = named->len > 0 && faltung_named_at(named, 0)->name;
    g_auto(Inputs) inputs = {0};
    if (!inputs_open(&inputs, named, file, path, error))
        return NULL;
    const Array *input = &inputs.arrays[0];
    g_autoptr(GArray) targets = take_targets(named_targets, file, input, options->task, error);
    if (!targets)
        return NULL;
    g_autofree float *weights = NULL;
    if (options->weights && *options->weights) {
        g_auto(Array) array = {.data = H5I_INVALID_HID};
        if (!array_open(&array, file, path, options->weights, error) ||
            !check_rows(&array, input, error) || !(weights = take_weights(&array, error)))
            return NULL;
    }
    FaltungDatasetBlock values = {NULL};
    if (!take_samples(&inputs, &values, error)) {
        g_clear_pointer(&values.owner, g_bytes_unref);
        return NULL;
    }
    FaltungTarget own = {NULL};
    if (targets->len > 0)
        own = g_array_index(targets, FaltungTarget, 0);
    FaltungDataset *dataset = faltung_dataset_new_block(
        options->name, input->dims[0],
        several ? FALTUNG_SHAPE((int)inputs.row) : sample_shape(input), &values, own.classes,
        own.positions, own.class_names, own.values, own.n);
    faltung_dataset_take_targets(dataset, targets);
    faltung_dataset_set_weights(dataset, g_steal_pointer(&weights));
    if (several)
        set_parts(dataset, &inputs, named);
    return dataset;
}
