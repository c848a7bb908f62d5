/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/hdf.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/load-run.h"
#include "experiments/samples.h"
#include "experiments/table.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BATCH 256

static char *out, *dataset;
static int threads;

static const GOptionEntry options[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out,
     "Write the outputs into an HDF5 file: /output, N x ...; of classes also /probability and "
     "/class",
     "FILE.h5"},
    {"dataset", 0, 0, G_OPTION_ARG_STRING, &dataset,
     "Of an HDF5 INPUT: the data set to take (/input, or the only one)", "PATH"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads, "Use at most N threads (all cores)", "N"},
    {0},
};

typedef struct {
    const FaltungRun *run;
    FaltungShape shape; /* of one output */
    size_t n, size;
    float *output;      /* n x shape */
    float *probability; /* (nullable): n x size, of classes */
    gint32 *classes;    /* (nullable): n: the most probable one */
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

/* The loss that softmax belongs to sees the outputs as logarithms of odds. */
static void classify(Prediction *prediction, gboolean softmax) {
    size_t n = prediction->n, size = prediction->size;
    prediction->classes = g_new(gint32, n);
    prediction->probability = softmax ? g_new(float, n *size) : NULL;
    for (size_t i = 0; i < n; i++) {
        const float *row = prediction->output + i * size;
        size_t best = 0;
        for (size_t j = 1; j < size; j++)
            best = row[j] > row[best] ? j : best;
        prediction->classes[i] = best;
        if (!softmax)
            continue;
        double sum = 0;
        for (size_t j = 0; j < size; j++)
            sum += exp((double)row[j] - row[best]);
        for (size_t j = 0; j < size; j++)
            prediction->probability[i * size + j] = exp((double)row[j] - row[best]) / sum;
    }
}

static gboolean write_arrays(FaltungHdf file, const Prediction *prediction, GError **error) {
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
    FaltungHdfShape column = {.rank = 1, .dims = {prediction->n}};
    const char *const *names = faltung_run_class_names(prediction->run);
    return faltung_hdf_write(file, "/class", H5T_NATIVE_INT32, &column, prediction->classes,
                             error) &&
           (!names || faltung_hdf_write_texts(file, "/class_names", names, error));
}

/* Whole or not at all. */
static gboolean write_file(const Prediction *prediction, GError **error) {
    g_autofree char *part = g_strconcat(out, ".part", NULL);
    gboolean good = FALSE;
    {
        FALTUNG_HDF_SECTION;
        g_auto(FaltungHdf) file = faltung_hdf_create(part, error);
        good = file >= 0 && write_arrays(file, prediction, error);
        if (good && H5Fflush(file, H5F_SCOPE_GLOBAL) < 0)
            good = faltung_hdf_fail(error, FALTUNG_ERROR_WORK, "%s cannot be written", out);
    }
    if (good && g_rename(part, out) != 0) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK, "%s cannot be written: %s", out,
                    g_strerror(errno));
        good = FALSE;
    }
    if (!good)
        g_unlink(part);
    return good;
}

static void print_table(const Prediction *prediction) {
    const char *const *names = faltung_run_class_names(prediction->run);
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(NULL);
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "sample");
    if (prediction->classes) {
        faltung_text_table_cell(table, "class");
        faltung_text_table_cell(table, prediction->probability ? "probability" : "output");
    } else {
        for (size_t j = 0; j < prediction->size; j++)
            faltung_text_table_cellf(table, "output_%zu", j);
    }
    for (size_t i = 0; i < prediction->n; i++) {
        const float *row = prediction->output + i * prediction->size;
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%zu", i);
        if (prediction->classes) {
            int class_ = prediction->classes[i];
            const float *values =
                prediction->probability ? prediction->probability + i * prediction->size : row;
            if (names)
                faltung_text_table_cell(table, names[class_]);
            else
                faltung_text_table_cellf(table, "%d", class_);
            faltung_text_table_cellf(table, "%.4f", values[class_]);
            continue;
        }
        for (size_t j = 0; j < prediction->size; j++)
            faltung_text_table_cellf(table, "%.6g", row[j]);
    }
    g_autofree char *csv = faltung_text_table_csv(table);
    fputs(csv, stdout);
}

static void print_json(const Prediction *prediction) {
    const char *const *names = faltung_run_class_names(prediction->run);
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_array(json, NULL);
    for (size_t i = 0; i < prediction->n; i++) {
        faltung_json_open_object(json, NULL);
        faltung_json_integer(json, "sample", i);
        if (prediction->classes) {
            faltung_json_integer(json, "class", prediction->classes[i]);
            if (names)
                faltung_json_string(json, "class_name", names[prediction->classes[i]]);
        }
        if (prediction->probability)
            faltung_json_number(
                json, "probability",
                prediction->probability[i * prediction->size + prediction->classes[i]]);
        faltung_json_open_array(json, "output");
        for (size_t j = 0; j < prediction->size; j++)
            faltung_json_number(json, NULL, prediction->output[i * prediction->size + j]);
        faltung_json_close(json);
        faltung_json_close(json);
    }
    faltung_json_close(json);
    faltung_json_print(json);
}

static int predict_run(const FaltungCall *call, GError **error) {
    g_autoptr(FaltungRun) run = faltung_run_open(call->arguments[0], error);
    const FaltungExperiment *experiment = run ? faltung_run_experiment(run, error) : NULL;
    if (!experiment)
        return FALTUNG_EXIT_USAGE;
    if (out && g_file_test(out, G_FILE_TEST_EXISTS)) {
        g_set_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT,
                    "%s exists already; choose another name for --out, or delete it", out);
        return FALTUNG_EXIT_USAGE;
    }
    const FaltungShape *input = &experiment->graph->input;
    g_autoptr(FaltungSamples) samples = faltung_samples_read(call->arguments[1], dataset, input,
                                                             faltung_run_feature_names(run), error);
    g_autoptr(FaltungNetwork) network =
        samples ? faltung_run_network(run, -1, BATCH, threads, error) : NULL;
    if (!network)
        return FALTUNG_EXIT_USAGE;
    size_t input_size = faltung_shape_size(input);
    faltung_run_scale(run, samples->values, samples->n, input_size);
    Prediction prediction = {
        .run = run,
        .shape = *faltung_graph_output(experiment->graph),
        .n = samples->n,
        .size = faltung_shape_size(faltung_graph_output(experiment->graph)),
    };
    prediction.output = g_new(float, samples->n *prediction.size);
    compute(network, samples, input_size, &prediction);
    if (faltung_run_class_names(run))
        classify(&prediction,
                 strcmp(experiment->train->loss.kind->name, "softmax_cross_entropy") == 0);
    int status = FALTUNG_EXIT_DONE;
    if (out)
        status = write_file(&prediction, error) ? FALTUNG_EXIT_DONE : FALTUNG_EXIT_FAILED;
    if (status == FALTUNG_EXIT_DONE && call->json)
        print_json(&prediction);
    else if (status == FALTUNG_EXIT_DONE && !out)
        print_table(&prediction);
    else if (status == FALTUNG_EXIT_DONE)
        printf("result: samples=%zu output=%s\n", samples->n, out);
    clear_prediction(&prediction);
    return status;
}

const FaltungCommand faltung_command_predict = {
    .name = "predict",
    .arguments = "RUN.h5 INPUT",
    .min_arguments = 2,
    .max_arguments = 2,
    .summary = "Computes the outputs of a trained network for new samples",
    .description =
        "INPUT holds samples as they were before scaling: images as IDX (.gz or not), a table as "
        "CSV (whose first row may name the columns as in training; other columns are then passed "
        "over), an array as .npy, or a data set of an HDF5 file. Without --out the predictions are "
        "printed as CSV.",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON,
    .run = predict_run,
};
