/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-bench.h"

#include "gui/canvas/canvas-private.h"

#include <math.h>

enum { FRAMES = 600 };

typedef struct {
    GArray *times; /* double: milliseconds from frame to frame */
    gint64 last;
} Bench;

static void bench_free(gpointer data) {
    Bench *bench = data;
    g_array_unref(bench->times);
    g_free(bench);
}

static int compare(gconstpointer a, gconstpointer b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

char *faltung_bench_text(GArray *times) {
    g_array_sort(times, compare);
    return g_strdup_printf("median %.1f ms, 99 %% %.1f ms, longest %.1f ms",
                           g_array_index(times, double, times->len / 2),
                           g_array_index(times, double, times->len * 99 / 100),
                           g_array_index(times, double, times->len - 1));
}

static void report(FaltungCanvas *self, GArray *times) {
    double sum = 0;
    for (guint i = 0; i < times->len; i++) {
        sum += g_array_index(times, double, i);
    }
    g_autofree char *text = faltung_bench_text(times);
    g_print("canvas: %d nodes, %u frames: %.1f a second; %s\n", self->model->diagram->n_nodes,
            times->len, 1000 * times->len / sum, text);
}

/* From one end to the other and back, four times out and in again. */
static void move(FaltungCanvas *self, double turn) {
    FaltungCanvasModel *model = self->model;
    double zoom = 0.15 * pow(8, 0.5 - 0.5 * cos(8 * G_PI * turn));
    faltung_canvas_model_zoom(model, zoom / model->zoom, 0, 0);
    faltung_canvas_look_at(self, model->diagram->width * (0.5 - 0.5 * cos(2 * G_PI * turn)),
                           model->diagram->height / 2);
}

static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    Bench *bench = data;
    gint64 now = gdk_frame_clock_get_frame_time(clock);
    double passed = (double)(now - bench->last) / 1000;
    if (bench->last != 0) {
        g_array_append_val(bench->times, passed);
    }
    bench->last = now;
    if (bench->times->len < FRAMES) {
        move(self, (double)bench->times->len / FRAMES);
        return G_SOURCE_CONTINUE;
    }
    report(self, bench->times);
    return G_SOURCE_REMOVE;
}

void faltung_canvas_bench(FaltungCanvas *self) {
    Bench *bench = g_new0(Bench, 1);
    bench->times = g_array_new(FALSE, FALSE, sizeof(double));
    gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, bench, bench_free);
}
