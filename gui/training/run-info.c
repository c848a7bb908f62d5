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

typedef struct {
    const double *values;
    size_t n;
    const char *name;
} Column;

static Column column(const FaltungRun *run, const char *table, const char *name) {
    Column c = {NULL, 0, name};
    c.values = faltung_run_column(run, table, name, &c.n);
    return c;
}

static double at(const Column *column, size_t row) {
    return column->values != NULL && row < column->n ? column->values[row] : NAN;
}

/* Rows go into the history a part at a time: it keeps no more of them than can be seen, and so
   never has all. */
#define PART 1024

static void hand_over(FaltungHistory *part, FaltungHistory *history, size_t row) {
    if (row % PART == PART - 1) {
        faltung_history_append(history, part);
    }
}

static void read_steps(const FaltungRun *run, FaltungHistory *history) {
    Column step = column(run, "step", "step"), epoch = column(run, "step", "epoch"),
           loss = column(run, "step", "loss"), lr = column(run, "step", "lr"),
           norm = column(run, "step", "grad_norm"),
           speed = column(run, "step", "samples_per_second");
    g_autoptr(FaltungHistory) part = faltung_history_new();
    for (size_t i = 0; i < step.n; i++) {
        FaltungStepRow row = {.step = (guint64)at(&step, i),
                              .epoch = at(&epoch, i),
                              .loss = at(&loss, i),
                              .learning_rate = at(&lr, i),
                              .grad_norm = at(&norm, i),
                              .samples_per_second = at(&speed, i)};
        g_array_append_val(part->steps, row);
        hand_over(part, history, i);
    }
    faltung_history_append(history, part);
}

static gboolean has_room(const char *name) {
    int k = 0;
    while (k < FALTUNG_EPOCH_FIELDS && strcmp(faltung_epoch_fields[k].column, name) != 0) {
        k++;
    }
    return k < FALTUNG_EPOCH_FIELDS;
}

/* Returns: (transfer full) (element-type Column): the figures that a row has no room for. */
static GArray *other_columns(const FaltungRun *run) {
    GArray *others = g_array_new(FALSE, FALSE, sizeof(Column));
    for (const char *const *name = faltung_run_columns(run, "epoch"); *name != NULL; name++) {
        gboolean figure = g_str_has_prefix(*name, "train_") || g_str_has_prefix(*name, "val_");
        if (figure && !has_room(*name) && others->len < FALTUNG_MOST_READINGS) {
            Column c = column(run, "epoch", g_intern_string(*name));
            g_array_append_val(others, c);
        }
    }
    return others;
}

static void read_epochs(const FaltungRun *run, FaltungHistory *history) {
    Column epoch = column(run, "epoch", "epoch"), seconds = column(run, "epoch", "seconds"),
           lr = column(run, "epoch", "lr"), fields[FALTUNG_EPOCH_FIELDS];
    for (int k = 0; k < FALTUNG_EPOCH_FIELDS; k++) {
        fields[k] = column(run, "epoch", faltung_epoch_fields[k].column);
    }
    g_autoptr(GArray) columns = other_columns(run);
    g_autoptr(FaltungHistory) part = faltung_history_new();
    for (size_t i = 0; i < epoch.n; i++) {
        FaltungEpochRow row = {
            .epoch = (int)at(&epoch, i), .seconds = at(&seconds, i), .learning_rate = at(&lr, i)};
        for (int k = 0; k < FALTUNG_EPOCH_FIELDS; k++) {
            *faltung_epoch_field(&row, k) = at(&fields[k], i);
        }
        FaltungReadings others = {.n = (int)columns->len};
        for (int k = 0; k < others.n; k++) {
            const Column *c = &g_array_index(columns, Column, k);
            others.all[k] = (FaltungReading){c->name, at(c, i)};
        }
        faltung_history_add_epoch(part, &row, &others);
        hand_over(part, history, i);
    }
    faltung_history_append(history, part);
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
    g_autoptr(FaltungHistory) part = faltung_history_new();
    for (int m = 0; m < n_moments; m++) {
        faltung_history_add_norms(part, epochs[m], experiment->graph, norms + m * n);
        hand_over(part, history, m);
    }
    faltung_history_append(history, part);
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
        read_steps(run, info->history);
        read_epochs(run, info->history);
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
