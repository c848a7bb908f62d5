/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/place.h"

#include "core/config/yaml.h"

#include <string.h>

void faltung_prefix_place(GError **error, const FaltungExperiment *experiment, const char *section,
                          const char *key) {
    /* what has a place already, in this file or another, keeps it */
    if (!error || !*error || g_str_has_prefix((*error)->message, experiment->origin))
        return;
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(experiment->text, mistakes);
    const FaltungYamlNode *map = root ? faltung_yaml_get(root, section) : NULL;
    const FaltungYamlNode *node = map ? faltung_yaml_get(map, key) : NULL;
    if (!node)
        node = map;
    if (!node) {
        g_prefix_error(error, "%s: ", experiment->origin);
        return;
    }
    int line, column;
    faltung_text_position(experiment->text, node->start, &line, &column);
    g_prefix_error(error, "%s:%d:%d: ", experiment->origin, line, column);
}
