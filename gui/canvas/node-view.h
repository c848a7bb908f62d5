/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/diagram-live.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungNodeView: one node of the canvas. A widget of its own, so that it has a name for screen
 * readers, takes the keyboard's focus, and is drawn once: panning and zooming only move it.
 */
#define FALTUNG_TYPE_NODE_VIEW (faltung_node_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungNodeView, faltung_node_view, FALTUNG, NODE_VIEW, GtkWidget)

GtkWidget *faltung_node_view_new(void);

/** faltung_node_view_update: @diagram must live as long as the view shows it.
 *  @problem: (nullable): what is wrong with the layer: its badge and tooltip. */
void faltung_node_view_update(FaltungNodeView *view, const FaltungDiagram *diagram, int index,
                              const FaltungTheme *theme, FaltungLevel level, gboolean selected,
                              const char *problem);
/** faltung_node_view_set_pictures: @pictures: of the probe. */
void faltung_node_view_set_pictures(FaltungNodeView *view, const FaltungCardPictures *pictures);
/** faltung_node_view_picture_rect: @rect: (out): where its output is drawn, in the node. Returns:
 *  whether it is. */
gboolean faltung_node_view_picture_rect(FaltungNodeView *view, graphene_rect_t *rect);
/** faltung_node_view_inside_rect: the same of what lies inside the layer. */
gboolean faltung_node_view_inside_rect(FaltungNodeView *view, graphene_rect_t *rect);
int faltung_node_view_layer(FaltungNodeView *view);
gboolean faltung_node_view_has_picture(FaltungNodeView *view);

G_END_DECLS
