/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/train/augment.h"
#include "data/catalogue.h"
#include "experiments/commands/data-show.h"
#include "experiments/place.h"
#include "experiments/preview.h"

#ifdef FALTUNG_HAVE_DRAW
#include "draw/sheet.h"
#endif

#include <stdio.h>
#include <string.h>

enum { SAMPLES = 3, DRAWN_SAMPLES = 8, DRAWN_EPOCHS = 7 };

/* What is shown. */
typedef struct {
    const FaltungAugment *augment;
    const FaltungDataset *training;
    FaltungShape shape; /* of the picture in a sample */
    size_t begin;       /* where it is */
    float *sample;      /* scratch */
} View;

/* @pictures: (out): (n, shape): of sample @index as it is, and as it is in the first epochs; the
   values as they were read. @captions: (out): (n) */
static void take(const View *view, guint32 index, int n, float *pictures, char **captions) {
    size_t size = faltung_shape_size(&view->shape);
    for (int i = 0; i < n; i++) {
        faltung_dataset_gather(view->training, &index, 1, view->sample, NULL, NULL);
        if (i > 0) {
            faltung_augment_move(view->augment, i - 1, &index, 1, view->sample, 1);
            faltung_augment_add_noise(view->augment, i - 1, &index, 1, view->sample, 1);
        }
        faltung_dataset_unscale(view->training, view->sample);
        memcpy(pictures + i * size, view->sample + view->begin, size * sizeof(float));
        captions[i] = i > 0 ? g_strdup_printf("epoch %d", i) : g_strdup("as it is");
    }
}

static void print(const View *view) {
    int width = faltung_screen_width(), n = faltung_preview_room(&view->shape, width);
    g_autofree float *pictures = g_new(float, n *faltung_shape_size(&view->shape));
    for (guint32 i = 0; i < MIN(SAMPLES, faltung_dataset_size(view->training)); i++) {
        g_auto(GStrv) captions = g_new0(char *, n + 1);
        take(view, i, n, pictures, captions);
        g_autofree char *text =
            faltung_preview_row(&view->shape, pictures, n, (const char *const *)captions, width);
        printf("%s%s", i > 0 ? "\n" : "", text);
    }
}

#ifdef FALTUNG_HAVE_DRAW
/* A sheet with a row for each sample. */
static gboolean draw(const View *view, const char *path, GError **error) {
    int rows = MIN(DRAWN_SAMPLES, faltung_dataset_size(view->training));
    int columns = 1 + DRAWN_EPOCHS, n = rows * columns;
    size_t size = faltung_shape_size(&view->shape);
    g_autofree float *values = g_new(float, n *size);
    g_auto(GStrv) captions = g_new0(char *, n + 1);
    for (int row = 0; row < rows; row++)
        take(view, row, columns, values + row * columns * size, captions + row * columns);
    FaltungRange range = faltung_dataset_is_bytes(view->training)
                             ? (FaltungRange){0, 255}
                             : faltung_range_of(FALTUNG_COLORMAP_GREY, values, n * size);
    g_autofree FaltungSheetPicture *pictures = g_new0(FaltungSheetPicture, n);
    for (int i = 0; i < n; i++)
        pictures[i] = (FaltungSheetPicture){.shape = view->shape,
                                            .values = values + i * size,
                                            .colormap = FALTUNG_COLORMAP_GREY,
                                            .range = range,
                                            .caption = captions[i]};
    FaltungSheet sheet = {pictures, n, columns, 96, NULL};
    if (!faltung_sheet_write(&sheet, path, error))
        return FALSE;
    printf("%s\n", path);
    return TRUE;
}
#else
static gboolean draw(const View *view, const char *path, GError **error) {
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "--out: this program was built without pictures (-Ddraw=disabled)");
}
#endif

gboolean faltung_data_show_augmented(const FaltungExperiment *experiment, const char *path,
                                     GError **error) {
    const FaltungAugmentOptions *options = &experiment->data->augment;
    g_autoptr(FaltungDataset) training = NULL, validation = NULL;
    if (!faltung_data_load(experiment->data, experiment->origin, &training, &validation, error))
        return FALSE;
    const char *key;
    if (!faltung_augment_check(options, training, &key, error)) {
        faltung_prefix_place(error, experiment, "data.augment", key);
        return FALSE;
    }
    g_autoptr(FaltungAugment) augment =
        faltung_augment_new(options, experiment->train->seed, training, 1);
    View view = {.augment = augment, .training = training};
    if (!augment || !faltung_augment_picture(training, 0, &view.shape, &view.begin))
        return faltung_fail(error, FALTUNG_ERROR_INPUT, "%s: %s", experiment->origin,
                            augment ? "its samples are no pictures, which is all that can be shown"
                                    : "nothing happens to its samples; add `augment: {flip: "
                                      "horizontal}` under data");
    g_autofree float *sample = g_new(float, faltung_shape_size(faltung_dataset_shape(training)));
    view.sample = sample;
    if (path)
        return draw(&view, path, error);
    print(&view);
    return TRUE;
}
