/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
extern const FaltungKernels faltung_kernels_x86_64_v4, faltung_kernels_x86_64_v3,
    faltung_kernels_x86_64_v2;
#else
extern const FaltungKernels faltung_kernels_generic;
#endif

enum { MOST_KERNELS = 4 };

const FaltungKernels *const *faltung_kernels_list(void) {
    static const FaltungKernels *list[MOST_KERNELS];
    static _Atomic int ready;
    if (atomic_load(&ready))
        return list;
    const FaltungKernels *found[MOST_KERNELS] = {0};
    int n = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    int v2 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
    int v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("bmi2");
    int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
    if (v4)
        found[n++] = &faltung_kernels_x86_64_v4;
    if (v3)
        found[n++] = &faltung_kernels_x86_64_v3;
    found[n++] = &faltung_kernels_x86_64_v2;
#else
    found[n++] = &faltung_kernels_generic;
#endif
    /* Two threads that come here at once write the same. */
    for (int i = 0; i < n; i++)
        list[i] = found[i];
    atomic_store(&ready, 1);
    return list;
}

const FaltungKernels *faltung_kernels_find(const char *name) {
    for (const FaltungKernels *const *kernels = faltung_kernels_list(); *kernels; kernels++) {
        if (strcmp((*kernels)->name, name) == 0)
            return *kernels;
    }
    return NULL;
}

const FaltungKernels *faltung_kernels(void) {
    static const FaltungKernels *_Atomic chosen;
    const FaltungKernels *kernels = atomic_load(&chosen);
    if (!kernels) {
        const char *wanted = getenv("FALTUNG_ISA");
        if (wanted)
            kernels = faltung_kernels_find(wanted);
        if (!kernels)
            kernels = faltung_kernels_list()[0];
        atomic_store(&chosen, kernels);
    }
    return kernels;
}

int faltung_kernels_panel(const FaltungKernels *kernels, int columns) {
    int lanes = kernels->lanes, best = lanes, least = 0;
    for (int vectors = 4; vectors >= 1; vectors /= 2) {
        int panel = vectors * lanes;
        int padded = (columns + panel - 1) / panel * panel;
        /* One vector a row leaves the loads of A as the limit: take it only where it saves much.
           Four need 24 accumulators. */
        int cost = vectors == 1 ? padded * 5 / 4 : padded;
        if (vectors == 4 && lanes < 16)
            continue;
        if (least == 0 || cost < least) {
            least = cost;
            best = panel;
        }
    }
    return best;
}

#if defined(__x86_64__)
#include <xmmintrin.h>

unsigned faltung_denormals_flush(void) {
    unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040); /* flush to zero, denormals are zero */
    return mode;
}

void faltung_denormals_restore(unsigned mode) {
    _mm_setcsr(mode);
}
#elif defined(__aarch64__)
unsigned faltung_denormals_flush(void) {
    unsigned long mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    __asm__ volatile("msr fpcr, %0" : : "r"(mode | 1ul << 24));
    return mode;
}

void faltung_denormals_restore(unsigned mode) {
    __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long)mode));
}
#else
unsigned faltung_denormals_flush(void) {
    return 0;
}

void faltung_denormals_restore(unsigned mode) {
    (void)mode;
}
#endif
