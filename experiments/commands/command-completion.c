/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/command.h"

#include <stdio.h>
#include <string.h>

/*
 * Completions of the shells. What a word may be follows from the tables: the commands, their
 * options, and the kinds of files that the usage and the options' placeholders name by their
 * endings (FILE.yaml, RUN.h5, DIR).
 */

/* The word list of `--option`s, parted by @separator. */
static void append_option_words(GString *out, const FaltungCommand *command) {
    const GOptionEntry *tables[] = {command->options, faltung_common_options(command)};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        for (const GOptionEntry *entry = tables[i]; entry && entry->long_name; entry++) {
            if (!(entry->flags & G_OPTION_FLAG_HIDDEN))
                g_string_append_printf(out, "%s--%s", out->len ? " " : "", entry->long_name);
        }
    }
}

/* What a usage text asks for: a regular expression over endings, "" for any file, NULL: none. */
static const char *file_endings(const char *usage) {
    if (!usage)
        return NULL;
    gboolean yaml = strstr(usage, ".yaml") != NULL, run = strstr(usage, ".h5") != NULL;
    if (strstr(usage, "INPUT"))
        return "";
    if (yaml && run)
        return "yaml|yml|h5";
    if (yaml)
        return "yaml|yml";
    if (run)
        return "h5";
    return strstr(usage, "FILE") ? "" : NULL;
}

static gboolean takes_folder(const char *usage) {
    return usage && strstr(usage, "DIR");
}

static char *command_words(void) {
    GString *words = g_string_new(NULL);
    for (const FaltungCommand *const *command = faltung_commands(); *command; command++)
        g_string_append_printf(words, "%s%s", words->len ? " " : "", (*command)->name);
    return g_string_free(words, FALSE);
}

static char *bash_completion(void) {
    GString *out = g_string_new("# bash completion of faltung\n_faltung() {\n"
                                "    local cur=${COMP_WORDS[COMP_CWORD]} options= endings=-\n");
    g_autofree char *words = command_words();
    g_string_append_printf(out,
                           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                           "        COMPREPLY=($(compgen -W '%s --help --version' -- \"$cur\"))\n"
                           "        return\n    fi\n    case ${COMP_WORDS[1]} in\n",
                           words);
    for (const FaltungCommand *const *command = faltung_commands(); *command; command++) {
        g_autoptr(GString) options = g_string_new(NULL);
        append_option_words(options, *command);
        const char *endings = file_endings((*command)->arguments);
        g_string_append_printf(out, "    %s) options='%s' endings='%s' ;;\n", (*command)->name,
                               options->str, endings ? endings : "-");
    }
    g_string_append_printf(out,
                           "    esac\n"
                           "    case $cur in\n"
                           "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return ;;\n"
                           "    esac\n"
                           "    if [ \"${COMP_WORDS[1]}\" = help ]; then\n"
                           "        COMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n"
                           "        return\n"
                           "    fi\n"
                           "    local IFS=$'\\n' file\n"
                           "    COMPREPLY=($(compgen -d -- \"$cur\"))\n"
                           "    for file in $(compgen -f -- \"$cur\"); do\n"
                           "        if [ -f \"$file\" ] && { [ -z \"$endings\" ] || "
                           "[[ $file =~ \\.($endings)$ ]]; }; then\n"
                           "            COMPREPLY+=(\"$file\")\n"
                           "        fi\n"
                           "    done\n"
                           "}\n"
                           "complete -o filenames -F _faltung faltung\n",
                           words);
    return g_string_free(out, FALSE);
}

/* In zsh's specifications brackets and colons end a description, quotes the word. */
static char *zsh_escape(const char *text) {
    GString *out = g_string_new(NULL);
    for (; *text; text++) {
        if (*text == '\'')
            g_string_append(out, "'\\''");
        else if (strchr("[]:\\", *text))
            g_string_append_printf(out, "\\%c", *text);
        else
            g_string_append_c(out, *text);
    }
    return g_string_free(out, FALSE);
}

static char *zsh_files(const char *usage) {
    if (takes_folder(usage) && !file_endings(usage))
        return g_strdup("_files -/");
    const char *endings = file_endings(usage);
    if (!endings)
        return g_strdup(" ");
    if (!*endings)
        return g_strdup("_files");
    return g_strdup_printf("_files -g \"*.(%s)\"", endings);
}

static char *zsh_completion(void) {
    GString *out = g_string_new("#compdef faltung\n_faltung() {\n    local -a commands\n"
                                "    commands=(\n");
    for (const FaltungCommand *const *command = faltung_commands(); *command; command++) {
        g_autofree char *summary = zsh_escape((*command)->summary);
        g_string_append_printf(out, "        '%s:%s'\n", (*command)->name, summary);
    }
    g_string_append(out, "    )\n    if (( CURRENT == 2 )); then\n"
                         "        _describe command commands\n        return\n    fi\n"
                         "    local command=$words[2]\n"
                         "    shift words\n    (( CURRENT-- ))\n    case $command in\n");
    for (const FaltungCommand *const *command = faltung_commands(); *command; command++) {
        g_string_append_printf(out, "    %s)\n        _arguments", (*command)->name);
        const GOptionEntry *tables[] = {(*command)->options, faltung_common_options(*command)};
        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
            for (const GOptionEntry *entry = tables[i]; entry && entry->long_name; entry++) {
                if (entry->flags & G_OPTION_FLAG_HIDDEN)
                    continue;
                g_autofree char *text = zsh_escape(entry->description);
                gboolean value = entry->arg != G_OPTION_ARG_NONE;
                g_autofree char *files = zsh_files(entry->arg_description);
                g_autofree char *name = g_ascii_strdown(
                    value && entry->arg_description ? entry->arg_description : "value", -1);
                g_autofree char *label = zsh_escape(name);
                g_string_append_printf(out, " \\\n            '%s--%s%s[%s]%s%s%s%s'",
                                       entry->arg == G_OPTION_ARG_STRING_ARRAY ? "*" : "",
                                       entry->long_name, value ? "=" : "", text, value ? ":" : "",
                                       value ? label : "", value ? ":" : "", value ? files : "");
            }
        }
        g_autofree char *files = zsh_files((*command)->arguments);
        if (strcmp((*command)->name, "help") == 0)
            g_string_append(out, " \\\n            '1:command:{_describe command commands}'");
        else if (*(*command)->arguments)
            g_string_append_printf(out, " \\\n            '*:argument:%s'", files);
        g_string_append(out, "\n        ;;\n");
    }
    g_string_append(out, "    esac\n}\n_faltung \"$@\"\n");
    return g_string_free(out, FALSE);
}

static char *fish_escape(const char *text) {
    GString *out = g_string_new(NULL);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    return g_string_free(out, FALSE);
}

static char *fish_completion(void) {
    GString *out = g_string_new("# fish completion of faltung\ncomplete -c faltung -f\n");
    for (const FaltungCommand *const *command = faltung_commands(); *command; command++) {
        const char *name = (*command)->name;
        g_autofree char *summary = fish_escape((*command)->summary);
        g_string_append_printf(out, "complete -c faltung -n __fish_use_subcommand -a %s -d '%s'\n",
                               name, summary);
        if (file_endings((*command)->arguments) || takes_folder((*command)->arguments))
            g_string_append_printf(
                out, "complete -c faltung -n '__fish_seen_subcommand_from %s' -F\n", name);
        const GOptionEntry *tables[] = {(*command)->options, faltung_common_options(*command)};
        for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
            for (const GOptionEntry *entry = tables[i]; entry && entry->long_name; entry++) {
                if (entry->flags & G_OPTION_FLAG_HIDDEN)
                    continue;
                g_autofree char *text = fish_escape(entry->description);
                g_autofree char *letter =
                    entry->short_name ? g_strdup_printf(" -s %c", entry->short_name) : g_strdup("");
                gboolean value = entry->arg != G_OPTION_ARG_NONE;
                gboolean file = file_endings(entry->arg_description) != NULL ||
                                takes_folder(entry->arg_description);
                g_string_append_printf(
                    out,
                    "complete -c faltung -n '__fish_seen_subcommand_from %s' -l %s%s%s -d '%s'\n",
                    name, entry->long_name, letter, value ? (file ? " -r -F" : " -x") : "", text);
            }
        }
    }
    return g_string_free(out, FALSE);
}

static const struct {
    const char *name;
    char *(*write)(void);
} shells[] = {
    {"bash", bash_completion},
    {"zsh", zsh_completion},
    {"fish", fish_completion},
};

static int completion_run(const FaltungCall *call, GError **error) {
    for (size_t i = 0; i < G_N_ELEMENTS(shells); i++) {
        if (strcmp(shells[i].name, call->arguments[0]) == 0) {
            g_autofree char *text = shells[i].write();
            fputs(text, stdout);
            return FALTUNG_EXIT_DONE;
        }
    }
    faltung_fail(error, FALTUNG_ERROR_INPUT,
                 "there is no completion for `%s`; the shells are bash, zsh and fish",
                 call->arguments[0]);
    return FALTUNG_EXIT_USAGE;
}

const FaltungCommand faltung_command_completion = {
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .min_arguments = 1,
    .max_arguments = 1,
    .summary = "Prints the completions of a shell",
    .description = "For a shell that does not find the installed ones: "
                   "source <(faltung completion bash).",
    .run = completion_run,
};
