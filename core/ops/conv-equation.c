/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/conv.h"
#include "core/ops/equation.h"
#include "core/ops/layout.h"

/* What the places along a side, and those of the window, are called. */
static const char *const taps[3] = {"a", "i", "j"};

static const char *at_of(int n, int side) {
    return faltung_tex_letters(1 + n)[n == 1 ? 0 : side - (3 - n) + 1];
}

/* @channel and the places along the @n sides, as the field's layout has them. */
static char *places_of(int n, const char *channel, char *const sides[3]) {
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    if (n > 1)
        g_ptr_array_add(places, (char *)channel);
    for (int side = 3 - n; side < 3; side++)
        g_ptr_array_add(places, sides[side]);
    if (n == 1)
        g_ptr_array_add(places, (char *)channel);
    g_ptr_array_add(places, NULL);
    return faltung_tex_places((const char *const *)places->pdata);
}

/* The places along the sides by themselves. */
static void name_sides(int n, char *sides[3]) {
    for (int side = 3 - n; side < 3; side++)
        sides[side] = g_strdup(at_of(n, side));
}

static void free_sides(char *sides[3]) {
    for (int side = 0; side < 3; side++)
        g_free(sides[side]);
}

/* Of @each channels of a group, one for @others of the other kind that is called @other, the one
   called @own: `c`, or, of the second of 2 groups, `4 \lfloor o/3 \rfloor + c`. */
static char *channel_of(const FaltungConv *conv, const char *own, int each, const char *other,
                        int others) {
    if (conv->groups == 1)
        return g_strdup(own);
    g_autofree char *group =
        others == 1 ? g_strdup(other) : g_strdup_printf("\\lfloor %s/%d \\rfloor", other, others);
    if (each == 1)
        return g_steal_pointer(&group);
    return g_strdup_printf("%d %s + %s", each, group, own);
}

/* Adds the taps of the window to the weight's index, and to what the sum is over. */
static void add_taps(int n, const FaltungSlide slides[3], GString *weight, GString *sum) {
    for (int side = 3 - n; side < 3; side++) {
        if (slides[side].kernel == 1)
            continue;
        g_string_append(weight, taps[side]);
        g_string_append_printf(sum, "%s%s", sum->len > 0 ? "," : "", taps[side]);
    }
}

/* --- the margins --- */

static gboolean has_margin(const FaltungSlide *slide) {
    return slide->before > 0 || slide->after > 0;
}

/* Which place of the input is meant where the window reaches beyond it: a row for each such side,
   whose place becomes a function of it. */
static void add_margins(const FaltungLayer *layer, const FaltungSlide slides[3], char *sides[3],
                        GPtrArray *rows) {
    const FaltungConv *conv = layer->options;
    int n = faltung_conv_sides(layer);
    for (int side = 3 - n; side < 3; side++) {
        g_autofree char *tex = faltung_tex_edge(conv->padding_mode, slides[side].input);
        if (!tex || !has_margin(&slides[side]))
            continue;
        char *inside = sides[side];
        sides[side] = g_strdup_printf("\\rho_%s(%s)", at_of(n, side), inside);
        g_free(inside);
        g_ptr_array_add(rows, g_strdup_printf("\\rho_%s(k) &= %s", at_of(n, side), tex));
    }
}

static void add_zeros(const FaltungLayer *layer, const FaltungSlide slides[3], GPtrArray *rows) {
    int n = faltung_conv_sides(layer);
    gboolean any = FALSE;
    for (int side = 3 - n; side < 3; side++)
        any = any || has_margin(&slides[side]);
    if (!any || ((const FaltungConv *)layer->options)->padding_mode != FALTUNG_EDGE_CONSTANT)
        return;
    char *sides[3] = {NULL};
    name_sides(n, sides);
    g_autofree char *places = places_of(n, "c", sides);
    free_sides(sides);
    g_ptr_array_add(rows, g_strdup_printf("\\mark{x}{x_{%s}} &= 0 \\quad \\text{outside}", places));
}

/* --- the equations --- */

static char *finish(GPtrArray *rows, GString *first) {
    g_ptr_array_insert(rows, 0, g_string_free(first, FALSE));
    return faltung_tex_aligned(rows);
}

char *faltung_conv_equation(const FaltungLayer *layer, const FaltungSlide slides[3]) {
    const FaltungConv *conv = layer->options;
    int n = faltung_conv_sides(layer);
    int channels = faltung_layout_columns(&layer->input_shapes[0]) / conv->groups;
    char *out[3] = {NULL}, *in[3] = {NULL};
    name_sides(n, out);
    for (int side = 3 - n; side < 3; side++)
        in[side] = faltung_tex_slide(&slides[side], out[side], taps[side]);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    add_margins(layer, slides, in, rows);
    add_zeros(layer, slides, rows);
    g_autofree char *channel = channel_of(conv, "c", channels, "o", conv->filters / conv->groups);
    g_autofree char *y = places_of(n, "o", out), *x = places_of(n, channel, in);
    gboolean depthwise = conv->groups > 1 && channels == 1;
    g_autoptr(GString) weight = g_string_new(depthwise ? "o" : "oc");
    g_autoptr(GString) sum = g_string_new(depthwise ? "" : "c");
    add_taps(n, slides, weight, sum);
    free_sides(out);
    free_sides(in);

    GString *tex = g_string_new(NULL);
    g_string_append_printf(tex, "\\mark{y}{y_{%s}} &= \\mark{bias}{b_o} + ", y);
    if (sum->len > 0)
        g_string_append_printf(tex, "\\sum_{%s} ", sum->str);
    g_string_append_printf(tex, "\\mark{weight}{w_{%s}} \\, \\mark{x}{x_{%s}}", weight->str, x);
    return finish(rows, tex);
}

char *faltung_conv_transpose_equation(const FaltungLayer *layer, const FaltungSlide slides[3]) {
    const FaltungConv *conv = layer->options;
    int n = faltung_conv_sides(layer), filters = conv->filters / conv->groups;
    int channels = faltung_layout_columns(&layer->input_shapes[0]) / conv->groups;
    char *out[3] = {NULL}, *in[3] = {NULL};
    name_sides(n, in);
    for (int side = 3 - n; side < 3; side++)
        out[side] = faltung_tex_slide(&slides[side], in[side], taps[side]);
    g_autofree char *filter = channel_of(conv, "o", filters, "c", channels);
    g_autofree char *y = places_of(n, filter, out), *x = places_of(n, "c", in);
    gboolean depthwise = conv->groups > 1 && filters == 1;
    g_autoptr(GString) weight = g_string_new(depthwise ? "c" : "co"), sum = g_string_new("c");
    for (int side = 3 - n; side < 3; side++)
        g_string_append_printf(sum, ",%s", in[side]);
    add_taps(n, slides, weight, sum);
    free_sides(out);
    free_sides(in);
    g_autofree char *bias = faltung_tex_places((const char *[]){filter, NULL});

    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    GString *tex = g_string_new(NULL);
    g_string_append_printf(tex, "\\mark{y}{y_{%s}} &= \\mark{bias}{b_{%s}} + ", y, bias);
    g_string_append_printf(tex, "\\sum_{%s} ", sum->str);
    g_string_append_printf(tex, "\\mark{weight}{w_{%s}} \\, \\mark{x}{x_{%s}}", weight->str, x);
    return finish(rows, tex);
}
