/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/graph/network.h"
#include "core/ops/parallel.h"

#include <float.h>
#include <omp.h>

/*
 * Denormal numbers are a hundred times slower than others, and a network whose activations fade
 * is full of them: while kernels run they are zero on every thread, and nowhere else.
 */

enum { THREADS = 3 };
#define MUCH 1e9 /* work for which waking threads pays */

/* Whether this thread's arithmetic makes denormals zero: results and operands. */
static gboolean flushes(void) {
    volatile float smallest = FLT_MIN, denormal = FLT_TRUE_MIN, huge = 1.0f / FLT_MIN;
    volatile float result = smallest * 0.5f, operand = denormal * huge;
    return result == 0 && operand == 0;
}

/* How many of the threads flush. */
static int count(int threads) {
    int n = 0;
#pragma omp parallel num_threads(threads) reduction(+ : n)
    n += flushes();
    return n;
}

static void test_begin_and_end(void) {
    /* no threads yet: they are made in between and inherit its mode */
    unsigned mode = faltung_parallel_begin();
    g_assert_true(flushes());
    g_assert_cmpint(faltung_threads_for(THREADS, 1), ==, 1);
    g_assert_cmpint(faltung_threads_for(THREADS, MUCH), ==, THREADS);
    g_assert_cmpint(count(THREADS), ==, THREADS);
    faltung_parallel_end(mode);
    g_assert_cmpint(count(THREADS), ==, 0);
    /* again, and with more threads than the first loop took */
    mode = faltung_parallel_begin();
    faltung_threads_for(2, MUCH);
    faltung_threads_for(THREADS, MUCH);
    g_assert_cmpint(count(THREADS), ==, THREADS);
    faltung_parallel_end(mode);
    g_assert_cmpint(count(THREADS), ==, 0);
}

/* A pass inside a step: the threads that joined in one are still there for the next. */
static void test_nested(void) {
    unsigned outer = faltung_parallel_begin();
    for (int pass = 0; pass < 2; pass++) {
        unsigned mode = faltung_parallel_begin();
        faltung_threads_for(THREADS, MUCH);
        faltung_parallel_end(mode);
        g_assert_cmpint(count(THREADS), ==, THREADS);
    }
    faltung_parallel_end(outer);
    g_assert_cmpint(count(THREADS), ==, 0);
}

/* A caller that has flushed itself keeps it. */
static void test_callers_mode(void) {
    unsigned own = faltung_denormals_flush();
    unsigned mode = faltung_parallel_begin();
    faltung_parallel_end(mode);
    g_assert_true(flushes());
    faltung_denormals_restore(own);
    g_assert_false(flushes());
}

/* An operation that looks at the threads it gets. */
static int seen_forward, seen_backward;

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    layer->output_shape = layer->input_shapes[0];
    return TRUE;
}

static void look_forward(const FaltungStep *step) {
    seen_forward = count(faltung_threads_for(step->threads, MUCH));
    for (int i = 0; i < step->batch; i++)
        step->output[i] = step->inputs[0][i];
}

static void look_backward(const FaltungStep *step) {
    seen_backward = count(faltung_threads_for(step->threads, MUCH));
    for (int i = 0; i < step->batch && step->input_gradients[0]; i++)
        step->input_gradients[0][i] = step->output_gradient[i];
}

static const FaltungOperation look = {
    .kind = {.name = "look", .title = "Look", .summary = "looks at the threads"},
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .forward = look_forward,
    .backward = look_backward,
};

static void test_network(void) {
    enum { BATCH = 4 };
    const float samples[BATCH + FALTUNG_SLACK] = {1, 2, 3, 4};
    g_autoptr(FaltungGraph) graph =
        faltung_graph_from_yaml("input: [1]\nlayers:\n- dense: {units: 1}\n", "<test>", NULL);
    faltung_graph_add(graph, &look, "look");
    g_assert_true(faltung_graph_infer(graph, NULL, NULL));
    for (int threads = 1; threads <= THREADS; threads++) {
        g_autoptr(FaltungNetwork) network =
            faltung_network_new(graph, 1, BATCH, FALTUNG_NETWORK_TRAINS, threads);
        seen_forward = seen_backward = 0;
        faltung_network_set_input(network, BATCH, samples);
        faltung_network_forward(network, TRUE, 1);
        g_assert_cmpint(seen_forward, ==, threads);
        g_assert_cmpint(count(THREADS), ==, 0);
        float *gradient = faltung_network_output_gradient(network);
        for (int i = 0; i < BATCH; i++)
            gradient[i] = 1;
        faltung_network_backward(network);
        g_assert_cmpint(seen_backward, ==, threads);
        g_assert_cmpint(count(THREADS), ==, 0);
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#if defined(__x86_64__) || defined(__aarch64__)
    g_test_add_func("/parallel/begin-and-end", test_begin_and_end);
    g_test_add_func("/parallel/nested", test_nested);
    g_test_add_func("/parallel/callers-mode", test_callers_mode);
    g_test_add_func("/parallel/network", test_network);
#endif
    return g_test_run();
}
