/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * FALTUNG_ERROR: the domain of every error that a user or the world can cause.
 *
 * A message says what is wrong, what was expected and what would fix it. Where it comes from a
 * file it starts with `file:line:column: `.
 */
#define FALTUNG_ERROR (faltung_error_quark())
GQuark faltung_error_quark(void);

typedef enum {
    FALTUNG_ERROR_INPUT, /* a file or an argument is wrong: exit status 2 */
    FALTUNG_ERROR_SHAPE, /* layers or data do not fit each other: exit status 2 */
    FALTUNG_ERROR_DATA,  /* a data set is missing or damaged: exit status 2 */
    FALTUNG_ERROR_WORK,  /* the work itself failed (NaN, disk full): exit status 1 */
} FaltungErrorCode;

/**
 * faltung_fail:
 * @error: (nullable): where the error goes
 * @code: whose mistake it is
 * @format: the message, in English, with the place in the file where there is one
 *
 * Every error of this domain is made here, or by what stands on it. The window's language is asked
 * for @format before the rest is put in, so that no message needs a mark where it is written:
 * po/update knows this function and those that are like it (`..._fail()`, `complain()`). Words that
 * are put in for a %s, as in `cond ? "one" : "many"`, do need one.
 *
 * Returns: %FALSE, always.
 */
gboolean faltung_fail(GError **error, FaltungErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The message alone, for those that put something around it. */
char *faltung_message(const char *format, va_list arguments) G_GNUC_PRINTF(1, 0);

/**
 * faltung_nearest:
 * @word: what was written
 * @candidates: (array zero-terminated=1): what is known
 *
 * Returns: (nullable): the candidate with the smallest edit distance, or %NULL where none is
 *   near enough to be meant.
 */
const char *faltung_nearest(const char *word, const char *const *candidates);
