/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fold.h"

#include "core/config/experiment.h"
#include "tests/core/cases.h"

#include <math.h>

/* Folding: of every operation that says it can take a scale, with options that are drawn. */

/* The case with batch normalization behind its layer, and an activation behind that. Returns:
   whether it can be there. */
static gboolean append_norm(Case *c, guint32 number) {
    static const char *const activations[] = {"relu", "tanh", "gelu", NULL};
    FaltungLayer *tested = faltung_graph_layer(c->graph, c->tested);
    faltung_variant_clear(&tested->activation);
    FaltungLayer *norm =
        faltung_graph_add(c->graph, faltung_operation_find("batch_norm", NULL), "norm");
    const char *activation = activations[number % G_N_ELEMENTS(activations)];
    if (activation)
        faltung_variant_init(&norm->activation, &faltung_operation_find(activation, NULL)->kind);
    return faltung_graph_infer(c->graph, NULL, NULL);
}

static float *outputs_of(FaltungNetwork *network, const Case *c, const float *samples) {
    size_t size = faltung_shape_size(faltung_graph_output(c->graph));
    float *outputs = g_new(float, CASE_BATCH *size);
    faltung_network_set_input(network, CASE_BATCH, samples);
    faltung_network_forward(network, FALSE, 0);
    for (int n = 0; n < CASE_BATCH; n++)
        faltung_network_read_output(network, c->tested + 1, n, outputs + n * size);
    return outputs;
}

/* The values are sums of products near 1; folded, each product is rounded once more. */
static void compare_folded(Case *c, guint32 number) {
    if (!append_norm(c, number))
        return;
    size_t size = CASE_BATCH * faltung_shape_size(faltung_graph_output(c->graph));
    g_autofree float *samples = case_samples(c, number, FALSE, CASE_BATCH);
    g_autoptr(FaltungNetwork) network = case_network_with(c, number, FALSE, 2, 0);
    g_autofree float *plain = outputs_of(network, c, samples);
    network = faltung_network_fold(network);
    const FaltungLayer *norm = faltung_graph_layer(faltung_network_graph(network), c->tested + 1);
    g_assert_cmpstr(norm->operation->kind.name, !=, "batch_norm");
    g_autofree float *folded = outputs_of(network, c, samples);
    float largest = 1;
    for (size_t i = 0; i < size; i++)
        largest = fmaxf(largest, fabsf(plain[i]));
    for (size_t i = 0; i < size; i++)
        if (!(fabsf(plain[i] - folded[i]) <= 5e-6f * largest))
            g_error("%s: %zu is %.9g, folded %.9g", c->text, i, plain[i], folded[i]);
}

static void test_operation(gconstpointer data) {
    const FaltungOperation *operation = data;
    for (guint32 number = 0; number < 40; number++) {
        g_autoptr(Case) drawn = case_new(operation, number);
        if (drawn)
            compare_folded(drawn, number);
    }
    for (guint32 number = 0;; number++) {
        g_autoptr(Case) chosen = case_chosen(operation, number);
        if (!chosen)
            return;
        compare_folded(chosen, number);
    }
}

/* What somebody else looks at stays as it is. */
static void test_not_folded(void) {
    static const char *const networks[] = {
        "input: [2, 6, 6]\nlayers:\n"
        "- conv2d: {filters: 4, kernel: 3, activation: relu}\n"
        "- batch_norm:\n",
        "input: [2, 6, 6]\nlayers:\n"
        "- conv2d: {name: a, filters: 4, kernel: 3}\n"
        "- batch_norm: {name: b}\n"
        "- add: {inputs: [a, b]}\n",
        "input: [2, 6, 6]\nlayers:\n"
        "- conv2d: {name: a, filters: 2, kernel: 3, padding: same}\n"
        "- batch_norm:\n"
        "- conv2d: {tied: a, filters: 2, kernel: 3, padding: same}\n",
        "input: [2, 6, 6]\nlayers:\n"
        "- conv2d: {name: a, filters: 2, kernel: 3, padding: same, activation: relu}\n"
        "- conv2d: {tied: a, filters: 2, kernel: 3, padding: same}\n"
        "- batch_norm:\n",
        "input: [2, 6, 6]\nlayers:\n"
        "- batch_norm:\n"
        "- conv2d: {filters: 2, kernel: 3, padding: same}\n",
    };
    for (guint i = 0; i < G_N_ELEMENTS(networks); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(networks[i], "<test>", &error);
        g_assert_no_error(error);
        FaltungNetwork *network = faltung_network_new(graph, 1, 2, 0, 1);
        g_autoptr(FaltungNetwork) folded = faltung_network_fold(network);
        g_assert_true(folded == network);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++) {
        const FaltungOperation *operation = (const FaltungOperation *)*kind;
        g_autofree char *path = g_strdup_printf("/fold/%s", operation->kind.name);
        if (operation->flags & FALTUNG_TAKES_SCALE)
            g_test_add_data_func(path, operation, test_operation);
    }
    g_test_add_func("/fold/not-folded", test_not_folded);
    return g_test_run();
}
