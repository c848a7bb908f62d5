/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungSparkline: a small line without axes, from its lowest to its highest value. */
#define FALTUNG_TYPE_SPARKLINE (faltung_sparkline_get_type())
G_DECLARE_FINAL_TYPE(FaltungSparkline, faltung_sparkline, FALTUNG, SPARKLINE, GtkWidget)

GtkWidget *faltung_sparkline_new(void);
/** faltung_sparkline_show: @values: @n of them, copied; what is not finite is a gap. */
void faltung_sparkline_show(FaltungSparkline *line, const double *values, int n);

G_END_DECLS
