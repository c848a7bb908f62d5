/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes what a reader read, for comparison with another reader: a line of JSON with the sizes
 * and names, then the samples as floats and the targets as floats, in the machine's bytes.
 *
 * dump-dataset name NAME | csv FILE [TARGET] | idx FOLDER | hdf5 FILE INPUT TARGET TASK |
 *              npy FILE TARGET TASK | text FILE LENGTH STRIDE PART
 */

#include "data/catalogue.h"
#include "data/csv.h"
#include "data/hdf5-reader.h"
#include "data/idx.h"
#include "data/npy.h"
#include "data/split.h"
#include "data/text-reader.h"

#include <stdio.h>
#include <stdlib.h>

static void write_names(const char *key, const char *const *names) {
    printf(", \"%s\": [", key);
    for (int i = 0; names && names[i]; i++) {
        printf(i ? ", \"" : "\"");
        for (const char *at = names[i]; *at; at++) {
            if (*at == '"' || *at == '\\' || (guchar)*at < ' ')
                printf("\\u%04x", *at);
            else
                putchar(*at);
        }
        printf("\"");
    }
    printf("]");
}

/* Of samples with a class at each of several positions those, of others all their targets. */
static void dump_targets(FaltungDataset *dataset) {
    int width = faltung_dataset_n_targets(dataset), positions = faltung_dataset_positions(dataset);
    gboolean classes = faltung_dataset_target_type(dataset) == FALTUNG_TARGET_CLASS;
    g_autofree float *sample = g_new(float, faltung_shape_size(faltung_dataset_shape(dataset)));
    g_autofree float *values = g_new(float, MAX(width, 1));
    g_autofree gint32 *own = g_new(gint32, positions);
    for (guint32 i = 0; i < faltung_dataset_size(dataset); i++) {
        faltung_dataset_gather(dataset, &i, 1, sample, classes ? NULL : values,
                               classes ? own : NULL);
        for (int p = 0; classes && p < positions; p++) {
            float class = own[p];
            fwrite(&class, sizeof(float), 1, stdout);
        }
        if (!classes)
            fwrite(values, sizeof(float), width, stdout);
    }
}

static void dump(FaltungDataset *dataset) {
    guint32 n = faltung_dataset_size(dataset);
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    gboolean classes = faltung_dataset_target_type(dataset) == FALTUNG_TARGET_CLASS;
    printf("{\"n\": %u, \"shape\": [", n);
    for (int i = 0; i < shape->rank; i++)
        printf(i ? ", %d" : "%d", shape->dims[i]);
    int width = classes ? faltung_dataset_positions(dataset) : faltung_dataset_n_targets(dataset);
    printf("], \"classes\": %s, \"targets\": %d", classes ? "true" : "false", width);
    write_names("class_names", faltung_dataset_class_names(dataset));
    write_names("feature_names", faltung_dataset_feature_names(dataset));
    printf("}\n");
    size_t size = faltung_shape_size(shape);
    g_autofree float *sample = g_new(float, size);
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_raw(dataset, i, sample);
        fwrite(sample, sizeof(float), size, stdout);
    }
    dump_targets(dataset);
}

int main(int argc, char **argv) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungDataset) training = NULL, test = NULL;
    const char *what = argc > 2 ? argv[1] : "";
    if (g_str_equal(what, "name")) {
        const FaltungDatasetEntry *entry = faltung_catalogue_find(argv[2], &error);
        if (entry)
            faltung_catalogue_load(entry, &training, &test, &error);
    } else if (g_str_equal(what, "csv")) {
        FaltungCsvOptions options = {.name = "csv", .target = argv[3]};
        training = faltung_csv_load(argv[2], &options, &error);
    } else if (g_str_equal(what, "idx")) {
        faltung_idx_load_folder("idx", argv[2], NULL, &training, &test, &error);
    } else if (g_str_equal(what, "hdf5") && argc == 6) {
        FaltungHdf5Options options = {
            .name = "hdf5", .input = argv[3], .target = argv[4], .task = atoi(argv[5])};
        training = faltung_hdf5_load(argv[2], &options, &error);
    } else if (g_str_equal(what, "npy") && argc == 5) {
        FaltungNpyOptions options = {
            .name = "npy", .target = *argv[3] ? argv[3] : NULL, .task = atoi(argv[4])};
        training = faltung_npy_load(argv[2], &options, &error);
    } else if (g_str_equal(what, "text") && argc == 6) {
        g_autoptr(FaltungDataset) all =
            faltung_text_load(argv[2], atoi(argv[3]), atoi(argv[4]), &error);
        if (all)
            faltung_data_split_text(all, g_ascii_strtod(argv[5], NULL), &training, &test, &error);
    } else {
        fprintf(stderr, "usage: see the head of dump-dataset.c\n");
        return 2;
    }
    if (!training) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    dump(training);
    if (test)
        dump(test);
    return 0;
}
