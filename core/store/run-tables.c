/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/journal.h"
#include "core/store/run-private.h"

#include <math.h>
#include <string.h>

/* The place of a known column in its table; unknown ones come after all known. */
static int rank_of(const FaltungTableLayout *layout, const char *name) {
    int i = 0;
    while (i < layout->n && strcmp(layout->columns[i].name, name) != 0)
        i++;
    return i;
}

static gint compare_columns(gconstpointer a, gconstpointer b, gpointer layout) {
    const char *const *left = a, *const *right = b;
    int difference = rank_of(layout, *left) - rank_of(layout, *right);
    return difference ? difference : strcmp(*left, *right);
}

static double *read_column(FaltungHdf file, const char *table, const char *name, size_t *n) {
    g_autofree char *path = g_strconcat("/metrics/", table, "/", name, NULL);
    FaltungHdfShape shape;
    g_autofree double *values = faltung_hdf_read(file, path, H5T_NATIVE_DOUBLE, &shape, NULL);
    if (!values || shape.rank != 1)
        return NULL;
    *n = shape.dims[0];
    return g_steal_pointer(&values);
}

static void add_name(GPtrArray *names, const char *name) {
    for (guint i = 0; i < names->len; i++)
        if (strcmp(names->pdata[i], name) == 0)
            return;
    g_ptr_array_add(names, g_strdup(name));
}

static double value_of(const FaltungTableLayout *layout, const FaltungTableRow *row,
                       const char *name) {
    int place = rank_of(layout, name);
    if (place < layout->n)
        return row->values[place];
    for (int i = 0; i < row->extras.n; i++)
        if (strcmp(row->extras.all[i].name, name) == 0)
            return row->extras.all[i].value;
    return NAN;
}

/* The table in the file, and after it those rows of the journal that are not in it yet. */
static void load_table(FaltungRunTable *table, const FaltungTableLayout *layout, FaltungHdf file,
                       const GPtrArray *journal) {
    g_autofree char *group = g_strconcat("/metrics/", layout->name, NULL);
    g_auto(GStrv) children = faltung_hdf_children(file, group);
    g_autofree double *count = NULL; /* the first column, which orders the rows */
    size_t n = 0;
    count = read_column(file, layout->name, layout->columns[0].name, &n);
    double last = n ? count[n - 1] : -1;

    g_autoptr(GPtrArray) fresh = g_ptr_array_new(); /* the journal's */
    for (guint i = 0; i < journal->len; i++) {
        FaltungTableRow *row = journal->pdata[i];
        if (row->values[0] > last) {
            g_ptr_array_add(fresh, row);
            last = row->values[0];
        }
    }

    GPtrArray *names = g_ptr_array_new();
    for (char **child = children; *child; child++)
        add_name(names, *child);
    for (int i = 0; i < layout->n; i++)
        for (guint j = 0; j < fresh->len; j++)
            if (!isnan(((const FaltungTableRow *)fresh->pdata[j])->values[i]))
                add_name(names, layout->columns[i].name);
    for (guint j = 0; j < fresh->len; j++) {
        const FaltungTableRow *row = fresh->pdata[j];
        for (int i = 0; i < row->extras.n; i++)
            add_name(names, row->extras.all[i].name);
    }
    g_ptr_array_sort_with_data(names, compare_columns, (gpointer)layout);

    table->n = n + fresh->len;
    table->columns = g_new0(double *, names->len + 1);
    for (guint i = 0; i < names->len; i++) {
        double *column = table->columns[i] = g_new(double, MAX(1, table->n));
        size_t has = 0;
        g_autofree double *stored = read_column(file, layout->name, names->pdata[i], &has);
        for (size_t j = 0; j < n; j++)
            column[j] = stored && j < has ? stored[j] : NAN;
        for (guint j = 0; j < fresh->len; j++)
            column[n + j] = value_of(layout, fresh->pdata[j], names->pdata[i]);
    }
    g_ptr_array_add(names, NULL);
    table->names = (char **)g_ptr_array_free(names, FALSE);
}

static void load(const FaltungRun *run, FaltungTableId id) {
    FaltungRunTable *table = &run->lazy->tables[id];
    /* The journal first: what a commit takes into the file in between is then in both, and not
       in neither. */
    g_autofree char *attempt = NULL;
    g_auto(GStrv) rows = faltung_journal_read(run->path, &attempt);
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, NULL);
    g_autofree char *of = file < 0 ? NULL : faltung_hdf_attribute(file, "/", "attempt");
    g_autoptr(GPtrArray) journal = g_ptr_array_new_with_free_func(g_free);
    for (char **text = rows; *text && g_strcmp0(of, attempt) == 0; text++) {
        FaltungTableId of_row;
        FaltungTableRow row;
        if (faltung_row_parse(*text, &of_row, &row) && of_row == id)
            g_ptr_array_add(journal, faltung_row_keep(&row));
    }
    table->loaded = TRUE;
    if (file < 0) {
        table->names = g_new0(char *, 1);
        table->columns = g_new0(double *, 1);
    } else {
        load_table(table, &faltung_table_layouts[id], file, journal);
    }
}

static const FaltungRunTable *table_of(const FaltungRun *run, const char *name) {
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&run->lazy->mutex);
    for (int i = 0; i < FALTUNG_N_TABLES; i++)
        if (strcmp(faltung_table_layouts[i].name, name) == 0) {
            if (!run->lazy->tables[i].loaded)
                load(run, i);
            return &run->lazy->tables[i];
        }
    return NULL;
}

const double *faltung_run_column(const FaltungRun *run, const char *table, const char *name,
                                 size_t *n) {
    const FaltungRunTable *is = table_of(run, table);
    *n = 0;
    for (int i = 0; is && is->names[i]; i++) {
        if (strcmp(is->names[i], name) == 0) {
            *n = is->n;
            return is->columns[i];
        }
    }
    return NULL;
}

const char *const *faltung_run_columns(const FaltungRun *run, const char *table) {
    static const char *const none[] = {NULL};
    const FaltungRunTable *is = table_of(run, table);
    return is ? (const char *const *)is->names : none;
}

void faltung_run_tables_clear(FaltungRunLazy *lazy) {
    for (int i = 0; i < FALTUNG_N_TABLES; i++) {
        FaltungRunTable *table = &lazy->tables[i];
        for (int j = 0; table->names && table->names[j]; j++)
            g_free(table->columns[j]);
        g_free(table->columns);
        g_strfreev(table->names);
        *table = (FaltungRunTable){0};
    }
}

void faltung_run_forget_columns(FaltungRun *run) {
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&run->lazy->mutex);
    faltung_run_tables_clear(run->lazy);
}
