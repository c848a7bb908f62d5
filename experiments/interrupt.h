/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * faltung_interrupt_watch: from now on the first SIGINT (Ctrl-C), SIGTERM or SIGHUP is only
 * noted, so that the work can stop where it loses nothing; a second one ends the program at once.
 * A reader of the output that goes away no longer ends it.
 */
void faltung_interrupt_watch(void);

/** faltung_interrupted: Returns: whether a signal has come. */
gboolean faltung_interrupted(void);
