/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/style.h"

FaltungTheme faltung_theme_for(GtkWidget *widget) {
    FaltungTheme theme =
        *faltung_theme(adw_style_manager_get_dark(adw_style_manager_get_default()));
    PangoContext *context = gtk_widget_get_pango_context(widget);
    const PangoFontDescription *font = pango_context_get_font_description(context);
    if (font != NULL && pango_font_description_get_family(font) != NULL) {
        theme.font = g_intern_string(pango_font_description_get_family(font));
        double size = pango_font_description_get_size(font) / (double)PANGO_SCALE;
        if (!pango_font_description_get_size_is_absolute(font)) {
            size *= pango_cairo_context_get_resolution(context) > 0
                        ? pango_cairo_context_get_resolution(context) / 72
                        : 96.0 / 72;
        }
        if (size > 0) {
            theme.font_size = size;
        }
    }
    return theme;
}

void faltung_on_style_changed(GtkWidget *widget, GCallback callback) {
    AdwStyleManager *manager = adw_style_manager_get_default();
    g_signal_connect_object(manager, "notify::dark", callback, widget, G_CONNECT_SWAPPED);
    g_signal_connect_object(manager, "notify::high-contrast", callback, widget, G_CONNECT_SWAPPED);
}

GdkTexture *faltung_picture_texture(const FaltungPicture *picture) {
    return gdk_memory_texture_new(picture->width, picture->height, GDK_MEMORY_DEFAULT,
                                  picture->pixels, (gsize)picture->width * 4);
}

void faltung_set_accessible_label(GtkWidget *widget, const char *label) {
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                   -1);
}

GtkWidget *faltung_icon_button(const char *icon, const char *name, const char *action) {
    GtkWidget *button = gtk_button_new_from_icon_name(icon);
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_tooltip_text(button, name);
    faltung_set_accessible_label(button, name);
    if (action != NULL) {
        gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
    }
    return button;
}

char *faltung_sentence(const char *message) {
    char first[7] = "";
    if (*message == '\0') {
        return g_strdup("");
    }
    g_unichar_to_utf8(g_unichar_toupper(g_utf8_get_char(message)), first);
    return g_strconcat(first, g_utf8_next_char(message), NULL);
}

void faltung_cut_choice(GtkDropDown *list) {
    static const char chosen[] =
        "<interface><template class='GtkListItem'><property name='child'>"
        "<object class='GtkLabel'><property name='xalign'>0</property>"
        "<property name='ellipsize'>end</property><binding name='label'>"
        "<lookup name='string' type='GtkStringObject'><lookup name='item'>GtkListItem</lookup>"
        "</lookup></binding></object></property></template></interface>";
    g_autoptr(GBytes) bytes = g_bytes_new_static(chosen, sizeof chosen - 1);
    g_autoptr(GtkListItemFactory) factory =
        gtk_builder_list_item_factory_new_from_bytes(NULL, bytes);
    gtk_drop_down_set_list_factory(list, gtk_drop_down_get_factory(list));
    gtk_drop_down_set_factory(list, factory);
}

GtkWindow *faltung_small_window(GtkWindow *parent, const char *title, GtkWidget *content, int width,
                                int height) {
    int parent_height = parent != NULL ? gtk_widget_get_height(GTK_WIDGET(parent)) : 0;
    if (parent_height > 0) {
        height = MIN(height, parent_height); /* a small screen is no higher either */
    }
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(box), adw_header_bar_new());
    gtk_box_append(GTK_BOX(box), content);
    gtk_widget_set_vexpand(content, TRUE);
    GtkEventController *keys = gtk_shortcut_controller_new();
    gtk_shortcut_controller_add_shortcut(GTK_SHORTCUT_CONTROLLER(keys),
                                         gtk_shortcut_new(gtk_keyval_trigger_new(GDK_KEY_Escape, 0),
                                                          gtk_named_action_new("window.close")));
    GtkWindow *window =
        g_object_new(ADW_TYPE_WINDOW, "transient-for", parent, "modal", TRUE, "title", title,
                     "default-width", width, "default-height", height, "content", box, NULL);
    gtk_widget_add_controller(GTK_WIDGET(window), keys);
    return window;
}

gboolean faltung_moves(GtkWidget *widget) {
    gboolean moves;
    g_object_get(gtk_widget_get_settings(widget), "gtk-enable-animations", &moves, NULL);
    return moves;
}

void faltung_name_buttons(GtkWidget *widget) {
    if (GTK_IS_BUTTON(widget) && gtk_button_get_use_underline(GTK_BUTTON(widget))) {
        gtk_accessible_reset_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL);
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        faltung_name_buttons(child);
    }
}

GtkWidget *faltung_scroll_above(GtkWidget *child, int height) {
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scrolled), height);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), child);
    return scrolled;
}

void faltung_list_scroll_to(GtkListBox *list, GtkListBoxRow *row) {
    graphene_rect_t bounds;
    GtkAdjustment *adjustment = gtk_list_box_get_adjustment(list);
    if (adjustment != NULL &&
        gtk_widget_compute_bounds(GTK_WIDGET(row), GTK_WIDGET(list), &bounds)) {
        gtk_adjustment_clamp_page(adjustment, bounds.origin.y - bounds.size.height / 2,
                                  bounds.origin.y + 1.5 * bounds.size.height);
    }
}
