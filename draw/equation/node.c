/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation/node.h"

GPtrArray *node_list_new(void) {
    return g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
}

Node *node_new(NodeType type, AtomClass class) {
    Node *node = g_new0(Node, 1);
    node->type = type;
    node->class = class;
    return node;
}

void node_free(Node *node) {
    if (!node)
        return;
    g_free(node->text);
    g_free(node->id);
    g_clear_pointer(&node->body, g_ptr_array_unref);
    g_clear_pointer(&node->second, g_ptr_array_unref);
    g_clear_pointer(&node->rows, g_ptr_array_unref);
    g_clear_pointer(&node->sup, g_ptr_array_unref);
    g_clear_pointer(&node->sub, g_ptr_array_unref);
    g_free(node);
}

void node_inherit_class(Node *node) {
    node->class = CLASS_ORD;
    if (node->body->len != 1)
        return;
    Node *only = g_ptr_array_index(node->body, 0);
    if (only->type != NODE_SPACE && only->type != NODE_STYLE)
        node->class = only->class;
}

void node_list_marks(GPtrArray *list, GPtrArray *marks) {
    for (guint i = 0; list && i < list->len; i++) {
        Node *node = g_ptr_array_index(list, i);
        if (node->type == NODE_MARK)
            g_ptr_array_add(marks, node);
        node_list_marks(node->body, marks);
        node_list_marks(node->second, marks);
        node_list_marks(node->sup, marks);
        node_list_marks(node->sub, marks);
        for (guint r = 0; node->rows && r < node->rows->len; r++) {
            GPtrArray *row = g_ptr_array_index(node->rows, r);
            for (guint c = 0; c < row->len; c++)
                node_list_marks(g_ptr_array_index(row, c), marks);
        }
    }
}
