/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/shape.h"

#include <string.h>

size_t faltung_shape_size(const FaltungShape *shape) {
    size_t size = 1;
    for (int i = 0; i < shape->rank; i++)
        size *= shape->dims[i];
    return size;
}

gboolean faltung_shape_equal(const FaltungShape *a, const FaltungShape *b) {
    return a->rank == b->rank && memcmp(a->dims, b->dims, a->rank * sizeof a->dims[0]) == 0;
}

char *faltung_shape_format(const FaltungShape *shape) {
    GString *text = g_string_new(shape->rank == 0 ? "scalar" : NULL);
    for (int i = 0; i < shape->rank; i++)
        g_string_append_printf(text, i == 0 ? "%d" : " x %d", shape->dims[i]);
    return g_string_free(text, FALSE);
}

char *faltung_shape_to_yaml(const FaltungShape *shape) {
    GString *text = g_string_new("[");
    for (int i = 0; i < shape->rank; i++)
        g_string_append_printf(text, i == 0 ? "%d" : ", %d", shape->dims[i]);
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

char *faltung_shape_place(const FaltungShape *shape, size_t index) {
    int at[FALTUNG_MAX_RANK];
    for (int i = shape->rank - 1; i >= 0; i--) {
        at[i] = (int)(index % shape->dims[i]);
        index /= shape->dims[i];
    }
    GString *text = g_string_new("[");
    for (int i = 0; i < shape->rank; i++) {
        g_string_append_printf(text, i == 0 ? "%d" : ", %d", at[i]);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}
