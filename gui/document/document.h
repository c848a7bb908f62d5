/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/sketch.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FaltungDocument: the text of an experiment with its history. The text is the truth: every edit
 * of the window is a splice of it, so comments and order survive, and undo is the text before.
 *
 * A text with mistakes is as good as any other: it is edited, undone and saved; the error says
 * why it cannot run, and the experiment is its sketch. Where not even that can be made of it, the
 * experiment stays that of the last text of which it could.
 *
 * Signals: "changed" after the text or the file changed.
 */
#define FALTUNG_TYPE_DOCUMENT (faltung_document_get_type())
G_DECLARE_FINAL_TYPE(FaltungDocument, faltung_document, FALTUNG, DOCUMENT, GObject)

/**
 * faltung_document_new:
 * @text: the experiment
 * @origin: where it is from: relative paths in it start there
 * @file: (nullable): where faltung_document_save() writes; %NULL for a template or a run's text
 *
 * Returns: (transfer full) (nullable): %NULL where no sketch can be made of the text.
 */
FaltungDocument *faltung_document_new(const char *text, const char *origin, GFile *file,
                                      GError **error);

const char *faltung_document_text(FaltungDocument *document);
const char *faltung_document_origin(FaltungDocument *document);
/** faltung_document_file: Returns: (nullable) (transfer none). */
GFile *faltung_document_file(FaltungDocument *document);
/** faltung_document_title: Returns: the experiment's name, or that of the file. */
const char *faltung_document_title(FaltungDocument *document);
/** faltung_document_experiment: Returns: (transfer none): valid until the next change. */
const FaltungExperiment *faltung_document_experiment(FaltungDocument *document);
/** faltung_document_error: Returns: (nullable) (transfer none): what is wrong with the text. */
const GError *faltung_document_error(FaltungDocument *document);
/** faltung_document_set_data: @data: (nullable): what it is to be trained with: what of the network
 *  does not fit them is a problem of its layer. */
void faltung_document_set_data(FaltungDocument *document, FaltungDataset *data);
/** faltung_document_data: Returns: (nullable) (transfer none). */
FaltungDataset *faltung_document_data(FaltungDocument *document);
/** faltung_document_obstacle: Returns: (nullable) (transfer none): why it cannot be trained: the
 *  error, or that network and data do not fit. */
const GError *faltung_document_obstacle(FaltungDocument *document);
/** faltung_document_problems: Returns: (transfer none) (array zero-terminated=1): what is wrong
 * with each layer of the experiment's graph, or "". */
const char *const *faltung_document_problems(FaltungDocument *document);

gboolean faltung_document_modified(FaltungDocument *document);
gboolean faltung_document_can_undo(FaltungDocument *document);
gboolean faltung_document_can_redo(FaltungDocument *document);
void faltung_document_undo(FaltungDocument *document);
void faltung_document_redo(FaltungDocument *document);

/** faltung_document_set: sets the value at @path (`train.epochs`), as one step of undo; several
 *  changes of one path in a row, less than a second apart, are one step. */
gboolean faltung_document_set(FaltungDocument *document, const char *path, const char *value,
                              GError **error);
/** faltung_document_unset: back to the default. */
gboolean faltung_document_unset(FaltungDocument *document, const char *path, GError **error);

/** faltung_document_rename_layer: those that name it follow. */
gboolean faltung_document_rename_layer(FaltungDocument *document, const char *layer,
                                       const char *name, GError **error);

/** faltung_document_replace: another text, as one step of undo. The error where no
 *  sketch can be made of it: then nothing changes. */
gboolean faltung_document_replace(FaltungDocument *document, const char *text, GError **error);

/** faltung_document_repeat: the same of an edit of a kind, @what, that is often repeated: less than
 *  a second apart they are one step. */
gboolean faltung_document_repeat(FaltungDocument *document, const char *what, const char *text,
                                 GError **error);
/** faltung_document_amend: what the last edit was to make: no step of its own. */
gboolean faltung_document_amend(FaltungDocument *document, const char *text, GError **error);

/** faltung_document_type: the text as a person writes it, with mistakes or not; what is written
 *  without a pause of a second is one step of undo. */
void faltung_document_type(FaltungDocument *document, const char *text);

/** faltung_document_touch: says that it is modified until it is saved, whatever is in its history:
 *  it was left by a crash. */
void faltung_document_touch(FaltungDocument *document);

/** faltung_document_is_saved_as: whether @text is what its file was last known to say. */
gboolean faltung_document_is_saved_as(FaltungDocument *document, const char *text);
/** faltung_document_reread: @text is what its file says now; one step of undo. */
void faltung_document_reread(FaltungDocument *document, const char *text);

/** faltung_document_save: writes the text; on success @file is the document's file. */
gboolean faltung_document_save(FaltungDocument *document, GFile *file, GError **error);

G_END_DECLS
