/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/sheet.h"

#include "draw/output.h"
#include "draw/tensor.h"
#include "draw/text.h"

#include <math.h>
#include <string.h>

#define GAP 10
#define BAR_HEIGHT 8

static double line_height(cairo_t *cr, const FaltungTheme *theme, FaltungTextFlags flags) {
    double height;
    faltung_text_size(cr, theme, "Xg", flags, NULL, &height);
    return height;
}

/* Where things are, relative to the sheet's corner. */
typedef struct {
    double top;            /* of the first row */
    double step_x, step_y; /* from cell to cell */
    double bar;            /* the height of a scale bar with its numbers; 0: there are none */
} Layout;

static Layout layout_of(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet) {
    gboolean captions = FALSE, bars = FALSE;
    for (int i = 0; i < sheet->n; i++) {
        captions |= sheet->pictures[i].caption != NULL;
        bars |= sheet->pictures[i].scale_bar;
    }
    double bar = bars ? BAR_HEIGHT + line_height(cr, theme, FALTUNG_TEXT_SMALL) + 6 : 0;
    double caption = captions ? line_height(cr, theme, FALTUNG_TEXT_SMALL) + 2 : 0;
    double title = sheet->title ? line_height(cr, theme, FALTUNG_TEXT_BOLD) + GAP : 0;
    return (Layout){GAP + title, sheet->cell + GAP, sheet->cell + bar + caption + GAP, bar};
}

static int rows_of(const FaltungSheet *sheet) {
    return (sheet->n + sheet->columns - 1) / MAX(sheet->columns, 1);
}

static FaltungRect cell_of(const Layout *layout, const FaltungSheet *sheet, int i) {
    return (FaltungRect){GAP + i % sheet->columns * layout->step_x,
                         layout->top + i / sheet->columns * layout->step_y, sheet->cell,
                         sheet->cell};
}

void faltung_sheet_size(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet,
                        double *width, double *height) {
    Layout layout = layout_of(cr, theme, sheet);
    int columns = MAX(MIN(sheet->columns, sheet->n), 1);
    double title = 0;
    if (sheet->title)
        faltung_text_size(cr, theme, sheet->title, FALTUNG_TEXT_BOLD, &title, NULL);
    *width = MAX(GAP + columns * layout.step_x, title + 2 * GAP);
    *height = layout.top + rows_of(sheet) * layout.step_y;
}

void faltung_sheet_measure(const FaltungTheme *theme, const FaltungSheet *sheet, double *width,
                           double *height) {
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
    cairo_t *cr = cairo_create(surface);
    faltung_sheet_size(cr, theme, sheet, width, height);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

static void draw_light(cairo_t *cr, double width, double height, gpointer sheet) {
    faltung_sheet_draw(cr, faltung_theme(FALSE), sheet, 0, 0);
}

gboolean faltung_sheet_write(const FaltungSheet *sheet, const char *path, GError **error) {
    const FaltungTheme *theme = faltung_theme(FALSE);
    double width, height;
    faltung_sheet_measure(theme, sheet, &width, &height);
    return faltung_output_write(path, width, height, 2, &theme->background, draw_light,
                                (gpointer)sheet, error);
}

void faltung_sheet_fit(cairo_t *cr, const FaltungTheme *theme, FaltungSheet *sheet, int in_row,
                       double smallest, double width, double height) {
    double best = 0;
    sheet->cell = 0;
    Layout empty = layout_of(cr, theme, sheet); /* the steps are what a cell adds to its side */
    int columns = MAX(in_row > 0 ? in_row : 1, 1), most = in_row > 0 ? in_row : MAX(sheet->n, 1);
    for (int n = columns; n <= most; n++) {
        sheet->columns = n;
        double across = (width - GAP) / n - empty.step_x;
        double down = (height - empty.top) / MAX(rows_of(sheet), 1) - empty.step_y;
        double cell = MIN(across, MAX(down, smallest));
        if (cell >= best) { /* of the same size rather fewer rows */
            best = cell;
            columns = n;
        }
    }
    sheet->columns = columns;
    sheet->cell = MAX(floor(best), MIN(smallest, 16));
}

static FaltungRect fit(int height, int width, FaltungRect rect) {
    double scale = MIN(rect.width / width, rect.height / height);
    return (FaltungRect){rect.x + (rect.width - width * scale) / 2,
                         rect.y + (rect.height - height * scale) / 2, width * scale,
                         height * scale};
}

/* Half transparent where it is small, opaque at its extremes. */
static void draw_over(cairo_t *cr, const FaltungTheme *theme, const float *values, int height,
                      int width, FaltungColormap colormap, FaltungRect rect) {
    FaltungRange range = faltung_range_of(colormap, values, (size_t)height * width);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_surface_flush(surface);
    guchar *bytes = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    double most = MAX(fabs(range.low), fabs(range.high));
    for (int i = 0; i < height * width; i++) {
        guint32 color = faltung_colormap_pixel(colormap, range, values[i]), pixel = 0;
        double alpha = most > 0 ? MIN(1, 0.15 + fabs(values[i]) / most) : 0.15;
        for (int shift = 0; shift < 24; shift += 8)
            pixel |= (guint32)((color >> shift & 255) * alpha) << shift;
        pixel |= (guint32)(255 * alpha) << 24;
        memcpy(bytes + (i / width) * stride + (i % width) * sizeof pixel, &pixel, sizeof pixel);
    }
    cairo_surface_mark_dirty(surface);
    cairo_save(cr);
    cairo_translate(cr, rect.x, rect.y);
    cairo_scale(cr, rect.width / width, rect.height / height);
    cairo_set_source_surface(cr, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
    cairo_rectangle(cr, 0, 0, width, height);
    cairo_fill(cr);
    cairo_restore(cr);
    cairo_surface_destroy(surface);
}

static FaltungRange range_of(const FaltungSheetPicture *picture) {
    if (picture->range.low != picture->range.high)
        return picture->range;
    return faltung_range_of(picture->colormap, picture->values,
                            faltung_shape_size(&picture->shape));
}

/* The sides of a picture as it is drawn; @height 0: bars. */
static void sides_of(const FaltungShape *shape, int *height, int *width) {
    *height = shape->rank < 2 ? 0 : shape->dims[shape->rank - 2];
    *width = shape->dims[MAX(shape->rank, 1) - 1];
}

/* Where the values of a picture lie in @rect. */
static FaltungRect values_rect(cairo_t *cr, const FaltungTheme *theme,
                               const FaltungSheetPicture *picture, FaltungRect rect) {
    int height, width;
    sides_of(&picture->shape, &height, &width);
    if (height == 0)
        return rect;
    return picture->edges ? faltung_edges_inside(cr, theme, picture->edges, rect)
                          : fit(height, width, rect);
}

/* A matrix may have more rows than there are pixels: the table of an embedding. */
static void draw_matrix(cairo_t *cr, const FaltungTheme *theme, const FaltungSheetPicture *picture,
                        int height, int width, FaltungRect rect) {
    double x, y;
    cairo_surface_get_device_scale(cairo_get_target(cr), &x, &y);
    FaltungMaps maps = faltung_maps(picture->values, 1, height, width);
    float *small = faltung_maps_reduce(&maps, MAX(rect.width * x, 1), MAX(rect.height * y, 1));
    faltung_heat_map_draw(cr, maps.values, maps.height, maps.width, picture->colormap,
                          range_of(picture), rect);
    g_free(small);
    faltung_edges_draw(cr, theme, picture->edges, height, width, rect);
}

void faltung_sample_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSheetPicture *picture,
                         FaltungRect rect) {
    const FaltungShape *shape = &picture->shape;
    size_t size = faltung_shape_size(shape);
    FaltungRange range = range_of(picture);
    if (shape->rank < 2) {
        faltung_units_draw(cr, theme, picture->values, size, range, rect, -1);
        return;
    }
    int channels = shape->rank == 3 ? shape->dims[0] : 1, height, width;
    sides_of(shape, &height, &width);
    rect = values_rect(cr, theme, picture, rect);
    if (picture->edges) {
        draw_matrix(cr, theme, picture, height, width, rect);
        return;
    }
    FaltungMaps maps = faltung_maps(picture->values, channels, height, width);
    if (picture->colormap == FALTUNG_COLORMAP_GREY)
        faltung_image_draw(cr, &maps, range, rect);
    else
        faltung_heat_map_draw(cr, picture->values, height, width, picture->colormap, range, rect);
    if (picture->over)
        draw_over(cr, theme, picture->over, height, width, picture->over_colormap, rect);
}

static void draw_scale_bar(cairo_t *cr, const FaltungTheme *theme,
                           const FaltungSheetPicture *picture, FaltungRect rect) {
    FaltungColormap colormap = picture->colormap;
    FaltungRange range = range_of(picture);
    if (picture->over) {
        int height, width;
        sides_of(&picture->shape, &height, &width);
        colormap = picture->over_colormap;
        range = faltung_range_of(colormap, picture->over, (size_t)height * width);
    }
    faltung_scale_bar_draw(cr, theme, colormap, range, rect);
}

static void draw_frame(cairo_t *cr, const FaltungTheme *theme, FaltungRect rect) {
    faltung_set_color(cr, theme->accent);
    cairo_set_line_width(cr, 2);
    cairo_rectangle(cr, rect.x - 2, rect.y - 2, rect.width + 4, rect.height + 4);
    cairo_stroke(cr);
}

void faltung_sheet_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet, double x,
                        double y) {
    Layout layout = layout_of(cr, theme, sheet);
    cairo_save(cr);
    cairo_translate(cr, x, y);
    if (sheet->title)
        faltung_text_draw(cr, theme, sheet->title, FALTUNG_TEXT_BOLD, theme->foreground, GAP, GAP,
                          0, 0, 0);
    for (int i = 0; i < sheet->n; i++) {
        const FaltungSheetPicture *picture = &sheet->pictures[i];
        FaltungRect cell = cell_of(&layout, sheet, i);
        faltung_sample_draw(cr, theme, picture, cell);
        if (picture->marked)
            draw_frame(cr, theme, cell);
        if (picture->scale_bar)
            draw_scale_bar(
                cr, theme, picture,
                (FaltungRect){cell.x, cell.y + cell.height + 4, cell.width, layout.bar - 4});
        if (picture->caption)
            faltung_text_draw(cr, theme, picture->caption, FALTUNG_TEXT_SMALL,
                              picture->wrong ? theme->error : theme->foreground,
                              cell.x + cell.width / 2, cell.y + cell.height + layout.bar + 2, 0.5,
                              0, layout.step_x);
    }
    cairo_restore(cr);
}

/* Which value of a picture in @cell is at a point. */
static gssize value_at(cairo_t *cr, const FaltungTheme *theme, const FaltungSheetPicture *picture,
                       FaltungRect cell, double x, double y) {
    int height, width;
    sides_of(&picture->shape, &height, &width);
    if (x < cell.x || y < cell.y || x >= cell.x + cell.width || y >= cell.y + cell.height)
        return -1;
    if (height == 0)
        return faltung_units_hit(width, cell, x);
    FaltungRect rect = values_rect(cr, theme, picture, cell);
    double column = floor((x - rect.x) / rect.width * width);
    double row = floor((y - rect.y) / rect.height * height);
    if (column < 0 || row < 0 || column >= width || row >= height)
        return -1;
    return (gssize)row * width + (gssize)column;
}

int faltung_sheet_hit(cairo_t *cr, const FaltungTheme *theme, const FaltungSheet *sheet, double x,
                      double y, gssize *value) {
    Layout layout = layout_of(cr, theme, sheet);
    if (value)
        *value = -1;
    if (x < GAP || y < layout.top || sheet->columns < 1)
        return -1;
    int column = (x - GAP) / layout.step_x, row = (y - layout.top) / layout.step_y;
    int i = row * sheet->columns + column;
    if (column >= sheet->columns || i >= sheet->n)
        return -1;
    if (value)
        *value = value_at(cr, theme, &sheet->pictures[i], cell_of(&layout, sheet, i), x, y);
    return i;
}
