/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/document/document.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FaltungOptionRow: one option of a layer, of the data or of the training, made from its spec: a
 * switch, a list of choices, or an entry that says what is wrong with what was typed. An edit
 * goes into the document's text; a button takes the option back to its default.
 */
#define FALTUNG_TYPE_OPTION_ROW (faltung_option_row_get_type())
G_DECLARE_FINAL_TYPE(FaltungOptionRow, faltung_option_row, FALTUNG, OPTION_ROW, AdwActionRow)

/**
 * faltung_option_row_new:
 * @path: where the value is in the document: `network.layers.0.filters`
 * @group: (nullable): the name of the group that the option is in, for the row's title
 * @suggestions: (nullable): words to choose from, for text
 */
GtkWidget *faltung_option_row_new(FaltungDocument *document, const char *path, const char *group,
                                  const FaltungOptionSpec *spec, const char *const *suggestions);
/** faltung_option_row_suggest: other suggestions, of a row of text. */
void faltung_option_row_suggest(FaltungOptionRow *row, const char *const *words);
/** faltung_option_row_show: the value in @options, without an edit. */
void faltung_option_row_show(FaltungOptionRow *row, const void *options);

/** faltung_option_range: Returns: (nullable) (transfer full): what numbers can be given, for
 * people: "A number from 0 to 0.99"; NULL where it is none. */
char *faltung_option_range(const FaltungOptionSpec *spec);

/** faltung_kind_to_begin_with: Returns: (transfer full): a kind as YAML, with what has to be given
 *  of its options, so that there are rows to change it. */
char *faltung_kind_to_begin_with(const FaltungKind *kind);

G_END_DECLS
