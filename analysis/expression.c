/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/expression-private.h"

#include "core/base/error.h"

#include <math.h>
#include <string.h>

static void term_free(gpointer data) {
    FaltungTerm *term = data;
    g_free(term->name);
    g_free(term->values);
    g_free(term);
}

void faltung_expression_free(FaltungExpression *expression) {
    if (!expression)
        return;
    g_ptr_array_unref(expression->terms);
    g_hash_table_unref(expression->known);
    g_free(expression);
}

FaltungTerm *faltung_expression_at(const FaltungExpression *expression, int index) {
    return expression->terms->pdata[index];
}

/* -- making terms --------------------------------------------------------------------------- */

static int make(FaltungExpression *expression, const FaltungTerm *like) {
    g_autofree char *key = g_strdup_printf(
        "%d %s %.17g %s %d %d", like->kind, like->function ? like->function->name : "-",
        like->number, like->kind == FALTUNG_TERM_VARIABLE ? like->name : "-",
        like->n_operands > 0 ? like->operands[0] : -1,
        like->n_operands > 1 ? like->operands[1] : -1);
    int known = GPOINTER_TO_INT(g_hash_table_lookup(expression->known, key));
    if (known)
        return known - 1;
    FaltungTerm *term = g_memdup2(like, sizeof *like);
    term->name = g_strdup(like->name ? like->name : "");
    term->gradient = term->contributions[0] = term->contributions[1] = -1;
    g_ptr_array_add(expression->terms, term);
    int index = expression->terms->len - 1;
    g_hash_table_insert(expression->known, g_steal_pointer(&key), GINT_TO_POINTER(index + 1));
    /* terms of a derivative know their size at once, so that they can be made simple */
    if (expression->n_formula && faltung_expression_has_values(expression))
        faltung_term_evaluate(expression, index, NULL);
    return index;
}

gboolean faltung_term_is(const FaltungExpression *expression, int index, double number) {
    const FaltungTerm *term = faltung_expression_at(expression, index);
    return term->kind == FALTUNG_TERM_NUMBER && term->number == number;
}

static gboolean is_single(const FaltungExpression *expression, int index) {
    const FaltungTerm *term = faltung_expression_at(expression, index);
    return term->kind == FALTUNG_TERM_NUMBER || (term->rows == 1 && term->columns == 1);
}

static gboolean is_number(const FaltungExpression *expression, int index) {
    return faltung_expression_at(expression, index)->kind == FALTUNG_TERM_NUMBER;
}

/* Whether @a are as many ones as @b has values. */
static gboolean changes_nothing(const FaltungExpression *expression, int a, int b) {
    const FaltungTerm *ones = faltung_expression_at(expression, a);
    const FaltungTerm *other = faltung_expression_at(expression, b);
    return ones->kind == FALTUNG_TERM_FUNCTION && strcmp(ones->function->name, "ones") == 0 &&
           other->values && ones->rows == other->rows && ones->columns == other->columns;
}

/* Whether @a is a single value times such ones. */
static gboolean is_spread(const FaltungExpression *expression, int a, int b) {
    const FaltungTerm *term = faltung_expression_at(expression, a);
    return term->kind == FALTUNG_TERM_MULTIPLY && is_single(expression, term->operands[0]) &&
           changes_nothing(expression, term->operands[1], b);
}

int faltung_term_number(FaltungExpression *expression, double number) {
    return make(expression, &(FaltungTerm){.kind = FALTUNG_TERM_NUMBER, .number = number});
}

int faltung_term_variable(FaltungExpression *expression, const char *name) {
    return make(expression, &(FaltungTerm){.kind = FALTUNG_TERM_VARIABLE, .name = (char *)name});
}

/* What the derivative makes of 0 and 1; a formula stays as it was written. */
static int simplify(FaltungExpression *expression, FaltungTermKind kind, int a, int b) {
    gboolean zero[] = {faltung_term_is(expression, a, 0), faltung_term_is(expression, b, 0)};
    gboolean one[] = {faltung_term_is(expression, a, 1), faltung_term_is(expression, b, 1)};
    switch (kind) {
    case FALTUNG_TERM_ADD:
        return zero[0] ? b : zero[1] ? a : -1;
    case FALTUNG_TERM_SUBTRACT:
        return zero[1] ? a : -1;
    case FALTUNG_TERM_MULTIPLY:
        if (zero[0] || zero[1])
            return faltung_term_number(expression, 0);
        if (one[0] || one[1])
            return one[0] ? b : a;
        if (is_spread(expression, a, b)) /* what fills a matrix need not, beside another */
            return faltung_term_binary(expression, kind,
                                       faltung_expression_at(expression, a)->operands[0], b);
        return changes_nothing(expression, a, b)   ? b
               : changes_nothing(expression, b, a) ? a
               : is_number(expression, b) && !is_number(expression, a)
                   ? faltung_term_binary(expression, kind, b, a) /* 3 x, not x 3 */
                   : -1;
    case FALTUNG_TERM_DIVIDE:
        return one[1] ? a : -1;
    case FALTUNG_TERM_PRODUCT:
        if (is_single(expression, a) && is_single(expression, b))
            return faltung_term_binary(expression, FALTUNG_TERM_MULTIPLY, a, b);
        return -1;
    default:
        return -1;
    }
}

int faltung_term_binary(FaltungExpression *expression, FaltungTermKind kind, int a, int b) {
    int simple = expression->n_formula ? simplify(expression, kind, a, b) : -1;
    if (simple >= 0)
        return simple;
    return make(expression, &(FaltungTerm){.kind = kind, .n_operands = 2, .operands = {a, b}});
}

int faltung_term_negate(FaltungExpression *expression, int a) {
    const FaltungTerm *term = faltung_expression_at(expression, a);
    if (term->kind == FALTUNG_TERM_NUMBER)
        return faltung_term_number(expression, -term->number);
    if (expression->n_formula && term->kind == FALTUNG_TERM_NEGATE)
        return term->operands[0];
    return make(expression,
                &(FaltungTerm){.kind = FALTUNG_TERM_NEGATE, .n_operands = 1, .operands = {a}});
}

int faltung_term_power(FaltungExpression *expression, int a, double exponent) {
    if (expression->n_formula && exponent == 1)
        return a;
    return make(expression, &(FaltungTerm){.kind = FALTUNG_TERM_POWER,
                                           .number = exponent,
                                           .n_operands = 1,
                                           .operands = {a}});
}

int faltung_term_call(FaltungExpression *expression, const char *name, int a) {
    if (expression->n_formula && is_single(expression, a)) {
        if (strcmp(name, "ones") == 0)
            return faltung_term_number(expression, 1);
        if (strcmp(name, "transpose") == 0)
            return a;
    }
    return make(expression, &(FaltungTerm){.kind = FALTUNG_TERM_FUNCTION,
                                           .function = faltung_term_function(name),
                                           .n_operands = 1,
                                           .operands = {a}});
}

/* -- the whole ------------------------------------------------------------------------------ */

/* u_1, u_2, ... for what has no name, as far as no variable is called so; the whole is y. */
static void name_parts(FaltungExpression *expression) {
    int number = 1;
    for (int i = 0; i < expression->n_formula; i++) {
        FaltungTerm *term = faltung_expression_at(expression, i);
        if (term->n_operands == 0 || *term->name)
            continue;
        char *name = i == expression->output ? g_strdup("y") : NULL;
        while (!name || faltung_expression_find(expression, name) >= 0) {
            g_free(name);
            name = g_strdup_printf("u_%d", number++);
        }
        g_free(term->name);
        term->name = name;
    }
}

FaltungExpression *faltung_expression_new(const char *text, GError **error) {
    g_autoptr(FaltungExpression) expression = g_new0(FaltungExpression, 1);
    expression->terms = g_ptr_array_new_with_free_func(term_free);
    expression->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    expression->output = faltung_expression_parse(expression, text, error);
    if (expression->output < 0)
        return NULL;
    expression->n_formula = expression->terms->len;
    name_parts(expression);
    return g_steal_pointer(&expression);
}

int faltung_expression_n_terms(const FaltungExpression *expression) {
    return expression->n_formula;
}

const FaltungTerm *faltung_expression_term(const FaltungExpression *expression, int index) {
    return faltung_expression_at(expression, index);
}

int faltung_expression_output(const FaltungExpression *expression) {
    return expression->output;
}

int faltung_expression_find(const FaltungExpression *expression, const char *name) {
    int n = expression->n_formula ? expression->n_formula : (int)expression->terms->len;
    for (int i = 0; i < n; i++)
        if (strcmp(faltung_expression_at(expression, i)->name, name) == 0)
            return i;
    return -1;
}

gboolean faltung_expression_has_values(const FaltungExpression *expression) {
    return faltung_expression_at(expression, expression->output)->values != NULL;
}

/* Every variable, or none. @any: (out): whether one has */
static gboolean check_variables(const FaltungExpression *expression, gboolean *any,
                                GError **error) {
    const char *missing = NULL, *there = NULL;
    for (int i = 0; i < expression->n_formula; i++) {
        const FaltungTerm *term = faltung_expression_at(expression, i);
        if (term->kind == FALTUNG_TERM_VARIABLE && term->values)
            there = term->name;
        else if (term->kind == FALTUNG_TERM_VARIABLE)
            missing = term->name;
    }
    *any = there != NULL || missing == NULL;
    if (!there || !missing)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_INPUT,
        "'%s' has a value and '%s' has none; give all of them one (--set %s=...), or none", there,
        missing, missing);
}

gboolean faltung_expression_derive(FaltungExpression *expression, GError **error) {
    gboolean any;
    if (!check_variables(expression, &any, error))
        return FALSE;
    for (int i = 0; any && i < expression->n_formula; i++)
        if (!faltung_term_evaluate(expression, i, error))
            return FALSE;
    faltung_expression_differentiate(expression);
    return TRUE;
}

double faltung_expression_check(FaltungExpression *expression) {
    const double distance = 1e-6;
    double worst = 0, largest = 0;
    for (int i = 0; i < expression->n_formula; i++) {
        FaltungTerm *variable = faltung_expression_at(expression, i);
        if (variable->kind != FALTUNG_TERM_VARIABLE || variable->gradient < 0)
            continue;
        const FaltungTerm *gradient = faltung_expression_at(expression, variable->gradient);
        gboolean repeated = gradient->rows * gradient->columns == 1;
        for (int k = 0; k < variable->rows * variable->columns; k++) {
            double kept = variable->values[k], sums[2];
            for (int side = 0; side < 2; side++) {
                variable->values[k] = kept + (side ? -distance : distance);
                sums[side] = 0;
                for (int j = 0; j < expression->n_formula; j++)
                    if (faltung_expression_at(expression, j)->n_operands > 0)
                        faltung_term_evaluate(expression, j, NULL);
                const FaltungTerm *output = faltung_expression_at(expression, expression->output);
                for (int j = 0; j < output->rows * output->columns; j++)
                    sums[side] += output->values[j];
            }
            variable->values[k] = kept;
            double numeric = (sums[0] - sums[1]) / (2 * distance);
            double analytic = gradient->values[repeated ? 0 : k];
            worst = MAX(worst, fabs(numeric - analytic));
            largest = MAX(largest, fabs(analytic));
        }
    }
    for (int j = 0; j < expression->n_formula; j++)
        if (faltung_expression_at(expression, j)->n_operands > 0)
            faltung_term_evaluate(expression, j, NULL);
    return largest > 0 ? worst / largest : worst;
}

GArray *faltung_expression_stops(const FaltungExpression *expression) {
    GArray *stops = g_array_new(FALSE, FALSE, sizeof(FaltungExpressionStop));
    for (int i = 0; i < expression->n_formula; i++) {
        FaltungExpressionStop stop = {i, FALSE};
        if (faltung_expression_at(expression, i)->n_operands > 0)
            g_array_append_val(stops, stop);
    }
    for (int i = expression->n_formula - 1; i >= 0; i--) {
        const FaltungTerm *term = faltung_expression_at(expression, i);
        FaltungExpressionStop stop = {i, TRUE};
        if (term->gradient >= 0 && term->kind != FALTUNG_TERM_NUMBER)
            g_array_append_val(stops, stop);
    }
    return stops;
}
