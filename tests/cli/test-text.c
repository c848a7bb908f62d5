/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/batch.h"
#include "experiments/json.h"
#include "experiments/table.h"
#include "experiments/terminal.h"

#include <math.h>

/* The pure functions of the library part: names, tables, numbers as text. */

static void assert_text(char *text, const char *expected) {
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

static void test_file_names(void) {
    assert_text(faltung_batch_file_name("lr=0.1, units=3,seed=2"), "lr=0.1,units=3,seed=2");
    assert_text(faltung_batch_file_name("+ momentum,seed=1"), "+_momentum,seed=1");
    assert_text(faltung_batch_file_name("../a/b\\c:d*e"), "_._a_b_c_d_e");
    assert_text(faltung_batch_file_name("-rf"), "_rf");
    assert_text(faltung_batch_file_name("init={normal: {std: 1}}"), "init=normal_std_1_");
    g_autofree char *long_text = g_strnfill(400, 'x');
    g_autofree char *a = faltung_batch_file_name(long_text);
    long_text[399] = 'y';
    g_autofree char *b = faltung_batch_file_name(long_text);
    g_assert_cmpuint(strlen(a), <, 200);
    g_assert_cmpstr(a, !=, b);
}

/* Every thread is given to some job, none has none, and no two differ by more than one. */
static void test_threads(void) {
    for (int threads = 1; threads <= 9; threads++) {
        for (int jobs = 1; jobs <= 9; jobs++) {
            int sum = 0, least = G_MAXINT, most = 0;
            for (int slot = 0; slot < jobs; slot++) {
                int n = faltung_batch_threads(threads, jobs, slot);
                sum += n;
                least = MIN(least, n);
                most = MAX(most, n);
            }
            g_assert_cmpint(sum, ==, MAX(threads, jobs));
            g_assert_cmpint(least, >=, 1);
            g_assert_cmpint(most - least, <=, 1);
        }
    }
}

static FaltungTextTable *make_table(void) {
    static const char *const header[] = {"näme", "n", "what", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "a");
    faltung_text_table_cellf(table, "%d", 5);
    faltung_text_table_cell(table, "x, \"y\"");
    faltung_text_table_row(table);
    faltung_text_table_cell(table, "lönger");
    faltung_text_table_cell(table, "-12.5");
    faltung_text_table_cell(table, "a|b");
    return table;
}

static void test_tables(void) {
    g_autoptr(FaltungTextTable) table = make_table();
    assert_text(faltung_text_table_format(table), "näme        n  what\n"
                                                  "a           5  x, \"y\"\n"
                                                  "lönger  -12.5  a|b\n");
    assert_text(faltung_text_table_csv(table), "näme,n,what\n"
                                               "a,5,\"x, \"\"y\"\"\"\n"
                                               "lönger,-12.5,a|b\n");
    assert_text(faltung_text_table_markdown(table), "| näme   |     n | what   |\n"
                                                    "| ------ | ----: | ------ |\n"
                                                    "| a      |     5 | x, \"y\" |\n"
                                                    "| lönger | -12.5 | a\\|b   |\n");
}

static void test_json(void) {
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_number(json, "tenth", 0.1);
    faltung_json_number(json, "third", 1.0 / 3);
    faltung_json_number(json, "nan", NAN);
    faltung_json_string(json, "te\"xt", "a\\b\n\x01");
    faltung_json_string(json, "none", NULL);
    faltung_json_integers(json, "shape", 3, (int[]){1, 28, 28});
    faltung_json_open_array(json, "empty");
    faltung_json_close(json);
    g_autoptr(FaltungTextTable) table = make_table();
    faltung_text_table_json(table, json, "rows");
    faltung_json_close(json);
    g_assert_cmpstr(faltung_json_text(json), ==,
                    "{\n"
                    "  \"tenth\": 0.1,\n"
                    "  \"third\": 0.3333333333333333,\n"
                    "  \"nan\": null,\n"
                    "  \"te\\\"xt\": \"a\\\\b\\n\\u0001\",\n"
                    "  \"none\": null,\n"
                    "  \"shape\": [1, 28, 28],\n"
                    "  \"empty\": [],\n"
                    "  \"rows\": [\n"
                    "    {\n"
                    "      \"näme\": \"a\",\n"
                    "      \"n\": 5,\n"
                    "      \"what\": \"x, \\\"y\\\"\"\n"
                    "    },\n"
                    "    {\n"
                    "      \"näme\": \"lönger\",\n"
                    "      \"n\": -12.5,\n"
                    "      \"what\": \"a|b\"\n"
                    "    }\n"
                    "  ]\n"
                    "}");
}

static void test_bars(void) {
    assert_text(faltung_bar(0, 3), "   ");
    assert_text(faltung_bar(0.5, 3), "█▌ ");
    assert_text(faltung_bar(1, 3), "███");
    assert_text(faltung_bar(7, 2), "██");
}

static void test_durations(void) {
    assert_text(faltung_duration(0.04), "0.0 s");
    assert_text(faltung_duration(9.94), "9.9 s");
    assert_text(faltung_duration(9.96), "10 s");
    assert_text(faltung_duration(59.4), "59 s");
    assert_text(faltung_duration(59.6), "1:00");
    assert_text(faltung_duration(3599.6), "1:00:00");
    assert_text(faltung_duration(90061), "25:01:01");
    assert_text(faltung_duration(NAN), "?");
}

static void test_shell_words(void) {
    assert_text(faltung_shell_word("runs/lr=0.1,seed=3.h5"), "runs/lr=0.1,seed=3.h5");
    assert_text(faltung_shell_word("my run.h5"), "'my run.h5'");
    assert_text(faltung_shell_word("it's"), "'it'\\''s'");
    assert_text(faltung_shell_word("~x"), "'~x'");
    assert_text(faltung_shell_word(""), "''");
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/file-names", test_file_names);
    g_test_add_func("/text/threads", test_threads);
    g_test_add_func("/text/tables", test_tables);
    g_test_add_func("/text/json", test_json);
    g_test_add_func("/text/bars", test_bars);
    g_test_add_func("/text/durations", test_durations);
    g_test_add_func("/text/shell-words", test_shell_words);
    return g_test_run();
}
