/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/picture.h"
#include "draw/text.h"

#define CELL 30 /* the least width of a value that a number fits into */

static FaltungColor color_under(const FaltungPicture *picture, FaltungRect rect) {
    const guint32 *pixels = g_bytes_get_data(picture->pixels, NULL);
    int x = CLAMP((int)(rect.x + rect.width / 2), 0, picture->width - 1);
    int y = CLAMP((int)(rect.y + rect.height / 2), 0, picture->height - 1);
    guint32 pixel = pixels[y * picture->width + x];
    return (FaltungColor){(pixel >> 16 & 255) / 255.0, (pixel >> 8 & 255) / 255.0,
                          (pixel & 255) / 255.0, 1};
}

static gboolean meets(FaltungRect a, FaltungRect b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height &&
           b.y < a.y + a.height;
}

guint faltung_picture_draw_numbers(cairo_t *cr, const FaltungTheme *theme,
                                   const FaltungPicture *picture, const FaltungShape *shape,
                                   const float *values, FaltungRect place, FaltungRect clip) {
    double scale = place.width / picture->width;
    size_t n = faltung_shape_size(shape);
    int at[FALTUNG_MAX_RANK];
    guint drawn = 0;
    for (size_t i = 0; i < n && shape->rank <= 3 && meets(place, clip); i++) {
        size_t rest = i;
        for (int k = shape->rank - 1; k >= 0; rest /= shape->dims[k], k--)
            at[k] = (int)(rest % shape->dims[k]);
        FaltungRect rect;
        if (faltung_picture_places(picture, shape, at, at, &rect, 1) == 0 ||
            rect.width * scale < CELL)
            break; /* the maps from here on were left out, or all are too small */
        FaltungRect cell = {place.x + rect.x * scale, place.y + rect.y * scale, rect.width * scale,
                            rect.height * scale};
        if (!meets(cell, clip))
            continue;
        g_autofree char *text = faltung_format_short(values[i]);
        gboolean bar = shape->rank < 2; /* its number stands below it */
        faltung_text_draw(cr, theme, text, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                          bar ? theme->foreground : faltung_color_on(color_under(picture, rect)),
                          cell.x + cell.width / 2, cell.y + cell.height * (bar ? 1 : 0.5), 0.5,
                          bar ? 0 : 0.5, 0);
        drawn++;
    }
    return drawn;
}
