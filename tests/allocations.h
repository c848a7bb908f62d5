/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/*
 * Whether a piece of code allocates: it stands between count_allocations() and
 * assert_no_allocations(). For one file of a program, since it takes the place of the C library's
 * functions. Where others allocate, too, the test is skipped: a sanitizer does, and LLVM's OpenMP
 * at every region, even of one thread.
 */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
static _Atomic gboolean counting;
static _Atomic int allocations;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);

void *malloc(size_t size) {
    allocations += counting;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
    allocations += counting;
    return __libc_calloc(n, size);
}

static void count_allocations(void) {
    allocations = 0;
    counting = TRUE;
}

static void assert_no_allocations(void) {
    counting = FALSE;
    g_assert_cmpint(allocations, ==, 0);
    count_allocations();
    g_free(g_malloc(100)); /* it does count */
    counting = FALSE;
    g_assert_cmpint(allocations, ==, 1);
}
#else
static void count_allocations(void) {
}

static void assert_no_allocations(void) {
    g_test_skip("others allocate, too: a sanitizer, or LLVM's OpenMP");
}
#endif
