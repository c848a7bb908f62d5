/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/batch-private.h"

#include <glib/gstdio.h>

/* The script that a cluster with Slurm runs a batch by: an array of tasks, each a part. */

/* Slurm's MaxArraySize is 1001 where nobody has changed it; of more runs a task takes several. */
#define MOST_TASKS 1000

/* The shell's part of the script. Before a task's time is over Slurm sends USR1: the run saves,
   and the task goes back into the queue. TERM comes from scancel, and ends it for good. */
static const char body[] =
    "again=\n"
    "trap 'again=yes; kill -TERM \"$work\"' USR1\n"
    "trap 'kill -TERM \"$work\"' TERM\n"
    "\"$program\" run \"$experiment\" --out \"$folder\" --part \"$SLURM_ARRAY_TASK_ID/$tasks\" \\\n"
    "    --threads \"${SLURM_CPUS_PER_TASK:-1}\" &\n"
    "work=$!\n"
    "wait \"$work\"\n"
    "status=$?\n"
    "if [ \"$status\" -gt 128 ]; then # by a signal; now it saves\n"
    "    wait \"$work\"\n"
    "    status=$?\n"
    "fi\n"
    "if [ \"$again\" ] && [ \"$status\" != 0 ]; then\n"
    "    scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\"\n"
    "fi\n"
    "exit \"$status\"\n";

static gboolean needs_work(const FaltungBatch *batch, int task, int of) {
    for (guint i = task; i < batch->runs->len; i += of) {
        if (faltung_batch_run(batch, i)->state != FALTUNG_BATCH_FINISHED)
            return TRUE;
    }
    return FALSE;
}

/* The tasks that have something to do, from 1, as sbatch takes them: `1-4,7`. */
static char *list_tasks(const FaltungBatch *batch, int of, int *n_tasks) {
    GString *list = g_string_new(NULL);
    *n_tasks = 0;
    for (int task = 0; task < of; task++) {
        if (!needs_work(batch, task, of))
            continue;
        int first = task;
        while (task + 1 < of && needs_work(batch, task + 1, of))
            task++;
        *n_tasks += task + 1 - first;
        g_string_append_printf(list, "%s%d", list->len ? "," : "", first + 1);
        if (task > first)
            g_string_append_printf(list, "-%d", task + 1);
    }
    return g_string_free(list, FALSE);
}

static void append_assignment(GString *script, const char *name, const char *value) {
    g_autofree char *quoted = g_shell_quote(value);
    g_string_append_printf(script, "%s=%s\n", name, quoted);
}

/* In a file's name % stands for something to Slurm. */
static char *log_pattern(const char *folder) {
    g_auto(GStrv) parts = g_strsplit(folder, "%", -1);
    g_autofree char *escaped = g_strjoinv("%%", parts);
    return g_build_filename(escaped, "slurm-%A_%a.log", NULL);
}

char *faltung_batch_write_array(FaltungBatch *batch, const char *program, int *n_tasks,
                                GError **error) {
    g_autofree char *folder = g_canonicalize_filename(batch->folder, NULL);
    g_autofree char *log = log_pattern(folder);
    g_autofree char *name = faltung_batch_file_name(batch->title);
    int of = MIN((int)batch->runs->len, MOST_TASKS);
    g_autofree char *tasks = list_tasks(batch, of, n_tasks);
    g_autoptr(GString) script = g_string_new("#!/bin/sh\n");
    g_string_append_printf(
        script,
        "# %u runs, those that are not finished yet. What a task needs is said to\n"
        "# sbatch, before the name of this file: --time=2:00:00 --cpus-per-task=4\n"
        "#SBATCH --job-name=\"%s\"\n"
        "#SBATCH --array=%s\n"
        "#SBATCH --output=\"%s\"\n"
        "#SBATCH --open-mode=append\n"
        "#SBATCH --requeue\n"
        "#SBATCH --signal=B:USR1@120\n\n",
        batch->runs->len, name, tasks, log);
    append_assignment(script, "program", program);
    append_assignment(script, "experiment", batch->origin);
    append_assignment(script, "folder", folder);
    g_string_append_printf(script, "tasks=%d\n", of);
    g_string_append_printf(script, "\n%s", body);
    g_autofree char *path = g_build_filename(batch->folder, "array.sbatch", NULL);
    if (*n_tasks == 0)
        g_unlink(path);
    if (*n_tasks == 0)
        return g_steal_pointer(&path);
    return g_file_set_contents(path, script->str, script->len, error) ? g_steal_pointer(&path)
                                                                      : NULL;
}
