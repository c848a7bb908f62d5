/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/gallery.h"

#include "gui/places.h"

#include <glib/gi18n.h>
#include <string.h>

#define INSTALLED FALTUNG_DATADIR "/experiments"

static void item_free(gpointer data) {
    FaltungGalleryItem *item = data;
    g_free(item->path);
    g_free(item->section);
    g_clear_pointer(&item->experiment, faltung_experiment_free);
    g_free(item);
}

char *faltung_gallery_folder(void) {
    const char *given = g_getenv("FALTUNG_EXPERIMENTS");
    if (given != NULL) {
        return g_strdup(given);
    }
    if (faltung_runs_from_build_folder() || !g_file_test(INSTALLED, G_FILE_TEST_IS_DIR)) {
        return g_strdup(FALTUNG_SOURCE_EXPERIMENTS);
    }
    return g_strdup(INSTALLED);
}

gboolean faltung_gallery_is_example(const FaltungGalleryItem *item) {
    return g_str_has_suffix(item->path, "/digits-cnn.yaml");
}

static int by_name(gconstpointer a, gconstpointer b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_folder(GPtrArray *items, const char *folder, const char *name,
                        const char *section) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    if (dir == NULL) {
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *entry;
    while ((entry = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(entry, ".yaml")) {
            g_ptr_array_add(names, g_strdup(entry));
        }
    }
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *file = g_build_filename(path, g_ptr_array_index(names, i), NULL);
        g_autoptr(GError) error = NULL;
        FaltungExperiment *experiment = faltung_experiment_load(file, NULL, &error);
        if (experiment == NULL) {
            g_info("left out of the gallery: %s", error->message);
            continue;
        }
        FaltungGalleryItem *item = g_new0(FaltungGalleryItem, 1);
        item->path = g_steal_pointer(&file);
        item->section = g_strdup(section);
        item->experiment = experiment;
        g_ptr_array_add(items, item);
    }
}

/* The example first, then from small to large. */
static int by_size(gconstpointer a, gconstpointer b) {
    const FaltungGalleryItem *one = *(FaltungGalleryItem *const *)a;
    const FaltungGalleryItem *other = *(FaltungGalleryItem *const *)b;
    if (faltung_gallery_is_example(one) != faltung_gallery_is_example(other)) {
        return faltung_gallery_is_example(one) ? -1 : 1;
    }
    size_t size = faltung_graph_n_parameters(one->experiment->graph);
    size_t of_other = faltung_graph_n_parameters(other->experiment->graph);
    return (size > of_other) - (size < of_other);
}

static void load(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    g_autofree char *folder = faltung_gallery_folder();
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);
    load_folder(items, folder, "gallery", _("Gallery"));
    g_ptr_array_sort(items, by_size); /* the book's stay in the order of its chapters */
    load_folder(items, folder, "book", _("The book, chapter by chapter"));
    g_task_return_pointer(task, items, (GDestroyNotify)g_ptr_array_unref);
}

void faltung_gallery_load(GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data) {
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_task_run_in_thread(task, load);
}

GPtrArray *faltung_gallery_load_finish(GAsyncResult *result, GError **error) {
    return g_task_propagate_pointer(G_TASK(result), error);
}
