/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/writer.h"
#include "core/train/loss.h"
#include "experiments/command.h"
#include "experiments/interrupt.h"
#include "experiments/json.h"
#include "experiments/load-run.h"
#include "experiments/table.h"

#include <stdio.h>

static int length = 500, seed = 1, threads = 1;
static double temperature = 1.0;
static char *prompt;
static gboolean chances;

static const GOptionEntry options[] = {
    {"length", 'n', 0, G_OPTION_ARG_INT, &length, "Characters to generate (500)", "N"},
    {"temperature", 'T', 0, G_OPTION_ARG_DOUBLE, &temperature,
     "1 (the default) as the network says, less for likelier characters, more for stranger ones; "
     "0: always the likeliest",
     "T"},
    {"prompt", 'p', 0, G_OPTION_ARG_STRING, &prompt, "The text to go on from", "TEXT"},
    {"chances", 'c', 0, G_OPTION_ARG_NONE, &chances,
     "Print how likely each character is to come after the prompt, and write nothing", NULL},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Another seed gives another text (1)", "S"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
     "Use at most N threads (1: a sample gives little to share out)", "N"},
    {0},
};

static FaltungWriter *open_writer(const FaltungRun *run, GError **error) {
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    if (!experiment)
        return NULL;
    FaltungNetwork *network = faltung_run_network(run, -1, 1, threads, error);
    if (!network)
        return NULL;
    int n;
    const gunichar *vocabulary = faltung_run_vocabulary(run, &n);
    const FaltungLoss *loss = (const FaltungLoss *)experiment->train->loss.kind;
    g_autoptr(FaltungWriter) writer =
        faltung_writer_new(network, vocabulary, n, loss->needs_classes, error);
    if (!writer) {
        g_prefix_error(error, "%s: ", faltung_run_path(run));
        return NULL;
    }
    if (!faltung_writer_begin(writer, prompt ? prompt : "", error)) {
        g_prefix_error_literal(error, "--prompt: ");
        return NULL;
    }
    return g_steal_pointer(&writer);
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
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s", problem);
    return problem == NULL;
}

static void print_chances(FaltungWriter *writer, const FaltungCall *call) {
    static const char *const header[] = {"character", "chance", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    int n;
    const gunichar *vocabulary = faltung_writer_vocabulary(writer, &n);
    const double *values = faltung_writer_chances(writer, temperature);
    for (int i = 0; i < n; i++) {
        char character[8] = {0};
        g_unichar_to_utf8(vocabulary[i], character);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, character);
        faltung_text_table_cellf(table, "%.6g", values[i]);
    }
    if (!call->json) {
        g_autofree char *text = faltung_text_table_csv(table);
        fputs(text, stdout);
        return;
    }
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_text_table_json(table, json, "chances");
    faltung_json_close(json);
    faltung_json_print(json);
}

static int sample_run(const FaltungCall *call, GError **error) {
    if (!check_options(error))
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    g_autoptr(FaltungWriter) writer = run ? open_writer(run, error) : NULL;
    if (!writer)
        return FALTUNG_EXIT_USAGE;
    if (chances) {
        print_chances(writer, call);
        return FALTUNG_EXIT_DONE;
    }
    faltung_interrupt_watch();
    g_autoptr(GString) whole = g_string_new(NULL), piece = g_string_new(prompt ? prompt : "");
    for (int i = 0; i < length && !faltung_interrupted(); i++) {
        gunichar character = faltung_writer_write(writer, temperature, seed);
        g_string_append_unichar(piece, character);
        if (call->json) {
            g_string_append_unichar(whole, character);
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
