/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml.h"

#include <string.h>

/*
 * Random damage to good files: whatever comes in, the reader and the editor answer with a result
 * or an error, never with a crash (run it under the sanitizers), and what the editor hands out
 * is YAML. The seed is fixed, so every run is the same.
 */

enum { ROUNDS = 20000 };

static const char *const seeds[] = {
    "name: x\n"
    "data: {name: fashion-mnist, normalize: standard}   # the data\n"
    "network:\n"
    "  input: [1, 28, 28]\n"
    "  layers:\n"
    "    - conv2d: {name: conv1, filters: 4, kernel: [5, 3], padding: same, activation: tanh}\n"
    "    - max_pool2d: {kernel: 2}\n"
    "    - dropout: {rate: 0.2}\n"
    "    - flatten:\n"
    "    - dense:\n"
    "        name: 'out'\n"
    "        units: 10\n"
    "        init: {normal: {std: 0.1}}\n"
    "        activation: {leaky_relu: {slope: 0.1}}\n"
    "    - softmax\n"
    "train:\n"
    "  loss: softmax_cross_entropy\n"
    "  optimizer: {sgd: {lr: 0.1, momentum: 0.9}}\n"
    "  schedule: {exponential: {final_lr: 0.05}}\n"
    "  epochs: 1\n"
    "sweep:\n"
    "  grid: {train.optimizer.sgd.lr: [0.1, 0.2], network.conv1.kernel: [3, 5]}\n"
    "  variants:\n"
    "    a: {}\n"
    "    b: {like: a, train.epochs: 3}\n"
    "  seeds: 2\n",
    "description: |\n  one\n  two\n\ndata: {csv: \"a.csv\", target: medv}\nnetwork: {input: 13, "
    "layers: [dense: {units: 3}, relu, {dense: {units: 1}}]}\ntrain: {loss: mse}\n",
    "data: {csv: a.csv, target: medv}\n"
    "network:\n"
    "  input: 13\n"
    "  layers:\n"
    "    - block:\n"
    "        name: body\n"
    "        repeat: 3\n"
    "        layers:\n"
    "          - dense: {name: a, units: 13}\n"
    "          - block: {name: in, inputs: [input], layers: [relu, tanh: {name: t}]}\n"
    "          - add: {inputs: [a, in, input, in/t]}\n"
    "    - dense: {name: out, units: 1, inputs: [body]}\n"
    "train: {loss: mse}\n"
    "sweep: {grid: {network.body.repeat: [1, 2], network.body/a.units: [13]}}\n",
};

static const char *const pieces[] = {
    "{",    "}",    "[",         "]",       ":",       ": ",
    "- ",   "-",    "\n",        "\n  ",    "#",       " # ",
    "'",    "\"",   "&a ",       "*a",      "!b ",     "? ",
    "|\n",  ">-\n", ",",         "\t",      "~",       "null",
    "\\",   "%",    "\n---",     "\n...",   "1e99",    "-1",
    "nan",  "é",    "0",         "\r\n",    "<<",      "\xEF\xBB\xBF",
    "\x01", "\xFF", "name: a, ", "layers:", "units: ", "99999999999999999999",
};

static const char *const paths[] = {
    "train.epochs",
    "train.optimizer.sgd.lr",
    "train.optimizer.adam.lr",
    "network.conv1.name",
    "network.out.units",
    "network.layers.1.kernel",
    "network.input.0",
    "network.layers.3",
    "data",
    "sweep.seeds",
    "network.flatten.name",
    "network.softmax",
    "description",
    "sweep.grid",
    "network.layers",
    "network.body.repeat",
    "network.body/in/t.name",
    "network.layers.0.block.layers.1.block.layers.0",
};

static const char *const values[] = {"1", "{a: [1, b]}", "",      "x: y",
                                     "[", "'q",          "a # b", "two\nlines"};

#define PICK(random, array) ((array)[g_rand_int_range(random, 0, G_N_ELEMENTS(array))])

static char *damage(GRand *random) {
    GString *text = g_string_new(PICK(random, seeds));
    for (int n = g_rand_int_range(random, 1, 4); n > 0 && text->len > 0; n--) {
        size_t at = g_rand_int_range(random, 0, text->len);
        size_t length = g_rand_int_range(random, 0, 12);
        length = MIN(length, text->len - at);
        switch (g_rand_int_range(random, 0, 4)) {
        case 0:
            g_string_erase(text, at, length);
            break;
        case 1:
            g_string_insert(text, at, PICK(random, pieces));
            break;
        case 2: {
            g_autofree char *copy = g_strndup(text->str + at, length * 4);
            g_string_insert(text, g_rand_int_range(random, 0, text->len), copy);
            break;
        }
        default:
            text->str[at] = g_rand_int_range(random, 1, 256);
        }
    }
    return g_string_free(text, FALSE);
}

static void check_error(const GError *error) {
    g_assert_nonnull(error);
    g_assert_true(error->domain == FALTUNG_ERROR);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), >, 0);
}

static void test_damage(void) {
    g_autoptr(GRand) random = g_rand_new_with_seed(1234);
    int n_read = 0, n_refused = 0, n_edited = 0;
    for (int round = 0; round < ROUNDS; round++) {
        g_autofree char *text = damage(random);
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungExperiment) experiment =
            faltung_experiment_parse(text, "f.yaml", NULL, &error);
        if (experiment) {
            n_read++;
            g_autofree char *resolved = faltung_experiment_resolve(experiment);
            g_autoptr(FaltungExperiment) again =
                faltung_experiment_parse(resolved, "f.yaml", NULL, &error);
            g_assert_no_error(error);
            g_assert_nonnull(again);
            g_autofree char *graph = faltung_graph_to_yaml(experiment->graph);
            g_autofree char *same = faltung_graph_to_yaml(again->graph);
            g_assert_cmpstr(graph, ==, same);
        } else {
            n_refused++;
            check_error(error);
            g_assert_true(g_str_has_prefix(error->message, "f.yaml:"));
        }

        g_autoptr(GError) edit_error = NULL;
        const char *path = PICK(random, paths);
        g_autofree char *edited =
            g_rand_boolean(random)
                ? faltung_yaml_unset(text, path, &edit_error)
                : faltung_yaml_set(text, path, PICK(random, values), &edit_error);
        if (edited) {
            n_edited++;
            g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
            g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(edited, mistakes);
            g_assert_nonnull(root);
        } else {
            check_error(edit_error);
        }
    }
    g_test_message("%d read, %d refused, %d edited", n_read, n_refused, n_edited);
    /* damage that is all refused, or never, would test nothing */
    g_assert_cmpint(n_read, >, ROUNDS / 100);
    g_assert_cmpint(n_refused, >, ROUNDS / 2);
    g_assert_cmpint(n_edited, >, ROUNDS / 20);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/fuzz/damage", test_damage);
    return g_test_run();
}
