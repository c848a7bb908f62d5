/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/expression.h"

#include "draw/shapes.h"
#include "draw/text.h"

#include <math.h>

#define MARGIN 20
#define CARD_WIDTH 92
#define CARD_HEIGHT 40
#define ROW 96
#define MOST_SHOWN 4 /* values of a matrix that are written out */

/* Where each term's card is; of terms that the output does not need the width is 0. */
typedef struct {
    int n;
    FaltungRect *cards; /* (n) */
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
                            const double *heights, int index) {
    double sum = 0;
    int n = 0;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *user = faltung_expression_term(expression, i);
        for (int k = 0; ranks[i] >= 0 && k < user->n_operands; k++) {
            if (user->operands[k] != index)
                continue;
            sum += heights[i] + (user->n_operands == 2 ? (k - 0.5) * ROW : 0);
            n++;
        }
    }
    return n ? sum / n : 0;
}

/* Puts the terms of a rank one below the other, as near to where they want to be as that allows. */
static void place_rank(const FaltungExpression *expression, const int *ranks, int rank,
                       double *heights) {
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(int));
    double wanted = 0, got = 0;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        if (ranks[i] != rank)
            continue;
        heights[i] = wanted_height(expression, ranks, heights, i);
        wanted += heights[i];
        guint at = members->len;
        while (at > 0 && heights[g_array_index(members, int, at - 1)] > heights[i])
            at--;
        g_array_insert_val(members, at, i);
    }
    for (guint j = 0; j < members->len; j++) {
        int i = g_array_index(members, int, j);
        if (j > 0)
            heights[i] = MAX(heights[i], heights[g_array_index(members, int, j - 1)] + ROW);
        got += heights[i];
    }
    for (guint j = 0; j < members->len; j++)
        heights[g_array_index(members, int, j)] -= (got - wanted) / members->len;
}

/* What stands at an edge needs room between two cards. */
static double column_width(cairo_t *cr, const FaltungTheme *theme,
                           const FaltungExpression *expression) {
    double most = 40;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        const int nodes[] = {i, term->gradient, term->contributions[0], term->contributions[1]};
        for (size_t k = 0; k < G_N_ELEMENTS(nodes); k++) {
            const FaltungTerm *shown =
                nodes[k] < 0 ? NULL : faltung_expression_term(expression, nodes[k]);
            if (!shown || !shown->values)
                continue;
            g_autofree char *text =
                faltung_format_matrix(shown->values, shown->rows, shown->columns);
            double width;
            faltung_text_size(cr, theme, text, FALTUNG_TEXT_SMALL, &width, NULL);
            most = MAX(most, width);
        }
    }
    return CARD_WIDTH + most + 36;
}

static Layout make_layout(cairo_t *cr, const FaltungTheme *theme,
                          const FaltungExpression *expression) {
    int highest, n = faltung_expression_n_terms(expression);
    g_autofree int *ranks = find_ranks(expression, &highest);
    g_autofree double *heights = g_new0(double, n);
    double step = column_width(cr, theme, expression), top = INFINITY, bottom = -INFINITY;
    for (int rank = 0; rank <= highest; rank++)
        place_rank(expression, ranks, rank, heights);
    for (int i = 0; i < n; i++) {
        if (ranks[i] < 0)
            continue;
        top = MIN(top, heights[i]);
        bottom = MAX(bottom, heights[i]);
    }
    Layout layout = {n, g_new0(FaltungRect, n), 2 * MARGIN + highest * step + step,
                     2 * MARGIN + bottom - top + CARD_HEIGHT + 24};
    for (int i = 0; i < n; i++)
        if (ranks[i] >= 0)
            layout.cards[i] = (FaltungRect){MARGIN + (highest - ranks[i]) * step,
                                            MARGIN + heights[i] - top, CARD_WIDTH, CARD_HEIGHT};
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
        if (!term || !term->values)
            continue;
        g_autofree char *text = faltung_format_matrix(term->values, term->rows, term->columns);
        double width, height;
        faltung_text_size(cr, theme, text, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR, &width,
                          &height);
        cairo_rectangle(cr, x - width / 2 - 2, k ? y + 3 : y - 3 - height, width + 4, height);
        faltung_set_color(cr, faltung_color_alpha(theme->background, 0.85)); /* over the wire */
        cairo_fill(cr);
        faltung_text_draw(cr, theme, text, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                          k ? theme->series[1] : theme->series[0], x, k ? y + 3 : y - 3, 0.5,
                          k ? 0 : 1, 0);
    }
}

static void draw_edge(cairo_t *cr, const FaltungTheme *theme, FaltungRect from, double to_x,
                      double to_y) {
    double x = from.x + from.width, y = from.y + from.height / 2, bend = (to_x - x) / 2;
    cairo_move_to(cr, x, y);
    cairo_curve_to(cr, x + bend, y, to_x - bend, to_y, to_x, to_y);
    faltung_set_color(cr, theme->wire);
    cairo_set_line_width(cr, 1.5);
    cairo_stroke(cr);
    cairo_move_to(cr, to_x, to_y);
    cairo_line_to(cr, to_x - 7, to_y - 4);
    cairo_line_to(cr, to_x - 7, to_y + 4);
    cairo_close_path(cr);
    cairo_fill(cr);
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
    for (int i = 0; i < layout.n; i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        FaltungRect card = layout.cards[i];
        for (int k = 0; card.width > 0 && k < term->n_operands; k++) {
            FaltungRect from = layout.cards[term->operands[k]];
            double port = card.y + card.height * (k + 1) / (term->n_operands + 1);
            draw_edge(cr, theme, from, card.x, port);
            draw_numbers(cr, theme, expression, known_value(expression, stop, term->operands[k]),
                         is_back_at(stop, i) ? term->contributions[k] : -1,
                         (from.x + from.width + card.x) / 2, (from.y + from.height / 2 + port) / 2);
        }
    }
    for (int i = 0; i < layout.n; i++)
        if (layout.cards[i].width > 0)
            draw_card(cr, theme, faltung_expression_term(expression, i), layout.cards[i],
                      i == selected);
    int output = faltung_expression_output(expression);
    FaltungRect card = layout.cards[output];
    double end = layout.width - MARGIN;
    draw_edge(cr, theme, card, end, card.y + card.height / 2);
    int gradient = faltung_expression_term(expression, output)->gradient;
    draw_numbers(cr, theme, expression, known_value(expression, stop, output),
                 is_back_at(stop, output) ? gradient : -1, (card.x + card.width + end) / 2,
                 card.y + card.height / 2);
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
