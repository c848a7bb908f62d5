/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/batch-private.h"

#include "core/base/error.h"
#include "core/store/run.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* The processes of a batch. Each job is a `faltung train`, whose progress is read from its
   standard error and whose result from its standard output. */

typedef struct FaltungJob {
    FaltungBatch *batch;
    FaltungBatchRun *run;
    int slot;
    GSubprocess *process;
    GDataInputStream *out, *err;
    GString *messages; /* what it said besides progress: the error, where it failed */
    int open;          /* streams not yet at their end, and the process not yet gone */
} Job;

static void start_more(FaltungBatch *batch);

int faltung_batch_threads(int threads, int jobs, int slot) {
    return MAX(1, threads / jobs + (slot < threads % jobs));
}

gboolean faltung_batch_active(const FaltungBatch *batch) {
    for (int i = 0; i < batch->jobs; i++) {
        if (batch->slots[i])
            return TRUE;
    }
    return FALSE;
}

static void tell(FaltungBatch *batch, FaltungBatchRun *run) {
    if (batch->options.changed)
        batch->options.changed(batch, run, batch->options.data);
}

static void set_text(char **text, const char *value) {
    g_free(*text);
    *text = g_strdup(value);
}

static void write_index(FaltungBatch *batch) {
    g_autoptr(GError) error = NULL;
    if (!faltung_batch_write_index(batch, &error))
        g_warning("%s", error->message);
}

/* `epoch 2.50/10: loss=0.3 ...` is progress; all else may be an error. */
static void take_message(Job *job, const char *line) {
    FaltungBatchRun *run = job->run;
    double done, all;
    if (sscanf(line, "epoch %lf/%lf:", &done, &all) == 2 && all > 0) {
        set_text(&run->progress, line);
        run->fraction = CLAMP(done / all, 0, 1);
        tell(job->batch, run);
        return;
    }
    g_string_append_printf(job->messages, "%s%s", job->messages->len ? "\n" : "", line);
}

static void fail(FaltungBatchRun *run, const char *message) {
    run->state = FALTUNG_BATCH_FAILED;
    set_text(&run->error, message);
    g_autofree char *path = faltung_batch_error_path(run);
    g_autofree char *text = g_strconcat(message, "\n", NULL);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, text, -1, &error))
        g_warning("%s", error->message);
}

/* Whether the run file can be gone on with. */
static gboolean is_interrupted(const FaltungBatchRun *run) {
    g_autoptr(FaltungRun) file = faltung_run_open(run->path, NULL);
    return file && strcmp(faltung_run_status(file), "interrupted") == 0;
}

static void judge(Job *job) {
    FaltungBatchRun *run = job->run;
    gboolean exited = g_subprocess_get_if_exited(job->process);
    if (exited && g_subprocess_get_exit_status(job->process) == 0) {
        run->state = FALTUNG_BATCH_FINISHED;
        run->fraction = 1;
        g_autofree char *path = faltung_batch_error_path(run);
        g_unlink(path);
        return;
    }
    if (job->batch->stopping) {
        run->state = is_interrupted(run) ? FALTUNG_BATCH_INTERRUPTED : FALTUNG_BATCH_WAITING;
        return;
    }
    if (!exited) {
        g_autofree char *message = g_strdup_printf(
            "the process was ended by signal %d (%s)%s%s", g_subprocess_get_term_sig(job->process),
            g_strsignal(g_subprocess_get_term_sig(job->process)), job->messages->len ? ":\n" : "",
            job->messages->str);
        fail(run, message);
        return;
    }
    /* the error is what comes after the program's name; what stands before it are remarks */
    const char *message = g_strrstr(job->messages->str, "faltung: ");
    message = message ? message + strlen("faltung: ") : job->messages->str;
    fail(run, *message ? message : "it ended without a message");
}

static void release(Job *job) {
    if (--job->open > 0)
        return;
    FaltungBatch *batch = job->batch;
    FaltungBatchRun *run = job->run;
    judge(job);
    batch->slots[job->slot] = NULL;
    g_object_unref(job->process);
    g_object_unref(job->out);
    g_object_unref(job->err);
    g_string_free(job->messages, TRUE);
    g_free(job);
    write_index(batch);
    tell(batch, run);
    start_more(batch);
}

static void read_line(Job *job, GDataInputStream *stream);

static void on_line(GObject *source, GAsyncResult *result, gpointer data) {
    Job *job = data;
    GDataInputStream *stream = G_DATA_INPUT_STREAM(source);
    gsize length;
    g_autofree char *line = g_data_input_stream_read_line_finish(stream, result, &length, NULL);
    if (!line) {
        release(job);
        return;
    }
    if (stream == job->err)
        take_message(job, line);
    else if (g_str_has_prefix(line, "result: "))
        set_text(&job->run->figures, line + strlen("result: "));
    read_line(job, stream);
}

static void read_line(Job *job, GDataInputStream *stream) {
    g_data_input_stream_read_line_async(stream, G_PRIORITY_DEFAULT, NULL, on_line, job);
}

static void on_exit_of_process(GObject *source, GAsyncResult *result, gpointer data) {
    g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
    release(data);
}

/* In the child, before it becomes the program. */
static void prepare_child(gpointer data) {
    /* a Ctrl-C at the terminal is the batch's, which tells its processes once */
    setpgid(0, 0);
#ifdef __linux__
    /* a killed batch leaves no processes behind: they save and end */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != GPOINTER_TO_INT(data)) /* it was killed before that */
        _exit(1);
#endif
}

static GPtrArray *command_line(FaltungBatch *batch, FaltungBatchRun *run, int threads) {
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(words, g_strdup(batch->options.program));
    g_ptr_array_add(words, g_strdup("train"));
    g_ptr_array_add(words, g_strdup_printf("--threads=%d", threads));
    if (run->state == FALTUNG_BATCH_INTERRUPTED) {
        g_ptr_array_add(words, g_strconcat("--resume=", run->path, NULL));
    } else {
        g_ptr_array_add(words, g_strconcat("--out=", run->path, NULL));
        g_ptr_array_add(words, g_strdup("--overwrite"));
        g_ptr_array_add(words, g_strconcat("--origin=", batch->origin, NULL));
        for (char **setting = run->overrides; *setting; setting++)
            g_ptr_array_add(words, g_strconcat("--set=", *setting, NULL));
        g_ptr_array_add(words, g_strdup("--"));
        g_ptr_array_add(words, g_strdup(batch->experiment));
    }
    g_ptr_array_add(words, NULL);
    return words;
}

static gboolean start(FaltungBatch *batch, FaltungBatchRun *run, int slot, GError **error) {
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, prepare_child, GINT_TO_POINTER(getpid()), NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(batch->locks); i++) {
        int lock = fcntl(batch->locks[i], F_DUPFD_CLOEXEC, 3);
        if (lock >= 0)
            g_subprocess_launcher_take_fd(launcher, lock, 3 + i);
    }
    g_autoptr(GPtrArray) words =
        command_line(batch, run, faltung_batch_threads(batch->threads, batch->jobs, slot));
    GSubprocess *process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)words->pdata, error);
    if (!process)
        return FALSE;
    Job *job = g_new0(Job, 1);
    *job = (Job){
        .batch = batch,
        .run = run,
        .slot = slot,
        .process = process,
        .out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(process)),
        .err = g_data_input_stream_new(g_subprocess_get_stderr_pipe(process)),
        .messages = g_string_new(NULL),
        .open = 3,
    };
    batch->slots[slot] = job;
    run->state = FALTUNG_BATCH_RUNNING;
    run->fraction = 0;
    set_text(&run->error, "");
    read_line(job, job->out);
    read_line(job, job->err);
    g_subprocess_wait_async(process, NULL, on_exit_of_process, job);
    tell(batch, run);
    return TRUE;
}

static FaltungBatchRun *next_run(FaltungBatch *batch) {
    for (int i = 0; i < faltung_batch_n_runs(batch); i++) {
        FaltungBatchRun *run = faltung_batch_run(batch, i);
        if (run->state == FALTUNG_BATCH_WAITING || run->state == FALTUNG_BATCH_INTERRUPTED)
            return run;
    }
    return NULL;
}

static void start_more(FaltungBatch *batch) {
    for (int slot = 0; slot < batch->jobs && !batch->stopping; slot++) {
        while (!batch->slots[slot]) {
            FaltungBatchRun *run = next_run(batch);
            if (!run)
                return;
            g_autoptr(GError) error = NULL;
            if (start(batch, run, slot, &error))
                break;
            fail(run, error->message);
            write_index(batch);
            tell(batch, run);
        }
    }
}

void faltung_batch_start(FaltungBatch *batch, const FaltungBatchOptions *options) {
    g_return_if_fail(!batch->slots);
    batch->options = *options;
    batch->threads = options->threads > 0 ? options->threads : (int)g_get_num_processors();
    int todo = faltung_batch_count(batch, FALTUNG_BATCH_WAITING) +
               faltung_batch_count(batch, FALTUNG_BATCH_INTERRUPTED);
    /* with few runs each has more threads */
    batch->jobs = CLAMP(options->jobs > 0 ? options->jobs : batch->threads, 1, MAX(1, todo));
    batch->slots = g_new0(Job *, batch->jobs);
    start_more(batch);
}

void faltung_batch_stop(FaltungBatch *batch) {
    batch->stopping = TRUE;
    /* the program saves at the first signal and ends at the second */
    for (int i = 0; i < batch->jobs; i++) {
        if (batch->slots[i])
            g_subprocess_send_signal(batch->slots[i]->process, SIGTERM);
    }
}
