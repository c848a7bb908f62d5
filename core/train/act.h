/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"

/*
 * An act: what somebody does to a network while it learns. `train: acts:` of an experiment file
 * lists some, a run file keeps all that were done, and both write them alike:
 *
 *   200 learning_rate 0.01       after 200 steps; whatever the schedule says
 *   250 learning_rate schedule   what the schedule says again
 *   300 freeze conv1             its weights stay as they are
 *   350 thaw conv1
 *   400 reinitialize out         its weights are drawn anew, and the optimizer forgets about them
 *   450 noise conv1 0.1          normally distributed noise on its weights, of a tenth of their
 * root mean square 500 cut conv1 3              the weights that go into unit (channel) 3, and its
 * bias, are zero from now on, until the layer is drawn anew
 */
typedef enum {
    FALTUNG_ACT_LEARNING_RATE,
    FALTUNG_ACT_FREEZE,
    FALTUNG_ACT_THAW,
    FALTUNG_ACT_REINITIALIZE,
    FALTUNG_ACT_NOISE,
    FALTUNG_ACT_CUT,
    FALTUNG_N_ACTS,
} FaltungActKind;

typedef struct {
    guint64 step; /* it is done after so many steps */
    FaltungActKind kind;
    int layer;        /* its index; -1 where the act is not about one */
    double number;    /* the rate (NaN: the schedule's), the noise, the unit (from 0) */
    gboolean by_hand; /* not by the experiment file */
} FaltungAct;

/** faltung_act_check: whether it can be done to @graph. Errors: %FALTUNG_ERROR_INPUT. */
gboolean faltung_act_check(const FaltungAct *act, const FaltungGraph *graph, GError **error);

/** faltung_act_parse: @text: as above. Checks it, too. Errors: %FALTUNG_ERROR_INPUT. */
gboolean faltung_act_parse(const char *text, const FaltungGraph *graph, FaltungAct *act,
                           GError **error);
/** faltung_act_format: Returns: (transfer full): the text that faltung_act_parse() takes back. */
char *faltung_act_format(const FaltungAct *act, const FaltungGraph *graph);

/** faltung_act_find_layer: where the layer's name stands in @text, one of such acts; (out): bytes.
 *  Returns: %FALSE: there is none, or it is no act. */
gboolean faltung_act_find_layer(const char *text, size_t length, size_t *start, size_t *end);

/**
 * faltung_acts_parse:
 * @text: acts, each on a line of its own or behind a semicolon
 *
 * Returns: (transfer full) (element-type FaltungAct): in the order in which they are done.
 */
GArray *faltung_acts_parse(const char *text, const FaltungGraph *graph, GError **error);

/** faltung_act_n_units: Returns: the units (channels, features) of @layer that can be cut; 0 where
 *  its weights do not belong to single units. */
int faltung_act_n_units(const FaltungLayer *layer);
