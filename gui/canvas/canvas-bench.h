/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas.h"

G_BEGIN_DECLS

/** faltung_canvas_bench: pans and zooms over the whole diagram for some seconds, and prints how
 * long the frames took by the frame clock. */
void faltung_canvas_bench(FaltungCanvas *canvas);

G_END_DECLS
