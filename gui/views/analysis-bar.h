/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/views/scene.h"

G_BEGIN_DECLS

/** faltung_analysis_bar_new: Returns: a line that says how many of the validation samples are
 *  right, and of which moment; while they are being looked at, how far that is, with a button that
 *  ends it. As long as it is seen, the answers are wanted. */
GtkWidget *faltung_analysis_bar_new(FaltungScene *scene);

G_END_DECLS
