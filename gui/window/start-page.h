/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungStartPage: a card for each experiment that ships with the program, and the files opened
 * lately. Signals: "template" (path): a card; "recent" (path); "loaded": the cards are there.
 */
#define FALTUNG_TYPE_START_PAGE (faltung_start_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungStartPage, faltung_start_page, FALTUNG, START_PAGE, GtkBox)

/** faltung_start_page_cards: Returns: (transfer container): the cards' buttons, in order. */
GList *faltung_start_page_cards(FaltungStartPage *page);
/** faltung_start_page_example: Returns: (nullable) (transfer none): the card to begin with. */
GtkWidget *faltung_start_page_example(FaltungStartPage *page);
const char *faltung_start_page_card_name(GtkWidget *card);

G_END_DECLS
