/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/inside.h"
#include "core/graph/network.h"
#include "core/train/dataset.h"
#include "draw/diagram-live.h"
#include "gui/training/weights.h"

G_BEGIN_DECLS

#define FALTUNG_NO_LAYER (-2)

/* What is computed of many validation samples, beside the snapshots. */
typedef enum {
    FALTUNG_ANALYSE_ANSWERS = 1 << 0,  /* what the network says of each */
    FALTUNG_ANALYSE_ACTIVITY = 1 << 1, /* which units are dead */
} FaltungAnalyses;

/* What is on display, so what a snapshot has to hold; nothing else is computed. */
typedef struct {
    guint32 sample;           /* of the validation split: the probe */
    GBytes *own;              /* (nullable) a probe of one's own instead: floats, as if read */
    gboolean strips;          /* the canvas shows the layers' outputs */
    gboolean near;            /* with the filters that made them, and what lies inside layers */
    gboolean norms;           /* the gradients page follows the training */
    FaltungAnalyses analyses; /* of the whole split; with any, as with `weights` */
    gboolean weights;         /* the snapshot holds all of them */
    gboolean standing;        /* with where their training stands */
    int layer;                /* whose numbers are shown; FALTUNG_INPUT, FALTUNG_NO_LAYER */
    gboolean inside;          /* what lies inside `inside_layer` is shown */
    int inside_layer;
    gboolean dark;
    int strip_scale;   /* pixels of a unit of a card's pictures */
    int picture_width; /* pixels of the inspector's pictures */
} FaltungWanted;

/** faltung_wanted_set: copies @from, with a reference to what it points at. */
void faltung_wanted_set(FaltungWanted *wanted, const FaltungWanted *from);
void faltung_wanted_clear(FaltungWanted *wanted);
gboolean faltung_wanted_equal(const FaltungWanted *a, const FaltungWanted *b);

/* One tensor of the selected layer. */
typedef struct {
    char *name; /* output, weight, gradient of weight */
    FaltungShape shape;
    float *values;
    size_t n;
    FaltungHistogram *histogram;
    FaltungPicture *picture;
} FaltungTensor;

/**
 * FaltungSnapshot: what the network was at one moment, as far as it was wanted. Immutable and
 * reference counted: made by the thread that owns the network, shown by the window.
 */
typedef struct {
    gatomicrefcount references;
    int moment; /* of the run file, that was asked for; -1: the newest */
    guint64 step;
    double epoch;
    gboolean live; /* of a training that goes on meanwhile, and needs the machine */
    FaltungWanted wanted;
    int n_layers;
    FaltungCardPictures *strips; /* n_layers + 1; 0: the input */
    float **values;              /* the same: what the outputs' pictures are of, in the field's
                                    layout; (nullable) each */
    GPtrArray *tensors;          /* (element-type FaltungTensor) of wanted.layer */
    GPtrArray *inside;           /* (element-type FaltungInside) of wanted.inside_layer */
    int n_outputs;
    float *output;           /* of the last layer; (nullable) */
    int target;              /* the probe's class; -1: none */
    FaltungWeights *weights; /* (nullable); in a training they may be a second older */
} FaltungSnapshot;

/**
 * faltung_snapshot_take:
 * @validation: (nullable): without it there is no output, only parameters
 * @gradients: whether the gradient block holds those of a training step
 *
 * Runs the probe through @network, in evaluation mode, on the calling thread, which owns it.
 */
FaltungSnapshot *faltung_snapshot_take(FaltungNetwork *network, FaltungDataset *validation,
                                       const FaltungWanted *wanted, gboolean gradients);
FaltungSnapshot *faltung_snapshot_ref(FaltungSnapshot *snapshot);
void faltung_snapshot_unref(FaltungSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungSnapshot, faltung_snapshot_unref)

/**
 * faltung_snapshot_probabilities: of the last @n outputs, one a class.
 * @softmax: whether they are logarithms of odds; else they are taken as they are
 * @probabilities: (out): @n
 *
 * Returns: the likeliest.
 */
int faltung_snapshot_probabilities(const FaltungSnapshot *snapshot, int n, gboolean softmax,
                                   double *probabilities);

G_END_DECLS
