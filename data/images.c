/* SPDX-License-Identifier: Apache-2.0 */
#include "data/images.h"

#include "core/base/error.h"
#include "data/picture-file.h"
#include "data/room.h"

#include <string.h>

/* What is to be read, and what was. */
typedef struct {
    const char *folder;
    GPtrArray *names;  /* (element-type char*): of the classes; empty: there are none */
    GPtrArray *paths;  /* (element-type char*): of training, then of test */
    GArray *classes;   /* (element-type gint32): of each */
    guint n_training;  /* of them */
    gboolean gray;     /* no pixel has a colour */
    int height, width; /* of the first */
    GBytes *room;
    guint8 *values; /* (n, 3, height, width) */
} Pictures;

static void pictures_clear(Pictures *pictures) {
    g_clear_pointer(&pictures->names, g_ptr_array_unref);
    g_clear_pointer(&pictures->paths, g_ptr_array_unref);
    g_clear_pointer(&pictures->classes, g_array_unref);
    g_clear_pointer(&pictures->room, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pictures, pictures_clear)

/* -- what there is ------------------------------------------------------------------------ */

static int by_bytes(gconstpointer a, gconstpointer b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean is_picture(const char *name) {
    static const char *const endings[] = {".png", ".jpg", ".jpeg"};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(lower, endings[i]))
            return TRUE;
    return FALSE;
}

/* The names of the folders, or of the pictures, right in @folder. */
static GPtrArray *list(const char *folder, gboolean folders) {
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        gboolean wanted = folders ? g_file_test(path, G_FILE_TEST_IS_DIR) && *name != '.'
                                  : is_picture(name) && g_file_test(path, G_FILE_TEST_IS_REGULAR);
        if (wanted)
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, by_bytes);
    return names;
}

gboolean faltung_images_are_in(const char *folder) {
    g_autoptr(GPtrArray) pictures = list(folder, FALSE), folders = list(folder, TRUE);
    return pictures->len > 0 || folders->len > 0;
}

GPtrArray *faltung_images_list(const char *folder) {
    GPtrArray *names = list(folder, FALSE);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *name = names->pdata[i];
        names->pdata[i] = g_build_filename(folder, name, NULL);
    }
    return names;
}

static void add_pictures(Pictures *pictures, const char *folder, gint32 class) {
    g_autoptr(GPtrArray) paths = faltung_images_list(folder);
    for (guint i = 0; i < paths->len; i++)
        g_array_append_val(pictures->classes, class);
    g_ptr_array_extend_and_steal(pictures->paths, g_steal_pointer(&paths));
}

/* The folders of the classes in @folder. Those of training come first, and say which there are. */
static gboolean add_classes(Pictures *pictures, const char *folder, gboolean training,
                            GError **error) {
    g_autoptr(GPtrArray) names = list(folder, TRUE);
    for (guint i = 0; i < names->len; i++) {
        guint class;
        const char *name = names->pdata[i];
        if (training)
            g_ptr_array_add(pictures->names, g_strdup(name));
        if (!g_ptr_array_find_with_equal_func(pictures->names, name, g_str_equal, &class))
            return faltung_fail(error, FALTUNG_ERROR_DATA,
                                "%s: the class '%s' has pictures for a test, but none for training",
                                folder, name);
        g_autofree char *inner = g_build_filename(folder, name, NULL);
        add_pictures(pictures, inner, (gint32) class);
    }
    return TRUE;
}

static gboolean find_pictures(Pictures *pictures, GError **error) {
    pictures->names = g_ptr_array_new_with_free_func(g_free);
    pictures->paths = g_ptr_array_new_with_free_func(g_free);
    pictures->classes = g_array_new(FALSE, FALSE, sizeof(gint32));
    g_autofree char *train = g_build_filename(pictures->folder, "train", NULL);
    g_autofree char *test = g_build_filename(pictures->folder, "test", NULL);
    g_autoptr(GPtrArray) folders = list(pictures->folder, TRUE);
    gboolean apart = folders->len == 2 && g_file_test(train, G_FILE_TEST_IS_DIR) &&
                     g_file_test(test, G_FILE_TEST_IS_DIR);
    if (!add_classes(pictures, apart ? train : pictures->folder, TRUE, error))
        return FALSE;
    if (pictures->names->len == 0)
        add_pictures(pictures, pictures->folder, 0);
    pictures->n_training = pictures->paths->len;
    if (apart && !add_classes(pictures, test, FALSE, error))
        return FALSE;
    if (pictures->n_training > 0)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_DATA,
        "%s: there are no pictures in it; expected a folder for each class with .png or "
        ".jpg files",
        pictures->folder);
}

/* -- reading ------------------------------------------------------------------------------ */

static size_t area(const Pictures *pictures) {
    return (size_t)pictures->height * pictures->width;
}

static gboolean make_room(Pictures *pictures, const FaltungPixels *first, GError **error) {
    pictures->height = first->height;
    pictures->width = first->width;
    if (3 * area(pictures) > 1 << 28)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "%s: pictures of %d x %d pixels are too large for samples; say `size: "
                            "[height, width]`",
                            pictures->folder, first->height, first->width);
    pictures->values = faltung_room_new(pictures->paths->len * 3 * area(pictures), pictures->folder,
                                        &pictures->room, error);
    return pictures->values != NULL;
}

static gboolean read_pictures(Pictures *pictures, const int size[2], GError **error) {
    pictures->gray = TRUE;
    for (guint i = 0; i < pictures->paths->len; i++) {
        const char *path = pictures->paths->pdata[i];
        g_auto(FaltungPixels) pixels = {0};
        if (!faltung_picture_read(path, size, &pixels, error) ||
            (i == 0 && !make_room(pictures, &pixels, error)))
            return FALSE;
        if (pixels.height != pictures->height || pixels.width != pictures->width)
            return faltung_fail(
                error, FALTUNG_ERROR_DATA,
                "%s: this picture has %d x %d pixels, but the first has %d x %d; make them "
                "of one size, or say `size: [%d, %d]`",
                path, pixels.height, pixels.width, pictures->height, pictures->width,
                pictures->height, pictures->width);
        pictures->gray = pictures->gray && faltung_pixels_are_gray(&pixels);
        faltung_pixels_split(&pixels, 3, pictures->values + i * 3 * area(pictures));
    }
    return TRUE;
}

/* Where all channels are the same one is enough. */
static void keep_one_channel(Pictures *pictures) {
    size_t n = area(pictures);
    for (guint i = 1; i < pictures->paths->len; i++)
        memmove(pictures->values + i * n, pictures->values + i * 3 * n, n);
}

static FaltungDataset *part_of(FaltungDataset *all, guint begin, guint end) {
    guint32 *indices = g_new(guint32, end - begin);
    for (guint i = begin; i < end; i++)
        indices[i - begin] = i;
    return faltung_dataset_subset(all, indices, end - begin);
}

gboolean faltung_images_load(const char *path, const int size[2], FaltungDataset **training,
                             FaltungDataset **test, GError **error) {
    g_auto(Pictures) pictures = {.folder = path};
    if (!find_pictures(&pictures, error) || !read_pictures(&pictures, size, error))
        return FALSE;
    if (pictures.gray)
        keep_one_channel(&pictures);
    guint n = pictures.paths->len;
    gboolean classes = pictures.names->len > 0;
    FaltungDatasetBlock values = {
        .owner = g_steal_pointer(&pictures.room),
        .bytes = pictures.values,
        .in_file = n * 3 * area(&pictures) > faltung_room_limit(),
    };
    g_ptr_array_add(pictures.names, NULL);
    g_autofree char *name = g_path_get_basename(path);
    FaltungShape shape = FALTUNG_SHAPE(pictures.gray ? 1 : 3, pictures.height, pictures.width);
    g_autoptr(FaltungDataset) all = faltung_dataset_new_block(
        name, n, shape, &values,
        classes ? g_memdup2(pictures.classes->data, n * sizeof(gint32)) : NULL, 1,
        classes ? g_strdupv((char **)pictures.names->pdata) : NULL, NULL, 0);
    *training = part_of(all, 0, pictures.n_training);
    *test = n > pictures.n_training ? part_of(all, pictures.n_training, n) : NULL;
    return TRUE;
}
