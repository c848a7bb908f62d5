/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/shapes.h"

#include <math.h>

void faltung_rounded_rectangle(cairo_t *cr, FaltungRect r, double radius) {
    radius = MIN(radius, MIN(r.width, r.height) / 2);
    cairo_new_sub_path(cr);
    cairo_arc(cr, r.x + r.width - radius, r.y + radius, radius, -G_PI / 2, 0);
    cairo_arc(cr, r.x + r.width - radius, r.y + r.height - radius, radius, 0, G_PI / 2);
    cairo_arc(cr, r.x + radius, r.y + r.height - radius, radius, G_PI / 2, G_PI);
    cairo_arc(cr, r.x + radius, r.y + radius, radius, G_PI, 3 * G_PI / 2);
    cairo_close_path(cr);
}

FaltungColor faltung_group_color(const FaltungTheme *theme, FaltungGroup group) {
    return group < FALTUNG_N_GROUPS ? theme->groups[group] : theme->dim;
}

/* The icons are drawn on a square from -8 to 8. */

static void dot(cairo_t *cr, double x, double y, double radius) {
    cairo_new_sub_path(cr);
    cairo_arc(cr, x, y, radius, 0, 2 * G_PI);
    cairo_fill(cr);
}

static void line(cairo_t *cr, double x0, double y0, double x1, double y1) {
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, x1, y1);
    cairo_stroke(cr);
}

static void square(cairo_t *cr, double x, double y, double size) {
    faltung_rounded_rectangle(cr, (FaltungRect){x, y, size, size}, size > 4 ? 1 : 0.5);
    cairo_fill(cr);
}

/* Every unit of two layers joined with every other. */
static void icon_dense(cairo_t *cr) {
    cairo_set_line_width(cr, 0.9);
    for (int a = -1; a <= 1; a++) {
        for (int b = -1; b <= 1; b++)
            line(cr, -5, 5 * a, 5, 5 * b);
    }
    for (int a = -1; a <= 1; a++) {
        dot(cr, -5, 5 * a, 2);
        dot(cr, 5, 5 * a, 2);
    }
}

/* A kernel on an image. */
static void icon_convolution(cairo_t *cr) {
    cairo_set_line_width(cr, 0.9);
    for (int i = 0; i <= 4; i++) {
        line(cr, -7 + 3.5 * i, -7, -7 + 3.5 * i, 7);
        line(cr, -7, -7 + 3.5 * i, 7, -7 + 3.5 * i);
    }
    square(cr, -7, -7, 7);
}

/* Four become one. */
static void icon_pooling(cairo_t *cr) {
    for (int i = 0; i < 4; i++)
        square(cr, -7.5 + i % 2 * 4.2, -3.9 + i / 2 * 4.2, 3.4);
    cairo_set_line_width(cr, 1.4);
    line(cr, 2, -3.5, 4, 0);
    line(cr, 4, 0, 2, 3.5);
    square(cr, 5.2, -1.7, 3.4);
}

static void icon_recurrent(cairo_t *cr) {
    cairo_set_line_width(cr, 1.8);
    cairo_arc(cr, 0, 0, 5.5, -0.15 * G_PI, 1.6 * G_PI);
    cairo_stroke(cr);
    cairo_move_to(cr, 5.2, -5.7);
    cairo_line_to(cr, 5.4, -0.3);
    cairo_line_to(cr, 0.6, -3.2);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void icon_activation(cairo_t *cr) {
    cairo_set_line_width(cr, 0.9);
    line(cr, 0, -7, 0, 7);
    line(cr, -7, 0, 7, 0);
    cairo_set_line_width(cr, 2);
    cairo_move_to(cr, -7, 5.5);
    cairo_curve_to(cr, 1, 5.5, -1, -5.5, 7, -5.5);
    cairo_stroke(cr);
}

/* A bell curve. */
static void icon_normalization(cairo_t *cr) {
    cairo_set_line_width(cr, 1.8);
    cairo_move_to(cr, -7.5, 5);
    cairo_curve_to(cr, -2, 5, -3, -6, 0, -6);
    cairo_curve_to(cr, 3, -6, 2, 5, 7.5, 5);
    cairo_stroke(cr);
}

/* Some units are out. */
static void icon_regularization(cairo_t *cr) {
    cairo_set_line_width(cr, 1.1);
    for (int i = 0; i < 9; i++) {
        double x = (i % 3 - 1) * 5.2, y = (i / 3 - 1) * 5.2;
        if (i == 1 || i == 3 || i == 8) {
            cairo_new_sub_path(cr);
            cairo_arc(cr, x, y, 1.5, 0, 2 * G_PI);
            cairo_stroke(cr);
        } else {
            dot(cr, x, y, 2.1);
        }
    }
}

/* A square becomes a row. */
static void icon_shape(cairo_t *cr) {
    for (int i = 0; i < 4; i++)
        square(cr, -4 + i % 2 * 4.3, -8 + i / 2 * 4.3, 3.6);
    cairo_set_line_width(cr, 1.3);
    line(cr, 0, 1.3, 0, 3.4);
    for (int i = 0; i < 4; i++)
        square(cr, -8 + i * 4.15, 4.4, 3.4);
}

static void icon_join(cairo_t *cr) {
    cairo_set_line_width(cr, 2);
    line(cr, -6, 0, 6, 0);
    line(cr, 0, -6, 0, 6);
}

static void icon_input(cairo_t *cr) {
    cairo_set_line_width(cr, 1.5);
    faltung_rounded_rectangle(cr, (FaltungRect){-7, -6, 14, 12}, 2);
    cairo_stroke(cr);
    dot(cr, -3, -2, 1.5);
    cairo_move_to(cr, -5.5, 4.5);
    cairo_line_to(cr, -1.5, 0.5);
    cairo_line_to(cr, 0.5, 2.2);
    cairo_line_to(cr, 3, -1);
    cairo_line_to(cr, 5.5, 2);
    cairo_line_to(cr, 5.5, 4.5);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void (*const icons[])(cairo_t *cr) = {
    [FALTUNG_GROUP_DENSE] = icon_dense,
    [FALTUNG_GROUP_CONVOLUTION] = icon_convolution,
    [FALTUNG_GROUP_POOLING] = icon_pooling,
    [FALTUNG_GROUP_RECURRENT] = icon_recurrent,
    [FALTUNG_GROUP_ACTIVATION] = icon_activation,
    [FALTUNG_GROUP_NORMALIZATION] = icon_normalization,
    [FALTUNG_GROUP_REGULARIZATION] = icon_regularization,
    [FALTUNG_GROUP_SHAPE] = icon_shape,
    [FALTUNG_GROUP_JOIN] = icon_join,
    [FALTUNG_N_GROUPS] = icon_input,
};

void faltung_group_icon_draw(cairo_t *cr, FaltungGroup group, double x, double y, double size,
                             FaltungColor color) {
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_scale(cr, size / 16, size / 16);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_new_path(cr);
    faltung_set_color(cr, color);
    icons[group](cr);
    cairo_restore(cr);
}
