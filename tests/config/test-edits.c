/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/quote.h"
#include "core/config/experiment.h"
#include "core/config/yaml.h"

#include <string.h>

/*
 * Random edits of random texts in every style that people mix: the new text must read as the
 * tree with the edit done to it, and nothing but the place of the edit may have changed.
 */

enum { ROUNDS = 3000, MOST_DEPTH = 4 };

/* -- trees ---------------------------------------------------------------------------------- */

static FaltungYamlNode *node_of(FaltungYamlType type, const char *text) {
    FaltungYamlNode *node = g_new0(FaltungYamlNode, 1);
    node->type = type;
    node->text = g_strdup(text);
    if (type == FALTUNG_YAML_MAP)
        node->keys = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_yaml_free);
    if (type == FALTUNG_YAML_MAP || type == FALTUNG_YAML_LIST)
        node->values = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_yaml_free);
    return node;
}

static const char *const words[] = {
    "a",    "b c",  "0.1",  "-3",        "true",
    "x: y", "it's", "# no", "",          "\xC3\xA9t\xC3\xA9",
    "a,b",  "[x",   "1e-3", "null",      "sgd: {a}",
    "- z",  "a:b",  "~",    "a  double", "two\nlines",
};

static FaltungYamlNode *random_tree(GRand *random, int depth, gboolean in_flow) {
    int kind = depth == 0 ? 3 : g_rand_int_range(random, 0, depth < MOST_DEPTH ? 8 : 3);
    if (kind == 0 && depth > 0)
        return node_of(FALTUNG_YAML_EMPTY, NULL);
    if (kind < 3) {
        FaltungYamlNode *node =
            node_of(FALTUNG_YAML_SCALAR, words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]);
        node->quoted = TRUE;
        return node;
    }
    gboolean map = kind < 7;
    FaltungYamlNode *node = node_of(map ? FALTUNG_YAML_MAP : FALTUNG_YAML_LIST, NULL);
    node->flow = in_flow || (depth > 0 && g_rand_int_range(random, 0, 3) == 0);
    int n = g_rand_int_range(random, node->flow ? 0 : 1, 5);
    for (int i = 0; i < n; i++) {
        if (map) {
            g_autofree char *key = g_strdup_printf("k%d%s", i, i == 2 ? " x" : "");
            g_ptr_array_add(node->keys, node_of(FALTUNG_YAML_SCALAR, key));
        }
        g_ptr_array_add(node->values, random_tree(random, depth + 1, node->flow));
    }
    return node;
}

/* -- texts ---------------------------------------------------------------------------------- */

typedef struct {
    GRand *random;
    GString *out;
    const char *line_break;
} Writer;

static gboolean chance(Writer *writer, int one_in) {
    return g_rand_int_range(writer->random, 0, one_in) == 0;
}

static void end_line(Writer *writer) {
    if (chance(writer, 4))
        g_string_append(writer->out, "   # a comment: {with, things} - in it");
    g_string_append(writer->out, writer->line_break);
    if (chance(writer, 6))
        g_string_append_printf(writer->out, "  # between%s", writer->line_break);
    if (chance(writer, 6))
        g_string_append(writer->out, writer->line_break);
}

static void write_scalar(Writer *writer, const FaltungYamlNode *node) {
    g_autofree char *quoted = faltung_yaml_quote(node->text);
    if (chance(writer, 3) && !strchr(node->text, '\n') && !strchr(node->text, '\'')) {
        g_string_append_printf(writer->out, "\"%s\"", node->text);
        return;
    }
    g_string_append(writer->out, quoted);
}

static void write_flow(Writer *writer, const FaltungYamlNode *node) {
    static const char *const gaps[] = {"", "", " ", "  "};
#define GAP g_string_append(writer->out, gaps[g_rand_int_range(writer->random, 0, 4)])
    if (node->type == FALTUNG_YAML_EMPTY) {
        g_string_append(writer->out, "~");
        return;
    }
    if (node->type == FALTUNG_YAML_SCALAR) {
        write_scalar(writer, node);
        return;
    }
    gboolean map = node->type == FALTUNG_YAML_MAP;
    g_string_append_c(writer->out, map ? '{' : '[');
    GAP;
    for (guint i = 0; i < faltung_yaml_size(node); i++) {
        if (i > 0) {
            g_string_append_c(writer->out, ',');
            if (chance(writer, 8))
                g_string_append_printf(writer->out, "%s      ", writer->line_break);
            g_string_append_c(writer->out, ' ');
        }
        const FaltungYamlNode *value = faltung_yaml_value(node, i);
        if (map) {
            write_scalar(writer, faltung_yaml_key(node, i));
            if (value->type == FALTUNG_YAML_EMPTY && chance(writer, 2))
                continue; /* {a, b: 1} */
            g_string_append(writer->out, ": ");
        }
        write_flow(writer, value);
        GAP;
    }
    if (faltung_yaml_size(node) > 0 && chance(writer, 8))
        g_string_append_c(writer->out, ',');
    g_string_append_c(writer->out, map ? '}' : ']');
#undef GAP
}

static void write_block(Writer *writer, const FaltungYamlNode *node, int indent);

/* What stands behind `key:` or `-`. */
static void write_value(Writer *writer, const FaltungYamlNode *value, int indent, gboolean list) {
    gboolean block =
        (value->type == FALTUNG_YAML_MAP || value->type == FALTUNG_YAML_LIST) && !value->flow;
    if (value->type == FALTUNG_YAML_EMPTY && !list && chance(writer, 2)) {
        end_line(writer);
    } else if (block && list) { /* - a: 1 */
        g_string_append_c(writer->out, ' ');
        write_block(writer, value, -(indent + 2));
    } else if (block) {
        end_line(writer);
        gboolean flush = value->type == FALTUNG_YAML_LIST && chance(writer, 3);
        write_block(writer, value,
                    flush ? indent : indent + g_rand_int_range(writer->random, 1, 4));
    } else if (value->type == FALTUNG_YAML_SCALAR && !list && chance(writer, 6) &&
               g_str_has_prefix(value->text, "two")) {
        g_string_append_printf(writer->out, " |-%s%*stwo%s%*slines%s", writer->line_break,
                               indent + 2, "", writer->line_break, indent + 2, "",
                               writer->line_break);
    } else {
        g_string_append_c(writer->out, ' ');
        write_flow(writer, value);
        end_line(writer);
    }
}

/* @indent below 0: the first line is begun already. */
static void write_block(Writer *writer, const FaltungYamlNode *node, int indent) {
    gboolean begun = indent < 0;
    indent = ABS(indent);
    for (guint i = 0; i < faltung_yaml_size(node); i++) {
        if (!begun)
            g_string_append_printf(writer->out, "%*s", indent, "");
        begun = FALSE;
        gboolean list = node->type == FALTUNG_YAML_LIST;
        if (list) {
            g_string_append_c(writer->out, '-');
        } else {
            write_scalar(writer, faltung_yaml_key(node, i));
            g_string_append_c(writer->out, ':');
        }
        write_value(writer, faltung_yaml_value(node, i), indent, list);
    }
}

static char *random_text(GRand *random, const FaltungYamlNode *tree) {
    Writer writer = {random, g_string_new(NULL), g_rand_int_range(random, 0, 5) ? "\n" : "\r\n"};
    if (chance(&writer, 3))
        g_string_append_printf(writer.out, "# the head%s", writer.line_break);
    write_block(&writer, tree, 0);
    if (chance(&writer, 6))
        g_string_truncate(writer.out, writer.out->len - strlen(writer.line_break));
    return g_string_free(writer.out, FALSE);
}

/* -- edits ---------------------------------------------------------------------------------- */

static FaltungYamlNode *parse(const char *text) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    FaltungYamlNode *root = faltung_yaml_parse(text, mistakes);
    if (!root)
        g_test_message("%s\n%s", ((FaltungMistake *)mistakes->pdata[0])->message, text);
    g_assert_nonnull(root);
    return root;
}

typedef struct {
    GString *path;
    FaltungYamlNode *parent;
    guint index; /* of what is edited; parent's size: something new */
    gboolean whole_map;
} Target;

/* Goes down the tree at random, and stops at a value or behind the last one. */
static Target random_target(GRand *random, FaltungYamlNode *tree, gboolean allow_new) {
    Target target = {.path = g_string_new(NULL), .parent = tree};
    for (;;) {
        guint n = faltung_yaml_size(target.parent);
        gboolean add = allow_new && (n == 0 || g_rand_int_range(random, 0, 6) == 0);
        target.index = add ? n : (guint)g_rand_int_range(random, 0, n);
        if (target.path->len > 0)
            g_string_append_c(target.path, '.');
        if (target.parent->type == FALTUNG_YAML_LIST)
            g_string_append_printf(target.path, "%u", target.index);
        else
            g_string_append(target.path,
                            add ? "new" : faltung_yaml_key(target.parent, target.index)->text);
        if (add)
            return target;
        FaltungYamlNode *next = faltung_yaml_value(target.parent, target.index);
        gboolean inner = next->values && (allow_new || next->values->len > 0);
        if (!inner || g_rand_int_range(random, 0, 3) == 0)
            return target;
        target.parent = next;
    }
}

/* The bytes of @before that are not in @after: [from, to). */
static void find_change(const char *before, const char *after, size_t *from, size_t *to) {
    size_t n = strlen(before), m = strlen(after), most = MIN(n, m);
    size_t start = 0, end = 0;
    while (start < most && before[start] == after[start])
        start++;
    while (end < most - start && before[n - 1 - end] == after[m - 1 - end])
        end++;
    *from = start;
    *to = n - end;
}

/* Whether @after is @before with some whole lines put in. */
static gboolean adds_lines(const char *before, const char *after) {
    const char *end = strstr(before, "\r\n") ? "\r\n" : "\n"; /* the last line may have none */
    g_autofree char *old_text = g_strconcat(before, end, NULL);
    g_autofree char *new_text = g_strconcat(after, end, NULL);
    g_auto(GStrv) old = g_strsplit(old_text, "\n", -1);
    g_auto(GStrv) new = g_strsplit(new_text, "\n", -1);
    guint n = g_strv_length(old), m = g_strv_length(new), same = 0;
    while (same < n && g_str_equal(old[same], new[same]))
        same++;
    guint rest = 0;
    while (rest < n - same && g_str_equal(old[n - 1 - rest], new[m - 1 - rest]))
        rest++;
    return same + rest >= n;
}

static gboolean is_space(const char *text, size_t from, size_t to) {
    return strspn(text + from, " \t\r\n") >= to - from;
}

/* The node of @root that has the place of @target->parent in @tree. */
static FaltungYamlNode *same_place(FaltungYamlNode *root, FaltungYamlNode *tree,
                                   const FaltungYamlNode *wanted) {
    if (tree == wanted)
        return root;
    for (guint i = 0; i < faltung_yaml_size(tree); i++) {
        FaltungYamlNode *found =
            same_place(faltung_yaml_value(root, i), faltung_yaml_value(tree, i), wanted);
        if (found)
            return found;
    }
    return NULL;
}

static void report(const char *text, const char *path, const char *result, const char *value) {
    g_test_message("-- %s = %s\n%s\n-- became\n%s", path, value, text, result);
}

static void test_set(void) {
    static const char *const values[] = {"7", "{x: 1, y: [a, b]}", "[1, 2]", "some text", "x: y",
                                         "{}"};
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(FaltungYamlNode) tree = random_tree(random, 0, FALSE);
        g_autofree char *text = random_text(random, tree);
        g_autoptr(FaltungYamlNode) root = parse(text);
        if (!faltung_yaml_equal(root, tree))
            g_test_message("%s", text);
        g_assert_true(faltung_yaml_equal(root, tree));

        const char *value = values[g_rand_int_range(random, 0, G_N_ELEMENTS(values))];
        Target target = random_target(random, tree, TRUE);
        g_autofree char *path = g_string_free(target.path, FALSE);
        g_autoptr(GError) error = NULL;
        g_autofree char *result = faltung_yaml_set(text, path, value, &error);
        if (error)
            report(text, path, error->message, value);
        g_assert_no_error(error);

        gboolean adds = target.index == faltung_yaml_size(target.parent);
        FaltungYamlNode *parent = same_place(root, tree, target.parent);
        size_t from, to, least = strlen(text), most = 0;
        find_change(text, result, &from, &to);
        if (!adds) { /* comments before the value stay */
            const FaltungYamlNode *old = faltung_yaml_value(parent, target.index);
            least = is_space(text, old->lead, old->start) ? old->lead : old->start;
            most = old->end;
        }
        FaltungYamlNode *made = NULL;
        if (value[0] == '{' || value[0] == '[') {
            made = parse(value);
        } else {
            made = node_of(FALTUNG_YAML_SCALAR, value);
            made->quoted = strchr(value, ':') != NULL;
        }
        if (adds && target.parent->type == FALTUNG_YAML_MAP)
            g_ptr_array_add(target.parent->keys, node_of(FALTUNG_YAML_SCALAR, "new"));
        if (adds) {
            g_ptr_array_add(target.parent->values, made);
        } else {
            faltung_yaml_free(target.parent->values->pdata[target.index]);
            target.parent->values->pdata[target.index] = made;
        }
        g_autoptr(FaltungYamlNode) after = parse(result);
        gboolean good = faltung_yaml_equal(after, tree) &&
                        (from == to || (!adds && from >= least && to <= most)) &&
                        (!adds || target.parent->flow || adds_lines(text, result));
        if (!good)
            report(text, path, result, value);
        g_assert_true(good);
    }
}

static void test_unset(void) {
    g_autoptr(GRand) random = g_rand_new_with_seed(8);
    int n_refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(FaltungYamlNode) tree = random_tree(random, 0, FALSE);
        g_autofree char *text = random_text(random, tree);
        Target target = random_target(random, tree, FALSE);
        g_autofree char *path = g_string_free(target.path, FALSE);
        g_autoptr(GError) error = NULL;
        g_autofree char *result = faltung_yaml_unset(text, path, &error);
        if (error) { /* a dash cannot stand alone everywhere, and `[a: 1]` not without its pair */
            n_refused++;
            continue;
        }
        FaltungYamlNode *parent = target.parent;
        if (parent->keys)
            g_ptr_array_remove_index(parent->keys, target.index);
        g_ptr_array_remove_index(parent->values, target.index);
        if (!parent->flow && parent->values->len == 0) {
            parent->type = FALTUNG_YAML_EMPTY;
            g_clear_pointer(&parent->keys, g_ptr_array_unref);
            g_clear_pointer(&parent->values, g_ptr_array_unref);
        }
        g_autoptr(FaltungYamlNode) after = parse(result);
        size_t from, to;
        find_change(text, result, &from, &to);
        /* only takes away */
        gboolean good =
            faltung_yaml_equal(after, tree) && strlen(text) - strlen(result) == to - from;
        if (!good)
            report(text, path, result, "(removed)");
        g_assert_true(good);
    }
    g_test_message("%d of %d refused", n_refused, ROUNDS);
    g_assert_cmpint(n_refused, <, ROUNDS / 20);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/edits/set", test_set);
    g_test_add_func("/config/edits/unset", test_unset);
    return g_test_run();
}
