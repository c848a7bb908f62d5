/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

/* The guided first minute: where its bubbles are, and what makes each of them go. */

static void on_loaded(FaltungWindow *self) {
    GtkWidget *example = faltung_start_page_example(self->start_page);
    if (example != NULL) {
        faltung_tour_set_place(self->tour, FALTUNG_TOUR_CHOOSE, example);
    }
}

static void on_page(FaltungWindow *self) {
    if (g_strcmp0(gtk_stack_get_visible_child_name(self->pages), "workspace") == 0) {
        faltung_tour_done(self->tour, FALTUNG_TOUR_CHOOSE);
    }
}

static void on_state(FaltungWindow *self) {
    if (faltung_window_is_training(self)) {
        faltung_tour_done(self->tour, FALTUNG_TOUR_TRAIN);
    }
}

static void on_selected(FaltungWindow *self) {
    if (faltung_canvas_selected(self->canvas) >= 0) {
        faltung_tour_done(self->tour, FALTUNG_TOUR_LOOK);
    }
}

static void on_moved(FaltungWindow *self) {
    if (faltung_time_slider_moment(faltung_run_panel_slider(self->run_panel)) >= 0) {
        faltung_tour_done(self->tour, FALTUNG_TOUR_DRAG);
    }
}

void faltung_window_begin_tour(FaltungWindow *self) {
    faltung_tour_go(self->tour, self->document != NULL ? FALTUNG_TOUR_TRAIN : FALTUNG_TOUR_CHOOSE);
    faltung_tour_focus(self->tour);
}

static void on_tour(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_window_begin_tour(data);
}

void faltung_window_install_tour(FaltungWindow *self) {
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    self->tour = faltung_tour_new();
    g_signal_connect_swapped(self->start_page, "loaded", G_CALLBACK(on_loaded), self);
    faltung_tour_set_place(self->tour, FALTUNG_TOUR_TRAIN,
                           gtk_widget_get_parent(GTK_WIDGET(self->train_content)));
    faltung_tour_set_place(self->tour, FALTUNG_TOUR_LOOK, GTK_WIDGET(self->canvas));
    faltung_tour_set_place(self->tour, FALTUNG_TOUR_DRAG, GTK_WIDGET(slider));
    g_signal_connect_swapped(self->pages, "notify::visible-child-name", G_CALLBACK(on_page), self);
    g_signal_connect_swapped(self->worker, "state", G_CALLBACK(on_state), self);
    g_signal_connect_swapped(self->canvas, "selected", G_CALLBACK(on_selected), self);
    g_signal_connect_swapped(slider, "moved", G_CALLBACK(on_moved), self);
    const GActionEntry actions[] = {{"tour", on_tour}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}
