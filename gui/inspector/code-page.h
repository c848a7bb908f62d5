/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/views/scene.h"

G_BEGIN_DECLS

/** FaltungCodePage: the reference code of a layer's operation, exactly as it was compiled, with the
 *  equation above it; what the scene's symbol is in it is marked, and where the cursor is on one,
 * it becomes the scene's. With none selected the experiment's text. */
#define FALTUNG_TYPE_CODE_PAGE (faltung_code_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungCodePage, faltung_code_page, FALTUNG, CODE_PAGE, GtkBox)

/** faltung_code_page_set_scene: to be called once, before it shows anything. */
void faltung_code_page_set_scene(FaltungCodePage *page, FaltungScene *scene);
void faltung_code_page_show(FaltungCodePage *page, const FaltungExperiment *experiment,
                            const char *text, int layer);
/** faltung_code_page_marked_lines: @lines: (out): at most @most, from 0. Returns: their number. */
int faltung_code_page_marked_lines(FaltungCodePage *page, int *lines, int most);
/** faltung_code_page_view: Returns: (transfer none). */
GtkTextView *faltung_code_page_view(FaltungCodePage *page);

G_END_DECLS
