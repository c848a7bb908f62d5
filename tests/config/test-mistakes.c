/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/config/experiment.h"
#include "core/config/mistakes.h"

#include <glib/gstdio.h>
#include <string.h>

/* Every mistake that a person can make in an experiment file, with the very message. */

#define DATA "data: {name: iris}\n"
#define NETWORK "network: {input: [4], layers: [dense: {units: 3}]}\n"
#define TRAIN "train: {loss: mse}\n"

typedef struct {
    const char *name, *text, *expected;
} Mistake;

static const Mistake mistakes[] = {
    {"empty", "",
     "f.yaml:1:1: the file is empty; an experiment needs the sections data, network and train"},
    {"only a comment", "# nothing yet\n",
     "f.yaml:1:1: the file is empty; an experiment needs the sections data, network and train"},
    {"a list",
     "- a\n"
     "- b\n",
     "f.yaml:1:1: this is not an experiment; expected the sections `data:`, `network:` and "
     "`train:`"},
    {"a word", "hello\n",
     "f.yaml:1:1: this is not an experiment; expected the sections `data:`, `network:` and "
     "`train:`"},
    {"a tab",
     DATA "train:\n"
          "\tloss: mse\n" NETWORK,
     "f.yaml:3:1: not valid YAML: a tab character in the indentation; indent with spaces"},
    {"no space after the colon", "name:x\n" DATA NETWORK TRAIN,
     "f.yaml:1:1: not valid YAML: no space after `name:`; write `name: ...`"},
    {"a line without a colon", "name x\n" DATA NETWORK TRAIN,
     "f.yaml:1:1: not valid YAML: this goes on in the next line, which looks like `key: value`; "
     "write `key: value` in every line, and indent the keys of one mapping by the same number of "
     "spaces"},
    {"an open bracket", DATA "network: {input: [4, layers: [dense: {units: 3}]}\n" TRAIN,
     "f.yaml:2:18: not valid YAML: this [ is not closed; close it with ]"},
    {"an open quote", "name: \"x\n" DATA NETWORK TRAIN,
     "f.yaml:1:8: not valid YAML: quotes that are not closed; close the quotes"},
    {"a colon in plain text", "name: a: b\n" DATA NETWORK TRAIN,
     "f.yaml:1:8: not valid YAML: a second `key: value` on the same line; put text with a "
     "colon in quotes, or a mapping on lines of its own or in {...}"},
    {"wrong indentation",
     DATA "network:\n"
          "   input: [4]\n"
          "  layers: [flatten]\n" TRAIN,
     "f.yaml:4:3: not valid YAML: an indentation that fits no line above; indent the keys of one "
     "mapping by the same number of spaces"},
    {"a quote within quotes", "name: 'it's'\n" DATA NETWORK TRAIN,
     "f.yaml:1:11: not valid YAML: more text behind the closing quote; write '' "
     "for a ' inside '...', or use \"...\""},
    {"a bracket too many", DATA NETWORK "train: {loss: mse}}\n",
     "f.yaml:3:19: not valid YAML: a closing bracket too many; take the extra "
     "bracket away"},
    {"a reserved character", "name: @x\n" DATA NETWORK TRAIN,
     "f.yaml:1:7: not valid YAML: a text that begins with a sign of YAML's own; put the text in "
     "quotes"},
    {"a key twice", DATA NETWORK TRAIN "data: {name: wine}\n",
     "f.yaml:4:1: the key 'data' is given twice, first in line 1; keep one of them"},
    {"an option twice", DATA NETWORK "train: {loss: mse, epochs: 1, epochs: 2}\n",
     "f.yaml:3:31: the key 'epochs' is given twice, first in line 3; keep one of them"},
    {"two documents",
     DATA NETWORK TRAIN "---\n"
                        "name: x\n",
     "f.yaml:4:1: a second document begins here; write one document a file"},
    {"an alias", DATA NETWORK "train: {loss: &l mse, optimizer: *l}\n",
     "f.yaml:3:15: anchors (&a), aliases (*a) and tags (!a) have no place here; write the value "
     "out\n"
     "f.yaml:3:34: anchors (&a), aliases (*a) and tags (!a) have no place here; write the value "
     "out"},
    {"a tag", DATA NETWORK "train: {loss: mse, epochs: !!int 3}\n",
     "f.yaml:3:28: anchors (&a), aliases (*a) and tags (!a) have no place here; write the value "
     "out"},
    {"a list as key", DATA NETWORK TRAIN "[a]: b\n",
     "f.yaml:4:1: a key must be a single word, not a list or a mapping"},
    {"a control character",
     "name: a\x01"
     "b\n",
     "f.yaml:1:8: control character 0x01; take it out"},
    {"not UTF-8",
     "name: a\xFF"
     "\n",
     "f.yaml:1:8: byte 0xFF is not UTF-8 text; save the file as UTF-8"},
    {"too deep",
     "a: "
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
     "]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
     "f.yaml:1:43: lists and mappings lie too deep in each other; at most 40 levels"},
    {"all sections missing", "name: x\n",
     "f.yaml:1:1: the section `data:` is missing (which samples, and how they are prepared); add "
     "it\n"
     "f.yaml:1:1: the section `network:` is missing (input and layers); add it\n"
     "f.yaml:1:1: the section `train:` is missing (the loss, the optimizer and how long); add it"},
    {"no train", DATA NETWORK,
     "f.yaml:1:1: the section `train:` is missing (the loss, the optimizer and how long); add it"},
    {"section is a word", DATA NETWORK "train: fast\n",
     "f.yaml:3:8: train must be a mapping; write `key: value` lines under it, or {key: value}"},
    {"unknown section", DATA NETWORK TRAIN "trian: {}\n",
     "f.yaml:4:1: unknown key 'trian' in the experiment; did you mean 'train'?"},
    {"unknown section, nothing near", DATA NETWORK TRAIN "hyperparameters: {}\n",
     "f.yaml:4:1: unknown key 'hyperparameters' in the experiment; known are name, description, "
     "data, network, train, sweep"},
    {"a key of train at the top", DATA NETWORK TRAIN "epochs: 3\n",
     "f.yaml:4:1: unknown key 'epochs' in the experiment; it belongs under `train:`"},
    {"name is a list", "name: [a]\n" DATA NETWORK TRAIN,
     "f.yaml:1:7: name cannot be '[a]'; expected text"},
    {"no source", "data: {normalize: none}\n" NETWORK TRAIN,
     "f.yaml:1:1: data needs a source, one of name, csv, idx, hdf5, npy, text, images; add `name: "
     "fashion-mnist`"},
    {"empty data", "data:\n" NETWORK TRAIN,
     "f.yaml:1:1: data needs a source, one of name, csv, idx, hdf5, npy, text, images; add `name: "
     "fashion-mnist`"},
    {"two sources", "data: {name: iris, csv: a.csv}\n" NETWORK TRAIN,
     "f.yaml:1:20: data takes one source, here are name and csv; keep one of them"},
    {"option of another source", "data: {name: iris, target: x}\n" NETWORK TRAIN,
     "f.yaml:1:20: target does not apply to data given by name (what to predict; csv: a column, "
     "the last one when not given; hdf5: an array, /target when not given; npy: another file of "
     "one, none when not given; or several by names for `loss_target`, {NAME: COLUMN, ...}, first "
     "that of the network's output); remove it"},
    {"unknown choice", "data: {name: iris, normalize: standrad}\n" NETWORK TRAIN,
     "f.yaml:1:31: normalize cannot be 'standrad'; expected one of none, unit, symmetric, "
     "standard; did you mean 'standard'?"},
    {"out of range", "data: {name: iris, validation: 1.5}\n" NETWORK TRAIN,
     "f.yaml:1:32: validation cannot be '1.5'; expected a number from 0.01 to 0.99"},
    {"text for an integer", DATA NETWORK "train: {loss: mse, epochs: many}\n",
     "f.yaml:3:28: epochs cannot be 'many'; expected an integer of at least 1"},
    {"a fraction for an integer", DATA NETWORK "train: {loss: mse, epochs: 1.5}\n",
     "f.yaml:3:28: epochs cannot be '1.5'; expected an integer of at least 1"},
    {"zero epochs", DATA NETWORK "train: {loss: mse, epochs: 0}\n",
     "f.yaml:3:28: epochs cannot be '0'; expected an integer of at least 1"},
    {"a number in quotes", DATA NETWORK "train: {loss: mse, epochs: '3'}\n",
     "f.yaml:3:28: epochs cannot be the text '3'; write the value without quotes"},
    {"a list for an integer", DATA NETWORK "train: {loss: mse, epochs: [1, 2]}\n",
     "f.yaml:3:28: epochs cannot be '[1, 2]'; expected an integer of at least 1"},
    {"no value", DATA NETWORK "train: {loss: mse, epochs: }\n",
     "f.yaml:3:27: epochs has no value; expected an integer of at least 1"},
    {"no value for text", "data: {name: }\n" NETWORK TRAIN,
     "f.yaml:1:13: name has no value; expected text"},
    {"loss missing", DATA NETWORK "train: {epochs: 3}\n",
     "f.yaml:3:1: train needs loss (what training makes small); add `loss: ...`"},
    {"unknown loss", DATA NETWORK "train: {loss: softmax_crossentropy}\n",
     "f.yaml:3:15: unknown loss 'softmax_crossentropy'; did you mean 'softmax_cross_entropy'?"},
    {"unknown optimizer", DATA NETWORK "train: {loss: mse, optimizer: {sgdd: {lr: 0.1}}}\n",
     "f.yaml:3:32: unknown optimizer 'sgdd'; did you mean 'sgd'?"},
    {"two optimizers", DATA NETWORK "train: {loss: mse, optimizer: {sgd: {lr: 0.1}, adam: {}}}\n",
     "f.yaml:3:48: optimizer must be one optimizer, here are sgd and adam; write one alone, as in "
     "`optimizer: {adam: {...}}`"},
    {"a list of optimizers", DATA NETWORK "train: {loss: mse, optimizer: [sgd]}\n",
     "f.yaml:3:31: optimizer must be one optimizer; write `optimizer: {sgd: {...}}`"},
    {"no optimizer", DATA NETWORK "train: {loss: mse, optimizer: }\n",
     "f.yaml:3:30: optimizer has no value; expected one optimizer, as in `optimizer: sgd`"},
    {"options are no mapping", DATA NETWORK "train: {loss: mse, optimizer: {sgd: 0.1}}\n",
     "f.yaml:3:37: sgd must be a mapping; write `key: value` lines under it, or {key: value}"},
    {"unknown option of an optimizer",
     DATA NETWORK "train:\n"
                  "  loss: mse\n"
                  "  optimizer:\n"
                  "    sgd: {lr: 0.1, momentun: 0.9}\n",
     "f.yaml:6:20: unknown key 'momentun' in sgd; did you mean 'momentum'?"},
    {"wrong value of an option", DATA NETWORK "train: {loss: mse, optimizer: {sgd: {lr: fast}}}\n",
     "f.yaml:3:42: lr cannot be 'fast'; expected a number of at least 0"},
    {"a decimal comma", DATA NETWORK "train:\n  loss: mse\n  optimizer:\n    sgd:\n      lr: 0,1\n",
     "f.yaml:7:11: lr cannot be '0,1'; expected a number of at least 0; with a decimal point it is "
     "0.1"},
    {"a decimal comma in braces", DATA NETWORK "train: {loss: mse, optimizer: {sgd: {lr: 0,1}}}\n",
     "f.yaml:3:44: unknown key '1' in sgd; if the comma is a decimal one, write 0.1"},
    {"rate outside the optimizer", DATA NETWORK "train: {loss: mse, lr: 0.1}\n",
     "f.yaml:3:20: unknown key 'lr' in train; it belongs to the optimizer: `optimizer: {sgd: {lr: "
     "...}}`"},
    {"schedule without its rate", DATA NETWORK "train: {loss: mse, schedule: {exponential: {}}}\n",
     "f.yaml:3:31: exponential needs final_lr (the learning rate of the last epoch, greater than "
     "0); add `final_lr: ...`"},
    {"no list of numbers",
     DATA NETWORK "train: {loss: mse, schedule: {multistep: {milestones: [3, soon]}}}\n",
     "f.yaml:3:55: milestones cannot be '[3, soon]'; expected numbers, as in [1, 2.5], of at least "
     "0"},
    {"a number out of range",
     DATA NETWORK "train: {loss: mse, schedule: {multistep: {milestones: [-3]}}}\n",
     "f.yaml:3:55: milestones cannot be '[-3]'; expected numbers, as in [1, 2.5], of at least 0"},
    {"a limit that is none", DATA NETWORK "train: {loss: mse, clip: {norm: small}}\n",
     "f.yaml:3:33: norm cannot be 'small'; expected a number of at least 0"},
    {"empty network", DATA "network:\n" TRAIN,
     "f.yaml:2:1: network needs input (the shape of one sample); add `input: [1, 28, 28]`\n"
     "f.yaml:2:1: network needs layers; add `layers:` with a list"},
    {"unknown key of the network",
     DATA "network: {inputs: [4], layers: [dense: {units: 3}]}\n" TRAIN,
     "f.yaml:2:11: unknown key 'inputs' in network; did you mean 'input'?"},
    {"input is text", DATA "network: {input: image, layers: [dense: {units: 3}]}\n" TRAIN,
     "f.yaml:2:18: input must be the shape of one sample: 1 to 4 integers of at least 1; write "
     "[channels, height, width] of an image, [steps, features] of a sequence or [features]"},
    {"input of size zero", DATA "network: {input: [0, 3], layers: [dense: {units: 3}]}\n" TRAIN,
     "f.yaml:2:18: input must be the shape of one sample: 1 to 4 integers of at least 1; write "
     "[channels, height, width] of an image, [steps, features] of a sequence or [features]"},
    {"input too large", DATA "network: {input: [100000, 100000], layers: [flatten]}\n" TRAIN,
     "f.yaml:2:18: input has more than 2^28 values a sample; make it smaller"},
    {"one of several inputs has no shape",
     DATA "network: {input: {a: [4], b: no}, layers: [dense: {inputs: b, units: 3}]}\n" TRAIN,
     "f.yaml:2:30: b must be the shape of one sample: 1 to 4 integers of at least 1; write "
     "[channels, height, width] of an image, [steps, features] of a sequence or [features]"},
    {"nobody says which of several inputs is taken",
     DATA "network: {input: {a: [4], b: [2]}, layers: [dense: {units: 3}]}\n" TRAIN,
     "f.yaml:2:45: the network has the inputs a, b; say which 'dense' takes, as in `inputs: [a]`"},
    {"a layer is called like an input",
     DATA "network: {input: {a: [4]}, layers: [dense: {name: a, units: 3}]}\n" TRAIN,
     "f.yaml:2:51: two layers are called 'a', the other is in line 2; give one of them another "
     "name"},
    {"layers is no list", DATA "network: {input: 4, layers: {dense: {units: 3}}}\n" TRAIN,
     "f.yaml:2:29: layers must be a list of at least one; write `- dense: {units: 10}` lines under "
     "it"},
    {"layers is empty", DATA "network: {input: 4, layers: []}\n" TRAIN,
     "f.yaml:2:29: layers must be a list of at least one; write `- dense: {units: 10}` lines under "
     "it"},
    {"unknown operation",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2: {filters: 3, kernel: 3}\n"
          "    - flatten\n" TRAIN,
     "f.yaml:5:7: unknown operation 'conv2'; did you mean 'conv2d'?"},
    {"a layer is a list",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - [dense, relu]\n" TRAIN,
     "f.yaml:5:7: a layer must be an operation; write `- relu` or `- dense: {units: 10}`"},
    {"options not indented",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten:\n"
          "    - dense:\n"
          "      units: 10\n" TRAIN,
     "f.yaml:7:7: a layer is one operation, here are two keys, dense and units; indent the options "
     "further than the operation's name"},
    {"options are a word",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten:\n"
          "    - dense: 10\n" TRAIN,
     "f.yaml:6:14: dense must be a mapping; write `key: value` lines under it, or {key: value}"},
    {"unknown option of a layer",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d: {filters: 3, kernal: 3}\n" TRAIN,
     "f.yaml:5:28: unknown key 'kernal' in conv2d; did you mean 'kernel'?"},
    {"required option missing",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d:\n"
          "        kernel: 3\n" TRAIN,
     "f.yaml:5:7: conv2d needs filters (number of output channels); add `filters: ...`"},
    {"required option missing in a bare layer",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten\n"
          "    - dense\n" TRAIN,
     "f.yaml:6:7: dense needs units (number of outputs); add `units: ...`"},
    {"even a wrong kernel",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d: {filters: 3, kernel: [3, 3, 3]}\n" TRAIN,
     "f.yaml:5:36: kernel cannot be '[3, 3, 3]'; expected an integer or [height, width] from 1 to "
     "1024"},
    {"unknown padding",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d: {filters: 3, kernel: 3, padding: sane}\n" TRAIN,
     "f.yaml:5:48: padding cannot be 'sane'; expected an integer or [height, width] from 0 to "
     "1024, or one of valid, same; did you mean 'same'?"},
    {"rate too large",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - dropout: {rate: 1.2}\n"
          "    - flatten\n" TRAIN,
     "f.yaml:5:23: rate cannot be '1.2'; expected a number from 0 to 0.999"},
    {"unknown activation",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten\n"
          "    - dense: {units: 3, activation: rellu}\n" TRAIN,
     "f.yaml:6:37: unknown activation 'rellu'; did you mean 'relu'?"},
    {"option of an activation",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten\n"
          "    - dense: {units: 3, activation: {leaky_relu: {slop: 0.1}}}\n" TRAIN,
     "f.yaml:6:51: unknown key 'slop' in leaky_relu; known is negative_slope"},
    {"activation where none is taken",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten: {activation: relu}\n" TRAIN,
     "f.yaml:5:17: flatten takes no activation; add it as a layer of its own behind this one, as "
     "in `- tanh`"},
    {"frozen without parameters",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten: {frozen: true}\n" TRAIN,
     "f.yaml:5:7: nothing is learned in 'flatten', a flatten; remove its `frozen`"},
    {"a rate of what is frozen",
     DATA "network:\n"
          "  input: [8]\n"
          "  layers:\n"
          "    - dense: {units: 3, frozen: true, lr_factor: 2}\n" TRAIN,
     "f.yaml:5:7: 'dense' is frozen, so that `lr_factor` means nothing; remove `frozen` or "
     "`lr_factor`"},
    {"a decay below the least",
     DATA "network:\n"
          "  input: [8]\n"
          "  layers:\n"
          "    - dense: {units: 3, weight_decay: -2}\n" TRAIN,
     "f.yaml:5:39: weight_decay cannot be '-2'; expected a number of at least -1"},
    {"initializer of the wrong kind",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten\n"
          "    - dense: {units: 3, init: {normal: {stdev: 1}}}\n" TRAIN,
     "f.yaml:6:41: unknown key 'stdev' in normal; known are mean, std"},
    {"two layers of one name",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {name: a}\n"
          "    - tanh: {name: a}\n" TRAIN,
     "f.yaml:6:20: two layers are called 'a', the other is in line 5; give one of them another "
     "name"},
    {"implied name is taken",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu\n"
          "    - tanh: {name: relu}\n" TRAIN,
     "f.yaml:6:20: two layers are called 'relu', the other is in line 5; give one of them another "
     "name"},
    {"name with a dot",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {name: a.b}\n" TRAIN,
     "f.yaml:5:20: a layer cannot be called 'a.b'; use letters, digits, _ and -, at most 100"},
    {"reserved name",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {name: input}\n" TRAIN,
     "f.yaml:5:20: a layer cannot be called 'input', which means something else in paths; choose "
     "another name"},
    {"name of a layer is a list",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {name: [a]}\n" TRAIN,
     "f.yaml:5:20: name must be text; write `name: relu1`"},
    {"unknown input",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {name: first}\n"
          "    - tanh: {inputs: frist}\n" TRAIN,
     "f.yaml:6:22: no layer is called 'frist'; did you mean 'first'?"},
    {"input comes later",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {inputs: b}\n"
          "    - tanh: {name: b}\n" TRAIN,
     "f.yaml:5:22: the layer 'b' comes later; a layer takes what is before it, so move one of "
     "them"},
    {"its own output",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {name: a, inputs: a}\n" TRAIN,
     "f.yaml:5:31: the layer 'a' cannot take its own output; name a layer before it"},
    {"too many inputs",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {name: a}\n"
          "    - tanh: {inputs: [a, input]}\n" TRAIN,
     "f.yaml:6:22: tanh takes 1 input, here are 2; join them in a layer of their own first"},
    {"no inputs",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - relu: {inputs: []}\n" TRAIN,
     "f.yaml:5:22: relu takes 1 input, here are 0; name a layer, or remove `inputs`"},
    {"dense on an image",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d: {filters: 3, kernel: 3}\n"
          "    - dense: {units: 10}\n" TRAIN,
     "f.yaml:6:7: dense takes a vector, or a sequence of them (steps x features), but its input is "
     "3 x 6 x 6; put a flatten before it"},
    {"batch_norm on a sequence",
     DATA "network:\n"
          "  input: [8, 8]\n"
          "  layers:\n"
          "    - batch_norm:\n"
          "    - dense: {units: 10}\n" TRAIN,
     "f.yaml:5:7: batch_norm takes a vector or images (channels x height x width), but its input "
     "is "
     "8 x 8; leave it out, or put it behind a flatten"},
    {"indices that are computed",
     DATA "network:\n"
          "  input: [64]\n"
          "  layers:\n"
          "    - dense: {name: a, units: 10}\n"
          "    - one_hot: {classes: 3}\n" TRAIN,
     "f.yaml:6:7: one_hot takes indices, but its input is what 'a' computes; put it first in the "
     "network, or say `inputs: [input]`"},
    {"indices of an image",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - embedding: {vocabulary: 3, units: 4}\n" TRAIN,
     "f.yaml:5:7: embedding takes a sequence of indices, one a step, but its input is 1 x 8 x 8; "
     "say "
     "`input: [steps]`"},
    {"convolution on a vector",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten\n"
          "    - conv2d: {filters: 3, kernel: 3}\n" TRAIN,
     "f.yaml:6:7: conv2d takes images (channels x height x width), but its input is 64; put it "
     "before the flatten, or give `input` as [channels, height, width]"},
    {"a shape of other size",
     DATA "network:\n"
          "  input: [2, 3, 4]\n"
          "  layers:\n"
          "    - reshape: {shape: [7, 28, 28]}\n" TRAIN,
     "f.yaml:5:7: reshape cannot give [7, 28, 28]: its input, 2 x 3 x 4, has 24 values, and these "
     "are 5488; write sizes whose product is 24"},
    {"nothing is left for -1",
     DATA "network:\n"
          "  input: [2, 3, 4]\n"
          "  layers:\n"
          "    - reshape: {shape: [5, -1, 2]}\n" TRAIN,
     "f.yaml:5:7: reshape cannot give [5, -1, 2]: its input, 2 x 3 x 4, has 24 values, and these "
     "are 10 times a whole number; write sizes whose product is 24"},
    {"two open sizes",
     DATA "network:\n"
          "  input: [2, 3, 4]\n"
          "  layers:\n"
          "    - reshape: {shape: [-1, -1, 2]}\n" TRAIN,
     "f.yaml:5:7: reshape cannot give [-1, -1, 2]: only one size can be -1, what the others leave "
     "over"},
    {"a size of zero",
     DATA "network:\n"
          "  input: [2, 3, 4]\n"
          "  layers:\n"
          "    - reshape: {shape: [0]}\n" TRAIN,
     "f.yaml:5:7: reshape cannot give [0]: a size of 0 leaves no values; write -1 for what is "
     "left"},
    {"a word as shape",
     DATA "network:\n"
          "  input: [2, 3, 4]\n"
          "  layers:\n"
          "    - reshape: {shape: [a, 2]}\n" TRAIN,
     "f.yaml:5:24: shape cannot be '[a, 2]'; expected a list of sizes, as in [7, 28, 28], from -1 "
     "to 16777216"},
    {"kernel too large",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d: {filters: 3, kernel: 9}\n" TRAIN,
     "f.yaml:5:7: the 9 x 9 kernel of conv2d does not fit into its input, 1 x 8 x 8; take a "
     "smaller kernel or `padding: same`"},
    {"pooling too often",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - max_pool2d: {kernel: 8}\n"
          "    - max_pool2d: {kernel: 2}\n" TRAIN,
     "f.yaml:6:7: the 2 x 2 window of max_pool2d does not fit into its input, 1 x 1 x 1; take a "
     "smaller kernel"},
    {"too many learned values",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - flatten\n"
          "    - dense: {units: 1000000}\n"
          "    - dense: {units: 1000000}\n" TRAIN,
     "f.yaml:7:7: dense would have 1e+06 outputs a sample and 1e+12 learned values; at most "
     "2.68e+08 and 4.29e+09 are possible; make it or its input smaller"},
    {"too many outputs",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d: {filters: 1000000, kernel: 1, padding: 20}\n" TRAIN,
     "f.yaml:5:7: conv2d would have 2.3e+09 outputs a sample and 2e+06 learned values; at most "
     "2.68e+08 and 4.29e+09 are possible; make it or its input smaller"},
    {"shape before another mistake",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - dense: {units: 10}\n"
          "    - relu: {slope: 3}\n" TRAIN,
     "f.yaml:5:7: dense takes a vector, or a sequence of them (steps x features), but its input is "
     "1 x 8 x 8; put a flatten before it\n"
     "f.yaml:6:14: unknown key 'slope' in relu; known are name, inputs, frozen, lr_factor, "
     "weight_decay, l1, max_norm, tied, transposed, bypass, loss, loss_weight, loss_target, "
     "moved"},
    {"a place that is none",
     DATA "network:\n"
          "  input: [8]\n"
          "  layers:\n"
          "    - dense: {units: 3, moved: 40}\n"
          "    - relu: {moved: [0, far]}\n" TRAIN,
     "f.yaml:5:32: moved must be how far the card is moved, [right, down], as in [0, 120]; remove "
     "it to leave the card to the layout\n"
     "f.yaml:6:21: moved must be how far the card is moved, [right, down], as in [0, 120]; remove "
     "it to leave the card to the layout"},
    {"a penalty on what is frozen",
     DATA "network:\n"
          "  input: [8]\n"
          "  layers:\n"
          "    - dense: {units: 3, frozen: true, l1: 0.1}\n" TRAIN,
     "f.yaml:5:7: 'dense' is frozen, so that `l1` means nothing; remove `frozen` or `l1`"},
    {"several mistakes",
     DATA "network: {input: [4], layers: [dense: {unit: 3}, relo]}\n"
          "train: {los: mse, epochs: -3}\n",
     "f.yaml:2:40: unknown key 'unit' in dense; did you mean 'units'?\n"
     "f.yaml:2:50: unknown operation 'relo'; did you mean 'relu'?\n"
     "f.yaml:3:9: unknown key 'los' in train; did you mean 'loss'?\n"
     "f.yaml:3:27: epochs cannot be '-3'; expected an integer of at least 1"},
    {"sweep is a list", DATA NETWORK TRAIN "sweep: [1, 2]\n",
     "f.yaml:4:8: sweep must be a mapping; write `key: value` lines under it, or {key: value}"},
    {"unknown key of the sweep", DATA NETWORK TRAIN "sweep: {gird: {train.epochs: [1]}}\n",
     "f.yaml:4:9: unknown key 'gird' in sweep; did you mean 'grid'?"},
    {"no seeds", DATA NETWORK TRAIN "sweep: {seeds: 0}\n",
     "f.yaml:4:16: seeds cannot be '0'; expected an integer of at least 1"},
    {"axis without a list", DATA NETWORK TRAIN "sweep: {grid: {train.epochs: 3}}\n",
     "f.yaml:4:30: an axis of the grid needs a list of values; write `train.epochs: [a, b]`"},
    {"axis of an unknown key",
     DATA NETWORK TRAIN "sweep:\n"
                        "  grid:\n"
                        "    train.epoch: [1, 2]\n",
     "f.yaml:6:5: with train.epoch=1: unknown key 'epoch' in train; did you mean 'epochs'?"},
    {"axis of an unknown layer",
     DATA NETWORK TRAIN "sweep:\n"
                        "  grid:\n"
                        "    network.dence.units: [1, 2]\n",
     "f.yaml:6:5: with network.dence.units=1: no layer is called 'dence'; did you mean 'dense'?"},
    {"axis with a wrong value",
     DATA NETWORK TRAIN "sweep:\n"
                        "  grid:\n"
                        "    train.epochs: [1, -2]\n",
     "f.yaml:6:23: with train.epochs=-2: epochs cannot be '-2'; expected an integer of at least 1"},
    {"axis below a value",
     DATA NETWORK TRAIN "sweep:\n"
                        "  grid:\n"
                        "    train.epochs.x: [1, -2]\n",
     "f.yaml:6:5: with train.epochs.x=1: epochs cannot be '{x: 1}'; expected an integer of at "
     "least 1"},
    {"axis with a shape that fails",
     DATA "network:\n"
          "  input: [1, 8, 8]\n"
          "  layers:\n"
          "    - conv2d: {name: c, filters: 3, kernel: 3}\n" TRAIN "sweep:\n"
          "  grid: {network.c.kernel: [3, 9]}\n",
     "f.yaml:8:32: with network.c.kernel=9: the 9 x 9 kernel of conv2d does not fit into its "
     "input, 1 x 8 x 8; take a smaller kernel or `padding: same`"},
    {"axis of the sweep", DATA NETWORK TRAIN "sweep: {grid: {sweep.seeds: [1]}}\n",
     "f.yaml:4:16: with sweep.seeds=1: a sweep cannot change the sweep; remove it"},
    {"variant is a list", DATA NETWORK TRAIN "sweep: {variants: {a: [1]}}\n",
     "f.yaml:4:23: the variant 'a' must be a mapping; write `key: value` lines under it, or {key: "
     "value}"},
    {"variant with a wrong path",
     DATA NETWORK TRAIN "sweep:\n"
                        "  variants:\n"
                        "    a: {train.epochs: 3}\n"
                        "    b: {like: a, train.optimizer.sgd.momentun: 0.9}\n",
     "f.yaml:7:18: in the variant 'b', with train.optimizer.sgd.momentun=0.9: unknown key "
     "'momentun' in sgd; did you mean 'momentum'?"},
    {"variant with a wrong value",
     DATA NETWORK TRAIN "sweep:\n"
                        "  variants:\n"
                        "    a: {train.epochs: 3, train.loss: msee}\n",
     "f.yaml:6:38: in the variant 'a', with train.loss=msee: unknown loss 'msee'; did you mean "
     "'mse'?"},
    {"variant like an unknown one",
     DATA NETWORK TRAIN "sweep:\n"
                        "  variants:\n"
                        "    a: {}\n"
                        "    b: {like: c}\n",
     "f.yaml:7:15: like takes over a variant before this one; there is no 'c', there is a"},
    {"variant and grid",
     DATA NETWORK TRAIN "sweep:\n"
                        "  grid: {train.epochs: [1, 2]}\n"
                        "  variants: {a: {train.epochs: 3}}\n",
     "f.yaml:6:18: train.epochs is an axis of the grid too, which would win; keep one of them"},
};

static void test_mistake(gconstpointer data) {
    const Mistake *mistake = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(mistake->text, "f.yaml", NULL, &error);
    g_assert_null(experiment);
    g_assert_nonnull(error);
    g_assert_true(error->domain == FALTUNG_ERROR);
    g_assert_cmpstr(error->message, ==, mistake->expected);
}

static void test_codes(void) {
    g_autoptr(GError) error = NULL;
    g_assert_null(faltung_experiment_parse(DATA "network: {input: [4], layers: [conv2d: {filters: "
                                                "1, kernel: 1}]}\n" TRAIN,
                                           NULL, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE);
    g_clear_error(&error);
    g_assert_null(faltung_experiment_parse(DATA TRAIN, NULL, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
}

static void test_at_most_twenty(void) {
    GString *text = g_string_new(DATA TRAIN "network:\n  input: [4]\n  layers:\n");
    for (int i = 0; i < 25; i++)
        g_string_append(text, "    - nonsense\n");
    g_autoptr(GError) error = NULL;
    g_assert_null(faltung_experiment_parse(text->str, "f.yaml", NULL, &error));
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 21);
    g_assert_true(g_str_has_prefix(lines[19], "f.yaml:25:7: unknown operation 'nonsense'"));
    g_assert_cmpstr(lines[20], ==, "... and 5 more");
    g_string_free(text, TRUE);
}

/* -- --set --------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *overrides[4];
    const char *expected; /* NULL: it is right */
} Override;

#define FILE_TEXT                                                                                  \
    "data: {name: fashion-mnist}\n"                                                                \
    "network:\n"                                                                                   \
    "  input: [1, 8, 8]\n"                                                                         \
    "  layers:\n"                                                                                  \
    "    - conv2d: {name: c, filters: 2, kernel: 3}\n"                                             \
    "    - max_pool2d: {kernel: 6}\n"                                                              \
    "    - flatten:\n"                                                                             \
    "    - dense: {units: 3}\n"                                                                    \
    "train: {loss: mse, optimizer: sgd}\n"

static const Override overrides[] = {
    {"right", {"train.epochs=3", "train.optimizer.sgd.lr=0.5", "data.name=mnist"}, NULL},
    {"another kind", {"train.optimizer={adam: {lr: 0.001}}"}, NULL},
    {"no equals sign",
     {"train.epochs"},
     "--set train.epochs: 'train.epochs' has no `=`; write path=value, as in train.epochs=3"},
    {"unknown key",
     {"train.epochs=3", "train.epoch=3"},
     "--set train.epoch=3: unknown key 'epoch' in train; did you mean 'epochs'?"},
    {"unknown layer",
     {"network.d.units=3"},
     "--set network.d.units=3: no layer is called 'd'; did you mean 'c'?"},
    {"wrong value",
     {"train.epochs=3", "network.c.filters=none"},
     "--set network.c.filters=none: filters cannot be 'none'; expected an integer from 1 to "
     "1048576"},
    {"second kind",
     {"train.optimizer.adam.lr=1"},
     "--set train.optimizer.adam.lr=1: nothing called 'adam' can be set below 'sgd'; set all of "
     "it at once, as in train.optimizer={adam: {lr: 0.001}}"},
    {"a layer behind it does not fit any more",
     {"train.epochs=3", "network.c.kernel=5", "train.epochs=4"},
     "f.yaml:6:7: the 6 x 6 window of max_pool2d does not fit into its input, 2 x 4 x 4; take a "
     "smaller kernel (with --set network.c.kernel=5)"},
    {"places behind an override that is longer",
     {"data.name=a-much-longer-name", "network.c.kernel=9"},
     "f.yaml:5:7: the 9 x 9 kernel of conv2d does not fit into its input, 1 x 8 x 8; take a "
     "smaller kernel or `padding: same` (with --set network.c.kernel=9)"},
};

static void test_override(gconstpointer data) {
    const Override *override = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(FILE_TEXT, "f.yaml", override->overrides, &error);
    if (!override->expected) {
        g_assert_no_error(error);
        g_assert_nonnull(experiment);
    } else {
        g_assert_null(experiment);
        g_assert_error(error, FALTUNG_ERROR, (int)error->code);
        g_assert_cmpstr(error->message, ==, override->expected);
    }
}

static void test_override_mends(void) {
    const char *const mend[] = {"train.loss=mse", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(DATA NETWORK "train: {loss: msee}\n", "f.yaml", mend, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(experiment->text, ==, DATA NETWORK TRAIN);

    /* the file's own mistake stays the file's */
    g_assert_null(faltung_experiment_parse(DATA NETWORK "train: {loss: mse, batch: x}\n", "f.yaml",
                                           mend, &error));
    g_assert_cmpstr(error->message, ==,
                    "f.yaml:3:27: batch cannot be 'x'; expected an integer of at least 1");
}

/* -- files ---------------------------------------------------------------------------------- */

static void check_file(const char *path, const char *expected) {
    g_autoptr(GError) error = NULL;
    g_assert_null(faltung_experiment_load(path, NULL, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_autofree char *whole = g_strconcat(path, expected, NULL);
    g_assert_cmpstr(error->message, ==, whole);
}

static void test_read(void) {
    int line, column;
    g_assert_cmpstr(faltung_mistake_read("a:b.yaml:3:14: no: 5", "a:b.yaml", &line, &column), ==,
                    "no: 5");
    g_assert_cmpint(line, ==, 3);
    g_assert_cmpint(column, ==, 14);
    g_assert_null(faltung_mistake_read("a:b.yaml: no such file", "a:b.yaml", &line, &column));
    g_assert_null(faltung_mistake_read("c.yaml:3:14: no", "a:b.yaml", &line, &column));
}

static void test_files(void) {
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("faltung-config-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(folder, "my experiment.yaml", NULL);
    check_file(path, ": there is no such file; expected an experiment file (YAML)");
    check_file(folder, ": this is a folder; expected an experiment file (YAML)");

    g_file_set_contents(path, "\x89HDF\r\n\x1a\n    ", 12, &error);
    check_file(path, ":1:1: this is an HDF5 file, not an experiment; for a run file use `faltung "
                     "inspect` or `faltung train --resume`");
    g_file_set_contents(path, "a\0b", 3, &error);
    check_file(path, ":1:1: this is a binary file, not an experiment; expected YAML text");
    g_file_set_contents(path, "a: \x80\n", -1, &error);
    check_file(path, ":1:4: byte 0x80 is not UTF-8 text; save the file as UTF-8");
    g_autofree char *large = g_strnfill(5 << 20, '#');
    g_file_set_contents(path, large, -1, &error);
    check_file(path, ":1:1: the file is larger than 4 MiB, which no experiment is; expected YAML "
                     "text");

    g_file_set_contents(path, "\xEF\xBB\xBF" DATA NETWORK TRAIN, -1, &error);
    g_autoptr(FaltungExperiment) experiment = faltung_experiment_load(path, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(experiment->name, ==, "my experiment");
    g_assert_cmpstr(experiment->origin, ==, path);
    g_unlink(path);
    g_rmdir(folder);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autofree char *path = g_strdup_printf("/config/mistake/%s", mistakes[i].name);
        g_test_add_data_func(path, &mistakes[i], test_mistake);
    }
    g_test_add_func("/config/mistakes/codes", test_codes);
    g_test_add_func("/config/mistakes/at most twenty", test_at_most_twenty);
    for (size_t i = 0; i < G_N_ELEMENTS(overrides); i++) {
        g_autofree char *path = g_strdup_printf("/config/override/%s", overrides[i].name);
        g_test_add_data_func(path, &overrides[i], test_override);
    }
    g_test_add_func("/config/override/mends a mistake", test_override_mends);
    g_test_add_func("/config/mistakes/read", test_read);
    g_test_add_func("/config/files", test_files);
    return g_test_run();
}
