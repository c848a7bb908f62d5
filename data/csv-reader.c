/* SPDX-License-Identifier: Apache-2.0 */
#include "data/csv-reader.h"

#include "core/base/error.h"

#include <inttypes.h>
#include <string.h>

/* Records that the guess of the separator looks at. */
#define GUESS_RECORDS 20
/* and that of the decimal comma */
#define COMMA_RECORDS 1000

static gboolean at_line_end(const FaltungCsvReader *reader) {
    return reader->at == reader->end || *reader->at == '\n' || *reader->at == '\r';
}

static void skip_line_end(FaltungCsvReader *reader) {
    if (reader->at == reader->end)
        return;
    if (reader->at[0] == '\r' && reader->at[1] == '\n') /* a NUL ends the text */
        reader->at++;
    reader->at++;
    reader->line++;
    reader->line_start = reader->at;
}

static void skip_blanks(FaltungCsvReader *reader) {
    while (*reader->at == ' ' || (*reader->at == '\t' && reader->separator != '\t'))
        reader->at++;
}

/* The contents of a quoted cell, from behind the opening quote to behind the closing one. */
static gboolean read_quoted(FaltungCsvReader *reader, FaltungCsvCell *cell, GError **error) {
    while (reader->at < reader->end) {
        if (*reader->at == '\n' || *reader->at == '\r') {
            skip_line_end(reader);
        } else if (*reader->at != '"') {
            reader->at++;
        } else if (reader->at[1] == '"') {
            cell->doubled = TRUE;
            reader->at += 2;
        } else {
            cell->length = reader->at - cell->start;
            reader->at++;
            return TRUE;
        }
    }
    g_autofree char *where = faltung_csv_cell_where(reader, cell);
    return faltung_fail(
        error, FALTUNG_ERROR_DATA,
        "%s: a quote is opened and never closed; expected \" at the cell's end (a quote "
        "within a cell is written twice)",
        where);
}

static gboolean read_cell(FaltungCsvReader *reader, FaltungCsvCell *cell, GError **error) {
    skip_blanks(reader);
    *cell = (FaltungCsvCell){.start = reader->at,
                             .line = reader->line,
                             .line_start = reader->line_start,
                             .comma = reader->comma};
    if (*reader->at != '"') {
        while (!at_line_end(reader) && *reader->at != reader->separator)
            reader->at++;
        const char *end = reader->at;
        while (end > cell->start && (end[-1] == ' ' || end[-1] == '\t'))
            end--;
        cell->length = end - cell->start;
        return TRUE;
    }
    cell->quoted = TRUE;
    cell->start++;
    reader->at++;
    if (!read_quoted(reader, cell, error))
        return FALSE;
    skip_blanks(reader);
    if (at_line_end(reader) || *reader->at == reader->separator)
        return TRUE;
    g_autofree char *where = faltung_csv_cell_where(reader, cell);
    return faltung_fail(
        error, FALTUNG_ERROR_DATA,
        "%s: text follows the closing quote; expected '%c' or the line's end (a quote "
        "within a cell is written twice)",
        where, reader->separator);
}

FaltungCsvStatus faltung_csv_reader_next(FaltungCsvReader *reader, GError **error) {
    for (;;) {
        skip_blanks(reader);
        if (reader->at == reader->end)
            return FALTUNG_CSV_END;
        if (!at_line_end(reader))
            break;
        skip_line_end(reader);
    }
    g_array_set_size(reader->cells, 0);
    for (;;) {
        FaltungCsvCell cell;
        if (!read_cell(reader, &cell, error))
            return FALTUNG_CSV_BROKEN;
        g_array_append_val(reader->cells, cell);
        if (at_line_end(reader))
            break;
        reader->at++;
    }
    skip_line_end(reader);
    return FALTUNG_CSV_RECORD;
}

/* Cells of the first record, or 0 where not every record that is looked at has as many. */
static guint consistent_cells(const FaltungCsvReader *start, char separator) {
    FaltungCsvReader reader = *start;
    reader.separator = separator;
    guint cells = 0;
    for (int i = 0; i < GUESS_RECORDS; i++) {
        FaltungCsvStatus status = faltung_csv_reader_next(&reader, NULL);
        if (status == FALTUNG_CSV_END)
            break;
        if (status == FALTUNG_CSV_BROKEN || (cells != 0 && reader.cells->len != cells))
            return 0;
        cells = reader.cells->len;
    }
    return cells;
}

/* The separator that cuts every record into the same number of cells, more than one. Numbers of
   files with tabs or semicolons may have decimal commas, so a comma comes last; where nothing
   fits (a damaged file), what is most frequent in the first line. */
static char guess_separator(const FaltungCsvReader *reader) {
    static const char candidates[] = {'\t', ';', ','};
    for (gsize i = 0; i < G_N_ELEMENTS(candidates); i++)
        if (consistent_cells(reader, candidates[i]) > 1)
            return candidates[i];
    gsize counts[G_N_ELEMENTS(candidates)] = {0};
    for (const char *at = reader->at; at < reader->end && *at != '\n' && *at != '\r'; at++)
        for (gsize i = 0; i < G_N_ELEMENTS(candidates); i++)
            counts[i] += *at == candidates[i];
    gsize best = G_N_ELEMENTS(candidates) - 1;
    for (gsize i = best; i-- > 0;)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

/* Whether the comma in @cell, a number with one, cannot part thousands. */
static gboolean is_decimal(const FaltungCsvCell *cell) {
    const char *comma = memchr(cell->start, ',', cell->length);
    return cell->start + cell->length - comma != 4 || comma[-1] == '0' || comma == cell->start;
}

static gboolean guess_comma(const FaltungCsvReader *start) {
    FaltungCsvReader reader = *start;
    gboolean decimal = FALSE;
    reader.comma = TRUE;
    for (int i = 0; i < COMMA_RECORDS; i++) {
        if (faltung_csv_reader_next(&reader, NULL) != FALTUNG_CSV_RECORD)
            break;
        for (guint k = 0; k < reader.cells->len; k++) {
            FaltungCsvCell *cell = &g_array_index(reader.cells, FaltungCsvCell, k);
            double value;
            if (memchr(cell->start, ',', cell->length))
                decimal |= faltung_csv_cell_number(cell, &value) && is_decimal(cell);
            cell->comma = FALSE;
            if (memchr(cell->start, '.', cell->length) && faltung_csv_cell_number(cell, &value))
                return FALSE;
        }
    }
    return decimal;
}

gboolean faltung_csv_reader_init(FaltungCsvReader *reader, const char *origin, const char *text,
                                 gsize length, GError **error) {
    *reader = (FaltungCsvReader){.origin = origin, .separator = ','};
    const char *invalid;
    if (!g_utf8_validate_len(text, length, &invalid)) {
        gboolean utf16 =
            length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0);
        guint64 line = 1;
        for (const char *at = text; at < invalid; at++)
            line += *at == '\n';
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "%s:%" PRIu64 ":1: the text is not UTF-8 (byte 0x%02x); convert it, "
                            "as with `iconv -f %s -t UTF-8`",
                            origin, line, (guint8)*invalid, utf16 ? "UTF-16" : "WINDOWS-1252");
    }
    if (g_str_has_prefix(text, "\xef\xbb\xbf"))
        text += 3, length -= 3;
    reader->at = reader->line_start = text;
    reader->end = text + length;
    reader->line = 1;
    reader->cells = g_array_new(FALSE, FALSE, sizeof(FaltungCsvCell));
    reader->separator = guess_separator(reader);
    reader->comma = guess_comma(reader);
    return TRUE;
}

void faltung_csv_reader_clear(FaltungCsvReader *reader) {
    g_clear_pointer(&reader->cells, g_array_unref);
}

char *faltung_csv_cell_text(const FaltungCsvCell *cell) {
    char *text = g_strndup(cell->start, cell->length);
    if (cell->doubled) {
        char *out = text;
        for (const char *in = text; *in; in++) {
            *out++ = *in;
            if (in[0] == '"' && in[1] == '"')
                in++;
        }
        *out = '\0';
    }
    return text;
}

gboolean faltung_csv_cell_missing(const FaltungCsvCell *cell) {
    static const char *const words[] = {"NA", "N/A", "NaN", "null", "None", "?"};
    if (cell->length == 0)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (cell->length == strlen(words[i]) &&
            g_ascii_strncasecmp(cell->start, words[i], cell->length) == 0)
            return TRUE;
    return FALSE;
}

/* Digits of one run. Significant ones go into @mantissa as long as it holds them. */
static const char *scan_digits(const char *at, const char *end, guint64 *mantissa, int *dropped) {
    for (; at < end && g_ascii_isdigit(*at); at++) {
        if (*mantissa < G_MAXUINT64 / 10 - 1)
            *mantissa = *mantissa * 10 + (*at - '0');
        else
            ++*dropped;
    }
    return at;
}

gboolean faltung_csv_cell_number(const FaltungCsvCell *cell, double *value) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *at = cell->start, *end = at + cell->length;
    gboolean negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    guint64 mantissa = 0;
    int dropped = 0, exponent = 0;
    const char *start = at;
    at = scan_digits(at, end, &mantissa, &dropped);
    gsize n_digits = at - start;
    if (at < end && *at == (cell->comma ? ',' : '.')) {
        start = ++at;
        at = scan_digits(at, end, &mantissa, &dropped);
        n_digits += at - start;
        exponent = start - at;
    }
    if (n_digits == 0)
        return FALSE;
    gboolean scientific = at < end && (*at == 'e' || *at == 'E');
    if (scientific) {
        at++;
        if (at < end && (*at == '-' || *at == '+'))
            at++;
        start = at;
        while (at < end && g_ascii_isdigit(*at))
            at++;
        if (at == start)
            return FALSE;
    }
    if (at != end)
        return FALSE;
    /* A mantissa and a power of ten that are both exact doubles give the nearest double in one
       operation; that is nearly every number in a table, and much faster than strtod. */
    if (!scientific && dropped == 0 && mantissa <= G_GUINT64_CONSTANT(1) << 53 && exponent >= -22) {
        double magnitude = (double)mantissa / powers[-exponent];
        *value = negative ? -magnitude : magnitude;
    } else {
        g_autofree char *text = g_strdelimit(g_strndup(cell->start, cell->length), ",", '.');
        *value = g_ascii_strtod(text, NULL);
    }
    return TRUE;
}

char *faltung_csv_cell_where(const FaltungCsvReader *reader, const FaltungCsvCell *cell) {
    const char *start = cell->quoted ? cell->start - 1 : cell->start;
    glong column = g_utf8_strlen(cell->line_start, start - cell->line_start) + 1;
    return g_strdup_printf("%s:%" PRIu64 ":%ld", reader->origin, cell->line, column);
}
