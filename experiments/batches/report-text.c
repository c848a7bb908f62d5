/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/report-private.h"
#include "experiments/table.h"

#include <math.h>

/* A report as Markdown, CSV and JSON. */

/* Four digits of the largest mean; what is in one table has the same decimals. */
static int choose_decimals(const FaltungReport *report, const char *column) {
    double largest = 0;
    for (int i = 0; i < faltung_report_n_groups(report); i++) {
        FaltungReportFigure figure = faltung_report_figure(report, i, column);
        if (isfinite(figure.last.mean))
            largest = MAX(largest, fabs(figure.last.mean));
    }
    return largest > 0 ? CLAMP(3 - (int)floor(log10(largest)), 0, 9) : 4;
}

static void add_figure(FaltungTextTable *table, double value, int decimals) {
    if (isfinite(value))
        faltung_text_table_cellf(table, "%.*f", decimals, value);
    else
        faltung_text_table_cell(table, "-");
}

static void add_summary(FaltungTextTable *table, const FaltungSummary *summary, int decimals) {
    add_figure(table, summary->mean, decimals);
    add_figure(table, summary->deviation, decimals);
    if (isfinite(summary->half_width))
        faltung_text_table_cellf(table, "%.*f to %.*f", decimals,
                                 summary->mean - summary->half_width, decimals,
                                 summary->mean + summary->half_width);
    else
        faltung_text_table_cell(table, "-");
}

static void add_touched(const FaltungReport *report, GString *out) {
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < report->runs->len; i++) {
        const FaltungReportRun *run = report->runs->pdata[i];
        guint touched = faltung_run_touched(run->file);
        g_autofree char *name = g_path_get_basename(run->path);
        if (touched)
            g_string_append_printf(list, "- `%s`: %u %s by hand\n", name, touched,
                                   touched == 1 ? "act" : "acts");
    }
    if (list->len)
        g_string_append_printf(out,
                               "\n## Touched\n\nSomebody changed these while they learned; their "
                               "experiment file alone does not give them.\n\n%s",
                               list->str);
}

char *faltung_report_markdown(const FaltungReport *report, gboolean pictures) {
    static const char *const header[] = {"",    "runs",          "last: mean",
                                         "std", "95 % interval", "best: mean",
                                         "std", "95 % interval", NULL};
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "# %s\n\n", report->title);
    g_string_append(out,
                    "Runs that differ in nothing but seed and fold are one row. *last* is after "
                    "the last epoch, *best* the\nbest of all epochs; *std* is the standard "
                    "deviation over the runs, the interval that of the mean\n(Student's t).\n");
    for (char **column = report->columns; *column; column++) {
        g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
        int decimals = choose_decimals(report, *column);
        for (int i = 0; i < faltung_report_n_groups(report); i++) {
            FaltungReportFigure figure = faltung_report_figure(report, i, *column);
            faltung_text_table_row(table);
            faltung_text_table_cell(table, faltung_report_label(report, i));
            faltung_text_table_cellf(table, "%d", faltung_report_n_runs(report, i));
            add_summary(table, &figure.last, decimals);
            add_summary(table, &figure.best, decimals);
        }
        g_autofree char *text = faltung_text_table_markdown(table);
        g_string_append_printf(out, "\n## %s\n\n%s", *column, text);
        if (pictures)
            g_string_append_printf(out, "\n![%s over the epochs](%s.png)\n", *column, *column);
    }
    add_touched(report, out);
    if (report->omitted->len)
        g_string_append(out, "\n## Left out\n\n");
    for (guint i = 0; i < report->omitted->len; i++) {
        const FaltungReportOmission *omission = report->omitted->pdata[i];
        g_autofree char *name = g_path_get_basename(omission->path);
        g_string_append_printf(out, "- `%s`: %s\n", name, omission->reason);
    }
    return g_string_free(out, FALSE);
}

/* A number for programs: nothing where there is none. */
static void add_number(FaltungTextTable *table, double value) {
    if (isfinite(value))
        faltung_text_table_cellf(table, "%.9g", value);
    else
        faltung_text_table_cell(table, "");
}

static void add_csv_row(FaltungTextTable *table, const char *label, const char *column,
                        const char *which, const FaltungSummary *summary) {
    faltung_text_table_row(table);
    faltung_text_table_cell(table, label);
    faltung_text_table_cell(table, column);
    faltung_text_table_cell(table, which);
    faltung_text_table_cellf(table, "%d", summary->n);
    add_number(table, summary->mean);
    add_number(table, summary->deviation);
    add_number(table, summary->mean - summary->half_width);
    add_number(table, summary->mean + summary->half_width);
    add_number(table, summary->minimum);
    add_number(table, summary->maximum);
}

char *faltung_report_csv(const FaltungReport *report) {
    static const char *const header[] = {"group",  "figure",  "which",   "n",       "mean", "std",
                                         "ci_low", "ci_high", "minimum", "maximum", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int i = 0; i < faltung_report_n_groups(report); i++) {
        for (char **column = report->columns; *column; column++) {
            FaltungReportFigure figure = faltung_report_figure(report, i, *column);
            const char *label = faltung_report_label(report, i);
            add_csv_row(table, label, *column, "last", &figure.last);
            add_csv_row(table, label, *column, "best", &figure.best);
        }
    }
    return faltung_text_table_csv(table);
}

char *faltung_report_curves_csv(const FaltungReport *report) {
    static const char *const header[] = {"group", "figure", "epoch",   "n",
                                         "mean",  "ci_low", "ci_high", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int i = 0; i < faltung_report_n_groups(report); i++) {
        for (char **column = report->columns; *column; column++) {
            g_autoptr(FaltungReportCurve) curve = faltung_report_curve(report, i, *column);
            for (size_t j = 0; j < curve->n; j++) {
                faltung_text_table_row(table);
                faltung_text_table_cell(table, faltung_report_label(report, i));
                faltung_text_table_cell(table, *column);
                add_number(table, curve->epoch[j]);
                faltung_text_table_cellf(table, "%d", curve->n_runs[j]);
                add_number(table, curve->mean[j]);
                add_number(table, curve->low[j]);
                add_number(table, curve->high[j]);
            }
        }
    }
    return faltung_text_table_csv(table);
}

static void write_summary(const FaltungSummary *summary, const char *key, FaltungJson *json) {
    faltung_json_open_object(json, key);
    faltung_json_integer(json, "n", summary->n);
    faltung_json_number(json, "mean", summary->mean);
    faltung_json_number(json, "std", summary->deviation);
    faltung_json_number(json, "ci_low", summary->mean - summary->half_width);
    faltung_json_number(json, "ci_high", summary->mean + summary->half_width);
    faltung_json_number(json, "minimum", summary->minimum);
    faltung_json_number(json, "maximum", summary->maximum);
    faltung_json_close(json);
}

void faltung_report_write_json(const FaltungReport *report, FaltungJson *json) {
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "title", report->title);
    faltung_json_open_array(json, "groups");
    for (int i = 0; i < faltung_report_n_groups(report); i++) {
        const FaltungReportGroup *group = report->groups->pdata[i];
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "label", group->label);
        faltung_json_open_array(json, "runs");
        for (guint j = 0; j < group->runs->len; j++)
            faltung_json_string(json, NULL, ((FaltungReportRun *)group->runs->pdata[j])->path);
        faltung_json_close(json);
        faltung_json_open_object(json, "figures");
        for (char **column = report->columns; *column; column++) {
            FaltungReportFigure figure = faltung_report_figure(report, i, *column);
            faltung_json_open_object(json, *column);
            write_summary(&figure.last, "last", json);
            write_summary(&figure.best, "best", json);
            faltung_json_close(json);
        }
        faltung_json_close(json);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_open_array(json, "touched");
    for (guint i = 0; i < report->runs->len; i++) {
        const FaltungReportRun *run = report->runs->pdata[i];
        if (faltung_run_touched(run->file))
            faltung_json_string(json, NULL, run->path);
    }
    faltung_json_close(json);
    faltung_json_open_array(json, "left_out");
    for (guint i = 0; i < report->omitted->len; i++) {
        const FaltungReportOmission *omission = report->omitted->pdata[i];
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "run", omission->path);
        faltung_json_string(json, "reason", omission->reason);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_close(json);
}
