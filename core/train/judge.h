/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"
#include "core/train/terms.h"

/**
 * FaltungJudge: one of a network's losses in float64, by its reference, with the targets of a
 * batch: what the gradient check and the walk begin their way back with. Arrays named "rows" lie
 * row by row, as losses want them; the others in the field's layout.
 */
typedef struct {
    FaltungHead head;
    int batch;
    double *targets;  /* batch x width, rows */
    gint32 *classes;  /* batch x rows of the head; of a loss that needs them */
    guint8 *counts;   /* batch x rows of the head: whether a row counts */
    double *output;   /* batch x width, rows: what was judged last */
    double *gradient; /* batch x width: of head.weight times the loss */
    double *scratch;  /* batch x width */
} FaltungJudge;

/** faltung_judge_init: @head: its options are borrowed. Targets are zero. */
void faltung_judge_init(FaltungJudge *judge, const FaltungHead *head, int batch);
void faltung_judge_clear(FaltungJudge *judge);

/**
 * faltung_judge_take: sets the targets to those of the samples at @indices.
 * @indices: (array length=batch)
 * @samples: batch x sample: the same samples, which are the targets where the head says so
 */
void faltung_judge_take(FaltungJudge *judge, const FaltungDataset *dataset, const guint32 *indices,
                        const float *samples);

/** faltung_judge_compare: @output: batch x width. Returns: head.weight times the loss; its gradient
 *  is judge->gradient. */
double faltung_judge_compare(FaltungJudge *judge, const double *output);
