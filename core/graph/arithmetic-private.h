/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/arithmetic.h"

/*
 * Writing arithmetic down, statement by statement. What is being written is the right side of one;
 * its value is that of the numbers as they are written, rounded, so that a reader can compute it.
 */

enum { FALTUNG_MOST_NUMBERS = 6 }; /* of a sum, or of what a maximum is taken */

/* A layer as its reference code sees it: one sample, in float64. */
typedef struct {
    FaltungLayer layer; /* without its penalty */
    FaltungReference reference;
    const char *prefix; /* of its symbols: "", or what an activation's begin with */
    size_t index;
    size_t input_sizes[FALTUNG_MAX_INPUTS];
    GPtrArray *memory;
    GString *before; /* statements that are ended */
    GString *tex;    /* the right side of the one that is written */
    double value;    /* what that gives */
    double last;     /* what the statement before gave */
} FaltungUnit;

/** faltung_unit_room: Returns: (transfer none): @n zeros, as long as the unit. */
double *faltung_unit_room(FaltungUnit *unit, size_t n);

/** faltung_unit_option: Returns: (nullable): where the option called @name is. */
const void *faltung_unit_option(const FaltungUnit *unit, const char *name);

/** faltung_write_number: marked as @symbol (nullable). Returns: what is written: it is rounded. */
double faltung_write_number(FaltungUnit *unit, const char *symbol, double value);
/** faltung_write_factor: the same as a factor, or as a term behind another one. */
double faltung_write_factor(FaltungUnit *unit, const char *symbol, double value);

/* A term of a sum: both of its factors are numbers; a weight of 1 is not written. */
typedef struct {
    double weight, x;
    const char *weight_symbol, *x_symbol; /* (nullable) */
} FaltungProduct;

/** faltung_products_list: Returns: (transfer full): an empty list of FaltungProduct. */
GArray *faltung_products_list(void);
void faltung_products_add(GArray *products, double weight, const char *weight_symbol, double x,
                          const char *x_symbol);
double faltung_products_sum(const GArray *products);
/** faltung_products_largest: Returns: the index of the largest from @first on. */
guint faltung_products_largest(const GArray *products, guint first);

/**
 * faltung_write_sum: the first @n_first products as they are, then up to @most of the others, the
 * largest first, and the rest as one number. Its value is added to the unit's. Sorts @products.
 */
void faltung_write_sum(FaltungUnit *unit, GArray *products, guint n_first, guint most);

/** faltung_write_softmax: e to the power of @own over the sum of that of all @values (of double,
 *  sorted here), or the logarithm of that, as the right side. */
void faltung_write_softmax(FaltungUnit *unit, double own, GArray *values, const char *symbol,
                           gboolean logarithm);

/** faltung_values_sort: of double; the largest first. Returns: @values. */
GArray *faltung_values_sort(GArray *values);

/** faltung_write_end: ends a statement with its value: `@left = ... = 0.31`; @left NULL: its value
 *  is the left side. The next one begins. Returns: the value as it is
 *  written. */
double faltung_write_end(FaltungUnit *unit, const char *left);

/** faltung_write_recurrent: the gates of a recurrent layer's unit at its step, and its state. */
void faltung_write_recurrent(FaltungUnit *unit);
/** faltung_write_attention: from the query, the key and the value that matter most to the output.
 */
void faltung_write_attention(FaltungUnit *unit);
