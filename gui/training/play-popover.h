/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/act.h"
#include "gui/training/breakpoints.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungPlayPopover: what can be done to a network while it learns (core/train/act.h): a learning
 * rate for all of it; for a layer freezing, drawing anew, noise, cutting a unit. On a second page,
 * when the training pauses by itself.
 *
 * Signals:
 * - "act" (FaltungAct *): to be done now; its step is nobody's concern here
 * - "breakpoints" (FaltungBreakpoints *): it is to pause by itself for these from now on
 * - "keep": the acts are to become those of the experiment
 */
#define FALTUNG_TYPE_PLAY_POPOVER (faltung_play_popover_get_type())
G_DECLARE_FINAL_TYPE(FaltungPlayPopover, faltung_play_popover, FALTUNG, PLAY_POPOVER, GtkPopover)

GtkWidget *faltung_play_popover_new(void);

/** faltung_play_popover_set_graph: @graph: (nullable) (transfer none): copied; @layer: the one to
 *  begin with, where it has weights. */
void faltung_play_popover_set_graph(FaltungPlayPopover *popover, const FaltungGraph *graph,
                                    int layer);
/** faltung_play_popover_show: @rate: of the last step; NaN: none yet. @acts: (element-type
 *  FaltungAct): what was done so far. @training: whether more can be done now. */
void faltung_play_popover_show(FaltungPlayPopover *popover, double rate, const GArray *acts,
                               gboolean training);

G_END_DECLS
