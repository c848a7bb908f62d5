/* SPDX-License-Identifier: Apache-2.0 */
#include "data/ink.h"

#include <math.h>
#include <string.h>

#define LOOKED_AT 300

typedef struct {
    int left, top, right, bottom; /* right and bottom are outside */
} Box;

static Box box_of(const float *ink, int width, int height, float paper) {
    Box box = {width, height, 0, 0};
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            if (ink[y * width + x] <= paper)
                continue;
            box.left = MIN(box.left, x);
            box.right = MAX(box.right, x + 1);
            box.top = MIN(box.top, y);
            box.bottom = MAX(box.bottom, y + 1);
        }
    }
    return box;
}

int faltung_ink_box(FaltungDataset *dataset) {
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    g_return_val_if_fail(shape->rank == 3, 1);
    int height = shape->dims[1], width = shape->dims[2], side = 1;
    g_autofree float *values = g_new(float, faltung_shape_size(shape));
    guint32 n = MIN(faltung_dataset_size(dataset), LOOKED_AT);
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_raw(dataset, i, values);
        Box box = box_of(values, width, height, 0);
        side = MAX(side, MAX(box.right - box.left, box.bottom - box.top));
    }
    return MIN(side, MIN(width, height));
}

/* How much of [@begin, @end) is in [@at, @at + 1). */
static double overlap(double begin, double end, int at) {
    return MAX(0, MIN(end, at + 1) - MAX(begin, at));
}

/* The mean of the ink in a rectangle of fractions of pixels. */
static double mean_in(const float *ink, int width, double left, double top, double right,
                      double bottom) {
    double sum = 0;
    for (int y = (int)top; y < bottom; y++)
        for (int x = (int)left; x < right; x++)
            sum += ink[y * width + x] * overlap(left, right, x) * overlap(top, bottom, y);
    return sum / ((right - left) * (bottom - top));
}

gboolean faltung_ink_place(const float *ink, int ink_width, int ink_height, int box, int width,
                           int height, float *sample) {
    memset(sample, 0, sizeof(float) * width * height);
    Box from = box_of(ink, ink_width, ink_height, 0);
    if (from.right <= from.left)
        return FALSE;
    int w = from.right - from.left, h = from.bottom - from.top;
    double scale = (double)MIN(box, MIN(width, height)) / MAX(w, h);
    int columns = MAX(1, (int)lround(w * scale)), rows = MAX(1, (int)lround(h * scale));
    double step_x = (double)w / columns, step_y = (double)h / rows;
    g_autofree float *small = g_new(float, rows *columns);
    double mass = 0, x_mass = 0, y_mass = 0;
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
            double left = from.left + x * step_x, top = from.top + y * step_y;
            double value = mean_in(ink, ink_width, left, top, MIN(left + step_x, from.right),
                                   MIN(top + step_y, from.bottom));
            small[y * columns + x] = (float)value;
            mass += value;
            x_mass += value * (x + 0.5);
            y_mass += value * (y + 0.5);
        }
    }
    /* nothing is cut off */
    int x = CLAMP((int)lround(width / 2.0 - x_mass / mass), 0, width - columns);
    int y = CLAMP((int)lround(height / 2.0 - y_mass / mass), 0, height - rows);
    for (int row = 0; row < rows; row++)
        memcpy(sample + (y + row) * width + x, small + row * columns, columns * sizeof(float));
    return TRUE;
}
