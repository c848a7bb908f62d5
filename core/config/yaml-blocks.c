/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml-lines.h"
#include "core/config/yaml-links.h"

/* Layers become a block, and a block its layers again: lines are moved in and out, as they are. */

enum { DEPTH = 6 }; /* columns from the dash of a block to those of its layers */

static FaltungLink *at(const GPtrArray *links, int index) {
    return links->pdata[index];
}

static const FaltungYamlItem *item_at(const GPtrArray *items, int index) {
    return items->pdata[index];
}

/* -- lines -------------------------------------------------------------------------------- */

/* The lines [start, end) with @columns more before each, or fewer. */
static char *shift_lines(const char *text, size_t start, size_t end, int columns) {
    GString *out = g_string_new(NULL);
    for (size_t line = start; line < end;) {
        size_t next = line + strcspn(text + line, "\n");
        next = MIN(end, next + 1);
        size_t first = line + strspn(text + line, " ");
        gboolean empty = first >= next || strchr("\r\n", text[first]);
        size_t gone = MIN((size_t)MAX(-columns, 0), first - line);
        if (!empty && columns > 0)
            g_string_append_printf(out, "%*s", columns, "");
        g_string_append_len(out, text + line + gone, (gssize)(next - line - gone));
        line = next;
    }
    return g_string_free(out, FALSE);
}

static char *replaced(const char *text, size_t start, size_t end, const char *by) {
    GString *out = g_string_new_len(text, (gssize)start);
    g_string_append(out, by);
    g_string_append(out, text + end);
    return g_string_free(out, FALSE);
}

static size_t dash_of(const FaltungYamlItem *item) {
    return item->node->lead - 1;
}

/* The bytes of items that stand behind each other in a list: of whole lines, or in brackets. */
static FaltungTextPlace place_of(const char *text, const FaltungYamlItem *first,
                                 const FaltungYamlItem *last) {
    if (first->list->flow)
        return (FaltungTextPlace){first->node->start, last->node->end};
    return (FaltungTextPlace){line_start(text, dash_of(first)), line_end(text, last->node->end)};
}

/* @inputs: (nullable): what the block takes, where it is not what stands before it. */
static char *put_into_block(const char *text, const FaltungYamlItem *first,
                            const FaltungYamlItem *last, const char *name, const char *inputs) {
    FaltungTextPlace place = place_of(text, first, last);
    gboolean flow = first->list->flow;
    int indent = flow ? 0 : column_of(text, dash_of(first));
    g_autofree char *inner = flow ? g_strndup(text + place.start, place.end - place.start)
                                  : shift_lines(text, place.start, place.end, DEPTH);
    g_autofree char *next =
        flow ? g_strdup(", ") : g_strdup_printf("%s%*s", line_break(text), indent + DEPTH - 2, "");
    g_autofree char *quoted = faltung_yaml_quote(name);
    g_autofree char *from = inputs ? faltung_yaml_quote(inputs) : NULL;
    GString *made = g_string_new(NULL);
    g_string_append_printf(made, "%*s%s%sname: %s", indent, "",
                           flow ? "{block: {" : "- block:", flow ? "" : next, quoted);
    if (from)
        g_string_append_printf(made, "%sinputs: %s", next, from);
    g_string_append_printf(made, "%slayers:%s%s%s", next, flow ? " [" : line_break(text), inner,
                           flow ? "]}}" : "");
    g_autofree char *block = g_string_free(made, FALSE);
    return replaced(text, place.start, place.end, block);
}

/* Whether @after says the same of every layer as @before: the ones from number @from on are at
   @from + @by now, all but the @by or - @by ones that are blocks. */
static gboolean says_the_same(const char *before, const char *after, int from, int by) {
    g_autoptr(FaltungYamlNode) a = faltung_links_parse(before, NULL);
    g_autoptr(FaltungYamlNode) b = faltung_links_parse(after, NULL);
    g_autoptr(GPtrArray) old = faltung_yaml_items(a ? faltung_links_layers(a) : NULL);
    g_autoptr(GPtrArray) new = faltung_yaml_items(b ? faltung_links_layers(b) : NULL);
    gboolean same = a && b && (int)new->len == (int)old->len + by;
    for (int i = 0; same && i < (int)old->len; i++) {
        int k = i < from ? i : i + by;
        if (!item_at(old, i)->block)
            same = faltung_yaml_equal(item_at(old, i)->node, item_at(new, k)->node);
    }
    return same;
}

static char *refuse(GError **error) {
    faltung_fail(error, FALTUNG_ERROR_INPUT,
                 "this cannot be done without changing what is around it; edit it by hand");
    return NULL;
}

/* -- layers into a block ------------------------------------------------------------------ */

/* Of what stands in one list the chosen ones; -1 where they are of several. */
typedef struct {
    int first, last; /* links */
} Chosen;

static gboolean find_chosen(const GPtrArray *links, const gboolean *named, Chosen *chosen,
                            GError **error) {
    *chosen = (Chosen){-1, -1};
    for (int i = 0; i < (int)links->len; i++) {
        int block = faltung_links_block(links, i);
        if (!named[i] || (block >= 0 && named[block]))
            continue;
        if (chosen->first < 0)
            chosen->first = i;
        chosen->last = i;
        if (g_str_equal(at(links, i)->scope, at(links, chosen->first)->scope))
            continue;
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "'%s' and '%s' are not in the same block; a block is made of layers that are",
            at(links, chosen->first)->name, at(links, i)->name);
    }
    return chosen->first >= 0;
}

static int index_of(GPtrArray *links, const FaltungLink *link) {
    guint index = 0;
    g_ptr_array_find(links, link, &index);
    return (int)index;
}

/* Moves @moved behind @behind. @text: (transfer full) (nullable). */
static char *move(char *text, GPtrArray *links, const FaltungLink *moved, const FaltungLink *behind,
                  GError **error) {
    g_autofree char *before = text;
    return before ? faltung_links_move(before, links, index_of(links, moved),
                                       index_of(links, behind), error)
                  : NULL;
}

/* Brings the chosen ones together: what stands between them goes behind them where it depends on
   one of them, and in front of them where it does not. */
static char *gather(const char *text, GPtrArray *links, const gboolean *named, Chosen *chosen,
                    GError **error) {
    g_autoptr(GPtrArray) members = g_ptr_array_new(), behind = g_ptr_array_new();
    g_autoptr(GPtrArray) in_front = g_ptr_array_new();
    char *now = g_strdup(text);
    for (int i = chosen->first; i <= chosen->last; i = faltung_links_end(links, i)) {
        gboolean depends = FALSE;
        for (int k = chosen->first; k < i && !named[i]; k = faltung_links_end(links, k))
            depends |= (named[k] || g_ptr_array_find(behind, at(links, k), NULL)) &&
                       faltung_links_depend(links, i, k);
        for (int k = i; k <= chosen->last && depends; k = faltung_links_end(links, k)) {
            if (!named[k] || !faltung_links_depend(links, k, i))
                continue;
            faltung_fail(error, FALTUNG_ERROR_SHAPE,
                         "'%s' stands between the layers, taking and giving; choose it, too",
                         at(links, i)->name);
            g_free(now);
            return NULL;
        }
        g_ptr_array_add(named[i] ? members : depends ? behind : in_front, at(links, i));
    }
    FaltungLink *last = members->pdata[members->len - 1];
    for (guint i = 0; i < behind->len; i++)
        now = move(now, links, behind->pdata[i], i > 0 ? behind->pdata[i - 1] : (gpointer)last,
                   error);
    for (guint i = 0; i < in_front->len; i++) {
        const FaltungLink *before = in_front->pdata[i];
        for (guint k = 0; k < members->len; k++) {
            FaltungLink *member = members->pdata[k];
            if (index_of(links, member) > index_of(links, in_front->pdata[i]))
                break;
            now = move(now, links, member, before, error);
            before = member;
        }
    }
    *chosen = (Chosen){index_of(links, members->pdata[0]), index_of(links, last)};
    return now;
}

/* What goes into the block, or NULL: where one of its layers takes what goes into the block or
   network around it, that, for it has no other name inside; else what the first takes. */
static char *choose_input(const GPtrArray *links, Chosen chosen) {
    g_autofree char *outer = g_strconcat(at(links, chosen.first)->scope, "input", NULL);
    int end = faltung_links_end(links, chosen.last);
    for (int i = chosen.first; i < end; i++) {
        if (g_ptr_array_find_with_equal_func(at(links, i)->inputs, outer, g_str_equal, NULL))
            return g_steal_pointer(&outer);
    }
    const GPtrArray *inputs = at(links, chosen.first)->inputs;
    return inputs->len > 0 ? g_strdup(inputs->pdata[0]) : NULL;
}

/* How @source is written where it is not what stands before the chosen ones; else NULL. */
static char *spell_input(const GPtrArray *links, Chosen chosen, const char *source) {
    g_autofree char *input = g_strconcat(at(links, chosen.first)->scope, "input", NULL);
    const char *before = input;
    for (int i = 0; i < chosen.first; i++) {
        if (g_str_equal(at(links, i)->scope, at(links, chosen.first)->scope))
            before = at(links, i)->name;
    }
    return !source || g_str_equal(source, before)
               ? NULL
               : faltung_links_spell(links, chosen.first, source, NULL);
}

/* The links with those of @chosen in a block called @name that takes @source ((nullable)). */
static void enclose(GPtrArray *links, Chosen chosen, const char *name, const char *source) {
    FaltungLink *block = faltung_link_new(name, at(links, chosen.first)->scope);
    block->block = TRUE;
    g_autofree char *inside = g_strconcat(name, "/input", NULL);
    g_autofree char *last = g_strdup(at(links, chosen.last)->name);
    int end = faltung_links_end(links, chosen.last);
    for (int i = 0; i < (int)links->len; i++) {
        gboolean in = i >= chosen.first && i < end;
        if (!in || source)
            faltung_link_redirect(links->pdata[i], in ? source : last, in ? inside : name);
    }
    if (source)
        g_ptr_array_add(block->inputs, g_strdup(source));
    g_ptr_array_insert(links, chosen.first, block);
}

char *faltung_yaml_group_layers(const char *text, const char *const *names, const char *wish,
                                char **name, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    for (int i = 0; links && names[i]; i++) {
        if (faltung_links_need(links, names[i], error) < 0)
            return NULL;
    }
    g_autofree gboolean *named = links ? faltung_links_named(links, names) : NULL;
    Chosen chosen;
    if (!named || !find_chosen(links, named, &chosen, error))
        return NULL;
    g_autofree char *now = gather(text, links, named, &chosen, error);
    g_autoptr(FaltungYamlNode) root = now ? faltung_links_parse(now, error) : NULL;
    if (!root)
        return NULL;
    g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_links_layers(root));
    const char *scope = at(links, chosen.first)->scope;
    g_autofree char *own = faltung_links_free_name(links, scope, wish);
    g_autofree char *source = choose_input(links, chosen);
    g_autofree char *inputs = spell_input(links, chosen, source);
    char *made =
        put_into_block(now, item_at(items, chosen.first), item_at(items, chosen.last), own, inputs);
    if (!says_the_same(now, made, chosen.first, 1)) {
        g_free(made);
        return refuse(error);
    }
    g_autofree char *whole = g_strconcat(scope, own, NULL);
    enclose(links, chosen, whole, source);
    made = faltung_links_settle(made, links, error);
    if (made && name)
        *name = g_steal_pointer(&whole);
    return made;
}

/* -- a block into its layers -------------------------------------------------------------- */

/* Names that others around the block have, too, become free ones. A name that is given can change
   one that is implied, so that each is looked up anew. */
static char *rename_inner(const char *text, int block, GError **error) {
    char *now = g_strdup(text);
    for (int i = block + 1; now;) {
        g_autoptr(GPtrArray) links = faltung_links_read(now, error);
        if (!links || i >= faltung_links_end(links, block))
            break;
        const FaltungLink *link = at(links, i);
        const char *own = link->name + strlen(link->scope);
        g_autofree char *wish = faltung_links_free_name(links, at(links, block)->scope, own);
        g_autofree char *free_inside = faltung_links_free_name(links, link->scope, wish);
        i = faltung_links_end(links, i);
        if (g_str_equal(wish, own) || !g_str_equal(free_inside, wish))
            continue;
        g_autofree char *before = now;
        now = faltung_yaml_rename_layer(before, link->name, wish, error);
    }
    return now;
}

static char *take_out_of_block(const char *text, const FaltungYamlItem *block,
                               const FaltungYamlItem *first, const FaltungYamlItem *last) {
    FaltungTextPlace whole = place_of(text, block, block), inner = place_of(text, first, last);
    if (block->list->flow != first->list->flow)
        return NULL;
    g_autofree char *made =
        first->list->flow
            ? g_strndup(text + inner.start, inner.end - inner.start)
            : shift_lines(text, inner.start, inner.end,
                          column_of(text, dash_of(block)) - column_of(text, dash_of(first)));
    return replaced(text, whole.start, whole.end, made);
}

/* Layers in brackets, one after the other in the block's place. */
static char *write_out(const char *text, const FaltungYamlItem *block, const FaltungYamlNode *inner,
                       GError **error) {
    const char *dot = strrchr(block->path, '.');
    g_autofree char *list = g_strdup_printf("network.%.*s", (int)(dot - block->path), block->path);
    g_autofree char *path = g_strdup_printf("network.%s", block->path);
    char *now = g_strdup(text);
    for (guint i = faltung_yaml_size(inner); now && i-- > 0;) {
        g_autofree char *item = faltung_yaml_flow(faltung_yaml_value(inner, i));
        g_autofree char *before = now;
        now = faltung_yaml_insert(before, list, block->index + 1, item, error);
    }
    g_autofree char *with = now;
    return with ? faltung_yaml_unset(with, path, error) : NULL;
}

/* The links without the block. */
static void disclose(GPtrArray *links, int block) {
    int last = block;
    for (int i = block + 1; i < faltung_links_end(links, block); i = faltung_links_end(links, i))
        last = i;
    g_autofree char *end = g_strdup(at(links, last)->name);
    g_autofree char *inside = g_strconcat(at(links, block)->name, "/input", NULL);
    FaltungLink *link = at(links, block);
    faltung_links_redirect(links, link->name, end);
    faltung_links_redirect(links, inside, link->inputs->len ? link->inputs->pdata[0] : NULL);
    g_ptr_array_steal_index(links, (guint)block);
    faltung_link_free(link);
}

static char *dissolve_one(const char *text, int block, GError **error) {
    g_autofree char *now = rename_inner(text, block, error);
    g_autoptr(GPtrArray) links = now ? faltung_links_read(now, error) : NULL;
    g_autoptr(FaltungYamlNode) root = links ? faltung_links_parse(now, error) : NULL;
    if (!root)
        return NULL;
    g_autoptr(GPtrArray) items = faltung_yaml_items(faltung_links_layers(root));
    const FaltungYamlItem *item = item_at(items, block), *last = item_at(items, block + 1);
    for (int i = block + 1; i < faltung_links_end(links, block); i = faltung_links_end(links, i))
        last = item_at(items, i);
    char *made = take_out_of_block(now, item, item_at(items, block + 1), last);
    if (!made || !says_the_same(made, now, block, 1)) {
        g_free(made);
        made = write_out(now, item, last->list, error);
    }
    if (made && !says_the_same(made, now, block, 1)) {
        g_free(made);
        return refuse(error);
    }
    disclose(links, block);
    return faltung_links_settle(made, links, error);
}

char *faltung_yaml_dissolve_block(const char *text, const char *name, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int block = links ? faltung_links_need(links, name, error) : -1;
    if (block < 0)
        return NULL;
    if (!at(links, block)->block || faltung_links_end(links, block) == block + 1) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "'%s' is no block of layers; there is nothing to dissolve", name);
        return NULL;
    }
    g_autofree char *path = g_strdup_printf("network.%s.repeat", at(links, block)->path);
    g_autofree char *repeat = faltung_yaml_lookup(text, path, NULL);
    int copies = repeat ? (int)g_ascii_strtoll(repeat, NULL, 10) : 1;
    char *now = repeat ? faltung_yaml_unset(text, path, error) : g_strdup(text);
    const char *const only[] = {at(links, block)->name, NULL};
    g_autofree char *clip = now && copies > 1 ? faltung_yaml_copy_layers(now, only, error) : NULL;
    for (int i = 1; now && clip && i < copies; i++) { /* each copy a block of its own first */
        g_autofree char *before = now;
        now = faltung_yaml_paste_layers(before, only[0], clip, NULL, error);
    }
    int step = faltung_links_end(links, block) - block;
    for (int i = 0; now && i < copies; i++) {
        g_autofree char *before = now;
        now = dissolve_one(before, block + i * (step - 1), error);
    }
    return now;
}
