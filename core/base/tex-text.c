/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/tex.h"

#include <string.h>

/* What a command becomes: of those with an argument, what stands before and behind it. */
typedef struct {
    const char *command, *text;
} Symbol;

static const Symbol symbols[] = {
    {"cdot", "\302\267"},
    {"times", "\303\227"},
    {"odot", "\342\212\231"},
    {"sum", "\316\243"},
    {"partial", "\342\210\202"},
    {"nabla", "\342\210\207"},
    {"eta", "\316\267"},
    {"mu", "\316\274"},
    {"beta", "\316\262"},
    {"lambda", "\316\273"},
    {"epsilon", "\316\265"},
    {"sigma", "\317\203"},
    {"rho", "\317\201"},
    {"alpha", "\316\261"},
    {"gamma", "\316\263"},
    {"Delta", "\316\224"},
    {"infty", "\342\210\236"},
    {"top", "T"},
    {"leftarrow", "\342\206\220"},
    {"rightarrow", "\342\206\222"},
    {"to", "\342\206\222"},
    {"approx", "\342\211\210"},
    {"dots", "\342\200\246"},
    {"ldots", "\342\200\246"},
    {"cdots", "\342\200\246"},
    {"quad", "  "},
    {"left", ""},
    {"right", ""},
    {"textstyle", ""},
    {"displaystyle", ""},
    {"in", "\342\210\210"},
    {"ge", "\342\211\245"},
    {"le", "\342\211\244"},
};

#define MINUS "\342\210\222"

static void write_space(GString *out) {
    if (out->len > 0 && out->str[out->len - 1] != ' ')
        g_string_append_c(out, ' ');
}

static const char *symbol_of(const char *command) {
    for (size_t i = 0; i < G_N_ELEMENTS(symbols); i++)
        if (strcmp(symbols[i].command, command) == 0)
            return symbols[i].text;
    return NULL;
}

static void write_until(GString *out, const char **tex, char end);

/* What follows: a group in braces, or one character. Returns: (transfer full). */
static char *argument(const char **tex) {
    GString *out = g_string_new(NULL);
    if (**tex == '{') {
        (*tex)++;
        write_until(out, tex, '}');
    } else if (**tex) {
        g_string_append_c(out, *(*tex)++);
    }
    return g_string_free(out, FALSE);
}

/* In parentheses where it is more than one word. */
static void write_whole(GString *out, const char *text) {
    g_string_append_printf(out, strchr(text, ' ') ? "(%s)" : "%s", text);
}

/* Puts @mark, which combines, behind the letter. */
static void write_marked(GString *out, const char **tex, const char *mark) {
    g_autofree char *letter = argument(tex);
    g_string_append_printf(out, "%s%s", letter, mark);
}

static void write_command(GString *out, const char **tex) {
    size_t n = strspn(*tex, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    g_autofree char *command = g_strndup(*tex, MAX(n, 1));
    *tex += strlen(command);
    const char *symbol = symbol_of(command);
    if (strcmp(command, "frac") == 0) {
        g_autofree char *above = argument(tex), *below = argument(tex);
        g_string_append_printf(
            out, g_str_has_prefix(above, MINUS) || strchr(above, ' ') ? "(%s)" : "%s", above);
        g_string_append_c(out, '/');
        write_whole(out, below);
    } else if (strcmp(command, "sqrt") == 0) {
        g_autofree char *under = argument(tex);
        g_string_append(out, "\342\210\232");
        write_whole(out, under);
    } else if (strcmp(command, "mark") == 0) { /* \mark{symbol}{what it stands for} */
        g_free(argument(tex));
        g_autofree char *marked = argument(tex);
        g_string_append(out, marked);
    } else if (strcmp(command, "begin") == 0 || strcmp(command, "end") == 0) {
        g_free(argument(tex));
    } else if (strcmp(command, "underbrace") == 0) { /* \underbrace{sum}_{terms in it} */
        g_autofree char *sum = argument(tex);
        *tex += strspn(*tex, "_");
        g_autofree char *terms = argument(tex);
        g_string_append_printf(out, "%s (%s more)", sum, terms);
    } else if (strcmp(command, "hat") == 0) {
        write_marked(out, tex, "\314\202");
    } else if (strcmp(command, "bar") == 0) {
        write_marked(out, tex, "\314\204");
    } else if (symbol) {
        g_string_append(out, symbol);
        if (g_unichar_isalpha(g_utf8_get_char(symbol)) || strcmp(command, "partial") == 0)
            *tex += strspn(*tex, " "); /* it ended the command's name */
    } else if (strchr(",;: \\", *command)) {
        write_space(out);
    } else if (!g_ascii_isalpha(*command)) {
        g_string_append(out, command); /* \{ */
    } else if (strncmp(command, "math", 4) != 0 && strcmp(command, "text") != 0) {
        g_string_append(out, command); /* \tanh, \max */
    }
}

static void write_until(GString *out, const char **tex, char end) {
    while (**tex && **tex != end) {
        char c = *(*tex)++;
        if (c == '\\') {
            write_command(out, tex);
        } else if (c == '{') {
            write_until(out, tex, '}');
        } else if (c == '^' || c == '_') {
            g_autofree char *raised = argument(tex);
            g_string_append_c(out, c);
            write_whole(out, raised);
        } else if (c == '-') {
            g_string_append(out, MINUS);
        } else if (c == ' ') {
            write_space(out);
        } else if (c != '&') {
            g_string_append_c(out, c);
        }
    }
    if (**tex)
        (*tex)++;
}

char *faltung_tex_text(const char *tex) {
    GString *out = g_string_new(NULL);
    while (*tex) /* a brace too many ends nothing */
        write_until(out, &tex, '\0');
    return g_string_free(out, FALSE);
}
