/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Where the keys work. */
typedef enum {
    FALTUNG_KEYS_OF_APPLICATION,
    FALTUNG_KEYS_OF_WINDOW, /* a text field has its own undo, and comes first */
    FALTUNG_KEYS_OF_CANVAS, /* while it has the focus */
    FALTUNG_KEYS_ELSEWHERE, /* listed only: whoever listens to them says so himself */
} FaltungKeysScope;

/* A line of the table of all keys. */
typedef struct {
    const char *group; /* (nullable): the group that begins here, for people */
    const char *title; /* for people; lines of the same title are one for them */
    const char *keys;  /* as gtk_accelerator_parse() reads them, blanks between; "1...9" of a range
                          where they are listed only; "": it has none, and is found by its title */
    const char *also;  /* (nullable): others that do the same, not listed */
    FaltungKeysScope scope;
    const char *action; /* NULL where they are listed only */
} FaltungShortcut;

/** faltung_shortcuts: Returns: (transfer none): all of them; the last has no title. */
const FaltungShortcut *faltung_shortcuts(void);

/** faltung_shortcut_label: Returns: (transfer full): the first of its keys, for people; "". */
char *faltung_shortcut_label(const FaltungShortcut *shortcut);

/** faltung_shortcuts_install: those of the application. */
void faltung_shortcuts_install(GtkApplication *application);
/** faltung_shortcuts_bind: those of @scope, to every widget of the class. */
void faltung_shortcuts_bind(GtkWidgetClass *klass, FaltungKeysScope scope);

/** faltung_shortcuts_window_new: Returns: a window that lists all keys. */
GtkWindow *faltung_shortcuts_window_new(GtkWindow *parent);

G_END_DECLS
