/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/slide.h"

#include "draw/text.h"

#define GAP 1.5 /* cells between the two grids: */

/* A grid of cells on the page. */
typedef struct {
    double x, y, cell;
} Grid;

static int extent(const FaltungSlidePicture *slide) {
    return (slide->kernel - 1) * slide->dilation + 1;
}

static int outputs(const FaltungSlidePicture *slide) {
    return MAX((slide->input + 2 * slide->padding - extent(slide)) / slide->stride + 1, 1);
}

int faltung_slide_positions(const FaltungSlidePicture *slide) {
    return outputs(slide) * outputs(slide);
}

/* Digits that look like an image's, and are always the same. */
static int value_at(int row, int column) {
    return (7 * row + 5 * column + 3 * row * column) % 10;
}

static void draw_cell(cairo_t *cr, const FaltungTheme *theme, const Grid *grid, int row, int column,
                      FaltungColor fill, gboolean dashed, int value) {
    double x = grid->x + column * grid->cell, y = grid->y + row * grid->cell;
    double dashes[] = {2, 2};
    cairo_rectangle(cr, x + 1, y + 1, grid->cell - 2, grid->cell - 2);
    faltung_set_color(cr, fill);
    cairo_fill_preserve(cr);
    cairo_set_dash(cr, dashes, 2, 0);
    if (!dashed) {
        cairo_set_dash(cr, NULL, 0, 0);
    }
    cairo_set_line_width(cr, 1);
    faltung_set_color(cr, dashed ? theme->dim : theme->border);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
    if (value >= 0) {
        char digit[] = {(char)('0' + value), '\0'};
        faltung_text_draw(cr, theme, digit, FALTUNG_TEXT_SMALL, theme->foreground,
                          x + grid->cell / 2, y + grid->cell / 2, 0.5, 0.5, 0);
    }
}

/* Whether the pixel, counted with the padding, is one of the window that begins at @first. */
static gboolean in_window(const FaltungSlidePicture *slide, int first, int pixel) {
    int offset = pixel - first;
    return offset >= 0 && offset < extent(slide) && offset % slide->dilation == 0;
}

static int largest_of(const FaltungSlidePicture *slide, int row, int column) {
    int largest = 0;
    for (int i = 0; i < slide->kernel; i++) {
        for (int j = 0; j < slide->kernel; j++) {
            int value = value_at(row * slide->stride + i * slide->dilation - slide->padding,
                                 column * slide->stride + j * slide->dilation - slide->padding);
            largest = MAX(largest, value);
        }
    }
    return largest;
}

static void draw_input(cairo_t *cr, const FaltungTheme *theme, const FaltungSlidePicture *slide,
                       const Grid *grid, int row, int column) {
    int side = slide->input + 2 * slide->padding;
    for (int i = 0; i < side; i++) {
        for (int j = 0; j < side; j++) {
            int y = i - slide->padding, x = j - slide->padding;
            gboolean outside = MIN(x, y) < 0 || MAX(x, y) >= slide->input;
            gboolean seen = in_window(slide, row * slide->stride, i) &&
                            in_window(slide, column * slide->stride, j);
            FaltungColor fill = seen      ? faltung_color_alpha(theme->accent, 0.45)
                                : outside ? (FaltungColor){0}
                                          : theme->card;
            draw_cell(cr, theme, grid, i, j, fill, outside,
                      slide->takes_largest && !outside ? value_at(y, x) : -1);
        }
    }
}

static void draw_output(cairo_t *cr, const FaltungTheme *theme, const FaltungSlidePicture *slide,
                        const Grid *grid, int at) {
    int side = outputs(slide);
    for (int i = 0; i < side * side; i++) {
        FaltungColor fill = i == at  ? faltung_color_alpha(theme->accent, 0.45)
                            : i < at ? faltung_color_alpha(theme->accent, 0.15)
                                     : theme->card;
        draw_cell(cr, theme, grid, i / side, i % side, fill, FALSE,
                  slide->takes_largest && i <= at ? largest_of(slide, i / side, i % side) : -1);
    }
}

void faltung_slide_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSlidePicture *slide,
                        int at, FaltungRect rect) {
    int left = slide->input + 2 * slide->padding, right = outputs(slide);
    double cell = MIN(rect.width / (left + GAP + right), rect.height / MAX(left, right));
    double width = cell * (left + GAP + right);
    Grid input = {rect.x + (rect.width - width) / 2, rect.y + (rect.height - cell * left) / 2,
                  cell};
    Grid output = {input.x + cell * (left + GAP), rect.y + (rect.height - cell * right) / 2, cell};
    draw_input(cr, theme, slide, &input, at / right, at % right);
    draw_output(cr, theme, slide, &output, at);
    double middle = rect.y + rect.height / 2, arrow = input.x + cell * left;
    cairo_move_to(cr, arrow + 0.3 * cell, middle);
    cairo_rel_line_to(cr, 0.9 * cell, 0);
    cairo_rel_move_to(cr, -0.3 * cell, -0.3 * cell);
    cairo_rel_line_to(cr, 0.3 * cell, 0.3 * cell);
    cairo_rel_line_to(cr, -0.3 * cell, 0.3 * cell);
    faltung_set_color(cr, theme->dim);
    cairo_set_line_width(cr, 1.5);
    cairo_stroke(cr);
}
