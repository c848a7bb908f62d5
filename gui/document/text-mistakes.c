/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/document/text-mistakes.h"

#include "core/config/mistakes.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
    int line, start, end; /* from 0: the line, and the characters [start, end) of the text */
    char *message;
} Mistake;

struct FaltungTextMistakes {
    GtkTextView *view; /* outlives this */
    GtkTextBuffer *buffer;
    GtkTextTag *tag;
    GArray *all; /* (element-type Mistake), in the text's order */
    void (*tell)(const char *text, gpointer data);
    gpointer data;
};

static void clear_mistake(gpointer data) {
    g_free(((Mistake *)data)->message);
}

static Mistake *get(FaltungTextMistakes *self, guint index) {
    return &g_array_index(self->all, Mistake, index);
}

/* The word at @start; the whole line where there is none. */
static void find_end(const GtkTextIter *start, GtkTextIter *end) {
    *end = *start;
    while (!gtk_text_iter_ends_line(end) && !g_unichar_isspace(gtk_text_iter_get_char(end)) &&
           strchr(",:]}", (int)gtk_text_iter_get_char(end)) == NULL) {
        gtk_text_iter_forward_char(end);
    }
    if (gtk_text_iter_equal(start, end) && !gtk_text_iter_ends_line(end)) {
        gtk_text_iter_forward_char(end);
    }
}

static void add(FaltungTextMistakes *self, const char *told, const char *origin) {
    int line = 1, column = 1;
    const char *message = faltung_mistake_read(told, origin, &line, &column);
    GtkTextIter start, end;
    gtk_text_buffer_get_iter_at_line(self->buffer, &start, line - 1);
    for (int i = 1; i < column && !gtk_text_iter_ends_line(&start); i++) {
        gtk_text_iter_forward_char(&start);
    }
    find_end(&start, &end);
    if (gtk_text_iter_equal(&start, &end)) { /* at the end of the line */
        gtk_text_iter_set_line_offset(&start, 0);
    }
    gtk_text_buffer_apply_tag(self->buffer, self->tag, &start, &end);
    Mistake mistake = {line - 1, gtk_text_iter_get_offset(&start), gtk_text_iter_get_offset(&end),
                       g_strdup(message != NULL ? message : told)};
    g_array_append_val(self->all, mistake);
}

void faltung_text_mistakes_set(FaltungTextMistakes *self, const GError *error, const char *origin) {
    GtkTextIter start, end;
    gtk_text_buffer_get_bounds(self->buffer, &start, &end);
    gtk_text_buffer_remove_tag(self->buffer, self->tag, &start, &end);
    g_array_set_size(self->all, 0);
    g_auto(GStrv) lines = g_strsplit(error != NULL ? error->message : "", "\n", -1);
    for (guint i = 0; error != NULL && lines[i] != NULL; i++) {
        add(self, lines[i], origin);
    }
    faltung_text_mistakes_show_near_cursor(self);
}

static int cursor_of(FaltungTextMistakes *self) {
    int cursor = 0;
    g_object_get(self->buffer, "cursor-position", &cursor, NULL);
    return cursor;
}

void faltung_text_mistakes_show_near_cursor(FaltungTextMistakes *self) {
    if (self->all->len == 0) {
        self->tell("", self->data);
        return;
    }
    int cursor = cursor_of(self);
    guint nearest = 0;
    for (guint i = 1; i < self->all->len; i++) {
        if (ABS(get(self, i)->start - cursor) < ABS(get(self, nearest)->start - cursor)) {
            nearest = i;
        }
    }
    const Mistake *mistake = get(self, nearest);
    g_autofree char *count =
        self->all->len > 1 ? g_strdup_printf(_(" (%u of %u)"), nearest + 1, self->all->len) : NULL;
    g_autofree char *text = g_strdup_printf(_("Line %d%s: %s"), mistake->line + 1,
                                            count != NULL ? count : "", mistake->message);
    self->tell(text, self->data);
}

void faltung_text_mistakes_go_to_next(FaltungTextMistakes *self) {
    if (self->all->len == 0) {
        return;
    }
    int cursor = cursor_of(self);
    guint next = 0;
    while (next < self->all->len && get(self, next)->start <= cursor) {
        next++;
    }
    GtkTextIter iter;
    gtk_text_buffer_get_iter_at_offset(self->buffer, &iter,
                                       get(self, next % self->all->len)->start);
    gtk_text_buffer_place_cursor(self->buffer, &iter);
    gtk_text_view_scroll_to_iter(self->view, &iter, 0.1, FALSE, 0, 0);
    gtk_widget_grab_focus(GTK_WIDGET(self->view));
}

static gboolean on_query_tooltip(GtkWidget *view, int x, int y, gboolean keyboard,
                                 GtkTooltip *tooltip, gpointer data) {
    FaltungTextMistakes *self = data;
    GtkTextIter iter;
    if (keyboard) {
        gtk_text_buffer_get_iter_at_offset(self->buffer, &iter, cursor_of(self));
    } else {
        gtk_text_view_window_to_buffer_coords(self->view, GTK_TEXT_WINDOW_WIDGET, x, y, &x, &y);
        if (!gtk_text_view_get_iter_at_location(self->view, &iter, x, y)) {
            return FALSE;
        }
    }
    int offset = gtk_text_iter_get_offset(&iter);
    for (guint i = 0; i < self->all->len; i++) {
        const Mistake *mistake = get(self, i);
        if (offset >= mistake->start && offset <= mistake->end) {
            gtk_tooltip_set_text(tooltip, mistake->message);
            return TRUE;
        }
    }
    return FALSE;
}

FaltungTextMistakes *faltung_text_mistakes_new(GtkTextView *view,
                                               void (*tell)(const char *text, gpointer data),
                                               gpointer data) {
    FaltungTextMistakes *self = g_new0(FaltungTextMistakes, 1);
    self->view = view;
    self->buffer = gtk_text_view_get_buffer(view);
    self->tag = gtk_text_buffer_create_tag(self->buffer, NULL, "underline", PANGO_UNDERLINE_ERROR,
                                           "underline-rgba", &(GdkRGBA){0.88, 0.11, 0.14, 1}, NULL);
    self->all = g_array_new(FALSE, FALSE, sizeof(Mistake));
    g_array_set_clear_func(self->all, clear_mistake);
    self->tell = tell;
    self->data = data;
    gtk_widget_set_has_tooltip(GTK_WIDGET(view), TRUE);
    g_signal_connect(view, "query-tooltip", G_CALLBACK(on_query_tooltip), self);
    return self;
}

void faltung_text_mistakes_free(FaltungTextMistakes *self) {
    g_array_unref(self->all);
    g_free(self);
}
