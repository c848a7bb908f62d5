/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/run-list.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/** faltung_scene_runs: Returns: (transfer none): the runs of the folder that the runs of this
 *  experiment go to, which @view has from now on; while it is seen it follows what other processes
 *  write. */
FaltungRunList *faltung_scene_runs(FaltungScene *scene, GtkWidget *view);

G_END_DECLS
