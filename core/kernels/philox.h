/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/kernels/vector.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef uint32_t Words __attribute__((vector_size(LANES * 4)));
typedef uint64_t LongWords __attribute__((vector_size(LANES * 4)));

#if defined(__x86_64__)
/* The products of the lanes 0, 2, 4 and so on, which there is one instruction for. Written as a
   product of long words it would be one of 64 bits each, three times as slow. */
INLINE LongWords multiply_even(Words a, Words b) {
#if LANES == 16
    return (LongWords)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif LANES == 8
    return (LongWords)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#else
    return (LongWords)_mm_mul_epu32((__m128i)a, (__m128i)b);
#endif
}
#endif

/* The upper and the lower word of a * factor. */
INLINE void multiply_wide(Words a, uint32_t factor, Words *upper, Words *lower) {
#if defined(__x86_64__)
    Words factors = factor - (Words){0};
    LongWords even = multiply_even(a, factors);
    LongWords odd = multiply_even((Words)((LongWords)a >> 32), factors);
    *upper = (Words)((even >> 32) | (odd & 0xFFFFFFFF00000000));
    *lower = (Words)((even & 0xFFFFFFFF) | (odd << 32));
#else
    for (int i = 0; i < LANES; i++) {
        uint64_t product = (uint64_t)factor * a[i];
        (*upper)[i] = product >> 32;
        (*lower)[i] = product;
    }
#endif
}

/*
 * Philox 4x32-10 (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011), a block a
 * lane. The same numbers as faltung_random_block(); a group of 64 words is the four words of blocks
 * 16 g ... 16 g + 15, word 0 of all of them first. Several vectors are under way at once, since a
 * round waits for the one before.
 */
static void random_words(const uint32_t key[2], const uint32_t counter[3], uint32_t first_group,
                         int n_groups, uint32_t *words) {
    enum { BLOCKS = 16, ROUNDS = 10, AT_ONCE = LANES == 16 ? 4 : 2 };
    Words lane;
    for (int i = 0; i < LANES; i++)
        lane[i] = i;
    for (int block = 0; block < n_groups * BLOCKS; block += AT_ONCE * LANES) {
        Words c[AT_ONCE][4];
        for (int v = 0; v < AT_ONCE; v++) {
            c[v][0] = lane + (first_group * BLOCKS + block + v * LANES);
            for (int word = 1; word < 4; word++)
                c[v][word] = counter[word - 1] - (Words){0};
        }
        uint32_t k0 = key[0], k1 = key[1];
        for (int round = 0; round < ROUNDS; round++) {
#pragma GCC unroll 4
            for (int v = 0; v < AT_ONCE; v++) {
                Words upper0, lower0, upper1, lower1;
                multiply_wide(c[v][0], 0xD2511F53, &upper0, &lower0);
                multiply_wide(c[v][2], 0xCD9E8D57, &upper1, &lower1);
                c[v][0] = upper1 ^ c[v][1] ^ k0;
                c[v][1] = lower1;
                c[v][2] = upper0 ^ c[v][3] ^ k1;
                c[v][3] = lower0;
            }
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        for (int v = 0; v < AT_ONCE; v++) {
            int first = block + v * LANES;
            uint32_t *group = words + first / BLOCKS * 4 * BLOCKS + first % BLOCKS;
            for (int word = 0; word < 4 && first < n_groups * BLOCKS; word++)
                memcpy(group + word * BLOCKS, &c[v][word], sizeof(Words));
        }
    }
}
