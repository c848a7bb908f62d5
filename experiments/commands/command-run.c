/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/batch.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/table.h"
#include "experiments/terminal.h"

#include <glib-unix.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *out, *part_text;
static char **settings;
static int jobs, threads;
static gboolean resume, slurm;

static const GOptionEntry options[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out,
     "The folder for the runs; without it the name of EXPERIMENT, in the current folder", "DIR"},
    {"jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, "Runs side by side (as many as there are cores)",
     "N"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
     "Threads that the runs share (all cores); the results do not depend on it", "N"},
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
     "Put a value in place of the file's, for all runs; may be repeated", "PATH=VALUE"},
    {"resume", 'r', 0, G_OPTION_ARG_NONE, &resume,
     "Go on: finished runs are kept, interrupted ones resumed, failed ones run again", NULL},
    {"part", 'p', 0, G_OPTION_ARG_STRING, &part_text,
     "Only every N-th run, from the K-th on: machines that share the folder do a part each, "
     "--part 1/3 and so on, and each goes on with what is there",
     "K/N"},
    {"slurm", 0, 0, G_OPTION_ARG_NONE, &slurm,
     "Run nothing, but write DIR/array.sbatch, by which a cluster with Slurm runs them", NULL},
    {0},
};

typedef struct {
    FaltungTerminal *terminal;
    FaltungBatch *batch;
    gint64 started;
    double first; /* how much was done when this call began, in runs */
    int n_signals;
} Session;

static double runs_done(const FaltungBatch *batch) {
    double done = 0;
    for (int i = 0; i < faltung_batch_n_runs(batch); i++) {
        const FaltungBatchRun *run = faltung_batch_run(batch, i);
        done += run->state == FALTUNG_BATCH_FAILED ? 1 : run->fraction;
    }
    return done;
}

static int count_ended(const FaltungBatch *batch) {
    return faltung_batch_count(batch, FALTUNG_BATCH_FINISHED) +
           faltung_batch_count(batch, FALTUNG_BATCH_FAILED);
}

/* The live table: a line a run under way, and one for the whole. */
static void show(Session *session) {
    if (!faltung_terminal_is_live(session->terminal))
        return;
    const FaltungBatch *batch = session->batch;
    int n = faltung_batch_n_runs(batch), width = 4;
    for (int i = 0; i < n; i++) {
        const FaltungBatchRun *run = faltung_batch_run(batch, i);
        if (run->state == FALTUNG_BATCH_RUNNING)
            width = MAX(width, (int)strlen(run->name));
    }
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i < n; i++) {
        const FaltungBatchRun *run = faltung_batch_run(batch, i);
        if (run->state != FALTUNG_BATCH_RUNNING)
            continue;
        g_autofree char *bar = faltung_bar(run->fraction, 12);
        g_string_append_printf(lines, "%-*s ▕%s▏ %s\n", MIN(width, 48), run->name, bar,
                               run->progress);
    }
    double done = runs_done(batch);
    double seconds = (g_get_monotonic_time() - session->started) * 1e-6;
    double gained = done - session->first;
    g_autofree char *bar = faltung_bar(done / n, 20);
    g_autofree char *left = faltung_duration(gained > 0 ? seconds * (n - done) / gained : NAN);
    int failed = faltung_batch_count(batch, FALTUNG_BATCH_FAILED);
    g_string_append_printf(lines, "▕%s▏ %d of %d runs", bar, count_ended(batch), n);
    if (failed)
        g_string_append_printf(lines, ", %d failed", failed);
    g_string_append_printf(lines, ", %s left", left);
    faltung_terminal_show(session->terminal, lines->str);
}

static void on_changed(FaltungBatch *batch, FaltungBatchRun *run, gpointer data) {
    Session *session = data;
    const char *name = faltung_batch_state_name(run->state);
    int ended = count_ended(batch), n = faltung_batch_n_runs(batch);
    switch (run->state) {
    case FALTUNG_BATCH_FINISHED:
        faltung_terminal_say(session->terminal, "[%d/%d] %s: %s", ended, n, run->name,
                             run->figures);
        break;
    case FALTUNG_BATCH_FAILED:
        faltung_terminal_say(session->terminal, "[%d/%d] %s failed: %s", ended, n, run->name,
                             run->error);
        break;
    case FALTUNG_BATCH_INTERRUPTED:
        faltung_terminal_say(session->terminal, "%s: %s", run->name, name);
        break;
    default:
        break;
    }
    show(session);
}

static gboolean on_tick(gpointer data) {
    show(data);
    return G_SOURCE_CONTINUE;
}

static gboolean on_signal(gpointer data) {
    Session *session = data;
    session->n_signals++;
    if (session->n_signals == 1)
        faltung_terminal_say(session->terminal,
                             "stopping: the runs under way save; once more ends them at once");
    faltung_batch_stop(session->batch);
    return G_SOURCE_CONTINUE;
}

static char *default_folder(const char *path) {
    g_autofree char *stem = g_path_get_basename(path);
    char *ending = strrchr(stem, '.');
    if (ending && ending != stem)
        *ending = '\0';
    /* a file without an ending would give its own name */
    return g_strdup(ending ? stem : "runs");
}

/* Runs the batch to its end or to a signal. */
static void work(Session *session, const char *program) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    guint sources[G_N_ELEMENTS(signals) + 1];
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sources[i] = g_unix_signal_add(signals[i], on_signal, session);
    sources[G_N_ELEMENTS(signals)] = g_timeout_add(500, on_tick, session);
    session->started = g_get_monotonic_time();
    session->first = runs_done(session->batch);
    FaltungBatchOptions how = {
        .program = program,
        .jobs = jobs,
        .threads = threads,
        .changed = on_changed,
        .data = session,
    };
    faltung_batch_start(session->batch, &how);
    while (faltung_batch_active(session->batch))
        g_main_context_iteration(NULL, TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    faltung_terminal_show(session->terminal, NULL);
}

static void print_json(const FaltungBatch *batch) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "name", faltung_batch_title(batch));
    faltung_json_string(json, "folder", faltung_batch_folder(batch));
    faltung_json_open_array(json, "runs");
    for (int i = 0; i < faltung_batch_n_runs(batch); i++) {
        const FaltungBatchRun *run = faltung_batch_run(batch, i);
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "name", run->name);
        faltung_json_string(json, "path", run->path);
        faltung_json_string(json, "state", faltung_batch_state_name(run->state));
        faltung_json_string(json, "point", run->point);
        faltung_json_integer(json, "seed", run->seed);
        if (run->fold)
            faltung_json_integer(json, "fold", run->fold);
        g_auto(GStrv) words = g_strsplit(run->figures, " ", -1);
        for (char **word = words; *word; word++) {
            char *equals = strchr(*word, '=');
            if (!equals)
                continue;
            *equals = '\0';
            faltung_json_number(json, *word, g_ascii_strtod(equals + 1, NULL));
        }
        if (*run->error)
            faltung_json_string(json, "error", run->error);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_close(json);
    faltung_json_print(json);
}

static void print_table(const FaltungBatch *batch) {
    const char *const header[] = {"run", "state", "figures", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int i = 0; i < faltung_batch_n_runs(batch); i++) {
        const FaltungBatchRun *run = faltung_batch_run(batch, i);
        g_autofree char *first = g_strndup(run->error, strcspn(run->error, "\n"));
        faltung_text_table_row(table);
        faltung_text_table_cell(table, run->name);
        faltung_text_table_cell(table, faltung_batch_state_name(run->state));
        faltung_text_table_cell(table, *run->figures ? run->figures : first);
    }
    g_autofree char *text = faltung_text_table_format(table);
    fputs(text, stdout);
}

static void print_result(const FaltungBatch *batch, double seconds) {
    printf("result: runs=%d", faltung_batch_n_runs(batch));
    for (int state = 0; state < FALTUNG_N_BATCH_STATES; state++) {
        int n = faltung_batch_count(batch, state);
        if (n || state == FALTUNG_BATCH_FINISHED || state == FALTUNG_BATCH_FAILED)
            printf(" %s=%d", faltung_batch_state_name(state), n);
    }
    printf(" seconds=%.3f\n", seconds);
}

/* @part: (out): what --part says; untouched without it. */
static gboolean read_part(FaltungBatchPart *part, GError **error) {
    if (!part_text)
        return TRUE;
    int k, end = 0;
    if (sscanf(part_text, "%d/%d%n", &k, &part->count, &end) != 2 || part_text[end] || k < 1 ||
        k > part->count)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "--part cannot be '%s'; expected K/N with K from 1 to N: --part 1/3 "
                            "is the first of three",
                            part_text);
    part->index = k - 1;
    return TRUE;
}

static gboolean check_options(GError **error) {
    if (jobs < 0 || threads < 0)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "--%s must be 1 or more; leave it out to use all cores",
                            jobs < 0 ? "jobs" : "threads");
    if (slurm && part_text)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "--slurm makes a part of the batch for each task by itself; leave out "
                            "--part");
    return TRUE;
}

/* The script in place of the runs. */
static int write_array(const FaltungCall *call, FaltungBatch *batch, FaltungTerminal *terminal,
                       GError **error) {
    int n_tasks;
    g_autofree char *path = faltung_batch_write_array(batch, call->program, &n_tasks, error);
    if (!path)
        return FALTUNG_EXIT_FAILED;
    g_autofree char *script = faltung_shell_word(path);
    g_autofree char *folder = faltung_shell_word(faltung_batch_folder(batch));
    if (n_tasks > 0)
        faltung_terminal_say(terminal,
                             "submit it with: sbatch %s\n"
                             "then compare them with: faltung report %s",
                             script, folder);
    if (call->json) {
        g_autoptr(FaltungJson) json = faltung_json_new();
        faltung_json_open_object(json, NULL);
        faltung_json_integer(json, "runs", faltung_batch_n_runs(batch));
        faltung_json_integer(json, "tasks", n_tasks);
        faltung_json_string(json, "script", n_tasks > 0 ? path : NULL);
        faltung_json_close(json);
        faltung_json_print(json);
    } else {
        printf("result: runs=%d tasks=%d%s%s\n", faltung_batch_n_runs(batch), n_tasks,
               n_tasks > 0 ? " script=" : "", n_tasks > 0 ? path : "");
    }
    return FALTUNG_EXIT_DONE;
}

/* After the work: what is left of it, and how to go on. */
static gboolean check_end(const FaltungCall *call, const Session *session, GError **error) {
    const FaltungBatch *batch = session->batch;
    int n = faltung_batch_n_runs(batch);
    int failed = faltung_batch_count(batch, FALTUNG_BATCH_FAILED);
    int finished = faltung_batch_count(batch, FALTUNG_BATCH_FINISHED);
    g_autofree char *quoted = faltung_shell_word(faltung_batch_folder(batch));
    if (session->n_signals && finished + failed < n) {
        g_autofree char *file = faltung_shell_word(call->arguments[0]);
        return faltung_fail(error, FALTUNG_ERROR_WORK,
                            "interrupted with %d of %d runs finished; go on with:\n"
                            "  faltung run %s --out %s %s%s",
                            finished, n, file, quoted, part_text ? "--part " : "--resume",
                            part_text ? part_text : "");
    }
    if (failed)
        return faltung_fail(error, FALTUNG_ERROR_WORK,
                            "%d of %d runs failed; their errors are in %s/*.error, and --resume "
                            "runs them again",
                            failed, n, faltung_batch_folder(batch));
    faltung_terminal_say(session->terminal, "compare them with: faltung report %s", quoted);
    return TRUE;
}

static void say_what(FaltungTerminal *terminal, const FaltungBatch *batch) {
    int n = faltung_batch_n_runs(batch), ended = count_ended(batch);
    faltung_terminal_say(terminal, "%s: %d run%s in %s%s%s", faltung_batch_title(batch), n,
                         n == 1 ? "" : "s", faltung_batch_folder(batch), part_text ? ", part " : "",
                         part_text ? part_text : "");
    if (ended)
        faltung_terminal_say(terminal, "%d of them are finished already", ended);
}

static int run_run(const FaltungCall *call, GError **error) {
    FaltungBatchPart part = {0, 1};
    if (!check_options(error) || !read_part(&part, error))
        return FALTUNG_EXIT_USAGE;
    g_autofree char *folder = out ? g_strdup(out) : default_folder(call->arguments[0]);
    g_autoptr(FaltungBatch) batch =
        faltung_batch_new(call->arguments[0], (const char *const *)settings, folder, resume,
                          part_text ? &part : NULL, error);
    if (!batch)
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungTerminal) terminal = faltung_terminal_new(call->quiet);
    say_what(terminal, batch);
    if (slurm)
        return write_array(call, batch, terminal, error);
    Session session = {.terminal = terminal, .batch = batch};
    work(&session, call->program);

    if (call->json) {
        print_json(batch);
    } else {
        print_table(batch);
        print_result(batch, (g_get_monotonic_time() - session.started) * 1e-6);
    }
    return check_end(call, &session, error) ? FALTUNG_EXIT_DONE : FALTUNG_EXIT_FAILED;
}

const FaltungCommand faltung_command_run = {
    .name = "run",
    .arguments = "EXPERIMENT.yaml",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Runs all the runs of an experiment's sweep, side by side",
    .description =
        "Every variant at every point of the grid with every seed and, of data in folds "
        "(data.folds), every fold, each a process of its own. The folder gets a run file for "
        "each, named by what differs (lr=0.1,seed=3.h5), the error of each that failed, and "
        "index.csv, a table of all.\n\n"
        "Ctrl-C lets the runs under way save. --resume goes on after that, and after a crash or a "
        "kill as well. The exit status is 1 where a run failed.\n\n"
        "  faltung run experiments/book/4-techniques.yaml --out techniques -j 4\n"
        "  faltung report techniques\n\n"
        "On a cluster, where all machines see the folder, --slurm writes a script that makes each "
        "run a task. One that runs out of time saves and goes back into the queue; --slurm "
        "--resume writes the script anew for what is left.\n\n"
        "  faltung run experiment.yaml --out runs --slurm\n"
        "  sbatch --time=2:00:00 --cpus-per-task=4 runs/array.sbatch",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = run_run,
};
