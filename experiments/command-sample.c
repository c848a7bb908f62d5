/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"
#include "core/train/loss.h"
#include "experiments/command.h"
#include "experiments/interrupt.h"
#include "experiments/json.h"
#include "experiments/load-run.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

static int length = 500, seed = 1, threads = 1;
static double temperature = 1.0;
static char *prompt;

static const GOptionEntry options[] = {
    {"length", 'n', 0, G_OPTION_ARG_INT, &length, "Characters to generate (500)", "N"},
    {"temperature", 'T', 0, G_OPTION_ARG_DOUBLE, &temperature,
     "1 (the default) as the network says, less for likelier characters, more for stranger ones; "
     "0: always the likeliest",
     "T"},
    {"prompt", 'p', 0, G_OPTION_ARG_STRING, &prompt, "The text to go on from", "TEXT"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Another seed gives another text (1)", "S"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
     "Use at most N threads (1: a sample gives little to share out)", "N"},
    {0},
};

/* A network that says which character comes next, and the text so far. */
typedef struct {
    FaltungNetwork *network;
    const gunichar *vocabulary; /* (n) */
    int n;
    int window;       /* characters that the network sees at once */
    gboolean goes_on; /* it carries the past with it, and sees each character once */
    guint seen;       /* how many it has seen then */
    gboolean odds;    /* its outputs are logarithms of odds, not probabilities */
    GArray *text;     /* of int: indices */
    float *inputs;    /* (window) */
    float *outputs;   /* (window, n) */
    double *chances;  /* (n) */
} Writer;

static void writer_clear(Writer *writer) {
    g_clear_pointer(&writer->network, faltung_network_free);
    g_clear_pointer(&writer->text, g_array_unref);
    g_free(writer->inputs);
    g_free(writer->outputs);
    g_free(writer->chances);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Writer, writer_clear)

static int index_of(const Writer *writer, gunichar character) {
    for (int i = 0; i < writer->n; i++) {
        if (writer->vocabulary[i] == character)
            return i;
    }
    return -1;
}

/* Begins with the prompt, or as after the end of a line. */
static gboolean take_prompt(Writer *writer, GError **error) {
    for (const char *at = prompt ? prompt : ""; *at; at = g_utf8_next_char(at)) {
        int index = index_of(writer, g_utf8_get_char(at));
        if (index < 0) {
            g_autofree char *character = g_strndup(at, g_utf8_next_char(at) - at);
            g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                        "--prompt: the network does not know the character '%s'; it has learned "
                        "the %d that were in its text",
                        character, writer->n);
            return FALSE;
        }
        g_array_append_val(writer->text, index);
    }
    int first = MAX(index_of(writer, '\n'), 0);
    if (writer->text->len == 0)
        g_array_append_val(writer->text, first);
    return TRUE;
}

/* The network of a run whose layers carry their states, for one character after the other. */
static FaltungNetwork *stepping_network(const FaltungRun *run, const FaltungGraph *graph,
                                        GError **error) {
    g_autoptr(FaltungGraph) copy = faltung_graph_copy(graph);
    copy->input = FALTUNG_SHAPE(1);
    if (!faltung_graph_infer(copy, NULL, error))
        return NULL;
    g_autoptr(FaltungNetwork) network = faltung_network_new(copy, 0, 1, 0, threads);
    if (!faltung_run_load_weights(run, -1, network, error))
        return NULL;
    faltung_network_go_on(network, TRUE);
    return g_steal_pointer(&network);
}

static gboolean open_writer(Writer *writer, const FaltungRun *run, GError **error) {
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    if (!experiment)
        return FALSE;
    writer->vocabulary = faltung_run_vocabulary(run, &writer->n);
    const FaltungShape *input = &experiment->graph->input;
    const FaltungShape *output = faltung_graph_output(experiment->graph);
    if (!writer->vocabulary || input->rank != 1 || output->rank != 2 ||
        output->dims[0] != input->dims[0] || output->dims[1] != writer->n) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "%s: this network does not write text; `sample` needs one that was trained on "
                    "`data: {text: ...}`",
                    faltung_run_path(run));
        return FALSE;
    }
    const FaltungLoss *loss = (const FaltungLoss *)experiment->train->loss.kind;
    writer->goes_on = faltung_graph_carries(experiment->graph);
    writer->network = writer->goes_on ? stepping_network(run, experiment->graph, error)
                                      : faltung_run_network(run, -1, 1, threads, error);
    writer->window = writer->goes_on ? 1 : input->dims[0];
    writer->odds = loss->needs_classes;
    writer->text = g_array_new(FALSE, FALSE, sizeof(int));
    writer->inputs = g_new0(float, writer->window);
    writer->outputs = g_new(float, (gsize)writer->window * writer->n);
    writer->chances = g_new(double, writer->n);
    return writer->network && take_prompt(writer, error);
}

/* What the network makes of the end of the text: an output for each character of the vocabulary.
   A text that is shorter than the window stands at its beginning; what is behind it in the window
   does not matter, because the past does not depend on the future. */
static const float *look(Writer *writer) {
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

/* Draws the next character; @step: how many were drawn before. */
static int draw(Writer *writer, guint64 step) {
    const float *outputs = look(writer);
    int best = 0;
    for (int i = 1; i < writer->n; i++)
        best = outputs[i] > outputs[best] ? i : best;
    if (temperature == 0)
        return best;
    double sum = 0, largest = outputs[best];
    for (int i = 0; i < writer->n; i++) {
        double ratio = writer->odds ? exp((outputs[i] - largest) / temperature)
                                    : pow(MAX(outputs[i], 0) / largest, 1 / temperature);
        writer->chances[i] = ratio;
        sum += ratio;
    }
    FaltungRandom random = {.seed = seed, .purpose = FALTUNG_RANDOM_SAMPLE, .step = step};
    double rest = faltung_random_uniform(&random, 0) * sum;
    for (int i = 0; i < writer->n; i++) {
        rest -= writer->chances[i];
        if (rest < 0)
            return i;
    }
    return best;
}

static void append(GString *out, const Writer *writer, int index) {
    g_string_append_unichar(out, writer->vocabulary[index]);
}

static void print_json(const char *path, const char *text) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "run", path);
    faltung_json_string(json, "prompt", prompt ? prompt : "");
    faltung_json_string(json, "text", text);
    faltung_json_number(json, "temperature", temperature);
    faltung_json_integer(json, "seed", seed);
    faltung_json_close(json);
    faltung_json_print(json);
}

static gboolean check_options(GError **error) {
    const char *problem = NULL;
    if (length < 0)
        problem = "--length is a number of characters, 0 or more";
    else if (!(temperature >= 0 && temperature <= 1000))
        problem = "--temperature is a number from 0 to 1000";
    else if (prompt && !g_utf8_validate(prompt, -1, NULL))
        problem = "--prompt is not UTF-8";
    if (problem)
        g_set_error_literal(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT, problem);
    return problem == NULL;
}

static int sample_run(const FaltungCall *call, GError **error) {
    if (!check_options(error))
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    g_auto(Writer) writer = {NULL};
    if (!run || !open_writer(&writer, run, error))
        return FALTUNG_EXIT_USAGE;
    faltung_interrupt_watch();
    g_autoptr(GString) whole = g_string_new(NULL), piece = g_string_new(prompt ? prompt : "");
    for (int i = 0; i < length && !faltung_interrupted(); i++) {
        int index = draw(&writer, i);
        g_array_append_val(writer.text, index);
        append(piece, &writer, index);
        if (call->json) {
            append(whole, &writer, index);
        } else { /* at once, so that one can read along */
            fwrite(piece->str, 1, piece->len, stdout);
            fflush(stdout);
            g_string_truncate(piece, 0);
        }
    }
    if (call->json)
        print_json(call->arguments[0], whole->str);
    else
        printf("%s\n", piece->str);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_sample = {
    .name = "sample",
    .arguments = "RUN.h5",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Writes text as a network does that has learned one",
    .description =
        "The network must have been trained on a text (`data: {text: ...}`): it says how likely "
        "each character is to be the next. One is drawn, put behind the text, and the network "
        "asked again. It sees as many characters as its samples have, or all of them where its "
        "recurrent layers are stateful.\n\n"
        "The prompt is printed before what comes after it. The same seed gives the same text.\n\n"
        "  faltung sample shakespeare.h5 --prompt 'ROMEO:' --temperature 0.7",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = sample_run,
};
