/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/time-slider.h"

#include "gui/style.h"

#include <glib/gi18n.h>
#include <math.h>

#define FRAME_MILLISECONDS 150

struct _FaltungTimeSlider {
    GtkBox parent;
    GtkWidget *play, *scale, *label;
    GtkAdjustment *adjustment; /* 0 ... n: n is the newest */
    GArray *epochs;            /* (element-type double) */
    guint film;
};

G_DEFINE_FINAL_TYPE(FaltungTimeSlider, faltung_time_slider, GTK_TYPE_BOX)

static guint moved_signal;

int faltung_time_slider_moment(FaltungTimeSlider *self) {
    int value = (int)lround(gtk_adjustment_get_value(self->adjustment));
    return value >= (int)self->epochs->len ? -1 : value;
}

double faltung_time_slider_epoch(FaltungTimeSlider *self) {
    int moment = faltung_time_slider_moment(self);
    return moment < 0 ? NAN : g_array_index(self->epochs, double, moment);
}

static void update_label(FaltungTimeSlider *self) {
    double epoch = faltung_time_slider_epoch(self);
    g_autofree char *text =
        isnan(epoch)
            ? g_strdup(_("newest"))
            : g_strdup_printf(epoch == floor(epoch) ? _("epoch %.0f") : _("epoch %.2f"), epoch);
    gtk_label_set_text(GTK_LABEL(self->label), text);
}

static void on_value_changed(FaltungTimeSlider *self) {
    double value = gtk_adjustment_get_value(self->adjustment);
    if (value != round(value)) {
        gtk_adjustment_set_value(self->adjustment, round(value));
        return;
    }
    update_label(self);
    g_signal_emit(self, moved_signal, 0);
}

static void stop_film(FaltungTimeSlider *self) {
    g_clear_handle_id(&self->film, g_source_remove);
    gtk_button_set_icon_name(GTK_BUTTON(self->play), "media-playback-start-symbolic");
}

static gboolean next_frame(gpointer data) {
    FaltungTimeSlider *self = data;
    double value = gtk_adjustment_get_value(self->adjustment) + 1;
    if (value > self->epochs->len) {
        self->film = 0;
        stop_film(self);
        return G_SOURCE_REMOVE;
    }
    gtk_adjustment_set_value(self->adjustment, value);
    return G_SOURCE_CONTINUE;
}

static void on_play(FaltungTimeSlider *self) {
    if (self->film != 0) {
        stop_film(self);
        return;
    }
    gboolean moves = faltung_moves(GTK_WIDGET(self));
    if (faltung_time_slider_moment(self) < 0) {
        gtk_adjustment_set_value(self->adjustment, 0);
    } else if (!moves) {
        next_frame(self); /* moment by moment, as often as one presses */
    }
    if (!moves) {
        return;
    }
    self->film = g_timeout_add(FRAME_MILLISECONDS, next_frame, self);
    gtk_button_set_icon_name(GTK_BUTTON(self->play), "media-playback-pause-symbolic");
}

void faltung_time_slider_set_moments(FaltungTimeSlider *self, int n, const double *epochs) {
    gboolean newest = faltung_time_slider_moment(self) < 0;
    g_array_set_size(self->epochs, 0);
    g_array_append_vals(self->epochs, epochs, n);
    gtk_widget_set_visible(GTK_WIDGET(self), n > 1);
    g_signal_handlers_block_by_func(self->adjustment, on_value_changed, self);
    gtk_adjustment_set_upper(self->adjustment, n);
    if (newest) {
        gtk_adjustment_set_value(self->adjustment, n);
    }
    g_signal_handlers_unblock_by_func(self->adjustment, on_value_changed, self);
    update_label(self);
}

int faltung_time_slider_n_moments(FaltungTimeSlider *self) {
    return (int)self->epochs->len;
}

void faltung_time_slider_go_to(FaltungTimeSlider *self, int moment) {
    gtk_adjustment_set_value(self->adjustment, moment < 0 ? (int)self->epochs->len : moment);
}

void faltung_time_slider_hold(FaltungTimeSlider *self, gboolean held) {
    stop_film(self);
    gtk_widget_set_sensitive(GTK_WIDGET(self), !held);
}

void faltung_time_slider_follow(FaltungTimeSlider *self) {
    stop_film(self);
    gtk_adjustment_set_value(self->adjustment, self->epochs->len);
}

static void faltung_time_slider_dispose(GObject *object) {
    g_clear_handle_id(&FALTUNG_TIME_SLIDER(object)->film, g_source_remove);
    G_OBJECT_CLASS(faltung_time_slider_parent_class)->dispose(object);
}

static void faltung_time_slider_finalize(GObject *object) {
    g_array_unref(FALTUNG_TIME_SLIDER(object)->epochs);
    G_OBJECT_CLASS(faltung_time_slider_parent_class)->finalize(object);
}

static void faltung_time_slider_class_init(FaltungTimeSliderClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_time_slider_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_time_slider_finalize;
    moved_signal = g_signal_new("moved", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void faltung_time_slider_init(FaltungTimeSlider *self) {
    GtkBox *box = GTK_BOX(self);
    self->epochs = g_array_new(FALSE, FALSE, sizeof(double));
    gtk_box_set_spacing(box, 6);
    gtk_widget_set_margin_start(GTK_WIDGET(self), 6);
    gtk_widget_set_margin_end(GTK_WIDGET(self), 12);
    gtk_widget_set_margin_bottom(GTK_WIDGET(self), 4);

    self->play = faltung_icon_button("media-playback-start-symbolic", _("Play the training"), NULL);
    g_signal_connect_swapped(self->play, "clicked", G_CALLBACK(on_play), self);
    gtk_box_append(box, self->play);

    self->adjustment = gtk_adjustment_new(0, 0, 0, 1, 5, 0);
    g_signal_connect_swapped(self->adjustment, "value-changed", G_CALLBACK(on_value_changed), self);
    self->scale = gtk_scale_new(GTK_ORIENTATION_HORIZONTAL, self->adjustment);
    gtk_widget_set_hexpand(self->scale, TRUE);
    faltung_set_accessible_label(self->scale, _("Moment of the training"));
    gtk_box_append(box, self->scale);

    self->label = gtk_label_new("");
    gtk_label_set_width_chars(GTK_LABEL(self->label), 11);
    gtk_label_set_xalign(GTK_LABEL(self->label), 1);
    gtk_widget_add_css_class(self->label, "numeric");
    gtk_widget_add_css_class(self->label, "dim-label");
    gtk_box_append(box, self->label);
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}

GtkWidget *faltung_time_slider_new(void) {
    return g_object_new(FALTUNG_TYPE_TIME_SLIDER, NULL);
}
