/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungCodePage: the reference code of a layer's operation, exactly as it was compiled; with
 *  none selected the experiment's text. */
#define FALTUNG_TYPE_CODE_PAGE (faltung_code_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungCodePage, faltung_code_page, FALTUNG, CODE_PAGE, GtkBox)

void faltung_code_page_show(FaltungCodePage *page, const FaltungExperiment *experiment,
                            const char *text, int layer);

G_END_DECLS
