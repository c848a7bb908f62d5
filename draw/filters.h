/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/tensor.h"

/*
 * Feature maps with the filters that made them beside them: each map of an atlas has its filter
 * left of it, a kernel a channel, not higher than the map.
 */

/**
 * faltung_filters_fit: as faltung_atlas_fit(), with the filters.
 * @kernels: (filters x channels) kernels, channels of one filter together
 * @maps: a map a filter
 * @style: (inout): scale, columns and the room beside each map are written
 *
 * Returns: whether there is room for both.
 */
gboolean faltung_filters_fit(const FaltungMaps *kernels, const FaltungMaps *maps,
                             FaltungAtlasStyle *style, int width, int height);

/** faltung_filters_render: the filters beside the maps of @atlas, in one scale of @colormap. */
void faltung_filters_render(const FaltungMaps *kernels, const FaltungAtlas *atlas,
                            FaltungColormap colormap, guint32 *pixels, size_t stride);
