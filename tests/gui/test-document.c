/* SPDX-License-Identifier: Apache-2.0 */
#include "data/catalogue.h"
#include "gui/data/import-preview.h"
#include "gui/document/document.h"
#include "gui/document/fixes.h"

#include <glib/gstdio.h>
#include <string.h>

/* The document and its mending, and data before they are taken, without a display. */

#define HEAD                                                                                       \
    "# An experiment.\ndata: {name: digits}\nnetwork:\n  input: [1, 8, 8]   # in\n  layers:\n"
#define TAIL "train: {loss: softmax_cross_entropy, optimizer: {sgd: {lr: 0.1}}, epochs: 1}\n"

static FaltungDocument *document_of(const char *layers) {
    g_autofree char *text = g_strconcat(HEAD, layers, TAIL, NULL);
    g_autoptr(GError) error = NULL;
    FaltungDocument *document = faltung_document_new(text, "a.yaml", NULL, &error);
    g_assert_no_error(error);
    return document;
}

static const FaltungGraph *graph_of(FaltungDocument *document) {
    return faltung_document_experiment(document)->graph;
}

/* -- undo --------------------------------------------------------------------------------- */

static const char *pick(GRand *random, FaltungDocument *document, gboolean with_input) {
    gint32 n = (gint32)graph_of(document)->layers->len;
    int layer =
        with_input || n == 0 ? g_rand_int_range(random, -1, n) : g_rand_int_range(random, 0, n);
    return layer < 0 ? "input" : faltung_graph_layer(graph_of(document), layer)->name;
}

/* Repeats a block, gives it a name or dissolves it. */
static char *random_block_edit(GRand *random, FaltungDocument *document) {
    const GPtrArray *blocks = graph_of(document)->blocks;
    const char *text = faltung_document_text(document);
    if (blocks->len == 0) {
        return NULL;
    }
    const FaltungLayerBlock *block =
        blocks->pdata[g_rand_int_range(random, 0, (gint32)blocks->len)];
    g_autofree char *path = g_strdup_printf("network.%s.repeat", block->path);
    g_autofree char *value = g_strdup_printf("%d", g_rand_int_range(random, 1, 4));
    switch (g_rand_int_range(random, 0, 4)) {
    case 0:
        return faltung_yaml_set(text, path, value, NULL);
    case 1:
        return faltung_yaml_rename_layer(text, block->name, "renamed", NULL);
    default:
        return faltung_yaml_dissolve_block(text, block->name, NULL);
    }
}

/* What says something of a layer, an input or a card, and leaves the wires as they are. */
static char *random_name_edit(GRand *random, FaltungDocument *document) {
    const char *text = faltung_document_text(document);
    const char *name = pick(random, document, FALSE), *to = pick(random, document, FALSE);
    g_autofree char *moved = g_strdup_printf("network.%s.moved", name);
    g_autofree char *bypass = g_strdup_printf("network.%s.bypass", name);
    g_autofree char *place = g_strdup_printf("[%d, %d]", g_rand_int_range(random, -99, 99),
                                             g_rand_int_range(random, -99, 99));
    g_autofree char *other = g_strdup_printf("n%d", g_rand_int_range(random, 0, 9));
    switch (g_rand_int_range(random, 0, 7)) {
    case 0:
        return faltung_yaml_set(text, moved, place, NULL);
    case 1:
        return faltung_yaml_unset(text, moved, NULL);
    case 2:
        return faltung_yaml_set(text, bypass, "true", NULL);
    case 3:
        return faltung_yaml_unset(text, bypass, NULL);
    case 4:
        return faltung_yaml_rename_layer(text, name, other, NULL);
    case 5:
        return faltung_graph_n_inputs(graph_of(document)) < 2
                   ? faltung_yaml_add_input(text, NULL, NULL)
                   : NULL;
    default:
        return faltung_yaml_move_layer(text, name, pick(random, document, TRUE), to, NULL);
    }
}

/* Returns: (nullable): another text; what cannot be done to this one gives none. */
static char *random_text(GRand *random, FaltungDocument *document) {
    static const char *const items[] = {"relu", "dense: {units: 4}", "add", "flatten",
                                        "conv2d: {filters: 2, kernel: 3}"};
    const char *text = faltung_document_text(document);
    const char *item = items[g_rand_int_range(random, 0, G_N_ELEMENTS(items))];
    const char *from = pick(random, document, TRUE), *to = pick(random, document, FALSE);
    const char *const names[] = {to, NULL};
    gboolean large = graph_of(document)->layers->len > 7;
    switch (g_rand_int_range(random, 0, large ? 6 : 10)) {
    case 0:
    case 1:
        return faltung_yaml_remove_layers(text, names, NULL);
    case 2:
        return faltung_yaml_disconnect(text, from, to, NULL);
    case 3:
        return faltung_yaml_connect(text, from, to, NULL, NULL);
    case 4: {
        const char *const two[] = {to, pick(random, document, FALSE), NULL};
        return faltung_yaml_group_layers(text, two, "block", NULL, NULL);
    }
    case 5:
        return random_block_edit(random, document);
    case 6:
        return faltung_yaml_insert_on_wire(text, from, to, item, NULL, NULL);
    case 7:
        return faltung_yaml_branch_layer(text, g_rand_boolean(random) ? from : NULL, item, NULL,
                                         NULL);
    case 8: {
        g_autofree char *clip = faltung_yaml_copy_layers(text, names, NULL);
        return clip != NULL ? faltung_yaml_paste_layers(text, from, clip, NULL, NULL) : NULL;
    }
    default:
        return faltung_yaml_insert_layer(text, from, item, NULL, NULL);
    }
}

/* A setting; never the one that was set last, which would be one step with it. */
static gboolean random_setting(GRand *random, FaltungDocument *document, int step) {
    static const char *const paths[] = {"train.epochs", "train.batch"};
    g_autofree char *value = g_strdup_printf("%d", g_rand_int_range(random, 1, 99));
    return faltung_document_set(document, paths[step % 2], value, NULL);
}

/* 10,000 random edits, of networks that run and that do not, undone to the first state and redone
   to the last: the text is the same at each. */
static void test_undo(void) {
    enum { EDITS = 10000 };
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    g_autoptr(FaltungDocument) document = document_of("    - flatten\n    - dense: {units: 10}\n");
    g_autoptr(GPtrArray) states = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(states, g_strdup(faltung_document_text(document)));
    int settings = 0, broken = 0;
    while (states->len <= EDITS) {
        if (g_rand_int_range(random, 0, 10) == 0) {
            random_setting(random, document, settings);
            settings +=
                strcmp(faltung_document_text(document), states->pdata[states->len - 1]) != 0;
        } else {
            g_autofree char *text = g_rand_boolean(random) ? random_text(random, document)
                                                           : random_name_edit(random, document);
            if (text != NULL) {
                g_assert_true(faltung_document_replace(document, text, NULL));
            }
        }
        if (strcmp(faltung_document_text(document), states->pdata[states->len - 1]) != 0) {
            g_ptr_array_add(states, g_strdup(faltung_document_text(document)));
            broken += faltung_document_error(document) != NULL;
        }
    }
    g_assert_cmpint(broken, >, EDITS / 10);
    g_assert_cmpint(broken, <, EDITS);
    for (guint i = states->len - 1; i-- > 0;) {
        faltung_document_undo(document);
        g_assert_cmpstr(faltung_document_text(document), ==, states->pdata[i]);
    }
    g_assert_false(faltung_document_can_undo(document));
    for (guint i = 1; i < states->len; i++) {
        faltung_document_redo(document);
        g_assert_cmpstr(faltung_document_text(document), ==, states->pdata[i]);
    }
    g_assert_false(faltung_document_can_redo(document));
}

/* -- mending ------------------------------------------------------------------------------ */

/* The fix called @title is offered for @layer, and nothing is wrong with it afterwards. */
static void check_fix(FaltungDocument *document, int layer, const char *title, const char *layers) {
    g_autofree char *name = g_strdup(faltung_graph_layer(graph_of(document), layer)->name);
    g_autofree char *expected = g_strconcat(HEAD, layers, TAIL, NULL);
    g_assert_cmpstr(faltung_document_problems(document)[layer], !=, "");
    g_autoptr(GPtrArray) fixes = faltung_fixes_find(document, layer);
    const FaltungFix *found = NULL;
    for (guint i = 0; i < fixes->len; i++) {
        const FaltungFix *fix = fixes->pdata[i];
        g_test_message("%s", fix->title);
        found = strcmp(fix->title, title) == 0 ? fix : found;
    }
    g_assert_nonnull(found);
    g_assert_cmpstr(found->text, ==, expected);
    g_assert_true(faltung_document_replace(document, found->text, NULL));
    g_autoptr(FaltungSketch) mended = faltung_sketch_new(expected, "a.yaml");
    int there = faltung_graph_find(mended->experiment->graph, name);
    g_assert_cmpstr(mended->problems[there], ==, "");
}

static void test_fixes(void) {
    g_autoptr(FaltungDocument) image = document_of("    - dense: {units: 10}   # all\n");
    check_fix(image, 0, "Insert Flatten before it",
              "    - flatten\n    - dense: {units: 10}   # all\n");
    g_autoptr(FaltungDocument) loose =
        document_of("    - flatten\n    - dense: {units: 10, inputs: []}\n");
    check_fix(loose, 1, "Connect it to flatten",
              "    - flatten\n    - dense: {units: 10, inputs: [flatten]}\n");
    g_autoptr(FaltungDocument) large = document_of("    - conv2d: {filters: 2, kernel: 9}\n");
    check_fix(large, 0, "Set padding to same",
              "    - conv2d: {filters: 2, kernel: 9, padding: same}\n");
    g_autoptr(FaltungDocument) misspelt = document_of("    - flatten\n    - relu: {units: 4}\n");
    check_fix(misspelt, 1, "Remove units", "    - flatten\n    - relu:\n");
}

/* What only the data show. */
static void test_data(void) {
    g_autoptr(FaltungDataset) training = NULL, test = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungDocument) document = document_of("    - flatten\n    - dense: {units: 7}\n");
    g_assert_true(faltung_data_load(faltung_document_experiment(document)->data, "a.yaml",
                                    &training, &test, &error));
    g_assert_null(faltung_document_obstacle(document));
    faltung_document_set_data(document, training);
    g_assert_nonnull(faltung_document_obstacle(document));
    g_assert_null(faltung_document_error(document)); /* it runs; it cannot learn that */
    check_fix(document, 1, "Set units to 10", "    - flatten\n    - dense: {units: 10}\n");
    g_assert_null(faltung_document_obstacle(document));
    /* one thing after the other: what does not fit the data does not keep a shape from being mended
     */
    g_autoptr(FaltungDocument) both = document_of("    - dense: {units: 7}\n");
    faltung_document_set_data(both, training);
    check_fix(both, 0, "Insert Flatten before it", "    - flatten\n    - dense: {units: 7}\n");
    faltung_document_undo(document);
    g_assert_nonnull(faltung_document_obstacle(document));
    faltung_document_set_data(document, NULL);
    g_assert_null(faltung_document_obstacle(document));
    g_assert_cmpstr(faltung_document_problems(document)[1], ==, "");
}

/* A text that cannot be drawn keeps the last drawing, with the mistake at the layer above it. */
static void test_stuck(void) {
    g_autoptr(FaltungDocument) document = document_of(
        "    - flatten\n    - block:\n        name: body\n        layers:\n          - relu\n"
        "    - dense: {units: 10}\n");
    g_autofree char *whole = g_strdup(faltung_document_text(document));
    g_autoptr(GString) text = g_string_new(whole);
    g_string_replace(text, "name: body", "name: body\n        repeat: 0", 1);
    faltung_document_type(document, text->str);
    g_assert_cmpint(graph_of(document)->layers->len, ==, 3);
    const char *const *problems = faltung_document_problems(document);
    g_assert_nonnull(strstr(problems[0], "repeat"));
    g_assert_cmpstr(problems[1], ==, "");
    g_string_assign(text, whole);
    g_string_replace(text, "- relu", "- relo", 1);
    faltung_document_type(document, text->str);
    problems = faltung_document_problems(document);
    g_assert_cmpstr(problems[0], ==, "");
    g_assert_nonnull(strstr(problems[1], "relo"));
    faltung_document_type(document, whole);
    g_assert_cmpstr(faltung_document_problems(document)[1], ==, "");
    g_assert_null(faltung_document_error(document));
}

static void on_preview(GObject *source, GAsyncResult *result, gpointer data) {
    *(FaltungImportPreview **)data = faltung_import_preview_finish(result, NULL);
}

/* Of a large table, sorted by its classes, lines from all over it are read. */
static void test_sample(void) {
    GString *rows = g_string_new(NULL);
    for (int i = 0; i < 10000; i++) {
        g_string_append_printf(rows, "%d,%d,%s\n", i, i % 7, "even");
    }
    g_autofree char *folder = g_dir_make_tmp("faltung-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "large.csv", NULL);
    g_autofree char *origin = g_build_filename(folder, "a.yaml", NULL);
    g_autoptr(GFileIOStream) stream = NULL;
    g_autoptr(GFile) file = g_file_new_for_path(path);
    stream = g_file_create_readwrite(file, G_FILE_CREATE_NONE, NULL, NULL);
    GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(stream));
    for (size_t size = 0; size < 20 << 20; size += rows->len) {
        g_assert_true(g_output_stream_write_all(output, rows->str, rows->len, NULL, NULL, NULL));
    }
    g_string_replace(rows, "even", "odd", 0);
    for (size_t size = 0; size < 20 << 20; size += rows->len) {
        g_assert_true(g_output_stream_write_all(output, rows->str, rows->len, NULL, NULL, NULL));
    }
    g_string_free(rows, TRUE);
    FaltungImportPreview *preview = NULL;
    faltung_import_preview_read("{csv: large.csv}", origin, path, NULL, on_preview, &preview);
    while (preview == NULL) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_assert_true(g_str_has_prefix(preview->summary, "Of a sample, "));
    g_assert_nonnull(strstr(preview->summary, "2 classes"));
    g_assert_cmpfloat(preview->bars[0] + preview->bars[1], <, 200000);
    g_assert_cmpfloat(preview->bars[1], >, 0.5 * preview->bars[0]);
    g_assert_cmpstr(preview->data, ==, "{csv: large.csv}");
    faltung_import_preview_free(preview);
    g_unlink(path);
    g_rmdir(folder);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/document/undo", test_undo);
    g_test_add_func("/document/fixes", test_fixes);
    g_test_add_func("/document/data", test_data);
    g_test_add_func("/document/stuck", test_stuck);
    g_test_add_func("/import/sample", test_sample);
    return g_test_run();
}
