/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/expression.h"

#include "draw/shapes.h"
#include "draw/text.h"

#include <math.h>

#define MARGIN 20
#define CARD_WIDTH 92
#define CARD_HEIGHT 40
#define ROW 96       /* from card to card below, at the least */
#define MOST_SHOWN 4 /* values of a matrix that are written in one line */
#define MOST_ROWS 4  /* of one whose values stand at an edge */
#define MOST_COLUMNS 5

/* Where each term's card is; of terms that the output does not need the width is 0. */
typedef struct {
    int n;
    FaltungRect *cards; /* (n) */
    double step;        /* from column to column */
    double lane;        /* from one of the edges that pass a column above all cards to the next */
    double lanes_y;     /* of the first */
    double width, height;
} Layout;

static void layout_clear(Layout *layout) {
    g_free(layout->cards);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Layout, layout_clear)

char *faltung_format_matrix(const double *values, int rows, int columns) {
    if (rows * columns == 1)
        return faltung_format_number(values[0], 4);
    if (rows * columns > MOST_SHOWN)
        return g_strdup_printf("%d × %d", rows, columns);
    GString *out = g_string_new("[");
    for (int i = 0; i < rows * columns; i++) {
        g_autofree char *number = faltung_format_number(values[i], 3);
        g_string_append_printf(out, "%s%s", i == 0 ? "" : i % columns ? ", " : "; ", number);
    }
    g_string_append_c(out, ']');
    return g_string_free(out, FALSE);
}

/* -- layout --------------------------------------------------------------------------------- */

/* How far a term is from the output; -1: not needed for it. */
static int *find_ranks(const FaltungExpression *expression, int *highest) {
    int n = faltung_expression_n_terms(expression), output = faltung_expression_output(expression);
    int *ranks = g_new(int, n);
    for (int i = 0; i < n; i++)
        ranks[i] = i == output ? 0 : -1;
    *highest = 0;
    for (int i = output; i >= 0; i--) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        for (int k = 0; ranks[i] >= 0 && k < term->n_operands; k++) {
            int *rank = &ranks[term->operands[k]];
            *rank = MAX(*rank, ranks[i] + 1);
            *highest = MAX(*highest, *rank);
        }
    }
    return ranks;
}

/* The mean height of those that use the term; the first operand of two a little above. */
static double wanted_height(const FaltungExpression *expression, const int *ranks,
                            const double *heights, double row, int index) {
    double sum = 0;
    int n = 0;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *user = faltung_expression_term(expression, i);
        for (int k = 0; ranks[i] >= 0 && k < user->n_operands; k++) {
            if (user->operands[k] != index)
                continue;
            sum += heights[i] + (user->n_operands == 2 ? (k - 0.5) * row : 0);
            n++;
        }
    }
    return n ? sum / n : 0;
}

/* Puts the terms of a rank one below the other, as near to where they want to be as that allows. */
static void place_rank(const FaltungExpression *expression, const int *ranks, int rank, double row,
                       double *heights) {
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(int));
    double wanted = 0, got = 0;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        if (ranks[i] != rank)
            continue;
        heights[i] = wanted_height(expression, ranks, heights, row, i);
        wanted += heights[i];
        guint at = members->len;
        while (at > 0 && heights[g_array_index(members, int, at - 1)] > heights[i])
            at--;
        g_array_insert_val(members, at, i);
    }
    for (guint j = 0; j < members->len; j++) {
        int i = g_array_index(members, int, j);
        if (j > 0)
            heights[i] = MAX(heights[i], heights[g_array_index(members, int, j - 1)] + row);
        got += heights[i];
    }
    for (guint j = 0; j < members->len; j++)
        heights[g_array_index(members, int, j)] -= (got - wanted) / members->len;
}

/* -- values at edges ------------------------------------------------------------------------- */

#define VALUE_TEXT (FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR)
#define BRACKET 4 /* and as much between it and the numbers */
#define COLUMN_GAP 8

/* How a term's values are written: a number, or rows and columns in brackets; or, where there are
   many, how many. */
typedef struct {
    int rows, columns; /* of what is written */
    char *texts[MOST_ROWS * MOST_COLUMNS];
    double widths[MOST_COLUMNS], line; /* of a column; the height of a row */
    double width, height;
} Written;

static void written_clear(Written *written) {
    for (int i = 0; i < written->rows * written->columns; i++)
        g_free(written->texts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Written, written_clear)

static void write_values(Written *written, cairo_t *cr, const FaltungTheme *theme,
                         const FaltungTerm *term) {
    gboolean fits = term->rows <= MOST_ROWS && term->columns <= MOST_COLUMNS;
    int digits = term->rows * term->columns == 1 ? 4 : 3;
    *written = (Written){fits ? term->rows : 1, fits ? term->columns : 1};
    int n = written->rows * written->columns;
    for (int i = 0; i < n; i++) {
        double width, *widest = &written->widths[i % written->columns];
        written->texts[i] = fits ? faltung_format_number(term->values[i], digits)
                                 : g_strdup_printf("%d \303\227 %d", term->rows, term->columns);
        faltung_text_size(cr, theme, written->texts[i], VALUE_TEXT, &width, &written->line);
        *widest = MAX(*widest, width);
    }
    written->width = n > 1 ? 4 * BRACKET + COLUMN_GAP * (written->columns - 1) : 0;
    for (int c = 0; c < written->columns; c++)
        written->width += written->widths[c];
    written->height = written->rows * written->line;
}

static void draw_bracket(cairo_t *cr, double x, double y, double height, double foot) {
    cairo_move_to(cr, x + foot, y);
    cairo_line_to(cr, x, y);
    cairo_line_to(cr, x, y + height);
    cairo_line_to(cr, x + foot, y + height);
    cairo_set_line_width(cr, 1);
    cairo_stroke(cr);
}

/* @x, @y: the middle of its lower side where @above, else of its upper one */
static void draw_values(cairo_t *cr, const FaltungTheme *theme, const FaltungTerm *term,
                        FaltungColor color, double x, double y, gboolean above) {
    g_auto(Written) written;
    write_values(&written, cr, theme, term);
    double left = x - written.width / 2, top = above ? y - written.height : y;
    cairo_rectangle(cr, left - 2, top, written.width + 4, written.height);
    faltung_set_color(cr, faltung_color_alpha(theme->background, 0.85)); /* over the wire */
    cairo_fill(cr);
    if (written.rows * written.columns > 1) {
        faltung_set_color(cr, color);
        draw_bracket(cr, left, top + 1, written.height - 2, BRACKET);
        draw_bracket(cr, left + written.width, top + 1, written.height - 2, -BRACKET);
        left += 2 * BRACKET;
    }
    for (int c = 0; c < written.columns; c++) {
        left += written.widths[c];
        for (int r = 0; r < written.rows; r++)
            faltung_text_draw(cr, theme, written.texts[r * written.columns + c], VALUE_TEXT, color,
                              left, top + r * written.line, 1, 0, 0);
        left += COLUMN_GAP;
    }
}

/* Whether several others use the term, so that its gradient is a sum. */
static gboolean is_shared(const FaltungExpression *expression, int index) {
    int users = 0;
    for (int i = 0; i <= faltung_expression_output(expression); i++) {
        const FaltungTerm *user = faltung_expression_term(expression, i);
        for (int k = 0; k < user->n_operands; k++)
            users += user->operands[k] == index && user->contributions[k] >= 0;
    }
    return users > 1;
}

/* Returns: (nullable): the gradient of a term with several users, where it is known. */
static const FaltungTerm *sum_at(const FaltungExpression *expression, int index) {
    int gradient = faltung_expression_term(expression, index)->gradient;
    const FaltungTerm *sum = gradient < 0 ? NULL : faltung_expression_term(expression, gradient);
    return sum && sum->values && is_shared(expression, index) ? sum : NULL;
}

#define SUM_LABEL "\316\243 = "

/* What all values need: between two cards, and above or below an edge. */
static void find_room(cairo_t *cr, const FaltungTheme *theme, const FaltungExpression *expression,
                      double *width, double *height) {
    *width = 40;
    *height = 0;
    double label, beside = 0;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        const int nodes[] = {i, term->gradient, term->contributions[0], term->contributions[1]};
        for (size_t k = 0; k < G_N_ELEMENTS(nodes); k++) {
            const FaltungTerm *shown =
                nodes[k] < 0 ? NULL : faltung_expression_term(expression, nodes[k]);
            if (!shown || !shown->values)
                continue;
            g_auto(Written) written;
            write_values(&written, cr, theme, shown);
            *width = MAX(*width, written.width);
            *height = MAX(*height, written.height);
        }
        const FaltungTerm *sum = sum_at(expression, i);
        if (sum) {
            g_auto(Written) written;
            write_values(&written, cr, theme, sum);
            faltung_text_size(cr, theme, SUM_LABEL, VALUE_TEXT, &label, NULL);
            beside = MAX(beside, label + written.width - CARD_WIDTH);
        }
    }
    *width += 2 * MAX(beside, 0); /* on both sides of what stands in the middle */
}

/* -- the whole -------------------------------------------------------------------------------- */

/* How many edges pass a column. */
static int count_long_edges(const FaltungExpression *expression, const int *ranks) {
    int n = 0;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        for (int k = 0; ranks[i] >= 0 && k < term->n_operands; k++)
            n += ranks[term->operands[k]] - ranks[i] > 1;
    }
    return n;
}

static Layout make_layout(cairo_t *cr, const FaltungTheme *theme,
                          const FaltungExpression *expression) {
    int highest, n = faltung_expression_n_terms(expression);
    g_autofree int *ranks = find_ranks(expression, &highest);
    g_autofree double *heights = g_new0(double, n);
    double width, height, top = INFINITY, bottom = -INFINITY;
    find_room(cr, theme, expression, &width, &height);
    /* edges that end at one card come as near as half a row to each other */
    double step = CARD_WIDTH + width + 36, row = MAX(ROW, 4 * height + 16);
    for (int rank = 0; rank <= highest; rank++)
        place_rank(expression, ranks, rank, row, heights);
    for (int i = 0; i < n; i++) {
        if (ranks[i] < 0)
            continue;
        top = MIN(top, heights[i]);
        bottom = MAX(bottom, heights[i]);
    }
    Layout layout = {.n = n, .cards = g_new0(FaltungRect, n), .step = step};
    double edge = MAX(0, height - CARD_HEIGHT / 2.0); /* that values stand out above and below */
    layout.lane = 2 * height + 14;
    layout.lanes_y = MARGIN + height;
    double first = MARGIN + edge + count_long_edges(expression, ranks) * layout.lane;
    layout.width = 2 * MARGIN + (highest + 1) * step;
    layout.height = first + MARGIN + bottom - top + CARD_HEIGHT + 24 + edge;
    for (int i = 0; i < n; i++)
        if (ranks[i] >= 0)
            layout.cards[i] = (FaltungRect){MARGIN + (highest - ranks[i]) * step,
                                            first + heights[i] - top, CARD_WIDTH, CARD_HEIGHT};
    return layout;
}

/* -- drawing -------------------------------------------------------------------------------- */

static char *sign_of(const FaltungTerm *term) {
    static const char *const signs[] = {
        [FALTUNG_TERM_ADD] = "+",    [FALTUNG_TERM_SUBTRACT] = "−", [FALTUNG_TERM_MULTIPLY] = "×",
        [FALTUNG_TERM_DIVIDE] = "÷", [FALTUNG_TERM_PRODUCT] = "@",  [FALTUNG_TERM_NEGATE] = "−x",
    };
    switch (term->kind) {
    case FALTUNG_TERM_NUMBER:
        return faltung_format_number(term->number, 4);
    case FALTUNG_TERM_VARIABLE:
        return g_strdup(term->name);
    case FALTUNG_TERM_POWER: {
        g_autofree char *exponent = faltung_format_number(term->number, 3);
        return g_strconcat("x^", exponent, NULL);
    }
    case FALTUNG_TERM_FUNCTION:
        return g_strdup(term->function->name);
    default:
        return g_strdup(signs[term->kind]);
    }
}

static void draw_card(cairo_t *cr, const FaltungTheme *theme, const FaltungTerm *term,
                      FaltungRect card, gboolean selected) {
    gboolean leaf = term->n_operands == 0;
    faltung_rounded_rectangle(cr, card, leaf ? CARD_HEIGHT / 2.0 : 8);
    faltung_set_color(cr, theme->card);
    cairo_fill_preserve(cr);
    faltung_set_color(cr, selected                              ? theme->accent
                          : term->kind == FALTUNG_TERM_VARIABLE ? theme->series[2]
                          : leaf                                ? theme->border
                                                                : theme->series[0]);
    cairo_set_line_width(cr, selected ? 3 : 1.5);
    cairo_stroke(cr);
    g_autofree char *sign = sign_of(term);
    faltung_text_draw(cr, theme, sign, leaf ? FALTUNG_TEXT_NORMAL : FALTUNG_TEXT_BOLD,
                      theme->foreground, card.x + card.width / 2, card.y + card.height / 2, 0.5,
                      0.5, card.width - 8);
    if (!leaf)
        faltung_text_draw(cr, theme, term->name, FALTUNG_TEXT_SMALL, theme->dim,
                          card.x + card.width / 2, card.y - 2, 0.5, 1, 0);
}

/* @value above, @gradient below the middle of an edge; -1: nothing. */
static void draw_numbers(cairo_t *cr, const FaltungTheme *theme,
                         const FaltungExpression *expression, int value, int gradient, double x,
                         double y) {
    const int nodes[] = {value, gradient};
    for (int k = 0; k < 2; k++) {
        const FaltungTerm *term =
            nodes[k] < 0 ? NULL : faltung_expression_term(expression, nodes[k]);
        if (term && term->values)
            draw_values(cr, theme, term, theme->series[k], x, k ? y + 3 : y - 3, k == 0);
    }
}

/* Below a card with several users: the sum of what they send back. */
static void draw_sum(cairo_t *cr, const FaltungTheme *theme, const FaltungExpression *expression,
                     int index, FaltungRect card) {
    const FaltungTerm *sum = sum_at(expression, index);
    if (!sum)
        return;
    double y = card.y + card.height + 3, label;
    g_auto(Written) written;
    write_values(&written, cr, theme, sum);
    faltung_text_size(cr, theme, SUM_LABEL, VALUE_TEXT, &label, NULL);
    faltung_text_draw(cr, theme, SUM_LABEL, VALUE_TEXT, theme->series[1], card.x,
                      y + written.height / 2, 0, 0.5, 0);
    draw_values(cr, theme, sum, theme->series[1], card.x + label + written.width / 2, y, FALSE);
}

/* From (@x, @y) to (@to_x, @to_y), and the point of an arrow there. */
static void draw_edge(cairo_t *cr, const FaltungTheme *theme, double x, double y, double to_x,
                      double to_y) {
    double bend = (to_x - x) / 2;
    cairo_move_to(cr, x, y);
    cairo_curve_to(cr, x + bend, y, to_x - bend, to_y, to_x, to_y);
    faltung_set_color(cr, theme->wire);
    cairo_set_line_width(cr, 1.5);
    cairo_stroke(cr);
}

static void draw_arrow(cairo_t *cr, const FaltungTheme *theme, double x, double y) {
    faltung_set_color(cr, theme->wire);
    cairo_move_to(cr, x, y);
    cairo_line_to(cr, x - 7, y - 4);
    cairo_line_to(cr, x - 7, y + 4);
    cairo_close_path(cr);
    cairo_fill(cr);
}

/* The edge to (@x, @y), in a lane above all cards where it passes a column. @lanes: (inout): how
   many there are so far. Returns: where its numbers stand. */
static FaltungPoint draw_operand(cairo_t *cr, const FaltungTheme *theme, const Layout *layout,
                                 FaltungRect from, double x, double y, int *lanes) {
    double from_x = from.x + from.width, from_y = from.y + from.height / 2;
    double gap = layout->step - CARD_WIDTH;
    draw_arrow(cr, theme, x, y);
    if (x - from_x < layout->step) {
        draw_edge(cr, theme, from_x, from_y, x, y);
        return (FaltungPoint){(from_x + x) / 2, (from_y + y) / 2};
    }
    double lane = layout->lanes_y + layout->lane * (*lanes)++;
    double begin = from_x + gap / 2, end = x - gap / 2;
    draw_edge(cr, theme, from_x, from_y, begin, lane);
    draw_edge(cr, theme, begin, lane, end, lane);
    draw_edge(cr, theme, end, lane, x, y);
    return (FaltungPoint){(begin + end) / 2, lane};
}

void faltung_expression_measure(cairo_t *cr, const FaltungTheme *theme,
                                const FaltungExpression *expression, double *width,
                                double *height) {
    g_auto(Layout) layout = make_layout(cr, theme, expression);
    *width = layout.width;
    *height = layout.height;
}

/* The term itself, where its value is known at the stop; else -1. */
static int known_value(const FaltungExpression *expression, const FaltungExpressionStop *stop,
                       int index) {
    gboolean leaf = faltung_expression_term(expression, index)->n_operands == 0;
    return !stop || stop->backward || leaf || index <= stop->term ? index : -1;
}

/* Whether the gradient of a term is known at the stop. */
static gboolean is_back_at(const FaltungExpressionStop *stop, int index) {
    return !stop || (stop->backward && index >= stop->term);
}

void faltung_expression_draw(cairo_t *cr, const FaltungTheme *theme,
                             const FaltungExpression *expression, double x, double y, int selected,
                             const FaltungExpressionStop *stop) {
    g_auto(Layout) layout = make_layout(cr, theme, expression);
    cairo_save(cr);
    cairo_translate(cr, x, y);
    for (int i = 0, lanes = 0; i < layout.n; i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        FaltungRect card = layout.cards[i];
        for (int k = 0; card.width > 0 && k < term->n_operands; k++) {
            FaltungRect from = layout.cards[term->operands[k]];
            double port = card.y + card.height * (k + 1) / (term->n_operands + 1);
            FaltungPoint at = draw_operand(cr, theme, &layout, from, card.x, port, &lanes);
            draw_numbers(cr, theme, expression, known_value(expression, stop, term->operands[k]),
                         is_back_at(stop, i) ? term->contributions[k] : -1, at.x, at.y);
        }
    }
    for (int i = 0; i < layout.n; i++)
        if (layout.cards[i].width > 0)
            draw_card(cr, theme, faltung_expression_term(expression, i), layout.cards[i],
                      i == selected);
    for (int i = 0; i < layout.n; i++)
        if (layout.cards[i].width > 0 && is_back_at(stop, i))
            draw_sum(cr, theme, expression, i, layout.cards[i]);
    int output = faltung_expression_output(expression);
    FaltungRect card = layout.cards[output];
    double end = layout.width - MARGIN;
    double middle = card.y + card.height / 2;
    draw_edge(cr, theme, card.x + card.width, middle, end, middle);
    draw_arrow(cr, theme, end, middle);
    int gradient = faltung_expression_term(expression, output)->gradient;
    draw_numbers(cr, theme, expression, known_value(expression, stop, output),
                 is_back_at(stop, output) ? gradient : -1, (card.x + card.width + end) / 2, middle);
    cairo_restore(cr);
}

int faltung_expression_hit(cairo_t *cr, const FaltungTheme *theme,
                           const FaltungExpression *expression, double x, double y) {
    g_auto(Layout) layout = make_layout(cr, theme, expression);
    for (int i = 0; i < layout.n; i++) {
        FaltungRect card = layout.cards[i];
        if (x >= card.x && x < card.x + card.width && y >= card.y && y < card.y + card.height)
            return i;
    }
    return -1;
}
