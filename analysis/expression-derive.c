/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/expression-private.h"

#include <math.h>
#include <string.h>

/*
 * The chain rule from the output back (reverse accumulation), with terms in the place of numbers:
 * the derivative is a formula that can be written down as well as evaluated.
 */

static int multiply(FaltungExpression *e, int a, int b) {
    return faltung_term_binary(e, FALTUNG_TERM_MULTIPLY, a, b);
}

static int number(FaltungExpression *e, double value) {
    return faltung_term_number(e, value);
}

/* d f(x) / d x of the elementwise function of term @index, whose operand is @x. */
static int slope(FaltungExpression *e, int index, int x) {
    const char *name = faltung_expression_at(e, index)->function->name;
    int one = number(e, 1);
    if (strcmp(name, "sigmoid") == 0) /* y (1 - y) */
        return multiply(e, index, faltung_term_binary(e, FALTUNG_TERM_SUBTRACT, one, index));
    if (strcmp(name, "tanh") == 0)
        return faltung_term_binary(e, FALTUNG_TERM_SUBTRACT, one, faltung_term_power(e, index, 2));
    if (strcmp(name, "relu") == 0)
        return faltung_term_call(e, "step", x);
    if (strcmp(name, "leaky_relu") == 0)
        return faltung_term_call(e, "leaky_step", x);
    if (strcmp(name, "softplus") == 0)
        return faltung_term_call(e, "sigmoid", x);
    if (strcmp(name, "square") == 0)
        return multiply(e, number(e, 2), x);
    if (strcmp(name, "exp") == 0)
        return index;
    if (strcmp(name, "log") == 0)
        return faltung_term_binary(e, FALTUNG_TERM_DIVIDE, one, x);
    if (strcmp(name, "sqrt") == 0)
        return faltung_term_binary(e, FALTUNG_TERM_DIVIDE, one, multiply(e, number(e, 2), index));
    if (strcmp(name, "sin") == 0)
        return faltung_term_call(e, "cos", x);
    if (strcmp(name, "cos") == 0)
        return faltung_term_negate(e, faltung_term_call(e, "sin", x));
    if (strcmp(name, "abs") == 0)
        return faltung_term_call(e, "sign", x);
    return number(e, 0); /* step, sign and ones are flat */
}

/* The gradient @g of a function that is not element by element, for its operand @x. */
static int through_whole(FaltungExpression *e, int index, int g, int x) {
    const char *name = faltung_expression_at(e, index)->function->name;
    if (strcmp(name, "transpose") == 0)
        return faltung_term_call(e, "transpose", g);
    if (strcmp(name, "ones") == 0)
        return number(e, 0);
    int ones = faltung_term_call(e, "ones", x);
    if (strcmp(name, "mean") == 0) {
        int all = faltung_term_call(e, "sum", ones);
        return multiply(e, g, faltung_term_binary(e, FALTUNG_TERM_DIVIDE, ones, all));
    }
    return multiply(e, g, ones); /* sums, of all, of rows or of columns */
}

/* What was repeated along rows or columns gets the sum of what comes back. A number stands for as
   many as there are, so it is made them first. */
static int unrepeat(FaltungExpression *e, int user, int g, int x) {
    const FaltungTerm *large = faltung_expression_at(e, user), *small = faltung_expression_at(e, x);
    if (!large->values || !small->values ||
        (large->rows == small->rows && large->columns == small->columns))
        return g;
    const FaltungTerm *gradient = faltung_expression_at(e, g);
    if (gradient->rows != large->rows || gradient->columns != large->columns)
        g = multiply(e, g, faltung_term_call(e, "ones", user));
    if (small->rows == 1 && small->columns == 1)
        return faltung_term_call(e, "sum", g);
    return faltung_term_call(e, small->rows == 1 && large->rows > 1 ? "sum_rows" : "sum_columns",
                             g);
}

/* As many values as the term has. */
static int spread(FaltungExpression *e, int g, int x) {
    const FaltungTerm *gradient = faltung_expression_at(e, g), *term = faltung_expression_at(e, x);
    if (!term->values || (gradient->rows == term->rows && gradient->columns == term->columns))
        return g;
    return multiply(e, g, faltung_term_call(e, "ones", x));
}

/* What operand @k of term @index gets of the term's gradient @g. */
static int contribution(FaltungExpression *e, int index, int g, int k) {
    const FaltungTerm *term = faltung_expression_at(e, index);
    int a = term->operands[0], b = term->n_operands > 1 ? term->operands[1] : -1;
    switch (term->kind) {
    case FALTUNG_TERM_ADD:
        return unrepeat(e, index, g, k ? b : a);
    case FALTUNG_TERM_SUBTRACT:
        return unrepeat(e, index, k ? faltung_term_negate(e, g) : g, k ? b : a);
    case FALTUNG_TERM_MULTIPLY:
        return unrepeat(e, index, multiply(e, g, k ? a : b), k ? b : a);
    case FALTUNG_TERM_DIVIDE:
        if (k == 0)
            return unrepeat(e, index, faltung_term_binary(e, FALTUNG_TERM_DIVIDE, g, b), a);
        return unrepeat(
            e, index,
            faltung_term_negate(e, faltung_term_binary(e, FALTUNG_TERM_DIVIDE, multiply(e, g, a),
                                                       faltung_term_power(e, b, 2))),
            b);
    case FALTUNG_TERM_PRODUCT: {
        int whole = spread(e, g, index);
        if (k == 0)
            return faltung_term_binary(e, FALTUNG_TERM_PRODUCT, whole,
                                       faltung_term_call(e, "transpose", b));
        return faltung_term_binary(e, FALTUNG_TERM_PRODUCT, faltung_term_call(e, "transpose", a),
                                   whole);
    }
    case FALTUNG_TERM_POWER: {
        double exponent = term->number;
        int inner = multiply(e, number(e, exponent), faltung_term_power(e, a, exponent - 1));
        return multiply(e, g, exponent == 0 ? number(e, 0) : inner);
    }
    case FALTUNG_TERM_NEGATE:
        return faltung_term_negate(e, g);
    default:
        if (!term->function->value)
            return through_whole(e, index, g, a);
        return multiply(e, g, slope(e, index, a));
    }
}

/* Whether a variable is in or below the term. */
static gboolean *find_variable(const FaltungExpression *e) {
    gboolean *varies = g_new0(gboolean, e->n_formula);
    for (int i = 0; i < e->n_formula; i++) {
        const FaltungTerm *term = faltung_expression_at(e, i);
        varies[i] = term->kind == FALTUNG_TERM_VARIABLE;
        for (int k = 0; k < term->n_operands; k++)
            varies[i] |= varies[term->operands[k]];
    }
    return varies;
}

void faltung_expression_differentiate(FaltungExpression *e) {
    g_autofree gboolean *varies = find_variable(e);
    faltung_expression_at(e, e->output)->gradient = faltung_term_call(e, "ones", e->output);
    if (!faltung_expression_has_values(e))
        faltung_expression_at(e, e->output)->gradient = number(e, 1);
    for (int i = e->output; i >= 0; i--) {
        int gradient = faltung_expression_at(e, i)->gradient;
        for (int k = 0; gradient >= 0 && k < faltung_expression_at(e, i)->n_operands; k++) {
            int operand = faltung_expression_at(e, i)->operands[k];
            if (!varies[operand])
                continue;
            int part = contribution(e, i, gradient, k);
            FaltungTerm *to = faltung_expression_at(e, operand);
            faltung_expression_at(e, i)->contributions[k] = part;
            to->gradient = to->gradient < 0
                               ? part
                               : faltung_term_binary(e, FALTUNG_TERM_ADD, to->gradient, part);
        }
    }
    for (int i = 0; i < e->n_formula; i++) {
        int gradient = faltung_expression_at(e, i)->gradient;
        if (gradient >= 0)
            faltung_expression_at(e, i)->gradient = spread(e, gradient, i);
    }
}
