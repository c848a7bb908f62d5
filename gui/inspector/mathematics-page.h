/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/views/scene.h"

G_BEGIN_DECLS

/** FaltungMathematicsPage: the equation of a layer, its symbols, which are the scene's when they
 * are chosen, and its shapes, or, with none selected, those of loss, optimizer and schedule. */
#define FALTUNG_TYPE_MATHEMATICS_PAGE (faltung_mathematics_page_get_type())
G_DECLARE_FINAL_TYPE(FaltungMathematicsPage, faltung_mathematics_page, FALTUNG, MATHEMATICS_PAGE,
                     GtkBox)

/** faltung_mathematics_page_set_scene: to be called once, before it shows anything. */
void faltung_mathematics_page_set_scene(FaltungMathematicsPage *page, FaltungScene *scene);
void faltung_mathematics_page_show(FaltungMathematicsPage *page,
                                   const FaltungExperiment *experiment, int layer);

G_END_DECLS
