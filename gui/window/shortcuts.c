/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/shortcuts.h"

#include <glib/gi18n.h>

/* clang-format off */
static const FaltungShortcut shortcuts[] = {
    {N_("Experiment"), N_("Open"), "<Control>o", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.open"},
    {NULL, N_("New"), "<Control>n", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.new"},
    {NULL, N_("Save"), "<Control>s", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.save"},
    {NULL, N_("Save as"), "<Control><Shift>s", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.save-as"},
    {NULL, N_("Print the diagram"), "<Control>p", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.print"},
    {NULL, N_("Import data"), "", NULL, FALTUNG_KEYS_ELSEWHERE, "win.import"},
    {NULL, N_("Export the diagram"), "", NULL, FALTUNG_KEYS_ELSEWHERE, "win.export-diagram"},
    {NULL, N_("Gallery"), "", NULL, FALTUNG_KEYS_ELSEWHERE, "win.gallery"},
    {NULL, N_("Undo"), "<Control>z", NULL, FALTUNG_KEYS_OF_WINDOW, "win.undo"},
    {NULL, N_("Redo"), "<Control><Shift>z <Control>y", NULL, FALTUNG_KEYS_OF_WINDOW, "win.redo"},

    {N_("Training"), N_("Train, or go on after a pause"), "F5 <Control>Return", NULL,
     FALTUNG_KEYS_OF_APPLICATION, "win.train"},
    {NULL, N_("Pause, or go on"), "F8", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.pause"},
    {NULL, N_("One step"), "F10", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.step"},
    {NULL, N_("Stop and save"), "<Shift>F5", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.stop"},

    {N_("Diagram"), N_("Walk from layer to layer"), "Left Right Up Down", NULL,
     FALTUNG_KEYS_ELSEWHERE, NULL},
    {NULL, N_("Walk from value to value of the layer’s picture; with Shift from map to map"),
     "<Control>Left <Control>Right <Control>Up <Control>Down", NULL, FALTUNG_KEYS_ELSEWHERE, NULL},
    {NULL,
     N_("Insert a layer: a name, numbers, words, as in c6 5 tanh; or do anything by its name"),
     "<Control>k", NULL, FALTUNG_KEYS_OF_WINDOW, "win.search"},
    {NULL, N_("Add an input"), "", NULL, FALTUNG_KEYS_ELSEWHERE, "win.add-input"},
    {NULL, N_("Find a layer"), "<Control>f", NULL, FALTUNG_KEYS_OF_WINDOW, "win.find-layer"},
    {NULL, N_("Copy layers, as text"), "<Control>c", NULL,
     FALTUNG_KEYS_OF_CANVAS, "win.copy-layers"},
    {NULL, N_("Cut layers"), "<Control>x", NULL, FALTUNG_KEYS_OF_CANVAS, "win.cut-layers"},
    {NULL, N_("Paste layers"), "<Control>v", NULL, FALTUNG_KEYS_OF_CANVAS, "win.paste-layers"},
    {NULL, N_("Paste layers on the wires that they had"), "<Control><Shift>v", NULL,
     FALTUNG_KEYS_OF_CANVAS, "win.paste-wired"},
    {NULL, N_("Duplicate the layers"), "<Control>d", NULL,
     FALTUNG_KEYS_OF_WINDOW, "win.duplicate-layer"},
    {NULL, N_("Remove the layers and join their neighbours"), "Delete <Control>Delete", NULL,
     FALTUNG_KEYS_OF_CANVAS, "win.remove-layer"},
    {NULL, N_("Bypass the layers: they pass on what they take; or no longer"), "<Control>b", NULL,
     FALTUNG_KEYS_OF_CANVAS, "win.bypass-layers"},
    {NULL, N_("Group the selected layers in a block"), "<Control>g", NULL,
     FALTUNG_KEYS_OF_WINDOW, "win.group-layers"},
    {NULL, N_("Dissolve the block"), "<Control><Shift>g", NULL,
     FALTUNG_KEYS_OF_WINDOW, "win.dissolve-block"},
    {NULL, N_("Draw the block as one card, or open"), "<Alt>c", NULL,
     FALTUNG_KEYS_OF_CANVAS, "win.shut-block"},
    {NULL, N_("Align the cards at their left edges"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.align-left"},
    {NULL, N_("Align the cards in a column"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.align-centre"},
    {NULL, N_("Align the cards at their right edges"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.align-right"},
    {NULL, N_("Align the cards at their top edges"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.align-top"},
    {NULL, N_("Align the cards in a row"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.align-middle"},
    {NULL, N_("Align the cards at their bottom edges"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.align-bottom"},
    {NULL, N_("Space the cards evenly across"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.space-across"},
    {NULL, N_("Space the cards evenly down"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.space-down"},
    {NULL, N_("Arrange the cards automatically: the selected ones, or all"),
     "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.arrange"},
    {NULL, N_("Select all layers; some: drag around them, or Shift-click"), "<Control>a", NULL,
     FALTUNG_KEYS_OF_CANVAS, "canvas.select-all"},
    {NULL, N_("Select what goes into the selected layers"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.select-upstream"},
    {NULL, N_("Select what comes of the selected layers"), "", NULL, FALTUNG_KEYS_ELSEWHERE,
     "win.select-downstream"},
    {NULL, N_("Cut wires: drag across them with Alt or Ctrl. Connect: drag from an output to an "
              "input"),
     "<Alt>", NULL, FALTUNG_KEYS_ELSEWHERE, NULL},
    {NULL, N_("Take off an end of a wire: drag it with Shift"), "<Shift>", NULL,
     FALTUNG_KEYS_ELSEWHERE, NULL},
    {NULL, N_("Mend the selected layer"), "", NULL, FALTUNG_KEYS_ELSEWHERE, "win.fix-layer"},
    {NULL, N_("Menu of the selection"), "<Shift>F10", "Menu",
     FALTUNG_KEYS_OF_CANVAS, "canvas.menu"},
    {NULL, N_("Show the layer’s properties"), "Return", "KP_Enter",
     FALTUNG_KEYS_OF_CANVAS, "canvas.activate"},
    {NULL, N_("Show the experiment’s properties"), "Escape", NULL,
     FALTUNG_KEYS_OF_CANVAS, "canvas.unselect"},
    {NULL, N_("Fit the whole network"), "f", NULL, FALTUNG_KEYS_OF_CANVAS, "canvas.zoom-fit"},
    {NULL, N_("Fit the selected layers"), "period", NULL,
     FALTUNG_KEYS_OF_CANVAS, "canvas.zoom-selection"},
    {NULL, N_("Show or hide the overview, where the network does not fit"), "m", NULL,
     FALTUNG_KEYS_OF_CANVAS, "win.show-minimap"},
    {NULL, N_("Zoom in"), "plus", "equal KP_Add", FALTUNG_KEYS_OF_CANVAS, "canvas.zoom-in"},
    {NULL, N_("Zoom in"), "<Control>plus", "<Control>equal", FALTUNG_KEYS_OF_WINDOW, "win.zoom-in"},
    {NULL, N_("Zoom out"), "minus", "KP_Subtract", FALTUNG_KEYS_OF_CANVAS, "canvas.zoom-out"},
    {NULL, N_("Zoom out"), "<Control>minus", NULL, FALTUNG_KEYS_OF_WINDOW, "win.zoom-out"},
    {NULL, N_("Natural size"), "<Control>0", NULL, FALTUNG_KEYS_OF_WINDOW, "win.zoom-original"},
    {NULL, N_("Pan: drag with Space or the middle button"), "space", NULL,
     FALTUNG_KEYS_ELSEWHERE, NULL},

    {N_("Window"), N_("Data"), "F9", NULL, FALTUNG_KEYS_OF_APPLICATION, "win.show-data"},
    {NULL, N_("The panel below: curves, views, log"), "<Shift>F9", NULL,
     FALTUNG_KEYS_OF_APPLICATION, "win.show-panel"},
    {NULL, N_("Turn to a page of it"), "<Alt>1...9", NULL, FALTUNG_KEYS_ELSEWHERE, NULL},
    {NULL, N_("The page behind, the page before"), "<Alt>Page_Down <Alt>Page_Up", NULL,
     FALTUNG_KEYS_ELSEWHERE, NULL},
    {NULL, N_("Text of the experiment"), "F4 <Control>e", NULL,
     FALTUNG_KEYS_OF_APPLICATION, "win.show-text"},
    {NULL, N_("Properties"), "<Control>F9", NULL,
     FALTUNG_KEYS_OF_APPLICATION, "win.show-inspector"},
    {NULL, N_("Help on the selected layer, or operation of the list"), "F1", NULL,
     FALTUNG_KEYS_OF_WINDOW, "win.explain-layer"},
    {NULL, N_("Keyboard shortcuts"), "<Control>question", NULL,
     FALTUNG_KEYS_OF_APPLICATION, "app.shortcuts"},
    {NULL, N_("Take the tour"), "", NULL, FALTUNG_KEYS_ELSEWHERE, "win.tour"},
    {NULL, N_("About Faltung"), "", NULL, FALTUNG_KEYS_ELSEWHERE, "app.about"},
    {NULL, N_("Derive a formula"), "<Control><Shift>d", NULL,
     FALTUNG_KEYS_OF_APPLICATION, "app.derive"},
    {NULL, N_("New window"), "<Control><Shift>n", NULL,
     FALTUNG_KEYS_OF_APPLICATION, "app.new-window"},
    {NULL, N_("Close the window"), "<Control>w", NULL, FALTUNG_KEYS_OF_APPLICATION, "window.close"},
    {NULL, N_("Quit"), "<Control>q", NULL, FALTUNG_KEYS_OF_APPLICATION, "app.quit"},
    {0},
};
/* clang-format on */

const FaltungShortcut *faltung_shortcuts(void) {
    return shortcuts;
}

char *faltung_shortcut_label(const FaltungShortcut *shortcut) {
    g_auto(GStrv) keys = g_strsplit(shortcut->keys, " ", 2);
    guint key;
    GdkModifierType modifiers;
    gboolean has = keys[0] != NULL && gtk_accelerator_parse(keys[0], &key, &modifiers);
    return has ? gtk_accelerator_get_label(key, modifiers) : g_strdup("");
}

/* Listed or not. */
static char **all_keys(const FaltungShortcut *shortcut) {
    g_autofree char *keys = g_strjoin(" ", shortcut->keys, shortcut->also, NULL);
    return g_strsplit(keys, " ", -1);
}

void faltung_shortcuts_install(GtkApplication *application) {
    for (const FaltungShortcut *shortcut = shortcuts; shortcut->title != NULL; shortcut++) {
        if (shortcut->scope == FALTUNG_KEYS_OF_APPLICATION) {
            g_auto(GStrv) keys = all_keys(shortcut);
            gtk_application_set_accels_for_action(application, shortcut->action,
                                                  (const char *const *)keys);
        }
    }
}

void faltung_shortcuts_bind(GtkWidgetClass *klass, FaltungKeysScope scope) {
    for (const FaltungShortcut *shortcut = shortcuts; shortcut->title != NULL; shortcut++) {
        if (shortcut->scope != scope) {
            continue;
        }
        g_auto(GStrv) keys = all_keys(shortcut);
        for (int i = 0; keys[i] != NULL; i++) {
            guint key;
            GdkModifierType modifiers;
            gboolean known = gtk_accelerator_parse(keys[i], &key, &modifiers);
            g_assert(known);
            gtk_widget_class_add_binding_action(klass, key, modifiers, shortcut->action, NULL);
        }
    }
}
