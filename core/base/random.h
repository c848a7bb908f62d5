/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/*
 * Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 *
 * A counter-based generator: the value of an element depends on (seed, purpose, step, element)
 * alone, never on what was drawn before, so any thread may draw any element in any order.
 */

typedef enum {
    FALTUNG_RANDOM_INITIALIZE = 1,
    FALTUNG_RANDOM_SHUFFLE = 2,
    FALTUNG_RANDOM_SPLIT = 3,
    FALTUNG_RANDOM_DROPOUT = 4,
    FALTUNG_RANDOM_AUGMENT = 5,
    FALTUNG_RANDOM_SAMPLE = 6,
    FALTUNG_RANDOM_SEARCH = 7,
    FALTUNG_RANDOM_DATA = 8,
    FALTUNG_RANDOM_ACT = 9,
} FaltungRandomPurpose;

/* One stream of numbers. `stream` tells apart what shares a purpose: the layer, the parameter. */
typedef struct {
    uint64_t seed;
    uint32_t purpose;
    uint32_t stream;
    uint64_t step;
} FaltungRandom;

/** faltung_random_block: the four 32-bit numbers of block @block: elements 4 block ... + 3. */
void faltung_random_block(const FaltungRandom *random, uint64_t block, uint32_t out[4]);

/** faltung_random_counter: key and counter of block @block, for kernels that draw many at once. */
void faltung_random_counter(const FaltungRandom *random, uint64_t block, uint32_t key[2],
                            uint32_t counter[4]);

/** faltung_random_word: Returns: element @element of the order in which kernels draw: groups of
 *  64 elements are 16 blocks side by side, the first words of all of them first. */
uint32_t faltung_random_word(const FaltungRandom *random, uint64_t element);

/** faltung_random_uniform: Returns: element @element, uniform in [0, 1), 24 bits. */
float faltung_random_uniform(const FaltungRandom *random, uint64_t element);

/** faltung_random_normal: Returns: element @element of the standard normal distribution
 *  (Box-Muller over a block). */
double faltung_random_normal(const FaltungRandom *random, uint64_t element);

/** faltung_random_noise: Returns: element @element of the standard normal distribution as kernels
 *  draw many at once (faltung_noise_add()): from the words of half a group of
 *  faltung_random_word() a radius, from the other half an angle. */
double faltung_random_noise(const FaltungRandom *random, uint64_t element);

/** faltung_random_permutation: fills @order with a permutation of 0 ... n - 1 (Fisher-Yates). */
void faltung_random_permutation(const FaltungRandom *random, uint32_t n, uint32_t *order);
