/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/activation.h"

#define BARS_WIDTH 800
#define BARS_HEIGHT 240
#define MARGIN 20

static gboolean is_bars(const FaltungActivation *activation) {
    return activation->shape.rank != 2 && activation->shape.rank != 3;
}

static FaltungMaps maps_of(const FaltungActivation *activation) {
    const int *dims = activation->shape.dims;
    return activation->shape.rank == 2
               ? faltung_maps(activation->values, 1, dims[0], dims[1])
               : faltung_maps(activation->values, dims[0], dims[1], dims[2]);
}

double faltung_activation_size(const FaltungActivation *activation, double *width, double *height) {
    if (is_bars(activation)) {
        *width = BARS_WIDTH;
        *height = BARS_HEIGHT;
        return 2;
    }
    FaltungMaps maps = maps_of(activation);
    FaltungAtlasStyle style = faltung_atlas_style(&maps, activation->colormap, 0);
    FaltungAtlas atlas = faltung_atlas_layout(&maps, &style);
    *width = atlas.width;
    *height = atlas.height;
    return 1;
}

void faltung_activation_draw(cairo_t *cr, const FaltungTheme *theme,
                             const FaltungActivation *activation, double width, double height) {
    if (is_bars(activation)) {
        FaltungRect rect = {MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN};
        faltung_units_draw(cr, theme, activation->values,
                           (int)faltung_shape_size(&activation->shape), (FaltungRange){0}, rect,
                           -1);
        return;
    }
    FaltungMaps maps = maps_of(activation);
    FaltungAtlasStyle style = faltung_atlas_style(&maps, activation->colormap, 0);
    faltung_atlas_draw(cr, theme, &maps, &style, 0, 0, -1);
}
