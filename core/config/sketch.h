/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

/**
 * FaltungSketch: a text that is being worked on. It may not run; what it says of the network is
 * drawn all the same, with what is wrong at the layer concerned.
 */
typedef struct {
    /* (nullable): %NULL where the text is no YAML, a section is missing, or an operation is not
       known. Where there is an @error its graph is that of faltung_graph_sketch(). */
    FaltungExperiment *experiment;
    char **problems; /* of each layer of the graph what is wrong with it, or "" */
    GError *error;   /* (nullable): as faltung_experiment_parse() gives it: %NULL: it can run */
} FaltungSketch;

/** faltung_sketch_new: @origin: as of faltung_experiment_parse(). */
FaltungSketch *faltung_sketch_new(const char *text, const char *origin);
void faltung_sketch_free(FaltungSketch *sketch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungSketch, faltung_sketch_free)
