/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/comparison.h"

#include <math.h>
#include <string.h>

/* Maps of more than one, [..., H, W], as one picture with a line of zeros between them; what has
   fewer dimensions as it is. */
static float *lay_out(const FaltungShape *shape, const float *values, FaltungShape *plane) {
    size_t size = faltung_shape_size(shape);
    *plane = *shape;
    if (shape->rank < 3)
        return g_memdup2(values, size * sizeof(float));
    int height = shape->dims[shape->rank - 2], width = shape->dims[shape->rank - 1];
    int n = size / ((size_t)height * width);
    int columns = MAX(1, (int)lround(sqrt((double)n * height / width)));
    int rows = (n + columns - 1) / columns;
    int all = rows * (height + 1) - 1, across = columns * (width + 1) - 1;
    *plane = (FaltungShape){2, {all, across}};
    float *laid = g_new0(float, (size_t)all *across);
    for (int map = 0; map < n; map++) {
        float *corner = laid + (size_t)(map / columns) * (height + 1) * across +
                        (size_t)(map % columns) * (width + 1);
        for (int y = 0; y < height; y++)
            memcpy(corner + (size_t)y * across, values + ((size_t)map * height + y) * width,
                   width * sizeof(float));
    }
    return laid;
}

static gboolean is_signed(const FaltungCompared *compared) {
    for (size_t i = 0; i < compared->n; i++)
        if (compared->a[i] < 0 || compared->b[i] < 0)
            return TRUE;
    return FALSE;
}

void faltung_comparison_pictures(const FaltungCompared *compared, const FaltungTheme *theme,
                                 FaltungSheetPicture pictures[FALTUNG_COMPARISON_PICTURES],
                                 float *planes[FALTUNG_COMPARISON_PICTURES]) {
    const float *values[] = {compared->a, compared->b, compared->difference};
    gboolean both = is_signed(compared);
    for (int i = 0; i < FALTUNG_COMPARISON_PICTURES; i++) {
        gboolean difference = i == 2;
        float most = difference ? compared->largest_difference : compared->largest;
        most = most > 0 ? most : 1;
        pictures[i] = (FaltungSheetPicture){
            .colormap =
                both || difference ? faltung_colormap_diverging(theme) : FALTUNG_COLORMAP_VIRIDIS,
            .range = {both || difference ? -most : 0, most},
        };
        planes[i] = lay_out(&compared->shape, values[i], &pictures[i].shape);
        pictures[i].values = planes[i];
        pictures[i].scale_bar = pictures[i].shape.rank >= 2;
    }
}
