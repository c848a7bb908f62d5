/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "experiments/batches/report-private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void free_run(FaltungReportRun *run) {
    g_free(run->path);
    g_free(run->name);
    g_clear_pointer(&run->file, faltung_run_free);
    g_clear_pointer(&run->settings, g_hash_table_unref);
    g_free(run);
}

static void free_group(FaltungReportGroup *group) {
    g_free(group->label);
    g_ptr_array_unref(group->runs);
    g_free(group);
}

static void free_omission(FaltungReportOmission *omission) {
    g_free(omission->path);
    g_free(omission->reason);
    g_free(omission);
}

void faltung_report_free(FaltungReport *report) {
    g_free(report->title);
    g_ptr_array_unref(report->groups);
    g_ptr_array_unref(report->runs);
    g_ptr_array_unref(report->omitted);
    g_strfreev(report->columns);
    g_free(report);
}

static void omit(FaltungReport *report, const char *path, const char *reason) {
    FaltungReportOmission *omission = g_new0(FaltungReportOmission, 1);
    omission->path = g_strdup(path);
    omission->reason = g_strndup(reason, strcspn(reason, "\n"));
    g_ptr_array_add(report->omitted, omission);
}

static gboolean add_run(FaltungReport *report, const char *path, GError **error) {
    g_autoptr(FaltungRun) file = faltung_run_open(path, error);
    if (!file)
        return FALSE;
    const char *status = faltung_run_status(file);
    if (strcmp(status, "finished") != 0) {
        const char *reason = faltung_run_reason(file);
        g_autofree char *text =
            *reason ? g_strdup_printf("%s: %s", status, reason) : g_strdup(status);
        omit(report, path, text);
        return TRUE;
    }
    const FaltungExperiment *experiment = faltung_run_experiment(file, error);
    if (!experiment)
        return FALSE;
    FaltungReportRun *run = g_new0(FaltungReportRun, 1);
    run->path = g_strdup(path);
    run->name = g_strdup(experiment->name);
    run->settings = faltung_report_settings(experiment);
    run->file = g_steal_pointer(&file);
    g_ptr_array_add(report->runs, run);
    return TRUE;
}

/* Among many one that cannot be read is no reason to say nothing about the others. */
static void add_or_omit(FaltungReport *report, const char *path) {
    g_autoptr(GError) error = NULL;
    if (add_run(report, path, &error))
        return;
    g_autofree char *prefix = g_strconcat(path, ": ", NULL);
    gboolean named = g_str_has_prefix(error->message, prefix);
    omit(report, path, error->message + (named ? strlen(prefix) : 0));
}

/* The order of the runs in the batch's index, where there is one: the experiment's own. */
static GHashTable *read_order(const char *folder) {
    GHashTable *order = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *path = g_build_filename(folder, "index.csv", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return order;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        /* names of files have no quotes in them, but commas */
        const char *start = lines[i] + (lines[i][0] == '"');
        g_hash_table_replace(order, g_strndup(start, strcspn(start, start > lines[i] ? "\"" : ",")),
                             GINT_TO_POINTER(i + 1));
    }
    return order;
}

static int compare_files(gconstpointer a, gconstpointer b, gpointer order) {
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    int i = GPOINTER_TO_INT(g_hash_table_lookup(order, x));
    int j = GPOINTER_TO_INT(g_hash_table_lookup(order, y));
    if (i && j)
        return i - j;
    if (i || j)
        return i ? -1 : 1;
    return strverscmp(x, y);
}

static gboolean add_folder(FaltungReport *report, const char *folder, GError **error) {
    g_autoptr(GDir) entries = g_dir_open(folder, 0, error);
    if (!entries)
        return FALSE;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    const char *entry;
    while ((entry = g_dir_read_name(entries))) {
        if (g_str_has_suffix(entry, ".h5") || g_str_has_suffix(entry, ".error"))
            g_ptr_array_add(files, g_strdup(entry));
    }
    g_autoptr(GHashTable) order = read_order(folder);
    g_ptr_array_sort_with_data(files, compare_files, order);
    for (guint i = 0; i < files->len; i++) {
        g_autofree char *path = g_build_filename(folder, files->pdata[i], NULL);
        if (g_str_has_suffix(path, ".h5")) {
            add_or_omit(report, path);
            continue;
        }
        /* a run that failed before it had a file; one with a file says so itself */
        g_autofree char *text = NULL;
        g_autofree char *run =
            g_strdup_printf("%.*s.h5", (int)(strlen(path) - strlen(".error")), path);
        if (!g_file_test(run, G_FILE_TEST_EXISTS) && g_file_get_contents(path, &text, NULL, NULL)) {
            g_autofree char *reason = g_strconcat("failed: ", text, NULL);
            omit(report, run, reason);
        }
    }
    return TRUE;
}

/* The figures that every report has where a run does, the most telling first. */
static const char *const first_columns[] = {"val_accuracy", "val_mae",    "val_rmse",
                                            "val_loss",     "train_loss", "train_accuracy"};

/* Those of @names that are parts of the validation loss, or one of these figures of a layer with a
   loss of its own, each once. */
static void add_others(GPtrArray *columns, const char *const *names) {
    for (; *names; names++) {
        gboolean told = g_str_equal(*names, "val_l1");
        for (size_t i = 0; i < G_N_ELEMENTS(first_columns) && !told; i++) {
            size_t length = strlen(first_columns[i]);
            told = g_str_has_prefix(*names, "val_") &&
                   strncmp(*names, first_columns[i], length) == 0 && (*names)[length] == '_';
        }
        if (told && !g_ptr_array_find_with_equal_func(columns, *names, g_str_equal, NULL))
            g_ptr_array_add(columns, g_strdup(*names));
    }
}

static char **find_columns(const FaltungReport *report) {
    GPtrArray *columns = g_ptr_array_new();
    for (size_t j = 0; j < G_N_ELEMENTS(first_columns); j++) {
        gboolean any = FALSE;
        for (guint i = 0; i < report->runs->len && !any; i++) {
            const FaltungReportRun *run = report->runs->pdata[i];
            size_t n = 0;
            const double *values = faltung_run_column(run->file, "epoch", first_columns[j], &n);
            for (size_t k = 0; values && k < n && !any; k++)
                any = isfinite(values[k]);
        }
        if (any)
            g_ptr_array_add(columns, g_strdup(first_columns[j]));
    }
    for (guint i = 0; i < report->runs->len; i++) {
        const FaltungReportRun *run = report->runs->pdata[i];
        add_others(columns, faltung_run_columns(run->file, "epoch"));
    }
    g_ptr_array_add(columns, NULL);
    return (char **)g_ptr_array_free(columns, FALSE);
}

FaltungReport *faltung_report_new(const char *const *paths, GError **error) {
    g_autoptr(FaltungReport) report = g_new0(FaltungReport, 1);
    report->runs = g_ptr_array_new_with_free_func((GDestroyNotify)free_run);
    report->groups = g_ptr_array_new_with_free_func((GDestroyNotify)free_group);
    report->omitted = g_ptr_array_new_with_free_func((GDestroyNotify)free_omission);
    for (; *paths; paths++) {
        gboolean good = g_file_test(*paths, G_FILE_TEST_IS_DIR) ? add_folder(report, *paths, error)
                                                                : add_run(report, *paths, error);
        if (!good)
            return NULL;
    }
    if (report->runs->len == 0) {
        const FaltungReportOmission *first =
            report->omitted->len ? report->omitted->pdata[0] : NULL;
        faltung_fail(error, FALTUNG_ERROR_INPUT, "there is no finished run to report on%s%s%s%s",
                     first ? "; " : "", first ? first->path : "", first ? ": " : "",
                     first ? first->reason : "");
        return NULL;
    }
    report->columns = find_columns(report);
    faltung_report_group(report);
    return g_steal_pointer(&report);
}

const char *faltung_report_title(const FaltungReport *report) {
    return report->title;
}

int faltung_report_n_groups(const FaltungReport *report) {
    return report->groups->len;
}

static const FaltungReportGroup *group_at(const FaltungReport *report, int group) {
    return report->groups->pdata[group];
}

const char *faltung_report_label(const FaltungReport *report, int group) {
    return group_at(report, group)->label;
}

int faltung_report_n_runs(const FaltungReport *report, int group) {
    return group_at(report, group)->runs->len;
}

const char *const *faltung_report_columns(const FaltungReport *report) {
    return (const char *const *)report->columns;
}

static double best_of(const double *values, size_t n, gboolean largest) {
    double best = NAN;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i]) && (isnan(best) || (largest ? values[i] > best : values[i] < best)))
            best = values[i];
    }
    return best;
}

static gboolean is_accuracy(const char *column) {
    return g_str_has_prefix(column, "val_accuracy") || g_str_has_prefix(column, "train_accuracy");
}

FaltungReportFigure faltung_report_figure(const FaltungReport *report, int group,
                                          const char *column) {
    const GPtrArray *runs = group_at(report, group)->runs;
    g_autofree double *last = g_new(double, runs->len);
    g_autofree double *best = g_new(double, runs->len);
    for (guint i = 0; i < runs->len; i++) {
        const FaltungReportRun *run = runs->pdata[i];
        size_t n = 0;
        const double *values = faltung_run_column(run->file, "epoch", column, &n);
        last[i] = values && n ? values[n - 1] : NAN;
        best[i] = values ? best_of(values, n, is_accuracy(column)) : NAN;
    }
    return (FaltungReportFigure){
        .last = faltung_summarize(last, runs->len),
        .best = faltung_summarize(best, runs->len),
    };
}

static int compare_doubles(gconstpointer a, gconstpointer b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The epochs of all the runs of a group, each once, in order. */
static GArray *collect_epochs(const GPtrArray *runs) {
    GArray *epochs = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < runs->len; i++) {
        const FaltungReportRun *run = runs->pdata[i];
        size_t n = 0;
        const double *values = faltung_run_column(run->file, "epoch", "epoch", &n);
        if (values)
            g_array_append_vals(epochs, values, n);
    }
    g_array_sort(epochs, compare_doubles);
    guint kept = 0;
    for (guint i = 0; i < epochs->len; i++) {
        double epoch = g_array_index(epochs, double, i);
        if (kept == 0 || g_array_index(epochs, double, kept - 1) != epoch)
            g_array_index(epochs, double, kept++) = epoch;
    }
    g_array_set_size(epochs, kept);
    return epochs;
}

static double value_at(const FaltungReportRun *run, const char *column, double epoch) {
    size_t n_epochs = 0, n = 0;
    const double *epochs = faltung_run_column(run->file, "epoch", "epoch", &n_epochs);
    const double *values = faltung_run_column(run->file, "epoch", column, &n);
    for (size_t i = 0; epochs && values && i < MIN(n, n_epochs); i++) {
        if (epochs[i] == epoch)
            return values[i];
    }
    return NAN;
}

FaltungReportCurve *faltung_report_curve(const FaltungReport *report, int group,
                                         const char *column) {
    const GPtrArray *runs = group_at(report, group)->runs;
    g_autoptr(GArray) epochs = collect_epochs(runs);
    FaltungReportCurve *curve = g_new0(FaltungReportCurve, 1);
    curve->epoch = g_new(double, epochs->len);
    curve->mean = g_new(double, epochs->len);
    curve->low = g_new(double, epochs->len);
    curve->high = g_new(double, epochs->len);
    curve->n_runs = g_new(int, epochs->len);
    g_autofree double *values = g_new(double, runs->len);
    for (guint i = 0; i < epochs->len; i++) {
        double epoch = g_array_index(epochs, double, i);
        for (guint j = 0; j < runs->len; j++)
            values[j] = value_at(runs->pdata[j], column, epoch);
        FaltungSummary summary = faltung_summarize(values, runs->len);
        if (summary.n == 0)
            continue; /* before any training there is no training loss */
        curve->epoch[curve->n] = epoch;
        curve->mean[curve->n] = summary.mean;
        curve->low[curve->n] = summary.mean - summary.half_width;
        curve->high[curve->n] = summary.mean + summary.half_width;
        curve->n_runs[curve->n++] = summary.n;
    }
    return curve;
}

void faltung_report_curve_free(FaltungReportCurve *curve) {
    g_free(curve->epoch);
    g_free(curve->mean);
    g_free(curve->low);
    g_free(curve->high);
    g_free(curve->n_runs);
    g_free(curve);
}
