/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/colored-text.h"

#include "draw/colormap.h"
#include "draw/text.h"

#define MARGIN 16

/* Cells of one size, as in a typewriter's page. */
typedef struct {
    double width, height, top;
} Cell;

static Cell cell_of(cairo_t *cr, const FaltungTheme *theme, const FaltungColoredText *text) {
    Cell cell = {.top = MARGIN};
    faltung_text_size(cr, theme, "M", FALTUNG_TEXT_MONOSPACE, &cell.width, &cell.height);
    cell.height += 3;
    if (text->title)
        cell.top += cell.height + 8;
    return cell;
}

/* Moves to the place behind character @i. */
static void advance(const FaltungColoredText *text, int i, int *column, int *row) {
    if (text->text[i] == '\n' || ++*column == text->columns) {
        *column = 0;
        ++*row;
    }
}

void faltung_colored_text_size(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungColoredText *text, double *width, double *height) {
    Cell cell = cell_of(cr, theme, text);
    int column = 0, row = 0;
    for (int i = 0; i < text->n; i++)
        advance(text, i, &column, &row);
    double title = 0;
    if (text->title)
        faltung_text_size(cr, theme, text->title, FALTUNG_TEXT_BOLD, &title, NULL);
    *width = 2 * MARGIN + MAX(text->columns * cell.width, title);
    *height = cell.top + (row + (column > 0)) * cell.height + MARGIN;
}

void faltung_colored_text_draw(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungColoredText *text, double x, double y) {
    Cell cell = cell_of(cr, theme, text);
    FaltungColormap map = faltung_colormap_diverging(theme);
    g_autofree float *values = g_new(float, MAX(text->n, 1));
    for (int i = 0; i < text->n; i++)
        values[i] = text->values[(gsize)i * text->stride];
    FaltungRange range = faltung_range_of(map, values, text->n);
    cairo_save(cr);
    cairo_translate(cr, x, y);
    if (text->title)
        faltung_text_draw(cr, theme, text->title, FALTUNG_TEXT_BOLD, theme->foreground, MARGIN,
                          MARGIN, 0, 0, 0);
    int column = 0, row = 0;
    for (int i = 0; i < text->n; i++) {
        FaltungRect at = {MARGIN + column * cell.width, cell.top + row * cell.height, cell.width,
                          cell.height};
        double part = (values[i] - range.low) / (range.high - range.low);
        FaltungColor color = faltung_colormap_color(map, part);
        cairo_rectangle(cr, at.x, at.y, at.width, at.height);
        faltung_set_color(cr, color);
        cairo_fill(cr);
        char character[8] = {0};
        g_unichar_to_utf8(text->text[i] == '\n' ? 0x21b5 : text->text[i], character);
        faltung_text_draw(cr, theme, character, FALTUNG_TEXT_MONOSPACE, faltung_color_on(color),
                          at.x + at.width / 2, at.y + at.height / 2, 0.5, 0.5, 0);
        advance(text, i, &column, &row);
    }
    cairo_restore(cr);
}
