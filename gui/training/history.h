/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/norms.h"
#include "core/train/trainer.h"

G_BEGIN_DECLS

/* The norms of every layer at one moment. */
typedef struct {
    double epoch;
    FaltungLayerNorms layers[]; /* (FaltungHistory.layers) */
} FaltungNormRow;

/* Of how many rows of a table one is kept. */
typedef struct {
    guint64 seen, every;
} FaltungSieve;

/* A history keeps fewer rows of a table than this, more than a screen has columns: where there
   would be as many, only every second is kept from then on, so that its memory does not grow. */
#define FALTUNG_HISTORY_ROWS 16384

/* The rows of a training so far: what the curves are drawn from. Reference counted; who has it sees
   what is appended. */
typedef struct {
    GArray *steps;     /* (element-type FaltungStepRow) */
    GArray *epochs;    /* (element-type FaltungEpochRow) */
    GPtrArray *others; /* (element-type FaltungReadings) of each of them: what it has no room for */
    GPtrArray *layers; /* (element-type utf8) the names of those that have parameters */
    GPtrArray *norms;  /* (element-type FaltungNormRow) */
    FaltungSieve of_steps, of_epochs, of_others, of_norms;
} FaltungHistory;

FaltungHistory *faltung_history_new(void);
FaltungHistory *faltung_history_ref(FaltungHistory *history);
void faltung_history_unref(FaltungHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungHistory, faltung_history_unref)

void faltung_history_clear(FaltungHistory *history);
/** faltung_history_add_epoch: @others: what @row has no room for. */
void faltung_history_add_epoch(FaltungHistory *history, const FaltungEpochRow *row,
                               const FaltungReadings *others);

/* A figure that a row of epochs has room for, and what its column in the run file is called. */
typedef struct {
    const char *column;
    size_t offset; /* of a double */
} FaltungEpochField;
enum { FALTUNG_EPOCH_FIELDS = 11 };
extern const FaltungEpochField faltung_epoch_fields[FALTUNG_EPOCH_FIELDS];
static inline double *faltung_epoch_field(FaltungEpochRow *row, int field) {
    return (double *)((char *)row + faltung_epoch_fields[field].offset);
}

/** faltung_history_figure: Returns: what @column has in a row of epochs; NaN: nothing. */
double faltung_history_figure(const FaltungHistory *history, guint row, const char *column);
/** faltung_history_figures: Returns: (transfer full) (element-type utf8): what epochs have: columns
 *  without their `train_` or `val_`, each once: `accuracy`, `accuracy_LAYER`. */
GPtrArray *faltung_history_figures(const FaltungHistory *history);

/** faltung_history_add_norms: @norms: of every layer of @graph. */
void faltung_history_add_norms(FaltungHistory *history, double epoch, const FaltungGraph *graph,
                               const FaltungLayerNorms *norms);
/** faltung_history_copy: Returns: (transfer full): with the rows that a history keeps. */
FaltungHistory *faltung_history_copy(const FaltungHistory *history);
/** faltung_history_append: moves the rows of @from to the end of @to, as many as it keeps. */
void faltung_history_append(FaltungHistory *to, FaltungHistory *from);

G_END_DECLS
