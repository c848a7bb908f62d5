/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/watch.h"

#include "core/base/error.h"
#include "core/train/stopping.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What can be watched is asked of these. */
typedef struct {
    const FaltungExperiment *experiment;
    const FaltungDataset *training;
    gboolean validation;
    int n;
    FaltungHead heads[FALTUNG_MOST_TERMS];
} Search;

/* Whether @figure can be told of the output of a head. */
static gboolean is_measured(const Search *search, int head, const char *figure) {
    if (strcmp(figure, "val_loss") == 0)
        return TRUE;
    const FaltungHead *own = &search->heads[head];
    const FaltungScoreKind *kind = faltung_score_kind(figure + strlen("val_"));
    FaltungQuestion asked = faltung_head_question(own, search->training);
    int top = search->experiment->train->top;
    if (!kind) /* val_top */
        return search->validation && top > 0 && asked.type == FALTUNG_TARGET_CLASS && asked.n > top;
    /* while it trains accuracy is all that is counted */
    gboolean there = search->validation || strcmp(figure, "val_accuracy") == 0;
    return there && faltung_score_applies(kind, own, &asked);
}

/* Returns: (transfer full): where the rule's option stands. */
static char *place_of(const Search *search, const char *option) {
    const FaltungKind *rule = search->experiment->train->early_stopping.kind;
    g_autofree char *path = g_strdup_printf("train.early_stopping.%s.%s", rule->name, option);
    return faltung_experiment_place(search->experiment, path);
}

static gboolean fail_figure(const Search *search, int head, const char *figure, GError **error) {
    const FaltungKind *rule = search->experiment->train->early_stopping.kind;
    const FaltungOptionSpec *spec = faltung_kind_option(rule, "metric", NULL);
    g_autoptr(GPtrArray) measured = g_ptr_array_new();
    for (int i = 0; spec->choices[i]; i++)
        if (is_measured(search, head, spec->choices[i]))
            g_ptr_array_add(measured, (char *)spec->choices[i]);
    g_ptr_array_add(measured, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)measured->pdata);
    g_autofree char *place = place_of(search, "metric");
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE, "%s: %s is not measured of '%s'; there %s %s%s", place, figure,
        search->heads[head].name, measured->len > 2 ? _("are") : _("is"), all,
        search->validation ? "" : _("; others need samples held back for validation"));
}

static gboolean fail_layer(const Search *search, const char *layer, GError **error) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (int i = 0; i < search->n; i++)
        g_ptr_array_add(names, (char *)search->heads[i].name);
    g_ptr_array_add(names, NULL);
    const char *nearest = faltung_nearest(layer, (const char *const *)names->pdata);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_autofree char *place = place_of(search, "layer");
    return faltung_fail(error, FALTUNG_ERROR_SHAPE, "%s: no layer '%s' has a loss; %s%s%s", place,
                        layer, nearest ? _("did you mean ") : _("there are "),
                        nearest ? nearest : all, nearest ? "?" : "");
}

gboolean faltung_watch_find(FaltungWatch *watch, const FaltungExperiment *experiment,
                            const FaltungDataset *training, gboolean validation, GError **error) {
    const FaltungVariant *rule = &experiment->train->early_stopping;
    const FaltungStopping *stopping = (const FaltungStopping *)rule->kind;
    *watch =
        (FaltungWatch){.top = experiment->train->top, .term = -1, .title = N_("loss"), .sign = 1};
    if (!stopping->watches)
        return TRUE;
    FaltungStoppingFigure figure = stopping->watches(rule->options);
    Search search = {experiment, training, validation};
    search.n = faltung_heads(experiment->graph, &experiment->train->loss, search.heads);
    while (*figure.layer && watch->head < search.n &&
           strcmp(search.heads[watch->head].name, figure.layer) != 0)
        watch->head++;
    if (watch->head == search.n)
        return fail_layer(&search, figure.layer, error);
    if (!is_measured(&search, watch->head, figure.figure))
        return fail_figure(&search, watch->head, figure.figure, error);
    if (watch->head > 0)
        watch->layer = g_intern_string(search.heads[watch->head].name);
    watch->score = faltung_score_kind(figure.figure + strlen("val_"));
    if (watch->score) {
        watch->title = watch->score->title;
        watch->sign = watch->score->grows ? -1 : 1;
    } else if (strcmp(figure.figure, "val_top") == 0) {
        g_autofree char *title = g_strdup_printf(_("top-%d accuracy"), watch->top);
        watch->title = g_intern_string(title);
        watch->of_top = TRUE;
        watch->sign = -1;
    } else if (*figure.layer) {
        FaltungTerms terms = faltung_terms(experiment->graph);
        watch->term = faltung_terms_find(&terms, search.heads[watch->head].layer);
    }
    return TRUE;
}

int faltung_watch_area(const FaltungWatch *watch) {
    gboolean area = watch->score && watch->score->offset == offsetof(FaltungScores, auc);
    return area ? watch->head : -1;
}
