/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/inspect-state.h"

#include "gui/canvas/canvas-bench.h"
#include "gui/canvas/microscope.h"
#include "gui/canvas/node-view.h"
#include "gui/canvas/symbol-marks.h"
#include "gui/data/import-dialog.h"
#include "gui/data/pad.h"
#include "gui/inspector/code-page.h"
#include "gui/inspector/equation-view.h"
#include "gui/inspector/option-row.h"
#include "gui/inspector/symbols-view.h"
#include "gui/views/derive-window.h"
#include "gui/views/draw-view.h"
#include "gui/views/sheet-view.h"
#include "gui/window/new-dialog.h"
#include "gui/window/window-private.h"

#include <math.h>
#include <string.h>

static void add_string(GString *json, const char *value) {
    g_string_append_c(json, '"');
    for (const char *c = value != NULL ? value : ""; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            g_string_append_printf(json, "\\%c", *c);
        } else if ((guchar)*c < 0x20) {
            g_string_append_printf(json, "\\u%04x", *c);
        } else {
            g_string_append_c(json, *c);
        }
    }
    g_string_append_c(json, '"');
}

static void add_text(GString *json, const char *key, const char *value) {
    g_string_append_printf(json, "\"%s\": ", key);
    add_string(json, value);
    g_string_append(json, ", ");
}

static void add_flag(GString *json, const char *key, gboolean value) {
    g_string_append_printf(json, "\"%s\": %s, ", key, value ? "true" : "false");
}

static void add_value(GString *json, double value) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(json, "%s, ",
                           isfinite(value) ? g_ascii_dtostr(text, sizeof text, value) : "null");
}

static void add_number(GString *json, const char *key, double value) {
    g_string_append_printf(json, "\"%s\": ", key);
    add_value(json, value);
}

static void end_object(GString *json) {
    if (g_str_has_suffix(json->str, ", ")) {
        g_string_truncate(json, json->len - 2);
    }
    g_string_append(json, "}");
}

static void end_array(GString *json) {
    if (g_str_has_suffix(json->str, ", ")) {
        g_string_truncate(json, json->len - 2);
    }
    g_string_append(json, "], ");
}

static void add_numbers(GString *json, const char *key, const float *values, int n) {
    g_string_append_printf(json, "\"%s\": [", key);
    for (int i = 0; i < n; i++) {
        add_value(json, values[i]);
    }
    end_array(json);
}

static void add_place(GString *json, GtkWidget *widget, GtkWidget *window) {
    graphene_rect_t bounds;
    double x, y;
    gtk_native_get_surface_transform(GTK_NATIVE(window), &x, &y);
    if (gtk_widget_compute_bounds(widget, window, &bounds)) {
        add_number(json, "x", bounds.origin.x + x);
        add_number(json, "y", bounds.origin.y + y);
        add_number(json, "width", bounds.size.width);
        add_number(json, "height", bounds.size.height);
    }
}

static void add_nodes(GString *json, FaltungWindow *self) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    g_string_append(json, "\"nodes\": [");
    for (int i = 0; model->diagram != NULL && i < model->diagram->n_nodes; i++) {
        GtkWidget *node = faltung_canvas_node(self->canvas, i - 1);
        if (!faltung_diagram_has_card(model->diagram, i)) {
            continue;
        }
        g_string_append(json, "{");
        add_text(json, "name", model->diagram->nodes[i].name);
        add_text(json, "title", model->diagram->nodes[i].title);
        const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
        add_text(json, "kind",
                 i > 0 ? faltung_graph_layer(graph, i - 1)->operation->kind.name : "input");
        add_text(json, "details", model->diagram->nodes[i].details);
        add_text(json, "problem", i > 0 ? faltung_document_problems(self->document)[i - 1] : "");
        add_flag(json, "selected", faltung_canvas_model_is_chosen(model, i - 1));
        add_flag(json, "picture", faltung_node_view_has_picture(FALTUNG_NODE_VIEW(node)));
        add_place(json, node, GTK_WIDGET(self));
        end_object(json);
        g_string_append(json, ", ");
    }
    end_array(json);
}

static void add_frames(GString *json, FaltungWindow *self) {
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    g_string_append(json, "\"frames\": [");
    for (int f = 0; model->diagram != NULL && f < model->diagram->n_frames; f++) {
        const FaltungDiagramFrame *frame = &model->diagram->frames[f];
        FaltungRect rect = faltung_canvas_model_to_view(model, frame->rect);
        graphene_point_t at;
        gboolean placed = gtk_widget_compute_point(GTK_WIDGET(self->canvas), GTK_WIDGET(self),
                                                   &GRAPHENE_POINT_INIT(rect.x, rect.y), &at);
        double x, y;
        gtk_native_get_surface_transform(GTK_NATIVE(self), &x, &y);
        g_string_append(json, "{");
        add_text(json, "title", frame->title);
        add_number(json, "x", placed ? at.x + x : 0);
        add_number(json, "y", placed ? at.y + y : 0);
        add_number(json, "width", rect.width);
        add_number(json, "height", rect.height);
        end_object(json);
        g_string_append(json, ", ");
    }
    end_array(json);
}

/* The place of what is seen of each line's begin. */
static void add_lines(GString *json, const char *key, GtkTextView *view, FaltungWindow *self) {
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view);
    g_string_append_printf(json, "\"%s\": [", key);
    for (int i = 0; i < gtk_text_buffer_get_line_count(buffer); i++) {
        GtkTextIter start;
        GdkRectangle place, visible;
        double x, y;
        gtk_text_buffer_get_iter_at_line(buffer, &start, i);
        gtk_text_view_get_iter_location(view, &start, &place);
        gtk_text_view_get_visible_rect(view, &visible);
        place.x = MAX(place.x, visible.x);
        gtk_text_view_buffer_to_window_coords(view, GTK_TEXT_WINDOW_WIDGET, place.x, place.y,
                                              &place.x, &place.y);
        gtk_widget_translate_coordinates(GTK_WIDGET(view), GTK_WIDGET(self), place.x, place.y, &x,
                                         &y);
        g_string_append(json, "{");
        add_number(json, "x", x);
        add_number(json, "y", y);
        add_number(json, "height", place.height);
        end_object(json);
        g_string_append(json, ", ");
    }
    end_array(json);
}

/* The text beside the canvas. */
static void add_written(GString *json, FaltungWindow *self) {
    GtkTextView *view = faltung_yaml_editor_view(self->text);
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view);
    GtkTextIter start, end;
    gtk_text_buffer_get_bounds(buffer, &start, &end);
    g_autofree char *text = gtk_text_buffer_get_text(buffer, &start, &end, TRUE);
    GtkTextIter cursor;
    gtk_text_buffer_get_iter_at_mark(buffer, &cursor, gtk_text_buffer_get_insert(buffer));
    add_text(json, "written", text);
    add_number(json, "cursor_line", gtk_text_iter_get_line(&cursor) + 1);
    add_lines(json, "written_lines", view, self);
}

/* Where the symbols of the equation that is seen can be clicked. */
static void add_symbol_places(GString *json, GtkWidget *widget, GtkWidget *window) {
    if (!gtk_widget_get_mapped(widget)) {
        return;
    }
    if (FALTUNG_IS_SYMBOLS_VIEW(widget)) {
        GtkWidget *equation = faltung_symbols_view_equation(FALTUNG_SYMBOLS_VIEW(widget));
        char **symbols = faltung_symbols_view_symbols(FALTUNG_SYMBOLS_VIEW(widget));
        graphene_point_t at;
        for (int i = 0; symbols[i] != NULL; i++) {
            double x, y;
            if (faltung_equation_view_symbol_place(FALTUNG_EQUATION_VIEW(equation), symbols[i],
                                                   &at) &&
                gtk_widget_translate_coordinates(equation, window, at.x, at.y, &x, &y)) {
                g_string_append_printf(json, "\"%s\": [%d, %d], ", symbols[i], (int)x, (int)y);
            }
        }
        return;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        add_symbol_places(json, child, window);
    }
}

/* What is written on the wires. */
static void add_passing(GString *json, FaltungScene *scene) {
    g_string_append(json, "\"passing\": [");
    for (guint i = 0; i < scene->n_passing; i++) {
        g_string_append(json, "{");
        add_text(json, "value", scene->passing[i].value);
        add_text(json, "gradient", scene->passing[i].gradient);
        add_text(json, "sent", scene->passing[i].sent[0]);
        end_object(json);
        g_string_append(json, ", ");
    }
    end_array(json);
}

/* The symbol, and what is marked of it in code and diagram. */
static void add_symbol(GString *json, FaltungWindow *self) {
    FaltungCodePage *code = FALTUNG_CODE_PAGE(faltung_inspector_code(self->inspector));
    int lines[64], n = faltung_code_page_marked_lines(code, lines, G_N_ELEMENTS(lines));
    g_autofree char *marked = faltung_symbol_marks_text(self->canvas);
    add_text(json, "symbol", self->scene->symbol);
    add_number(json, "unit", self->scene->unit);
    add_text(json, "symbol_marks", marked);
    g_string_append(json, "\"marked_lines\": [");
    for (int i = 0; i < n; i++) {
        g_string_append_printf(json, "%d, ", lines[i]);
    }
    end_array(json);
    add_lines(json, "code_lines", faltung_code_page_view(code), self);
    g_string_append(json, "\"symbols\": {");
    add_symbol_places(json, GTK_WIDGET(self->inspector), GTK_WIDGET(self));
    end_object(json);
    g_string_append(json, ", ");
}

static void add_wires(GString *json, FaltungWindow *self) {
    const FaltungDiagram *diagram = faltung_canvas_model(self->canvas)->diagram;
    g_string_append(json, "\"wires\": [");
    for (int i = 0; diagram != NULL && i < diagram->n_edges; i++) {
        g_string_append_printf(json, "[\"%s\", \"%s\"], ",
                               diagram->nodes[diagram->edges[i].from].name,
                               diagram->nodes[diagram->edges[i].to].name);
    }
    end_array(json);
}

/* The rows of a search that are not filtered out, seen or not. */
static void add_search(GString *json, const char *key, FaltungSearch *search, FaltungWindow *self) {
    GtkWidget *row;
    const char *name;
    g_string_append_printf(json, "\"%s\": [", key);
    for (int i = 0; (row = faltung_search_row(search, i, &name)) != NULL; i++) {
        if (!gtk_widget_get_mapped(row) || !gtk_widget_get_child_visible(row)) {
            continue;
        }
        g_string_append(json, "{");
        add_text(json, "name", name);
        add_place(json, row, GTK_WIDGET(self));
        end_object(json);
        g_string_append(json, ", ");
    }
    end_array(json);
}

static void add_cards(GString *json, FaltungWindow *self) {
    g_autoptr(GList) cards = faltung_start_page_cards(self->start_page);
    g_string_append(json, "\"cards\": [");
    for (GList *l = cards; l != NULL; l = l->next) {
        g_string_append(json, "{");
        add_text(json, "name", faltung_start_page_card_name(l->data));
        add_place(json, l->data, GTK_WIDGET(self));
        end_object(json);
        g_string_append(json, ", ");
    }
    end_array(json);
}

/* The settings on display, each with the place of what edits it. */
static void add_fields(GString *json, GtkWidget *widget, GtkWidget *window) {
    if (!gtk_widget_get_mapped(widget)) {
        return;
    }
    if (ADW_IS_PREFERENCES_ROW(widget)) {
        GtkWidget *editor = ADW_IS_ACTION_ROW(widget)
                                ? adw_action_row_get_activatable_widget(ADW_ACTION_ROW(widget))
                                : NULL;
        g_string_append(json, "{");
        add_text(json, "name", adw_preferences_row_get_title(ADW_PREFERENCES_ROW(widget)));
        add_place(json, editor != NULL ? editor : widget, window);
        end_object(json);
        g_string_append(json, ", ");
        return;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        add_fields(json, child, window);
    }
}

/* The pictures of the page on which a value can be chosen, by the names of their tensors. */
static void add_pictures(GString *json, GtkWidget *widget, GtkWidget *window) {
    if (!gtk_widget_get_mapped(widget)) {
        return;
    }
    if (gtk_widget_has_css_class(widget, "choosing")) {
        g_string_append(json, "{");
        add_text(json, "name", gtk_widget_get_name(widget));
        add_place(json, widget, window);
        end_object(json);
        g_string_append(json, ", ");
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        add_pictures(json, child, window);
    }
}

/* The buttons that turn to a page, or the list of the pages. */
static void add_buttons(GString *json, GtkWidget *widget, GtkWidget *window) {
    if (!gtk_widget_get_child_visible(widget)) {
        return;
    }
    if (GTK_IS_TOGGLE_BUTTON(widget) || GTK_IS_DROP_DOWN(widget)) {
        g_string_append(json, "{");
        add_text(json, "kind", G_OBJECT_TYPE_NAME(widget));
        add_place(json, widget, window);
        end_object(json);
        g_string_append(json, ", ");
        return;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        add_buttons(json, child, window);
    }
}

/* What is drawn rather than written, and what can be pressed or filled in. */
static void add_places(GString *json, GtkWidget *widget, GtkWidget *window) {
    if (!gtk_widget_get_mapped(widget)) {
        return;
    }
    if (GTK_IS_DRAWING_AREA(widget) || GTK_IS_BUTTON(widget) || GTK_IS_ENTRY(widget) ||
        GTK_IS_DROP_DOWN(widget) || GTK_IS_MENU_BUTTON(widget) || GTK_IS_RANGE(widget)) {
        g_string_append(json, "{");
        add_text(json, "kind", G_OBJECT_TYPE_NAME(widget));
        add_text(json, "name", gtk_widget_get_tooltip_text(widget));
        add_place(json, widget, window);
        end_object(json);
        g_string_append(json, ", ");
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        add_places(json, child, window);
    }
}

static GtkWidget *find(GtkWidget *widget, GType type) {
    if (!gtk_widget_get_mapped(widget) || G_TYPE_CHECK_INSTANCE_TYPE(widget, type)) {
        return gtk_widget_get_mapped(widget) ? widget : NULL;
    }
    GtkWidget *found = NULL;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL && found == NULL;
         child = gtk_widget_get_next_sibling(child)) {
        found = find(child, type);
    }
    return found;
}

/* Where one can draw, and the probe of one's own. */
static void add_drawing(GString *json, GtkWidget *page, FaltungWindow *self) {
    GtkWidget *pad = find(page, FALTUNG_TYPE_PAD);
    if (pad != NULL) {
        add_number(json, "answer_ms", faltung_draw_view_delay(pad));
        g_string_append(json, "\"pad\": {");
        add_place(json, pad, GTK_WIDGET(self));
        end_object(json);
        g_string_append(json, ", ");
    }
    if (self->snapshot != NULL && self->snapshot->wanted.own != NULL) {
        gsize size;
        const float *values = g_bytes_get_data(self->snapshot->wanted.own, &size);
        add_numbers(json, "own", values, (int)(size / sizeof *values));
    }
}

/* What is said below the pictures of a sheet. */
static void add_captions(GString *json, GtkWidget *page) {
    GtkWidget *sheet = find(page, FALTUNG_TYPE_SHEET_VIEW);
    GPtrArray *frames = sheet != NULL ? faltung_sheet_view_frames(FALTUNG_SHEET_VIEW(sheet)) : NULL;
    g_string_append(json, "\"captions\": [");
    for (guint i = 0; frames != NULL && i < frames->len; i++) {
        add_string(json, ((const FaltungFrame *)frames->pdata[i])->caption);
        g_string_append(json, ", ");
    }
    end_array(json);
}

/* What is written in a widget, from top to bottom. */
static void add_labels(GString *json, GtkWidget *widget) {
    if (!gtk_widget_get_mapped(widget)) {
        return;
    }
    if (GTK_IS_LABEL(widget)) {
        add_string(json, gtk_label_get_text(GTK_LABEL(widget)));
        g_string_append(json, ", ");
    }
    if (GTK_IS_INSCRIPTION(widget)) {
        add_string(json, gtk_inscription_get_text(GTK_INSCRIPTION(widget)));
        g_string_append(json, ", ");
    }
    if (GTK_IS_TEXT_VIEW(widget)) {
        GtkTextIter begin, end;
        GtkTextBuffer *buffer = gtk_text_view_get_buffer(GTK_TEXT_VIEW(widget));
        gtk_text_buffer_get_bounds(buffer, &begin, &end);
        g_autofree char *text = gtk_text_buffer_get_text(buffer, &begin, &end, TRUE);
        add_string(json, text);
        g_string_append(json, ", ");
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        add_labels(json, child);
    }
}

/* The rows of a table, its head too, with what is written in them. */
static void add_rows(GString *json, GtkWidget *widget, GtkWidget *window) {
    if (!gtk_widget_get_mapped(widget)) {
        return;
    }
    const char *css = gtk_widget_get_css_name(widget);
    GtkWidget *parent = gtk_widget_get_parent(widget);
    gboolean head = g_str_equal(css, "button") && parent != NULL &&
                    g_str_equal(gtk_widget_get_css_name(parent), "header");
    if (head || g_str_equal(css, "row")) {
        g_string_append(json, "{\"labels\": [");
        add_labels(json, widget);
        end_array(json);
        add_place(json, widget, window);
        end_object(json);
        g_string_append(json, ", ");
        return;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child != NULL;
         child = gtk_widget_get_next_sibling(child)) {
        add_rows(json, child, window);
    }
}

static const char *const state_names[] = {"idle", "loading", "running", "paused", "stopping"};

static void add_window(GString *json, FaltungWindow *self) {
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    const FaltungCanvasModel *model = faltung_canvas_model(self->canvas);
    GArray *steps = self->history->steps, *epochs = self->history->epochs;
    g_string_append(json, "{");
    add_flag(json, "active", gtk_window_is_active(GTK_WINDOW(self)));
    add_text(json, "page", gtk_stack_get_visible_child_name(self->pages));
    add_text(json, "title", gtk_window_get_title(GTK_WINDOW(self)));
    add_text(json, "training", state_names[faltung_worker_state(self->worker)]);
    add_text(json, "run", self->run_path);
    add_text(json, "figures", faltung_run_panel_figures(self->run_panel));
    g_autoptr(GArray) acts = faltung_worker_acts(self->worker);
    add_number(json, "acts", acts->len);
    add_flag(json, "acting",
             gtk_widget_get_mapped(GTK_WIDGET(gtk_menu_button_get_popover(self->play_button))));
    add_number(json, "steps", steps->len);
    add_number(json, "step", (double)self->progress_now.step);
    add_number(json, "epochs", epochs->len);
    if (steps->len > 0) {
        add_number(json, "loss", g_array_index(steps, FaltungStepRow, steps->len - 1).loss);
    }
    if (epochs->len > 0) {
        add_number(json, "validation_accuracy",
                   g_array_index(epochs, FaltungEpochRow, epochs->len - 1).validation.accuracy);
    }
    add_text(json, "inspector", faltung_inspector_page(self->inspector));
    g_string_append(json, "\"form\": [");
    add_labels(json, GTK_WIDGET(self->inspector));
    end_array(json);
    GtkWidget *page = faltung_run_panel_page(self->run_panel);
    g_string_append(json, "\"pages\": [");
    add_buttons(json, faltung_run_panel_switcher(self->run_panel), GTK_WIDGET(self));
    end_array(json);
    add_text(json, "view", faltung_run_panel_title(self->run_panel));
    g_string_append(json, "\"labels\": [");
    add_labels(json, page);
    end_array(json);
    g_string_append(json, "\"rows\": [");
    add_rows(json, page, GTK_WIDGET(self));
    end_array(json);
    add_flag(json, "sweeping", self->sweep != NULL);
    g_string_append(json, "\"places\": [");
    add_places(json, page, GTK_WIDGET(self));
    end_array(json);
    add_drawing(json, page, self);
    add_captions(json, page);
    add_text(json, "microscope", faltung_microscope_text(self->canvas));
    g_string_append(json, "\"answer\": [");
    add_labels(json, GTK_WIDGET(self->data_panel));
    end_array(json);
    add_number(json, "moment", faltung_time_slider_moment(slider));
    add_number(json, "moments", faltung_time_slider_n_moments(slider));
    add_flag(json, "film", self->filming != NULL);
    add_number(json, "tour", faltung_tour_step(self->tour));
    add_flag(json, "bubble", faltung_tour_is_shown(self->tour));
    add_flag(json, "slider", gtk_widget_get_visible(GTK_WIDGET(slider)));
    add_number(json, "zoom", model->zoom);
    add_number(json, "offset_x", model->offset_x);
    add_number(json, "offset_y", model->offset_y);
    add_number(json, "sample", faltung_data_panel_sample(self->data_panel));
    add_flag(json, "data", faltung_viewer_validation(self->viewer) != NULL);
    add_flag(json, "problem", gtk_revealer_get_reveal_child(self->problem_revealer));
    add_text(json, "problem_text", gtk_label_get_text(self->problem_label));
    int least;
    gtk_widget_measure(GTK_WIDGET(self), GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
    add_number(json, "least_width", least);
    GtkWidget *train = gtk_widget_get_parent(GTK_WIDGET(self->train_content));
    add_flag(json, "can_train", gtk_widget_is_sensitive(train));
    add_text(json, "train_tooltip", gtk_widget_get_tooltip_text(train));
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(self));
    GtkWidget *row =
        focus != NULL ? gtk_widget_get_ancestor(focus, ADW_TYPE_PREFERENCES_ROW) : NULL;
    add_text(json, "focus",
             row != NULL ? adw_preferences_row_get_title(ADW_PREFERENCES_ROW(row)) : NULL);
    add_flag(json, "building",
             focus != NULL && gtk_widget_is_ancestor(focus, GTK_WIDGET(self->palette)));
    add_flag(json, "disk", gtk_revealer_get_reveal_child(self->disk_revealer));
    add_flag(json, "text_shown", faltung_window_shows_text(self));
    add_text(json, "text_message", faltung_yaml_editor_message(self->text));
    add_flag(json, "inserting",
             self->insert_popover != NULL &&
                 gtk_widget_get_mapped(GTK_WIDGET(self->insert_popover)));
    add_flag(json, "resume", gtk_revealer_get_reveal_child(self->resume_revealer));
    if (self->snapshot != NULL) {
        add_number(json, "snapshot_step", self->snapshot->step);
        add_number(json, "snapshot_epoch", self->snapshot->epoch);
        add_number(json, "snapshot_sample", self->snapshot->wanted.sample);
        add_number(json, "tensors", self->snapshot->tensors->len);
        add_numbers(json, "output", self->snapshot->output, self->snapshot->n_outputs);
    }
    GtkPopover *popovers[] = {self->insert_popover, self->find_popover};
    for (guint i = 0; i < G_N_ELEMENTS(popovers); i++) {
        if (popovers[i] != NULL && gtk_widget_get_mapped(GTK_WIDGET(popovers[i]))) {
            add_search(json, "found", FALTUNG_SEARCH(gtk_popover_get_child(popovers[i])), self);
        }
    }
    if (self->fix_popover != NULL && gtk_widget_get_mapped(GTK_WIDGET(self->fix_popover))) {
        GtkWidget *fixes = GTK_WIDGET(self->fix_popover);
        int needed;
        gtk_widget_measure(fixes, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width(fixes), &needed,
                           NULL, NULL, NULL);
        add_flag(json, "fixes_cut", gtk_widget_get_height(fixes) < needed);
    }
    if (self->document != NULL) {
        add_text(json, "text", faltung_document_text(self->document));
        add_flag(json, "modified", faltung_document_modified(self->document));
        add_flag(json, "can_undo", faltung_document_can_undo(self->document));
        add_flag(json, "can_redo", faltung_document_can_redo(self->document));
        add_nodes(json, self);
        add_frames(json, self);
        if (gtk_widget_get_mapped(GTK_WIDGET(self->minimap))) {
            g_string_append(json, "\"minimap\": {");
            add_place(json, GTK_WIDGET(self->minimap), GTK_WIDGET(self));
            add_flag(json, "covering",
                     gtk_widget_has_css_class(GTK_WIDGET(self->minimap), "covering"));
            end_object(json);
            g_string_append(json, ", ");
        }
        add_written(json, self);
        add_symbol(json, self);
        add_passing(json, self->scene);
        add_wires(json, self);
        add_search(json, "palette", self->palette, self);
        g_string_append(json, "\"fields\": [");
        add_fields(json, GTK_WIDGET(self->inspector), GTK_WIDGET(self));
        end_array(json);
        g_string_append(json, "\"pictures\": [");
        add_pictures(json, GTK_WIDGET(self), GTK_WIDGET(self));
        end_array(json);
    } else {
        add_cards(json, self);
    }
    g_string_append(json, "\"canvas\": {");
    add_place(json, GTK_WIDGET(self->canvas), GTK_WIDGET(self));
    end_object(json);
    end_object(json);
}

/* The questions and messages that are open, over any window. */
static void add_dialogs(GString *json) {
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    g_string_append(json, "\"dialogs\": [");
    for (GList *l = windows; l != NULL; l = l->next) {
        if (!ADW_IS_MESSAGE_DIALOG(l->data) || !gtk_widget_get_mapped(l->data)) {
            continue;
        }
        g_string_append(json, "{");
        add_text(json, "heading", adw_message_dialog_get_heading(l->data));
        add_text(json, "body", adw_message_dialog_get_body(l->data));
        end_object(json);
        g_string_append(json, ", ");
    }
    end_array(json);
}

/* The titles of the windows over a window: keys, help. */
static void add_small_windows(GString *json) {
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    g_string_append(json, "\"small_windows\": [");
    for (GList *l = windows; l != NULL; l = l->next) {
        if (G_OBJECT_TYPE(l->data) == ADW_TYPE_WINDOW && gtk_widget_get_mapped(l->data)) {
            add_string(json, gtk_window_get_title(l->data));
            g_string_append(json, ", ");
        }
    }
    end_array(json);
}

static gboolean is_choosing(void) {
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    for (GList *l = windows; l != NULL; l = l->next) {
        if (FALTUNG_IS_NEW_DIALOG(l->data) && gtk_widget_get_mapped(l->data)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* What is written in windows of a type. */
static void add_labels_of(GString *json, const char *key, GType type) {
    g_autoptr(GList) windows = gtk_window_list_toplevels();
    g_string_append_printf(json, "\"%s\": [", key);
    for (GList *l = windows; l != NULL; l = l->next) {
        if (G_TYPE_CHECK_INSTANCE_TYPE(l->data, type)) {
            add_labels(json, l->data);
        }
    }
    end_array(json);
}

static gboolean write_state(gpointer path) {
    GtkApplication *application = GTK_APPLICATION(g_application_get_default());
    g_autoptr(GString) json = g_string_new("{");
    add_flag(json, "dark", adw_style_manager_get_dark(adw_style_manager_get_default()));
    add_dialogs(json);
    add_labels_of(json, "import", FALTUNG_TYPE_IMPORT_DIALOG);
    add_labels_of(json, "derive", FALTUNG_TYPE_DERIVE_WINDOW);
    add_small_windows(json);
    add_flag(json, "choosing", is_choosing());
    g_string_append(json, "\"windows\": [");
    for (GList *l = gtk_application_get_windows(application); l != NULL; l = l->next) {
        if (FALTUNG_IS_WINDOW(l->data)) {
            add_window(json, l->data);
            g_string_append(json, ", ");
        }
    }
    end_array(json);
    end_object(json);
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(path, json->str, -1, &error)) {
        g_warning("%s", error->message);
    }
    return G_SOURCE_REMOVE;
}

/* Keys and clicks come by another way than this question: those before it are answered before. */
static void on_inspect(GSimpleAction *action, GVariant *parameter, gpointer data) {
    g_idle_add_full(G_PRIORITY_DEFAULT + 1, write_state, g_variant_dup_string(parameter, NULL),
                    g_free);
}

static void on_bench(GSimpleAction *action, GVariant *parameter, gpointer data) {
    GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(data));
    if (FALTUNG_IS_WINDOW(window)) {
        if (g_str_equal(g_action_get_name(G_ACTION(action)), "bench-canvas")) {
            faltung_canvas_bench(FALTUNG_WINDOW(window)->canvas);
        } else {
            faltung_window_bench_moments(FALTUNG_WINDOW(window));
        }
    }
}

void faltung_inspect_state_install(GtkApplication *application) {
    if (g_strcmp0(g_getenv("FALTUNG_GUI_TEST"), "1") != 0) {
        return;
    }
    g_autoptr(GSimpleAction) action = g_simple_action_new("inspect-state", G_VARIANT_TYPE_STRING);
    g_signal_connect(action, "activate", G_CALLBACK(on_inspect), NULL);
    g_action_map_add_action(G_ACTION_MAP(application), G_ACTION(action));
    const char *const benches[] = {"bench-canvas", "bench-moments"};
    for (guint i = 0; i < G_N_ELEMENTS(benches); i++) {
        g_autoptr(GSimpleAction) bench = g_simple_action_new(benches[i], NULL);
        g_signal_connect(bench, "activate", G_CALLBACK(on_bench), application);
        g_action_map_add_action(G_ACTION_MAP(application), G_ACTION(bench));
    }
}
