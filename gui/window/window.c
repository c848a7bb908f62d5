/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "gui/canvas/microscope.h"
#include "gui/canvas/symbol-marks.h"
#include "gui/canvas/walk-marks.h"
#include "gui/style.h"
#include "gui/training/budget.h"
#include "gui/window/shortcuts.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define REFRESH_SECONDS 2
#define PATIENCE 4
#define VIEW_RESTS 120     /* milliseconds without a move */
#define DISPLAY_TOO 1.5    /* for each second of the window the display works another half */
#define LONGEST_SHOW 50000 /* microseconds: what takes longer was not done for the training */

G_DEFINE_FINAL_TYPE(FaltungWindow, faltung_window, ADW_TYPE_APPLICATION_WINDOW)

gboolean faltung_window_is_training(FaltungWindow *self) {
    return faltung_worker_state(self->worker) != FALTUNG_WORKER_IDLE;
}

/* --- messages --- */

void faltung_window_problem(FaltungWindow *self, const char *text) {
    if (text != NULL) {
        gtk_label_set_text(self->problem_label, text);
    }
    gtk_revealer_set_reveal_child(self->problem_revealer, text != NULL);
}

void faltung_window_toast(FaltungWindow *self, const char *text) {
    g_autofree char *markup = g_markup_escape_text(text, -1);
    AdwToast *toast = adw_toast_new(markup);
    adw_toast_set_timeout(toast, 4);
    adw_toast_overlay_add_toast(self->toasts, toast);
}

static char *base_name(GFile *file) {
    return g_file_get_basename(file);
}

void faltung_window_update_title(FaltungWindow *self) {
    if (self->document == NULL) {
        adw_window_title_set_title(self->title, "Faltung");
        adw_window_title_set_subtitle(self->title, "");
        gtk_window_set_title(GTK_WINDOW(self), "Faltung");
        return;
    }
    GFile *file = faltung_document_file(self->document);
    g_autofree char *where = NULL;
    if (file != NULL) {
        where = base_name(file);
    } else if (self->run_path != NULL) {
        where = g_path_get_basename(self->run_path);
    } else {
        where = g_strdup(_("not saved yet"));
    }
    g_autofree char *title =
        g_strdup_printf("%s%s", faltung_document_modified(self->document) ? "• " : "",
                        faltung_document_title(self->document));
    adw_window_title_set_title(self->title, title);
    if (!faltung_window_is_training(self)) {
        adw_window_title_set_subtitle(self->title, where);
    }
    g_autofree char *of_window = g_strdup_printf("%s - Faltung", title);
    gtk_window_set_title(GTK_WINDOW(self), of_window);
}

/* --- what is possible --- */

static void enable(FaltungWindow *self, const char *name, gboolean enabled) {
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), name);
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
}

void faltung_window_update_actions(FaltungWindow *self) {
    FaltungDocument *document = self->document;
    FaltungWorkerState state = faltung_worker_state(self->worker);
    gboolean has = document != NULL, idle = state == FALTUNG_WORKER_IDLE;
    gboolean valid = has && faltung_document_obstacle(document) == NULL;
    gboolean paused = state == FALTUNG_WORKER_PAUSED;
    gboolean running = state == FALTUNG_WORKER_RUNNING || state == FALTUNG_WORKER_LOADING;

    enable(self, "undo", has && idle && faltung_document_can_undo(document));
    enable(self, "redo", has && idle && faltung_document_can_redo(document));
    faltung_window_update_edit(self);
    faltung_window_update_sweep(self);
    enable(self, "find-layer", has);
    enable(self, "save", has);
    enable(self, "save-as", has);
    enable(self, "export-diagram", has);
    enable(self, "print", has);
    enable(self, "export-film", has && faltung_window_can_film(self));
    enable(self, "train", (idle && valid) || paused);
    enable(self, "pause", running || paused);
    enable(self, "step", (idle && valid) || paused);
    enable(self, "stop", running || paused);
    enable(self, "gallery", has);
    const char *views[] = {"show-data", "show-inspector", "show-panel",
                           "show-text", "hide-panel",     "zoom-in",
                           "zoom-out",  "zoom-fit",       "zoom-original"};
    for (guint i = 0; i < G_N_ELEMENTS(views); i++) {
        enable(self, views[i], has);
    }
    GtkWidget *of_workspace[] = {self->back_button, self->data_toggle, self->open_button,
                                 self->undo_button, self->redo_button, self->inspector_toggle,
                                 self->text_toggle, self->run_box};
    for (guint i = 0; i < G_N_ELEMENTS(of_workspace); i++) {
        gtk_widget_set_visible(of_workspace[i], has);
    }
    adw_button_content_set_label(self->train_content, paused ? _("Go On") : _("Train"));
    g_autofree char *reason = NULL;
    if (has && !valid) {
        reason = g_strdup_printf(_("It cannot be trained yet: %s"),
                                 faltung_document_obstacle(document)->message);
    }
    gtk_widget_set_tooltip_text(gtk_widget_get_parent(GTK_WIDGET(self->train_content)),
                                reason != NULL ? reason
                                : paused       ? _("Go on training (F5)")
                                               : _("Train (F5)"));
    faltung_inspector_set_editable(self->inspector, idle);
    faltung_yaml_editor_set_editable(self->text, idle);
    gtk_widget_set_visible(GTK_WIDGET(self->progress), !idle);
}

/* --- what is on display --- */

void faltung_window_update_wanted(FaltungWindow *self) {
    if (self->document == NULL || self->closing) {
        return;
    }
    FaltungWanted wanted = {
        .sample = faltung_data_panel_sample(self->data_panel),
        .dark = adw_style_manager_get_dark(adw_style_manager_get_default()),
    };
    faltung_canvas_wish(self->canvas, &wanted);
    faltung_scene_wish(self->scene, &wanted);
    faltung_inspector_wish(self->inspector, &wanted);
    faltung_window_wish_film(self, &wanted);
    int moment = faltung_time_slider_moment(faltung_run_panel_slider(self->run_panel));
    gboolean live = faltung_window_is_training(self) && moment < 0;
    faltung_worker_want(self->worker, live && !self->minimized ? &wanted : NULL);
    faltung_viewer_look(self->viewer, live ? NULL : &wanted, moment);
    faltung_wanted_clear(&wanted);
}

void faltung_window_set_snapshot(FaltungWindow *self, FaltungSnapshot *snapshot) {
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->snapshot = snapshot != NULL ? faltung_snapshot_ref(snapshot) : NULL;
    faltung_canvas_set_snapshot(self->canvas, snapshot);
    faltung_scene_set_snapshot(self->scene, snapshot);
    faltung_inspector_set_snapshot(self->inspector, snapshot,
                                   faltung_data_panel_class_names(self->data_panel));
    if (self->document != NULL) {
        faltung_data_panel_set_snapshot(self->data_panel, snapshot,
                                        faltung_scene_is_softmax(self->scene));
    }
}

void faltung_window_draw_curves(FaltungWindow *self) {
    faltung_curves_show(faltung_run_panel_curves(self->run_panel), self->history, self->run_path);
    faltung_scene_set_history(self->scene, self->history);
}

static void on_viewer_snapshot(FaltungWindow *self) {
    int moment = faltung_time_slider_moment(faltung_run_panel_slider(self->run_panel));
    if (!faltung_window_is_training(self) || moment >= 0) {
        faltung_window_set_snapshot(self, faltung_viewer_snapshot(self->viewer));
    }
}

static void on_viewer_data(FaltungWindow *self) {
    faltung_data_panel_set_dataset(self->data_panel, faltung_viewer_validation(self->viewer),
                                   self->data_problem);
    faltung_scene_set_validation(self->scene, faltung_viewer_validation(self->viewer));
    if (self->document != NULL) {
        faltung_document_set_data(self->document, faltung_viewer_validation(self->viewer));
        faltung_inspector_set_data(self->inspector, faltung_viewer_training(self->viewer),
                                   faltung_viewer_validation(self->viewer));
    }
    if (faltung_viewer_validation(self->viewer) != NULL) {
        g_clear_pointer(&self->data_problem, g_free);
        faltung_window_update_wanted(self);
    }
}

static void on_viewer_failed(FaltungWindow *self, const char *text) {
    g_free(self->data_problem);
    self->data_problem = g_strdup(text);
    faltung_window_problem(self, text);
    faltung_run_panel_log(self->run_panel, text);
}

static void show_layer(FaltungWindow *self) {
    if (self->document != NULL) {
        int layer = faltung_canvas_selected(self->canvas);
        faltung_inspector_show(self->inspector, self->document, layer,
                               faltung_canvas_block(self->canvas, FALSE));
        faltung_scene_set_layer(faltung_run_panel_scene(self->run_panel), layer);
        faltung_window_update_edit(self);
        faltung_window_update_wanted(self);
    }
}

/* Pictures of another size are made when the view has come to rest, not on the way. */
static gboolean on_rest(gpointer data) {
    FaltungWindow *self = data;
    self->rest_timer = 0;
    faltung_window_update_wanted(self);
    return G_SOURCE_REMOVE;
}

static void on_canvas_view(FaltungWindow *self) {
    g_autofree char *zoom =
        g_strdup_printf("%.0f %%", 100 * faltung_canvas_model(self->canvas)->zoom);
    gtk_button_set_label(self->zoom_button, zoom);
    g_clear_handle_id(&self->rest_timer, g_source_remove);
    self->rest_timer = g_timeout_add(VIEW_RESTS, on_rest, self);
}

static void show_inspector(FaltungWindow *self) {
    g_action_group_change_action_state(G_ACTION_GROUP(self), "show-inspector",
                                       g_variant_new_boolean(TRUE));
}

static void on_slider(FaltungWindow *self) {
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    faltung_curves_mark(faltung_run_panel_curves(self->run_panel),
                        faltung_time_slider_epoch(slider));
    faltung_scene_set_epoch(self->scene, faltung_time_slider_epoch(slider));
    faltung_window_update_wanted(self);
}

static void on_choose(FaltungWindow *self, guint sample) {
    faltung_data_panel_choose(self->data_panel, sample);
}

static void on_select(FaltungWindow *self, int layer) {
    faltung_canvas_select(self->canvas, layer);
}

/* --- the document --- */

/* Without layers nothing is wrong yet: the canvas says how to begin. The text beside it says what
   is wrong by itself. */
void faltung_window_show_mistake(FaltungWindow *self) {
    const GError *error = faltung_document_error(self->document);
    gboolean begun = faltung_document_experiment(self->document)->graph->layers->len > 0;
    gboolean here = error != NULL && begun && !faltung_window_shows_text(self);
    faltung_window_problem(self, here ? error->message : NULL);
}

static void on_document_changed(FaltungWindow *self) {
    faltung_window_cancel_film(self);
    FaltungDocument *document = self->document;
    const GError *error = faltung_document_error(document);
    faltung_canvas_set_graph(self->canvas, faltung_document_experiment(document)->graph,
                             faltung_document_problems(document));
    if (error != NULL) {
        faltung_window_set_snapshot(self, NULL); /* the pictures are of another network */
    }
    faltung_window_show_mistake(self);
    faltung_window_update_title(self);
    faltung_window_update_actions(self);
    faltung_scene_set_document(self->scene, document);
    faltung_viewer_show(self->viewer, faltung_document_text(document),
                        faltung_document_origin(document));
    show_layer(self);
}

void faltung_window_show_document(FaltungWindow *self, FaltungDocument *document,
                                  const char *run_path) {
    if (self->document != NULL) {
        g_signal_handlers_disconnect_by_data(self->document, self);
    }
    g_set_object(&self->document, document);
    g_free(self->run_path);
    self->run_path = g_strdup(run_path);
    faltung_history_unref(self->history);
    self->history = faltung_history_new();
    g_clear_pointer(&self->data_problem, g_free);
    gtk_revealer_set_reveal_child(self->resume_revealer, FALSE);
    faltung_window_set_snapshot(self, NULL);
    faltung_run_panel_clear(self->run_panel);
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    faltung_time_slider_set_moments(slider, 0, NULL);
    faltung_time_slider_follow(slider);
    faltung_window_draw_curves(self);
    faltung_data_panel_set_dataset(self->data_panel, NULL, _("The data are being read."));
    faltung_scene_set_validation(self->scene, NULL);
    g_signal_connect_swapped(document, "changed", G_CALLBACK(on_document_changed), self);
    faltung_window_keep_document(self, NULL);

    faltung_canvas_select(self->canvas, FALTUNG_NO_LAYER);
    faltung_yaml_editor_set_document(self->text, document);
    gtk_stack_set_visible_child_name(self->pages, "workspace");
    on_document_changed(self);
    faltung_viewer_set_run(self->viewer, run_path);
    faltung_canvas_fit(self->canvas);
    gtk_widget_grab_focus(GTK_WIDGET(self->canvas));
}

void faltung_window_show_start(FaltungWindow *self) {
    faltung_window_cancel_film(self);
    if (self->document != NULL) {
        g_signal_handlers_disconnect_by_data(self->document, self);
        g_clear_object(&self->document);
        faltung_yaml_editor_set_document(self->text, NULL);
        faltung_window_keep_document(self, NULL);
    }
    g_clear_pointer(&self->run_path, g_free);
    faltung_window_problem(self, NULL);
    gtk_revealer_set_reveal_child(self->resume_revealer, FALSE);
    gtk_stack_set_visible_child_name(self->pages, "start");
    faltung_window_update_title(self);
    faltung_window_update_actions(self);
}

/* Once, when the size of the window is known: later the borders are where they were dragged to. */
static gboolean place_borders_now(gpointer data) {
    FaltungWindow *self = data;
    int height = gtk_widget_get_height(GTK_WIDGET(self->paned));
    int width = gtk_widget_get_width(GTK_WIDGET(self->side_paned));
    if (!self->closing && height > 0) {
        gtk_paned_set_position(self->paned, (int)(height * 0.54));
        gtk_paned_set_position(self->side_paned, width - (width > 1400 ? 440 : 372));
    }
    g_object_unref(self);
    return G_SOURCE_REMOVE;
}

static void place_borders(FaltungWindow *self) {
    if (!self->borders_placed) {
        self->borders_placed = TRUE;
        g_idle_add(place_borders_now, g_object_ref(self));
    }
}

static gboolean refresh(gpointer data) {
    FaltungWindow *self = data;
    /* While training here, only the slider's moments are read from the file: no hurry. */
    int patience = faltung_window_is_training(self) ? PATIENCE : 1;
    gboolean due = ++self->refreshes % patience == 0;
    if (due && self->document != NULL && gtk_widget_get_mapped(GTK_WIDGET(self))) {
        faltung_window_follow_run(self);
    }
    return G_SOURCE_CONTINUE;
}

/* --- actions --- */

static void on_undo(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_document_undo(FALTUNG_WINDOW(data)->document);
}

static void on_redo(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_document_redo(FALTUNG_WINDOW(data)->document);
}

static void on_dismiss(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_window_problem(data, NULL);
}

static void on_gallery(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_window_leave(data, faltung_window_show_start);
}

static void on_hide_panel(GSimpleAction *action, GVariant *parameter, gpointer data) {
    g_action_group_change_action_state(G_ACTION_GROUP(data), "show-panel",
                                       g_variant_new_boolean(FALSE));
}

static void on_zoom(GSimpleAction *action, GVariant *parameter, gpointer data) {
    g_autofree char *name = g_strdup_printf("canvas.%s", g_action_get_name(G_ACTION(action)));
    gtk_widget_activate_action(GTK_WIDGET(FALTUNG_WINDOW(data)->canvas), name, NULL);
}

static void on_show_panel(GSimpleAction *action, GVariant *state, gpointer data) {
    FaltungWindow *self = data;
    gtk_widget_set_visible(GTK_WIDGET(self->run_panel), g_variant_get_boolean(state));
    g_simple_action_set_state(action, state);
}

static void on_show_data(GSimpleAction *action, GVariant *state, gpointer data) {
    adw_flap_set_reveal_flap(FALTUNG_WINDOW(data)->data_flap, g_variant_get_boolean(state));
}

static void on_show_inspector(GSimpleAction *action, GVariant *state, gpointer data) {
    gtk_widget_set_visible(GTK_WIDGET(FALTUNG_WINDOW(data)->inspector),
                           g_variant_get_boolean(state));
    g_simple_action_set_state(action, state);
}

/* The side bar of the data can also be shown and hidden by a narrow window. */
static void on_flap(FaltungWindow *self) {
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), "show-data");
    g_simple_action_set_state(G_SIMPLE_ACTION(action),
                              g_variant_new_boolean(adw_flap_get_reveal_flap(self->data_flap)));
}

static void add_actions(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"undo", on_undo},
        {"redo", on_redo},
        {"gallery", on_gallery},
        {"dismiss-problem", on_dismiss},
        {"hide-panel", on_hide_panel},
        {"show-panel", NULL, NULL, "true", on_show_panel},
        {"show-data", NULL, NULL, "true", on_show_data},
        {"show-inspector", NULL, NULL, "true", on_show_inspector},
        {"zoom-in", on_zoom},
        {"zoom-out", on_zoom},
        {"zoom-fit", on_zoom},
        {"zoom-original", on_zoom},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    g_signal_connect_swapped(self->data_flap, "notify::reveal-flap", G_CALLBACK(on_flap), self);
}

/* --- what watching a training costs --- */

static void end_showing(FaltungWindow *self) {
    gint64 used = faltung_processor_time(), cost = MIN(used - self->used, LONGEST_SHOW);
    if (self->showing && self->worker != NULL) { /* else the window is being closed */
        faltung_worker_spend(self->worker, (gint64)(DISPLAY_TOO * cost));
    }
    self->showing = FALSE;
    self->used = used;
}

void faltung_window_begin_showing(FaltungWindow *self) {
    end_showing(self); /* where no frame was painted, since nobody sees the window */
    self->showing = TRUE;
}

/* Nobody sees the pictures of a window that is minimized. */
static void on_surface_state(FaltungWindow *self, GParamSpec *property, GdkToplevel *surface) {
    gboolean minimized = (gdk_toplevel_get_state(surface) & GDK_TOPLEVEL_STATE_MINIMIZED) != 0;
    if (minimized != self->minimized) {
        self->minimized = minimized;
        faltung_window_update_wanted(self);
    }
}

static void faltung_window_realize(GtkWidget *widget) {
    GTK_WIDGET_CLASS(faltung_window_parent_class)->realize(widget);
    g_signal_connect_object(gtk_native_get_surface(GTK_NATIVE(widget)), "notify::state",
                            G_CALLBACK(on_surface_state), widget, G_CONNECT_SWAPPED);
    GdkFrameClock *clock = gtk_widget_get_frame_clock(widget);
    g_signal_connect_object(clock, "after-paint", G_CALLBACK(end_showing), widget,
                            G_CONNECT_SWAPPED);
}

/* --- the type --- */

static gboolean faltung_window_close_request(GtkWindow *window) {
    FaltungWindow *self = FALTUNG_WINDOW(window);
    if (self->closing) {
        return FALSE;
    }
    faltung_window_remember(self);
    gboolean clean = self->document == NULL || (!faltung_document_modified(self->document) &&
                                                !faltung_window_is_training(self));
    if (clean) {
        self->closing = TRUE;
        return FALSE;
    }
    faltung_window_leave(self, (void (*)(FaltungWindow *))gtk_window_destroy);
    return TRUE;
}

static void faltung_window_dispose(GObject *object) {
    FaltungWindow *self = FALTUNG_WINDOW(object);
    self->closing = TRUE;
    faltung_window_cancel_film(self);
    g_clear_handle_id(&self->refresh_timer, g_source_remove);
    g_clear_handle_id(&self->rest_timer, g_source_remove);
    if (self->opening != NULL) {
        g_cancellable_cancel(self->opening);
        g_clear_object(&self->opening);
    }
    if (self->viewer != NULL) {
        g_signal_handlers_disconnect_by_data(self->viewer, self);
        faltung_viewer_close(self->viewer);
        g_clear_object(&self->viewer);
    }
    faltung_window_forget_disk(self);
    g_clear_object(&self->sweep); /* which goes on by itself */
    if (self->worker != NULL) {
        g_signal_handlers_disconnect_by_data(self->worker, self);
        faltung_worker_stop(self->worker);
        g_clear_object(&self->worker);
    }
    if (self->document != NULL) {
        g_signal_handlers_disconnect_by_data(self->document, self);
        g_clear_object(&self->document);
    }
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    G_OBJECT_CLASS(faltung_window_parent_class)->dispose(object);
}

static void faltung_window_finalize(GObject *object) {
    FaltungWindow *self = FALTUNG_WINDOW(object);
    g_free(self->run_path);
    g_free(self->data_problem);
    g_free(self->insert_from);
    g_clear_weak_pointer(&self->import_dialog);
    g_free(self->import_origin);
    faltung_history_unref(self->history);
    g_object_unref(self->tour);
    G_OBJECT_CLASS(faltung_window_parent_class)->finalize(object);
}

static void faltung_window_class_init(FaltungWindowClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = faltung_window_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_window_finalize;
    widget_class->realize = faltung_window_realize;
    GTK_WINDOW_CLASS(klass)->close_request = faltung_window_close_request;
    g_type_ensure(FALTUNG_TYPE_START_PAGE);
    g_type_ensure(FALTUNG_TYPE_DATA_PANEL);
    g_type_ensure(FALTUNG_TYPE_SEARCH);
    g_type_ensure(FALTUNG_TYPE_INSPECTOR);
    g_type_ensure(FALTUNG_TYPE_CANVAS);
    g_type_ensure(FALTUNG_TYPE_MINIMAP);
    g_type_ensure(FALTUNG_TYPE_RUN_PANEL);
    g_type_ensure(FALTUNG_TYPE_YAML_EDITOR);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/faltung/Faltung/window.ui");
#define BIND(name) gtk_widget_class_bind_template_child(widget_class, FaltungWindow, name)
    BIND(toasts);
    BIND(title);
    BIND(back_button);
    BIND(data_toggle);
    BIND(open_button);
    BIND(undo_button);
    BIND(redo_button);
    BIND(inspector_toggle);
    BIND(text_toggle);
    BIND(text_paned);
    BIND(text);
    BIND(run_box);
    BIND(train_content);
    BIND(play_button);
    BIND(problem_revealer);
    BIND(problem_label);
    BIND(resume_revealer);
    BIND(disk_revealer);
    BIND(resume_label);
    BIND(pages);
    BIND(start_page);
    BIND(loading_spinner);
    BIND(data_flap);
    BIND(side_pages);
    BIND(data_panel);
    BIND(palette);
    BIND(inspector);
    BIND(paned);
    BIND(side_paned);
    BIND(canvas);
    BIND(minimap);
    BIND(zoom_button);
    BIND(recent_menu);
    BIND(progress);
    BIND(run_panel);
#undef BIND
    faltung_shortcuts_bind(widget_class, FALTUNG_KEYS_OF_WINDOW);
}

static void faltung_window_init(FaltungWindow *self) {
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_window_set_icon_name(GTK_WINDOW(self), FALTUNG_APPLICATION_ID);
    self->history = faltung_history_new();
    self->viewer = faltung_viewer_new();
    self->worker = faltung_worker_new();
    self->scene = faltung_run_panel_scene(self->run_panel);
    faltung_symbol_marks_attach(self->canvas, self->scene);
    faltung_walk_marks_attach(self->canvas, self->scene);
    faltung_microscope_attach(self->canvas, self->scene);
    faltung_inspector_set_scene(self->inspector, self->scene);
    add_actions(self);
    faltung_window_install_edit(self);
    faltung_window_install_search(self);
    faltung_window_install_blocks(self);
    faltung_window_install_canvas(self);
    faltung_window_install_fixes(self);
    faltung_window_install_export(self);
    faltung_window_install_files(self);
    faltung_window_install_film(self);
    faltung_window_install_play(self);
    faltung_window_install_run(self);
    faltung_window_install_text(self);
    faltung_window_install_sweep(self);
    faltung_window_install_disk(self);
    faltung_window_install_import(self);
    faltung_window_install_help(self);
    faltung_window_install_tour(self);

    g_signal_connect_swapped(self->canvas, "selected", G_CALLBACK(show_layer), self);
    g_signal_connect_swapped(self->canvas, "activated", G_CALLBACK(show_inspector), self);
    g_signal_connect_swapped(self->canvas, "view", G_CALLBACK(on_canvas_view), self);
    g_signal_connect_swapped(self->inspector, "view", G_CALLBACK(faltung_window_update_wanted),
                             self);
    g_signal_connect_swapped(self->data_panel, "chosen", G_CALLBACK(faltung_window_update_wanted),
                             self);
    g_signal_connect_object(self->scene, "view", G_CALLBACK(faltung_window_update_wanted), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->scene, "choose", G_CALLBACK(on_choose), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->scene, "select", G_CALLBACK(on_select), self, G_CONNECT_SWAPPED);
    g_signal_connect_swapped(faltung_run_panel_slider(self->run_panel), "moved",
                             G_CALLBACK(on_slider), self);
    g_signal_connect_swapped(faltung_run_panel_curves(self->run_panel), "says",
                             G_CALLBACK(faltung_window_toast), self);
    g_signal_connect_swapped(self->viewer, "snapshot", G_CALLBACK(on_viewer_snapshot), self);
    g_signal_connect_swapped(self->viewer, "data", G_CALLBACK(on_viewer_data), self);
    g_signal_connect_swapped(self->viewer, "run", G_CALLBACK(faltung_window_on_run_read), self);
    g_signal_connect_swapped(self->viewer, "failed", G_CALLBACK(on_viewer_failed), self);
    g_signal_connect_swapped(self->start_page, "template", G_CALLBACK(faltung_window_open_template),
                             self);
    faltung_on_style_changed(GTK_WIDGET(self), G_CALLBACK(faltung_window_update_wanted));
    self->refresh_timer = g_timeout_add_seconds(REFRESH_SECONDS, refresh, self);
    g_signal_connect_swapped(self->paned, "map", G_CALLBACK(place_borders), self);
    faltung_name_buttons(GTK_WIDGET(self));
    faltung_window_update_title(self);
    faltung_window_update_actions(self);
    faltung_window_restore(self);
}

FaltungWindow *faltung_window_new(GtkApplication *application) {
    return g_object_new(FALTUNG_TYPE_WINDOW, "application", application, NULL);
}
