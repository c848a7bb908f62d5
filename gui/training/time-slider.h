/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungTimeSlider: the moments of a run; at its right end it follows what is newest. Play shows
 * them as a film. Hidden where there are fewer than two. Signals: "moved".
 */
#define FALTUNG_TYPE_TIME_SLIDER (faltung_time_slider_get_type())
G_DECLARE_FINAL_TYPE(FaltungTimeSlider, faltung_time_slider, FALTUNG, TIME_SLIDER, GtkBox)

GtkWidget *faltung_time_slider_new(void);
/** faltung_time_slider_set_moments: @epochs: the epochs done at each of @n moments. */
void faltung_time_slider_set_moments(FaltungTimeSlider *slider, int n, const double *epochs);
/** faltung_time_slider_moment: Returns: the moment, or -1 for the newest. */
int faltung_time_slider_moment(FaltungTimeSlider *slider);
/** faltung_time_slider_epoch: Returns: its epoch, NaN for the newest. */
double faltung_time_slider_epoch(FaltungTimeSlider *slider);
/** faltung_time_slider_n_moments: Returns: how many there are; 0 where it is hidden. */
int faltung_time_slider_n_moments(FaltungTimeSlider *slider);
/** faltung_time_slider_go_to: @moment: -1: the newest. */
void faltung_time_slider_go_to(FaltungTimeSlider *slider, int moment);
/** faltung_time_slider_hold: while it is held, the person cannot move it, nor does it play. */
void faltung_time_slider_hold(FaltungTimeSlider *slider, gboolean held);
void faltung_time_slider_follow(FaltungTimeSlider *slider);

G_END_DECLS
