/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/chart.h"
#include "draw/colormap.h"
#include "draw/text.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Counts as they are, others to three digits. */
static char *number_text(double value) {
    return faltung_format_number(value, value == rint(value) ? 6 : 3);
}

void faltung_bars_draw(cairo_t *cr, const FaltungTheme *theme, const char *const *labels,
                       const double *values, int n, FaltungRect rect) {
    double label_width = 0, number_width = 0, low = 0, high = 0;
    for (int i = 0; i < n; i++) {
        double width;
        faltung_text_size(cr, theme, labels[i], FALTUNG_TEXT_NORMAL, &width, NULL);
        label_width = MAX(label_width, width);
        g_autofree char *number = number_text(values[i]);
        faltung_text_size(cr, theme, number, FALTUNG_TEXT_TABULAR, &width, NULL);
        number_width = MAX(number_width, width);
        if (isfinite(values[i])) {
            low = MIN(low, values[i]);
            high = MAX(high, values[i]);
        }
    }
    if (low == high)
        high = 1;
    label_width = MIN(label_width, rect.width * 0.4);
    double left = rect.x + label_width + 8;
    double room = MAX(rect.x + rect.width - number_width - 8 - left, 1);
    double zero = left - low / (high - low) * room, pitch = rect.height / MAX(n, 1);
    double thickness = MIN(pitch * 0.7, 22);
    cairo_save(cr);
    for (int i = 0; i < n; i++) {
        double middle = rect.y + (i + 0.5) * pitch;
        double value = isfinite(values[i]) ? values[i] : 0;
        double length = value / (high - low) * room;
        cairo_rectangle(cr, MIN(zero, zero + length), middle - thickness / 2, fabs(length),
                        thickness);
        faltung_set_color(cr, theme->series[0]);
        cairo_fill(cr);
        faltung_text_draw(cr, theme, labels[i], FALTUNG_TEXT_NORMAL, theme->foreground, left - 8,
                          middle, 1, 0.5, label_width);
        g_autofree char *number = number_text(values[i]);
        faltung_text_draw(cr, theme, number, FALTUNG_TEXT_TABULAR, theme->dim,
                          MAX(zero, zero + length) + 6, middle, 0, 0.5, 0);
    }
    cairo_restore(cr);
}

typedef struct {
    FaltungRect cells; /* a square */
    double label_width, label_height;
} Confusion;

static Confusion confusion_layout(cairo_t *cr, const FaltungTheme *theme, const char *const *names,
                                  int n, FaltungRect rect) {
    Confusion layout = {.label_width = 0};
    double text_height;
    for (int i = 0; i < n; i++) {
        double width;
        g_autofree char *number = g_strdup_printf("%d", i);
        faltung_text_size(cr, theme, names ? names[i] : number, FALTUNG_TEXT_SMALL, &width,
                          &text_height);
        layout.label_width = MAX(layout.label_width, width);
    }
    layout.label_width = MIN(layout.label_width, MIN(rect.width * 0.3, 90));
    layout.label_height = MAX(layout.label_width, text_height); /* where names stand upright */
    double left = text_height + 6 + layout.label_width + 6;
    double top = text_height + 6 + layout.label_height + 6;
    double side = MAX(floor(MIN(rect.width - left, rect.height - top) / n), 1) * n;
    layout.cells = (FaltungRect){floor(rect.x + left), floor(rect.y + top), side, side};
    return layout;
}

static void draw_cell(cairo_t *cr, const FaltungTheme *theme, guint64 count, double share,
                      FaltungRect cell) {
    /* from the background to a blue; the shade grows fast at first, so that rare confusions are
       seen */
    FaltungColor color = faltung_color_mix(theme->background, theme->series[0], sqrt(share));
    cairo_rectangle(cr, cell.x, cell.y, cell.width - 1, cell.height - 1);
    faltung_set_color(cr, color);
    cairo_fill(cr);
    double width, height;
    g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, count);
    faltung_text_size(cr, theme, number, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR, &width,
                      &height);
    if (count > 0 && width < cell.width - 3 && height < cell.height)
        faltung_text_draw(cr, theme, number, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                          faltung_color_on(color), cell.x + cell.width / 2,
                          cell.y + cell.height / 2, 0.5, 0.5, 0);
}

void faltung_confusion_draw(cairo_t *cr, const FaltungTheme *theme, const char *const *names,
                            const guint64 *counts, int n, FaltungRect rect) {
    if (n <= 0)
        return;
    Confusion layout = confusion_layout(cr, theme, names, n, rect);
    FaltungRect cells = layout.cells;
    double side = cells.width / n, text_height;
    faltung_text_size(cr, theme, "X", FALTUNG_TEXT_SMALL, NULL, &text_height);
    gboolean labels = side >= text_height;
    cairo_save(cr);
    faltung_set_color(cr, theme->grid);
    cairo_rectangle(cr, cells.x - 1, cells.y - 1, cells.width + 1, cells.height + 1);
    cairo_fill(cr);
    for (int truth = 0; truth < n; truth++) {
        double total = 0;
        for (int i = 0; i < n; i++)
            total += counts[truth * n + i];
        for (int i = 0; i < n; i++) {
            guint64 count = counts[truth * n + i];
            draw_cell(cr, theme, count, total > 0 ? count / total : 0,
                      (FaltungRect){cells.x + i * side, cells.y + truth * side, side, side});
        }
        if (!labels)
            continue;
        g_autofree char *number = g_strdup_printf("%d", truth);
        const char *name = names ? names[truth] : number;
        double middle = (truth + 0.5) * side;
        faltung_text_draw(cr, theme, name, FALTUNG_TEXT_SMALL, theme->foreground, cells.x - 6,
                          cells.y + middle, 1, 0.5, layout.label_width);
        double width;
        faltung_text_size(cr, theme, name, FALTUNG_TEXT_SMALL, &width, NULL);
        cairo_save(cr);
        cairo_translate(cr, cells.x + middle, cells.y - 6);
        if (width > side - 4) /* long names stand upright */
            cairo_rotate(cr, -G_PI / 2);
        faltung_text_draw(cr, theme, name, FALTUNG_TEXT_SMALL, theme->foreground, 0, 0,
                          width > side - 4 ? 0 : 0.5, width > side - 4 ? 0.5 : 1,
                          layout.label_height);
        cairo_restore(cr);
    }
    faltung_text_draw(cr, theme, _("Prediction"), FALTUNG_TEXT_SMALL, theme->dim,
                      cells.x + cells.width / 2, rect.y, 0.5, 0, 0);
    cairo_translate(cr, rect.x, cells.y + cells.height / 2);
    cairo_rotate(cr, -G_PI / 2);
    faltung_text_draw(cr, theme, _("Truth"), FALTUNG_TEXT_SMALL, theme->dim, 0, 0, 0.5, 0, 0);
    cairo_restore(cr);
}

gboolean faltung_confusion_hit(cairo_t *cr, const FaltungTheme *theme, const char *const *names,
                               int n, FaltungRect rect, double x, double y, int *truth,
                               int *prediction) {
    if (n <= 0)
        return FALSE;
    FaltungRect cells = confusion_layout(cr, theme, names, n, rect).cells;
    if (x < cells.x || y < cells.y || x >= cells.x + cells.width || y >= cells.y + cells.height)
        return FALSE;
    *truth = (int)((y - cells.y) * n / cells.height);
    *prediction = (int)((x - cells.x) * n / cells.width);
    return TRUE;
}
