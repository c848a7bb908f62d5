/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/expression.h"

struct FaltungExpression {
    GPtrArray *terms; /* (element-type FaltungTerm): first those of the formula */
    int n_formula;
    int output;
    GHashTable *known; /* what a term is, as text: its index + 1 */
};

/* expression.c: terms. Equal ones are made once; what is trivial is made simpler. */
FaltungTerm *faltung_expression_at(const FaltungExpression *expression, int index);
int faltung_term_number(FaltungExpression *expression, double number);
int faltung_term_variable(FaltungExpression *expression, const char *name);
int faltung_term_binary(FaltungExpression *expression, FaltungTermKind kind, int a, int b);
int faltung_term_negate(FaltungExpression *expression, int a);
int faltung_term_power(FaltungExpression *expression, int a, double exponent);
int faltung_term_call(FaltungExpression *expression, const char *function, int a);
gboolean faltung_term_is(const FaltungExpression *expression, int index, double number);
const FaltungTermFunction *faltung_term_function(const char *name);

/* expression-parse.c: Returns: the output's index, or -1 with an error. */
int faltung_expression_parse(FaltungExpression *expression, const char *text, GError **error);

/* expression-values.c: the values of a term whose operands have theirs. A function that makes a
   term as large as another takes the other as @like. */
gboolean faltung_term_evaluate(FaltungExpression *expression, int index, GError **error);

/* expression-derive.c: Returns: the slope of an elementwise function or power as a term. */
void faltung_expression_differentiate(FaltungExpression *expression);
