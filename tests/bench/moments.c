/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/viewer.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * moments RUN.h5 [ROUNDS]: how long the time slider waits for a moment: the weights are read, the
 * probe goes through the network, every layer's picture is made, as for a window of 1280 x 800.
 * Goes through all moments of the run ROUNDS times, and says what memory is used in the first and
 * after the last round: what grows is lost.
 */

typedef struct {
    GMainLoop *loop;
    FaltungViewer *viewer;
    int moment, n_moments, round, rounds;
    gint64 asked;
    GArray *milliseconds; /* (element-type double) */
    long first, last;     /* kilobytes */
} Bench;

/* Returns: kilobytes of memory that the process has now. */
static long resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%*d %ld", &pages) != 1) {
            pages = 0;
        }
        fclose(file);
    }
    return pages * 4;
}

static void ask(Bench *bench) {
    FaltungWanted wanted = {
        .strips = TRUE, .layer = FALTUNG_NO_LAYER, .strip_scale = 1, .picture_width = 300};
    bench->asked = g_get_monotonic_time();
    faltung_viewer_look(bench->viewer, &wanted, bench->moment);
}

static void on_run(Bench *bench) {
    FaltungRunInfo *info = faltung_viewer_run(bench->viewer);
    if (info != NULL && bench->n_moments == 0) {
        bench->n_moments = info->n_moments;
        ask(bench);
    }
}

static void on_snapshot(Bench *bench) {
    if (bench->n_moments == 0) {
        return;
    }
    double took = (g_get_monotonic_time() - bench->asked) / 1e3;
    g_array_append_val(bench->milliseconds, took);
    if (++bench->moment == bench->n_moments) {
        bench->moment = 0;
        bench->last = resident();
        bench->first = bench->round == 0 ? bench->last : bench->first;
        if (++bench->round == bench->rounds) {
            g_main_loop_quit(bench->loop);
            return;
        }
    }
    ask(bench);
}

static void on_failed(Bench *bench, const char *text) {
    fprintf(stderr, "%s\n", text);
    exit(1);
}

static int compare(gconstpointer a, gconstpointer b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: moments RUN.h5 [ROUNDS]\n");
        return 2;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungRun) run = faltung_run_open(argv[1], &error);
    if (run == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    Bench bench = {
        .loop = g_main_loop_new(NULL, FALSE),
        .viewer = faltung_viewer_new(),
        .rounds = argc > 2 ? MAX(atoi(argv[2]), 1) : 1,
        .milliseconds = g_array_new(FALSE, FALSE, sizeof(double)),
    };
    g_signal_connect_swapped(bench.viewer, "run", G_CALLBACK(on_run), &bench);
    g_signal_connect_swapped(bench.viewer, "snapshot", G_CALLBACK(on_snapshot), &bench);
    g_signal_connect_swapped(bench.viewer, "failed", G_CALLBACK(on_failed), &bench);
    faltung_viewer_show(bench.viewer, faltung_run_config(run), argv[1]);
    faltung_viewer_set_run(bench.viewer, argv[1]);
    g_main_loop_run(bench.loop);
    g_array_sort(bench.milliseconds, compare);
    guint n = bench.milliseconds->len;
    const double *took = (const double *)bench.milliseconds->data;
    printf("%d moments, %u looks: median %.1f ms, 99 %% below %.1f ms, longest %.1f ms; memory "
           "%ld kB after the first round, %ld kB after the last\n",
           bench.n_moments, n, took[n / 2], took[n * 99 / 100], took[n - 1], bench.first,
           bench.last);
    faltung_viewer_close(bench.viewer);
    g_object_unref(bench.viewer);
    return 0;
}
