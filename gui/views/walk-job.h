/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/walk.h"
#include "draw/picture.h"
#include "gui/document/document.h"
#include "gui/training/weights.h"

G_BEGIN_DECLS

/* One stop of a walk, as it is shown. */
typedef struct {
    FaltungStop stop;
    char *title;         /* "conv1, forward" */
    char *remark;        /* what happens here, in a sentence with numbers; "" */
    const char *tex;     /* (nullable): the equation */
    GPtrArray *tensors;  /* (element-type FaltungWalkTensor) */
    GPtrArray *pictures; /* (element-type FaltungPicture), of the same */
} FaltungWalkStop;

/* A walk with all that is shown of it. */
typedef struct {
    FaltungWalk *walk;
    GPtrArray *stops; /* (element-type FaltungWalkStop) */
    gint64 cost;      /* of the computation, in microseconds of a processor */
} FaltungWalked;

void faltung_walked_free(FaltungWalked *walked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWalked, faltung_walked_free)

/**
 * faltung_walk_async: walks the sample @index of @validation through the network with @weights, on
 * a thread of its own.
 * @document: whose experiment it is; read before the call returns
 * @width, @height: of each picture, in pixels
 */
void faltung_walk_async(FaltungDocument *document, FaltungWeights *weights,
                        FaltungDataset *validation, guint32 index, gboolean dark, int width,
                        int height, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data);
/** faltung_walk_finish: Returns: (transfer full): %NULL with an error. */
FaltungWalked *faltung_walk_finish(GAsyncResult *result, GError **error);

G_END_DECLS
