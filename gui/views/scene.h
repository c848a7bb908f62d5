/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/document/document.h"
#include "gui/training/history.h"
#include "gui/training/snapshot.h"
#include "gui/views/analyst.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What of a scene changed. */
typedef enum {
    FALTUNG_SCENE_DOCUMENT = 1 << 0,
    FALTUNG_SCENE_DATA = 1 << 1,
    FALTUNG_SCENE_HISTORY = 1 << 2, /* or the moment */
    FALTUNG_SCENE_SNAPSHOT = 1 << 3,
    FALTUNG_SCENE_ANALYSIS = 1 << 4, /* or its progress */
    FALTUNG_SCENE_STYLE = 1 << 5,    /* light, dark, contrast */
    FALTUNG_SCENE_SYMBOL = 1 << 6,
    FALTUNG_SCENE_UNIT = 1 << 7,
    FALTUNG_SCENE_LAYER = 1 << 8, /* another one is selected */
    FALTUNG_SCENE_PASSING = 1 << 9,
    FALTUNG_SCENE_ALL = (1 << 10) - 1,
} FaltungSceneParts;

/* What passes the wires from a layer at a stop of the walk, in a few signs; (nullable) each. */
typedef struct {
    char *value, *gradient;
    char *sent[FALTUNG_MAX_INPUTS]; /* to an input that others take, too: on this wire alone */
} FaltungPassing;

/**
 * FaltungScene: what the window looks at now, for the views below the canvas. The window writes
 * it, views read it, and ask through it.
 *
 * Signals, for the window:
 * - "wish" (FaltungWanted *): what has to be on display besides; after "view"
 * - "view": the wish changed
 * - "choose" (guint): a view wants this validation sample to be the probe
 * - "select" (int): a view is about this layer now
 */
#define FALTUNG_TYPE_SCENE (faltung_scene_get_type())
G_DECLARE_FINAL_TYPE(FaltungScene, faltung_scene, FALTUNG, SCENE, GObject)

struct _FaltungScene {
    GObject parent;
    /* (nullable) each; read only */
    FaltungDocument *document;
    FaltungDataset *validation;
    FaltungHistory *history;
    FaltungSnapshot *snapshot;
    int unit_layer;          /* FALTUNG_NO_LAYER: no unit was chosen */
    gsize unit;              /* of its output, in the field's layout */
    FaltungPassing *passing; /* 0: from the input, i + 1: from layer i; NULL: nobody walks */
    guint n_passing;
    FaltungAnalyst *analyst; /* never NULL */
    char *symbol;            /* of the selected layer: marked in equation, code and diagram */
    int layer;               /* that is selected; FALTUNG_INPUT, FALTUNG_NO_LAYER */
    int *working;            /* atomic, counted references: how much is being computed */
    double epoch;            /* of the moment that the time slider points at; NaN: the newest */
};

FaltungScene *faltung_scene_new(void);
/* Each tells the views; the argument is (nullable), but for the history, and referenced. */
void faltung_scene_set_document(FaltungScene *scene, FaltungDocument *document);
void faltung_scene_set_validation(FaltungScene *scene, FaltungDataset *validation);
void faltung_scene_set_history(FaltungScene *scene, FaltungHistory *history);
void faltung_scene_set_snapshot(FaltungScene *scene, FaltungSnapshot *snapshot);
void faltung_scene_set_epoch(FaltungScene *scene, double epoch);
void faltung_scene_set_layer(FaltungScene *scene, int layer);

/** faltung_scene_set_symbol: @symbol: (nullable): see core/ops/symbols.h. A layer without it marks
 *  nothing. */
void faltung_scene_set_symbol(FaltungScene *scene, const char *symbol);

/** faltung_scene_set_unit: whose arithmetic is shown: value @unit of the output of @layer. */
void faltung_scene_set_unit(FaltungScene *scene, int layer, gsize unit);

/** faltung_scene_set_passing: @passing: (transfer full) (nullable) (array length=n). */
void faltung_scene_set_passing(FaltungScene *scene, FaltungPassing *passing, guint n);

/** faltung_scene_work: Returns: (transfer full): what cancels the work that a view begins now; as
 * long as anyone holds it, the scene is at work. */
GCancellable *faltung_scene_work(FaltungScene *scene);
/** faltung_scene_is_at_work: Returns: whether what the views show is still being computed. */
gboolean faltung_scene_is_at_work(FaltungScene *scene);

/** faltung_scene_wish: adds to @wanted what the views that are seen need. */
void faltung_scene_wish(FaltungScene *scene, FaltungWanted *wanted);
/** faltung_scene_wish_changed: to be called by a view that wants something else now. */
void faltung_scene_wish_changed(FaltungScene *scene);
/** faltung_scene_choose: makes a validation sample the probe. */
void faltung_scene_choose(FaltungScene *scene, guint32 sample);
/** faltung_scene_select: selects a layer on the canvas. */
void faltung_scene_select(FaltungScene *scene, int layer);
/** faltung_scene_experiment: Returns: (nullable) (transfer none). */
const FaltungExperiment *faltung_scene_experiment(FaltungScene *scene);
/** faltung_scene_is_softmax: whether the network's outputs are logarithms of odds. */
gboolean faltung_scene_is_softmax(FaltungScene *scene);
/** faltung_scene_class_name: Returns: (transfer full): of the validation data; else the number. */
char *faltung_scene_class_name(FaltungScene *scene, int class_);

/* What a view does. */
typedef struct {
    /* Parts have changed: all of them when it is seen first, and never while it is not seen. */
    void (*show)(GtkWidget *view, FaltungScene *scene, FaltungSceneParts changed);
    /* (nullable) What has to be computed while it is seen. */
    void (*wish)(GtkWidget *view, FaltungWanted *wanted);
} FaltungSceneWatch;

/** faltung_scene_watch: calls @watch for @view, as long as it lives. */
void faltung_scene_watch(FaltungScene *scene, GtkWidget *view, const FaltungSceneWatch *watch);

G_END_DECLS
