/* SPDX-License-Identifier: Apache-2.0 */
#include "data/csv-reader.h"
#include "data/csv.h"
#include "tests/data/data-test.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static FaltungDataset *try_parse(const char *text, const FaltungCsvOptions *options,
                                 GError **error) {
    static const FaltungCsvOptions none = {.name = "t"};
    return faltung_csv_parse("t.csv", text, strlen(text), options ? options : &none, error);
}

static FaltungDataset *parse(const char *text, const FaltungCsvOptions *options) {
    g_autoptr(GError) error = NULL;
    FaltungDataset *dataset = try_parse(text, options, &error);
    g_assert_no_error(error);
    return dataset;
}

static GError *fail(const char *text, const FaltungCsvOptions *options) {
    GError *error = NULL;
    g_assert_null(try_parse(text, options, &error));
    return error;
}

/* Checks a table with one value to predict: @expected has the features and the value, row by row.
 */
static void check_values(FaltungDataset *dataset, guint32 n, int width, const float *expected) {
    g_assert_cmpuint(faltung_dataset_size(dataset), ==, n);
    g_assert_cmpint(faltung_dataset_shape(dataset)->rank, ==, 1);
    g_assert_cmpint(faltung_dataset_shape(dataset)->dims[0], ==, width - 1);
    g_assert_cmpint(faltung_dataset_target_type(dataset), ==, FALTUNG_TARGET_VALUES);
    g_assert_cmpint(faltung_dataset_n_targets(dataset), ==, 1);
    for (guint32 i = 0; i < n; i++) {
        float row[16];
        faltung_dataset_gather(dataset, &i, 1, row, row + width - 1, NULL);
        for (int j = 0; j < width; j++)
            g_assert_cmpfloat(row[j], ==, expected[i * width + j]);
    }
}

static void check_classes(FaltungDataset *dataset, guint32 n, const char *names,
                          const gint32 *expected) {
    g_assert_cmpint(faltung_dataset_target_type(dataset), ==, FALTUNG_TARGET_CLASS);
    g_autofree char *found = g_strjoinv("|", (char **)faltung_dataset_class_names(dataset));
    g_assert_cmpstr(found, ==, names);
    g_assert_cmpuint(faltung_dataset_size(dataset), ==, n);
    for (guint32 i = 0; i < n; i++)
        g_assert_cmpint(faltung_dataset_class(dataset, i), ==, expected[i]);
}

static void check_features(FaltungDataset *dataset, const char *names) {
    const char *const *found = faltung_dataset_feature_names(dataset);
    g_autofree char *joined = found ? g_strjoinv("|", (char **)found) : NULL;
    g_assert_cmpstr(joined, ==, names);
}

/* The same table in every way of writing it. */
static void test_forms(void) {
    static const float expected[] = {1, 2.5, -3, 4e2, 5, 0.125};
    static const struct {
        const char *text, *features;
    } forms[] = {
        {"a,b,y\n1,2.5,-3\n4e2,5,.125\n", "a|b"},
        {"a,b,y\r\n1,2.5,-3\r\n4e2,5,.125\r\n", "a|b"},
        {"a,b,y\r1,2.5,-3\r4e2,5,.125\r", "a|b"},
        {"a,b,y\n1,2.5,-3\n4e2,5,.125", "a|b"},
        {"\xef\xbb\xbf"
         "a,b,y\n1,2.5,-3\n4e2,5,.125\n",
         "a|b"},
        {"a;b;y\n1;2.5;-3\n4e2;5;.125\n", "a|b"},
        {"a\tb\ty\n1\t2.5\t-3\n4e2\t5\t.125\n", "a|b"},
        {"\n\na,b,y\n\n1,2.5,-3\n  \n4e2,5,.125\n\n\n", "a|b"},
        {"a, b, y\n 1 , 2.5 , -3 \n4e2,\t5,.125\n", "a|b"},
        {"\"a\",\"b\",\"y\"\n\"1\",\"2.5\",\"-3\"\n\"4e2\", \"5\" ,\".125\"\n", "a|b"},
        {"\"a, the \"\"first\"\"\",\"two\nlines\",y\n1,2.5,-3\n+4.00E+02,5.,125e-3\n",
         "a, the \"first\"|two lines"},
        {"1,2.5,-3\n4e2,5,.125\n", NULL},
        {"a,,y\n1,2.5,-3\n4e2,5,.125\n", "a|column 2"},
        {"2010,2011,y\n1,2.5,-3\n4e2,5,.125\n", NULL}, /* read below */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(forms) - 1; i++) {
        g_test_message("form %" G_GSIZE_FORMAT, i);
        g_autoptr(FaltungDataset) dataset = parse(forms[i].text, NULL);
        check_values(dataset, 2, 3, expected);
        check_features(dataset, forms[i].features);
    }
    /* more numbers than words at the top: no header unless it is said */
    const char *years = forms[G_N_ELEMENTS(forms) - 1].text;
    data_test_expect(fail(years, NULL), "t.csv:1:11: 'y' in column 'column 3' is not a number",
                     "`header: yes`", NULL);
    g_autoptr(FaltungDataset) dataset =
        parse(years, &(FaltungCsvOptions){.name = "t", .header = FALTUNG_CSV_HEADER_YES});
    check_values(dataset, 2, 3, expected);
    check_features(dataset, "2010|2011");
}

/* Where no number has a point and not every comma can be one of thousands, they are decimal. */
static void test_commas(void) {
    g_autoptr(FaltungDataset) dataset = parse("a;y\n1,5;2\n-0,250;1,5e2\n1,000;3\n", NULL);
    check_values(dataset, 3, 2, (const float[]){1.5f, 2, -0.25f, 150, 1, 3});
    data_test_expect(fail("a;y\n1,500;2\n2,000;3,5\n4;1.5\n", NULL), "t.csv:2:1: '1,500'",
                     "decimal point", NULL);
    data_test_expect(fail("a;y\n1,500;2\n12,000;3\n", NULL), "t.csv:2:1: '1,500'",
                     "thousands separators", NULL);
}

static void test_header(void) {
    /* words in the column of classes are no names */
    g_autoptr(FaltungDataset) iris = parse("5.1,3.5,setosa\n4.9,3,virginica\n5,3,setosa\n", NULL);
    check_classes(iris, 3, "setosa|virginica", (const gint32[]){0, 1, 0});
    check_features(iris, NULL);
    /* a numeric header when it is asked for; else it is data */
    FaltungCsvOptions no = {.name = "t", .header = FALTUNG_CSV_HEADER_NO};
    g_autoptr(FaltungDataset) numbers = parse("1,2\n3,4.5\n", &no);
    check_values(numbers, 2, 2, (const float[]){1, 2, 3, 4.5});
    data_test_expect(fail("a,b\n1,2\n", &no), "t.csv:1:1: 'a' in column 'column 1'", "header: yes",
                     NULL);
    /* the target's name at the top says that it is a header, whatever else stands there */
    FaltungCsvOptions named = {.name = "t", .target = "label"};
    g_autoptr(FaltungDataset) mnist =
        parse("label,0,1,2\n7,1,1,1\n7,2,2,2\n3,0,0,0\n3,4,5,6", &named);
    check_classes(mnist, 4, "3|7", (const gint32[]){1, 1, 0, 0});
    check_features(mnist, "0|1|2");
    /* missing values say nothing */
    data_test_expect(fail("?,1.5\n2,3\n", NULL),
                     "t.csv:1:1: the value of column 'column 1' is missing", NULL);
}

static void test_target(void) {
    const char *text = "a,b,y\n1,2,3.5\n4,5,6.5\n";
    g_autoptr(FaltungDataset) first = parse(
        text,
        &(FaltungCsvOptions){.name = "t", .target = "b", .task = FALTUNG_CSV_TASK_REGRESSION});
    check_values(first, 2, 3, (const float[]){1, 3.5, 2, 4, 6.5, 5});
    check_features(first, "a|y");
    g_autoptr(FaltungDataset) by_number =
        parse("1.5,2,3\n4,5,6\n", &(FaltungCsvOptions){.name = "t", .target = "1"});
    check_values(by_number, 2, 3, (const float[]){2, 3, 1.5, 5, 6, 4});
    data_test_expect(fail(text, &(FaltungCsvOptions){.name = "t", .target = "z"}),
                     "t.csv:1:1: no column 'z'", "a, b, y", NULL);
    data_test_expect(fail("crim,medv\n1,2\n", &(FaltungCsvOptions){.name = "t", .target = "mdev"}),
                     "did you mean 'medv'?", NULL);
    data_test_expect(fail("y,y\n1,2\n", &(FaltungCsvOptions){.name = "t", .target = "y"}),
                     "columns 1 and 2 are both called 'y'", NULL);
}

static void test_task(void) {
    FaltungCsvOptions classes = {.name = "t", .task = FALTUNG_CSV_TASK_CLASSIFICATION};
    FaltungCsvOptions values = {.name = "t", .task = FALTUNG_CSV_TASK_REGRESSION};
    /* a few whole numbers are classes, in the order of the numbers */
    const char *few = "x,y\n1,10\n2,9\n3,9.0\n4,\"10\"\n5,-0\n6,0\n";
    g_autoptr(FaltungDataset) whole = parse(few, NULL);
    check_classes(whole, 6, "0|9|10", (const gint32[]){2, 1, 1, 2, 0, 0});
    g_autoptr(FaltungDataset) forced = parse(few, &values);
    check_values(forced, 6, 2, (const float[]){1, 10, 2, 9, 3, 9, 4, 10, 5, 0, 6, 0});
    /* fractions are values, unless it is said */
    const char *halves = "x,y\n1,0.5\n2,1.5\n3,0.5\n4,1.5\n";
    g_autoptr(FaltungDataset) regression = parse(halves, NULL);
    check_values(regression, 4, 2, (const float[]){1, .5, 2, 1.5, 3, .5, 4, 1.5});
    g_autoptr(FaltungDataset) classified = parse(halves, &classes);
    check_classes(classified, 4, "0.5|1.5", (const gint32[]){0, 1, 0, 1});
    /* as many numbers as rows are no classes */
    g_autoptr(FaltungDataset) different = parse("x,y\n1,1\n2,2\n3,3\n", NULL);
    g_assert_cmpint(faltung_dataset_target_type(different), ==, FALTUNG_TARGET_VALUES);
    /* words are classes, in the order of their bytes; quoted ones whole */
    g_autoptr(FaltungDataset) words =
        parse("x,y\n1,\"b, c\"\n2,Ä\n3,a\n4,\"say \"\"a\"\"\"\n5,a\n6,1\n", NULL);
    check_classes(words, 6, "1|a|b, c|say \"a\"|Ä", (const gint32[]){2, 4, 1, 3, 1, 0});
    /* one word among numbers is a mistake */
    data_test_expect(fail("x,y\n1,1.5\n2,2.5\n3,oops\n4,3\n", NULL),
                     "t.csv:4:3: 'oops' in column 'y' is not a number", "task: classification",
                     NULL);
    data_test_expect(fail("x,y\n1,a\n2,b\n3,a\n", &values), "t.csv:2:3: 'a' in column 'y'", NULL);
    data_test_expect(fail("x,y\n1,a\n2,a\n", NULL), "all rows have 'a' in column 'y'", NULL);
    /* names of people are no classes */
    g_autoptr(GString) many = g_string_new("x,name\n");
    for (int i = 0; i < 30; i++)
        g_string_append_printf(many, "%d,person %d\n", i, i);
    data_test_expect(fail(many->str, NULL), "column 'name' has 30 different values in 30 rows",
                     "target", NULL);
    g_autoptr(FaltungDataset) asked = parse(many->str, &classes);
    g_assert_cmpint(faltung_dataset_n_targets(asked), ==, 30);
}

static void test_mistakes(void) {
    data_test_expect(fail("a,rm,y\n1,2,3.5\n4,,6\n", NULL),
                     "t.csv:3:3: the value of column 'rm' is missing", "remove the row", NULL);
    data_test_expect(fail("a,rm,y\n1,2,3.5\n4,NA,6\n", NULL), "t.csv:3:3: ", "missing", NULL);
    data_test_expect(fail("a,rm,y\n1,2,3.5\n4,5,\n", NULL),
                     "t.csv:3:5: the value of column 'y' is missing", NULL);
    data_test_expect(fail("a,rm,y\n1,2,3.5\n4,abc,6\n", NULL),
                     "t.csv:3:3: 'abc' in column 'rm' is not a number", NULL);
    data_test_expect(fail("a;rm;y\n1;2;3\n4;5,5;6.5\n", NULL), "t.csv:3:3: '5,5'", "decimal point",
                     NULL);
    data_test_expect(fail("a,rm,y\n1,2,3.5\n4,1e400,6\n", NULL), "t.csv:3:3: 1e400", "too large",
                     NULL);
    data_test_expect(fail("a,rm,y\n1,2,3.5\n4,inf,6\n", NULL), "'inf'", "not a number", NULL);
    data_test_expect(fail("a,rm,y\n1,2,3.5\n4,0x10,6\n", NULL), "'0x10'", "not a number", NULL);
    data_test_expect(fail("a,b,y\n1,2,3.5\n4,5\n", NULL),
                     "t.csv:3:3: the row has 2 cells; expected 3", "commas", NULL);
    data_test_expect(fail("a,b,y\n1,2,3.5\n4,5,6,7\n", NULL),
                     "t.csv:3:7: the row has 4 cells; expected 3", NULL);
    /* the line is the file's, behind cells of several lines too; the column counts characters */
    data_test_expect(fail("\"a\nb\",y\n1,2\n\"äö\nü\", x\n3,4\n5,6\n7,8\n9,10\n", NULL),
                     "t.csv:4:1: '", "t.csv:5:5: 'x' in column 'y'", NULL);
    data_test_expect(fail("a,y\n1,2\n\"3,4\n5,6\n", NULL), "t.csv:3:1: a quote is opened", NULL);
    data_test_expect(fail("a,y\n1,2\n3,\"4\"5\n", NULL), "t.csv:3:3: text follows", NULL);
    data_test_expect(fail("", NULL), "t.csv:1:1: the file is empty", NULL);
    data_test_expect(fail("\xef\xbb\xbf\n", NULL), "the file is empty", NULL);
    data_test_expect(fail("a,b\n", NULL), "t.csv:1:1: no rows", NULL);
    data_test_expect(fail("a\n1\n2\n", NULL), "t.csv:1:1: one column only ('a')", NULL);
    data_test_expect(fail("a,y\n1,2\n3,\xe4\n", NULL), "t.csv:3:1: ", "WINDOWS-1252", NULL);
    GError *error = NULL;
    g_assert_null(
        faltung_csv_parse("t.csv", "a,y\n1,2\n3,\0004", 12, &(FaltungCsvOptions){0}, &error));
    data_test_expect(error, "t.csv:3:1: ", "0x00", NULL);
    error = NULL;
    g_assert_null(faltung_csv_parse("t.csv",
                                    "\xff\xfe"
                                    "a\0,\0",
                                    6, &(FaltungCsvOptions){0}, &error));
    data_test_expect(error, "UTF-16", NULL);
    error = NULL;
    g_assert_null(faltung_csv_load("/nonexistent/t.csv", &(FaltungCsvOptions){0}, &error));
    data_test_expect(error, "/nonexistent/t.csv: cannot be read: ", NULL);
}

static void test_many_mistakes(void) {
    g_autoptr(GString) text = g_string_new("a,y\n0,0.5\n");
    for (int i = 0; i < 12; i++)
        g_string_append(text, "x,1\n");
    GError *error = fail(text->str, NULL);
    int lines = 1;
    for (const char *at = error->message; (at = strchr(at, '\n')); at++)
        lines++;
    g_assert_cmpint(lines, ==, 6);
    data_test_expect(error, "t.csv:3:1: ", "t.csv:7:1: ", "t.csv: and 7 more", NULL);
}

static void test_shape(void) {
    FaltungCsvOptions options = {.name = "t", .shape = FALTUNG_SHAPE(1, 2, 2)};
    g_autoptr(FaltungDataset) images = parse("1,2,3,4,a\n5,6,7,8,b\n", &options);
    g_assert_true(faltung_shape_equal(faltung_dataset_shape(images), &options.shape));
    data_test_expect(fail("1,2,3,a\n5,6,7,b\n", &options), "3 columns", "1 x 2 x 2", NULL);
}

static void check_number(const char *text, gboolean is, double expected) {
    FaltungCsvCell cell = {.start = text, .length = strlen(text)};
    double value = 0;
    g_assert_cmpint(faltung_csv_cell_number(&cell, &value), ==, is);
    if (is)
        g_assert_true(memcmp(&value, &expected, sizeof value) == 0);
}

/* Every number is the double nearest to what is written, as strtod reads it, in every locale. */
static void test_numbers(void) {
    static const char *const numbers[] = {"0",
                                          "-0",
                                          "+1",
                                          "1.",
                                          ".5",
                                          "-.5e-3",
                                          "1e22",
                                          "1E+05",
                                          "123456789012345678",
                                          "0.1",
                                          "0.30000000000000004",
                                          "9007199254740993",
                                          "9007199254740993.0",
                                          "1e-320",
                                          "4.9e-324",
                                          "1.7976931348623157e308",
                                          "2e308",
                                          "3.14159265358979323846264338327950288",
                                          "0.000000000000000000000000000001",
                                          "100000000000000000000000000000000",
                                          "0.0000000000000000000001234567890123456",
                                          "18446744073709551616",
                                          "00012.50",
                                          "5.85e-2"};
    static const char *const words[] = {"",      "-",   ".",     "+.",    "e5",  "1e",
                                        "1e+",   "1 2", "1,5",   "0x1p3", "inf", "nan",
                                        "1_000", "--1", "1.2.3", "1f",    "١"};
    for (int i = 0; i < 2; i++) {
        for (gsize k = 0; k < G_N_ELEMENTS(numbers); k++)
            check_number(numbers[k], TRUE, g_ascii_strtod(numbers[k], NULL));
        for (gsize k = 0; k < G_N_ELEMENTS(words); k++)
            check_number(words[k], FALSE, 0);
        if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
            g_test_message("no German locale here");
    }
    setlocale(LC_NUMERIC, "C");
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (int i = 0; i < 20000; i++) {
        char text[64];
        int digits = g_rand_int_range(random, 1, 20);
        g_snprintf(text, sizeof text, i % 2 ? "%.*f" : "%.*e", digits,
                   g_rand_double_range(random, -1, 1) * pow(10, g_rand_int_range(random, -8, 9)));
        check_number(text, TRUE, g_ascii_strtod(text, NULL));
    }
}

static void check_columns(const char *path, FaltungCsvHeader header, const char *names) {
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) columns = faltung_csv_columns(path, header, &error);
    g_assert_no_error(error);
    g_autofree char *joined = g_strjoinv("|", columns);
    g_assert_cmpstr(joined, ==, names);
}

/* What the target can be is known from the beginning, packed or not, wherever that is cut off. */
static void test_columns(void) {
    g_autofree char *folder = data_test_folder();
    g_autoptr(GString) text = g_string_new("größe;\"a;b\";y\n");
    while (text->len < 1 << 19)
        g_string_append(text, "1;2;größer\n");
    g_autofree char *path = data_test_write(folder, "t.csv", text->str, text->len);
    g_autofree char *packed = data_test_write_gz(folder, "t.csv.gz", text->str, text->len);
    check_columns(path, FALTUNG_CSV_HEADER_AUTO, "größe|a;b|y");
    check_columns(packed, FALTUNG_CSV_HEADER_AUTO, "größe|a;b|y");
    check_columns(path, FALTUNG_CSV_HEADER_NO, "column 1|column 2|column 3");
    g_autofree char *empty = data_test_write(folder, "e.csv", "", 0);
    GError *error = NULL;
    g_assert_null(faltung_csv_columns(empty, FALTUNG_CSV_HEADER_AUTO, &error));
    data_test_expect(error, "e.csv:1:1: the file is empty", NULL);
    data_test_remove(folder);
}

static void test_gz(void) {
    g_autofree char *folder = data_test_folder();
    g_autoptr(GString) text = g_string_new("a,y\n");
    for (int i = 0; i < 5000; i++)
        g_string_append_printf(text, "%d,%d.5\n", i, i * 3);
    g_autofree char *path = data_test_write_gz(folder, "t.csv.gz", text->str, text->len);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungDataset) dataset =
        faltung_csv_load(path, &(FaltungCsvOptions){.name = "t"}, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(faltung_dataset_size(dataset), ==, 5000);
    float x, y;
    faltung_dataset_gather(dataset, &(guint32){4999}, 1, &x, &y, NULL);
    g_assert_cmpfloat(x, ==, 4999);
    g_assert_cmpfloat(y, ==, 14997.5f);
    /* cut off at every length */
    gsize size;
    g_autofree char *bytes = NULL;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    for (gsize cut = 2; cut < size; cut += 997) {
        GError *damage = NULL;
        g_assert_null(faltung_csv_parse("t.csv.gz", bytes, cut, &(FaltungCsvOptions){0}, &damage));
        data_test_expect(damage, "t.csv.gz: the gzip data are damaged at byte", NULL);
    }
    /* two members are one file */
    g_autoptr(GByteArray) twice = g_byte_array_new();
    g_autofree char *second = data_test_write_gz(folder, "s.csv.gz", "7,8.5\n", 6);
    gsize more;
    g_autofree char *tail = NULL;
    g_assert_true(g_file_get_contents(second, &tail, &more, NULL));
    g_byte_array_append(twice, (guint8 *)bytes, size);
    g_byte_array_append(twice, (guint8 *)tail, more);
    g_autoptr(FaltungDataset) both =
        faltung_csv_parse("t", twice->data, twice->len, &(FaltungCsvOptions){.name = "t"}, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(faltung_dataset_size(both), ==, 5001);
    data_test_remove(folder);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/csv/forms", test_forms);
    g_test_add_func("/csv/header", test_header);
    g_test_add_func("/csv/target", test_target);
    g_test_add_func("/csv/task", test_task);
    g_test_add_func("/csv/mistakes", test_mistakes);
    g_test_add_func("/csv/many-mistakes", test_many_mistakes);
    g_test_add_func("/csv/shape", test_shape);
    g_test_add_func("/csv/commas", test_commas);
    g_test_add_func("/csv/numbers", test_numbers);
    g_test_add_func("/csv/columns", test_columns);
    g_test_add_func("/csv/gz", test_gz);
    return g_test_run();
}
