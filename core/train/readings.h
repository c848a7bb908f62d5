/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/scores.h"
#include "core/train/terms.h"

/* A figure and what it is called: `val_accuracy`; `val_accuracy_LAYER` of a layer with a loss of
   its own. */
typedef struct {
    const char *name; /* interned */
    double value;     /* NaN where it does not apply */
} FaltungReading;

enum { FALTUNG_MOST_READINGS = 13 * FALTUNG_MOST_TERMS };

/* Figures of one moment. Which there are, and their order, depends on network, losses and data
   alone. */
typedef struct {
    int n;
    FaltungReading all[FALTUNG_MOST_READINGS];
} FaltungReadings;

/** faltung_readings_add: @split: `train_` or `val_`; @layer: (nullable): whose output it is of,
 *  where that is not the network's. */
void faltung_readings_add(FaltungReadings *readings, const char *split, const char *figure,
                          const char *layer, double value);

/** faltung_readings_add_terms: the parts of the loss, where it is a sum.
 *  @values: (array length=terms->n) */
void faltung_readings_add_terms(FaltungReadings *readings, const char *split,
                                const FaltungTerms *terms, const double *values);

/* Which scores. */
typedef enum {
    FALTUNG_READ_EACH_EPOCH, /* those that are told after each epoch */
    FALTUNG_READ_ALL,
} FaltungReadingChoice;

/** faltung_readings_add_top: `top3`: how often the right class is among the @k with the largest
 *  outputs, where that says something that is not told anyway. @layer, @asked: as below;
 *  @scores: (nullable) */
void faltung_readings_add_top(FaltungReadings *readings, int k, const FaltungQuestion *asked,
                              const char *layer, const FaltungScores *scores);

/** faltung_readings_add_scores: those that can be told of @head's output.
 *  @layer: as above; @asked: of the head */
void faltung_readings_add_scores(FaltungReadings *readings, FaltungReadingChoice choice,
                                 const FaltungHead *head, const FaltungQuestion *asked,
                                 const char *layer, const FaltungScores *scores);
