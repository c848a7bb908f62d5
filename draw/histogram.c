/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/axis.h"
#include "draw/tensor.h"
#include "draw/text.h"

#include <math.h>

FaltungHistogram *faltung_histogram_new(const float *values, size_t n, int n_bins) {
    FaltungHistogram *histogram = g_new0(FaltungHistogram, 1);
    FaltungRange range = faltung_range_of(FALTUNG_COLORMAP_VIRIDIS, values, n);
    if (n_bins <= 0)
        n_bins = CLAMP((int)lround(2 * cbrt((double)n)), 8, 64); /* Rice's rule */
    histogram->n_bins = n_bins;
    histogram->low = range.low;
    histogram->high = range.high;
    histogram->counts = g_new0(guint, n_bins);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i])) {
            histogram->n_invalid++;
            continue;
        }
        int bin = (int)((values[i] - range.low) / (range.high - range.low) * n_bins);
        histogram->counts[CLAMP(bin, 0, n_bins - 1)]++;
        histogram->n_values++;
        sum += values[i];
    }
    if (histogram->n_values > 0) {
        histogram->mean = sum / histogram->n_values;
        for (size_t i = 0; i < n; i++) {
            if (isfinite(values[i]))
                squares += (values[i] - histogram->mean) * (values[i] - histogram->mean);
        }
        histogram->deviation = sqrt(squares / histogram->n_values);
    }
    return histogram;
}

void faltung_histogram_free(FaltungHistogram *histogram) {
    if (!histogram)
        return;
    g_free(histogram->counts);
    g_free(histogram);
}

void faltung_histogram_draw(cairo_t *cr, const FaltungTheme *theme,
                            const FaltungHistogram *histogram, FaltungColor color,
                            FaltungRect rect) {
    double text_height;
    faltung_text_size(cr, theme, "0", FALTUNG_TEXT_SMALL, NULL, &text_height);
    double bottom = floor(rect.y + rect.height - text_height - 3);
    FaltungAxis axis = {.low = histogram->low,
                        .high = histogram->high,
                        .start = rect.x,
                        .end = rect.x + rect.width};
    guint most = 1;
    for (int i = 0; i < histogram->n_bins; i++)
        most = MAX(most, histogram->counts[i]);
    cairo_save(cr);
    double pitch = rect.width / histogram->n_bins;
    double gap = pitch >= 4 ? 1 : 0;
    for (int i = 0; i < histogram->n_bins; i++) {
        double height = (bottom - rect.y) * histogram->counts[i] / most;
        cairo_rectangle(cr, rect.x + i * pitch + gap / 2, bottom - height, pitch - gap, height);
    }
    faltung_set_color(cr, color);
    cairo_fill(cr);
    cairo_set_line_width(cr, 1);
    faltung_set_color(cr, faltung_color_alpha(theme->foreground, 0.35));
    cairo_move_to(cr, rect.x, bottom + 0.5);
    cairo_line_to(cr, rect.x + rect.width, bottom + 0.5);
    cairo_stroke(cr);
    if (histogram->low < 0 && histogram->high > 0) {
        double dashes[] = {2, 2};
        double zero = floor(faltung_axis_position(&axis, 0)) + 0.5;
        cairo_set_dash(cr, dashes, 2, 0);
        cairo_move_to(cr, zero, rect.y);
        cairo_line_to(cr, zero, bottom);
        cairo_stroke(cr);
    }
    g_autoptr(GArray) ticks = faltung_axis_ticks(&axis, MAX((int)(rect.width / 60), 2));
    for (guint i = 0; i < ticks->len; i++) {
        double x = faltung_axis_position(&axis, g_array_index(ticks, double, i));
        g_autofree char *label = faltung_axis_label(&axis, ticks, i);
        double width;
        faltung_text_size(cr, theme, label, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR, &width,
                          NULL);
        x = CLAMP(x, rect.x + width / 2, rect.x + rect.width - width / 2);
        faltung_text_draw(cr, theme, label, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR, theme->dim,
                          x, bottom + 3, 0.5, 0, 0);
    }
    cairo_restore(cr);
}
