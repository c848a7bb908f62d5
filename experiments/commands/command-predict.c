/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/graph/fold.h"
#include "core/graph/part.h"
#include "core/ops/layout.h"
#include "core/store/hdf.h"
#include "core/train/fit.h"
#include "core/train/loss.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/load-run.h"
#include "experiments/samples.h"
#include "experiments/table.h"

#include <stdio.h>

#define BATCH 256

static char *out, *dataset, *from, *to;
static int threads, n_random, seed = 1;

static const GOptionEntry options[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out,
     "Write the outputs into an HDF5 file: /output, N x ...; of classes also /probability and "
     "/class, one a sample or one a position",
     "FILE.h5"},
    {"dataset", 0, 0, G_OPTION_ARG_STRING, &dataset,
     "Of an HDF5 INPUT: the data set to take (/input, or the only one); of several inputs `{NAME: "
     "PATH, ...}`",
     "PATH"},
    {"from", 0, 0, G_OPTION_ARG_STRING, &from,
     "INPUT holds outputs of the layer L: only what comes behind it is computed (a decoder)", "L"},
    {"to", 0, 0, G_OPTION_ARG_STRING, &to,
     "Compute the outputs of the layer L (an encoder's codes, a classifier's features)", "L"},
    {"random", 'r', 0, G_OPTION_ARG_INT, &n_random,
     "No INPUT: N draws from the standard normal distribution, which is that of a variational code",
     "N"},
    {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Another seed gives other draws (1)", "S"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Use at most N threads (all cores)", "N"},
    {0},
};

typedef struct {
    const FaltungRun *run;
    FaltungShape shape; /* of one output */
    size_t n, size;
    int rows, columns;  /* of one output: its positions (steps, pixels or one), and their classes */
    float *output;      /* n x shape */
    float *probability; /* (nullable): n x shape, of classes */
    gint32 *classes;    /* (nullable): n x rows: the most probable one; the run has its name */
} Prediction;

static void clear_prediction(Prediction *prediction) {
    g_free(prediction->output);
    g_free(prediction->probability);
    g_free(prediction->classes);
}

static void compute(FaltungNetwork *network, const FaltungSamples *samples, size_t input_size,
                    Prediction *prediction) {
    int last = faltung_network_graph(network)->layers->len - 1;
    for (size_t first = 0; first < samples->n; first += BATCH) {
        int batch = MIN(BATCH, samples->n - first);
        faltung_network_set_input(network, batch, samples->values + first * input_size);
        faltung_network_forward(network, FALSE, 0);
        for (int i = 0; i < batch; i++)
            faltung_network_read_output(network, last, i,
                                        prediction->output + (first + i) * prediction->size);
    }
}

/* Where the output of @class is, of the position @row of sample @i. */
static size_t index_of(const Prediction *prediction, size_t i, int row, int class) {
    return i * prediction->size + faltung_layout_field(&prediction->shape, row, class);
}

static int best_class(const Prediction *prediction, size_t i, int row) {
    const float *output = prediction->output;
    int best = 0;
    for (int k = 1; k < prediction->columns; k++)
        if (output[index_of(prediction, i, row, k)] > output[index_of(prediction, i, row, best)])
            best = k;
    return best;
}

/* The loss that softmax belongs to sees the outputs as logarithms of odds. */
static void classify(Prediction *prediction, gboolean softmax) {
    int rows = prediction->rows;
    prediction->classes = g_new(gint32, prediction->n * rows);
    for (size_t i = 0; i < prediction->n; i++) {
        for (int row = 0; row < rows; row++)
            prediction->classes[i * rows + row] = best_class(prediction, i, row);
    }
    if (!softmax)
        return;
    size_t bytes = prediction->n * prediction->size * sizeof(float);
    prediction->probability = g_memdup2(prediction->output, bytes);
    for (size_t i = 0; i < prediction->n; i++)
        faltung_probabilities(&prediction->shape, prediction->probability + i * prediction->size);
}

static gboolean write_arrays(FaltungHdf file, gpointer data, GError **error) {
    const Prediction *prediction = data;
    FaltungHdfShape shape = {.rank = 1 + prediction->shape.rank, .dims = {prediction->n}};
    for (int i = 0; i < prediction->shape.rank; i++)
        shape.dims[1 + i] = prediction->shape.dims[i];
    if (!faltung_hdf_write(file, "/output", H5T_NATIVE_FLOAT, &shape, prediction->output, error) ||
        !faltung_hdf_set_text(file, "/", "run", faltung_run_path(prediction->run), error) ||
        !faltung_hdf_set_text(file, "/", "faltung_version", FALTUNG_VERSION, error))
        return FALSE;
    if (prediction->probability && !faltung_hdf_write(file, "/probability", H5T_NATIVE_FLOAT,
                                                      &shape, prediction->probability, error))
        return FALSE;
    if (!prediction->classes)
        return TRUE;
    FaltungHdfShape positions = {.rank = 1, .dims = {prediction->n}};
    int channels = prediction->shape.rank == 3 ? 0 : prediction->shape.rank - 1;
    for (int i = 0; i < prediction->shape.rank; i++)
        if (i != channels)
            positions.dims[positions.rank++] = prediction->shape.dims[i];
    const char *const *names = faltung_run_class_names(prediction->run);
    return faltung_hdf_write(file, "/class", H5T_NATIVE_INT32, &positions, prediction->classes,
                             error) &&
           faltung_hdf_write_texts(file, "/class_names", names, error);
}

/* Of the most probable class at a position: its probability, or its output. */
static float certainty(const Prediction *prediction, size_t i, int row) {
    const float *values = prediction->probability ? prediction->probability : prediction->output;
    int class = prediction->classes[i * prediction->rows + row];
    return values[index_of(prediction, i, row, class)];
}

/* A row a sample, or a row a position of it. */
static void tabulate_classes(const Prediction *prediction, FaltungTextTable *table) {
    const char *const *names = faltung_run_class_names(prediction->run);
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "sample");
    if (prediction->rows > 1)
        faltung_text_table_cell(table, "position");
    faltung_text_table_cell(table, "class");
    faltung_text_table_cell(table, prediction->probability ? "probability" : "output");
    for (size_t i = 0; i < prediction->n; i++) {
        for (int row = 0; row < prediction->rows; row++) {
            int class = prediction->classes[i * prediction->rows + row];
            faltung_text_table_row(table);
            faltung_text_table_cellf(table, "%zu", i);
            if (prediction->rows > 1)
                faltung_text_table_cellf(table, "%d", row);
            faltung_text_table_cell(table, names[class]);
            faltung_text_table_cellf(table, "%.4f", certainty(prediction, i, row));
        }
    }
}

static void tabulate_values(const Prediction *prediction, FaltungTextTable *table) {
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "sample");
    for (size_t j = 0; j < prediction->size; j++)
        faltung_text_table_cellf(table, "output_%zu", j);
    for (size_t i = 0; i < prediction->n; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%zu", i);
        for (size_t j = 0; j < prediction->size; j++)
            faltung_text_table_cellf(table, "%.6g", prediction->output[i * prediction->size + j]);
    }
}

static void print_table(const Prediction *prediction) {
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(NULL);
    if (prediction->classes)
        tabulate_classes(prediction, table);
    else
        tabulate_values(prediction, table);
    g_autofree char *csv = faltung_text_table_csv(table);
    fputs(csv, stdout);
}

/* What belongs to a sample under @key is one value, or an array with one for each position. */
static const char *open_positions(FaltungJson *json, const char *key, int rows) {
    if (rows == 1)
        return key;
    faltung_json_open_array(json, key);
    return NULL;
}

static void close_positions(FaltungJson *json, int rows) {
    if (rows > 1)
        faltung_json_close(json);
}

static void write_classes(const Prediction *prediction, size_t i, FaltungJson *json) {
    const char *const *names = faltung_run_class_names(prediction->run);
    int rows = prediction->rows;
    const gint32 *classes = prediction->classes + i * rows;
    const char *key = open_positions(json, "class", rows);
    for (int row = 0; row < rows; row++)
        faltung_json_integer(json, key, classes[row]);
    close_positions(json, rows);
    key = open_positions(json, "class_name", rows);
    for (int row = 0; row < rows; row++)
        faltung_json_string(json, key, names[classes[row]]);
    close_positions(json, rows);
    if (!prediction->probability)
        return;
    key = open_positions(json, "probability", rows);
    for (int row = 0; row < rows; row++)
        faltung_json_number(json, key, certainty(prediction, i, row));
    close_positions(json, rows);
}

static void print_json(const Prediction *prediction) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_array(json, NULL);
    for (size_t i = 0; i < prediction->n; i++) {
        faltung_json_open_object(json, NULL);
        faltung_json_integer(json, "sample", i);
        if (prediction->classes)
            write_classes(prediction, i, json);
        faltung_json_open_array(json, "output");
        for (size_t j = 0; j < prediction->size; j++)
            faltung_json_number(json, NULL, prediction->output[i * prediction->size + j]);
        faltung_json_close(json);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_print(json);
}

static gboolean check_indices(const FaltungGraph *graph, const char *path,
                              const FaltungSamples *samples, GError **error) {
    size_t size = faltung_shape_size(&graph->input);
    for (size_t i = 0; i < samples->n; i++) {
        g_autofree char *problem = faltung_index_problem(graph, size, samples->values + i * size);
        if (!problem)
            continue;
        return faltung_fail(error, FALTUNG_ERROR_DATA, "%s: sample %zu %s", path, i, problem);
    }
    return TRUE;
}

/* The network of the run, or the part of it that --from and --to name. */
static FaltungNetwork *load_network(const FaltungRun *run, const FaltungGraph *graph,
                                    GError **error) {
    int first = FALTUNG_INPUT, last = graph->layers->len - 1;
    if (from && (first = faltung_find_layer(graph, "--from", from, error)) < 0)
        return NULL;
    if (to && (last = faltung_find_layer(graph, "--to", to, error)) < 0)
        return NULL;
    g_autoptr(FaltungNetwork) whole = faltung_run_network(run, -1, BATCH, threads, error);
    if (!whole)
        return NULL;
    FaltungNetwork *part =
        from || to ? faltung_network_part(whole, first, last, error) : g_steal_pointer(&whole);
    return part ? faltung_network_fold(part) : NULL;
}

static FaltungSamples *draw_samples(size_t size) {
    FaltungSamples *samples = g_new0(FaltungSamples, 1);
    FaltungRandom random = {.seed = seed, .purpose = FALTUNG_RANDOM_SAMPLE};
    samples->n = n_random;
    samples->values = g_new(float, n_random *size);
    for (size_t i = 0; i < n_random * size; i++)
        samples->values[i] = faltung_random_normal(&random, i);
    return samples;
}

/* Arrays of an HDF5 file are called as they were in training. */
static FaltungSamples *read_samples(const FaltungRun *run, const FaltungExperiment *experiment,
                                    const FaltungGraph *graph, const char *path, GError **error) {
    int n;
    const gunichar *vocabulary = faltung_run_vocabulary(run, &n);
    gboolean text = g_str_has_suffix(path, ".txt") || g_str_has_suffix(path, ".txt.gz");
    if (vocabulary && text && !from)
        return faltung_samples_read_text(path, vocabulary, n,
                                         (int)faltung_shape_size(&graph->input), error);
    const char *trained = experiment->data->input;
    gboolean named = faltung_graph_n_inputs(graph) > 0 && *trained;
    return faltung_samples_read(path,
                                dataset ? dataset
                                : named ? trained
                                        : NULL,
                                graph, from ? NULL : faltung_run_feature_names(run), error);
}

/* One of INPUT and --random, and that only behind a layer. */
static gboolean check_source(const FaltungCall *call, GError **error) {
    const char *problem = NULL;
    if (!call->arguments[1] && n_random <= 0)
        problem = "predict needs INPUT, a file with samples, or --random N with --from";
    else if (call->arguments[1] && n_random > 0)
        problem = "--random draws the samples; leave INPUT out";
    else if (n_random > 0 && !from)
        problem = "--random draws what a layer gives; name it with --from";
    if (problem)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s", problem);
    return problem == NULL;
}

static gboolean check_out(GError **error) {
    if (!out || !g_file_test(out, G_FILE_TEST_EXISTS))
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "%s exists already; choose another name for --out, or delete it", out);
}

/* What the network is asked: from INPUT or drawn, scaled as in training. */
static FaltungSamples *get_samples(const FaltungRun *run, const FaltungExperiment *experiment,
                                   const FaltungGraph *graph, const char *path, GError **error) {
    size_t size = faltung_shape_size(&graph->input);
    g_autoptr(FaltungSamples) samples =
        n_random > 0 ? draw_samples(size)
                     : read_samples(run, experiment, from ? graph : experiment->graph, path, error);
    if (!samples)
        return NULL;
    if (!from)
        faltung_run_scale(run, samples->values, samples->n, size);
    return check_indices(graph, path, samples, error) ? g_steal_pointer(&samples) : NULL;
}

static Prediction predict(const FaltungRun *run, const FaltungExperiment *experiment,
                          FaltungNetwork *network, const FaltungSamples *samples) {
    const FaltungGraph *graph = faltung_network_graph(network);
    const FaltungShape *output = faltung_graph_output(graph);
    Prediction prediction = {
        .run = run,
        .shape = *output,
        .n = samples->n,
        .size = faltung_shape_size(output),
        .rows = faltung_layout_rows(output),
        .columns = faltung_layout_columns(output),
    };
    prediction.output = g_new(float, samples->n *prediction.size);
    compute(network, samples, faltung_shape_size(&graph->input), &prediction);
    const char *const *names = faltung_run_class_names(run);
    if (names && !to && !experiment->data->reconstruct &&
        (int)g_strv_length((char **)names) == prediction.columns)
        classify(&prediction, faltung_loss_takes_odds(&experiment->train->loss));
    return prediction;
}

static int tell(const FaltungCall *call, Prediction *prediction, GError **error) {
    if (out && !faltung_hdf_write_file(out, write_arrays, prediction, error))
        return FALTUNG_EXIT_FAILED;
    if (call->json)
        print_json(prediction);
    else if (out)
        printf("result: samples=%zu output=%s\n", prediction->n, out);
    else
        print_table(prediction);
    return FALTUNG_EXIT_DONE;
}

static int predict_run(const FaltungCall *call, GError **error) {
    if (!check_source(call, error))
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    const FaltungExperiment *experiment = run ? faltung_run_experiment(run, error) : NULL;
    if (!experiment || !check_out(error))
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungNetwork) network = load_network(run, experiment->graph, error);
    if (!network)
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungSamples) samples =
        get_samples(run, experiment, faltung_network_graph(network), call->arguments[1], error);
    if (!samples)
        return FALTUNG_EXIT_USAGE;
    Prediction prediction = predict(run, experiment, network, samples);
    int status = tell(call, &prediction, error);
    clear_prediction(&prediction);
    return status;
}

const FaltungCommand faltung_command_predict = {
    .name = "predict",
    .arguments = "RUN.h5 [INPUT]",
    .min_arguments = 1,
    .max_arguments = 2,
    .summary = "Computes the outputs of a trained network for new samples",
    .description =
        "INPUT holds samples as they were before scaling: images as IDX (.gz or not), a table as "
        "CSV (whose first row may name the columns as in training; other columns are then passed "
        "over), an array as .npy, a data set of an HDF5 file, a picture (PNG, JPEG) or a folder of "
        "them, which are brought to the size that the network takes, or, where it learned a text, "
        "one (.txt), a sample as many characters as it takes. Without --out the predictions "
        "are printed as CSV.\n\n"
        "An autoencoder's two halves, when its layer called `code` is the narrow one:\n"
        "  faltung predict RUN.h5 pictures.npy --to code --out codes.h5\n"
        "  faltung predict RUN.h5 codes.h5 --from code --out pictures.h5\n"
        "New pictures of a variational one:\n"
        "  faltung predict RUN.h5 --from code --random 16 --out pictures.h5",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = predict_run,
};
