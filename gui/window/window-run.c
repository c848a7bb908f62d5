/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/window-private.h"

#include "core/base/error.h"
#include "core/train/training.h"
#include "gui/training/run-list.h"
#include "gui/training/threads.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define FIGURES_EVERY (G_TIME_SPAN_SECOND / 4)

/* --- where the run file goes --- */

char *faltung_window_run_folder(FaltungWindow *self) {
    const char *origin = faltung_document_origin(self->document);
    gboolean beside =
        faltung_document_file(self->document) != NULL || g_str_has_suffix(origin, ".h5");
    return faltung_run_folder(origin, beside);
}

/* The name of the experiment's file, without its end. */
char *faltung_window_run_stem(FaltungWindow *self) {
    g_autofree char *name = g_path_get_basename(faltung_document_origin(self->document));
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name) {
        *dot = '\0';
    }
    return g_steal_pointer(&name);
}

/* A name that is not taken: the experiment's, with the time. */
static char *new_run_path(FaltungWindow *self, GError **error) {
    g_autofree char *folder = faltung_window_run_folder(self);
    if (g_mkdir_with_parents(folder, 0777) != 0) {
        faltung_fail(error, FALTUNG_ERROR_WORK, "%s: the folder for runs cannot be made: %s",
                     folder, g_strerror(errno));
        return NULL;
    }
    g_autofree char *stem = faltung_window_run_stem(self);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%Y%m%d-%H%M%S");
    for (int i = 1;; i++) {
        g_autofree char *name = i == 1 ? g_strdup_printf("%s-%s.h5", stem, time)
                                       : g_strdup_printf("%s-%s-%d.h5", stem, time, i);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
            return g_steal_pointer(&path);
        }
    }
}

/* --- start, pause, step, stop --- */

static void start(FaltungWindow *self, gboolean paused, gboolean resume) {
    g_autoptr(GError) error = NULL;
    g_autofree char *path = resume ? g_strdup(self->run_path) : new_run_path(self, &error);
    if (path == NULL) {
        faltung_window_problem(self, error->message);
        return;
    }
    FaltungWorkerJob job = {
        .text = faltung_document_text(self->document),
        .origin = faltung_document_origin(self->document),
        .path = path,
        .resume = resume,
        .threads = faltung_threads_wanted(),
        .paused = paused,
    };
    faltung_viewer_get_data(self->viewer, faltung_document_experiment(self->document),
                            &job.training, &job.validation);
    faltung_window_cancel_film(self);
    if (!resume) {
        faltung_history_clear(self->history);
        g_clear_pointer(&self->run_path, g_free);
        faltung_viewer_set_run(self->viewer, NULL);
        FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
        faltung_time_slider_set_moments(slider, 0, NULL);
    }
    faltung_time_slider_follow(faltung_run_panel_slider(self->run_panel));
    faltung_window_draw_curves(self);
    gtk_revealer_set_reveal_child(self->resume_revealer, FALSE);
    faltung_window_problem(self, NULL);
    gtk_progress_bar_set_fraction(self->progress, 0);
    faltung_run_panel_set_figures(self->run_panel, _("Starting"));
    g_autofree char *message = g_strdup_printf(
        resume ? _("Going on; the run file is %s") : _("Training; the run file is %s"), path);
    faltung_run_panel_log(self->run_panel, message);
    faltung_worker_start(self->worker, &job);
    faltung_window_update_wanted(self);
}

static void on_train(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    if (faltung_worker_state(self->worker) == FALTUNG_WORKER_IDLE) {
        start(self, FALSE, FALSE);
    } else {
        faltung_worker_go_on(self->worker);
    }
}

static void on_step(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWindow *self = data;
    if (faltung_worker_state(self->worker) == FALTUNG_WORKER_IDLE) {
        start(self, TRUE, FALSE);
    } else {
        faltung_worker_step(self->worker);
    }
}

static void on_pause(GSimpleAction *action, GVariant *parameter, gpointer data) {
    FaltungWorker *worker = FALTUNG_WINDOW(data)->worker;
    if (faltung_worker_state(worker) == FALTUNG_WORKER_PAUSED) {
        faltung_worker_go_on(worker);
    } else {
        faltung_worker_pause(worker);
    }
}

static void on_stop(GSimpleAction *action, GVariant *parameter, gpointer data) {
    faltung_worker_stop(FALTUNG_WINDOW(data)->worker);
}

static void on_resume(GSimpleAction *action, GVariant *parameter, gpointer data) {
    start(data, FALSE, TRUE);
}

/* --- what the worker tells --- */

static void append_time_left(GString *text, gint64 seconds) {
    if (seconds >= 3600) {
        g_string_append_printf(text, _(" · %d h %d min left"), (int)(seconds / 3600),
                               (int)(seconds / 60 % 60));
    } else if (seconds >= 60) {
        g_string_append_printf(text, _(" · %d min %d s left"), (int)(seconds / 60),
                               (int)(seconds % 60));
    } else if (seconds >= 0) {
        g_string_append_printf(text, _(" · %d s left"), (int)seconds);
    }
}

/* The few words in the header bar. */
static void show_subtitle(FaltungWindow *self) {
    const FaltungProgress *progress = &self->progress_now;
    FaltungWorkerState state = faltung_worker_state(self->worker);
    if (state == FALTUNG_WORKER_IDLE) {
        return;
    }
    g_autoptr(GString) text = g_string_new(state == FALTUNG_WORKER_PAUSED ? _("paused · ") : NULL);
    g_string_append_printf(text, _("epoch %d of %d"), progress->epoch, progress->n_epochs);
    if (state == FALTUNG_WORKER_RUNNING) {
        append_time_left(text, progress->seconds_left);
    }
    adw_window_title_set_subtitle(self->title, text->str);
}

static void show_progress(FaltungWindow *self) {
    const FaltungProgress *progress = &self->progress_now;
    if (progress->n_steps == 0) {
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, _("loss %.4f"), progress->loss);
    if (!isnan(progress->validation_accuracy)) {
        g_string_append_printf(text, _(" · val. accuracy %.1f %%"),
                               100 * progress->validation_accuracy);
    } else if (!isnan(progress->validation_loss)) {
        g_string_append_printf(text, _(" · val. loss %.4g"), progress->validation_loss);
    }
    g_string_append_printf(text, _(" · step %zu"), (gsize)progress->step);
    if (progress->samples_per_second > 0) {
        g_string_append_printf(text, _(" · %'.0f samples/s"), progress->samples_per_second);
    }
    faltung_run_panel_set_figures(self->run_panel, text->str);
    show_subtitle(self);
    gtk_progress_bar_set_fraction(self->progress, (double)progress->step / progress->n_steps);
}

/* What the worker tells comes many lines at a time where epochs are short. */
static void show_told(FaltungWindow *self) {
    g_autofree char *told = faltung_worker_take_told(self->worker);
    if (told != NULL) {
        faltung_run_panel_log(self->run_panel, told);
    }
}

static void on_published(FaltungWindow *self) {
    faltung_window_begin_showing(self);
    g_autoptr(FaltungSnapshot) snapshot =
        faltung_worker_take(self->worker, self->history, &self->progress_now);
    gint64 now = g_get_monotonic_time();
    if (now >= self->figures_after ||
        faltung_worker_state(self->worker) != FALTUNG_WORKER_RUNNING) {
        self->figures_after = now + FIGURES_EVERY;
        faltung_window_draw_curves(self);
        show_progress(self);
        show_told(self);
        faltung_window_update_play(self);
    }
    int moment = faltung_time_slider_moment(faltung_run_panel_slider(self->run_panel));
    if (snapshot != NULL && moment < 0) {
        faltung_window_set_snapshot(self, snapshot);
    }
}

static void on_message(FaltungWindow *self, const char *text, gboolean warning) {
    show_told(self); /* which was before */
    faltung_run_panel_log(self->run_panel, text);
    if (warning) {
        faltung_window_problem(self, text);
    }
}

void faltung_window_follow_run(FaltungWindow *self) {
    const char *path = faltung_worker_path(self->worker);
    if (!faltung_window_is_training(self)) {
        path = self->run_path;
    }
    if (path == NULL) {
        return;
    }
    if (g_strcmp0(self->run_path, path) == 0) {
        faltung_viewer_refresh(self->viewer, !faltung_window_is_training(self));
    } else if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        /* The first checkpoint is there: its moments can be looked at while training goes on. */
        g_free(self->run_path);
        self->run_path = g_strdup(path);
        faltung_viewer_set_run(self->viewer, path);
        faltung_window_update_title(self);
    }
}

static void on_state(FaltungWindow *self) {
    faltung_window_update_actions(self);
    faltung_window_update_play(self);
    show_progress(self);
}

static void on_ended(FaltungWindow *self, FaltungTrainingEnd end, const char *text) {
    faltung_window_draw_curves(self);
    const char *path = faltung_worker_path(self->worker);
    gboolean written = g_file_test(path, G_FILE_TEST_EXISTS);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *message = NULL;
    if (end == FALTUNG_TRAINING_FINISHED) {
        message = g_strdup_printf(_("Finished; saved as %s"), name);
    } else if (end == FALTUNG_TRAINING_INTERRUPTED) {
        message = g_strdup_printf(_("Stopped; saved as %s"), name);
    }
    if (message != NULL) {
        faltung_window_toast(self, message);
        faltung_run_panel_log(self->run_panel, message);
    }
    if (text != NULL) {
        faltung_window_problem(self, text);
        faltung_run_panel_log(self->run_panel, text);
    }
    if (written) {
        g_free(self->run_path);
        self->run_path = g_strdup(path);
        faltung_viewer_set_run(self->viewer, path);
    }
    faltung_window_update_title(self);
    faltung_window_update_actions(self);
    faltung_window_update_wanted(self);
    faltung_window_left_training(self);
}

/* --- a run file was read, for the first time or again --- */

static void show_ended_figures(FaltungWindow *self, const FaltungRunInfo *info) {
    GArray *epochs = info->history->epochs;
    g_autoptr(GString) text = g_string_new(faltung_status_text(info->status));
    double accuracy = NAN, loss = NAN;
    for (guint i = 0; i < epochs->len; i++) {
        const FaltungMetrics *row = &g_array_index(epochs, FaltungEpochRow, i).validation;
        accuracy = isnan(accuracy) || row->accuracy > accuracy ? row->accuracy : accuracy;
        loss = isnan(loss) || row->loss < loss ? row->loss : loss;
    }
    if (epochs->len > 0) {
        g_string_append_printf(text, _(" · epoch %d"),
                               g_array_index(epochs, FaltungEpochRow, epochs->len - 1).epoch);
    }
    if (!isnan(accuracy)) {
        g_string_append_printf(text, _(" · best val. accuracy %.2f %%"), 100 * accuracy);
    } else if (!isnan(loss)) {
        g_string_append_printf(text, _(" · best val. loss %.4g"), loss);
    }
    if (info->touched > 0) {
        g_string_append_printf(
            text,
            ngettext(" · touched: %u act by hand", " · touched: %u acts by hand", info->touched),
            info->touched);
    }
    if (*info->reason != '\0') {
        g_string_append_printf(text, " · %s", info->reason);
    }
    faltung_run_panel_set_figures(self->run_panel, text->str);
}

void faltung_window_on_run_read(FaltungWindow *self) {
    FaltungRunInfo *info = faltung_viewer_run(self->viewer);
    if (info == NULL || self->run_path == NULL || strcmp(info->path, self->run_path) != 0) {
        return;
    }
    FaltungTimeSlider *slider = faltung_run_panel_slider(self->run_panel);
    faltung_time_slider_set_moments(slider, info->n_moments, info->epochs);
    faltung_window_update_actions(self);
    if (faltung_window_is_training(self) || !info->has_rows) {
        return; /* the worker knows more than the file */
    }
    faltung_history_unref(self->history);
    self->history = faltung_history_copy(info->history);
    faltung_window_draw_curves(self);
    show_ended_figures(self, info);
    if (info->can_resume) {
        gtk_label_set_text(self->resume_label,
                           _("This run was interrupted. It can go on exactly where it stopped."));
    }
    gtk_revealer_set_reveal_child(self->resume_revealer, info->can_resume);
}

void faltung_window_install_run(FaltungWindow *self) {
    const GActionEntry actions[] = {
        {"train", on_train}, {"step", on_step},     {"pause", on_pause},
        {"stop", on_stop},   {"resume", on_resume},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    g_signal_connect_swapped(self->worker, "published", G_CALLBACK(on_published), self);
    g_signal_connect_swapped(self->worker, "message", G_CALLBACK(on_message), self);
    g_signal_connect_swapped(self->worker, "state", G_CALLBACK(on_state), self);
    g_signal_connect_swapped(self->worker, "ended", G_CALLBACK(on_ended), self);
}
