/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/text.h"

struct FaltungText {
    GBytes *owner;
    const guint8 *bytes; /* (n, width): the indices */
    int width;
    gsize n;
    int length, stride;
    gunichar *vocabulary; /* (n_vocabulary) */
    int n_vocabulary;
};

FaltungText *faltung_text_new(GBytes *indices, int width, gsize n, int length, int stride,
                              gunichar *vocabulary, int n_vocabulary) {
    g_assert(n > (gsize)length && length > 0 && stride > 0);
    g_assert((width == 1 || width == 2 || width == 4) && g_bytes_get_size(indices) >= n * width);
    FaltungText *text = g_new(FaltungText, 1);
    *text = (FaltungText){
        .owner = indices,
        .bytes = g_bytes_get_data(indices, NULL),
        .width = width,
        .n = n,
        .length = length,
        .stride = stride,
        .vocabulary = vocabulary,
        .n_vocabulary = n_vocabulary,
    };
    return text;
}

void faltung_text_free(FaltungText *text) {
    if (!text)
        return;
    g_bytes_unref(text->owner);
    g_free(text->vocabulary);
    g_free(text);
}

guint64 faltung_text_n_samples(const FaltungText *text) {
    return (text->n - text->length - 1) / text->stride + 1;
}

gsize faltung_text_n_characters(const FaltungText *text) {
    return text->n;
}

int faltung_text_length(const FaltungText *text) {
    return text->length;
}

int faltung_text_stride(const FaltungText *text) {
    return text->stride;
}

const gunichar *faltung_text_vocabulary(const FaltungText *text, int *n) {
    *n = text->n_vocabulary;
    return text->vocabulary;
}

static guint32 index_at(const FaltungText *text, gsize at) {
    switch (text->width) {
    case 1:
        return text->bytes[at];
    case 2:
        return ((const guint16 *)text->bytes)[at];
    default:
        return ((const guint32 *)text->bytes)[at];
    }
}

void faltung_text_read(const FaltungText *text, gsize index, float *inputs, gint32 *targets) {
    gsize start = index * text->stride;
    for (int i = 0; inputs && i < text->length; i++)
        inputs[i] = index_at(text, start + i);
    for (int i = 0; targets && i < text->length; i++)
        targets[i] = index_at(text, start + i + 1);
}

char *faltung_text_spell(const FaltungText *text, const float *inputs, int n) {
    GString *spelt = g_string_new(NULL);
    for (int i = 0; i < n; i++)
        g_string_append_unichar(spelt, text->vocabulary[(int)inputs[i]]);
    return g_string_free(spelt, FALSE);
}

const guint8 *faltung_text_sample_bytes(const FaltungText *text, gsize index, gsize *size) {
    *size = (gsize)(text->length + 1) * text->width;
    return text->bytes + index * text->stride * text->width;
}
