/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"
#include "experiments/bench/peak.h"
#include "experiments/bench/profile.h"
#include "experiments/bench/workloads.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/work.h"

#include <stdio.h>
#include <string.h>

static char *only, *profile;
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
    {"profile", 'p', 0, G_OPTION_ARG_FILENAME, &profile,
     "Where a step's time goes, layer by layer: of an experiment file, or of a workload",
     "FILE.yaml|NAME"},
    {0},
};

enum { ROUNDS = 3, WARM_UP = 3, PROFILE_BATCHES = 8 };

/* Without an end, and without the data that the file names. */
static const char *const overrides[] = {"train.epochs=1000000", "train.early_stopping=none", NULL};

static FaltungExperiment *workload_experiment(const FaltungWorkload *workload, GError **error) {
    /* an experiment names its data; these are made up */
    g_autofree char *rest = workload->experiment();
    g_autofree char *text = g_strconcat("data: {name: made-up}\n", rest, NULL);
    return faltung_experiment_parse(text, workload->name, overrides, error);
}

/* Steps a second, the best of the rounds; 0 with @error set. */
static double measure(FaltungWork *work, GError **error) {
    for (int i = 0; i < WARM_UP; i++) {
        if (!faltung_work_step(work, error))
            return 0;
    }
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
        gint64 start = g_get_monotonic_time(), now = start;
        int steps = 0;
        for (; now - start < seconds * 1e6; steps++, now = g_get_monotonic_time()) {
            if (!faltung_work_step(work, error))
                return 0;
        }
        best = MAX(best, steps * 1e6 / (now - start));
    }
    return best;
}

/* @json: (nullable): as an object of the open array, instead of a line. */
static gboolean bench(const FaltungWorkload *workload, double peak, FaltungJson *json,
                      GError **error) {
    g_autoptr(FaltungExperiment) experiment = workload_experiment(workload, error);
    g_autoptr(FaltungWork) work =
        experiment ? faltung_work_new(experiment, workload->samples, infer, threads, error) : NULL;
    double steps = work ? measure(work, error) : 0;
    if (steps == 0)
        return FALSE;
    double samples = steps * faltung_work_batch(work);
    double share = samples * faltung_work_flops(work) / peak;
    int letters = faltung_work_letters(work);
    double speed = letters ? samples * letters : samples;
    const char *unit = letters ? "chars/s" : "samples/s";
    if (json) {
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "name", workload->name);
        faltung_json_number(json, "value", speed);
        faltung_json_string(json, "unit", unit);
        faltung_json_number(json, "share", share);
        faltung_json_close(json);
    } else {
        printf("%-22s %12.1f %s %5.1f %% of peak\n", workload->name, speed, unit, 100 * share);
        fflush(stdout);
    }
    return TRUE;
}

static void set_unknown_error(const char *word, GError **error) {
    g_autoptr(GString) names = g_string_new(NULL);
    for (const FaltungWorkload *workload = faltung_workloads(); workload->name; workload++)
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", workload->name);
    faltung_fail(error, FALTUNG_ERROR_INPUT, "no workload has '%s' in its name; there are %s", word,
                 names->str);
}

static double measure_peak(const FaltungCall *call, int most) {
    double peak = faltung_peak(most);
    if (!call->quiet)
        fprintf(stderr, "kernels %s, %d thread%s, peak %.1f GFLOP/s\n", faltung_kernels()->name,
                most, most == 1 ? "" : "s", peak * 1e-9);
    return peak;
}

/* The workload of that very name, or the file. */
static FaltungWork *profiled_work(GError **error) {
    g_autoptr(FaltungExperiment) experiment = NULL;
    const FaltungWorkload *workload = faltung_workloads();
    while (workload->name && strcmp(workload->name, profile) != 0)
        workload++;
    if (workload->name) {
        experiment = workload_experiment(workload, error);
    } else if (!strpbrk(profile, "./") && !g_file_test(profile, G_FILE_TEST_EXISTS)) {
        set_unknown_error(profile, error);
    } else {
        experiment = faltung_experiment_load(profile, overrides, error);
    }
    if (!experiment)
        return NULL;
    int samples = workload->name ? workload->samples : PROFILE_BATCHES * experiment->train->batch;
    return faltung_work_new(experiment, samples, infer, threads, error);
}

static int bench_run(const FaltungCall *call, GError **error) {
    if (!(seconds > 0)) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "--seconds must be more than 0; leave it out for 3");
        return FALTUNG_EXIT_USAGE;
    }
    int most = threads > 0 ? threads : (int)g_get_num_processors();
    if (profile) {
        g_autoptr(FaltungWork) work = profiled_work(error);
        if (!work)
            return FALTUNG_EXIT_USAGE;
        double peak = measure_peak(call, most);
        return faltung_profile(work, seconds, most, peak, call->json, error) ? FALTUNG_EXIT_DONE
                                                                             : FALTUNG_EXIT_FAILED;
    }
    g_autoptr(FaltungJson) json = call->json ? faltung_json_new() : NULL;
    double peak = 0;
    for (const FaltungWorkload *workload = faltung_workloads(); workload->name; workload++) {
        if (only && !strstr(workload->name, only))
            continue;
        if (peak == 0) {
            peak = measure_peak(call, most);
            if (json) {
                faltung_json_open_object(json, NULL);
                faltung_json_string(json, "kernels", faltung_kernels()->name);
                faltung_json_integer(json, "threads", most);
                faltung_json_number(json, "peak", peak);
                faltung_json_open_array(json, "workloads");
            }
        }
        if (!bench(workload, peak, json, error))
            return FALTUNG_EXIT_FAILED;
    }
    if (peak == 0) {
        set_unknown_error(only, error);
        return FALTUNG_EXIT_USAGE;
    }
    if (json) {
        faltung_json_close(json);
        faltung_json_close(json);
        faltung_json_print(json);
    }
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_bench = {
    .name = "bench",
    .arguments = "",
    .max_arguments = 0,
    .summary = "Measure the speed of training or inference",
    .description =
        "Trains networks of several kinds on made-up data and prints a line for each: its name, "
        "the samples (of text: the letters) that it gets through in a second, and which share "
        "that is of the "
        "multiply-adds that the machine can do at most, on as many threads and with the same "
        "instruction set (FALTUNG_ISA chooses another); that peak is measured first.\n\n"
        "Operations are counted as `faltung check` shows them for the forward pass. Training "
        "counts them again for the gradient of the weights, and again for the gradient of the "
        "input, which the first layer that learns does not need. The optimizer, the loss and the "
        "data count as no operations, but their time does.\n\n"
        "--profile shows for one network where the time of a step goes: forward, through the "
        "slope of the activation, to the gradient of the weights and to that of the input, layer "
        "by layer, in microseconds and shares of the peak.\n\n"
        "Speeds of different machines, or of different hours on a busy one, do not compare. "
        "tests/bench/compare measures PyTorch in turn with this and prints the ratios.",
    .options = options,
    .flags = FALTUNG_COMMAND_THREADS | FALTUNG_COMMAND_JSON,
    .run = bench_run,
};
