/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/yaml.h"

/*
 * Edits of the list of layers. A name may be implied by the operation (`relu_2`) and an input by
 * the place in the list, so taking one layer away can change what others are called and what they
 * take. Hence each edit notes first who takes whose output, changes the list, and then writes
 * `inputs` wherever the text no longer says the same. Only core/config sees this.
 *
 * Layers and blocks are noted as they are written, a block before what is in it. What is taken is
 * told by whole names: `encoder/conv1`; `encoder` is what comes out of the block, `encoder/input`
 * what goes into it, and `input` what goes into the network.
 */

/* A layer or block, and whose outputs it takes; names are those before the edit. */
typedef struct {
    char *name;
    char *scope; /* what names beside it begin with: "", "encoder/" */
    char *path;  /* below `network`, before the edit */
    gboolean block;
    GPtrArray *inputs; /* (element-type char*) */
} FaltungLink;

FaltungLink *faltung_link_new(const char *name, const char *scope);
void faltung_link_free(FaltungLink *link);

/** faltung_link_redirect: where it takes @from it takes @to ((nullable): nothing). */
void faltung_link_redirect(FaltungLink *link, const char *from, const char *to);

/** faltung_links_read: Returns: (transfer full) (nullable) (element-type FaltungLink): one for each
 *  layer and block of @text. */
GPtrArray *faltung_links_read(const char *text, GError **error);
/** faltung_links_find: Returns: the index of the layer or block called @name, or of whose copies
 *  one is, or -1; faltung_links_need() with an error. */
int faltung_links_find(const GPtrArray *links, const char *name);
int faltung_links_need(const GPtrArray *links, const char *name, GError **error);
/** faltung_links_is_input: whether @source is what the network of @text is given: `input`, or an
 *  input that has a name. */
gboolean faltung_links_is_input(const char *text, const char *source);
/** faltung_links_has_named_input: whether @name is that of an input of its own name. */
gboolean faltung_links_has_named_input(const char *text, const char *name);
/** faltung_links_renamed: Returns: (transfer full): what was called @name in @before, a whole name,
 *  by its name in @now; @name where nothing was. */
char *faltung_links_renamed(const GPtrArray *before, const GPtrArray *now, const char *name);
/** faltung_links_rename_all: Returns: (transfer full) (nullable): @text, whose links are @now, with
 *  all that names layers beside `inputs` by what they were called in @before, the same layers in
 * the same order, naming them as they are called now. */
char *faltung_links_rename_all(const char *text, const GPtrArray *before, const GPtrArray *now,
                               GError **error);
/** faltung_links_rename_input: as of faltung_yaml_rename_layer(). */
char *faltung_links_rename_input(const char *text, const char *input, const char *name,
                                 GError **error);
/** faltung_links_remove_input: those who take it take it no longer; the last one stays. */
char *faltung_links_remove_input(const char *text, const char *input, GError **error);
/** faltung_links_forget: Returns: @text ((transfer full) (nullable)) without the acts and the axes
 *  of a sweep that name layers which are removed. @links: before that; @gone: a flag for each. */
char *faltung_links_forget(char *text, const GPtrArray *links, const gboolean *gone,
                           GError **error);
/** faltung_links_end: Returns: the index behind @index and all that is in it. */
int faltung_links_end(const GPtrArray *links, int index);
/** faltung_links_block: Returns: the index of the block that @index is in, or -1. */
int faltung_links_block(const GPtrArray *links, int index);
/** faltung_links_origin: Returns: (transfer none): the layer whose output arrives where @name is
 *  taken, or "input": what a block's name and its input stand for. */
const char *faltung_links_origin(const GPtrArray *links, const char *name);
/** faltung_links_named: Returns: (transfer full): a flag for each link: it is called one of @names,
 *  or all that is in the block is. */
gboolean *faltung_links_named(const GPtrArray *links, const char *const *names);
/** faltung_links_depend: whether what is in @item depends on what is in @on. */
gboolean faltung_links_depend(const GPtrArray *links, int item, int on);
/** faltung_links_move: an item of a list behind another one, further down in the same list, in
 *  @text and in @links. Returns: (nullable): the new text, not settled. */
char *faltung_links_move(const char *text, GPtrArray *links, int item, int behind, GError **error);
/** faltung_links_redirect: whoever takes @from takes @to ((nullable): nothing in its place). */
void faltung_links_redirect(GPtrArray *links, const char *from, const char *to);
/** faltung_links_settle: Returns: @text ((transfer full) (nullable)) with `inputs` written where it
 *  does not say what @wanted, a link for each of its layers and blocks, does, and all else that
 *  named layers naming them still. */
char *faltung_links_settle(char *text, GPtrArray *wanted, GError **error);
/** faltung_links_spell: Returns: (transfer full) (nullable): how @name is written among the inputs
 *  of link number @index. */
char *faltung_links_spell(const GPtrArray *links, int index, const char *name, GError **error);
/** faltung_links_resolve: Returns: (transfer full): the whole name of what is written as @name in
 *  @scope. */
char *faltung_links_resolve(const GPtrArray *links, const char *scope, const char *name);

/* Where a layer may be put. */
typedef struct {
    int index; /* in the links */
    const char *scope;
    const char *list; /* the path of the list, and the place in it */
    int list_length, at;
} FaltungLinkPlace;

/** faltung_links_behind: the place behind link number @index, in the same list; of -1 in front of
 *  all. faltung_links_before: the one in front of it. */
FaltungLinkPlace faltung_links_behind(const GPtrArray *links, int index);
FaltungLinkPlace faltung_links_before(const GPtrArray *links, int index);

/** faltung_links_insert: a new layer at @place of @text and @links: called @name, written as
 *  @layer, taking @source ((nullable): nothing). Returns: (nullable): the new text, settled. */
char *faltung_links_insert(const char *text, GPtrArray *links, FaltungLinkPlace place,
                           const char *name, const char *source, const char *layer, GError **error);
/** faltung_links_put: the same of @link ((transfer full)) with all that is in it, not settled. */
char *faltung_links_put(const char *text, GPtrArray *links, FaltungLinkPlace place,
                        FaltungLink *link, const char *layer, GError **error);

/** faltung_links_free_name: Returns: (transfer full): @wish, with a number where it is taken in
 *  @scope. */
char *faltung_links_free_name(const GPtrArray *links, const char *scope, const char *wish);
/** faltung_links_name_item: Returns: (transfer full): @item, a layer as it stands in the list,
 *  under a name that no other layer of @scope has and without inputs; it is written only where it
 *  is not the one that the operation implies. @name: (out) (transfer full): the whole name. */
char *faltung_links_name_item(const GPtrArray *links, const char *scope, const char *item,
                              char **name, GError **error);

/** faltung_links_parse: Returns: (nullable): the text's root. */
FaltungYamlNode *faltung_links_parse(const char *text, GError **error);
/** faltung_links_layers: Returns: (nullable): the list of layers in it. */
FaltungYamlNode *faltung_links_layers(FaltungYamlNode *root);
/** faltung_links_item: Returns: (transfer full) (nullable): link number @index as it is written in
 *  @text, on one line. */
char *faltung_links_item(const char *text, int index, GError **error);
