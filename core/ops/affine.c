/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/affine.h"

#include "core/ops/layout.h"
#include "core/ops/parallel.h"
#include "core/ops/sums.h"

#include <string.h>

FaltungParameter *faltung_affine_add_weight(FaltungLayer *layer, const char *name, int outputs,
                                            int inputs, const FaltungVariant *initializer) {
    FaltungPanels panels = faltung_panels(outputs, inputs);
    FaltungParameter *weight = faltung_layer_add_parameter(
        layer, name, FALTUNG_SHAPE(outputs, inputs), inputs, outputs, initializer);
    weight->packed_size = faltung_panels_size(&panels);
    return weight;
}

FaltungParameter *faltung_affine_add_bias(FaltungLayer *layer, const char *name, int outputs,
                                          int inputs, const FaltungVariant *initializer) {
    FaltungPanels panels = faltung_panels(outputs, inputs);
    FaltungParameter *bias = faltung_layer_add_parameter(layer, name, FALTUNG_SHAPE(outputs),
                                                         inputs, outputs, initializer);
    bias->packed_size = faltung_panels_bias_size(&panels);
    bias->bias = TRUE;
    return bias;
}

void faltung_affine_pack(const FaltungPanels *panels, const FaltungShape *order, const float *from,
                         float *to) {
    for (int o = 0; o < panels->columns; o++)
        for (int i = 0; i < panels->depth; i++)
            to[faltung_panels_index(panels, o, faltung_layout_inside(order, i))] =
                from[(size_t)o * panels->depth + i];
}

void faltung_affine_unpack(const FaltungPanels *panels, const FaltungShape *order,
                           const float *from, float *to) {
    for (int o = 0; o < panels->columns; o++)
        for (int i = 0; i < panels->depth; i++)
            to[(size_t)o * panels->depth + i] =
                from[faltung_panels_index(panels, o, faltung_layout_inside(order, i))];
}

/* Rows of a block: enough to use the register tile, few enough to share out. */
enum { BLOCK_ROWS = 40, BLOCK_INPUTS = 60 };

/* Floats of weights that stay in the second cache while the vectors go by. */
enum { KEPT_WEIGHTS = 1 << 18 };

/* One panel of weights for one block of vectors. */
static void forward_block(const FaltungAffine *affine, int p, int block, int blocks,
                          gboolean asks) {
    const FaltungPanels *panels = &affine->panels;
    int row = faltung_block_begin(affine->rows, block, blocks);
    FaltungGemm gemm = {
        .rows = faltung_block_begin(affine->rows, block + 1, blocks) - row,
        .columns = faltung_panels_columns(panels, p),
        .depth = panels->depth,
        .reduce = 1,
        .a = affine->x + (size_t)row * panels->depth,
        .a_row = panels->depth,
        .a_depth = 1,
        .b = affine->weight + faltung_panels_begin(panels, p),
        .b_depth = panels->width,
        .c = affine->y + (size_t)row * panels->columns + p * panels->width,
        .c_row = panels->columns,
        .bias = affine->bias ? affine->bias + p * panels->width : NULL,
        .epilogue = affine->epilogue,
        .parameter = affine->parameter,
    };
    if (asks && p + 1 < panels->n_panels) {
        gemm.next = affine->weight + faltung_panels_begin(panels, p + 1);
        gemm.n_next = (size_t)panels->depth * panels->width;
    }
    faltung_kernels()->gemm(&gemm);
}

/* Of many vectors each block meets all panels before the next one comes, so that vectors and
   results pass through the cache once; of large weights each panel meets all vectors. */
void faltung_affine_forward(const FaltungAffine *affine) {
    const FaltungPanels *panels = &affine->panels;
    int rows = affine->rows, blocks = faltung_n_blocks(rows, BLOCK_ROWS);
    gboolean by_blocks =
        rows > panels->columns && faltung_panels_size(panels) <= (size_t)KEPT_WEIGHTS;
    int threads =
        faltung_threads_for(affine->threads, 2.0 * rows * panels->columns * panels->depth);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < panels->n_panels * blocks; i++) {
        if (by_blocks)
            forward_block(affine, i % panels->n_panels, i / panels->n_panels, blocks, FALSE);
        else
            forward_block(affine, i / blocks, i % blocks, blocks, i % blocks == 0);
    }
}

/* Of x and dy, what a product of their own fits the caches: neighbouring rows may be far apart, in
   steps that crowd them, so that many rows are copied chunk by chunk. So are long ones of which few
   units are computed: a quarter less time with 10 units of 12,544 inputs, half with 28 of 5,488. */
enum { CHUNK_ROWS = 128, WIDEST_PANEL = 64, LONG_ROW = 2048 };

static gboolean goes_in_chunks(const FaltungAffine *affine) {
    return affine->rows > 2 * CHUNK_ROWS ||
           (affine->panels.n_panels == 1 && affine->panels.depth > LONG_ROW);
}

static void copy_rows(int rows, int columns, const float *from, ptrdiff_t from_row, float *to,
                      ptrdiff_t to_row) {
    for (int row = 0; row < rows; row++)
        memcpy(to + row * to_row, from + row * from_row, columns * sizeof(float));
}

/* What the vectors @row ... @row + @n - 1 add to a block of inputs of panel @p of dW. */
static FaltungGemm weight_product(const FaltungAffine *affine, int p, int block, int blocks,
                                  int row, int n) {
    const FaltungPanels *panels = &affine->panels;
    int input = faltung_block_begin(panels->depth, block, blocks);
    return (FaltungGemm){
        .rows = faltung_block_begin(panels->depth, block + 1, blocks) - input,
        .columns = faltung_panels_columns(panels, p),
        .depth = n,
        .reduce = 1,
        .a = affine->x + (size_t)row * panels->depth + input,
        .a_row = 1,
        .a_depth = panels->depth,
        .b = affine->dy + (size_t)row * panels->columns + p * panels->width,
        .b_depth = panels->columns,
        .c = affine->dweight + faltung_panels_begin(panels, p) + (size_t)input * panels->width,
        .c_row = panels->width,
        .accumulate = row > 0,
    };
}

/* Blocks @first ... @end - 1 of panel @p, of many vectors, and with the first its biases: dy is at
   hand. */
static void weight_panel_in_chunks(const FaltungAffine *affine, int p, int first, int end,
                                   int blocks) {
    _Alignas(FALTUNG_ALIGNMENT) float x[CHUNK_ROWS * BLOCK_INPUTS + FALTUNG_SLACK];
    _Alignas(FALTUNG_ALIGNMENT) float dy[CHUNK_ROWS * WIDEST_PANEL + FALTUNG_SLACK] = {0};
    float sums[WIDEST_PANEL] = {0};
    int rows = affine->rows, chunks = faltung_n_blocks(rows, CHUNK_ROWS);
    for (int i = 0; i < chunks; i++) {
        int row = faltung_block_begin(rows, i, chunks);
        int n = faltung_block_begin(rows, i + 1, chunks) - row;
        for (int block = first; block < end; block++) {
            FaltungGemm gemm = weight_product(affine, p, block, blocks, row, n);
            if (block == first)
                copy_rows(n, gemm.columns, gemm.b, gemm.b_depth, dy, WIDEST_PANEL);
            copy_rows(n, gemm.rows, gemm.a, gemm.a_depth, x, BLOCK_INPUTS);
            gemm.a = x;
            gemm.a_depth = BLOCK_INPUTS;
            gemm.b = dy;
            gemm.b_depth = WIDEST_PANEL;
            faltung_kernels()->gemm(&gemm);
        }
        if (first == 0)
            faltung_add_rows(n, WIDEST_PANEL, dy, sums);
    }
    if (first == 0 && affine->dbias)
        memcpy(affine->dbias + p * affine->panels.width, sums,
               faltung_panels_columns(&affine->panels, p) * sizeof(float));
}

static void weight_panel(const FaltungAffine *affine, int p, int first, int end, int blocks) {
    for (int block = first; block < end; block++) {
        FaltungGemm gemm = weight_product(affine, p, block, blocks, 0, affine->rows);
        faltung_kernels()->gemm(&gemm);
    }
}

/* dW = x^T dy, written panel by panel. */
static void backward_weight(const FaltungAffine *affine) {
    const FaltungPanels *panels = &affine->panels;
    int blocks = faltung_n_blocks(panels->depth, BLOCK_INPUTS), all = panels->n_panels * blocks;
    int threads =
        faltung_threads_for(affine->threads, 2.0 * affine->rows * panels->columns * panels->depth);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int thread = 0; thread < threads; thread++) {
        int end = faltung_block_begin(all, thread + 1, threads);
        for (int i = faltung_block_begin(all, thread, threads), n; i < end; i += n) {
            int first = i % blocks;
            n = MIN(blocks - first, end - i); /* of this panel */
            if (goes_in_chunks(affine))
                weight_panel_in_chunks(affine, i / blocks, first, first + n, blocks);
            else
                weight_panel(affine, i / blocks, first, first + n, blocks);
        }
    }
}

static void backward_bias(const FaltungAffine *affine) {
    const FaltungPanels *panels = &affine->panels;
    memset(affine->dbias, 0, panels->columns * sizeof(float));
    faltung_add_rows_shared(affine->threads, affine->rows, panels->columns, affine->dy,
                            affine->dbias);
}

/*
 * dx = dy W needs the weights the other way round than they are packed. So W is transposed first,
 * or dx^T = W^T dy^T lets the packed weights serve as A, panel after panel, and the two matrices of
 * the batch are transposed: whichever is less.
 */
static gboolean transposes_weight(const FaltungPanels *panels, int rows) {
    return (double)panels->columns * panels->depth <=
           (double)rows * (panels->columns + panels->depth);
}

/* Inputs whose weights are transposed together: as wide as the widest tile. */
static int block_width(void) {
    return 4 * faltung_kernels()->lanes;
}

size_t faltung_affine_workspace_size(const FaltungPanels *panels, int rows) {
    /* of more rows the weight is transposed: rows (units + inputs) >= units inputs */
    int few = MIN(rows, MIN(panels->columns, panels->depth));
    size_t units = (size_t)panels->n_panels * panels->width;
    int blocks = faltung_n_blocks(panels->depth, block_width());
    size_t weight = (size_t)blocks * panels->columns * block_width();
    size_t samples = units * (few + WIDEST_PANEL) + FALTUNG_SLACK;
    return MAX(weight, samples); /* a last, smaller batch may go the other way */
}

static void backward_input_by_weight(const FaltungAffine *affine) {
    const FaltungPanels *panels = &affine->panels;
    const FaltungKernels *kernels = faltung_kernels();
    int rows = affine->rows;
    int width = block_width(), blocks = faltung_n_blocks(panels->depth, width);
    double work = 2.0 * rows * panels->columns * panels->depth;
#pragma omp parallel for num_threads(faltung_threads_for(affine->threads, work)) schedule(static)
    for (int block = 0; block < blocks; block++) {
        int first = block * width, columns = MIN(width, panels->depth - first);
        float *weight = affine->workspace + (size_t)block * panels->columns * width;
        for (int p = 0; p < panels->n_panels; p++)
            kernels->transpose(columns, faltung_panels_columns(panels, p),
                               affine->weight + faltung_panels_begin(panels, p) +
                                   (size_t)first * panels->width,
                               panels->width, weight + (size_t)p * panels->width * width, width);
        FaltungGemm gemm = {
            .rows = rows,
            .columns = columns,
            .depth = panels->columns,
            .reduce = 1,
            .a = affine->dy,
            .a_row = panels->columns,
            .a_depth = 1,
            .b = weight, /* (units, width) */
            .b_depth = width,
            .c = affine->dx + first,
            .c_row = panels->depth,
            .accumulate = affine->adds_dx,
        };
        kernels->gemm(&gemm);
    }
}

/* to[n][i] += c[i][n] */
static void add_transposed(const FaltungGemm *gemm, float *to, int row) {
    for (int n = 0; n < gemm->columns; n++)
        for (int i = 0; i < gemm->rows; i++)
            to[(size_t)n * row + i] += gemm->c[i * gemm->c_row + n];
}

/* How dy is turned for that: (groups, units, columns), so that each product reads its part of it
   from one end to the other. */
typedef struct {
    int columns, groups, units; /* columns: the samples of a group, and room for more */
    float *dy;
} Turned;

static Turned turned_of(const FaltungAffine *affine) {
    int columns = faltung_kernels_panel(faltung_kernels(), affine->rows);
    return (Turned){
        .columns = columns,
        .groups = faltung_n_blocks(affine->rows, columns),
        .units = affine->panels.n_panels * affine->panels.width,
        .dy = affine->workspace,
    };
}

static float *turned_group(const Turned *turned, int group) {
    return turned->dy + (size_t)group * turned->units * turned->columns;
}

static int turned_columns(const FaltungAffine *affine, const Turned *turned, int group) {
    return MIN(turned->columns, affine->rows - group * turned->columns);
}

/* Panel @p of the units, for all groups. */
static void turn_panel(const FaltungAffine *affine, const Turned *turned, int p) {
    const FaltungPanels *panels = &affine->panels;
    int whole = faltung_panels_columns(panels, p), columns = turned->columns;
    for (int group = 0; group < turned->groups; group++) {
        float *to = turned_group(turned, group) + (size_t)p * panels->width * columns;
        faltung_kernels()->transpose(turned_columns(affine, turned, group), whole,
                                     affine->dy + (size_t)group * columns * panels->columns +
                                         p * panels->width,
                                     panels->columns, to, columns);
        memset(to + (size_t)whole * columns, 0,
               (size_t)(panels->width - whole) * columns * sizeof(float));
    }
}

/* A block of inputs of a group of samples. */
static void input_block(const FaltungAffine *affine, const Turned *turned, int block, int blocks,
                        int group) {
    const FaltungPanels *panels = &affine->panels;
    _Alignas(FALTUNG_ALIGNMENT) float dx[BLOCK_INPUTS * WIDEST_PANEL + FALTUNG_SLACK];
    int input = faltung_block_begin(panels->depth, block, blocks);
    FaltungGemm gemm = {
        .rows = faltung_block_begin(panels->depth, block + 1, blocks) - input,
        .columns = turned_columns(affine, turned, group),
        .depth = panels->width,
        .reduce = panels->n_panels,
        .a = affine->weight + (size_t)input * panels->width,
        .a_row = panels->width,
        .a_depth = 1,
        .a_reduce = (ptrdiff_t)panels->depth * panels->width,
        .b = turned_group(turned, group),
        .b_depth = turned->columns,
        .b_reduce = (ptrdiff_t)panels->width * turned->columns,
        .c = dx,
        .c_row = WIDEST_PANEL,
    };
    faltung_kernels()->gemm(&gemm);
    float *to = affine->dx + (size_t)group * turned->columns * panels->depth + input;
    if (affine->adds_dx)
        add_transposed(&gemm, to, panels->depth);
    else
        faltung_kernels()->transpose(gemm.rows, gemm.columns, dx, WIDEST_PANEL, to, panels->depth);
}

static void backward_input_by_samples(const FaltungAffine *affine) {
    const FaltungPanels *panels = &affine->panels;
    Turned turned = turned_of(affine);
    int blocks = faltung_n_blocks(panels->depth, BLOCK_INPUTS);
    int threads =
        faltung_threads_for(affine->threads, 2.0 * affine->rows * panels->columns * panels->depth);
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int p = 0; p < panels->n_panels; p++)
            turn_panel(affine, &turned, p);
            /* the groups of a block one after the other: they share its weights */
#pragma omp for collapse(2) schedule(static) nowait
        for (int block = 0; block < blocks; block++)
            for (int group = 0; group < turned.groups; group++)
                input_block(affine, &turned, block, blocks, group);
    }
}

void faltung_affine_backward_parameters(const FaltungAffine *affine) {
    if (affine->dweight)
        backward_weight(affine);
    if (affine->dbias && !(affine->dweight && goes_in_chunks(affine)))
        backward_bias(affine);
}

void faltung_affine_backward_input(const FaltungAffine *affine) {
    if (transposes_weight(&affine->panels, affine->rows))
        backward_input_by_weight(affine);
    else
        backward_input_by_samples(affine);
}
