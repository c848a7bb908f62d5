/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/preview.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MAX_IMAGES 6
#define MAX_COLUMNS 36 /* of one image */
#define GAP 2

/* An image that becomes characters. A character is twice as high as wide. */
typedef struct {
    int channels, height, width;
    int rows, columns; /* of characters */
} Canvas;

static Canvas canvas_new(const FaltungShape *shape, int columns) {
    Canvas canvas = {shape->dims[0], shape->dims[1], shape->dims[2]};
    /* an image that is small is drawn two characters a pixel, a large one is shrunk */
    canvas.columns = canvas.width * 2 <= MAX_COLUMNS ? canvas.width * 2 : canvas.width;
    canvas.columns = CLAMP(columns, 1, MIN(canvas.columns, MAX_COLUMNS));
    canvas.rows = lround(canvas.columns * (double)canvas.height / canvas.width / 2);
    canvas.rows = CLAMP(canvas.rows, 1, MAX_COLUMNS);
    return canvas;
}

/* The mean of what lies under the character at @row and @column, over the channels. */
static double mean_under(const Canvas *canvas, const float *image, int row, int column) {
    int top = row * canvas->height / canvas->rows;
    int bottom = MAX(top + 1, (row + 1) * canvas->height / canvas->rows);
    int left = column * canvas->width / canvas->columns;
    int right = MAX(left + 1, (column + 1) * canvas->width / canvas->columns);
    double sum = 0;
    for (int c = 0; c < canvas->channels; c++)
        for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++)
                sum += image[(c * canvas->height + y) * canvas->width + x];
    return sum / (canvas->channels * (bottom - top) * (right - left));
}

/* Appends @row of @image, whose values are from @low to @high. */
static void append_row(GString *out, const Canvas *canvas, const float *image, int row, double low,
                       double high) {
    static const char shades[] = " .:-=+*#%@";
    for (int column = 0; column < canvas->columns; column++) {
        double part = (mean_under(canvas, image, row, column) - low) / (high - low);
        int shade = isfinite(part) ? lround(CLAMP(part, 0, 1) * (strlen(shades) - 1)) : 0;
        g_string_append_c(out, shades[shade]);
    }
}

/* The first sample of each class, as long as there is room; of no classes the first ones. */
static int choose(FaltungDataset *dataset, int room, guint32 *chosen) {
    gboolean classes = faltung_dataset_is_classified(dataset);
    guint32 n = faltung_dataset_size(dataset);
    int n_chosen = 0, wanted = 0;
    while (n_chosen < room && wanted < (classes ? faltung_dataset_n_classes(dataset) : room)) {
        guint32 i = classes ? 0 : (guint32)wanted;
        while (classes && i < n && faltung_dataset_class(dataset, i) != wanted)
            i++;
        if (i < n)
            chosen[n_chosen++] = i;
        wanted++;
    }
    return n_chosen;
}

static void append_padded(GString *out, const char *text, int width) {
    glong length = g_utf8_strlen(text, -1);
    const char *end = g_utf8_offset_to_pointer(text, MIN(length, width));
    g_string_append_len(out, text, end - text);
    for (glong i = length; i < width; i++)
        g_string_append_c(out, ' ');
}

static void end_line(GString *out) {
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

int faltung_preview_room(const FaltungShape *shape, int width) {
    Canvas canvas = canvas_new(shape, width);
    return CLAMP((width + GAP) / (canvas.columns + GAP), 1, MAX_IMAGES);
}

char *faltung_preview_row(const FaltungShape *shape, const float *images, int n,
                          const char *const *captions, int width) {
    size_t size = faltung_shape_size(shape);
    Canvas canvas = canvas_new(shape, width);
    double low = FLT_MAX, high = -FLT_MAX;
    for (size_t k = 0; k < n * size; k++) {
        low = MIN(low, images[k]);
        high = MAX(high, images[k]);
    }
    GString *out = g_string_new(NULL);
    for (int row = 0; row < canvas.rows; row++) {
        for (int i = 0; i < n; i++) {
            append_padded(out, "", i ? GAP : 0);
            append_row(out, &canvas, images + i * size, row, low, high);
        }
        end_line(out);
    }
    for (int i = 0; captions && i < n; i++) {
        append_padded(out, "", i ? GAP : 0);
        append_padded(out, captions[i], canvas.columns);
    }
    if (captions)
        end_line(out);
    return g_string_free(out, FALSE);
}

char *faltung_preview_images(FaltungDataset *dataset, int width) {
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    g_return_val_if_fail(shape->rank == 3, NULL);
    size_t size = faltung_shape_size(shape);
    guint32 chosen[MAX_IMAGES];
    int n = choose(dataset, faltung_preview_room(shape, width), chosen);
    g_autofree float *images = g_new(float, MAX(n, 1) * size);
    const char *const *names =
        faltung_dataset_is_classified(dataset) ? faltung_dataset_class_names(dataset) : NULL;
    const char *captions[MAX_IMAGES];
    for (int i = 0; i < n; i++) {
        faltung_dataset_raw(dataset, chosen[i], images + i * size);
        captions[i] = names ? names[faltung_dataset_class(dataset, chosen[i])] : "";
    }
    return faltung_preview_row(shape, images, n, names ? captions : NULL, width);
}
