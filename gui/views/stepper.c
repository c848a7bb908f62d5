/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/stepper.h"

#include "gui/style.h"

#include <glib/gi18n.h>

#define PLAY_EVERY 1200 /* milliseconds at a stop */

struct _FaltungStepper {
    GtkBox parent;
    GtkWidget *back, *forward, *play;
    int at, n;
    guint playing; /* a source; 0: not */
};

G_DEFINE_FINAL_TYPE(FaltungStepper, faltung_stepper, GTK_TYPE_BOX)

static guint step_signal;

static void go(FaltungStepper *self, int stop) {
    if (stop >= 0 && stop < self->n) {
        g_signal_emit(self, step_signal, 0, stop);
    }
}

static void on_back(FaltungStepper *self) {
    go(self, self->at - 1);
}

static void on_forward(FaltungStepper *self) {
    go(self, self->at + 1);
}

static gboolean on_tick(gpointer data) {
    FaltungStepper *self = data;
    if (self->at + 1 < self->n) {
        on_forward(self);
        return G_SOURCE_CONTINUE;
    }
    self->playing = 0;
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->play), FALSE);
    return G_SOURCE_REMOVE;
}

static void on_play(FaltungStepper *self) {
    g_clear_handle_id(&self->playing, g_source_remove);
    if (!gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->play))) {
        return;
    }
    if (self->at + 1 >= self->n) {
        go(self, 0);
    }
    if (faltung_moves(self->play)) {
        self->playing = g_timeout_add(PLAY_EVERY, on_tick, self);
    } else { /* stop by stop, as often as one presses */
        on_forward(self);
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->play), FALSE);
    }
}

void faltung_stepper_set(FaltungStepper *self, int at, int n) {
    self->at = at;
    self->n = n;
    gtk_widget_set_sensitive(self->back, at > 0);
    gtk_widget_set_sensitive(self->forward, at + 1 < n);
    gtk_widget_set_sensitive(self->play, n > 0);
}

static GtkWidget *button_new(FaltungStepper *self, const char *icon, const char *name,
                             GCallback clicked) {
    GtkWidget *button = faltung_icon_button(icon, name, NULL);
    g_signal_connect_swapped(button, "clicked", clicked, self);
    gtk_box_append(GTK_BOX(self), button);
    return button;
}

static void faltung_stepper_dispose(GObject *object) {
    g_clear_handle_id(&FALTUNG_STEPPER(object)->playing, g_source_remove);
    G_OBJECT_CLASS(faltung_stepper_parent_class)->dispose(object);
}

static void faltung_stepper_class_init(FaltungStepperClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_stepper_dispose;
    step_signal = g_signal_new("step", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void faltung_stepper_init(FaltungStepper *self) {
    gtk_box_set_spacing(GTK_BOX(self), 4);
    self->back = button_new(self, "go-previous-symbolic", _("One stop back"), G_CALLBACK(on_back));
    self->forward = button_new(self, "go-next-symbolic", _("One stop on"), G_CALLBACK(on_forward));
    self->play = gtk_toggle_button_new();
    gtk_button_set_icon_name(GTK_BUTTON(self->play), "media-playback-start-symbolic");
    gtk_widget_set_tooltip_text(self->play, _("Walk by itself"));
    gtk_widget_add_css_class(self->play, "flat");
    faltung_set_accessible_label(self->play, _("Walk by itself"));
    g_signal_connect_swapped(self->play, "toggled", G_CALLBACK(on_play), self);
    gtk_box_append(GTK_BOX(self), self->play);
}

GtkWidget *faltung_stepper_new(void) {
    return g_object_new(FALTUNG_TYPE_STEPPER, NULL);
}
