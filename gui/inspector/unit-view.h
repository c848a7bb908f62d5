/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/views/scene.h"

G_BEGIN_DECLS

/**
 * FaltungUnitView: the scene's unit of one layer: the equation with its numbers put in, and what
 * the layer's activation makes of the value. It follows the training.
 */
#define FALTUNG_TYPE_UNIT_VIEW (faltung_unit_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungUnitView, faltung_unit_view, FALTUNG, UNIT_VIEW, GtkBox)

GtkWidget *faltung_unit_view_new(FaltungScene *scene, int layer);

G_END_DECLS
