/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes what a reader read, for comparison with another reader: a line of JSON with the sizes
 * and names, then the samples as floats and the targets as floats, in the machine's bytes.
 *
 * dump-dataset name NAME | csv FILE [TARGET] | idx FOLDER
 */

#include "data/catalogue.h"
#include "data/csv.h"
#include "data/idx.h"

#include <stdio.h>

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

static void dump(FaltungDataset *dataset) {
    guint32 n = faltung_dataset_size(dataset);
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    gboolean classes = faltung_dataset_target_type(dataset) == FALTUNG_TARGET_CLASS;
    printf("{\"n\": %u, \"shape\": [", n);
    for (int i = 0; i < shape->rank; i++)
        printf(i ? ", %d" : "%d", shape->dims[i]);
    printf("], \"classes\": %s", classes ? "true" : "false");
    write_names("class_names", faltung_dataset_class_names(dataset));
    write_names("feature_names", faltung_dataset_feature_names(dataset));
    printf("}\n");
    size_t size = faltung_shape_size(shape);
    g_autofree float *sample = g_new(float, size);
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_raw(dataset, i, sample);
        fwrite(sample, sizeof(float), size, stdout);
    }
    for (guint32 i = 0; i < n; i++) {
        float target = faltung_dataset_class(dataset, i);
        if (!classes)
            faltung_dataset_gather(dataset, &i, 1, sample, &target, NULL);
        fwrite(&target, sizeof(float), 1, stdout);
    }
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
    } else {
        fprintf(stderr, "usage: dump-dataset name NAME | csv FILE [TARGET] | idx FOLDER\n");
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
