/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/expression-private.h"

#include "core/base/tex.h"

#include <string.h>

/* How strongly parts of a formula hold together. */
typedef enum {
    SUM,
    PRODUCT,
    SIGNED,
    POWER,
    ATOM,
} Strength;

/* Writes a term; of those that @named says the name alone. */
typedef struct {
    const FaltungExpression *expression;
    int named; /* terms of the formula but this one are named; -1: none is */
    gboolean names;
    gboolean numbers; /* terms but `named` are written as their values, where they have some */
} Style;

static Strength write_term(GString *out, const Style *style, int index);

static void write_name(GString *out, const char *name) {
    const char *tail = strchr(name, '_');
    size_t head = tail ? (size_t)(tail - name) : strlen(name);
    g_autofree char *first = g_strndup(name, head);
    g_string_append_printf(out, head > 1 ? "\\mathrm{%s}" : "%s", first);
    if (!tail || !tail[1])
        return;
    gboolean number = tail[1 + strspn(tail + 1, "0123456789")] == '\0';
    g_string_append_printf(out, number ? "_{%s}" : "_{\\mathrm{%s}}", tail + 1);
}

/* In parentheses where it holds together less than @needed. */
static void write_operand(GString *out, const Style *style, int index, Strength needed) {
    g_autoptr(GString) inner = g_string_new(NULL);
    Strength strength = write_term(inner, style, index);
    g_string_append_printf(out, strength < needed ? "\\left( %s \\right)" : "%s", inner->str);
}

static void write_two(GString *out, const Style *style, const FaltungTerm *term, const char *sign,
                      Strength left, Strength right) {
    write_operand(out, style, term->operands[0], left);
    g_string_append(out, sign);
    write_operand(out, style, term->operands[1], right);
}

/* A product of numbers needs no sign, one of matrices element by element has its own. */
static const char *times(const Style *style, const FaltungTerm *term) {
    const FaltungTerm *a = faltung_expression_at(style->expression, term->operands[0]);
    const FaltungTerm *b = faltung_expression_at(style->expression, term->operands[1]);
    gboolean numbers = a->kind == FALTUNG_TERM_NUMBER && b->kind == FALTUNG_TERM_NUMBER;
    gboolean single = a->rows * a->columns == 1 || b->rows * b->columns == 1;
    if (a->kind == FALTUNG_TERM_NUMBER && !numbers && !style->numbers)
        return " \\, ";
    return single || b->kind == FALTUNG_TERM_NUMBER ? " \\cdot " : " \\odot ";
}

static Strength write_call(GString *out, const Style *style, const FaltungTerm *term) {
    const char *name = term->function->name;
    if (strcmp(name, "transpose") == 0) {
        write_operand(out, style, term->operands[0], ATOM);
        g_string_append(out, "^{\\top}");
        return POWER;
    }
    if (strcmp(name, "ones") == 0) {
        g_string_append(out, "\\mathbf{1}");
        return ATOM;
    }
    if (strcmp(name, "square") == 0) {
        write_operand(out, style, term->operands[0], ATOM);
        g_string_append(out, "^{2}");
        return POWER;
    }
    g_string_append(out, term->function->tex);
    g_autoptr(GString) inner = g_string_new(NULL);
    write_term(inner, style, term->operands[0]);
    if (strcmp(name, "sqrt") == 0)
        g_string_append_printf(out, "{%s}", inner->str);
    else
        g_string_append_printf(out, "\\left( %s \\right)", inner->str);
    return POWER;
}

static Strength write_operation(GString *out, const Style *style, const FaltungTerm *term) {
    switch (term->kind) {
    case FALTUNG_TERM_NUMBER:
        faltung_tex_number(out, 6, term->number);
        return term->number < 0 ? SUM : ATOM;
    case FALTUNG_TERM_VARIABLE:
        write_name(out, term->name);
        return ATOM;
    case FALTUNG_TERM_ADD:
        write_two(out, style, term, " + ", SUM, PRODUCT);
        return SUM;
    case FALTUNG_TERM_SUBTRACT:
        write_two(out, style, term, " - ", SUM, PRODUCT);
        return SUM;
    case FALTUNG_TERM_MULTIPLY:
        write_two(out, style, term, times(style, term), PRODUCT, SIGNED);
        return PRODUCT;
    case FALTUNG_TERM_PRODUCT:
        write_two(out, style, term, " \\, ", SIGNED, SIGNED);
        return PRODUCT;
    case FALTUNG_TERM_DIVIDE:
        g_string_append(out, "\\frac{");
        write_operand(out, style, term->operands[0], SUM);
        g_string_append(out, "}{");
        write_operand(out, style, term->operands[1], SUM);
        g_string_append(out, "}");
        return POWER;
    case FALTUNG_TERM_POWER:
        write_operand(out, style, term->operands[0], ATOM);
        g_string_append(out, "^{");
        faltung_tex_number(out, 6, term->number);
        g_string_append(out, "}");
        return POWER;
    case FALTUNG_TERM_NEGATE:
        g_string_append(out, "-");
        write_operand(out, style, term->operands[0], PRODUCT);
        return SUM;
    default:
        return write_call(out, style, term);
    }
}

/* Small enough to be read. */
static gboolean is_written(const FaltungTerm *term) {
    enum { MOST_ROWS = 5, MOST_COLUMNS = 6 };
    return term->values && term->rows <= MOST_ROWS && term->columns <= MOST_COLUMNS;
}

static Strength write_values(GString *out, const FaltungTerm *term) {
    enum { DIGITS = 4 };
    if (term->rows * term->columns == 1) {
        faltung_tex_number(out, DIGITS, term->values[0]);
        return term->values[0] < 0 ? SUM : ATOM;
    }
    g_string_append(out, "\\begin{bmatrix} ");
    for (int i = 0; i < term->rows * term->columns; i++) {
        g_string_append(out, i == 0 ? "" : i % term->columns == 0 ? " \\\\ " : " & ");
        faltung_tex_number(out, DIGITS, term->values[i]);
    }
    g_string_append(out, " \\end{bmatrix}");
    return ATOM;
}

static Strength write_term(GString *out, const Style *style, int index) {
    const FaltungTerm *term = faltung_expression_at(style->expression, index);
    if (style->numbers && index != style->named && is_written(term))
        return write_values(out, term);
    gboolean named = style->names && index != style->named && index < style->expression->n_formula;
    if (!named || !*term->name)
        return write_operation(out, style, term);
    write_name(out, term->name);
    return ATOM;
}

char *faltung_expression_tex(const FaltungExpression *expression, int index) {
    GString *out = g_string_new(NULL);
    write_term(out, &(Style){.expression = expression, .named = -1}, index);
    return g_string_free(out, FALSE);
}

/* The node's name beside what it is. @right: (transfer full) (nullable) */
static char *equation(const FaltungExpression *expression, int index, char *right) {
    if (!right)
        return NULL;
    GString *out = g_string_new(NULL);
    write_name(out, faltung_expression_at(expression, index)->name);
    g_string_append_printf(out, " = %s", right);
    g_free(right);
    return g_string_free(out, FALSE);
}

char *faltung_expression_operation_tex(const FaltungExpression *expression, int index) {
    GString *out = g_string_new(NULL);
    write_term(out, &(Style){.expression = expression, .named = index, .names = TRUE}, index);
    return g_string_free(out, FALSE);
}

char *faltung_expression_step_tex(const FaltungExpression *expression, int index) {
    return equation(expression, index, faltung_expression_operation_tex(expression, index));
}

char *faltung_expression_numbers_tex(const FaltungExpression *expression, int index) {
    const FaltungTerm *term = faltung_expression_at(expression, index);
    if (term->n_operands == 0 || !is_written(term))
        return NULL;
    GString *out = g_string_new(NULL);
    write_term(out,
               &(Style){.expression = expression, .named = index, .names = TRUE, .numbers = TRUE},
               index);
    g_string_append(out, " = ");
    write_values(out, term);
    return g_string_free(out, FALSE);
}

char *faltung_expression_values_tex(const FaltungExpression *expression, int index) {
    return equation(expression, index, faltung_expression_numbers_tex(expression, index));
}

static void write_partial(GString *out, const FaltungExpression *expression, int of, int by) {
    g_string_append(out, "\\frac{\\partial ");
    write_name(out, faltung_expression_at(expression, of)->name);
    g_string_append(out, "}{\\partial ");
    write_name(out, faltung_expression_at(expression, by)->name);
    g_string_append(out, "}");
}

char *faltung_expression_chain_tex(const FaltungExpression *expression, int index) {
    GString *out = g_string_new(NULL);
    int output = expression->output, users = 0;
    write_partial(out, expression, output, index);
    for (int i = 0; i < expression->n_formula && index != output; i++) {
        const FaltungTerm *user = faltung_expression_at(expression, i);
        gboolean uses = FALSE;
        for (int k = 0; k < user->n_operands; k++)
            uses |= user->operands[k] == index && user->contributions[k] >= 0;
        if (!uses || i == output)
            continue;
        g_string_append(out, users++ ? " + " : " = ");
        write_partial(out, expression, output, i);
        g_string_append(out, " ");
        write_partial(out, expression, i, index);
    }
    int gradient = faltung_expression_at(expression, index)->gradient;
    g_string_append(out, " = ");
    write_term(out, &(Style){.expression = expression, .named = -1, .names = TRUE}, gradient);
    return g_string_free(out, FALSE);
}

/* -- the chain rule in numbers ---------------------------------------------------------------- */

static gboolean is_number(const FaltungTerm *term) {
    return term->values && term->rows == 1 && term->columns == 1;
}

static const FaltungTerm *gradient_of(const FaltungExpression *expression, int index) {
    return faltung_expression_at(expression, faltung_expression_at(expression, index)->gradient);
}

/* The next use of a term by another one behind use (@user, @operand), which is what it was before;
   from (-1, 1) on. Returns: FALSE: there is none. */
static gboolean next_use(const FaltungExpression *expression, int index, int *user, int *operand) {
    for (int use = 2 * *user + *operand + 1; use < 2 * expression->n_formula; use++) {
        const FaltungTerm *term = faltung_expression_at(expression, use / 2);
        if (use % 2 < term->n_operands && term->operands[use % 2] == index &&
            term->contributions[use % 2] >= 0) {
            *user = use / 2;
            *operand = use % 2;
            return TRUE;
        }
    }
    return FALSE;
}

static void write_slope(GString *out, double slope) {
    g_string_append(out, slope < 0 ? "( " : "");
    faltung_tex_number(out, 4, slope);
    g_string_append(out, slope < 0 ? " )" : "");
}

/* The slopes from the output down to @operand of @user, each along one term. Where the way divides
   it begins with the gradient from there. Returns: how many factors that are. */
static int write_way(GString *out, const FaltungExpression *expression, int user, int operand) {
    const FaltungTerm *term = faltung_expression_at(expression, user);
    const FaltungTerm *behind = gradient_of(expression, user);
    double part = faltung_expression_at(expression, term->contributions[operand])->values[0];
    if (!is_number(behind) || behind->values[0] == 0) {
        write_slope(out, part);
        return 1;
    }
    int next = -1, at = 1, factors = 0, other, other_at;
    gboolean used = next_use(expression, user, &next, &at);
    other = next, other_at = at;
    if (used && !next_use(expression, user, &other, &other_at)) {
        factors = write_way(out, expression, next, at);
        g_string_append(out, " \\cdot ");
    } else if (user != expression->output) {
        factors = 1;
        write_slope(out, behind->values[0]);
        g_string_append(out, " \\cdot ");
    }
    write_slope(out, part / behind->values[0]);
    return factors + 1;
}

/* What a use of the term sends back, made of what came back to the user: in matrices. */
static void write_part(GString *out, const FaltungExpression *expression, int user, int operand) {
    int part = faltung_expression_at(expression, user)->contributions[operand];
    gboolean passed = part == faltung_expression_at(expression, user)->gradient ||
                      faltung_expression_at(expression, part)->n_operands == 0;
    if (passed)
        write_values(out, faltung_expression_at(expression, part));
    else
        write_operand(
            out, &(Style){.expression = expression, .named = part, .names = TRUE, .numbers = TRUE},
            part, PRODUCT);
}

/* The same for a term of several values: a product of matrices for every use. */
static char *product_of_matrices(const FaltungExpression *expression, int index) {
    const FaltungTerm *gradient = gradient_of(expression, index);
    if (!is_written(gradient))
        return NULL;
    g_autoptr(GString) parts = g_string_new(NULL);
    int uses = 0, products = 0;
    for (int user = -1, operand = 1; next_use(expression, index, &user, &operand); uses++) {
        int part = faltung_expression_at(expression, user)->contributions[operand];
        if (!is_written(faltung_expression_at(expression, part)))
            return NULL;
        gsize before = parts->len;
        g_string_append(parts, uses > 0 ? " + " : "");
        write_part(parts, expression, user, operand);
        products +=
            parts->len - before > 0 && part != faltung_expression_at(expression, user)->gradient;
    }
    GString *out = g_string_new(NULL);
    if (uses > 1 || products > 0)
        g_string_append_printf(out, "%s = ", parts->str);
    write_values(out, gradient);
    return g_string_free(out, FALSE);
}

char *faltung_expression_product_tex(const FaltungExpression *expression, int index) {
    const FaltungTerm *term = faltung_expression_at(expression, index);
    if (term->gradient < 0 || !gradient_of(expression, index)->values)
        return NULL;
    if (!is_number(gradient_of(expression, index)))
        return product_of_matrices(expression, index);
    g_autoptr(GString) ways = g_string_new(NULL);
    int uses = 0, factors = 0;
    for (int user = -1, operand = 1; next_use(expression, index, &user, &operand); uses++) {
        g_string_append(ways, uses > 0 ? " + " : "");
        factors += write_way(ways, expression, user, operand);
    }
    GString *out = g_string_new(NULL);
    if (uses > 1 || factors > 1)
        g_string_append_printf(out, "%s = ", ways->str);
    faltung_tex_number(out, 4, gradient_of(expression, index)->values[0]);
    return g_string_free(out, FALSE);
}

char *faltung_expression_running_tex(const FaltungExpression *expression, int index) {
    g_autofree char *product = faltung_expression_product_tex(expression, index);
    if (!product)
        return NULL;
    GString *out = g_string_new(NULL);
    write_partial(out, expression, expression->output, index);
    g_string_append_printf(out, " = %s", product);
    return g_string_free(out, FALSE);
}
