/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/run-info.h"

#include "core/base/error.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

FaltungRunInfo *faltung_run_info_ref(FaltungRunInfo *info) {
    g_atomic_ref_count_inc(&info->references);
    return info;
}

void faltung_run_info_unref(FaltungRunInfo *info) {
    if (!g_atomic_ref_count_dec(&info->references)) {
        return;
    }
    g_free(info->path);
    g_free(info->status);
    g_free(info->reason);
    g_free(info->config);
    g_free(info->epochs);
    faltung_history_unref(info->history);
    g_free(info);
}

static double value_at(const double *column, size_t n, size_t row) {
    return column != NULL && row < n ? column[row] : NAN;
}

typedef struct {
    const double *values;
    size_t n;
} Column;

static Column column(const FaltungRun *run, const char *table, const char *name) {
    Column c = {NULL, 0};
    c.values = faltung_run_column(run, table, name, &c.n);
    return c;
}

#define AT(c, row) value_at((c).values, (c).n, row)

static void read_steps(const FaltungRun *run, GArray *rows) {
    Column step = column(run, "step", "step"), epoch = column(run, "step", "epoch"),
           loss = column(run, "step", "loss"), lr = column(run, "step", "lr"),
           norm = column(run, "step", "grad_norm"),
           speed = column(run, "step", "samples_per_second");
    for (size_t i = 0; i < step.n; i++) {
        FaltungStepRow row = {.step = (guint64)AT(step, i),
                              .epoch = AT(epoch, i),
                              .loss = AT(loss, i),
                              .learning_rate = AT(lr, i),
                              .grad_norm = AT(norm, i),
                              .samples_per_second = AT(speed, i)};
        g_array_append_val(rows, row);
    }
}

static FaltungMetrics metrics_at(const Column *columns, size_t row) {
    return (FaltungMetrics){.loss = AT(columns[0], row),
                            .accuracy = AT(columns[1], row),
                            .mae = AT(columns[2], row),
                            .rmse = AT(columns[3], row)};
}

static void read_epochs(const FaltungRun *run, GArray *rows) {
    Column epoch = column(run, "epoch", "epoch"), seconds = column(run, "epoch", "seconds"),
           lr = column(run, "epoch", "lr");
    Column train[] = {column(run, "epoch", "train_loss"), column(run, "epoch", "train_accuracy"),
                      column(run, "epoch", "train_mae"), column(run, "epoch", "train_rmse")};
    Column validation[] = {column(run, "epoch", "val_loss"), column(run, "epoch", "val_accuracy"),
                           column(run, "epoch", "val_mae"), column(run, "epoch", "val_rmse")};
    for (size_t i = 0; i < epoch.n; i++) {
        FaltungEpochRow row = {.epoch = (int)AT(epoch, i),
                               .seconds = AT(seconds, i),
                               .learning_rate = AT(lr, i),
                               .train = metrics_at(train, i),
                               .validation = metrics_at(validation, i)};
        g_array_append_val(rows, row);
    }
}

/* One value a moment of a layer; NULL where there is none. */
static double *read_norms(const FaltungRun *run, const char *what, const FaltungLayer *layer,
                          int n_moments) {
    int n = 0;
    g_autofree double *values = faltung_run_read_norms(run, what, layer->name, &n, NULL);
    return n >= n_moments ? g_steal_pointer(&values) : NULL;
}

static void read_layers(const FaltungRun *run, const double *epochs, int n_moments,
                        FaltungHistory *history) {
    const FaltungExperiment *experiment = faltung_run_experiment(run, NULL);
    if (experiment == NULL) {
        return;
    }
    guint n = experiment->graph->layers->len;
    g_autofree FaltungLayerNorms *norms = g_new(FaltungLayerNorms, n * n_moments + 1);
    for (guint l = 0; l < n; l++) {
        const FaltungLayer *layer = faltung_graph_layer(experiment->graph, (int)l);
        if (layer->n_parameters == 0) {
            continue;
        }
        g_autofree double *weight = read_norms(run, "weight_norm", layer, n_moments);
        g_autofree double *gradient = read_norms(run, "gradient_norm", layer, n_moments);
        g_autofree double *ratio = read_norms(run, "update_ratio", layer, n_moments);
        for (int m = 0; m < n_moments; m++) {
            norms[m * n + l] = (FaltungLayerNorms){
                .weight = weight != NULL ? weight[m] : NAN,
                .gradient = gradient != NULL ? gradient[m] : NAN,
                .update_ratio = ratio != NULL ? ratio[m] : NAN,
            };
        }
    }
    for (int m = 0; m < n_moments; m++) {
        faltung_history_add_norms(history, epochs[m], experiment->graph, norms + m * n);
    }
}

const char *faltung_status_text(const char *status) {
    static const char *const known[] = {N_("running"), N_("finished"), N_("failed"),
                                        N_("interrupted"), N_("damaged")};
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strcmp(status, known[i]) == 0) {
            return _(known[i]);
        }
    }
    return status;
}

FaltungRunInfo *faltung_run_info_new(const FaltungRun *run, gboolean rows) {
    FaltungRunInfo *info = g_new0(FaltungRunInfo, 1);
    g_atomic_ref_count_init(&info->references);
    info->path = g_strdup(faltung_run_path(run));
    info->status = g_strdup(faltung_run_status(run));
    info->reason = g_strdup(faltung_run_reason(run));
    info->config = g_strdup(faltung_run_config(run));
    guint64 step;
    int epoch;
    info->can_resume =
        strcmp(info->status, "interrupted") == 0 && faltung_run_checkpoint(run, &step, &epoch);
    info->touched = faltung_run_touched(run);
    info->n_moments = faltung_run_n_moments(run);
    info->epochs = g_new0(double, MAX(info->n_moments, 1));
    for (int i = 0; i < info->n_moments; i++) {
        info->epochs[i] = faltung_run_moment_epoch(run, i);
    }
    info->history = faltung_history_new();
    info->has_rows = rows;
    if (rows) {
        read_steps(run, info->history->steps);
        read_epochs(run, info->history->epochs);
        read_layers(run, info->epochs, info->n_moments, info->history);
    }
    return info;
}

/* A data set of the probe samples alone that a run file holds. */
FaltungDataset *faltung_run_info_probes(const FaltungRun *run, GError **error) {
    int n = faltung_run_n_probes(run);
    if (n == 0) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s: holds no probe samples",
                     faltung_run_path(run));
        return NULL;
    }
    g_autofree float *values = NULL;
    g_autofree gint32 *classes = g_new(gint32, n);
    FaltungShape shape = {0};
    gboolean has_classes = TRUE;
    for (int i = 0; i < n; i++) {
        g_autofree float *sample = faltung_run_read_probe(run, i, TRUE, &shape, error);
        if (sample == NULL) {
            return NULL;
        }
        size_t size = faltung_shape_size(&shape);
        if (values == NULL) {
            values = g_new(float, size *n);
        }
        memcpy(values + i * size, sample, size * sizeof(float));
        classes[i] = faltung_run_probe(run, i).class_;
        has_classes = has_classes && classes[i] >= 0;
    }
    char **names = g_strdupv((char **)faltung_run_class_names(run));
    FaltungDataset *probes = faltung_dataset_new_floats(
        faltung_run_data_name(run), (guint32)n, shape, g_steal_pointer(&values),
        has_classes ? g_steal_pointer(&classes) : NULL, names, NULL, 0);
    const FaltungExperiment *experiment = faltung_run_experiment(run, NULL);
    if (experiment != NULL && experiment->data->reconstruct) {
        faltung_dataset_reconstruct(probes);
    }
    int n_constants;
    const float *mean, *scale;
    faltung_run_scaling(run, &n_constants, &mean, &scale);
    faltung_dataset_set_scaling(probes, n_constants, mean, scale);
    return probes;
}
