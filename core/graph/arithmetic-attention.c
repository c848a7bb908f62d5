/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/arithmetic-private.h"

#include <math.h>

enum { IN_WEIGHT, OUT_WEIGHT, IN_BIAS, OUT_BIAS }; /* parameters */
enum { QUERY, KEY, VALUE };                        /* rows of the first weight, F each */

/* A step's attention, of a sequence (T, F) with F = heads D. */
typedef struct {
    FaltungUnit *unit;
    int features, size; /* F, D */
    int seen;           /* so many steps are looked at */
    int step, own;      /* of the value that is written */
    const double *x;    /* (T, F) */
    double *qkv;        /* (seen, 3 F) */
} Attention;

static const double *parameter(const Attention *a, int p) {
    return a->unit->reference.parameters[p];
}

static void add_bias(const Attention *a, int bias, int row, GArray *sum) {
    if (bias < a->unit->layer.n_parameters)
        faltung_products_add(sum, 1, NULL, parameter(a, bias)[row],
                             bias == IN_BIAS ? "in_proj_bias" : "out_proj_bias");
}

/* Of row @row of the first weight with step @t. Returns: (transfer full): first the bias. */
static GArray *projection(const Attention *a, int row, int t) {
    GArray *sum = faltung_products_list();
    add_bias(a, IN_BIAS, row, sum);
    for (int i = 0; i < a->features; i++)
        faltung_products_add(sum, parameter(a, IN_WEIGHT)[row * a->features + i], "in_proj_weight",
                             a->x[t * a->features + i], "x");
    return sum;
}

/* Where a query's, key's or value's @feature of step @t is. */
static double *projected(const Attention *a, int what, int feature, int t) {
    return &a->qkv[t * 3 * a->features + what * a->features + feature];
}

static Attention attention_of(FaltungUnit *unit) {
    const FaltungShape *shape = &unit->layer.input_shapes[0];
    Attention a = {
        .unit = unit,
        .features = shape->dims[1],
        .size = shape->dims[1] / *(const int *)faltung_unit_option(unit, "heads"),
        .step = unit->index / shape->dims[1],
        .own = unit->index % shape->dims[1],
        .x = unit->reference.inputs[0],
    };
    gboolean causal = *(const gboolean *)faltung_unit_option(unit, "causal");
    a.seen = causal ? a.step + 1 : shape->dims[0];
    int rows = 3 * a.features, steps = MAX(a.seen, a.step + 1);
    a.qkv = faltung_unit_room(unit, (size_t)steps * rows);
    for (int t = 0; t < steps; t++)
        for (int row = 0; row < rows; row++) {
            g_autoptr(GArray) sum = projection(&a, row, t);
            a.qkv[t * rows + row] = faltung_products_sum(sum);
        }
    return a;
}

/* --- the heads --- */

/* The products of query and key of the head that @feature is of, before they are scaled. */
static GArray *score_sum(const Attention *a, int feature, int t) {
    GArray *sum = faltung_products_list();
    int first = feature / a->size * a->size;
    for (int i = first; i < first + a->size; i++)
        faltung_products_add(sum, *projected(a, QUERY, i, a->step), "qkv", *projected(a, KEY, i, t),
                             "qkv");
    return sum;
}

/* Of all steps that are seen. Returns: (transfer full) (element-type double). */
static GArray *scores(const Attention *a, int feature) {
    GArray *all = g_array_new(FALSE, FALSE, sizeof(double));
    for (int t = 0; t < a->seen; t++) {
        g_autoptr(GArray) sum = score_sum(a, feature, t);
        double score = faltung_products_sum(sum) / sqrt(a->size);
        g_array_append_val(all, score);
    }
    return all;
}

/* The values of one feature, mixed by attention. */
static GArray *mixture(const Attention *a, int feature) {
    g_autoptr(GArray) all = scores(a, feature);
    double most = -INFINITY, total = 0;
    for (guint t = 0; t < all->len; t++)
        most = fmax(most, g_array_index(all, double, t));
    for (guint t = 0; t < all->len; t++)
        total += exp(g_array_index(all, double, t) - most);
    GArray *sum = faltung_products_list();
    for (guint t = 0; t < all->len; t++)
        faltung_products_add(sum, exp(g_array_index(all, double, t) - most) / total, "p",
                             *projected(a, VALUE, feature, t), "qkv");
    return sum;
}

static GArray *output(const Attention *a) {
    GArray *sum = faltung_products_list();
    add_bias(a, OUT_BIAS, a->own, sum);
    for (int i = 0; i < a->features; i++) {
        g_autoptr(GArray) mixed = mixture(a, i);
        faltung_products_add(sum, parameter(a, OUT_WEIGHT)[a->own * a->features + i],
                             "out_proj_weight", faltung_products_sum(mixed), "mixed");
    }
    return sum;
}

/* --- statements --- */

/* Each goes on with what was written before it, which is rounded. */

static void write_projection(Attention *a, int what, int feature, int t, const char *left) {
    g_autoptr(GArray) sum = projection(a, what * a->features + feature, t);
    faltung_write_sum(a->unit, sum, sum->len - a->features, FALTUNG_MOST_NUMBERS);
    *projected(a, what, feature, t) = faltung_write_end(a->unit, left);
}

static double write_score(const Attention *a, int feature, int t) {
    g_autoptr(GArray) sum = score_sum(a, feature, t);
    g_string_append_printf(a->unit->tex, "\\frac{1}{\\sqrt{%d}} ( ", a->size);
    faltung_write_sum(a->unit, sum, 0, FALTUNG_MOST_NUMBERS);
    g_string_append(a->unit->tex, " )");
    a->unit->value /= sqrt(a->size);
    return faltung_write_end(a->unit, "e_{ts}");
}

static double write_share(const Attention *a, int feature, int t) {
    double score = write_score(a, feature, t);
    g_autoptr(GArray) all = scores(a, feature);
    g_array_index(all, double, t) = score;
    faltung_write_softmax(a->unit, score, all, NULL, FALSE);
    return faltung_write_end(a->unit, "\\mark{p}{p_{ts}}");
}

static double write_mixture(Attention *a, int feature) {
    g_autoptr(GArray) sum = mixture(a, feature);
    int t = faltung_products_largest(sum, 0);
    g_autoptr(GArray) score = score_sum(a, feature, t);
    int of_head = feature / a->size * a->size + faltung_products_largest(score, 0);
    write_projection(a, QUERY, of_head, a->step, "\\mark{qkv}{q_t}");
    write_projection(a, KEY, of_head, t, "\\mark{qkv}{k_s}");
    write_projection(a, VALUE, feature, t, "\\mark{qkv}{v_s}");
    FaltungProduct *largest = &g_array_index(sum, FaltungProduct, t);
    largest->weight = write_share(a, feature, t);
    largest->x = *projected(a, VALUE, feature, t);
    faltung_write_sum(a->unit, sum, 0, FALTUNG_MOST_NUMBERS);
    return faltung_write_end(a->unit, "\\mark{mixed}{m_t}");
}

void faltung_write_attention(FaltungUnit *unit) {
    Attention a = attention_of(unit);
    g_autoptr(GArray) sum = output(&a);
    guint n_first = sum->len - a.features, largest = faltung_products_largest(sum, n_first);
    g_array_index(sum, FaltungProduct, largest).x = write_mixture(&a, largest - n_first);
    faltung_write_sum(unit, sum, n_first, FALTUNG_MOST_NUMBERS);
    faltung_write_end(unit, "\\mark{y}{y_t}");
}
