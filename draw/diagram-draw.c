/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-private.h"
#include "draw/shapes.h"
#include "draw/text.h"

#include <math.h>

#define RADIUS 10

static FaltungRect grown(FaltungRect rect, double by) {
    return (FaltungRect){rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by};
}

/* A soft shadow from a few layers; cairo has no blur. */
static void draw_shadow(cairo_t *cr, FaltungRect rect, gboolean raised) {
    int layers = raised ? 6 : 4;
    for (int i = 0; i < layers; i++) {
        FaltungRect shadow = grown(rect, i * 0.9 - 0.5);
        shadow.y += 1.2;
        faltung_rounded_rectangle(cr, shadow, RADIUS + i * 0.9);
        cairo_set_source_rgba(cr, 0, 0, 0, raised ? 0.05 : 0.03);
        cairo_fill(cr);
    }
}

static void draw_ports(cairo_t *cr, const FaltungTheme *theme, const FaltungDiagram *diagram,
                       const FaltungDiagramNode *node) {
    FaltungPoint ports[2] = {faltung_diagram_input_port(diagram->direction, node->rect),
                             faltung_diagram_output_port(diagram->direction, node->rect)};
    for (int i = node->layer == FALTUNG_INPUT ? 1 : 0; i < 2; i++) {
        cairo_new_sub_path(cr);
        cairo_arc(cr, ports[i].x, ports[i].y, 3.5, 0, 2 * G_PI);
        faltung_set_color(cr, theme->wire);
        cairo_fill_preserve(cr);
        faltung_set_color(cr, theme->card);
        cairo_set_line_width(cr, 1.5);
        cairo_stroke(cr);
    }
}

static void draw_state(cairo_t *cr, const FaltungTheme *theme, FaltungRect rect,
                       FaltungNodeState state) {
    if (state & FALTUNG_NODE_ERROR) {
        faltung_set_color(cr, theme->error);
        cairo_set_line_width(cr, 2);
        faltung_rounded_rectangle(cr, grown(rect, -0.5), RADIUS);
        cairo_stroke(cr);
    }
    if (state & FALTUNG_NODE_SELECTED) {
        faltung_set_color(cr, theme->accent);
        cairo_set_line_width(cr, 2.5);
        faltung_rounded_rectangle(cr, grown(rect, 0.75), RADIUS + 0.75);
        cairo_stroke(cr);
    }
    if (state & FALTUNG_NODE_FOCUSED) {
        faltung_set_color(cr, faltung_color_alpha(theme->accent, 0.5));
        cairo_set_line_width(cr, 2);
        faltung_rounded_rectangle(cr, grown(rect, 4), RADIUS + 4);
        cairo_stroke(cr);
    }
    if (state & FALTUNG_NODE_ERROR) { /* a badge on the corner */
        double x = rect.x + rect.width - 4, y = rect.y + 4;
        cairo_new_sub_path(cr);
        cairo_arc(cr, x, y, 8, 0, 2 * G_PI);
        faltung_set_color(cr, theme->error);
        cairo_fill(cr);
        faltung_text_draw(cr, theme, "!", FALTUNG_TEXT_BOLD | FALTUNG_TEXT_SMALL,
                          faltung_color_on(theme->error), x, y, 0.5, 0.5, 0);
    }
}

static void draw_far(cairo_t *cr, const FaltungTheme *theme, const FaltungDiagramNode *node,
                     FaltungNodeState state) {
    FaltungColor color = faltung_group_color(theme, node->group);
    if (state & FALTUNG_NODE_HOVERED)
        color = faltung_color_mix(color, theme->foreground, 0.12);
    faltung_rounded_rectangle(cr, node->rect, RADIUS);
    faltung_set_color(cr, color);
    cairo_fill(cr);
    faltung_group_icon_draw(cr, node->group, node->rect.x + node->rect.width / 2,
                            node->rect.y + node->rect.height / 2,
                            MIN(node->rect.width, node->rect.height) * 0.68,
                            theme->dark ? theme->background : theme->card);
}

static void draw_normal(cairo_t *cr, const FaltungTheme *theme, const FaltungDiagram *diagram,
                        const FaltungDiagramNode *node, FaltungLevel level,
                        FaltungNodeState state) {
    FaltungRect rect = node->rect;
    FaltungColor color = faltung_group_color(theme, node->group), card = theme->card;
    if (state & FALTUNG_NODE_HOVERED)
        card = faltung_color_mix(card, theme->foreground, 0.04);
    if (level != FALTUNG_LEVEL_PAPER)
        draw_shadow(cr, rect, state & (FALTUNG_NODE_HOVERED | FALTUNG_NODE_SELECTED));
    faltung_rounded_rectangle(cr, rect, RADIUS);
    faltung_set_color(cr, card);
    cairo_fill(cr);
    faltung_rounded_rectangle(cr, grown(rect, -0.5), RADIUS - 0.5);
    faltung_set_color(cr, theme->border);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);

    double head = node->picture.height > 0 ? node->picture.y : rect.height;
    double middle = rect.y + head / 2;
    FaltungRect icon = {rect.x + FALTUNG_CARD_PAD, middle - FALTUNG_CARD_ICON / 2,
                        FALTUNG_CARD_ICON, FALTUNG_CARD_ICON};
    faltung_rounded_rectangle(cr, icon, 7);
    faltung_set_color(cr, faltung_color_mix(card, color, theme->dark ? 0.2 : 0.14));
    cairo_fill(cr);
    faltung_group_icon_draw(cr, node->group, icon.x + icon.width / 2, middle, 18, color);

    double x = icon.x + icon.width + FALTUNG_CARD_GAP;
    double room = rect.x + rect.width - FALTUNG_CARD_PAD - x + 2;
    if (node->details[0] == '\0') {
        faltung_text_draw(cr, theme, node->title, FALTUNG_TEXT_BOLD, theme->foreground, x, middle,
                          0, 0.5, room);
    } else {
        faltung_text_draw(cr, theme, node->title, FALTUNG_TEXT_BOLD, theme->foreground, x, middle,
                          0, 1, room);
        faltung_text_draw(cr, theme, node->details, FALTUNG_TEXT_SMALL, theme->dim, x, middle + 1,
                          0, 0, room);
    }
    if (level != FALTUNG_LEVEL_PAPER)
        draw_ports(cr, theme, diagram, node);
}

void faltung_diagram_draw_frame(cairo_t *cr, const FaltungTheme *theme,
                                const FaltungDiagramFrame *frame, FaltungLevel level,
                                gboolean selected) {
    cairo_save(cr);
    faltung_rounded_rectangle(cr, grown(frame->rect, -0.5), RADIUS + 2);
    faltung_set_color(cr, faltung_color_mix(theme->canvas, theme->foreground, 0.035));
    cairo_fill_preserve(cr);
    faltung_set_color(cr, selected ? theme->accent
                                   : faltung_color_mix(theme->canvas, theme->foreground, 0.25));
    cairo_set_line_width(cr, selected ? 2 : 1);
    cairo_stroke(cr);
    if (level != FALTUNG_LEVEL_FAR)
        faltung_text_draw(cr, theme, frame->title, FALTUNG_TEXT_BOLD, theme->dim,
                          frame->rect.x + FALTUNG_FRAME_PAD,
                          frame->rect.y + FALTUNG_FRAME_PAD / 2 + FALTUNG_FRAME_TITLE / 2, 0, 0.5,
                          frame->rect.width - 2 * FALTUNG_FRAME_PAD);
    cairo_restore(cr);
}

/* Cards behind the card: it stands for more than one layer. */
static void draw_stack(cairo_t *cr, const FaltungTheme *theme, FaltungRect rect) {
    for (int i = 2; i >= 1; i--) {
        FaltungRect behind = {rect.x + 3 * i, rect.y - 3 * i, rect.width - 3 * i, rect.height};
        faltung_rounded_rectangle(cr, behind, RADIUS);
        faltung_set_color(cr, faltung_color_mix(theme->card, theme->foreground, 0.03 * i));
        cairo_fill_preserve(cr);
        faltung_set_color(cr, theme->border);
        cairo_set_line_width(cr, 1);
        cairo_stroke(cr);
    }
}

void faltung_diagram_draw_node(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagram *diagram, const FaltungDiagramNode *node,
                               FaltungLevel level, FaltungNodeState state) {
    if (node->card != node->layer)
        return;
    gboolean faint = node->bypassed && node->block < 0;
    cairo_save(cr);
    if (faint)
        cairo_push_group(cr);
    if (node->block >= 0)
        draw_stack(cr, theme, node->rect);
    if (level == FALTUNG_LEVEL_FAR)
        draw_far(cr, theme, node, state);
    else
        draw_normal(cr, theme, diagram, node, level, state);
    if (faint) {
        cairo_pop_group_to_source(cr);
        cairo_paint_with_alpha(cr, FALTUNG_BYPASSED_ALPHA);
    }
    draw_state(cr, theme, node->rect, state);
    cairo_restore(cr);
}

/* The head of an arrow whose tip is at the end of the curve @p (4). */
static void draw_head(cairo_t *cr, const FaltungPoint *p) {
    cairo_save(cr);
    cairo_translate(cr, p[3].x, p[3].y);
    cairo_rotate(cr, atan2(p[3].y - p[2].y, p[3].x - p[2].x));
    cairo_move_to(cr, 0, 0);
    cairo_line_to(cr, -8, 3.5);
    cairo_line_to(cr, -6.5, 0);
    cairo_line_to(cr, -8, -3.5);
    cairo_close_path(cr);
    cairo_fill(cr);
    cairo_restore(cr);
}

void faltung_diagram_trace_edge(cairo_t *cr, const FaltungDiagramEdge *edge) {
    const FaltungPoint *p = edge->points;
    cairo_move_to(cr, p[0].x, p[0].y);
    for (int i = 1; i + 2 < edge->n_points; i += 3)
        cairo_curve_to(cr, p[i].x, p[i].y, p[i + 1].x, p[i + 1].y, p[i + 2].x, p[i + 2].y);
}

void faltung_diagram_draw_edge(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungDiagramEdge *edge, FaltungLevel level,
                               gboolean highlighted) {
    if (edge->n_points < 4)
        return;
    cairo_save(cr);
    faltung_diagram_trace_edge(cr, edge);
    double thickness = level == FALTUNG_LEVEL_FAR     ? edge->thickness
                       : level == FALTUNG_LEVEL_PAPER ? 1.25
                                                      : 2;
    cairo_set_line_width(cr, highlighted ? thickness + 1 : thickness);
    faltung_set_color(cr, highlighted ? theme->accent
                          : level == FALTUNG_LEVEL_FAR
                              ? faltung_color_mix(theme->canvas, theme->wire, 0.6)
                              : theme->wire);
    cairo_stroke(cr);
    if (level == FALTUNG_LEVEL_PAPER)
        draw_head(cr, edge->points + edge->n_points - 4);
    if (level != FALTUNG_LEVEL_FAR && edge->label[0]) {
        double width, height;
        faltung_text_size(cr, theme, edge->label, FALTUNG_TEXT_SMALL, &width, &height);
        FaltungRect box = {edge->label_at.x - width / 2 - 3, edge->label_at.y - height / 2,
                           width + 6, height};
        faltung_rounded_rectangle(cr, box, 4);
        faltung_set_color(cr, faltung_color_alpha(theme->canvas, 0.85));
        cairo_fill(cr);
        faltung_text_draw(cr, theme, edge->label, FALTUNG_TEXT_SMALL, theme->dim, edge->label_at.x,
                          edge->label_at.y, 0.5, 0.5, 0);
    }
    cairo_restore(cr);
}

void faltung_diagram_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungDiagram *diagram,
                          FaltungLevel level) {
    for (int i = 0; i < diagram->n_frames; i++)
        faltung_diagram_draw_frame(cr, theme, &diagram->frames[i], level, FALSE);
    for (int i = 0; i < diagram->n_edges; i++)
        faltung_diagram_draw_edge(cr, theme, &diagram->edges[i], level, FALSE);
    for (int i = 0; i < diagram->n_nodes; i++)
        faltung_diagram_draw_node(cr, theme, diagram, &diagram->nodes[i], level, 0);
}

void faltung_diagram_draw_fit(cairo_t *cr, const FaltungTheme *theme, const FaltungDiagram *diagram,
                              FaltungRect rect) {
    double scale = MIN(MIN(rect.width / diagram->width, rect.height / diagram->height), 1);
    cairo_save(cr);
    cairo_translate(cr, rect.x + (rect.width - scale * diagram->width) / 2,
                    rect.y + (rect.height - scale * diagram->height) / 2);
    cairo_scale(cr, scale, scale);
    /* below this the text of a card cannot be read, or it has none */
    gboolean far = scale < 0.55 || diagram->compact;
    faltung_diagram_draw(cr, theme, diagram, far ? FALTUNG_LEVEL_FAR : FALTUNG_LEVEL_NORMAL);
    cairo_restore(cr);
}
