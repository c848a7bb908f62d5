/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/readings.h"

#include <math.h>

void faltung_readings_add(FaltungReadings *readings, const char *split, const char *figure,
                          const char *layer, double value) {
    g_autofree char *name =
        g_strconcat(split, figure, layer ? "_" : NULL, layer, NULL); /* ends at the first NULL */
    g_assert(readings->n < FALTUNG_MOST_READINGS);
    readings->all[readings->n++] = (FaltungReading){g_intern_string(name), value};
}

void faltung_readings_add_terms(FaltungReadings *readings, const char *split,
                                const FaltungTerms *terms, const double *values) {
    for (int i = 0; terms->n > 1 && i < terms->n; i++)
        faltung_readings_add(readings, split, terms->names[i], NULL, values[i]);
}

void faltung_readings_add_top(FaltungReadings *readings, int k, const FaltungQuestion *asked,
                              const char *layer, const FaltungScores *scores) {
    g_autofree char *name = g_strdup_printf("top%d", k);
    if (k > 1 && k != 5 && asked->type == FALTUNG_TARGET_CLASS && asked->n > k)
        faltung_readings_add(readings, "val_", name, layer,
                             scores ? faltung_scores_top(scores, k) : NAN);
}

/* Of one class a sample, perplexity says no more than the loss. */
static gboolean is_told(const FaltungScoreKind *kind, FaltungReadingChoice choice,
                        const FaltungQuestion *asked) {
    return choice == FALTUNG_READ_ALL ||
           (kind->each_epoch && (!kind->of_odds || asked->positions > 1));
}

void faltung_readings_add_scores(FaltungReadings *readings, FaltungReadingChoice choice,
                                 const FaltungHead *head, const FaltungQuestion *asked,
                                 const char *layer, const FaltungScores *scores) {
    for (const FaltungScoreKind *kind = faltung_score_kinds; kind->name; kind++)
        if (faltung_score_applies(kind, head, asked) && is_told(kind, choice, asked))
            faltung_readings_add(readings, "val_", kind->name, layer,
                                 scores ? faltung_score(scores, kind) : NAN);
}
