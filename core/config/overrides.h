/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/yaml.h"

/* Changes put into a text one after the other, and the way back from a place in the result. */

/**
 * faltung_overrides_apply:
 * @overrides: (nullable) (array zero-terminated=1): `path=value`
 * @n: how many of them to apply
 * @splices: (element-type FaltungSplice): one an override is added
 * @failed: (out): the index of the override at fault
 */
char *faltung_overrides_apply(const char *text, const char *const *overrides, guint n,
                              GArray *splices, guint *failed, GError **error);

/**
 * faltung_overrides_origin:
 * @offset: (inout): in the result; in the text before all overrides
 * @in_value: (out) (optional): whether it lies in the override's value itself
 *
 * Returns: the index of the override that wrote the place, or -1.
 */
int faltung_overrides_origin(GArray *splices, size_t *offset, gboolean *in_value);
