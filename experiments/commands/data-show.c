/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/commands/data-show.h"

#include "experiments/preview.h"
#include "experiments/table.h"

#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Rows of a table that the preview shows, and columns that it and the statistics list. */
#define PREVIEW_ROWS 4
#define MAX_LISTED 32

typedef struct {
    double low, high, mean, square; /* square: sum of squared differences */
    guint64 n;
} Statistics;

static void add_value(Statistics *statistics, double value) {
    statistics->low = statistics->n ? MIN(statistics->low, value) : value;
    statistics->high = statistics->n ? MAX(statistics->high, value) : value;
    statistics->n++;
    /* Welford: a small variance around a large mean keeps its digits */
    double before = statistics->mean;
    statistics->mean += (value - before) / statistics->n;
    statistics->square += (value - before) * (value - statistics->mean);
}

static double deviation(const Statistics *statistics) {
    return sqrt(statistics->square / statistics->n);
}

int faltung_screen_width(void) {
    struct winsize size = {0};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col - 1 : 79;
}

/* Whether the samples are rows of a table, whose columns are told one by one. */
static gboolean is_table(FaltungDataset *dataset) {
    return faltung_dataset_shape(dataset)->rank == 1;
}

/* Measures the samples: each column of a table by itself, everything else together. */
static Statistics *measure(FaltungDataset *dataset, int *n_statistics) {
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    *n_statistics = is_table(dataset) ? (int)size : 1;
    Statistics *statistics = g_new0(Statistics, *n_statistics);
    g_autofree float *sample = g_new(float, size);
    for (guint32 i = 0; i < faltung_dataset_size(dataset); i++) {
        faltung_dataset_raw(dataset, i, sample);
        for (size_t k = 0; k < size; k++)
            add_value(&statistics[*n_statistics > 1 ? k : 0], sample[k]);
    }
    return statistics;
}

/* What is to be predicted, of the sample at @index. */
static void get_targets(FaltungDataset *dataset, guint32 index, float *targets) {
    g_autofree float *sample = g_new(float, faltung_shape_size(faltung_dataset_shape(dataset)));
    faltung_dataset_gather(dataset, &index, 1, sample, targets, NULL);
}

static Statistics measure_target(FaltungDataset *dataset) {
    Statistics statistics = {0};
    g_autofree float *targets = g_new(float, faltung_dataset_n_targets(dataset));
    for (guint32 i = 0; i < faltung_dataset_size(dataset); i++) {
        get_targets(dataset, i, targets);
        add_value(&statistics, targets[0]);
    }
    return statistics;
}

static guint32 *count_classes(FaltungDataset *dataset) {
    guint32 *counts = g_new0(guint32, faltung_dataset_n_targets(dataset));
    int positions = faltung_dataset_positions(dataset);
    g_autofree float *sample = g_new(float, faltung_shape_size(faltung_dataset_shape(dataset)));
    g_autofree gint32 *classes = g_new(gint32, positions);
    for (guint32 i = 0; i < faltung_dataset_size(dataset); i++) {
        faltung_dataset_gather(dataset, &i, 1, sample, NULL, classes);
        for (int p = 0; p < positions; p++)
            counts[classes[p]]++;
    }
    return counts;
}

static char *feature_name(FaltungDataset *dataset, int i) {
    const char *const *names = faltung_dataset_feature_names(dataset);
    return names ? g_strdup(names[i]) : g_strdup_printf("column %d", i + 1);
}

static char *target_name(FaltungDataset *dataset) {
    const char *name = faltung_dataset_target(dataset, 0)->name;
    return name ? g_strdup_printf("%s (target)", name) : g_strdup("(target)");
}

static void print_table(FaltungTextTable *table) {
    g_autofree char *text = faltung_text_table_format(table);
    printf("\n%s", text);
}

static void show_classes(FaltungDataset *training, FaltungDataset *test) {
    const char *const header[] = {"class", "name", "training", test ? "test" : NULL, NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    g_autofree guint32 *counts = count_classes(training);
    g_autofree guint32 *test_counts = test ? count_classes(test) : NULL;
    const char *const *names = faltung_dataset_class_names(training);
    for (int i = 0; i < faltung_dataset_n_targets(training); i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%d", i);
        faltung_text_table_cell(table, names ? names[i] : "");
        faltung_text_table_cellf(table, "%u", counts[i]);
        if (test)
            faltung_text_table_cellf(table, "%u", test_counts[i]);
    }
    print_table(table);
}

static void add_statistics_row(FaltungTextTable *table, const char *name,
                               const Statistics *statistics) {
    faltung_text_table_row(table);
    faltung_text_table_cell(table, name);
    faltung_text_table_cellf(table, "%.6g", statistics->low);
    faltung_text_table_cellf(table, "%.6g", statistics->high);
    faltung_text_table_cellf(table, "%.6g", statistics->mean);
    faltung_text_table_cellf(table, "%.6g", deviation(statistics));
}

static void show_statistics(FaltungDataset *dataset) {
    const char *const header[] = {"values", "minimum", "maximum", "mean", "deviation", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    int n;
    g_autofree Statistics *statistics = measure(dataset, &n);
    for (int i = 0; i < MIN(n, MAX_LISTED); i++) {
        g_autofree char *name = is_table(dataset) ? feature_name(dataset, i) : g_strdup("all");
        add_statistics_row(table, name, &statistics[i]);
    }
    if (faltung_dataset_target_type(dataset) == FALTUNG_TARGET_VALUES) {
        Statistics target = measure_target(dataset);
        g_autofree char *name = target_name(dataset);
        add_statistics_row(table, name, &target);
    }
    print_table(table);
    if (n > MAX_LISTED)
        printf("... and %d more columns\n", n - MAX_LISTED);
}

/* The first rows, turned on their side, so that any number of columns fits. */
static void preview_rows(FaltungDataset *dataset) {
    guint32 n = MIN(faltung_dataset_size(dataset), PREVIEW_ROWS);
    int width = faltung_dataset_shape(dataset)->dims[0];
    g_autofree float *samples = g_new(float, n *width);
    g_autofree const char **header = g_new0(const char *, n + 2);
    g_auto(GStrv) titles = g_new0(char *, n + 1);
    header[0] = "row";
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_raw(dataset, i, samples + i * width);
        header[i + 1] = titles[i] = g_strdup_printf("%u", i + 1);
    }
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (int k = 0; k < MIN(width, MAX_LISTED); k++) {
        g_autofree char *name = feature_name(dataset, k);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, name);
        for (guint32 i = 0; i < n; i++)
            faltung_text_table_cellf(table, "%.6g", samples[i * width + k]);
    }
    if (faltung_dataset_positions(dataset) > 1 ||
        faltung_dataset_target_type(dataset) == FALTUNG_TARGET_NONE) {
        print_table(table);
        return;
    }
    faltung_text_table_row(table);
    g_autofree char *target = target_name(dataset);
    faltung_text_table_cell(table, target);
    const char *const *classes = faltung_dataset_class_names(dataset);
    g_autofree float *targets = g_new(float, MAX(faltung_dataset_n_targets(dataset), 1));
    for (guint32 i = 0; i < n; i++) {
        get_targets(dataset, i, targets);
        if (classes)
            faltung_text_table_cell(table, classes[faltung_dataset_class(dataset, i)]);
        else
            faltung_text_table_cellf(table, "%.6g", targets[0]);
    }
    print_table(table);
}

/* Characters in a line, so that one sees all of them. */
static void print_characters(const gunichar *vocabulary, const char *const *names,
                             const gint32 *indices, const float *values, int n) {
    for (int i = 0; i < n; i++) {
        int index = indices ? indices[i] : (int)values[i];
        gunichar character = vocabulary[index];
        gboolean plain = g_unichar_isprint(character) && character != '\\';
        char text[8] = {0};
        g_unichar_to_utf8(character, text);
        printf("%s", plain ? text : names[index]);
    }
    printf("\n");
}

/* The characters that are in a text, and the first samples with what follows. */
static void show_text(FaltungDataset *dataset) {
    int n, length = faltung_dataset_positions(dataset);
    const FaltungText *text = faltung_dataset_text(dataset);
    const gunichar *vocabulary = faltung_text_vocabulary(text, &n);
    const char *const *names = faltung_dataset_class_names(dataset);
    printf("text      %" G_GSIZE_FORMAT " characters, %d different:\n\n",
           faltung_text_n_characters(text), n);
    g_autofree gint32 *all = g_new(gint32, MAX(n, length));
    for (int i = 0; i < n; i++)
        all[i] = i;
    int width = faltung_screen_width() - 2;
    for (int first = 0; first < n; first += width) {
        printf("  ");
        print_characters(vocabulary, names, all + first, NULL, MIN(width, n - first));
    }
    printf("\n");
    g_autofree float *sample = g_new(float, length);
    for (guint32 i = 0; i < MIN(faltung_dataset_size(dataset), PREVIEW_ROWS); i++) {
        faltung_dataset_gather(dataset, &i, 1, sample, NULL, all);
        printf("sample  ");
        print_characters(vocabulary, names, NULL, sample, MIN(length, width - 8));
        printf("target  ");
        print_characters(vocabulary, names, all, NULL, MIN(length, width - 8));
    }
}

void faltung_data_show(FaltungDataset *training, FaltungDataset *test) {
    if (faltung_dataset_text(training)) {
        show_text(training);
        return;
    }
    if (faltung_dataset_target_type(training) == FALTUNG_TARGET_CLASS)
        show_classes(training, test);
    show_statistics(training);
    if (faltung_dataset_shape(training)->rank == 3) {
        g_autofree char *images = faltung_preview_images(training, faltung_screen_width());
        printf("\n%s", images);
    } else if (is_table(training)) {
        preview_rows(training);
    }
}

static void write_statistics(FaltungJson *json, const char *name, const Statistics *statistics) {
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "name", name);
    faltung_json_number(json, "minimum", statistics->low);
    faltung_json_number(json, "maximum", statistics->high);
    faltung_json_number(json, "mean", statistics->mean);
    faltung_json_number(json, "deviation", deviation(statistics));
    faltung_json_close(json);
}

void faltung_data_show_json(FaltungJson *json, FaltungDataset *training, FaltungDataset *test) {
    const FaltungShape *shape = faltung_dataset_shape(training);
    faltung_json_integers(json, "shape", shape->rank, shape->dims);
    faltung_json_integer(json, "training", faltung_dataset_size(training));
    faltung_json_integer(json, "test", test ? faltung_dataset_size(test) : 0);
    if (faltung_dataset_target_type(training) == FALTUNG_TARGET_CLASS) {
        g_autofree guint32 *counts = count_classes(training);
        g_autofree guint32 *test_counts = test ? count_classes(test) : NULL;
        const char *const *names = faltung_dataset_class_names(training);
        faltung_json_open_array(json, "classes");
        for (int i = 0; i < faltung_dataset_n_targets(training); i++) {
            faltung_json_open_object(json, NULL);
            faltung_json_string(json, "name", names ? names[i] : NULL);
            faltung_json_integer(json, "training", counts[i]);
            faltung_json_integer(json, "test", test ? test_counts[i] : 0);
            faltung_json_close(json);
        }
        faltung_json_close(json);
    }
    int n;
    g_autofree Statistics *statistics = measure(training, &n);
    faltung_json_open_array(json, "values");
    for (int i = 0; i < n; i++) {
        g_autofree char *name = is_table(training) ? feature_name(training, i) : g_strdup("all");
        write_statistics(json, name, &statistics[i]);
    }
    faltung_json_close(json);
    if (faltung_dataset_target_type(training) == FALTUNG_TARGET_VALUES) {
        Statistics target = measure_target(training);
        faltung_json_open_array(json, "targets");
        write_statistics(json, "target", &target);
        faltung_json_close(json);
    }
}
