/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/schedule-view.h"

#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "gui/style.h"
#include "gui/views/chart-view.h"

#include <glib/gi18n.h>

#define HEIGHT 150
#define POINTS 240
#define STEPS_AN_EPOCH 100 /* of the picture: how many there are, the data say */

GtkWidget *faltung_schedule_view_new(void) {
    GtkWidget *view = faltung_chart_view_new();
    gtk_widget_set_size_request(view, -1, HEIGHT);
    gtk_widget_set_vexpand(view, FALSE);
    faltung_set_accessible_label(view, _("The learning rate over the epochs"));
    return view;
}

void faltung_schedule_view_show(GtkWidget *view, const FaltungExperiment *experiment) {
    const FaltungTrainOptions *train = experiment->train;
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)train->optimizer.kind;
    FaltungChart *chart = faltung_chart_view_chart(FALTUNG_CHART_VIEW(view));
    faltung_chart_clear(chart);
    faltung_chart_set_labels(chart, _("Learning rate"), _("epoch"), NULL);
    faltung_chart_set_legend(chart, FALSE);
    FaltungScheduleMoment moment = {
        .base_rate = optimizer->learning_rate(train->optimizer.options),
        .epochs = train->epochs,
        .steps = (guint64)train->epochs * STEPS_AN_EPOCH,
        .state = faltung_schedule_state_new(),
    };
    double x[POINTS], y[POINTS];
    for (int i = 0; i < POINTS; i++) {
        moment.step = (moment.steps - 1) * (guint64)i / (POINTS - 1);
        moment.epoch = (int)(moment.step / STEPS_AN_EPOCH);
        x[i] = (double)moment.step / STEPS_AN_EPOCH;
        y[i] = faltung_schedule_rate(&train->schedule, train->warmup, &moment);
    }
    faltung_chart_add_series(chart, NULL, x, y, POINTS);
    gtk_widget_queue_draw(view);
}
