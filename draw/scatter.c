/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/scatter.h"

#include "draw/text.h"

#include <math.h>

#define MARGIN 12
#define KEY 10 /* of the legend */

/* Where points lie in the drawing. */
typedef struct {
    double scale, x, y; /* of a point's coordinates, and where their origin lies */
    double radius;
    FaltungRect plot;
} Frame;

static char *class_label(const FaltungScatter *scatter, int class) {
    return scatter->names ? g_strdup(scatter->names[class]) : g_strdup_printf("%d", class);
}

static double legend_width(cairo_t *cr, const FaltungTheme *theme, const FaltungScatter *scatter) {
    double most = 0;
    for (int k = 0; k < scatter->n_classes; k++) {
        g_autofree char *label = class_label(scatter, k);
        double width;
        faltung_text_size(cr, theme, label, FALTUNG_TEXT_NORMAL, &width, NULL);
        most = MAX(most, width);
    }
    return scatter->n_classes > 0 ? MIN(most, 160) + KEY + 2 * MARGIN : 0;
}

static Frame frame_of(cairo_t *cr, const FaltungTheme *theme, const FaltungScatter *scatter,
                      FaltungRect rect) {
    double title = 0;
    if (scatter->title)
        faltung_text_size(cr, theme, scatter->title, FALTUNG_TEXT_BOLD, NULL, &title);
    Frame frame = {.plot = rect};
    frame.plot.x += MARGIN;
    frame.plot.y += MARGIN + (title > 0 ? title + MARGIN : 0);
    frame.plot.width -= 2 * MARGIN + legend_width(cr, theme, scatter);
    frame.plot.height -= frame.plot.y - rect.y + MARGIN;
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (int i = 0; i < 2 * scatter->n; i++) {
        if (!isfinite(scatter->points[i]))
            continue;
        low[i % 2] = MIN(low[i % 2], scatter->points[i]);
        high[i % 2] = MAX(high[i % 2], scatter->points[i]);
    }
    double wide = MAX(high[0] - low[0], 1e-30), high_ = MAX(high[1] - low[1], 1e-30);
    if (scatter->n == 0 || !isfinite(wide) || !isfinite(high_))
        wide = high_ = low[0] = low[1] = high[0] = high[1] = 1;
    frame.scale = MIN(frame.plot.width / wide, frame.plot.height / high_);
    frame.x = frame.plot.x + frame.plot.width / 2 - frame.scale * (low[0] + high[0]) / 2;
    frame.y = frame.plot.y + frame.plot.height / 2 + frame.scale * (low[1] + high[1]) / 2;
    double room = sqrt(MAX(frame.plot.width * frame.plot.height, 1) / MAX(scatter->n, 1));
    frame.radius = CLAMP(room / 5, 1.2, 4);
    return frame;
}

static FaltungPoint place(const Frame *frame, const FaltungScatter *scatter, int i) {
    return (FaltungPoint){frame->x + frame->scale * scatter->points[2 * i],
                          frame->y - frame->scale * scatter->points[2 * i + 1]};
}

/* Adds a mark to the path: discs first, then squares, triangles and diamonds. */
static void add_mark(cairo_t *cr, int class, FaltungPoint at, double r) {
    static const struct {
        int corners;
        double angle, size;
    } shapes[] = {{0, 0, 1}, {4, G_PI_4, 1.2}, {3, -G_PI_2, 1.3}, {4, 0, 1.3}};
    int shape = class < 0 ? 0 : class / FALTUNG_N_SERIES_COLORS % (int)G_N_ELEMENTS(shapes);
    cairo_new_sub_path(cr);
    if (shapes[shape].corners == 0) {
        cairo_arc(cr, at.x, at.y, r, 0, 2 * G_PI);
        return;
    }
    for (int k = 0; k < shapes[shape].corners; k++) {
        double angle = shapes[shape].angle + 2 * G_PI * k / shapes[shape].corners;
        cairo_line_to(cr, at.x + shapes[shape].size * r * cos(angle),
                      at.y + shapes[shape].size * r * sin(angle));
    }
    cairo_close_path(cr);
}

static FaltungColor class_color(const FaltungTheme *theme, int class) {
    return class < 0 ? theme->dim : faltung_theme_series(theme, class);
}

static void draw_legend(cairo_t *cr, const FaltungTheme *theme, const FaltungScatter *scatter,
                        const Frame *frame) {
    double height;
    faltung_text_size(cr, theme, "0", FALTUNG_TEXT_NORMAL, NULL, &height);
    double x = frame->plot.x + frame->plot.width + MARGIN, y = frame->plot.y;
    int most = MAX((int)(frame->plot.height / (height + 4)), 1);
    for (int k = 0; k < MIN(scatter->n_classes, most); k++, y += height + 4) {
        g_autofree char *label =
            k == most - 1 && scatter->n_classes > most ? g_strdup("…") : class_label(scatter, k);
        add_mark(cr, k, (FaltungPoint){x + KEY / 2.0, y + height / 2}, KEY / 2.0);
        faltung_set_color(cr, class_color(theme, k));
        cairo_fill(cr);
        faltung_text_draw(cr, theme, label, FALTUNG_TEXT_NORMAL, theme->foreground, x + KEY + 6, y,
                          0, 0, 160);
    }
}

void faltung_scatter_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungScatter *scatter,
                          FaltungRect rect) {
    Frame frame = frame_of(cr, theme, scatter, rect);
    cairo_save(cr);
    if (scatter->title)
        faltung_text_draw(cr, theme, scatter->title, FALTUNG_TEXT_BOLD, theme->foreground,
                          rect.x + MARGIN, rect.y + MARGIN, 0, 0, rect.width - 2 * MARGIN);
    for (int i = 0; i < scatter->n; i++) {
        FaltungPoint at = place(&frame, scatter, i);
        if (!isfinite(at.x) || !isfinite(at.y))
            continue;
        int class = scatter->classes ? scatter->classes[i] : 0;
        add_mark(cr, class, at, frame.radius);
        faltung_set_color(cr, faltung_color_alpha(class_color(theme, class), 0.8));
        cairo_fill(cr);
    }
    if (scatter->selected >= 0 && scatter->selected < scatter->n) {
        FaltungPoint at = place(&frame, scatter, scatter->selected);
        cairo_arc(cr, at.x, at.y, frame.radius + 4, 0, 2 * G_PI);
        cairo_set_line_width(cr, 2);
        faltung_set_color(cr, theme->accent);
        cairo_stroke(cr);
    }
    draw_legend(cr, theme, scatter, &frame);
    cairo_restore(cr);
}

int faltung_scatter_hit(cairo_t *cr, const FaltungTheme *theme, const FaltungScatter *scatter,
                        FaltungRect rect, double x, double y, double reach) {
    Frame frame = frame_of(cr, theme, scatter, rect);
    int nearest = -1;
    double least = reach;
    for (int i = 0; i < scatter->n; i++) {
        FaltungPoint at = place(&frame, scatter, i);
        double distance = hypot(at.x - x, at.y - y);
        if (distance <= least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}
