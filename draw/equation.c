/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation.h"

#include "core/base/error.h"
#include "draw/equation/box.h"
#include "draw/shapes.h"

#include <math.h>

struct FaltungEquation {
    const MathFont *font;
    double size;
    GPtrArray *list;  /* (element-type Node) */
    GPtrArray *marks; /* (element-type Node), of list */
    Box box;
};

static void lay_out(FaltungEquation *equation) {
    box_clear(&equation->box);
    equation->box = equation_layout(equation->list, equation->font, equation->size);
}

static void find_marks(FaltungEquation *equation) {
    g_ptr_array_set_size(equation->marks, 0);
    node_list_marks(equation->list, equation->marks);
}

FaltungEquation *faltung_equation_new(const char *tex, double size, GError **error) {
    const MathFont *font = math_font(error);
    if (!font)
        return NULL;
    GPtrArray *list = equation_parse(tex, font, NULL, error);
    if (!list)
        return NULL;
    FaltungEquation *equation = g_new0(FaltungEquation, 1);
    equation->font = font;
    equation->size = size;
    equation->list = list;
    equation->marks = g_ptr_array_new();
    find_marks(equation);
    lay_out(equation);
    return equation;
}

void faltung_equation_free(FaltungEquation *equation) {
    if (!equation)
        return;
    box_clear(&equation->box);
    g_ptr_array_unref(equation->marks);
    g_ptr_array_unref(equation->list);
    g_free(equation);
}

double faltung_equation_width(const FaltungEquation *equation) {
    return equation->box.width;
}

double faltung_equation_ascent(const FaltungEquation *equation) {
    return equation->box.ascent;
}

double faltung_equation_descent(const FaltungEquation *equation) {
    return equation->box.descent;
}

const char *faltung_equation_font(void) {
    const MathFont *font = math_font(NULL);
    return font ? font->family : NULL;
}

static FaltungColor mark_color(const Node *mark, FaltungColor color) {
    for (; mark; mark = mark->outer) {
        if (mark->colored)
            return mark->color;
    }
    return color;
}

/* A rule at least one pixel thick and, where it may be moved, on whole pixels: the bar of a
   fraction must not be a grey blur at small sizes. */
static void draw_rule(cairo_t *cr, const Item *item, double x, double y) {
    double top = y + item->y, thickness = item->height;
    double dx = 0, dy = thickness;
    cairo_user_to_device_distance(cr, &dx, &dy);
    gboolean pixels = cairo_surface_get_type(cairo_get_target(cr)) == CAIRO_SURFACE_TYPE_IMAGE;
    if (pixels && item->alone && dx == 0 && dy > 0) {
        double middle_x = 0, middle_y = top + thickness / 2;
        double scale = dy / thickness, whole = MAX(round(dy), 1);
        cairo_user_to_device(cr, &middle_x, &middle_y);
        double device_top = round(middle_y - whole / 2);
        double user_x = middle_x, user_y = device_top;
        cairo_device_to_user(cr, &user_x, &user_y);
        top = user_y;
        thickness = whole / scale;
    }
    cairo_rectangle(cr, x + item->x, top, item->width, thickness);
    cairo_fill(cr);
}

void faltung_equation_draw(const FaltungEquation *equation, cairo_t *cr, double x, double y,
                           FaltungColor color) {
    cairo_save(cr);
    cairo_set_font_face(cr, equation->font->face);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    for (guint i = 0; i < equation->box.items->len; i++) {
        const Item *item = &g_array_index(equation->box.items, Item, i);
        faltung_set_color(cr, mark_color(item->mark, color));
        if (item->type == ITEM_GLYPH) {
            cairo_glyph_t glyph = {item->glyph, x + item->x, y + item->y};
            cairo_set_font_size(cr, item->size);
            cairo_show_glyphs(cr, &glyph, 1);
        } else if (item->type == ITEM_RULE) {
            draw_rule(cr, item, x, y);
        }
    }
    cairo_restore(cr);
}

const char *faltung_equation_hit(const FaltungEquation *equation, double x, double y) {
    const char *id = NULL;
    double smallest = INFINITY;
    for (guint i = 0; i < equation->box.items->len; i++) {
        const Item *item = &g_array_index(equation->box.items, Item, i);
        double area = item->width * item->height;
        if (item->type == ITEM_MARK && x >= item->x && x < item->x + item->width && y >= item->y &&
            y < item->y + item->height && area < smallest) {
            smallest = area;
            id = item->mark->id;
        }
    }
    return id;
}

void faltung_equation_draw_behind(const FaltungEquation *equation, cairo_t *cr, double x, double y,
                                  const char *id, FaltungColor color) {
    double edge = 0.12 * equation->size;
    faltung_set_color(cr, color);
    for (guint i = 0; i < equation->box.items->len; i++) {
        const Item *item = &g_array_index(equation->box.items, Item, i);
        if (item->type != ITEM_MARK || !g_str_equal(item->mark->id, id))
            continue;
        FaltungRect rect = {x + item->x - edge, y + item->y - edge, item->width + 2 * edge,
                            item->height + 2 * edge};
        faltung_rounded_rectangle(cr, rect, 2 * edge);
        cairo_fill(cr);
    }
}

gboolean faltung_equation_mark_rect(const FaltungEquation *equation, const char *id,
                                    FaltungRect *rect) {
    for (guint i = 0; i < equation->box.items->len; i++) {
        const Item *item = &g_array_index(equation->box.items, Item, i);
        if (item->type == ITEM_MARK && g_str_equal(item->mark->id, id)) {
            *rect = (FaltungRect){item->x, item->y, item->width, item->height};
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether @mark is within another one called @id. */
static gboolean is_within(const Node *mark, const char *id) {
    for (mark = mark->outer; mark; mark = mark->outer) {
        if (g_str_equal(mark->id, id))
            return TRUE;
    }
    return FALSE;
}

gboolean faltung_equation_set_mark(FaltungEquation *equation, const char *id, const char *tex,
                                   GError **error) {
    gboolean found = FALSE;
    for (guint i = 0; i < equation->marks->len; i++) {
        Node *mark = g_ptr_array_index(equation->marks, i);
        if (!g_str_equal(mark->id, id) || is_within(mark, id))
            continue;
        GPtrArray *body = equation_parse(tex, equation->font, mark, error);
        if (!body)
            return FALSE; /* on the first: a later one would fail as well */
        g_ptr_array_unref(mark->body);
        mark->body = body;
        node_inherit_class(mark);
        find_marks(equation); /* those within it have changed; they come behind it */
        found = TRUE;
    }
    if (!found)
        return faltung_fail(error, FALTUNG_ERROR_INPUT, "the equation has no \\mark called %s", id);
    lay_out(equation);
    return TRUE;
}

void faltung_equation_set_mark_color(FaltungEquation *equation, const char *id,
                                     const FaltungColor *color) {
    for (guint i = 0; i < equation->marks->len; i++) {
        Node *mark = g_ptr_array_index(equation->marks, i);
        if (!g_str_equal(mark->id, id))
            continue;
        mark->colored = color != NULL;
        if (color)
            mark->color = *color;
    }
}
