/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/header.h"

#include "core/base/error.h"
#include "core/kernels/kernels.h"
#include "core/store/layout.h"
#include "core/store/revision.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

FaltungRunHeader *faltung_header_new(const FaltungExperiment *experiment, int threads,
                                     FaltungDataset *training) {
    FaltungRunHeader *header = g_new0(FaltungRunHeader, 1);
    header->written = g_strdup(experiment->text);
    header->resolved = faltung_experiment_resolve(experiment);
    header->graph = faltung_graph_to_yaml(experiment->graph);
    header->seed = experiment->train->seed;
    header->threads = threads;
    header->training = faltung_dataset_ref(training);
    header->checksum = faltung_dataset_checksum(training);
    return header;
}

void faltung_header_free(FaltungRunHeader *header) {
    if (!header)
        return;
    g_free(header->written);
    g_free(header->resolved);
    g_free(header->graph);
    faltung_dataset_unref(header->training);
    g_free(header->checksum);
    g_free(header);
}

/* The processor's name for people; NULL where the system does not say. */
static char *processor(void) {
#if defined(__linux__)
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL))
        return NULL;
    const char *line = strstr(text, "model name");
    const char *colon = line ? strchr(line, ':') : NULL;
    return colon ? g_strstrip(g_strndup(colon + 1, strcspn(colon + 1, "\n"))) : NULL;
#elif defined(__APPLE__)
    char name[256];
    size_t size = sizeof name;
    return sysctlbyname("machdep.cpu.brand_string", name, &size, NULL, 0) == 0 ? g_strdup(name)
                                                                               : NULL;
#else
    return NULL;
#endif
}

static gboolean write_machine(const FaltungRunHeader *header, FaltungHdf file, GError **error) {
    g_autofree char *cpu = processor();
    return faltung_hdf_set_text(file, "/", "faltung_version", FALTUNG_VERSION, error) &&
           faltung_hdf_set_text(file, "/", "host", g_get_host_name(), error) &&
           faltung_hdf_set_integer(file, "/", "threads", header->threads, error) &&
           (!*FALTUNG_REVISION ||
            faltung_hdf_set_text(file, "/", "git_commit", FALTUNG_REVISION, error)) &&
           faltung_hdf_set_text(file, "/", "isa", faltung_kernels()->name, error) &&
           (!cpu || faltung_hdf_set_text(file, "/", "cpu", cpu, error));
}

static gboolean write_experiment(const FaltungRunHeader *header, FaltungHdf file, GError **error) {
    return faltung_hdf_write_text(file, "/config/written", header->written, error) &&
           faltung_hdf_write_text(file, "/config/resolved", header->resolved, error);
}

static const char *const target_names[] = {
    [FALTUNG_TARGET_CLASS] = "class",
    [FALTUNG_TARGET_VALUES] = "values",
    [FALTUNG_TARGET_NONE] = "none",
};

/* The characters of a text that was learned, as Unicode numbers. */
static gboolean write_vocabulary(const FaltungDataset *data, FaltungHdf file, GError **error) {
    const FaltungText *text = faltung_dataset_text(data);
    if (!text)
        return TRUE;
    int n;
    const gunichar *vocabulary = faltung_text_vocabulary(text, &n);
    FaltungHdfShape shape = {.rank = 1, .dims = {n}};
    return faltung_hdf_write(file, "/data/vocabulary", H5T_NATIVE_UINT32, &shape, vocabulary,
                             error);
}

static gboolean write_data(const FaltungRunHeader *header, FaltungHdf file, GError **error) {
    const FaltungDataset *data = header->training;
    const char *const *classes = faltung_dataset_class_names(data);
    const char *const *features = faltung_dataset_feature_names(data);
    const FaltungShape *shape = faltung_dataset_shape(data);
    int n;
    const float *mean, *scale;
    faltung_dataset_get_scaling(data, &n, &mean, &scale);
    FaltungHdfShape constants = {.rank = 1, .dims = {n}};
    FaltungHdfShape dims = {.rank = 1, .dims = {shape->rank}};
    /* the group comes with its first member */
    return faltung_hdf_write(file, "/data/shape", H5T_NATIVE_INT32, &dims, shape->dims, error) &&
           faltung_hdf_write(file, "/data/mean", H5T_NATIVE_FLOAT, &constants, mean, error) &&
           faltung_hdf_write(file, "/data/scale", H5T_NATIVE_FLOAT, &constants, scale, error) &&
           (!classes || !classes[0] ||
            faltung_hdf_write_texts(file, "/data/class_names", classes, error)) &&
           (!features || !features[0] ||
            faltung_hdf_write_texts(file, "/data/feature_names", features, error)) &&
           write_vocabulary(data, file, error) &&
           faltung_hdf_set_text(file, "/data", "name", faltung_dataset_name(data), error) &&
           faltung_hdf_set_text(file, "/data", "checksum", header->checksum, error) &&
           faltung_hdf_set_text(file, "/data", "target",
                                target_names[faltung_dataset_target_type(data)], error) &&
           faltung_hdf_set_integer(file, "/data", "n_targets", faltung_dataset_n_targets(data),
                                   error) &&
           faltung_hdf_set_integer(file, "/data", "positions", faltung_dataset_positions(data),
                                   error);
}

gboolean faltung_header_write(const FaltungRunHeader *header, FaltungHdf file, GError **error) {
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *created = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    return faltung_hdf_set_integer(file, "/", "format_version", FALTUNG_RUN_FORMAT, error) &&
           faltung_hdf_set_text(file, "/", "created", created, error) &&
           faltung_hdf_set_integer(file, "/", "seed", header->seed, error) &&
           write_machine(header, file, error) && write_experiment(header, file, error) &&
           faltung_hdf_write_text(file, "/model/graph", header->graph, error) &&
           write_data(header, file, error);
}

gboolean faltung_header_renew(const FaltungRunHeader *header, FaltungHdf file, GError **error) {
    return write_machine(header, file, error) && write_experiment(header, file, error);
}

gboolean faltung_header_format(FaltungHdf file, GError **error) {
    g_autofree char *format = faltung_hdf_attribute(file, "/", "format_version");
    if (!format || !faltung_hdf_exists(file, "/config/resolved") ||
        !faltung_hdf_exists(file, "/status"))
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "it is HDF5, but not a run file of Faltung; `faltung train` and the "
                            "application write those");
    gint64 version = g_ascii_strtoll(format, NULL, 10);
    if (version < 1 || version > FALTUNG_RUN_FORMAT) {
        g_autofree char *writer = faltung_hdf_attribute(file, "/", "faltung_version");
        return faltung_fail(
            error, FALTUNG_ERROR_DATA,
            "it has format %s, written by Faltung %s; this is Faltung %s, which reads "
            "formats up to %d: use a newer one",
            format, writer ? writer : "?", FALTUNG_VERSION, FALTUNG_RUN_FORMAT);
    }
    return TRUE;
}

gboolean faltung_header_check(const FaltungRunHeader *header, FaltungHdf file, GError **error) {
    g_autofree char *text = faltung_hdf_read_text(file, "/model/graph", error);
    if (!text)
        return FALSE;
    /* through the reader, so that another version's way of writing is no difference */
    g_autoptr(FaltungGraph) graph = faltung_graph_from_yaml(text, "/model/graph", error);
    if (!graph)
        return FALSE;
    g_autofree char *same = faltung_graph_to_yaml(graph);
    if (strcmp(same, header->graph) != 0)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "the network is not the one of the run; a resume goes on with the same "
                            "network, another one needs a run of its own");
    g_autofree char *before = faltung_hdf_attribute(file, "/data", "checksum");
    if (g_strcmp0(before, header->checksum) != 0) {
        g_autofree char *name = faltung_hdf_attribute(file, "/data", "name");
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "the data are not those of the run: it was trained on %s with checksum "
                            "%.12s, this is %s with %.12s; give it the same samples",
                            name ? name : _("data"), before ? before : _("(none)"),
                            faltung_dataset_name(header->training), header->checksum);
    }
    return TRUE;
}
