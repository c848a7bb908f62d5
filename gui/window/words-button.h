/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** faltung_words_button_new: Returns: a button that offers words for @entry: what is chosen is
 *  written into it and activates it. It is not seen before it has words. */
GtkWidget *faltung_words_button_new(GtkEntry *entry);

/** faltung_words_button_set: @words: (nullable) (array zero-terminated=1): what it offers. */
void faltung_words_button_set(GtkWidget *button, const char *const *words);

G_END_DECLS
