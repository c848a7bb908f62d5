/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document/yaml-editor.h"

#include "gui/document/text-mistakes.h"
#include "gui/inspector/source-view.h"
#include "gui/style.h"
#include "gui/training/snapshot.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungYamlEditor {
    GtkBox parent;
    GtkWidget *view;
    GtkTextBuffer *buffer; /* of the view */
    GtkTextTag *layer_tag; /* the lines of the layer that the cursor is in */
    FaltungTextMistakes *mistakes;
    GtkWidget *message_button, *message;
    FaltungDocument *document; /* NULL */
    GArray *places;            /* of input and layers, as bytes of the text */
    int layer;
    gboolean typing;    /* between the begin and the end of what a person does */
    gboolean following; /* the text is being changed after the document */
};

G_DEFINE_FINAL_TYPE(FaltungYamlEditor, faltung_yaml_editor, GTK_TYPE_BOX)

static guint selected_signal;

static char *text_of(FaltungYamlEditor *self) {
    GtkTextIter start, end;
    gtk_text_buffer_get_bounds(self->buffer, &start, &end);
    return gtk_text_buffer_get_text(self->buffer, &start, &end, TRUE);
}

/* --- the layer under the cursor --- */

static void iter_at_byte(FaltungYamlEditor *self, const char *text, size_t byte,
                         GtkTextIter *iter) {
    gtk_text_buffer_get_iter_at_offset(self->buffer, iter,
                                       (int)g_utf8_pointer_to_offset(text, text + byte));
}

static int layer_at_cursor(FaltungYamlEditor *self) {
    g_autofree char *text = text_of(self);
    int cursor = 0;
    g_object_get(self->buffer, "cursor-position", &cursor, NULL);
    size_t byte = g_utf8_offset_to_pointer(text, cursor) - text;
    for (guint i = 0; i < self->places->len; i++) {
        FaltungTextPlace place = g_array_index(self->places, FaltungTextPlace, i);
        if (place.end > place.start && byte >= place.start && byte <= place.end) {
            return (int)i - 1;
        }
    }
    return FALTUNG_NO_LAYER;
}

/* Returns: whether the layer stands in the text. */
static gboolean layer_bounds(FaltungYamlEditor *self, int layer, GtkTextIter *start,
                             GtkTextIter *end) {
    if (layer < FALTUNG_INPUT || layer + 1 >= (int)self->places->len) {
        return FALSE;
    }
    FaltungTextPlace place = g_array_index(self->places, FaltungTextPlace, layer + 1);
    g_autofree char *text = text_of(self);
    iter_at_byte(self, text, place.start, start);
    iter_at_byte(self, text, place.end, end);
    return place.end > place.start;
}

static void mark_layer(FaltungYamlEditor *self) {
    GtkTextIter start, end;
    gtk_text_buffer_get_bounds(self->buffer, &start, &end);
    gtk_text_buffer_remove_tag(self->buffer, self->layer_tag, &start, &end);
    if (layer_bounds(self, self->layer, &start, &end)) {
        gtk_text_buffer_apply_tag(self->buffer, self->layer_tag, &start, &end);
    }
}

static void on_cursor(FaltungYamlEditor *self) {
    if (self->typing || self->following) {
        return;
    }
    int layer = layer_at_cursor(self);
    if (layer != self->layer) {
        self->layer = layer;
        mark_layer(self);
        g_signal_emit(self, selected_signal, 0);
    }
    faltung_text_mistakes_show_near_cursor(self->mistakes);
}

int faltung_yaml_editor_selected(FaltungYamlEditor *self) {
    return self->layer;
}

void faltung_yaml_editor_select(FaltungYamlEditor *self, int layer) {
    if (layer == self->layer) {
        return;
    }
    self->layer = layer;
    GtkTextIter start, end;
    if (layer_bounds(self, layer, &start, &end)) {
        while (strchr(" \t", (int)gtk_text_iter_get_char(&start)) != NULL &&
               gtk_text_iter_forward_char(&start)) {
        }
        self->following = TRUE;
        gtk_text_buffer_place_cursor(self->buffer, &start);
        self->following = FALSE;
        gtk_text_view_scroll_to_mark(GTK_TEXT_VIEW(self->view),
                                     gtk_text_buffer_get_insert(self->buffer), 0.1, FALSE, 0, 0);
    }
    mark_layer(self);
}

/* --- text and document --- */

/* Only what differs is changed, so that cursor and view stay where they are. */
static void take_text(FaltungYamlEditor *self, const char *text) {
    g_autofree char *before = text_of(self);
    size_t from = 0, old_end = strlen(before), new_end = strlen(text);
    while (before[from] != '\0' && before[from] == text[from]) {
        from++;
    }
    if (from == old_end && from == new_end) {
        return;
    }
    while (old_end > from && new_end > from && before[old_end - 1] == text[new_end - 1]) {
        old_end--;
        new_end--;
    }
    /* Not inside a character. */
    while (from > 0 && ((guchar)before[from] & 0xC0) == 0x80) {
        from--;
    }
    while (((guchar)before[old_end] & 0xC0) == 0x80) {
        old_end++;
        new_end++;
    }
    GtkTextIter start, end;
    iter_at_byte(self, before, from, &start);
    iter_at_byte(self, before, old_end, &end);
    self->following = TRUE;
    gtk_text_buffer_delete(self->buffer, &start, &end);
    gtk_text_buffer_insert(self->buffer, &start, text + from, (int)(new_end - from));
    self->following = FALSE;
}

static void on_document_changed(FaltungYamlEditor *self) {
    const char *text = faltung_document_text(self->document);
    take_text(self, text);
    g_array_unref(self->places);
    self->places = faltung_yaml_layer_places(text);
    faltung_text_mistakes_set(self->mistakes, faltung_document_error(self->document),
                              faltung_document_origin(self->document));
    mark_layer(self);
}

static void on_begin(FaltungYamlEditor *self) {
    self->typing = TRUE;
}

static void on_end(FaltungYamlEditor *self) {
    self->typing = FALSE;
    if (self->document != NULL && !self->following) {
        g_autofree char *text = text_of(self);
        faltung_document_type(self->document, text);
        on_cursor(self);
    }
}

void faltung_yaml_editor_set_document(FaltungYamlEditor *self, FaltungDocument *document) {
    if (self->document != NULL) {
        g_signal_handlers_disconnect_by_data(self->document, self);
    }
    g_set_object(&self->document, document);
    self->layer = FALTUNG_NO_LAYER;
    if (document != NULL) {
        g_signal_connect_swapped(document, "changed", G_CALLBACK(on_document_changed), self);
        on_document_changed(self);
        GtkTextIter start;
        gtk_text_buffer_get_start_iter(self->buffer, &start);
        gtk_text_buffer_place_cursor(self->buffer, &start);
    }
}

void faltung_yaml_editor_set_editable(FaltungYamlEditor *self, gboolean editable) {
    gtk_text_view_set_editable(GTK_TEXT_VIEW(self->view), editable);
}

GtkTextView *faltung_yaml_editor_view(FaltungYamlEditor *self) {
    return GTK_TEXT_VIEW(self->view);
}

/* --- mistakes --- */

static void on_message(const char *text, gpointer data) {
    FaltungYamlEditor *self = data;
    gtk_label_set_text(GTK_LABEL(self->message), text);
    gtk_widget_set_visible(self->message_button, *text != '\0');
}

const char *faltung_yaml_editor_message(FaltungYamlEditor *self) {
    return gtk_label_get_text(GTK_LABEL(self->message));
}

static void on_message_clicked(FaltungYamlEditor *self) {
    faltung_text_mistakes_go_to_next(self->mistakes);
}

/* --- the type --- */

static void follow_style(FaltungYamlEditor *self) {
    gboolean dark = adw_style_manager_get_dark(adw_style_manager_get_default());
    g_object_set(self->layer_tag, "paragraph-background", dark ? "#26354a" : "#e4effb", NULL);
}

static void faltung_yaml_editor_dispose(GObject *object) {
    FaltungYamlEditor *self = FALTUNG_YAML_EDITOR(object);
    faltung_yaml_editor_set_document(self, NULL);
    G_OBJECT_CLASS(faltung_yaml_editor_parent_class)->dispose(object);
}

static void faltung_yaml_editor_finalize(GObject *object) {
    FaltungYamlEditor *self = FALTUNG_YAML_EDITOR(object);
    g_array_unref(self->places);
    faltung_text_mistakes_free(self->mistakes);
    G_OBJECT_CLASS(faltung_yaml_editor_parent_class)->finalize(object);
}

static void faltung_yaml_editor_class_init(FaltungYamlEditorClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_yaml_editor_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_yaml_editor_finalize;
    selected_signal = g_signal_new("selected", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void add_text(FaltungYamlEditor *self) {
    self->view = faltung_source_view_new(_("Experiment file"));
    faltung_source_view_set_language(self->view, "yaml");
    GtkSourceView *view = GTK_SOURCE_VIEW(self->view);
    gtk_source_view_set_auto_indent(view, TRUE);
    gtk_source_view_set_insert_spaces_instead_of_tabs(view, TRUE);
    gtk_source_view_set_tab_width(view, 2);
    gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(view), GTK_WRAP_WORD_CHAR);
    self->buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
    gtk_text_buffer_set_enable_undo(self->buffer, FALSE); /* the document's history is the one */
    self->layer_tag = gtk_text_buffer_create_tag(self->buffer, NULL, NULL);
    self->mistakes = faltung_text_mistakes_new(GTK_TEXT_VIEW(self->view), on_message, self);
    g_signal_connect_swapped(self->buffer, "begin-user-action", G_CALLBACK(on_begin), self);
    g_signal_connect_swapped(self->buffer, "end-user-action", G_CALLBACK(on_end), self);
    g_signal_connect_swapped(self->buffer, "notify::cursor-position", G_CALLBACK(on_cursor), self);
    gtk_box_append(GTK_BOX(self), faltung_source_view_scrolled(self->view));
}

/* Before the view, which would undo its own history. */
static void add_keys(FaltungYamlEditor *self) {
    static const struct {
        const char *keys, *action;
    } shortcuts[] = {
        {"<Control>z", "win.undo"},
        {"<Control><Shift>z|<Control>y", "win.redo"},
    };
    GtkEventController *controller = gtk_shortcut_controller_new();
    gtk_event_controller_set_propagation_phase(controller, GTK_PHASE_CAPTURE);
    for (guint i = 0; i < G_N_ELEMENTS(shortcuts); i++) {
        gtk_shortcut_controller_add_shortcut(
            GTK_SHORTCUT_CONTROLLER(controller),
            gtk_shortcut_new(gtk_shortcut_trigger_parse_string(shortcuts[i].keys),
                             gtk_named_action_new(shortcuts[i].action)));
    }
    gtk_widget_add_controller(GTK_WIDGET(self), controller);
}

static void add_message(FaltungYamlEditor *self) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *icon = gtk_image_new_from_icon_name("dialog-error-symbolic");
    gtk_widget_set_valign(icon, GTK_ALIGN_START);
    self->message = gtk_label_new("");
    gtk_label_set_wrap(GTK_LABEL(self->message), TRUE);
    gtk_label_set_wrap_mode(GTK_LABEL(self->message), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_xalign(GTK_LABEL(self->message), 0);
    gtk_box_append(GTK_BOX(box), icon);
    gtk_box_append(GTK_BOX(box), self->message);
    self->message_button = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(self->message_button), box);
    gtk_widget_add_css_class(self->message_button, "flat");
    gtk_widget_add_css_class(self->message_button, "text-mistake");
    gtk_widget_set_tooltip_text(self->message_button, _("Go to the mistake"));
    gtk_widget_set_visible(self->message_button, FALSE);
    g_signal_connect_swapped(self->message_button, "clicked", G_CALLBACK(on_message_clicked), self);
    gtk_box_append(GTK_BOX(self), self->message_button);
}

static void faltung_yaml_editor_init(FaltungYamlEditor *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_widget_set_size_request(GTK_WIDGET(self), 240, -1);
    self->places = g_array_new(FALSE, TRUE, sizeof(FaltungTextPlace));
    self->layer = FALTUNG_NO_LAYER;
    add_text(self);
    add_keys(self);
    add_message(self);
    follow_style(self);
    faltung_on_style_changed(GTK_WIDGET(self), G_CALLBACK(follow_style));
}
