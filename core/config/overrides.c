/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/overrides.h"

#include <string.h>

char *faltung_overrides_apply(const char *text, const char *const *overrides, guint n,
                              GArray *splices, guint *failed, GError **error) {
    g_autofree char *result = g_strdup(text);
    for (guint i = 0; i < n; i++) {
        *failed = i;
        const char *equals = strchr(overrides[i], '=');
        if (!equals) {
            faltung_fail(error, FALTUNG_ERROR_INPUT,
                         "'%s' has no `=`; write path=value, as in train.epochs=3", overrides[i]);
            return NULL;
        }
        g_autofree char *path = g_strndup(overrides[i], equals - overrides[i]);
        FaltungSplice splice;
        char *next = faltung_yaml_splice(result, g_strstrip(path), equals + 1, &splice, error);
        if (!next)
            return NULL;
        g_free(result);
        result = next;
        g_array_append_val(splices, splice);
    }
    return g_steal_pointer(&result);
}

int faltung_overrides_origin(GArray *splices, size_t *offset, gboolean *in_value) {
    for (int i = (int)splices->len - 1; i >= 0; i--) {
        const FaltungSplice *splice = &g_array_index(splices, FaltungSplice, i);
        if (*offset >= splice->offset + splice->inserted) {
            *offset = *offset - splice->inserted + splice->removed;
        } else if (*offset >= splice->offset) {
            if (in_value)
                *in_value =
                    *offset >= splice->value && *offset < MAX(splice->value_end, splice->value + 1);
            return i;
        }
    }
    return -1;
}
