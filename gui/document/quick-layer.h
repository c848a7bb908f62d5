/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

G_BEGIN_DECLS

/*
 * A layer as it is typed into the search: an operation, then what matters of it. `conv2d 6 5 same
 * tanh`, or as short as `c6 5st`: numbers are the options in their order, words are choices and the
 * activation, both by their first letters.
 */

/** faltung_quick_match: Returns: how well @typed names the operation: 0: not at all; 4: it is its
 *  name. */
int faltung_quick_match(const FaltungOperation *operation, const char *typed);

/** faltung_quick_split: Returns: how many bytes of @typed name an operation: the rest is options.
 */
size_t faltung_quick_split(const char *typed);

/** faltung_quick_item: Returns: (transfer full) (nullable): the layer as it stands in the text's
 *  list, with @options put in; the error says which of them is not understood. */
char *faltung_quick_item(const FaltungOperation *operation, const char *options, GError **error);

G_END_DECLS
