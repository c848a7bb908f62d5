/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document/quick-layer.h"

#include "core/base/error.h"

#include <glib/gi18n.h>
#include <string.h>

/* --- which operation --- */

static gboolean contains(const char *text, const char *word) {
    g_autofree char *folded = g_utf8_casefold(text, -1);
    return strstr(folded, word) != NULL;
}

/* Every word has to be there; more where it is found in the name. */
int faltung_quick_match(const FaltungOperation *operation, const char *typed) {
    const FaltungKind *kind = &operation->kind;
    g_autofree char *folded = g_utf8_casefold(typed, -1);
    g_strstrip(folded);
    if (strcmp(kind->name, folded) == 0) {
        return 4;
    }
    int score = g_str_has_prefix(kind->name, folded) ? 3 : 2;
    g_auto(GStrv) words = g_strsplit(folded, " ", -1);
    for (char **word = words; *word != NULL; word++) {
        if (contains(kind->name, *word) || contains(kind->title, *word) ||
            contains(_(kind->title), *word)) {
            continue;
        }
        score = 1;
        if (!contains(kind->summary, *word) &&
            !contains(faltung_group_title(operation->group), *word)) {
            return 0;
        }
    }
    return score;
}

static gboolean names_any(const char *typed, size_t length) {
    g_autofree char *name = g_strndup(typed, length);
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind != NULL; kind++) {
        if (faltung_quick_match((const FaltungOperation *)*kind, name) > 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean is_number(char c) {
    return g_ascii_isdigit(c) || c == '.' || c == '-';
}

/* Where a word ends, or letters turn into digits. */
static gboolean is_border(const char *typed, size_t at) {
    return typed[at] == '\0' || typed[at] == ' ' || typed[at] == ',' ||
           (at > 0 && g_ascii_isdigit(typed[at]) != g_ascii_isdigit(typed[at - 1]));
}

/* A word of digits alone is never part of a name. */
static size_t names_end(const char *typed) {
    for (size_t i = 1; typed[i] != '\0'; i++) {
        if (typed[i - 1] == ' ' && g_ascii_isdigit(typed[i])) {
            return i;
        }
    }
    return strlen(typed);
}

size_t faltung_quick_split(const char *typed) {
    size_t end = names_end(typed);
    for (size_t at = end; at > 0; at--) {
        if ((at == end || is_border(typed, at)) && names_any(typed, at)) {
            return at;
        }
    }
    return strlen(typed);
}

/* --- with which options --- */

typedef struct {
    const FaltungOptionSpec *spec; /* the next that a number may be */
    GPtrArray *names, *values;     /* (element-type char*): what the layer says */
} Item;

static void say(Item *item, const char *name, const char *value) {
    for (guint i = 0; i < item->names->len; i++) {
        if (strcmp(item->names->pdata[i], name) == 0) {
            g_free(item->values->pdata[i]);
            item->values->pdata[i] = g_strdup(value);
            return;
        }
    }
    g_ptr_array_add(item->names, g_strdup(name));
    g_ptr_array_add(item->values, g_strdup(value));
}

static gboolean is_numeric(const FaltungOptionSpec *spec) {
    return spec->type == FALTUNG_INTEGER || spec->type == FALTUNG_NUMBER ||
           spec->type == FALTUNG_SIZES;
}

static gboolean take_number(Item *item, const char *token) {
    while (item->spec != NULL && item->spec->name != NULL && !is_numeric(item->spec)) {
        item->spec++;
    }
    if (item->spec == NULL || item->spec->name == NULL) {
        return FALSE;
    }
    say(item, item->spec->name, token);
    item->spec++;
    return TRUE;
}

static gboolean take_word(Item *item, const FaltungOperation *operation, const char *token) {
    for (const FaltungOptionSpec *spec = operation->kind.options; spec != NULL && spec->name;
         spec++) {
        for (int i = 0; spec->choices != NULL && spec->choices[i] != NULL; i++) {
            if (g_str_has_prefix(spec->choices[i], token)) {
                say(item, spec->name, spec->choices[i]);
                return TRUE;
            }
        }
    }
    if (!(operation->flags & FALTUNG_TAKES_ACTIVATION)) {
        return FALSE;
    }
    for (const FaltungKind *const *kind = faltung_activations()->kinds; *kind != NULL; kind++) {
        if (g_str_has_prefix((*kind)->name, token)) {
            say(item, "activation", (*kind)->name);
            return TRUE;
        }
    }
    return FALSE;
}

/* The longest beginnings of @letters that are words, so that `st` is `same` and `tanh`. */
static gboolean take_letters(Item *item, const FaltungOperation *operation, const char *letters) {
    while (*letters != '\0') {
        size_t length = strlen(letters);
        g_autofree char *token = g_strdup(letters);
        while (length > 0 && !take_word(item, operation, token)) {
            token[--length] = '\0';
        }
        if (length == 0) {
            return FALSE;
        }
        letters += length;
    }
    return TRUE;
}

static gboolean take_options(Item *item, const FaltungOperation *operation, const char *options,
                             GError **error) {
    for (const char *at = options; *at != '\0';) {
        if (*at == ' ' || *at == ',') {
            at++;
            continue;
        }
        const char *end = at;
        gboolean number = is_number(*at);
        while (*end != '\0' && *end != ' ' && *end != ',' && is_number(*end) == number) {
            end++;
        }
        g_autofree char *token = g_utf8_casefold(at, end - at);
        if (number ? !take_number(item, token) : !take_letters(item, operation, token))
            return faltung_fail(error, FALTUNG_ERROR_INPUT, "“%s” is nothing that %s can be told",
                                token, operation->kind.name);
        at = end;
    }
    return TRUE;
}

static char *item_text(const Item *item, const char *operation) {
    GString *text = g_string_new(operation);
    for (guint i = 0; i < item->names->len; i++) {
        g_string_append_printf(text, "%s%s: %s", i == 0 ? ": {" : ", ",
                               (char *)item->names->pdata[i], (char *)item->values->pdata[i]);
    }
    if (item->names->len > 0) {
        g_string_append_c(text, '}');
    }
    return g_string_free(text, FALSE);
}

char *faltung_quick_item(const FaltungOperation *operation, const char *options, GError **error) {
    Item item = {operation->kind.options, g_ptr_array_new_with_free_func(g_free),
                 g_ptr_array_new_with_free_func(g_free)};
    for (const FaltungOptionSpec *spec = item.spec; spec != NULL && spec->name != NULL; spec++) {
        if (spec->fallback == NULL && spec->example != NULL) {
            say(&item, spec->name, spec->example);
        }
    }
    gboolean good = take_options(&item, operation, options, error);
    char *text = good ? item_text(&item, operation->kind.name) : NULL;
    g_ptr_array_unref(item.names);
    g_ptr_array_unref(item.values);
    return text;
}
