/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/yaml.h"

/*
 * Edits of the list of layers. A name may be implied by the operation (`relu_2`) and an input by
 * the place in the list, so taking one layer away can change what others are called and what they
 * take. Hence each edit notes first who takes whose output, changes the list, and then writes
 * `inputs` wherever the text no longer says the same. Only core/config sees this.
 */

/* A layer, and whose outputs it takes; names are those before the edit. */
typedef struct {
    char *name;
    GPtrArray *inputs; /* (element-type char*) */
} FaltungLink;

FaltungLink *faltung_link_new(const char *name);
void faltung_link_free(FaltungLink *link);

/** faltung_link_redirect: where it takes @from it takes @to ((nullable): nothing). */
void faltung_link_redirect(FaltungLink *link, const char *from, const char *to);

/** faltung_links_read: Returns: (transfer full) (nullable) (element-type FaltungLink): one for each
 *  layer of @text. */
GPtrArray *faltung_links_read(const char *text, GError **error);
/** faltung_links_find: Returns: the index of the layer called @name, or -1; faltung_links_need()
 *  with an error. */
int faltung_links_find(const GPtrArray *links, const char *name);
int faltung_links_need(const GPtrArray *links, const char *name, GError **error);
/** faltung_links_is_input: whether @source is what the network of @text is given: `input`, or an
 *  input that has a name. */
gboolean faltung_links_is_input(const char *text, const char *source);
/** faltung_links_redirect: whoever takes @from takes @to ((nullable): nothing in its place). */
void faltung_links_redirect(GPtrArray *links, const char *from, const char *to);
/** faltung_links_settle: Returns: @text ((transfer full) (nullable)) with `inputs` written where it
 *  does not say what @wanted, a link for each of its layers, does. */
char *faltung_links_settle(char *text, GPtrArray *wanted, GError **error);

/** faltung_links_insert: a new layer at @index of @text and of @links: called @name, written as
 *  @layer, taking @source ((nullable): nothing). Returns: (nullable): the new text, settled. */
char *faltung_links_insert(const char *text, GPtrArray *links, int index, const char *name,
                           const char *source, const char *layer, GError **error);

/** faltung_links_free_name: Returns: (transfer full): @wish, with a number where it is taken. */
char *faltung_links_free_name(const GPtrArray *links, const char *wish);
/** faltung_links_name_item: Returns: (transfer full): @item, a layer as it stands in the list,
 * under a name that no other layer has and without inputs; @name is written only where it is not
 * the one that the operation implies. */
char *faltung_links_name_item(const GPtrArray *links, const char *item, char **name,
                              GError **error);

/** faltung_links_parse: Returns: (nullable): the text's root. */
FaltungYamlNode *faltung_links_parse(const char *text, GError **error);
/** faltung_links_layers: Returns: (nullable): the list of layers in it. */
FaltungYamlNode *faltung_links_layers(FaltungYamlNode *root);
