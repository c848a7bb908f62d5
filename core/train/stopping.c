/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/stopping.h"

#include <math.h>

/* Takes @figure as the new best where it is smaller by more than @delta. NaN never is. */
static gboolean improve(FaltungStoppingState *state, int epoch, double figure, double delta) {
    gboolean first = state->best_epoch == 0 && !isnan(figure);
    if (!first && !(figure < state->best - delta)) {
        state->waited++;
        return FALSE;
    }
    *state = (FaltungStoppingState){.best = figure, .best_epoch = epoch};
    return TRUE;
}

static gboolean none_judge(const void *options, FaltungStoppingState *state, int epoch,
                           double figure) {
    return FALSE;
}

static gboolean none_stops(const void *options, const FaltungStoppingState *state) {
    return FALSE;
}

/* The book's: every so many epochs the figure must be better than it has ever been. */

typedef struct {
    int every;
} BookOptions;

static gboolean book_judge(const void *options, FaltungStoppingState *state, int epoch,
                           double figure) {
    if (epoch % ((const BookOptions *)options)->every != 0)
        return FALSE;
    return improve(state, epoch, figure, 0.0);
}

static gboolean book_stops(const void *options, const FaltungStoppingState *state) {
    return state->waited > 0;
}

static const FaltungOptionSpec book_options[] = {
    {
        .name = "every",
        .summary = "epochs between two looks at the validation loss",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(BookOptions, every),
        .fallback = "10",
        .minimum = 1,
        .maximum = G_MAXINT,
    },
    {0},
};

/* The field's: after every epoch; some epochs without progress are allowed. */

typedef struct {
    int metric; /* of the words below */
    char *layer;
    int patience;
    double min_delta;
} PatienceOptions;

/* The loss, scores by their names behind `val_`, and that of `train: top`. */
static const char *const metrics[] = {
    "val_loss", "val_accuracy", "val_mae",       "val_rmse", "val_r2",
    "val_f1",   "val_auc",      "val_top5",      "val_top",  "val_perplexity",
    "val_bits", "val_recall",   "val_precision", NULL,
};

static FaltungStoppingFigure patience_watches(const void *options) {
    const PatienceOptions *own = options;
    return (FaltungStoppingFigure){metrics[own->metric], own->layer};
}

static gboolean patience_judge(const void *options, FaltungStoppingState *state, int epoch,
                               double figure) {
    return improve(state, epoch, figure, ((const PatienceOptions *)options)->min_delta);
}

static gboolean patience_stops(const void *options, const FaltungStoppingState *state) {
    return state->waited >= ((const PatienceOptions *)options)->patience;
}

static const FaltungOptionSpec patience_options[] = {
    {
        .name = "metric",
        .summary = "the figure that has to get better; val_top: that of train.top",
        .type = FALTUNG_CHOICE,
        .offset = offsetof(PatienceOptions, metric),
        .fallback = "val_loss",
        .choices = metrics,
    },
    {
        .name = "layer",
        .summary = "whose figure it is, where that is a layer with a loss of its own",
        .type = FALTUNG_TEXT,
        .names = FALTUNG_NAMES_LAYER,
        .offset = offsetof(PatienceOptions, layer),
        .fallback = "",
    },
    {
        .name = "patience",
        .summary = "epochs without a better figure after which training ends",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(PatienceOptions, patience),
        .fallback = "5",
        .minimum = 1,
        .maximum = G_MAXINT,
    },
    {
        .name = "min_delta",
        .summary = "by how much a figure must be better to count",
        .type = FALTUNG_NUMBER,
        .offset = offsetof(PatienceOptions, min_delta),
        .fallback = "0",
        .minimum = 0.0,
        .maximum = G_MAXDOUBLE,
    },
    {0},
};

static const FaltungStopping none = {
    .kind =
        {
            .name = "none",
            .title = "Never",
            .summary = "trains all the epochs and keeps the last weights",
        },
    .judge = none_judge,
    .stops = none_stops,
};

static const FaltungStopping book = {
    .kind =
        {
            .name = "book",
            .title = "At the first worse look",
            .summary = "looks every so many epochs, stops when the validation loss is no longer "
                       "better, and keeps the best weights",
            .options = book_options,
            .options_size = sizeof(BookOptions),
        },
    .judge = book_judge,
    .stops = book_stops,
    .keeps_best = TRUE,
};

static const FaltungStopping patience = {
    .kind =
        {
            .name = "patience",
            .title = "With patience",
            .summary = "stops when the validation loss, or another figure, has not been better "
                       "for some epochs, and keeps the best weights",
            .options = patience_options,
            .options_size = sizeof(PatienceOptions),
        },
    .watches = patience_watches,
    .judge = patience_judge,
    .stops = patience_stops,
    .keeps_best = TRUE,
};

const FaltungTable *faltung_stoppings(void) {
    static const FaltungKind *const kinds[] = {
        &none.kind,
        &book.kind,
        &patience.kind,
        NULL,
    };
    static const FaltungTable table = {.noun = "stopping rule", .kinds = kinds};
    return &table;
}
