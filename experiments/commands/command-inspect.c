/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "experiments/batches/report.h"
#include "experiments/command.h"
#include "experiments/inspect/inspect.h"
#include "experiments/interrupt.h"
#include "experiments/json.h"
#include "experiments/load-run.h"
#include "experiments/terminal.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *layer_name, *what, *png, *svg, *film, *frames, *with, *method, *unit;
static int sample = -1, moment = -1, with_moment = -1, samples, threads, steps, patch;
static gboolean csv, dark, randomised;

static const GOptionEntry options[] = {
    {"layer", 'l', 0, G_OPTION_ARG_STRING, &layer_name,
     "Only this layer, in more detail; `input` is what the network takes", "L"},
    {"what", 'w', 0, G_OPTION_ARG_STRING, &what,
     "What to look at, one or more words with commas between them; below is which there are",
     "LIST"},
    {"sample", 'i', 0, G_OPTION_ARG_INT, &sample,
     "The sample of the validation data that is looked at (the first that the run itself keeps)",
     "I"},
    {"samples", 'n', 0, G_OPTION_ARG_INT, &samples,
     "How many samples of the validation data are taken, where many are (all; at most 10,000 for "
     "an "
     "embedding)",
     "N"},
    {"moment", 'm', 0, G_OPTION_ARG_INT, &moment,
     "The moment of the time axis: 0 is before training (the end)", "M"},
    {"with", 0, 0, G_OPTION_ARG_FILENAME, &with, "The other run of `compare` (the same)", "RUN.h5"},
    {"with-moment", 0, 0, G_OPTION_ARG_INT, &with_moment,
     "The moment of that run (the end of another)", "M"},
    {"method", 0, 0, G_OPTION_ARG_STRING, &method, "Of an embedding: pca (the default) or tsne",
     "METHOD"},
    {"unit", 'u', 0, G_OPTION_ARG_STRING, &unit,
     "The class, or the number of the unit, that is explained (what the network decides for); of "
     "`walk` the value that is spoken of, as `weight[3,1]`",
     "U"},
    {"steps", 0, 0, G_OPTION_ARG_INT, &steps, "Steps of `integrated` (64) and `maximal` (200)",
     "N"},
    {"randomised", 0, 0, G_OPTION_ARG_NONE, &randomised,
     "Beside an explanation that of the same network with its initial weights, and how alike both "
     "are",
     NULL},
    {"patch", 0, 0, G_OPTION_ARG_INT, &patch,
     "The side of what `occlusion` covers, in pixels (a quarter of the image)", "N"},
    {"png", 0, 0, G_OPTION_ARG_FILENAME, &png,
     "Write pictures into DIR; without --what, of all that lies in the run", "DIR"},
    {"svg", 0, 0, G_OPTION_ARG_FILENAME, &svg, "The same as SVG", "DIR"},
    {"film", 0, 0, G_OPTION_ARG_FILENAME, &film,
     "Write films of all moments into DIR, as animated WebP", "DIR"},
    {"frames", 0, 0, G_OPTION_ARG_FILENAME, &frames,
     "The same as folders of PNG files, a picture a moment", "DIR"},
    {"dark", 0, 0, G_OPTION_ARG_NONE, &dark, "Pictures for a dark page", NULL},
    {"csv", 0, 0, G_OPTION_ARG_NONE, &csv, "Print the table as CSV; takes one thing to look at",
     NULL},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Use at most N threads (all cores)", "N"},
    {0},
};

/* Where pictures go. */
static const struct {
    const char *option;
    char **folder; /* NULL: there are none of these */
    const char *extension;
    gboolean film; /* of all moments */
} outputs[] = {
    {"--png", &png, ".png", FALSE},
    {"--svg", &svg, ".svg", FALSE},
    {"--film", &film, ".webp", TRUE},
    {"--frames", &frames, "", TRUE},
};

/* Returns: (transfer full): the folders that pictures are written to; "" where there are none. */
static char *name_folders(void) {
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(outputs); i++)
        if (*outputs[i].folder)
            g_string_append_printf(names, "%s%s", names->len ? " and " : "", *outputs[i].folder);
    return g_string_free(names, FALSE);
}

/* Bits of faltung_views(). */
static gboolean parse_what(guint *chosen, GError **error) {
    const FaltungView *const *views = faltung_views();
    const char *names[32] = {NULL};
    for (int i = 0; views[i]; i++)
        names[i] = views[i]->name;
    g_auto(GStrv) words = g_strsplit(what ? what : "", ",", -1);
    *chosen = 0;
    for (char **word = words; *word; word++) {
        int i = 0;
        while (views[i] && strcmp(g_strstrip(*word), views[i]->name) != 0)
            i++;
        if (views[i]) {
            *chosen |= 1u << i;
            continue;
        }
        if (!**word && g_strv_length(words) == 1)
            continue;
        const char *nearest = faltung_nearest(*word, names);
        g_autofree char *list = g_strjoinv(", ", (char **)names);
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "--what: `%s` cannot be looked at; %s%s%sexpected are %s", *word,
                            nearest ? "did you mean `" : "", nearest ? nearest : "",
                            nearest ? "`? " : "", list);
    }
    return TRUE;
}

static gboolean find_layer(FaltungInspection *inspection, GError **error) {
    const FaltungGraph *graph = inspection->experiment->graph;
    inspection->layer = FALTUNG_NO_LAYER;
    if (!layer_name)
        return TRUE;
    inspection->layer = FALTUNG_INPUT;
    if (strcmp(layer_name, "input") == 0 && faltung_graph_find(graph, layer_name) < 0)
        return TRUE;
    inspection->layer = faltung_find_layer(graph, "--layer", layer_name, error);
    return inspection->layer >= 0;
}

static gboolean check_numbers(const FaltungRun *run, GError **error) {
    int n = faltung_run_n_moments(run);
    if (moment >= n || moment < -1)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "--moment: there is no moment %d; %s has moments 0 to %d", moment,
                            faltung_run_path(run), n - 1);
    if (sample < -1)
        return faltung_fail(error, FALTUNG_ERROR_INPUT, "--sample counts from 0, and %d was given",
                            sample);
    const struct {
        const char *option;
        int value;
    } counts[] = {{"--samples", samples}, {"--steps", steps}, {"--patch", patch}};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        if (counts[i].value >= 0)
            continue;
        return faltung_fail(error, FALTUNG_ERROR_INPUT, "%s is 1 or more, and %d was given",
                            counts[i].option, counts[i].value);
    }
    return TRUE;
}

static FaltungTextTable *tabulate_facts(const FaltungInspection *inspection) {
    static const char *const attributes[] = {
        "created", "faltung_version", "seed", "threads", "host", "cpu", "isa"};
    const FaltungRun *run = inspection->run;
    const char *const header[] = {"fact", "value", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    const char *const facts[][2] = {
        {"name", inspection->experiment->name},
        {"status", faltung_run_status(run)},
        {"reason", faltung_run_reason(run)},
        {"data", faltung_run_data_name(run)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        if (!facts[i][1] || !*facts[i][1])
            continue;
        faltung_text_table_row(table);
        faltung_text_table_cell(table, facts[i][0]);
        faltung_text_table_cell(table, facts[i][1]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
        const char *value = faltung_run_attribute(run, attributes[i]);
        if (!value)
            continue;
        faltung_text_table_row(table);
        faltung_text_table_cell(table, attributes[i]);
        faltung_text_table_cell(table, value);
    }
    guint touched = faltung_run_touched(run);
    if (touched) {
        faltung_text_table_row(table);
        faltung_text_table_cell(table, "touched");
        faltung_text_table_cellf(table, "%u %s by hand", touched, touched == 1 ? "act" : "acts");
    }
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "parameters");
    faltung_text_table_cellf(table, "%zu",
                             faltung_graph_n_parameters(inspection->experiment->graph));
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "moments");
    faltung_text_table_cellf(table, "%d", faltung_run_n_moments(run));
    const char *const *columns = faltung_run_columns(run, "epoch");
    for (; *columns; columns++) {
        size_t n = 0;
        const double *values = faltung_run_column(run, "epoch", *columns, &n);
        if (!values || n == 0 || !isfinite(values[n - 1]))
            continue;
        faltung_text_table_row(table);
        faltung_text_table_cell(table, *columns);
        faltung_text_table_cellf(table, "%.6g", values[n - 1]);
    }
    return table;
}

static void print_table(const FaltungTextTable *table, const char *title) {
    g_autofree char *text = csv ? faltung_text_table_csv(table) : faltung_text_table_format(table);
    if (title)
        printf("%s\n\n", title);
    fputs(text, stdout);
}

/* Below the table; a program that reads CSV gets the table alone. */
static void print_sentences(const FaltungInspection *inspection, FaltungJson *json) {
    const GPtrArray *sentences = inspection->sentences;
    if (json)
        faltung_json_open_array(json, "sentences");
    else if (sentences->len > 0 && !csv)
        putchar('\n');
    for (guint i = 0; i < sentences->len; i++) {
        if (json)
            faltung_json_string(json, NULL, sentences->pdata[i]);
        else if (!csv)
            printf("%s\n", (const char *)sentences->pdata[i]);
    }
    if (json)
        faltung_json_close(json);
}

/* The same of numbers. */
static void print_figures(const FaltungInspection *inspection, FaltungJson *json) {
    const GArray *figures = inspection->figures;
    if (json)
        faltung_json_open_object(json, "figures");
    else if (figures->len > 0 && !csv)
        printf("\nresult:");
    for (guint i = 0; i < figures->len; i++) {
        const FaltungInspectionFigure *figure = &g_array_index(figures, FaltungInspectionFigure, i);
        if (json)
            faltung_json_number(json, figure->name, figure->value);
        else if (!csv)
            printf(" %s=%.6g", figure->name, figure->value);
    }
    if (json)
        faltung_json_close(json);
    else if (figures->len > 0 && !csv)
        putchar('\n');
}

static gboolean draw_now(FaltungInspection *inspection, const FaltungView *view, GError **error) {
    return view->draw(inspection, error);
}

static gboolean draw_view(FaltungInspection *inspection, const FaltungView *view, GError **error) {
    for (size_t i = 0; view->draw && i < G_N_ELEMENTS(outputs); i++) {
        inspection->folder = *outputs[i].folder;
        inspection->extension = outputs[i].extension;
        if (inspection->folder &&
            !(outputs[i].film ? faltung_inspection_film : draw_now)(inspection, view, error))
            return FALSE;
    }
    return TRUE;
}

/* @title: (nullable): above the table; @print: or pictures alone */
static gboolean show_view(FaltungInspection *inspection, const FaltungView *view, const char *title,
                          gboolean print, FaltungJson *json, GError **error) {
    inspection->result = view->compute ? view->compute(inspection, error) : NULL;
    if (view->compute && !inspection->result)
        return FALSE;
    g_autoptr(FaltungTextTable) table = print ? view->tabulate(inspection, error) : NULL;
    gboolean good = table || !print;
    if (good && table && json)
        faltung_text_table_json(table, json, view->name);
    else if (good && table)
        print_table(table, title);
    good = good && draw_view(inspection, view, error);
    if (view->free_result)
        view->free_result(inspection->result);
    inspection->result = NULL;
    return good;
}

/* Those chosen, with their tables; where none is, pictures of all that take no time. */
static gboolean show_views(FaltungInspection *inspection, guint chosen, FaltungJson *json,
                           GError **error) {
    const FaltungView *const *views = faltung_views();
    gboolean several = (chosen & (chosen - 1)) != 0, first = TRUE;
    for (int i = 0; views[i]; i++) {
        if (chosen ? !(chosen & 1u << i) : views[i]->on_request)
            continue;
        if (chosen && !first && !json)
            putchar('\n');
        first = FALSE;
        if (!show_view(inspection, views[i], several ? views[i]->summary : NULL, chosen != 0, json,
                       error))
            return FALSE;
    }
    return TRUE;
}

static gboolean make_folder(const char *option, const char *folder, GError **error) {
    if (!faltung_report_can_draw())
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "%s: this program was built without pictures (-Ddraw=disabled)",
                            option);
    if (g_mkdir_with_parents(folder, 0777) == 0)
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "the folder %s cannot be made: %s; choose another with %s", folder,
                        g_strerror(errno), option);
}

static gboolean inspect(FaltungInspection *inspection, const FaltungCall *call, guint chosen,
                        GError **error) {
    g_autoptr(FaltungJson) json = call->json ? faltung_json_new() : NULL;
    if (json)
        faltung_json_open_object(json, NULL);
    if (chosen == 0) {
        g_autoptr(FaltungTextTable) facts = tabulate_facts(inspection);
        if (json)
            faltung_text_table_json(facts, json, "run");
        else
            print_table(facts, NULL);
    }
    g_autofree char *folders = name_folders();
    if ((chosen || *folders) && !show_views(inspection, chosen, json, error))
        return FALSE;
    print_sentences(inspection, json);
    print_figures(inspection, json);
    if (json) {
        faltung_json_open_array(json, "pictures");
        for (guint i = 0; i < inspection->written->len; i++)
            faltung_json_string(json, NULL, inspection->written->pdata[i]);
        faltung_json_close(json);
        faltung_json_close(json);
        faltung_json_print(json);
    } else if (*folders && !call->quiet) {
        fprintf(stderr, "%u %s%s written to %s\n", inspection->written->len,
                png || svg ? "picture" : "film", inspection->written->len == 1 ? "" : "s", folders);
    }
    return TRUE;
}

static int inspect_run(const FaltungCall *call, GError **error) {
    guint chosen;
    if (!parse_what(&chosen, error))
        return FALTUNG_EXIT_USAGE;
    if (csv && (call->json || chosen & (chosen - 1))) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     call->json ? "--csv and --json exclude each other"
                                : "--csv prints one table; give --what one word");
        return FALTUNG_EXIT_USAGE;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(outputs); i++)
        if (*outputs[i].folder && !make_folder(outputs[i].option, *outputs[i].folder, error))
            return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    FaltungInspection inspection = {
        .run = run,
        .experiment = run ? faltung_run_experiment(run, error) : NULL,
        .moment = moment,
        .sample = sample,
        .samples = samples,
        .threads = threads,
        .method = method,
        .unit = unit,
        .steps = steps,
        .with = with,
        .with_moment = with_moment,
        .patch = patch,
        .randomised = randomised,
        .dark = dark,
    };
    if (!inspection.experiment || !check_numbers(run, error) || !find_layer(&inspection, error))
        return FALTUNG_EXIT_USAGE;
    if (layer_name && chosen == 0)
        chosen = 1; /* of one layer: its weights */
    inspection.written = g_ptr_array_new_with_free_func(g_free);
    inspection.sentences = g_ptr_array_new_with_free_func(g_free);
    inspection.figures = g_array_new(FALSE, FALSE, sizeof(FaltungInspectionFigure));
    inspection.terminal = faltung_terminal_new(call->quiet);
    faltung_interrupt_watch();
    gboolean good = inspect(&inspection, call, chosen, error);
    faltung_inspection_clear(&inspection);
    return good ? FALTUNG_EXIT_DONE : FALTUNG_EXIT_FAILED;
}

const FaltungCommand faltung_command_inspect = {
    .name = "inspect",
    .arguments = "RUN.h5",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Shows what is in a run: weights, feature maps, gradients, curves",
    .description =
        "Without options: what the run is and how it ended. --what prints tables. Of what the run "
        "holds: `weights` (statistics), `maps` (each layer's output for a sample), `gradients` "
        "(norms of weights, gradients and updates), `histogram`, `curves` (the figures of every "
        "epoch). --layer shows one layer in more detail, "
        "--moment an earlier time, --png and --svg write pictures of filters, feature maps, "
        "histograms and curves.\n\n"
        "`units` tells how units behave over the samples, and which are dead. `confusion` counts "
        "what each class is taken for, `predictions` lists the samples with the "
        "worst errors first, `reconstruction` compares an autoencoder's outputs with its inputs, "
        "`code` is a layer's output for every sample, `latent` what the decoder makes of codes.\n\n"
        "`embedding` computes a layer's outputs (by default of the one before the last) for many "
        "samples and shows them in a plane: by principal components, or by t-SNE, which keeps near "
        "samples near.\n\n"
        "`saliency`, `integrated`, `gradcam` and `occlusion` show which part of a sample a "
        "decision "
        "comes from: the gradient, integrated gradients, what the last convolution (or --layer) "
        "saw, and what is lost when a patch is covered. With --randomised also that of the "
        "untrained "
        "network, which should look different. `exciting` are the samples that the units of a "
        "layer "
        "answer to most, `maximal` samples made for them. `network` is the diagram with what each "
        "layer puts out on its card. `text` finds the units of a network of "
        "text that follow quotation marks, lines, words and such.\n\n"
        "  faltung inspect digits-cnn.h5 --what weights,curves\n"
        "  faltung inspect digits-cnn.h5 --what maps --sample 3 --png pictures\n"
        "  faltung inspect digits-cnn.h5 --what embedding --method tsne --svg pictures",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = inspect_run,
};
