/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/*
 * Records of a CSV file as RFC 4180 has them: quoted cells may hold separators, line ends and
 * doubled quotes; lines end with LF, CRLF or CR; blank lines are skipped, blanks around cells
 * too. The reader points into the text, so a record costs no allocation.
 */

typedef struct {
    const char *start; /* in the text, without the quotes */
    gsize length;
    gboolean quoted;
    gboolean doubled;       /* has doubled quotes: read it with faltung_csv_cell_text() */
    gboolean comma;         /* a number in it has a decimal comma */
    guint64 line;           /* from 1 */
    const char *line_start; /* in the text */
} FaltungCsvCell;

typedef struct {
    const char *origin; /* what messages call the file */
    const char *at, *end;
    const char *line_start;
    guint64 line;
    char separator;
    gboolean comma; /* numbers have decimal commas */
    GArray *cells;  /* (element-type FaltungCsvCell): the record read last */
} FaltungCsvReader;

/**
 * faltung_csv_reader_init: starts at the beginning of @text, which a NUL ends; skips a byte
 * order mark and guesses the separator: comma, semicolon or tab; and whether numbers have decimal
 * commas: where no number has a point, and not all commas can be those of thousands.
 * @origin, @text: must outlive the reader
 *
 * Errors: the text is not UTF-8.
 */
gboolean faltung_csv_reader_init(FaltungCsvReader *reader, const char *origin, const char *text,
                                 gsize length, GError **error);
void faltung_csv_reader_clear(FaltungCsvReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FaltungCsvReader, faltung_csv_reader_clear)

typedef enum {
    FALTUNG_CSV_RECORD,
    FALTUNG_CSV_END,
    FALTUNG_CSV_BROKEN, /* the error is set */
} FaltungCsvStatus;

/** faltung_csv_reader_next: reads the next record into reader->cells. */
FaltungCsvStatus faltung_csv_reader_next(FaltungCsvReader *reader, GError **error);

/** faltung_csv_cell_text: Returns: (transfer full): the cell's contents. */
char *faltung_csv_cell_text(const FaltungCsvCell *cell);

/** faltung_csv_cell_missing: whether it is empty or one of NA, N/A, NaN, null, None, ?. */
gboolean faltung_csv_cell_missing(const FaltungCsvCell *cell);

/** faltung_csv_cell_number: whether the cell is a decimal number, whatever the locale; 1e400 is,
 *  and reads as infinity. @value: (out). */
gboolean faltung_csv_cell_number(const FaltungCsvCell *cell, double *value);

/** faltung_csv_cell_where: Returns: (transfer full): `origin:line:column`. */
char *faltung_csv_cell_where(const FaltungCsvReader *reader, const FaltungCsvCell *cell);
