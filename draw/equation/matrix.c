/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation/box.h"

#include <math.h>

/* Rows and columns: matrices, cases, aligned equations. */

typedef struct {
    int n_rows, n_columns;
    Box *cells; /* n_rows x n_columns */
    double *widths, *ascents, *descents;
} Cells;

static const Node *first_atom(const GPtrArray *list) {
    return list->len > 0 ? g_ptr_array_index(list, 0) : NULL;
}

static Box layout_cell(const Layout *layout, const GPtrArray *cell, MatrixKind kind, int column,
                       int style) {
    Box box = layout_list(layout, cell, style);
    /* the right side of an aligned equation begins as if something stood before its sign */
    const Node *first = first_atom(cell);
    if (kind == MATRIX_ALIGNED && column % 2 == 1 && first) {
        double mu = layout_em(layout, style) / 18;
        double space = first->class == CLASS_REL ? 5 * mu : first->class == CLASS_BIN ? 4 * mu : 0;
        for (guint i = 0; i < box.items->len; i++)
            g_array_index(box.items, Item, i).x += space;
        box.width += space;
    }
    return box;
}

static Cells layout_cells(const Layout *layout, const Node *node, int style, double strut) {
    Cells cells = {.n_rows = node->rows->len};
    for (int r = 0; r < cells.n_rows; r++)
        cells.n_columns =
            MAX(cells.n_columns, (int)((GPtrArray *)g_ptr_array_index(node->rows, r))->len);
    cells.cells = g_new0(Box, cells.n_rows * cells.n_columns);
    cells.widths = g_new0(double, cells.n_columns);
    cells.ascents = g_new0(double, cells.n_rows);
    cells.descents = g_new0(double, cells.n_rows);
    for (int r = 0; r < cells.n_rows; r++) {
        GPtrArray *row = g_ptr_array_index(node->rows, r);
        cells.ascents[r] = 0.7 * strut;
        cells.descents[r] = 0.3 * strut;
        for (int c = 0; c < cells.n_columns; c++) {
            Box box = c < (int)row->len
                          ? layout_cell(layout, g_ptr_array_index(row, c), node->matrix, c, style)
                          : box_new();
            cells.widths[c] = MAX(cells.widths[c], box.width);
            cells.ascents[r] = MAX(cells.ascents[r], box.ascent);
            cells.descents[r] = MAX(cells.descents[r], box.descent);
            cells.cells[r * cells.n_columns + c] = box;
        }
    }
    return cells;
}

static double column_align(MatrixKind kind, int column) {
    switch (kind) {
    case MATRIX_CASES:
        return 0;
    case MATRIX_ALIGNED:
        return column % 2 == 0 ? 1 : 0;
    default:
        return 0.5;
    }
}

/* In em, as in LaTeX: \arraycolsep twice, a \quad in cases, nothing within an aligned pair. */
static double column_gap(MatrixKind kind, int column) {
    if (kind == MATRIX_ALIGNED)
        return column % 2 == 1 ? 0 : 2;
    return 1;
}

Box layout_matrix(const Layout *layout, const Node *node, int style) {
    gboolean aligned = node->matrix == MATRIX_ALIGNED || node->matrix == MATRIX_GATHERED;
    int inner = aligned                        ? STYLE_DISPLAY
                : node->matrix == MATRIX_STACK ? MAX(style, STYLE_SCRIPT)
                                               : MAX(style, STYLE_TEXT);
    double em = layout_em(layout, inner);
    double baselines = (node->matrix == MATRIX_STACK   ? 0.9
                        : node->matrix == MATRIX_CASES ? 1.44
                                                       : 1.2) *
                       em;
    double jot = aligned ? 0.3 * em : 0; /* more space between equations */
    Cells cells = layout_cells(layout, node, inner, baselines);

    double height = 0, width = 0;
    for (int r = 0; r < cells.n_rows; r++)
        height += cells.ascents[r] + cells.descents[r] + (r > 0 ? jot : 0);
    for (int c = 0; c < cells.n_columns; c++)
        width += cells.widths[c] + (c > 0 ? column_gap(node->matrix, c) * em : 0);

    double axis = layout_constant(layout, style, AXIS_HEIGHT);
    Box box = box_new();
    box.width = width;
    box.ascent = height / 2 + axis;
    box.descent = height / 2 - axis;
    double y = -box.ascent;
    for (int r = 0; r < cells.n_rows; r++) {
        y += cells.ascents[r] + (r > 0 ? jot : 0);
        double x = 0;
        for (int c = 0; c < cells.n_columns; c++) {
            x += c > 0 ? column_gap(node->matrix, c) * em : 0;
            Box *cell = &cells.cells[r * cells.n_columns + c];
            box_take(&box, cell,
                     x + column_align(node->matrix, c) * (cells.widths[c] - cell->width), y);
            x += cells.widths[c];
        }
        y += cells.descents[r];
    }
    g_free(cells.cells);
    g_free(cells.widths);
    g_free(cells.ascents);
    g_free(cells.descents);
    box.accent = box.width / 2;
    if (!node->code && !node->close)
        return box;
    return layout_fence(layout, node->code, node->close, &box, style);
}
