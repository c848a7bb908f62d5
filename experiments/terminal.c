/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/terminal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct FaltungTerminal {
    gboolean quiet, live;
    char *shown; /* (nullable): the live lines, without a line's end at the end */
    int n_drawn; /* lines of them on the screen */
};

FaltungTerminal *faltung_terminal_new(gboolean quiet) {
    FaltungTerminal *terminal = g_new0(FaltungTerminal, 1);
    const char *kind = g_getenv("TERM");
    terminal->quiet = quiet;
    terminal->live = !quiet && isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb") != 0;
    return terminal;
}

gboolean faltung_terminal_is_live(const FaltungTerminal *terminal) {
    return terminal->live;
}

void faltung_terminal_size(const FaltungTerminal *terminal, int *width, int *height) {
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){0};
    *width = size.ws_col ? size.ws_col : 80;
    *height = size.ws_row ? size.ws_row : 24;
}

/* Appends what takes the live lines off the screen and leaves the cursor where they began. */
static void append_erased(FaltungTerminal *terminal, GString *out) {
    if (terminal->n_drawn == 0)
        return;
    if (terminal->n_drawn > 1)
        g_string_append_printf(out, "\033[%dA", terminal->n_drawn - 1);
    g_string_append(out, "\r\033[J");
    terminal->n_drawn = 0;
}

static void append_cut(GString *out, const char *line, int width) {
    const char *end = line;
    for (int i = 0; i < width && *end; i++)
        end = g_utf8_next_char(end);
    g_string_append_len(out, line, end - line);
}

static void append_live(FaltungTerminal *terminal, GString *out) {
    if (!terminal->shown)
        return;
    int width, height;
    faltung_terminal_size(terminal, &width, &height);
    g_auto(GStrv) lines = g_strsplit(terminal->shown, "\n", -1);
    int n = g_strv_length(lines), first = MAX(0, n - (height - 1));
    for (int i = first; i < n; i++) {
        g_string_append(out, i > first ? "\n" : "");
        /* the last column stays free: some terminals wrap as soon as it is written */
        append_cut(out, lines[i], width - 1);
    }
    terminal->n_drawn = n - first;
}

/* One write, so that nothing flickers. */
static void put(GString *out) {
    fwrite(out->str, 1, out->len, stderr);
    fflush(stderr);
}

void faltung_terminal_say(FaltungTerminal *terminal, const char *format, ...) {
    if (terminal->quiet)
        return;
    g_autoptr(GString) out = g_string_new(NULL);
    append_erased(terminal, out);
    va_list values;
    va_start(values, format);
    g_string_append_vprintf(out, format, values);
    va_end(values);
    g_string_append_c(out, '\n');
    append_live(terminal, out);
    put(out);
}

void faltung_terminal_show(FaltungTerminal *terminal, const char *lines) {
    if (!terminal->live)
        return;
    g_autoptr(GString) out = g_string_new(NULL);
    append_erased(terminal, out);
    g_free(terminal->shown);
    terminal->shown = g_strdup(lines);
    append_live(terminal, out);
    put(out);
}

void faltung_terminal_free(FaltungTerminal *terminal) {
    faltung_terminal_show(terminal, NULL);
    g_free(terminal);
}

char *faltung_bar(double fraction, int width) {
    static const char *const parts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    int eighths = (int)(CLAMP(fraction, 0, 1) * width * 8);
    GString *bar = g_string_new(NULL);
    for (int i = 0; i < width; i++)
        g_string_append(bar, parts[CLAMP(eighths - 8 * i, 0, 8)]);
    return g_string_free(bar, FALSE);
}

char *faltung_duration(double seconds) {
    if (!isfinite(seconds) || seconds < 0)
        return g_strdup("?");
    if (seconds < 9.95)
        return g_strdup_printf("%.1f s", seconds);
    if (seconds < 59.5)
        return g_strdup_printf("%.0f s", seconds);
    if (seconds > 1e9)
        return g_strdup("for ever");
    guint64 whole = (guint64)(seconds + 0.5);
    guint64 hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours)
        return g_strdup_printf("%" G_GUINT64_FORMAT ":%02d:%02d", hours, (int)minutes,
                               (int)(whole % 60));
    return g_strdup_printf("%d:%02d", (int)minutes, (int)(whole % 60));
}

char *faltung_shell_word(const char *text) {
    gboolean plain = *text && *text != '~' && *text != '#';
    for (const char *c = text; *c && plain; c++)
        plain = g_ascii_isalnum(*c) || strchr("=,.+-_/:@%", *c) || (guchar)*c >= 0x80;
    return plain ? g_strdup(text) : g_shell_quote(text);
}
