/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/train/augment.h"
#include "data/catalogue.h"
#include "experiments/commands/data-show.h"
#include "experiments/place.h"
#include "experiments/preview.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLES = 3 };

/* Sample @index as it is, and as it is in the first epochs. */
static void show_sample(const FaltungAugment *augment, const FaltungDataset *training,
                        guint32 index, int width) {
    const FaltungShape *shape = faltung_dataset_shape(training);
    size_t size = faltung_shape_size(shape);
    int n = faltung_preview_room(shape, width);
    g_autofree float *images = g_new(float, n *size);
    g_auto(GStrv) captions = g_new0(char *, n + 1);
    for (int i = 0; i < n; i++) {
        float *image = images + i * size;
        faltung_dataset_gather(training, &index, 1, image, NULL, NULL);
        captions[i] = i > 0 ? g_strdup_printf("epoch %d", i) : g_strdup("as it is");
        if (i == 0)
            continue;
        faltung_augment_move(augment, i - 1, &index, 1, image, 1);
        faltung_augment_add_noise(augment, i - 1, &index, 1, image, 1);
    }
    g_autofree char *text =
        faltung_preview_row(shape, images, n, (const char *const *)captions, width);
    printf("%s%s", index > 0 ? "\n" : "", text);
}

gboolean faltung_data_show_augmented(const FaltungExperiment *experiment, GError **error) {
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
    if (!augment || faltung_dataset_shape(training)->rank != 3)
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT, "%s: %s", experiment->origin,
            augment ? "its samples are no pictures, which is all that can be shown"
                    : "nothing happens to its samples; add `augment: {flip: horizontal}` "
                      "under data");
    for (guint32 i = 0; i < MIN(SAMPLES, faltung_dataset_size(training)); i++)
        show_sample(augment, training, i, faltung_screen_width());
    return TRUE;
}
