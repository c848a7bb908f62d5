/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/run.h"
#include "experiments/table.h"

/* What `faltung inspect` looks at. */
typedef struct {
    const FaltungRun *run;
    const FaltungExperiment *experiment;
    int layer;               /* -1: all */
    int moment;              /* of the time axis; -1: the end */
    int sample;              /* of the validation data; -1: the run's first probe */
    const char *folder;      /* (nullable): for pictures */
    GPtrArray *written;      /* (element-type char *): the pictures' paths */
    FaltungNetwork *network; /* (nullable): forward was computed for the sample */
    float *input;            /* (nullable): the sample as the network sees it */
} FaltungInspection;

void faltung_inspection_clear(FaltungInspection *inspection);

/* One of the things to look at: as a table and as pictures. */
typedef struct {
    const char *name;
    const char *summary;
    /* Returns: (transfer full): %NULL with an error. */
    FaltungTextTable *(*tabulate)(FaltungInspection *inspection, GError **error);
    gboolean (*draw)(FaltungInspection *inspection, GError **error);
} FaltungView;

/** faltung_views: Returns: the table, ended by a NULL name. */
const FaltungView *faltung_views(void);

gboolean faltung_inspection_includes(const FaltungInspection *inspection, int layer);
const FaltungLayer *faltung_inspection_layer(const FaltungInspection *inspection, int layer);
/** faltung_inspection_forward: computes the network's outputs for the sample, once. */
gboolean faltung_inspection_forward(FaltungInspection *inspection, GError **error);
/** faltung_inspection_output: Returns: (transfer full): the output of @layer, after that. */
float *faltung_inspection_output(const FaltungInspection *inspection, int layer);

/* inspect-draw.c; each writes PNG files into the folder. */
gboolean faltung_draw_weights(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_maps(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_gradients(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_histograms(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_curves(FaltungInspection *inspection, GError **error);
