/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/epoch.h"

#include <math.h>

void faltung_epoch_init(FaltungEpoch *epoch) {
    *epoch = (FaltungEpoch){.train = faltung_metrics_none(), .validation = faltung_metrics_none()};
    for (int i = 0; i < FALTUNG_MOST_TERMS; i++)
        epoch->accuracy[i] = NAN;
}

void faltung_epoch_clear(FaltungEpoch *epoch) {
    g_clear_pointer(&epoch->scores, g_ptr_array_unref);
}

void faltung_epoch_add_training(FaltungEpoch *epoch, const FaltungFeed *feed,
                                const FaltungTrainerPosition *position) {
    FaltungQuestion asked;
    double n = position->n_samples;
    epoch->train.loss = position->sum_loss / n;
    for (int i = 0; i < FALTUNG_MOST_TERMS; i++)
        epoch->train.terms[i] = position->sum_terms[i] / n;
    for (int i = 0; faltung_feed_head(feed, i, &asked); i++)
        if (asked.type == FALTUNG_TARGET_CLASS)
            epoch->accuracy[i] = position->sum_correct[i] / n;
    epoch->train.accuracy = epoch->accuracy[0];
}

static const FaltungScores *scores_of(const FaltungEpoch *epoch, int head) {
    return epoch->scores ? epoch->scores->pdata[head] : NULL;
}

/* Told or not, so that all rows of a run have the same columns. */
static void add_watched(const FaltungEpoch *epoch, const FaltungWatch *watch,
                        FaltungReadings *others) {
    const FaltungScores *scores = scores_of(epoch, watch->head);
    if (watch->score && !watch->score->each_epoch)
        faltung_readings_add(others, "val_", watch->score->name, watch->layer,
                             scores ? faltung_score(scores, watch->score) : NAN);
}

void faltung_epoch_fill(const FaltungEpoch *epoch, const FaltungFeed *feed,
                        const FaltungTerms *terms, const FaltungWatch *watch, FaltungEpochRow *row,
                        FaltungReadings *others) {
    FaltungQuestion asked;
    const FaltungHead *head = faltung_feed_head(feed, 0, &asked);
    const FaltungScores *scores = scores_of(epoch, 0);
    row->train = epoch->train;
    row->validation = epoch->validation;
    row->top5 = scores ? scores->top5 : NAN;
    row->r2 = scores ? scores->r2 : NAN;
    gboolean told = scores && asked.positions > 1 && head->loss->takes_odds;
    row->perplexity = told ? scores->perplexity : NAN;

    others->n = 0;
    faltung_readings_add_terms(others, "train_", terms, epoch->train.terms);
    faltung_readings_add_terms(others, "val_", terms, epoch->validation.terms);
    faltung_readings_add_top(others, watch->top, &asked, NULL, scores);
    for (int i = 1; (head = faltung_feed_head(feed, i, &asked)); i++) {
        if (asked.type == FALTUNG_TARGET_CLASS)
            faltung_readings_add(others, "train_", "accuracy", head->name, epoch->accuracy[i]);
        faltung_readings_add_scores(others, FALTUNG_READ_EACH_EPOCH, head, &asked, head->name,
                                    scores_of(epoch, i));
        faltung_readings_add_top(others, watch->top, &asked, head->name, scores_of(epoch, i));
    }
    add_watched(epoch, watch, others);
}

double faltung_epoch_watched(const FaltungEpoch *epoch, const FaltungWatch *watch) {
    const FaltungMetrics *metrics = epoch->scores ? &epoch->validation : &epoch->train;
    if (!watch->score && !watch->of_top)
        return watch->term < 0 ? metrics->loss : metrics->terms[watch->term];
    const FaltungScores *scores = scores_of(epoch, watch->head);
    if (watch->of_top)
        return -faltung_scores_top(scores, watch->top);
    return watch->sign *
           (scores ? faltung_score(scores, watch->score) : epoch->accuracy[watch->head]);
}
