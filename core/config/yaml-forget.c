/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml-links.h"
#include "core/train/act.h"

#include <string.h>

/* What else named layers that are removed goes with them: acts that are done to them, and the axes
   of a sweep that change them. */

typedef struct {
    const GPtrArray *links; /* before the removal */
    const gboolean *gone;   /* a flag for each link */
} Removed;

static gboolean is_gone(const Removed *removed, const char *name) {
    int index = faltung_links_find(removed->links, name);
    return index >= 0 && removed->gone[index];
}

static gboolean is_act_on_gone(const Removed *removed, const char *act) {
    size_t start, end;
    if (!faltung_act_find_layer(act, strlen(act), &start, &end))
        return FALSE;
    g_autofree char *layer = g_strndup(act + start, end - start);
    return is_gone(removed, layer);
}

/* Returns: (transfer full) (nullable): the acts that stay; NULL: all of them do. */
static char *acts_left(const Removed *removed, const char *acts) {
    g_auto(GStrv) each = g_strsplit_set(acts, ";\n", -1);
    g_autoptr(GPtrArray) left = g_ptr_array_new();
    gboolean any = FALSE;
    for (char **act = each; *act; act++) {
        if (is_act_on_gone(removed, g_strstrip(*act)))
            any = TRUE;
        else if (**act)
            g_ptr_array_add(left, *act);
    }
    g_ptr_array_add(left, NULL);
    return any ? g_strjoinv("; ", (char **)left->pdata) : NULL;
}

static char *forget_acts(char *text, const FaltungYamlNode *root, const Removed *removed,
                         GError **error) {
    g_autofree char *before = text;
    const FaltungYamlNode *acts = faltung_yaml_get(faltung_yaml_get(root, "train"), "acts");
    g_autofree char *left =
        acts && acts->type == FALTUNG_YAML_SCALAR ? acts_left(removed, acts->text) : NULL;
    if (!left)
        return g_steal_pointer(&before);
    return *left ? faltung_yaml_set(before, "train.acts", left, error)
                 : faltung_yaml_unset(before, "train.acts", error);
}

static gboolean is_axis_of_gone(const Removed *removed, const char *axis) {
    g_auto(GStrv) steps = g_strsplit(axis, ".", 3);
    return g_strv_length(steps) == 3 && g_str_equal(steps[0], "network") &&
           is_gone(removed, steps[1]);
}

/* A grid without axes and a sweep of nothing else are not left behind either. */
static char *forget_axes(char *text, const FaltungYamlNode *root, const Removed *removed,
                         GError **error) {
    const FaltungYamlNode *sweep = faltung_yaml_get(root, "sweep");
    const FaltungYamlNode *grid = faltung_yaml_get(sweep, "grid");
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; grid && grid->keys && i < grid->keys->len; i++) {
        const char *axis = faltung_yaml_key(grid, i)->text;
        if (is_axis_of_gone(removed, axis))
            g_ptr_array_add(paths, g_strconcat("sweep.grid.", axis, NULL));
    }
    if (paths->len > 0 && paths->len == faltung_yaml_size(grid)) {
        g_ptr_array_set_size(paths, 0);
        g_ptr_array_add(paths, g_strdup(faltung_yaml_size(sweep) > 1 ? "sweep.grid" : "sweep"));
    }
    for (guint i = 0; text && i < paths->len; i++) {
        g_autofree char *before = text;
        text = faltung_yaml_unset(before, paths->pdata[i], error);
    }
    return text;
}

char *faltung_links_forget(char *text, const GPtrArray *links, const gboolean *gone,
                           GError **error) {
    g_autoptr(FaltungYamlNode) root = text ? faltung_links_parse(text, error) : NULL;
    if (!root) {
        g_free(text);
        return NULL;
    }
    const Removed removed = {links, gone};
    char *without = forget_acts(text, root, &removed, error);
    return without ? forget_axes(without, root, &removed, error) : NULL;
}
