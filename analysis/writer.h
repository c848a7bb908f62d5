/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/network.h"

/**
 * FaltungWriter: a network that says which character comes next, and the text so far. The network
 * sees as many characters of its end as its samples have, or all of them where its layers carry
 * their states from one to the next.
 */
typedef struct FaltungWriter FaltungWriter;

/**
 * faltung_writer_new:
 * @network: (transfer full): takes [T] indices, gives [T, n]
 * @vocabulary: (array length=n) (nullable): the characters that the indices stand for; copied
 * @odds: the network's outputs are logarithms of odds, not probabilities
 *
 * Returns: (transfer full). Errors: the network does not write text (%FALTUNG_ERROR_INPUT).
 */
FaltungWriter *faltung_writer_new(FaltungNetwork *network, const gunichar *vocabulary, int n,
                                  gboolean odds, GError **error);
void faltung_writer_free(FaltungWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungWriter, faltung_writer_free)

/** faltung_writer_begin: with @text (UTF-8), or where it is empty as after the end of a line.
 *  Errors: a character that the network does not know; the text is as before then. */
gboolean faltung_writer_begin(FaltungWriter *writer, const char *text, GError **error);

/** faltung_writer_vocabulary: Returns: (transfer none) (array length=n). */
const gunichar *faltung_writer_vocabulary(const FaltungWriter *writer, int *n);

/**
 * faltung_writer_chances: how likely each character is to be the next.
 * @temperature: 1: as the network says; less for likelier characters, more for stranger ones; 0:
 *   the likeliest alone
 *
 * Returns: (transfer none): (vocabulary), of sum 1; valid until the next call.
 */
const double *faltung_writer_chances(FaltungWriter *writer, double temperature);

/** faltung_writer_write: draws the next character and puts it behind the text. The same @seed draws
 *  the same text. Returns: the character. */
gunichar faltung_writer_write(FaltungWriter *writer, double temperature, guint64 seed);
