/* SPDX-License-Identifier: Apache-2.0 */
/*
 * small-training PATH [--resume] [--epochs N] [--checkpoint STEPS]
 *
 * Trains the fixture into a run file: the program that the crash tests kill. What does not stop
 * the training is a line `warning: ...` on stdout. Exit status 1: the run could not be finished.
 */
#include "tests/store/fixture.h"

#include <string.h>

static void warn(const char *message) {
    g_print("warning: %s\n", message);
}

int main(int argc, char **argv) {
    const char *path = argv[1];
    gboolean resume = FALSE;
    int epochs = 3;
    FixturePlan plan = {.checkpoint = 3, .report = TRUE, .failed = warn};
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--resume") == 0)
            resume = TRUE;
        else if (strcmp(argv[i], "--epochs") == 0 && i + 1 < argc)
            epochs = atoi(argv[++i]);
        else if (strcmp(argv[i], "--checkpoint") == 0 && i + 1 < argc)
            plan.checkpoint = atoi(argv[++i]);
        else
            g_error("unknown argument %s", argv[i]);
    }
    g_autoptr(Fixture) fixture = fixture_new(epochs);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungRunWriter) writer =
        (resume ? fixture_resume : fixture_create)(fixture, path, &error);
    if (!writer) {
        g_print("error: %s\n", error->message);
        return 1;
    }
    fixture_train(fixture, writer, &plan);
    if (!faltung_run_writer_finish(writer, fixture->trainer, "finished", "", &error)) {
        g_print("error: %s\n", error->message);
        return 1;
    }
    return 0;
}
