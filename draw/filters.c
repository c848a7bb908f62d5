/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/filters.h"

#include <math.h>

#define GAP 1 /* pixels between the kernels of a filter, and between it and its map */

/* A filter's kernels, one a channel, in a grid as square as possible. */
typedef struct {
    int n, columns, rows;
} Grid;

static Grid grid_of(const FaltungMaps *kernels, int n_filters) {
    Grid grid = {.n = kernels->n / n_filters};
    grid.columns = (int)ceil(sqrt((double)grid.n));
    grid.rows = (grid.n + grid.columns - 1) / grid.columns;
    return grid;
}

/* Pixels a weight, so that the grid is not higher than @height; 0: it cannot be. */
static int scale_for(const FaltungMaps *kernels, Grid grid, int height) {
    return MAX(0, (height - (grid.rows - 1) * GAP) / (grid.rows * kernels->height));
}

gboolean faltung_filters_fit(const FaltungMaps *kernels, const FaltungMaps *maps,
                             FaltungAtlasStyle *style, int width, int height) {
    Grid grid = grid_of(kernels, maps->n);
    for (int scale = height / maps->height; scale > 0; scale--) {
        int size = scale_for(kernels, grid, maps->height * scale);
        if (size == 0)
            return FALSE;
        int beside = grid.columns * (kernels->width * size + GAP);
        int room = beside + maps->width * scale + style->gap;
        int columns = (width + style->gap) / room;
        if (columns == 0)
            continue;
        int rows = (maps->n + columns - 1) / columns;
        if (rows * (maps->height * scale + style->gap) - style->gap <= height) {
            style->scale = scale;
            style->beside = beside;
            style->columns = (maps->n + rows - 1) / rows;
            return TRUE;
        }
    }
    return FALSE;
}

void faltung_filters_render(const FaltungMaps *kernels, const FaltungAtlas *atlas,
                            FaltungColormap colormap, guint32 *pixels, size_t stride) {
    Grid grid = grid_of(kernels, atlas->n);
    FaltungAtlasStyle style = {.colormap = colormap,
                               .columns = grid.columns,
                               .gap = GAP,
                               .scale = scale_for(kernels, grid, atlas->cell_height)};
    style.range = faltung_maps_range(kernels, colormap, -1);
    for (int i = 0; i < atlas->n; i++) {
        FaltungMaps filter = *kernels;
        filter.n = grid.n;
        filter.values += i * grid.n * kernels->map_stride;
        FaltungAtlas own = faltung_atlas_layout(&filter, &style);
        FaltungRect room = faltung_atlas_beside(atlas, i);
        size_t top = (size_t)room.y + ((size_t)room.height - own.height) / 2;
        faltung_atlas_render(&filter, &style, pixels + top * stride + (size_t)room.x, stride);
    }
}
