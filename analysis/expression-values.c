/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/expression-private.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* -- arithmetic ----------------------------------------------------------------------------- */

static gboolean misfit(const FaltungTerm *term, const FaltungTerm *a, const FaltungTerm *b,
                       GError **error) {
    return faltung_fail(
        error, FALTUNG_ERROR_INPUT, "column %d: %s of %d x %d and %d x %d: %s", term->column,
        term->kind == FALTUNG_TERM_PRODUCT ? _("the matrix product")
                                           : _("an operation element by element"),
        a->rows, a->columns, b->rows, b->columns,
        term->kind == FALTUNG_TERM_PRODUCT
            ? _("the columns of the first must be as many as the rows of the second")
            : _("rows and columns must be as many, or 1"));
}

static void give_room(FaltungTerm *term, int rows, int columns) {
    if (term->values && term->rows == rows && term->columns == columns)
        return;
    g_free(term->values);
    term->rows = rows;
    term->columns = columns;
    term->values = g_new0(double, (size_t)rows *columns);
}

static gboolean fits(int a, int b) {
    return a == b || a == 1 || b == 1;
}

static double combine(FaltungTermKind kind, double a, double b) {
    switch (kind) {
    case FALTUNG_TERM_ADD:
        return a + b;
    case FALTUNG_TERM_SUBTRACT:
        return a - b;
    case FALTUNG_TERM_MULTIPLY:
        return a * b;
    default:
        return a / b;
    }
}

static double at(const FaltungTerm *term, int row, int column) {
    return term
        ->values[(term->rows == 1 ? 0 : row) * term->columns + (term->columns == 1 ? 0 : column)];
}

static gboolean evaluate_elements(FaltungTerm *term, const FaltungTerm *a, const FaltungTerm *b,
                                  GError **error) {
    if (!fits(a->rows, b->rows) || !fits(a->columns, b->columns))
        return misfit(term, a, b, error);
    give_room(term, MAX(a->rows, b->rows), MAX(a->columns, b->columns));
    for (int i = 0; i < term->rows; i++)
        for (int j = 0; j < term->columns; j++)
            term->values[i * term->columns + j] = combine(term->kind, at(a, i, j), at(b, i, j));
    return TRUE;
}

static gboolean evaluate_product(FaltungTerm *term, const FaltungTerm *a, const FaltungTerm *b,
                                 GError **error) {
    if (a->columns != b->rows)
        return misfit(term, a, b, error);
    give_room(term, a->rows, b->columns);
    for (int i = 0; i < term->rows; i++) {
        for (int j = 0; j < term->columns; j++) {
            double sum = 0;
            for (int k = 0; k < a->columns; k++)
                sum += a->values[i * a->columns + k] * b->values[k * b->columns + j];
            term->values[i * term->columns + j] = sum;
        }
    }
    return TRUE;
}

/* -- functions that are not element by element ---------------------------------------------- */

static void reduce(FaltungTerm *term, const FaltungTerm *a, int rows, int columns, double scale) {
    give_room(term, rows, columns);
    memset(term->values, 0, sizeof(double) * rows * columns);
    for (int i = 0; i < a->rows; i++)
        for (int j = 0; j < a->columns; j++)
            term->values[(rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j)] +=
                scale * a->values[i * a->columns + j];
}

static void evaluate_whole(FaltungTerm *term, const FaltungTerm *a) {
    const char *name = term->function->name;
    int n = a->rows * a->columns;
    if (strcmp(name, "sum") == 0) {
        reduce(term, a, 1, 1, 1);
    } else if (strcmp(name, "mean") == 0) {
        reduce(term, a, 1, 1, 1.0 / n);
    } else if (strcmp(name, "sum_rows") == 0) {
        reduce(term, a, 1, a->columns, 1);
    } else if (strcmp(name, "sum_columns") == 0) {
        reduce(term, a, a->rows, 1, 1);
    } else if (strcmp(name, "ones") == 0) {
        give_room(term, a->rows, a->columns);
        for (int i = 0; i < n; i++)
            term->values[i] = 1;
    } else { /* transpose */
        give_room(term, a->columns, a->rows);
        for (int i = 0; i < a->rows; i++)
            for (int j = 0; j < a->columns; j++)
                term->values[j * a->rows + i] = a->values[i * a->columns + j];
    }
}

gboolean faltung_term_evaluate(FaltungExpression *expression, int index, GError **error) {
    FaltungTerm *term = faltung_expression_at(expression, index);
    const FaltungTerm *a =
        term->n_operands > 0 ? faltung_expression_at(expression, term->operands[0]) : NULL;
    const FaltungTerm *b =
        term->n_operands > 1 ? faltung_expression_at(expression, term->operands[1]) : NULL;
    switch (term->kind) {
    case FALTUNG_TERM_VARIABLE:
        return TRUE;
    case FALTUNG_TERM_NUMBER:
        give_room(term, 1, 1);
        term->values[0] = term->number;
        return TRUE;
    case FALTUNG_TERM_PRODUCT:
        return evaluate_product(term, a, b, error);
    case FALTUNG_TERM_ADD:
    case FALTUNG_TERM_SUBTRACT:
    case FALTUNG_TERM_MULTIPLY:
    case FALTUNG_TERM_DIVIDE:
        return evaluate_elements(term, a, b, error);
    case FALTUNG_TERM_FUNCTION:
        if (!term->function->value) {
            evaluate_whole(term, a);
            return TRUE;
        }
        break;
    default:
        break;
    }
    give_room(term, a->rows, a->columns);
    for (int i = 0; i < a->rows * a->columns; i++) {
        double x = a->values[i];
        term->values[i] = term->kind == FALTUNG_TERM_NEGATE  ? -x
                          : term->kind == FALTUNG_TERM_POWER ? pow(x, term->number)
                                                             : term->function->value(x);
    }
    return TRUE;
}

/* -- values from text ----------------------------------------------------------------------- */

static gboolean not_a_value(const char *name, const char *text, GError **error) {
    return faltung_fail(
        error, FALTUNG_ERROR_INPUT,
        "'%s' is no value for %s; expected is a number, a column [1, 2] or a matrix [[1, "
        "2], [3, 4]]",
        text, name);
}

/* Appends `1, 2, 3]`. Returns: how many; -1 where it is something else. */
static int read_row(const char **at, GArray *values) {
    for (int n = 0;; n++) {
        char *end;
        double number = g_ascii_strtod(*at, &end);
        if (end == *at || !isfinite(number))
            return -1;
        g_array_append_val(values, number);
        *at = end + strspn(end, " ");
        if (**at == ']') {
            (*at)++;
            return n + 1;
        }
        if (**at != ',')
            return -1;
        (*at)++;
    }
}

gboolean faltung_expression_set(FaltungExpression *expression, const char *name, const char *text,
                                GError **error) {
    int index = faltung_expression_find(expression, name);
    if (index < 0 || faltung_expression_at(expression, index)->kind != FALTUNG_TERM_VARIABLE)
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "the formula has no variable '%s'; its variables are the names in it that are "
            "not defined by a `=`",
            name);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    const char *at_text = text + strspn(text, " ");
    int rows = 0, columns = 1;
    if (g_str_has_prefix(at_text, "[[")) {
        at_text++;
        for (;;) {
            at_text += strspn(at_text, " ");
            if (*at_text++ != '[')
                return not_a_value(name, text, error);
            int n = read_row(&at_text, values);
            if (n < 0 || (rows > 0 && n != columns))
                return not_a_value(name, text, error);
            columns = n;
            rows++;
            at_text += strspn(at_text, " ");
            if (*at_text != ',')
                break;
            at_text++;
        }
        if (*at_text++ != ']')
            return not_a_value(name, text, error);
    } else if (*at_text == '[') {
        at_text++;
        rows = read_row(&at_text, values);
    } else {
        char *end;
        double number = g_ascii_strtod(at_text, &end);
        rows = end == at_text || !isfinite(number) ? -1 : 1;
        at_text = end;
        g_array_append_val(values, number);
    }
    if (rows < 1 || at_text[strspn(at_text, " ")])
        return not_a_value(name, text, error);
    FaltungTerm *term = faltung_expression_at(expression, index);
    give_room(term, rows, columns);
    memcpy(term->values, values->data, sizeof(double) * rows * columns);
    return TRUE;
}
