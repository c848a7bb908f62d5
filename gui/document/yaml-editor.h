/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/document/document.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * FaltungYamlEditor: the document's text, to be written in. What is typed goes into the document
 * at once, and every edit made elsewhere shows up here; there is one history, the document's.
 * Mistakes are underlined, with the message on hover and in a line below.
 *
 * Signals: "selected" after the cursor went into another layer.
 */
#define FALTUNG_TYPE_YAML_EDITOR (faltung_yaml_editor_get_type())
G_DECLARE_FINAL_TYPE(FaltungYamlEditor, faltung_yaml_editor, FALTUNG, YAML_EDITOR, GtkBox)

/** faltung_yaml_editor_set_document: @document: (nullable). */
void faltung_yaml_editor_set_document(FaltungYamlEditor *editor, FaltungDocument *document);
void faltung_yaml_editor_set_editable(FaltungYamlEditor *editor, gboolean editable);

/** faltung_yaml_editor_selected: Returns: the layer that the cursor is in, FALTUNG_INPUT or
 *  FALTUNG_NO_LAYER. */
int faltung_yaml_editor_selected(FaltungYamlEditor *editor);
/** faltung_yaml_editor_select: takes the cursor to the layer, unless it is there. */
void faltung_yaml_editor_select(FaltungYamlEditor *editor, int layer);

GtkTextView *faltung_yaml_editor_view(FaltungYamlEditor *editor);
/** faltung_yaml_editor_message: Returns: what the line below says; "" without a mistake. */
const char *faltung_yaml_editor_message(FaltungYamlEditor *editor);

G_END_DECLS
