/* SPDX-License-Identifier: Apache-2.0 */
#include "data/catalogue.h"
#include "tests/data/data-test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef struct {
    FaltungDataset *training, *validation;
} Loaded;

static void loaded_clear(Loaded *loaded) {
    g_clear_pointer(&loaded->training, faltung_dataset_unref);
    g_clear_pointer(&loaded->validation, faltung_dataset_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Loaded, loaded_clear)

static const FaltungDataOptions defaults = {.validation = 0.3, .split_seed = 1};

static Loaded load(const FaltungDataOptions *options, const char *origin) {
    g_autoptr(GError) error = NULL;
    Loaded loaded;
    g_assert_true(faltung_data_load(options, origin, &loaded.training, &loaded.validation, &error));
    g_assert_no_error(error);
    return loaded;
}

static GError *fail(const FaltungDataOptions *options, const char *origin) {
    Loaded loaded = {NULL};
    GError *error = NULL;
    g_assert_false(
        faltung_data_load(options, origin, &loaded.training, &loaded.validation, &error));
    g_assert_null(loaded.training);
    g_assert_null(loaded.validation);
    return error;
}

static Loaded load_name(const char *name, double validation, int seed) {
    FaltungDataOptions options = defaults;
    options.name = (char *)name;
    options.validation = validation;
    options.split_seed = seed;
    return load(&options, NULL);
}

/* What a newcomer could forget in a descriptor. */
static void test_entries(void) {
    for (int i = 0; faltung_catalogue()[i]; i++) {
        const FaltungDatasetEntry *entry = faltung_catalogue()[i];
        g_assert_true(faltung_catalogue_find(entry->name, NULL) == entry);
        g_assert_true(entry->title && entry->summary && entry->source && entry->load);
        g_assert_cmpint(entry->shape.rank, >, 0);
        g_assert_cmpuint(entry->n_training, >, 0);
        if (!entry->downloads) {
            g_autofree char *folder = faltung_catalogue_locate(entry, NULL);
            g_assert_cmpstr(folder, ==, "");
            continue;
        }
        g_assert_nonnull(entry->mirrors);
        g_assert_nonnull(entry->mirrors[0]);
        for (const FaltungDownload *file = entry->downloads; file->file; file++) {
            g_assert_cmpuint(strlen(file->sha256), ==, 64);
            g_assert_cmpuint(strspn(file->sha256, "0123456789abcdef"), ==, 64);
            g_assert_cmpuint(file->size, >, 0);
        }
    }
}

/* The data sets within the program are what their descriptors say. */
static void test_shipped(void) {
    for (int i = 0; faltung_catalogue()[i]; i++) {
        const FaltungDatasetEntry *entry = faltung_catalogue()[i];
        if (entry->downloads)
            continue;
        g_autoptr(FaltungDataset) training = NULL, test = NULL;
        g_autoptr(GError) error = NULL;
        g_assert_true(faltung_catalogue_load(entry, &training, &test, &error));
        g_assert_no_error(error);
        g_assert_cmpuint(test ? faltung_dataset_size(test) : 0, ==, entry->n_test);
        g_assert_cmpstr(faltung_dataset_name(training), ==, entry->name);
        g_assert_cmpuint(faltung_dataset_size(training), ==, entry->n_training);
        g_assert_true(faltung_shape_equal(faltung_dataset_shape(training), &entry->shape));
        if (entry->class_names)
            g_assert_true(g_strv_equal(faltung_dataset_class_names(training), entry->class_names));
        else
            g_assert_cmpint(faltung_dataset_target_type(training), ==, FALTUNG_TARGET_VALUES);
    }
}

/* Of each sample of the adding problem two numbers are marked, one in each half, and the target is
   their sum; training and test samples are others. */
static void test_adding(void) {
    g_auto(Loaded) loaded = load_name("adding", 0.3, 1);
    FaltungDataset *parts[] = {loaded.training, loaded.validation};
    float first[2][100];
    double sum = 0.0, squares = 0.0;
    guint32 n_all = 0;
    for (int part = 0; part < 2; part++) {
        for (guint32 n = 0; n < faltung_dataset_size(parts[part]); n++, n_all++) {
            float x[50][2], target;
            faltung_dataset_gather(parts[part], &n, 1, x[0], &target, NULL);
            if (n == 0)
                memcpy(first[part], x, sizeof x);
            float marked[2] = {0}, numbers[2] = {0};
            for (int t = 0; t < 50; t++) {
                g_assert_true(x[t][0] >= 0 && x[t][0] < 1 && (x[t][1] == 0 || x[t][1] == 1));
                marked[t / 25] += x[t][1];
                numbers[t / 25] += x[t][1] * x[t][0];
            }
            g_assert_true(marked[0] == 1 && marked[1] == 1);
            g_assert_cmpfloat(target, ==, numbers[0] + numbers[1]);
            sum += target;
            squares += (target - 1.0) * (target - 1.0);
        }
    }
    g_assert_cmpuint(n_all, ==, 11000);
    g_assert_cmpint(memcmp(first[0], first[1], sizeof first[0]), !=, 0);
    /* a sum of two uniform numbers: mean 1, variance 1/6; four standard errors of 11,000 samples */
    g_assert_cmpfloat(fabs(sum / n_all - 1.0), <, 0.016);
    g_assert_cmpfloat(fabs(squares / n_all - 1.0 / 6), <, 0.008);
}

/* The letters come again at the end, behind the mark; everything else is blank. */
static void test_copy(void) {
    g_auto(Loaded) loaded = load_name("copy", 0.3, 1);
    g_assert_cmpuint(faltung_dataset_positions(loaded.training), ==, 50);
    int counts[8] = {0};
    for (guint32 n = 0; n < 1000; n++) {
        float x[50];
        gint32 y[50];
        faltung_dataset_gather(loaded.training, &n, 1, x, NULL, y);
        for (int t = 0; t < 50; t++) {
            g_assert_cmpfloat(x[t], ==, t < 10 ? x[t] : t == 39 ? 9 : 8);
            g_assert_cmpint(y[t], ==, t < 40 ? 8 : (int)x[t - 40]);
        }
        for (int t = 0; t < 10; t++)
            counts[(int)x[t]]++; /* of letters only, else the test ends here */
    }
    for (int i = 0; i < 8; i++) /* 10,000 draws of 8: four standard deviations of 33 */
        g_assert_cmpint(ABS(counts[i] - 1250), <, 133);
}

/* What goes on like x(t + 1) = 2 cos(w) x(t) - x(t - 1) is a sine. */
static void test_sine(void) {
    g_auto(Loaded) loaded = load_name("sine", 0.3, 1);
    for (guint32 n = 0; n < faltung_dataset_size(loaded.training); n++) {
        float x[26];
        faltung_dataset_gather(loaded.training, &n, 1, x, x + 25, NULL);
        double above = 0, below = 0; /* least squares for 2 cos(w) */
        for (int t = 1; t < 24; t++) {
            above += (x[t + 1] + x[t - 1]) * x[t];
            below += x[t] * x[t];
        }
        double twice = above / below, period = 2 * G_PI / acos(twice / 2);
        g_assert_true(period > 7.99 && period < 40.1);
        g_assert_cmpfloat(fabs(twice * x[24] - x[23] - x[25]), <, 1e-4);
    }
}

static void test_xor(void) {
    g_auto(Loaded) loaded = load_name("xor", 0.3, 1);
    for (guint32 n = 0; n < 4; n++) {
        float x[2];
        gint32 class;
        faltung_dataset_gather(loaded.training, &n, 1, x, NULL, &class);
        g_assert_cmpint(class, ==, x[0] != x[1]);
        g_assert_cmpfloat(2 * x[0] + x[1], ==, n);
    }
}

/* The angle of a point tells its radius, or that of the opposite one. */
static void test_spirals(void) {
    g_auto(Loaded) loaded = load_name("spirals", 0.3, 1);
    FaltungDataset *parts[] = {loaded.training, loaded.validation};
    for (int part = 0; part < 2; part++) {
        for (guint32 n = 0; n < faltung_dataset_size(parts[part]); n++) {
            float x[2];
            gint32 class;
            faltung_dataset_gather(parts[part], &n, 1, x, NULL, &class);
            double step = (6.5 - hypot(x[0], x[1])) * 104 / 6.5; /* 0 ... 96 */
            double angle = step * G_PI / 16, sign = class ? -1 : 1;
            g_assert_cmpfloat(fabs(sign * x[0] - hypot(x[0], x[1]) * sin(angle)), <, 1e-4);
            g_assert_cmpfloat(fabs(sign * x[1] - hypot(x[0], x[1]) * cos(angle)), <, 1e-4);
            g_assert_cmpfloat(fabs(2 * step - rint(2 * step)), <, 1e-4);
            g_assert_cmpint((int)rint(2 * step) % 2, ==, part);
        }
    }
}

static int compare_indices(gconstpointer a, gconstpointer b) {
    return memcmp(a, b, 13 * sizeof(float));
}

/* Both parts together are the whole, and nothing twice. */
static void test_split(void) {
    g_auto(Loaded) loaded = load_name("boston-housing", 0.3, 1);
    guint32 n_training = faltung_dataset_size(loaded.training);
    guint32 n_validation = faltung_dataset_size(loaded.validation);
    g_assert_cmpuint(n_validation, ==, 152); /* 0.3 of 506 */
    g_assert_cmpuint(n_training + n_validation, ==, 506);
    typedef float Row[13];
    g_autofree Row *parts = g_new(Row, 506), *whole = g_new(Row, 506);
    for (guint32 i = 0; i < 506; i++)
        faltung_dataset_raw(i < n_training ? loaded.training : loaded.validation,
                            i < n_training ? i : i - n_training, parts[i]);
    g_autoptr(FaltungDataset) all = NULL, test = NULL;
    g_assert_true(
        faltung_catalogue_load(faltung_catalogue_find("boston-housing", NULL), &all, &test, NULL));
    for (guint32 i = 0; i < 506; i++)
        faltung_dataset_raw(all, i, whole[i]);
    g_assert_false(memcmp(parts, whole, 506 * sizeof(Row)) == 0);
    qsort(parts, 506, sizeof *parts, compare_indices);
    qsort(whole, 506, sizeof *whole, compare_indices);
    g_assert_cmpmem(parts, 506 * sizeof(Row), whole, 506 * sizeof(Row));

    /* the same seed gives the same split, another one another */
    g_auto(Loaded) again = load_name("boston-housing", 0.3, 1);
    g_auto(Loaded) other = load_name("boston-housing", 0.3, 2);
    g_autofree char *a = faltung_dataset_checksum(loaded.validation);
    g_autofree char *b = faltung_dataset_checksum(again.validation);
    g_autofree char *c = faltung_dataset_checksum(other.validation);
    g_assert_cmpstr(a, ==, b);
    g_assert_cmpstr(a, !=, c);
}

static void test_stratified(void) {
    for (int percent = 1; percent < 100; percent += 7) {
        g_auto(Loaded) loaded = load_name("wine", percent / 100.0, 1);
        static const int sizes[] = {59, 71, 48};
        int held[3] = {0};
        guint32 n = faltung_dataset_size(loaded.validation);
        g_assert_cmpuint(n, ==, lround(1.78 * percent));
        for (guint32 i = 0; i < n; i++)
            held[faltung_dataset_class(loaded.validation, i)]++;
        for (int c = 0; c < 3; c++)
            g_assert_cmpfloat(fabs(held[c] - sizes[c] * percent / 100.0), <, 1.0);
        g_assert_cmpint(faltung_dataset_n_targets(loaded.validation), ==, 3);
    }
    g_auto(Loaded) few = load_name("iris", 0.001, 1); /* at least one sample is held back */
    g_assert_cmpuint(faltung_dataset_size(few.validation), ==, 1);
    g_auto(Loaded) most = load_name("iris", 0.999, 1);
    g_assert_cmpuint(faltung_dataset_size(most.training), ==, 1);
}

/* The constants come from the training samples and serve both parts. */
static void test_normalize(void) {
    FaltungDataOptions options = defaults;
    options.name = "boston-housing";
    options.normalize = FALTUNG_NORMALIZE_STANDARD;
    g_auto(Loaded) loaded = load(&options, NULL);
    FaltungDataset *parts[] = {loaded.training, loaded.validation};
    double mean[2] = {0}, square[2] = {0};
    for (int p = 0; p < 2; p++) {
        guint32 n = faltung_dataset_size(parts[p]);
        for (guint32 i = 0; i < n; i++) {
            float row[13];
            faltung_dataset_gather(parts[p], &i, 1, row, NULL, NULL);
            mean[p] += row[5] / n;
            square[p] += (double)row[5] * row[5] / n;
        }
    }
    g_assert_cmpfloat_with_epsilon(mean[0], 0, 1e-5);
    g_assert_cmpfloat_with_epsilon(square[0], 1, 1e-5);
    g_assert_cmpfloat(fabs(mean[1]), >, 1e-4);
    int n[2];
    const float *means[2], *scales[2];
    for (int p = 0; p < 2; p++)
        faltung_dataset_get_scaling(parts[p], &n[p], &means[p], &scales[p]);
    g_assert_cmpint(n[0], ==, 13);
    g_assert_cmpmem(means[0], 52, means[1], 52);
    g_assert_cmpmem(scales[0], 52, scales[1], 52);
}

static void test_limit(void) {
    FaltungDataOptions options = defaults;
    options.name = "iris";
    g_auto(Loaded) all = load(&options, NULL);
    options.limit = 10;
    g_auto(Loaded) limited = load(&options, NULL);
    g_assert_cmpuint(faltung_dataset_size(limited.training), ==, 10);
    g_assert_cmpuint(faltung_dataset_size(limited.validation), ==, 45);
    for (guint32 i = 0; i < 10; i++) {
        float a[4], b[4];
        faltung_dataset_raw(all.training, i, a);
        faltung_dataset_raw(limited.training, i, b);
        g_assert_cmpmem(a, sizeof a, b, sizeof b);
    }
    options.limit = 10000;
    g_auto(Loaded) more = load(&options, NULL);
    g_assert_cmpuint(faltung_dataset_size(more.training), ==, 105);
}

static void test_errors(void) {
    FaltungDataOptions options = defaults;
    data_test_expect(fail(&options, NULL), "data: no source is named", "`name:`", NULL);
    options.name = "mnits";
    data_test_expect(fail(&options, NULL), "no data set 'mnits'; did you mean 'mnist'?", NULL);
    options.name = "photographs of cats";
    data_test_expect(fail(&options, NULL), "known are digits, ", "`csv:`", NULL);
    options.csv = "t.csv";
    data_test_expect(fail(&options, NULL), "data: more than one source", NULL);
    options.name = "mnist";
    options.csv = NULL;
    data_test_expect(fail(&options, NULL), "'mnist' is not on this machine",
                     "/nonexistent/faltung/mnist", "`faltung data get mnist`", NULL);
    options.name = "fashion-mnist";
    data_test_expect(fail(&options, NULL), "`apt-get install dataset-fashion-mnist`",
                     "`faltung data get fashion-mnist`", NULL);
}

/* Own files are found from the experiment file's folder. */
static void test_paths(void) {
    g_autofree char *folder = data_test_folder();
    g_autofree char *path = data_test_write(folder, "t.csv", "a,y\n1,2.5\n3,4\n5,6\n", 18);
    g_autofree char *origin = g_build_filename(folder, "experiment.yaml", NULL);
    FaltungDataOptions options = defaults;
    options.csv = "t.csv";
    g_auto(Loaded) relative = load(&options, origin);
    g_assert_cmpstr(faltung_dataset_name(relative.training), ==, "t.csv");
    data_test_expect(fail(&options, NULL), "t.csv: cannot be read", "FALTUNG_DATA_PATH", NULL);
    options.csv = path;
    g_auto(Loaded) absolute = load(&options, "elsewhere/experiment.yaml");
    g_assert_cmpuint(faltung_dataset_size(absolute.training), ==, 2);
    g_autofree char *single = data_test_write(folder, "one.csv", "a,y\n1,2.5\n", 10);
    options.csv = single;
    data_test_expect(fail(&options, NULL), "'one.csv' has 1 sample; expected at least 2", NULL);
    options.csv = NULL;

    g_autoptr(GByteArray) images = data_test_idx(256, 8, 3, 3, 0);
    g_autofree char *idx G_GNUC_UNUSED =
        data_test_write_gz(folder, "images.gz", images->data, images->len);
    options.idx = "images.gz";
    g_auto(Loaded) single_file = load(&options, origin);
    g_assert_cmpint(faltung_dataset_target_type(single_file.training), ==, FALTUNG_TARGET_NONE);
    g_assert_cmpuint(faltung_dataset_size(single_file.validation), ==, 2);

    g_autofree char *train G_GNUC_UNUSED =
        data_test_write(folder, "train-images-idx3-ubyte", images->data, images->len);
    g_autoptr(GByteArray) labels = data_test_idx(2, 8, 0);
    g_autofree char *classes G_GNUC_UNUSED =
        data_test_write(folder, "train-labels-idx1-ubyte", labels->data, labels->len);
    options.idx = ".";
    g_auto(Loaded) whole_folder = load(&options, origin);
    g_assert_cmpuint(faltung_dataset_size(whole_folder.training), ==, 6);
    g_assert_cmpint(faltung_dataset_n_targets(whole_folder.validation), ==, 2);
    data_test_remove(folder);
}

/* Writes the four files of a small data set. */
static void write_four(const char *folder, gboolean compressed, int side) {
    static const char *const parts[] = {"train", "t10k"};
    for (int i = 0; i < 2; i++) {
        g_autofree char *images =
            g_strdup_printf("%s-images-idx3-ubyte%s", parts[i], compressed ? ".gz" : "");
        g_autofree char *labels =
            g_strdup_printf("%s-labels-idx1-ubyte%s", parts[i], compressed ? ".gz" : "");
        g_autoptr(GByteArray) pixels = data_test_idx(256, 20, side, side, 0);
        g_autoptr(GByteArray) classes = data_test_idx(10, 20, 0);
        char *(*write)(const char *, const char *, const void *, gsize) =
            compressed ? data_test_write_gz : data_test_write;
        g_free(write(folder, images, pixels->data, pixels->len));
        g_free(write(folder, labels, classes->data, classes->len));
    }
}

static void test_search(void) {
    g_autofree char *first = data_test_folder(), *second = data_test_folder();
    g_autofree char *named = g_build_filename(second, "mnist", NULL);
    g_assert_cmpint(g_mkdir_with_parents(named, 0700), ==, 0);
    g_autofree char *path = g_strdup_printf("/nonexistent/a::%s:%s", first, second);
    const FaltungDatasetEntry *mnist = faltung_catalogue_find("mnist", NULL);
    g_setenv("FALTUNG_DATA_PATH", path, TRUE);

    GError *error = NULL;
    g_assert_null(faltung_catalogue_locate(mnist, &error));
    data_test_expect(error, first, second, named, "not on this machine", NULL);
    /* a folder of its name */
    write_four(named, FALSE, 28);
    g_autofree char *found = faltung_catalogue_locate(mnist, NULL);
    g_assert_cmpstr(found, ==, named);
    /* right in a folder that comes earlier */
    write_four(first, TRUE, 28);
    g_autofree char *earlier = faltung_catalogue_locate(mnist, NULL);
    g_assert_cmpstr(earlier, ==, first);
    FaltungDataOptions options = defaults;
    options.name = "mnist";
    g_auto(Loaded) loaded = load(&options, NULL);
    g_assert_cmpuint(faltung_dataset_size(loaded.training), ==, 20);
    g_assert_cmpuint(faltung_dataset_size(loaded.validation), ==, 20); /* its own test part */
    g_assert_cmpstr(faltung_dataset_class_names(loaded.training)[9], ==, "9");
    /* a file is missing: the next place counts, and the message says so where there is none */
    g_autofree char *labels = g_build_filename(first, "t10k-labels-idx1-ubyte.gz", NULL);
    g_assert_cmpint(g_unlink(labels), ==, 0);
    g_autofree char *later = faltung_catalogue_locate(mnist, NULL);
    g_assert_cmpstr(later, ==, named);
    g_setenv("FALTUNG_DATA_PATH", first, TRUE);
    error = NULL;
    g_assert_null(faltung_catalogue_locate(mnist, &error));
    data_test_expect(error, "lacks t10k-labels-idx1-ubyte.gz", NULL);
    /* images of another size */
    write_four(first, TRUE, 14);
    data_test_expect(fail(&options, NULL), "1 x 14 x 14", "expected 1 x 28 x 28", NULL);
    g_unsetenv("FALTUNG_DATA_PATH");
    data_test_remove(first);
    data_test_remove(second);
}

/* The files of MNIST and Fashion-MNIST have the same names: right in a folder, each is known by
   its contents. */
static void test_another(void) {
    const char *fashion = "/usr/share/datasets/fashion-mnist";
    if (!g_file_test(fashion, G_FILE_TEST_IS_DIR)) {
        g_test_skip("needs Debian's dataset-fashion-mnist");
        return;
    }
    g_setenv("FALTUNG_DATA_PATH", fashion, TRUE);
    g_assert_null(faltung_catalogue_locate(faltung_catalogue_find("mnist", NULL), NULL));
    g_autofree char *found =
        faltung_catalogue_locate(faltung_catalogue_find("fashion-mnist", NULL), NULL);
    g_assert_cmpstr(found, ==, fashion);
    g_unsetenv("FALTUNG_DATA_PATH");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/catalogue/entries", test_entries);
    g_test_add_func("/catalogue/shipped", test_shipped);
    g_test_add_func("/catalogue/adding", test_adding);
    g_test_add_func("/catalogue/copy", test_copy);
    g_test_add_func("/catalogue/sine", test_sine);
    g_test_add_func("/catalogue/xor", test_xor);
    g_test_add_func("/catalogue/spirals", test_spirals);
    g_test_add_func("/catalogue/search", test_search);
    g_test_add_func("/catalogue/another", test_another);
    g_test_add_func("/load/split", test_split);
    g_test_add_func("/load/stratified", test_stratified);
    g_test_add_func("/load/normalize", test_normalize);
    g_test_add_func("/load/limit", test_limit);
    g_test_add_func("/load/errors", test_errors);
    g_test_add_func("/load/paths", test_paths);
    return g_test_run();
}
