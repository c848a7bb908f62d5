/* SPDX-License-Identifier: Apache-2.0 */
#include "data/csv.h"

#include "core/config/named.h"
#include "data/csv-reader.h"
#include "data/file.h"

#include <float.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Records that the guess of the header looks at. */
#define GUESS_RECORDS 20
/* Bytes that the names of the columns are looked for in. */
#define BEGIN_BYTES (1 << 18)
/* Cells that an error lists one by one. */
#define MAX_COMPLAINTS 5
/* Whole numbers are classes up to so many different ones. */
#define FEW_CLASSES 20

/* A column to predict. */
typedef struct {
    const char *name; /* NULL: the only one */
    guint column;
    GArray *cells; /* (element-type FaltungCsvCell): a row each */
    guint32 n_words;
    gboolean whole;      /* all numbers are whole */
    GHashTable *classes; /* name -> index in names */
    GPtrArray *names;    /* of the different values, in the order of their classes */
} Target;

static void target_clear(gpointer data) {
    Target *target = data;
    g_clear_pointer(&target->cells, g_array_unref);
    g_clear_pointer(&target->classes, g_hash_table_unref);
    g_clear_pointer(&target->names, g_ptr_array_unref);
}

/* A table while it is read. */
typedef struct {
    const FaltungCsvOptions *options;
    FaltungCsvReader reader;
    GPtrArray *names; /* of the columns */
    gboolean header;
    GArray *named;   /* (element-type FaltungNamed): what options name as targets */
    GArray *targets; /* (element-type Target): at least one */
    int weights;     /* column of what each row counts for; -1: none. It is read as a feature */
    guint32 n;       /* rows */
    gsize capacity;
    float *values; /* n x features */
    GString *complaints;
    guint64 n_complaints;
} Table;

static void table_clear(Table *table) {
    faltung_csv_reader_clear(&table->reader);
    g_clear_pointer(&table->names, g_ptr_array_unref);
    g_free(table->values);
    g_clear_pointer(&table->named, g_array_unref);
    g_clear_pointer(&table->targets, g_array_unref);
    if (table->complaints)
        g_string_free(table->complaints, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

static Target *target_at(const Table *table, guint index) {
    return &g_array_index(table->targets, Target, index);
}

static gboolean is_target(const Table *table, guint column) {
    for (guint i = 0; i < table->targets->len; i++)
        if (target_at(table, i)->column == column)
            return TRUE;
    return FALSE;
}

#define FAIL(...) faltung_fail(error, FALTUNG_ERROR_DATA, __VA_ARGS__)

static G_GNUC_PRINTF(3, 4) void complain(Table *table, const FaltungCsvCell *cell,
                                         const char *format, ...) {
    if (table->n_complaints++ >= MAX_COMPLAINTS)
        return;
    g_autofree char *where = faltung_csv_cell_where(&table->reader, cell);
    if (table->complaints->len > 0)
        g_string_append_c(table->complaints, '\n');
    g_string_append_printf(table->complaints, "%s: ", where);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = faltung_message(format, arguments);
    va_end(arguments);
    g_string_append(table->complaints, message);
}

static const FaltungCsvCell *cell_at(const GArray *record, guint column) {
    return &g_array_index(record, FaltungCsvCell, column);
}

static gboolean cell_is_number(const FaltungCsvCell *cell) {
    double value;
    return faltung_csv_cell_number(cell, &value);
}

/* The text of a cell on one line. */
static char *line_of_cell(const FaltungCsvCell *cell) {
    return g_strdelimit(faltung_csv_cell_text(cell), "\n\r\t", ' ');
}

static char *column_name(const GArray *header, guint column) {
    g_autofree char *name = header ? line_of_cell(cell_at(header, column)) : NULL;
    if (name && *name)
        return g_steal_pointer(&name);
    return g_strdup_printf(_("column %u"), column + 1);
}

/* The column in @records (the first row excepted) that first has a value, or NULL. */
static const FaltungCsvCell *first_below(const GPtrArray *records, guint column) {
    for (guint row = 1; row < records->len; row++) {
        const GArray *record = records->pdata[row];
        if (column < record->len && !faltung_csv_cell_missing(cell_at(record, column)))
            return cell_at(record, column);
    }
    return NULL;
}

/* Whether the first record has the columns' names: where the column below is numbers, a word at
   the top says so and a number at the top denies it. */
static gboolean guess_header(const Table *table, const GPtrArray *records) {
    const GArray *first = records->pdata[0];
    guint words = 0, numbers = 0;
    gboolean only_words = TRUE;
    for (guint i = 0; i < first->len; i++) {
        const FaltungCsvCell *top = cell_at(first, i);
        g_autofree char *text = cell_is_number(top) ? NULL : line_of_cell(top);
        for (guint k = 0; k < table->named->len; k++)
            if (g_strcmp0(text, faltung_named_at(table->named, k)->text) == 0)
                return TRUE;
        if (faltung_csv_cell_missing(top))
            continue;
        if (cell_is_number(top))
            only_words = FALSE;
        const FaltungCsvCell *below = first_below(records, i);
        if (below && cell_is_number(below))
            ++*(cell_is_number(top) ? &numbers : &words);
    }
    return words + numbers > 0 ? words > 0 && words >= numbers : only_words;
}

/* The column that is called @name. Returns: -1 with an error. */
static int find_column(const Table *table, const char *name, GError **error) {
    guint n = table->names->len;
    int found = -1;
    for (guint i = 0; i < n; i++) {
        if (!g_str_equal(table->names->pdata[i], name))
            continue;
        if (found >= 0) {
            FAIL("%s:1:1: columns %d and %u are both called '%s'; the target must be one column",
                 table->reader.origin, found + 1, i + 1, name);
            return -1;
        }
        found = i;
    }
    guint64 number;
    if (found < 0 && !table->header && g_ascii_string_to_unsigned(name, 10, 1, n, &number, NULL))
        found = number - 1;
    if (found >= 0)
        return found;
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < MIN(n, 20); i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "", (char *)table->names->pdata[i]);
    if (n > 20)
        g_string_append(known, ", ...");
    g_autofree const char **candidates = g_new0(const char *, n + 1);
    memcpy(candidates, table->names->pdata, n * sizeof *candidates);
    const char *nearest = faltung_nearest(name, candidates);
    g_autofree char *hint = nearest ? g_strdup_printf(_("; did you mean '%s'?"), nearest) : NULL;
    FAIL("%s:1:1: no column '%s'; the columns are: %s%s%s", table->reader.origin, name, known->str,
         hint ? hint : "",
         table->header ? "" : _(" (line 1 is read as data; `header: yes` makes it the names)"));
    return -1;
}

static gboolean is_named(const char *column) {
    return column && *column;
}

/* Columns that are no targets. */
static guint n_features(const Table *table) {
    return table->names->len - table->targets->len;
}

/* The columns that are no features. */
static gboolean find_roles(Table *table, GError **error) {
    const FaltungCsvOptions *options = table->options;
    int last = (int)table->names->len - 1;
    table->weights = is_named(options->weights) ? find_column(table, options->weights, error) : -1;
    if (is_named(options->weights) && table->weights < 0)
        return FALSE;
    for (guint i = 0; i < MAX(table->named->len, 1); i++) {
        const FaltungNamed *named = table->named->len ? faltung_named_at(table->named, i) : NULL;
        int column =
            named ? find_column(table, named->text, error) : last - (table->weights == last);
        if (column < 0)
            return FALSE;
        if (is_target(table, column)) {
            FAIL("%s:1:1: column '%s' is a target twice; name another", table->reader.origin,
                 (char *)table->names->pdata[column]);
            return FALSE;
        }
        Target target = {.name = named ? named->name : NULL, .column = column, .whole = TRUE};
        target.cells = g_array_new(FALSE, FALSE, sizeof(FaltungCsvCell));
        g_array_append_val(table->targets, target);
    }
    gboolean apart = table->weights < 0 || !is_target(table, table->weights);
    if (apart && n_features(table) - (table->weights >= 0) >= 1)
        return TRUE;
    FAIL("%s:1:1: %s leaves no features and targets of their own; name %s", table->reader.origin,
         table->weights >= 0 ? _("that choice of targets and weights")
                             : _("that choice of targets"),
         table->weights >= 0 ? _("another column as weights") : _("fewer columns as targets"));
    return FALSE;
}

/* Looks at the first records: header or not, names. Leaves the reader at the data. */
static gboolean read_names(Table *table, GError **error) {
    FaltungCsvReader start = table->reader;
    g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    while (records->len < GUESS_RECORDS) {
        FaltungCsvStatus status =
            faltung_csv_reader_next(&table->reader, records->len ? NULL : error);
        if (status == FALTUNG_CSV_BROKEN && records->len == 0)
            return FALSE;
        if (status != FALTUNG_CSV_RECORD)
            break;
        g_ptr_array_add(records, g_array_copy(table->reader.cells));
    }
    if (records->len == 0) {
        FAIL("%s:1:1: the file is empty; expected rows of numbers", start.origin);
        return FALSE;
    }
    const GArray *first = records->pdata[0];
    table->header = table->options->header == FALTUNG_CSV_HEADER_AUTO
                        ? guess_header(table, records)
                        : table->options->header == FALTUNG_CSV_HEADER_YES;
    table->names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < first->len; i++)
        g_ptr_array_add(table->names, column_name(table->header ? first : NULL, i));
    if (first->len < 2) {
        FAIL("%s:1:1: one column only ('%s'); expected features and a target, separated by "
             "commas, "
             "semicolons or tabs",
             start.origin, (char *)table->names->pdata[0]);
        return FALSE;
    }
    table->reader = start;
    if (table->header)
        faltung_csv_reader_next(&table->reader, NULL);
    return TRUE;
}

static gboolean start_table(Table *table, GError **error) {
    return read_names(table, error) && find_roles(table, error);
}

char **faltung_csv_columns(const char *path, FaltungCsvHeader header, GError **error) {
    gsize length;
    char *begin = faltung_file_begin(path, BEGIN_BYTES, &length, error);
    gboolean cut = begin && length == BEGIN_BYTES;
    g_autofree char *text = faltung_file_utf8(begin, &length);
    if (!text)
        return NULL;
    char *last = cut ? strrchr(text, '\n') : NULL;
    if (last) { /* the line that is cut off may end within a letter */
        length = last + 1 - text;
        text[length] = '\0';
    }
    FaltungCsvOptions options = {.header = header};
    g_auto(Table) table = {.options = &options, .named = faltung_named_read(NULL)};
    if (!faltung_csv_reader_init(&table.reader, path, text, length, error) ||
        !read_names(&table, error))
        return NULL;
    g_ptr_array_add(table.names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&table.names), FALSE);
}

/* The shortened text of a cell, for messages. */
static char *quote_cell(const FaltungCsvCell *cell) {
    g_autofree char *text = line_of_cell(cell);
    if (g_utf8_strlen(text, -1) <= 30)
        return g_steal_pointer(&text);
    *g_utf8_offset_to_pointer(text, 30) = '\0';
    return g_strconcat(text, "...", NULL);
}

static void complain_about_value(Table *table, const FaltungCsvCell *cell, guint column) {
    const char *name = table->names->pdata[column];
    if (faltung_csv_cell_missing(cell)) {
        complain(table, cell,
                 "the value of column '%s' is missing; expected a number; fill it in or remove the "
                 "row",
                 name);
        return;
    }
    g_autofree char *text = quote_cell(cell);
    if (cell_is_number(cell)) {
        complain(table, cell, "%s in column '%s' is too large; expected at most 3.4e38", text,
                 name);
        return;
    }
    const char *cure = _("write it as a number, or remove the column");
    if (cell->line == 1)
        cure = _("if line 1 has the columns' names, say `header: yes`");
    else if (is_target(table, column))
        cure = _("`task: classification` takes the values as classes");
    else if (strspn(text, "+-0123456789.,") == strlen(text) && strchr(text, ','))
        cure = _("write a decimal point and no thousands separators");
    complain(table, cell, "'%s' in column '%s' is not a number; %s", text, name, cure);
}

/* Returns: whether @cell is a number that a float holds; else a complaint is made. */
static gboolean read_value(Table *table, const FaltungCsvCell *cell, guint column, float *value) {
    double number;
    if (faltung_csv_cell_number(cell, &number) && fabs(number) <= FLT_MAX) {
        *value = number;
        return TRUE;
    }
    complain_about_value(table, cell, column);
    return FALSE;
}

static gboolean read_row(Table *table, GError **error) {
    const GArray *record = table->reader.cells;
    guint columns = table->names->len;
    if (record->len != columns) {
        complain(table, cell_at(record, MIN(record->len, columns + 1) - 1),
                 "the row has %u %s; expected %u, as in line 1 (separated by %s)", record->len,
                 record->len == 1 ? _("cell") : _("cells"), columns,
                 table->reader.separator == '\t'  ? _("tabs")
                 : table->reader.separator == ';' ? _("semicolons")
                                                  : _("commas"));
        return TRUE;
    }
    gsize width = n_features(table);
    if (table->n == table->capacity) {
        gsize capacity = MAX(64, table->capacity * 2);
        float *values = capacity > G_MAXUINT32
                            ? NULL
                            : g_try_realloc_n(table->values, capacity, width * sizeof(float));
        if (!values)
            return faltung_fail(error, FALTUNG_ERROR_WORK,
                                "%s:%" PRIu64 ":1: the table does not fit into memory",
                                table->reader.origin, table->reader.line);
        table->values = values;
        table->capacity = capacity;
    }
    float *out = table->values + table->n * width;
    for (guint i = 0; i < columns; i++)
        if (!is_target(table, i))
            read_value(table, cell_at(record, i), i, out++);
    for (guint i = 0; i < table->targets->len; i++)
        g_array_append_val(target_at(table, i)->cells,
                           *cell_at(record, target_at(table, i)->column));
    table->n++;
    return TRUE;
}

static gboolean check_complaints(Table *table, GError **error) {
    if (table->n_complaints == 0)
        return TRUE;
    if (table->n_complaints > MAX_COMPLAINTS)
        g_string_append_printf(table->complaints, _("\n%s: and %" PRIu64 " more like these"),
                               table->reader.origin, table->n_complaints - MAX_COMPLAINTS);
    FAIL("%s", table->complaints->str);
    return FALSE;
}

static gboolean read_rows(Table *table, GError **error) {
    for (;;) {
        g_autoptr(GError) broken = NULL;
        switch (faltung_csv_reader_next(&table->reader, &broken)) {
        case FALTUNG_CSV_RECORD:
            if (!read_row(table, error))
                return FALSE;
            break;
        case FALTUNG_CSV_END:
            if (table->n == 0 && table->n_complaints > 0)
                return check_complaints(table, error);
            if (table->n == 0) {
                FAIL("%s:1:1: no rows of data below the names of the columns",
                     table->reader.origin);
                return FALSE;
            }
            return TRUE;
        case FALTUNG_CSV_BROKEN:
            g_propagate_error(error, g_steal_pointer(&broken));
            return FALSE;
        }
    }
}

/* What a value is called as a class: 1, 1.0 and "1" are one class, unless words are about. */
static char *class_name(const FaltungCsvCell *cell, gboolean numbers) {
    double value;
    if (!numbers || !faltung_csv_cell_number(cell, &value))
        return faltung_csv_cell_text(cell);
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(buffer, sizeof buffer, "%.9g", value + 0.0));
}

static int compare_words(gconstpointer a, gconstpointer b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_numbers(gconstpointer a, gconstpointer b) {
    double x = g_ascii_strtod(*(const char *const *)a, NULL);
    double y = g_ascii_strtod(*(const char *const *)b, NULL);
    return (x > y) - (x < y);
}

static void look_at_target(Table *table, Target *target) {
    for (guint32 i = 0; i < table->n; i++) {
        const FaltungCsvCell *cell = cell_at(target->cells, i);
        double value;
        if (faltung_csv_cell_missing(cell))
            complain_about_value(table, cell, target->column);
        else if (!faltung_csv_cell_number(cell, &value))
            target->n_words++;
        else if (value != rint(value))
            target->whole = FALSE;
    }
}

/* Collects the different values, but stops behind @limit of them. */
static void collect_classes(const Table *table, Target *target, guint limit) {
    gboolean numbers = target->n_words == 0;
    target->classes = g_hash_table_new(g_str_hash, g_str_equal);
    target->names = g_ptr_array_new_with_free_func(g_free);
    for (guint32 i = 0; i < table->n && target->names->len <= limit; i++) {
        g_autofree char *name = class_name(cell_at(target->cells, i), numbers);
        if (g_hash_table_contains(target->classes, name))
            continue;
        g_hash_table_add(target->classes, name);
        g_ptr_array_add(target->names, g_steal_pointer(&name));
    }
    g_ptr_array_sort(target->names, numbers ? compare_numbers : compare_words);
    for (guint i = 0; i < target->names->len; i++)
        g_hash_table_insert(target->classes, target->names->pdata[i], GUINT_TO_POINTER(i));
}

static gboolean is_classification(const Table *table, Target *target) {
    switch (table->options->task) {
    case FALTUNG_CSV_TASK_CLASSIFICATION:
        collect_classes(table, target, G_MAXUINT - 1);
        return TRUE;
    case FALTUNG_CSV_TASK_REGRESSION:
        return FALSE;
    case FALTUNG_CSV_TASK_AUTO:
        break;
    }
    if (target->n_words > 0) {
        /* a few words among numbers are mistakes, and are reported as such */
        if (target->n_words * 2 < table->n)
            return FALSE;
        collect_classes(table, target, G_MAXUINT - 1);
        return TRUE;
    }
    if (!target->whole)
        return FALSE;
    collect_classes(table, target, FEW_CLASSES);
    return target->names->len <= FEW_CLASSES && target->names->len * 2 <= table->n;
}

static gboolean check_classes(const Table *table, const Target *target, GError **error) {
    const char *name = table->names->pdata[target->column];
    guint n = target->names->len;
    if (n < 2) {
        FAIL("%s:1:1: all rows have '%s' in column '%s'; expected at least two classes",
             table->reader.origin, (char *)target->names->pdata[0], name);
        return FALSE;
    }
    if (n > FEW_CLASSES && n > table->n / 2 &&
        table->options->task != FALTUNG_CSV_TASK_CLASSIFICATION) {
        FAIL("%s:1:1: column '%s' has %u different values in %u rows, too many for classes; "
             "name another column as target",
             table->reader.origin, name, n, table->n);
        return FALSE;
    }
    return TRUE;
}

/* Takes the column of weights out of the features. Returns: (transfer full): what was in it. */
static float *take_weights(Table *table, GError **error) {
    gsize width = n_features(table), at = table->weights;
    for (guint i = 0; i < table->targets->len; i++)
        at -= (int)target_at(table, i)->column < table->weights;
    g_autofree float *weights = g_new(float, table->n);
    float *to = table->values;
    for (guint32 i = 0; i < table->n; i++) {
        const float *row = table->values + i * width;
        weights[i] = row[at];
        if (!(weights[i] >= 0)) {
            FAIL("%s: row %u has %g in column '%s'; weights are numbers from 0 on",
                 table->reader.origin, i + 1, weights[i], table->options->weights);
            return NULL;
        }
        for (gsize k = 0; k < width; k++)
            if (k != at)
                *to++ = row[k];
    }
    g_ptr_array_remove_index(table->names, table->weights);
    for (guint i = 0; i < table->targets->len; i++)
        target_at(table, i)->column -= table->weights < (int)target_at(table, i)->column;
    return g_steal_pointer(&weights);
}

/* The target's values, or the different ones as classes. Complaints are made of what is neither. */
static void read_target(Table *table, Target *target, FaltungTarget *made) {
    look_at_target(table, target);
    gboolean classification = is_classification(table, target);
    /* the only one is called as its column */
    const char *column = table->header ? table->names->pdata[target->column] : NULL;
    *made = (FaltungTarget){.name = target->name ? target->name : column, .positions = 1, .n = 1};
    if (classification)
        return;
    made->values = g_new0(float, table->n);
    for (guint32 i = 0; i < table->n; i++)
        if (!faltung_csv_cell_missing(cell_at(target->cells, i)))
            read_value(table, cell_at(target->cells, i), target->column, &made->values[i]);
}

static gboolean make_classes(const Table *table, const Target *target, FaltungTarget *made,
                             GError **error) {
    if (!check_classes(table, target, error))
        return FALSE;
    made->classes = g_new(gint32, table->n);
    for (guint32 i = 0; i < table->n; i++) {
        g_autofree char *name = class_name(cell_at(target->cells, i), target->n_words == 0);
        made->classes[i] = GPOINTER_TO_UINT(g_hash_table_lookup(target->classes, name));
    }
    made->n = (int)target->names->len;
    made->class_names = g_new0(char *, made->n + 1);
    for (int i = 0; i < made->n; i++)
        made->class_names[i] = g_strdup(target->names->pdata[i]);
    return TRUE;
}

static void made_clear(gpointer data) {
    FaltungTarget *made = data;
    g_free(made->classes);
    g_free(made->values);
    g_strfreev(made->class_names);
}

/* Returns: (nullable) (transfer full) (element-type FaltungTarget). */
static GArray *make_targets(Table *table, GError **error) {
    g_autoptr(GArray) all = g_array_new(FALSE, TRUE, sizeof(FaltungTarget));
    g_array_set_clear_func(all, made_clear);
    g_array_set_size(all, table->targets->len);
    for (guint i = 0; i < all->len; i++)
        read_target(table, target_at(table, i), &g_array_index(all, FaltungTarget, i));
    if (!check_complaints(table, error))
        return NULL;
    for (guint i = 0; i < all->len; i++) {
        FaltungTarget *made = &g_array_index(all, FaltungTarget, i);
        if (!made->values && !make_classes(table, target_at(table, i), made, error))
            return NULL;
    }
    return g_steal_pointer(&all);
}

/* The names of the columns that are left, the features. Returns: (transfer full). */
static char **feature_names(Table *table) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < table->names->len; i++)
        if (!is_target(table, i))
            g_ptr_array_add(names, g_strdup(table->names->pdata[i]));
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static FaltungDataset *make_dataset(Table *table, GError **error) {
    g_autoptr(GArray) targets = make_targets(table, error);
    if (!targets)
        return NULL;
    g_autofree float *weights = table->weights < 0 ? NULL : take_weights(table, error);
    if (table->weights >= 0 && !weights)
        return NULL;
    guint width = n_features(table);
    FaltungShape shape = table->options->shape;
    if (shape.rank == 0)
        shape = FALTUNG_SHAPE(width);
    if (faltung_shape_size(&shape) != width) {
        g_autofree char *expected = faltung_shape_format(&shape);
        FAIL("%s:1:1: %u columns without the target; expected %s values", table->reader.origin,
             width, expected);
        return NULL;
    }
    const FaltungTarget *own = &g_array_index(targets, FaltungTarget, 0);
    FaltungDataset *dataset = faltung_dataset_new_floats(
        table->options->name, table->n, shape, g_steal_pointer(&table->values), own->classes,
        own->class_names, own->values, own->n);
    faltung_dataset_take_targets(dataset, targets);
    faltung_dataset_set_weights(dataset, g_steal_pointer(&weights));
    if (table->header && shape.rank == 1)
        faltung_dataset_set_feature_names(dataset, feature_names(table));
    return dataset;
}

/* @text: ended by a NUL. */
static FaltungDataset *parse(const char *origin, const char *text, gsize length,
                             const FaltungCsvOptions *options, GError **error) {
    g_auto(Table) table = {.options = options};
    if (!faltung_csv_reader_init(&table.reader, origin, text, length, error))
        return NULL;
    table.named = faltung_named_read(options->target);
    table.targets = g_array_new(FALSE, FALSE, sizeof(Target));
    g_array_set_clear_func(table.targets, target_clear);
    table.complaints = g_string_new(NULL);
    if (!start_table(&table, error) || !read_rows(&table, error))
        return NULL;
    return make_dataset(&table, error);
}

FaltungDataset *faltung_csv_load(const char *path, const FaltungCsvOptions *options,
                                 GError **error) {
    gsize length;
    g_autofree char *text = faltung_file_utf8(faltung_file_read(path, &length, error), &length);
    return text ? parse(path, text, length, options, error) : NULL;
}

FaltungDataset *faltung_csv_parse(const char *origin, const void *bytes, gsize size,
                                  const FaltungCsvOptions *options, GError **error) {
    gsize length;
    g_autofree char *text = faltung_file_inflate(origin, bytes, size, &length, error);
    return text ? parse(origin, text, length, options, error) : NULL;
}
