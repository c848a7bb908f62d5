/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/chart.h"
#include "gui/training/history.h"

G_BEGIN_DECLS

/* What curves can show of a training: a figure of its steps, of its epochs, or of both. */
typedef struct {
    char *name;  /* of the column, without `train_` or `val_` */
    char *title; /* what people call it */
    gssize step; /* the place of its double in a FaltungStepRow; -1: steps have none */
} FaltungFigure;

/* What lies on the horizontal axis. */
typedef enum { FALTUNG_OVER_EPOCHS, FALTUNG_OVER_STEPS, FALTUNG_OVER_MINUTES } FaltungOver;

/** faltung_figures_of: Returns: (transfer full) (element-type FaltungFigure): those that @history
 *  has, of epochs first: the loss, what is measured of the network's output, what is measured of
 *  layers with a loss of their own, the parts of a loss that is a sum. */
GPtrArray *faltung_figures_of(const FaltungHistory *history);

/** faltung_figure_place: Returns: where @epoch lies on an axis; NaN: that is not known. */
double faltung_figure_place(const FaltungHistory *history, FaltungOver over, double epoch);

/** faltung_figure_draw: adds the lines of training and validation to @chart. */
void faltung_figure_draw(const FaltungFigure *figure, const FaltungHistory *history,
                         FaltungOver over, FaltungChart *chart);

/** faltung_figure_draw_other: adds the line of another run called @name: that of its validation,
 *  where it has one. */
void faltung_figure_draw_other(const FaltungFigure *figure, const FaltungHistory *history,
                               FaltungOver over, FaltungChart *chart, const char *name, int color);

G_END_DECLS
