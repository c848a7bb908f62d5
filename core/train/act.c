/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/act.h"

#include "core/base/error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What stands behind an act's name. */
static const struct {
    const char *name;
    gboolean layer, number;
} forms[FALTUNG_N_ACTS] = {
    [FALTUNG_ACT_LEARNING_RATE] = {"learning_rate", FALSE, TRUE},
    [FALTUNG_ACT_FREEZE] = {"freeze", TRUE, FALSE},
    [FALTUNG_ACT_THAW] = {"thaw", TRUE, FALSE},
    [FALTUNG_ACT_REINITIALIZE] = {"reinitialize", TRUE, FALSE},
    [FALTUNG_ACT_NOISE] = {"noise", TRUE, TRUE},
    [FALTUNG_ACT_CUT] = {"cut", TRUE, TRUE},
};

/* -- what can be done --------------------------------------------------------------------- */

static gboolean has_weights(const FaltungLayer *layer) {
    for (int p = 0; p < layer->n_parameters; p++)
        if (!layer->parameters[p].measured && !layer->parameters[p].tied)
            return TRUE;
    return FALSE;
}

/* Recurrent layers have the rows of a gate's units behind those of another's. */
int faltung_act_n_units(const FaltungLayer *layer) {
    const FaltungShape *shape = &layer->output_shape;
    if (shape->rank == 0 || layer->operation->n_indices || !has_weights(layer))
        return 0;
    int units = shape->dims[shape->rank == 2 ? 1 : 0], gates = 0; /* a sequence is (T, F) */
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        int along = parameter->shape.dims[parameter->unit_axis];
        if (parameter->measured)
            continue;
        if (parameter->tied || along % units != 0 || (gates && along / units != gates) ||
            g_str_has_suffix(parameter->name, "_reverse"))
            return 0;
        gates = along / units;
    }
    return gates == 1 || layer->operation->group == FALTUNG_GROUP_RECURRENT ? units : 0;
}

static gboolean check_unit(const FaltungLayer *layer, double unit, GError **error) {
    int units = faltung_act_n_units(layer);
    if (units == 0)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "no unit of layer '%s' can be cut: its weights do not belong to one",
                            layer->name);
    if (unit >= 0 && unit < units && unit == floor(unit))
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT, "layer '%s' has no unit %g; it has 0 to %d",
                        layer->name, unit, units - 1);
}

gboolean faltung_act_check(const FaltungAct *act, const FaltungGraph *graph, GError **error) {
    if (act->kind == FALTUNG_ACT_LEARNING_RATE)
        return isnan(act->number) || (act->number >= 0.0 && isfinite(act->number)) ||
               faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "the learning rate cannot be %g; expected a number of at least 0",
                            act->number);
    const FaltungLayer *layer = faltung_graph_layer(graph, act->layer);
    if (!has_weights(layer))
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "layer '%s' has no weights of its own to %s", layer->name,
                            forms[act->kind].name);
    switch (act->kind) {
    case FALTUNG_ACT_FREEZE:
    case FALTUNG_ACT_THAW:
        return !layer->frozen ||
               faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "layer '%s' is frozen by the experiment file, for all of "
                            "the run",
                            layer->name);
    case FALTUNG_ACT_NOISE:
        return (act->number >= 0.0 && isfinite(act->number)) ||
               faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "noise cannot be %g; expected a number of at least 0", act->number);
    case FALTUNG_ACT_CUT:
        return check_unit(layer, act->number, error);
    default:
        return TRUE;
    }
}

/* -- as text ------------------------------------------------------------------------------ */

static gboolean find_kind(const char *name, FaltungActKind *kind, GError **error) {
    const char *names[FALTUNG_N_ACTS + 1] = {NULL};
    for (int i = 0; i < FALTUNG_N_ACTS; i++) {
        names[i] = forms[i].name;
        *kind = i;
        if (strcmp(name, names[i]) == 0)
            return TRUE;
    }
    const char *nearest = faltung_nearest(name, names);
    g_autofree char *known = g_strjoinv(", ", (char **)names);
    return nearest ? faltung_fail(error, FALTUNG_ERROR_INPUT,
                                  "unknown act '%s'; did you mean '%s'?", name, nearest)
                   : faltung_fail(error, FALTUNG_ERROR_INPUT, "unknown act '%s'; known are %s",
                                  name, known);
}

static gboolean find_layer(const char *name, const FaltungGraph *graph, int *layer,
                           GError **error) {
    *layer = faltung_graph_find(graph, name);
    if (*layer >= 0)
        return TRUE;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < graph->layers->len; i++)
        g_ptr_array_add(names, faltung_graph_layer(graph, i)->name);
    g_ptr_array_add(names, NULL);
    const char *nearest = faltung_nearest(name, (const char *const *)names->pdata);
    return nearest ? faltung_fail(error, FALTUNG_ERROR_INPUT,
                                  "there is no layer '%s'; did you mean '%s'?", name, nearest)
                   : faltung_fail(error, FALTUNG_ERROR_INPUT, "there is no layer '%s'", name);
}

static gboolean read_number(const char *text, FaltungActKind kind, double *number) {
    char *end;
    *number = g_ascii_strtod(text, &end);
    if (kind == FALTUNG_ACT_LEARNING_RATE && strcmp(text, "schedule") == 0)
        *number = NAN;
    else if (end == text || *end || !isfinite(*number))
        return FALSE;
    return TRUE;
}

gboolean faltung_act_parse(const char *text, const FaltungGraph *graph, FaltungAct *act,
                           GError **error) {
    *act = (FaltungAct){.layer = -1};
    char *end;
    act->step = g_ascii_strtoull(text, &end, 10);
    g_autofree char *rest = g_strstrip(g_strdup(end));
    if (end == text || !g_ascii_isdigit(*text) || (*end && *end != ' ') || !*rest)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "'%s' is no act; expected a step and what is done after it, as in `200 "
                            "learning_rate 0.01`",
                            text);
    char *blank = strchr(rest, ' ');
    if (blank)
        *blank = '\0';
    if (!find_kind(rest, &act->kind, error))
        return FALSE;
    char *words = blank ? g_strchug(blank + 1) : rest + strlen(rest);
    gboolean layer = forms[act->kind].layer, number = forms[act->kind].number;
    char *last = number && layer ? strrchr(words, ' ') : NULL; /* names may have blanks */
    const char *figure = last ? last + 1 : layer ? "" : words;
    if (last)
        *last = '\0';
    if (number && !read_number(figure, act->kind, &act->number))
        return faltung_fail(error, FALTUNG_ERROR_INPUT, "'%s': expected `%s%s NUMBER`", text,
                            forms[act->kind].name, layer ? _(" LAYER") : "");
    if (layer && !find_layer(g_strstrip(words), graph, &act->layer, error))
        return FALSE;
    return faltung_act_check(act, graph, error);
}

static size_t word_end(const char *text, size_t length, size_t at) {
    while (at < length && !g_ascii_isspace(text[at]))
        at++;
    return at;
}

static size_t skip_blanks(const char *text, size_t length, size_t at) {
    while (at < length && g_ascii_isspace(text[at]))
        at++;
    return at;
}

/* Of @text up to byte @end: the last byte behind which there are blanks only. */
static size_t without_blanks(const char *text, size_t start, size_t end) {
    while (end > start && g_ascii_isspace(text[end - 1]))
        end--;
    return end;
}

gboolean faltung_act_find_layer(const char *text, size_t length, size_t *start, size_t *end) {
    size_t step = skip_blanks(text, length, 0);
    size_t verb = skip_blanks(text, length, word_end(text, length, step));
    g_autofree char *name = g_strndup(text + verb, word_end(text, length, verb) - verb);
    FaltungActKind kind;
    if (step == length || !g_ascii_isdigit(text[step]) || !find_kind(name, &kind, NULL) ||
        !forms[kind].layer)
        return FALSE;
    *start = skip_blanks(text, length, verb + strlen(name));
    *end = without_blanks(text, *start, length);
    if (forms[kind].number) { /* names may have blanks, it has none */
        while (*end > *start && !g_ascii_isspace(text[*end - 1]))
            --*end;
        *end = without_blanks(text, *start, *end);
    }
    return *end > *start;
}

char *faltung_act_format(const FaltungAct *act, const FaltungGraph *graph) {
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%" G_GUINT64_FORMAT " %s", act->step, forms[act->kind].name);
    if (forms[act->kind].layer)
        g_string_append_printf(text, " %s", faltung_graph_layer(graph, act->layer)->name);
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(number, sizeof number, "%.15g", act->number);
    if (g_ascii_strtod(number, NULL) != act->number)
        g_ascii_dtostr(number, sizeof number, act->number);
    if (forms[act->kind].number)
        g_string_append_printf(text, " %s", isnan(act->number) ? "schedule" : number);
    return g_string_free(text, FALSE);
}

static gint compare_steps(gconstpointer a, gconstpointer b) {
    guint64 left = ((const FaltungAct *)a)->step, right = ((const FaltungAct *)b)->step;
    return (left > right) - (left < right);
}

GArray *faltung_acts_parse(const char *text, const FaltungGraph *graph, GError **error) {
    g_autoptr(GArray) acts = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    g_auto(GStrv) lines = g_strsplit_set(text, ";\n", -1);
    for (char **line = lines; *line; line++) {
        FaltungAct act;
        if (!*g_strstrip(*line))
            continue;
        if (!faltung_act_parse(*line, graph, &act, error))
            return NULL;
        g_array_append_val(acts, act);
    }
    g_array_sort(acts, compare_steps); /* which keeps the order of those at one step */
    return g_steal_pointer(&acts);
}
