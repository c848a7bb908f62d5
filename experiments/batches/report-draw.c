/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "experiments/batches/report.h"

#ifdef FALTUNG_HAVE_DRAW

#include "draw/chart.h"
#include "draw/output.h"

#include <math.h>

gboolean faltung_report_can_draw(void) {
    return TRUE;
}

static void draw_chart(cairo_t *cr, double width, double height, gpointer data) {
    faltung_chart_draw(data, cr, faltung_theme(FALSE), width, height);
}

gboolean faltung_report_draw(const FaltungReport *report, const char *column, const char *path,
                             GError **error) {
    g_autoptr(FaltungChart) chart = faltung_chart_new();
    faltung_chart_set_labels(chart, faltung_report_title(report), "epoch", column);
    for (int i = 0; i < faltung_report_n_groups(report); i++) {
        g_autoptr(FaltungReportCurve) curve = faltung_report_curve(report, i, column);
        int series = faltung_chart_add_series(chart, faltung_report_label(report, i), curve->epoch,
                                              curve->mean, curve->n);
        if (faltung_report_n_runs(report, i) > 1)
            faltung_chart_set_band(chart, series, curve->low, curve->high);
        /* after the colours come round again the line tells them apart */
        faltung_chart_set_look(chart, series, i % FALTUNG_N_SERIES_COLORS,
                               i / FALTUNG_N_SERIES_COLORS % 3);
    }
    return faltung_output_write(path, 800, 500, 2, &faltung_theme(FALSE)->background, draw_chart,
                                chart, error);
}

#else

gboolean faltung_report_can_draw(void) {
    return FALSE;
}

gboolean faltung_report_draw(const FaltungReport *report, const char *column, const char *path,
                             GError **error) {
    return faltung_fail(
        error, FALTUNG_ERROR_WORK,
        "%s cannot be drawn: this program was built without pictures (-Ddraw=disabled)", path);
}

#endif
