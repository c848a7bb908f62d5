/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/chart.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungChartView: a chart to look into: the values under the pointer, a series shown or hidden
 * by a click on its name, zoom by dragging, all of it again by a double click.
 */
#define FALTUNG_TYPE_CHART_VIEW (faltung_chart_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungChartView, faltung_chart_view, FALTUNG, CHART_VIEW, GtkWidget)

GtkWidget *faltung_chart_view_new(void);
/** faltung_chart_view_chart: Returns: (transfer none): call gtk_widget_queue_draw() after a
 *  change. */
FaltungChart *faltung_chart_view_chart(FaltungChartView *view);

G_END_DECLS
