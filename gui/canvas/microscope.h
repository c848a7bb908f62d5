/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas.h"
#include "gui/views/scene.h"

G_BEGIN_DECLS

/**
 * FaltungMicroscope: what the canvas says of the value under the pointer: the value, which part of
 * the input and of the layers between it is made of, and what is made of it, marked in the pictures
 * of the cards. From FALTUNG_NEAREST on also its arithmetic: the weights, what they are multiplied
 * with, the sum. Ctrl and the arrows move from value to value of the selected layer instead, with
 * Shift from map to map; Enter makes the value the scene's unit, as a click on it does, and screen
 * readers hear it as the card's description.
 */
#define FALTUNG_NEAREST 2.0 /* zoom */

/** faltung_microscope_attach: lays it over @canvas, which is in a GtkOverlay. */
void faltung_microscope_attach(FaltungCanvas *canvas, FaltungScene *scene);
/** faltung_microscope_text: Returns: (transfer none): what it says; "" where it says nothing. */
const char *faltung_microscope_text(FaltungCanvas *canvas);

G_END_DECLS
