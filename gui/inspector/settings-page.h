/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/document/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungSettingsPage: what can be set on a layer, or, with none selected, on data and
 *  training. */
#define FALTUNG_TYPE_SETTINGS_PAGE (faltung_settings_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungSettingsPage, faltung_settings_page, FALTUNG, SETTINGS_PAGE, GtkBox)

/** faltung_settings_page_show: @layer: an index; FALTUNG_INPUT, FALTUNG_NO_LAYER. */
void faltung_settings_page_show(FaltungSettingsPage *page, FaltungDocument *document, int layer,
                                int block);
/** faltung_settings_page_set_data: @training, @validation: (nullable): what is read of the data. */
void faltung_settings_page_set_data(FaltungSettingsPage *page, FaltungDataset *training,
                                    FaltungDataset *validation);
/** faltung_settings_page_set_editable: not while a training uses the settings. */
void faltung_settings_page_set_editable(FaltungSettingsPage *page, gboolean editable);

G_END_DECLS
