/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/arithmetic.h"
#include "core/graph/reference.h"
#include "core/ops/recurrent.h"
#include "tests/core/cases.h"

#include <stdio.h>
#include <string.h>

/*
 * Writes for every operation of the table how some of its values are computed, a line each:
 *
 *     operation, the value by the reference code, the value of the arithmetic, its TeX
 *
 * divided by tabs. Where nothing is written the last two are missing. check-arithmetic.py reads it.
 */

enum { CASES = 4, RECURRENT_CASES = 16 /* of many options */, VALUES = 3 };

static float *narrowed(const double *values, size_t n) {
    float *narrow = g_new(float, n);
    for (size_t i = 0; i < n; i++)
        narrow[i] = (float)values[i];
    return narrow;
}

/* Ends the sequence early, where that is padding to @layer. Returns: (nullable): its output then,
   by the reference code. */
static double *pad(const FaltungLayer *layer, float *input, FaltungReferenceNetwork *network,
                   int index) {
    const FaltungShape *shape = &layer->input_shapes[0];
    if (!layer->operation->cell || layer->activation.kind ||
        !((const FaltungRecurrentOptions *)layer->options)->padded)
        return NULL;
    size_t n = faltung_shape_size(shape);
    memset(input + n / 2, 0, (n - n / 2) * sizeof *input);
    g_autofree double *wide = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        wide[i] = input[i];
    double *output = g_new0(double, faltung_shape_size(&layer->output_shape));
    FaltungReference r = {.layer = layer, .batch = 1, .inputs = {wide}, .output = output};
    for (int p = 0; p < layer->n_parameters; p++)
        r.parameters[p] = faltung_reference_network_parameter(network, index, p);
    layer->operation->forward_reference(&r);
    return output;
}

static void write_case(const Case *c, guint32 number) {
    const FaltungLayer *layer = faltung_graph_layer(c->graph, c->tested);
    g_autoptr(FaltungNetwork) network = case_network(c, number, FALSE, 1);
    g_autoptr(FaltungReferenceNetwork) reference = faltung_reference_network_new(c->graph, 1);
    faltung_reference_network_copy_parameters(reference, network);
    g_autofree float *samples = case_samples(c, number, FALSE, 1);
    size_t n = faltung_shape_size(&c->graph->input);
    g_autofree double *wide = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        wide[i] = samples[i];
    faltung_reference_network_forward(reference, wide, FALSE, 1, 0);

    float *inputs[FALTUNG_MAX_INPUTS], *parameters[FALTUNG_MAX_PARAMETERS];
    for (int k = 0; k < layer->n_inputs; k++)
        inputs[k] = narrowed(layer->inputs[k] == FALTUNG_INPUT
                                 ? wide
                                 : faltung_reference_network_output(reference, layer->inputs[k]),
                             faltung_shape_size(&layer->input_shapes[k]));
    for (int p = 0; p < layer->n_parameters; p++)
        parameters[p] = narrowed(faltung_reference_network_parameter(reference, c->tested, p),
                                 faltung_shape_size(&layer->parameters[p].shape));
    g_autofree double *padded = pad(layer, inputs[0], reference, c->tested);
    const double *output = padded ? padded : faltung_reference_network_output(reference, c->tested);
    size_t size = faltung_shape_size(&layer->output_shape);
    for (size_t i = 0; i < VALUES; i++) {
        size_t index = (i * 7 + 1) * size / (VALUES * 7);
        g_autoptr(FaltungArithmetic) arithmetic = faltung_arithmetic_new(
            layer, index, (const float *const *)inputs, (const float *const *)parameters);
        printf("%s\t%.17g", layer->operation->kind.name, output[index]);
        if (arithmetic)
            printf("\t%.17g\t%s", arithmetic->value, arithmetic->tex);
        printf("\n");
    }
    for (int k = 0; k < layer->n_inputs; k++)
        g_free(inputs[k]);
    for (int p = 0; p < layer->n_parameters; p++)
        g_free(parameters[p]);
}

int main(void) {
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++) {
        const FaltungOperation *operation = (const FaltungOperation *)*kind;
        int written = 0, n = operation->group == FALTUNG_GROUP_RECURRENT ? RECURRENT_CASES : CASES;
        for (guint32 number = 0; written < n; number++) {
            g_autoptr(Case) c = case_new(operation, number);
            if (c) {
                write_case(c, number);
                written++;
            }
        }
    }
    return 0;
}
