/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/equation.h"

#include <string.h>

#define MARK "\\mark{"

/* --- what a layer has not --- */

static gboolean has_parameter(const FaltungLayer *layer, const char *name) {
    for (int p = 0; p < layer->n_parameters; p++) {
        if (g_str_has_prefix(layer->parameters[p].name, name)) /* bias_ih_l1_reverse */
            return TRUE;
    }
    return FALSE;
}

/* Takes the term from @start to @end out of its sum, with the sign that joined it. */
static void drop_term(GString *tex, size_t start, size_t end) {
    static const char plus[] = " + ";
    size_t length = strlen(plus);
    if (start >= length && g_str_has_prefix(tex->str + start - length, plus))
        start -= length;
    else if (g_str_has_prefix(tex->str + end, plus))
        end += length;
    g_string_erase(tex, start, end - start);
}

/* Without the terms of biases that the layer has not. */
static void drop_biases(const FaltungLayer *layer, GString *tex) {
    for (size_t at = 0; at < tex->len;) {
        const char *mark = strstr(tex->str + at, MARK);
        if (!mark)
            return;
        const char *name = mark + strlen(MARK), *body = strchr(name, '}') + 1;
        g_autofree char *symbol = g_strndup(name, body - 1 - name);
        at = mark - tex->str;
        if (strstr(symbol, "bias") && !has_parameter(layer, symbol))
            drop_term(tex, at, faltung_tex_behind_braces(body) - tex->str);
        else
            at += strlen(MARK);
    }
}

char *faltung_layer_equation(const FaltungLayer *layer) {
    const FaltungOperation *operation = layer->operation;
    if (layer->output_shape.rank == 0)
        return g_strdup(operation->equation);
    g_autofree char *equation =
        operation->equation_of ? operation->equation_of(layer) : g_strdup(operation->equation);
    GString *tex = g_string_new(equation);
    drop_biases(layer, tex);
    return g_string_free(tex, FALSE);
}

/* --- what it is written with --- */

const char *faltung_tex_behind_braces(const char *tex) {
    int depth = 0;
    do {
        depth += (*tex == '{') - (*tex == '}');
    } while (*tex++ && depth > 0);
    return tex;
}

void faltung_tex_term(GString *tex, int factor, const char *variable) {
    if (factor == 0)
        return;
    if (tex->len > 0)
        g_string_append(tex, factor < 0 ? " - " : " + ");
    else if (factor < 0)
        g_string_append_c(tex, '-');
    if (ABS(factor) != 1 || !*variable)
        g_string_append_printf(tex, "%d", ABS(factor));
    g_string_append(tex, variable);
}

const char *const *faltung_tex_letters(int rank) {
    static const char *const letters[FALTUNG_MAX_RANK + 1][FALTUNG_MAX_RANK + 1] = {
        [1] = {"i"},
        [2] = {"t", "i"},
        [3] = {"c", "h", "w"},
        [4] = {"c", "d", "h", "w"},
        [5] = {"t", "c", "d", "h", "w"},
    };
    return letters[rank];
}

char *faltung_tex_places(const char *const *places) {
    gboolean plain = TRUE;
    for (int i = 0; places[i]; i++)
        plain = plain && strlen(places[i]) == 1;
    return g_strjoinv(plain ? "" : ",\\, ", (char **)places);
}

char *faltung_tex_slide(const FaltungSlide *slide, const char *at, const char *tap) {
    GString *tex = g_string_new(NULL);
    faltung_tex_term(tex, slide->stride, at);
    if (slide->kernel > 1)
        faltung_tex_term(tex, slide->dilation, tap);
    faltung_tex_term(tex, -slide->before, "");
    return g_string_free(tex, FALSE);
}

char *faltung_tex_aligned(const GPtrArray *rows) {
    if (rows->len == 1 && !strstr(rows->pdata[0], "\\\\")) { /* nothing to be aligned with */
        g_auto(GStrv) parts = g_strsplit(rows->pdata[0], "&", 2);
        return g_strjoinv("", parts);
    }
    GString *tex = g_string_new("\\begin{aligned} ");
    for (guint i = 0; i < rows->len; i++)
        g_string_append_printf(tex, "%s%s", i > 0 ? " \\\\ " : "", (char *)rows->pdata[i]);
    g_string_append(tex, " \\end{aligned}");
    return g_string_free(tex, FALSE);
}

/* --- what only moves values --- */

char *faltung_tex_edge(FaltungEdge edge, int n) {
    switch (edge) {
    case FALTUNG_EDGE_REFLECT:
        return g_strdup_printf("| %d - | %d - k | |", n - 1, n - 1);
    case FALTUNG_EDGE_REPLICATE:
        return g_strdup_printf("\\min ( \\max ( k, 0 ), %d )", n - 1);
    case FALTUNG_EDGE_CIRCULAR:
        return g_strdup_printf("k \\; \\mathrm{mod} \\; %d", n);
    case FALTUNG_EDGE_CONSTANT:
        break;
    }
    return NULL;
}

void faltung_tex_moves(const FaltungLayer *layer, FaltungTexMove *moves) {
    for (int axis = 0; axis < layer->input_shapes[0].rank; axis++)
        moves[axis] = (FaltungTexMove){.axis = axis, .factor = 1};
}

char *faltung_tex_moved(const FaltungLayer *layer, const FaltungTexMove *moves) {
    const FaltungShape *input = &layer->input_shapes[0];
    const char *const *letters = faltung_tex_letters(layer->output_shape.rank);
    g_autoptr(GPtrArray) from = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (int axis = 0; axis < input->rank; axis++) {
        const FaltungTexMove *move = &moves[axis];
        const char *letter = letters[move->axis];
        GString *place = g_string_new(NULL);
        faltung_tex_term(place, move->factor, letter);
        faltung_tex_term(place, move->shift, "");
        g_autofree char *edge = faltung_tex_edge(move->edge, input->dims[axis]);
        if (edge) {
            g_ptr_array_add(rows, g_strdup_printf("\\rho_%s(k) &= %s", letter, edge));
            g_string_prepend(place, "(");
            g_string_prepend(place, letter);
            g_string_prepend(place, "\\rho_");
            g_string_append_c(place, ')');
        }
        g_ptr_array_add(from, g_string_free(place, FALSE));
    }
    g_ptr_array_add(from, NULL);
    g_autofree char *x = faltung_tex_places((const char *const *)from->pdata);
    g_autofree char *y = faltung_tex_places(letters);
    g_ptr_array_insert(rows, 0, g_strdup_printf("\\mark{y}{y_{%s}} &= \\mark{x}{x_{%s}}", y, x));
    return faltung_tex_aligned(rows);
}
