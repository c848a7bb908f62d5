/* SPDX-License-Identifier: Apache-2.0 */
#include "data/ink.h"

#include <stdio.h>
#include <stdlib.h>

/* place-ink SIDE BOX WIDTH HEIGHT: SIDE x SIDE floats from the standard input as a sample. */
int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    int side = atoi(argv[1]), box = atoi(argv[2]), width = atoi(argv[3]), height = atoi(argv[4]);
    size_t n = (size_t)side * side, size = (size_t)width * height;
    g_autofree float *ink = g_new(float, n), *sample = g_new(float, size);
    if (fread(ink, sizeof(float), n, stdin) != n)
        return 1;
    faltung_ink_place(ink, side, side, box, width, height, sample);
    return fwrite(sample, sizeof(float), size, stdout) != size;
}
