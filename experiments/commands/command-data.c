/* SPDX-License-Identifier: Apache-2.0 */
#include "data/catalogue.h"
#include "data/csv.h"
#include "data/download.h"
#include "data/hdf5-reader.h"
#include "data/idx.h"
#include "data/images.h"
#include "data/text-reader.h"
#include "experiments/command.h"
#include "experiments/commands/data-export.h"
#include "experiments/commands/data-show.h"
#include "experiments/interrupt.h"
#include "experiments/json.h"
#include "experiments/table.h"
#include "experiments/terminal.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static char *target, *input, *out;
static char **overrides;
static int length = 25;
static gboolean augment;

/* Returns: (transfer full): how to get a data set that is not here. */
static char *how_to_get(const FaltungDatasetEntry *entry) {
    return g_strdup_printf("%s%s%sfaltung data get %s", entry->package ? "apt-get install " : "",
                           entry->package ? entry->package : "", entry->package ? "` or `" : "",
                           entry->name);
}

/* Returns: (transfer full) (nullable): where the data set is; "" within the program. */
static char *where(const FaltungDatasetEntry *entry) {
    return faltung_catalogue_locate(entry, NULL);
}

static char *target_text(const FaltungDatasetEntry *entry) {
    if (entry->text)
        return g_strdup("the next letter");
    if (!entry->class_names)
        return g_strdup("a value");
    return g_strdup_printf("%u classes", g_strv_length((char **)entry->class_names));
}

static void list_table(void) {
    const char *const header[] = {"name",     "what it is", "shape", "predicts",
                                  "training", "test",       "where", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (const FaltungDatasetEntry *const *entry = faltung_catalogue(); *entry; entry++) {
        g_autofree char *shape = faltung_shape_format(&(*entry)->shape);
        g_autofree char *predicts = target_text(*entry);
        g_autofree char *place = where(*entry), *get = how_to_get(*entry);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, (*entry)->name);
        faltung_text_table_cell(table, (*entry)->title);
        faltung_text_table_cell(table, shape);
        faltung_text_table_cell(table, predicts);
        faltung_text_table_cellf(table, "%u", (*entry)->n_training);
        if ((*entry)->n_test)
            faltung_text_table_cellf(table, "%u", (*entry)->n_test);
        else
            faltung_text_table_cell(table, "");
        if (!place)
            faltung_text_table_cellf(table, "not here: `%s`", get);
        else
            faltung_text_table_cell(table, *place ? place : "in the program");
    }
    g_autofree char *text = faltung_text_table_format(table);
    fputs(text, stdout);
}

static void write_entry(FaltungJson *json, const FaltungDatasetEntry *entry) {
    g_autofree char *place = where(entry);
    faltung_json_string(json, "name", entry->name);
    faltung_json_string(json, "title", entry->title);
    faltung_json_string(json, "summary", entry->summary);
    faltung_json_string(json, "source", entry->source);
    faltung_json_boolean(json, "here", place != NULL);
    faltung_json_string(json, "folder", place && *place ? place : NULL);
    faltung_json_string(json, "package", entry->package);
    faltung_json_boolean(json, "download", entry->downloads != NULL);
}

static void list_json(void) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_array(json, NULL);
    for (const FaltungDatasetEntry *const *entry = faltung_catalogue(); *entry; entry++) {
        faltung_json_open_object(json, NULL);
        write_entry(json, *entry);
        faltung_json_integers(json, "shape", (*entry)->shape.rank, (*entry)->shape.dims);
        faltung_json_integer(json, "training", (*entry)->n_training);
        faltung_json_integer(json, "test", (*entry)->n_test);
        faltung_json_integer(json, "classes",
                             (*entry)->class_names ? g_strv_length((char **)(*entry)->class_names)
                                                   : 0);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_print(json);
}

/* Samples to show: of the catalogue, or a file or folder of one's own. */
typedef struct {
    const FaltungDatasetEntry *entry; /* (nullable) */
    FaltungDataset *training, *test;
} Samples;

static void samples_clear(Samples *samples) {
    g_clear_pointer(&samples->training, faltung_dataset_unref);
    g_clear_pointer(&samples->test, faltung_dataset_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Samples, samples_clear)

static gboolean load_own(const char *path, Samples *samples, GError **error) {
    g_autofree char *name = g_path_get_basename(path);
    if (g_file_test(path, G_FILE_TEST_IS_DIR) && faltung_images_are_in(path))
        return faltung_images_load(path, NULL, &samples->training, &samples->test, error);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return faltung_idx_load_folder(name, path, NULL, &samples->training, &samples->test, error);
    if (g_str_has_suffix(name, ".h5") || g_str_has_suffix(name, ".hdf5")) {
        FaltungHdf5Options options = {.name = name, .input = input, .target = target};
        samples->training = faltung_hdf5_load(path, &options, error);
    } else if (g_str_has_suffix(name, ".txt") || g_str_has_suffix(name, ".txt.gz")) {
        if (length < 1)
            return faltung_fail(error, FALTUNG_ERROR_INPUT,
                                "--length is a number of characters, 1 or more");
        samples->training = faltung_text_load(path, length, 0, error);
    } else if (strstr(name, "idx") && !strstr(name, ".csv")) {
        samples->training = faltung_idx_load_images(name, path, error);
    } else {
        FaltungCsvOptions options = {.name = name, .target = target};
        samples->training = faltung_csv_load(path, &options, error);
    }
    return samples->training != NULL;
}

static gboolean load(const char *name, Samples *samples, GError **error) {
    g_autoptr(GError) unknown = NULL;
    samples->entry = faltung_catalogue_find(name, &unknown);
    if (samples->entry)
        return faltung_catalogue_load(samples->entry, &samples->training, &samples->test, error);
    if (g_file_test(name, G_FILE_TEST_EXISTS))
        return load_own(name, samples, error);
    g_propagate_error(error, g_steal_pointer(&unknown));
    return FALSE;
}

static void show_text(const Samples *samples, const char *name) {
    const FaltungDatasetEntry *entry = samples->entry;
    g_autofree char *place = entry ? where(entry) : NULL;
    g_autofree char *shape = faltung_shape_format(faltung_dataset_shape(samples->training));
    if (entry)
        printf("%s: %s\n\nsource    %s\nplace     %s\n", entry->title, entry->summary,
               entry->source, place && *place ? place : "in the program");
    else
        printf("%s\n\n", name);
    printf("shape     %s\nsamples   %u training", shape, faltung_dataset_size(samples->training));
    if (samples->test)
        printf(", %u test\n", faltung_dataset_size(samples->test));
    else
        printf(" (`validation:` of the experiment sets a part of them aside)\n");
    faltung_data_show(samples->training, samples->test);
}

static void show_json(const Samples *samples, const char *name) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    if (samples->entry)
        write_entry(json, samples->entry);
    else
        faltung_json_string(json, "name", name);
    faltung_data_show_json(json, samples->training, samples->test);
    faltung_json_close(json);
    faltung_json_print(json);
}

static gboolean show_augmented(const char *name, GError **error) {
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_load(name, (const char *const *)overrides, error);
    return experiment && faltung_data_show_augmented(experiment, out, error);
}

static gboolean show(const FaltungCall *call, const char *name, GError **error) {
    if (augment)
        return show_augmented(name, error);
    g_auto(Samples) samples = {NULL};
    if (!load(name, &samples, error))
        return FALSE;
    if (call->json)
        show_json(&samples, name);
    else
        show_text(&samples, name);
    return TRUE;
}

/* The download as it is told. */
typedef struct {
    FaltungTerminal *terminal;
    const char *file; /* under way */
} Telling;

static gboolean on_progress(const char *file, guint64 done, guint64 total, gpointer data) {
    Telling *telling = data;
    if (file != telling->file && !faltung_terminal_is_live(telling->terminal))
        faltung_terminal_say(telling->terminal, "fetching %s", file);
    telling->file = file;
    g_autofree char *size = g_format_size(MAX(done, total));
    if (total > 0) {
        double part = (double)done / total;
        g_autofree char *bar = faltung_bar(part, 24);
        g_autofree char *line =
            g_strdup_printf("%s %s %3.0f %% of %s", file, bar, part * 100, size);
        faltung_terminal_show(telling->terminal, line);
    } else {
        g_autofree char *line = g_strdup_printf("%s %s", file, size);
        faltung_terminal_show(telling->terminal, line);
    }
    return !faltung_interrupted();
}

static void on_remark(const char *message, gpointer data) {
    Telling *telling = data;
    faltung_terminal_say(telling->terminal, "%s; trying again", message);
}

static gboolean get(const FaltungCall *call, const char *name, GError **error) {
    const FaltungDatasetEntry *entry = faltung_catalogue_find(name, error);
    if (!entry)
        return FALSE;
    g_autofree char *here = where(entry);
    g_autoptr(FaltungTerminal) terminal = faltung_terminal_new(call->quiet);
    if (here) {
        faltung_terminal_say(terminal, "%s is here already", entry->title);
        printf("%s\n", *here ? here : "in the program");
        return TRUE;
    }
    faltung_interrupt_watch();
    Telling telling = {.terminal = terminal};
    FaltungDownloadHooks hooks = {on_progress, on_remark, &telling};
    g_autoptr(GError) local = NULL;
    g_autofree char *folder = faltung_download(entry, &hooks, &local);
    faltung_terminal_show(terminal, NULL);
    if (!folder) {
        if (g_error_matches(local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            faltung_fail(error, FALTUNG_ERROR_WORK,
                         "interrupted; `faltung data get %s` goes on where it stopped", name);
        else
            g_propagate_error(error, g_steal_pointer(&local));
        return FALSE;
    }
    printf("%s\n", folder);
    return TRUE;
}

/* Where the samples go: FILE.h5 beside the work, after FILE.yaml. */
static char *export_path(const char *experiment) {
    if (out)
        return g_strdup(out);
    g_autofree char *name = g_path_get_basename(experiment);
    char *dot = strrchr(name, '.');
    if (dot && dot > name)
        *dot = '\0';
    return g_strconcat(name, "-data.h5", NULL);
}

static gboolean export_samples(const char *name, GError **error) {
    g_autofree char *path = export_path(name);
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_load(name, (const char *const *)overrides, error);
    if (!experiment || !faltung_data_export(experiment, path, error))
        return FALSE;
    printf("%s\n", path);
    return TRUE;
}

static int data_run(const FaltungCall *call, GError **error) {
    static const char *const actions[] = {"list", "show", "get", "export", NULL};
    const char *action = call->n_arguments ? call->arguments[0] : "list";
    const char *name = call->n_arguments > 1 ? call->arguments[1] : NULL;
    gboolean done = TRUE;
    if (!g_strv_contains(actions, action)) {
        const char *nearest = faltung_nearest(action, actions);
        faltung_fail(error, FALTUNG_ERROR_INPUT, "`faltung data %s` is unknown; %s%s%s", action,
                     nearest ? "did you mean `faltung data "
                             : "expected list, show NAME, get NAME or export FILE.yaml",
                     nearest ? nearest : "", nearest ? "`?" : "");
        return FALTUNG_EXIT_USAGE;
    }
    if (g_str_equal(action, "list") == (name != NULL)) {
        faltung_fail(error, FALTUNG_ERROR_INPUT, "usage: faltung data %s%s", action,
                     name ? ""
                     : g_str_equal(action, "export")
                         ? " FILE.yaml"
                         : " NAME; `faltung data list` lists the names");
        return FALTUNG_EXIT_USAGE;
    }
    if (g_str_equal(action, "show"))
        done = show(call, name, error);
    else if (g_str_equal(action, "get"))
        done = get(call, name, error);
    else if (g_str_equal(action, "export"))
        done = export_samples(name, error);
    else if (call->json)
        list_json();
    else
        list_table();
    return done ? FALTUNG_EXIT_DONE : FALTUNG_EXIT_USAGE;
}

static const GOptionEntry options[] = {
    {"target", 0, 0, G_OPTION_ARG_STRING, &target,
     "What is to be predicted: the column of a table, the last by default, or the array of an "
     "HDF5 file, /target by default (show)",
     "NAME"},
    {"input", 0, 0, G_OPTION_ARG_STRING, &input,
     "The array of samples in an HDF5 file, /input by default (show)", "PATH"},
    {"augment", 'a', 0, G_OPTION_ARG_NONE, &augment,
     "NAME is an experiment file: show its pictures as they are, and as `augment:` changes them in "
     "the first epochs (show)",
     NULL},
    {"length", 0, 0, G_OPTION_ARG_INT, &length, "Characters of a sample of a text, 25 by default",
     "N"},
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out,
     "Where to write the samples, FILE-data.h5 in this folder by default (export); a picture, "
     "PNG, SVG or PDF, in place of characters (show --augment)",
     "FILE"},
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &overrides,
     "Put a value in place of the file's, such as data.name=mnist; may be repeated (export, "
     "show --augment)",
     "PATH=VALUE"},
    {0},
};

const FaltungCommand faltung_command_data = {
    .name = "data",
    .arguments = "[list | show NAME | get NAME | export FILE.yaml]",
    .max_arguments = 2,
    .summary = "Lists the data sets, shows one, downloads it, or writes an experiment's samples",
    .description =
        "`list` says which data sets are known by name, and where they are or how to get them. "
        "They are looked for in the folders of FALTUNG_DATA_PATH (parted by colons), in the "
        "user's data folder ($XDG_DATA_HOME/faltung), where the program is installed, and where "
        "Debian's packages put them (/usr/share/datasets).\n\n"
        "`show` tells what is in one: its source, shape and classes, the statistics of its "
        "values, and a few samples. In place of a name it takes data of your own: a table (.csv), "
        "an HDF5 file (.h5), a text (.txt), a folder of pictures with one for each class in it, a "
        "folder with IDX files, or one file of them.\n\n"
        "`get` downloads one into the user's data folder, checks it, and prints the folder. What "
        "was interrupted goes on where it stopped. FALTUNG_DATA_MIRROR is the address of a mirror "
        "to use in place of those that are known: the files of NAME are in its folder NAME.\n\n"
        "`export` writes the samples that an experiment trains with, split and normalized, into "
        "an HDF5 file: /training/input and /validation/input, and the same of /class or /target; "
        "so another program can be trained with the same.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = data_run,
};
