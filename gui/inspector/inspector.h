/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/views/scene.h"

G_BEGIN_DECLS

/**
 * FaltungInspector: the right side bar: the selected layer, or the experiment, as settings,
 * mathematics, code and numbers. Signals: "view" after another page was chosen.
 */
#define FALTUNG_TYPE_INSPECTOR (faltung_inspector_get_type())
G_DECLARE_FINAL_TYPE(FaltungInspector, faltung_inspector, FALTUNG, INSPECTOR, GtkBox)

/** faltung_inspector_set_scene: to be called once, before it shows anything. */
void faltung_inspector_set_scene(FaltungInspector *inspector, FaltungScene *scene);
void faltung_inspector_show(FaltungInspector *inspector, FaltungDocument *document, int layer,
                            int block);
void faltung_inspector_set_data(FaltungInspector *inspector, FaltungDataset *training,
                                FaltungDataset *validation);
void faltung_inspector_set_editable(FaltungInspector *inspector, gboolean editable);
void faltung_inspector_set_snapshot(FaltungInspector *inspector, FaltungSnapshot *snapshot,
                                    const char *const *class_names);
/** faltung_inspector_wish: writes into @wanted what is to be seen. */
void faltung_inspector_wish(FaltungInspector *inspector, FaltungWanted *wanted);
/** faltung_inspector_code: Returns: (transfer none): the FaltungCodePage. */
GtkWidget *faltung_inspector_code(FaltungInspector *inspector);
/** faltung_inspector_page: Returns: settings, mathematics, code, numbers. */
const char *faltung_inspector_page(FaltungInspector *inspector);

G_END_DECLS
