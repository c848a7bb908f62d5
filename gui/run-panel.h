/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/curves.h"
#include "gui/time-slider.h"

G_BEGIN_DECLS

/** FaltungRunPanel: below the canvas: the curves with the time slider, and the log. */
#define FALTUNG_TYPE_RUN_PANEL (faltung_run_panel_get_type())
G_DECLARE_FINAL_TYPE(FaltungRunPanel, faltung_run_panel, FALTUNG, RUN_PANEL, GtkBox)

FaltungCurves *faltung_run_panel_curves(FaltungRunPanel *panel);
FaltungTimeSlider *faltung_run_panel_slider(FaltungRunPanel *panel);
/** faltung_run_panel_set_figures: the line of figures beside the tabs. */
void faltung_run_panel_set_figures(FaltungRunPanel *panel, const char *text);
/** faltung_run_panel_log: one more line, with the time of day. */
void faltung_run_panel_log(FaltungRunPanel *panel, const char *text);
void faltung_run_panel_clear(FaltungRunPanel *panel);

G_END_DECLS
