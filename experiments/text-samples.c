/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "data/file.h"
#include "experiments/samples.h"

/* The index of @character in the vocabulary, which ascends; -1: it is not in it. */
static int index_of(gunichar character, const gunichar *vocabulary, int n) {
    int low = 0, high = n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (vocabulary[middle] < character)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && vocabulary[low] == character ? low : -1;
}

static void fail_unknown(const char *path, const char *text, const char *at, GError **error) {
    int line = 1;
    const char *start = text;
    for (const char *c = text; c < at; c++)
        if (*c == '\n') {
            line++;
            start = c + 1;
        }
    g_autofree char *character = g_strndup(at, g_utf8_next_char(at) - at);
    faltung_fail(error, FALTUNG_ERROR_DATA,
                 "%s:%d:%ld: '%s' was not in the text that the network learned; leave it out", path,
                 line, g_utf8_strlen(start, at - start) + 1, character);
}

FaltungSamples *faltung_samples_read_text(const char *path, const gunichar *vocabulary,
                                          int n_vocabulary, int length, GError **error) {
    gsize size;
    g_autofree char *text = faltung_file_read(path, &size, error);
    if (!text)
        return NULL;
    if (!g_utf8_validate(text, (gssize)size, NULL)) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s: this is no text in UTF-8", path);
        return NULL;
    }
    size_t n = g_utf8_strlen(text, (gssize)size) / length;
    if (n == 0) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "%s: the network takes %d characters at a time, but the text has fewer", path,
                     length);
        return NULL;
    }
    g_autoptr(FaltungSamples) samples = g_new0(FaltungSamples, 1);
    samples->n = n;
    samples->values = g_new(float, n *length);
    const char *at = text;
    for (size_t i = 0; i < n * length; i++, at = g_utf8_next_char(at)) {
        int index = index_of(g_utf8_get_char(at), vocabulary, n_vocabulary);
        if (index < 0) {
            fail_unknown(path, text, at, error);
            return NULL;
        }
        samples->values[i] = index;
    }
    return g_steal_pointer(&samples);
}
