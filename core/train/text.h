/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * FaltungText: a text as the indices of its characters in a vocabulary, and the samples in it:
 * windows of a number of characters, whose targets are the characters behind each of theirs.
 * Windows are places in the text, not copies. Immutable.
 */
typedef struct FaltungText FaltungText;

/**
 * faltung_text_new:
 * @indices: (transfer full): of @n characters, each of @width bytes: 1, 2 or 4
 * @length: characters of a sample; n is greater
 * @stride: characters between the beginnings of two samples
 * @vocabulary: (transfer full) (array length=n_vocabulary): Unicode, ascending
 */
FaltungText *faltung_text_new(GBytes *indices, int width, gsize n, int length, int stride,
                              gunichar *vocabulary, int n_vocabulary);
void faltung_text_free(FaltungText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungText, faltung_text_free)

guint64 faltung_text_n_samples(const FaltungText *text);
gsize faltung_text_n_characters(const FaltungText *text);
int faltung_text_length(const FaltungText *text);
int faltung_text_stride(const FaltungText *text);
const gunichar *faltung_text_vocabulary(const FaltungText *text, int *n);

/**
 * faltung_text_read: the sample at @index.
 * @inputs: (out) (nullable): length indices, as the network takes them
 * @targets: (out) (nullable): length indices: the next character of each
 */
void faltung_text_read(const FaltungText *text, gsize index, float *inputs, gint32 *targets);

/** faltung_text_spell: Returns: (transfer full): the characters whose @n indices, as the network
 *  takes them, are @inputs, in UTF-8. */
char *faltung_text_spell(const FaltungText *text, const float *inputs, int n);

/** faltung_text_sample_bytes: Returns: where the sample at @index is, with its targets. */
const guint8 *faltung_text_sample_bytes(const FaltungText *text, gsize index, gsize *size);
