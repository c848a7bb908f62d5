/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/error.h"

#include <glib.h>

/*
 * The commands of the program `faltung`. A command is one file, command-NAME.c, with one constant
 * FaltungCommand, and one line in the table of main.c. Help, manual pages and shell completions
 * are made from the constant.
 */

/* What the command line said besides the command's own options. */
typedef struct {
    const char *const *arguments; /* NULL-terminated */
    int n_arguments;
    gboolean json;       /* results as JSON; only where the command says FALTUNG_COMMAND_JSON */
    gboolean quiet;      /* no progress, no remarks: results and errors alone */
    const char *program; /* the path of this program, to start it again */
} FaltungCall;

typedef enum {
    FALTUNG_COMMAND_JSON = 1 << 0,    /* knows --json */
    FALTUNG_COMMAND_THREADS = 1 << 1, /* computes for long, with several threads */
} FaltungCommandFlags;

typedef struct {
    const char *name;
    const char *arguments; /* as in the usage: "RUN.h5 INPUT", "[NAME]"; "" for none. The
                              completions take the kinds of files from it */
    int min_arguments;
    int max_arguments;           /* -1: any number */
    const char *summary;         /* one line */
    const char *description;     /* paragraphs of plain text, parted by empty lines */
    const GOptionEntry *options; /* ends with a NULL long_name; NULL: none. The values are static
                                    variables of the command's file */
    FaltungCommandFlags flags;
    /**
     * Does the work: results to stdout, everything else to stderr.
     *
     * Returns: the exit status: 0 done, 1 the work failed, 2 usage or bad input. Where @error is
     *   set the program prints it, and the status follows from the error, whatever is returned.
     */
    int (*run)(const FaltungCall *call, GError **error);
} FaltungCommand;

enum {
    FALTUNG_EXIT_DONE = 0,
    FALTUNG_EXIT_FAILED = 1,
    FALTUNG_EXIT_USAGE = 2,
};

/** faltung_commands: Returns: the table, NULL-terminated, in the order of the help. */
const FaltungCommand *const *faltung_commands(void);

/** faltung_command_find: Returns: (nullable): the command; the error names the nearest one. */
const FaltungCommand *faltung_command_find(const char *name, GError **error);

/** faltung_exit_status: Returns: the exit status of a program that ends with @error. */
int faltung_exit_status(const GError *error);

/* help.c: everything that is generated from the table. Each returns (transfer full) text. */
char *faltung_help_overview(void);
char *faltung_help_command(const FaltungCommand *command);
char *faltung_help_everything(void);
/** faltung_help_manual: Returns: the manual page "faltung" or "faltung-COMMAND" in roff. */
char *faltung_help_manual(const char *page, GError **error);

/** faltung_wrap: Returns: (transfer full): @text in lines of at most 79 characters and a line's
 *  end; the first begins at @column, the others with @indent spaces. */
char *faltung_wrap(const char *text, int column, int indent);

/** faltung_common_options: Returns: the options that @command has besides its own. */
const GOptionEntry *faltung_common_options(const FaltungCommand *command);
