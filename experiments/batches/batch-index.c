/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/batch-private.h"

#include "data/csv-reader.h"
#include "experiments/table.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* index.csv: a row a run, with what has become of it. */

/* The columns that come from a run's result. */
static const char *const figure_names[] = {"val_loss", "val_accuracy", "val_mae",
                                           "val_rmse", "epochs",       "seconds"};

static void free_row(FaltungBatchRow *row) {
    g_free(row->state);
    g_free(row->figures);
    g_free(row->error);
    g_free(row);
}

static const char *cell(char **titles, char **cells, const char *title) {
    for (int j = 0; titles[j] && cells[j]; j++) {
        if (strcmp(titles[j], title) == 0)
            return cells[j];
    }
    return "";
}

static FaltungBatchRow *make_row(char **titles, char **cells) {
    FaltungBatchRow *row = g_new0(FaltungBatchRow, 1);
    row->state = g_strdup(cell(titles, cells, "state"));
    row->error = g_strdup(cell(titles, cells, "error"));
    GString *figures = g_string_new(NULL);
    for (size_t k = 0; k < G_N_ELEMENTS(figure_names); k++) {
        const char *value = cell(titles, cells, figure_names[k]);
        if (*value)
            g_string_append_printf(figures, "%s%s=%s", figures->len ? " " : "", figure_names[k],
                                   value);
    }
    row->figures = g_string_free(figures, FALSE);
    return row;
}

/* The next record; NULL at the end, and where what follows is damaged. */
static char **read_cells(FaltungCsvReader *reader) {
    if (faltung_csv_reader_next(reader, NULL) != FALTUNG_CSV_RECORD)
        return NULL;
    g_autoptr(GStrvBuilder) cells = g_strv_builder_new();
    for (guint j = 0; j < reader->cells->len; j++) {
        g_autofree char *text =
            faltung_csv_cell_text(&g_array_index(reader->cells, FaltungCsvCell, j));
        g_strv_builder_add(cells, text);
    }
    return g_strv_builder_end(cells);
}

GHashTable *faltung_batch_read_index(const FaltungBatch *batch) {
    GHashTable *rows =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)free_row);
    g_autofree char *path = g_build_filename(batch->folder, "index.csv", NULL);
    g_autofree char *text = NULL;
    gsize length;
    g_auto(FaltungCsvReader) reader = {0};
    if (!g_file_get_contents(path, &text, &length, NULL) ||
        !faltung_csv_reader_init(&reader, path, text, length, NULL))
        return rows;
    g_auto(GStrv) titles = read_cells(&reader);
    char **cells;
    while (titles && (cells = read_cells(&reader))) {
        char *name = g_strndup(cells[0], strlen(cells[0]) - MIN(3, strlen(cells[0])));
        g_hash_table_replace(rows, name, make_row(titles, cells)); /* without .h5 */
        g_strfreev(cells);
    }
    return rows;
}

/* The value of @name in `val_loss=... epochs=...`. */
static char *find_figure(const char *figures, const char *name) {
    g_auto(GStrv) words = g_strsplit(figures, " ", -1);
    size_t length = strlen(name);
    for (char **word = words; *word; word++) {
        if (strncmp(*word, name, length) == 0 && (*word)[length] == '=')
            return g_strdup(*word + length + 1);
    }
    return g_strdup("");
}

static void append_row(FaltungTextTable *table, const FaltungBatchRun *run, const char *state,
                       const char *figures, const char *error) {
    faltung_text_table_row(table);
    faltung_text_table_cellf(table, "%s.h5", run->name);
    faltung_text_table_cell(table, state);
    faltung_text_table_cell(table, run->point);
    faltung_text_table_cellf(table, "%" G_GINT64_FORMAT, run->seed);
    for (size_t j = 0; j < G_N_ELEMENTS(figure_names); j++) {
        g_autofree char *value = find_figure(figures, figure_names[j]);
        faltung_text_table_cell(table, value);
    }
    faltung_text_table_cell(table, error);
}

static void append_header(FaltungTextTable *table) {
    static const char *const first[] = {"run", "state", "point", "seed"};
    faltung_text_table_row(table);
    for (size_t j = 0; j < G_N_ELEMENTS(first); j++)
        faltung_text_table_cell(table, first[j]);
    for (size_t j = 0; j < G_N_ELEMENTS(figure_names); j++)
        faltung_text_table_cell(table, figure_names[j]);
    faltung_text_table_cell(table, "error");
}

/* Parts read, change and write the one file of all, each in its turn. */
static int take_turn(const FaltungBatch *batch) {
    g_autofree char *path = g_build_filename(batch->folder, ".lock-index", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0)
        flock(fd, LOCK_EX);
    return fd;
}

gboolean faltung_batch_write_index(FaltungBatch *batch, GError **error) {
    gboolean whole = batch->part.count == 1;
    int turn = whole ? -1 : take_turn(batch);
    g_autoptr(GHashTable) rows = whole ? NULL : faltung_batch_read_index(batch);
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(NULL);
    append_header(table);
    for (guint i = 0; i < batch->all->len; i++) {
        const FaltungBatchRun *run = batch->all->pdata[i];
        const FaltungBatchRow *row = run->elsewhere ? g_hash_table_lookup(rows, run->name) : NULL;
        if (row)
            append_row(table, run, row->state, row->figures, row->error);
        else
            append_row(table, run, faltung_batch_state_name(run->state), run->figures, run->error);
    }
    g_autofree char *text = faltung_text_table_csv(table);
    g_autofree char *path = g_build_filename(batch->folder, "index.csv", NULL);
    gboolean written = g_file_set_contents(path, text, -1, error);
    if (turn >= 0)
        close(turn);
    return written;
}
