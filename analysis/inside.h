/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/* What lies inside a layer when a sample has gone through it (core/ops/inner.h), and what the
 * places along its axes are called. */

/* A tensor. */
typedef struct {
    const FaltungInner *inner;
    int layer;
    FaltungShape shape;
    FaltungInnerAxis axes[FALTUNG_MAX_RANK]; /* of the shape's dimensions */
    float *values;                           /* shape */
    char **names[FALTUNG_MAX_RANK]; /* (nullable) each: of the places along the axis, "" of one that
                                       has none: the letters of a sample, where it is of a text; the
                                       passes of a recurrent layer */
} FaltungInside;

/* What the indices of a sample stand for. */
typedef struct {
    const float *sample;        /* (T) */
    const gunichar *vocabulary; /* (n) (nullable): it is no text */
    int n;
} FaltungSpelling;

/** faltung_inside_list: Returns: (transfer full) (element-type FaltungInside): an empty list. */
GPtrArray *faltung_inside_list(void);

/** faltung_inside_read: adds to @list what lies inside @layer, if anything does, while it is being
 *  visited with one sample (faltung_network_forward_visiting()). */
void faltung_inside_read(const FaltungNetwork *network, int layer, const FaltungSpelling *spelling,
                         GPtrArray *list);

/** faltung_inside_place: Returns: (transfer full): where value @index is, for people:
 *  `head 1, query 3 e, key 0 t`. */
char *faltung_inside_place(const FaltungInside *inside, size_t index);

/**
 * faltung_inside_map: one of the matrices, or vectors, that the tensor is.
 * @map: below faltung_inside_n_maps()
 * @shape: (out): its shape, of rank 1 or 2; its dimensions are the tensor's last ones
 *
 * Returns: (transfer none): its values.
 */
const float *faltung_inside_map(const FaltungInside *inside, int map, FaltungShape *shape);
int faltung_inside_n_maps(const FaltungInside *inside);
/** faltung_inside_title: Returns: (transfer full): what map @map is: `i l1_reverse`, `attention,
 * head 2`. */
char *faltung_inside_title(const FaltungInside *inside, int map);
/** faltung_inside_name: Returns: (transfer full): the same in a few letters: without places along
 *  axes that have but one, and where the tensor is @alone in its layer, without its name: `i`,
 *  `head 2`. */
char *faltung_inside_name(const FaltungInside *inside, int map, gboolean alone);
