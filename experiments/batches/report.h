/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "experiments/batches/statistics.h"
#include "experiments/json.h"

/*
 * Reports: what runs say together. Runs whose settings are equal but for the seed are a group;
 * each figure has its mean, spread and 95 % confidence interval over the group's runs.
 */

typedef struct FaltungReport FaltungReport;

/* The figure of a group. "last" is after the last epoch, "best" the best of all epochs. */
typedef struct {
    FaltungSummary last, best;
} FaltungReportFigure;

/* A figure over the epochs: the mean over the group's runs that came so far, with the limits of
   its confidence interval (NaN where fewer than two did). */
typedef struct {
    size_t n;
    double *epoch, *mean, *low, *high; /* n */
    int *n_runs;                       /* n */
} FaltungReportCurve;

/**
 * faltung_report_new:
 * @paths: (array zero-terminated=1): run files, and folders that hold some
 *
 * Errors: a path that cannot be read, or no finished run among them.
 */
FaltungReport *faltung_report_new(const char *const *paths, GError **error);
void faltung_report_free(FaltungReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungReport, faltung_report_free)

const char *faltung_report_title(const FaltungReport *report);
int faltung_report_n_groups(const FaltungReport *report);
/** faltung_report_label: Returns: what sets the group apart: "momentum, lr=0.1". */
const char *faltung_report_label(const FaltungReport *report, int group);
int faltung_report_n_runs(const FaltungReport *report, int group);
/** faltung_report_columns: Returns: (transfer none): the figures, the most telling first:
 *  val_accuracy, val_loss, ...; NULL-terminated. */
const char *const *faltung_report_columns(const FaltungReport *report);
FaltungReportFigure faltung_report_figure(const FaltungReport *report, int group,
                                          const char *column);
FaltungReportCurve *faltung_report_curve(const FaltungReport *report, int group,
                                         const char *column);
void faltung_report_curve_free(FaltungReportCurve *curve);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungReportCurve, faltung_report_curve_free)

/* report-text.c: each returns (transfer full) text.
   @pictures: whether the Markdown shows COLUMN.png, which lie beside it. */
char *faltung_report_markdown(const FaltungReport *report, gboolean pictures);
char *faltung_report_csv(const FaltungReport *report);
char *faltung_report_curves_csv(const FaltungReport *report);
void faltung_report_write_json(const FaltungReport *report, FaltungJson *json);

/**
 * faltung_report_draw: the curves of @column, a line and a band a group.
 * @path: ends in .png or .svg
 *
 * Errors: also where the program was built without pictures.
 */
gboolean faltung_report_draw(const FaltungReport *report, const char *column, const char *path,
                             GError **error);
/** faltung_report_can_draw: Returns: whether the program was built with pictures. */
gboolean faltung_report_can_draw(void);
