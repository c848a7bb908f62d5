/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/writing-job.h"

#include "analysis/writer.h"

#include <string.h>

void faltung_writing_free(FaltungWriting *writing) {
    faltung_weights_unref(writing->weights);
    faltung_dataset_unref(writing->validation);
    g_free(writing->prompt);
    g_free(writing->text);
    g_free(writing->chances);
    g_free(writing->states);
    g_free(writing);
}

GArray *faltung_writing_layers(const FaltungGraph *graph) {
    GArray *layers = g_array_new(FALSE, FALSE, sizeof(int));
    for (int i = 0; i < (int)graph->layers->len; i++) {
        const FaltungShape *shape = &faltung_graph_layer(graph, i)->output_shape;
        if (shape->rank == 2 && graph->input.rank == 1 && shape->dims[0] == graph->input.dims[0]) {
            g_array_append_val(layers, i);
        }
    }
    return layers;
}

static int index_of(gunichar character, const gunichar *vocabulary, int n) {
    for (int i = 0; i < n; i++) {
        if (vocabulary[i] == character) {
            return i;
        }
    }
    return 0;
}

typedef struct {
    FaltungWriting *writing;
    float *output; /* (length, n_units) */
} Catch;

static void catch_states(FaltungNetwork *network, int layer, gpointer data) {
    const Catch *catch = data;
    if (layer == catch->writing->layer) {
        faltung_network_read_output(network, layer, 0, catch->output);
    }
}

/* Once more through the network, in pieces as long as the samples that it learned from; what
   follows the end in the last does not change what came before. */
static void read_states(FaltungWriting *writing, const gunichar *vocabulary) {
    g_autoptr(FaltungNetwork) network = faltung_weights_network(writing->weights, 1, 0, 1);
    const FaltungGraph *graph = faltung_network_graph(network);
    const FaltungShape *shape = &faltung_graph_layer(graph, writing->layer)->output_shape;
    int length = graph->input.dims[0];
    glong n;
    g_autofree gunichar *text = g_utf8_to_ucs4_fast(writing->text, -1, &n);
    writing->n_seen = (int)n;
    writing->n_units = shape->dims[1];
    writing->states = g_new(float, (size_t)n * writing->n_units + 1);
    g_autofree float *input = g_new(float, length);
    g_autofree float *output = g_new(float, faltung_shape_size(shape));
    for (int first = 0; first < n; first += length) {
        int piece = MIN(length, (int)n - first);
        for (int i = 0; i < length; i++) {
            input[i] = i < piece ? index_of(text[first + i], vocabulary, writing->n) : 0;
        }
        Catch catch = {writing, output};
        faltung_network_set_input(network, 1, input);
        faltung_network_forward_visiting(network, FALSE, 0, catch_states, &catch);
        memcpy(writing->states + (size_t)first * writing->n_units, output,
               sizeof(float) * piece * writing->n_units);
    }
}

static void write_text(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    FaltungWriting *writing = data;
    GError *error = NULL;
    const gunichar *vocabulary =
        faltung_text_vocabulary(faltung_dataset_text(writing->validation), &writing->n);
    g_autoptr(FaltungWriter) writer =
        faltung_writer_new(faltung_weights_network(writing->weights, 1, 0, 1), vocabulary,
                           writing->n, writing->odds, &error);
    if (writer == NULL || !faltung_writer_begin(writer, writing->prompt, &error)) {
        g_task_return_error(task, error);
        return;
    }
    writing->chances = g_memdup2(faltung_writer_chances(writer, writing->temperature),
                                 sizeof(double) * writing->n);
    g_autoptr(GString) text = g_string_new(writing->prompt);
    for (int i = 0; i < writing->length && !g_cancellable_is_cancelled(cancellable); i++) {
        g_string_append_unichar(text,
                                faltung_writer_write(writer, writing->temperature, writing->seed));
    }
    writing->text = g_strdup(text->str);
    if (writing->layer >= 0) {
        read_states(writing, vocabulary);
    }
    g_task_return_boolean(task, TRUE);
}

void faltung_writing_async(FaltungWriting *wanted, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data) {
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_task_data(task, wanted, NULL);
    g_task_run_in_thread(task, write_text);
}

FaltungWriting *faltung_writing_finish(GAsyncResult *result, GError **error) {
    FaltungWriting *writing = g_task_get_task_data(G_TASK(result));
    if (!g_task_propagate_boolean(G_TASK(result), error)) {
        faltung_writing_free(writing);
        return NULL;
    }
    return writing;
}
