/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/train/trainer.h"
#include "data/catalogue.h"
#include "experiments/command.h"
#include "experiments/interrupt.h"
#include "experiments/json.h"
#include "experiments/place.h"
#include "experiments/table.h"
#include "experiments/terminal.h"

#include <math.h>
#include <stdio.h>

/*
 * The learning-rate range test (Smith, Cyclical Learning Rates for Training Neural Networks,
 * arXiv:1506.01186): the rate rises from step to step, and the loss says where it is too small to
 * matter, where it helps most and where it does harm.
 */

static char **overrides;
static double from = 1e-5, to = 10.0;
static int steps = 100, threads;

static const GOptionEntry options[] = {
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &overrides,
     "Put a value in place of the file's, such as train.batch=16; may be repeated", "PATH=VALUE"},
    {"from", 0, 0, G_OPTION_ARG_DOUBLE, &from, "The first, smallest rate (1e-5)", "RATE"},
    {"to", 0, 0, G_OPTION_ARG_DOUBLE, &to, "The last, largest rate (10)", "RATE"},
    {"steps", 0, 0, G_OPTION_ARG_INT, &steps, "Steps from one to the other (100)", "N"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Use at most N threads (all cores)", "N"},
    {0},
};

typedef struct {
    double rate, loss;
    double smooth; /* the running mean of the losses so far */
} Point;

enum { LEAST_STEPS = 10 };
#define SMOOTHING 0.8 /* of the running mean */
#define TOO_MUCH 4.0  /* times the smallest smooth loss: the end */

static gboolean check_options(GError **error) {
    const char *problem = !(from > 0.0) || !isfinite(from) ? "--from must be greater than 0"
                          : !(to > from) || !isfinite(to)  ? "--to must be greater than --from"
                          : steps < LEAST_STEPS            ? "--steps must be 10 or more"
                                                           : NULL;
    if (problem)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s", problem);
    return !problem;
}

/* The experiment without what ends a training or has rates of its own. */
static FaltungExperiment *load_experiment(const char *file, GError **error) {
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    for (char **setting = overrides; setting && *setting; setting++)
        g_ptr_array_add(all, g_strdup(*setting));
    g_ptr_array_add(all, g_strdup("train.early_stopping=none"));
    g_ptr_array_add(all, g_strdup_printf("train.epochs=%d", steps)); /* enough, whatever they are */
    g_ptr_array_add(all, NULL);
    return faltung_experiment_load(file, (const char *const *)all->pdata, error);
}

/* Trains until the rates are through, the loss is much too large or no number any more. */
static gboolean measure(FaltungTrainer *trainer, FaltungTerminal *terminal, GArray *points,
                        GError **error) {
    double mean = 0.0, least = INFINITY;
    for (int step = 0; step < steps; step++) {
        double rate = from * pow(to / from, (double)step / (steps - 1));
        FaltungStepRow row;
        g_autoptr(GError) problem = NULL;
        FaltungEpochRow epoch;
        gboolean best;
        if (faltung_trainer_at_epoch_end(trainer) &&
            !faltung_trainer_end_epoch(trainer, &epoch, &best, error))
            return FALSE;
        faltung_trainer_fix_rate(trainer, rate);
        if (!faltung_trainer_step(trainer, &row, &problem)) {
            if (step >= LEAST_STEPS && g_error_matches(problem, FALTUNG_ERROR, FALTUNG_ERROR_WORK))
                return TRUE; /* the rates have become too large */
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
        mean = SMOOTHING * mean + (1.0 - SMOOTHING) * row.loss;
        Point point = {rate, row.loss, mean / (1.0 - pow(SMOOTHING, step + 1))};
        g_array_append_val(points, point);
        least = fmin(least, point.smooth);
        g_autofree char *text = g_strdup_printf("rate %.3g: loss %.4g", rate, row.loss);
        faltung_terminal_show(terminal, text);
        if (step >= LEAST_STEPS && point.smooth > TOO_MUCH * least)
            return TRUE;
        if (faltung_interrupted())
            return faltung_fail(error, FALTUNG_ERROR_WORK, "interrupted");
    }
    return TRUE;
}

/* Returns: the index of the smallest smooth loss; @steepest: where it falls fastest before that. */
static guint find_smallest(const GArray *points, guint *steepest) {
    const Point *point = (const Point *)points->data;
    guint smallest = 0;
    for (guint i = 1; i < points->len; i++) {
        if (point[i].smooth < point[smallest].smooth)
            smallest = i;
    }
    double fall = 0.0;
    *steepest = smallest;
    for (guint i = 1; i < smallest; i++) {
        double slope = point[i + 1].smooth - point[i - 1].smooth; /* rates are equally far apart */
        if (slope < fall) {
            fall = slope;
            *steepest = i;
        }
    }
    return smallest;
}

static void print_points(const FaltungCall *call, const GArray *points, FaltungJson *json) {
    const char *const header[] = {"rate", "loss", "smooth", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    faltung_json_open_array(json, "points");
    for (guint i = 0; i < points->len; i++) {
        const Point *point = &g_array_index(points, Point, i);
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%.4g", point->rate);
        faltung_text_table_cellf(table, "%.6g", point->loss);
        faltung_text_table_cellf(table, "%.6g", point->smooth);
        faltung_json_open_object(json, NULL);
        faltung_json_number(json, "rate", point->rate);
        faltung_json_number(json, "loss", point->loss);
        faltung_json_number(json, "smooth", point->smooth);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    if (call->json)
        return;
    g_autofree char *text = faltung_text_table_format(table);
    fputs(text, stdout);
}

static int lr_range_run(const FaltungCall *call, GError **error) {
    g_autoptr(FaltungExperiment) experiment =
        check_options(error) ? load_experiment(call->arguments[0], error) : NULL;
    if (!experiment)
        return FALTUNG_EXIT_USAGE;
    faltung_interrupt_watch();
    g_autoptr(FaltungTerminal) terminal = faltung_terminal_new(call->quiet);
    g_autoptr(FaltungDataset) training = NULL;
    g_autoptr(FaltungDataset) validation = NULL;
    if (!faltung_data_load(experiment->data, experiment->origin, &training, &validation, error)) {
        if (*experiment->data->name)
            faltung_prefix_place(error, experiment, "data", "name");
        return FALTUNG_EXIT_USAGE;
    }
    /* without validation samples an epoch's end costs nothing */
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, training, NULL, threads, error);
    if (!trainer) {
        faltung_prefix_place(error, experiment, "network", "input");
        return FALTUNG_EXIT_USAGE;
    }
    g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(Point));
    if (!measure(trainer, terminal, points, error))
        return FALTUNG_EXIT_FAILED;
    guint steepest, smallest = find_smallest(points, &steepest);
    double suggestion = g_array_index(points, Point, steepest).rate;
    double lowest = g_array_index(points, Point, smallest).rate;
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    print_points(call, points, json);
    faltung_json_number(json, "suggestion", suggestion);
    faltung_json_number(json, "lowest", lowest);
    faltung_json_close(json);
    if (call->json)
        faltung_json_print(json);
    else
        printf("result: suggestion=%.4g lowest=%.4g steps=%u\n", suggestion, lowest, points->len);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_lr_range = {
    .name = "lr-range",
    .arguments = "FILE.yaml",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Tries learning rates from small to large, and suggests one",
    .description =
        "Trains some steps with a learning rate that rises from step to step, by the same factor "
        "each, and shows the loss at every rate, as it is and smoothed. It ends early where the "
        "loss is much too large. The last line on the standard output is `result: ` with a "
        "suggestion, the rate at which the loss falls fastest, and the rate at which it is lowest; "
        "a good rate is about the first, and certainly below the second. Nothing is kept: the "
        "rates of the file, its schedule and early stopping do not count here.\n\n"
        "  faltung lr-range experiments/gallery/digits-cnn.yaml --steps 200",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = lr_range_run,
};
