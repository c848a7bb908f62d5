/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

/*
 * The symbols of an operation: what its equation, its reference code and its picture have in
 * common. In the equation a symbol is a mark, `\mark{weight}{w_{oi}}`. Its name is what the
 * reference code calls it, so the code needs no marks of its own.
 */

/* What the symbols of a layer's own activation begin with. */
#define FALTUNG_ACTIVATION_SYMBOL "activation."

/* Where a symbol is in the diagram. */
typedef enum {
    FALTUNG_SYMBOL_AT_INPUT,     /* what comes in */
    FALTUNG_SYMBOL_AT_PARAMETER, /* in the layer: learned, or measured */
    FALTUNG_SYMBOL_AT_INSIDE,    /* in the layer: on the way (a gate, a mean), or an option */
    FALTUNG_SYMBOL_AT_OUTPUT,    /* what goes out */
} FaltungSymbolPlace;

/** faltung_symbols: Returns: (transfer full) (array zero-terminated=1): the names of the symbols of
 *  @equation, in its order, each once, with @prefix before each. */
char **faltung_symbols(const char *equation, const char *prefix);

/** faltung_layer_symbols: Returns: as above: those of @layer's own equation, and of its
 *  activation's. */
char **faltung_layer_symbols(const FaltungLayer *layer);

/** faltung_symbol_place: @layer: inferred. */
FaltungSymbolPlace faltung_symbol_place(const FaltungLayer *layer, const char *symbol);

/** faltung_symbol_at_place: Returns: (transfer full) (nullable): the first symbol of @layer that is
 *  at @place. */
char *faltung_symbol_at_place(const FaltungLayer *layer, FaltungSymbolPlace place);

/**
 * faltung_symbol_next: finds @symbol in code.
 * @code: as faltung_operation_source() gives it
 * @start, @end: (inout) (out): the byte from which on it is looked for; where it was found
 *
 * An identifier stands for a symbol when it has its name; also `FALTUNG_` and the name in capitals,
 * which is the parameter's index, and `d` and the name, which is its gradient. What comes in is
 * `x` and `inputs`, what goes out `y` and `output`.
 *
 * Returns: whether it is there.
 */
gboolean faltung_symbol_next(const char *code, const char *symbol, size_t *start, size_t *end);

/** faltung_symbol_at: Returns: (transfer full) (nullable): the symbol of @equation that the
 *  identifier at byte @at of @operation's source stands for. */
char *faltung_symbol_at(const FaltungOperation *operation, const char *equation, size_t at);

/** faltung_equation_prefixed: Returns: (transfer full): @tex with @prefix before the names of its
 *  symbols. */
char *faltung_equation_prefixed(const char *tex, const char *prefix);

/** faltung_equation_plain: Returns: (transfer full): @tex without its marks: as TeX has it. */
char *faltung_equation_plain(const char *tex);
