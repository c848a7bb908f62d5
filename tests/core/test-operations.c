/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/cases.h"

#include "core/ops/equation.h"
#include "core/ops/layout.h"
#include "core/ops/symbols.h"

#include <math.h>
#include <string.h>

/*
 * One tester for all operations. It walks the table: a new operation is tested without a line
 * here. Each test runs CASES networks with drawn options; a failure names the case.
 */

enum { CASES = 24, LEAST_CASES = 8 };

typedef char *(*Check)(const Case *c, guint32 number);

static gboolean check_case(const Case *c, guint32 number, Check check) {
    g_autofree char *failure = check(c, number);
    if (!failure)
        return TRUE;
    g_test_message("case %u, %s: %s", number, c->text, failure);
    g_test_fail();
    return FALSE;
}

static void run_check(const FaltungOperation *operation, Check check) {
    int n = 0;
    for (guint32 number = 0; number < 40 * CASES && n < CASES; number++) {
        g_autoptr(Case) c = case_new(operation, number);
        if (!c)
            continue;
        n++;
        if (!check_case(c, number, check))
            return;
    }
    g_assert_cmpint(n, >=, LEAST_CASES);
    /* the reference knows no other ways, so these are for the kernels */
    for (guint32 number = 0; check != case_gradients; number++) {
        g_autoptr(Case) c = case_chosen(operation, number);
        if (!c || !check_case(c, number, check))
            return;
    }
}

static char *check_exact(const Case *c, guint32 number) {
    return case_compare(c, number, TRUE, FALSE);
}

static char *check_close(const Case *c, guint32 number) {
    return case_compare(c, number, FALSE, TRUE);
}

/* Output and gradients of one forward and backward pass, as bits. */
static GBytes *bits_of(const Case *c, guint32 number, int threads, int batch) {
    g_autoptr(FaltungNetwork) network = case_network(c, number, FALSE, threads);
    size_t output = batch * faltung_shape_size(faltung_graph_output(c->graph));
    g_autofree float *samples = case_samples(c, number, FALSE, batch);
    faltung_network_set_input(network, batch, samples);
    GByteArray *bits = g_byte_array_new();
    g_byte_array_append(bits, (const guint8 *)faltung_network_forward(network, TRUE, 5),
                        output * sizeof(float));
    case_fill(number, FALSE, output, faltung_network_output_gradient(network));
    faltung_network_backward(network);
    g_byte_array_append(bits, (const guint8 *)faltung_network_gradients(network),
                        faltung_network_block_size(network) * sizeof(float));
    return g_byte_array_free_to_bytes(bits);
}

static char *check_threads(const Case *c, guint32 number) {
    g_autoptr(GBytes) one = bits_of(c, number, 1, CASE_BATCH);
    static const int threads[] = {2, 3, 8, 64};
    /* starting many threads takes long where there are few cores: now and then is enough */
    guint n = number % 8 == 0 ? 4 : 2;
    for (guint i = 0; i < n; i++) {
        g_autoptr(GBytes) many = bits_of(c, number, threads[i], CASE_BATCH);
        if (!g_bytes_equal(one, many))
            return g_strdup_printf("%d threads give other bits than one", threads[i]);
    }
    return NULL;
}

/* A batch that ends early must not read what an earlier, larger one left behind. */
static char *check_smaller_batch(const Case *c, guint32 number) {
    g_autoptr(FaltungNetwork) fresh = case_network(c, number, FALSE, 1);
    g_autoptr(FaltungNetwork) used = case_network(c, number, FALSE, 1);
    size_t output = faltung_shape_size(faltung_graph_output(c->graph)), most = CASE_BATCH + 2;
    g_autofree float *samples = case_samples(c, number + 50, FALSE, most);
    faltung_network_set_input(used, most, samples);
    faltung_network_forward(used, TRUE, 1);
    case_fill(number, FALSE, most * output, faltung_network_output_gradient(used));
    faltung_network_backward(used);

    FaltungNetwork *networks[] = {fresh, used};
    for (int i = 0; i < 2; i++) {
        faltung_network_forget(networks[i], TRUE);
        faltung_network_set_input(networks[i], 3, samples);
        faltung_network_forward(networks[i], TRUE, 2);
        case_fill(number + 1, FALSE, 3 * output, faltung_network_output_gradient(networks[i]));
        faltung_network_backward(networks[i]);
    }
    if (memcmp(faltung_network_gradients(fresh), faltung_network_gradients(used),
               faltung_network_block_size(fresh) * sizeof(float)) != 0)
        return g_strdup("a batch of 3 after one of 7 gives other gradients than alone");
    return faltung_network_intact(used) ? NULL : g_strdup("something was written past its buffer");
}

/* The output of sample @sample of the tested layer, outside training. */
static float *output_of(const Case *c, FaltungNetwork *network, const float *samples, int sample) {
    float *values = g_new(float, faltung_shape_size(faltung_graph_output(c->graph)));
    faltung_network_set_input(network, CASE_BATCH, samples);
    faltung_network_forward(network, FALSE, 1);
    faltung_network_read_output(network, c->tested, sample, values);
    return values;
}

static gboolean has_nan(const float *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (isnan(values[i]))
            return TRUE;
    return FALSE;
}

/* What is not a number goes through, and stays in its sample, which is the second. */
static char *check_nan(const Case *c, guint32 number) {
    if (faltung_graph_n_indices(c->graph) > 0)
        return NULL;
    g_autoptr(FaltungNetwork) network = case_network(c, number, FALSE, 2);
    size_t input = faltung_shape_size(&c->graph->input);
    size_t n = faltung_shape_size(faltung_graph_output(c->graph));
    g_autofree float *samples = case_samples(c, number, FALSE, CASE_BATCH);
    g_autofree float *before = output_of(c, network, samples, 1);
    for (size_t i = 0; i < input; i++)
        samples[input + i] = 1 - 2 * samples[input + i];
    g_autofree float *other = output_of(c, network, samples, 1);
    if (memcmp(before, other, n * sizeof(float)) == 0)
        return NULL; /* a window that reads nothing but padding */
    for (size_t i = 0; i < input; i++)
        samples[input + i] = NAN;
    for (int sample = 0; sample < CASE_BATCH; sample++) {
        g_autofree float *values = output_of(c, network, samples, sample);
        if (has_nan(values, n) != (sample == 1))
            return g_strdup_printf("sample 1 is not a number, but the output of sample %d is %s",
                                   sample, sample == 1 ? "one" : "none either");
    }
    return NULL;
}

/* Gradients of the first layer, which is before the tested one, as bits. */
static GBytes *bits_before(const Case *c, guint32 number) {
    g_autoptr(FaltungNetwork) network = case_network(c, number, FALSE, 2);
    g_autofree float *samples = case_samples(c, number, FALSE, CASE_BATCH);
    faltung_network_set_input(network, CASE_BATCH, samples);
    /* as used, not as trained: a frozen batch normalization measures nothing */
    faltung_network_forward(network, FALSE, 5);
    case_fill(number, FALSE, CASE_BATCH * faltung_shape_size(faltung_graph_output(c->graph)),
              faltung_network_output_gradient(network));
    const FaltungLayer *tested = faltung_graph_layer(c->graph, c->tested);
    float *gradients = faltung_network_gradients(network);
    for (int p = 0; tested->frozen && p < tested->n_parameters; p++)
        gradients[tested->parameters[p].offset] = 7;
    faltung_network_backward(network);
    for (int p = 0; tested->frozen && p < tested->n_parameters; p++)
        if (gradients[tested->parameters[p].offset] != 7)
            return NULL;
    const FaltungLayer *first = faltung_graph_layer(c->graph, 0);
    GByteArray *bits = g_byte_array_new();
    for (int p = 0; p < first->n_parameters; p++)
        g_byte_array_append(bits, (const guint8 *)(gradients + first->parameters[p].offset),
                            first->parameters[p].packed_size * sizeof(float));
    return g_byte_array_free_to_bytes(bits);
}

/* A frozen layer computes no gradients of its own, and lets the others through as ever. */
static char *check_frozen(const Case *c, guint32 number) {
    Case frozen = *c;
    if (c->tested == 0 || faltung_graph_layer(c->graph, c->tested)->n_parameters == 0)
        return NULL;
    g_autoptr(FaltungGraph) graph = faltung_graph_copy(c->graph);
    frozen.graph = graph;
    faltung_graph_layer(graph, c->tested)->frozen = TRUE;
    if (!faltung_graph_infer(graph, NULL, NULL))
        return NULL; /* nothing is learned in it, so it cannot be frozen */
    g_autoptr(GBytes) learned = bits_before(c, number);
    g_autoptr(GBytes) through = bits_before(&frozen, number);
    if (!through)
        return g_strdup("a gradient of a frozen layer was written");
    return g_bytes_equal(learned, through)
               ? NULL
               : g_strdup("through a frozen layer the gradient has other bits");
}

static const struct {
    const char *name;
    Check check;
    gboolean once; /* not for every instruction set */
} checks[] = {
    {"kernels-equal-reference-on-integers", check_exact},
    {"kernels-equal-reference", check_close},
    {"reference-gradients-are-numeric", case_gradients, TRUE},
    {"same-bits-on-any-threads", check_threads},
    {"smaller-batch-and-buffer-ends", check_smaller_batch},
    {"not-a-number-goes-through", check_nan},
    {"frozen-layers-pass-gradients", check_frozen},
};

typedef struct {
    const FaltungOperation *operation;
    Check check;
} Test;

static void run(gconstpointer data) {
    const Test *test = data;
    run_check(test->operation, test->check);
}

/* -- does the tester notice? -------------------------------------------------------------- */

static const FaltungOperation *mutated_from;

static void flipped_backward(const FaltungStep *step) {
    mutated_from->backward(step);
    size_t n = faltung_shape_size(&step->layer->input_shapes[0]) * step->batch;
    float *gradient = step->input_gradients[0];
    if (mutated_from->n_indices) { /* only the parameters have one */
        n = step->layer->parameters[0].packed_size;
        gradient = step->parameter_gradients[0];
    }
    for (size_t i = 0; gradient && i < n; i++)
        gradient[i] = -gradient[i];
}

static void scaled_forward(const FaltungStep *step) {
    mutated_from->forward(step);
    /* one output of one sample is off by a thousandth */
    step->output[0] = step->output[0] * 1.001f + 0.001f;
}

static void dropped_term(const FaltungReference *r) {
    mutated_from->backward_reference(r);
    double *gradient = r->input_gradients[0];
    if (mutated_from->n_indices) {
        int row = r->inputs[0][0]; /* of the first index: there is something to drop */
        const FaltungShape *shape = &r->layer->parameters[0].shape;
        gradient = r->parameter_gradients[0] + row * (faltung_shape_size(shape) / shape->dims[0]);
    }
    gradient[0] = 0;
}

/* Exactly where the outputs are integers, nearly where they never are (a normalization). */
static char *check_values(const Case *c, guint32 number) {
    char *failure = check_exact(c, number);
    return failure ? failure : check_close(c, number);
}

static gboolean has_gradient(const FaltungOperation *operation) {
    for (guint32 number = 0; operation->n_indices; number++) {
        g_autoptr(Case) c = case_new(operation, number);
        if (c)
            return faltung_graph_n_parameters(c->graph) > 0;
    }
    return TRUE;
}

static gboolean notices(Check check, const FaltungOperation *mutant) {
    gboolean noticed = FALSE;
    for (guint32 number = 0; number < 40 * CASES && !noticed; number++) {
        g_autoptr(Case) c = case_new(mutant, number);
        g_autofree char *failure = c ? check(c, number) : NULL;
        noticed = failure != NULL;
    }
    return noticed;
}

/* A copy of each operation with one mistake in it: the check that is there for it must fail. */
static void test_mutations(gconstpointer data) {
    const FaltungOperation *operation = data;
    mutated_from = operation;
    struct {
        const char *name;
        FaltungOperation copy;
        Check check;
    } mutants[] = {
        {"wrong value in forward", *operation, check_values},
        {"flipped sign in backward", *operation, check_close},
        {"dropped term in the reference", *operation, case_gradients},
    };
    mutants[0].copy.forward = scaled_forward;
    mutants[1].copy.backward = flipped_backward;
    mutants[2].copy.backward_reference = dropped_term;
    /* what has no gradient at all (one_hot) can have no mistake in it */
    guint n = has_gradient(operation) ? G_N_ELEMENTS(mutants) : 1;
    for (guint m = 0; m < n; m++) {
        gboolean noticed = notices(mutants[m].check, &mutants[m].copy);
        /* an lstm makes fractions of all integers: nothing of it can be compared exactly */
        if (!noticed && mutants[m].check == check_exact)
            noticed = notices(check_close, &mutants[m].copy);
        if (!noticed) {
            g_test_message("%s: %s was not noticed", operation->kind.name, mutants[m].name);
            g_test_fail();
        }
    }
}

static void test_descriptor(gconstpointer data) {
    const FaltungOperation *operation = data;
    g_assert_nonnull(operation->kind.title);
    g_assert_nonnull(operation->kind.summary);
    g_assert_nonnull(operation->equation);
    g_assert_nonnull(faltung_group_title(operation->group));
    g_assert_true(operation->forward && operation->backward && operation->infer_shape);
    g_assert_true(operation->max_inputs >= 1);
    void *values = faltung_options_new(&operation->kind);
    for (const FaltungOptionSpec *spec = operation->kind.options; spec && spec->name; spec++) {
        g_assert_nonnull(spec->summary);
        if (spec->fallback || spec->nullable)
            continue;
        /* else nobody could insert the layer without having read about it */
        g_assert_nonnull(spec->example);
        g_assert_true(faltung_option_parse(spec, values, spec->example, NULL));
    }
    faltung_options_free(&operation->kind, values);
    const char *source = faltung_operation_source(operation);
    g_assert_nonnull(source);
    g_assert_nonnull(strstr(source, "_forward_reference"));
    g_assert_nonnull(strstr(source, "_backward_reference"));
    g_assert_cmpint(faltung_operation_source_line(operation), >, 1);
}

static void expect(const FaltungOperation *operation, gboolean holds, const char *symbol,
                   const char *what) {
    if (!holds) {
        g_test_message("%s: the symbol %s %s", operation->kind.name, symbol, what);
        g_test_fail();
    }
}

/* Every symbol of the equation is in the code, and what the code computes with is in the equation.
 */
static void test_symbols(gconstpointer data) {
    const FaltungOperation *operation = data;
    const char *code = faltung_operation_source(operation);
    g_auto(GStrv) symbols = faltung_symbols(operation->equation, "");
    g_assert_cmpint(g_strv_length(symbols), >, 0);
    for (int i = 0; symbols[i]; i++) {
        size_t start = 0, end = 0;
        expect(operation, faltung_symbol_next(code, symbols[i], &start, &end), symbols[i],
               "is not in the code");
        for (; faltung_symbol_next(code, symbols[i], &start, &end); start = end) {
            g_autofree char *found = faltung_symbol_at(operation, operation->equation, end - 1);
            g_assert_cmpstr(found, ==, symbols[i]);
        }
    }
    g_autoptr(Case) c = NULL;
    for (guint32 number = 0; !c; number++)
        c = case_new(operation, number);
    const FaltungLayer *layer = faltung_graph_layer(c->graph, c->tested);
    g_autoptr(GPtrArray) used = g_ptr_array_new();
    g_ptr_array_add(used, "x");
    g_ptr_array_add(used, "y");
    for (int p = 0; p < layer->n_parameters; p++) {
        char *name = layer->parameters[p].name ? (char *)layer->parameters[p].name : "";
        if (strcmp(name, "weight_ch") != 0) /* peepholes: the general equation has none */
            g_ptr_array_add(used, name);
    }
    for (guint i = 0; i < used->len; i++) {
        size_t start = 0, end;
        if (faltung_symbol_next(code, used->pdata[i], &start, &end))
            expect(operation, g_strv_contains((const char *const *)symbols, used->pdata[i]),
                   used->pdata[i], "is not in the equation");
        if (i >= 2)
            g_assert_cmpint(faltung_symbol_place(layer, used->pdata[i]), ==,
                            FALTUNG_SYMBOL_AT_PARAMETER);
    }
    for (const FaltungInner *inner = faltung_layer_inner(layer); inner->name; inner++)
        if (inner->symbol)
            expect(operation, g_strv_contains((const char *const *)symbols, inner->symbol),
                   inner->symbol, "is not in the equation");
    g_autofree char *plain = faltung_equation_plain(operation->equation);
    g_assert_null(strstr(plain, "\\mark"));
}

/* The same of layers: their own equation, with all that they have learned and nothing else. */
static void test_layer_equations(gconstpointer data) {
    const FaltungOperation *operation = data;
    const char *code = faltung_operation_source(operation);
    for (guint32 number = 0; number < 40; number++) {
        g_autoptr(Case) c = case_new(operation, number);
        if (!c)
            continue;
        const FaltungLayer *layer = faltung_graph_layer(c->graph, c->tested);
        g_autofree char *equation = faltung_layer_equation(layer);
        g_auto(GStrv) symbols = faltung_symbols(equation, "");
        for (int i = 0; symbols[i]; i++) {
            size_t start = 0, end;
            expect(operation, faltung_symbol_next(code, symbols[i], &start, &end), symbols[i],
                   "of a layer's equation is not in the code");
            if (strstr(symbols[i], "bias"))
                expect(operation,
                       faltung_symbol_place(layer, symbols[i]) == FALTUNG_SYMBOL_AT_PARAMETER,
                       symbols[i], "is in the equation of a layer without it");
        }
        for (int p = 0; p < layer->n_parameters; p++) {
            const char *name = layer->parameters[p].name;
            size_t start = 0, end;
            if (faltung_symbol_next(code, name, &start, &end))
                expect(operation, g_strv_contains((const char *const *)symbols, name), name,
                       "is not in the layer's equation");
        }
    }
}

static void test_plain_equation(void) {
    g_autofree char *plain = faltung_equation_plain(
        "\\mark{y}{y_{\\mark{x}{x_t} u}} = \\left\\{ \\mark{b}{b} \\right\\}");
    g_assert_cmpstr(plain, ==, "y_{x_t u} = \\left\\{ b \\right\\}");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    /* with an instruction set chosen, only what depends on it */
    gboolean once = g_getenv("FALTUNG_ISA") == NULL;
    if (once)
        g_test_add_func("/operations/plain_equation", test_plain_equation);
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++) {
        const FaltungOperation *operation = (const FaltungOperation *)*kind;
        g_autofree char *path = g_strdup_printf("/operations/%s/descriptor", (*kind)->name);
        if (once)
            g_test_add_data_func(path, operation, test_descriptor);
        g_autofree char *symbols = g_strdup_printf("/operations/%s/symbols", (*kind)->name);
        if (once)
            g_test_add_data_func(symbols, operation, test_symbols);
        g_autofree char *layers = g_strdup_printf("/operations/%s/layer_equations", (*kind)->name);
        if (once)
            g_test_add_data_func(layers, operation, test_layer_equations);
        for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
            if (checks[i].once && !once)
                continue;
            g_autofree char *name =
                g_strdup_printf("/operations/%s/%s", (*kind)->name, checks[i].name);
            Test *test = g_new(Test, 1);
            *test = (Test){operation, checks[i].check};
            g_test_add_data_func_full(name, test, run, g_free);
        }
        g_autofree char *mutations = g_strdup_printf("/operations/%s/mutations", (*kind)->name);
        if (once)
            g_test_add_data_func(mutations, operation, test_mutations);
    }
    return g_test_run();
}
