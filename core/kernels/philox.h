/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/*
 * Philox 4x32-10 for 16 blocks side by side, written so that the compiler makes vectors of it.
 * The same numbers as faltung_random_block(); a group of 64 words is the four words of blocks
 * 16 g ... 16 g + 15, word 0 of all of them first.
 */
static void random_words(const uint32_t key[2], const uint32_t counter[3], uint32_t first_group,
                         int n_groups, uint32_t *words) {
    enum { BLOCKS = 16, ROUNDS = 10 };
    for (int group = 0; group < n_groups; group++, words += 4 * BLOCKS) {
        uint32_t c0[BLOCKS], c1[BLOCKS], c2[BLOCKS], c3[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            c0[i] = (first_group + group) * BLOCKS + i;
            c1[i] = counter[0];
            c2[i] = counter[1];
            c3[i] = counter[2];
        }
        uint32_t k0 = key[0], k1 = key[1];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < BLOCKS; i++) {
                uint64_t product0 = (uint64_t)0xD2511F53 * c0[i];
                uint64_t product1 = (uint64_t)0xCD9E8D57 * c2[i];
                c0[i] = (uint32_t)(product1 >> 32) ^ c1[i] ^ k0;
                c2[i] = (uint32_t)(product0 >> 32) ^ c3[i] ^ k1;
                c1[i] = (uint32_t)product1;
                c3[i] = (uint32_t)product0;
            }
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        for (int i = 0; i < BLOCKS; i++) {
            words[i] = c0[i];
            words[BLOCKS + i] = c1[i];
            words[2 * BLOCKS + i] = c2[i];
            words[3 * BLOCKS + i] = c3[i];
        }
    }
}
