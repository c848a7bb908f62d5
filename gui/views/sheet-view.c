/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/sheet-view.h"

#include "draw/output.h"
#include "draw/text.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <math.h>

#define FONT 0.85 /* of the window's */
#define PIXELS 2  /* of a PNG, a unit */
#define NARROWEST 120

struct _FaltungSheetView {
    GtkDrawingArea parent;
    GPtrArray *frames; /* (nullable) */
    char *name;
    int in_row;
    double smallest;
};

G_DEFINE_FINAL_TYPE(FaltungSheetView, faltung_sheet_view, GTK_TYPE_DRAWING_AREA)

enum { SIGNAL_SAYS, SIGNAL_PICKED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* --- frames --- */

FaltungFrame *faltung_frame_new(const FaltungShape *shape, float *values, const char *name,
                                char *caption) {
    FaltungFrame *frame = g_new0(FaltungFrame, 1);
    frame->values = values;
    frame->caption = caption;
    frame->name = g_strdup(name);
    frame->picture.shape = *shape;
    frame->picture.values = values;
    frame->picture.caption = caption;
    return frame;
}

void faltung_frame_lay_over(FaltungFrame *frame, float *over, FaltungColormap colormap) {
    frame->over = over;
    frame->picture.over = over;
    frame->picture.over_colormap = colormap;
}

void faltung_frame_set_edges(FaltungFrame *frame, const FaltungEdges *edges) {
    frame->edges = *edges;
    frame->edges.row_names = g_strdupv((char **)edges->row_names);
    frame->edges.column_names = g_strdupv((char **)edges->column_names);
    frame->picture.edges = &frame->edges;
}

void faltung_frame_free(gpointer data) {
    FaltungFrame *frame = data;
    g_strfreev((char **)frame->edges.row_names);
    g_strfreev((char **)frame->edges.column_names);
    g_free(frame->values);
    g_free(frame->over);
    g_free(frame->caption);
    g_free(frame->name);
    g_free(frame);
}

/* --- the sheet --- */

/* A canvas that nobody sees, to measure on. */
static cairo_t *measuring(void) {
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL);
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cr;
}

static FaltungTheme theme_of(FaltungSheetView *self) {
    FaltungTheme theme = faltung_theme_for(GTK_WIDGET(self));
    theme.font_size *= FONT;
    return theme;
}

/* Returns: (transfer full): the pictures; valid as long as the frames. */
static FaltungSheetPicture *pictures_of(FaltungSheetView *self, int *n) {
    *n = self->frames != NULL ? (int)self->frames->len : 0;
    FaltungSheetPicture *pictures = g_new(FaltungSheetPicture, MAX(*n, 1));
    for (int i = 0; i < *n; i++) {
        pictures[i] = ((const FaltungFrame *)self->frames->pdata[i])->picture;
    }
    return pictures;
}

static FaltungSheet fitted(FaltungSheetView *self, cairo_t *cr, const FaltungTheme *theme,
                           const FaltungSheetPicture *pictures, int n, double width,
                           double height) {
    FaltungSheet sheet = {.pictures = pictures, .n = n, .columns = 1};
    faltung_sheet_fit(cr, theme, &sheet, self->in_row, self->smallest, width, height);
    return sheet;
}

static void draw(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    FaltungSheetView *self = FALTUNG_SHEET_VIEW(area);
    FaltungTheme theme = theme_of(self);
    int n;
    g_autofree FaltungSheetPicture *pictures = pictures_of(self, &n);
    FaltungSheet sheet = fitted(self, cr, &theme, pictures, n, width, height);
    faltung_sheet_draw(cr, &theme, &sheet, 0, 0);
}

static void faltung_sheet_view_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                       int *minimum, int *natural, int *minimum_baseline,
                                       int *natural_baseline) {
    FaltungSheetView *self = FALTUNG_SHEET_VIEW(widget);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = *natural = NARROWEST;
        return;
    }
    cairo_t *cr = measuring();
    FaltungTheme theme = theme_of(self);
    int n;
    g_autofree FaltungSheetPicture *pictures = pictures_of(self, &n);
    FaltungSheet sheet =
        fitted(self, cr, &theme, pictures, n, for_size > 0 ? for_size : 6 * NARROWEST, 0);
    double width, height;
    faltung_sheet_size(cr, &theme, &sheet, &width, &height);
    cairo_destroy(cr);
    *minimum = *natural = (int)ceil(height);
}

static GtkSizeRequestMode faltung_sheet_view_request_mode(GtkWidget *widget) {
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* --- the pointer --- */

static int hit(FaltungSheetView *self, double x, double y, gssize *value) {
    GtkWidget *widget = GTK_WIDGET(self);
    cairo_t *cr = measuring();
    FaltungTheme theme = theme_of(self);
    int n;
    g_autofree FaltungSheetPicture *pictures = pictures_of(self, &n);
    FaltungSheet sheet = fitted(self, cr, &theme, pictures, n, gtk_widget_get_width(widget),
                                gtk_widget_get_height(widget));
    int picture = faltung_sheet_hit(cr, &theme, &sheet, x, y, value);
    cairo_destroy(cr);
    return picture;
}

static char *name_of(const char *axis, char *const *names, int place) {
    gboolean named = names != NULL && *names[place] != '\0';
    return g_strdup_printf("%s %d%s%s", axis, place, named ? " " : "", named ? names[place] : "");
}

/* "[3, 4]", of a vector "[4]"; where rows and columns have names "step 3 t, unit 4". */
static char *place_of(const FaltungSheetPicture *picture, gssize value) {
    const FaltungShape *shape = &picture->shape;
    int width = shape->dims[MAX(shape->rank, 1) - 1];
    int row = (int)(value / width), column = (int)(value % width);
    const FaltungEdges *edges = picture->edges;
    if (edges == NULL) {
        return shape->rank < 2 ? g_strdup_printf("[%d]", column)
                               : g_strdup_printf("[%d, %d]", row, column);
    }
    g_autofree char *across = name_of(edges->columns, edges->column_names, column);
    if (shape->rank < 2) {
        return g_steal_pointer(&across);
    }
    g_autofree char *down = name_of(edges->rows, edges->row_names, row);
    return g_strdup_printf("%s, %s", down, across);
}

static char *text_at(FaltungSheetView *self, double x, double y) {
    gssize value;
    int i = hit(self, x, y, &value);
    if (i < 0 || value < 0) {
        return g_strdup("");
    }
    const FaltungFrame *frame = self->frames->pdata[i];
    g_autofree char *place = place_of(&frame->picture, value);
    g_autofree char *number =
        faltung_format_number(frame->over != NULL ? frame->over[value] : frame->values[value], 5);
    const char *between = frame->picture.edges != NULL ? ", " : " ";
    return g_strdup_printf("%s%s%s: %s", frame->name, between, place, number);
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y,
                      FaltungSheetView *self) {
    g_autofree char *text = text_at(self, x, y);
    g_signal_emit(self, signals[SIGNAL_SAYS], 0, text);
}

static void on_leave(GtkEventControllerMotion *motion, FaltungSheetView *self) {
    g_signal_emit(self, signals[SIGNAL_SAYS], 0, "");
}

static void on_pressed(GtkGestureClick *click, int n_press, double x, double y,
                       FaltungSheetView *self) {
    int picture = hit(self, x, y, NULL);
    if (picture >= 0) {
        g_signal_emit(self, signals[SIGNAL_PICKED], 0, picture);
    }
}

/* --- export --- */

/* The numbers of a frame, what lies over it where something does. */
static void spell_frame(GString *text, const FaltungFrame *frame) {
    const FaltungShape *shape = &frame->picture.shape;
    size_t width = shape->dims[MAX(shape->rank, 1) - 1];
    size_t pixels = shape->rank < 2 ? width : width * shape->dims[shape->rank - 2];
    const float *values = frame->over != NULL ? frame->over : frame->values;
    size_t n = frame->over != NULL ? pixels : faltung_shape_size(shape);
    for (size_t k = 0; k < n; k++) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(number, sizeof number, "%.9g", values[k]);
        g_string_append_printf(text, "\"%s\",%zu,%zu,%zu,%s\n", frame->name, k / pixels,
                               k % pixels / width, k % width, number);
    }
}

static char *spell_csv(FaltungSheetView *self) {
    GString *text = g_string_new("picture,channel,row,column,value\n");
    for (guint i = 0; self->frames != NULL && i < self->frames->len; i++) {
        spell_frame(text, self->frames->pdata[i]);
    }
    return g_string_free(text, FALSE);
}

static void draw_sheet(cairo_t *cr, double width, double height, gpointer data) {
    draw(data, cr, (int)width, (int)height, NULL);
}

static gboolean write_file(FaltungSheetView *self, const char *path, GError **error) {
    if (g_str_has_suffix(path, ".csv")) {
        g_autofree char *text = spell_csv(self);
        return g_file_set_contents(path, text, -1, error);
    }
    GtkWidget *widget = GTK_WIDGET(self);
    FaltungTheme theme = theme_of(self);
    return faltung_output_write(path, gtk_widget_get_width(widget), gtk_widget_get_height(widget),
                                PIXELS, &theme.background, draw_sheet, self, error);
}

static void on_response(GtkNativeDialog *dialog, int response, FaltungSheetView *self) {
    g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
    gtk_native_dialog_destroy(dialog);
    if (response == GTK_RESPONSE_ACCEPT && file != NULL) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = g_file_get_path(file), *name = g_file_get_basename(file);
        g_autofree char *text = write_file(self, path, &error)
                                    ? g_strdup_printf(_("The pictures are in %s"), name)
                                    : g_strdup(error->message);
        g_signal_emit(self, signals[SIGNAL_SAYS], 0, text);
    }
    g_object_unref(dialog);
}

static void export_sheet(FaltungSheetView *self) {
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Export Pictures"), GTK_WINDOW(root),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Export"), _("_Cancel"));
    static const char *const kinds[][2] = {{"PNG", "*.png"}, {"SVG", "*.svg"}, {"CSV", "*.csv"}};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GtkFileFilter) filter = gtk_file_filter_new();
        gtk_file_filter_set_name(filter, kinds[i][0]);
        gtk_file_filter_add_pattern(filter, kinds[i][1]);
        gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(dialog), filter);
    }
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), "pictures.png");
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* --- the type --- */

static void faltung_sheet_view_dispose(GObject *object) {
    FaltungSheetView *self = FALTUNG_SHEET_VIEW(object);
    g_clear_pointer(&self->frames, g_ptr_array_unref);
    g_clear_pointer(&self->name, g_free);
    G_OBJECT_CLASS(faltung_sheet_view_parent_class)->dispose(object);
}

static void faltung_sheet_view_class_init(FaltungSheetViewClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    GType type = G_TYPE_FROM_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = faltung_sheet_view_dispose;
    widget_class->measure = faltung_sheet_view_measure;
    widget_class->get_request_mode = faltung_sheet_view_request_mode;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    signals[SIGNAL_SAYS] = g_signal_new("says", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[SIGNAL_PICKED] = g_signal_new("picked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_INT);
}

static void faltung_sheet_view_init(FaltungSheetView *self) {
    GtkWidget *widget = GTK_WIDGET(self);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self), draw, NULL, NULL);
    gtk_widget_set_hexpand(widget, TRUE);
    gtk_widget_set_vexpand(widget, TRUE);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "enter", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(widget, motion);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
    faltung_on_style_changed(widget, G_CALLBACK(gtk_widget_queue_draw));
}

GtkWidget *faltung_sheet_view_new(const char *name, double smallest) {
    FaltungSheetView *self = g_object_new(FALTUNG_TYPE_SHEET_VIEW, NULL);
    self->name = g_strdup(name);
    self->smallest = smallest;
    faltung_set_accessible_label(GTK_WIDGET(self), name);
    return GTK_WIDGET(self);
}

void faltung_sheet_view_show(FaltungSheetView *self, GPtrArray *frames, int in_row) {
    gboolean other =
        self->frames == NULL || self->frames->len != frames->len || self->in_row != in_row;
    g_clear_pointer(&self->frames, g_ptr_array_unref);
    self->frames = frames;
    self->in_row = in_row;
    g_autoptr(GString) text = g_string_new(self->name);
    for (guint i = 0; i < frames->len; i++) {
        const FaltungFrame *frame = frames->pdata[i];
        g_string_append_printf(text, "; %s", frame->caption != NULL ? frame->caption : frame->name);
    }
    faltung_set_accessible_label(GTK_WIDGET(self), text->str);
    gtk_widget_set_visible(GTK_WIDGET(self), frames->len > 0);
    if (other) {
        gtk_widget_queue_resize(GTK_WIDGET(self));
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

GPtrArray *faltung_sheet_view_frames(FaltungSheetView *self) {
    return self->frames;
}

/* --- the page --- */

/* The number under the pointer is said in the place of what the page says. */
static void on_says(FaltungSheetView *self, const char *text, GtkWidget *pointed) {
    gtk_label_set_text(GTK_LABEL(pointed), text);
    gtk_widget_set_visible(pointed, *text != '\0');
    gtk_widget_set_visible(gtk_widget_get_prev_sibling(pointed), *text == '\0');
}

static GtkWidget *label_new(void) {
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 10); /* what the tools leave over is its own */
    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_add_css_class(label, "numeric");
    g_object_bind_property(label, "label", label, "tooltip-text", G_BINDING_DEFAULT);
    return label;
}

static gboolean to_sentence(GBinding *binding, const GValue *from, GValue *to, gpointer data) {
    g_value_take_string(to, faltung_sentence(g_value_get_string(from)));
    return TRUE;
}

/* What the page says where there are no pictures stands in their place, and is read whole. */
static GtkWidget *note_new(GtkWidget *sheet, GtkWidget *says) {
    GtkWidget *note = gtk_label_new("");
    gtk_label_set_wrap(GTK_LABEL(note), TRUE);
    gtk_label_set_justify(GTK_LABEL(note), GTK_JUSTIFY_CENTER);
    gtk_widget_set_hexpand(note, TRUE);
    gtk_widget_set_vexpand(note, TRUE);
    gtk_widget_add_css_class(note, "dim-label");
    g_object_bind_property_full(says, "label", note, "label", G_BINDING_SYNC_CREATE, to_sentence,
                                NULL, NULL, NULL);
    g_object_bind_property(sheet, "visible", note, "visible",
                           G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
    g_object_bind_property(sheet, "visible", says, "visible", G_BINDING_SYNC_CREATE);
    return note;
}

/* Where there is no room for it, it can be scrolled. */
static GtkWidget *as_wide_as_there_is(GtkWidget *tools) {
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_EXTERNAL,
                                   GTK_POLICY_NEVER);
    gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scrolled), TRUE);
    gtk_scrolled_window_set_min_content_width(GTK_SCROLLED_WINDOW(scrolled), NARROWEST);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), tools);
    return scrolled;
}

GtkWidget *faltung_sheet_page_new(GtkWidget *sheet, GtkWidget *tools, GtkWidget **says) {
    GtkWidget *page = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *bar = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_widget_set_margin_start(bar, 6);
    gtk_widget_set_margin_end(bar, 6);
    gtk_widget_set_margin_top(bar, 4);
    *says = label_new();
    GtkWidget *pointed = label_new();
    gtk_widget_set_visible(pointed, FALSE);
    g_signal_connect_object(sheet, "says", G_CALLBACK(on_says), pointed, 0);
    GtkWidget *export =
        faltung_icon_button("document-save-symbolic", _("Export the pictures"), NULL);
    g_signal_connect_swapped(export, "clicked", G_CALLBACK(export_sheet), sheet);
    gtk_box_append(GTK_BOX(bar), as_wide_as_there_is(tools));
    gtk_box_append(GTK_BOX(bar), *says);
    gtk_box_append(GTK_BOX(bar), pointed);
    gtk_box_append(GTK_BOX(bar), export);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    GtkWidget *content = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_visible(sheet, FALSE);
    g_object_bind_property(sheet, "visible", export, "visible", G_BINDING_SYNC_CREATE);
    gtk_box_append(GTK_BOX(content), sheet);
    gtk_box_append(GTK_BOX(content), note_new(sheet, *says));
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), content);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(page), bar);
    gtk_box_append(GTK_BOX(page), scrolled);
    return page;
}
