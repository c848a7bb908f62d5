/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/plan.h"

#include <stdlib.h>

static gboolean meet(const FaltungSpan *a, const FaltungSpan *b) {
    return a->born <= b->dies && b->born <= a->dies;
}

/* The lowest place for @span beside those that are @placed, which are sorted by offset. */
static size_t lowest_gap(const FaltungSpan *span, FaltungSpan *const *placed, size_t n) {
    size_t offset = 0;
    for (size_t i = 0; i < n; i++) {
        if (!meet(span, placed[i]))
            continue;
        if (placed[i]->offset >= offset + span->size)
            break;
        offset = MAX(offset, placed[i]->offset + placed[i]->size);
    }
    return offset;
}

/* Places the spans in the order of @queue. Returns: the size of the block. */
static size_t place(FaltungSpan *const *queue, size_t n) {
    g_autofree FaltungSpan **placed = g_new(FaltungSpan *, MAX(n, 1));
    size_t end = 0;
    for (size_t i = 0; i < n; i++) {
        FaltungSpan *span = queue[i];
        span->offset = lowest_gap(span, placed, i);
        end = MAX(end, span->offset + span->size);
        size_t at = i;
        for (; at > 0 && placed[at - 1]->offset > span->offset; at--)
            placed[at] = placed[at - 1];
        placed[at] = span;
    }
    return end;
}

/* Where two are alike, the array's order decides: the plan must not depend on the sort. */
static int by_place(const FaltungSpan *a, const FaltungSpan *b) {
    return a < b ? -1 : a > b;
}

static int by_size(const void *a, const void *b) {
    const FaltungSpan *left = *(FaltungSpan *const *)a, *right = *(FaltungSpan *const *)b;
    if (left->size != right->size)
        return left->size > right->size ? -1 : 1;
    return left->born != right->born ? left->born - right->born : by_place(left, right);
}

static int by_birth(const void *a, const void *b) {
    const FaltungSpan *left = *(FaltungSpan *const *)a, *right = *(FaltungSpan *const *)b;
    return left->born != right->born ? left->born - right->born : by_size(a, b);
}

size_t faltung_plan(FaltungSpan *spans, size_t n) {
    g_autofree FaltungSpan **queue = g_new(FaltungSpan *, MAX(n, 1));
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        spans[i].offset = 0;
        if (spans[i].size > 0)
            queue[used++] = &spans[i];
    }
    qsort(queue, used, sizeof *queue, by_birth);
    size_t other = place(queue, used);
    qsort(queue, used, sizeof *queue, by_size);
    size_t size = place(queue, used);
    if (size <= other)
        return size;
    qsort(queue, used, sizeof *queue, by_birth);
    return place(queue, used);
}

size_t faltung_plan_alive(const FaltungSpan *spans, size_t n, int moment) {
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        if (spans[i].born <= moment && moment <= spans[i].dies)
            size += spans[i].size;
    }
    return size;
}
