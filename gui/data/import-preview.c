/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/import-preview.h"

#include "core/base/error.h"
#include "core/config/yaml.h"
#include "data/catalogue.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

enum { MOST_CLASSES = 12, BINS = 12, LOOKED_AT = 2000 };

void faltung_import_preview_free(FaltungImportPreview *preview) {
    g_free(preview->data);
    g_free(preview->summary);
    g_free(preview->title);
    g_strfreev(preview->labels);
    g_free(preview->bars);
    g_free(preview);
}

/* --- on another thread --- */

#define LARGE (32 << 20)
#define BEGINNING (1 << 20)

typedef struct {
    char *data, *origin;
    char *path; /* the file whose beginning is looked at; NULL: all of it is read */
} Job;

static void job_free(gpointer data) {
    Job *job = data;
    g_free(job->data);
    g_free(job->origin);
    g_free(job->path);
    g_free(job);
}

static void *read_options(const char *data, GError **error) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) map = faltung_yaml_parse(data, mistakes);
    if (map == NULL) {
        faltung_mistakes_report(mistakes, "data", data, error);
        return NULL;
    }
    void *options = faltung_options_new(&faltung_data_kind);
    for (guint i = 0; i < faltung_yaml_size(map); i++) {
        const FaltungOptionSpec *spec =
            faltung_kind_option(&faltung_data_kind, faltung_yaml_key(map, i)->text, error);
        if (spec == NULL ||
            !faltung_option_parse(spec, options, faltung_yaml_value(map, i)->text, error)) {
            faltung_options_free(&faltung_data_kind, options);
            return NULL;
        }
    }
    return options;
}

static void count_classes(FaltungImportPreview *preview, FaltungDataset *dataset) {
    int n = faltung_dataset_n_classes(dataset);
    const char *const *names = faltung_dataset_class_names(dataset);
    preview->n_bars = MIN(n, MOST_CLASSES);
    preview->title = n > MOST_CLASSES
                         ? g_strdup_printf(_("Samples of the first %d classes"), MOST_CLASSES)
                         : g_strdup(_("Samples of each class"));
    preview->labels = g_new0(char *, preview->n_bars + 1);
    preview->bars = g_new0(double, preview->n_bars);
    for (int i = 0; i < preview->n_bars; i++) {
        preview->labels[i] = names != NULL ? g_strdup(names[i]) : g_strdup_printf("%d", i);
    }
    for (guint32 i = 0; i < faltung_dataset_size(dataset); i++) {
        int class_ = faltung_dataset_class(dataset, i);
        if (class_ >= 0 && class_ < preview->n_bars) {
            preview->bars[class_]++;
        }
    }
}

static void count_values(FaltungImportPreview *preview, FaltungDataset *dataset) {
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    guint32 n = MIN(faltung_dataset_size(dataset), LOOKED_AT);
    g_autofree float *values = g_new(float, n *size);
    double low = INFINITY, high = -INFINITY;
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_raw(dataset, i, values + i * size);
    }
    for (size_t i = 0; i < n * size; i++) {
        low = MIN(low, values[i]);
        high = MAX(high, values[i]);
    }
    double width = high > low ? (high - low) / BINS : 1;
    preview->n_bars = BINS;
    preview->title = g_strdup(_("Values of the samples"));
    preview->labels = g_new0(char *, BINS + 1);
    preview->bars = g_new0(double, BINS);
    for (int i = 0; i < BINS; i++) {
        preview->labels[i] = g_strdup_printf("%.3g", low + (i + 0.5) * width);
    }
    for (size_t i = 0; i < n * size; i++) {
        preview->bars[MIN((int)((values[i] - low) / width), BINS - 1)]++;
    }
}

static char *summarize(FaltungDataset *training, FaltungDataset *validation) {
    const FaltungShape *of_one = faltung_dataset_shape(training);
    g_autofree char *shape = of_one->rank == 1
                                 ? g_strdup_printf(_("%d values each"), of_one->dims[0])
                                 : faltung_shape_format(of_one);
    int n = faltung_dataset_n_targets(training);
    g_autofree char *target = NULL;
    if (faltung_dataset_target_type(training) == FALTUNG_TARGET_CLASS) {
        target = g_strdup_printf(ngettext("%d class", "%d classes", n), n);
    } else if (n > 0) {
        target = g_strdup_printf(ngettext("%d value to predict", "%d to predict", n), n);
    } else {
        target = g_strdup(_("nothing to predict"));
    }
    return g_strdup_printf(_("%'u samples to train with, %'u to validate · %s · %s"),
                           faltung_dataset_size(training), faltung_dataset_size(validation), shape,
                           target);
}

FaltungImportPreview *faltung_import_preview_of(FaltungDataset *training,
                                                FaltungDataset *validation) {
    FaltungImportPreview *preview = g_new0(FaltungImportPreview, 1);
    preview->shape = *faltung_dataset_shape(training);
    preview->classes = faltung_dataset_target_type(training) == FALTUNG_TARGET_CLASS;
    preview->summary = summarize(training, validation);
    if (faltung_dataset_is_classified(training)) {
        count_classes(preview, training);
    } else {
        count_values(preview, training);
    }
    return preview;
}

/* Returns: (transfer full) (nullable): a file of the first lines of the one at @path. */
static char *write_beginning(const char *path, GError **error) {
    GStatBuf about;
    if (g_stat(path, &about) != 0 || about.st_size < LARGE) {
        faltung_fail(error, FALTUNG_ERROR_INPUT, "the file is not large");
        return NULL;
    }
    g_autofree char *bytes = g_malloc(BEGINNING), *name = NULL;
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(bytes, 1, BEGINNING, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    while (size > 0 && bytes[size - 1] != '\n') {
        size--; /* no part of a line */
    }
    int open = g_file_open_tmp("faltung-XXXXXX", &name, error);
    if (open >= 0) {
        close(open);
    }
    gboolean written = open >= 0 && g_file_set_contents(name, bytes, (gssize)size, error);
    return written ? g_steal_pointer(&name) : NULL;
}

static FaltungImportPreview *read_all(const FaltungDataOptions *options, const char *origin,
                                      GError **error) {
    g_autoptr(FaltungDataset) training = NULL, validation = NULL;
    gboolean good = faltung_data_load(options, origin, &training, &validation, error);
    return good ? faltung_import_preview_of(training, validation) : NULL;
}

static FaltungImportPreview *read_beginning(FaltungDataOptions *options, const Job *job,
                                            GError **error) {
    char **place = options->csv != NULL && *options->csv != '\0' ? &options->csv : &options->text;
    char *beginning = write_beginning(job->path, error);
    if (beginning == NULL) {
        return NULL;
    }
    g_free(*place);
    *place = beginning;
    FaltungImportPreview *preview = read_all(options, job->origin, error);
    g_unlink(beginning);
    if (preview != NULL) {
        char *of_all = preview->summary;
        preview->summary = g_strdup_printf(_("Of the first megabyte: %s"), of_all);
        g_free(of_all);
    }
    return preview;
}

static void look(GTask *task, gpointer source, gpointer data, GCancellable *cancel) {
    Job *job = data;
    GError *error = NULL;
    FaltungDataOptions *options = read_options(job->data, &error);
    FaltungImportPreview *preview = options == NULL     ? NULL
                                    : job->path != NULL ? read_beginning(options, job, &error)
                                                        : read_all(options, job->origin, &error);
    if (options != NULL) {
        faltung_options_free(&faltung_data_kind, options);
    }
    if (preview == NULL) {
        g_task_return_error(task, error);
        return;
    }
    preview->data = g_strdup(job->data);
    g_task_return_pointer(task, preview, (GDestroyNotify)faltung_import_preview_free);
}

void faltung_import_preview_read(const char *data, const char *origin, GCancellable *cancellable,
                                 GAsyncReadyCallback ready, gpointer user_data) {
    faltung_import_preview_begin(data, origin, NULL, cancellable, ready, user_data);
}

void faltung_import_preview_begin(const char *data, const char *origin, const char *path,
                                  GCancellable *cancellable, GAsyncReadyCallback ready,
                                  gpointer user_data) {
    Job *job = g_new(Job, 1);
    *job = (Job){g_strdup(data), g_strdup(origin), g_strdup(path)};
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, ready, user_data);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, look);
}

FaltungImportPreview *faltung_import_preview_finish(GAsyncResult *result, GError **error) {
    return g_task_propagate_pointer(G_TASK(result), error);
}
