/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/play-popover.h"
#include "gui/window/window-private.h"

#include "core/base/quote.h"

#include <glib/gi18n.h>
#include <math.h>

/* What is done to the network while it learns, from the popover of the run controls. */

static const FaltungGraph *graph_of(FaltungWindow *self) {
    return self->document != NULL ? faltung_document_experiment(self->document)->graph : NULL;
}

static FaltungPlayPopover *popover_of(FaltungWindow *self) {
    return FALTUNG_PLAY_POPOVER(gtk_menu_button_get_popover(self->play_button));
}

void faltung_window_update_play(FaltungWindow *self) {
    FaltungPlayPopover *popover = popover_of(self);
    if (gtk_widget_get_mapped(GTK_WIDGET(popover))) {
        g_autoptr(GArray) acts = faltung_worker_acts(self->worker);
        const FaltungProgress *progress = &self->progress_now;
        faltung_play_popover_show(popover, progress->step > 0 ? progress->learning_rate : NAN, acts,
                                  faltung_window_is_training(self));
    }
}

static void on_opened(FaltungWindow *self) {
    faltung_play_popover_set_graph(popover_of(self), graph_of(self),
                                   faltung_canvas_selected(self->canvas));
    faltung_window_update_play(self);
}

static void on_breakpoints(FaltungWindow *self, const FaltungBreakpoints *breakpoints) {
    faltung_worker_set_breakpoints(self->worker, breakpoints);
}

/* It has paused by itself: what for, and where. */
static void on_broke(FaltungWindow *self, const char *text, int layer) {
    faltung_window_problem(self, text);
    faltung_run_panel_log(self->run_panel, text);
    if (layer >= 0) {
        faltung_canvas_select(self->canvas, layer);
    }
}

static void on_act(FaltungWindow *self, const FaltungAct *act) {
    faltung_worker_act(self->worker, act);
}

/* The run's acts as the experiment's, with those of the experiment that it did not come to. */
static char *script_of(FaltungWindow *self) {
    const FaltungExperiment *experiment = faltung_document_experiment(self->document);
    g_autoptr(GArray) acts = faltung_worker_acts(self->worker);
    g_autoptr(GArray) planned =
        faltung_acts_parse(experiment->train->acts, experiment->graph, NULL);
    for (guint i = 0; planned != NULL && i < planned->len; i++) {
        const FaltungAct *act = &g_array_index(planned, FaltungAct, i);
        if (act->step > self->progress_now.step) {
            g_array_append_val(acts, *act);
        }
    }
    GString *script = g_string_new(NULL);
    for (guint i = 0; i < acts->len; i++) {
        g_autofree char *text =
            faltung_act_format(&g_array_index(acts, FaltungAct, i), experiment->graph);
        g_string_append_printf(script, "%s%s", i > 0 ? "; " : "", text);
    }
    return g_string_free(script, FALSE);
}

static void on_keep(FaltungWindow *self) {
    g_autofree char *script = script_of(self), *value = faltung_yaml_quote(script);
    g_autoptr(GError) error = NULL;
    if (faltung_document_set(self->document, "train.acts", value, &error)) {
        faltung_window_toast(self, _("The experiment does now by itself what was done by hand"));
    } else {
        faltung_window_problem(self, error->message);
    }
}

void faltung_window_install_play(FaltungWindow *self) {
    GtkWidget *popover = faltung_play_popover_new();
    gtk_menu_button_set_popover(self->play_button, popover);
    g_signal_connect_object(popover, "show", G_CALLBACK(on_opened), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(popover, "act", G_CALLBACK(on_act), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(popover, "breakpoints", G_CALLBACK(on_breakpoints), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_swapped(self->worker, "broke", G_CALLBACK(on_broke), self);
    g_signal_connect_object(popover, "keep", G_CALLBACK(on_keep), self, G_CONNECT_SWAPPED);
}
