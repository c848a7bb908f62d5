/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/interrupt.h"

#include <signal.h>

static volatile sig_atomic_t interrupted;

static void note(int number) {
    if (interrupted) {
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = 1;
}

void faltung_interrupt_watch(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        struct sigaction before;
        sigaction(signals[i], NULL, &before);
        /* what nohup has switched off stays so; a Ctrl-C is switched off by the & of a shell's
           script, but one that is sent to the program by name is meant */
        if (before.sa_handler != SIG_IGN || signals[i] != SIGHUP)
            sigaction(signals[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

gboolean faltung_interrupted(void) {
    return interrupted != 0;
}
