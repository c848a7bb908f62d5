/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/curves.h"
#include "gui/training/time-slider.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/** FaltungRunPanel: below the canvas: the curves, the views, the log, and the time slider, which
 *  moves them all. */
#define FALTUNG_TYPE_RUN_PANEL (faltung_run_panel_get_type())
G_DECLARE_FINAL_TYPE(FaltungRunPanel, faltung_run_panel, FALTUNG, RUN_PANEL, GtkBox)

FaltungCurves *faltung_run_panel_curves(FaltungRunPanel *panel);
FaltungTimeSlider *faltung_run_panel_slider(FaltungRunPanel *panel);
/** faltung_run_panel_scene: Returns: (transfer none): what the views show, told by the window. */
FaltungScene *faltung_run_panel_scene(FaltungRunPanel *panel);
/** faltung_run_panel_page, faltung_run_panel_title: Returns: (transfer none): the page that is
 *  seen, and its title. */
GtkWidget *faltung_run_panel_page(FaltungRunPanel *panel);
const char *faltung_run_panel_title(FaltungRunPanel *panel);
/** faltung_run_panel_switcher: Returns: (transfer none): what turns from page to page. */
GtkWidget *faltung_run_panel_switcher(FaltungRunPanel *panel);
/** faltung_run_panel_turn_to: the page with this title. */
void faltung_run_panel_turn_to(FaltungRunPanel *panel, const char *title);
/** faltung_run_panel_set_figures: the line of figures beside the tabs. */
void faltung_run_panel_set_figures(FaltungRunPanel *panel, const char *text);
const char *faltung_run_panel_figures(FaltungRunPanel *panel);
/** faltung_run_panel_log: one more line, with the time of day. */
void faltung_run_panel_log(FaltungRunPanel *panel, const char *text);
void faltung_run_panel_clear(FaltungRunPanel *panel);

G_END_DECLS
