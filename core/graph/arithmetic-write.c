/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/arithmetic-private.h"

#include "core/base/tex.h"

#include <math.h>

/* --- numbers --- */

double faltung_write_number(FaltungUnit *unit, const char *symbol, double value) {
    if (symbol)
        g_string_append_printf(unit->tex, "\\mark{%s%s}{", unit->prefix, symbol);
    double rounded = faltung_tex_number(unit->tex, 5, value);
    if (symbol)
        g_string_append_c(unit->tex, '}');
    return rounded;
}

double faltung_write_factor(FaltungUnit *unit, const char *symbol, double value) {
    g_string_append(unit->tex, value < 0 ? "(" : "");
    double rounded = faltung_write_number(unit, symbol, value);
    g_string_append(unit->tex, value < 0 ? ")" : "");
    return rounded;
}

/* --- sums of products --- */

GArray *faltung_products_list(void) {
    return g_array_new(FALSE, FALSE, sizeof(FaltungProduct));
}

void faltung_products_add(GArray *products, double weight, const char *weight_symbol, double x,
                          const char *x_symbol) {
    FaltungProduct product = {weight, x, weight_symbol, x_symbol};
    g_array_append_val(products, product);
}

static double product_at(const GArray *products, guint i) {
    const FaltungProduct *product = &g_array_index(products, FaltungProduct, i);
    return product->weight * product->x;
}

double faltung_products_sum(const GArray *products) {
    double sum = 0;
    for (guint i = 0; i < products->len; i++)
        sum += product_at(products, i);
    return sum;
}

guint faltung_products_largest(const GArray *products, guint first) {
    guint largest = first;
    for (guint i = first + 1; i < products->len; i++)
        if (fabs(product_at(products, i)) > fabs(product_at(products, largest)))
            largest = i;
    return largest;
}

static int by_size(gconstpointer a, gconstpointer b) {
    const FaltungProduct *p = a, *q = b;
    double of_p = fabs(p->weight * p->x), of_q = fabs(q->weight * q->x);
    return (of_p < of_q) - (of_p > of_q);
}

static void write_product(FaltungUnit *unit, const FaltungProduct *product, gboolean first) {
    double weight = 1;
    if (product->weight != 1) {
        weight = faltung_write_factor(unit, product->weight_symbol, product->weight);
        g_string_append(unit->tex, " \\cdot ");
    }
    double x = (first && weight == 1 ? faltung_write_number
                                     : faltung_write_factor)(unit, product->x_symbol, product->x);
    unit->value += weight * x;
}

void faltung_write_sum(FaltungUnit *unit, GArray *products, guint n_first, guint most) {
    if (products->len == 0)
        faltung_write_number(unit, NULL, 0);
    else
        qsort(&g_array_index(products, FaltungProduct, n_first), products->len - n_first,
              sizeof(FaltungProduct), by_size);
    guint n = MIN(products->len, n_first + most);
    for (guint i = 0; i < n; i++) {
        g_string_append(unit->tex, i == 0 ? "" : i < n_first ? " + " : " \\\\ &{}+ ");
        write_product(unit, &g_array_index(products, FaltungProduct, i), i == 0);
    }
    if (n == products->len)
        return;
    double rest = 0;
    for (guint i = n; i < products->len; i++)
        rest += product_at(products, i);
    g_string_append(unit->tex, " \\\\ &{}+ \\underbrace{");
    unit->value += faltung_write_factor(unit, NULL, rest);
    g_string_append_printf(unit->tex, "}_{%d}", (int)(products->len - n));
}

/* --- softmax --- */

static int by_value(gconstpointer a, gconstpointer b) {
    double p = *(const double *)a, q = *(const double *)b;
    return (p < q) - (p > q);
}

GArray *faltung_values_sort(GArray *values) {
    g_array_sort(values, by_value);
    return values;
}

void faltung_write_softmax(FaltungUnit *unit, double own, GArray *values, const char *symbol,
                           gboolean logarithm) {
    faltung_values_sort(values);
    g_string_append(unit->tex, logarithm ? "" : "\\frac{e^{");
    double sum = 0, rest = 0;
    own = faltung_write_number(unit, symbol, own);
    g_string_append(unit->tex, logarithm ? " - \\ln \\left( " : "}}{");
    for (guint i = 0; i < values->len; i++) {
        double each = g_array_index(values, double, i);
        if (i >= FALTUNG_MOST_NUMBERS) {
            rest += exp(each);
            continue;
        }
        g_string_append(unit->tex, i > 0 ? " + e^{" : "e^{");
        sum += exp(faltung_write_number(unit, symbol, each));
        g_string_append(unit->tex, "}");
    }
    if (values->len > FALTUNG_MOST_NUMBERS) {
        g_string_append(unit->tex, " + \\underbrace{");
        sum += faltung_write_number(unit, NULL, rest);
        g_string_append_printf(unit->tex, "}_{%d}", (int)values->len - FALTUNG_MOST_NUMBERS);
    }
    g_string_append(unit->tex, logarithm ? " \\right)" : "}");
    unit->value = logarithm ? own - log(sum) : exp(own) / sum;
}

/* --- statements --- */

double faltung_write_end(FaltungUnit *unit, const char *left) {
    g_autofree char *right = g_string_free(unit->tex, FALSE);
    unit->tex = unit->before;
    g_string_append(unit->tex, unit->tex->len > 0 ? " \\\\ " : "");
    if (left)
        g_string_append_printf(unit->tex, "%s &= %s%s", left, right, *right ? " = " : "");
    unit->last = faltung_write_number(unit, left ? NULL : "y", unit->value);
    if (!left)
        g_string_append_printf(unit->tex, " &= %s", right);
    unit->tex = g_string_new(NULL);
    unit->value = 0;
    return unit->last;
}
