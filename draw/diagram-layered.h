/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/diagram-private.h"

/* The layered layout while it is made; only the files of the layout see it. */

typedef struct {
    int node; /* of the diagram; -1: a dummy */
    int rank;
    int frame;              /* around it; -1 */
    double length, breadth; /* along and across */
    double centre;          /* across */
    double barycentre;
    GArray *before, *after; /* int: neighbours in the ranks beside */
} FaltungVertex;

typedef struct {
    FaltungVertex *vertices;
    int n_vertices;
    GPtrArray *ranks;  /* (element-type GArray of int): the vertices in their order */
    GPtrArray *chains; /* (element-type GArray of int): an edge's vertices from end to end */
    double node_gap;
} FaltungLayered;

/** faltung_layered_add_gaps: room in front of and behind the ranks in which frames begin and end;
 *  @gaps: behind each rank. Returns: that in front of the first. */
double faltung_layered_add_gaps(const FaltungLayered *layered, const FaltungDiagram *diagram,
                                double *gaps);
/** faltung_layered_part_frames: moves what overlaps a frame, and is not in it, away from it across
 *  the ranks; the order in the ranks stays. */
void faltung_layered_part_frames(FaltungLayered *layered, const FaltungDiagram *diagram);
