/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/* A table of numbers with a column, or several, to predict. */

typedef enum {
    FALTUNG_CSV_HEADER_AUTO, /* a header where words stand above numbers */
    FALTUNG_CSV_HEADER_YES,
    FALTUNG_CSV_HEADER_NO,
} FaltungCsvHeader;

typedef enum {
    FALTUNG_CSV_TASK_AUTO, /* classes where the target is words or a few whole numbers */
    FALTUNG_CSV_TASK_CLASSIFICATION,
    FALTUNG_CSV_TASK_REGRESSION,
} FaltungCsvTask;

typedef struct {
    const char *name;    /* of the data set */
    const char *target;  /* the column to predict: its name, or its number in a table without
                            names; or several by names (core/config/named.h), of which the first is
                            the data set's own; NULL or "": the last */
    const char *weights; /* the column of what each row counts for, likewise; NULL or "": none */
    FaltungCsvHeader header;
    FaltungCsvTask task;
    FaltungShape shape; /* of a sample; rank 0: [number of features] */
} FaltungCsvOptions;

/**
 * faltung_csv_load: reads a table, .gz or not.
 *
 * Classes are in the order of the numbers, or of the words' bytes. Errors: every cell that is
 * missing or no number, one a line (at most five, and how many there are), each
 * `file:line:column: ...` with the column's name.
 */
FaltungDataset *faltung_csv_load(const char *path, const FaltungCsvOptions *options,
                                 GError **error);
/** faltung_csv_columns: Returns: (transfer full): what `target` can be: the names of the columns,
 * or `column 1` ... in a table without names. Only the file's beginning is read. */
char **faltung_csv_columns(const char *path, FaltungCsvHeader header, GError **error);
/** faltung_csv_parse: the same of bytes in memory. @origin: what messages call them. */
FaltungDataset *faltung_csv_parse(const char *origin, const void *bytes, gsize size,
                                  const FaltungCsvOptions *options, GError **error);
