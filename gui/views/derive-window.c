/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/derive-window.h"

#include "core/base/tex.h"
#include "draw/expression.h"
#include "draw/text.h"
#include "gui/inspector/equation-view.h"
#include "gui/style.h"
#include "gui/views/stepper.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define EQUATIONS 400 /* the width of their list */
#define SMALLEST 0.6  /* that the graph is made, beyond which it is scrolled */

struct _FaltungDeriveWindow {
    AdwWindow parent;
    GtkWidget *formula, *problem, *graph, *variables, *terms, *check;
    FaltungExpression *expression; /* (nullable): derived */
    GHashTable *values;            /* char * -> char *: of variables, as they are written */
    char *shown;                   /* the equations that are in the list */
    int selected;                  /* a term; -1: none */
    GtkWidget *stepper, *where, *product;
    GArray *stops; /* (element-type FaltungExpressionStop) */
    int stop;
    gboolean filling;
};

G_DEFINE_FINAL_TYPE(FaltungDeriveWindow, faltung_derive_window, ADW_TYPE_WINDOW)

/* What there is to begin with. */
static const struct {
    const char *title, *formula;
    const char *values; /* NAME=VALUE; ... */
} examples[] = {
    {N_("A neuron"), "sigmoid(W@x + b)", "W=[[1, 2]]; x=[1, -1]; b=0.5"},
    {N_("The chain rule"), "sin(square(x) + 1)", "x=0.8"},
    {N_("A shared node"), "b = 3*a; c = a + 2; b*c", "a=4"},
    {N_("A squared error"), "p = tanh(w*x + b); square(p - t)", "w=0.5; x=2; b=-0.3; t=1"},
};

static const FaltungExpressionStop *stop_of(FaltungDeriveWindow *self) {
    return &g_array_index(self->stops, FaltungExpressionStop, self->stop);
}

/* --- the graph --- */

static FaltungTheme theme_of(FaltungDeriveWindow *self) {
    return faltung_theme_for(self->graph);
}

static cairo_t *measuring(void) {
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL);
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cr;
}

static void measure_graph(FaltungDeriveWindow *self, double *width, double *height) {
    cairo_t *cr = measuring();
    FaltungTheme theme = theme_of(self);
    faltung_expression_measure(cr, &theme, self->expression, width, height);
    cairo_destroy(cr);
}

/* Where the graph is: in the middle, made smaller where there is little room. */
static double place_graph(FaltungDeriveWindow *self, double *x, double *y) {
    double across = gtk_widget_get_width(self->graph), down = gtk_widget_get_height(self->graph);
    double width, height;
    measure_graph(self, &width, &height);
    double scale = CLAMP(MIN(across / width, down / height), SMALLEST, 1);
    *x = MAX((across - scale * width) / 2, 0);
    *y = MAX((down - scale * height) / 2, 0);
    return scale;
}

static void draw_graph(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    FaltungDeriveWindow *self = data;
    if (self->expression != NULL) {
        FaltungTheme theme = theme_of(self);
        double x, y, scale = place_graph(self, &x, &y);
        cairo_translate(cr, x, y);
        cairo_scale(cr, scale, scale);
        gboolean at_end = self->stop + 1 >= (int)self->stops->len;
        faltung_expression_draw(cr, &theme, self->expression, 0, 0, self->selected,
                                at_end ? NULL : stop_of(self));
    }
}

static void show_graph(FaltungDeriveWindow *self) {
    double width, height;
    measure_graph(self, &width, &height);
    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(self->graph), (int)ceil(SMALLEST * width));
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(self->graph),
                                        (int)ceil(SMALLEST * height));
    gtk_widget_queue_draw(self->graph);
}

static GtkListBoxRow *row_of(FaltungDeriveWindow *self, int term) {
    GtkListBoxRow *row;
    for (int i = 0; (row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->terms), i)); i++) {
        if (GPOINTER_TO_INT(g_object_get_data(G_OBJECT(row), "term")) == term) {
            return row;
        }
    }
    return NULL;
}

static void on_pressed(GtkGestureClick *click, int n_press, double x, double y,
                       FaltungDeriveWindow *self) {
    if (self->expression == NULL) {
        return;
    }
    cairo_t *cr = measuring();
    FaltungTheme theme = theme_of(self);
    double left, top, scale = place_graph(self, &left, &top);
    int term =
        faltung_expression_hit(cr, &theme, self->expression, (x - left) / scale, (y - top) / scale);
    cairo_destroy(cr);
    GtkListBoxRow *row = term >= 0 ? row_of(self, term) : NULL;
    gtk_list_box_select_row(GTK_LIST_BOX(self->terms), row);
    if (row != NULL) {
        gtk_widget_grab_focus(GTK_WIDGET(row)); /* the list follows */
    }
}

/* --- the equations --- */

static void on_term(GtkListBox *list, GtkListBoxRow *row, FaltungDeriveWindow *self) {
    self->selected = row != NULL ? GPOINTER_TO_INT(g_object_get_data(G_OBJECT(row), "term")) : -1;
    gtk_widget_queue_draw(self->graph);
}

static gboolean has_chain(const FaltungExpression *expression, int index) {
    return faltung_expression_term(expression, index)->gradient >= 0 &&
           index != faltung_expression_output(expression);
}

static char *spell(const FaltungTerm *term) {
    return term->values != NULL ? faltung_format_matrix(term->values, term->rows, term->columns)
                                : g_strdup("\342\200\223");
}

/* "c = 6, gradient 12" */
static void show_values(FaltungDeriveWindow *self, int index) {
    const FaltungTerm *term = faltung_expression_term(self->expression, index);
    GtkWidget *label = g_object_get_data(G_OBJECT(row_of(self, index)), "values");
    g_autofree char *value = spell(term);
    g_autofree char *gradient =
        term->gradient >= 0 ? spell(faltung_expression_term(self->expression, term->gradient))
                            : g_strdup("\342\200\223");
    g_autofree char *text = g_strdup_printf(_("%s = %s, gradient %s"), term->name, value, gradient);
    gtk_label_set_text(GTK_LABEL(label), text);
}

static GtkWidget *equation_new(char *tex) {
    GtkWidget *view = faltung_equation_view_new(tex);
    g_free(tex);
    return view;
}

static void add_term(FaltungDeriveWindow *self, int index) {
    const FaltungExpression *expression = self->expression;
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *values = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(values), 0);
    gtk_label_set_ellipsize(GTK_LABEL(values), PANGO_ELLIPSIZE_END);
    gtk_widget_set_margin_start(values, 12);
    gtk_widget_set_margin_bottom(values, 6);
    gtk_widget_add_css_class(values, "numeric");
    if (faltung_expression_term(expression, index)->n_operands > 0) {
        gtk_box_append(GTK_BOX(box), equation_new(faltung_expression_step_tex(expression, index)));
    }
    if (has_chain(expression, index)) {
        gtk_box_append(GTK_BOX(box), equation_new(faltung_expression_chain_tex(expression, index)));
    }
    gtk_box_append(GTK_BOX(box), values);
    GtkWidget *row = gtk_list_box_row_new();
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), box);
    g_object_set_data(G_OBJECT(row), "term", GINT_TO_POINTER(index));
    g_object_set_data(G_OBJECT(row), "values", values);
    gtk_list_box_append(GTK_LIST_BOX(self->terms), row);
}

static void clear(GtkWidget *list) {
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(list)) != NULL) {
        gtk_list_box_remove(GTK_LIST_BOX(list), child);
    }
}

static gboolean is_shown(const FaltungTerm *term) {
    return term->kind != FALTUNG_TERM_NUMBER;
}

/* All equations as text: while it is the same, the list has them already. */
static char *all_equations(const FaltungExpression *expression) {
    GString *text = g_string_new(NULL);
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        g_autofree char *step = faltung_expression_step_tex(expression, i);
        g_autofree char *chain =
            has_chain(expression, i) ? faltung_expression_chain_tex(expression, i) : NULL;
        g_string_append_printf(text, "%s\n%s\n", step, chain != NULL ? chain : "");
    }
    return g_string_free(text, FALSE);
}

/* From the output back, as the gradients go. */
static void show_terms(FaltungDeriveWindow *self) {
    int n = faltung_expression_n_terms(self->expression);
    char *equations = all_equations(self->expression);
    if (g_strcmp0(equations, self->shown) != 0) {
        self->selected = -1;
        clear(self->terms);
        for (int i = n - 1; i >= 0; i--) {
            if (is_shown(faltung_expression_term(self->expression, i))) {
                add_term(self, i);
            }
        }
    }
    g_free(self->shown);
    self->shown = equations;
    for (int i = 0; i < n; i++) {
        if (is_shown(faltung_expression_term(self->expression, i))) {
            show_values(self, i);
        }
    }
}

/* --- the way through it, stop by stop --- */

/* What happens at the stop, in numbers. */
static char *stop_tex(const FaltungExpression *expression, const FaltungExpressionStop *stop) {
    if (!stop->backward) {
        g_autofree char *step = faltung_expression_step_tex(expression, stop->term);
        g_autofree char *numbers = faltung_expression_numbers_tex(expression, stop->term);
        return g_strjoin(" = ", step, numbers, NULL);
    }
    char *product = faltung_expression_running_tex(expression, stop->term);
    return product != NULL ? product : faltung_expression_chain_tex(expression, stop->term);
}

static void show_stop(FaltungDeriveWindow *self) {
    const FaltungExpressionStop *stop = stop_of(self);
    int n = (int)self->stops->len;
    faltung_stepper_set(FALTUNG_STEPPER(self->stepper), self->stop, n);
    g_autofree char *where = g_strdup_printf(
        stop->backward ? _("Stop %d of %d, back") : _("Stop %d of %d, forward"), self->stop + 1, n);
    gtk_label_set_text(GTK_LABEL(self->where), where);
    gtk_viewport_set_child(GTK_VIEWPORT(self->product),
                           equation_new(stop_tex(self->expression, stop)));
    gtk_widget_queue_draw(self->graph);
}

static void on_step(FaltungStepper *stepper, int stop, FaltungDeriveWindow *self) {
    self->stop = stop;
    GtkListBoxRow *row = row_of(self, stop_of(self)->term);
    gtk_list_box_select_row(GTK_LIST_BOX(self->terms), row);
    faltung_list_scroll_to(GTK_LIST_BOX(self->terms), row);
    show_stop(self);
}

/* Another graph is seen as a whole; other numbers in the same one where one was. */
static void set_stops(FaltungDeriveWindow *self) {
    GArray *stops = faltung_expression_stops(self->expression);
    gboolean same =
        self->stops != NULL && self->stops->len == stops->len &&
        memcmp(self->stops->data, stops->data, stops->len * sizeof(*stop_of(self))) == 0;
    g_clear_pointer(&self->stops, g_array_unref);
    self->stops = stops;
    self->stop = same ? self->stop : (int)stops->len - 1;
    show_stop(self);
}

/* --- the variables --- */

static void derive(FaltungDeriveWindow *self);

/* Returns: whether the value is one number. */
static gboolean as_number(const char *text, double *number) {
    char *end;
    *number = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*number);
}

static void set_value(FaltungDeriveWindow *self, const char *name, const char *text) {
    g_hash_table_insert(self->values, g_strdup(name), g_strdup(text));
    derive(self);
}

/* The slider goes along with what is typed, and is gone for matrices. */
static void show_slider(GtkWidget *slider, const char *text) {
    double number;
    gboolean scalar = as_number(text, &number);
    gtk_widget_set_visible(slider, scalar);
    if (scalar) {
        GtkAdjustment *range = gtk_range_get_adjustment(GTK_RANGE(slider));
        double reach = MAX(MAX(5, gtk_adjustment_get_upper(range)), ceil(fabs(number)));
        gtk_range_set_range(GTK_RANGE(slider), -reach, reach);
        gtk_range_set_value(GTK_RANGE(slider), number);
    }
}

static void on_value(GtkEditable *entry, FaltungDeriveWindow *self) {
    const char *text = gtk_editable_get_text(entry);
    if (!self->filling) {
        self->filling = TRUE;
        show_slider(g_object_get_data(G_OBJECT(entry), "slider"), text);
        self->filling = FALSE;
        set_value(self, g_object_get_data(G_OBJECT(entry), "name"), text);
    }
}

static void on_slider(GtkRange *slider, GtkEditable *entry) {
    FaltungDeriveWindow *self = FALTUNG_DERIVE_WINDOW(gtk_widget_get_root(GTK_WIDGET(slider)));
    if (self != NULL && !self->filling) {
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(text, sizeof text, "%.4g", gtk_range_get_value(slider));
        self->filling = TRUE;
        gtk_editable_set_text(entry, text);
        self->filling = FALSE;
        set_value(self, g_object_get_data(G_OBJECT(entry), "name"), text);
    }
}

static void add_variable(FaltungDeriveWindow *self, const char *name) {
    const char *text = g_hash_table_lookup(self->values, name);
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *title = gtk_label_new(name);
    GtkWidget *entry = gtk_entry_new();
    GtkWidget *slider = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, -5, 5, 0.01);
    gtk_label_set_width_chars(GTK_LABEL(title), 4);
    gtk_label_set_xalign(GTK_LABEL(title), 1);
    gtk_widget_add_css_class(title, "numeric");
    gtk_editable_set_text(GTK_EDITABLE(entry), text);
    gtk_editable_set_width_chars(GTK_EDITABLE(entry), 14);
    faltung_set_accessible_label(entry, name);
    faltung_set_accessible_label(slider, name);
    gtk_widget_set_hexpand(slider, TRUE);
    show_slider(slider, text);
    g_object_set_data_full(G_OBJECT(entry), "name", g_strdup(name), g_free);
    g_object_set_data(G_OBJECT(entry), "slider", slider);
    g_signal_connect(entry, "changed", G_CALLBACK(on_value), self);
    g_signal_connect_object(slider, "value-changed", G_CALLBACK(on_slider), entry, 0);
    gtk_box_append(GTK_BOX(row), title);
    gtk_box_append(GTK_BOX(row), entry);
    gtk_box_append(GTK_BOX(row), slider);
    gtk_list_box_append(GTK_LIST_BOX(self->variables), row);
    GtkWidget *line = gtk_widget_get_parent(row);
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(line), FALSE);
    gtk_widget_set_focusable(line, FALSE);
    g_object_set_data_full(G_OBJECT(line), "name", g_strdup(name), g_free);
}

static gboolean is_variable(const FaltungTerm *term) {
    return term->kind == FALTUNG_TERM_VARIABLE;
}

/* Rows stay while they are of the same names, and with them who has the focus. */
static gboolean same_variables(FaltungDeriveWindow *self, const FaltungExpression *expression) {
    int at = 0;
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        if (!is_variable(term)) {
            continue;
        }
        GtkListBoxRow *row = gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->variables), at++);
        if (row == NULL || !g_str_equal(g_object_get_data(G_OBJECT(row), "name"), term->name)) {
            return FALSE;
        }
    }
    return gtk_list_box_get_row_at_index(GTK_LIST_BOX(self->variables), at) == NULL;
}

static void show_variables(FaltungDeriveWindow *self, const FaltungExpression *expression) {
    if (same_variables(self, expression)) {
        return;
    }
    clear(self->variables);
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        if (is_variable(term)) {
            if (!g_hash_table_contains(self->values, term->name)) {
                g_hash_table_insert(self->values, g_strdup(term->name), g_strdup("1"));
            }
            add_variable(self, term->name);
        }
    }
}

/* --- the derivative --- */

static gboolean set_values(FaltungDeriveWindow *self, FaltungExpression *expression,
                           GError **error) {
    for (int i = 0; i < faltung_expression_n_terms(expression); i++) {
        const FaltungTerm *term = faltung_expression_term(expression, i);
        if (is_variable(term) &&
            !faltung_expression_set(expression, term->name,
                                    g_hash_table_lookup(self->values, term->name), error)) {
            g_prefix_error(error, "%s: ", term->name);
            return FALSE;
        }
    }
    return faltung_expression_derive(expression, error);
}

/* What is typed; where it is wrong, the last graph stays. */
static void derive(FaltungDeriveWindow *self) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExpression) expression =
        faltung_expression_new(gtk_editable_get_text(GTK_EDITABLE(self->formula)), &error);
    if (expression != NULL) {
        show_variables(self, expression);
    }
    gboolean good = expression != NULL && set_values(self, expression, &error);
    gtk_label_set_text(GTK_LABEL(self->problem), good ? "" : error->message);
    gtk_widget_set_visible(self->problem, !good);
    if (!good) {
        return;
    }
    faltung_expression_free(self->expression);
    self->expression = g_steal_pointer(&expression);
    show_terms(self);
    set_stops(self);
    show_graph(self);
    g_autofree char *worst = faltung_format_number(faltung_expression_check(self->expression), 2);
    g_autofree char *text =
        g_strdup_printf(_("Numeric differentiation differs by %s at the most."), worst);
    gtk_label_set_text(GTK_LABEL(self->check), text);
}

static void show_example(FaltungDeriveWindow *self, guint index) {
    g_auto(GStrv) values = g_strsplit(examples[index].values, "; ", -1);
    for (int i = 0; values[i] != NULL; i++) {
        char *value = strchr(values[i], '=');
        *value = '\0';
        g_hash_table_insert(self->values, g_strdup(values[i]), g_strdup(value + 1));
    }
    clear(self->variables); /* their rows are to show those values */
    gtk_editable_set_text(GTK_EDITABLE(self->formula), examples[index].formula);
    derive(self);
}

/* --- the window --- */

static void on_example(GtkDropDown *list, GParamSpec *property, FaltungDeriveWindow *self) {
    show_example(self, gtk_drop_down_get_selected(list));
}

static void faltung_derive_window_finalize(GObject *object) {
    FaltungDeriveWindow *self = FALTUNG_DERIVE_WINDOW(object);
    faltung_expression_free(self->expression);
    g_hash_table_unref(self->values);
    g_clear_pointer(&self->stops, g_array_unref);
    g_free(self->shown);
    G_OBJECT_CLASS(faltung_derive_window_parent_class)->finalize(object);
}

static void faltung_derive_window_class_init(FaltungDeriveWindowClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_derive_window_finalize;
    gtk_widget_class_add_binding_action(GTK_WIDGET_CLASS(klass), GDK_KEY_w, GDK_CONTROL_MASK,
                                        "window.close", NULL);
}

static GtkWidget *scroller_new(GtkWidget *child, int height) {
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), child);
    gtk_widget_set_vexpand(scrolled, height == 0);
    if (height > 0) {
        gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scrolled), height);
        gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    }
    return scrolled;
}

static GtkWidget *list_new(const char *name, const char *css) {
    GtkWidget *list = gtk_list_box_new();
    gtk_widget_add_css_class(list, css);
    faltung_set_accessible_label(list, name);
    return list;
}

static GtkWidget *build_formula(FaltungDeriveWindow *self) {
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    self->formula = gtk_entry_new();
    gtk_widget_set_hexpand(self->formula, TRUE);
    gtk_widget_add_css_class(self->formula, "monospace");
    faltung_set_accessible_label(self->formula, _("Formula"));
    g_signal_connect_swapped(self->formula, "changed", G_CALLBACK(derive), self);
    const char *titles[G_N_ELEMENTS(examples) + 1] = {NULL};
    for (guint i = 0; i < G_N_ELEMENTS(examples); i++) {
        titles[i] = _(examples[i].title);
    }
    GtkWidget *list = gtk_drop_down_new_from_strings(titles);
    gtk_widget_set_tooltip_text(list, _("Examples"));
    faltung_set_accessible_label(list, _("Examples"));
    g_signal_connect(list, "notify::selected", G_CALLBACK(on_example), self);
    gtk_box_append(GTK_BOX(row), self->formula);
    gtk_box_append(GTK_BOX(row), list);
    return row;
}

static GtkWidget *build_way(FaltungDeriveWindow *self) {
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    self->stepper = faltung_stepper_new();
    self->where = gtk_label_new("");
    self->product = gtk_viewport_new(NULL, NULL);
    gtk_scrollable_set_hscroll_policy(GTK_SCROLLABLE(self->product), GTK_SCROLL_NATURAL);
    g_signal_connect(self->stepper, "step", G_CALLBACK(on_step), self);
    gtk_widget_add_css_class(self->where, "numeric");
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_AUTOMATIC,
                                   GTK_POLICY_NEVER);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->product);
    gtk_widget_set_hexpand(scrolled, TRUE);
    gtk_widget_set_valign(self->stepper, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(row), self->stepper);
    gtk_box_append(GTK_BOX(row), self->where);
    gtk_box_append(GTK_BOX(row), scrolled);
    return row;
}

static GtkWidget *build_graph(FaltungDeriveWindow *self) {
    GtkWidget *left = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    self->graph = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->graph), draw_graph, self, NULL);
    faltung_set_accessible_label(self->graph, _("Graph of the formula"));
    faltung_on_style_changed(self->graph, G_CALLBACK(gtk_widget_queue_draw));
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(self->graph, GTK_EVENT_CONTROLLER(click));
    self->variables = list_new(_("Values of the variables"), "boxed-list");
    gtk_list_box_set_selection_mode(GTK_LIST_BOX(self->variables), GTK_SELECTION_NONE);
    self->check = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->check), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->check), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(self->check, "dim-label");
    gtk_widget_set_margin_end(left, 8);
    gtk_box_append(GTK_BOX(left), scroller_new(self->graph, 0));
    gtk_box_append(GTK_BOX(left), build_way(self));
    gtk_box_append(GTK_BOX(left), scroller_new(self->variables, 220));
    gtk_box_append(GTK_BOX(left), self->check);
    return left;
}

static void faltung_derive_window_init(FaltungDeriveWindow *self) {
    self->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->selected = -1;
    gtk_window_set_title(GTK_WINDOW(self), _("Derive"));
    gtk_window_set_default_size(GTK_WINDOW(self), 1180, 720);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    GtkWidget *content = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    gtk_widget_set_margin_start(content, 12);
    gtk_widget_set_margin_end(content, 12);
    gtk_widget_set_margin_bottom(content, 12);
    self->problem = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->problem), 0);
    gtk_label_set_wrap(GTK_LABEL(self->problem), TRUE);
    gtk_widget_add_css_class(self->problem, "error");
    self->terms = list_new(_("Equations, from the output back"), "boxed-list");
    g_signal_connect(self->terms, "row-selected", G_CALLBACK(on_term), self);
    GtkWidget *paned = gtk_paned_new(GTK_ORIENTATION_HORIZONTAL);
    GtkWidget *equations = scroller_new(self->terms, 0);
    gtk_widget_set_size_request(equations, EQUATIONS, -1);
    gtk_paned_set_end_child(GTK_PANED(paned), equations);
    gtk_box_append(GTK_BOX(content), build_formula(self));
    gtk_box_append(GTK_BOX(content), self->problem);
    gtk_paned_set_start_child(GTK_PANED(paned), build_graph(self));
    gtk_paned_set_shrink_start_child(GTK_PANED(paned), FALSE);
    gtk_paned_set_shrink_end_child(GTK_PANED(paned), FALSE);
    gtk_paned_set_resize_end_child(GTK_PANED(paned), FALSE);
    gtk_widget_set_vexpand(paned, TRUE);
    gtk_box_append(GTK_BOX(content), paned);
    gtk_box_append(GTK_BOX(box), adw_header_bar_new());
    gtk_box_append(GTK_BOX(box), content);
    adw_window_set_content(ADW_WINDOW(self), box);
    show_example(self, 0);
}

GtkWindow *faltung_derive_window_new(GtkApplication *application) {
    return g_object_new(FALTUNG_TYPE_DERIVE_WINDOW, "application", application, NULL);
}
