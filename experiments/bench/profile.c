/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/bench/profile.h"

#include "core/kernels/kernels.h"
#include "experiments/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 3, WARM_UP = 3 };

static const char *const names[FALTUNG_N_PARTS] = {
    [FALTUNG_PART_FORWARD] = "forward",
    [FALTUNG_PART_ACTIVATION_GRADIENT] = "activation_gradient",
    [FALTUNG_PART_WEIGHT_GRADIENT] = "weight_gradient",
    [FALTUNG_PART_INPUT_GRADIENT] = "input_gradient",
    [FALTUNG_PART_DATA] = "data",
    [FALTUNG_PART_LOSS] = "loss",
    [FALTUNG_PART_OPTIMIZER] = "optimizer",
    [FALTUNG_PART_OTHER] = "other",
};

/* Seconds by layer and part; behind the layers a row for what belongs to none. */
typedef double Times[FALTUNG_N_PARTS];

typedef struct {
    const FaltungGraph *graph;
    guint n_layers;
    GHashTable *indices; /* FaltungLayer to its index */
    int threads;
    double peak, batch;
    Times *round, *best; /* (n_layers + 1) */
    double last;         /* when the lap before ended */
    double step;         /* seconds of a step in the best round */
} Profile;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static void lap(void *data, const FaltungLayer *layer, FaltungPart part) {
    Profile *profile = data;
    double time = now();
    guint index =
        layer ? GPOINTER_TO_UINT(g_hash_table_lookup(profile->indices, layer)) : profile->n_layers;
    profile->round[index][part] += time - profile->last;
    profile->last = time;
}

/* -- running ---------------------------------------------------------------------------------- */

static gboolean run_round(Profile *profile, FaltungWork *work, double seconds, GError **error) {
    size_t size = (profile->n_layers + 1) * sizeof(Times);
    memset(profile->round, 0, size);
    int steps = 0;
    double start = now();
    for (profile->last = start; profile->last - start < seconds || steps == 0; steps++) {
        if (!faltung_work_step(work, error))
            return FALSE;
        lap(profile, NULL, FALTUNG_PART_OTHER);
    }
    double step = (profile->last - start) / steps;
    if (profile->step > 0 && step >= profile->step)
        return TRUE;
    profile->step = step;
    memcpy(profile->best, profile->round, size);
    for (guint i = 0; i <= profile->n_layers; i++) {
        for (int part = 0; part < FALTUNG_N_PARTS; part++)
            profile->best[i][part] /= steps;
    }
    return TRUE;
}

static gboolean run(Profile *profile, FaltungWork *work, double seconds, GError **error) {
    FaltungNetwork *network = faltung_work_network(work);
    const FaltungStopwatch stopwatch = {.lap = lap, .data = profile};
    gboolean ok = TRUE;
    for (int i = 0; i < WARM_UP && ok; i++)
        ok = faltung_work_step(work, error);
    faltung_network_set_stopwatch(network, &stopwatch);
    for (int round = 0; round < ROUNDS && ok; round++)
        ok = run_round(profile, work, seconds, error);
    faltung_network_set_stopwatch(network, NULL);
    return ok;
}

/* -- telling ---------------------------------------------------------------------------------- */

/* Of a layer, or of all: what the parts took and what they did. */
typedef struct {
    double seconds[FALTUNG_N_LAYER_PARTS], flops[FALTUNG_N_LAYER_PARTS];
} Row;

static Row layer_row(const Profile *profile, guint index) {
    Row row;
    for (FaltungPart part = 0; part < FALTUNG_N_LAYER_PARTS; part++) {
        row.seconds[part] = profile->best[index][part];
        /* a part that did not run, such as a gradient in evaluation, did nothing */
        row.flops[part] =
            row.seconds[part] > 0
                ? profile->batch * faltung_graph_part_flops(profile->graph, index, part)
                : 0;
    }
    return row;
}

static void add_row(Row *sum, const Row *row) {
    for (int part = 0; part < FALTUNG_N_LAYER_PARTS; part++) {
        sum->seconds[part] += row->seconds[part];
        sum->flops[part] += row->flops[part];
    }
}

static double total(const double *values) {
    double sum = 0;
    for (int part = 0; part < FALTUNG_N_LAYER_PARTS; part++)
        sum += values[part];
    return sum;
}

static double share(const Profile *profile, double seconds, double flops) {
    return flops / (seconds * profile->peak);
}

static void add_time(FaltungTextTable *table, double seconds) {
    if (seconds > 0)
        faltung_text_table_cellf(table, "%.1f", seconds * 1e6);
    else
        faltung_text_table_cell(table, "-");
}

static void add_share(FaltungTextTable *table, const Profile *profile, double seconds,
                      double flops) {
    if (flops > 0)
        faltung_text_table_cellf(table, "%.1f", 100 * share(profile, seconds, flops));
    else
        faltung_text_table_cell(table, "-");
}

/* @seconds: of the whole row: of the layers' parts, or of what belongs to no layer. */
static void add_cells(FaltungTextTable *table, const Profile *profile, const Row *row,
                      double seconds) {
    double flops = total(row->flops);
    faltung_text_table_cellf(table, "%.3f", flops * 1e-6);
    for (FaltungPart part = 0; part < FALTUNG_N_LAYER_PARTS; part++) {
        add_time(table, row->seconds[part]);
        if (part != FALTUNG_PART_ACTIVATION_GRADIENT)
            add_share(table, profile, row->seconds[part], row->flops[part]);
    }
    add_time(table, seconds);
    add_share(table, profile, seconds, flops);
    faltung_text_table_cellf(table, "%.1f", 100 * seconds / profile->step);
}

static void print_table(const Profile *profile) {
    const char *const header[] = {"layer", "operation", "MFLOP",   "forward", "peak %",
                                  "slope", "weights",   "peak %",  "input",   "peak %",
                                  "all",   "peak %",    "of step", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    Row sum = {0};
    for (guint i = 0; i < profile->n_layers; i++) {
        const FaltungLayer *layer = faltung_graph_layer(profile->graph, i);
        Row row = layer_row(profile, i);
        add_row(&sum, &row);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, layer->name);
        faltung_text_table_cell(table, layer->operation->kind.name);
        add_cells(table, profile, &row, total(row.seconds));
    }
    for (FaltungPart part = FALTUNG_N_LAYER_PARTS; part < FALTUNG_N_PARTS; part++) {
        const Row none = {0};
        faltung_text_table_row(table);
        faltung_text_table_cell(table, names[part]);
        faltung_text_table_cell(table, "");
        add_cells(table, profile, &none, profile->best[profile->n_layers][part]);
    }
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "total");
    faltung_text_table_cell(table, "");
    add_cells(table, profile, &sum, profile->step);
    g_autofree char *text = faltung_text_table_format(table);
    printf("microseconds of a step of %g samples\n\n%s", profile->batch, text);
}

static void write_part(FaltungJson *json, const char *key, const Profile *profile, double seconds,
                       double flops) {
    faltung_json_open_object(json, key);
    faltung_json_number(json, "seconds", seconds);
    faltung_json_number(json, "flops", flops);
    faltung_json_number(json, "share", flops > 0 ? share(profile, seconds, flops) : NAN);
    faltung_json_close(json);
}

static void write_row(FaltungJson *json, const Profile *profile, const Row *row) {
    for (FaltungPart part = 0; part < FALTUNG_N_LAYER_PARTS; part++)
        write_part(json, names[part], profile, row->seconds[part], row->flops[part]);
}

static void print_json(const Profile *profile) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    Row sum = {0};
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "kernels", faltung_kernels()->name);
    faltung_json_integer(json, "threads", profile->threads);
    faltung_json_number(json, "peak", profile->peak);
    faltung_json_number(json, "batch", profile->batch);
    faltung_json_open_array(json, "layers");
    for (guint i = 0; i < profile->n_layers; i++) {
        const FaltungLayer *layer = faltung_graph_layer(profile->graph, i);
        Row row = layer_row(profile, i);
        add_row(&sum, &row);
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "name", layer->name);
        faltung_json_string(json, "operation", layer->operation->kind.name);
        write_row(json, profile, &row);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    for (FaltungPart part = FALTUNG_N_LAYER_PARTS; part < FALTUNG_N_PARTS; part++)
        faltung_json_number(json, names[part], profile->best[profile->n_layers][part]);
    write_part(json, "total", profile, profile->step, total(sum.flops));
    faltung_json_close(json);
    faltung_json_print(json);
}

gboolean faltung_profile(FaltungWork *work, double seconds, int threads, double peak, gboolean json,
                         GError **error) {
    const FaltungGraph *graph = faltung_network_graph(faltung_work_network(work));
    guint n = graph->layers->len;
    g_autoptr(GHashTable) indices = g_hash_table_new(NULL, NULL);
    g_autofree Times *round = g_new0(Times, n + 1), *best = g_new0(Times, n + 1);
    for (guint i = 0; i < n; i++)
        g_hash_table_insert(indices, faltung_graph_layer(graph, i), GUINT_TO_POINTER(i));
    Profile profile = {
        .graph = graph,
        .n_layers = n,
        .indices = indices,
        .threads = threads,
        .peak = peak,
        .batch = faltung_work_batch(work),
        .round = round,
        .best = best,
    };
    if (!run(&profile, work, seconds, error))
        return FALSE;
    if (json)
        print_json(&profile);
    else
        print_table(&profile);
    return TRUE;
}
