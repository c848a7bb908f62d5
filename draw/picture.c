/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/picture.h"

#include "draw/filters.h"

#include <math.h>

FaltungPicture *faltung_picture_ref(FaltungPicture *picture) {
    g_atomic_ref_count_inc(&picture->references);
    return picture;
}

void faltung_picture_unref(FaltungPicture *picture) {
    if (g_atomic_ref_count_dec(&picture->references)) {
        g_bytes_unref(picture->pixels);
        g_free(picture);
    }
}

static FaltungPicture *picture_take(guint32 *pixels, int width, int height) {
    FaltungPicture *picture = g_new0(FaltungPicture, 1);
    g_atomic_ref_count_init(&picture->references);
    picture->width = width;
    picture->height = height;
    picture->pixels = g_bytes_new_take(pixels, (gsize)width * height * sizeof(guint32));
    return picture;
}

/* The maps that a shape is seen as: its last two dimensions; all the others count maps. */
static FaltungMaps maps_of(const FaltungShape *shape, const float *values) {
    int rank = shape->rank;
    int width = shape->dims[rank - 1], height = shape->dims[rank - 2], n = 1;
    for (int i = 0; i < rank - 2; i++) {
        n *= shape->dims[i];
    }
    return faltung_maps(values, n, height, width);
}

#define BINS 256
#define KEPT 0.985 /* of the values */

/* A thumbnail has no scale bar; it is there for the shape of the maps, which a few very large
   values would drown in darkness: they all get the last colour. */
static FaltungRange without_outliers(const FaltungMaps *maps, FaltungRange range) {
    gsize n = (gsize)maps->n * maps->height * maps->width, counts[BINS] = {0}, below = 0;
    double size = MAX(fabs(range.low), fabs(range.high));
    if (size == 0 || n < 4 * BINS) {
        return range;
    }
    for (gsize i = 0; i < n; i++) {
        double part = fabs((double)maps->values[i]) / size;
        counts[part < 1 ? (int)(part * BINS) : BINS - 1]++;
    }
    int bin = 0;
    while (bin < BINS - 1 && (below += counts[bin]) < KEPT * n) {
        bin++;
    }
    double limit = size * (bin + 1) / BINS;
    return (FaltungRange){MAX(range.low, -limit), MIN(range.high, limit)};
}

static FaltungRange thumbnail_range(const FaltungMaps *maps, FaltungColormap colormap) {
    FaltungRange range = faltung_maps_range(maps, colormap, -1);
    if (!faltung_colormap_is_diverging(colormap) && range.low < 0 && maps->values[0] == 0) {
        return (FaltungRange){0, 1}; /* nothing but zeros: a dead layer is dark */
    }
    return range;
}

/* @kernels: (nullable): beside the maps, in @colors */
static FaltungPicture *picture_of_atlas(const FaltungMaps *maps, const FaltungAtlasStyle *style,
                                        const FaltungMaps *kernels, FaltungColormap colors) {
    FaltungAtlas atlas = faltung_atlas_layout(maps, style);
    guint32 *pixels = g_new(guint32, (gsize)atlas.width * atlas.height);
    faltung_atlas_render(maps, style, pixels, atlas.width);
    if (kernels != NULL) {
        faltung_filters_render(kernels, &atlas, colors, pixels, atlas.width);
    }
    FaltungPicture *picture = picture_take(pixels, atlas.width, atlas.height);
    picture->atlas = atlas;
    picture->colormap = style->colormap;
    picture->range = style->range;
    return picture;
}

static FaltungPicture *picture_of_maps(FaltungMaps maps, FaltungColormap colormap, int width,
                                       int height, gboolean crop) {
    FaltungAtlasStyle style = {.colormap = colormap, .gap = 2};
    style.range = thumbnail_range(&maps, colormap);
    if (crop) {
        style.range = without_outliers(&maps, style.range);
    }
    g_autofree float *small = faltung_maps_reduce(&maps, width, height);
    int cell_width = maps.width + style.gap, cell_height = maps.height + style.gap;
    if (crop) {
        int columns = MAX((width + style.gap) / cell_width, 1);
        int rows = MAX((height + style.gap) / cell_height, 1);
        maps.n = MIN(maps.n, columns * rows);
    }
    faltung_atlas_fit(&maps, &style, width, height);
    FaltungPicture *picture = picture_of_atlas(&maps, &style, NULL, colormap);
    picture->reduced = small != NULL;
    return picture;
}

FaltungPicture *faltung_picture_painted(int width, int height, FaltungPainter paint,
                                        gpointer data) {
    guint32 *pixels = g_new0(guint32, (gsize)width * height);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        (unsigned char *)pixels, CAIRO_FORMAT_ARGB32, width, height, width * 4);
    cairo_t *cr = cairo_create(surface);
    paint(cr, (FaltungRect){0, 0, width, height}, data);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return picture_take(pixels, width, height);
}

typedef struct {
    const float *values;
    int n;
    FaltungRange range;
    gboolean dark;
} Bars;

static void paint_bars(cairo_t *cr, FaltungRect rect, gpointer data) {
    Bars *bars = data;
    faltung_units_draw(cr, faltung_theme(bars->dark), bars->values, bars->n, bars->range, rect, -1);
}

static FaltungPicture *picture_of_bars(const float *values, int n, gboolean dark, int width,
                                       int height) {
    Bars bars = {values, n, {0, 0}, dark};
    FaltungPicture *picture = faltung_picture_painted(width, height, paint_bars, &bars);
    picture->range = faltung_range_of(FALTUNG_COLORMAP_DIVERGING, values, n);
    return picture;
}

FaltungPicture *faltung_picture_new(const FaltungShape *shape, const float *values,
                                    gboolean diverging, gboolean dark, int width, int height,
                                    gboolean crop) {
    width = MAX(width, 16);
    height = MAX(height, 16);
    if (shape->rank < 2) {
        return picture_of_bars(values, (int)faltung_shape_size(shape), dark, width, height);
    }
    FaltungColormap colormap =
        diverging ? faltung_colormap_diverging(faltung_theme(dark)) : FALTUNG_COLORMAP_VIRIDIS;
    return picture_of_maps(maps_of(shape, values), colormap, width, height, crop);
}

void faltung_picture_draw(cairo_t *cr, const FaltungPicture *picture, FaltungRect rect,
                          cairo_filter_t filter, double alpha) {
    cairo_surface_t *surface = cairo_image_surface_create_for_data(
        (unsigned char *)g_bytes_get_data(picture->pixels, NULL), CAIRO_FORMAT_ARGB32,
        picture->width, picture->height, picture->width * 4);
    cairo_save(cr);
    cairo_translate(cr, rect.x, rect.y);
    cairo_scale(cr, rect.width / picture->width, rect.height / picture->height);
    cairo_set_source_surface(cr, surface, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), filter);
    cairo_paint_with_alpha(cr, alpha);
    cairo_restore(cr);
    cairo_surface_destroy(surface);
}

gboolean faltung_values_signed(const float *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (values[i] < 0) {
            return TRUE;
        }
    }
    return FALSE;
}

/* They are [filters, channels, height, width]. */
gboolean faltung_layer_has_filters(const FaltungLayer *layer) {
    return layer->operation->window != NULL && layer->n_parameters > 0 &&
           layer->parameters[0].shape.rank == 4 && layer->output_shape.rank == 3;
}

/* NULL: there is no room for the filters. */
static FaltungPicture *picture_with_filters(FaltungNetwork *network, int index, FaltungMaps maps,
                                            FaltungAtlasStyle style, FaltungColormap colors,
                                            int width, int height) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    const FaltungShape *shape = &layer->parameters[0].shape;
    g_autofree float *weight = g_new(float, faltung_shape_size(shape));
    FaltungMaps kernels = maps_of(shape, weight);
    if (!faltung_filters_fit(&kernels, &maps, &style, width, height)) {
        return NULL;
    }
    faltung_network_unpack(network, faltung_network_parameters(network), index, 0, weight);
    style.range = without_outliers(&maps, thumbnail_range(&maps, style.colormap));
    return picture_of_atlas(&maps, &style, &kernels, colors);
}

FaltungPicture *faltung_picture_of_output(FaltungNetwork *network, int index, const float *values,
                                          gboolean filters, gboolean dark, int width, int height) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    const FaltungShape *shape = &layer->output_shape;
    gboolean diverging = faltung_values_signed(values, faltung_shape_size(shape));
    FaltungPicture *picture = NULL;
    if (filters && faltung_layer_has_filters(layer)) {
        FaltungColormap colors = faltung_colormap_diverging(faltung_theme(dark));
        FaltungAtlasStyle style = {.colormap = diverging ? colors : FALTUNG_COLORMAP_VIRIDIS,
                                   .gap = 3};
        picture = picture_with_filters(network, index, maps_of(shape, values), style, colors, width,
                                       height);
    }
    return picture != NULL
               ? picture
               : faltung_picture_new(shape, values, diverging, dark, width, height, TRUE);
}

/* Where a picture of one map without an atlas, an image, lies in its room. */
static FaltungRect image_rect(const FaltungPicture *picture, int height, int width) {
    double scale = MIN((double)picture->width / width, (double)picture->height / height);
    return (FaltungRect){(picture->width - width * scale) / 2,
                         (picture->height - height * scale) / 2, width * scale, height * scale};
}

/* The rectangle of a map; FALSE: it was left out. */
static gboolean map_rect(const FaltungPicture *picture, int map, int height, int width,
                         FaltungRect *rect) {
    if (picture->atlas.n == 0) {
        *rect = image_rect(picture, height, width);
        return map == 0;
    }
    *rect = faltung_atlas_cell(&picture->atlas, map);
    return map < picture->atlas.n;
}

gssize faltung_picture_index(const FaltungPicture *picture, const FaltungShape *shape, double x,
                             double y) {
    if (x < 0 || y < 0 || x >= picture->width || y >= picture->height || picture->reduced) {
        return -1;
    }
    if (shape->rank < 2) {
        return faltung_units_hit((int)faltung_shape_size(shape),
                                 (FaltungRect){0, 0, picture->width, picture->height}, x);
    }
    int height = shape->dims[shape->rank - 2], width = shape->dims[shape->rank - 1];
    int maps = MAX(picture->atlas.n, 1);
    for (int map = 0; map < maps; map++) {
        FaltungRect rect;
        map_rect(picture, map, height, width, &rect);
        int column = (int)floor((x - rect.x) / rect.width * width);
        int row = (int)floor((y - rect.y) / rect.height * height);
        if (column >= 0 && column < width && row >= 0 && row < height) {
            return ((gssize)map * height + row) * width + column;
        }
    }
    return -1;
}

int faltung_picture_places(const FaltungPicture *picture, const FaltungShape *shape,
                           const int *first, const int *last, FaltungRect *rects, int most) {
    int rank = shape->rank;
    if (picture->reduced) {
        return 0;
    }
    if (rank < 2) {
        double unit = (double)picture->width / faltung_shape_size(shape);
        rects[0] =
            (FaltungRect){first[0] * unit, 0, (last[0] - first[0] + 1) * unit, picture->height};
        return 1;
    }
    int height = shape->dims[rank - 2], width = shape->dims[rank - 1], n = 0;
    int from = rank == 3 ? first[0] : 0, to = rank == 3 ? last[0] : 0;
    for (int map = from; map <= to && n < most; map++) {
        FaltungRect cell;
        if (!map_rect(picture, map, height, width, &cell)) {
            break;
        }
        double x = cell.width / width, y = cell.height / height;
        rects[n++] = (FaltungRect){cell.x + first[rank - 1] * x, cell.y + first[rank - 2] * y,
                                   (last[rank - 1] - first[rank - 1] + 1) * x,
                                   (last[rank - 2] - first[rank - 2] + 1) * y};
    }
    return n;
}

#define LOOKED_AT 32 /* samples: enough to meet a bright pixel */

FaltungRange faltung_picture_range(FaltungDataset *dataset) {
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    guint32 n = MIN(faltung_dataset_size(dataset), LOOKED_AT);
    g_autofree float *values = g_new(float, size);
    float high = 0, low = 0;
    for (guint32 i = 0; i < n; i++) {
        faltung_dataset_raw(dataset, i, values);
        for (size_t k = 0; k < size; k++) {
            high = MAX(high, values[k]);
            low = MIN(low, values[k]);
        }
    }
    double top = high <= 1 ? 1 : high <= 16 ? 16 : high <= 255 ? 255 : high;
    return (FaltungRange){low < 0 ? low : 0, top};
}

typedef struct {
    FaltungMaps maps;
    FaltungRange range;
} Image;

static void paint_image(cairo_t *cr, FaltungRect rect, gpointer data) {
    Image *image = data;
    faltung_image_draw(cr, &image->maps, image->range, rect);
}

FaltungPicture *faltung_picture_of_sample(const FaltungShape *shape, const float *values,
                                          FaltungRange range, gboolean dark, int width,
                                          int height) {
    width = MAX(width, 16);
    height = MAX(height, 16);
    if (shape->rank < 2) {
        return picture_of_bars(values, (int)faltung_shape_size(shape), dark, width, height);
    }
    Image image = {maps_of(shape, values), range};
    double scale = MIN((double)width / image.maps.width, (double)height / image.maps.height);
    width = MAX((int)(image.maps.width * scale), 1);
    height = MAX((int)(image.maps.height * scale), 1);
    return faltung_picture_painted(width, height, paint_image, &image);
}
