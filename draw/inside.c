/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/inside.h"

#include "draw/picture.h"
#include "draw/text.h"

#include <glib/gi18n-lib.h>

FaltungSheetPicture faltung_inside_picture(const FaltungInside *inside, int map,
                                           const FaltungTheme *theme, FaltungEdges *edges) {
    size_t n = faltung_shape_size(&inside->shape);
    FaltungColormap colormap = faltung_values_signed(inside->values, n)
                                   ? faltung_colormap_diverging(theme)
                                   : FALTUNG_COLORMAP_VIRIDIS;
    FaltungSheetPicture picture = {
        .colormap = colormap,
        .range = faltung_range_of(colormap, inside->values, n),
    };
    picture.values = faltung_inside_map(inside, map, &picture.shape);
    int columns = inside->shape.rank - 1, rows = columns - 1;
    if (picture.shape.rank < 2)
        picture.range = (FaltungRange){0}; /* bars begin at zero */
    if (inside->axes[columns] == FALTUNG_AXIS_NONE)
        return picture; /* a single number */
    *edges = (FaltungEdges){
        .columns = _(faltung_inner_axis_name(inside->axes[columns])),
        .column_names = inside->names[columns],
    };
    picture.edges = edges;
    if (picture.shape.rank < 2)
        return picture;
    edges->rows = _(faltung_inner_axis_name(inside->axes[rows]));
    edges->row_names = inside->names[rows];
    picture.scale_bar = TRUE;
    return picture;
}

char *faltung_inside_caption(const FaltungInside *inside, int map) {
    g_autofree char *title = faltung_inside_title(inside, map);
    FaltungShape shape;
    const float *values = faltung_inside_map(inside, map, &shape);
    if (shape.rank > 1)
        return g_steal_pointer(&title);
    float least = values[0], most = values[0];
    for (int i = 1; i < shape.dims[0]; i++) {
        least = MIN(least, values[i]);
        most = MAX(most, values[i]);
    }
    g_autofree char *low = faltung_format_number(least, 3);
    g_autofree char *high = faltung_format_number(most, 3);
    if (least == most)
        return g_strdup_printf("%s  %s", title, low);
    return g_strdup_printf("%s  %s \342\200\246 %s", title, low, high);
}
