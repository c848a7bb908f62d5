/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/figures.h"

#include "core/train/scores.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* --- which there are --- */

static const struct {
    const char *name, *title;
    size_t offset;
} of_steps[] = {
    {"loss", N_("Loss"), offsetof(FaltungStepRow, loss)},
    {"lr", N_("Learning rate"), offsetof(FaltungStepRow, learning_rate)},
    {"grad_norm", N_("Norm of the gradient"), offsetof(FaltungStepRow, grad_norm)},
    {"samples_per_second", N_("Samples a second"), offsetof(FaltungStepRow, samples_per_second)},
};

/* Returns: (nullable): what follows the first words of @name, `LAYER` of `accuracy_LAYER`. */
static const char *behind(const char *name, const char *first) {
    size_t n = strlen(first);
    return strncmp(name, first, n) == 0 && (name[n] == '\0' || name[n] == '_')
               ? name + n + (name[n] == '_')
               : NULL;
}

static char *titled(const char *title, const char *of) {
    g_autofree char *sentence = faltung_sentence(title);
    return *of == '\0' ? g_steal_pointer(&sentence) : g_strdup_printf("%s · %s", sentence, of);
}

static char *title_of(const char *name) {
    for (const FaltungScoreKind *kind = faltung_score_kinds; kind->name != NULL; kind++) {
        const char *of = behind(name, kind->name);
        if (of != NULL) {
            return titled(_(kind->title), of);
        }
    }
    const char *of = behind(name, "loss");
    return of != NULL ? titled(_("Loss"), of) : g_strdup(name);
}

static void figure_free(gpointer data) {
    FaltungFigure *figure = data;
    g_free(figure->name);
    g_free(figure->title);
    g_free(figure);
}

static void add(GPtrArray *figures, const char *name, char *title, gssize step) {
    FaltungFigure *figure = g_new(FaltungFigure, 1);
    *figure = (FaltungFigure){g_strdup(name), title, step};
    g_ptr_array_add(figures, figure);
}

GPtrArray *faltung_figures_of(const FaltungHistory *history) {
    GPtrArray *figures = g_ptr_array_new_with_free_func(figure_free);
    add(figures, of_steps[0].name, g_strdup(_(of_steps[0].title)), (gssize)of_steps[0].offset);
    g_autoptr(GPtrArray) names = faltung_history_figures(history);
    for (guint i = 0; i < names->len; i++) {
        if (strcmp(names->pdata[i], of_steps[0].name) != 0) {
            add(figures, names->pdata[i], title_of(names->pdata[i]), -1);
        }
    }
    for (guint i = 1; i < G_N_ELEMENTS(of_steps); i++) {
        add(figures, of_steps[i].name, g_strdup(_(of_steps[i].title)), (gssize)of_steps[i].offset);
    }
    return figures;
}

/* --- where on the axis --- */

static const FaltungEpochRow *epoch_row(const FaltungHistory *history, guint i) {
    return &g_array_index(history->epochs, FaltungEpochRow, i);
}

/* Epochs count epochs; on an axis of steps they lie at that many steps. */
static double steps_an_epoch(const FaltungHistory *history) {
    for (guint i = history->steps->len; i > 0; i--) {
        const FaltungStepRow *row = &g_array_index(history->steps, FaltungStepRow, i - 1);
        if (row->epoch > 0) {
            return (double)row->step / row->epoch;
        }
    }
    return 1;
}

/* Between two ends of epochs, and behind the last, time is taken to pass evenly. */
static double seconds_at(const FaltungHistory *history, double epoch) {
    guint first = 1, end = history->epochs->len;
    if (end < 2) {
        return NAN;
    }
    while (first + 1 < end) {
        guint middle = first + (end - first) / 2;
        if (epoch_row(history, middle - 1)->epoch <= epoch) {
            first = middle;
        } else {
            end = middle;
        }
    }
    const FaltungEpochRow *a = epoch_row(history, first - 1), *b = epoch_row(history, first);
    return a->seconds +
           (epoch - a->epoch) * (b->seconds - a->seconds) / MAX(b->epoch - a->epoch, 1);
}

double faltung_figure_place(const FaltungHistory *history, FaltungOver over, double epoch) {
    switch (over) {
    case FALTUNG_OVER_STEPS:
        return epoch * steps_an_epoch(history);
    case FALTUNG_OVER_MINUTES:
        return seconds_at(history, epoch) / 60;
    default:
        return epoch;
    }
}

/* --- lines --- */

typedef struct {
    GArray *x, *y; /* (element-type double) */
    gboolean any;  /* value that is one */
} Line;

static Line line_new(void) {
    return (Line){g_array_new(FALSE, FALSE, sizeof(double)),
                  g_array_new(FALSE, FALSE, sizeof(double)), FALSE};
}

static void line_add(Line *line, double x, double y) {
    if (!isnan(x)) {
        g_array_append_val(line->x, x);
        g_array_append_val(line->y, y);
        line->any = line->any || !isnan(y);
    }
}

/* Returns: whether there was anything to draw. Takes @line. */
static gboolean line_draw(Line line, FaltungChart *chart, const char *name, int color,
                          gboolean smoothed) {
    if (line.any) {
        int series = faltung_chart_add_series(chart, name, (const double *)(void *)line.x->data,
                                              (const double *)(void *)line.y->data, line.x->len);
        faltung_chart_set_look(chart, series, color, FALTUNG_LINE_SOLID);
        faltung_chart_set_smoothed(chart, series, smoothed);
    }
    g_array_unref(line.x);
    g_array_unref(line.y);
    return line.any;
}

static Line of_epochs(const FaltungFigure *figure, const FaltungHistory *history, FaltungOver over,
                      const char *split) {
    g_autofree char *column = g_strconcat(split, figure->name, NULL);
    double an_epoch = over == FALTUNG_OVER_STEPS ? steps_an_epoch(history) : 1;
    Line line = line_new();
    for (guint i = 0; i < history->epochs->len; i++) {
        const FaltungEpochRow *row = epoch_row(history, i);
        double x = over == FALTUNG_OVER_MINUTES ? row->seconds / 60 : row->epoch * an_epoch;
        line_add(&line, x, faltung_history_figure(history, i, column));
    }
    return line;
}

static Line of_training(const FaltungFigure *figure, const FaltungHistory *history,
                        FaltungOver over) {
    if (figure->step < 0) {
        return of_epochs(figure, history, over, "train_");
    }
    Line line = line_new();
    for (guint i = 0; i < history->steps->len; i++) {
        const FaltungStepRow *row = &g_array_index(history->steps, FaltungStepRow, i);
        double x = over == FALTUNG_OVER_STEPS ? (double)row->step
                                              : faltung_figure_place(history, over, row->epoch);
        line_add(&line, x, *(const double *)((const char *)row + figure->step));
    }
    return line;
}

void faltung_figure_draw(const FaltungFigure *figure, const FaltungHistory *history,
                         FaltungOver over, FaltungChart *chart) {
    line_draw(of_training(figure, history, over), chart, _("training"), 0, figure->step >= 0);
    line_draw(of_epochs(figure, history, over, "val_"), chart, _("validation"), 1, FALSE);
}

void faltung_figure_draw_other(const FaltungFigure *figure, const FaltungHistory *history,
                               FaltungOver over, FaltungChart *chart, const char *name, int color) {
    if (!line_draw(of_epochs(figure, history, over, "val_"), chart, name, color, FALSE)) {
        line_draw(of_training(figure, history, over), chart, name, color, figure->step >= 0);
    }
}
