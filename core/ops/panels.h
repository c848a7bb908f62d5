/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/kernels.h"

/*
 * The kernels' layout of a weight matrix with `columns` outputs and `depth` inputs: panels of
 * `width` columns side by side, (n_panels, depth, width), the last one padded with zeros.
 */
typedef struct {
    int columns, depth;
    int width, n_panels;
} FaltungPanels;

static inline FaltungPanels faltung_panels(int columns, int depth) {
    int width = faltung_kernels_panel(faltung_kernels(), columns);
    return (FaltungPanels){columns, depth, width, (columns + width - 1) / width};
}

static inline size_t faltung_panels_size(const FaltungPanels *panels) {
    return (size_t)panels->n_panels * panels->width * panels->depth;
}

/* Where panel @p begins. */
static inline size_t faltung_panels_begin(const FaltungPanels *panels, int p) {
    return (size_t)p * panels->depth * panels->width;
}

static inline size_t faltung_panels_index(const FaltungPanels *panels, int column, int k) {
    return faltung_panels_begin(panels, column / panels->width) + (size_t)k * panels->width +
           column % panels->width;
}

/* The columns of panel @p that are not padding. */
static inline int faltung_panels_columns(const FaltungPanels *panels, int p) {
    int left = panels->columns - p * panels->width;
    return left < panels->width ? left : panels->width;
}

/* A bias vector, padded so that the kernels may load whole panels of it. */
static inline size_t faltung_panels_bias_size(const FaltungPanels *panels) {
    return (size_t)panels->n_panels * panels->width;
}
