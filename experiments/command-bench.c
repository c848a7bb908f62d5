/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"
#include "core/kernels/kernels.h"
#include "core/train/trainer.h"
#include "experiments/command.h"
#include "experiments/workloads.h"

#include <stdio.h>
#include <string.h>

static char *only;
static double seconds = 3;
static int threads;
static gboolean infer;

static const GOptionEntry options[] = {
    {"only", 0, 0, G_OPTION_ARG_STRING, &only, "Only the workloads whose name contains TEXT",
     "TEXT"},
    {"seconds", 's', 0, G_OPTION_ARG_DOUBLE, &seconds,
     "Measure each for so long, three times (3); the best counts", "SECONDS"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Use at most N threads (all cores)", "N"},
    {"infer", 'i', 0, G_OPTION_ARG_NONE, &infer, "Forward alone, in evaluation mode", NULL},
    {0},
};

enum { ROUNDS = 3, WARM_UP = 3 };

/* Normal numbers, and classes at random where they are asked for. */
static FaltungDataset *make_data(const FaltungWorkload *workload, const FaltungShape *shape) {
    FaltungRandom random = {.seed = 1, .purpose = FALTUNG_RANDOM_SAMPLE};
    size_t size = workload->samples * faltung_shape_size(shape);
    float *values = g_new(float, size);
    for (size_t i = 0; i < size; i++)
        values[i] = faltung_random_normal(&random, i);
    gint32 *classes = NULL;
    char **names = NULL;
    if (!workload->reconstructs) {
        random.stream = 1;
        classes = g_new(gint32, workload->samples);
        for (int i = 0; i < workload->samples; i++)
            classes[i] = faltung_random_uniform(&random, i) * 10;
        names = g_strsplit("0 1 2 3 4 5 6 7 8 9", " ", -1);
    }
    return faltung_dataset_new_floats(workload->name, workload->samples, *shape, values, classes,
                                      names, NULL, 0);
}

/* One mini-batch. Returns: FALSE with @error set where training fails. */
typedef gboolean (*StepFunction)(gpointer work, GError **error);

static gboolean train_step(gpointer trainer, GError **error) {
    FaltungStepRow row;
    FaltungEpochRow epoch;
    gboolean best;
    if (!faltung_trainer_step(trainer, &row, error))
        return FALSE;
    if (faltung_trainer_at_epoch_end(trainer))
        faltung_trainer_end_epoch(trainer, &epoch, &best);
    return TRUE;
}

static gboolean infer_step(gpointer network, GError **error) {
    faltung_network_forward(network, FALSE, 0);
    return TRUE;
}

/* Returns: steps a second, the best of three rounds; 0 with @error set. */
static double measure(StepFunction step, gpointer work, GError **error) {
    for (int i = 0; i < WARM_UP; i++) {
        if (!step(work, error))
            return 0;
    }
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        gint64 start = g_get_monotonic_time(), now = start;
        int steps = 0;
        for (; now - start < seconds * 1e6; steps++, now = g_get_monotonic_time()) {
            if (!step(work, error))
                return 0;
        }
        best = MAX(best, steps * 1e6 / (now - start));
    }
    return best;
}

static double measure_training(const FaltungExperiment *experiment, FaltungDataset *data,
                               GError **error) {
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, data, NULL, threads, error);
    return trainer ? measure(train_step, trainer, error) : 0;
}

static double measure_inference(const FaltungExperiment *experiment, FaltungDataset *data,
                                GError **error) {
    int batch = experiment->train->batch;
    g_autoptr(FaltungNetwork) network =
        faltung_network_new(experiment->graph, 1, batch, FALSE, threads);
    g_autofree guint32 *order = g_new(guint32, batch);
    g_autofree float *samples = g_new(float, batch *faltung_shape_size(&experiment->graph->input));
    for (int i = 0; i < batch; i++)
        order[i] = i;
    faltung_dataset_gather(data, order, batch, samples, NULL, NULL);
    faltung_network_set_input(network, batch, samples);
    return measure(infer_step, network, error);
}

static gboolean bench(const FaltungWorkload *workload, GError **error) {
    /* an experiment names its data; these are made here */
    g_autofree char *rest = workload->experiment();
    g_autofree char *text = g_strconcat("data: {name: made-up}\n", rest, NULL);
    const char *const overrides[] = {"train.epochs=1000000", NULL};
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(text, workload->name, overrides, error);
    if (!experiment)
        return FALSE;
    g_autoptr(FaltungDataset) data = make_data(workload, &experiment->graph->input);
    double steps = infer ? measure_inference(experiment, data, error)
                         : measure_training(experiment, data, error);
    if (steps == 0)
        return FALSE;
    printf("%-22s %12.1f samples/s\n", workload->name, steps * experiment->train->batch);
    fflush(stdout);
    return TRUE;
}

static int bench_run(const FaltungCall *call, GError **error) {
    if (!(seconds > 0)) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "--seconds must be more than 0; leave it out for 3");
        return FALTUNG_EXIT_USAGE;
    }
    int n = 0;
    for (const FaltungWorkload *workload = faltung_workloads(); workload->name; workload++) {
        if (only && !strstr(workload->name, only))
            continue;
        if (n++ == 0 && !call->quiet)
            fprintf(stderr, "kernels: %s\n", faltung_kernels()->name);
        if (!bench(workload, error))
            return FALTUNG_EXIT_FAILED;
    }
    if (n == 0) {
        GString *names = g_string_new(NULL);
        for (const FaltungWorkload *workload = faltung_workloads(); workload->name; workload++)
            g_string_append_printf(names, "%s%s", names->len ? ", " : "", workload->name);
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "no workload has '%s' in its name; there are %s", only, names->str);
        g_string_free(names, TRUE);
        return FALTUNG_EXIT_USAGE;
    }
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_bench = {
    .name = "bench",
    .arguments = "",
    .max_arguments = 0,
    .summary = "Measure the speed of training or inference",
    .description =
        "Trains networks of several kinds on made-up data and prints a line for each: its name "
        "and the samples that it gets through in a second.\n\n"
        "Speeds of different machines, or of different hours on a busy one, do not compare. "
        "tests/bench/compare measures PyTorch in turn with this and prints the ratios.",
    .options = options,
    .flags = FALTUNG_COMMAND_THREADS,
    .run = bench_run,
};
