/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/probes.h"
#include "core/store/run.h"
#include "core/train/trainer.h"

/*
 * What is recorded of a moment of the training, taken from the trainer and kept in memory until a
 * commit writes it. Private to core/store.
 */

typedef enum {
    FALTUNG_WEIGHT_NORM,
    FALTUNG_GRADIENT_NORM,
    FALTUNG_UPDATE_RATIO,
    FALTUNG_N_NORMS
} FaltungNorm;
extern const char *const faltung_norm_names[FALTUNG_N_NORMS];

typedef struct {
    FaltungRunHistogram weights, gradients;
    float *values; /* the parameter in the field's layout */
} FaltungParameterMoment;

typedef struct {
    double norms[FALTUNG_N_NORMS];      /* over what the layer learns; NaN: nothing, or not yet */
    FaltungParameterMoment *parameters; /* (layer's n_parameters) */
    float *maps;                        /* (probes x output shape); NULL: not recorded */
} FaltungLayerMoment;

typedef struct {
    guint64 step;
    double epoch;
    size_t bytes; /* that it takes in memory, about */
    guint n_layers;
    FaltungLayerMoment *layers;
    int *n_parameters; /* of each layer */
} FaltungMoment;

/** faltung_moment_take: needs @trainer between two steps. The update ratio is that of the step
 *  which its optimizer would make of the present weights, slots and gradients. */
FaltungMoment *faltung_moment_take(FaltungTrainer *trainer, const FaltungProbes *probes);
/** faltung_moments_write: @moments (element-type FaltungMoment) as rows @first, @first + 1, ... of
 *  the time axis. */
gboolean faltung_moments_write(const GPtrArray *moments, FaltungHdf file, const FaltungGraph *graph,
                               const FaltungProbes *probes, hsize_t first, GError **error);
void faltung_moment_free(FaltungMoment *moment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungMoment, faltung_moment_free)
