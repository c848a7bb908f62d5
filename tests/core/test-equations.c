/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/equation.h"
#include "core/ops/symbols.h"
#include "tests/core/equations.h"

static void test_equation(gconstpointer data) {
    guint i = GPOINTER_TO_UINT(data);
    g_autoptr(FaltungExperiment) experiment = equation_experiment(i);
    g_autofree char *equation = faltung_layer_equation(faltung_graph_layer(experiment->graph, 0));
    g_autofree char *plain = faltung_equation_plain(equation);
    g_assert_cmpstr(plain, ==, equations[i].expected);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(equations); i++) {
        g_autofree char *path = g_strdup_printf("/equations/%u", i);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_equation);
    }
    return g_test_run();
}
