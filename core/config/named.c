/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/named.h"

#include "core/base/quote.h"
#include "core/config/yaml.h"

static void clear(gpointer data) {
    FaltungNamed *named = data;
    g_free(named->name);
    g_free(named->text);
}

void faltung_named_add(GArray *all, const char *name, const char *text) {
    FaltungNamed named = {g_strdup(name), g_strdup(text)};
    g_array_append_val(all, named);
}

GArray *faltung_named_read(const char *value) {
    GArray *all = g_array_new(FALSE, FALSE, sizeof(FaltungNamed));
    g_array_set_clear_func(all, clear);
    if (!value || !*value)
        return all;
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = *value == '{' ? faltung_yaml_parse(value, mistakes) : NULL;
    if (!root || root->type != FALTUNG_YAML_MAP)
        faltung_named_add(all, NULL, value);
    for (guint i = 0; root && root->type == FALTUNG_YAML_MAP && i < faltung_yaml_size(root); i++)
        faltung_named_add(all, faltung_yaml_key(root, i)->text, faltung_yaml_value(root, i)->text);
    return all;
}

char *faltung_named_write(const GArray *all) {
    if (all->len == 0)
        return g_strdup("");
    if (!faltung_named_at(all, 0)->name)
        return g_strdup(faltung_named_at(all, 0)->text);
    GString *value = g_string_new("{");
    for (guint i = 0; i < all->len; i++) {
        g_autofree char *name = faltung_yaml_quote(faltung_named_at(all, i)->name);
        g_autofree char *text = faltung_yaml_quote(faltung_named_at(all, i)->text);
        g_string_append_printf(value, "%s%s: %s", i > 0 ? ", " : "", name, text);
    }
    g_string_append_c(value, '}');
    return g_string_free(value, FALSE);
}
