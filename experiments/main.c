/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"
#include "experiments/command.h"

#include <gio/gio.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The commands, in the order of the help: a line here is all that a new one needs. */
// clang-format off
#define COMMANDS(X) \
    X(train) \
    X(check) \
    X(gradcheck) \
    X(lr_range) \
    X(eval) \
    X(predict) \
    X(sample) \
    X(inspect) \
    X(run) \
    X(report) \
    X(data) \
    X(ops) \
    X(rules) \
    X(derive) \
    X(bench) \
    X(help) \
    X(completion)
// clang-format on

#define DECLARE(name) extern const FaltungCommand faltung_command_##name;
COMMANDS(DECLARE)

#define ENTRY(name) &faltung_command_##name,
static const FaltungCommand *const commands[] = {COMMANDS(ENTRY) NULL};

const FaltungCommand *const *faltung_commands(void) {
    return commands;
}

const FaltungCommand *faltung_command_find(const char *name, GError **error) {
    const char *names[G_N_ELEMENTS(commands)] = {NULL};
    for (int i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
        names[i] = commands[i]->name;
    }
    const char *nearest = faltung_nearest(name, names);
    if (nearest)
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "there is no command `%s`; did you mean `faltung %s`?", name, nearest);
    else
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "there is no command `%s`; `faltung --help` lists those there are", name);
    return NULL;
}

int faltung_exit_status(const GError *error) {
    if (!error)
        return FALTUNG_EXIT_DONE;
    if (error->domain == FALTUNG_ERROR)
        return error->code == FALTUNG_ERROR_WORK ? FALTUNG_EXIT_FAILED : FALTUNG_EXIT_USAGE;
    if (error->domain == G_OPTION_ERROR)
        return FALTUNG_EXIT_USAGE;
    /* a file that cannot be found or read is bad input; the rest is the world's doing */
    if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ||
        g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_IO))
        return FALTUNG_EXIT_FAILED;
    if (error->domain == G_FILE_ERROR || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        return FALTUNG_EXIT_USAGE;
    return FALTUNG_EXIT_FAILED;
}

static gboolean json, quiet;
static char *program;

/* --help is taken out before the options are parsed, so that it works beside any mistake. */
static const GOptionEntry common_options[] = {
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Say nothing but results and errors", NULL},
    {"help", 'h', 0, G_OPTION_ARG_NONE, NULL, "Show this help", NULL},
    {0},
};
static const GOptionEntry common_options_json[] = {
    {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the results as JSON", NULL},
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Say nothing but results and errors", NULL},
    {"help", 'h', 0, G_OPTION_ARG_NONE, NULL, "Show this help", NULL},
    {0},
};

const GOptionEntry *faltung_common_options(const FaltungCommand *command) {
    return command->flags & FALTUNG_COMMAND_JSON ? common_options_json : common_options;
}

/* The file that is being run, whatever it was called by. */
static char *find_program(const char *called) {
    char *path = g_file_read_link("/proc/self/exe", NULL);
    if (!path)
        path = g_find_program_in_path(called);
    return path ? path : g_strdup(called);
}

static void add_names(GPtrArray *names, const GOptionEntry *entry) {
    for (; entry && entry->long_name; entry++) {
        if (!(entry->flags & G_OPTION_FLAG_HIDDEN))
            g_ptr_array_add(names, (char *)entry->long_name);
    }
}

/* GLib says "Unknown option --epoch"; the nearest known one is added, or where to find them. */
static void improve_option_error(const FaltungCommand *command, GError *error) {
    const char *word = strstr(error->message, "--");
    const char *nearest = NULL;
    if (g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) && word) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        add_names(names, command->options);
        add_names(names, faltung_common_options(command));
        g_ptr_array_add(names, NULL);
        g_autofree char *name = g_strndup(word + 2, strcspn(word + 2, "= "));
        nearest = faltung_nearest(name, (const char *const *)names->pdata);
    }
    g_autofree char *message = g_steal_pointer(&error->message);
    if (nearest)
        error->message = g_strdup_printf("%s; did you mean --%s?", message, nearest);
    else
        error->message =
            g_strdup_printf("%s; `faltung %s --help` lists the options", message, command->name);
}

static gboolean check_arguments(const FaltungCommand *command, int n, GError **error) {
    const char *problem = NULL;
    if (n < command->min_arguments)
        problem = n == 0 ? "an argument is missing" : "there are too few arguments";
    else if (command->max_arguments >= 0 && n > command->max_arguments)
        problem = "there are too many arguments";
    if (!problem)
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT, "%s; usage: faltung %s [OPTION...] %s", problem,
                        command->name, command->arguments);
}

static gboolean asks_for_help(char **arguments) {
    for (char **word = arguments; *word && strcmp(*word, "--") != 0; word++) {
        if (strcmp(*word, "--help") == 0 || strcmp(*word, "-h") == 0)
            return TRUE;
    }
    return FALSE;
}

/*
 * Threads of OpenMP that have nothing to do spin, by default for milliseconds. On a machine with
 * other work they spin while the thread they wait for has no core, which makes two threads three
 * to ten times slower than one. Some ten microseconds are enough to go from one loop of a training
 * step to the next without sleeping. The runtime reads this when it is loaded, so the program
 * starts itself again.
 */
static void limit_spinning(char **argv) {
    if (g_getenv("GOMP_SPINCOUNT") || g_getenv("OMP_WAIT_POLICY"))
        return;
    g_setenv("GOMP_SPINCOUNT", "3000", TRUE);
    execv(program, argv); /* where it cannot, it is only slower */
}

/* The library takes the best kernels where FALTUNG_ISA names none that run here; whoever set it
   wants to know. */
static gboolean check_instruction_set(GError **error) {
    const char *wanted = g_getenv("FALTUNG_ISA");
    if (!wanted || faltung_kernels_find(wanted))
        return TRUE;
    g_autoptr(GString) names = g_string_new(NULL);
    for (const FaltungKernels *const *kernels = faltung_kernels_list(); *kernels; kernels++)
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", (*kernels)->name);
    return faltung_fail(
        error, FALTUNG_ERROR_INPUT,
        "there are no kernels for FALTUNG_ISA=%s on this machine; there are %s; unset it to "
        "take the best",
        wanted, names->str);
}

/* @arguments: (inout): words with the command at 0 */
static int run_command(const FaltungCommand *command, char ***arguments, char **argv,
                       GError **error) {
    if (asks_for_help(*arguments)) {
        g_autofree char *text = faltung_help_command(command);
        fputs(text, stdout);
        return FALTUNG_EXIT_DONE;
    }
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    if (command->options)
        g_option_context_add_main_entries(context, command->options, NULL);
    g_option_context_add_main_entries(context, faltung_common_options(command), NULL);
    GError *problem = NULL;
    if (!g_option_context_parse_strv(context, arguments, &problem)) {
        improve_option_error(command, problem);
        g_propagate_error(error, problem);
        return FALTUNG_EXIT_USAGE;
    }
    /* GLib leaves a "--" standing in front of what begins with a dash */
    char **words = *arguments + 1;
    if (*words && strcmp(*words, "--") == 0)
        words++;
    FaltungCall call = {
        .arguments = (const char *const *)words,
        .n_arguments = g_strv_length(words),
        .json = json,
        .quiet = quiet,
        .program = program,
    };
    if (!check_arguments(command, call.n_arguments, error))
        return FALTUNG_EXIT_USAGE;
    if (command->flags & FALTUNG_COMMAND_THREADS)
        limit_spinning(argv);
    return command->run(&call, error);
}

static int dispatch(char ***arguments, char **argv, GError **error) {
    char **words = *arguments;
    if (!words[0]) {
        g_autofree char *text = faltung_help_overview();
        fputs(text, stderr);
        return FALTUNG_EXIT_USAGE;
    }
    if (strcmp(words[0], "--version") == 0) {
        printf("faltung %s\n", FALTUNG_VERSION);
        return FALTUNG_EXIT_DONE;
    }
    if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0) {
        g_autofree char *text = faltung_help_overview();
        fputs(text, stdout);
        return FALTUNG_EXIT_DONE;
    }
    const FaltungCommand *command = NULL;
    if (words[0][0] == '-')
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "the command comes before its options, and `%s` stands first; "
                     "`faltung --help` lists the commands",
                     words[0]);
    else
        command = faltung_command_find(words[0], error);
    if (!command || !check_instruction_set(error))
        return FALTUNG_EXIT_USAGE;
    return run_command(command, arguments, argv, error);
}

int main(int argc, char **argv) {
    /* names of files may be in any script, but numbers are written with a point everywhere */
    setlocale(LC_CTYPE, "");
    g_set_prgname("faltung");
    g_auto(GStrv) arguments = g_strdupv(argc > 0 ? argv + 1 : argv);
    program = find_program(argc > 0 ? argv[0] : "faltung");
    g_autoptr(GError) error = NULL;
    int status = dispatch(&arguments, argv, &error);
    if (error) {
        fprintf(stderr, "faltung: %s\n", error->message);
        status = faltung_exit_status(error);
    }
    g_free(program);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "faltung: the results could not be written to the standard output\n");
        status = FALTUNG_EXIT_FAILED;
    }
    return status;
}
