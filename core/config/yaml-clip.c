/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"

#include <string.h>

/* Several layers at once: removed, and copied as YAML that a person can read and change. */

gboolean *faltung_links_named(const GPtrArray *links, const char *const *names) {
    gboolean *named = g_new0(gboolean, links->len + 1);
    for (int i = 0; names[i]; i++) {
        int found = faltung_links_find(links, names[i]);
        if (found >= 0)
            named[found] = TRUE;
    }
    for (int i = (int)links->len - 1; i >= 0; i--) {
        int end = faltung_links_end(links, i);
        gboolean all = end > i + 1;
        for (int k = i + 1; k < end; k++)
            all = all && named[k];
        named[i] |= all;
        for (int k = i + 1; k < end && named[i]; k++)
            named[k] = TRUE;
    }
    return named;
}

static gboolean is_in_named(const GPtrArray *links, int index, const gboolean *named) {
    int block = faltung_links_block(links, index);
    return block >= 0 && named[block];
}

/* What took a layer takes what it took: its first input. */
static void close_gap(GPtrArray *links, guint index) {
    FaltungLink *link = g_ptr_array_steal_index(links, index);
    const char *input = link->inputs->len ? link->inputs->pdata[0] : NULL;
    g_autofree char *inside = g_strconcat(link->name, "/input", NULL);
    faltung_links_redirect(links, link->name, input);
    if (link->block)
        faltung_links_redirect(links, inside, input);
    faltung_link_free(link);
}

/* @text: (transfer full) (nullable): without the inputs among @names. */
static char *remove_inputs(char *text, const char *const *names, GError **error) {
    for (int i = 0; text && names[i]; i++) {
        g_autofree char *before = text;
        text = faltung_links_has_named_input(before, names[i])
                   ? faltung_links_remove_input(before, names[i], error)
                   : g_steal_pointer(&before);
    }
    return text;
}

char *faltung_yaml_remove_layers(const char *text, const char *const *names, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    for (int i = 0; links && names[i]; i++) {
        if (!faltung_links_has_named_input(text, names[i]) &&
            faltung_links_need(links, names[i], error) < 0)
            return NULL;
    }
    g_autofree gboolean *named = links ? faltung_links_named(links, names) : NULL;
    g_autofree char *now = links ? g_strdup(text) : NULL;
    for (int i = now ? (int)links->len - 1 : -1; i >= 0; i--) {
        if (!named[i])
            continue;
        if (!is_in_named(links, i, named)) { /* else it goes with its block */
            const FaltungLink *link = links->pdata[i];
            g_autofree char *path = g_strdup_printf("network.%s", link->path);
            char *next = faltung_yaml_unset(now, path, error);
            if (!next)
                return NULL;
            g_free(now);
            now = next;
        }
        close_gap(links, (guint)i);
    }
    char *settled = now ? faltung_links_settle(g_steal_pointer(&now), links, error) : NULL;
    g_autoptr(GPtrArray) before = settled ? faltung_links_read(text, error) : NULL;
    return before ? remove_inputs(faltung_links_forget(settled, before, named, error), names, error)
                  : NULL;
}

char *faltung_yaml_remove_layer(const char *text, const char *layer, GError **error) {
    const char *const names[] = {layer, NULL};
    return faltung_yaml_remove_layers(text, names, error);
}

/* The inputs of a copied layer that are copied too, as they are called among the copies; the
   others,
   @wired, by their whole names. */
static char *copied_inputs(const GPtrArray *links, const FaltungLink *link, const gboolean *named,
                           gboolean wired) {
    GString *text = g_string_new(NULL);
    for (guint k = 0; k < link->inputs->len; k++) {
        int from = faltung_links_find(links, link->inputs->pdata[k]);
        const FaltungLink *source = from >= 0 && named[from] ? links->pdata[from] : NULL;
        if (!source && !wired)
            continue;
        g_autofree char *quoted = faltung_yaml_quote(source ? source->name + strlen(source->scope)
                                                            : link->inputs->pdata[k]);
        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", quoted);
    }
    return g_string_free(text, FALSE);
}

static void append_layer(GString *clip, const FaltungYamlNode *item, const char *name,
                         const char *inputs) {
    gboolean map = item->type == FALTUNG_YAML_MAP && item->keys->len == 1;
    const FaltungYamlNode *options = map ? faltung_yaml_value(item, 0) : NULL;
    g_autofree char *key = faltung_yaml_quote(map ? faltung_yaml_key(item, 0)->text : item->text);
    g_autofree char *called = faltung_yaml_quote(name);
    g_string_append_printf(clip, "- %s: {name: %s", key, called);
    for (guint i = 0; options && options->keys && i < options->keys->len; i++) {
        const char *option = faltung_yaml_key(options, i)->text;
        if (g_str_equal(option, "name") || g_str_equal(option, "inputs"))
            continue;
        g_autofree char *quoted = faltung_yaml_quote(option);
        g_autofree char *value = faltung_yaml_flow(faltung_yaml_value(options, i));
        g_string_append_printf(clip, ", %s: %s", quoted, value);
    }
    if (inputs)
        g_string_append_printf(clip, ", inputs: [%s]", inputs);
    g_string_append(clip, "}\n");
}

static char *copy_layers(const char *text, const char *const *names, gboolean wired,
                         GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    g_autoptr(FaltungYamlNode) root = links ? faltung_links_parse(text, error) : NULL;
    if (!root)
        return NULL;
    g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_links_layers(root));
    g_autofree gboolean *named = faltung_links_named(links, names);
    GString *clip = g_string_new(NULL);
    const char *before = NULL; /* the copied layer before */
    for (guint i = 0; i < links->len; i++) {
        const FaltungLink *link = links->pdata[i];
        if (!named[i] || is_in_named(links, (int)i, named))
            continue;
        g_autofree char *inputs = copied_inputs(links, link, named, wired);
        /* what takes the layer before it says nothing: so it can be pasted anywhere */
        gboolean follows = link->inputs->len == 1 && g_strcmp0(link->inputs->pdata[0], before) == 0;
        gboolean first = *inputs == '\0' && !before;
        append_layer(clip, ((const FaltungYamlItem *)items->pdata[i])->node,
                     link->name + strlen(link->scope), follows || first ? NULL : inputs);
        before = link->name;
    }
    return g_string_free(clip, FALSE);
}

char *faltung_yaml_copy_layers(const char *text, const char *const *names, GError **error) {
    return copy_layers(text, names, FALSE, error);
}

char *faltung_yaml_copy_wired(const char *text, const char *const *names, GError **error) {
    return copy_layers(text, names, TRUE, error);
}

/* -- pasting ------------------------------------------------------------------------------ */

/* The list of layers in what was copied, wherever it was copied from. */
static FaltungYamlNode *find_list(FaltungYamlNode *root) {
    if (root->type == FALTUNG_YAML_LIST)
        return root;
    FaltungYamlNode *network = faltung_yaml_get(root, "network");
    return faltung_yaml_get(network ? network : root, "layers");
}

/* The links of a list alone. */
static GPtrArray *read_clip_links(const FaltungYamlNode *list, GError **error) {
    g_autofree char *flow = faltung_yaml_flow(list);
    g_autofree char *text = g_strdup_printf("network: {input: [1], layers: %s}\n", flow);
    return faltung_links_read(text, error);
}

/* What is pasted, and how. */
typedef struct {
    const FaltungYamlNode *list;
    const GPtrArray *copied; /* its links */
    const char *after;
    gboolean wired; /* what the layers took they take again, where it is there */
} Clip;

static gboolean is_there(const char *text, const GPtrArray *links, const char *source) {
    return faltung_links_find(links, source) >= 0 || faltung_links_is_input(text, source);
}

/* What the copied layer number @index takes in @text, now that the copies are called @names. */
static FaltungLink *pasted_link(const char *text, const GPtrArray *links, const Clip *clip,
                                int index, const char *name, const char *scope, GHashTable *names) {
    const FaltungLink *from = clip->copied->pdata[index];
    FaltungLink *link = faltung_link_new(name, scope);
    link->block = from->block;
    for (guint k = 0; k < from->inputs->len; k++) {
        const char *source = from->inputs->pdata[k];
        const char *inner = g_hash_table_lookup(names, source);
        gboolean again = clip->wired && is_there(text, links, source);
        g_ptr_array_add(link->inputs, g_strdup(inner ? inner : again ? source : clip->after));
    }
    if (link->inputs->len == 0)
        g_ptr_array_add(link->inputs, g_strdup(clip->after));
    return link;
}

/* Puts the layers of @clip at @place of @text and @links; what each is called goes into @made. */
static char *paste_items(const char *text, GPtrArray *links, FaltungLinkPlace place,
                         const Clip *clip, GPtrArray *made, GError **error) {
    g_autofree char *now = g_strdup(text);
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal); /* old to new */
    int from = 0;
    for (guint i = 0; i < faltung_yaml_size(clip->list); i++) {
        g_autofree char *item = faltung_yaml_flow(faltung_yaml_value(clip->list, i));
        char *called = NULL;
        g_autofree char *layer = faltung_links_name_item(links, place.scope, item, &called, error);
        if (!layer)
            return NULL;
        g_ptr_array_add(made, called);
        FaltungLink *link = pasted_link(text, links, clip, from, called, place.scope, names);
        char *next = faltung_links_put(now, links, place, link, layer, error);
        if (!next)
            return NULL;
        g_free(now);
        now = next;
        g_hash_table_insert(names, ((const FaltungLink *)clip->copied->pdata[from])->name, called);
        from = faltung_links_end(clip->copied, from);
        place.index = faltung_links_end(links, place.index);
        place.at++;
    }
    return g_steal_pointer(&now);
}

/* Number @at or, where what the copied layers take comes later in the same list, the last of that.
 */
static int behind_sources(const GPtrArray *links, int at, const GPtrArray *copied) {
    const char *scope = at < 0 ? "" : ((const FaltungLink *)links->pdata[at])->scope;
    for (guint i = 0; i < copied->len; i++) {
        const GPtrArray *inputs = ((const FaltungLink *)copied->pdata[i])->inputs;
        for (guint k = 0; k < inputs->len; k++) {
            int source = faltung_links_find(links, inputs->pdata[k]);
            while (source >= 0 && !g_str_equal(((FaltungLink *)links->pdata[source])->scope, scope))
                source = faltung_links_block(links, source);
            at = MAX(at, source);
        }
    }
    return at;
}

static char *paste_layers(const char *text, const char *after, const char *clip, gboolean wired,
                          char ***names, GError **error) {
    g_autoptr(FaltungYamlNode) root = faltung_links_parse(clip, error);
    if (!root)
        return NULL;
    const FaltungYamlNode *list = find_list(root);
    g_autoptr(GPtrArray) copied = list ? read_clip_links(list, NULL) : NULL;
    if (!copied || copied->len == 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "this is no list of layers; expected lines like `- dense: {units: 10}`");
        return NULL;
    }
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    gboolean first = !after || faltung_links_is_input(text, after);
    int at = links && !first ? faltung_links_need(links, after, error) : -1;
    if (!links || (at < 0 && !first))
        return NULL;
    g_autofree char *source = g_strdup(at >= 0 ? ((FaltungLink *)links->pdata[at])->name
                                       : after ? after
                                               : "input");
    g_autoptr(GPtrArray) takers = g_ptr_array_new(); /* of @after, before */
    for (guint i = 0; i < links->len; i++)
        g_ptr_array_add(takers, links->pdata[i]);
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    Clip what = {list, copied, source, wired};
    FaltungLinkPlace place =
        faltung_links_behind(links, wired ? behind_sources(links, at, copied) : at);
    char *pasted = paste_items(text, links, place, &what, made, error);
    if (!pasted)
        return NULL;
    for (guint i = 0; i < takers->len && !wired; i++)
        faltung_link_redirect(takers->pdata[i], source, made->pdata[made->len - 1]);
    char *result = faltung_links_settle(pasted, links, error);
    if (result && names) {
        g_ptr_array_add(made, NULL);
        *names = (char **)g_ptr_array_free(g_steal_pointer(&made), FALSE);
    }
    return result;
}

char *faltung_yaml_paste_layers(const char *text, const char *after, const char *clip,
                                char ***names, GError **error) {
    return paste_layers(text, after, clip, FALSE, names, error);
}

char *faltung_yaml_paste_wired(const char *text, const char *after, const char *clip, char ***names,
                               GError **error) {
    return paste_layers(text, after, clip, TRUE, names, error);
}
