/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "experiments/command.h"
#include "experiments/inspect.h"
#include "experiments/json.h"
#include "experiments/load-run.h"
#include "experiments/report.h"
#include "experiments/terminal.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *layer_name, *what, *png;
static int sample = -1, moment = -1;
static gboolean csv;

static const GOptionEntry options[] = {
    {"layer", 'l', 0, G_OPTION_ARG_STRING, &layer_name, "Only this layer, in more detail", "L"},
    {"what", 'w', 0, G_OPTION_ARG_STRING, &what,
     "What to look at, one or more of: weights,maps,gradients,histogram,curves", "LIST"},
    {"sample", 'i', 0, G_OPTION_ARG_INT, &sample,
     "The sample of the validation data whose maps are shown (the first that the run itself keeps)",
     "I"},
    {"moment", 'm', 0, G_OPTION_ARG_INT, &moment,
     "The moment of the time axis: 0 is before training (the end)", "M"},
    {"png", 0, 0, G_OPTION_ARG_FILENAME, &png,
     "Write pictures into DIR; without --what, of everything", "DIR"},
    {"csv", 0, 0, G_OPTION_ARG_NONE, &csv, "Print the table as CSV; takes one thing to look at",
     NULL},
    {0},
};

/* Bits of faltung_views(). */
static gboolean parse_what(guint *chosen, GError **error) {
    const FaltungView *views = faltung_views();
    const char *names[8] = {NULL};
    for (int i = 0; views[i].name; i++)
        names[i] = views[i].name;
    g_auto(GStrv) words = g_strsplit(what ? what : "", ",", -1);
    *chosen = 0;
    for (char **word = words; *word; word++) {
        int i = 0;
        while (views[i].name && strcmp(g_strstrip(*word), views[i].name) != 0)
            i++;
        if (views[i].name) {
            *chosen |= 1u << i;
            continue;
        }
        if (!**word && g_strv_length(words) == 1)
            continue;
        const char *nearest = faltung_nearest(*word, names);
        g_autofree char *list = g_strjoinv(", ", (char **)names);
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "--what: `%s` cannot be looked at; %s%s%sexpected are %s", *word,
                    nearest ? "did you mean `" : "", nearest ? nearest : "", nearest ? "`? " : "",
                    list);
        return FALSE;
    }
    return TRUE;
}

static gboolean find_layer(FaltungInspection *inspection, GError **error) {
    inspection->layer = -1;
    if (!layer_name)
        return TRUE;
    inspection->layer =
        faltung_find_layer(inspection->experiment->graph, "--layer", layer_name, error);
    return inspection->layer >= 0;
}

static gboolean check_numbers(const FaltungRun *run, GError **error) {
    int n = faltung_run_n_moments(run);
    if (moment >= n || moment < -1) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "--moment: there is no moment %d; %s has moments 0 to %d", moment,
                    faltung_run_path(run), n - 1);
        return FALSE;
    }
    if (sample < -1) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "--sample counts from 0, and %d was given", sample);
        return FALSE;
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

static gboolean print_views(FaltungInspection *inspection, guint chosen, FaltungJson *json,
                            GError **error) {
    const FaltungView *views = faltung_views();
    gboolean several = (chosen & (chosen - 1)) != 0, first = TRUE;
    for (int i = 0; views[i].name; i++) {
        if (!(chosen & 1u << i))
            continue;
        g_autoptr(FaltungTextTable) table = views[i].tabulate(inspection, error);
        if (!table)
            return FALSE;
        if (json) {
            faltung_text_table_json(table, json, views[i].name);
            continue;
        }
        if (!first)
            putchar('\n');
        first = FALSE;
        print_table(table, several ? views[i].summary : NULL);
    }
    return TRUE;
}

static gboolean draw_views(FaltungInspection *inspection, guint chosen, GError **error) {
    if (g_mkdir_with_parents(png, 0777) != 0) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "the folder %s cannot be made: %s; choose another with --png", png,
                    g_strerror(errno));
        return FALSE;
    }
    const FaltungView *views = faltung_views();
    for (int i = 0; views[i].name; i++) {
        if ((chosen == 0 || chosen & 1u << i) && !views[i].draw(inspection, error))
            return FALSE;
    }
    return TRUE;
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
    } else if (!print_views(inspection, chosen, json, error)) {
        return FALSE;
    }
    if (png && !draw_views(inspection, chosen, error))
        return FALSE;
    if (json) {
        faltung_json_open_array(json, "pictures");
        for (guint i = 0; i < inspection->written->len; i++)
            faltung_json_string(json, NULL, inspection->written->pdata[i]);
        faltung_json_close(json);
        faltung_json_close(json);
        faltung_json_print(json);
    } else if (png && !call->quiet) {
        fprintf(stderr, "%u pictures written to %s\n", inspection->written->len, png);
    }
    return TRUE;
}

static int inspect_run(const FaltungCall *call, GError **error) {
    guint chosen;
    if (!parse_what(&chosen, error))
        return FALTUNG_EXIT_USAGE;
    if (csv && (call->json || chosen & (chosen - 1))) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    call->json ? "--csv and --json exclude each other"
                               : "--csv prints one table; give --what one word");
        return FALTUNG_EXIT_USAGE;
    }
    if (png && !faltung_report_can_draw()) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "--png: this program was built without pictures (-Ddraw=disabled)");
        return FALTUNG_EXIT_USAGE;
    }
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    FaltungInspection inspection = {
        .run = run,
        .experiment = run ? faltung_run_experiment(run, error) : NULL,
        .moment = moment,
        .sample = sample,
        .folder = png,
    };
    if (!inspection.experiment || !check_numbers(run, error) || !find_layer(&inspection, error))
        return FALTUNG_EXIT_USAGE;
    if (layer_name && chosen == 0)
        chosen = 1; /* of one layer: its weights */
    inspection.written = g_ptr_array_new_with_free_func(g_free);
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
        "Without options: what the run is and how it ended. --what prints tables: statistics of "
        "the weights; each layer's output for a sample; the norms of weights, gradients and "
        "updates; histograms; the figures of every epoch. --layer shows one layer in more detail, "
        "--moment an earlier time, --png writes pictures of filters, feature maps, histograms and "
        "curves.\n\n"
        "  faltung inspect digits-cnn.h5 --what weights,curves\n"
        "  faltung inspect digits-cnn.h5 --what maps --sample 3 --png pictures",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = inspect_run,
};
