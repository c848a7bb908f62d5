/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/mistakes.h"

/*
 * YAML as a tree that knows, for every node, which bytes of the text it is: a thin layer over
 * libfyaml's parser, for the reader's messages and for edits that leave all other bytes alone.
 */

typedef enum {
    FALTUNG_YAML_EMPTY, /* nothing, ~ or null */
    FALTUNG_YAML_SCALAR,
    FALTUNG_YAML_LIST,
    FALTUNG_YAML_MAP,
} FaltungYamlType;

typedef struct FaltungYamlNode FaltungYamlNode;
struct FaltungYamlNode {
    FaltungYamlType type;
    gboolean flow;     /* a list or map in brackets rather than on lines */
    gboolean quoted;   /* a scalar that is text whatever it looks like */
    char *text;        /* of a scalar */
    size_t start, end; /* the bytes [start, end), with quotes and brackets */
    size_t lead;       /* behind the colon or dash before it */
    GPtrArray *keys;   /* (nullable) (element-type FaltungYamlNode): scalars of a map */
    GPtrArray *values; /* (nullable) (element-type FaltungYamlNode): of a map or list */
};

/**
 * faltung_yaml_parse:
 * @text: as read, valid UTF-8 or not
 * @mistakes: (element-type FaltungMistake): what is wrong is added here: YAML's own rules,
 *   duplicate keys, and what these files do without (several documents, anchors, tags)
 *
 * Returns: (transfer full) (nullable): the root, or %NULL where there were mistakes.
 */
FaltungYamlNode *faltung_yaml_parse(const char *text, GPtrArray *mistakes);
void faltung_yaml_free(FaltungYamlNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungYamlNode, faltung_yaml_free)

/** faltung_yaml_size: Returns: the number of values of a list or map, 0 of others. */
guint faltung_yaml_size(const FaltungYamlNode *node);
FaltungYamlNode *faltung_yaml_key(const FaltungYamlNode *map, guint index);
FaltungYamlNode *faltung_yaml_value(const FaltungYamlNode *node, guint index);
/** faltung_yaml_find: Returns: the index of @key in @map, or -1. */
int faltung_yaml_find(const FaltungYamlNode *map, const char *key);
/** faltung_yaml_get: Returns: (nullable): the value of @key in @map. */
FaltungYamlNode *faltung_yaml_get(const FaltungYamlNode *map, const char *key);

/** faltung_yaml_equal: whether two trees say the same, wherever they lie and however written. */
gboolean faltung_yaml_equal(const FaltungYamlNode *a, const FaltungYamlNode *b);
/** faltung_yaml_flow: Returns: (transfer full): the node in flow style on one line. */
char *faltung_yaml_flow(const FaltungYamlNode *node);

/** faltung_yaml_operation: Returns: (nullable): the operation of a layer's item, `relu` or
 *  `conv2d: {...}`; %NULL: it is no layer. */
const char *faltung_yaml_operation(const FaltungYamlNode *item);
/**
 * faltung_yaml_layer_names:
 * @layers: (nullable): the list under `network: layers:`, or that of a block
 *
 * Returns: (transfer full) (element-type char*): the layers' names in it, given or implied by their
 *   operations as in faltung_graph_add(); %NULL for an item that is no layer.
 */
GPtrArray *faltung_yaml_layer_names(const FaltungYamlNode *layers);

#define FALTUNG_BLOCK "block" /* what stands in a list in the place of an operation */

/* A layer or block as it is written: once, however often it is repeated. */
typedef struct {
    FaltungYamlNode *node, *list; /* it, and the list that it is in */
    guint index;                  /* there */
    int parent;                   /* the item of the block that it is in; -1: none */
    gboolean block;
    char *name; /* (nullable): with those of the blocks around it: encoder/conv1 */
    char *path; /* below `network`: layers.0.block.layers.2 */
} FaltungYamlItem;

/** faltung_yaml_items: Returns: (transfer full) (element-type FaltungYamlItem): all of @layers
 *  ((nullable)), a block before what is in it. */
GPtrArray *faltung_yaml_items(FaltungYamlNode *layers);
/** faltung_yaml_item_find: Returns: the index of the item called @name, or -1. */
int faltung_yaml_item_find(const GPtrArray *items, const char *name);
/** faltung_yaml_item_at: Returns: the index of the innermost item around byte @offset, or -1. */
int faltung_yaml_item_at(const GPtrArray *items, size_t offset);
size_t faltung_yaml_item_start(const FaltungYamlItem *item);

/* What faltung_yaml_set() did: [offset, offset + removed) became @inserted bytes, in which the
   value itself is [value, value_end), as offsets in the new text. */
typedef struct {
    size_t offset, removed, inserted;
    size_t value, value_end;
} FaltungSplice;

/** faltung_yaml_splice: faltung_yaml_set() that tells what it changed. */
char *faltung_yaml_splice(const char *text, const char *path, const char *value,
                          FaltungSplice *splice, GError **error);
