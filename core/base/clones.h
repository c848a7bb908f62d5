/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * FALTUNG_CLONES before a function compiles it for several instruction sets, of which the loader
 * takes the best that the machine has. For plain loops that wait for memory; what is worth tuning
 * is in core/kernels. Without the loader's help (no glibc), or under a sanitizer, which does not
 * stand it, there is one version.
 *
 * For static functions only, of names that no other file gives to another one: clang makes symbols
 * of them that all files share.
 */
#if defined(__x86_64__) && __has_include(<gnu/libc-version.h>) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FALTUNG_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FALTUNG_CLONES
#endif
