/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/film.h"

#include "core/base/error.h"

#include <errno.h>
#include <glib/gstdio.h>

#ifdef FALTUNG_HAVE_WEBP
#include <webp/encode.h>
#include <webp/mux.h>
#endif

#define LAST 5 /* times as long */

struct FaltungFilm {
    char *path;
    gboolean webp;
    int milliseconds, n, width, height;
#ifdef FALTUNG_HAVE_WEBP
    WebPAnimEncoder *encoder;
#endif
};

static gboolean fail(const FaltungFilm *film, GError **error, const char *why) {
    return faltung_fail(error, FALTUNG_ERROR_WORK, "%s cannot be written: %s", film->path, why);
}

FaltungFilm *faltung_film_new(const char *path, int milliseconds) {
    FaltungFilm *film = g_new0(FaltungFilm, 1);
    film->path = g_strdup(path);
    film->webp = g_str_has_suffix(path, ".webp");
    film->milliseconds = milliseconds;
    return film;
}

/* -- WebP --------------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_WEBP

static void close_encoder(FaltungFilm *film) {
    g_clear_pointer(&film->encoder, WebPAnimEncoderDelete);
}

static gboolean encode(FaltungFilm *film, cairo_surface_t *frame, GError **error) {
    if (!film->encoder)
        film->encoder = WebPAnimEncoderNew(film->width, film->height, NULL);
    WebPConfig config;
    WebPPicture picture;
    if (!film->encoder || !WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, 4) ||
        !WebPPictureInit(&picture))
        return fail(film, error, "no encoder for pictures of this size");
    picture.width = film->width;
    picture.height = film->height;
    picture.use_argb = TRUE;
    gboolean good = WebPPictureAlloc(&picture);
    const guchar *pixels = cairo_image_surface_get_data(frame);
    int stride = cairo_image_surface_get_stride(frame);
    for (int y = 0; good && y < film->height; y++) {
        /* Cairo's pixels are the same words, but for what RGB24 leaves open */
        const guint32 *from = (const guint32 *)(pixels + (gsize)y * stride);
        guint32 *to = picture.argb + (gsize)y * picture.argb_stride;
        for (int x = 0; x < film->width; x++)
            to[x] = from[x] | 0xFF000000u;
    }
    good =
        good && WebPAnimEncoderAdd(film->encoder, &picture, film->n * film->milliseconds, &config);
    WebPPictureFree(&picture);
    return good || fail(film, error, WebPAnimEncoderGetError(film->encoder));
}

static gboolean write_webp(FaltungFilm *film, GError **error) {
    WebPData data;
    WebPDataInit(&data);
    int end = (film->n - 1 + LAST) * film->milliseconds;
    gboolean good = film->encoder && WebPAnimEncoderAdd(film->encoder, NULL, end, NULL) &&
                    WebPAnimEncoderAssemble(film->encoder, &data);
    if (!good)
        fail(film, error, film->encoder ? WebPAnimEncoderGetError(film->encoder) : "no pictures");
    good = good && g_file_set_contents(film->path, (const char *)data.bytes, data.size, error);
    WebPDataClear(&data);
    return good;
}

#else

static void close_encoder(FaltungFilm *film) {
}

static gboolean encode(FaltungFilm *film, cairo_surface_t *frame, GError **error) {
    return fail(film, error,
                "the program was built without libwebp; it can make a folder of pictures");
}

static gboolean write_webp(FaltungFilm *film, GError **error) {
    return fail(film, error,
                "the program was built without libwebp; it can make a folder of pictures");
}

#endif

/* -- a picture ---------------------------------------------------------------------------- */

void faltung_film_free(FaltungFilm *film) {
    if (!film)
        return;
    close_encoder(film);
    g_free(film->path);
    g_free(film);
}

/* Returns: (transfer full): @picture in the film's size. */
static cairo_surface_t *fit(const FaltungFilm *film, cairo_surface_t *picture,
                            const FaltungColor *background) {
    cairo_surface_t *frame =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, film->width, film->height);
    cairo_t *cr = cairo_create(frame);
    faltung_set_color(cr, *background);
    cairo_paint(cr);
    cairo_set_source_surface(cr, picture, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_flush(frame);
    return frame;
}

static gboolean write_png(FaltungFilm *film, cairo_surface_t *frame, GError **error) {
    if (film->n == 0 && g_mkdir_with_parents(film->path, 0777) != 0)
        return fail(film, error, g_strerror(errno));
    g_autofree char *name = g_strdup_printf("%04d.png", film->n + 1);
    g_autofree char *path = g_build_filename(film->path, name, NULL);
    return faltung_output_write_surface(path, frame, error);
}

gboolean faltung_film_add(FaltungFilm *film, cairo_surface_t *picture,
                          const FaltungColor *background, GError **error) {
    if (film->n == 0) {
        film->width = cairo_image_surface_get_width(picture);
        film->height = cairo_image_surface_get_height(picture);
    }
    cairo_surface_t *frame = fit(film, picture, background);
    gboolean good = film->webp ? encode(film, frame, error) : write_png(film, frame, error);
    cairo_surface_destroy(frame);
    film->n += good;
    return good;
}

gboolean faltung_film_finish(FaltungFilm *film, GError **error) {
    return !film->webp || write_webp(film, error);
}
