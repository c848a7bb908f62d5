/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "draw/picture.h"
#include "draw/theme.h"

#include <adwaita.h>

G_BEGIN_DECLS

/** faltung_theme_for: the drawing part's theme, light or dark as the desktop is, with the font
 *  of @widget. */
FaltungTheme faltung_theme_for(GtkWidget *widget);

/** faltung_on_style_changed: calls @callback (widget, data) whenever light, dark or contrast
 *  changes, as long as @widget lives. */
void faltung_on_style_changed(GtkWidget *widget, GCallback callback);

/** faltung_picture_texture: Returns: (transfer full): the picture's pixels, not copied. */
GdkTexture *faltung_picture_texture(const FaltungPicture *picture);

/** faltung_set_accessible_label: the name that screen readers say for @widget. */
void faltung_set_accessible_label(GtkWidget *widget, const char *label);

/** faltung_icon_button: Returns: a flat button with an icon, a tooltip that is its name too, and
 *  an action (nullable). */
GtkWidget *faltung_icon_button(const char *icon, const char *name, const char *action);

/** faltung_sentence: Returns: (transfer full): what an error says, as it stands alone in the
 * window: with a capital at its start. */
char *faltung_sentence(const char *message);

/** faltung_cut_choice: what is chosen in @list is cut off where there is no room for all of it, so
 *  that a narrow window need not be as wide as the longest choice. */
void faltung_cut_choice(GtkDropDown *list);

/** faltung_small_window: Returns: a window over @parent with a title bar and @content, which
 *  Escape closes. */
GtkWindow *faltung_small_window(GtkWindow *parent, const char *title, GtkWidget *content, int width,
                                int height);

/** faltung_moves: Returns: whether pictures may move by themselves: not where the desktop is told
 *  to reduce motion. */
gboolean faltung_moves(GtkWidget *widget);

/** faltung_scroll_above: Returns: @child, as tall as it is, and scrolled where that is above
 * @height. */
GtkWidget *faltung_scroll_above(GtkWidget *child, int height);

/** faltung_list_scroll_to: @row comes into view, wherever the focus is. */
void faltung_list_scroll_to(GtkListBox *list, GtkListBoxRow *row);

/** faltung_name_buttons: buttons in @widget with a mnemonic are called by what is read on them, and
 *  not by the mnemonic, too, as GTK would have it. */
void faltung_name_buttons(GtkWidget *widget);

G_END_DECLS
