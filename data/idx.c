/* SPDX-License-Identifier: Apache-2.0 */
#include "data/idx.h"

#include "core/base/error.h"
#include "core/base/mapping.h"
#include "data/file.h"
#include "data/room.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Labels beyond this are no class indices. */
#define MAX_CLASSES 65536

typedef struct {
    guint8 code;
    guint8 size; /* bytes a value */
    gboolean whole;
    const char *name;
    float (*get)(const guint8 *at);
} IdxType;

static float get_ubyte(const guint8 *at) {
    return *at;
}

static float get_byte(const guint8 *at) {
    return (gint8)*at;
}

static float get_short(const guint8 *at) {
    return (gint16)(at[0] << 8 | at[1]);
}

static guint32 get_word(const guint8 *at) {
    guint32 value;
    memcpy(&value, at, sizeof value);
    return GUINT32_FROM_BE(value);
}

static float get_int(const guint8 *at) {
    return (gint32)get_word(at);
}

static float get_float(const guint8 *at) {
    guint32 bits = get_word(at);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float get_double(const guint8 *at) {
    guint64 bits;
    memcpy(&bits, at, sizeof bits);
    bits = GUINT64_FROM_BE(bits);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static const IdxType types[] = {
    {0x08, 1, TRUE, "unsigned byte", get_ubyte}, {0x09, 1, TRUE, "signed byte", get_byte},
    {0x0b, 2, TRUE, "short", get_short},         {0x0c, 4, TRUE, "int", get_int},
    {0x0d, 4, FALSE, "float", get_float},        {0x0e, 8, FALSE, "double", get_double},
};

static const IdxType *find_type(guint8 code) {
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].code == code)
            return &types[i];
    return NULL;
}

#define FAIL(...) faltung_fail(error, FALTUNG_ERROR_DATA, __VA_ARGS__)

/* Checks the header; Returns: its length, or 0. */
static gsize read_header(FaltungIdx *idx, const guint8 *bytes, gsize size, const IdxType **type,
                         GError **error) {
    if (size < 4) {
        FAIL("%s: offset 0: the file has %zu"
             " bytes; an IDX file starts with 4 bytes of magic number, 00 00 TYPE RANK",
             idx->path, size);
        return 0;
    }
    if (bytes[0] != 0 || bytes[1] != 0) {
        FAIL("%s: offset 0: magic number %02x %02x %02x %02x; an IDX file starts with 00 00, as "
             "00 00 08 03 for images of bytes; this is another kind of file",
             idx->path, bytes[0], bytes[1], bytes[2], bytes[3]);
        return 0;
    }
    *type = find_type(bytes[2]);
    if (!*type) {
        FAIL("%s: offset 2: type %02x is unknown; expected 08 (unsigned byte), 09 (signed byte), "
             "0b (short), 0c (int), 0d (float) or 0e (double)",
             idx->path, bytes[2]);
        return 0;
    }
    idx->whole = (*type)->whole;
    idx->value_size = (*type)->size;
    idx->rank = bytes[3];
    if (idx->rank < 1 || idx->rank > FALTUNG_IDX_MAX_RANK) {
        FAIL("%s: offset 3: %d dimensions; expected 1 (labels), 2 (vectors), 3 (images) or 4 "
             "(images with channels)",
             idx->path, idx->rank);
        return 0;
    }
    gsize header = 4 + 4 * (gsize)idx->rank;
    if (size < header) {
        FAIL("%s: offset 4: the file ends within its header: %d dimensions need %zu"
             " bytes, the file has %zu",
             idx->path, idx->rank, header, size);
        return 0;
    }
    idx->n = 1;
    for (int i = 0; i < idx->rank; i++) {
        idx->dims[i] = get_word(bytes + 4 + 4 * i);
        if (idx->dims[i] == 0 || idx->dims[i] > G_MAXINT32) {
            FAIL("%s: offset %d: dimension %d is %u; expected 1 to %d", idx->path, 4 + 4 * i, i + 1,
                 idx->dims[i], G_MAXINT32);
            return 0;
        }
        if (!g_size_checked_mul(&idx->n, idx->n, idx->dims[i])) {
            FAIL("%s: offset 4: the dimensions are too large together", idx->path);
            return 0;
        }
    }
    return header;
}

/* Values that are not bytes become floats. */
static gboolean convert(FaltungIdx *idx, const guint8 *from, gsize header, const IdxType *type,
                        GError **error) {
    if (idx->n > G_MAXSIZE / sizeof(float)) {
        FAIL("%s: offset 4: the dimensions are too large together", idx->path);
        return FALSE;
    }
    float *to = faltung_room_new(idx->n * sizeof(float), idx->path, &idx->block, error);
    if (!to)
        return FALSE;
    idx->floats = to;
    idx->in_file = idx->n * sizeof(float) > faltung_room_limit();
    for (gsize i = 0; i < idx->n; i++) {
        to[i] = type->get(from + header + i * type->size);
        if (!isfinite(to[i])) {
            FAIL("%s: offset %zu"
                 ": the value is not a finite float; expected "
                 "numbers below 3.4e38",
                 idx->path, header + i * type->size);
            return FALSE;
        }
    }
    return TRUE;
}

/* Takes @contents. */
static FaltungIdx *parse(const char *origin, GBytes *contents, GError **error) {
    g_autoptr(GBytes) block = contents;
    gsize size;
    const guint8 *bytes = g_bytes_get_data(block, &size);
    g_autoptr(FaltungIdx) idx = g_new0(FaltungIdx, 1);
    idx->path = g_strdup(origin);
    const IdxType *type = NULL;
    gsize header = read_header(idx, bytes, size, &type, error);
    if (header == 0)
        return NULL;
    gsize room = (size - header) / type->size;
    if (room != idx->n || (size - header) % type->size != 0) {
        g_autoptr(GString) dims = g_string_new(NULL);
        for (int i = 0; i < idx->rank; i++)
            g_string_append_printf(dims, "%s%u", i ? " x " : "", idx->dims[i]);
        FAIL("%s: offset %zu"
             ": the header says %s values of %d bytes (%s), but "
             "%zu"
             " bytes follow; the file is %s: copy or download it again",
             origin, header, dims->str, type->size, type->name, size - header,
             room < idx->n ? _("cut off") : _("longer than its header says"));
        return NULL;
    }
    if (type->code != 0x08)
        return convert(idx, bytes, header, type, error) && faltung_mapping_check(bytes, error)
                   ? g_steal_pointer(&idx)
                   : NULL;
    idx->bytes = bytes + header;
    idx->in_file = size > faltung_room_limit();
    idx->block = g_steal_pointer(&block);
    return g_steal_pointer(&idx);
}

FaltungIdx *faltung_idx_read(const char *path, GError **error) {
    GBytes *contents = faltung_file_contents(path, error);
    return contents ? parse(path, contents, error) : NULL;
}

FaltungIdx *faltung_idx_parse(const char *origin, const void *bytes, gsize size, GError **error) {
    char *contents = faltung_file_inflate(origin, bytes, size, &size, error);
    return contents ? parse(origin, g_bytes_new_take(contents, size), error) : NULL;
}

void faltung_idx_free(FaltungIdx *idx) {
    if (!idx)
        return;
    g_free(idx->path);
    g_clear_pointer(&idx->block, g_bytes_unref);
    g_free(idx);
}

static gint64 label_at(const FaltungIdx *labels, gsize i) {
    return labels->bytes ? labels->bytes[i] : (gint64)labels->floats[i];
}

/* Checks a file of labels. @n_classes: 0: any. Returns: the greatest label, or -1. */
static int check_labels(const FaltungIdx *labels, int n_classes, GError **error) {
    if (labels->rank != 1 || !labels->whole) {
        FAIL("%s: offset 2: %d %s of %s; labels are 1 dimension of integers, as 00 00 08 "
             "01 says; is this the file of the images?",
             labels->path, labels->rank, labels->rank == 1 ? _("dimension") : _("dimensions"),
             labels->whole ? _("integers") : _("floats"));
        return -1;
    }
    int limit = n_classes ? n_classes : MAX_CLASSES, greatest = 0;
    for (gsize i = 0; i < labels->n; i++) {
        gint64 label = label_at(labels, i);
        if (label < 0 || label >= limit) {
            FAIL("%s: offset %zu"
                 ": label %" PRId64 " of sample %zu"
                 "; expected 0 to %d, the classes",
                 labels->path, 8 + i * labels->value_size, label, i, limit - 1);
            return -1;
        }
        greatest = MAX(greatest, label);
    }
    return greatest;
}

/* The shape of one sample of a file of images; its first dimension counts the samples. */
static FaltungShape sample_shape(const FaltungIdx *images) {
    switch (images->rank) {
    case 1:
        return FALTUNG_SHAPE(1);
    case 2:
        return FALTUNG_SHAPE(images->dims[1]);
    case 3:
        return FALTUNG_SHAPE(1, images->dims[1], images->dims[2]);
    default:
        return FALTUNG_SHAPE(images->dims[1], images->dims[2], images->dims[3]);
    }
}

/* Takes the values out of @images. @labels: (nullable). */
static FaltungDataset *make_dataset(const char *name, FaltungIdx *images, const FaltungIdx *labels,
                                    const char *const *class_names) {
    guint32 n = images->dims[0];
    gint32 *classes = labels ? g_new(gint32, n) : NULL;
    for (guint32 i = 0; classes && i < n; i++)
        classes[i] = label_at(labels, i);
    char **names = labels ? g_strdupv((char **)class_names) : NULL;
    FaltungDatasetBlock values = {
        .owner = g_steal_pointer(&images->block),
        .bytes = images->bytes,
        .floats = images->floats,
        .in_file = images->in_file,
    };
    return faltung_dataset_new_block(name, n, sample_shape(images), &values, classes, 1, names,
                                     NULL, 0);
}

FaltungDataset *faltung_idx_load_images(const char *name, const char *path, GError **error) {
    g_autoptr(FaltungIdx) images = faltung_idx_read(path, error);
    return images ? make_dataset(name, images, NULL, NULL) : NULL;
}

/* The path of one of the four files in @folder, as `train-images-idx3-ubyte` or
   `train-images.idx3-ubyte`, with or without .gz; NULL: it is not there. @part: train or t10k. */
static char *find_file(const char *folder, const char *part, const char *what) {
    const char *rank = g_str_equal(what, "labels") ? "idx1" : "idx3";
    for (int i = 0; i < 4; i++) {
        g_autofree char *file = g_strdup_printf("%s-%s%c%s-ubyte%s", part, what, i < 2 ? '-' : '.',
                                                rank, i % 2 ? ".gz" : "");
        g_autofree char *path = g_build_filename(folder, file, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* One part of a folder: images and labels that belong together. */
typedef struct {
    FaltungIdx *images, *labels;
} Part;

static void part_clear(Part *part) {
    g_clear_pointer(&part->images, faltung_idx_free);
    g_clear_pointer(&part->labels, faltung_idx_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Part, part_clear)

/* Reads a part; one that is not there at all leaves @part empty where it may be @missing. */
static gboolean read_part(const char *folder, const char *which, gboolean may_be_missing,
                          Part *part, GError **error) {
    g_autofree char *images = find_file(folder, which, "images");
    g_autofree char *labels = find_file(folder, which, "labels");
    if (!images && !labels && may_be_missing)
        return TRUE;
    if (!images || !labels) {
        const char *what = images ? "labels" : "images";
        FAIL("%s: no file %s-%s-%s-ubyte, with or without .gz; expected train-images-idx3-ubyte "
             "and train-labels-idx1-ubyte (and the same of t10k for a test part)",
             folder, which, what, images ? "idx1" : "idx3");
        return FALSE;
    }
    part->images = faltung_idx_read(images, error);
    if (!part->images)
        return FALSE;
    part->labels = faltung_idx_read(labels, error);
    if (!part->labels)
        return FALSE;
    if (part->images->rank == 1) {
        FAIL("%s: offset 3: 1 dimension, as of labels; expected images, 00 00 08 03", images);
        return FALSE;
    }
    if (part->labels->rank == 1 && part->images->dims[0] != part->labels->dims[0]) {
        FAIL("%s: offset 4: %u labels for the %u images of %s; both files must be of the same set",
             labels, part->labels->dims[0], part->images->dims[0], images);
        return FALSE;
    }
    return TRUE;
}

gboolean faltung_idx_load_folder(const char *name, const char *folder,
                                 const char *const *class_names, FaltungDataset **training,
                                 FaltungDataset **test, GError **error) {
    g_auto(Part) train = {0}, t10k = {0};
    if (!read_part(folder, "train", FALSE, &train, error) ||
        !read_part(folder, "t10k", TRUE, &t10k, error))
        return FALSE;
    FaltungShape shape = sample_shape(train.images);
    if (t10k.images) {
        FaltungShape other = sample_shape(t10k.images);
        if (!faltung_shape_equal(&shape, &other) || !train.images->bytes != !t10k.images->bytes) {
            g_autofree char *expected = faltung_shape_format(&shape);
            g_autofree char *found = faltung_shape_format(&other);
            FAIL("%s: offset 4: test images of %s, training images of %s; both must have one shape "
                 "and type",
                 t10k.images->path, found, expected);
            return FALSE;
        }
    }
    int n_classes = class_names ? g_strv_length((char **)class_names) : 0;
    int greatest = check_labels(train.labels, n_classes, error);
    if (greatest < 0)
        return FALSE;
    if (t10k.labels) {
        int other = check_labels(t10k.labels, n_classes, error);
        if (other < 0)
            return FALSE;
        greatest = MAX(greatest, other);
    }
    g_auto(GStrv) numbers = NULL;
    if (!class_names) {
        numbers = g_new0(char *, greatest + 2);
        for (int i = 0; i <= greatest; i++)
            numbers[i] = g_strdup_printf("%d", i);
        class_names = (const char *const *)numbers;
    }
    g_autoptr(FaltungDataset) first = make_dataset(name, train.images, train.labels, class_names);
    g_autoptr(FaltungDataset) second =
        t10k.images ? make_dataset(name, t10k.images, t10k.labels, class_names) : NULL;
    if (!faltung_mapping_check(train.labels->bytes, error) ||
        (second && !faltung_mapping_check(t10k.labels->bytes, error)))
        return FALSE;
    *training = g_steal_pointer(&first);
    *test = g_steal_pointer(&second);
    return TRUE;
}
