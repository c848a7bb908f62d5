/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/*
 * What the weights of a layer have to keep to after each step (`max_norm`): the weights that go
 * into a unit are shortened where they are longer than that, PyTorch's renorm along the units
 * (Srivastava et al., Dropout, 2014, section 5.1).
 */
typedef struct FaltungConstraints FaltungConstraints;

/** faltung_constraints_new: Returns: (nullable): %NULL where no layer of @network has any. */
FaltungConstraints *faltung_constraints_new(FaltungNetwork *network);
void faltung_constraints_free(FaltungConstraints *constraints);

/** faltung_constraint_scale: Returns: what weights of a unit, of the norm @norm, are multiplied by
 *  to keep to @limit. */
double faltung_constraint_scale(double norm, double limit);

/** faltung_constraints_apply: @parameters: a block like the network's. */
void faltung_constraints_apply(const FaltungConstraints *constraints, float *parameters,
                               int threads);
