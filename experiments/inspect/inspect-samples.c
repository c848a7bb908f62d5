/* SPDX-License-Identifier: Apache-2.0 */
#ifdef FALTUNG_HAVE_DRAW

#include "experiments/inspect/inspect-picture.h"

#include <string.h>

static void draw_sheet(cairo_t *cr, const FaltungTheme *theme, double width, double height,
                       gconstpointer data) {
    faltung_sheet_draw(cr, theme, data, 0, 0);
}

gboolean faltung_inspection_draw_sheet(FaltungInspection *inspection,
                                       const FaltungPictureName *name, const FaltungSheet *sheet,
                                       GError **error) {
    double width, height;
    faltung_sheet_measure(faltung_theme(inspection->dark), sheet, &width, &height);
    return faltung_inspection_draw(inspection, name, width, height, 2, draw_sheet, sheet, error);
}

/* Inputs: as they were read, so that black is black; all on one scale. */
static FaltungRange range_of_samples(const float *values, size_t n, gboolean bytes) {
    return bytes ? (FaltungRange){0, 255} : faltung_range_of(FALTUNG_COLORMAP_GREY, values, n);
}

gboolean faltung_inspection_draw_samples(FaltungInspection *inspection,
                                         const FaltungPictureName *name,
                                         const FaltungSheetOfSamples *samples, GError **error) {
    const FaltungDataset *dataset = inspection->data;
    const FaltungShape *shape = &inspection->experiment->graph->input;
    size_t size = faltung_shape_size(shape);
    gboolean normalized = samples->values != NULL; /* what stands beside a sample is */
    g_autofree float *values = g_new0(float, MAX(samples->n, 1) * size);
    for (int i = 0; i < samples->n; i++) {
        float *to = values + i * size;
        if (normalized && samples->values[i])
            memcpy(to, samples->values[i], size * sizeof(float));
        else if (normalized)
            faltung_dataset_gather(dataset, &samples->samples[i], 1, to, NULL, NULL);
        else
            faltung_dataset_raw(dataset, samples->samples[i], to);
    }
    gboolean bytes = !normalized && faltung_dataset_is_bytes(dataset);
    FaltungRange range = range_of_samples(values, samples->n * size, bytes);
    g_autofree FaltungSheetPicture *pictures = g_new0(FaltungSheetPicture, MAX(samples->n, 1));
    for (int i = 0; i < samples->n; i++) {
        pictures[i] = (FaltungSheetPicture){
            .shape = *shape,
            .values = values + i * size,
            .colormap = shape->rank == 3 ? FALTUNG_COLORMAP_GREY : FALTUNG_COLORMAP_VIRIDIS,
            .range = range,
            .caption = samples->captions[i],
            .wrong = i < samples->n_wrong,
            .over = samples->over ? samples->over[i] : NULL,
            .over_colormap = samples->over_colormap,
            .scale_bar = samples->over && samples->over[i],
        };
    }
    FaltungSheet sheet = {pictures, samples->n, samples->columns,
                          samples->cell > 0 ? samples->cell : 96, samples->title};
    return faltung_inspection_draw_sheet(inspection, name, &sheet, error);
}

#endif
