/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-live.h"

#include "draw/diagram-private.h"

static void widen(int layer, double *width, double *height, gpointer graph) {
    if (layer >= 0 && faltung_layer_has_filters(faltung_graph_layer(graph, layer)))
        *width = MAX(*width, FALTUNG_LIVE_MAPS_WIDTH + 2 * FALTUNG_CARD_PAD);
}

FaltungDiagramOptions faltung_diagram_live(const FaltungGraph *graph, GHashTable *shut) {
    return (FaltungDiagramOptions){
        .picture_height = FALTUNG_LIVE_HEIGHT,
        .minimum_width = FALTUNG_LIVE_WIDTH + 2 * FALTUNG_CARD_PAD,
        .shut = shut,
        .measure = widen,
        .data = (gpointer)graph,
    };
}

FaltungRect faltung_diagram_live_rect(const FaltungDiagramNode *node, double width, double height) {
    FaltungRect room = node->picture;
    double scale = MIN(room.width / width, room.height / height);
    width *= scale;
    height *= scale;
    return (FaltungRect){room.x + (room.width - width) / 2, room.y + (room.height - height) / 2,
                         width, height};
}

static void draw_picture(cairo_t *cr, const FaltungDiagramNode *node,
                         const FaltungPicture *picture) {
    FaltungRect rect = faltung_diagram_live_rect(node, picture->width, picture->height);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        (unsigned char *)g_bytes_get_data(picture->pixels, NULL), CAIRO_FORMAT_ARGB32,
        picture->width, picture->height, picture->width * 4);
    cairo_save(cr);
    cairo_translate(cr, node->rect.x + rect.x, node->rect.y + rect.y);
    cairo_scale(cr, rect.width / picture->width, rect.height / picture->height);
    cairo_set_source_surface(cr, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
    cairo_paint_with_alpha(cr, node->bypassed ? FALTUNG_BYPASSED_ALPHA : 1);
    cairo_restore(cr);
    cairo_surface_destroy(surface);
}

void faltung_diagram_draw_live(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagram *diagram, FaltungPicture *const *pictures) {
    faltung_diagram_draw(cr, theme, diagram, FALTUNG_LEVEL_NORMAL);
    for (int i = 0; i < diagram->n_nodes; i++) {
        if (pictures[i] && faltung_diagram_has_card(diagram, i))
            draw_picture(cr, &diagram->nodes[i], pictures[i]);
    }
}
