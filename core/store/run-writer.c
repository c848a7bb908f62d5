/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/run-writer.h"

#include "core/base/error.h"
#include "core/store/header.h"
#include "core/store/journal.h"
#include "core/store/layout.h"
#include "core/store/moment.h"
#include "core/store/publish.h"
#include "core/store/run-acts.h"
#include "core/store/state.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

/* Moments that wait may take so many bytes; beyond, they are committed. Where that fails (a disk
   that stays full) the oldest go, but for the initial weights. */
#define MOST_WAITING ((size_t)64 << 20)

/*
 * Rows and moments wait in memory; the file is touched at a commit only, all of it at once. What
 * goes wrong there ends the work file: the next commit begins a new one from the published state,
 * with everything that still waits. HDF5 itself cannot be trusted with a file after a failed
 * write (it reports success from then on).
 */
struct FaltungRunWriter {
    char *path, *part;
    FaltungJournal *journal;
    char *attempt;          /* names this writer in the file and its journal */
    gboolean journal_fails; /* and that was reported */
    FaltungHdf file;        /* the work file; H5I_INVALID_HID: to be made */
    gboolean published;     /* under the final name is this writer's own file */
    gboolean finished;

    FaltungRunHeader *header;
    FaltungGraph *graph;
    FaltungProbes *probes;

    /* what is published */
    hsize_t n_rows[FALTUNG_N_TABLES], n_moments, n_states;
    /* what waits */
    GPtrArray *rows[FALTUNG_N_TABLES]; /* FaltungTableRow: those since the last commit */
    GPtrArray *moments;                /* FaltungMoment */
    GArray *acts;                      /* FaltungAct: the whole log */
    guint n_acts;                      /* of the trainer's that were looked at */
    size_t waiting;                    /* bytes of those */
    /* counts of the newest row and moment, waiting or not; -1: none */
    double last_row[FALTUNG_N_TABLES];
    double last_moment;
};

static FaltungRunWriter *writer_new(const char *path, const FaltungExperiment *experiment,
                                    FaltungTrainer *trainer, FaltungDataset *training,
                                    GError **error) {
    FaltungJournal *journal = faltung_journal_claim(path, error);
    if (!journal)
        return NULL;
    FaltungRunWriter *writer = g_new0(FaltungRunWriter, 1);
    writer->path = g_strdup(path);
    writer->part = g_strconcat(path, ".part", NULL);
    writer->journal = journal;
    writer->attempt = g_uuid_string_random();
    writer->file = H5I_INVALID_HID;
    FaltungNetwork *network = faltung_trainer_network(trainer);
    writer->header = faltung_header_new(experiment, faltung_network_threads(network), training);
    writer->graph = faltung_graph_copy(faltung_network_graph(network));
    for (int i = 0; i < FALTUNG_N_TABLES; i++) {
        writer->rows[i] = g_ptr_array_new_with_free_func(g_free);
        writer->last_row[i] = -1;
    }
    writer->moments = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_moment_free);
    writer->last_moment = -1;
    writer->acts = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    return writer;
}

/* The work file is no more to be used. */
static void drop_part(FaltungRunWriter *writer) {
    faltung_hdf_close(writer->file);
    writer->file = H5I_INVALID_HID;
    unlink(writer->part); /* which also gives a full disk its room back */
}

void faltung_run_writer_free(FaltungRunWriter *writer) {
    if (!writer)
        return;
    if (writer->file >= 0) {
        FALTUNG_HDF_SECTION;
        drop_part(writer);
    }
    /* of an unfinished run the journal has the newest rows, if there is a run at all */
    faltung_journal_release(writer->journal, writer->finished || !writer->published);
    for (int i = 0; i < FALTUNG_N_TABLES; i++)
        g_ptr_array_unref(writer->rows[i]);
    g_ptr_array_unref(writer->moments);
    g_array_unref(writer->acts);
    faltung_probes_free(writer->probes);
    faltung_header_free(writer->header);
    faltung_graph_free(writer->graph);
    g_free(writer->attempt);
    g_free(writer->part);
    g_free(writer->path);
    g_free(writer);
}

static gboolean set_status(FaltungRunWriter *writer, const char *status, const char *reason,
                           GError **error) {
    return faltung_hdf_write_text(writer->file, "/status", status, error) &&
           faltung_hdf_set_text(writer->file, "/status", "reason", reason, error);
}

static gboolean begin_part(FaltungRunWriter *writer, GError **error) {
    unlink(writer->part); /* a dead writer's */
    writer->file = faltung_hdf_create(writer->part, error);
    return writer->file >= 0 && faltung_header_write(writer->header, writer->file, error) &&
           faltung_probes_write(writer->probes, writer->file, error) &&
           faltung_hdf_set_text(writer->file, "/", "attempt", writer->attempt, error) &&
           set_status(writer, "running", "", error);
}

static gboolean continue_part(FaltungRunWriter *writer, GError **error) {
    if (!faltung_publish_copy(writer->path, writer->part, error))
        return FALSE;
    writer->file = faltung_hdf_open(writer->part, TRUE, error);
    return writer->file >= 0;
}

/* The rows that wait, of one column, whose value is at @offset in each of them. */
static gboolean write_column(FaltungRunWriter *writer, FaltungTableId table,
                             const FaltungColumn *column, gsize offset, GError **error) {
    static const FaltungHdfShape number = {.rank = 0};
    guint n = writer->rows[table]->len;
    FaltungHdfGrowth growth = {.chunk = table == FALTUNG_TABLE_STEP ? 256 : 32};
    g_autofree gint64 *integers = g_new(gint64, n);
    g_autofree double *numbers = g_new(double, n);
    g_autofree char *path =
        g_strconcat("/metrics/", faltung_table_layouts[table].name, "/", column->name, NULL);
    gboolean any = FALSE;
    for (guint j = 0; j < n; j++) {
        numbers[j] = G_STRUCT_MEMBER(double, writer->rows[table]->pdata[j], offset);
        any = any || numbers[j] == numbers[j];
        if (column->integer)
            integers[j] = numbers[j];
    }
    /* a figure that does not apply to the run has no column */
    if (!any && !faltung_hdf_exists(writer->file, path))
        return TRUE;
    return faltung_hdf_write_rows(
        writer->file, path, column->integer ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE, &number, growth,
        writer->n_rows[table], n, column->integer ? (const void *)integers : (const void *)numbers,
        error);
}

static gboolean write_table(FaltungRunWriter *writer, FaltungTableId table, GError **error) {
    const FaltungTableLayout *layout = &faltung_table_layouts[table];
    if (writer->rows[table]->len == 0)
        return TRUE;
    const FaltungTableRow *row = writer->rows[table]->pdata[0];
    for (int i = 0; i < layout->n; i++)
        if (!write_column(writer, table, &layout->columns[i], offsetof(FaltungTableRow, values[i]),
                          error))
            return FALSE;
    for (int i = 0; i < row->extras.n; i++) {
        const FaltungColumn column = {.name = row->extras.all[i].name};
        if (!write_column(writer, table, &column, offsetof(FaltungTableRow, extras.all[i].value),
                          error))
            return FALSE;
    }
    return TRUE;
}

/* How a commit goes about it. */
typedef struct {
    FaltungTrainer *trainer; /* whose weights and state are written; NULL: they are not */
    const float *best;       /* written as the model's weights instead of its present ones */
    const char *status;      /* NULL: goes on running */
    const char *reason;
} Commit;

/* Everything that waits, into the work file, and that to the system. */
static gboolean write_waiting(FaltungRunWriter *writer, const Commit *commit, GError **error) {
    if (commit->trainer) {
        FaltungNetwork *network = faltung_trainer_network(commit->trainer);
        const float *weights =
            commit->best ? commit->best : faltung_trainer_weights(commit->trainer);
        hsize_t row = writer->n_states % FALTUNG_STATE_ROWS;
        if (!faltung_state_write_weights(writer->file, network, weights, error) ||
            !faltung_state_write(writer->file, commit->trainer, row, error))
            return FALSE;
    }
    for (int i = 0; i < FALTUNG_N_TABLES; i++)
        if (!write_table(writer, i, error))
            return FALSE;
    if (!faltung_moments_write(writer->moments, writer->file, writer->graph, writer->probes,
                               writer->n_moments, error) ||
        !faltung_acts_write(writer->file, writer->graph, writer->acts, error))
        return FALSE;
    if (commit->status && !set_status(writer, commit->status, commit->reason, error))
        return FALSE;
    if (H5Fflush(writer->file, H5F_SCOPE_GLOBAL) < 0)
        return faltung_hdf_fail(error, FALTUNG_ERROR_WORK, "cannot write %s", writer->part);
    return TRUE;
}

/* Under the lock of HDF5: the work file as it is to be published. */
static gboolean prepare(FaltungRunWriter *writer, const Commit *commit, gboolean last,
                        GError **error) {
    FALTUNG_HDF_SECTION;
    if (writer->file < 0 &&
        !(writer->published ? continue_part(writer, error) : begin_part(writer, error))) {
        drop_part(writer);
        return FALSE;
    }
    if (!write_waiting(writer, commit, error)) {
        drop_part(writer);
        return FALSE;
    }
    if (!last)
        return TRUE;
    herr_t closed = H5Fclose(writer->file);
    writer->file = H5I_INVALID_HID;
    /* opening it again finds out whether all of it is there */
    g_auto(FaltungHdf) again = H5I_INVALID_HID;
    if (closed >= 0)
        again = faltung_hdf_open(writer->part, FALSE, error);
    else
        faltung_hdf_fail(error, FALTUNG_ERROR_WORK, "cannot close %s", writer->part);
    if (again < 0)
        unlink(writer->part);
    return again >= 0;
}

static gboolean commit_all(FaltungRunWriter *writer, const Commit *commit, GError **error) {
    gboolean last = commit->status != NULL;
    g_return_val_if_fail(!writer->finished, FALSE);
    if (!faltung_journal_check(writer->journal, error))
        return FALSE;
    GError *cause = NULL;
    gboolean done = prepare(writer, commit, last, &cause);
    /* other threads may read run files while the copy goes to the disk */
    if (done && last)
        done = faltung_publish_move(writer->part, writer->path, &cause);
    else if (done)
        done = faltung_publish_copy(writer->part, writer->path, &cause);
    if (!done) {
        FALTUNG_HDF_SECTION;
        drop_part(writer);
        const char *why = cause->message;
        if (g_str_has_prefix(why, writer->path) && why[strlen(writer->path)] == ':')
            why += strlen(writer->path) + strlen(": ");
        faltung_fail(error, FALTUNG_ERROR_WORK, "%s: not saved: %s; %s", writer->path, why,
                     writer->published ? _("what was saved before is whole")
                                       : _("there is no file yet"));
        g_error_free(cause);
        return FALSE;
    }
    writer->published = TRUE;
    for (int i = 0; i < FALTUNG_N_TABLES; i++) {
        writer->n_rows[i] += writer->rows[i]->len;
        g_ptr_array_set_size(writer->rows[i], 0);
    }
    writer->n_moments += writer->moments->len;
    g_ptr_array_set_size(writer->moments, 0);
    writer->waiting = 0;
    if (commit->trainer)
        writer->n_states++;
    if (last) {
        writer->finished = TRUE;
        faltung_journal_release(g_steal_pointer(&writer->journal), TRUE);
        return TRUE;
    }
    writer->journal_fails = !faltung_journal_restart(writer->journal, writer->attempt, error);
    return !writer->journal_fails;
}

FaltungRunWriter *faltung_run_writer_create(const char *path, const FaltungExperiment *experiment,
                                            FaltungTrainer *trainer, FaltungDataset *training,
                                            FaltungDataset *validation, GError **error) {
    g_autoptr(FaltungRunWriter) writer = writer_new(path, experiment, trainer, training, error);
    if (!writer || !faltung_journal_restart(writer->journal, writer->attempt, error))
        return NULL;
    writer->probes = faltung_probes_choose(validation ? validation : training, writer->graph);
    /* so that a folder one may not write to is found out before the training */
    FALTUNG_HDF_SECTION;
    if (!begin_part(writer, error)) {
        drop_part(writer);
        return NULL;
    }
    return g_steal_pointer(&writer);
}

/* Drops what came after the state that the resume goes on from. */
static gboolean cut_group(FaltungHdf file, const char *group, hsize_t n, GError **error) {
    g_auto(GStrv) names = faltung_hdf_children(file, group);
    for (char **name = names; *name; name++) {
        g_autofree char *path = g_strconcat(group, "/", *name, NULL);
        H5O_info_t info;
        if (H5Oget_info_by_name(file, path, &info, H5P_DEFAULT) < 0)
            return faltung_hdf_fail(error, FALTUNG_ERROR_DATA, "cannot read %s", path);
        if (info.type == H5O_TYPE_GROUP ? !cut_group(file, path, n, error)
                                        : !faltung_hdf_truncate(file, path, n, error))
            return FALSE;
    }
    return TRUE;
}

/* How many rows of a counting column are at most @limit; and the last of them. */
static gboolean count_rows(FaltungHdf file, const char *path, double limit, hsize_t *n,
                           double *last, GError **error) {
    FaltungHdfShape shape;
    *n = 0;
    *last = -1;
    if (!faltung_hdf_exists(file, path))
        return TRUE;
    g_autofree double *counts = faltung_hdf_read(file, path, H5T_NATIVE_DOUBLE, &shape, error);
    if (!counts)
        return FALSE;
    while (*n < (shape.rank == 1 ? shape.dims[0] : 0) && counts[*n] <= limit)
        *last = counts[(*n)++];
    return TRUE;
}

static gboolean cut_history(FaltungRunWriter *writer, const FaltungTrainerPosition *position,
                            GError **error) {
    const double limits[FALTUNG_N_TABLES] = {
        [FALTUNG_TABLE_EPOCH] = position->epoch,
        [FALTUNG_TABLE_STEP] = position->step,
    };
    for (int i = 0; i < FALTUNG_N_TABLES; i++) {
        const FaltungTableLayout *layout = &faltung_table_layouts[i];
        g_autofree char *group = g_strconcat("/metrics/", layout->name, NULL);
        g_autofree char *path = g_strconcat(group, "/", layout->columns[0].name, NULL);
        if (!count_rows(writer->file, path, limits[i], &writer->n_rows[i], &writer->last_row[i],
                        error) ||
            !cut_group(writer->file, group, writer->n_rows[i], error))
            return FALSE;
    }
    if (!count_rows(writer->file, "/checkpoints/step", position->step, &writer->n_moments,
                    &writer->last_moment, error))
        return FALSE;
    static const char *const axes[] = {"/checkpoints/step", "/checkpoints/epoch",
                                       "/observations/step", "/observations/epoch"};
    for (guint i = 0; i < G_N_ELEMENTS(axes); i++)
        if (faltung_hdf_exists(writer->file, axes[i]) &&
            !faltung_hdf_truncate(writer->file, axes[i], writer->n_moments, error))
            return FALSE;
    static const char *const groups[] = {
        "/checkpoints/weights",      "/observations/maps",          "/observations/histograms",
        "/observations/weight_norm", "/observations/gradient_norm", "/observations/update_ratio"};
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        if (!cut_group(writer->file, groups[i], writer->n_moments, error))
            return FALSE;
    return TRUE;
}

static gboolean read_acts(FaltungRunWriter *writer, FaltungHdf file, FaltungTrainer *trainer,
                          GError **error) {
    g_autofree char *attempt = NULL;
    g_auto(GStrv) journal = faltung_journal_read(writer->path, &attempt);
    GArray *acts = faltung_acts_read(file, journal, attempt, writer->graph, error);
    if (!acts)
        return FALSE;
    g_array_unref(writer->acts);
    writer->acts = acts;
    faltung_trainer_log_acts(trainer, (const FaltungAct *)acts->data, acts->len);
    return TRUE;
}

/* The trainer gets its state, and the work file becomes the run as it was then. */
static gboolean go_back(FaltungRunWriter *writer, FaltungTrainer *trainer, GError **error) {
    FALTUNG_HDF_SECTION;
    FaltungTrainerPosition position;
    hsize_t row;
    {
        g_auto(FaltungHdf) file = faltung_hdf_open(writer->path, FALSE, error);
        if (file < 0 || !faltung_header_format(file, error) ||
            !faltung_header_check(writer->header, file, error) ||
            !read_acts(writer, file, trainer, error) ||
            !faltung_state_find(file, &row, &position, error) ||
            !faltung_state_restore(file, row, trainer, error))
            return FALSE;
        writer->probes = faltung_probes_read(file, writer->graph, error);
        if (!writer->probes)
            return FALSE;
    }
    writer->n_states = row + 1; /* the next goes to the other row */
    return continue_part(writer, error) && cut_history(writer, &position, error) &&
           faltung_header_renew(writer->header, writer->file, error) &&
           faltung_hdf_set_text(writer->file, "/", "attempt", writer->attempt, error) &&
           set_status(writer, "running", "", error);
}

FaltungRunWriter *faltung_run_writer_resume(const char *path, const FaltungExperiment *experiment,
                                            FaltungTrainer *trainer, FaltungDataset *training,
                                            GError **error) {
    if (access(path, F_OK) != 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "%s: there is no such file; a run can be resumed from its first checkpoint "
                     "on, before that start it anew",
                     path);
        return NULL;
    }
    g_autoptr(FaltungRunWriter) writer = writer_new(path, experiment, trainer, training, error);
    if (!writer)
        return NULL;
    GError *cause = NULL;
    if (!go_back(writer, trainer, &cause)) {
        g_propagate_prefixed_error(error, cause, _("%s: cannot be resumed: "), path);
        writer->published = TRUE; /* the file and its journal stay as they are */
        return NULL;
    }
    if (!commit_all(writer, &(Commit){0}, error)) {
        writer->published = TRUE;
        return NULL;
    }
    return g_steal_pointer(&writer);
}

static gboolean append_line(FaltungRunWriter *writer, const char *text, GError **error) {
    if (writer->journal_fails || writer->finished)
        return TRUE;
    writer->journal_fails = !faltung_journal_append(writer->journal, text, error);
    return !writer->journal_fails;
}

static gboolean add_row(FaltungRunWriter *writer, FaltungTableId table, FaltungTableRow row,
                        GError **error) {
    if (row.values[0] <= writer->last_row[table])
        return TRUE;
    writer->last_row[table] = row.values[0];
    g_ptr_array_add(writer->rows[table], faltung_row_keep(&row));
    g_autofree char *text = faltung_row_format(table, &row);
    return append_line(writer, text, error);
}

gboolean faltung_run_writer_step(FaltungRunWriter *writer, const FaltungStepRow *row,
                                 GError **error) {
    return add_row(writer, FALTUNG_TABLE_STEP, faltung_row_of_step(row), error);
}

gboolean faltung_run_writer_epoch(FaltungRunWriter *writer, const FaltungEpochRow *row,
                                  const FaltungReadings *others, GError **error) {
    return add_row(writer, FALTUNG_TABLE_EPOCH, faltung_row_of_epoch(row, others), error);
}

gboolean faltung_run_writer_acts(FaltungRunWriter *writer, const FaltungTrainer *trainer,
                                 GError **error) {
    guint n;
    const FaltungAct *acts = faltung_trainer_acts(trainer, &n);
    gboolean good = TRUE;
    for (; writer->n_acts < n; writer->n_acts++) {
        /* one that a resume has come to again is there already */
        const FaltungAct *act = &acts[writer->n_acts];
        if (!faltung_acts_note(writer->acts, writer->n_acts, act))
            continue;
        g_autofree char *line = faltung_acts_journal(act, writer->n_acts, writer->graph);
        good = append_line(writer, line, good ? error : NULL) && good;
    }
    return good;
}

gboolean faltung_run_writer_observe(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                    GError **error) {
    if (faltung_trainer_step_count(trainer) <= writer->last_moment)
        return TRUE;
    FaltungMoment *moment = faltung_moment_take(trainer, writer->probes);
    writer->last_moment = moment->step;
    writer->waiting += moment->bytes;
    g_ptr_array_add(writer->moments, moment);
    if (writer->waiting <= MOST_WAITING || commit_all(writer, &(Commit){.trainer = trainer}, error))
        return TRUE;
    while (writer->waiting > MOST_WAITING && writer->moments->len > 2) {
        const FaltungMoment *second = writer->moments->pdata[1];
        writer->waiting -= second->bytes;
        g_ptr_array_remove_index(writer->moments, 1);
    }
    return FALSE;
}

gboolean faltung_run_writer_checkpoint(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                       GError **error) {
    return commit_all(writer, &(Commit){.trainer = trainer}, error);
}

gboolean faltung_run_writer_finish(FaltungRunWriter *writer, FaltungTrainer *trainer,
                                   const char *status, const char *reason, GError **error) {
    gboolean finished = strcmp(status, "finished") == 0;
    Commit commit = {
        .trainer = trainer,
        .best = finished ? faltung_trainer_best(trainer) : NULL,
        .status = status,
        .reason = reason,
    };
    return commit_all(writer, &commit, error);
}
