/* SPDX-License-Identifier: Apache-2.0 */
#include "data/text-reader.h"

#include "core/base/error.h"
#include "core/base/mapping.h"
#include "data/file.h"
#include "data/room.h"

#include <inttypes.h>
#include <string.h>

enum { UNICODE = 0x110000 };

#define FAIL(...) faltung_fail(error, FALTUNG_ERROR_DATA, __VA_ARGS__)

/* The characters of a text. */
typedef struct {
    const char *start, *end;
    gsize n;         /* characters */
    guint32 *number; /* (UNICODE): of each character, its index + 1; 0: it is not in the text */
    int n_different;
} Characters;

static void characters_clear(Characters *characters) {
    g_free(characters->number);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Characters, characters_clear)

/* Says where @text stops being UTF-8. */
static void fail_encoding(const char *path, const char *text, const char *at, GError **error) {
    guint64 line = 1;
    const char *begin = text;
    for (const char *c = text; c < at; c++) {
        if (*c == '\n') {
            line++;
            begin = c + 1;
        }
    }
    FAIL("%s:%" PRIu64 ": byte %td of the line is not UTF-8; convert it, as with `iconv "
         "-f latin1 -t utf-8`",
         path, line, at - begin + 1);
}

static gboolean count(Characters *characters, const char *path, GBytes *contents, GError **error) {
    gsize size;
    const char *text = g_bytes_get_data(contents, &size);
    characters->start = text;
    characters->end = text + size;
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) /* a byte order mark is no text */
        characters->start += 3;
    characters->number = g_new0(guint32, UNICODE);
    for (const char *at = characters->start; at < characters->end; characters->n++) {
        guchar first = *at;
        gunichar character = first;
        gsize bytes = 1;
        if (first >= 0x80) {
            character = g_utf8_get_char_validated(at, characters->end - at);
            if (character >= UNICODE) { /* (gunichar)-1 and -2 */
                fail_encoding(path, text, at, error);
                return FALSE;
            }
            bytes = g_unichar_to_utf8(character, NULL);
        }
        characters->n_different += characters->number[character] == 0;
        characters->number[character] = 1;
        at += bytes;
    }
    return TRUE;
}

/* What people see of a character in a table. */
static char *name_of(gunichar character) {
    switch (character) {
    case '\n':
        return g_strdup("\\n");
    case '\r':
        return g_strdup("\\r");
    case '\t':
        return g_strdup("\\t");
    case ' ':
        return g_strdup("space");
    }
    char name[8] = {0};
    if (!g_unichar_isprint(character) || g_unichar_isspace(character))
        return g_strdup_printf("U+%04X", character);
    g_unichar_to_utf8(character, name);
    return g_strdup(name);
}

/* Numbers the characters; @names: (out) (transfer full). */
static gunichar *make_vocabulary(Characters *characters, char ***names) {
    gunichar *vocabulary = g_new(gunichar, characters->n_different);
    *names = g_new0(char *, characters->n_different + 1);
    int n = 0;
    for (gunichar character = 0; character < UNICODE; character++) {
        if (characters->number[character] == 0)
            continue;
        vocabulary[n] = character;
        (*names)[n] = name_of(character);
        characters->number[character] = ++n;
    }
    return vocabulary;
}

static void write_indices(const Characters *characters, int width, void *to) {
    const char *at = characters->start;
    /* not more than were counted, should the file have been cut off meanwhile */
    for (gsize i = 0; i < characters->n; at = g_utf8_next_char(at), i++) {
        guint32 index = characters->number[g_utf8_get_char(at)] - 1;
        if (width == 1)
            ((guint8 *)to)[i] = index;
        else if (width == 2)
            ((guint16 *)to)[i] = index;
        else
            ((guint32 *)to)[i] = index;
    }
}

FaltungDataset *faltung_text_load(const char *path, int length, int stride, GError **error) {
    g_autoptr(GBytes) contents = faltung_file_contents(path, error);
    g_auto(Characters) characters = {NULL};
    if (!contents || !count(&characters, path, contents, error))
        return NULL;
    stride = stride ? stride : length;
    if (characters.n < (gsize)length + 1) {
        FAIL("%s: the text has %zu"
             " characters; a sample takes %d and the one behind "
             "them, so make length smaller or take a longer text",
             path, characters.n, length);
        return NULL;
    }
    if ((characters.n - length - 1) / stride + 1 > G_MAXUINT32) {
        FAIL("%s: the text has more than 2^32 - 1 samples; make stride larger", path);
        return NULL;
    }
    int width = characters.n_different <= 1 << 8 ? 1 : characters.n_different <= 1 << 16 ? 2 : 4;
    GBytes *block;
    void *indices = faltung_room_new(characters.n * width, path, &block, error);
    if (!indices)
        return NULL;
    char **names;
    gunichar *vocabulary = make_vocabulary(&characters, &names);
    write_indices(&characters, width, indices);
    if (!faltung_mapping_check(characters.start, error)) {
        g_free(vocabulary);
        g_strfreev(names);
        g_bytes_unref(block);
        return NULL;
    }
    g_autofree char *name = g_path_get_basename(path);
    return faltung_dataset_new_text(name,
                                    faltung_text_new(block, width, characters.n, length, stride,
                                                     vocabulary, characters.n_different),
                                    names, characters.n * width > faltung_room_limit());
}
