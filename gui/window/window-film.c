/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "draw/activation.h"
#include "draw/film.h"
#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * The training as a film: the time slider goes through all moments, each is taken as soon as the
 * window has drawn it, and becomes a picture of the film on another thread.
 */

typedef enum { OF_CANVAS, OF_LAYER, OF_PAGE } What;

static const char *const whats[] = {"canvas", "layer", "page", NULL};

#define STILL 2 /* frames of the window since the moment has been there: it is drawn */

struct _FaltungFilming {
    FaltungWindow *window;
    FaltungFilm *film;
    char *path;
    What what;
    int layer; /* of OF_LAYER */
    int moment, n_moments, before;
    int still;
    guint tick;
    AdwToast *toast; /* says how far it is: nothing that is filmed moves aside for it */
    const FaltungTheme *theme;
    cairo_surface_t *picture; /* that another thread adds to the film; NULL: none */
    gboolean cancelled;
};

/* --- pictures --- */

/* As it was drawn last. */
static cairo_surface_t *picture_of_widget(GtkWidget *widget, const FaltungColor *background) {
    int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    int scale = gtk_widget_get_scale_factor(widget);
    g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new(widget);
    GtkSnapshot *snapshot = gtk_snapshot_new();
    gdk_paintable_snapshot(paintable, snapshot, width, height);
    g_autoptr(GskRenderNode) node = gtk_snapshot_free_to_node(snapshot);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, width * scale, height * scale);
    cairo_t *cr = cairo_create(surface);
    faltung_set_color(cr, *background);
    cairo_paint(cr);
    cairo_scale(cr, scale, scale);
    if (node != NULL) {
        gsk_render_node_draw(node, cr);
    }
    cairo_destroy(cr);
    return surface;
}

typedef struct {
    FaltungActivation activation;
    const FaltungTheme *theme;
} Maps;

static void draw_maps(cairo_t *cr, double width, double height, gpointer data) {
    const Maps *maps = data;
    faltung_activation_draw(cr, maps->theme, &maps->activation, width, height);
}

/* As `faltung inspect --what maps --film` has it. */
static cairo_surface_t *picture_of_layer(const FaltungFilming *filming) {
    FaltungWindow *self = filming->window;
    const FaltungTheme *theme = filming->theme;
    const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
    const FaltungShape *shape = &faltung_graph_layer(graph, filming->layer)->output_shape;
    const float *values = self->snapshot->values[filming->layer + 1];
    FaltungColormap colormap = faltung_colormap_for(theme, values, faltung_shape_size(shape));
    Maps maps = {{*shape, values, colormap}, theme};
    double width, height, scale = faltung_activation_size(&maps.activation, &width, &height);
    return faltung_output_surface(width, height, scale, &theme->background, draw_maps, &maps);
}

/* The page is whichever is seen: one can turn to another meanwhile. */
static GtkWidget *widget_of(const FaltungFilming *filming) {
    FaltungWindow *self = filming->window;
    return filming->what == OF_PAGE ? faltung_run_panel_page(self->run_panel)
                                    : GTK_WIDGET(self->canvas);
}

/* Whether the moment is there, with all that the pages compute of it. */
static gboolean is_shown(const FaltungFilming *filming) {
    FaltungWindow *self = filming->window;
    const FaltungSnapshot *snapshot = self->snapshot;
    if (snapshot == NULL || snapshot->live || snapshot->moment != filming->moment) {
        return FALSE;
    }
    return filming->what == OF_LAYER ? snapshot->values[filming->layer + 1] != NULL
                                     : gtk_widget_get_mapped(widget_of(filming)) &&
                                           !faltung_scene_is_at_work(self->scene);
}

/* --- from moment to moment --- */

static void filming_free(FaltungFilming *filming) {
    g_clear_pointer(&filming->picture, cairo_surface_destroy);
    faltung_film_free(filming->film);
    g_free(filming->path);
    g_object_unref(filming->toast);
    g_object_unref(filming->window);
    g_free(filming);
}

/* @problem: (nullable): why there is no film; NULL: it is there, or is not wanted */
static void end(FaltungFilming *filming, const char *problem) {
    FaltungWindow *self = filming->window;
    self->filming = NULL;
    if (!self->closing) {
        FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
        gtk_widget_remove_tick_callback(GTK_WIDGET(self), filming->tick);
        adw_toast_dismiss(filming->toast);
        faltung_time_slider_hold(slider, FALSE);
        faltung_time_slider_go_to(slider, filming->before);
        faltung_window_update_actions(self);
        faltung_window_update_wanted(self);
        if (problem != NULL) {
            faltung_window_problem(self, problem);
        } else if (!filming->cancelled) {
            g_autofree char *name = g_path_get_basename(filming->path);
            g_autofree char *text = g_strdup_printf(_("The film is in %s"), name);
            faltung_window_toast(self, text);
        }
    }
    filming_free(filming);
}

static void show_moment(FaltungFilming *filming) {
    FaltungWindow *self = filming->window;
    g_autofree char *text =
        g_strdup_printf(_("Filming moment %d of %d"), filming->moment + 1, filming->n_moments);
    adw_toast_set_title(filming->toast, text);
    filming->still = 0;
    faltung_time_slider_go_to(faltung_run_panel_slider(self->run_panel), filming->moment);
}

/* Adds the picture, and behind the last one finishes the film. */
static void write_picture(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    FaltungFilming *filming = data;
    GError *error = NULL;
    gboolean last = filming->moment + 1 == filming->n_moments;
    if (faltung_film_add(filming->film, filming->picture, &filming->theme->background, &error) &&
        (!last || faltung_film_finish(filming->film, &error))) {
        g_task_return_boolean(task, TRUE);
    } else {
        g_task_return_error(task, error);
    }
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungFilming *filming = data;
    g_autoptr(GError) error = NULL;
    gboolean written = g_task_propagate_boolean(G_TASK(result), &error);
    gboolean last = ++filming->moment == filming->n_moments;
    g_clear_pointer(&filming->picture, cairo_surface_destroy);
    filming->cancelled &= !(written && last);
    if (!written || last || filming->cancelled || filming->window->closing) {
        end(filming, written ? NULL : error->message);
    } else {
        show_moment(filming);
    }
}

static void take(FaltungFilming *filming) {
    filming->picture = filming->what == OF_LAYER
                           ? picture_of_layer(filming)
                           : picture_of_widget(widget_of(filming), &filming->theme->background);
    g_autoptr(GTask) task = g_task_new(filming->window, NULL, on_written, filming);
    g_task_set_task_data(task, filming, NULL);
    g_task_run_in_thread(task, write_picture);
}

/* Once a frame, before it is drawn. */
static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data) {
    FaltungFilming *filming = data;
    if (filming->picture == NULL) {
        filming->still = is_shown(filming) ? filming->still + 1 : 0;
        if (filming->still > STILL) {
            take(filming);
        }
    }
    return G_SOURCE_CONTINUE;
}

void faltung_window_cancel_film(FaltungWindow *self) {
    FaltungFilming *filming = self->filming;
    if (filming != NULL) {
        filming->cancelled = TRUE;
        if (filming->picture == NULL) {
            end(filming, NULL);
        }
    }
}

static void begin(FaltungWindow *self, What what, const char *path) {
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    FaltungFilming *filming = self->filming = g_new0(FaltungFilming, 1);
    filming->window = g_object_ref(self);
    filming->path = g_strdup(path);
    filming->film = faltung_film_new(path, FALTUNG_FILM_MILLISECONDS);
    filming->what = what;
    filming->layer = faltung_canvas_selected(self->canvas);
    filming->n_moments = faltung_time_slider_n_moments(slider);
    filming->before = faltung_time_slider_moment(slider);
    filming->theme = faltung_theme(adw_style_manager_get_dark(adw_style_manager_get_default()));
    filming->tick = gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, filming, NULL);
    faltung_time_slider_hold(slider, TRUE);
    filming->toast = g_object_ref_sink(adw_toast_new(""));
    adw_toast_set_timeout(filming->toast, 0);
    adw_toast_set_priority(filming->toast, ADW_TOAST_PRIORITY_HIGH);
    adw_toast_set_button_label(filming->toast, _("_Cancel"));
    adw_toast_set_action_name(filming->toast, "win.cancel-film");
    g_signal_connect_object(filming->toast, "dismissed", G_CALLBACK(faltung_window_cancel_film),
                            self, G_CONNECT_SWAPPED);
    adw_toast_overlay_add_toast(self->toasts, g_object_ref(filming->toast));
    faltung_window_update_actions(self);
    show_moment(filming);
    faltung_window_update_wanted(self);
}

void faltung_window_wish_film(FaltungWindow *self, FaltungWanted *wanted) {
    wanted->strips |= self->filming != NULL && self->filming->what == OF_LAYER;
}

gboolean faltung_window_can_film(FaltungWindow *self) {
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    return self->filming == NULL && faltung_time_slider_n_moments(slider) > 1;
}

/* --- what, and into which file --- */

static void on_response(GtkNativeDialog *dialog, int response, FaltungWindow *self) {
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    g_autoptr(GFile) file = gtk_file_chooser_get_file(chooser);
    const char *choice = gtk_file_chooser_get_choice(chooser, "what");
    What what = OF_CANVAS;
    while (what < OF_PAGE && g_strcmp0(choice, whats[what]) != 0) {
        what++;
    }
    gtk_native_dialog_destroy(dialog);
    g_autofree char *path = file != NULL ? g_file_get_path(file) : NULL;
    if (response == GTK_RESPONSE_ACCEPT && path != NULL && faltung_window_can_film(self)) {
        begin(self, what, path);
    }
    g_object_unref(dialog);
}

/* A film's name ends in `.webp`, a folder's does not. */
static void on_kind(GtkFileChooser *chooser) {
    g_autofree char *name = gtk_file_chooser_get_current_name(chooser);
    char *dot = name != NULL ? strrchr(name, '.') : NULL;
    if (dot != NULL) {
        *dot = '\0';
    }
    const char *kind = gtk_file_filter_get_name(gtk_file_chooser_get_filter(chooser));
    g_autofree char *other =
        g_strconcat(name != NULL ? name : "", g_str_equal(kind, "WebP") ? ".webp" : "", NULL);
    gtk_file_chooser_set_current_name(chooser, other);
}

/* The layer and the page are offered where there is one; the first is chosen. */
static void add_whats(FaltungWindow *self, GtkFileChooser *chooser) {
    const FaltungGraph *graph = faltung_document_experiment(self->document)->graph;
    int layer = faltung_canvas_selected(self->canvas), n = 0;
    const char *ids[G_N_ELEMENTS(whats)] = {NULL}, *labels[G_N_ELEMENTS(whats)] = {NULL};
    g_autofree char *maps = NULL, *page = NULL;
    if (layer >= 0) {
        const char *name = faltung_graph_layer(graph, layer)->name;
        ids[n] = whats[OF_LAYER];
        labels[n++] = maps = g_strdup_printf(_("What %s makes of the sample"), name);
    }
    ids[n] = whats[OF_CANVAS];
    labels[n++] = _("The diagram");
    if (gtk_widget_get_mapped(GTK_WIDGET(self->run_panel))) {
        ids[n] = whats[OF_PAGE];
        labels[n] = page =
            g_strdup_printf(_("The page %s"), faltung_run_panel_title(self->run_panel));
    }
    gtk_file_chooser_add_choice(chooser, "what", _("Film of"), ids, labels);
}

static void on_export(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Export Film"), GTK_WINDOW(self),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Export"), _("_Cancel"));
    GtkFileChooser *chooser = GTK_FILE_CHOOSER(dialog);
    const char *const kinds[][2] = {{"WebP", "*.webp"}, {_("A folder of PNG files"), "*"}};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GtkFileFilter) filter = gtk_file_filter_new();
        gtk_file_filter_set_name(filter, kinds[i][0]);
        gtk_file_filter_add_pattern(filter, kinds[i][1]);
        gtk_file_chooser_add_filter(chooser, filter);
    }
    add_whats(self, chooser);
    g_autofree char *stem = faltung_window_run_stem(self);
    g_autofree char *name = g_strconcat(stem, ".webp", NULL);
    gtk_file_chooser_set_current_name(chooser, name);
    g_signal_connect(dialog, "notify::filter", G_CALLBACK(on_kind), NULL);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_response), self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static void on_cancel(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_window_cancel_film(data);
}

void faltung_window_install_film(FaltungWindow *self) {
    const GActionEntry actions[] = {{"export-film", on_export}, {"cancel-film", on_cancel}};
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
}
