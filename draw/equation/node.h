/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/equation/math-font.h"
#include "draw/equation/symbols.h"
#include "draw/theme.h"

/* The tree between parser and layout. A list is a GPtrArray of nodes. */

typedef enum {
    STYLE_DISPLAY = 0,
    STYLE_TEXT = 2,
    STYLE_SCRIPT = 4,
    STYLE_SCRIPTSCRIPT = 6,
    STYLE_CRAMPED = 1, /* added to the others: superscripts are lower */
} Style;

typedef enum {
    NODE_SYMBOL,   /* code */
    NODE_TEXT,     /* text, in upright letters */
    NODE_GROUP,    /* body */
    NODE_MARK,     /* body, id */
    NODE_FRACTION, /* body over second; code != 0: without a rule, in parentheses (binomial) */
    NODE_RADICAL,  /* body; second: the degree */
    NODE_ACCENT,   /* code above body; stretch: as wide */
    NODE_LINE,     /* over or under body */
    NODE_BRACE,    /* over or under body */
    NODE_FENCED,   /* code, body, close; body may hold NODE_MIDDLE */
    NODE_MIDDLE,   /* code, as high as the fence around it */
    NODE_BIG,      /* delimiter code, size times an em high */
    NODE_MATRIX,   /* rows; code, close: delimiters */
    NODE_SPACE,    /* size, in mu */
    NODE_STYLE,    /* style, of the rest of the list */
} NodeType;

typedef enum {
    MATRIX_CENTRED, /* matrix: text style, columns centred */
    MATRIX_CASES,   /* text style, columns to the left */
    MATRIX_ALIGNED, /* display style, columns to the right and left by turns */
    MATRIX_GATHERED,
    MATRIX_STACK, /* \substack: script style, tight */
} MatrixKind;

typedef struct Node Node;
struct Node {
    NodeType type;
    AtomClass class;
    Limits limits;
    gunichar code, close;
    char *text, *id;
    GPtrArray *body, *second; /* (element-type Node) */
    GPtrArray *rows;          /* (element-type GPtrArray of GPtrArray of Node) */
    GPtrArray *sup, *sub;     /* (nullable) scripts or limits */
    double size;
    Style style; /* of NODE_STYLE; of NODE_FRACTION where has_style */
    gboolean has_style;
    gboolean stretch, under;
    MatrixKind matrix;
    Node *outer; /* the mark around it; of NODE_MARK */
    gboolean colored;
    FaltungColor color; /* of NODE_MARK */
};

GPtrArray *node_list_new(void);
Node *node_new(NodeType type, AtomClass class);
void node_free(Node *node);

/** equation_parse: @outer: (nullable): the mark that the result goes into. Returns: (transfer
 *  full) (nullable): the list of nodes. */
GPtrArray *equation_parse(const char *tex, const MathFont *font, Node *outer, GError **error);

/** node_inherit_class: a group that stands for one atom has that atom's class: \mark{w}{+} is
 *  spaced like +. */
void node_inherit_class(Node *node);

/** node_list_marks: adds all NODE_MARK of @list to @marks. */
void node_list_marks(GPtrArray *list, GPtrArray *marks);
