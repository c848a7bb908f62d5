/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The experiments and runs that were opened last, as the desktop remembers them. */

typedef struct {
    char *path;
    gboolean gone; /* nothing is there any longer */
} FaltungRecent;

/** faltung_recent_add: the file at @path was opened or saved. */
void faltung_recent_add(const char *path);
/** faltung_recent_forget: the one at @path is no longer listed. */
void faltung_recent_forget(const char *path);
/** faltung_recent_list: Returns: (transfer full) (element-type FaltungRecent): the last ones, the
 *  last first. */
GPtrArray *faltung_recent_list(void);
/** faltung_recent_fill: makes @menu the list of them, each with the action `win.open-run`. */
void faltung_recent_fill(GMenu *menu);

G_END_DECLS
