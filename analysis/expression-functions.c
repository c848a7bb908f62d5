/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/expression-private.h"

#include <math.h>
#include <string.h>

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

static double relu(double x) {
    return x > 0 ? x : 0;
}

static double leaky_relu(double x) {
    return x > 0 ? x : 0.01 * x;
}

static double softplus(double x) {
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double square(double x) {
    return x * x;
}

static double step(double x) {
    return x > 0;
}

static double leaky_step(double x) {
    return x > 0 ? 1 : 0.01;
}

static double sign(double x) {
    return (x > 0) - (x < 0);
}

/* The slope of each is in expression-derive.c. */
static const FaltungTermFunction functions[] = {
    {"sigmoid", "1 / (1 + exp(-x))", "\\sigma", sigmoid},
    {"tanh", "hyperbolic tangent", "\\tanh", tanh},
    {"relu", "max(x, 0)", "\\mathrm{relu}", relu},
    {"leaky_relu", "x where it is positive, else 0.01 x", "\\mathrm{leaky\\_relu}", leaky_relu},
    {"softplus", "log(1 + exp(x))", "\\mathrm{softplus}", softplus},
    {"square", "x^2", NULL, square},
    {"exp", "e^x", "\\exp", exp},
    {"log", "natural logarithm", "\\log", log},
    {"sqrt", "square root", "\\sqrt", sqrt},
    {"sin", "sine", "\\sin", sin},
    {"cos", "cosine", "\\cos", cos},
    {"abs", "absolute value", "\\mathrm{abs}", fabs},
    {"sum", "of all values", "\\sum", NULL},
    {"mean", "of all values", "\\mathrm{mean}", NULL},
    {"transpose", "rows become columns", NULL, NULL},
    /* slopes of others */
    {"step", "1 where x is positive, else 0", "\\mathrm{step}", step},
    {"leaky_step", "1 where x is positive, else 0.01", "\\mathrm{leaky\\_step}", leaky_step},
    {"sign", "-1, 0 or 1", "\\mathrm{sign}", sign},
    {"ones", "as many ones as x has values", NULL, NULL},
    /* over the rows or columns that were repeated */
    {"sum_rows", "one row: the sum of all", "\\textstyle\\sum_{\\mathrm{rows}}", NULL},
    {"sum_columns", "one column: the sum of all", "\\textstyle\\sum_{\\mathrm{columns}}", NULL},
    {NULL},
};

const FaltungTermFunction *faltung_term_functions(void) {
    return functions;
}

const FaltungTermFunction *faltung_term_function(const char *name) {
    for (const FaltungTermFunction *function = functions; function->name; function++)
        if (strcmp(function->name, name) == 0)
            return function;
    return NULL;
}
