/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/rate.h"

#include "core/train/optimizer.h"

guint64 faltung_rate_steps(const FaltungTrainOptions *train, const FaltungGraph *graph,
                           guint32 samples) {
    guint64 batch = MIN((guint32)train->batch, samples), group = batch * train->accumulate;
    if (group == 0)
        return 0;
    guint64 taken = faltung_graph_carries(graph) ? samples - samples % batch : samples;
    return (taken + group - 1) / group;
}

static double own_rate(const FaltungTrainOptions *train) {
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)train->optimizer.kind;
    return optimizer->learning_rate(train->optimizer.options);
}

double faltung_rate(const FaltungTrainOptions *train, guint64 an_epoch, int epoch, guint64 step,
                    const FaltungScheduleState *state) {
    FaltungScheduleMoment moment = {
        .base_rate = own_rate(train),
        .epoch = epoch,
        .epochs = train->epochs,
        .step = step,
        .steps = train->epochs * an_epoch,
        .state = *state,
    };
    return faltung_schedule_rate(&train->schedule, train->warmup, &moment);
}

double faltung_rate_first(const FaltungTrainOptions *train, const FaltungGraph *graph,
                          guint32 samples) {
    guint64 an_epoch = faltung_rate_steps(train, graph, samples);
    FaltungScheduleState state = faltung_schedule_state_new();
    return an_epoch > 0 ? faltung_rate(train, an_epoch, 0, 0, &state) : own_rate(train);
}

double faltung_rate_to_come(const FaltungTrainOptions *train, guint64 an_epoch, int epoch,
                            guint64 step, const FaltungScheduleState *state) {
    if (epoch < train->epochs)
        return faltung_rate(train, an_epoch, epoch, step, state);
    return faltung_rate(train, an_epoch, train->epochs - 1, MAX(step, 1) - 1, state);
}
