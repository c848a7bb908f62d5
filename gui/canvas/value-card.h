/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungValueCard: what is said of one value: where it is, what it sees, and how it is computed:
 * with its products as the loupe draws them, or with the equation that has its numbers, which is
 * found on another thread.
 *
 * Signals: "changed": the equation has come.
 */
#define FALTUNG_TYPE_VALUE_CARD (faltung_value_card_get_type())
G_DECLARE_FINAL_TYPE(FaltungValueCard, faltung_value_card, FALTUNG, VALUE_CARD, GtkBox)

GtkWidget *faltung_value_card_new(void);

/**
 * faltung_value_card_show:
 * @snapshot: with values, of @graph
 * @layer, @index: of its output; @layer may be FALTUNG_INPUT
 * @near: also how it is computed, where the snapshot has the weights
 * @width, @height: pixels, the room that it may take
 */
void faltung_value_card_show(FaltungValueCard *self, const FaltungGraph *graph,
                             FaltungSnapshot *snapshot, int layer, gsize index, gboolean near,
                             double width, double height);
/** faltung_value_card_say: @words of something else instead. */
void faltung_value_card_say(FaltungValueCard *self, const char *words);
void faltung_value_card_hide(FaltungValueCard *self);

/** faltung_value_card_text: Returns: (transfer none): all of it in words; equations as TeX. */
const char *faltung_value_card_text(FaltungValueCard *self);

G_END_DECLS
