/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/overrides.h"
#include "core/config/reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const FaltungOptionSpec sweep_options[] = {
    {
        .name = "seeds",
        .summary = "runs of each point, with train.seed, train.seed + 1, ...",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(FaltungSweep, seeds),
        .fallback = "1",
        .minimum = 1,
        .maximum = G_MAXINT,
    },
    {NULL},
};

static const FaltungKind sweep_kind = {
    .name = "sweep",
    .options = sweep_options,
    .options_size = sizeof(FaltungSweep),
};

static const char *const sweep_keys[] = {"grid", "variants", NULL};

static void axis_free(void *data) {
    FaltungSweepAxis *axis = data;
    g_free(axis->path);
    g_strfreev(axis->values);
    g_free(axis);
}

static void point_free(void *data) {
    FaltungSweepPoint *point = data;
    g_free(point->name);
    g_strfreev(point->overrides);
    g_free(point);
}

static FaltungSweepPoint *point_new(char *name, char **overrides) {
    FaltungSweepPoint *point = g_new(FaltungSweepPoint, 1);
    *point = (FaltungSweepPoint){.name = name, .overrides = overrides};
    return point;
}

void faltung_sweep_free(FaltungSweep *sweep) {
    if (!sweep)
        return;
    g_ptr_array_unref(sweep->grid);
    g_ptr_array_unref(sweep->variants);
    g_free(sweep);
}

/* -- reading ------------------------------------------------------------------------------ */

static void read_axis(FaltungReader *reader, FaltungSweep *sweep, const FaltungYamlNode *key,
                      const FaltungYamlNode *values) {
    if (values->type != FALTUNG_YAML_LIST || values->values->len == 0) {
        faltung_reader_fail(reader, values->start,
                            "an axis of the grid needs a list of values; write `%s: [a, b]`",
                            key->text);
        return;
    }
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    for (guint i = 0; i < values->values->len; i++) {
        g_autofree char *text = faltung_yaml_flow(faltung_yaml_value(values, i));
        g_strv_builder_add(texts, text);
    }
    FaltungSweepAxis *axis = g_new(FaltungSweepAxis, 1);
    axis->path = g_strdup(key->text);
    axis->values = g_strv_builder_end(texts);
    g_ptr_array_add(sweep->grid, axis);
}

static const FaltungSweepPoint *find_variant(const FaltungSweep *sweep, const char *name) {
    for (guint i = 0; i < sweep->variants->len; i++) {
        const FaltungSweepPoint *variant = sweep->variants->pdata[i];
        if (g_str_equal(variant->name, name))
            return variant;
    }
    return NULL;
}

static const FaltungSweepPoint *read_like(FaltungReader *reader, const FaltungSweep *sweep,
                                          const FaltungYamlNode *node) {
    const FaltungSweepPoint *liked =
        node->type == FALTUNG_YAML_SCALAR ? find_variant(sweep, node->text) : NULL;
    if (liked)
        return liked;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < sweep->variants->len; i++)
        g_ptr_array_add(names, ((FaltungSweepPoint *)sweep->variants->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *text = faltung_yaml_flow(node);
    faltung_reader_fail(reader, node->start,
                        "like takes over a variant before this one; there is no '%s', there %s %s",
                        text, names->len == 2 ? _("is") : _("are"), *all ? all : _("none"));
    return NULL;
}

/* Takes out what a change of @path replaces: changes of it and of what lies below it. */
static void drop_replaced(GPtrArray *overrides, const char *path) {
    size_t length = strlen(path);
    for (guint i = overrides->len; i-- > 0;) {
        const char *override = overrides->pdata[i];
        if (strncmp(override, path, length) == 0 && strchr("=.", override[length]))
            g_ptr_array_remove_index(overrides, i);
    }
}

static void read_variant(FaltungReader *reader, FaltungSweep *sweep, const FaltungYamlNode *key,
                         const FaltungYamlNode *changes) {
    g_autofree char *where = g_strdup_printf(_("the variant '%s'"), key->text);
    if (!faltung_reader_is_map(reader, changes, where))
        return;
    g_autoptr(GPtrArray) overrides = g_ptr_array_new_with_free_func(g_free);
    const FaltungYamlNode *like = faltung_yaml_get(changes, "like");
    const FaltungSweepPoint *liked = like ? read_like(reader, sweep, like) : NULL;
    for (char **override = liked ? liked->overrides : NULL; override && *override; override++)
        g_ptr_array_add(overrides, g_strdup(*override));
    for (guint i = 0; i < faltung_yaml_size(changes); i++) {
        const FaltungYamlNode *path = faltung_yaml_key(changes, i);
        if (g_str_equal(path->text, "like"))
            continue;
        drop_replaced(overrides, path->text);
        g_autofree char *value = faltung_yaml_flow(faltung_yaml_value(changes, i));
        g_ptr_array_add(overrides, g_strdup_printf("%s=%s", path->text, value));
    }
    g_ptr_array_add(overrides, NULL);
    g_ptr_array_add(sweep->variants,
                    point_new(g_strdup(key->text), g_strdupv((char **)overrides->pdata)));
}

FaltungSweep *faltung_read_sweep(FaltungReader *reader, const FaltungYamlNode *node) {
    guint before = reader->mistakes->len;
    FaltungSweep *sweep = g_new0(FaltungSweep, 1);
    sweep->seeds = 1;
    sweep->grid = g_ptr_array_new_with_free_func(axis_free);
    sweep->variants = g_ptr_array_new_with_free_func(point_free);
    faltung_read_options(reader, &sweep_kind, sweep, node, sweep_keys, node->start);
    const FaltungYamlNode *grid = faltung_yaml_get(node, "grid");
    if (grid && faltung_reader_is_map(reader, grid, "grid")) {
        for (guint i = 0; i < faltung_yaml_size(grid); i++)
            read_axis(reader, sweep, faltung_yaml_key(grid, i), faltung_yaml_value(grid, i));
    }
    const FaltungYamlNode *variants = faltung_yaml_get(node, "variants");
    if (variants && faltung_reader_is_map(reader, variants, "variants")) {
        for (guint i = 0; i < faltung_yaml_size(variants); i++)
            read_variant(reader, sweep, faltung_yaml_key(variants, i),
                         faltung_yaml_value(variants, i));
    }
    if (reader->mistakes->len > before)
        g_clear_pointer(&sweep, faltung_sweep_free);
    return sweep;
}

/* -- trying every change ------------------------------------------------------------------ */

/* Reads the experiment with @overrides in it. Returns: what is wrong first, or NULL;
   @at: the index of the override that says it, or -1; @in_value: whether its value does. */
static char *try_changes(FaltungReader *reader, char **overrides, int *at, gboolean *in_value) {
    g_autoptr(GArray) splices = g_array_new(FALSE, FALSE, sizeof(FaltungSplice));
    g_autoptr(GError) error = NULL;
    guint failed = 0;
    *in_value = FALSE;
    *at = -1;
    for (guint i = 0; overrides[i]; i++) {
        if (g_str_has_prefix(overrides[i], "sweep.") || g_str_has_prefix(overrides[i], "sweep=")) {
            *at = i;
            return g_strdup(_("a sweep cannot change the sweep; remove it"));
        }
    }
    g_autofree char *text =
        faltung_overrides_apply(reader->text, (const char *const *)overrides,
                                g_strv_length(overrides), splices, &failed, &error);
    if (!text) {
        *at = failed;
        return g_strdup(error->message);
    }
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungExperiment) tried = faltung_read_experiment(text, reader->origin, 0, mistakes);
    if (tried)
        return NULL;
    faltung_mistakes_sort(mistakes);
    const FaltungMistake *first = mistakes->pdata[0];
    for (guint i = 0; i < mistakes->len && *at < 0; i++) {
        const FaltungMistake *mistake = mistakes->pdata[i];
        size_t offset = mistake->offset;
        *at = faltung_overrides_origin(splices, &offset, in_value);
        if (*at >= 0)
            first = mistake;
    }
    return g_strdup(first->message);
}

static void check_grid(FaltungReader *reader, const FaltungYamlNode *grid) {
    for (guint i = 0; i < faltung_yaml_size(grid); i++) {
        const FaltungYamlNode *key = faltung_yaml_key(grid, i), *list = faltung_yaml_value(grid, i);
        for (guint j = 0; j < faltung_yaml_size(list); j++) {
            const FaltungYamlNode *value = faltung_yaml_value(list, j);
            g_autofree char *text = faltung_yaml_flow(value);
            g_autofree char *override = g_strdup_printf("%s=%s", key->text, text);
            int at;
            gboolean in_value;
            g_autofree char *message =
                try_changes(reader, (char *[]){override, NULL}, &at, &in_value);
            if (!message)
                continue;
            gboolean of_path = at >= 0 && !in_value;
            faltung_reader_fail(reader, of_path ? key->start : value->start, "with %s: %s",
                                override, message);
            if (of_path)
                break;
        }
    }
}

static void check_variant(FaltungReader *reader, const FaltungYamlNode *key,
                          const FaltungYamlNode *changes, const FaltungSweepPoint *variant) {
    int at;
    gboolean in_value;
    g_autofree char *message = try_changes(reader, variant->overrides, &at, &in_value);
    if (!message)
        return;
    size_t offset = key->start;
    guint n_own = faltung_yaml_size(changes) - (faltung_yaml_find(changes, "like") >= 0);
    int own = at - (int)(g_strv_length(variant->overrides) - n_own);
    for (guint i = 0; i < faltung_yaml_size(changes) && own >= 0; i++) {
        const FaltungYamlNode *path = faltung_yaml_key(changes, i);
        if (!g_str_equal(path->text, "like") && own-- == 0)
            offset = in_value ? faltung_yaml_value(changes, i)->start : path->start;
    }
    if (at >= 0)
        faltung_reader_fail(reader, offset, "in the variant '%s', with %s: %s", variant->name,
                            variant->overrides[at], message);
    else
        faltung_reader_fail(reader, offset, "in the variant '%s': %s", variant->name, message);
}

/* A path that a variant and the grid both set would make all its points alike. */
static void check_overlap(FaltungReader *reader, const FaltungYamlNode *grid,
                          const FaltungYamlNode *variants) {
    for (guint i = 0; i < faltung_yaml_size(variants); i++) {
        const FaltungYamlNode *changes = faltung_yaml_value(variants, i);
        for (guint j = 0; j < faltung_yaml_size(changes); j++) {
            const FaltungYamlNode *path = faltung_yaml_key(changes, j);
            if (faltung_yaml_get(grid, path->text))
                faltung_reader_fail(reader, path->start,
                                    "%s is an axis of the grid too, which would win; keep one of "
                                    "them",
                                    path->text);
        }
    }
}

void faltung_check_sweep(FaltungReader *reader, const FaltungYamlNode *node) {
    const FaltungYamlNode *grid = faltung_yaml_get(node, "grid");
    const FaltungYamlNode *variants = faltung_yaml_get(node, "variants");
    FaltungSweep *sweep = faltung_read_sweep(reader, node);
    if (!sweep)
        return;
    check_grid(reader, grid);
    check_overlap(reader, grid, variants);
    for (guint i = 0; i < faltung_yaml_size(variants); i++)
        check_variant(reader, faltung_yaml_key(variants, i), faltung_yaml_value(variants, i),
                      sweep->variants->pdata[i]);
    faltung_sweep_free(sweep);
}

/* -- points ------------------------------------------------------------------------------- */

/* The end of the axis's path that no other axis has: lr, or conv1.kernel. */
static const char *short_name(const FaltungSweep *sweep, const FaltungSweepAxis *axis) {
    const char *name = strrchr(axis->path, '.');
    while (name) {
        gboolean unique = TRUE;
        for (guint i = 0; i < sweep->grid->len; i++) {
            const FaltungSweepAxis *other = sweep->grid->pdata[i];
            unique = unique && (other == axis || !g_str_has_suffix(other->path, name));
        }
        if (unique)
            return name + 1;
        name = g_strrstr_len(axis->path, name - axis->path, ".");
    }
    return axis->path;
}

static void add_points(const FaltungSweep *sweep, guint depth, const char *name, char **overrides,
                       GPtrArray *points) {
    if (depth == sweep->grid->len) {
        g_ptr_array_add(points, point_new(g_strdup(name), g_strdupv(overrides)));
        return;
    }
    const FaltungSweepAxis *axis = sweep->grid->pdata[depth];
    for (char **value = axis->values; *value; value++) {
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        g_strv_builder_addv(builder, (const char **)overrides);
        g_autofree char *change = g_strdup_printf("%s=%s", axis->path, *value);
        g_strv_builder_add(builder, change);
        g_auto(GStrv) more = g_strv_builder_end(builder);
        g_autofree char *longer =
            g_strdup_printf("%s%s%s=%s", name, *name ? ", " : "", short_name(sweep, axis), *value);
        add_points(sweep, depth + 1, longer, more, points);
    }
}

GPtrArray *faltung_sweep_points(const FaltungSweep *sweep) {
    GPtrArray *points = g_ptr_array_new_with_free_func(point_free);
    char *nothing[] = {NULL};
    if (!sweep)
        g_ptr_array_add(points, point_new(g_strdup(""), g_strdupv(nothing)));
    else if (sweep->variants->len == 0)
        add_points(sweep, 0, "", nothing, points);
    for (guint i = 0; sweep && i < sweep->variants->len; i++) {
        const FaltungSweepPoint *variant = sweep->variants->pdata[i];
        add_points(sweep, 0, variant->name, variant->overrides, points);
    }
    return points;
}
