/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/import-preview.h"

#include "core/base/error.h"
#include "core/config/yaml.h"
#include "data/catalogue.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
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
#define PIECE (1 << 16)
#define PIECES 16

typedef struct {
    char *data, *origin;
    char *path;
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
    preview->title = n < faltung_dataset_size(dataset)
                         ? g_strdup_printf(_("Values of the first %'u samples"), n)
                         : g_strdup(_("Values of the samples"));
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

static gboolean go_on(double part, gpointer cancellable) {
    return !g_cancellable_is_cancelled(cancellable);
}

static FaltungImportPreview *read_all(const FaltungDataOptions *options, const char *origin,
                                      GCancellable *cancellable, GError **error) {
    g_autoptr(FaltungDataset) training = NULL, validation = NULL;
    const FaltungScanHooks hooks = {go_on, cancellable};
    gboolean good =
        faltung_data_load_watched(options, origin, &hooks, &training, &validation, error);
    return good ? faltung_import_preview_of(training, validation) : NULL;
}

/* --- of a large table or text --- */

/* Whole lines of @file from @start on, at most PIECE bytes; but for the beginning the line that
   @start is in is left out. */
static void add_lines(GString *lines, FILE *file, goffset start) {
    g_autofree char *bytes = g_malloc(PIECE + 1);
    size_t size = fseeko(file, start, SEEK_SET) == 0 ? fread(bytes, 1, PIECE, file) : 0;
    bytes[size] = '\0';
    while (size > 0 && bytes[size - 1] != '\n') {
        size--;
    }
    const char *end = start > 0 ? memchr(bytes, '\n', size) : NULL;
    size_t from = end != NULL ? (size_t)(end + 1 - bytes) : 0;
    g_string_append_len(lines, bytes + from, (gssize)(size - from));
}

/* Lines from all over the file, which may be sorted by what is to be predicted. */
static GString *sample_lines(const char *path, int pieces) {
    GString *lines = g_string_new(NULL);
    GStatBuf about;
    FILE *file = g_stat(path, &about) == 0 ? fopen(path, "rb") : NULL;
    for (int i = 0; file != NULL && i < pieces; i++) {
        add_lines(lines, file, about.st_size / pieces * i);
    }
    if (file != NULL) {
        fclose(file);
    }
    return lines;
}

/* @options with @lines in place of the file. */
static FaltungImportPreview *read_lines(FaltungDataOptions *options, const Job *job,
                                        const GString *lines, GError **error) {
    char **place = options->csv != NULL && *options->csv != '\0' ? &options->csv : &options->text;
    g_autofree char *name = NULL;
    int open = g_file_open_tmp("faltung-XXXXXX", &name, error);
    if (open < 0) {
        return NULL;
    }
    close(open);
    g_free(*place);
    *place = g_strdup(name);
    gboolean written = g_file_set_contents(name, lines->str, (gssize)lines->len, error);
    FaltungImportPreview *preview = written ? read_all(options, job->origin, NULL, error) : NULL;
    g_unlink(name);
    return preview;
}

static FaltungImportPreview *read_sample(FaltungDataOptions *options, const Job *job, goffset size,
                                         GError **error) {
    FaltungImportPreview *preview = NULL;
    /* A piece may begin within a cell that has several lines: the beginning alone then. */
    for (int pieces = PIECES; preview == NULL && pieces > 0; pieces -= PIECES - 1) {
        g_clear_error(error);
        GString *lines = sample_lines(job->path, pieces);
        preview = read_lines(options, job, lines, error);
        if (preview != NULL) {
            g_autofree char *of_sample = preview->summary, *title = preview->title;
            g_autofree char *part = g_format_size(lines->len), *all = g_format_size((guint64)size);
            preview->summary =
                g_strdup_printf(_("Of a sample, %s of the file's %s: %s"), part, all, of_sample);
            preview->title = g_strdup_printf(_("%s, in the sample"), title);
        }
        g_string_free(lines, TRUE);
    }
    return preview;
}

static gboolean is_of_lines(const FaltungDataOptions *options) {
    return (options->csv != NULL && *options->csv != '\0') ||
           (options->text != NULL && *options->text != '\0');
}

static void look(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    Job *job = data;
    GError *error = NULL;
    GStatBuf about;
    FaltungDataOptions *options = read_options(job->data, &error);
    FaltungImportPreview *preview = NULL;
    if (options != NULL && is_of_lines(options) && g_stat(job->path, &about) == 0 &&
        about.st_size > LARGE) {
        preview = read_sample(options, job, about.st_size, &error);
    } else if (options != NULL) {
        preview = read_all(options, job->origin, cancellable, &error);
    }
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

void faltung_import_preview_read(const char *data, const char *origin, const char *path,
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
