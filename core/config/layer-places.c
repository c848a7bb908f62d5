/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/unfold.h"

#include <string.h>

/* From the begin of the line to its end, with dash and comment, so that a cursor anywhere in it is
   in the layer. */
static FaltungTextPlace place_of(const char *text, const FaltungYamlNode *node) {
    FaltungTextPlace place = {node->start, node->end};
    while (place.start > 0 && strchr(" \t-", text[place.start - 1]))
        place.start--;
    while (place.end > node->start && g_ascii_isspace(text[place.end - 1]))
        place.end--;
    size_t comment = place.end + strspn(text + place.end, " \t");
    if (strchr("#\r\n", text[comment]))
        place.end = comment + strcspn(text + comment, "\r\n");
    return place;
}

GArray *faltung_yaml_layer_places(const char *text) {
    GArray *places = g_array_new(FALSE, TRUE, sizeof(FaltungTextPlace));
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
    const FaltungYamlNode *network = faltung_yaml_get(root, "network");
    const FaltungYamlNode *input = faltung_yaml_get(network, "input");
    if (!root)
        return places;
    g_array_set_size(places, 1);
    if (input)
        g_array_index(places, FaltungTextPlace, 0) = place_of(text, input);
    FaltungReader reader = {.text = text, .mistakes = mistakes};
    g_autoptr(FaltungGraph) scratch = faltung_graph_new(FALTUNG_SHAPE(1));
    g_autoptr(FaltungUnfolding) unfolding =
        faltung_unfold(&reader, input, faltung_yaml_get(network, "layers"), scratch);
    for (guint i = 0; unfolding && i < unfolding->layers->len; i++) {
        const FaltungUnfolded *layer = faltung_unfolding_layer(unfolding, i);
        FaltungTextPlace place =
            layer->item ? place_of(text, layer->item->node)
                        : (FaltungTextPlace){layer->start, faltung_yaml_value(input, i)->end};
        g_array_append_val(places, place);
    }
    return places;
}
