/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/predictor.h"

#include "tests/allocations.h"
#include "tests/store/fixture.h"
#include "tests/store/scratch.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define N 5

typedef struct {
    char *folder, *path;
    Fixture *fixture;
    float *samples;                 /* (N, input shape): as read */
    size_t input_size, output_size; /* values a sample */
} Place;

static void set_up(Place *place, gconstpointer data) {
    place->folder = scratch_new();
    place->path = g_build_filename(place->folder, "run.h5", NULL);
    place->fixture = fixture_new(2);
    fixture_finish(place->fixture, place->path);
    const FaltungGraph *graph = place->fixture->experiment->graph;
    place->input_size = faltung_shape_size(&graph->input);
    place->output_size = faltung_shape_size(faltung_graph_output(graph));
    place->samples = g_new(float, N * place->input_size);
    for (size_t i = 0; i < N * place->input_size; i++)
        place->samples[i] = (float)(i * 37 % 256);
}

static void tear_down(Place *place, gconstpointer data) {
    fixture_free(place->fixture);
    scratch_free(place->folder);
    g_free(place->path);
    g_free(place->samples);
}

static FaltungPredictor *open_predictor(const Place *place, int batch) {
    GError *error = NULL;
    FaltungPredictor *predictor = faltung_predictor_open(place->path, batch, 1, &error);
    g_assert_no_error(error);
    return predictor;
}

static void predict(FaltungPredictor *predictor, int n, const float *samples, float *outputs) {
    GError *error = NULL;
    faltung_predictor_run(predictor, n, samples, outputs, &error);
    g_assert_no_error(error);
}

/* By hand: constants and weights out of the file. */
static void test_outputs(Place *place, gconstpointer data) {
    g_autoptr(FaltungPredictor) predictor = open_predictor(place, N);
    g_autofree float *outputs = g_new(float, N * place->output_size);
    predict(predictor, N, place->samples, outputs);

    GError *error = NULL;
    g_autoptr(FaltungRun) run = faltung_run_open(place->path, &error);
    int n_constants;
    const float *mean, *scale;
    faltung_run_scaling(run, &n_constants, &mean, &scale);
    size_t block = n_constants ? place->input_size / n_constants : 1;
    g_autofree float *seen = g_new(float, N * place->input_size);
    for (size_t i = 0; i < N * place->input_size; i++) {
        size_t k = i % place->input_size / block;
        seen[i] = n_constants ? (place->samples[i] - mean[k]) * scale[k] : place->samples[i];
    }
    g_autoptr(FaltungNetwork) network =
        faltung_network_new(place->fixture->experiment->graph, 1, N, 0, 1);
    faltung_run_load_weights(run, -1, network, &error);
    g_assert_no_error(error);
    faltung_network_set_input(network, N, seen);
    faltung_network_forward(network, FALSE, 0);
    g_autofree float *wanted = g_new(float, place->output_size);
    int last = faltung_network_graph(network)->layers->len - 1;
    for (int i = 0; i < N; i++) {
        faltung_network_read_output(network, last, i, wanted);
        g_assert_cmpmem(wanted, place->output_size * sizeof *wanted,
                        outputs + i * place->output_size, place->output_size * sizeof *outputs);
    }
}

static void test_shapes(Place *place, gconstpointer data) {
    g_autoptr(FaltungPredictor) predictor = open_predictor(place, 1);
    g_assert_cmpuint(faltung_shape_size(faltung_predictor_input(predictor)), ==, place->input_size);
    g_assert_cmpuint(faltung_shape_size(faltung_predictor_output(predictor)), ==,
                     place->output_size);
    const char *const *names = faltung_predictor_class_names(predictor);
    g_assert_cmpuint(g_strv_length((char **)names), ==, place->output_size);
    g_assert_true(faltung_predictor_gives_odds(predictor));
}

/* One at a time is the same as all at once, and needs no file any more. */
static void test_one_by_one(Place *place, gconstpointer data) {
    g_autoptr(FaltungPredictor) many = open_predictor(place, N);
    g_autoptr(FaltungPredictor) one = open_predictor(place, 1);
    g_remove(place->path);
    size_t bytes = place->output_size * sizeof(float);
    g_autofree float *outputs = g_malloc(N * bytes);
    g_autofree float *output = g_malloc(bytes);
    predict(many, N, place->samples, outputs);
    for (int i = 0; i < N; i++) {
        predict(one, 1, place->samples + i * place->input_size, output);
        g_assert_cmpmem(output, bytes, outputs + i * place->output_size, bytes);
    }
}

static gpointer predict_alone(gpointer data) {
    const Place *place = data;
    g_autoptr(FaltungPredictor) predictor = open_predictor(place, N);
    float *outputs = g_new(float, N * place->output_size);
    for (int i = 0; i < 20; i++)
        predict(predictor, N, place->samples, outputs);
    return outputs;
}

/* Each thread its own, of one file. */
static void test_threads(Place *place, gconstpointer data) {
    g_autofree float *wanted = predict_alone(place);
    GThread *threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("predict", predict_alone, place);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autofree float *outputs = g_thread_join(threads[i]);
        size_t bytes = N * place->output_size * sizeof *outputs;
        g_assert_cmpmem(outputs, bytes, wanted, bytes);
    }
}

static void test_no_allocation(Place *place, gconstpointer data) {
    g_autoptr(FaltungPredictor) predictor = open_predictor(place, 1);
    g_autofree float *output = g_new(float, place->output_size);
    predict(predictor, 1, place->samples, output);
    count_allocations();
    for (int i = 0; i < 10; i++)
        faltung_predictor_run(predictor, 1, place->samples, output, NULL);
    faltung_probabilities(faltung_predictor_output(predictor), output);
    assert_no_allocations();
}

static void test_probabilities(void) {
    FaltungShape vector = {.rank = 1, .dims = {3}};
    float values[3] = {1000, 1000 + logf(2), -INFINITY};
    faltung_probabilities(&vector, values);
    g_assert_cmpfloat_with_epsilon(values[0], 1.0 / 3, 1e-4);
    g_assert_cmpfloat_with_epsilon(values[1], 2.0 / 3, 1e-4);
    g_assert_cmpfloat(values[2], ==, 0);
    /* of maps the channels are the classes: 2 x 1 x 2 */
    FaltungShape maps = {.rank = 3, .dims = {2, 1, 2}};
    float pixels[4] = {0, logf(3), 0, 0};
    faltung_probabilities(&maps, pixels);
    const float wanted[4] = {0.5, 0.75, 0.5, 0.25};
    for (int i = 0; i < 4; i++)
        g_assert_cmpfloat_with_epsilon(pixels[i], wanted[i], 1e-6);
}

static void test_errors(Place *place, gconstpointer data) {
    g_autoptr(GError) error = NULL;
    g_autofree char *nothing = g_build_filename(place->folder, "nothing.h5", NULL);
    g_assert_null(faltung_predictor_open(nothing, 1, 1, &error));
    g_assert_nonnull(strstr(error->message, "nothing.h5: there is no such file"));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/store/predictor/" name, Place, NULL, set_up, function, tear_down)
    ADD("outputs", test_outputs);
    ADD("shapes", test_shapes);
    ADD("one-by-one", test_one_by_one);
    ADD("threads", test_threads);
    ADD("no-allocation", test_no_allocation);
    ADD("errors", test_errors);
    g_test_add_func("/store/predictor/probabilities", test_probabilities);
    return g_test_run();
}
