/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/expression.h"
#include "core/base/error.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/table.h"

#include <stdio.h>
#include <string.h>

static char **settings, *picture;
static gboolean dark;

static const GOptionEntry options[] = {
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
     "The value of a variable: x=2, b=[1, 2] (a column) or W=[[1, 2], [3, 4]]; again for each",
     "NAME=VALUE"},
    {"draw", 'o', 0, G_OPTION_ARG_FILENAME, &picture,
     "Write the graph and the equations into FILE, .svg or .png", "FILE"},
    {"dark", 0, 0, G_OPTION_ARG_NONE, &dark, "A picture for a dark page", NULL},
    {0},
};

static gboolean set_values(FaltungExpression *expression, GError **error) {
    for (char **setting = settings; setting && *setting; setting++) {
        char *value = strchr(*setting, '=');
        if (!value)
            return faltung_fail(error, FALTUNG_ERROR_INPUT,
                                "--set: '%s' has no `=`; expected is NAME=VALUE", *setting);
        g_autofree char *name = g_strndup(*setting, value - *setting);
        if (!faltung_expression_set(expression, g_strstrip(name), value + 1, error)) {
            g_prefix_error_literal(error, "--set: ");
            return FALSE;
        }
    }
    return TRUE;
}

/* Terms with something to say: not the numbers that were written. */
static gboolean is_shown(const FaltungTerm *term) {
    return term->kind != FALTUNG_TERM_NUMBER;
}

static gboolean has_chain(const FaltungExpression *expression, int index) {
    const FaltungTerm *term = faltung_expression_term(expression, index);
    return is_shown(term) && term->gradient >= 0 && index != faltung_expression_output(expression);
}

/* -- text ----------------------------------------------------------------------------------- */

/* NumPy's way, and what --set takes back. */
static char *format_values(const FaltungTerm *term) {
    if (!term->values)
        return g_strdup("");
    GString *out = g_string_new(NULL);
    gboolean matrix = term->columns > 1, list = matrix || term->rows > 1;
    g_string_append(out, matrix ? "[[" : list ? "[" : "");
    for (int i = 0; i < term->rows * term->columns; i++) {
        char digits[G_ASCII_DTOSTR_BUF_SIZE];
        const char *between = i == 0 ? "" : matrix && i % term->columns == 0 ? "], [" : ", ";
        g_string_append(out, between);
        g_string_append(out, g_ascii_formatd(digits, sizeof digits, "%.6g", term->values[i]));
    }
    g_string_append(out, matrix ? "]]" : list ? "]" : "");
    return g_string_free(out, FALSE);
}

static void print_text(const FaltungExpression *expression) {
    static const char *const header[] = {"name", "formula (TeX)", "value", "gradient", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        if (!is_shown(term))
            continue;
        g_autofree char *operation =
            term->n_operands ? faltung_expression_operation_tex(expression, i) : g_strdup("");
        g_autofree char *value = format_values(term);
        g_autofree char *gradient =
            term->gradient < 0 ? g_strdup("")
                               : format_values(faltung_expression_term(expression, term->gradient));
        faltung_text_table_row(table);
        faltung_text_table_cell(table, term->name);
        faltung_text_table_cell(table, operation);
        faltung_text_table_cell(table, value);
        faltung_text_table_cell(table, gradient);
    }
    g_autofree char *text = faltung_text_table_format(table);
    printf("%s\nThe chain rule, from the output back (TeX)\n\n", text);
    for (int i = faltung_expression_n_terms(expression) - 1; i >= 0; i--) {
        if (!has_chain(expression, i))
            continue;
        g_autofree char *chain = faltung_expression_chain_tex(expression, i);
        g_autofree char *product = faltung_expression_product_tex(expression, i);
        printf("    %s\n", chain);
        if (product)
            printf("        = %s\n", product);
    }
}

/* -- JSON ----------------------------------------------------------------------------------- */

static void write_matrix(FaltungJson *json, const char *key, const FaltungTerm *term) {
    if (!term || !term->values)
        return;
    faltung_json_open_array(json, key);
    for (int i = 0; i < term->rows; i++) {
        faltung_json_open_array(json, NULL);
        for (int j = 0; j < term->columns; j++)
            faltung_json_number(json, NULL, term->values[i * term->columns + j]);
        faltung_json_close(json);
    }
    faltung_json_close(json);
}

static const FaltungTerm *gradient_of(const FaltungExpression *expression, int index) {
    return index < 0 ? NULL : faltung_expression_term(expression, index);
}

static void write_term(FaltungJson *json, const FaltungExpression *expression, int index) {
    static const char *const kinds[] = {"number", "variable", "add",   "subtract", "multiply",
                                        "divide", "matmul",   "power", "negate"};
    const FaltungTerm *term = faltung_expression_term(expression, index);
    g_autofree char *step = faltung_expression_step_tex(expression, index);
    faltung_json_open_object(json, NULL);
    faltung_json_integer(json, "node", index);
    faltung_json_string(json, "name", term->name);
    faltung_json_string(json, "operation",
                        term->kind == FALTUNG_TERM_FUNCTION ? term->function->name
                                                            : kinds[term->kind]);
    faltung_json_integers(json, "operands", term->n_operands, term->operands);
    faltung_json_string(json, "equation", step);
    write_matrix(json, "value", term);
    write_matrix(json, "gradient", gradient_of(expression, term->gradient));
    g_autofree char *values = faltung_expression_values_tex(expression, index);
    if (values)
        faltung_json_string(json, "in_numbers", values);
    if (has_chain(expression, index)) {
        g_autofree char *chain = faltung_expression_chain_tex(expression, index);
        g_autofree char *product = faltung_expression_running_tex(expression, index);
        faltung_json_string(json, "chain", chain);
        faltung_json_string(json, "product", product);
    }
    faltung_json_open_array(json, "contributions");
    for (int k = 0; k < term->n_operands; k++) {
        if (term->contributions[k] >= 0)
            write_matrix(json, NULL, gradient_of(expression, term->contributions[k]));
        else
            faltung_json_string(json, NULL, NULL);
    }
    faltung_json_close(json);
    faltung_json_close(json);
}

static void print_json(const FaltungExpression *expression, const char *formula, double worst) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    g_autofree char *tex =
        faltung_expression_tex(expression, faltung_expression_output(expression));
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "formula", formula);
    faltung_json_string(json, "equation", tex);
    faltung_json_integer(json, "output", faltung_expression_output(expression));
    faltung_json_open_array(json, "nodes");
    for (int i = 0; i < faltung_expression_n_terms(expression); i++)
        write_term(json, expression, i);
    faltung_json_close(json);
    if (faltung_expression_has_values(expression))
        faltung_json_number(json, "numeric_difference", worst);
    faltung_json_close(json);
    faltung_json_print(json);
}

/* -- the picture ---------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_DRAW

#include "draw/equation.h"
#include "draw/expression.h"
#include "draw/output.h"

typedef struct {
    const FaltungExpression *expression;
    GPtrArray *equations; /* (element-type FaltungEquation) */
    double graph_height;
} Page;

static void draw_page(cairo_t *cr, double width, double height, gpointer data) {
    const Page *page = data;
    const FaltungTheme *theme = faltung_theme(dark);
    faltung_expression_draw(cr, theme, page->expression, 0, 0, -1, NULL);
    double y = page->graph_height;
    for (guint i = 0; i < page->equations->len; i++) {
        const FaltungEquation *equation = page->equations->pdata[i];
        y += faltung_equation_ascent(equation);
        faltung_equation_draw(equation, cr, 20, y, theme->foreground);
        y += faltung_equation_descent(equation) + 12;
    }
}

/* @tex: (transfer full) (nullable) */
static gboolean add_equation(Page *page, char *tex, GError **error) {
    g_autofree char *owned = tex;
    if (!tex)
        return TRUE;
    FaltungEquation *equation = faltung_equation_new(owned, 18, error);
    if (equation)
        g_ptr_array_add(page->equations, equation);
    return equation != NULL;
}

/* What each node is, then the derivatives from the output back. */
static gboolean add_equations(Page *page, GError **error) {
    const FaltungExpression *expression = page->expression;
    int n = faltung_expression_n_terms(expression);
    for (int i = 0; i < n; i++)
        if (faltung_expression_term(expression, i)->n_operands > 0 &&
            !(add_equation(page, faltung_expression_step_tex(expression, i), error) &&
              add_equation(page, faltung_expression_values_tex(expression, i), error)))
            return FALSE;
    for (int i = n - 1; i >= 0; i--)
        if (has_chain(expression, i) &&
            !(add_equation(page, faltung_expression_chain_tex(expression, i), error) &&
              add_equation(page, faltung_expression_running_tex(expression, i), error)))
            return FALSE;
    return TRUE;
}

static void free_equation(gpointer data) {
    faltung_equation_free(data);
}

static gboolean write_picture(const FaltungExpression *expression, GError **error) {
    g_autoptr(GPtrArray) equations = g_ptr_array_new_with_free_func(free_equation);
    Page page = {.expression = expression, .equations = equations};
    if (!add_equations(&page, error))
        return FALSE;
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
    cairo_t *cr = cairo_create(surface);
    const FaltungTheme *theme = faltung_theme(dark);
    double width, height;
    faltung_expression_measure(cr, theme, expression, &width, &height);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    page.graph_height = height;
    for (guint i = 0; i < equations->len; i++) {
        const FaltungEquation *equation = equations->pdata[i];
        height += faltung_equation_ascent(equation) + faltung_equation_descent(equation) + 12;
        width = MAX(width, faltung_equation_width(equation) + 40);
    }
    return faltung_output_write(picture, width, height + 12, 2, &theme->background, draw_page,
                                &page, error);
}

#else

static gboolean write_picture(const FaltungExpression *expression, GError **error) {
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "--draw: this program was built without pictures (-Ddraw=disabled)");
}

#endif

static int derive_run(const FaltungCall *call, GError **error) {
    const char *formula = call->arguments[0];
    g_autoptr(FaltungExpression) expression = faltung_expression_new(formula, error);
    if (!expression || !set_values(expression, error) ||
        !faltung_expression_derive(expression, error))
        return FALTUNG_EXIT_USAGE;
    gboolean values = faltung_expression_has_values(expression);
    double worst = values ? faltung_expression_check(expression) : 0;
    if (picture && !write_picture(expression, error))
        return FALTUNG_EXIT_USAGE;
    if (call->json) {
        print_json(expression, formula, worst);
        return FALTUNG_EXIT_DONE;
    }
    print_text(expression);
    if (values)
        printf("\nresult: numeric_difference=%.3g\n", worst);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_derive = {
    .name = "derive",
    .arguments = "FORMULA",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "The derivative of a formula by the chain rule, as a graph with values",
    .description =
        "FORMULA is made of names, numbers, + - * / (element by element), @ (the matrix product), "
        "^ (to a constant), and the functions sigmoid, tanh, relu, leaky_relu, softplus, square, "
        "exp, log, sqrt, sin, cos, abs, sum, mean and transpose. Parts may have names: `d = x + 1; "
        "d * sin(d)`. What stands twice is one node, whose gradients are added up.\n\n"
        "Printed are the nodes, and the chain rule at each as an equation. With --set, the values "
        "forward and the gradients backward, too; the result says by how much numeric "
        "differentiation differs. The gradient of an output of several values is that of their "
        "sum.\n\n"
        "  faltung derive 'sigmoid(W@x + b)'\n"
        "  faltung derive 'c = a + 2; b = 3*a; b*c' --set a=4 -o graph.svg",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = derive_run,
};
