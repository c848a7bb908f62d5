/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * On how many threads the window trains: a person's choice for this computer, not for an
 * experiment. It is kept in the user's settings, and changes no number that is computed.
 */

/** faltung_threads_wanted: Returns: the most that a training may use; 0: as many as are fastest. */
int faltung_threads_wanted(void);

/** faltung_threads_row_new: Returns: a row of preferences that sets it. */
GtkWidget *faltung_threads_row_new(void);

G_END_DECLS
