/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/worker.h"

#include "core/base/error.h"
#include "core/train/training.h"
#include "core/train/transfer.h"
#include "data/catalogue.h"
#include "gui/training/budget.h"

#include <glib/gi18n.h>
#include <math.h>

#define PUBLISH_EVERY (G_TIME_SPAN_SECOND / 30)
#define NORMS_EVERY (G_TIME_SPAN_SECOND / 4)
#define WEIGHTS_EVERY G_TIME_SPAN_SECOND

struct _FaltungWorker {
    GObject parent;
    GThread *thread;
    char *path;

    GMutex mutex; /* of everything below */
    GCond wake;
    FaltungWorkerState state;
    gboolean pause, stop;
    int budget;           /* steps to do in spite of pause */
    GArray *asked, *acts; /* (element-type FaltungAct): to be done, and done */
    FaltungBreakpoints breakpoints;
    gboolean has_wanted, wanted_changed;
    FaltungWanted wanted;
    FaltungBudget looking;
    FaltungHistory *rows; /* not taken yet */
    GString *told;        /* the same */
    FaltungProgress progress;
    FaltungSnapshot *newest;
    gboolean announced;
};

G_DEFINE_FINAL_TYPE(FaltungWorker, faltung_worker, G_TYPE_OBJECT)

enum { SIGNAL_STATE, SIGNAL_PUBLISHED, SIGNAL_MESSAGE, SIGNAL_BROKE, SIGNAL_ENDED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* What the training thread has to itself. */
typedef struct {
    FaltungWorker *worker;
    char *text, *origin, *path;
    gboolean resume;
    int threads;
    FaltungDataset *training, *validation;
    FaltungExperiment *experiment;
    FaltungRunWriter *writer;
    FaltungCrossed crossed;
    gint64 publish_after; /* monotonic time */
    gint64 started;
    guint64 first_step;
    guint64 norms_step;      /* of the last norms that were measured */
    gint64 norms_after;      /* monotonic time */
    FaltungWeights *weights; /* the last that were copied */
    gint64 weights_after;
} Training;

static void training_free(Training *training) {
    g_free(training->text);
    g_free(training->origin);
    g_free(training->path);
    g_clear_pointer(&training->training, faltung_dataset_unref);
    g_clear_pointer(&training->validation, faltung_dataset_unref);
    g_clear_pointer(&training->experiment, faltung_experiment_free);
    g_clear_pointer(&training->weights, faltung_weights_unref);
    g_object_unref(training->worker);
    g_free(training);
}

/* --- from the training thread to the window's --- */

typedef struct {
    FaltungWorker *worker;
    guint signal;
    char *text;
    int value;
} Note;

static gboolean deliver(gpointer data) {
    Note *note = data;
    FaltungWorker *self = note->worker;
    switch (note->signal) {
    case SIGNAL_PUBLISHED:
        g_mutex_lock(&self->mutex);
        self->announced = FALSE;
        g_mutex_unlock(&self->mutex);
        g_signal_emit(self, signals[SIGNAL_PUBLISHED], 0);
        break;
    case SIGNAL_BROKE:
    case SIGNAL_MESSAGE:
        g_signal_emit(self, signals[note->signal], 0, note->text, note->value);
        break;
    case SIGNAL_ENDED:
        g_clear_pointer(&self->thread, g_thread_join);
        g_signal_emit(self, signals[SIGNAL_PUBLISHED], 0);
        g_signal_emit(self, signals[SIGNAL_ENDED], 0, note->value, note->text);
        break;
    default:
        g_signal_emit(self, signals[note->signal], 0);
    }
    g_object_unref(note->worker);
    g_free(note->text);
    g_free(note);
    return G_SOURCE_REMOVE;
}

static void post(FaltungWorker *self, guint signal, const char *text, int value) {
    Note *note = g_new(Note, 1);
    *note = (Note){g_object_ref(self), signal, g_strdup(text), value};
    g_idle_add_full(G_PRIORITY_DEFAULT, deliver, note, NULL);
}

/* With the mutex held. */
static void change_state(FaltungWorker *self, FaltungWorkerState state) {
    if (self->state != state) {
        self->state = state;
        post(self, SIGNAL_STATE, NULL, 0);
    }
}

static void announce(FaltungWorker *self) {
    if (!self->announced) {
        self->announced = TRUE;
        post(self, SIGNAL_PUBLISHED, NULL, 0);
    }
}

/* With the mutex held: looking took @cost. */
static void spend(FaltungWorker *self, gint64 cost) {
    double share = self->has_wanted ? FALTUNG_SHARE_PICTURES : FALTUNG_SHARE_FIGURES;
    faltung_budget_spend(&self->looking, g_get_monotonic_time(), cost, share);
}

/* --- on the training thread --- */

static void measure_norms(Training *training, FaltungTrainer *trainer) {
    FaltungWorker *self = training->worker;
    const FaltungGraph *graph = faltung_network_graph(faltung_trainer_network(trainer));
    guint64 an_epoch = MAX(faltung_trainer_steps_an_epoch(trainer), 1);
    guint64 step = faltung_trainer_step_count(trainer);
    if (step == training->norms_step && step > 0) {
        return;
    }
    training->norms_step = step;
    training->norms_after = g_get_monotonic_time() + NORMS_EVERY;
    g_autofree FaltungLayerNorms *norms = faltung_trainer_norms(trainer);
    g_mutex_lock(&self->mutex);
    faltung_history_add_norms(self->rows, (double)step / an_epoch, graph, norms);
    g_mutex_unlock(&self->mutex);
}

/* Returns: (transfer full): the parameters, now or a little ago. */
static FaltungWeights *copy_weights(Training *training, FaltungTrainer *trainer,
                                    const FaltungSnapshot *snapshot) {
    gint64 now = g_get_monotonic_time();
    gboolean standing = snapshot->wanted.standing;
    gboolean same = training->weights != NULL && training->weights->step == snapshot->step;
    gboolean lacks = standing && training->weights != NULL && training->weights->standing == NULL;
    if (lacks || (!same && now >= training->weights_after)) {
        g_clear_pointer(&training->weights, faltung_weights_unref);
        training->weights =
            faltung_weights_new(faltung_trainer_network(trainer), snapshot->step, snapshot->epoch,
                                standing ? faltung_trainer_standing(trainer) : NULL);
        training->weights_after = now + WEIGHTS_EVERY;
    }
    return faltung_weights_ref(training->weights);
}

/* @busy: the training goes on meanwhile. */
static void look(Training *training, FaltungTrainer *trainer, gboolean busy) {
    FaltungWorker *self = training->worker;
    g_mutex_lock(&self->mutex);
    gboolean has_wanted = self->has_wanted;
    FaltungWanted wanted = {0};
    faltung_wanted_set(&wanted, &self->wanted);
    self->wanted_changed = FALSE;
    g_mutex_unlock(&self->mutex);
    gint64 now = g_get_monotonic_time(), begin = faltung_processor_time();
    training->publish_after = now + PUBLISH_EVERY;
    if (!has_wanted) {
        faltung_wanted_clear(&wanted);
        return;
    }
    FaltungSnapshot *snapshot =
        faltung_snapshot_take(faltung_trainer_network(trainer), training->validation, &wanted,
                              faltung_trainer_step_count(trainer) > training->first_step);
    if (wanted.norms && now >= training->norms_after) {
        measure_norms(training, trainer);
    }
    snapshot->step = faltung_trainer_step_count(trainer);
    snapshot->epoch = (double)snapshot->step / MAX(faltung_trainer_steps_an_epoch(trainer), 1);
    snapshot->live = busy;
    if (wanted.analyses != 0 || wanted.weights) {
        snapshot->weights = copy_weights(training, trainer, snapshot);
    }
    faltung_wanted_clear(&wanted);

    g_mutex_lock(&self->mutex);
    spend(self, faltung_processor_time() - begin);
    g_clear_pointer(&self->newest, faltung_snapshot_unref);
    self->newest = snapshot;
    announce(self);
    g_mutex_unlock(&self->mutex);
}

/* What was done becomes known to the window. Returns: how many acts that are. */
static guint tell_acts(Training *training, FaltungTrainer *trainer) {
    FaltungWorker *self = training->worker;
    guint n;
    const FaltungAct *acts = faltung_trainer_acts(trainer, &n);
    g_mutex_lock(&self->mutex);
    guint before = self->acts->len;
    if (n != before) {
        g_array_set_size(self->acts, 0);
        g_array_append_vals(self->acts, acts, n);
        announce(self);
    }
    g_mutex_unlock(&self->mutex);
    const FaltungGraph *graph = faltung_network_graph(faltung_trainer_network(trainer));
    for (guint i = before; i < n; i++) {
        g_autofree char *text = faltung_act_format(&acts[i], graph);
        g_autofree char *line = g_strdup_printf(_("Done at step %s"), text);
        post(self, SIGNAL_MESSAGE, line, FALSE);
    }
    return n;
}

/* With the mutex held, which it leaves for the while. Returns: whether anything was done. */
static gboolean do_asked(Training *training, FaltungTrainer *trainer) {
    FaltungWorker *self = training->worker;
    if (self->asked->len == 0) {
        return FALSE;
    }
    g_autoptr(GArray) asked = g_steal_pointer(&self->asked);
    self->asked = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    g_mutex_unlock(&self->mutex);
    for (guint i = 0; i < asked->len; i++) {
        g_autoptr(GError) error = NULL;
        if (!faltung_trainer_act(trainer, g_array_index(asked, FaltungAct, i), &error) ||
            !faltung_run_writer_acts(training->writer, trainer, &error)) {
            post(self, SIGNAL_MESSAGE, error->message, TRUE);
        }
    }
    tell_acts(training, trainer);
    g_mutex_lock(&self->mutex);
    return TRUE;
}

static void note_progress(Training *training, FaltungTrainer *trainer, const FaltungStepRow *row) {
    FaltungProgress *progress = &training->worker->progress;
    guint64 an_epoch = MAX(faltung_trainer_steps_an_epoch(trainer), 1);
    progress->step = row->step;
    progress->n_steps = an_epoch * training->experiment->train->epochs;
    progress->n_epochs = training->experiment->train->epochs;
    progress->epoch = (int)MIN((row->step - 1) / an_epoch + 1, (guint64)progress->n_epochs);
    progress->loss = row->loss;
    progress->samples_per_second = row->samples_per_second;
    progress->learning_rate = row->learning_rate;
    double spent = (g_get_monotonic_time() - training->started) / (double)G_TIME_SPAN_SECOND;
    guint64 done = row->step - training->first_step;
    progress->seconds_left = spent > 1 && progress->n_steps > row->step
                                 ? (gint64)(spent / done * (progress->n_steps - row->step) + 0.5)
                                 : -1;
}

/* It pauses by itself. */
static void pause_here(FaltungWorker *self, const char *why, int layer) {
    g_mutex_lock(&self->mutex);
    self->pause = TRUE;
    self->budget = 0;
    g_mutex_unlock(&self->mutex);
    post(self, SIGNAL_BROKE, why, layer);
}

/* Where there is a pause, until it is over. Returns: whether to stop. */
static gboolean wait_in_pause(Training *training, FaltungTrainer *trainer) {
    FaltungWorker *self = training->worker;
    g_mutex_lock(&self->mutex);
    gboolean looked = FALSE;
    gint64 paused_at = g_get_monotonic_time();
    while (self->pause && self->budget == 0 && !self->stop) {
        change_state(self, FALTUNG_WORKER_PAUSED);
        if (do_asked(training, trainer) || !looked || self->wanted_changed) {
            g_mutex_unlock(&self->mutex);
            training->norms_after = training->weights_after = 0; /* a pause is there to look */
            look(training, trainer, FALSE);
            looked = TRUE;
            g_mutex_lock(&self->mutex);
        } else {
            announce(self);
            g_cond_wait(&self->wake, &self->mutex);
        }
    }
    gboolean stop = self->stop;
    if (!stop) {
        change_state(self, FALTUNG_WORKER_RUNNING);
    }
    if (looked) {
        training->started += g_get_monotonic_time() - paused_at;
        self->looking = (FaltungBudget){0}; /* nothing was taken from a training that stood still */
    }
    g_mutex_unlock(&self->mutex);
    return stop;
}

static FaltungTrainingAnswer after_step(FaltungTrainer *trainer, const FaltungStepRow *row,
                                        gpointer data) {
    Training *training = data;
    FaltungWorker *self = training->worker;
    gint64 now = g_get_monotonic_time();

    g_mutex_lock(&self->mutex);
    g_array_append_val(self->rows->steps, *row);
    note_progress(training, trainer, row);
    guint n_acts;
    faltung_trainer_acts(trainer, &n_acts);
    gboolean acted = n_acts != self->acts->len; /* as the experiment says */
    do_asked(training, trainer);
    gboolean single = self->budget > 0 && --self->budget == 0;
    gboolean rested = now >= training->publish_after && !self->announced &&
                      faltung_budget_rest(&self->looking, now) == 0;
    gboolean due = rested || single || self->wanted_changed;
    FaltungBreakpoints breakpoints = self->breakpoints;
    if (due) {
        announce(self);
    }
    g_mutex_unlock(&self->mutex);
    if (acted) {
        tell_acts(training, trainer);
    }
    if (due) {
        look(training, trainer, TRUE);
    }

    int layer;
    g_autofree char *why =
        faltung_breakpoints_after_step(&breakpoints, &training->crossed, trainer, row, &layer);
    if (why != NULL) {
        pause_here(self, why, layer);
    }
    return wait_in_pause(training, trainer) ? FALTUNG_TRAINING_STOP : FALTUNG_TRAINING_GO_ON;
}

static void after_epoch(FaltungTrainer *trainer, const FaltungEpochRow *row, gpointer data) {
    Training *training = data;
    FaltungWorker *self = training->worker;
    measure_norms(training, trainer);
    g_mutex_lock(&self->mutex);
    FaltungBreakpoints breakpoints = self->breakpoints;
    faltung_history_add_epoch(self->rows, row, faltung_trainer_readings(trainer));
    self->progress.validation_loss = row->validation.loss;
    self->progress.validation_accuracy = row->validation.accuracy;
    g_mutex_unlock(&self->mutex);
    if (row->epoch == 0) {
        look(training, trainer, TRUE);
    }
    g_autofree char *figure =
        isnan(row->validation.accuracy)
            ? g_strdup_printf(_("MAE %.4g, RMSE %.4g"), row->validation.mae, row->validation.rmse)
            : g_strdup_printf(_("accuracy %.2f %%"), 100 * row->validation.accuracy);
    g_autofree char *message =
        row->epoch == 0
            ? g_strdup_printf(_("Before training: validation loss %.4g, %s"), row->validation.loss,
                              figure)
            : g_strdup_printf(_("Epoch %d: training loss %.4g, validation loss %.4g, %s; %.1f s"),
                              row->epoch, row->train.loss, row->validation.loss, figure,
                              row->seconds);
    g_mutex_lock(&self->mutex);
    g_string_append_printf(self->told, "%s%s", self->told->len > 0 ? "\n" : "", message);
    g_mutex_unlock(&self->mutex);
    int layer;
    g_autofree char *why = faltung_breakpoints_after_epoch(
        &breakpoints, &training->crossed, trainer, training->validation, row, &layer);
    if (why != NULL) {
        pause_here(self, why, layer);
        wait_in_pause(training, trainer);
    }
}

/* Something may be done to the network, and the step tried again. */
static gboolean on_trouble(FaltungTrainer *trainer, const GError *error, gpointer data) {
    Training *training = data;
    FaltungWorker *self = training->worker;
    g_mutex_lock(&self->mutex);
    gboolean pauses = self->breakpoints.not_finite && !self->stop;
    g_mutex_unlock(&self->mutex);
    if (!pauses) {
        return FALSE;
    }
    pause_here(self, error->message, faltung_trainer_failed_layer(trainer));
    return !wait_in_pause(training, trainer);
}

static void on_warning(const char *message, gpointer data) {
    Training *training = data;
    post(training->worker, SIGNAL_MESSAGE, message, TRUE);
}

static FaltungTrainingEnd run(Training *training, GError **error) {
    FaltungWorker *self = training->worker;
    training->experiment = faltung_experiment_parse(training->text, training->origin, NULL, error);
    if (training->experiment == NULL) {
        return FALTUNG_TRAINING_FAILED;
    }
    if (training->training == NULL &&
        !faltung_data_load(training->experiment->data, training->origin, &training->training,
                           &training->validation, error)) {
        return FALTUNG_TRAINING_FAILED;
    }
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(
        training->experiment, training->training, training->validation, training->threads, error);
    if (trainer == NULL) {
        return FALTUNG_TRAINING_FAILED;
    }
    g_autofree char *initialized = NULL;
    if (!training->resume &&
        !faltung_trainer_initialize(trainer, training->experiment, &initialized, error)) {
        return FALTUNG_TRAINING_FAILED;
    }
    if (initialized != NULL) {
        post(self, SIGNAL_MESSAGE, initialized, FALSE);
    }
    g_autoptr(FaltungRunWriter) writer =
        training->resume
            ? faltung_run_writer_resume(training->path, training->experiment, trainer,
                                        training->training, error)
            : faltung_run_writer_create(training->path, training->experiment, trainer,
                                        training->training, training->validation, error);
    if (writer == NULL) {
        return FALTUNG_TRAINING_FAILED;
    }
    training->writer = writer;
    training->first_step = faltung_trainer_step_count(trainer);
    g_mutex_lock(&self->mutex);
    guint n;
    const FaltungAct *acts = faltung_trainer_acts(trainer, &n);
    g_array_set_size(self->acts, 0);
    g_array_append_vals(self->acts, acts, n);
    g_mutex_unlock(&self->mutex);
    training->started = g_get_monotonic_time();
    g_mutex_lock(&self->mutex);
    if (!self->stop) {
        change_state(self, FALTUNG_WORKER_RUNNING);
    }
    g_mutex_unlock(&self->mutex);
    FaltungTrainingHooks hooks = {after_step, after_epoch, on_trouble, on_warning, training};
    FaltungTrainingEnd end = faltung_training_run(trainer, writer, &hooks, NULL, error);
    if (faltung_trainer_stopped_early(trainer) != NULL) {
        post(self, SIGNAL_MESSAGE, faltung_trainer_stopped_early(trainer), FALSE);
    }
    look(training, trainer, FALSE);
    return end;
}

static gpointer train(gpointer data) {
    Training *training = data;
    FaltungWorker *self = training->worker;
    g_autoptr(GError) error = NULL;
    FaltungTrainingEnd end = run(training, &error);
    g_mutex_lock(&self->mutex);
    change_state(self, FALTUNG_WORKER_IDLE);
    g_mutex_unlock(&self->mutex);
    post(self, SIGNAL_ENDED, error != NULL ? error->message : NULL, (int)end);
    training_free(training);
    return NULL;
}

/* --- on the window's thread --- */

void faltung_worker_start(FaltungWorker *self, const FaltungWorkerJob *job) {
    g_return_if_fail(self->thread == NULL);
    Training *training = g_new0(Training, 1);
    training->worker = g_object_ref(self);
    training->text = g_strdup(job->text);
    training->origin = g_strdup(job->origin);
    training->path = g_strdup(job->path);
    training->resume = job->resume;
    training->threads = job->threads;
    if (job->training != NULL && job->validation != NULL) {
        training->training = faltung_dataset_ref(job->training);
        training->validation = faltung_dataset_ref(job->validation);
    }
    g_free(self->path);
    self->path = g_strdup(job->path);

    g_mutex_lock(&self->mutex);
    self->stop = FALSE;
    self->pause = job->paused;
    self->budget = job->paused ? 1 : 0;
    self->looking = (FaltungBudget){0};
    g_array_set_size(self->asked, 0);
    g_array_set_size(self->acts, 0);
    self->progress = (FaltungProgress){.seconds_left = -1,
                                       .learning_rate = NAN,
                                       .validation_loss = NAN,
                                       .validation_accuracy = NAN,
                                       .loss = NAN};
    change_state(self, FALTUNG_WORKER_LOADING);
    g_mutex_unlock(&self->mutex);
    self->thread = g_thread_new("training", train, training);
}

static void command(FaltungWorker *self, gboolean pause, int budget, gboolean stop) {
    g_mutex_lock(&self->mutex);
    if (self->state != FALTUNG_WORKER_IDLE && !self->stop) {
        self->pause = pause;
        self->budget = budget;
        self->stop = stop;
        if (stop) {
            change_state(self, FALTUNG_WORKER_STOPPING);
        }
        g_cond_signal(&self->wake);
    }
    g_mutex_unlock(&self->mutex);
}

void faltung_worker_pause(FaltungWorker *self) {
    command(self, TRUE, 0, FALSE);
}

void faltung_worker_go_on(FaltungWorker *self) {
    command(self, FALSE, 0, FALSE);
}

void faltung_worker_step(FaltungWorker *self) {
    command(self, TRUE, 1, FALSE);
}

void faltung_worker_stop(FaltungWorker *self) {
    command(self, FALSE, 0, TRUE);
}

void faltung_worker_set_breakpoints(FaltungWorker *self, const FaltungBreakpoints *breakpoints) {
    g_mutex_lock(&self->mutex);
    self->breakpoints = *breakpoints;
    g_mutex_unlock(&self->mutex);
}

void faltung_worker_act(FaltungWorker *self, const FaltungAct *act) {
    g_mutex_lock(&self->mutex);
    if (self->state != FALTUNG_WORKER_IDLE && !self->stop) {
        g_array_append_val(self->asked, *act);
        g_cond_signal(&self->wake);
    }
    g_mutex_unlock(&self->mutex);
}

GArray *faltung_worker_acts(FaltungWorker *self) {
    g_mutex_lock(&self->mutex);
    GArray *acts = g_array_copy(self->acts);
    g_mutex_unlock(&self->mutex);
    return acts;
}

FaltungWorkerState faltung_worker_state(FaltungWorker *self) {
    g_mutex_lock(&self->mutex);
    FaltungWorkerState state = self->state;
    g_mutex_unlock(&self->mutex);
    return state;
}

const char *faltung_worker_path(FaltungWorker *self) {
    return self->path;
}

void faltung_worker_want(FaltungWorker *self, const FaltungWanted *wanted) {
    g_mutex_lock(&self->mutex);
    if (wanted == NULL) {
        self->has_wanted = FALSE;
    } else if (!self->has_wanted || !faltung_wanted_equal(wanted, &self->wanted)) {
        self->has_wanted = TRUE;
        faltung_wanted_set(&self->wanted, wanted);
        self->wanted_changed = TRUE;
        g_cond_signal(&self->wake);
    }
    g_mutex_unlock(&self->mutex);
}

char *faltung_worker_take_told(FaltungWorker *self) {
    g_mutex_lock(&self->mutex);
    char *told = self->told->len > 0 ? g_strdup(self->told->str) : NULL;
    g_string_truncate(self->told, 0);
    g_mutex_unlock(&self->mutex);
    return told;
}

FaltungSnapshot *faltung_worker_take(FaltungWorker *self, FaltungHistory *history,
                                     FaltungProgress *progress) {
    g_mutex_lock(&self->mutex);
    faltung_history_append(history, self->rows);
    *progress = self->progress;
    FaltungSnapshot *snapshot = g_steal_pointer(&self->newest);
    g_mutex_unlock(&self->mutex);
    return snapshot;
}

void faltung_worker_spend(FaltungWorker *self, gint64 microseconds) {
    g_mutex_lock(&self->mutex);
    spend(self, microseconds);
    g_mutex_unlock(&self->mutex);
}

static void faltung_worker_finalize(GObject *object) {
    FaltungWorker *self = FALTUNG_WORKER(object);
    g_free(self->path);
    faltung_wanted_clear(&self->wanted);
    g_array_unref(self->asked);
    g_array_unref(self->acts);
    faltung_history_unref(self->rows);
    g_string_free(self->told, TRUE);
    g_clear_pointer(&self->newest, faltung_snapshot_unref);
    g_mutex_clear(&self->mutex);
    g_cond_clear(&self->wake);
    G_OBJECT_CLASS(faltung_worker_parent_class)->finalize(object);
}

static void faltung_worker_class_init(FaltungWorkerClass *klass) {
    GType type = G_TYPE_FROM_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_worker_finalize;
    signals[SIGNAL_STATE] =
        g_signal_new("state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_PUBLISHED] =
        g_signal_new("published", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_MESSAGE] = g_signal_new("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
    signals[SIGNAL_BROKE] = g_signal_new("broke", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_INT);
    signals[SIGNAL_ENDED] = g_signal_new("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
}

static void faltung_worker_init(FaltungWorker *self) {
    g_mutex_init(&self->mutex);
    g_cond_init(&self->wake);
    self->asked = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    self->acts = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    self->rows = faltung_history_new();
    self->told = g_string_new(NULL);
    self->breakpoints.not_finite = TRUE;
}

FaltungWorker *faltung_worker_new(void) {
    return g_object_new(FALTUNG_TYPE_WORKER, NULL);
}
