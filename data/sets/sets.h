/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "data/catalogue.h"
#include "data/shipped.h"

/* The descriptors of the catalogue, one a file. */

extern const FaltungDatasetEntry faltung_set_adding;
extern const FaltungDatasetEntry faltung_set_digits;
extern const FaltungDatasetEntry faltung_set_boston_housing;
extern const FaltungDatasetEntry faltung_set_iris;
extern const FaltungDatasetEntry faltung_set_wine;
extern const FaltungDatasetEntry faltung_set_fashion_mnist;
extern const FaltungDatasetEntry faltung_set_mnist;
extern const FaltungDatasetEntry faltung_set_copy;
extern const FaltungDatasetEntry faltung_set_sine;
extern const FaltungDatasetEntry faltung_set_spirals;
extern const FaltungDatasetEntry faltung_set_tinyshakespeare;
extern const FaltungDatasetEntry faltung_set_xor;

/* "0" to "9" */
extern const char *const faltung_digit_names[];
