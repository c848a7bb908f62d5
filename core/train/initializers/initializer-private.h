/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/initializer.h"

extern const FaltungInitializer faltung_initializer_glorot_uniform;
extern const FaltungInitializer faltung_initializer_glorot_normal;
extern const FaltungInitializer faltung_initializer_he_uniform;
extern const FaltungInitializer faltung_initializer_he_normal;
extern const FaltungInitializer faltung_initializer_lecun_uniform;
extern const FaltungInitializer faltung_initializer_lecun_normal;
extern const FaltungInitializer faltung_initializer_torch_uniform;
extern const FaltungInitializer faltung_initializer_normal;
extern const FaltungInitializer faltung_initializer_uniform;
extern const FaltungInitializer faltung_initializer_orthogonal;
extern const FaltungInitializer faltung_initializer_zeros;
extern const FaltungInitializer faltung_initializer_ones;
extern const FaltungInitializer faltung_initializer_constant;
extern const FaltungInitializer faltung_initializer_book_glorot;
extern const FaltungInitializer faltung_initializer_sinusoidal;

/* The two distributions that all of them draw from. */
void faltung_fill_normal(const FaltungParameter *parameter, const FaltungRandom *random,
                         double mean, double deviation, float *values);
void faltung_fill_uniform(const FaltungParameter *parameter, const FaltungRandom *random,
                          double low, double high, float *values);
