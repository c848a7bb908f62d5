/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungPad: a square to draw in with the pointer, a finger or a pen. Signals: "changed": after
 *  every stroke and every part of one. */
#define FALTUNG_TYPE_PAD (faltung_pad_get_type())
G_DECLARE_FINAL_TYPE(FaltungPad, faltung_pad, FALTUNG, PAD, GtkWidget)

GtkWidget *faltung_pad_new(void);
void faltung_pad_clear(FaltungPad *pad);

#define FALTUNG_PAD_SIDE 280
/** faltung_pad_ink: Returns: (transfer full): (side, side): 0: paper, 1: ink. */
float *faltung_pad_ink(FaltungPad *pad);

G_END_DECLS
