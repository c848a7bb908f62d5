/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/command.h"

#include <string.h>

/* Help on the screen and manual pages, both made from the table of commands. */

static const char about[] =
    "Faltung trains neural networks from files that people can read, keeps every result in one "
    "HDF5 file a run, and shows what a network does.";

static const char statuses[] = "Exit status: 0 done, 1 the work failed, 2 usage or bad input. "
                               "Results go to the standard output, progress and errors to the "
                               "standard error.";

char *faltung_wrap(const char *text, int column, int indent) {
    const int width = 79;
    GString *out = g_string_new(NULL);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (char **word = words; *word; word++) {
        int length = g_utf8_strlen(*word, -1);
        if (word != words && column + 1 + length > width) {
            g_string_append_printf(out, "\n%*s", indent, "");
            column = indent;
        } else if (word != words) {
            g_string_append_c(out, ' ');
            column++;
        }
        g_string_append(out, *word);
        column += length;
    }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

static void append_wrapped(GString *out, const char *text, int column, int indent) {
    g_autofree char *wrapped = faltung_wrap(text, column, indent);
    g_string_append(out, wrapped);
}

static void append_paragraphs(GString *out, const char *text) {
    g_auto(GStrv) paragraphs = g_strsplit(text, "\n\n", -1);
    for (char **paragraph = paragraphs; *paragraph; paragraph++) {
        g_string_append_c(out, '\n');
        /* an example keeps its lines */
        if (g_str_has_prefix(*paragraph, "  "))
            g_string_append_printf(out, "%s\n", *paragraph);
        else
            append_wrapped(out, *paragraph, 0, 0);
    }
}

static char *option_usage(const GOptionEntry *entry) {
    GString *usage = g_string_new(NULL);
    if (entry->short_name)
        g_string_append_printf(usage, "-%c, ", entry->short_name);
    else
        g_string_append(usage, "    ");
    g_string_append_printf(usage, "--%s", entry->long_name);
    if (entry->arg != G_OPTION_ARG_NONE)
        g_string_append_printf(usage, "=%s", entry->arg_description ? entry->arg_description : "…");
    return g_string_free(usage, FALSE);
}

static void append_options(GString *out, const GOptionEntry *entry) {
    const int column = 28;
    for (; entry && entry->long_name; entry++) {
        if (entry->flags & G_OPTION_FLAG_HIDDEN)
            continue;
        g_autofree char *usage = option_usage(entry);
        int length = 2 + g_utf8_strlen(usage, -1);
        g_string_append_printf(out, "  %s", usage);
        if (length + 2 > column)
            g_string_append_printf(out, "\n%*s", column, "");
        else
            g_string_append_printf(out, "%*s", column - length, "");
        append_wrapped(out, entry->description, column, column);
    }
}

char *faltung_help_overview(void) {
    GString *out = g_string_new("Usage: faltung COMMAND [OPTION...] [ARGUMENT...]\n\n");
    append_wrapped(out, about, 0, 0);
    g_string_append(out, "\nCommands:\n");
    for (const FaltungCommand *const *command = faltung_commands(); *command; command++) {
        g_string_append_printf(out, "  %-12s", (*command)->name);
        append_wrapped(out, (*command)->summary, 14, 14);
    }
    g_string_append(out, "\n`faltung help COMMAND` or `faltung COMMAND --help` explains one; "
                         "`faltung --version`\nprints the version.\n\n");
    append_wrapped(out, statuses, 0, 0);
    return g_string_free(out, FALSE);
}

char *faltung_help_command(const FaltungCommand *command) {
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "Usage: faltung %s [OPTION...] %s\n\n%s.\n", command->name,
                           command->arguments, command->summary);
    if (command->description)
        append_paragraphs(out, command->description);
    g_string_append(out, "\nOptions:\n");
    append_options(out, command->options);
    append_options(out, faltung_common_options(command));
    return g_string_free(out, FALSE);
}

char *faltung_help_everything(void) {
    GString *out = g_string_new(NULL);
    g_autofree char *overview = faltung_help_overview();
    g_string_append(out, overview);
    for (const FaltungCommand *const *command = faltung_commands(); *command; command++) {
        g_autofree char *text = faltung_help_command(*command);
        g_string_append_printf(out, "\n\n%s", text);
    }
    return g_string_free(out, FALSE);
}

/* In roff a backslash, a hyphen and a point at the line's start have meanings of their own. */
static void append_roff(GString *out, const char *text) {
    for (const char *c = text; *c; c++) {
        if (*c == '\\')
            g_string_append(out, "\\e");
        else if (*c == '-')
            g_string_append(out, "\\-");
        else if ((*c == '.' || *c == '\'') && (c == text || c[-1] == '\n'))
            g_string_append_printf(out, "\\&%c", *c);
        else
            g_string_append_c(out, *c);
    }
}

static void append_roff_options(GString *out, const GOptionEntry *entry) {
    for (; entry && entry->long_name; entry++) {
        if (entry->flags & G_OPTION_FLAG_HIDDEN)
            continue;
        g_autofree char *usage = option_usage(entry);
        g_string_append(out, ".TP\n.B ");
        append_roff(out, g_strchug(usage));
        g_string_append_c(out, '\n');
        append_roff(out, entry->description);
        g_string_append_c(out, '\n');
    }
}

static void append_roff_paragraphs(GString *out, const char *text) {
    g_auto(GStrv) paragraphs = g_strsplit(text, "\n\n", -1);
    for (char **paragraph = paragraphs; *paragraph; paragraph++) {
        gboolean example = g_str_has_prefix(*paragraph, "  ");
        g_string_append(out, example ? ".PP\n.nf\n" : ".PP\n");
        append_roff(out, *paragraph);
        g_string_append(out, example ? "\n.fi\n" : "\n");
    }
}

static void append_roff_command(GString *out, const FaltungCommand *command) {
    g_string_append(out, ".SH SYNOPSIS\n.B faltung ");
    append_roff(out, command->name);
    g_string_append(out, "\n.RI [ OPTION ...]\n");
    if (*command->arguments) {
        append_roff(out, command->arguments);
        g_string_append_c(out, '\n');
    }
    g_string_append(out, ".SH DESCRIPTION\n");
    append_roff(out, command->summary);
    g_string_append(out, ".\n");
    if (command->description)
        append_roff_paragraphs(out, command->description);
    g_string_append(out, ".SH OPTIONS\n");
    append_roff_options(out, command->options);
    append_roff_options(out, faltung_common_options(command));
}

char *faltung_help_manual(const char *page, GError **error) {
    const FaltungCommand *command = NULL;
    if (g_str_has_prefix(page, "faltung-")) {
        command = faltung_command_find(page + strlen("faltung-"), error);
        if (!command)
            return NULL;
    } else if (strcmp(page, "faltung") != 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "there is no manual page `%s`; expected `faltung` or `faltung-COMMAND`", page);
        return NULL;
    }
    g_autofree char *title = g_ascii_strup(page, -1);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, ".TH %s 1 \"\" \"Faltung %s\" \"Faltung\"\n.SH NAME\n", title,
                           FALTUNG_VERSION);
    append_roff(out, page);
    g_string_append(out, " \\- ");
    append_roff(out, command ? command->summary : "neural networks, from a file to what they do");
    g_string_append_c(out, '\n');
    if (command) {
        append_roff_command(out, command);
    } else {
        g_string_append(out, ".SH SYNOPSIS\n.B faltung\n.I COMMAND\n.RI [ OPTION ...]\n"
                             ".RI [ ARGUMENT ...]\n.SH DESCRIPTION\n");
        append_roff(out, about);
        g_string_append(out, "\n.SH COMMANDS\n");
        for (const FaltungCommand *const *one = faltung_commands(); *one; one++) {
            g_string_append_printf(out, ".TP\n.B %s\n", (*one)->name);
            append_roff(out, (*one)->summary);
            g_string_append_c(out, '\n');
        }
    }
    g_string_append(out, ".SH EXIT STATUS\n");
    append_roff(out, statuses);
    g_string_append(out, "\n.SH SEE ALSO\n");
    if (command) {
        g_string_append(out, ".BR faltung (1)\n");
    } else {
        for (const FaltungCommand *const *one = faltung_commands(); *one; one++)
            g_string_append_printf(out, ".BR faltung\\-%s (1)\n", (*one)->name);
    }
    return g_string_free(out, FALSE);
}
