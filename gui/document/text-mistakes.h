/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The mistakes of a text, underlined in its view, each with its message on hover. */
typedef struct FaltungTextMistakes FaltungTextMistakes;

/**
 * faltung_text_mistakes_new:
 * @tell: called with the message of the mistake nearest to the cursor, and how many there are;
 *   "" without a mistake
 */
FaltungTextMistakes *faltung_text_mistakes_new(GtkTextView *view,
                                               void (*tell)(const char *text, gpointer data),
                                               gpointer data);
void faltung_text_mistakes_free(FaltungTextMistakes *mistakes);

/** faltung_text_mistakes_set: @error: (nullable): a report with a line a mistake, as of
 *  faltung_mistakes_report(); the text it is about is in the view. */
void faltung_text_mistakes_set(FaltungTextMistakes *mistakes, const GError *error,
                               const char *origin);
void faltung_text_mistakes_show_near_cursor(FaltungTextMistakes *mistakes);
/** faltung_text_mistakes_go_to_next: takes the cursor to the next mistake behind it. */
void faltung_text_mistakes_go_to_next(FaltungTextMistakes *mistakes);

G_END_DECLS
