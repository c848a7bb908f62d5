/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungTour: the guided first minute: bubbles at what is to be used next, one after the other,
 *  each gone as soon as that is done. They hinder nothing, can be left at any time, and come by
 *  themselves only once. */
#define FALTUNG_TYPE_TOUR (faltung_tour_get_type())
G_DECLARE_FINAL_TYPE(FaltungTour, faltung_tour, FALTUNG, TOUR, GObject)

typedef enum {
    FALTUNG_TOUR_CHOOSE, /* an example */
    FALTUNG_TOUR_TRAIN,
    FALTUNG_TOUR_LOOK,  /* at a layer */
    FALTUNG_TOUR_DRAG,  /* the time slider */
    FALTUNG_TOUR_STEPS, /* it is over */
} FaltungTourStep;

/** faltung_tour_is_new: Returns: whether nobody has seen it yet; then it is seen from now on. */
gboolean faltung_tour_is_new(void);

FaltungTour *faltung_tour_new(void);
/** faltung_tour_set_place: @widget: what the step's bubble is at, for as long as it lives. */
void faltung_tour_set_place(FaltungTour *tour, FaltungTourStep step, GtkWidget *widget);
/** faltung_tour_go: shows the bubble of @step; FALTUNG_TOUR_STEPS ends the tour. */
void faltung_tour_go(FaltungTour *tour, FaltungTourStep step);
/** faltung_tour_done: @step has been done: where it is the one that is shown, the next one is. */
void faltung_tour_done(FaltungTour *tour, FaltungTourStep step);
/** faltung_tour_focus: the keys go to the bubble's button. */
void faltung_tour_focus(FaltungTour *tour);
/** faltung_tour_step: Returns: where it is. */
FaltungTourStep faltung_tour_step(FaltungTour *tour);
/** faltung_tour_is_shown: Returns: whether there is a bubble: not while its place is out of sight.
 */
gboolean faltung_tour_is_shown(FaltungTour *tour);

G_END_DECLS
