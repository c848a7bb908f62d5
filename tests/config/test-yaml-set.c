/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml.h"

#include <string.h>

/* -- examples: what a person would have written --------------------------------------------- */

typedef struct {
    const char *name, *text, *path, *value, *expected; /* value NULL: unset */
} Example;

#define LAYERS                                                                                     \
    "network:\n"                                                                                   \
    "  input: [1, 28, 28]   # pixels\n"                                                            \
    "  layers:\n"                                                                                  \
    "    - conv2d: {name: conv1, filters: 16}   # first\n"                                         \
    "    - relu\n"                                                                                 \
    "    - flatten:     # to a vector\n"                                                           \
    "    - dense:\n"                                                                               \
    "        units: 10\n"                                                                          \
    "    - relu:\n"

static const Example examples[] = {
    {"scalar", "a: 1   # one\nb: 2\n", "a", "3", "a: 3   # one\nb: 2\n"},
    {"new key", "a: 1   # one\n# end\n", "b", "2", "a: 1   # one\nb: 2\n# end\n"},
    {"new key without a last line end", "a: 1", "b", "2", "a: 1\nb: 2"},
    {"new key with CRLF", "a: 1\r\nc:\r\n  d: 1\r\n", "c.e", "2",
     "a: 1\r\nc:\r\n  d: 1\r\n  e: 2\r\n"},
    {"new section", "a: 1\n", "train.optimizer.sgd.lr", "0.1",
     "a: 1\ntrain:\n  optimizer: {sgd: {lr: 0.1}}\n"},
    {"into nothing", "", "train.epochs", "3", "train:\n  epochs: 3\n"},
    {"into a comment", "# mine", "a", "3", "# mine\na: 3\n"},
    {"into an empty section", "train:   # soon\nb: 1\n", "train.epochs", "3",
     "train: {epochs: 3}   # soon\nb: 1\n"},
    {"empty value in flow", "a: {b, c: , d: 1}\n", "a.b", "2", "a: {b: 2, c: , d: 1}\n"},
    {"empty value behind a colon", "a: {b, c: , d: 1}\n", "a.c", "2", "a: {b, c: 2 , d: 1}\n"},
    {"into empty flow", "a: {}\n", "a.b", "2", "a: {b: 2}\n"},
    {"into flow", "a: {b: 1  }  # c\n", "a.c.d", "2", "a: {b: 1, c: {d: 2}  }  # c\n"},
    {"kind for kind", "train:\n  optimizer: {sgd: {lr: 0.1}}  # x\n", "train.optimizer",
     "{adam: {lr: 0.001}}", "train:\n  optimizer: {adam: {lr: 0.001}}  # x\n"},
    {"kind for a block", "train:\n  optimizer:\n    sgd:\n      lr: 0.1  # x\n  epochs: 1\n",
     "train.optimizer", "adam", "train:\n  optimizer: adam  # x\n  epochs: 1\n"},
    {"kind for a block with a comment", "o:   # mine\n  sgd:\n    lr: 0.1\n", "o", "adam",
     "o:   # mine\n  adam\n"},
    {"bare kind gets an option", "train: {optimizer: sgd}\n", "train.optimizer.sgd.lr", "0.1",
     "train: {optimizer: {sgd: {lr: 0.1}}}\n"},
    {"quoted", "a: 'it''s'  # c\n", "a", "x", "a: x  # c\n"},
    {"text that needs quotes", "a: 1\n", "a", "x: y # z", "a: 'x: y # z'\n"},
    {"text in two lines", "a: 1\n", "a", "x\ny", "a: \"x\\ny\"\n"},
    {"empty text", "a: 1\n", "a", "", "a: ''\n"},
    {"literal", "a: |\n  one\n  two\n\nb: 1\n", "a", "x", "a: x\n\nb: 1\n"},
    {"list under its key", "a: # c\n- 1\n- 2\nb: 1\n", "a", "[3]", "a: # c\n  [3]\nb: 1\n"},
    {"list item", "a: [1, 2 , 3]\n", "a.1", "5", "a: [1, 5 , 3]\n"},
    {"list grows in flow", "a: [1, 2 ]\n", "a.2", "5", "a: [1, 2, 5 ]\n"},
    {"list grows in lines", "a:\n- 1\n- 2 # c\nb: 1\n", "a.2", "5",
     "a:\n- 1\n- 2 # c\n- 5\nb: 1\n"},
    {"sweep's own dots", "sweep: {grid: {train.epochs: [1, 2]}}\n", "sweep.grid.train.epochs",
     "[3]", "sweep: {grid: {train.epochs: [3]}}\n"},
    {"a sweep's first axis", "a: 1\n", "sweep.grid.train.epochs", "[3]",
     "a: 1\nsweep:\n  grid: {train.epochs: [3]}\n"},
    {"a sweep's next axis", "sweep:\n  grid:\n    train.epochs: [1]   # few\n",
     "sweep.grid.train.optimizer.sgd.lr", "[0.1]",
     "sweep:\n  grid:\n    train.epochs: [1]   # few\n    train.optimizer.sgd.lr: [0.1]\n"},
    {"an axis beside seeds", "sweep: {seeds: 2}\n", "sweep.grid.train.epochs", "[3]",
     "sweep: {seeds: 2, grid: {train.epochs: [3]}}\n"},
    {"layer by name", LAYERS, "network.conv1.kernel", "3",
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 16, kernel: 3}   # first\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu:\n"},
    {"layer by index", LAYERS, "network.layers.0.filters", "3",
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 3}   # first\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu:\n"},
    {"bare layer by its implied name", LAYERS, "network.relu.name", "act",
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 16}   # first\n"
     "    - relu: {name: act}\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu:\n"},
    {"second implied name", LAYERS, "network.relu_2.name", "act",
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 16}   # first\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu: {name: act}\n"},
    {"empty layer", LAYERS, "network.flatten.name", "flat",
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 16}   # first\n"
     "    - relu\n"
     "    - flatten: {name: flat}     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu:\n"},
    {"block layer", LAYERS, "network.dense.activation", "tanh",
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 16}   # first\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "        activation: tanh\n"
     "    - relu:\n"},
    {"whole layer", LAYERS, "network.layers.3", "{dense: {units: 3}}",
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 16}   # first\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - {dense: {units: 3}}\n"
     "    - relu:\n"},
    {"input", LAYERS, "network.input.0", "3",
     "network:\n"
     "  input: [3, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {name: conv1, filters: 16}   # first\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu:\n"},
    {"layer in a flow list", "network: {layers: [relu, conv2d: {filters: 1}]}\n",
     "network.conv2d.kernel", "3", "network: {layers: [relu, conv2d: {filters: 1, kernel: 3}]}\n"},
    {"bare layer in a flow list", "network: {layers: [relu, flatten]}\n", "network.relu.name", "r",
     "network: {layers: [{relu: {name: r}}, flatten]}\n"},

    {"unset", "a: 1\nb: 2 # two\nc: 3\n", "b", NULL, "a: 1\nc: 3\n"},
    {"unset the last line", "a: 1\nb: 2", "b", NULL, "a: 1"},
    {"unset in flow", "a: {b: 1, c: 2, d: 3}\n", "a.b", NULL, "a: {c: 2, d: 3}\n"},
    {"unset last in flow", "a: {b: 1, c: 2}\n", "a.c", NULL, "a: {b: 1}\n"},
    {"unset only in flow", "a: {b: 1 ,}\n", "a.b", NULL, "a: {}\n"},
    {"unset the only one of a layer", "network:\n  layers:\n    - relu: {moved: [0, 8]}   # r\n",
     "network.relu.moved", NULL, "network:\n  layers:\n    - relu:   # r\n"},
    {"unset the only one", "a:\n  b: 1\nc: 2\n", "a.b", NULL, "a:\nc: 2\n"},
    {"unset behind a dash", "l:\n- a: 1\n  b: 2\n", "l.0.a", NULL, "l:\n- b: 2\n"},
    {"unset a section", "a: 1\nsweep:\n  seeds: 5\n  # c\nb: 1\n", "sweep", NULL,
     "a: 1\n  # c\nb: 1\n"},
    {"unset a layer", LAYERS, "network.conv1", NULL,
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu:\n"},
    {"unset a layer's option", LAYERS, "network.conv1.name", NULL,
     "network:\n"
     "  input: [1, 28, 28]   # pixels\n"
     "  layers:\n"
     "    - conv2d: {filters: 16}   # first\n"
     "    - relu\n"
     "    - flatten:     # to a vector\n"
     "    - dense:\n"
     "        units: 10\n"
     "    - relu:\n"},
};

static void test_example(gconstpointer data) {
    const Example *example = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *result =
        example->value ? faltung_yaml_set(example->text, example->path, example->value, &error)
                       : faltung_yaml_unset(example->text, example->path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(result, ==, example->expected);
}

/* -- what cannot be done ------------------------------------------------------------------- */

static const Example refusals[] = {
    {"unknown layer", LAYERS, "network.conv2.kernel", "3",
     "no layer is called 'conv2'; did you mean 'conv1'?"},
    {"index too large", LAYERS, "network.layers.9.kernel", "3",
     "'9' is not an index of this list; expected 0 to 5"},
    {"below a scalar", "train: {epochs: 3}\n", "train.epochs.x", "3",
     "nothing called 'x' can be set below '3'; set all of it at once, as in "
     "train.optimizer={adam: {lr: 0.001}}"},
    {"empty step", "a: 1\n", "a..b", "3",
     "'a..b' is not a path; write it like train.optimizer.sgd.lr"},
    {"empty path", "a: 1\n", "", "3", "the path is empty; write it like train.optimizer.sgd.lr"},
    {"broken value", "a: 1\n", "a", "{b: 1",
     "the value `{b: 1`: not valid YAML: this { is not closed; close it with }"},
    {"broken text", "a: {\n", "a", "1",
     "<text>:1:4: not valid YAML: this { is not closed; close it with }"},
    {"a list at the top", "- a\n", "a", "1", "the text is not a mapping; write `key: value`"},
    {"unset what is not there", "a: 1\n", "b", NULL, "'b' is not there; nothing to remove"},
};

static void test_refusal(gconstpointer data) {
    const Example *refusal = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *result =
        refusal->value ? faltung_yaml_set(refusal->text, refusal->path, refusal->value, &error)
                       : faltung_yaml_unset(refusal->text, refusal->path, &error);
    g_assert_null(result);
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_assert_cmpstr(error->message, ==, refusal->expected);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++) {
        g_autofree char *path = g_strdup_printf("/config/set/%s", examples[i].name);
        g_test_add_data_func(path, &examples[i], test_example);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *path = g_strdup_printf("/config/set/refused: %s", refusals[i].name);
        g_test_add_data_func(path, &refusals[i], test_refusal);
    }
    return g_test_run();
}
