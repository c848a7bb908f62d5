/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation/box.h"

#include <math.h>

/*
 * The rules of Appendix G of Knuth's TeXbook, with the constants of the font's MATH table in the
 * place of TeX's font parameters.
 */

#define SCRIPTS(style) ((style) >= STYLE_SCRIPT)
#define CRAMPED(style) ((style) | STYLE_CRAMPED)

static int sup_style(int style) {
    return (style < STYLE_SCRIPT ? STYLE_SCRIPT : STYLE_SCRIPTSCRIPT) | (style & STYLE_CRAMPED);
}

static int sub_style(int style) {
    return CRAMPED(sup_style(style));
}

double layout_em(const Layout *layout, int style) {
    if (style < STYLE_SCRIPT)
        return layout->size;
    return layout->size *
           math_font_percent(layout->font,
                             style < STYLE_SCRIPTSCRIPT
                                 ? HB_OT_MATH_CONSTANT_SCRIPT_PERCENT_SCALE_DOWN
                                 : HB_OT_MATH_CONSTANT_SCRIPT_SCRIPT_PERCENT_SCALE_DOWN);
}

static Box glyph_box(const Layout *layout, hb_codepoint_t glyph, int style) {
    double em = layout_em(layout, style);
    MathGlyph metrics = math_font_metrics(layout->font, glyph);
    Box box = box_new();
    box_glyph(&box, glyph, em, 0, 0);
    box.width = metrics.advance * em;
    box.ascent = metrics.ascent * em;
    box.descent = metrics.descent * em;
    box.italic = metrics.italic * em;
    box.accent = metrics.accent * em;
    box.glyph = TRUE;
    return box;
}

/* A vertical variant or assembly, its bottom at y = 0. */
static Box stretched_box(const Layout *layout, hb_codepoint_t glyph, gboolean vertical,
                         double length, int style) {
    double em = layout_em(layout, style);
    g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(MathPart));
    math_font_stretch(layout->font, glyph, vertical, length / em, parts);
    Box box = box_new();
    double lowest = 0;
    for (guint i = 0; i < parts->len; i++) {
        MathPart part = g_array_index(parts, MathPart, i);
        MathGlyph metrics = math_font_metrics(layout->font, part.glyph);
        double offset = part.offset * em;
        if (vertical) { /* ink stands on ink */
            box_glyph(&box, part.glyph, em, 0, -offset - metrics.descent * em);
            box.width = MAX(box.width, metrics.advance * em);
            box.ascent = MAX(box.ascent, offset + (metrics.ascent + metrics.descent) * em);
        } else {
            box_glyph(&box, part.glyph, em, offset, 0);
            box.width = MAX(box.width, offset + metrics.advance * em);
            box.ascent = MAX(box.ascent, metrics.ascent * em);
            lowest = MAX(lowest, metrics.descent * em);
        }
        if (parts->len == 1) {
            box.italic = metrics.italic * em;
            box.accent = metrics.accent * em;
        }
    }
    box.descent = vertical ? 0 : lowest;
    return box;
}

/* Moves a box that stands on the baseline so that its middle is on the axis. */
static void centre_on_axis(const Layout *layout, Box *box, int style) {
    double axis = layout_constant(layout, style, AXIS_HEIGHT);
    double height = box->ascent + box->descent;
    double down = box->ascent - (axis + height / 2);
    for (guint i = 0; i < box->items->len; i++)
        g_array_index(box->items, Item, i).y += down;
    box->ascent -= down;
    box->descent += down;
}

Box layout_delimiter(const Layout *layout, gunichar code, double height, int style) {
    if (code == 0) {
        Box box = box_new();
        box.width = 0.12 * layout->size; /* TeX's \nulldelimiterspace */
        return box;
    }
    hb_codepoint_t glyph = math_font_glyph(layout->font, code, 0);
    Box box = stretched_box(layout, glyph, TRUE, height, style);
    centre_on_axis(layout, &box, style);
    return box;
}

double layout_fence_height(const Layout *layout, double ascent, double descent, int style) {
    double axis = layout_constant(layout, style, AXIS_HEIGHT);
    double half = MAX(ascent - axis, descent + axis);
    /* \delimiterfactor 901, \delimitershortfall 5pt at 10pt */
    return MAX(2 * half * 0.901, 2 * half - 0.5 * layout->size);
}

static void include(Box *box, double ascent, double descent) {
    box->ascent = MAX(box->ascent, ascent);
    box->descent = MAX(box->descent, descent);
}

static void append(Box *box, Box *next) {
    include(box, next->ascent, next->descent);
    double width = next->width;
    box_take(box, next, box->width, 0);
    box->width += width;
}

Box layout_fence(const Layout *layout, gunichar open, gunichar close, Box *body, int style) {
    double height = layout_fence_height(layout, body->ascent, body->descent, style);
    Box box = box_new();
    Box left = layout_delimiter(layout, open, height, style);
    Box right = layout_delimiter(layout, close, height, style);
    append(&box, &left);
    append(&box, body);
    append(&box, &right);
    return box;
}

static Box text_box(const Layout *layout, const char *text, int style) {
    double em = layout_em(layout, style), scale = em / layout->font->units;
    hb_buffer_t *buffer = hb_buffer_create();
    hb_buffer_add_utf8(buffer, text, -1, 0, -1);
    hb_buffer_guess_segment_properties(buffer);
    hb_shape(layout->font->hb, buffer, NULL, 0);
    unsigned n;
    hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &n);
    hb_glyph_position_t *positions = hb_buffer_get_glyph_positions(buffer, &n);
    Box box = box_new();
    for (unsigned i = 0; i < n; i++) {
        MathGlyph metrics = math_font_metrics(layout->font, infos[i].codepoint);
        box_glyph(&box, infos[i].codepoint, em, box.width + positions[i].x_offset * scale,
                  -positions[i].y_offset * scale);
        include(&box, metrics.ascent * em, metrics.descent * em);
        box.width += positions[i].x_advance * scale;
    }
    hb_buffer_destroy(buffer);
    box.accent = box.width / 2;
    return box;
}

static Box symbol_box(const Layout *layout, const Node *node, int style) {
    int level = style >= STYLE_SCRIPTSCRIPT ? 2 : style >= STYLE_SCRIPT ? 1 : 0;
    hb_codepoint_t glyph = math_font_glyph(layout->font, node->code, level);
    if (node->class != CLASS_OP)
        return glyph_box(layout, glyph, style);
    Box box;
    if (style < STYLE_TEXT)
        box = stretched_box(layout, glyph, TRUE,
                            layout_constant(layout, style, DISPLAY_OPERATOR_MIN_HEIGHT), style);
    else
        box = glyph_box(layout, glyph, style);
    centre_on_axis(layout, &box, style);
    box.glyph = FALSE;
    return box;
}

static Box fraction_box(const Layout *layout, const Node *node, int style) {
    if (node->has_style)
        style = node->style | (style & STYLE_CRAMPED);
    gboolean display = style < STYLE_TEXT, rule = node->code == 0;
    int inner = display ? STYLE_TEXT : style < STYLE_SCRIPT ? STYLE_SCRIPT : STYLE_SCRIPTSCRIPT;
    Box top = layout_list(layout, node->body, inner | (style & STYLE_CRAMPED));
    Box bottom = layout_list(layout, node->second, CRAMPED(inner));
    double axis = layout_constant(layout, style, AXIS_HEIGHT);
    double thickness = layout_constant(layout, style, FRACTION_RULE_THICKNESS);
    double up, down;
    if (rule) {
        up = display ? layout_constant(layout, style, FRACTION_NUMERATOR_DISPLAY_STYLE_SHIFT_UP)
                     : layout_constant(layout, style, FRACTION_NUMERATOR_SHIFT_UP);
        down = display
                   ? layout_constant(layout, style, FRACTION_DENOMINATOR_DISPLAY_STYLE_SHIFT_DOWN)
                   : layout_constant(layout, style, FRACTION_DENOMINATOR_SHIFT_DOWN);
        double gap_up = display ? layout_constant(layout, style, FRACTION_NUM_DISPLAY_STYLE_GAP_MIN)
                                : layout_constant(layout, style, FRACTION_NUMERATOR_GAP_MIN);
        double gap_down = display
                              ? layout_constant(layout, style, FRACTION_DENOM_DISPLAY_STYLE_GAP_MIN)
                              : layout_constant(layout, style, FRACTION_DENOMINATOR_GAP_MIN);
        up = MAX(up, axis + thickness / 2 + gap_up + top.descent);
        down = MAX(down, gap_down + thickness / 2 - axis + bottom.ascent);
    } else {
        up = display ? layout_constant(layout, style, STACK_TOP_DISPLAY_STYLE_SHIFT_UP)
                     : layout_constant(layout, style, STACK_TOP_SHIFT_UP);
        down = display ? layout_constant(layout, style, STACK_BOTTOM_DISPLAY_STYLE_SHIFT_DOWN)
                       : layout_constant(layout, style, STACK_BOTTOM_SHIFT_DOWN);
        double least = display ? layout_constant(layout, style, STACK_DISPLAY_STYLE_GAP_MIN)
                               : layout_constant(layout, style, STACK_GAP_MIN);
        double gap = up - top.descent + down - bottom.ascent;
        if (gap < least) {
            up += (least - gap) / 2;
            down += (least - gap) / 2;
        }
    }
    Box box = box_new();
    double width = MAX(top.width, bottom.width), side = rule ? 0.12 * layout->size : 0;
    include(&box, up + top.ascent, down + bottom.descent);
    box.width = width + 2 * side;
    if (rule)
        box_rule(&box, side, -axis - thickness / 2, width, thickness, TRUE);
    box_take(&box, &top, side + (width - top.width) / 2, -up);
    box_take(&box, &bottom, side + (width - bottom.width) / 2, down);
    box.accent = box.width / 2;
    return rule ? box : layout_fence(layout, node->code, node->close, &box, style);
}

static Box radical_box(const Layout *layout, const Node *node, int style) {
    Box body = layout_list(layout, node->body, CRAMPED(style));
    double thickness = layout_constant(layout, style, RADICAL_RULE_THICKNESS);
    double gap = style < STYLE_TEXT
                     ? layout_constant(layout, style, RADICAL_DISPLAY_STYLE_VERTICAL_GAP)
                     : layout_constant(layout, style, RADICAL_VERTICAL_GAP);
    double inside = body.ascent + body.descent;
    Box sign = stretched_box(layout, math_font_glyph(layout->font, 0x221a, 0), TRUE,
                             inside + gap + thickness, style);
    double height = sign.ascent; /* it stands on its baseline */
    if (height - thickness > inside + gap)
        gap = (gap + height - thickness - inside) / 2;
    double top = body.ascent + gap + thickness;
    Box box = box_new();
    double degree_end = 0;
    if (node->second) {
        Box degree = layout_list(layout, node->second, STYLE_SCRIPTSCRIPT);
        double raise = math_font_percent(layout->font,
                                         HB_OT_MATH_CONSTANT_RADICAL_DEGREE_BOTTOM_RAISE_PERCENT);
        double before = layout_constant(layout, style, RADICAL_KERN_BEFORE_DEGREE);
        double after = layout_constant(layout, style, RADICAL_KERN_AFTER_DEGREE);
        double up = raise * height - (height - top) + degree.descent;
        include(&box, up + degree.ascent, 0);
        degree_end = MAX(before + degree.width + after, 0);
        box_take(&box, &degree, degree_end - after - degree.width, -up);
    }
    double start = degree_end + sign.width;
    include(&box, top + layout_constant(layout, style, RADICAL_EXTRA_ASCENDER),
            MAX(body.descent, height - top));
    box.width = start + body.width;
    box_rule(&box, start, -top, body.width, thickness, FALSE);
    box_take(&box, &sign, degree_end, height - top);
    box_take(&box, &body, start, 0);
    box.accent = box.width / 2;
    return box;
}

static Box accent_box(const Layout *layout, const Node *node, int style) {
    Box body = layout_open_list(layout, node->body, CRAMPED(style));
    hb_codepoint_t glyph = math_font_glyph(layout->font, node->code, 0);
    Box accent;
    if (node->stretch) { /* the widest that is not wider */
        accent = glyph_box(layout, glyph, style);
        double em = layout_em(layout, style);
        for (double width = 0.3; width < body.width / em; width += 0.1) {
            Box wider = stretched_box(layout, glyph, FALSE, width * em, style);
            Item *item = &g_array_index(wider.items, Item, 0);
            hb_glyph_extents_t extents = {0};
            hb_font_get_glyph_extents(layout->font->hb, item->glyph, &extents);
            if (wider.items->len > 1 || extents.width / layout->font->units * em > body.width) {
                box_clear(&wider);
                break;
            }
            box_clear(&accent);
            accent = wider;
        }
    } else {
        accent = glyph_box(layout, glyph, style);
    }
    double height = layout_constant(layout, style, ACCENT_BASE_HEIGHT);
    double up = body.ascent - MIN(body.ascent, height);
    Box box = box_new();
    box.width = body.width;
    box.italic = body.italic;
    box.accent = body.accent;
    box.glyph = body.glyph;
    include(&box, MAX(body.ascent, up + accent.ascent), body.descent);
    box_take(&box, &accent, body.accent - accent.accent, -up);
    box_take(&box, &body, 0, 0);
    return box;
}

static Box line_box(const Layout *layout, const Node *node, int style) {
    Box body = layout_list(layout, node->body, node->under ? style : CRAMPED(style));
    Box box = box_new();
    include(&box, body.ascent, body.descent);
    box.width = body.width;
    box.accent = body.width / 2;
    if (node->under) {
        double gap = layout_constant(layout, style, UNDERBAR_VERTICAL_GAP);
        double thickness = layout_constant(layout, style, UNDERBAR_RULE_THICKNESS);
        box_rule(&box, 0, body.descent + gap, body.width, thickness, TRUE);
        box.descent += gap + thickness + layout_constant(layout, style, UNDERBAR_EXTRA_DESCENDER);
    } else {
        double gap = layout_constant(layout, style, OVERBAR_VERTICAL_GAP);
        double thickness = layout_constant(layout, style, OVERBAR_RULE_THICKNESS);
        box_rule(&box, 0, -body.ascent - gap - thickness, body.width, thickness, TRUE);
        box.ascent += gap + thickness + layout_constant(layout, style, OVERBAR_EXTRA_ASCENDER);
    }
    box_take(&box, &body, 0, 0);
    return box;
}

static Box brace_box(const Layout *layout, const Node *node, int style) {
    Box body = layout_list(layout, node->body, style);
    Box brace =
        stretched_box(layout, math_font_glyph(layout->font, node->under ? 0x23df : 0x23de, 0),
                      FALSE, body.width, style);
    double gap = 0.12 * layout_em(layout, style), height = brace.ascent + brace.descent;
    Box box = box_new();
    box.width = MAX(body.width, brace.width);
    double brace_x = (box.width - brace.width) / 2, body_x = (box.width - body.width) / 2;
    if (node->under) {
        include(&box, body.ascent, body.descent + gap + height);
        box_take(&box, &brace, brace_x, body.descent + gap + brace.ascent);
    } else {
        include(&box, body.ascent + gap + height, body.descent);
        box_take(&box, &brace, brace_x, -body.ascent - gap - brace.descent);
    }
    box_take(&box, &body, body_x, 0);
    return box;
}

static Box mark_box(const Layout *layout, const Node *node, int style) {
    Box box = layout_open_list(layout, node->body, style);
    for (guint i = 0; i < box.items->len; i++) {
        Item *item = &g_array_index(box.items, Item, i);
        if (!item->mark)
            item->mark = node;
    }
    Item item = {.type = ITEM_MARK,
                 .mark = node,
                 .y = -box.ascent,
                 .width = box.width + box.italic,
                 .height = box.ascent + box.descent};
    g_array_append_val(box.items, item);
    return box;
}

static Box fenced_box(const Layout *layout, const Node *node, int style) {
    /* what stands between the bars of \middle is set first, all of them are as high */
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(Box));
    g_autoptr(GPtrArray) piece = g_ptr_array_new(), bars = g_ptr_array_new();
    double ascent = 0, descent = 0;
    for (guint i = 0; i <= node->body->len; i++) {
        Node *part = i < node->body->len ? g_ptr_array_index(node->body, i) : NULL;
        if (part && part->type != NODE_MIDDLE) {
            g_ptr_array_add(piece, part);
            continue;
        }
        Box box = layout_list(layout, piece, style);
        ascent = MAX(ascent, box.ascent);
        descent = MAX(descent, box.descent);
        g_array_append_val(pieces, box);
        g_ptr_array_set_size(piece, 0);
        if (part)
            g_ptr_array_add(bars, part);
    }
    double height = layout_fence_height(layout, ascent, descent, style);
    Box box = box_new();
    for (guint i = 0; i <= pieces->len; i++) {
        gunichar code = i == 0            ? node->code
                        : i < pieces->len ? ((Node *)g_ptr_array_index(bars, i - 1))->code
                                          : node->close;
        Box delimiter = layout_delimiter(layout, code, height, style);
        append(&box, &delimiter);
        if (i < pieces->len)
            append(&box, &g_array_index(pieces, Box, i));
    }
    return box;
}

static Box nucleus_box(const Layout *layout, const Node *node, int style) {
    switch (node->type) {
    case NODE_SYMBOL:
        return symbol_box(layout, node, style);
    case NODE_TEXT:
        return text_box(layout, node->text, style);
    case NODE_MARK:
        return mark_box(layout, node, style);
    case NODE_FRACTION:
        return fraction_box(layout, node, style);
    case NODE_RADICAL:
        return radical_box(layout, node, style);
    case NODE_ACCENT:
        return accent_box(layout, node, style);
    case NODE_LINE:
        return line_box(layout, node, style);
    case NODE_BRACE:
        return brace_box(layout, node, style);
    case NODE_FENCED:
        return fenced_box(layout, node, style);
    case NODE_MIDDLE: /* outside of a fence */
        return layout_delimiter(layout, node->code, 0, style);
    case NODE_BIG:
        return layout_delimiter(layout, node->code, node->size * layout->size * 0.98, style);
    case NODE_MATRIX:
        return layout_matrix(layout, node, style);
    default:
        return layout_open_list(layout, node->body, style);
    }
}

static Box limits_box(const Layout *layout, const Node *node, Box *nucleus, int style) {
    Box box = box_new(), above = {0}, below = {0};
    double width = nucleus->width;
    if (node->sup) {
        above = layout_list(layout, node->sup, sup_style(style));
        width = MAX(width, above.width);
    }
    if (node->sub) {
        below = layout_list(layout, node->sub, sub_style(style));
        width = MAX(width, below.width);
    }
    include(&box, nucleus->ascent, nucleus->descent);
    if (node->sup) {
        double gap = layout_constant(layout, style, UPPER_LIMIT_GAP_MIN);
        double rise = layout_constant(layout, style, UPPER_LIMIT_BASELINE_RISE_MIN);
        double up = nucleus->ascent + MAX(gap + above.descent, rise);
        include(&box, up + above.ascent, 0);
        box_take(&box, &above, (width - above.width + nucleus->italic) / 2, -up);
    }
    if (node->sub) {
        double gap = layout_constant(layout, style, LOWER_LIMIT_GAP_MIN);
        double drop = layout_constant(layout, style, LOWER_LIMIT_BASELINE_DROP_MIN);
        double down = nucleus->descent + MAX(gap + below.ascent, drop);
        include(&box, 0, down + below.descent);
        box_take(&box, &below, (width - below.width - nucleus->italic) / 2, down);
    }
    double dx = (width - nucleus->width) / 2;
    box_take(&box, nucleus, dx, 0);
    box.width = width;
    box.accent = width / 2;
    return box;
}

static Box scripts_box(const Layout *layout, const Node *node, Box *nucleus, int style) {
    Box sup = {0}, sub = {0};
    double up = 0, down = 0;
    if (!nucleus->glyph) {
        up = nucleus->ascent - layout_constant(layout, style, SUPERSCRIPT_BASELINE_DROP_MAX);
        down = nucleus->descent + layout_constant(layout, style, SUBSCRIPT_BASELINE_DROP_MIN);
    }
    if (node->sup) {
        sup = layout_list(layout, node->sup, sup_style(style));
        double shift = style & STYLE_CRAMPED
                           ? layout_constant(layout, style, SUPERSCRIPT_SHIFT_UP_CRAMPED)
                           : layout_constant(layout, style, SUPERSCRIPT_SHIFT_UP);
        double least = layout_constant(layout, style, SUPERSCRIPT_BOTTOM_MIN);
        up = MAX(up, MAX(shift, sup.descent + least));
    }
    if (node->sub) {
        sub = layout_list(layout, node->sub, sub_style(style));
        down = MAX(down, layout_constant(layout, style, SUBSCRIPT_SHIFT_DOWN));
        if (!node->sup)
            down = MAX(down, sub.ascent - layout_constant(layout, style, SUBSCRIPT_TOP_MAX));
    }
    if (node->sup && node->sub) {
        double gap = up - sup.descent - (sub.ascent - down);
        double least = layout_constant(layout, style, SUB_SUPERSCRIPT_GAP_MIN);
        if (gap < least) {
            down += least - gap;
            double bottom = layout_constant(layout, style, SUPERSCRIPT_BOTTOM_MAX_WITH_SUBSCRIPT);
            double more = bottom - (up - sup.descent);
            if (more > 0) {
                up += more;
                down -= more;
            }
        }
    }
    Box box = box_new();
    include(&box, nucleus->ascent, nucleus->descent);
    double width = nucleus->width, italic = nucleus->italic, end = 0;
    if (!nucleus->glyph) /* the width of a large operator has its slant in it */
        width -= italic;
    box.accent = nucleus->accent;
    box_take(&box, nucleus, 0, 0);
    if (node->sup) {
        include(&box, up + sup.ascent, sup.descent - up);
        end = width + italic + sup.width;
        box_take(&box, &sup, width + italic, -up);
    }
    if (node->sub) {
        include(&box, sub.ascent - down, down + sub.descent);
        end = MAX(end, width + sub.width);
        box_take(&box, &sub, width, down);
    }
    box.width = end + layout_constant(layout, style, SPACE_AFTER_SCRIPT);
    return box;
}

static Box atom_box(const Layout *layout, const Node *node, int style) {
    Box nucleus = nucleus_box(layout, node, style);
    if (!node->sup && !node->sub) {
        if (nucleus.glyph) /* its scripts, if any, are outside of this group */
            return nucleus;
        nucleus.italic = 0;
        return nucleus;
    }
    if (node->limits == LIMITS_ALWAYS || (node->limits == LIMITS_DISPLAY && style < STYLE_TEXT))
        return limits_box(layout, node, &nucleus, style);
    return scripts_box(layout, node, &nucleus, style);
}

/* TeXbook, page 170: 1 thin, 2 medium, 3 thick; negative: not in scripts. */
static const signed char spaces[N_CLASSES][N_CLASSES] = {
    [CLASS_ORD] = {0, 1, -2, -3, 0, 0, 0, -1},       [CLASS_OP] = {1, 1, 0, -3, 0, 0, 0, -1},
    [CLASS_BIN] = {-2, -2, 0, 0, -2, 0, 0, -2},      [CLASS_REL] = {-3, -3, 0, 0, -3, 0, 0, -3},
    [CLASS_OPEN] = {0, 0, 0, 0, 0, 0, 0, 0},         [CLASS_CLOSE] = {0, 1, -2, -3, 0, 0, 0, -1},
    [CLASS_PUNCT] = {-1, -1, 0, -1, -1, -1, -1, -1}, [CLASS_INNER] = {-1, 1, -2, -3, -1, 0, -1, -1},
};

static double space_between(AtomClass left, AtomClass right, int style) {
    static const double mu[] = {0, 3, 4, 5};
    int space = spaces[left][right];
    if (space < 0)
        return SCRIPTS(style) ? 0 : mu[-space];
    return mu[space];
}

/* The classes of a list; a binary operator that has nothing to join is ordinary. */
static AtomClass *list_classes(const GPtrArray *list) {
    AtomClass *classes = g_new0(AtomClass, list->len + 1);
    int previous = -1;
    for (guint i = 0; i < list->len; i++) {
        const Node *node = g_ptr_array_index(list, i);
        if (node->type == NODE_SPACE || node->type == NODE_STYLE)
            continue;
        classes[i] = node->class;
        AtomClass before = previous < 0 ? CLASS_OPEN : classes[previous];
        if (node->class == CLASS_BIN &&
            (before == CLASS_BIN || before == CLASS_OP || before == CLASS_REL ||
             before == CLASS_OPEN || before == CLASS_PUNCT))
            classes[i] = CLASS_ORD;
        if (previous >= 0 && before == CLASS_BIN &&
            (node->class == CLASS_REL || node->class == CLASS_CLOSE || node->class == CLASS_PUNCT))
            classes[previous] = CLASS_ORD;
        previous = i;
    }
    if (previous >= 0 && classes[previous] == CLASS_BIN)
        classes[previous] = CLASS_ORD;
    return classes;
}

Box layout_open_list(const Layout *layout, const GPtrArray *list, int style) {
    g_autofree AtomClass *classes = list_classes(list);
    Box box = box_new();
    int previous = -1, atoms = 0;
    double italic = 0, accent = 0;
    gboolean glyph = FALSE;
    for (guint i = 0; i < list->len; i++) {
        const Node *node = g_ptr_array_index(list, i);
        double mu = layout_em(layout, style) / 18;
        if (node->type == NODE_STYLE) {
            style = node->style | (style & STYLE_CRAMPED);
            continue;
        }
        box.width += italic; /* of the character before */
        italic = 0;
        if (node->type == NODE_SPACE) {
            box.width += node->size * mu;
            atoms++;
            continue;
        }
        if (previous >= 0)
            box.width += mu * space_between(classes[previous], classes[i], style);
        Box atom = atom_box(layout, node, style);
        italic = atom.italic;
        accent = box.width + atom.accent;
        glyph = atom.glyph;
        append(&box, &atom);
        previous = i;
        atoms++;
    }
    /* a list of one character is still a character */
    box.glyph = glyph && atoms == 1;
    if (box.glyph) {
        box.italic = italic;
        box.accent = accent;
    } else {
        box.width += italic;
        box.accent = box.width / 2;
    }
    return box;
}

Box layout_list(const Layout *layout, const GPtrArray *list, int style) {
    Box box = layout_open_list(layout, list, style);
    box.width += box.italic;
    box.italic = 0;
    return box;
}

Box equation_layout(const GPtrArray *list, const MathFont *font, double size) {
    Layout layout = {font, size};
    return layout_list(&layout, list, STYLE_DISPLAY);
}
