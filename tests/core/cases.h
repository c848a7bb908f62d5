/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"
#include "core/graph/reference.h"

/*
 * Cases for tests that walk the table of operations: networks with one layer of the operation
 * under test, its options drawn from its own specs, behind a layer that learns, so that the
 * gradient of its input is computed too. What takes indices, which have no gradient, comes first.
 */

enum { CASE_BATCH = 5 };

typedef struct {
    const FaltungOperation *operation;
    FaltungGraph *graph;
    int tested; /* the index of the layer under test, which is the last */
    char *text; /* `conv2d: {filters: 3, ...} of 2 x 7 x 6`: to reproduce it */
} Case;

/** case_new: Returns: (nullable): the case number @number of @operation, or %NULL where the
 *  drawn options do not fit the drawn input. */
Case *case_new(const FaltungOperation *operation, guint32 number);
/** case_chosen: Returns: (nullable): number @number of the shapes chosen by hand for @operation,
 *  because there it goes another way than for those that are drawn; %NULL behind the last. */
Case *case_chosen(const FaltungOperation *operation, guint32 number);
void case_free(Case *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Case, case_free)

/* Random values: integers in -3 ... 3, for which float sums are exact, or normal numbers. */
void case_fill(guint32 number, gboolean integers, size_t n, float *values);

/** case_samples: Returns: @batch samples for the case's network: as above, or indices. */
float *case_samples(const Case *c, guint32 number, gboolean integers, int batch);

/** case_network: Returns: a network of the case with its parameters filled. It trains, keeps all
 *  that it computes, and checks what it reads and writes; or one with @flags. */
FaltungNetwork *case_network(const Case *c, guint32 number, gboolean integers, int threads);
FaltungNetwork *case_network_with(const Case *c, guint32 number, gboolean integers, int threads,
                                  FaltungNetworkFlags flags);

/**
 * case_compare: runs kernels and reference code on the same numbers: outputs and all gradients.
 * Returns: (nullable) (transfer full): what differs, or %NULL.
 */
char *case_compare(const Case *c, guint32 number, gboolean integers, gboolean training);

/**
 * case_gradients: the reference's gradients against numeric differentiation in float64, of every
 * parameter and of the input, relative and signed. Returns: as above.
 */
char *case_gradients(const Case *c, guint32 number);
