/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/inspect/inspect.h"

#include "core/base/error.h"
#include "experiments/interrupt.h"
#include "experiments/load-run.h"

#include <math.h>
#include <string.h>

void faltung_inspection_clear(FaltungInspection *inspection) {
    g_clear_pointer(&inspection->network, faltung_network_free);
    g_clear_pointer(&inspection->input, g_free);
    g_clear_pointer(&inspection->written, g_ptr_array_unref);
    g_clear_pointer(&inspection->data, faltung_dataset_unref);
    g_clear_pointer(&inspection->figures, g_array_unref);
    g_clear_pointer(&inspection->sentences, g_ptr_array_unref);
    g_clear_pointer(&inspection->terminal, faltung_terminal_free);
}

gboolean faltung_inspection_includes(const FaltungInspection *inspection, int layer) {
    return inspection->layer == FALTUNG_NO_LAYER || inspection->layer == layer;
}

const FaltungLayer *faltung_inspection_layer(const FaltungInspection *inspection, int layer) {
    return faltung_graph_layer(inspection->experiment->graph, layer);
}

static int n_layers(const FaltungInspection *inspection) {
    return inspection->experiment->graph->layers->len;
}

FaltungDataset *faltung_inspection_data(FaltungInspection *inspection, GError **error) {
    if (!inspection->data)
        inspection->data = faltung_run_load_data(inspection->run, NULL, error);
    return inspection->data;
}

FaltungDataset *faltung_inspection_autoencoder(FaltungInspection *inspection, GError **error) {
    FaltungDataset *dataset = faltung_inspection_data(inspection, error);
    if (!dataset || faltung_dataset_target_type(dataset) == FALTUNG_TARGET_NONE)
        return dataset;
    faltung_fail(error, FALTUNG_ERROR_INPUT,
                 "%s is no autoencoder: only a network that was trained on `data: {reconstruct: "
                 "true}` gives back its input, and has codes to decode",
                 faltung_run_path(inspection->run));
    return NULL;
}

gboolean faltung_inspection_has_sample(const FaltungInspection *inspection, guint32 index,
                                       GError **error) {
    guint32 n = faltung_dataset_size(inspection->data);
    if (index < n)
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "there is no sample %u: the validation data of %s has samples 0 to %u",
                        index, faltung_dataset_name(inspection->data), n - 1);
}

guint32 faltung_inspection_n_samples(const FaltungInspection *inspection, guint32 most) {
    guint32 n = faltung_dataset_size(inspection->data);
    return MIN(n, inspection->samples > 0 ? (guint32)inspection->samples : most);
}

FaltungNetwork *faltung_inspection_network(FaltungInspection *inspection, GError **error) {
    enum { BATCH = 256 };
    return faltung_run_network(inspection->run, inspection->moment, BATCH, inspection->threads,
                               error);
}

FaltungNetwork *faltung_inspection_network_for_data(FaltungInspection *inspection, GError **error) {
    return faltung_inspection_data(inspection, error)
               ? faltung_inspection_network(inspection, error)
               : NULL;
}

static gboolean show_progress(double part, gpointer data) {
    FaltungTerminal *terminal = data;
    if (terminal && faltung_terminal_is_live(terminal)) {
        g_autofree char *bar = faltung_bar(part, 40);
        g_autofree char *line = g_strdup_printf("%s %3.0f %%", bar, 100 * part);
        faltung_terminal_show(terminal, part < 1 ? line : NULL);
    }
    return !faltung_interrupted();
}

FaltungAnalysisHooks faltung_inspection_hooks(FaltungInspection *inspection) {
    return (FaltungAnalysisHooks){show_progress, inspection->terminal};
}

void faltung_inspection_say(FaltungInspection *inspection, const char *format, ...) {
    va_list words;
    va_start(words, format);
    g_ptr_array_add(inspection->sentences, g_strdup_vprintf(format, words));
    va_end(words);
}

void faltung_inspection_figure(FaltungInspection *inspection, const char *name, double value) {
    FaltungInspectionFigure figure = {name, value};
    g_array_append_val(inspection->figures, figure);
}

/* The chosen sample of the validation data, as the network sees it. */
static float *gather_sample(FaltungInspection *inspection, GError **error) {
    FaltungDataset *dataset = faltung_inspection_data(inspection, error);
    if (!dataset)
        return NULL;
    guint32 index = inspection->sample;
    if (!faltung_inspection_has_sample(inspection, index, error))
        return NULL;
    float *values = g_new(float, faltung_shape_size(faltung_dataset_shape(dataset)));
    faltung_dataset_gather(dataset, &index, 1, values, NULL, NULL);
    return values;
}

float *faltung_inspection_sample(FaltungInspection *inspection, GError **error) {
    if (inspection->sample < 0 && faltung_run_n_probes(inspection->run) == 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "%s holds no samples of its own; choose one with --sample",
                     faltung_run_path(inspection->run));
        return NULL;
    }
    FaltungShape shape;
    return inspection->sample < 0 ? faltung_run_read_probe(inspection->run, 0, FALSE, &shape, error)
                                  : gather_sample(inspection, error);
}

gboolean faltung_inspection_forward(FaltungInspection *inspection, GError **error) {
    if (inspection->network)
        return TRUE;
    inspection->input = faltung_inspection_sample(inspection, error);
    if (!inspection->input)
        return FALSE;
    g_autoptr(FaltungNetwork) network =
        faltung_network_new(inspection->experiment->graph, inspection->experiment->train->seed, 1,
                            FALTUNG_NETWORK_KEEPS_OUTPUTS, 1);
    if (!faltung_run_load_weights(inspection->run, inspection->moment, network, error))
        return FALSE;
    faltung_network_set_input(network, 1, inspection->input);
    faltung_network_forward(network, FALSE, 0);
    inspection->network = g_steal_pointer(&network);
    return TRUE;
}

float *faltung_inspection_output(const FaltungInspection *inspection, int layer) {
    const FaltungShape *shape = &faltung_inspection_layer(inspection, layer)->output_shape;
    float *values = g_new(float, faltung_shape_size(shape));
    faltung_network_read_output(inspection->network, layer, 0, values);
    return values;
}

char *faltung_inspection_place(const FaltungShape *shape, size_t index) {
    GString *place = g_string_new(NULL);
    for (int i = shape->rank - 1; i >= 0; i--) {
        g_autofree char *digits =
            g_strdup_printf("%zu%s", index % shape->dims[i], i == shape->rank - 1 ? "" : ",");
        g_string_prepend(place, digits);
        index /= shape->dims[i];
    }
    return g_string_free(place, FALSE);
}

void faltung_inspection_statistics(FaltungTextTable *table, const float *values, size_t n) {
    double sum = 0, squares = 0, minimum = INFINITY, maximum = -INFINITY;
    size_t zeros = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        minimum = MIN(minimum, values[i]);
        maximum = MAX(maximum, values[i]);
        zeros += values[i] == 0;
    }
    double mean = n ? sum / n : NAN, norm = 0;
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
        norm += (double)values[i] * values[i];
    }
    const double figures[] = {mean, n ? sqrt(squares / n) : NAN, minimum, maximum, sqrt(norm)};
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++)
        faltung_text_table_cellf(table, "%.6g", figures[i]);
    faltung_text_table_cellf(table, "%.4g", n ? (double)zeros / n : NAN);
}

static FaltungTextTable *tabulate_weights(FaltungInspection *inspection, GError **error) {
    const char *const header[] = {"layer",   "parameter", "shape", "mean",  "std",
                                  "minimum", "maximum",   "norm",  "zeros", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int i = 0; i < n_layers(inspection); i++) {
        const FaltungLayer *layer = faltung_inspection_layer(inspection, i);
        for (int j = 0; j < layer->n_parameters && faltung_inspection_includes(inspection, i);
             j++) {
            const char *name = layer->parameters[j].name;
            FaltungShape shape;
            g_autofree float *values = faltung_run_read_weights(inspection->run, inspection->moment,
                                                                layer->name, name, &shape, error);
            if (!values)
                return NULL;
            g_autofree char *text = faltung_shape_format(&shape);
            faltung_text_table_row(table);
            faltung_text_table_cell(table, layer->name);
            faltung_text_table_cell(table, name);
            faltung_text_table_cell(table, text);
            faltung_inspection_statistics(table, values, faltung_shape_size(&shape));
        }
    }
    return g_steal_pointer(&table);
}

/* A row a map of an image, a row a unit of a vector. */
static FaltungTextTable *tabulate_maps(FaltungInspection *inspection, GError **error) {
    const char *const header[] = {"layer",   "map",     "shape", "mean",  "std",
                                  "minimum", "maximum", "norm",  "zeros", NULL};
    if (!faltung_inspection_forward(inspection, error))
        return NULL;
    FaltungTextTable *table = faltung_text_table_new(header);
    for (int i = 0; i < n_layers(inspection); i++) {
        if (!faltung_inspection_includes(inspection, i))
            continue;
        const FaltungLayer *layer = faltung_inspection_layer(inspection, i);
        const FaltungShape *shape = &layer->output_shape;
        g_autofree float *values = faltung_inspection_output(inspection, i);
        size_t size = faltung_shape_size(shape);
        /* of all layers together a vector is one row, or the table would be endless */
        gboolean whole = shape->rank == 1 && inspection->layer == FALTUNG_NO_LAYER;
        size_t n = whole ? 1 : (size_t)shape->dims[0];
        FaltungShape one = *shape;
        if (!whole) {
            one.rank = MAX(1, shape->rank - 1);
            for (int k = 1; k < shape->rank; k++)
                one.dims[k - 1] = shape->dims[k];
            if (shape->rank == 1)
                one.dims[0] = 1;
        }
        g_autofree char *text = faltung_shape_format(&one);
        for (size_t k = 0; k < n; k++) {
            faltung_text_table_row(table);
            faltung_text_table_cell(table, layer->name);
            if (whole)
                faltung_text_table_cell(table, "all");
            else
                faltung_text_table_cellf(table, "%zu", k);
            faltung_text_table_cell(table, text);
            faltung_inspection_statistics(table, values + k * (size / n), size / n);
        }
    }
    return table;
}

static const char *const norms[] = {"weight_norm", "gradient_norm", "update_ratio"};

static void add_norms(FaltungInspection *inspection, FaltungTextTable *table,
                      double *const *columns, const char *layer, int moment) {
    faltung_text_table_row(table);
    faltung_text_table_cell(table, layer);
    faltung_text_table_cellf(table, "%d", moment);
    faltung_text_table_cellf(table, "%.6g", faltung_run_moment_epoch(inspection->run, moment));
    for (size_t k = 0; k < G_N_ELEMENTS(norms); k++) {
        if (isfinite(columns[k][moment]))
            faltung_text_table_cellf(table, "%.6g", columns[k][moment]);
        else
            faltung_text_table_cell(table, "-");
    }
}

/* Of all layers the chosen moment, of one layer all moments. */
static FaltungTextTable *tabulate_gradients(FaltungInspection *inspection, GError **error) {
    const char *const header[] = {"layer",         "moment",       "epoch", "weight_norm",
                                  "gradient_norm", "update_ratio", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int i = 0; i < n_layers(inspection); i++) {
        const FaltungLayer *layer = faltung_inspection_layer(inspection, i);
        if (layer->n_parameters == 0 || !faltung_inspection_includes(inspection, i))
            continue;
        int n = 0;
        double *columns[G_N_ELEMENTS(norms)] = {NULL};
        gboolean good = TRUE;
        for (size_t k = 0; k < G_N_ELEMENTS(norms) && good; k++) {
            columns[k] = faltung_run_read_norms(inspection->run, norms[k], layer->name, &n, error);
            good = columns[k] != NULL;
        }
        if (good && inspection->layer != FALTUNG_NO_LAYER) {
            for (int moment = 0; moment < n; moment++)
                add_norms(inspection, table, columns, layer->name, moment);
        } else if (good && n > 0) {
            add_norms(inspection, table, columns, layer->name,
                      inspection->moment < 0 ? n - 1 : MIN(inspection->moment, n - 1));
        }
        for (size_t k = 0; k < G_N_ELEMENTS(norms); k++)
            g_free(columns[k]);
        if (!good)
            return NULL;
    }
    return g_steal_pointer(&table);
}

/* The bins that have anything in them, a row each. */
static void append_bins(FaltungTextTable *table, const FaltungRunHistogram *histogram,
                        const char *layer, const char *parameter, const char *of) {
    double width = (histogram->maximum - histogram->minimum) / FALTUNG_HISTOGRAM_BINS;
    for (int bin = 0; bin < FALTUNG_HISTOGRAM_BINS; bin++) {
        if (histogram->counts[bin] == 0)
            continue;
        faltung_text_table_row(table);
        faltung_text_table_cell(table, layer);
        faltung_text_table_cell(table, parameter);
        faltung_text_table_cell(table, of);
        faltung_text_table_cellf(table, "%.6g", histogram->minimum + bin * width);
        faltung_text_table_cellf(table, "%.6g", histogram->minimum + (bin + 1) * width);
        faltung_text_table_cellf(table, "%u", histogram->counts[bin]);
    }
}

static gboolean append_histograms(FaltungTextTable *table, const FaltungInspection *inspection,
                                  const FaltungLayer *layer, GError **error) {
    static const char *const kinds[] = {"weights", "gradients"};
    for (int j = 0; j < layer->n_parameters; j++) {
        const FaltungParameter *parameter = &layer->parameters[j];
        /* what is measured has no gradient */
        size_t n_kinds = parameter->measured ? 1 : G_N_ELEMENTS(kinds);
        for (size_t k = 0; k < n_kinds; k++) {
            FaltungRunHistogram histogram;
            if (!faltung_run_read_histogram(inspection->run, kinds[k], inspection->moment,
                                            layer->name, parameter->name, &histogram, error))
                return FALSE;
            append_bins(table, &histogram, layer->name, parameter->name, kinds[k]);
        }
    }
    return TRUE;
}

static FaltungTextTable *tabulate_histograms(FaltungInspection *inspection, GError **error) {
    const char *const header[] = {"layer", "parameter", "of", "low", "high", "count", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int i = 0; i < n_layers(inspection); i++) {
        if (faltung_inspection_includes(inspection, i) &&
            !append_histograms(table, inspection, faltung_inspection_layer(inspection, i), error))
            return NULL;
    }
    return g_steal_pointer(&table);
}

/* The columns of a table of the run file, "epoch" or "step". */
static FaltungTextTable *tabulate_columns(const FaltungRun *run, const char *which) {
    const char *const *names = faltung_run_columns(run, which);
    FaltungTextTable *table = faltung_text_table_new(names);
    size_t n_rows = 0;
    for (const char *const *name = names; *name; name++) {
        size_t n = 0;
        faltung_run_column(run, which, *name, &n);
        n_rows = MAX(n_rows, n);
    }
    for (size_t i = 0; i < n_rows; i++) {
        faltung_text_table_row(table);
        for (const char *const *name = names; *name; name++) {
            size_t n = 0;
            const double *values = faltung_run_column(run, which, *name, &n);
            if (values && i < n && isfinite(values[i]))
                faltung_text_table_cellf(table, "%.6g", values[i]);
            else
                faltung_text_table_cell(table, "-");
        }
    }
    return table;
}

static FaltungTextTable *tabulate_curves(FaltungInspection *inspection, GError **error) {
    return tabulate_columns(inspection->run, "epoch");
}

static FaltungTextTable *tabulate_steps(FaltungInspection *inspection, GError **error) {
    return tabulate_columns(inspection->run, "step");
}

static const FaltungView weights = {
    .name = "weights",
    .summary = "the learned parameters",
    .tabulate = tabulate_weights,
    .draw = faltung_draw_weights,
};
static const FaltungView maps = {
    .name = "maps",
    .summary = "every layer's output for a sample",
    .tabulate = tabulate_maps,
    .draw = faltung_draw_maps,
};
static const FaltungView gradients = {
    .name = "gradients",
    .summary = "norms of weights, gradients and updates",
    .tabulate = tabulate_gradients,
    .draw = faltung_draw_gradients,
};
static const FaltungView histogram = {
    .name = "histogram",
    .summary = "how parameters and gradients are distributed",
    .tabulate = tabulate_histograms,
    .draw = faltung_draw_histograms,
};
static const FaltungView curves = {
    .name = "curves",
    .summary = "the figures of every epoch",
    .tabulate = tabulate_curves,
    .draw = faltung_draw_curves,
};
static const FaltungView steps = {
    .name = "steps",
    .summary = "the figures of the steps, in between",
    .tabulate = tabulate_steps,
    .draw = faltung_draw_steps,
};

const FaltungView *const *faltung_views(void) {
    static const FaltungView *const views[] = {
        &weights,
        &maps,
        &faltung_view_inside,
        &gradients,
        &histogram,
        &curves,
        &steps,
        &faltung_view_acts,
        &faltung_view_units,
        &faltung_view_compare,
        &faltung_view_confusion,
        &faltung_view_predictions,
        &faltung_view_reconstruction,
        &faltung_view_walk,
        &faltung_view_code,
        &faltung_view_latent,
        &faltung_view_embedding,
        &faltung_view_saliency,
        &faltung_view_integrated,
        &faltung_view_gradcam,
        &faltung_view_occlusion,
        &faltung_view_network,
        &faltung_view_filters,
        &faltung_view_exciting,
        &faltung_view_maximal,
        &faltung_view_text,
        NULL,
    };
    return views;
}
