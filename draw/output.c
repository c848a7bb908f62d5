/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/output.h"

#include "core/base/error.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#define POINTS 0.75 /* a unit is a ninety-sixth of an inch */

/* A file that has its final name only when it is whole. */
typedef struct {
    FILE *stream;
    char *temporary;
    int error; /* errno of the first write that failed */
} Output;

static gboolean output_fail(Output *output, const char *path, int number, GError **error) {
    if (output->stream)
        fclose(output->stream);
    g_unlink(output->temporary);
    g_free(output->temporary);
    return faltung_fail(error, FALTUNG_ERROR_WORK, "%s: cannot be written: %s", path,
                        g_strerror(number ? number : EIO));
}

static gboolean output_open(Output *output, const char *path, GError **error) {
    *output = (Output){.temporary = g_strdup_printf("%s.XXXXXX", path)};
    int fd = g_mkstemp_full(output->temporary, O_RDWR | O_CLOEXEC, 0666);
    if (fd < 0)
        return output_fail(output, path, errno, error);
    output->stream = fdopen(fd, "wb");
    return TRUE;
}

static gboolean output_close(Output *output, const char *path, GError **error) {
    if (!output->error && (fflush(output->stream) || fsync(fileno(output->stream))))
        output->error = errno;
    int closed = fclose(output->stream);
    output->stream = NULL;
    if (!output->error && closed)
        output->error = errno;
    if (output->error)
        return output_fail(output, path, output->error, error);
    if (g_rename(output->temporary, path))
        return output_fail(output, path, errno, error);
    g_free(output->temporary);
    return TRUE;
}

static cairo_status_t output_write(void *closure, const unsigned char *data, unsigned length) {
    Output *output = closure;
    if (!output->error && fwrite(data, 1, length, output->stream) != length)
        output->error = errno ? errno : EIO;
    return output->error ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static gboolean finish(Output *output, const char *path, cairo_status_t status, GError **error) {
    if (status != CAIRO_STATUS_SUCCESS && status != CAIRO_STATUS_WRITE_ERROR) {
        output_fail(output, path, 0, NULL);
        return faltung_fail(error, FALTUNG_ERROR_WORK, "%s: cannot be drawn: %s", path,
                            cairo_status_to_string(status));
    }
    return output_close(output, path, error);
}

gboolean faltung_output_write_surface(const char *path, cairo_surface_t *surface, GError **error) {
    Output output;
    if (!output_open(&output, path, error))
        return FALSE;
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, output_write, &output);
    return finish(&output, path, status, error);
}

static void paint(cairo_surface_t *surface, double width, double height, double scale,
                  const FaltungColor *background, FaltungDrawFunc draw, gpointer data) {
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, scale, scale);
    if (background) {
        faltung_set_color(cr, *background);
        cairo_paint(cr);
    }
    draw(cr, width, height, data);
    cairo_destroy(cr);
}

cairo_surface_t *faltung_output_surface(double width, double height, double scale,
                                        const FaltungColor *background, FaltungDrawFunc draw,
                                        gpointer data) {
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_ARGB32, (int)ceil(width * scale), (int)ceil(height * scale));
    paint(surface, width, height, scale, background, draw, data);
    return surface;
}

gboolean faltung_output_write(const char *path, double width, double height, double scale,
                              const FaltungColor *background, FaltungDrawFunc draw, gpointer data,
                              GError **error) {
    if (g_str_has_suffix(path, ".png")) {
        cairo_surface_t *surface =
            faltung_output_surface(width, height, scale, background, draw, data);
        gboolean written = faltung_output_write_surface(path, surface, error);
        cairo_surface_destroy(surface);
        return written;
    }
    gboolean pdf = g_str_has_suffix(path, ".pdf");
    if (!pdf && !g_str_has_suffix(path, ".svg"))
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "%s: not a kind of picture that can be written; expected a name that ends in "
            ".png, .svg or .pdf",
            path);
    Output output;
    if (!output_open(&output, path, error))
        return FALSE;
    cairo_surface_t *surface;
    if (pdf) {
        surface = cairo_pdf_surface_create_for_stream(output_write, &output, width * POINTS,
                                                      height * POINTS);
    } else {
        surface = cairo_svg_surface_create_for_stream(output_write, &output, width, height);
        cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    }
    paint(surface, width, height, pdf ? POINTS : 1, background, draw, data);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return finish(&output, path, status, error);
}
