/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/document/document.h"

G_BEGIN_DECLS

/**
 * FaltungAutosave: what is not saved of a document, kept in a file of the person's state folder
 * while it is open, at most a second old. The file goes when the document is saved or given up; one
 * that is still there although no program has it open is what a crash has left.
 */
typedef struct FaltungAutosave FaltungAutosave;

/** faltung_autosave_new: @path: (nullable): go on with this left-over file. */
FaltungAutosave *faltung_autosave_new(FaltungDocument *document, const char *path);
/** faltung_autosave_free: the document is closed as the person wished: the file goes. */
void faltung_autosave_free(FaltungAutosave *autosave);

/* A document that a crash has left. */
typedef struct {
    char *path; /* of the file that keeps it */
    char *text, *origin;
    char *file; /* where it is to be saved; NULL: not saved yet */
} FaltungLeftOver;

/** faltung_autosave_find: Returns: (transfer full) (element-type FaltungLeftOver). */
GPtrArray *faltung_autosave_find(void);

/** faltung_left_over_open: Returns: (transfer full) (nullable): the document with its changes, one
 *  step of undo behind what is in its file. */
FaltungDocument *faltung_left_over_open(const FaltungLeftOver *left, GError **error);

G_END_DECLS
