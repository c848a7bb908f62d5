/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"
#include "gui/training/snapshot.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a network that has learned a text writes, and thinks of it. */
typedef struct {
    /* what is wanted */
    FaltungWeights *weights;
    FaltungDataset *validation; /* of a text: its vocabulary */
    gboolean odds;              /* outputs are logarithms of odds */
    char *prompt;
    int length; /* characters to write */
    double temperature;
    guint64 seed;
    int layer; /* whose states are wanted: a sequence; FALTUNG_NO_LAYER: none */
    /* what came out */
    char *text;      /* the prompt, and what was written */
    int n;           /* (vocabulary) */
    double *chances; /* (n) of the character behind the prompt, at that temperature */
    int n_seen;      /* characters (Unicode) of the text */
    int n_units;
    float *states; /* (n_seen, n_units): the layer's outputs at each; NULL: none */
} FaltungWriting;

void faltung_writing_free(FaltungWriting *writing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWriting, faltung_writing_free)

/** faltung_writing_async: @wanted: (transfer full). */
void faltung_writing_async(FaltungWriting *wanted, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
/** faltung_writing_finish: Returns: (transfer full): %NULL with an error: a character that the
 *  network does not know, a network that writes no text. */
FaltungWriting *faltung_writing_finish(GAsyncResult *result, GError **error);

/** faltung_writing_layers: Returns: (transfer full) (element-type int): the layers of @graph whose
 *  outputs are sequences as long as its input. */
GArray *faltung_writing_layers(const FaltungGraph *graph);

G_END_DECLS
