/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/canvas-bench.h"

#include "gui/canvas/canvas-private.h"

#include <math.h>
#include <time.h>

enum { FRAMES = 300, REST = G_USEC_PER_SEC };

/* What is measured, one after the other. */
static const struct {
    const char *name;
    double zoom, most; /* out and in again between them */
} levels[] = {
    {"all of them", 0.15, 1.2}, {"far", 0.3, 0.3}, {"normal", 1, 1},
    {"near", 1.6, 1.6},         {"nearest", 3, 3},
};

/* Seconds of processors. */
typedef struct {
    double window, all; /* the window's thread; of all threads */
} Spent;

typedef struct {
    GArray *times; /* double: milliseconds from frame to frame */
    guint level;
    gint64 last;  /* frame time, microseconds; 0: none yet */
    gint64 until; /* the view rests, so that its pictures are made */
    Spent before; /* the level's first frame */
} Bench;

static double seconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static Spent spent(void) {
    return (Spent){seconds_of(CLOCK_THREAD_CPUTIME_ID), seconds_of(CLOCK_PROCESS_CPUTIME_ID)};
}

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

static void report(FaltungCanvas *self, Bench *bench) {
    double sum = 0;
    GArray *times = bench->times;
    for (guint i = 0; i < times->len; i++) {
        sum += g_array_index(times, double, i);
    }
    g_autofree char *text = faltung_bench_text(times);
    Spent now = spent();
    g_print("canvas, %s: %d nodes, %u frames: %.1f a second; %s; the window's thread %.2f ms, all "
            "threads %.2f ms of a processor a frame\n",
            levels[bench->level].name, self->model->diagram->n_nodes, times->len,
            1000 * times->len / sum, text, 1000 * (now.window - bench->before.window) / times->len,
            1000 * (now.all - bench->before.all) / times->len);
}

/* From one end to the other and back; four times out and in again, where the zoom changes. */
static void move(FaltungCanvas *self, guint level, double turn) {
    FaltungCanvasModel *model = self->model;
    double zoom = levels[level].zoom *
                  pow(levels[level].most / levels[level].zoom, 0.5 - 0.5 * cos(8 * G_PI * turn));
    faltung_canvas_model_zoom(model, zoom / model->zoom, 0, 0);
    faltung_canvas_look_at(self, model->diagram->width * (0.5 - 0.5 * cos(2 * G_PI * turn)),
                           model->diagram->height / 2);
}

static void begin_level(FaltungCanvas *self, Bench *bench, gint64 now) {
    g_array_set_size(bench->times, 0);
    bench->last = 0;
    bench->until = now + REST;
    move(self, bench->level, 0);
}

static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data) {
    FaltungCanvas *self = FALTUNG_CANVAS(widget);
    Bench *bench = data;
    gint64 now = gdk_frame_clock_get_frame_time(clock);
    if (bench->until == 0) {
        begin_level(self, bench, now);
    }
    if (now < bench->until) {
        return G_SOURCE_CONTINUE;
    }
    double passed = (double)(now - bench->last) / 1000;
    if (bench->last != 0) {
        g_array_append_val(bench->times, passed);
    } else {
        bench->before = spent();
    }
    bench->last = now;
    if (bench->times->len < FRAMES) {
        move(self, bench->level, (double)bench->times->len / FRAMES);
        return G_SOURCE_CONTINUE;
    }
    report(self, bench);
    if (++bench->level == G_N_ELEMENTS(levels)) {
        return G_SOURCE_REMOVE;
    }
    begin_level(self, bench, now);
    return G_SOURCE_CONTINUE;
}

void faltung_canvas_bench(FaltungCanvas *self) {
    Bench *bench = g_new0(Bench, 1);
    bench->times = g_array_new(FALSE, FALSE, sizeof(double));
    gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, bench, bench_free);
}
