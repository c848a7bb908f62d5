/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/inside.h"

#include "core/ops/indices.h"
#include "core/ops/recurrent.h"
#include "core/ops/time_distributed.h"

#include <glib/gi18n-lib.h>

/* -- names ----------------------------------------------------------------------------------- */

/* As PyTorch calls them: l1_reverse. */
static char **name_passes(const FaltungLayer *layer, int n) {
    if (!layer->operation->cell) { /* it is done at every step */
        FaltungLayer each = faltung_time_distributed_each(layer);
        return name_passes(&each, n);
    }
    int directions = faltung_recurrent_directions(layer);
    char **names = g_new0(char *, n + 1);
    for (int i = 0; i < n; i++)
        names[i] = g_strdup_printf("l%d%s", i / directions, i % directions ? "_reverse" : "");
    return names;
}

/* What a letter looks like; of those that cannot be seen a sign that stands for them. */
static char *letter(const FaltungSpelling *spelling, float value) {
    int index = faltung_index(value, spelling->n);
    gunichar c = index >= 0 ? spelling->vocabulary[index] : 0xfffd;
    if (c == ' ')
        c = 0x2423;
    else if (c == '\n')
        c = 0x21b5;
    else if (!g_unichar_isgraph(c))
        c = 0xfffd;
    return g_ucs4_to_utf8(&c, 1, NULL, NULL, NULL);
}

static char **name_steps(const FaltungSpelling *spelling, int n) {
    char **names = g_new0(char *, n + 1);
    for (int i = 0; i < n; i++)
        names[i] = letter(spelling, spelling->sample[i]);
    return names;
}

/* Of @n indices those that are in the sample. */
static char **name_indices(const FaltungSpelling *spelling, int steps, int n) {
    char **names = g_new0(char *, n + 1);
    for (int i = 0; i < n; i++)
        names[i] = g_strdup("");
    for (int t = 0; t < steps; t++) {
        int index = faltung_index(spelling->sample[t], n);
        if (index < 0 || *names[index])
            continue;
        g_free(names[index]);
        names[index] =
            spelling->vocabulary ? letter(spelling, index) : g_strdup_printf("%d", index);
    }
    return names;
}

static char **name_places(const FaltungGraph *graph, const FaltungLayer *layer,
                          FaltungInnerAxis axis, int n, const FaltungSpelling *spelling) {
    gboolean indices = graph->input.rank == 1 && faltung_graph_n_indices(graph) > 0;
    int steps = graph->input.dims[0];
    switch (axis) {
    case FALTUNG_AXIS_PASS:
        return name_passes(layer, n);
    case FALTUNG_AXIS_STEP:
    case FALTUNG_AXIS_QUERY:
    case FALTUNG_AXIS_KEY:
        return indices && spelling->vocabulary && steps == n ? name_steps(spelling, n) : NULL;
    case FALTUNG_AXIS_INDEX:
        return indices ? name_indices(spelling, steps, n) : NULL;
    default:
        return NULL;
    }
}

/* -- the tensors ----------------------------------------------------------------------------- */

static void inside_free(gpointer data) {
    FaltungInside *inside = data;
    for (int i = 0; i < inside->shape.rank; i++)
        g_strfreev(inside->names[i]);
    g_free(inside->values);
    g_free(inside);
}

GPtrArray *faltung_inside_list(void) {
    return g_ptr_array_new_with_free_func(inside_free);
}

void faltung_inside_read(const FaltungNetwork *network, int index, const FaltungSpelling *spelling,
                         GPtrArray *list) {
    const FaltungGraph *graph = faltung_network_graph(network);
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    for (const FaltungInner *inner = faltung_layer_inner(layer); inner->name; inner++) {
        FaltungInside *inside = g_new0(FaltungInside, 1);
        inside->inner = inner;
        inside->layer = index;
        inside->shape = faltung_inner_shape(layer, inner, inside->axes);
        inside->values = g_new(float, faltung_shape_size(&inside->shape));
        faltung_network_read_inner(network, index, inner, 0, inside->values);
        for (int i = 0; i < inside->shape.rank; i++)
            inside->names[i] =
                name_places(graph, layer, inside->axes[i], inside->shape.dims[i], spelling);
        g_ptr_array_add(list, inside);
    }
}

static void add_place(GString *text, const FaltungInside *inside, int axis, int place) {
    char *const *names = inside->names[axis];
    g_string_append_printf(text, "%s%s %d", text->len > 0 ? ", " : "",
                           _(faltung_inner_axis_name(inside->axes[axis])), place);
    if (names && *names[place])
        g_string_append_printf(text, " %s", names[place]);
}

char *faltung_inside_place(const FaltungInside *inside, size_t index) {
    const FaltungShape *shape = &inside->shape;
    GString *text = g_string_new(NULL);
    size_t block = faltung_shape_size(shape);
    for (int i = 0; i < shape->rank && inside->axes[i] != FALTUNG_AXIS_NONE; i++) {
        block /= shape->dims[i];
        add_place(text, inside, i, index / block);
        index %= block;
    }
    return g_string_free(text, FALSE);
}

/* -- maps ------------------------------------------------------------------------------------ */

/* Axes before those of a map. */
static int n_leading(const FaltungInside *inside) {
    return MAX(inside->shape.rank - 2, 0);
}

int faltung_inside_n_maps(const FaltungInside *inside) {
    int n = 1;
    for (int i = 0; i < n_leading(inside); i++)
        n *= inside->shape.dims[i];
    return n;
}

const float *faltung_inside_map(const FaltungInside *inside, int map, FaltungShape *shape) {
    int first = n_leading(inside);
    shape->rank = inside->shape.rank - first;
    for (int i = 0; i < shape->rank; i++)
        shape->dims[i] = inside->shape.dims[first + i];
    return inside->values + map * faltung_shape_size(shape);
}

/* @text with where map @map is along the leading axes: of all, or those of several places. */
static void add_leading(GString *text, const FaltungInside *inside, int map, gboolean all) {
    for (int axis = 0, n = faltung_inside_n_maps(inside); axis < n_leading(inside); axis++) {
        n /= inside->shape.dims[axis];
        int place = map / n;
        map %= n;
        if (!all && inside->shape.dims[axis] == 1)
            continue;
        gboolean named = inside->names[axis] && *inside->names[axis][place];
        if (text->len > 0)
            g_string_append(text, named ? " " : ", ");
        if (named)
            g_string_append(text, inside->names[axis][place]);
        else
            g_string_append_printf(text, "%s %d", _(faltung_inner_axis_name(inside->axes[axis])),
                                   place);
    }
}

char *faltung_inside_title(const FaltungInside *inside, int map) {
    GString *title = g_string_new(inside->inner->name);
    add_leading(title, inside, map, TRUE);
    return g_string_free(title, FALSE);
}

char *faltung_inside_name(const FaltungInside *inside, int map, gboolean alone) {
    GString *name = g_string_new(alone ? NULL : inside->inner->name);
    add_leading(name, inside, map, FALSE);
    if (name->len == 0)
        g_string_append(name, inside->inner->name);
    return g_string_free(name, FALSE);
}
