/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/edges.h"

#include "draw/text.h"

#include <math.h>

#define GAP 3
#define TICK 4     /* the length of what marks a row */
#define SMALLEST 7 /* of a font, in units */

static double small_size(const FaltungTheme *theme) {
    return theme->font_size * 5 / 6;
}

static double line_height(cairo_t *cr, const FaltungTheme *theme) {
    double height;
    faltung_text_size(cr, theme, "Xg", FALTUNG_TEXT_SMALL, NULL, &height);
    return height;
}

static double widest(cairo_t *cr, const FaltungTheme *theme, char *const *names) {
    double most = 0;
    for (; *names; names++) {
        double width;
        faltung_text_size(cr, theme, *names, FALTUNG_TEXT_SMALL, &width, NULL);
        most = MAX(most, width);
    }
    return most;
}

static gboolean has_all(char *const *names) {
    while (*names && **names)
        names++;
    return !*names;
}

FaltungRect faltung_edges_inside(cairo_t *cr, const FaltungTheme *theme, const FaltungEdges *edges,
                                 FaltungRect rect) {
    double line = line_height(cr, theme);
    double left = edges->row_names ? widest(cr, theme, edges->row_names) + TICK + 2 * GAP : 0;
    double top = line + GAP + (edges->column_names ? line + GAP : 0);
    left = MIN(left, rect.width / 2);
    top = MIN(top, rect.height / 2);
    return (FaltungRect){rect.x + left, rect.y + top, rect.width - left, rect.height - top};
}

/* Names at a pitch of less than a line are smaller. */
static FaltungTheme theme_for(const FaltungTheme *theme, double pitch) {
    FaltungTheme fitting = *theme;
    double size = CLAMP(pitch, MIN(SMALLEST, small_size(theme)), small_size(theme));
    fitting.font_size = size * 6 / 5;
    return fitting;
}

static void draw_row_names(cairo_t *cr, const FaltungTheme *theme, char *const *names, int n,
                           FaltungRect inside) {
    double pitch = inside.height / n, free = -INFINITY;
    FaltungTheme own = theme_for(theme, pitch);
    gboolean marks = !has_all(names);
    for (int i = 0; i < n; i++) {
        if (!*names[i])
            continue;
        double y = inside.y + (i + 0.5) * pitch;
        if (marks) {
            faltung_set_color(cr, theme->accent);
            cairo_rectangle(cr, inside.x - TICK - 1, y - MAX(pitch, 1) / 2, TICK, MAX(pitch, 1));
            cairo_fill(cr);
        }
        double height = small_size(&own) * 0.8; /* letters leave some of it empty */
        if (y - height / 2 < free)
            continue;
        faltung_text_draw(cr, &own, names[i], FALTUNG_TEXT_SMALL, theme->foreground,
                          inside.x - (marks ? TICK + GAP + 1 : GAP), y, 1, 0.5, 0);
        free = y + height / 2;
    }
}

static void draw_column_names(cairo_t *cr, const FaltungTheme *theme, char *const *names, int n,
                              FaltungRect inside) {
    double pitch = inside.width / n, free = -INFINITY;
    FaltungTheme own = theme_for(theme, pitch);
    for (int i = 0; i < n; i++) {
        double x = inside.x + (i + 0.5) * pitch, width;
        faltung_text_size(cr, &own, names[i], FALTUNG_TEXT_SMALL, &width, NULL);
        if (!*names[i] || x - width / 2 < free)
            continue;
        faltung_text_draw(cr, &own, names[i], FALTUNG_TEXT_SMALL, theme->foreground, x,
                          inside.y - GAP, 0.5, 1, 0);
        free = x + width / 2;
    }
}

void faltung_edges_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungEdges *edges,
                        int n_rows, int n_columns, FaltungRect inside) {
    double line = line_height(cr, theme);
    double y = inside.y - GAP - (edges->column_names ? line + GAP : 0);
    g_autofree char *rows = g_strdup_printf("%s \342\206\223", edges->rows);
    g_autofree char *columns = g_strdup_printf("%s \342\206\222", edges->columns);
    double width, other;
    faltung_text_size(cr, theme, rows, FALTUNG_TEXT_SMALL, &width, NULL);
    faltung_text_size(cr, theme, columns, FALTUNG_TEXT_SMALL, &other, NULL);
    FaltungTheme own = *theme; /* so small that they stand side by side */
    own.font_size *= MIN(1, inside.width / (width + 3 * GAP + other));
    faltung_text_draw(cr, &own, rows, FALTUNG_TEXT_SMALL, theme->dim, inside.x, y, 0, 1, 0);
    faltung_text_draw(cr, &own, columns, FALTUNG_TEXT_SMALL, theme->dim, inside.x + inside.width, y,
                      1, 1, 0);
    if (edges->row_names)
        draw_row_names(cr, theme, edges->row_names, n_rows, inside);
    if (edges->column_names)
        draw_column_names(cr, theme, edges->column_names, n_columns, inside);
}
