/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/cases.h"

#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/pool.h"

#include <math.h>
#include <string.h>

/* -- drawing options ---------------------------------------------------------------------- */

static int draw(const FaltungRandom *random, guint64 *element, int low, int high) {
    return low + (int)(faltung_random_uniform(random, (*element)++) * (high - low + 1));
}

/* A shape of as many values as the input has, now and then with a -1 for what follows from it. */
static char *draw_dimensions(size_t size, const FaltungRandom *random, guint64 *element) {
    FaltungShape shape = {.rank = draw(random, element, 1, 4)};
    for (int i = 0; i < shape.rank; i++) {
        int divisor = i == shape.rank - 1 ? (int)size : draw(random, element, 1, 12);
        while (size % divisor != 0)
            divisor--;
        shape.dims[i] = divisor;
        size /= divisor;
    }
    int open = draw(random, element, 0, 2 * shape.rank);
    if (open < shape.rank)
        shape.dims[open] = -1;
    return faltung_shape_to_yaml(&shape);
}

/* One of 1 to @high that the option takes, or of -@high where it takes less than 0. */
static char *draw_integer(const FaltungOptionSpec *spec, int high, const FaltungRandom *random,
                          guint64 *element) {
    if (spec->maximum > spec->minimum)
        high = MIN(high, (int)spec->maximum);
    int low = spec->minimum < 0 ? MAX(-high, (int)spec->minimum) : 1;
    return g_strdup_printf("%d", MAX((int)spec->minimum, draw(random, element, low, high)));
}

/* The axes of the input, from 1, in any order. */
static char *draw_axes(int rank, const FaltungRandom *random, guint64 *element) {
    FaltungShape axes = {.rank = rank};
    for (int k = 0; k < rank; k++) {
        int place = draw(random, element, 0, k);
        axes.dims[k] = axes.dims[place];
        axes.dims[place] = k + 1;
    }
    return faltung_shape_to_yaml(&axes);
}

static char *draw_sizes(int sides, int low, const FaltungRandom *random, guint64 *element) {
    FaltungShape sizes = {.rank = sides};
    for (int side = 0; side < sides; side++)
        sizes.dims[side] = draw(random, element, low, low + 3);
    return faltung_shape_to_yaml(&sizes);
}

static const char *const inner[] = {"layer_norm", "softmax",         "relu",
                                    "flatten",    "global_avg_pool", "multi_head_attention"};

static void draw_option(const FaltungOptionSpec *spec, void *options, const FaltungShape *input,
                        const FaltungRandom *random, guint64 *element) {
    g_autofree char *text = NULL;
    int n_choices = spec->choices ? g_strv_length((char **)spec->choices) : 0;
    switch (spec->type) {
    case FALTUNG_INTEGER: /* rounding adds up from one layer of a stack to the next */
        text = draw_integer(spec, g_str_equal(spec->name, "layers") ? 3 : 37, random, element);
        break;
    case FALTUNG_NUMBER:
        text = g_strdup_printf("%g", draw(random, element, 1, 3) * 0.25 * MIN(1, spec->maximum));
        break;
    case FALTUNG_SWITCH:
        text = g_strdup(draw(random, element, 0, 1) ? "true" : "false");
        break;
    case FALTUNG_CHOICE:
        text = g_strdup(spec->choices[draw(random, element, 0, n_choices - 1)]);
        break;
    case FALTUNG_SIZES: {
        int choice = draw(random, element, 0, 2 * n_choices + 1);
        int low = MAX((int)spec->minimum, 0);
        if (choice < n_choices)
            text = g_strdup(spec->choices[choice]);
        else
            text = draw_sizes(faltung_option_sides(spec), low, random, element);
        break;
    }
    case FALTUNG_DIMENSIONS:
        text = g_str_equal(spec->name, "axes")
                   ? draw_axes(input->rank, random, element)
                   : draw_dimensions(faltung_shape_size(input), random, element);
        break;
    case FALTUNG_VARIANT: /* an operation in an operation: one that has no option that must be given
                           */
        if (spec->table != faltung_operations)
            return;
        text = g_strdup(inner[draw(random, element, 0, G_N_ELEMENTS(inner) - 1)]);
        break;
    case FALTUNG_TEXT:
    case FALTUNG_NUMBERS:
    case FALTUNG_GROUP:
        return;
    }
    g_assert_true(faltung_option_parse(spec, options, text, NULL));
}

static void draw_small_integers(const FaltungOptionSpec *specs, void *options,
                                const FaltungRandom *random, guint64 *element) {
    for (const FaltungOptionSpec *spec = specs; spec && spec->name; spec++) {
        if (spec->type != FALTUNG_INTEGER)
            continue;
        g_autofree char *text = draw_integer(spec, 4, random, element);
        g_assert_true(faltung_option_parse(spec, options, text, NULL));
    }
}

static char *describe(const FaltungLayer *layer, const FaltungShape *input) {
    GString *text = g_string_new(layer->operation->kind.name);
    const char *separator = ": {";
    for (const FaltungOptionSpec *spec = layer->operation->kind.options; spec && spec->name;
         spec++) {
        g_autofree char *value = faltung_option_format(spec, layer->options);
        g_string_append_printf(text, "%s%s: %s", separator, spec->name, value);
        separator = ", ";
    }
    if (layer->activation.kind)
        g_string_append_printf(text, "%sactivation: %s", separator, layer->activation.kind->name);
    if (*separator == ',' || layer->activation.kind)
        g_string_append_c(text, '}');
    g_autofree char *shape = faltung_shape_format(input);
    g_string_append_printf(text, " of %s", shape);
    return g_string_free(text, FALSE);
}

/* A layer that learns and leaves the shape as it is: a volume's, an image's, a sequence's or a
   vector's. */
static void add_learning_layer(FaltungGraph *graph) {
    static const char *const names[] = {NULL, "dense", "dense", "conv2d", "conv3d"};
    gboolean image = faltung_layout_is_map(&graph->input);
    FaltungLayer *layer =
        faltung_graph_add(graph, faltung_operation_find(names[graph->input.rank], NULL), "first");
    const FaltungKind *kind = &layer->operation->kind;
    g_autofree char *size = g_strdup_printf("%d", faltung_layout_columns(&graph->input));
    const char *key = image ? "filters" : "units";
    faltung_option_parse(faltung_kind_option(kind, key, NULL), layer->options, size, NULL);
    if (image)
        faltung_option_parse(faltung_kind_option(kind, "kernel", NULL), layer->options, "1", NULL);
}

/* A vector, a sequence, an image or a volume. */
static FaltungShape draw_shape(const FaltungRandom *random, guint64 *element) {
    switch (draw(random, element, 0, 4)) {
    case 0:
        return FALTUNG_SHAPE(draw(random, element, 1, 90));
    case 1:
        return FALTUNG_SHAPE(draw(random, element, 1, 9), draw(random, element, 1, 40));
    case 2:
        return FALTUNG_SHAPE(draw(random, element, 1, 9), draw(random, element, 2, 5),
                             draw(random, element, 3, 6), draw(random, element, 3, 6));
    default:
        return FALTUNG_SHAPE(draw(random, element, 1, 19), draw(random, element, 3, 9),
                             draw(random, element, 3, 9));
    }
}

Case *case_new(const FaltungOperation *operation, guint32 number) {
    FaltungRandom random = {.seed = 7, .purpose = FALTUNG_RANDOM_SAMPLE, .step = number};
    guint64 element = 0;
    FaltungShape shape = draw_shape(&random, &element);
    g_autoptr(FaltungGraph) graph = faltung_graph_new(shape);
    if (!operation->n_indices)
        add_learning_layer(graph);
    if (g_str_equal(operation->kind.name, "sparsity")) /* of activities between 0 and 1 */
        faltung_graph_add(graph, faltung_operation_find("sigmoid", NULL), NULL);
    /* what is brought back was pooled in the same way */
    const char *sides = strstr(operation->kind.name, "unpool"); /* unpool2d */
    g_autofree char *pool = sides ? g_strconcat("max_", sides + strlen("un"), NULL) : NULL;
    FaltungLayer *pooling =
        pool ? faltung_graph_add(graph, faltung_operation_find(pool, NULL), NULL) : NULL;
    FaltungLayer *layer = faltung_graph_add(graph, operation, "tested");
    for (const FaltungOptionSpec *spec = operation->kind.options; spec && spec->name; spec++)
        draw_option(spec, layer->options, &shape, &random, &element);
    if (pooling)
        memcpy(pooling->options, layer->options, sizeof(FaltungPool));
    if (operation->max_inputs > 1) {
        layer->n_inputs = 2;
        layer->inputs[1] = FALTUNG_INPUT;
    }
    if (operation->flags & FALTUNG_TAKES_ACTIVATION) {
        const FaltungKind *const *kinds = faltung_activations()->kinds;
        int n = 0;
        while (kinds[n])
            n++;
        int choice = draw(&random, &element, 0, n);
        faltung_variant_init(&layer->activation, kinds[choice]); /* the last: none */
    }
    if (!faltung_graph_infer(graph, NULL, NULL)) {
        /* a number that has to divide another (groups, heads) rarely does, a small one sooner */
        draw_small_integers(operation->kind.options, layer->options, &random, &element);
        if (!faltung_graph_infer(graph, NULL, NULL))
            return NULL;
    }
    Case *c = g_new0(Case, 1);
    c->operation = operation;
    c->tested = graph->layers->len - 1;
    c->text = describe(layer, &shape);
    c->graph = g_steal_pointer(&graph);
    return c;
}

/* Minimal filtering (3 x 3, stride 1, 16 channels and more), whose tiles of 2 x 2 end beyond an odd
   side; strides with every phase; groups, of a channel each, too, and what lies around an image.
   Sequences and heads wider than a panel. */
static const struct {
    const char *operation;
    FaltungShape shape;
    const char *options; /* pairs: "kernel 3 padding 1" */
    const char *activation;
} chosen[] = {
    {"conv2d", FALTUNG_SHAPE(16, 8, 8), "filters 16 kernel 3 padding 1", "relu"},
    {"conv2d", FALTUNG_SHAPE(19, 9, 11), "filters 37 kernel 3 padding 0"},
    {"conv2d", FALTUNG_SHAPE(35, 7, 13), "filters 17 kernel 3 padding 2 bias false"},
    {"conv2d", FALTUNG_SHAPE(64, 12, 12), "filters 80 kernel 3 padding same", "tanh"},
    {"conv2d", FALTUNG_SHAPE(16, 40, 34), "filters 33 kernel 3 padding 1"},
    {"conv2d", FALTUNG_SHAPE(144, 4, 6), "filters 16 kernel 3 padding 1"},
    {"conv2d", FALTUNG_SHAPE(16, 9, 9), "filters 16 kernel 3 padding [3,1]"},
    {"conv2d", FALTUNG_SHAPE(16, 12, 12), "filters 32 kernel 3 padding 1 stride 2"},
    {"conv2d", FALTUNG_SHAPE(5, 11, 14), "filters 8 kernel [5,4] padding 2 stride [2,3]"},
    {"conv2d", FALTUNG_SHAPE(16, 12, 12), "filters 32 kernel 1 stride 2"},
    {"conv2d", FALTUNG_SHAPE(37, 9, 11), "filters 37 kernel 3 padding 1 groups 37", "relu"},
    {"conv2d", FALTUNG_SHAPE(16, 12, 13), "filters 16 kernel [5,2] stride 2 padding 2 groups 16"},
    {"conv2d", FALTUNG_SHAPE(8, 3, 2), "filters 8 kernel 3 padding 3 dilation 2 groups 8 stride 3"},
    {"conv2d", FALTUNG_SHAPE(18, 9, 7),
     "filters 18 kernel 3 padding 2 groups 18 padding_mode reflect dilation 2 bias false"},
    {"conv2d", FALTUNG_SHAPE(12, 9, 11), "filters 20 kernel 3 padding same groups 4", "tanh"},
    {"conv2d", FALTUNG_SHAPE(12, 9, 11), "filters 24 kernel 3 groups 12 stride [2,1]"},
    {"conv2d", FALTUNG_SHAPE(5, 12, 11), "filters 24 kernel [3,2] stride [2,3] dilation [3,2]"},
    {"conv2d", FALTUNG_SHAPE(6, 12, 11), "filters 9 kernel 3 dilation 4 stride 6 padding 5"},
    {"conv2d", FALTUNG_SHAPE(16, 9, 8), "filters 16 kernel 3 padding 1 padding_mode circular"},
    {"conv2d", FALTUNG_SHAPE(6, 9, 8), "filters 6 kernel 4 padding same padding_mode replicate"},
    {"conv1d", FALTUNG_SHAPE(40, 24), "filters 24 kernel 7 padding 6 dilation 2 groups 24"},
    {"conv1d", FALTUNG_SHAPE(40, 3), "filters 5 kernel 5 padding 3 padding_mode circular"},
    {"conv3d", FALTUNG_SHAPE(3, 5, 7, 6), "filters 5 kernel 3 padding 1", "relu"},
    {"conv3d", FALTUNG_SHAPE(16, 6, 7, 6), "filters 36 kernel [2,3,3] stride 2 padding [1,0,2]"},
    {"conv3d", FALTUNG_SHAPE(6, 6, 7, 6), "filters 6 kernel 3 stride [2,1,1] padding 1"},
    {"conv3d", FALTUNG_SHAPE(20, 5, 6, 7),
     "filters 20 kernel 3 padding 1 groups 20 stride [1,2,2]"},
    {"conv3d", FALTUNG_SHAPE(4, 5, 6, 7),
     "filters 6 kernel 3 padding 2 groups 2 dilation 2 padding_mode reflect"},
    {"conv_transpose1d", FALTUNG_SHAPE(19, 16), "filters 12 kernel 4 padding 1 stride 2", "relu"},
    {"conv_transpose2d", FALTUNG_SHAPE(20, 7, 6),
     "filters 20 kernel 4 padding 1 stride 2 groups 20"},
    {"conv_transpose2d", FALTUNG_SHAPE(8, 7, 6),
     "filters 12 kernel 3 padding 1 stride 2 groups 4 dilation 3 output_padding 1"},
    {"conv_transpose3d", FALTUNG_SHAPE(8, 3, 4, 5), "filters 5 kernel 3 padding 1 stride [2,1,3]"},
    {"conv_transpose2d", FALTUNG_SHAPE(16, 9, 8), "filters 33 kernel 3 padding 1", "relu"},
    {"conv_transpose2d", FALTUNG_SHAPE(20, 10, 11), "filters 16 kernel 3 padding 0"},
    {"conv_transpose2d", FALTUNG_SHAPE(16, 7, 6), "filters 8 kernel 4 padding 1 stride 2", "tanh"},
    {"conv_transpose2d", FALTUNG_SHAPE(4, 5, 6), "filters 3 kernel 2 stride 3 output_padding 1"},
    {"conv_transpose2d", FALTUNG_SHAPE(14, 9, 8), "filters 1 kernel 5 padding 2", "tanh"},
    {"conv_transpose2d", FALTUNG_SHAPE(8, 5, 6), "filters 1 kernel 3 stride 2 padding 1"},
    {"multi_head_attention", FALTUNG_SHAPE(90, 48), "heads 3 causal true"},
    {"multi_head_attention", FALTUNG_SHAPE(71, 36), "heads 2 causal false bias false"},
    {"multi_head_attention", FALTUNG_SHAPE(5, 160), "heads 2 causal true"},
};

Case *case_chosen(const FaltungOperation *operation, guint32 number) {
    const char *name = operation->kind.name;
    guint i = 0;
    for (;; i++) {
        if (i == G_N_ELEMENTS(chosen))
            return NULL;
        if (strcmp(chosen[i].operation, name) == 0 && number-- == 0)
            break;
    }
    g_autoptr(FaltungGraph) graph = faltung_graph_new(chosen[i].shape);
    add_learning_layer(graph);
    FaltungLayer *layer = faltung_graph_add(graph, operation, "tested");
    g_auto(GStrv) words = g_strsplit(chosen[i].options, " ", -1);
    for (char **word = words; *word; word += 2)
        g_assert_true(faltung_option_parse(faltung_kind_option(&operation->kind, word[0], NULL),
                                           layer->options, word[1], NULL));
    if (chosen[i].activation)
        faltung_variant_init(&layer->activation,
                             faltung_table_find(faltung_activations(), chosen[i].activation, NULL));
    g_assert_true(faltung_graph_infer(graph, NULL, NULL));
    Case *c = g_new0(Case, 1);
    c->operation = operation;
    c->tested = graph->layers->len - 1;
    c->text = describe(layer, &chosen[i].shape);
    c->graph = g_steal_pointer(&graph);
    return c;
}

void case_free(Case *c) {
    if (!c)
        return;
    faltung_graph_free(c->graph);
    g_free(c->text);
    g_free(c);
}

void case_fill(guint32 number, gboolean integers, size_t n, float *values) {
    FaltungRandom random = {.seed = 11, .purpose = FALTUNG_RANDOM_SAMPLE, .step = number};
    for (size_t i = 0; i < n; i++) {
        if (integers)
            values[i] = (int)(faltung_random_uniform(&random, i) * 7) - 3;
        else
            values[i] = faltung_random_normal(&random, i);
    }
}

float *case_samples(const Case *c, guint32 number, gboolean integers, int batch) {
    size_t size = batch * faltung_shape_size(&c->graph->input);
    float *samples = g_new(float, size);
    case_fill(number, integers, size, samples);
    int n_indices = faltung_graph_n_indices(c->graph);
    FaltungRandom random = {.seed = 13, .purpose = FALTUNG_RANDOM_SAMPLE, .step = number};
    for (size_t i = 0; i < size && n_indices > 0; i++)
        samples[i] = floor(faltung_random_uniform(&random, i) * n_indices);
    return samples;
}

static const FaltungNetworkFlags all_to_look_at =
    FALTUNG_NETWORK_TRAINS | FALTUNG_NETWORK_KEEPS_OUTPUTS | FALTUNG_NETWORK_KEEPS_GRADIENTS |
    FALTUNG_NETWORK_CHECKS;

FaltungNetwork *case_network(const Case *c, guint32 number, gboolean integers, int threads) {
    return case_network_with(c, number, integers, threads, all_to_look_at);
}

FaltungNetwork *case_network_with(const Case *c, guint32 number, gboolean integers, int threads,
                                  FaltungNetworkFlags flags) {
    FaltungNetwork *network = faltung_network_new(c->graph, 3, CASE_BATCH + 2, flags, threads);
    for (guint i = 0; i < c->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(c->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t size = faltung_shape_size(&layer->parameters[p].shape);
            g_autofree float *values = g_new(float, size);
            case_fill(number + 100 * (i * 8 + p + 1), integers, size, values);
            if (layer->parameters[p].measured) /* a variance is positive */
                for (size_t j = 0; j < size; j++)
                    values[j] = fabsf(values[j]) + 1;
            else if (!integers) /* keep the sums near 1 */
                for (size_t j = 0; j < size; j++)
                    values[j] /= sqrtf(MAX(1, layer->parameters[p].fan_in));
            faltung_network_pack(network, faltung_network_parameters(network), i, p, values);
        }
    }
    return network;
}

/* -- kernels against the reference -------------------------------------------------------- */

/* Whether a float holds them exactly, and the sums of larger terms that they come from. */
static gboolean small_integers(size_t n, const double *values) {
    for (size_t i = 0; i < n; i++)
        if (values[i] != rint(values[i]) || fabs(values[i]) >= 0x1p21)
            return FALSE;
    return TRUE;
}

/*
 * Integers that a float holds exactly must be equal bit for bit (where they meet a function that
 * makes fractions of them, that is not the test for it). Other values must be within a tolerance
 * that the largest of the tensor gives, as sums of many terms cancel.
 */
static char *compare(const char *what, gboolean integers, size_t n, const float *fast,
                     const double *reference) {
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = MAX(largest, fabs(reference[i]));
    if (integers && !small_integers(n, reference))
        return NULL;
    double tolerance =
        integers ? 0 : 12e-6 * (largest + 1); /* the terms are near 1, up to a few hundred */
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(fast[i] - reference[i]) <= tolerance))
            return g_strdup_printf("%s[%zu] is %.9g, the reference has %.9g (largest %.9g%s)", what,
                                   i, fast[i], reference[i], largest, integers ? ", exact" : "");
    }
    return NULL;
}

static char *compare_outputs(const Case *c, const FaltungNetwork *network,
                             const FaltungReferenceNetwork *reference, gboolean integers,
                             gboolean gradients) {
    for (guint i = 0; i < c->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(c->graph, i);
        size_t size = faltung_shape_size(&layer->output_shape);
        g_autofree float *values = g_new(float, size);
        for (int n = 0; n < CASE_BATCH; n++) {
            const double *expected;
            g_autofree char *what = g_strdup_printf(
                "%s of %s, sample %d, ", gradients ? "gradient" : "output", layer->name, n);
            if (!gradients) {
                faltung_network_read_output(network, i, n, values);
                expected = faltung_reference_network_output(reference, i);
            } else {
                /* The fast gradient is that before the activation: compared where there is none.
                   Where nothing is learned up to here, none is computed. */
                if (layer->activation.kind ||
                    !faltung_network_read_output_gradient(network, i, n, values))
                    continue;
                expected = faltung_reference_network_output_gradient(reference, i);
            }
            char *difference = compare(what, integers, size, values, expected + n * size);
            if (difference)
                return difference;
        }
    }
    return NULL;
}

static char *compare_parameters(const Case *c, FaltungNetwork *network,
                                FaltungReferenceNetwork *reference, gboolean integers) {
    for (guint i = 0; i < c->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(c->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t size = faltung_shape_size(&layer->parameters[p].shape);
            g_autofree float *values = g_new(float, size);
            g_autofree char *what =
                g_strdup_printf("gradient of %s.%s ", layer->name, layer->parameters[p].name);
            faltung_network_unpack(network, faltung_network_gradients(network), i, p, values);
            char *difference =
                compare(what, integers, size, values,
                        faltung_reference_network_parameter_gradient(reference, i, p));
            if (difference)
                return difference;
        }
    }
    return NULL;
}

static char *compare_input(const FaltungNetwork *network, const FaltungReferenceNetwork *reference,
                           gboolean integers) {
    size_t size = faltung_shape_size(&faltung_network_graph(network)->input);
    const double *expected = faltung_reference_network_input_gradient(reference);
    gboolean indices = faltung_graph_n_indices(faltung_network_graph(network)) > 0;
    g_autofree float *values = g_new(float, size);
    for (int n = 0; n < CASE_BATCH; n++) {
        if (faltung_network_read_input_gradient(network, n, values) == indices)
            return g_strdup("there is a gradient of indices, or none of the input");
        char *difference =
            indices ? NULL
                    : compare("gradient of the input", integers, size, values, expected + n * size);
        if (difference)
            return difference;
    }
    return NULL;
}

/* Where an activation makes fractions or cuts off, a value that is an integer need not come from
   integers. */
static gboolean keeps_integers(const FaltungLayer *layer) {
    const char *name = layer->activation.kind ? layer->activation.kind->name : "linear";
    return g_str_equal(name, "linear") || g_str_equal(name, "relu");
}

char *case_compare(const Case *c, guint32 number, gboolean integers, gboolean training) {
    if (integers && !keeps_integers(faltung_graph_layer(c->graph, c->tested)))
        return NULL;
    /* with and without, since buffers and the layers that have a gradient depend on it */
    gboolean to_input = number / 2 % 2;
    g_autoptr(FaltungNetwork) network = case_network_with(
        c, number, integers, 2, all_to_look_at | (to_input ? FALTUNG_NETWORK_INPUT_GRADIENT : 0));
    g_autoptr(FaltungReferenceNetwork) reference =
        faltung_reference_network_new(c->graph, CASE_BATCH);
    faltung_reference_network_copy_parameters(reference, network);

    size_t input = CASE_BATCH * faltung_shape_size(&c->graph->input);
    g_autofree float *samples = case_samples(c, number, integers, CASE_BATCH);
    g_autofree double *wide = g_new(double, input);
    for (size_t i = 0; i < input; i++)
        wide[i] = samples[i];
    const guint64 step = 17;
    faltung_network_set_input(network, CASE_BATCH, samples);
    faltung_network_forward(network, training, step);
    faltung_reference_network_forward(reference, wide, training, 3, step);
    char *difference = compare_outputs(c, network, reference, integers, FALSE);
    if (difference)
        return difference;
    double penalty = 0;
    for (guint i = 0; i < c->graph->layers->len; i++)
        penalty += faltung_network_penalty(network, i);
    double expected = faltung_reference_network_penalty(reference);
    if (!integers && !(fabs(penalty - expected) <= 1e-5 * (1 + fabs(expected))))
        return g_strdup_printf("the penalty is %.9g, the reference has %.9g", penalty, expected);

    const FaltungShape *shape = faltung_graph_output(c->graph);
    size_t output = faltung_shape_size(shape);
    /* a slope at a sum that is not exact may be another one */
    gboolean slopes =
        !integers ||
        small_integers(CASE_BATCH * output, faltung_reference_network_output(reference, c->tested));
    if (!slopes)
        return NULL;

    g_autofree float *gradient = g_new(float, CASE_BATCH *output);
    g_autofree double *wide_gradient = g_new(double, CASE_BATCH *output);
    case_fill(number + 1, integers, CASE_BATCH * output, gradient);
    for (size_t i = 0; i < CASE_BATCH * output; i++)
        wide_gradient[i] = gradient[i];
    for (int n = 0; n < CASE_BATCH; n++)
        faltung_layout_to_inside(shape, gradient + n * output,
                                 faltung_network_output_gradient(network) + n * output);
    faltung_network_backward(network);
    faltung_reference_network_backward(reference, wide_gradient);
    difference = compare_outputs(c, network, reference, integers, TRUE);
    if (!difference && to_input)
        difference = compare_input(network, reference, integers);
    return difference ? difference : compare_parameters(c, network, reference, integers);
}

/* -- the reference against numeric differentiation ---------------------------------------- */

typedef struct {
    FaltungReferenceNetwork *network;
    const double *samples, *weights; /* of the outputs in the sum that is differentiated */
    size_t n_outputs;
} Objective;

static double objective(const Objective *o) {
    const double *output = faltung_reference_network_forward(o->network, o->samples, TRUE, 3, 17);
    double sum = 0;
    for (size_t i = 0; i < o->n_outputs; i++)
        sum += o->weights[i] * output[i];
    return sum + faltung_reference_network_penalty(o->network);
}

/*
 * Central differences at two distances: where they disagree there is a kink between (ReLU at 0,
 * a maximum that changes) and the value is passed over.
 */
static char *check_gradient(const Objective *o, const char *what, size_t n, double *values,
                            const double *analytic, int *checked) {
    size_t stride = MAX(1, n / 12);
    for (size_t i = 0; i < n; i += stride) {
        double kept = values[i], numeric[2], distance = 1e-5;
        for (int k = 0; k < 2; k++, distance /= 4) {
            values[i] = kept + distance;
            double above = objective(o);
            values[i] = kept - distance;
            double below = objective(o);
            numeric[k] = (above - below) / (2 * distance);
        }
        values[i] = kept;
        double size = MAX(fabs(numeric[1]), 1e-2);
        if (fabs(numeric[0] - numeric[1]) > 1e-5 * size)
            continue;
        ++*checked;
        if (!(fabs(analytic[i] - numeric[1]) <= 1e-5 * size))
            return g_strdup_printf("gradient of %s[%zu] is %.9g, numerically %.9g", what, i,
                                   analytic[i], numeric[1]);
    }
    return NULL;
}

char *case_gradients(const Case *c, guint32 number) {
    g_autoptr(FaltungNetwork) network = case_network(c, number, FALSE, 1);
    g_autoptr(FaltungReferenceNetwork) reference =
        faltung_reference_network_new(c->graph, CASE_BATCH);
    faltung_reference_network_copy_parameters(reference, network);
    size_t input = CASE_BATCH * faltung_shape_size(&c->graph->input);
    size_t output = CASE_BATCH * faltung_shape_size(faltung_graph_output(c->graph));
    g_autofree float *narrow = case_samples(c, number, FALSE, CASE_BATCH);
    g_autofree float *narrow_weights = g_new(float, output);
    g_autofree double *samples = g_new(double, input), *weights = g_new(double, output);
    for (size_t i = 0; i < input; i++)
        samples[i] = narrow[i];
    case_fill(number + 1, FALSE, output, narrow_weights);
    for (size_t i = 0; i < output; i++)
        weights[i] = narrow_weights[i];
    Objective o = {reference, samples, weights, output};
    objective(&o);
    faltung_reference_network_backward(reference, weights);

    int checked = 0;
    g_autofree double *input_gradient =
        g_memdup2(faltung_reference_network_input_gradient(reference), input * sizeof(double));
    char *difference = NULL;
    gboolean constant = TRUE; /* nothing to differentiate by */
    if (faltung_graph_n_indices(c->graph) == 0) {
        difference = check_gradient(&o, "the input", input, samples, input_gradient, &checked);
        constant = FALSE;
    }
    for (guint i = 0; i < c->graph->layers->len && !difference; i++) {
        const FaltungLayer *layer = faltung_graph_layer(c->graph, i);
        constant = constant && layer->n_parameters == 0;
        for (int p = 0; p < layer->n_parameters && !difference; p++) {
            if (layer->parameters[p].measured)
                continue;
            difference = check_gradient(
                &o, layer->parameters[p].name, faltung_shape_size(&layer->parameters[p].shape),
                faltung_reference_network_parameter(reference, i, p),
                faltung_reference_network_parameter_gradient(reference, i, p), &checked);
        }
    }
    if (!difference && checked == 0 && !constant)
        return g_strdup("every value was passed over as a kink");
    return difference;
}
