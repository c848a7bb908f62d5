/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/initializers/initializer-private.h"

#include <math.h>

/*
 * The positional encoding of Vaswani et al., "Attention Is All You Need", 2017, section 3.5: of
 * two neighbouring values of row t one is a sine of t, the next a cosine, of ever longer waves.
 */
static void sinusoidal_fill(const void *options, const FaltungParameter *parameter,
                            const FaltungRandom *random, float *values) {
    const FaltungShape *shape = &parameter->shape;
    size_t size = faltung_shape_size(shape), rows = shape->rank >= 2 ? shape->dims[0] : 1;
    size_t columns = size / rows;
    for (size_t i = 0; i < size; i++) {
        size_t row = i / columns, column = i % columns;
        double angle = row / pow(10000, (double)(column / 2 * 2) / columns);
        values[i] = column % 2 ? cos(angle) : sin(angle);
    }
}

const FaltungInitializer faltung_initializer_sinusoidal = {
    .kind =
        {
            .name = "sinusoidal",
            .title = "Sinusoidal",
            .summary = "sines and cosines that tell where in a sequence a row is",
        },
    .equation = "w_{ti} = \\sin(t / 10000^{i/F}), \\quad w_{t,i+1} = \\cos(t / 10000^{i/F})",
    .fill = sinusoidal_fill,
};
