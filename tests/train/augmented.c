/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Augments made-up pictures, for comparison with PyTorch: a line of JSON with the shape and the
 * fill, then for each picture and epoch a line of what was drawn, the picture before and the
 * picture after, as floats in the machine's bytes.
 *
 * augmented ROTATE ZOOM SHIFT FLIP
 */

#include "core/train/augment.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = 6, EPOCHS = 12, CHANNELS = 2, HEIGHT = 9, WIDTH = 14, SIZE = CHANNELS * HEIGHT * WIDTH };

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    FaltungAugmentOptions options = {
        .rotate = atof(argv[1]),
        .zoom = atof(argv[2]),
        .shift = {atoi(argv[3]), atoi(argv[3])},
        .flip = atoi(argv[4]),
        .fill = 0.25,
    };
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    float *values = g_new(float, N *SIZE);
    for (int i = 0; i < N * SIZE; i++)
        values[i] = g_rand_double(random);
    g_autoptr(FaltungDataset) dataset = faltung_dataset_new_floats(
        "pictures", N, FALTUNG_SHAPE(CHANNELS, HEIGHT, WIDTH), values, NULL, NULL, NULL, 0);
    g_autoptr(FaltungAugment) augment = faltung_augment_new(&options, 7, dataset, 1);
    printf("{\"shape\": [%d, %d, %d], \"fill\": %g, \"n\": %d}\n", CHANNELS, HEIGHT, WIDTH,
           options.fill, N * EPOCHS);
    for (guint64 epoch = 0; epoch < EPOCHS; epoch++) {
        for (guint32 i = 0; i < N; i++) {
            FaltungAugmentDraw draw;
            faltung_augment_draw(augment, epoch, i, &draw);
            printf("{\"flip_x\": %d, \"flip_y\": %d, \"shift_x\": %d, \"shift_y\": %d, "
                   "\"angle\": %.17g, \"zoom\": %.17g}\n",
                   draw.flip_x, draw.flip_y, draw.shift_x, draw.shift_y, draw.angle, draw.zoom);
            float picture[SIZE];
            faltung_dataset_gather(dataset, &i, 1, picture, NULL, NULL);
            fwrite(picture, sizeof(float), SIZE, stdout);
            faltung_augment_move(augment, epoch, &i, 1, picture, 1);
            fwrite(picture, sizeof(float), SIZE, stdout);
        }
    }
    return 0;
}
