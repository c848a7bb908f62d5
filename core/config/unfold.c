/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/unfold.h"

#include "core/config/block.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum { MOST_UNFOLDED = 4096 }; /* layers, where something is repeated */

static const FaltungOptionSpec block_options[] = {
    {
        .name = "repeat",
        .summary = "how often, each copy taking the one before, with weights of its own",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(FaltungBlockOptions, repeat),
        .fallback = "1",
        .minimum = 1,
        .maximum = MOST_UNFOLDED,
    },
    {0},
};

const FaltungKind faltung_block_kind = {
    .name = FALTUNG_BLOCK,
    .title = "Block",
    .summary = "layers that are one thing with a name",
    .options = block_options,
    .options_size = sizeof(FaltungBlockOptions),
};

/* -- names -------------------------------------------------------------------------------- */

static gboolean is_part_of_name(const char *part, size_t length) {
    for (const char *c = part; c < part + length; c = g_utf8_next_char(c)) {
        gunichar letter = g_utf8_get_char(c);
        if (!g_unichar_isalnum(letter) && letter != '_' && letter != '-')
            return FALSE;
    }
    return length > 0;
}

gboolean faltung_check_name(FaltungReader *reader, const FaltungYamlNode *node, const char *what) {
    const char *name = node->text;
    gboolean good = strlen(name) <= 100;
    for (const char *part = name; good && part; part = strchr(part, '/')) {
        part += part > name; /* layers of an unfolded network are called encoder/conv1 */
        good = is_part_of_name(part, strcspn(part, "/"));
    }
    if (!good)
        faltung_reader_fail(reader, node->start,
                            "%s cannot be called '%s'; use letters, digits, _ and -, at most 100",
                            what, name);
    else if (g_str_equal(name, "input") || g_str_equal(name, "layers"))
        faltung_reader_fail(reader, node->start,
                            "%s cannot be called '%s', which means something else in paths; "
                            "choose another name",
                            what, name);
    else
        return TRUE;
    return FALSE;
}

const FaltungUnfolded *faltung_unfolding_layer(const FaltungUnfolding *unfolding, guint index) {
    return unfolding->layers->pdata[index];
}

static const FaltungScope *get_scope(const FaltungUnfolding *unfolding, int scope) {
    return unfolding->scopes->pdata[scope];
}

int faltung_unfolding_find(const FaltungUnfolding *unfolding, int scope, const char *name) {
    if (g_str_equal(name, "input") && (scope > 0 || unfolding->n_inputs == 0))
        return get_scope(unfolding, scope)->input;
    for (; scope >= 0; scope = get_scope(unfolding, scope)->parent) {
        g_autofree char *full = g_strconcat(get_scope(unfolding, scope)->prefix, name, NULL);
        gpointer layer;
        if (g_hash_table_lookup_extended(unfolding->names, full, NULL, &layer))
            return GPOINTER_TO_INT(layer);
    }
    return FALTUNG_NOTHING;
}

static void complain_of_nothing(const FaltungUnfolding *unfolding, FaltungReader *reader, int scope,
                                guint index, const FaltungYamlNode *node) {
    const char *prefix = get_scope(unfolding, scope)->prefix;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    if (scope > 0 || unfolding->n_inputs == 0)
        g_ptr_array_add(known, "input");
    for (guint i = 0; i < index; i++) {
        char *name = faltung_unfolding_layer(unfolding, i)->name;
        if (name)
            g_ptr_array_add(known, g_str_has_prefix(name, prefix) ? name + strlen(prefix) : name);
    }
    g_ptr_array_add(known, NULL);
    const char *nearest = faltung_nearest(node->text, (const char *const *)known->pdata);
    g_autofree char *all = g_strjoinv(", ", (char **)known->pdata);
    if (nearest)
        faltung_reader_fail(reader, node->start, "no layer is called '%s'; did you mean '%s'?",
                            node->text, nearest);
    else
        faltung_reader_fail(reader, node->start,
                            "no layer before this one is called '%s'; there are %s", node->text,
                            all);
}

gboolean faltung_unfolding_source(const FaltungUnfolding *unfolding, FaltungReader *reader,
                                  int scope, guint index, const FaltungYamlNode *node,
                                  int *source) {
    if (node->type != FALTUNG_YAML_SCALAR) {
        faltung_reader_fail(reader, node->start,
                            "inputs must be names of layers; write `inputs: [a, b]`");
        return FALSE;
    }
    *source = faltung_unfolding_find(unfolding, scope, node->text);
    if (*source >= FALTUNG_INPUT && *source < (int)index)
        return TRUE;
    if (*source == FALTUNG_NOTHING && scope > 0 && g_str_equal(node->text, "input"))
        faltung_reader_fail(reader, node->start, "nothing goes into this block; connect it first");
    else if (*source == FALTUNG_NOTHING)
        complain_of_nothing(unfolding, reader, scope, index, node);
    else
        faltung_reader_fail(reader, node->start,
                            *source == (int)index
                                ? "the layer '%s' cannot take its own output; name a layer before "
                                  "it"
                                : N_("the layer '%s' comes later; a layer takes what is before it, "
                                     "so move one of them"),
                            node->text);
    return FALSE;
}

gboolean faltung_unfolding_needs_inputs(const FaltungUnfolding *unfolding, FaltungReader *reader,
                                        int scope, int before, size_t start, const char *name) {
    guint n = unfolding->n_inputs;
    if (n < 2 || scope > 0 || before != (int)n - 1)
        return FALSE;
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < n; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
                               faltung_unfolding_layer(unfolding, i)->name);
    faltung_reader_fail(reader, start,
                        "the network has the inputs %s; say which '%s' takes, as in `inputs: [%s]`",
                        names->str, name, faltung_unfolding_layer(unfolding, 0)->name);
    g_string_free(names, TRUE);
    return TRUE;
}

/* The first that has a name keeps it. */
static void note_name(FaltungUnfolding *unfolding, const char *name, int layer) {
    if (name && !g_hash_table_contains(unfolding->names, name))
        g_hash_table_insert(unfolding->names, g_strdup(name), GINT_TO_POINTER(layer));
}

/* -- blocks ------------------------------------------------------------------------------- */

static void scope_free(gpointer data) {
    FaltungScope *scope = data;
    g_free(scope->prefix);
    g_free(scope);
}

static void unfolded_free(gpointer data) {
    FaltungUnfolded *layer = data;
    g_free(layer->name);
    g_free(layer);
}

static int add_scope(FaltungUnfolding *unfolding, int parent, char *prefix, int input) {
    FaltungScope *scope = g_new(FaltungScope, 1);
    *scope = (FaltungScope){parent, prefix, input};
    g_ptr_array_add(unfolding->scopes, scope);
    return (int)unfolding->scopes->len - 1;
}

typedef struct {
    FaltungReader *reader;
    FaltungUnfolding *unfolding;
    FaltungGraph *graph;
    gboolean good;
} Unfolder;

static gboolean check_block(Unfolder *unfolder, const FaltungYamlItem *item, const char *name,
                            FaltungBlockOptions *options) {
    FaltungReader *reader = unfolder->reader;
    static const char *const others[] = {"name", "inputs", "layers", NULL};
    const FaltungYamlNode *node = item->node;
    size_t start = faltung_yaml_item_start(item);
    const FaltungYamlNode *map = node->keys ? faltung_yaml_value(node, 0) : NULL;
    const FaltungYamlNode *given = faltung_yaml_get(map, "name");
    const FaltungYamlNode *layers = faltung_yaml_get(map, "layers");
    if (!map || map->type != FALTUNG_YAML_MAP) {
        faltung_reader_fail(reader, start,
                            "a block needs layers; write `- block: {name: a, layers: [...]}`");
        return FALSE;
    }
    gboolean good = faltung_read_options(reader, &faltung_block_kind, options, map, others, start);
    if (!layers || layers->type != FALTUNG_YAML_LIST || layers->values->len == 0) {
        faltung_reader_fail(reader, layers ? layers->start : start,
                            "a block needs layers; add a list of at least one, `layers: [relu]`");
        good = FALSE;
    }
    if (given && given->type != FALTUNG_YAML_SCALAR) {
        faltung_reader_fail(reader, given->start, "name must be text; write `name: block1`");
        good = FALSE;
    } else if (given) {
        good &= faltung_check_name(reader, given, _("a block"));
        if (strspn(given->text, "0123456789") == strlen(given->text)) {
            faltung_reader_fail(reader, given->start,
                                "a block cannot be called '%s': numbers are for its copies; begin "
                                "with a letter",
                                given->text);
            good = FALSE;
        }
    }
    if (g_hash_table_contains(unfolder->unfolding->names, name)) {
        faltung_reader_fail(reader, given ? given->start : start,
                            "a layer or block before this one is called '%s', too; give one of "
                            "them another name",
                            name);
        good = FALSE;
    }
    return good;
}

static void unfold_list(Unfolder *unfolder, int parent, int scope, gboolean again);

/* What the block takes: its `inputs`, or @before; after a mistake nothing. */
static int block_input(Unfolder *unfolder, const FaltungYamlItem *item, int scope, int before) {
    const FaltungYamlNode *node = faltung_yaml_get(faltung_yaml_value(item->node, 0), "inputs");
    if (node && node->type == FALTUNG_YAML_LIST && node->values->len == 1)
        node = faltung_yaml_value(node, 0);
    int input = before;
    gboolean vague =
        !node && faltung_unfolding_needs_inputs(unfolder->unfolding, unfolder->reader, scope,
                                                before, faltung_yaml_item_start(item), item->name);
    if (node && node->type != FALTUNG_YAML_SCALAR)
        faltung_reader_fail(unfolder->reader, node->start,
                            "a block takes one input; what is in it can name others");
    else if (!node && !vague)
        return before;
    else if (node && faltung_unfolding_source(unfolder->unfolding, unfolder->reader, scope,
                                              unfolder->unfolding->layers->len, node, &input))
        return input;
    unfolder->good = unfolder->reader->sketch;
    return FALTUNG_NOTHING;
}

static void unfold_block(Unfolder *unfolder, int index, int scope, int before, gboolean again) {
    FaltungUnfolding *unfolding = unfolder->unfolding;
    const FaltungYamlItem *item = unfolding->items->pdata[index];
    const char *own = item->name;
    if (item->parent >= 0)
        own += strlen(((FaltungYamlItem *)unfolding->items->pdata[item->parent])->name) + 1;
    g_autofree char *name = g_strconcat(get_scope(unfolding, scope)->prefix, own, NULL);
    FaltungBlockOptions options = {1};
    if (!check_block(unfolder, item, name, &options)) {
        unfolder->good = FALSE;
        return;
    }
    guint first = unfolding->layers->len;
    int input = block_input(unfolder, item, scope, before);
    FaltungLayerBlock *block =
        faltung_graph_add_block(unfolder->graph, name, options.repeat, item->path);
    block->input = input;
    for (int copy = 1; copy <= options.repeat && unfolder->good; copy++) {
        g_autofree char *called =
            options.repeat > 1 ? g_strdup_printf("%s/%d", name, copy) : g_strdup(name);
        int inner = add_scope(unfolding, scope, g_strconcat(called, "/", NULL), input);
        unfold_list(unfolder, index, inner, again || copy > 1);
        input = (int)unfolding->layers->len - 1;
        note_name(unfolding, called, input);
    }
    note_name(unfolding, name, input);
    block->first = (int)first;
    block->n_layers = (int)(unfolding->layers->len - first);
}

static void add_unfolded(FaltungUnfolding *unfolding, FaltungUnfolded layer) {
    note_name(unfolding, layer.name, (int)unfolding->layers->len);
    g_ptr_array_add(unfolding->layers, g_memdup2(&layer, sizeof layer));
}

static void add_layer(Unfolder *unfolder, const FaltungYamlItem *item, const char *own, int scope,
                      int before, gboolean again) {
    FaltungUnfolding *unfolding = unfolder->unfolding;
    if (again && unfolding->layers->len >= MOST_UNFOLDED) {
        faltung_reader_fail(unfolder->reader, faltung_yaml_item_start(item),
                            "with its blocks repeated the network would have more than %d layers; "
                            "repeat them less often",
                            MOST_UNFOLDED);
        unfolder->good = FALSE;
        return;
    }
    char *name = own ? g_strconcat(get_scope(unfolding, scope)->prefix, own, NULL) : NULL;
    add_unfolded(unfolding, (FaltungUnfolded){item, faltung_yaml_item_start(item), name, scope,
                                              before, again});
}

/* The items whose block is item number @parent. */
static void unfold_list(Unfolder *unfolder, int parent, int scope, gboolean again) {
    FaltungUnfolding *unfolding = unfolder->unfolding;
    const GPtrArray *items = unfolding->items;
    size_t skipped =
        parent >= 0 ? strlen(((const FaltungYamlItem *)items->pdata[parent])->name) + 1 : 0;
    int before = get_scope(unfolding, scope)->input;
    for (guint i = (guint)(parent + 1); i < items->len && unfolder->good; i++) {
        const FaltungYamlItem *item = items->pdata[i];
        if (item->parent < parent)
            return; /* behind the block */
        if (item->parent > parent)
            continue;
        if (item->block)
            unfold_block(unfolder, (int)i, scope, before, again);
        else
            add_layer(unfolder, item, item->name ? item->name + skipped : NULL, scope, before,
                      again);
        before = (int)unfolding->layers->len - 1;
    }
}

FaltungUnfolding *faltung_unfold(FaltungReader *reader, const FaltungYamlNode *input,
                                 FaltungYamlNode *list, FaltungGraph *graph) {
    FaltungUnfolding *unfolding = g_new0(FaltungUnfolding, 1);
    unfolding->items = faltung_yaml_items(list);
    unfolding->scopes = g_ptr_array_new_with_free_func(scope_free);
    unfolding->layers = g_ptr_array_new_with_free_func(unfolded_free);
    unfolding->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    unfolding->n_inputs = input && input->type == FALTUNG_YAML_MAP ? faltung_yaml_size(input) : 0;
    for (guint i = 0; i < unfolding->n_inputs; i++) {
        const FaltungYamlNode *key = faltung_yaml_key(input, i);
        add_unfolded(unfolding, (FaltungUnfolded){NULL, key->start, g_strdup(key->text)});
    }
    Unfolder unfolder = {reader, unfolding, graph, TRUE};
    int before = (int)unfolding->n_inputs - 1; /* FALTUNG_INPUT where none has a name */
    unfold_list(&unfolder, -1, add_scope(unfolding, -1, g_strdup(""), before), FALSE);
    if (!unfolder.good)
        g_clear_pointer(&unfolding, faltung_unfolding_free);
    return unfolding;
}

void faltung_unfolding_free(FaltungUnfolding *unfolding) {
    g_ptr_array_unref(unfolding->layers);
    g_ptr_array_unref(unfolding->scopes);
    g_ptr_array_unref(unfolding->items);
    g_hash_table_unref(unfolding->names);
    g_free(unfolding);
}
