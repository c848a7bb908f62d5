/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/error.h"

/*
 * Options that name one thing, `input: /x`, or several by names of their own, `input: {image: /x,
 * place: /where}`: a FALTUNG_TEXT whose spec says `named`. Its value is the text, or the mapping in
 * YAML's flow style.
 */

typedef struct {
    char *name; /* NULL: the only one */
    char *text;
} FaltungNamed;

/** faltung_named_read: Returns: (transfer full) (element-type FaltungNamed): what the value of such
 *  an option says; empty of "" and (nullable) @value. Freed with g_array_unref(). */
GArray *faltung_named_read(const char *value);

/** faltung_named_write: Returns: (transfer full): the value that says that. */
char *faltung_named_write(const GArray *all);

/** faltung_named_at: Returns: (transfer none): the element at @index. */
static inline const FaltungNamed *faltung_named_at(const GArray *all, guint index) {
    return &g_array_index(all, FaltungNamed, index);
}

/** faltung_named_add: copies; @name: (nullable). */
void faltung_named_add(GArray *all, const char *name, const char *text);
