/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

/* The lines of a text, for edits that go by lines. */

static inline size_t line_start(const char *text, size_t at) {
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at == 0 && g_str_has_prefix(text, "\xEF\xBB\xBF") ? 3 : at;
}

static inline size_t line_end(const char *text, size_t at) {
    size_t end = at + strcspn(text + at, "\n");
    return end > at && text[end - 1] == '\r' ? end - 1 : end;
}

static inline const char *line_break(const char *text) {
    const char *first = strchr(text, '\n');
    return first && first > text && first[-1] == '\r' ? "\r\n" : "\n";
}

static inline int column_of(const char *text, size_t at) {
    return (int)(at - line_start(text, at));
}
