/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/unfold.h"
#include "core/train/loss.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Reads `network:` into a graph. Layers behind a mistake are still read for their own mistakes,
   but their shapes cannot be known. */

const FaltungOptionSpec faltung_name_option = {
    .name = "name",
    .summary = N_("what other layers, paths and the run file call the layer"),
    .type = FALTUNG_TEXT,
    .offset = offsetof(FaltungLayer, name),
};

const FaltungOptionSpec faltung_activation_option = {
    .name = "activation",
    .summary = N_("applied to the layer's output"),
    .type = FALTUNG_VARIANT,
    .offset = offsetof(FaltungLayer, activation),
    .fallback = "none",
    .table = faltung_activations,
    .nullable = TRUE,
};

const FaltungOptionSpec faltung_layer_settings[] = {
    {
        .name = "frozen",
        .summary = "the layer's parameters stay as they are in training",
        .type = FALTUNG_SWITCH,
        .offset = offsetof(FaltungLayer, frozen),
        .fallback = "false",
    },
    {
        .name = "lr_factor",
        .summary = "the layer's learning rate, as a multiple of the network's",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungLayer, lr_factor),
        .fallback = "1",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "weight_decay",
        .summary = "the layer's weight decay, instead of the optimizer's; -1: the optimizer's",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungLayer, weight_decay),
        .fallback = "-1",
        .minimum = -1.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "l1",
        .summary = "what each unit of a weight's size costs, but not of a bias's; -1: train.l1",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungLayer, l1),
        .fallback = "-1",
        .minimum = -1.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "max_norm",
        .summary = "the largest norm of the weights that go into a unit, kept to after each step; "
                   "0: any",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungLayer, max_norm),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "tied",
        .summary = "a layer before this one, whose weights are this one's, too",
        .type = FALTUNG_TEXT,
        .names = FALTUNG_NAMES_LAYER,
        .offset = offsetof(FaltungLayer, tied),
        .fallback = "",
    },
    {
        .name = "transposed",
        .summary = "tied to those weights with rows and columns exchanged",
        .type = FALTUNG_SWITCH,
        .offset = offsetof(FaltungLayer, transposed),
        .fallback = "false",
    },
    {
        .name = "bypass",
        .summary = "the layer passes on what it takes, as if it were not there",
        .type = FALTUNG_SWITCH,
        .offset = offsetof(FaltungLayer, bypassed),
        .fallback = "false",
    },
    {
        .name = "loss",
        .summary = "a loss of the layer's output, beside that of the network's",
        .type = FALTUNG_VARIANT,
        .offset = offsetof(FaltungLayer, loss),
        .fallback = "none",
        .table = faltung_losses,
        .nullable = TRUE,
    },
    {
        .name = "loss_weight",
        .summary = "what the layer's own loss is multiplied by",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(FaltungLayer, loss_weight),
        .fallback = "1",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {
        .name = "loss_target",
        .summary = "what the layer's own loss compares with: data, what the data set has as its "
                   "target; sample, the sample itself; or one of several targets by its name",
        .type = FALTUNG_TEXT,
        .offset = offsetof(FaltungLayer, loss_target),
        .fallback = FALTUNG_LOSS_OF_DATA,
    },
    {0},
};

gboolean faltung_layer_setting_applies(const FaltungOptionSpec *setting,
                                       const FaltungLayer *layer) {
    gboolean of_loss = setting->offset >= offsetof(FaltungLayer, loss);
    gboolean of_all = setting->offset == offsetof(FaltungLayer, bypassed);
    if (setting->type == FALTUNG_VARIANT || of_all || !faltung_option_is_default(setting, layer))
        return TRUE;
    return of_loss ? layer->loss.kind != NULL : faltung_layer_n_parameters(layer) > 0;
}

enum { MOST_LAYER_KEYS = 4 + G_N_ELEMENTS(faltung_layer_settings) }; /* with NULL */

/* What a layer may say beside its operation's options; NULL-terminated. */
static void list_layer_keys(gboolean activates, const char *keys[static MOST_LAYER_KEYS]) {
    int n = 0;
    keys[n++] = faltung_name_option.name;
    keys[n++] = "inputs";
    for (const FaltungOptionSpec *spec = faltung_layer_settings; spec->name; spec++)
        keys[n++] = spec->name;
    keys[n++] = FALTUNG_MOVED;
    if (activates)
        keys[n++] = faltung_activation_option.name;
    keys[n] = NULL;
}

static const int most_rank = FALTUNG_MAX_RANK - 1; /* the batch is one dimension more */

static const double most_values = 1 << 28; /* of one sample */

/* @name: the key in front of it */
static gboolean read_shape(FaltungReader *reader, const char *name, const FaltungYamlNode *node,
                           FaltungShape *shape) {
    const FaltungYamlNode *const *items = (void *)&node;
    guint n = 1;
    if (node->type == FALTUNG_YAML_LIST) {
        items = (void *)node->values->pdata;
        n = node->values->len;
    }
    gboolean good = n >= 1 && n <= (guint)most_rank;
    *shape = (FaltungShape){.rank = n};
    double values = 1;
    for (guint i = 0; i < n && good; i++) {
        guint64 size = 0;
        good = items[i]->type == FALTUNG_YAML_SCALAR && !items[i]->quoted &&
               g_ascii_string_to_unsigned(items[i]->text, 10, 1, G_MAXINT, &size, NULL);
        shape->dims[i] = size;
        values *= size;
    }
    if (good && values > most_values)
        faltung_reader_fail(reader, node->start,
                            "%s has more than 2^28 values a sample; make it smaller", name);
    else if (!good)
        faltung_reader_fail(
            reader, node->start,
            "%s must be the shape of one sample: 1 to %d integers of at least "
            "1; write [channels, height, width] of an image, [steps, features] of a "
            "sequence or [features]",
            name, most_rank);
    return good && values <= most_values;
}

/* `{image: [1, 28, 28], place: [2]}`. One with a mistake is there without a shape, so that those
   who take it are not told that it is missing. */
static gboolean read_named_inputs(FaltungReader *reader, const FaltungYamlNode *node,
                                  FaltungGraph *graph) {
    gboolean good = TRUE;
    double values = 0;
    for (guint i = 0; i < faltung_yaml_size(node); i++) {
        const FaltungYamlNode *key = faltung_yaml_key(node, i);
        FaltungShape shape;
        gboolean known = read_shape(reader, key->text, faltung_yaml_value(node, i), &shape);
        values += known ? faltung_shape_size(&shape) : 0;
        if (known && values > most_values) {
            faltung_reader_fail(reader, key->start,
                                "the inputs have more than 2^28 values a sample; make them "
                                "smaller");
            known = FALSE;
        }
        good &= faltung_check_name(reader, key, _("an input")) && known;
        FaltungLayer *layer =
            faltung_graph_add_input(graph, key->text, known ? shape : (FaltungShape){0});
        faltung_text_position(reader->text, key->start, &layer->line, &layer->column);
    }
    return good;
}

/* -- one layer ---------------------------------------------------------------------------- */

typedef struct {
    FaltungReader *reader;
    FaltungUnfolding *unfolding;
    FaltungGraph *graph; /* of the layers before the first mistake */
    gboolean good;       /* no mistake yet */
    gboolean *wrong;     /* a flag for each layer: it has a mistake of its own */
    gboolean drawable;   /* every layer's operation is known */
} Network;

static size_t layer_start(const Network *network, guint index) {
    return faltung_unfolding_layer(network->unfolding, index)->start;
}

/* The index of a layer before number @index that has its name, or -1. */
static int find_namesake(const Network *network, guint index) {
    const char *name = faltung_unfolding_layer(network->unfolding, index)->name;
    int found = name ? faltung_unfolding_find(network->unfolding, 0, name) : (int)index;
    return found < (int)index ? found : -1;
}

static gboolean read_inputs(Network *network, guint index, FaltungLayer *layer,
                            const FaltungYamlNode *node) {
    const FaltungYamlNode *const *items = (void *)&node;
    int n = 1;
    if (node->type == FALTUNG_YAML_LIST) {
        items = (void *)node->values->pdata;
        n = node->values->len;
    }
    int most = layer->operation->max_inputs;
    if (n == 0 || n > most) {
        faltung_reader_fail(network->reader, node->start,
                            most > 1 ? "%s takes 1 to %d inputs, here are %d; %s"
                                     : N_("%s takes %d input, here are %d; %s"),
                            layer->operation->kind.name, most, n,
                            n == 0 ? _("name a layer, or remove `inputs`")
                                   : _("join them in a layer of their own first"));
        if (!network->reader->sketch)
            return FALSE;
    }
    gboolean good = n > 0 && n <= most;
    const FaltungUnfolded *place = faltung_unfolding_layer(network->unfolding, index);
    layer->n_inputs = 0;
    for (int i = 0; i < MIN(n, FALTUNG_MAX_INPUTS); i++) {
        int *input = &layer->inputs[layer->n_inputs];
        if (faltung_unfolding_source(network->unfolding, network->reader, place->scope, index,
                                     items[i], input))
            layer->n_inputs++;
        else
            good = FALSE;
    }
    return good;
}

/* Where its card stands is nothing that is computed, so it is no setting. */
static gboolean read_moved(FaltungReader *reader, FaltungLayer *layer,
                           const FaltungYamlNode *node) {
    gboolean good = node->type == FALTUNG_YAML_LIST && node->values->len == 2;
    for (guint i = 0; i < 2 && good; i++) {
        const FaltungYamlNode *way = faltung_yaml_value(node, i);
        gint64 pixels = 0;
        good = way->type == FALTUNG_YAML_SCALAR && !way->quoted &&
               g_ascii_string_to_signed(way->text, 10, -FALTUNG_MOST_MOVED, FALTUNG_MOST_MOVED,
                                        &pixels, NULL);
        layer->moved[i] = (int)pixels;
    }
    if (!good)
        faltung_reader_fail(reader, node->start,
                            "moved must be how far the card is moved, [right, down], as in "
                            "[0, 120]; remove it to leave the card to the layout");
    return good;
}

/* In a block `tied` names what `inputs` would. */
static void name_tied(const Network *network, const FaltungUnfolded *place, FaltungLayer *layer) {
    int owner = faltung_unfolding_find(network->unfolding, place->scope, layer->tied);
    if (!*layer->tied || owner < 0)
        return;
    g_free(layer->tied);
    layer->tied = g_strdup(faltung_unfolding_layer(network->unfolding, (guint)owner)->name);
}

/* A layer that cannot even be drawn. */
static void give_up(Network *network) {
    network->good = network->drawable = FALSE;
}

static void read_layer(Network *network, guint index) {
    FaltungReader *reader = network->reader;
    const FaltungUnfolded *place = faltung_unfolding_layer(network->unfolding, index);
    const FaltungYamlNode *item = place->item->node;
    static const FaltungYamlNode nothing = {.type = FALTUNG_YAML_EMPTY};
    const FaltungYamlNode *key = item, *options = &nothing;
    if (item->type == FALTUNG_YAML_MAP && item->keys->len == 1) {
        key = faltung_yaml_key(item, 0);
        options = faltung_yaml_value(item, 0);
    } else if (item->type == FALTUNG_YAML_MAP && item->keys->len > 1) {
        faltung_reader_fail(reader, faltung_yaml_key(item, 1)->start,
                            "a layer is one operation, here are two keys, %s and %s; indent the "
                            "options further than the operation's name",
                            faltung_yaml_key(item, 0)->text, faltung_yaml_key(item, 1)->text);
        give_up(network);
        return;
    } else if (item->type != FALTUNG_YAML_SCALAR) {
        faltung_reader_fail(reader, item->start,
                            "a layer must be an operation; write `- relu` or `- dense: {units: "
                            "10}`");
        give_up(network);
        return;
    }
    GError *error = NULL;
    g_autofree char *word = faltung_shorten(key->text);
    const FaltungOperation *operation = faltung_operation_find(word, &error);
    if (!operation) {
        faltung_mistakes_take(reader->mistakes, key->start, error);
        give_up(network);
        return;
    }

    /* a layer behind a mistake is read into a scratch graph, for its own mistakes */
    g_autoptr(FaltungGraph) scratch = faltung_graph_new(FALTUNG_SHAPE(1));
    const char *name = place->name;
    int earlier = find_namesake(network, index);
    gboolean kept = reader->sketch || (network->good && earlier < 0);
    FaltungLayer *layer = faltung_graph_add(kept ? network->graph : scratch, operation, name);
    faltung_text_position(reader->text, key->start, &layer->line, &layer->column);
    layer->path = g_strdup(place->item->path);
    layer->inputs[0] = place->before;
    layer->n_inputs = place->before != FALTUNG_NOTHING;

    gboolean activates = operation->flags & FALTUNG_TAKES_ACTIVATION;
    const FaltungYamlNode *activation = faltung_yaml_get(options, "activation");
    gboolean good = TRUE;
    if (activation && !activates && !faltung_kind_option(&operation->kind, "activation", NULL)) {
        int at = faltung_yaml_find(options, "activation");
        faltung_reader_fail(reader, faltung_yaml_key(options, at)->start,
                            "%s takes no activation; add it as a layer of its own behind this "
                            "one, as in `- tanh`",
                            operation->kind.name);
        good = FALSE;
    } else if (activation && activates) {
        good &= faltung_read_value(reader, &faltung_activation_option, layer, activation);
    }
    const char *keys[MOST_LAYER_KEYS];
    list_layer_keys(activates || activation, keys);
    good &=
        faltung_read_options(reader, &operation->kind, layer->options, options, keys, key->start);
    for (const FaltungOptionSpec *spec = faltung_layer_settings; spec->name; spec++) {
        const FaltungYamlNode *value =
            options->type == FALTUNG_YAML_MAP ? faltung_yaml_get(options, spec->name) : NULL;
        if (value)
            good &= faltung_read_value(reader, spec, layer, value);
    }
    const FaltungYamlNode *moved = faltung_yaml_get(options, FALTUNG_MOVED);
    if (moved)
        good &= read_moved(reader, layer, moved);
    const FaltungYamlNode *given = faltung_yaml_get(options, "name");
    if (given && given->type != FALTUNG_YAML_SCALAR) {
        faltung_reader_fail(reader, given->start, "name must be text; write `name: %s1`",
                            operation->kind.name);
        good = FALSE;
    } else if (given) {
        good &= faltung_check_name(reader, given, "a layer");
    }
    if (earlier >= 0) {
        int line, column;
        faltung_text_position(reader->text, layer_start(network, (guint)earlier), &line, &column);
        faltung_reader_fail(reader, given ? given->start : key->start,
                            "two layers are called '%s', the other is in line %d; give one of "
                            "them another name",
                            name, line);
        good = FALSE;
    }
    const FaltungYamlNode *inputs = faltung_yaml_get(options, "inputs");
    if (inputs)
        good &= read_inputs(network, index, layer, inputs);
    else
        good &= !faltung_unfolding_needs_inputs(network->unfolding, reader, place->scope,
                                                place->before, key->start, name);
    name_tied(network, place, layer);
    if (layer->bypassed)
        faltung_layer_bypass(layer);
    network->wrong[index] = !good;
    network->good &= good;
}

/* -- the network -------------------------------------------------------------------------- */

/* Takes back mistakes behind number @before where the same place has one before. */
static void forget_repeated(GPtrArray *mistakes, guint before) {
    for (guint i = mistakes->len; i-- > before;) {
        size_t offset = ((const FaltungMistake *)mistakes->pdata[i])->offset;
        guint same = 0;
        while (same < before && ((const FaltungMistake *)mistakes->pdata[same])->offset != offset)
            same++;
        if (same < before)
            g_ptr_array_remove_index(mistakes, i);
    }
}

static void infer_sketch(Network *network) {
    g_autoptr(GPtrArray) errors = faltung_graph_sketch(network->graph, network->wrong);
    for (guint i = 0; i < errors->len; i++) {
        if (!errors->pdata[i])
            continue;
        network->good = FALSE;
        guint before = network->reader->mistakes->len;
        faltung_mistakes_take(network->reader->mistakes, layer_start(network, i),
                              g_error_copy(errors->pdata[i]));
        if (faltung_unfolding_layer(network->unfolding, i)->again)
            forget_repeated(network->reader->mistakes, before);
    }
}

static void infer(Network *network, size_t offset) {
    int failed = -1;
    GError *error = NULL;
    if (faltung_graph_infer(network->graph, &failed, &error))
        return;
    network->good = FALSE;
    if (failed >= 0)
        offset = layer_start(network, (guint)failed);
    faltung_mistakes_take(network->reader->mistakes, offset, error);
}

/* The layers before the first mistake; the one that has it is taken off again. */
static void read_layers(Network *network) {
    GPtrArray *mistakes = network->reader->mistakes;
    gboolean good = network->good;
    for (guint i = network->unfolding->n_inputs; i < network->unfolding->layers->len; i++) {
        guint before = mistakes->len;
        read_layer(network, i);
        if (faltung_unfolding_layer(network->unfolding, i)->again)
            forget_repeated(mistakes, before);
        if (good && !network->good && network->graph->layers->len > i && !network->reader->sketch)
            g_ptr_array_remove_index(network->graph->layers, i);
        good = network->good;
    }
}

/* Returns: (transfer full): a graph of the inputs alone. @known: (out): whether there is no mistake
   in them; a shape that a sketch does not know has rank 0. */
static FaltungGraph *begin_graph(FaltungReader *reader, const FaltungYamlNode *input,
                                 gboolean *known) {
    if (input && input->type == FALTUNG_YAML_MAP && faltung_yaml_size(input) > 0) {
        FaltungGraph *graph = faltung_graph_new_named();
        *known = read_named_inputs(reader, input, graph);
        return graph;
    }
    FaltungShape shape = FALTUNG_SHAPE(1);
    *known = input && read_shape(reader, "input", input, &shape);
    return faltung_graph_new(*known || !reader->sketch ? shape : (FaltungShape){0});
}

FaltungGraph *faltung_read_graph(FaltungReader *reader, const FaltungYamlNode *node,
                                 size_t offset) {
    if (!faltung_reader_is_map(reader, node, "network"))
        return NULL;
    const FaltungYamlNode *input = faltung_yaml_get(node, "input");
    FaltungYamlNode *layers = faltung_yaml_get(node, "layers");
    gboolean good = TRUE, known_input = FALSE;
    const char *meant = NULL; /* by a misspelt key */
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    g_ptr_array_add(known, "input");
    g_ptr_array_add(known, "layers");
    for (guint i = 0; i < faltung_yaml_size(node); i++) {
        const FaltungYamlNode *key = faltung_yaml_key(node, i);
        if (!g_str_equal(key->text, "input") && !g_str_equal(key->text, "layers")) {
            meant = faltung_reader_unknown_key(reader, key, "network", known, NULL);
            good = FALSE;
        }
    }
    g_autoptr(FaltungGraph) graph = begin_graph(reader, input, &known_input);
    if (!input && g_strcmp0(meant, "input") != 0)
        faltung_reader_fail(reader, offset,
                            "network needs input (the shape of one sample); add `input: [1, 28, "
                            "28]`");
    if (!layers) {
        if (g_strcmp0(meant, "layers") != 0)
            faltung_reader_fail(reader, offset, "network needs layers; add `layers:` with a list");
        return NULL;
    }
    if (layers->type != FALTUNG_YAML_LIST || layers->values->len == 0) {
        faltung_reader_fail(reader, layers->start,
                            "layers must be a list of at least one; write `- dense: {units: 10}` "
                            "lines under it");
        gboolean empty = layers->type == FALTUNG_YAML_EMPTY || layers->type == FALTUNG_YAML_LIST;
        return reader->sketch && empty ? g_steal_pointer(&graph) : NULL;
    }

    g_autoptr(FaltungUnfolding) unfolding = faltung_unfold(reader, input, layers, graph);
    if (!unfolding)
        return NULL;
    g_autofree gboolean *wrong = g_new0(gboolean, unfolding->layers->len);
    Network network = {reader, unfolding, graph, known_input, wrong, TRUE};
    read_layers(&network);
    if (reader->sketch) {
        if (network.drawable)
            infer_sketch(&network);
        return network.drawable ? g_steal_pointer(&graph) : NULL;
    }
    if (known_input && graph->layers->len > unfolding->n_inputs)
        infer(&network, offset);
    return good && network.good ? g_steal_pointer(&graph) : NULL;
}
