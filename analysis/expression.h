/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * FaltungExpression: a formula as a graph of operations, its values, and its derivative by the
 * chain rule. What stands twice in it is one node with several users, so its gradients are added
 * up.
 *
 *     d = x + b; sigmoid(W @ d) * d
 *
 * `@` is the matrix product, `*` and `/` work element by element, `^` raises to a constant; names
 * may be given to parts before a `;`. Values are matrices: a number is 1 x 1, [1, 2] a column, [[1,
 * 2]] a row. Where one side has a single row or column it is repeated, as in NumPy.
 */
typedef struct FaltungExpression FaltungExpression;

typedef enum {
    FALTUNG_TERM_NUMBER,
    FALTUNG_TERM_VARIABLE,
    FALTUNG_TERM_ADD,
    FALTUNG_TERM_SUBTRACT,
    FALTUNG_TERM_MULTIPLY,
    FALTUNG_TERM_DIVIDE,
    FALTUNG_TERM_PRODUCT, /* of matrices */
    FALTUNG_TERM_POWER,   /* to a constant */
    FALTUNG_TERM_NEGATE,
    FALTUNG_TERM_FUNCTION,
} FaltungTermKind;

/* A function of one matrix. */
typedef struct {
    const char *name;
    const char *summary;
    const char *tex;         /* around the operand: "\\sigma" */
    double (*value)(double); /* element by element; NULL: sum, mean and such */
} FaltungTermFunction;

/** faltung_term_functions: Returns: the table, ended by a NULL name. */
const FaltungTermFunction *faltung_term_functions(void);

/* A node of the graph. Operands come before it. */
typedef struct {
    FaltungTermKind kind;
    const FaltungTermFunction *function; /* of FALTUNG_TERM_FUNCTION */
    double number;                       /* of NUMBER and the exponent of POWER */
    char *name;      /* of variables and named parts, u_1, u_2, ... of the others; "" of numbers */
    int n_operands;  /* 0 to 2 */
    int operands[2]; /* indices of nodes */
    int column;      /* of the text, from 1 */
    int rows, columns;    /* 0: there are no values */
    double *values;       /* (rows, columns) */
    int gradient;         /* index of the node that is d sum(output) / d this; -1: none */
    int contributions[2]; /* likewise of each operand: this node's part of its gradient */
} FaltungTerm;

/** faltung_expression_new: Errors: `column N: ...` (%FALTUNG_ERROR_INPUT). */
FaltungExpression *faltung_expression_new(const char *text, GError **error);
void faltung_expression_free(FaltungExpression *expression);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungExpression, faltung_expression_free)

/** faltung_expression_n_terms: Returns: the nodes of the formula; behind them lie those of the
 *  derivative. */
int faltung_expression_n_terms(const FaltungExpression *expression);
const FaltungTerm *faltung_expression_term(const FaltungExpression *expression, int index);
int faltung_expression_output(const FaltungExpression *expression);
int faltung_expression_find(const FaltungExpression *expression, const char *name);

/** faltung_expression_set: gives a variable its value, `2`, `[1, 2]` or `[[1, 2], [3, 4]]`. */
gboolean faltung_expression_set(FaltungExpression *expression, const char *name, const char *text,
                                GError **error);

/**
 * faltung_expression_derive: the derivative of the output with respect to every node by the chain
 * rule, from the output back; of an output of several values that of their sum. Where all variables
 * have values, those of all nodes, too.
 *
 * Errors: shapes that do not fit, some variables without a value (%FALTUNG_ERROR_INPUT).
 */
gboolean faltung_expression_derive(FaltungExpression *expression, GError **error);
gboolean faltung_expression_has_values(const FaltungExpression *expression);

/* A stop of the way through the graph: where a term's value is computed, or its gradient. */
typedef struct {
    int term;
    gboolean backward;
} FaltungExpressionStop;

/** faltung_expression_stops: of one that is derived. Returns: (transfer full) (element-type
 *  FaltungExpressionStop): all operations forward, then what has a gradient, from the output back.
 */
GArray *faltung_expression_stops(const FaltungExpression *expression);

/** faltung_expression_check: Returns: by how much central differences of the values differ from the
 *  derivative, at the most, in relation to the largest of it. */
double faltung_expression_check(FaltungExpression *expression);

/** faltung_expression_tex: Returns: (transfer full): the formula below a node, TeX. */
char *faltung_expression_tex(const FaltungExpression *expression, int index);
/** faltung_expression_operation_tex: Returns: (transfer full): the node in terms of its operands'
 *  names: `\sigma(u_1)`. */
char *faltung_expression_operation_tex(const FaltungExpression *expression, int index);
/** faltung_expression_step_tex: Returns: (transfer full): the same as an equation: `u_2 =
 *  \sigma(u_1)`. */
char *faltung_expression_step_tex(const FaltungExpression *expression, int index);
/** faltung_expression_chain_tex: Returns: (transfer full): the chain rule at a node, a product for
 *  each user, and what comes of it: `\frac{\partial y}{\partial x} = ... = ...`. */
char *faltung_expression_chain_tex(const FaltungExpression *expression, int index);
/** faltung_expression_numbers_tex: Returns: (transfer full) (nullable): the operation in numbers,
 * and what comes of it: `[1 2] [3; 4] = 11`. %NULL where there are none, of variables, and of what
 * is too large to be read. */
char *faltung_expression_numbers_tex(const FaltungExpression *expression, int index);
/** faltung_expression_values_tex: Returns: (transfer full) (nullable): the same as an equation: `N
 * = [1 2] [3; 4] = 11`. */
char *faltung_expression_values_tex(const FaltungExpression *expression, int index);
/** faltung_expression_product_tex: Returns: (transfer full) (nullable): the chain rule in numbers:
 *  for every way from the output down to the node the product of the slopes along it; a node that
 *  is reached in several ways is passed with its gradient. Of matrices, for every use what it makes
 *  of the gradient that came back there. Then what comes of it. %NULL where the node has no
 * gradient or value, or is too large to be read. */
char *faltung_expression_product_tex(const FaltungExpression *expression, int index);
/** faltung_expression_running_tex: Returns: (transfer full) (nullable): the same as an equation. */
char *faltung_expression_running_tex(const FaltungExpression *expression, int index);
