/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/code-page.h"

#include "core/ops/equation.h"
#include "gui/inspector/source-view.h"
#include "gui/inspector/symbols-view.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungCodePage {
    GtkBox parent;
    GtkWidget *caption, *equation_place;
    GtkWidget *view;
    GtkTextTag *line, *word; /* where the scene's symbol is */
    FaltungScene *scene;
    const FaltungOperation *operation;  /* NULL: the experiment's text is shown */
    const FaltungOperation *activation; /* (nullable): whose code is behind that of the operation */
    char *equation;                     /* (nullable): the layer's, of its operation */
    gboolean filling;                   /* the cursor is not moved by a person */
};

G_DEFINE_FINAL_TYPE(FaltungCodePage, faltung_code_page, GTK_TYPE_BOX)

/* --- the symbol --- */

/* The character that the activation's code begins with. */
static int behind_operation(FaltungCodePage *self) {
    return (int)g_utf8_strlen(faltung_operation_source(self->operation), -1) + 1;
}

/* The scene's symbol as the code has it: @code: (out): that of the operation or the activation,
   @first: (out): the character that it begins with. Returns: (nullable). */
static const char *symbol_in(FaltungCodePage *self, const char **code, int *first) {
    const char *symbol = self->scene->symbol;
    if (self->operation == NULL || symbol == NULL) {
        return NULL;
    }
    gboolean behind = g_str_has_prefix(symbol, FALTUNG_ACTIVATION_SYMBOL);
    if (behind && self->activation == NULL) {
        return NULL;
    }
    *code = faltung_operation_source(behind ? self->activation : self->operation);
    *first = behind ? behind_operation(self) : 0;
    return behind ? symbol + strlen(FALTUNG_ACTIVATION_SYMBOL) : symbol;
}

static void get_iter(FaltungCodePage *self, const char *code, int first, size_t byte,
                     GtkTextIter *iter) {
    gtk_text_buffer_get_iter_at_offset(gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view)), iter,
                                       first + (int)g_utf8_pointer_to_offset(code, code + byte));
}

static void set_colors(FaltungCodePage *self) {
    FaltungColor accent = faltung_theme_for(GTK_WIDGET(self)).accent;
    GdkRGBA color = {accent.red, accent.green, accent.blue, 0.12};
    g_object_set(self->line, "paragraph-background-rgba", &color, NULL);
    color.alpha = 0.4;
    g_object_set(self->word, "background-rgba", &color, NULL);
}

/* Marks the scene's symbol; @seek: and scrolls to where it is computed with, past declarations. */
static void mark_symbol(FaltungCodePage *self, gboolean seek) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
    GtkTextIter from, to, target;
    gtk_text_buffer_get_bounds(buffer, &from, &to);
    gtk_text_buffer_remove_tag(buffer, self->line, &from, &to);
    gtk_text_buffer_remove_tag(buffer, self->word, &from, &to);
    const char *code;
    int first;
    const char *symbol = symbol_in(self, &code, &first);
    if (symbol == NULL) {
        return;
    }
    const char *loop = strstr(code, "for (");
    gboolean found = FALSE, past = FALSE;
    for (size_t start = 0, end = 0; faltung_symbol_next(code, symbol, &start, &end); start = end) {
        get_iter(self, code, first, start, &from);
        get_iter(self, code, first, end, &to);
        gtk_text_buffer_apply_tag(buffer, self->word, &from, &to);
        if (!found || (!past && loop != NULL && code + start > loop)) {
            target = from;
            past = loop != NULL && code + start > loop;
        }
        found = TRUE;
        gtk_text_iter_set_line_offset(&from, 0);
        gtk_text_iter_forward_line(&to);
        gtk_text_buffer_apply_tag(buffer, self->line, &from, &to);
    }
    if (found && seek) {
        gtk_text_view_scroll_to_iter(GTK_TEXT_VIEW(self->view), &target, 0, TRUE, 0.75, 0.4);
    }
}

/* By a click, or by the keyboard. */
static void on_cursor(FaltungCodePage *self) {
    if (self->filling || self->operation == NULL) {
        return;
    }
    int at;
    g_object_get(gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view)), "cursor-position", &at, NULL);
    gboolean behind = at >= behind_operation(self) && self->activation != NULL;
    const FaltungOperation *operation = behind ? self->activation : self->operation;
    const char *code = faltung_operation_source(operation);
    at -= behind ? behind_operation(self) : 0;
    g_autofree char *name =
        faltung_symbol_at(operation, behind ? operation->equation : self->equation,
                          g_utf8_offset_to_pointer(code, at) - code);
    if (name != NULL) {
        g_autofree char *symbol = g_strconcat(behind ? FALTUNG_ACTIVATION_SYMBOL : "", name, NULL);
        faltung_scene_set_symbol(self->scene, symbol);
    }
}

static void show_scene(GtkWidget *page, FaltungScene *scene, FaltungSceneParts changed) {
    FaltungCodePage *self = FALTUNG_CODE_PAGE(page);
    if (changed & FALTUNG_SCENE_STYLE) {
        set_colors(self);
    }
    if (changed & FALTUNG_SCENE_SYMBOL) {
        mark_symbol(self, !gtk_widget_has_focus(self->view));
    }
}

void faltung_code_page_set_scene(FaltungCodePage *self, FaltungScene *scene) {
    self->scene = scene;
    static const FaltungSceneWatch watch = {show_scene, NULL};
    faltung_scene_watch(scene, GTK_WIDGET(self), &watch);
}

int faltung_code_page_marked_lines(FaltungCodePage *self, int *lines, int most) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
    int n = 0;
    for (int i = 0; i < gtk_text_buffer_get_line_count(buffer) && n < most; i++) {
        GtkTextIter iter;
        gtk_text_buffer_get_iter_at_line(buffer, &iter, i);
        if (gtk_text_iter_has_tag(&iter, self->line)) {
            lines[n++] = i;
        }
    }
    return n;
}

GtkTextView *faltung_code_page_view(FaltungCodePage *self) {
    return GTK_TEXT_VIEW(self->view);
}

/* --- the text --- */

static void set_text(FaltungCodePage *self, const char *text, const char *language) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
    GtkTextIter start, end;
    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *before = gtk_text_buffer_get_text(buffer, &start, &end, TRUE);
    if (strcmp(before, text) == 0) {
        return;
    }
    self->filling = TRUE;
    faltung_source_view_set_language(self->view, language);
    gtk_text_buffer_set_text(buffer, text, -1);
    gtk_text_buffer_get_start_iter(buffer, &start);
    gtk_text_buffer_place_cursor(buffer, &start);
    gtk_text_view_scroll_to_iter(GTK_TEXT_VIEW(self->view), &start, 0, FALSE, 0, 0);
    self->filling = FALSE;
}

static void add_equation(FaltungCodePage *self, const char *equation, const char *prefix) {
    gtk_box_append(GTK_BOX(self->equation_place),
                   faltung_symbols_view_new(self->scene, equation, prefix, FALSE));
}

/* The equations above the code, so that all is seen at once. */
static void set_layer(FaltungCodePage *self, const FaltungLayer *layer) {
    g_autofree char *equation = layer != NULL ? faltung_layer_equation(layer) : NULL;
    const FaltungOperation *operation = layer != NULL ? layer->operation : NULL;
    const FaltungOperation *activation =
        layer != NULL ? (const FaltungOperation *)layer->activation.kind : NULL;
    if (operation == self->operation && activation == self->activation &&
        g_strcmp0(equation, self->equation) == 0) {
        return;
    }
    self->operation = operation;
    self->activation = activation;
    g_free(self->equation);
    self->equation = g_steal_pointer(&equation);
    GtkWidget *before;
    while ((before = gtk_widget_get_first_child(self->equation_place)) != NULL) {
        gtk_box_remove(GTK_BOX(self->equation_place), before);
    }
    if (operation != NULL) {
        add_equation(self, self->equation, "");
    }
    if (activation != NULL) {
        add_equation(self, activation->equation, FALTUNG_ACTIVATION_SYMBOL);
    }
}

static void show_code(FaltungCodePage *self) {
    const FaltungOperation *of[] = {self->operation, self->activation};
    g_autofree char *caption = g_strdup_printf(_("The reference: core/ops/%s, from line %d"),
                                               of[0]->file, faltung_operation_source_line(of[0]));
    if (of[1] != NULL) {
        char *first = caption;
        caption = g_strdup_printf(_("%s; core/ops/%s, from line %d"), first, of[1]->file,
                                  faltung_operation_source_line(of[1]));
        g_free(first);
    }
    gtk_label_set_text(GTK_LABEL(self->caption), caption);
    g_autofree char *code = g_strjoin("\n", faltung_operation_source(of[0]),
                                      of[1] != NULL ? faltung_operation_source(of[1]) : NULL, NULL);
    set_text(self, code, "c");
    mark_symbol(self, TRUE);
}

void faltung_code_page_show(FaltungCodePage *self, const FaltungExperiment *experiment,
                            const char *text, int layer) {
    const FaltungLayer *shown = layer >= 0 ? faltung_graph_layer(experiment->graph, layer) : NULL;
    set_layer(self, shown);
    if (shown != NULL) {
        show_code(self);
    } else {
        gtk_label_set_text(GTK_LABEL(self->caption), _("The experiment as it is written"));
        set_text(self, text, "yaml");
    }
}

static void faltung_code_page_finalize(GObject *object) {
    g_free(FALTUNG_CODE_PAGE(object)->equation);
    G_OBJECT_CLASS(faltung_code_page_parent_class)->finalize(object);
}

static void faltung_code_page_class_init(FaltungCodePageClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_code_page_finalize;
    gtk_widget_class_set_css_name(GTK_WIDGET_CLASS(klass), "code-page");
}

static void faltung_code_page_init(FaltungCodePage *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    self->caption = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->caption), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->caption), PANGO_ELLIPSIZE_MIDDLE);
    gtk_widget_add_css_class(self->caption, "dim-label");
    gtk_widget_add_css_class(self->caption, "panel-bar");
    gtk_box_append(GTK_BOX(self), self->caption);
    self->equation_place = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_add_css_class(self->equation_place, "equation-place");
    gtk_box_append(GTK_BOX(self), self->equation_place);

    self->view = faltung_source_view_new(_("Code"));
    gtk_source_view_set_tab_width(GTK_SOURCE_VIEW(self->view), 4);
    gtk_text_view_set_editable(GTK_TEXT_VIEW(self->view), FALSE);
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
    self->line = gtk_text_buffer_create_tag(buffer, NULL, NULL);
    self->word = gtk_text_buffer_create_tag(buffer, NULL, NULL);
    g_signal_connect_object(buffer, "notify::cursor-position", G_CALLBACK(on_cursor), self,
                            G_CONNECT_SWAPPED);
    gtk_box_append(GTK_BOX(self), faltung_source_view_scrolled(self->view));
}
