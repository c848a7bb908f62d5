/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/document/document.h"

G_BEGIN_DECLS

/* A change of the text after which nothing is wrong with a layer any longer. */
typedef struct {
    char *title; /* Insert Flatten before it */
    char *text;  /* the whole text with it */
} FaltungFix;

/**
 * faltung_fixes_find:
 * @layer: one with a problem
 *
 * Tries the small changes that mend most mistakes: a layer in front of it that needs no settings,
 * a wire to what fits, an option left out, at another of its words or at the number of targets.
 * Those that help are returned, so no rule says which mistake asks for what.
 *
 * Returns: (transfer full) (element-type FaltungFix): the best few.
 */
GPtrArray *faltung_fixes_find(FaltungDocument *document, int layer);

/** faltung_fixes_begin: the same on another thread: each try reads the whole text. */
void faltung_fixes_begin(FaltungDocument *document, int layer, GCancellable *cancellable,
                         GAsyncReadyCallback ready, gpointer data);
/** faltung_fixes_finish: Returns: (transfer full) (nullable): %NULL where it was cancelled. */
GPtrArray *faltung_fixes_finish(GAsyncResult *result);

G_END_DECLS
