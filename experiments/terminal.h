/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * FaltungTerminal: where the program says how far it is: the standard error. On a terminal the
 * last lines can be live, drawn anew in place; elsewhere only whole lines are written.
 */
typedef struct FaltungTerminal FaltungTerminal;

/** faltung_terminal_new: @quiet: nothing is said at all. */
FaltungTerminal *faltung_terminal_new(gboolean quiet);
/** faltung_terminal_free: takes the live lines away. */
void faltung_terminal_free(FaltungTerminal *terminal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungTerminal, faltung_terminal_free)

/** faltung_terminal_is_live: whether faltung_terminal_show() shows anything. */
gboolean faltung_terminal_is_live(const FaltungTerminal *terminal);
void faltung_terminal_size(const FaltungTerminal *terminal, int *width, int *height);

/** faltung_terminal_say: a line that stays, above the live ones. */
void faltung_terminal_say(FaltungTerminal *terminal, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** faltung_terminal_show: @lines: (nullable): replaces the live lines; what is wider than the
 *  terminal is cut off, what is higher leaves out the first lines. */
void faltung_terminal_show(FaltungTerminal *terminal, const char *lines);

/** faltung_bar: Returns: (transfer full): a bar of @width characters, @fraction of it full. */
char *faltung_bar(double fraction, int width);

/** faltung_duration: Returns: (transfer full): seconds as people read them: `0.8 s`, `1:05`,
 *  `2:03:00`. */
char *faltung_duration(double seconds);

/** faltung_shell_word: Returns: (transfer full): @text as one word of a shell's command line, in
 *  quotes only where it needs them. */
char *faltung_shell_word(const char *text);
