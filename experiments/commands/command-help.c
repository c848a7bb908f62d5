/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/command.h"

#include <stdio.h>

static gboolean all;
static char *manual;

static const GOptionEntry options[] = {
    {"all", 'a', 0, G_OPTION_ARG_NONE, &all, "The help of every command, one after another", NULL},
    {"man", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &manual, "A manual page in roff", "PAGE"},
    {0},
};

static int help_run(const FaltungCall *call, GError **error) {
    g_autofree char *text = NULL;
    if (manual) {
        text = faltung_help_manual(manual, error);
    } else if (all) {
        text = faltung_help_everything();
    } else if (call->n_arguments == 0) {
        text = faltung_help_overview();
    } else {
        const FaltungCommand *command = faltung_command_find(call->arguments[0], error);
        text = command ? faltung_help_command(command) : NULL;
    }
    if (!text)
        return FALTUNG_EXIT_USAGE;
    fputs(text, stdout);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .max_arguments = 1,
    .summary = "Explains the program or one of its commands",
    .options = options,
    .run = help_run,
};
