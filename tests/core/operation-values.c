/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/cases.h"

#include "core/config/experiment.h"
#include "core/ops/layout.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Prints what every operation computes, as one line of JSON a case, for compare-operations.py to
 * compute again with PyTorch. Walks the table, so that no operation is left out.
 *
 * With arguments `NUMBER MODE NETWORK` it prints that network's last layer alone, for accuracy.py:
 * NUMBER keys the values, MODE is `training` or `evaluation`, NETWORK is YAML.
 */

enum { CASES = 12 };

static void print_values(const char *key, size_t n, const float *values) {
    printf("\"%s\": [", key);
    for (size_t i = 0; i < n; i++)
        printf(i ? ", %.9g" : "%.9g", values[i]);
    printf("], ");
}

static void print_shape(const char *key, const FaltungShape *shape) {
    printf("\"%s\": [", key);
    for (int i = 0; i < shape->rank; i++)
        printf(i ? ", %d" : "%d", shape->dims[i]);
    printf("], ");
}

static void print_options(const char *key, const FaltungKind *kind, const void *options) {
    printf("\"%s\": {", key);
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        g_autofree char *text = faltung_option_format(spec, options);
        printf("\"%s\": \"%s\"%s", spec->name, text, spec[1].name ? ", " : "");
    }
    printf("}, ");
}

/* (batch, ...) of a layer's output or its gradient, in the field's layout. */
static void print_layer(const char *key, const FaltungNetwork *network, int index,
                        gboolean gradient) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    size_t size = faltung_shape_size(&layer->output_shape);
    g_autofree float *values = g_new(float, CASE_BATCH *size);
    for (int n = 0; n < CASE_BATCH; n++) {
        if (gradient)
            faltung_network_read_output_gradient(network, index, n, values + n * size);
        else
            faltung_network_read_output(network, index, n, values + n * size);
    }
    print_values(key, CASE_BATCH * size, values);
}

/* (batch, ...) of all that lies inside the layer. */
static void print_inner(const FaltungNetwork *network, int index) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    printf("\"inner\": {");
    for (const FaltungInner *inner = faltung_layer_inner(layer); inner->name; inner++) {
        FaltungShape shape = faltung_inner_shape(layer, inner, NULL);
        size_t size = faltung_shape_size(&shape);
        g_autofree float *values = g_new(float, CASE_BATCH *size);
        for (int n = 0; n < CASE_BATCH; n++)
            faltung_network_read_inner(network, index, inner, n, values + n * size);
        printf("%s\"%s\": {", inner == faltung_layer_inner(layer) ? "" : ", ", inner->name);
        print_shape("shape", &shape);
        print_values("values", CASE_BATCH * size, values);
        printf("\"parameter\": %d}", inner->parameter);
    }
    printf("}, ");
}

static void print_case(const Case *c, guint32 number, gboolean training) {
    g_autoptr(FaltungNetwork) network = case_network(c, number, FALSE, 2);
    size_t input = CASE_BATCH * faltung_shape_size(&c->graph->input);
    g_autofree float *samples = case_samples(c, number, FALSE, CASE_BATCH);
    faltung_network_set_input(network, CASE_BATCH, samples);
    faltung_network_go_on(network, TRUE);
    if (faltung_graph_carries(c->graph)) /* samples that are the end of themselves */
        faltung_network_forward(network, training, 0);
    faltung_network_forward(network, training, 0);

    const FaltungLayer *layer = faltung_graph_layer(c->graph, c->tested);
    printf("{\"operation\": \"%s\", \"n_inputs\": %d, ", c->operation->kind.name, layer->n_inputs);
    print_inner(network, c->tested);
    gboolean indices = c->operation->n_indices != NULL;
    size_t output = faltung_shape_size(&layer->output_shape);
    g_autofree float *gradient = g_new(float, CASE_BATCH *output);
    case_fill(number + 1, FALSE, CASE_BATCH * output, gradient);
    for (int n = 0; n < CASE_BATCH; n++)
        faltung_layout_to_inside(&layer->output_shape, gradient + n * output,
                                 faltung_network_output_gradient(network) + n * output);
    faltung_network_backward(network);

    print_options("options", &c->operation->kind, layer->options);
    if (layer->activation.kind) {
        printf("\"activation\": \"%s\", ", layer->activation.kind->name);
        print_options("activation_options", layer->activation.kind, layer->activation.options);
    }
    for (const FaltungOptionSpec *spec = c->operation->kind.options; spec && spec->name; spec++) {
        const FaltungVariant *inner = (const void *)((const char *)layer->options + spec->offset);
        if (spec->type == FALTUNG_VARIANT && spec->table == faltung_operations)
            print_options("inner_options", inner->kind, inner->options);
    }
    print_shape("input_shape", &layer->input_shapes[0]);
    print_shape("second_shape", &layer->input_shapes[MIN(1, layer->n_inputs - 1)]);
    print_values("second_input", layer->n_inputs > 1 ? input : 0, samples);
    printf("\"indices\": %d, ", indices);
    if (indices)
        print_values("input", input, samples);
    else
        print_layer("input", network, layer->inputs[0], FALSE);
    print_layer("output", network, c->tested, FALSE);
    printf("\"penalty\": %.9g, ", faltung_network_penalty(network, c->tested));
    print_values("output_gradient", CASE_BATCH * output, gradient);
    if (!indices)
        print_layer("input_gradient", network, layer->inputs[0], TRUE);
    printf("\"parameters\": {");
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        size_t size = faltung_shape_size(&parameter->shape);
        g_autofree float *values = g_new(float, size);
        printf("%s\"%s\": {", p ? ", " : "", parameter->name);
        print_shape("shape", &parameter->shape);
        faltung_network_unpack(network, faltung_network_parameters(network), c->tested, p, values);
        print_values("values", size, values);
        faltung_network_unpack(network, faltung_network_gradients(network), c->tested, p, values);
        print_values("gradient", size, values);
        printf("\"measured\": %d}", parameter->measured);
    }
    printf("}}\n");
}

static void print_given(guint32 number, gboolean training, const char *text) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(text, "network", &error);
    g_assert_no_error(error);
    int tested = graph->layers->len - 1;
    Case c = {
        .operation = faltung_graph_layer(graph, tested)->operation,
        .graph = graph,
        .tested = tested,
        .text = (char *)text,
    };
    print_case(&c, number, training);
}

int main(int argc, char **argv) {
    if (argc == 4) {
        print_given(atoi(argv[1]), g_str_equal(argv[2], "training"), argv[3]);
        return 0;
    }
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++) {
        int n = 0;
        for (guint32 number = 0; number < 60 * CASES && n < CASES; number++) {
            g_autoptr(Case) c = case_new((const FaltungOperation *)*kind, number);
            if (!c)
                continue;
            print_case(c, number, FALSE);
            n++;
        }
    }
    return 0;
}
