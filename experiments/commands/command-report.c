/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/report.h"
#include "experiments/command.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>

static char *out;

static const GOptionEntry options[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out,
     "Write report.md, report.csv, curves.csv, and the curves as PNG and SVG into DIR", "DIR"},
    {0},
};

static gboolean write_text(const char *name, const char *text, GError **error) {
    g_autofree char *path = g_build_filename(out, name, NULL);
    return g_file_set_contents(path, text, -1, error);
}

static gboolean write_pictures(const FaltungReport *report, GError **error) {
    static const char *const endings[] = {"png", "svg"};
    const char *const *column = faltung_report_columns(report);
    for (; *column && faltung_report_can_draw(); column++) {
        for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
            g_autofree char *name = g_strdup_printf("%s.%s", *column, endings[i]);
            g_autofree char *path = g_build_filename(out, name, NULL);
            if (!faltung_report_draw(report, *column, path, error))
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean write_report(const FaltungReport *report, GError **error) {
    if (g_mkdir_with_parents(out, 0777) != 0)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "the folder %s cannot be made: %s; choose another with --out", out,
                            g_strerror(errno));
    g_autofree char *markdown = faltung_report_markdown(report, faltung_report_can_draw());
    g_autofree char *csv = faltung_report_csv(report);
    g_autofree char *curves = faltung_report_curves_csv(report);
    return write_text("report.md", markdown, error) && write_text("report.csv", csv, error) &&
           write_text("curves.csv", curves, error) && write_pictures(report, error);
}

static int report_run(const FaltungCall *call, GError **error) {
    g_autoptr(FaltungReport) report = faltung_report_new(call->arguments, error);
    if (!report)
        return FALTUNG_EXIT_USAGE;
    if (call->json) {
        g_autoptr(FaltungJson) json = faltung_json_new();
        faltung_report_write_json(report, json);
        faltung_json_print(json);
    } else {
        g_autofree char *markdown = faltung_report_markdown(report, FALSE);
        fputs(markdown, stdout);
    }
    if (!out)
        return FALTUNG_EXIT_DONE;
    if (!write_report(report, error))
        return FALTUNG_EXIT_FAILED;
    if (!faltung_report_can_draw() && !call->quiet)
        fprintf(stderr, "without the curves: this program was built without pictures "
                        "(-Ddraw=disabled)\n");
    if (!call->quiet)
        fprintf(stderr, "written to %s\n", out);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_report = {
    .name = "report",
    .arguments = "DIR|RUN.h5...",
    .min_arguments = 1,
    .max_arguments = -1,
    .summary = "Compares runs: mean, spread and confidence interval over the seeds",
    .description =
        "Runs whose settings are equal but for the seed are a group. For each group and figure: "
        "the number of runs, mean, standard deviation and the 95 % confidence interval of the mean "
        "(Student's t), after the last epoch and at the best one. Prints Markdown; --out writes "
        "files as well, with the curves (the mean over the seeds, its interval as a band). Runs "
        "that did not finish are named and left out.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = report_run,
};
