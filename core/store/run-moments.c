/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/graph/ties.h"
#include "core/store/run-private.h"

#include <math.h>
#include <string.h>

/* Reads the time axis and the list of probe samples, once. */
static const FaltungRunLazy *with_axis(const FaltungRun *run) {
    FaltungRunLazy *lazy = run->lazy;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&lazy->mutex);
    if (lazy->axis_read)
        return lazy;
    lazy->axis_read = TRUE;
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, NULL);
    FaltungHdfShape steps, epochs, indices, classes;
    if (file < 0)
        return lazy;
    lazy->steps = faltung_hdf_read(file, "/checkpoints/step", H5T_NATIVE_UINT64, &steps, NULL);
    lazy->epochs = faltung_hdf_read(file, "/checkpoints/epoch", H5T_NATIVE_DOUBLE, &epochs, NULL);
    if (lazy->steps && lazy->epochs && steps.rank == 1 && epochs.rank == 1)
        lazy->n_moments = MIN(steps.dims[0], epochs.dims[0]);
    g_autofree guint32 *index =
        faltung_hdf_read(file, "/observations/probes/index", H5T_NATIVE_UINT32, &indices, NULL);
    g_autofree gint32 *class =
        faltung_hdf_read(file, "/observations/probes/class", H5T_NATIVE_INT32, &classes, NULL);
    if (!index || indices.rank != 1)
        return lazy;
    gboolean classified = class && classes.rank == 1 && classes.dims[0] == indices.dims[0];
    lazy->n_probes = indices.dims[0];
    lazy->probes = g_new(FaltungProbe, MAX(1, lazy->n_probes));
    for (int i = 0; i < lazy->n_probes; i++)
        lazy->probes[i] = (FaltungProbe){.index = index[i], .class_ = classified ? class[i] : -1};
    return lazy;
}

void faltung_run_axis_clear(FaltungRunLazy *lazy) {
    g_free(lazy->steps);
    g_free(lazy->epochs);
    g_free(lazy->probes);
}

int faltung_run_n_moments(const FaltungRun *run) {
    return with_axis(run)->n_moments;
}

double faltung_run_moment_epoch(const FaltungRun *run, int moment) {
    const FaltungRunLazy *lazy = with_axis(run);
    int at = moment < 0 ? lazy->n_moments - 1 : moment;
    return at >= 0 && at < lazy->n_moments ? lazy->epochs[at] : NAN;
}

guint64 faltung_run_moment_step(const FaltungRun *run, int moment) {
    const FaltungRunLazy *lazy = with_axis(run);
    int at = moment < 0 ? lazy->n_moments - 1 : moment;
    return at >= 0 && at < lazy->n_moments ? lazy->steps[at] : 0;
}

int faltung_run_n_probes(const FaltungRun *run) {
    return with_axis(run)->n_probes;
}

FaltungProbe faltung_run_probe(const FaltungRun *run, int probe) {
    const FaltungRunLazy *lazy = with_axis(run);
    if (probe < 0 || probe >= lazy->n_probes)
        return (FaltungProbe){.class_ = -1};
    return lazy->probes[probe];
}

/* A moment as an index; -1: the last. */
static gboolean find_moment(const FaltungRun *run, int moment, hsize_t *at, GError **error) {
    int n = faltung_run_n_moments(run);
    if (moment < n && (moment >= 0 || n > 0)) {
        *at = moment < 0 ? n - 1 : moment;
        return TRUE;
    }
    faltung_fail(error, FALTUNG_ERROR_INPUT, "%s: there is no moment %d in it; it has %d",
                 run->path, moment, n);
    return FALSE;
}

static gboolean to_shape(const FaltungHdfShape *from, FaltungShape *shape) {
    if (from->rank > FALTUNG_MAX_RANK)
        return FALSE;
    shape->rank = from->rank;
    for (int i = 0; i < from->rank; i++) {
        if (from->dims[i] > G_MAXINT)
            return FALSE;
        shape->dims[i] = from->dims[i];
    }
    return TRUE;
}

/* The floats at leading indices of an array, with the shape of the rest. */
static float *read_tensor(FaltungHdf file, const char *path, int n, const hsize_t *at,
                          FaltungShape *shape, GError **error) {
    FaltungHdfShape read;
    FaltungShape unused;
    g_autofree float *values =
        faltung_hdf_read_at(file, path, H5T_NATIVE_FLOAT, n, at, &read, error);
    if (!values)
        return NULL;
    if (!to_shape(&read, shape ? shape : &unused)) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "cannot read %s: its shape is not one of a run file's", path);
        return NULL;
    }
    return g_steal_pointer(&values);
}

/* @moment: an index, or -1 for the end. */
static float *read_weights(const FaltungRun *run, FaltungHdf file, gint64 moment, const char *layer,
                           const char *parameter, FaltungShape *shape, GError **error) {
    g_autofree char *final = faltung_layout_path("/model/weights", layer, parameter);
    if (moment < 0 && faltung_hdf_exists(file, final))
        return read_tensor(file, final, 0, NULL, shape, error);
    hsize_t at = moment;
    g_autofree char *path = faltung_layout_path("/checkpoints/weights", layer, parameter);
    if (moment < 0) {
        /* the file alone is asked: the caller holds its lock */
        FaltungHdfShape all;
        if (!faltung_hdf_shape(file, path, &all, error))
            return NULL;
        at = all.rank > 0 && all.dims[0] > 0 ? all.dims[0] - 1 : 0;
    }
    return read_tensor(file, path, 1, &at, shape, error);
}

/* The parameter, where it is tied. */
static const FaltungParameter *find_tied(const FaltungExperiment *experiment, const char *layer,
                                         const char *parameter) {
    int index = experiment ? faltung_graph_find(experiment->graph, layer) : -1;
    const FaltungLayer *is = index < 0 ? NULL : faltung_graph_layer(experiment->graph, index);
    for (int p = 0; is && p < is->n_parameters; p++)
        if (is->parameters[p].tied && g_str_equal(is->parameters[p].name, parameter))
            return &is->parameters[p];
    return NULL;
}

/* That of the layer that has it, as the tied one sees it. */
static float *read_tied(const FaltungRun *run, const FaltungExperiment *experiment, int moment,
                        const FaltungParameter *copy, FaltungShape *shape, GError **error) {
    const FaltungLayer *owner = faltung_graph_layer(experiment->graph, copy->owner);
    g_autofree float *tensor = faltung_run_read_weights(
        run, moment, owner->name, owner->parameters[copy->owners].name, NULL, error);
    if (!tensor)
        return NULL;
    size_t n = faltung_shape_size(&copy->shape);
    float *values = g_new(float, n);
    for (size_t i = 0; i < n; i++)
        values[i] = tensor[faltung_tied_index(copy, i)];
    if (shape)
        *shape = copy->shape;
    return values;
}

float *faltung_run_read_weights(const FaltungRun *run, int moment, const char *layer,
                                const char *parameter, FaltungShape *shape, GError **error) {
    hsize_t at;
    if (moment >= 0 && !find_moment(run, moment, &at, error))
        return NULL;
    const FaltungExperiment *experiment = faltung_run_experiment(run, NULL);
    const FaltungParameter *tied = find_tied(experiment, layer, parameter);
    if (tied)
        return read_tied(run, experiment, moment, tied, shape, error);
    GError *cause = NULL;
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, &cause);
    float *values =
        file < 0 ? NULL : read_weights(run, file, moment, layer, parameter, shape, &cause);
    return values ? values : faltung_run_failed(run, error, cause);
}

static gboolean load_weights(const FaltungRun *run, FaltungHdf file, int moment,
                             FaltungNetwork *network, GError **error) {
    const FaltungGraph *graph = faltung_network_graph(network);
    for (guint l = 0; l < graph->layers->len; l++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, l);
        for (int p = 0; p < layer->n_parameters; p++) {
            const FaltungParameter *parameter = &layer->parameters[p];
            if (parameter->tied)
                continue;
            FaltungShape shape;
            g_autofree float *values =
                read_weights(run, file, moment, layer->name, parameter->name, &shape, error);
            if (!values)
                return FALSE;
            if (!faltung_shape_equal(&shape, &parameter->shape)) {
                g_autofree char *is = faltung_shape_format(&shape);
                g_autofree char *wanted = faltung_shape_format(&parameter->shape);
                return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                                    "%s of layer %s is %s in it, but %s in the network",
                                    parameter->name, layer->name, is, wanted);
            }
            faltung_network_pack(network, faltung_network_parameters(network), l, p, values);
        }
    }
    faltung_network_share(network);
    return TRUE;
}

gboolean faltung_run_load_weights(const FaltungRun *run, int moment, FaltungNetwork *network,
                                  GError **error) {
    hsize_t at;
    if (moment >= 0 && !find_moment(run, moment, &at, error))
        return FALSE;
    GError *cause = NULL;
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, &cause);
    if (file >= 0 && load_weights(run, file, moment, network, &cause))
        return TRUE;
    faltung_run_failed(run, error, cause);
    return FALSE;
}

static gboolean find_probe(const FaltungRun *run, int probe, GError **error) {
    int n = faltung_run_n_probes(run);
    if (probe >= 0 && probe < n)
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "%s: there is no probe sample %d in it; it has %d", run->path, probe, n);
}

float *faltung_run_read_probe(const FaltungRun *run, int probe, gboolean raw, FaltungShape *shape,
                              GError **error) {
    if (!find_probe(run, probe, error))
        return NULL;
    GError *cause = NULL;
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, &cause);
    hsize_t at = probe;
    float *values =
        file < 0
            ? NULL
            : read_tensor(file, raw ? "/observations/probes/raw" : "/observations/probes/input", 1,
                          &at, shape, &cause);
    return values ? values : faltung_run_failed(run, error, cause);
}

/* The layer whose recorded outputs are those of @layer: itself, or what it passes on. NULL: the
   network's input. */
static const FaltungLayer *origin_of(const FaltungGraph *graph, const FaltungLayer *layer) {
    while (layer && faltung_layout_passes_on(layer))
        layer = layer->inputs[0] < 0 ? NULL : faltung_graph_layer(graph, layer->inputs[0]);
    return layer;
}

float *faltung_run_read_map(const FaltungRun *run, int moment, const char *layer, int probe,
                            FaltungShape *shape, GError **error) {
    hsize_t at[2];
    const FaltungExperiment *experiment = faltung_run_experiment(run, error);
    if (!experiment || !find_moment(run, moment, &at[0], error) || !find_probe(run, probe, error))
        return NULL;
    at[1] = probe;
    int index = faltung_graph_find(experiment->graph, layer);
    if (index < 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s: there is no layer %s in it", run->path,
                     layer);
        return NULL;
    }
    const FaltungLayer *asked = faltung_graph_layer(experiment->graph, index);
    const FaltungLayer *origin = origin_of(experiment->graph, asked);
    g_autofree float *values = NULL;
    if (!origin) {
        values = faltung_run_read_probe(run, probe, FALSE, NULL, error);
    } else {
        g_autofree char *path = faltung_layout_path("/observations/maps", origin->name, NULL);
        GError *cause = NULL;
        FALTUNG_HDF_SECTION;
        g_auto(FaltungHdf) file = faltung_run_file(run, &cause);
        FaltungShape read;
        if (file >= 0 && !faltung_hdf_exists(file, path))
            faltung_fail(&cause, FALTUNG_ERROR_DATA,
                         "the outputs of layer %s were too large to be recorded", origin->name);
        else if (file >= 0)
            values = read_tensor(file, path, 2, at, &read, &cause);
        if (values && !faltung_shape_equal(&read, &origin->output_shape)) {
            g_clear_pointer(&values, g_free);
            faltung_fail(&cause, FALTUNG_ERROR_DATA,
                         "%s does not have the shape of the layer's output", path);
        }
        if (!values)
            return faltung_run_failed(run, error, cause);
    }
    if (shape)
        *shape = asked->output_shape;
    return g_steal_pointer(&values);
}

static gboolean read_histogram(FaltungHdf file, const char *path, hsize_t at,
                               FaltungRunHistogram *histogram, GError **error) {
    g_autofree char *range_path = g_strconcat(path, "/range", NULL);
    g_autofree char *counts_path = g_strconcat(path, "/counts", NULL);
    FaltungHdfShape two, bins;
    g_autofree double *range =
        faltung_hdf_read_at(file, range_path, H5T_NATIVE_DOUBLE, 1, &at, &two, error);
    g_autofree guint32 *counts =
        range ? faltung_hdf_read_at(file, counts_path, H5T_NATIVE_UINT32, 1, &at, &bins, error)
              : NULL;
    if (!counts)
        return FALSE;
    if (two.rank != 1 || two.dims[0] != 2 || bins.rank != 1 ||
        bins.dims[0] != FALTUNG_HISTOGRAM_BINS)
        return faltung_fail(error, FALTUNG_ERROR_DATA, "%s does not have the shape of a histogram",
                            path);
    histogram->minimum = range[0];
    histogram->maximum = range[1];
    memcpy(histogram->counts, counts, sizeof histogram->counts);
    return TRUE;
}

gboolean faltung_run_read_histogram(const FaltungRun *run, const char *what, int moment,
                                    const char *layer, const char *parameter,
                                    FaltungRunHistogram *histogram, GError **error) {
    hsize_t at;
    if (!find_moment(run, moment, &at, error))
        return FALSE;
    g_autofree char *group = g_strconcat("/observations/histograms/", what, NULL);
    g_autofree char *path = faltung_layout_path(group, layer, parameter);
    GError *cause = NULL;
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, &cause);
    if (file >= 0 && read_histogram(file, path, at, histogram, &cause))
        return TRUE;
    faltung_run_failed(run, error, cause);
    return FALSE;
}

double *faltung_run_read_norms(const FaltungRun *run, const char *what, const char *layer, int *n,
                               GError **error) {
    g_autofree char *group = g_strconcat("/observations/", what, NULL);
    g_autofree char *path = faltung_layout_path(group, layer, NULL);
    GError *cause = NULL;
    *n = 0;
    FALTUNG_HDF_SECTION;
    g_auto(FaltungHdf) file = faltung_run_file(run, &cause);
    FaltungHdfShape shape;
    g_autofree double *values =
        file < 0 ? NULL : faltung_hdf_read(file, path, H5T_NATIVE_DOUBLE, &shape, &cause);
    if (!values)
        return faltung_run_failed(run, error, cause);
    if (shape.rank != 1 || shape.dims[0] > G_MAXINT) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s: %s is not one value a moment", run->path,
                     path);
        return NULL;
    }
    *n = shape.dims[0];
    return g_steal_pointer(&values);
}
