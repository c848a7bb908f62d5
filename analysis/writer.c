/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/writer.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/graph/part.h"

#include <math.h>
#include <string.h>

struct FaltungWriter {
    FaltungNetwork *network;
    gunichar *vocabulary; /* (n) */
    int n;
    int window;       /* characters that the network sees at once */
    gboolean goes_on; /* it carries the past with it, and sees each character once */
    guint seen;       /* how many it has seen then */
    gboolean odds;
    GArray *text;    /* of int: indices; never empty */
    guint64 drawn;   /* characters since it began */
    float *inputs;   /* (window) */
    float *outputs;  /* (window, n) */
    double *chances; /* (n) */
};

/* A network whose layers carry their states, for one character after the other. */
static FaltungNetwork *stepping_network(const FaltungNetwork *network, GError **error) {
    g_autoptr(FaltungGraph) graph = faltung_graph_copy(faltung_network_graph(network));
    graph->input = FALTUNG_SHAPE(1);
    if (!faltung_graph_infer(graph, NULL, error))
        return NULL;
    FaltungNetwork *stepping =
        faltung_network_new(graph, 0, 1, 0, faltung_network_threads(network));
    faltung_network_copy_parameters(network, stepping);
    return stepping;
}

FaltungWriter *faltung_writer_new(FaltungNetwork *network, const gunichar *vocabulary, int n,
                                  gboolean odds, GError **error) {
    g_autoptr(FaltungNetwork) owned = network;
    const FaltungShape *input = &faltung_network_graph(network)->input;
    const FaltungShape *output = faltung_graph_output(faltung_network_graph(network));
    if (!vocabulary || input->rank != 1 || output->rank != 2 || output->dims[0] != input->dims[0] ||
        output->dims[1] != n) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "this network does not write text; that takes one that was trained on "
                     "`data: {text: ...}`");
        return NULL;
    }
    gboolean goes_on = faltung_graph_carries(faltung_network_graph(network));
    int window = goes_on ? 1 : input->dims[0];
    if (goes_on) {
        FaltungNetwork *stepping = stepping_network(network, error);
        if (!stepping)
            return NULL;
        faltung_network_free(owned);
        owned = stepping;
    }
    FaltungWriter *writer = g_new0(FaltungWriter, 1);
    writer->vocabulary = g_memdup2(vocabulary, n * sizeof *vocabulary);
    writer->n = n;
    writer->window = window;
    writer->goes_on = goes_on;
    writer->odds = odds;
    writer->network = g_steal_pointer(&owned);
    writer->text = g_array_new(FALSE, FALSE, sizeof(int));
    writer->inputs = g_new0(float, writer->window);
    writer->outputs = g_new(float, (gsize)writer->window *n);
    writer->chances = g_new(double, n);
    faltung_writer_begin(writer, "", NULL);
    return writer;
}

void faltung_writer_free(FaltungWriter *writer) {
    if (!writer)
        return;
    faltung_network_free(writer->network);
    g_array_unref(writer->text);
    g_free(writer->vocabulary);
    g_free(writer->inputs);
    g_free(writer->outputs);
    g_free(writer->chances);
    g_free(writer);
}

static int index_of(const FaltungWriter *writer, gunichar character) {
    for (int i = 0; i < writer->n; i++) {
        if (writer->vocabulary[i] == character)
            return i;
    }
    return -1;
}

gboolean faltung_writer_begin(FaltungWriter *writer, const char *text, GError **error) {
    g_autoptr(GArray) indices = g_array_new(FALSE, FALSE, sizeof(int));
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        int index = index_of(writer, g_utf8_get_char(at));
        if (index < 0) {
            g_autofree char *character = g_strndup(at, g_utf8_next_char(at) - at);
            return faltung_fail(
                error, FALTUNG_ERROR_INPUT,
                "the network does not know the character '%s'; it has learned the %d that "
                "were in its text",
                character, writer->n);
        }
        g_array_append_val(indices, index);
    }
    int first = MAX(index_of(writer, '\n'), 0);
    if (indices->len == 0)
        g_array_append_val(indices, first);
    g_array_unref(writer->text);
    writer->text = g_steal_pointer(&indices);
    writer->drawn = 0;
    writer->seen = 0;
    if (writer->goes_on)
        faltung_network_go_on(writer->network, TRUE);
    return TRUE;
}

const gunichar *faltung_writer_vocabulary(const FaltungWriter *writer, int *n) {
    *n = writer->n;
    return writer->vocabulary;
}

/* What the network makes of the end of the text: an output for each character of the vocabulary.
   A text that is shorter than the window stands at its beginning; what is behind it in the window
   does not matter, because the past does not depend on the future. */
static const float *look(FaltungWriter *writer) {
    int last = faltung_network_graph(writer->network)->layers->len - 1;
    for (; writer->goes_on && writer->seen < writer->text->len; writer->seen++) {
        writer->inputs[0] = g_array_index(writer->text, int, writer->seen);
        faltung_network_set_input(writer->network, 1, writer->inputs);
        faltung_network_forward(writer->network, FALSE, 0);
    }
    if (writer->goes_on) {
        faltung_network_read_output(writer->network, last, 0, writer->outputs);
        return writer->outputs;
    }
    int known = MIN((int)writer->text->len, writer->window);
    const int *end = &g_array_index(writer->text, int, writer->text->len - known);
    for (int i = 0; i < known; i++)
        writer->inputs[i] = end[i];
    faltung_network_set_input(writer->network, 1, writer->inputs);
    faltung_network_forward(writer->network, FALSE, 0);
    faltung_network_read_output(writer->network, last, 0, writer->outputs);
    return writer->outputs + (gsize)(known - 1) * writer->n;
}

/* The chances in relation to that of the likeliest, @best. Returns: their sum. */
static double weigh(FaltungWriter *writer, double temperature, int *best) {
    const float *outputs = look(writer);
    *best = 0;
    for (int i = 1; i < writer->n; i++)
        *best = outputs[i] > outputs[*best] ? i : *best;
    double sum = 0, largest = outputs[*best];
    for (int i = 0; i < writer->n; i++) {
        if (temperature == 0)
            writer->chances[i] = i == *best;
        else if (writer->odds)
            writer->chances[i] = exp((outputs[i] - largest) / temperature);
        else
            writer->chances[i] = pow(MAX(outputs[i], 0) / largest, 1 / temperature);
        sum += writer->chances[i];
    }
    return sum;
}

const double *faltung_writer_chances(FaltungWriter *writer, double temperature) {
    int best;
    double sum = weigh(writer, temperature, &best);
    for (int i = 0; i < writer->n; i++)
        writer->chances[i] /= sum;
    return writer->chances;
}

gunichar faltung_writer_write(FaltungWriter *writer, double temperature, guint64 seed) {
    int best;
    double sum = weigh(writer, temperature, &best);
    FaltungRandom random = {
        .seed = seed, .purpose = FALTUNG_RANDOM_SAMPLE, .step = writer->drawn++};
    double rest = faltung_random_uniform(&random, 0) * sum;
    int next = best;
    for (int i = 0; i < writer->n; i++) {
        rest -= writer->chances[i];
        if (rest < 0) {
            next = i;
            break;
        }
    }
    g_array_append_val(writer->text, next);
    return writer->vocabulary[next];
}
