/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The list of the views below the canvas, beside curves and log, and the only one: a new view is
 * its file and a line here (and its file's name in meson.build). The order is that of the window.
 */
#ifdef FALTUNG_VIEW
FALTUNG_VIEW(gradients)
FALTUNG_VIEW(confusion)
FALTUNG_VIEW(predictions)
FALTUNG_VIEW(embedding)
FALTUNG_VIEW(text)
FALTUNG_VIEW(draw)
FALTUNG_VIEW(walk)
FALTUNG_VIEW(explain)
FALTUNG_VIEW(inside)
FALTUNG_VIEW(units)
FALTUNG_VIEW(latent)
FALTUNG_VIEW(compare)
FALTUNG_VIEW(runs)
#endif
