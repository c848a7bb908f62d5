/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas.h"

G_BEGIN_DECLS

/** faltung_canvas_bench: pans over the whole diagram at each level of detail, once its pictures
 *  are there, and zooms through them; prints how long the frames took by the frame clock, and what
 *  they took of a processor. */
void faltung_canvas_bench(FaltungCanvas *canvas);

/** faltung_bench_text: @times: (element-type double): milliseconds, which are sorted. Returns:
 *  (transfer full): their median, 99th percentile and maximum, in words. */
char *faltung_bench_text(GArray *times);

G_END_DECLS
