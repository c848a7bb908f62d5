/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "experiments/json.h"

/**
 * FaltungTextTable: rows of cells, printed in columns for people or as CSV for programs. Cells
 * that are numbers stand right in their column.
 */
typedef struct FaltungTextTable FaltungTextTable;

/** faltung_text_table_new: @header: (nullable) (array zero-terminated=1): the titles. */
FaltungTextTable *faltung_text_table_new(const char *const *header);
void faltung_text_table_free(FaltungTextTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungTextTable, faltung_text_table_free)

/** faltung_text_table_row: begins a row. */
void faltung_text_table_row(FaltungTextTable *table);
/** faltung_text_table_cell: adds a cell to the newest row. */
void faltung_text_table_cell(FaltungTextTable *table, const char *text);
void faltung_text_table_cellf(FaltungTextTable *table, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Each returns (transfer full) text that ends with a line's end. */
char *faltung_text_table_format(const FaltungTextTable *table);
char *faltung_text_table_csv(const FaltungTextTable *table);
char *faltung_text_table_markdown(const FaltungTextTable *table);

/** faltung_text_table_json: the rows as an array of objects whose keys are the header's titles;
 *  cells that are numbers become numbers, `-` null. */
void faltung_text_table_json(const FaltungTextTable *table, FaltungJson *json, const char *key);
