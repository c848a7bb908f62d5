/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/error.h"

/* What is wrong with a text: collected, so that all of it is told at once. */
typedef struct {
    size_t offset; /* byte in the text */
    FaltungErrorCode code;
    char *message;
} FaltungMistake;

/** faltung_mistakes_new: Returns: (transfer full) (element-type FaltungMistake). */
GPtrArray *faltung_mistakes_new(void);
void faltung_mistakes_add(GPtrArray *mistakes, size_t offset, FaltungErrorCode code,
                          const char *format, ...) G_GNUC_PRINTF(4, 5);
/** faltung_mistakes_take: adds what @error ((transfer full)) says. */
void faltung_mistakes_take(GPtrArray *mistakes, size_t offset, GError *error);
void faltung_mistakes_sort(GPtrArray *mistakes);

/** faltung_shorten: Returns: (transfer full): @text for a message: one line, at most 60
 *  characters. */
char *faltung_shorten(const char *text);

/** faltung_text_position: @line and @column (in characters) of byte @offset, both from 1. */
void faltung_text_position(const char *text, size_t offset, int *line, int *column);
/** faltung_text_offset: the reverse, kept inside the text. */
size_t faltung_text_offset(const char *text, int line, int column);

/**
 * faltung_mistakes_report: sets @error to the mistakes, one a line, each
 * `origin:line:column: message`; at most 20.
 */
void faltung_mistakes_report(GPtrArray *mistakes, const char *origin, const char *text,
                             GError **error);
/** faltung_mistake_read: the reverse for one line of a report: @line and @column where it has them.
 *  Returns: (nullable): the message in @told, or %NULL where it is not about a place in @origin. */
const char *faltung_mistake_read(const char *told, const char *origin, int *line, int *column);
/** faltung_mistakes_set_error: the same of lines that are ready. */
void faltung_mistakes_set_error(GPtrArray *mistakes, GPtrArray *lines, GError **error);
