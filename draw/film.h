/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/output.h"

/*
 * A film: pictures of one size, one after the other, as an animated WebP, which every browser
 * shows, or as a folder of PNG files (0001.png ...), which any program makes a film of. What a
 * pixel is stays what it was: nothing is lost.
 */
typedef struct FaltungFilm FaltungFilm;

#define FALTUNG_FILM_MILLISECONDS 150 /* a moment of a training */

/**
 * faltung_film_new:
 * @path: ends in `.webp`, and is written when the film is finished; else the folder, which is made
 * @milliseconds: that each picture is shown; the last one five times as long
 */
FaltungFilm *faltung_film_new(const char *path, int milliseconds);
/** faltung_film_free: one that was not finished leaves nothing behind but a folder's pictures. */
void faltung_film_free(FaltungFilm *film);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungFilm, faltung_film_free)

/** faltung_film_add: the next picture, an opaque image surface; where it has not the size of the
 *  first, it is cut, or stands in a field of @background. */
gboolean faltung_film_add(FaltungFilm *film, cairo_surface_t *picture,
                          const FaltungColor *background, GError **error);
/** faltung_film_finish: writes what is to be written, whole or not at all. */
gboolean faltung_film_finish(FaltungFilm *film, GError **error);
