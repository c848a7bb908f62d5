/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/arithmetic-private.h"

#include "core/graph/activation-layer.h"
#include "core/ops/equation.h"
#include "core/ops/layout.h"
#include "core/ops/normalize.h"
#include "core/ops/pool.h"
#include "core/ops/symbols.h"
#include "core/ops/time_distributed.h"

#include <math.h>
#include <string.h>

#define MOST_OPERATIONS 2e8 /* that the reference code may do for it */

/* --- the reference code --- */

double *faltung_unit_room(FaltungUnit *unit, size_t n) {
    double *values = g_new0(double, n);
    g_ptr_array_add(unit->memory, values);
    return values;
}

static double *widened(FaltungUnit *unit, const float *values, size_t n) {
    double *wide = faltung_unit_room(unit, n);
    for (size_t i = 0; i < n; i++)
        wide[i] = values[i];
    return wide;
}

/* Without inputs and parameters. */
static void unit_init(FaltungUnit *unit, const FaltungLayer *layer, size_t index,
                      const char *prefix) {
    *unit = (FaltungUnit){.layer = *layer,
                          .index = index,
                          .prefix = prefix,
                          .before = g_string_new(NULL),
                          .tex = g_string_new(NULL),
                          .memory = g_ptr_array_new_with_free_func(g_free)};
    size_t size = faltung_shape_size(&layer->output_shape);
    unit->layer.options = g_memdup2(layer->options, layer->operation->kind.options_size);
    g_ptr_array_add(unit->memory, unit->layer.options);
    if (layer->operation->without_penalty)
        layer->operation->without_penalty(unit->layer.options);
    double *one = faltung_unit_room(unit, size);
    one[index] = 1;
    unit->reference = (FaltungReference){
        .layer = &unit->layer,
        .batch = 1,
        .output = faltung_unit_room(unit, size),
        .output_gradient = one,
    };
}

/* Has the input @k, of the values @x. */
static void set_input(FaltungUnit *unit, int k, const double *x) {
    unit->input_sizes[k] = faltung_shape_size(&unit->layer.input_shapes[k]);
    unit->reference.inputs[k] = x;
    unit->reference.input_gradients[k] = faltung_unit_room(unit, unit->input_sizes[k]);
}

static void set_parameters(FaltungUnit *unit, const float *const *parameters) {
    for (int p = 0; p < unit->layer.n_parameters; p++) {
        size_t n = faltung_shape_size(&unit->layer.parameters[p].shape);
        unit->reference.parameters[p] = widened(unit, parameters[p], n);
        unit->reference.parameter_gradients[p] = faltung_unit_room(unit, n);
    }
}

static void unit_clear(FaltungUnit *unit) {
    g_ptr_array_unref(unit->memory);
    g_string_free(unit->before, TRUE);
    g_string_free(unit->tex, TRUE);
}

/* The value with these inputs. */
static double computed(const FaltungUnit *unit, const double *const *inputs) {
    FaltungReference r = unit->reference;
    memcpy(r.inputs, inputs, sizeof r.inputs);
    unit->layer.operation->forward_reference(&r);
    return r.output[unit->index];
}

/* --- sums of multiples --- */

/* What @symbol calls the factors of x: the weights where there are any. */
static const char *factor_symbol(const FaltungUnit *unit) {
    const FaltungLayer *layer = &unit->layer;
    if (layer->n_parameters > 0 && strcmp(layer->parameters[0].name, "weight") == 0)
        return "weight";
    return layer->n_inputs > 1 ? "z" : NULL;
}

/* The products of input @k's values and their gradients. */
static void add_products(const FaltungUnit *unit, int k, GArray *products) {
    const char *symbol = factor_symbol(unit);
    for (size_t i = 0; i < unit->input_sizes[k]; i++) {
        double weight = unit->reference.input_gradients[k][i];
        if (weight != 0)
            faltung_products_add(products, weight, symbol, unit->reference.inputs[k][i], "x");
    }
}

static gboolean is_sum(const GArray *products, double value) {
    double size = 0;
    for (guint i = 0; i < products->len; i++) {
        const FaltungProduct *product = &g_array_index(products, FaltungProduct, i);
        size += fabs(product->weight * product->x);
    }
    return fabs(faltung_products_sum(products) - value) <= 1e-9 * size;
}

/* As a sum over the first @n inputs, the others staying as they are. */
static gboolean write_linear_in(FaltungUnit *unit, int n, double value) {
    const double *inputs[FALTUNG_MAX_INPUTS];
    memcpy(inputs, unit->reference.inputs, sizeof inputs);
    for (int k = 0; k < n; k++)
        inputs[k] = faltung_unit_room(unit, unit->input_sizes[k]);
    double constant = computed(unit, inputs);
    g_autoptr(GArray) products = faltung_products_list();
    if (constant != 0)
        faltung_products_add(products, 1, NULL, constant,
                             unit->layer.n_parameters > 0 ? "bias" : NULL);
    guint n_first = products->len;
    for (int k = 0; k < n; k++)
        add_products(unit, k, products);
    if (!is_sum(products, value))
        return FALSE;
    faltung_write_sum(unit, products, n_first, FALTUNG_MOST_NUMBERS);
    return TRUE;
}

/* Where the value is linear in all inputs, or, as products of inputs are, in the first one. */
static gboolean write_linear(FaltungUnit *unit) {
    double value = computed(unit, unit->reference.inputs);
    unit->layer.operation->backward_reference(&unit->reference);
    return write_linear_in(unit, unit->layer.n_inputs, value) || write_linear_in(unit, 1, value);
}

/* --- an equation with the numbers in it --- */

const void *faltung_unit_option(const FaltungUnit *unit, const char *name) {
    const FaltungOptionSpec *spec = faltung_kind_option(&unit->layer.operation->kind, name, NULL);
    return spec ? (const char *)unit->layer.options + spec->offset : NULL;
}

/* The number that the option called @name is, or NaN. */
static double option_number(const FaltungUnit *unit, const char *name) {
    const FaltungOptionSpec *spec = faltung_kind_option(&unit->layer.operation->kind, name, NULL);
    gboolean number = spec && spec->type == FALTUNG_NUMBER;
    return number ? *(const double *)faltung_unit_option(unit, name) : NAN;
}

/* The equation's right side, with numbers where it has x and options; the value is the reference
   code's for them. */
static void write_equation(FaltungUnit *unit) {
    const FaltungLayer *layer = &unit->layer;
    gboolean indices = layer->operation->n_indices != NULL;
    size_t at = indices ? unit->index / layer->output_shape.dims[1] : unit->index;
    double *x = (double *)unit->reference.inputs[0], written = x[at];
    g_autofree char *equation = faltung_equation_prefixed(layer->operation->equation, unit->prefix);
    const char *tex = strstr(equation, " = ") + strlen(" = ");
    gboolean replaced = FALSE;
    for (const char *mark; (mark = strstr(tex, "\\mark{"));) {
        const char *name = mark + strlen("\\mark{") + strlen(unit->prefix);
        const char *body = strchr(name, '}') + 1;
        g_autofree char *symbol = g_strndup(name, body - 1 - name);
        double option = option_number(unit, symbol);
        gboolean is_x = strcmp(symbol, "x") == 0;
        gboolean behind_number = replaced && tex + strspn(tex, " ") == mark;
        replaced = is_x || !isnan(option);
        g_string_append_len(unit->tex, tex, (replaced ? mark : body) - tex);
        g_string_append(unit->tex, replaced && behind_number ? "\\cdot " : "");
        if (replaced && is_x)
            written = faltung_write_factor(unit, symbol, x[at]);
        else if (replaced)
            faltung_write_factor(unit, symbol, option);
        tex = replaced ? faltung_tex_behind_braces(body) : body;
    }
    g_string_append(unit->tex, tex);
    x[at] = written;
    unit->value = computed(unit, unit->reference.inputs);
}

/* --- what is written out --- */

/* Which row (pixel, time step) and column (channel, feature) the value is at. */
static void place_of(const FaltungUnit *unit, int *row, int *column) {
    const FaltungShape *shape = &unit->layer.output_shape;
    int rows = faltung_layout_rows(shape), columns = faltung_layout_columns(shape);
    gboolean map = faltung_layout_is_map(shape);
    *row = (int)(map ? unit->index % rows : unit->index / columns);
    *column = (int)(map ? unit->index / rows : unit->index % columns);
}

/* The largest of them. */
static void write_maximum(FaltungUnit *unit, GArray *values) {
    unit->value = -INFINITY;
    g_string_append(unit->tex, "\\max(");
    for (guint i = 0; i < MIN(values->len, FALTUNG_MOST_NUMBERS); i++) {
        g_string_append(unit->tex, i > 0 ? ", \\, " : "");
        unit->value =
            fmax(unit->value, faltung_write_number(unit, "x", g_array_index(values, double, i)));
    }
    g_string_append(unit->tex, values->len > FALTUNG_MOST_NUMBERS ? ", \\, \\ldots)" : ")");
}

/* The values that a maximum is taken of. */
static GArray *under_window(const FaltungUnit *unit) {
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
    return faltung_values_sort(values);
}

/* Of the values of its row. */
static void write_softmax(FaltungUnit *unit, gboolean logarithm) {
    const FaltungShape *shape = &unit->layer.output_shape;
    int row, column;
    place_of(unit, &row, &column);
    const double *x = unit->reference.inputs[0];
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    for (int c = 0; c < faltung_layout_columns(shape); c++)
        g_array_append_val(values, x[faltung_layout_field(shape, row, c)]);
    faltung_write_softmax(unit, x[unit->index], values, "x", logarithm);
}

/* Mean and variance of the values that it is normalized with. */
static void moments(const FaltungUnit *unit, int row, int column, double *mean, double *variance) {
    const FaltungLayer *layer = &unit->layer;
    if (layer->n_parameters > 2) { /* kept from the training */
        *mean = unit->reference.parameters[2][column];
        *variance = unit->reference.parameters[3][column];
        return;
    }
    const FaltungShape *shape = &layer->output_shape;
    const double *x = unit->reference.inputs[0];
    gboolean of_row = strcmp(layer->operation->kind.name, "layer_norm") == 0;
    int rows = of_row ? 1 : faltung_layout_rows(shape), columns = faltung_layout_columns(shape);
    int groups = ((const FaltungNormalize *)layer->options)->groups;
    int width = of_row ? columns : groups ? columns / groups : 1;
    int first_row = of_row ? row : 0, first = column / width * width, n = rows * width;
    *mean = *variance = 0;
    for (int i = 0; i < n; i++)
        *mean += x[faltung_layout_field(shape, first_row + i / width, first + i % width)] / n;
    for (int i = 0; i < n; i++) {
        double value = x[faltung_layout_field(shape, first_row + i / width, first + i % width)];
        *variance += (value - *mean) * (value - *mean) / n;
    }
}

static void write_normalization(FaltungUnit *unit) {
    int row, column;
    double mean, variance, epsilon = option_number(unit, "epsilon");
    place_of(unit, &row, &column);
    moments(unit, row, column, &mean, &variance);
    double gamma = faltung_write_factor(unit, "gamma", unit->reference.parameters[0][column]);
    g_string_append(unit->tex, " \\cdot \\frac{");
    double x = faltung_write_number(unit, "x", unit->reference.inputs[0][unit->index]);
    g_string_append(unit->tex, " - ");
    mean = faltung_write_factor(unit, "mean", mean);
    g_string_append(unit->tex, "}{\\sqrt{");
    variance = faltung_write_number(unit, "variance", variance);
    g_string_append(unit->tex, " + ");
    epsilon = faltung_write_number(unit, "epsilon", epsilon);
    g_string_append(unit->tex, "}} + ");
    double beta = faltung_write_factor(unit, "beta", unit->reference.parameters[1][column]);
    unit->value = gamma * (x - mean) / sqrt(variance + epsilon) + beta;
}

/* --- all of it --- */

/* Returns: whether the right side is written. */
static gboolean write_right_side(FaltungUnit *unit) {
    const FaltungOperation *operation = unit->layer.operation;
    const char *name = operation->kind.name;
    if (strcmp(name, "softmax") == 0 || strcmp(name, "log_softmax") == 0)
        write_softmax(unit, name[0] == 'l');
    else if (operation->n_indices || (operation->flags & FALTUNG_IS_ACTIVATION))
        write_equation(unit);
    else if (operation->group == FALTUNG_GROUP_NORMALIZATION)
        write_normalization(unit);
    else if (strstr(name, "max_pool")) {
        g_autoptr(GArray) values = under_window(unit);
        write_maximum(unit, values);
    } else
        return write_linear(unit);
    return TRUE;
}

/* All statements, up to the value. */
static gboolean write_statements(FaltungUnit *unit) {
    if (unit->layer.operation->cell)
        faltung_write_recurrent(unit);
    else if (strcmp(unit->layer.operation->kind.name, "multi_head_attention") == 0)
        faltung_write_attention(unit);
    else if (write_right_side(unit))
        faltung_write_end(unit, NULL);
    else
        return FALSE;
    return TRUE;
}

/* What the layer's activation makes of the value that was written last; of @unit's output. */
static void write_activation(FaltungUnit *unit, const FaltungLayer *layer) {
    FaltungLayer activation = faltung_activation_layer(layer);
    FaltungUnit behind;
    computed(unit, unit->reference.inputs);
    unit->reference.output[unit->index] = unit->last;
    unit_init(&behind, &activation, unit->index, FALTUNG_ACTIVATION_SYMBOL);
    set_input(&behind, 0, unit->reference.output);
    write_right_side(&behind);
    faltung_write_end(&behind, NULL);
    g_string_append_printf(unit->before, " \\\\ %s", behind.before->str);
    unit->last = behind.last;
    unit_clear(&behind);
}

/* At one step. */
static FaltungArithmetic *at_step(const FaltungLayer *layer, size_t index,
                                  const float *const *inputs, const float *const *parameters) {
    FaltungLayer each = faltung_time_distributed_each(layer);
    size_t size = faltung_shape_size(&each.output_shape), step = index / size;
    const float *input = inputs[0] + step * faltung_shape_size(&each.input_shapes[0]);
    return faltung_arithmetic_new(&each, index % size, &input, parameters);
}

FaltungArithmetic *faltung_arithmetic_new(const FaltungLayer *layer, size_t index,
                                          const float *const *inputs,
                                          const float *const *parameters) {
    if (strcmp(layer->operation->kind.name, "time_distributed") == 0)
        return at_step(layer, index, inputs, parameters);
    if (faltung_layer_flops(layer) > MOST_OPERATIONS)
        return NULL;
    FaltungUnit unit;
    unit_init(&unit, layer, index, "");
    for (int k = 0; k < layer->n_inputs; k++)
        set_input(&unit, k, widened(&unit, inputs[k], faltung_shape_size(&layer->input_shapes[k])));
    set_parameters(&unit, parameters);
    FaltungArithmetic *arithmetic = NULL;
    if (write_statements(&unit)) {
        if (layer->activation.kind)
            write_activation(&unit, layer);
        arithmetic = g_new(FaltungArithmetic, 1);
        arithmetic->tex = g_strdup_printf("\\begin{aligned} %s \\end{aligned}", unit.before->str);
        arithmetic->value = unit.last;
    }
    unit_clear(&unit);
    return arithmetic;
}

void faltung_arithmetic_free(FaltungArithmetic *arithmetic) {
    g_free(arithmetic->tex);
    g_free(arithmetic);
}
