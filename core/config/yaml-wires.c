/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"
#include "core/ops/operation.h"

/* Edits of the wires between layers. */

static FaltungLink *at(const GPtrArray *links, int index) {
    return links->pdata[index];
}

/* Whether the output of layer @from reaches @to. Inputs name earlier layers only, or the walk could
   go in circles where a text has them wrong: hence the marks. */
static gboolean reaches(const GPtrArray *links, const char *from, int to, gboolean *seen) {
    if (seen[to])
        return FALSE;
    seen[to] = TRUE;
    const FaltungLink *link = at(links, to);
    if (g_str_equal(link->name, from))
        return TRUE;
    for (guint k = 0; k < link->inputs->len; k++) {
        int input = faltung_links_find(links, faltung_links_origin(links, link->inputs->pdata[k]));
        if (input >= 0 && reaches(links, from, input, seen))
            return TRUE;
    }
    return FALSE;
}

static gboolean depends(const GPtrArray *links, int layer, const char *on) {
    g_autofree gboolean *seen = g_new0(gboolean, links->len);
    return reaches(links, on, layer, seen);
}

gboolean faltung_links_depend(const GPtrArray *links, int item, int on) {
    for (int i = item; i < faltung_links_end(links, item); i++) {
        for (int k = on; k < faltung_links_end(links, on); k++) {
            if (depends(links, i, at(links, k)->name))
                return TRUE;
        }
    }
    return FALSE;
}

/* What of @index and the blocks around it stands in the list of @scope, or -1. */
static int member_of(const GPtrArray *links, int index, const char *scope) {
    while (index >= 0 && !g_str_equal(at(links, index)->scope, scope))
        index = faltung_links_block(links, index);
    return index;
}

/* The paths of @links as @text has them: the order is the same. */
static void follow_paths(GPtrArray *links, const char *text) {
    g_autoptr(GPtrArray) now = faltung_links_read(text, NULL);
    for (guint i = 0; now && i < links->len; i++) {
        g_free(at(links, (int)i)->path);
        at(links, (int)i)->path = g_strdup(at(now, (int)i)->path);
    }
}

char *faltung_links_move(const char *text, GPtrArray *links, int from, int behind, GError **error) {
    g_autofree char *item = faltung_links_item(text, from, error);
    g_autofree char *path = g_strdup_printf("network.%s", at(links, from)->path);
    g_autofree char *without = item ? faltung_yaml_unset(text, path, error) : NULL;
    FaltungLinkPlace place = faltung_links_behind(links, behind);
    g_autofree char *list = g_strdup_printf("network.%.*s", place.list_length, place.list);
    char *moved =
        without ? faltung_yaml_insert(without, list, (guint)place.at - 1, item, error) : NULL;
    int n = faltung_links_end(links, from) - from;
    for (int i = 0; i < n; i++) { /* one after the other behind what was the end */
        FaltungLink *link = g_ptr_array_steal_index(links, (guint)from);
        g_ptr_array_insert(links, place.index - 1, link);
    }
    if (moved)
        follow_paths(links, moved);
    return moved;
}

/* Whether item @index depends on one of @going, blocks as a whole. */
static gboolean depends_on_any(GPtrArray *links, int index, const GPtrArray *going) {
    gboolean depends = FALSE;
    for (guint k = 0; k < going->len && !depends; k++) {
        guint on;
        g_ptr_array_find(links, going->pdata[k], &on);
        depends = faltung_links_depend(links, index, (int)on);
    }
    return depends;
}

/* What has @to in it behind what has @from in it, in the innermost list that has both, and with it
   all that depends on it, in the order that they have. */
static char *move_behind(const char *text, GPtrArray *links, int to, int from, GError **error) {
    int target = to, source = member_of(links, from, at(links, to)->scope);
    while (source < 0) {
        target = faltung_links_block(links, target);
        source = member_of(links, from, at(links, target)->scope);
    }
    g_autoptr(GPtrArray) going = g_ptr_array_new();
    g_ptr_array_add(going, at(links, target));
    for (int i = faltung_links_end(links, target); i < source; i = faltung_links_end(links, i)) {
        if (depends_on_any(links, i, going))
            g_ptr_array_add(going, at(links, i));
    }
    if (target == source || depends_on_any(links, source, going)) {
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "'%s' takes what is in the block of '%s'; what is between them belongs into "
                     "the block, too",
                     at(links, from)->name, at(links, to)->name);
        return NULL;
    }
    const FaltungLink *last = at(links, source);
    g_autofree char *now = g_strdup(text);
    for (guint i = 0; i < going->len; i++) {
        guint here, behind;
        g_ptr_array_find(links, going->pdata[i], &here);
        g_ptr_array_find(links, last, &behind);
        char *next = faltung_links_move(now, links, (int)here, (int)behind, error);
        if (!next)
            return NULL;
        g_free(now);
        now = next;
        last = going->pdata[i];
    }
    return g_steal_pointer(&now);
}

static int most_inputs(const char *text, int layer) {
    g_autofree char *item = faltung_links_item(text, layer, NULL);
    g_autoptr(FaltungYamlNode) root = item ? faltung_links_parse(item, NULL) : NULL;
    const char *name = root ? faltung_yaml_operation(root) : NULL;
    const FaltungOperation *operation = name ? faltung_operation_find(name, NULL) : NULL;
    return operation ? operation->max_inputs : 1;
}

/* By which of the names that @link takes the output of @source comes; %NULL: it does not. */
static const char *input_from(const GPtrArray *links, const FaltungLink *link, const char *source) {
    const char *origin = faltung_links_origin(links, source);
    for (guint k = 0; k < link->inputs->len; k++) {
        if (g_str_equal(faltung_links_origin(links, link->inputs->pdata[k]), origin))
            return link->inputs->pdata[k];
    }
    return NULL;
}

/* How @target is to take @from, which is layer @source (-1: an input of the network): of a block
   that it is not in what comes out of it, where that is the same; of one that it is in what goes
   into it. */
static char *name_source(const GPtrArray *links, const char *from, int source, int target) {
    const char *origin = source < 0 ? from : at(links, source)->name;
    g_autofree char *input = g_strconcat(at(links, target)->scope, "input", NULL);
    if (g_str_equal(faltung_links_origin(links, input), origin))
        return g_steal_pointer(&input);
    int outer = source < 0 ? -1 : faltung_links_block(links, source);
    while (outer >= 0 && !g_str_has_prefix(at(links, target)->path, at(links, outer)->path) &&
           g_str_equal(faltung_links_origin(links, at(links, outer)->name), origin)) {
        source = outer;
        outer = faltung_links_block(links, outer);
    }
    return g_strdup(source < 0 ? from : at(links, source)->name);
}

static void add_wire(const GPtrArray *links, FaltungLink *link, const char *from,
                     const char *instead_of, int most) {
    const char *old = instead_of ? input_from(links, link, instead_of) : NULL;
    if (old) {
        g_autofree char *taken = g_strdup(old);
        faltung_link_redirect(link, taken, from);
        return;
    }
    while ((int)link->inputs->len >= most)
        g_ptr_array_remove_index(link->inputs, link->inputs->len - 1);
    g_ptr_array_add(link->inputs, g_strdup(from));
}

/* The places of @from (-1: an input) and @to in @links, those of @text. */
static gboolean find_ends(const char *text, const GPtrArray *links, const char *from,
                          const char *to, int *source, int *target, GError **error) {
    gboolean given = faltung_links_is_input(text, from);
    *source = given ? -1 : faltung_links_need(links, from, error);
    if (*source < 0 && !given)
        return FALSE;
    *target = faltung_links_need(links, to, error);
    return *target >= 0;
}

char *faltung_yaml_connect(const char *text, const char *from, const char *to,
                           const char *instead_of, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int source, target;
    if (!links || !find_ends(text, links, from, to, &source, &target, error))
        return NULL;
    FaltungLink *link = links->pdata[target];
    /* a layer that names one behind it only has to move: there is no wire before */
    gboolean named = input_from(links, link, from) && !instead_of;
    if (named && source < target)
        return g_strdup(text);
    if (source >= 0 && depends(links, source, link->name)) {
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "'%s' already depends on '%s'; a network has no cycles", from, to);
        return NULL;
    }
    g_autofree char *name = name_source(links, from, source, target);
    if (!named)
        add_wire(links, link, name, instead_of, most_inputs(text, target));
    char *moved =
        source > target ? move_behind(text, links, target, source, error) : g_strdup(text);
    return moved ? faltung_links_settle(moved, links, error) : NULL;
}

char *faltung_yaml_disconnect(const char *text, const char *from, const char *to, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int source, target;
    if (!links || !find_ends(text, links, from, to, &source, &target, error))
        return NULL;
    g_autofree char *taken = g_strdup(input_from(links, links->pdata[target], from));
    if (taken)
        faltung_link_redirect(links->pdata[target], taken, NULL);
    return faltung_links_settle(g_strdup(text), links, error);
}

char *faltung_yaml_insert_on_wire(const char *text, const char *from, const char *to,
                                  const char *item, char **name, GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int source, target;
    if (!links || !find_ends(text, links, from, to, &source, &target, error))
        return NULL;
    g_autofree char *taken = g_strdup(input_from(links, links->pdata[target], from));
    if (!taken) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "there is no wire from '%s' to '%s'; connect them first", from, to);
        return NULL;
    }
    g_autofree char *called = NULL;
    FaltungLinkPlace place = faltung_links_before(links, target);
    g_autofree char *layer = faltung_links_name_item(links, place.scope, item, &called, error);
    if (!layer)
        return NULL;
    faltung_link_redirect(links->pdata[target], taken, called);
    char *result = faltung_links_insert(text, links, place, called, taken, layer, error);
    if (result && name)
        *name = g_steal_pointer(&called);
    return result;
}

char *faltung_yaml_move_layer(const char *text, const char *layer, const char *from, const char *to,
                              GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    int place = links ? faltung_links_need(links, layer, error) : -1;
    if (place < 0)
        return NULL;
    /* Names that are implied change as a layer goes: the wire's ends are told by their places. */
    int source = faltung_links_find(links, from), target = faltung_links_need(links, to, error);
    if (target < 0)
        return NULL;
    int around = faltung_links_block(links, place);
    if (place == source || place == target ||
        (around >= 0 && (around == source || around == target)))
        return g_strdup(text); /* it is there; a copy of it is written where it is */
    g_autofree char *item = faltung_links_item(text, place, error);
    g_autofree char *without = faltung_yaml_remove_layer(text, layer, error);
    g_autoptr(GPtrArray) left = without ? faltung_links_read(without, error) : NULL;
    if (!left)
        return NULL;
    int gone = (int)(links->len - left->len); /* with a block that had only this layer */
    const FaltungLink *taker = left->pdata[target > place ? target - gone : target];
    const FaltungLink *giver =
        source < 0 ? NULL : left->pdata[source > place ? source - gone : source];
    return faltung_yaml_insert_on_wire(without, giver ? giver->name : from, taker->name, item, NULL,
                                       error);
}

char *faltung_yaml_branch_layer(const char *text, const char *source, const char *item, char **name,
                                GError **error) {
    g_autoptr(GPtrArray) links = faltung_links_read(text, error);
    if (!links)
        return NULL;
    gboolean given = !source || faltung_links_is_input(text, source);
    int giver = given ? -1 : faltung_links_need(links, source, error);
    if (!given && giver < 0)
        return NULL;
    g_autofree char *called = NULL;
    FaltungLinkPlace place = faltung_links_behind(links, giver);
    g_autofree char *layer = faltung_links_name_item(links, place.scope, item, &called, error);
    if (!layer)
        return NULL;
    const char *taken = giver < 0 ? source : at(links, giver)->name;
    char *result = faltung_links_insert(text, links, place, called, taken, layer, error);
    if (result && name)
        *name = g_steal_pointer(&called);
    return result;
}
