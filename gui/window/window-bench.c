/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "gui/canvas/canvas-bench.h"

/* How long the time slider waits for a moment: from where it is moved to the end of the frame that
   shows it, and to that which shows all that the open page computes of it, too. */

typedef struct {
    FaltungWindow *window;
    gulong handler;
    int moment, n_moments;
    gint64 asked;
    gboolean drawn;           /* without what the page computes */
    GArray *shown, *complete; /* (element-type double): milliseconds */
} Bench;

static void ask(Bench *bench, int moment) {
    bench->moment = moment;
    bench->drawn = FALSE;
    bench->asked = g_get_monotonic_time();
    faltung_time_slider_go_to(faltung_run_panel_slider(bench->window->run_panel), moment);
}

static void end(Bench *bench, GdkFrameClock *clock) {
    g_autofree char *shown = faltung_bench_text(bench->shown);
    g_autofree char *complete = faltung_bench_text(bench->complete);
    g_print("moments: %s, %d looks: shown: %s; complete: %s\n",
            faltung_run_panel_title(bench->window->run_panel), bench->n_moments, shown, complete);
    g_signal_handler_disconnect(clock, bench->handler);
    g_array_unref(bench->shown);
    g_array_unref(bench->complete);
    g_object_unref(bench->window);
    g_free(bench);
}

static void on_painted(GdkFrameClock *clock, gpointer data) {
    Bench *bench = data;
    FaltungWindow *self = bench->window;
    if (self->snapshot == NULL || self->snapshot->moment != bench->moment) {
        return;
    }
    double passed = (double)(g_get_monotonic_time() - bench->asked) / G_TIME_SPAN_MILLISECOND;
    if (!bench->drawn) {
        bench->drawn = TRUE;
        g_array_append_val(bench->shown, passed);
    }
    if (faltung_scene_is_at_work(self->scene)) {
        gtk_widget_queue_draw(GTK_WIDGET(self)); /* so that another frame comes */
        return;
    }
    g_array_append_val(bench->complete, passed);
    if (bench->moment + 1 < bench->n_moments) {
        ask(bench, bench->moment + 1);
    } else {
        end(bench, clock);
    }
}

void faltung_window_bench_moments(FaltungWindow *self) {
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    if (faltung_time_slider_n_moments(slider) < 2) {
        return;
    }
    Bench *bench = g_new0(Bench, 1);
    bench->window = g_object_ref(self);
    bench->n_moments = faltung_time_slider_n_moments(slider);
    bench->shown = g_array_new(FALSE, FALSE, sizeof(double));
    bench->complete = g_array_new(FALSE, FALSE, sizeof(double));
    bench->handler = g_signal_connect(gtk_widget_get_frame_clock(GTK_WIDGET(self)), "after-paint",
                                      G_CALLBACK(on_painted), bench);
    ask(bench, 0);
}
