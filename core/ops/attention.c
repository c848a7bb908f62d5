/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/attention.h"

#include "core/ops/parallel.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* Rows of a product at once: of a triangle each block leaves out what is zero for all of it. */
enum { BLOCK_ROWS = 40 };

int faltung_attention_row(int steps) {
    return (steps + 15) / 16 * 16 + 16; /* not a power of two, which would crowd the caches */
}

/* Of one thread: a transposed matrix, (D, row), one of scores, (T, row), and a copy, (T, D). */
static size_t scratch_of_one(int steps, int size) {
    size_t copy = (size_t)steps * size + FALTUNG_SLACK;
    return (size_t)(size + steps) * faltung_attention_row(steps) + (copy + 15) / 16 * 16;
}

size_t faltung_attention_scratch_size(int steps, int size, int threads) {
    return threads * scratch_of_one(steps, size);
}

/* One head of one sample. The rows of Q, K, V and their gradients are 3 F apart, those of the
   mixed values F, those of T x T matrices `row`. */
typedef struct {
    const FaltungAttention *attention;
    const FaltungKernels *kernels;
    int steps, size;
    ptrdiff_t features, projected, row;
    const float *q, *k, *v; /* (T, D) */
    float *transposed;      /* (D, row) */
    float *scores;          /* (T, row): scratch */
    float *copied;          /* (T, D): scratch */
    float *weights;         /* (T, row): P */
    float *mixed;           /* (T, D) */
    const float *dmixed;
    float *dq, *dk, *dv;
} Head;

static Head head_of(const FaltungAttention *attention, int index) {
    int n = index / attention->heads, h = index % attention->heads;
    int steps = attention->steps, size = attention->size;
    ptrdiff_t features = (ptrdiff_t)attention->heads * size, row = faltung_attention_row(steps);
    ptrdiff_t qkv = (ptrdiff_t)n * steps * 3 * features + h * size;
    ptrdiff_t mixed = (ptrdiff_t)n * steps * features + h * size;
    float *scratch = attention->scratch + omp_get_thread_num() * scratch_of_one(steps, size);
    Head head = {
        .attention = attention,
        .kernels = faltung_kernels(),
        .steps = steps,
        .size = size,
        .features = features,
        .projected = 3 * features,
        .row = row,
        .q = attention->qkv + qkv,
        .k = attention->qkv + qkv + features,
        .v = attention->qkv + qkv + 2 * features,
        .transposed = scratch,
        .scores = scratch + size * row,
        .copied = scratch + (size + steps) * row,
        .mixed = attention->mixed + mixed,
    };
    head.weights =
        attention->weights ? attention->weights + (ptrdiff_t)index * steps * row : head.scores;
    if (attention->dqkv) {
        head.dmixed = attention->dmixed + mixed;
        head.dq = attention->dqkv + qkv;
        head.dk = head.dq + features;
        head.dv = head.dq + 2 * features;
    }
    return head;
}

/* A product of any number of columns, panel by panel. */
static void multiply(const Head *head, FaltungGemm gemm) {
    int columns = gemm.columns, width = faltung_kernels_panel(head->kernels, columns);
    gemm.reduce = 1;
    for (int left = columns; left > 0; left -= width, gemm.b += width, gemm.c += width) {
        gemm.columns = left < width ? left : width;
        head->kernels->gemm(&gemm);
    }
}

/* C = A B^T, (T, T), of A and B, (T, D); of a triangle only the rows that reach a panel. */
static void multiply_transposed(const Head *head, const float *a, ptrdiff_t a_row, const float *b,
                                float *c) {
    int steps = head->steps, width = faltung_kernels_panel(head->kernels, steps);
    head->kernels->transpose(steps, head->size, b, head->projected, head->transposed, head->row);
    for (int column = 0; column < steps; column += width) {
        int first = head->attention->causal ? column : 0;
        FaltungGemm gemm = {
            .rows = steps - first,
            .columns = steps - column < width ? steps - column : width,
            .depth = head->size,
            .reduce = 1,
            .a = a + first * a_row,
            .a_row = a_row,
            .a_depth = 1,
            .b = head->transposed + column,
            .b_depth = head->row,
            .c = c + first * head->row + column,
            .c_row = head->row,
        };
        head->kernels->gemm(&gemm);
    }
}

/* The (T, D) numbers without the gaps between a head's rows: their steps crowd the caches. */
static const float *copy(const Head *head, const float *from, ptrdiff_t row) {
    for (int t = 0; t < head->steps; t++)
        memcpy(head->copied + (ptrdiff_t)t * head->size, from + t * row,
               head->size * sizeof(float));
    return head->copied;
}

/* C = A B, (T, D), of A, (T, T), and B, (T, D). */
static void mix(const Head *head, const float *a, const float *b, ptrdiff_t b_row, float *c,
                ptrdiff_t c_row) {
    int steps = head->steps, blocks = faltung_n_blocks(steps, BLOCK_ROWS);
    const float *copied = copy(head, b, b_row);
    for (int block = 0; block < blocks; block++) {
        int begin = faltung_block_begin(steps, block, blocks);
        int end = faltung_block_begin(steps, block + 1, blocks);
        multiply(head, (FaltungGemm){
                           .rows = end - begin,
                           .columns = head->size,
                           .depth = head->attention->causal ? end : steps,
                           .a = a + begin * head->row,
                           .a_row = head->row,
                           .a_depth = 1,
                           .b = copied,
                           .b_depth = head->size,
                           .c = c + begin * c_row,
                           .c_row = c_row,
                       });
    }
}

/* C = A^T B: likewise. C is a gradient of keys or values. */
static void mix_back(const Head *head, const float *a, const float *b, ptrdiff_t b_row, float *c) {
    int steps = head->steps, blocks = faltung_n_blocks(steps, BLOCK_ROWS);
    const float *copied = copy(head, b, b_row);
    for (int block = 0; block < blocks; block++) {
        int begin = faltung_block_begin(steps, block, blocks);
        int first = head->attention->causal ? begin : 0; /* no earlier step sees these */
        multiply(head, (FaltungGemm){
                           .rows = faltung_block_begin(steps, block + 1, blocks) - begin,
                           .columns = head->size,
                           .depth = steps - first,
                           .a = a + first * head->row + begin,
                           .a_row = 1,
                           .a_depth = head->row,
                           .b = copied + (ptrdiff_t)first * head->size,
                           .b_depth = head->size,
                           .c = c + begin * head->projected,
                           .c_row = head->projected,
                       });
    }
}

/* The steps that step t looks at; what lies behind them in a row is made zero. */
static int seen(const Head *head, int t, float *row) {
    int n = head->attention->causal ? t + 1 : head->steps;
    memset(row + n, 0, (head->steps - n) * sizeof(float));
    return n;
}

static void forward_head(const Head *head) {
    float scale = 1 / sqrt(head->size);
    multiply_transposed(head, head->q, head->projected, head->k, head->weights);
    for (int t = 0; t < head->steps; t++) {
        float *p = head->weights + t * head->row;
        head->kernels->softmax(seen(head, t, p), scale, p, p);
    }
    mix(head, head->weights, head->v, head->projected, head->mixed, head->features);
}

static void backward_head(const Head *head) {
    float scale = 1 / sqrt(head->size);
    mix_back(head, head->weights, head->dmixed, head->features, head->dv);
    multiply_transposed(head, head->dmixed, head->features, head->v, head->scores);
    for (int t = 0; t < head->steps; t++) {
        float *ds = head->scores + t * head->row;
        int n = seen(head, t, ds);
        head->kernels->softmax_backward(n, scale, head->weights + t * head->row, ds, ds, 0);
    }
    mix(head, head->scores, head->k, head->projected, head->dq, head->projected);
    mix_back(head, head->scores, head->q, head->projected, head->dk);
}

static int threads_of(const FaltungAttention *a, double flops_of_product) {
    double work = flops_of_product * a->batch * a->heads * a->steps * a->steps;
    return faltung_threads_for(a->threads, a->causal ? work / 2 : work);
}

void faltung_attention_forward(const FaltungAttention *attention) {
    int heads = attention->batch * attention->heads;
    int threads = threads_of(attention, 4.0 * attention->size + 20);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < heads; i++) {
        Head head = head_of(attention, i);
        forward_head(&head);
    }
}

void faltung_attention_backward(const FaltungAttention *attention) {
    int heads = attention->batch * attention->heads;
    int threads = threads_of(attention, 8.0 * attention->size + 6);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < heads; i++) {
        Head head = head_of(attention, i);
        backward_head(&head);
    }
}
