/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/equation/node.h"

/* What the layout makes: glyphs, rules and the rectangles of marks, relative to the left end of
   the baseline; y grows downwards. Lengths are in user units. */

typedef enum { ITEM_GLYPH, ITEM_RULE, ITEM_MARK } ItemType;

typedef struct {
    ItemType type;
    double x, y;          /* of the glyph's origin; of the top left corner */
    double width, height; /* of rule or mark */
    double size;          /* of the glyph's font */
    hb_codepoint_t glyph;
    gboolean alone;   /* a rule that joins nothing: may be moved to whole pixels */
    const Node *mark; /* the innermost around it, or ITEM_MARK's own; NULL: none */
} Item;

typedef struct {
    double width, ascent, descent;
    double italic;  /* italic correction at its end; not part of the width */
    double accent;  /* where an accent's middle goes */
    gboolean glyph; /* a single character: scripts and accents sit closer */
    GArray *items;  /* (element-type Item) */
} Box;

Box box_new(void);
void box_clear(Box *box);

/** box_take: moves the items of @from into @to, shifted; sizes are the caller's. */
void box_take(Box *to, Box *from, double dx, double dy);

void box_glyph(Box *box, hb_codepoint_t glyph, double size, double x, double y);
void box_rule(Box *box, double x, double y, double width, double height, gboolean alone);

/** equation_layout: @list in display style. */
Box equation_layout(const GPtrArray *list, const MathFont *font, double size);

/* What the files of the layout share. */
typedef struct {
    const MathFont *font;
    double size;
} Layout;

/** layout_open_list: a list whose single character may still get scripts: its italic correction
 *  is not yet part of the width. */
Box layout_open_list(const Layout *layout, const GPtrArray *list, int style);
/** layout_list: a list that is complete. */
Box layout_list(const Layout *layout, const GPtrArray *list, int style);
Box layout_matrix(const Layout *layout, const Node *node, int style);

/** layout_em: the font size of @style. */
double layout_em(const Layout *layout, int style);
/** layout_constant: a constant of the font (its name behind HB_OT_MATH_CONSTANT_), scaled. */
#define layout_constant(layout, style, name)                                                       \
    (layout_em(layout, style) * math_font_constant((layout)->font, HB_OT_MATH_CONSTANT_##name))

/** layout_delimiter: @code at least @height high, its middle on the axis; 0: empty, with the
 *  width of a null delimiter. */
Box layout_delimiter(const Layout *layout, gunichar code, double height, int style);
/** layout_fence_height: how high delimiters around something so large are. */
double layout_fence_height(const Layout *layout, double ascent, double descent, int style);
/** layout_fence: @body between two delimiters. */
Box layout_fence(const Layout *layout, gunichar open, gunichar close, Box *body, int style);
