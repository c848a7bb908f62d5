/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/config/yaml.h"

char *faltung_experiment_place(const FaltungExperiment *experiment, const char *path) {
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(experiment->text, mistakes);
    const FaltungYamlNode *node = NULL, *below = root;
    g_auto(GStrv) steps = g_strsplit(path, ".", -1);
    for (char **step = steps; *step && below; step++) {
        below = below->type == FALTUNG_YAML_MAP ? faltung_yaml_get(below, *step) : NULL;
        node = below ? below : node;
    }
    if (!node)
        return g_strdup(experiment->origin);
    int line, column;
    faltung_text_position(experiment->text, node->start, &line, &column);
    return g_strdup_printf("%s:%d:%d", experiment->origin, line, column);
}
