/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/random.h"

#include <math.h>

enum { ROUNDS = 10 };

void faltung_random_counter(const FaltungRandom *random, uint64_t block, uint32_t key[2],
                            uint32_t counter[4]) {
    key[0] = random->seed;
    key[1] = random->seed >> 32;
    counter[0] = block;
    counter[1] = random->step;
    counter[2] = random->stream;
    /* A step may have 2^32 blocks and more, a run 2^32 steps and more: the upper bits of both
       share the last word with the purpose. */
    counter[3] =
        random->purpose ^ (uint32_t)(random->step >> 32 << 8) ^ (uint32_t)(block >> 32 << 20);
}

void faltung_random_block(const FaltungRandom *random, uint64_t block, uint32_t out[4]) {
    /* The constants are those of the paper, table 2 and section 3.3. */
    const uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
    const uint32_t weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85;

    uint32_t key[2], c[4];
    faltung_random_counter(random, block, key, c);
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t product0 = (uint64_t)multiplier0 * c[0];
        uint64_t product1 = (uint64_t)multiplier1 * c[2];
        c[0] = (uint32_t)(product1 >> 32) ^ c[1] ^ key[0];
        c[1] = product1;
        c[2] = (uint32_t)(product0 >> 32) ^ c[3] ^ key[1];
        c[3] = product0;
        key[0] += weyl0;
        key[1] += weyl1;
    }
    for (int i = 0; i < 4; i++)
        out[i] = c[i];
}

uint32_t faltung_random_word(const FaltungRandom *random, uint64_t element) {
    uint32_t block[4];
    faltung_random_block(random, element / 64 * 16 + element % 16, block);
    return block[element % 64 / 16];
}

float faltung_random_uniform(const FaltungRandom *random, uint64_t element) {
    uint32_t block[4];
    faltung_random_block(random, element / 4, block);
    return (block[element % 4] >> 8) * 0x1p-24f;
}

double faltung_random_normal(const FaltungRandom *random, uint64_t element) {
    uint32_t block[4];
    faltung_random_block(random, element / 2, block);
    /* 53 bits for the radius keep the tails; it is never 0. */
    double radius = ((((uint64_t)block[0] << 21) | (block[1] >> 11)) + 1) * 0x1p-53;
    double angle = 2 * M_PI * (block[2] * 0x1p-32);
    return sqrt(-2 * log(radius)) * (element % 2 ? sin(angle) : cos(angle));
}

double faltung_random_noise(const FaltungRandom *random, uint64_t element) {
    uint64_t first = element / 64 * 64 + element % 32;
    double radius = ((faltung_random_word(random, first) >> 9) + 0.5) * 0x1p-23;
    double angle = 2 * M_PI * ((int32_t)faltung_random_word(random, first + 32) * 0x1p-32);
    return sqrt(-2 * log(radius)) * (element % 64 < 32 ? cos(angle) : sin(angle));
}

void faltung_random_permutation(const FaltungRandom *random, uint32_t n, uint32_t *order) {
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t block[4];
        faltung_random_block(random, i, block);
        /* 64 bits make the bias of the multiplication negligible (2^-32 relative). */
        uint64_t draw = ((uint64_t)block[0] << 32) | block[1];
        uint32_t j = ((unsigned __int128)draw * i) >> 64;
        uint32_t kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}
