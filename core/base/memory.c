/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/memory.h"

#include <string.h>
#include <sys/mman.h>

enum {
    LINE = 64,            /* bytes: of a cache, and of a vector */
    LARGE_PAGE = 2 << 20, /* x86-64's, and aarch64's where the small ones are 4 KB */
};

static gsize rounded(gsize n, gsize to) {
    return (n + to - 1) / to * to;
}

float *faltung_floats_new(gsize n) {
    gboolean large = n * sizeof(float) >= LARGE_PAGE;
    gsize alignment = large ? LARGE_PAGE : LINE;
    gsize size = rounded(n * sizeof(float), alignment);
    /* calloc's pages cost nothing until they are used, and some never are */
    char *allocated = g_malloc0(sizeof allocated + alignment + size);
    char *start = (char *)rounded((gsize)allocated + sizeof allocated, alignment);
    memcpy(start - sizeof allocated, &allocated, sizeof allocated);
#ifdef MADV_HUGEPAGE
    if (large)
        madvise(start, size, MADV_HUGEPAGE); /* a wish, which need not come true */
#endif
    return (float *)start;
}

void faltung_floats_free(float *floats) {
    char *allocated = NULL;
    if (floats)
        memcpy(&allocated, (char *)floats - sizeof allocated, sizeof allocated);
    g_free(allocated);
}
