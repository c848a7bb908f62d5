/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/arithmetic.h"

#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/pool.h"

#include <math.h>
#include <string.h>

#define MOST_NUMBERS 6      /* of a sum, or of what a maximum is taken */
#define MOST_OPERATIONS 2e7 /* that the reference code may do for it */

/* The layer as its reference code sees it: one sample, in float64. */
typedef struct {
    FaltungLayer layer; /* without its penalty */
    FaltungReference reference;
    size_t index, output_size;
    size_t input_sizes[FALTUNG_MAX_INPUTS];
    GPtrArray *memory;
    GString *tex;
    double value;
} Unit;

/* --- the reference code --- */

static double *room(Unit *unit, size_t n) {
    double *values = g_new0(double, n);
    g_ptr_array_add(unit->memory, values);
    return values;
}

static double *widened(Unit *unit, const float *values, size_t n) {
    double *wide = room(unit, n);
    for (size_t i = 0; i < n; i++)
        wide[i] = values[i];
    return wide;
}

static void unit_init(Unit *unit, const FaltungLayer *layer, size_t index,
                      const float *const *inputs, const float *const *parameters) {
    *unit = (Unit){.layer = *layer, .index = index, .tex = g_string_new(NULL)};
    unit->memory = g_ptr_array_new_with_free_func(g_free);
    unit->output_size = faltung_shape_size(&layer->output_shape);
    unit->layer.options = g_memdup2(layer->options, layer->operation->kind.options_size);
    g_ptr_array_add(unit->memory, unit->layer.options);
    if (layer->operation->without_penalty)
        layer->operation->without_penalty(unit->layer.options);
    FaltungReference *r = &unit->reference;
    r->layer = &unit->layer;
    r->batch = 1;
    r->output = room(unit, unit->output_size);
    for (int k = 0; k < layer->n_inputs; k++) {
        unit->input_sizes[k] = faltung_shape_size(&layer->input_shapes[k]);
        r->inputs[k] = widened(unit, inputs[k], unit->input_sizes[k]);
        r->input_gradients[k] = room(unit, unit->input_sizes[k]);
    }
    for (int p = 0; p < layer->n_parameters; p++) {
        size_t n = faltung_shape_size(&layer->parameters[p].shape);
        r->parameters[p] = widened(unit, parameters[p], n);
        r->parameter_gradients[p] = room(unit, n);
    }
    double *one = room(unit, unit->output_size);
    one[index] = 1;
    r->output_gradient = one;
}

static void unit_clear(Unit *unit) {
    g_ptr_array_unref(unit->memory);
    if (unit->tex)
        g_string_free(unit->tex, TRUE);
}

/* The value with these inputs. */
static double computed(const Unit *unit, const double *const *inputs) {
    FaltungReference r = unit->reference;
    memcpy(r.inputs, inputs, sizeof r.inputs);
    unit->layer.operation->forward_reference(&r);
    return r.output[unit->index];
}

/* --- writing --- */

/* Writes a number, marked as @symbol (nullable). Returns: what is written: it is rounded. */
static double number(Unit *unit, const char *symbol, double value) {
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, "%.5g", value);
    double rounded = g_ascii_strtod(digits, NULL);
    if (symbol)
        g_string_append_printf(unit->tex, "\\mark{%s}{", symbol);
    char *exponent = strchr(digits, 'e');
    if (isinf(value))
        g_string_append(unit->tex, value > 0 ? "\\infty" : "-\\infty");
    else if (isnan(value))
        g_string_append(unit->tex, "\\mathrm{NaN}");
    else if (exponent)
        g_string_append_printf(unit->tex, "%.*s \\cdot 10^{%d}", (int)(exponent - digits), digits,
                               atoi(exponent + 1));
    else
        g_string_append(unit->tex, digits);
    if (symbol)
        g_string_append_c(unit->tex, '}');
    return rounded;
}

/* The same as a factor, or a term behind another one. */
static double factor(Unit *unit, const char *symbol, double value) {
    g_string_append(unit->tex, value < 0 ? "(" : "");
    double rounded = number(unit, symbol, value);
    g_string_append(unit->tex, value < 0 ? ")" : "");
    return rounded;
}

/* --- sums of multiples --- */

typedef struct {
    double weight, x, size;
} Product;

static int by_size(gconstpointer a, gconstpointer b) {
    const Product *p = a, *q = b;
    return (p->size < q->size) - (p->size > q->size);
}

/* What @symbol calls the factors of x: the weights where there are any. */
static const char *factor_symbol(const Unit *unit) {
    const FaltungLayer *layer = &unit->layer;
    if (layer->n_parameters > 0 && strcmp(layer->parameters[0].name, "weight") == 0)
        return "weight";
    return layer->n_inputs > 1 ? "z" : NULL;
}

static void write_product(Unit *unit, const Product *product, gboolean first) {
    g_string_append(unit->tex, first ? "" : " \\\\ &{}+ ");
    double weight = 1;
    if (product->weight != 1) {
        weight = factor(unit, factor_symbol(unit), product->weight);
        g_string_append(unit->tex, " \\cdot ");
    }
    unit->value += weight * (first && weight == 1 ? number : factor)(unit, "x", product->x);
}

static void write_sum(Unit *unit, double constant, const char *constant_symbol, GArray *products) {
    g_array_sort(products, by_size);
    gboolean first = TRUE;
    if (constant != 0 || products->len == 0) {
        unit->value += number(unit, constant_symbol, constant);
        first = FALSE;
    }
    for (guint i = 0; i < MIN(products->len, MOST_NUMBERS); i++) {
        write_product(unit, &g_array_index(products, Product, i), first);
        first = FALSE;
    }
    double rest = 0;
    for (guint i = MOST_NUMBERS; i < products->len; i++) {
        const Product *product = &g_array_index(products, Product, i);
        rest += product->weight * product->x;
    }
    if (products->len > MOST_NUMBERS) {
        g_string_append(unit->tex, " \\\\ &{}+ \\underbrace{");
        unit->value += factor(unit, NULL, rest);
        g_string_append_printf(unit->tex, "}_{%d}", (int)products->len - MOST_NUMBERS);
    }
}

/* The products of input @k's values and their gradients. */
static void add_products(const Unit *unit, int k, GArray *products) {
    for (size_t i = 0; i < unit->input_sizes[k]; i++) {
        Product product = {unit->reference.input_gradients[k][i], unit->reference.inputs[k][i], 0};
        product.size = fabs(product.weight * product.x);
        if (product.weight != 0)
            g_array_append_val(products, product);
    }
}

static gboolean is_sum(double constant, const GArray *products, double value) {
    double sum = constant, size = fabs(constant);
    for (guint i = 0; i < products->len; i++) {
        const Product *product = &g_array_index(products, Product, i);
        sum += product->weight * product->x;
        size += product->size;
    }
    return fabs(sum - value) <= 1e-9 * size;
}

/* As a sum over the first @n inputs, the others staying as they are. */
static gboolean write_linear_in(Unit *unit, int n, double value) {
    const double *inputs[FALTUNG_MAX_INPUTS];
    memcpy(inputs, unit->reference.inputs, sizeof inputs);
    g_autoptr(GArray) products = g_array_new(FALSE, FALSE, sizeof(Product));
    for (int k = 0; k < n; k++) {
        add_products(unit, k, products);
        inputs[k] = room(unit, unit->input_sizes[k]);
    }
    double constant = computed(unit, inputs);
    if (!is_sum(constant, products, value))
        return FALSE;
    write_sum(unit, constant, unit->layer.n_parameters > 0 ? "bias" : NULL, products);
    return TRUE;
}

/* Where the value is linear in all inputs, or, as products of inputs are, in the first one. */
static gboolean write_linear(Unit *unit) {
    double value = computed(unit, unit->reference.inputs);
    unit->layer.operation->backward_reference(&unit->reference);
    return write_linear_in(unit, unit->layer.n_inputs, value) || write_linear_in(unit, 1, value);
}

/* --- an equation with the numbers in it --- */

/* The option called @name, or NaN. */
static double option_number(const FaltungLayer *layer, const char *name) {
    const FaltungOptionSpec *spec = layer->operation->kind.options;
    for (; spec && spec->name; spec++) {
        if (strcmp(spec->name, name) == 0 && spec->type == FALTUNG_NUMBER)
            return *(const double *)((const char *)layer->options + spec->offset);
    }
    return NAN;
}

/* Behind the brace that closes the one at @tex. */
static const char *behind_braces(const char *tex) {
    int depth = 0;
    do {
        depth += (*tex == '{') - (*tex == '}');
    } while (*tex++ && depth > 0);
    return tex;
}

/* The equation's right side, with numbers where it has x and options; the value is the reference
   code's for them. */
static void write_equation(Unit *unit) {
    const FaltungLayer *layer = &unit->layer;
    gboolean indices = layer->operation->n_indices != NULL;
    size_t at = indices ? unit->index / layer->output_shape.dims[1] : unit->index;
    double *x = (double *)unit->reference.inputs[0], written = x[at];
    const char *tex = strstr(layer->operation->equation, " = ") + strlen(" = ");
    for (const char *mark; (mark = strstr(tex, "\\mark{"));) {
        const char *name = mark + strlen("\\mark{"), *body = strchr(name, '}') + 1;
        g_autofree char *symbol = g_strndup(name, body - 1 - name);
        double option = option_number(layer, symbol);
        gboolean is_x = strcmp(symbol, "x") == 0, replaced = is_x || !isnan(option);
        g_string_append_len(unit->tex, tex, (replaced ? mark : body) - tex);
        if (replaced && is_x)
            written = factor(unit, symbol, x[at]);
        else if (replaced)
            factor(unit, symbol, option);
        tex = replaced ? behind_braces(body) : body;
    }
    g_string_append(unit->tex, tex);
    x[at] = written;
    unit->value = computed(unit, unit->reference.inputs);
}

/* --- what is written out --- */

/* Which row (pixel, time step) and column (channel, feature) the value is at. */
static void place_of(const Unit *unit, int *row, int *column) {
    const FaltungShape *shape = &unit->layer.output_shape;
    int rows = faltung_layout_rows(shape), columns = faltung_layout_columns(shape);
    gboolean map = faltung_layout_is_map(shape);
    *row = (int)(map ? unit->index % rows : unit->index / columns);
    *column = (int)(map ? unit->index / rows : unit->index % columns);
}

static int by_value(gconstpointer a, gconstpointer b) {
    double p = *(const double *)a, q = *(const double *)b;
    return (p < q) - (p > q);
}

static GArray *sorted(GArray *values) {
    g_array_sort(values, by_value);
    return values;
}

/* The largest of them. */
static void write_maximum(Unit *unit, GArray *values) {
    unit->value = -INFINITY;
    g_string_append(unit->tex, "\\max(");
    for (guint i = 0; i < MIN(values->len, MOST_NUMBERS); i++) {
        g_string_append(unit->tex, i > 0 ? ", \\, " : "");
        unit->value = fmax(unit->value, number(unit, "x", g_array_index(values, double, i)));
    }
    g_string_append(unit->tex, values->len > MOST_NUMBERS ? ", \\, \\ldots)" : ")");
}

/* The values that a maximum is taken of. */
static GArray *under_window(const Unit *unit) {
    const FaltungLayer *layer = &unit->layer;
    const FaltungShape *input = &layer->input_shapes[0];
    GArray *values = g_array_new(FALSE, FALSE, sizeof(double));
    int row, column, n = faltung_layout_rows(input);
    place_of(unit, &row, &column);
    FaltungPoolSide sides[3];
    FaltungPoolWindow window = {0};
    gboolean slides = layer->operation->window != NULL;
    if (slides) {
        faltung_pool_sides(layer, sides);
        window = faltung_pool_window(sides, row);
        n = window.n;
    }
    for (int t = 0; t < n; t++) {
        int pixel = slides ? faltung_pool_pixel(sides, &window, t) : t;
        double x = unit->reference.inputs[0][faltung_layout_field(input, pixel, column)];
        g_array_append_val(values, x);
    }
    return sorted(values);
}

/* e^x over the sum of those of its row; or the logarithm of that. */
static void write_softmax(Unit *unit, gboolean logarithm) {
    const FaltungShape *shape = &unit->layer.output_shape;
    int row, column;
    place_of(unit, &row, &column);
    const double *x = unit->reference.inputs[0];
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    for (int c = 0; c < faltung_layout_columns(shape); c++)
        g_array_append_val(values, x[faltung_layout_field(shape, row, c)]);
    sorted(values);
    g_string_append(unit->tex, logarithm ? "" : "\\frac{e^{");
    double own = number(unit, "x", x[unit->index]), sum = 0, rest = 0;
    g_string_append(unit->tex, logarithm ? " - \\ln \\left( " : "}}{");
    for (guint i = 0; i < values->len; i++) {
        double each = g_array_index(values, double, i);
        if (i >= MOST_NUMBERS) {
            rest += exp(each);
            continue;
        }
        g_string_append(unit->tex, i > 0 ? " + e^{" : "e^{");
        sum += exp(number(unit, "x", each));
        g_string_append(unit->tex, "}");
    }
    if (values->len > MOST_NUMBERS) {
        g_string_append(unit->tex, " + \\underbrace{");
        sum += number(unit, NULL, rest);
        g_string_append_printf(unit->tex, "}_{%d}", (int)values->len - MOST_NUMBERS);
    }
    g_string_append(unit->tex, logarithm ? " \\right)" : "}");
    unit->value = logarithm ? own - log(sum) : exp(own) / sum;
}

/* Mean and variance of the values that it is normalized with. */
static void moments(const Unit *unit, int row, int column, double *mean, double *variance) {
    const FaltungLayer *layer = &unit->layer;
    if (layer->n_parameters > 2) { /* kept from the training */
        *mean = unit->reference.parameters[2][column];
        *variance = unit->reference.parameters[3][column];
        return;
    }
    const FaltungShape *shape = &layer->output_shape;
    int n = faltung_layout_columns(shape), first = row * n;
    if (faltung_layout_is_map(shape)) {
        int groups = ((const FaltungNormalize *)layer->options)->groups;
        int channels = groups ? n / groups : 1;
        n = channels * faltung_layout_rows(shape);
        first = column / channels * n;
    }
    const double *x = unit->reference.inputs[0] + first;
    *mean = *variance = 0;
    for (int i = 0; i < n; i++)
        *mean += x[i] / n;
    for (int i = 0; i < n; i++)
        *variance += (x[i] - *mean) * (x[i] - *mean) / n;
}

static void write_normalization(Unit *unit) {
    int row, column;
    double mean, variance, epsilon = option_number(&unit->layer, "epsilon");
    place_of(unit, &row, &column);
    moments(unit, row, column, &mean, &variance);
    double gamma = factor(unit, "gamma", unit->reference.parameters[0][column]);
    g_string_append(unit->tex, " \\cdot \\frac{");
    double x = number(unit, "x", unit->reference.inputs[0][unit->index]);
    g_string_append(unit->tex, " - ");
    mean = factor(unit, "mean", mean);
    g_string_append(unit->tex, "}{\\sqrt{");
    variance = number(unit, "variance", variance);
    g_string_append(unit->tex, " + ");
    epsilon = number(unit, "epsilon", epsilon);
    g_string_append(unit->tex, "}} + ");
    double beta = factor(unit, "beta", unit->reference.parameters[1][column]);
    unit->value = gamma * (x - mean) / sqrt(variance + epsilon) + beta;
}

/* --- all of it --- */

static gboolean write_right_side(Unit *unit) {
    const FaltungOperation *operation = unit->layer.operation;
    const char *name = operation->kind.name;
    if (strcmp(name, "softmax") == 0 || strcmp(name, "log_softmax") == 0) {
        write_softmax(unit, name[0] == 'l');
        return TRUE;
    }
    if (operation->n_indices || (operation->flags & FALTUNG_IS_ACTIVATION)) {
        write_equation(unit);
        return TRUE;
    }
    if (operation->group == FALTUNG_GROUP_NORMALIZATION) {
        write_normalization(unit);
        return TRUE;
    }
    if (strstr(name, "max_pool")) {
        g_autoptr(GArray) values = under_window(unit);
        write_maximum(unit, values);
        return TRUE;
    }
    return write_linear(unit);
}

FaltungArithmetic *faltung_arithmetic_new(const FaltungLayer *layer, size_t index,
                                          const float *const *inputs,
                                          const float *const *parameters) {
    if (faltung_layer_flops(layer) > MOST_OPERATIONS)
        return NULL;
    Unit unit;
    unit_init(&unit, layer, index, inputs, parameters);
    FaltungArithmetic *arithmetic = NULL;
    if (write_right_side(&unit)) {
        g_autofree char *right = g_string_free(unit.tex, FALSE);
        unit.tex = g_string_new("\\begin{aligned} ");
        number(&unit, "y", unit.value);
        g_string_append_printf(unit.tex, " &= %s \\end{aligned}", right);
        arithmetic = g_new(FaltungArithmetic, 1);
        *arithmetic = (FaltungArithmetic){g_string_free(unit.tex, FALSE), unit.value};
        unit.tex = NULL;
    }
    unit_clear(&unit);
    return arithmetic;
}

void faltung_arithmetic_free(FaltungArithmetic *arithmetic) {
    g_free(arithmetic->tex);
    g_free(arithmetic);
}
