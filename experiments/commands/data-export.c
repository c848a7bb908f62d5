/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/commands/data-export.h"

#include "core/base/error.h"
#include "core/store/hdf.h"
#include "data/catalogue.h"
#include "experiments/place.h"

#define BLOCK 1024 /* samples gathered at a time */

typedef struct {
    const FaltungExperiment *experiment;
    FaltungDataset *training, *validation;
} Export;

static void export_clear(Export *export) {
    g_clear_pointer(&export->training, faltung_dataset_unref);
    g_clear_pointer(&export->validation, faltung_dataset_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Export, export_clear)

static FaltungHdfShape row_shape(const FaltungShape *shape) {
    FaltungHdfShape row = {.rank = shape->rank};
    for (int i = 0; i < shape->rank; i++)
        row.dims[i] = shape->dims[i];
    return row;
}

static gboolean write_split(FaltungHdf file, const char *group, const FaltungDataset *dataset,
                            GError **error) {
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    FaltungTargetType type = faltung_dataset_target_type(dataset);
    int positions = faltung_dataset_positions(dataset), values = faltung_dataset_n_targets(dataset);
    FaltungHdfShape input_row = row_shape(shape);
    FaltungHdfShape class_row = {.rank = positions > 1, .dims = {positions}};
    FaltungHdfShape target_row = {.rank = 1, .dims = {values}};
    FaltungHdfGrowth growth = {.chunk = BLOCK};
    g_autofree char *input_path = g_strconcat(group, "/input", NULL);
    g_autofree char *class_path = g_strconcat(group, "/class", NULL);
    g_autofree char *target_path = g_strconcat(group, "/target", NULL);
    g_autofree float *inputs = g_new(float, (size_t)BLOCK *faltung_shape_size(shape));
    g_autofree float *targets =
        type == FALTUNG_TARGET_VALUES ? g_new(float, (size_t)BLOCK *values) : NULL;
    g_autofree gint32 *classes =
        type == FALTUNG_TARGET_CLASS ? g_new(gint32, (size_t)BLOCK * positions) : NULL;
    guint32 indices[BLOCK], size = faltung_dataset_size(dataset);
    for (guint32 first = 0; first < size; first += BLOCK) {
        guint32 n = MIN(BLOCK, size - first);
        for (guint32 i = 0; i < n; i++)
            indices[i] = first + i;
        faltung_dataset_gather(dataset, indices, n, inputs, targets, classes);
        if (!faltung_hdf_write_rows(file, input_path, H5T_NATIVE_FLOAT, &input_row, growth, first,
                                    n, inputs, error))
            return FALSE;
        if (classes && !faltung_hdf_write_rows(file, class_path, H5T_NATIVE_INT32, &class_row,
                                               growth, first, n, classes, error))
            return FALSE;
        if (targets && !faltung_hdf_write_rows(file, target_path, H5T_NATIVE_FLOAT, &target_row,
                                               growth, first, n, targets, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_all(FaltungHdf file, gpointer data, GError **error) {
    const Export *export = data;
    g_autofree char *resolved = faltung_experiment_resolve(export->experiment);
    const char *const *names = faltung_dataset_class_names(export->training);
    const float *mean, *scale;
    int n;
    faltung_dataset_get_scaling(export->training, &n, &mean, &scale);
    FaltungHdfShape constants = {.rank = 1, .dims = {n}};
    return faltung_hdf_write_text(file, "/config/resolved", resolved, error) &&
           faltung_hdf_write(file, "/data/mean", H5T_NATIVE_FLOAT, &constants, mean, error) &&
           faltung_hdf_write(file, "/data/scale", H5T_NATIVE_FLOAT, &constants, scale, error) &&
           (!names || faltung_hdf_write_texts(file, "/data/class_names", names, error)) &&
           faltung_hdf_set_text(file, "/", "faltung_version", FALTUNG_VERSION, error) &&
           write_split(file, "/training", export->training, error) &&
           write_split(file, "/validation", export->validation, error);
}

gboolean faltung_data_export(const FaltungExperiment *experiment, const char *path,
                             GError **error) {
    g_auto(Export) export = {.experiment = experiment};
    if (!faltung_data_load(experiment->data, experiment->origin, &export.training,
                           &export.validation, error)) {
        if (*experiment->data->name)
            faltung_prefix_place(error, experiment, "data", "name");
        return FALSE;
    }
    return faltung_hdf_write_file(path, write_all, &export, error);
}
