/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-live.h"

#include "draw/diagram-private.h"

static gboolean looks_inside(const FaltungLayer *layer) {
    return faltung_layer_inner(layer)->name != NULL;
}

static gboolean is_wide(const FaltungLayer *layer) {
    return faltung_layer_has_filters(layer) || looks_inside(layer);
}

static void widen(int layer, double *width, double *height, gpointer graph) {
    if (layer >= 0 && is_wide(faltung_graph_layer(graph, layer)))
        *width = MAX(*width, FALTUNG_LIVE_WIDE + 2 * FALTUNG_CARD_PAD);
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

/* -- pictures -------------------------------------------------------------------------------- */

void faltung_card_pictures_clear(FaltungCardPictures *pictures) {
    g_clear_pointer(&pictures->output, faltung_picture_unref);
    g_clear_pointer(&pictures->inside, faltung_inside_card_unref);
}

FaltungCardPictures faltung_card_pictures_take(FaltungNetwork *network, int index,
                                               const float *values, const FaltungSpelling *spelling,
                                               gboolean near, gboolean dark, double scale) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    FaltungCardPictures pictures = {NULL};
    int width = is_wide(layer) ? FALTUNG_LIVE_WIDE : FALTUNG_LIVE_WIDTH;
    if (near && looks_inside(layer)) {
        GPtrArray *list = faltung_inside_list();
        faltung_inside_read(network, index, spelling, list);
        pictures.inside =
            faltung_inside_card_new(list, dark, scale, FALTUNG_LIVE_INSIDE, FALTUNG_LIVE_HEIGHT);
        width -= FALTUNG_LIVE_INSIDE + FALTUNG_LIVE_GAP;
    }
    pictures.output =
        faltung_picture_of_output(network, index, values, near, dark, (int)(width * scale),
                                  (int)(FALTUNG_LIVE_HEIGHT * scale));
    return pictures;
}

/* -- where they are, and drawing ------------------------------------------------------------- */

FaltungRect faltung_diagram_live_rect(const FaltungDiagramNode *node, double width, double height,
                                      gboolean beside) {
    FaltungRect room = node->picture;
    room.width -= beside ? FALTUNG_LIVE_INSIDE + FALTUNG_LIVE_GAP : 0;
    double scale = MIN(room.width / width, room.height / height);
    width *= scale;
    height *= scale;
    return (FaltungRect){room.x + (room.width - width) / 2, room.y + (room.height - height) / 2,
                         width, height};
}

FaltungRect faltung_diagram_live_inside(const FaltungDiagramNode *node) {
    FaltungRect room = node->picture;
    return (FaltungRect){room.x + room.width - FALTUNG_LIVE_INSIDE, room.y, FALTUNG_LIVE_INSIDE,
                         room.height};
}

/* @rect: relative to the card */
static void draw_picture(cairo_t *cr, const FaltungDiagramNode *node, const FaltungPicture *picture,
                         FaltungRect rect, cairo_filter_t filter) {
    rect.x += node->rect.x;
    rect.y += node->rect.y;
    faltung_picture_draw(cr, picture, rect, filter, node->bypassed ? FALTUNG_BYPASSED_ALPHA : 1);
}

static void draw_pictures(cairo_t *cr, const FaltungDiagramNode *node,
                          const FaltungCardPictures *pictures) {
    const FaltungPicture *output = pictures->output;
    if (output)
        draw_picture(cr, node, output,
                     faltung_diagram_live_rect(node, output->width, output->height,
                                               pictures->inside != NULL),
                     CAIRO_FILTER_NEAREST);
    if (pictures->inside) /* it has names, which are drawn smoothly */
        draw_picture(cr, node, pictures->inside->picture, faltung_diagram_live_inside(node),
                     CAIRO_FILTER_GOOD);
}

void faltung_diagram_draw_live(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagram *diagram, const FaltungCardPictures *pictures) {
    faltung_diagram_draw(cr, theme, diagram, FALTUNG_LEVEL_NORMAL);
    for (int i = 0; i < diagram->n_nodes; i++)
        if (faltung_diagram_has_card(diagram, i))
            draw_pictures(cr, &diagram->nodes[i], &pictures[i]);
}
