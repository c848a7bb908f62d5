/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/viewer.h"

#include "core/config/sketch.h"
#include "core/train/rate.h"
#include "data/catalogue.h"

#include <string.h>

/* What the window asked for last; the generations tell what changed since. */
typedef struct {
    char *text, *origin, *run_path;
    guint document, run; /* generations */
    gboolean has_wanted;
    FaltungWanted wanted;
    int moment;
    gboolean refresh; /* of the run, if that is all: nothing else is done again */
    gboolean rows;    /* of the run are read, too */
    gboolean look;
} Wish;

/* What the thread holds. */
typedef struct {
    guint document, run;
    FaltungExperiment *experiment;
    gboolean runs;  /* the experiment; else only its data can be looked at */
    char *data_key; /* of the data that are loaded, or failed to */
    FaltungDataset *training, *validation;
    gboolean own_data;
    FaltungRun *file;
    FaltungNetwork *network;
    char *network_key;
    char *loaded_key;        /* of the weights that are in the network */
    FaltungWeights *weights; /* a copy of them; NULL: not asked for yet */
    guint standing_document; /* that says where their training stands */
} Holdings;

struct _FaltungViewer {
    GObject parent;
    GThread *thread;

    GMutex mutex; /* of wish, changed and quit */
    GCond wake;
    Wish wish;
    gboolean changed, quit;

    /* the window's side */
    guint document, run;
    FaltungDataset *training, *validation;
    gboolean own_data;
    char *data_key;
    FaltungRunInfo *info;
    FaltungSnapshot *snapshot;
    gboolean closed;
};

G_DEFINE_FINAL_TYPE(FaltungViewer, faltung_viewer, G_TYPE_OBJECT)

enum { SIGNAL_DATA, SIGNAL_RUN, SIGNAL_SNAPSHOT, SIGNAL_FAILED, N_SIGNALS };

static guint signals[N_SIGNALS];

/* --- to the window --- */

typedef struct {
    FaltungViewer *viewer;
    int signal;
    guint document, run;
    gboolean own_data;
    FaltungDataset *training, *validation;
    FaltungRunInfo *info;
    FaltungSnapshot *snapshot;
    char *text;
} Parcel;

static void parcel_free(Parcel *parcel) {
    g_clear_pointer(&parcel->training, faltung_dataset_unref);
    g_clear_pointer(&parcel->validation, faltung_dataset_unref);
    g_clear_pointer(&parcel->info, faltung_run_info_unref);
    g_clear_pointer(&parcel->snapshot, faltung_snapshot_unref);
    g_free(parcel->text);
    g_object_unref(parcel->viewer);
    g_free(parcel);
}

static gboolean deliver(gpointer data) {
    Parcel *parcel = data;
    FaltungViewer *self = parcel->viewer;
    gboolean stale_run = parcel->run != self->run;
    gboolean stale = stale_run || parcel->document != self->document;
    if (!self->closed) {
        switch (parcel->signal) {
        case SIGNAL_DATA:
            g_clear_pointer(&self->training, faltung_dataset_unref);
            g_clear_pointer(&self->validation, faltung_dataset_unref);
            self->training = g_steal_pointer(&parcel->training);
            self->validation = g_steal_pointer(&parcel->validation);
            self->own_data = parcel->own_data;
            g_free(self->data_key);
            self->data_key = g_steal_pointer(&parcel->text);
            g_signal_emit(self, signals[SIGNAL_DATA], 0);
            break;
        case SIGNAL_RUN:
            if (stale_run) {
                break;
            }
            g_clear_pointer(&self->info, faltung_run_info_unref);
            self->info = g_steal_pointer(&parcel->info);
            g_signal_emit(self, signals[SIGNAL_RUN], 0);
            break;
        case SIGNAL_SNAPSHOT:
            if (stale) {
                break;
            }
            g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
            self->snapshot = g_steal_pointer(&parcel->snapshot);
            g_signal_emit(self, signals[SIGNAL_SNAPSHOT], 0);
            break;
        default:
            g_signal_emit(self, signals[SIGNAL_FAILED], 0, parcel->text);
        }
    }
    parcel_free(parcel);
    return G_SOURCE_REMOVE;
}

static Parcel *parcel_new(FaltungViewer *self, const Holdings *has, int signal) {
    Parcel *parcel = g_new0(Parcel, 1);
    parcel->viewer = g_object_ref(self);
    parcel->signal = signal;
    parcel->document = has->document;
    parcel->run = has->run;
    return parcel;
}

static void send(Parcel *parcel) {
    g_idle_add_full(G_PRIORITY_DEFAULT, deliver, parcel, NULL);
}

static void send_failure(FaltungViewer *self, const Holdings *has, const GError *error) {
    Parcel *parcel = parcel_new(self, has, SIGNAL_FAILED);
    parcel->text = g_strdup(error->message);
    send(parcel);
}

static void send_data(FaltungViewer *self, const Holdings *has) {
    Parcel *parcel = parcel_new(self, has, SIGNAL_DATA);
    parcel->own_data = has->own_data;
    parcel->text = g_strdup(has->data_key);
    parcel->training = has->training != NULL ? faltung_dataset_ref(has->training) : NULL;
    parcel->validation = has->validation != NULL ? faltung_dataset_ref(has->validation) : NULL;
    send(parcel);
}

/* --- on the thread --- */

static void drop_network(Holdings *has) {
    g_clear_pointer(&has->network, faltung_network_free);
    g_clear_pointer(&has->network_key, g_free);
    g_clear_pointer(&has->loaded_key, g_free);
    g_clear_pointer(&has->weights, faltung_weights_unref);
}

static void take_document(Holdings *has, const Wish *wish) {
    g_autoptr(FaltungSketch) sketch = faltung_sketch_new(wish->text, wish->origin);
    has->runs = sketch->error == NULL;
    if (sketch->experiment != NULL) {
        g_clear_pointer(&has->experiment, faltung_experiment_free);
        has->experiment = g_steal_pointer(&sketch->experiment);
    }
}

static void take_run(FaltungViewer *self, Holdings *has, const Wish *wish) {
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&has->loaded_key, g_free);
    if (wish->run_path == NULL) {
        g_clear_pointer(&has->file, faltung_run_free);
        send(parcel_new(self, has, SIGNAL_RUN));
        return;
    }
    FaltungRun *file = faltung_run_open(wish->run_path, &error);
    if (file == NULL) {
        if (has->file == NULL || strcmp(faltung_run_path(has->file), wish->run_path) != 0) {
            g_clear_pointer(&has->file, faltung_run_free);
            send_failure(self, has, error);
        }
        return; /* else: what is known of it stays shown while it cannot be read */
    }
    g_clear_pointer(&has->file, faltung_run_free);
    has->file = file;
    if (has->validation == NULL) {
        g_clear_pointer(&has->data_key, g_free); /* the probes of the run may serve now */
    }
    Parcel *parcel = parcel_new(self, has, SIGNAL_RUN);
    parcel->info = faltung_run_info_new(file, wish->rows);
    faltung_run_forget_columns(file);
    send(parcel);
}

/* Everything that `data:` says, as one text, but for what is done to samples only in training. */
static char *data_key_of(const FaltungExperiment *experiment) {
    GString *key = g_string_new(experiment->origin);
    for (const FaltungOptionSpec *spec = faltung_data_kind.options; spec->name != NULL; spec++) {
        if (spec->group != &faltung_augment_kind) {
            g_autofree char *value = faltung_option_format(spec, experiment->data);
            g_string_append_printf(key, "\n%s: %s", spec->name, value);
        }
    }
    return g_string_free(key, FALSE);
}

static void take_data(FaltungViewer *self, Holdings *has) {
    g_autofree char *key = data_key_of(has->experiment);
    if (g_strcmp0(key, has->data_key) == 0) {
        return;
    }
    g_free(has->data_key);
    has->data_key = g_steal_pointer(&key);
    g_clear_pointer(&has->training, faltung_dataset_unref);
    g_clear_pointer(&has->validation, faltung_dataset_unref);
    g_autoptr(GError) error = NULL;
    has->own_data = faltung_data_load(has->experiment->data, has->experiment->origin,
                                      &has->training, &has->validation, &error);
    if (!has->own_data) {
        send_failure(self, has, error);
        if (has->file != NULL) {
            has->validation = faltung_run_info_probes(has->file, NULL);
        }
    }
    send_data(self, has);
}

static void take_network(Holdings *has) {
    g_autofree char *yaml = faltung_graph_to_yaml(has->experiment->graph);
    g_autofree char *key = g_strdup_printf("%d\n%s", has->experiment->train->seed, yaml);
    if (g_strcmp0(key, has->network_key) == 0) {
        return;
    }
    drop_network(has);
    has->network_key = g_steal_pointer(&key);
    has->network =
        faltung_network_new(has->experiment->graph, has->experiment->train->seed, 1, 0, 1);
}

static gboolean run_fits(const Holdings *has) {
    const FaltungExperiment *experiment =
        has->file != NULL ? faltung_run_experiment(has->file, NULL) : NULL;
    if (experiment == NULL) {
        return FALSE;
    }
    g_autofree char *a = faltung_graph_to_yaml(experiment->graph);
    g_autofree char *b = faltung_graph_to_yaml(has->experiment->graph);
    return strcmp(a, b) == 0;
}

static void take_weights(FaltungViewer *self, Holdings *has, int moment) {
    gboolean fits = run_fits(has);
    g_autofree char *key =
        fits ? g_strdup_printf("%s %d", faltung_run_path(has->file), moment) : g_strdup("initial");
    if (g_strcmp0(key, has->loaded_key) == 0) {
        return;
    }
    g_autoptr(GError) error = NULL;
    if (!fits && has->loaded_key != NULL) {
        drop_network(has); /* back to the initial weights */
        take_network(has);
    }
    if (fits && !faltung_run_load_weights(has->file, moment, has->network, &error)) {
        send_failure(self, has, error);
    }
    g_free(has->loaded_key);
    has->loaded_key = g_steal_pointer(&key);
    g_clear_pointer(&has->weights, faltung_weights_unref);
}

/* Where the training of the weights stood; before any, at its first step. Returns: (transfer full)
   (nullable). */
static FaltungStanding *take_standing(FaltungViewer *self, const Holdings *has, int moment) {
    if (!run_fits(has)) {
        guint32 samples = has->training != NULL ? faltung_dataset_size(has->training) : 0;
        return faltung_standing_new(
            faltung_rate_first(has->experiment->train, has->experiment->graph, samples));
    }
    g_autoptr(GError) error = NULL;
    FaltungStanding *standing = faltung_run_load_standing(has->file, moment, has->network, &error);
    if (standing == NULL) {
        send_failure(self, has, error);
    }
    return standing;
}

/* The weights of @snapshot for who computes with them, and where their training stood. */
static void take_copy(FaltungViewer *self, Holdings *has, const Wish *wish,
                      const FaltungSnapshot *snapshot) {
    gboolean stands = has->weights != NULL && has->weights->standing != NULL &&
                      has->standing_document == has->document;
    if (has->weights != NULL && (!wish->wanted.standing || stands)) {
        return;
    }
    FaltungStanding *standing =
        wish->wanted.standing ? take_standing(self, has, wish->moment) : NULL;
    g_clear_pointer(&has->weights, faltung_weights_unref);
    has->weights = faltung_weights_new(has->network, snapshot->step, snapshot->epoch, standing);
    has->standing_document = has->document;
}

static void take_snapshot(FaltungViewer *self, Holdings *has, const Wish *wish) {
    FaltungSnapshot *snapshot =
        faltung_snapshot_take(has->network, has->validation, &wish->wanted, FALSE);
    snapshot->moment = wish->moment;
    if (run_fits(has)) {
        snapshot->epoch = faltung_run_moment_epoch(has->file, wish->moment);
        snapshot->step = faltung_run_moment_step(has->file, wish->moment);
    }
    if (wish->wanted.analyses != 0 || wish->wanted.weights) {
        take_copy(self, has, wish, snapshot);
        snapshot->weights = faltung_weights_ref(has->weights);
    }
    Parcel *parcel = parcel_new(self, has, SIGNAL_SNAPSHOT);
    parcel->snapshot = snapshot;
    send(parcel);
}

static void fulfil(FaltungViewer *self, Holdings *has, const Wish *wish) {
    gboolean new_document = has->document != wish->document;
    gboolean newer = wish->refresh && has->file != NULL && faltung_run_changed(has->file);
    if (!newer && !wish->look) {
        return;
    }
    gboolean new_run = has->run != wish->run || newer;
    has->document = wish->document;
    has->run = wish->run;
    if (new_document && wish->text != NULL) {
        take_document(has, wish);
    }
    if (new_run) {
        take_run(self, has, wish);
    }
    if (has->experiment == NULL) {
        return;
    }
    take_data(self, has);
    if (!has->runs) {
        return;
    }
    take_network(has);
    take_weights(self, has, wish->moment);
    if (wish->has_wanted) {
        take_snapshot(self, has, wish);
    }
}

static void wish_clear(Wish *wish) {
    g_free(wish->text);
    g_free(wish->origin);
    g_free(wish->run_path);
    faltung_wanted_clear(&wish->wanted);
}

static gpointer view(gpointer data) {
    FaltungViewer *self = data;
    Holdings has = {0};
    for (;;) {
        g_mutex_lock(&self->mutex);
        while (!self->changed && !self->quit) {
            g_cond_wait(&self->wake, &self->mutex);
        }
        gboolean quit = self->quit;
        Wish wish = self->wish;
        wish.text = g_strdup(wish.text);
        wish.origin = g_strdup(wish.origin);
        wish.run_path = g_strdup(wish.run_path);
        wish.wanted = (FaltungWanted){0};
        faltung_wanted_set(&wish.wanted, &self->wish.wanted);
        self->changed = self->wish.refresh = self->wish.look = FALSE;
        g_mutex_unlock(&self->mutex);
        if (!quit) {
            fulfil(self, &has, &wish);
        }
        wish_clear(&wish);
        if (quit) {
            break;
        }
    }
    drop_network(&has);
    g_clear_pointer(&has.experiment, faltung_experiment_free);
    g_clear_pointer(&has.training, faltung_dataset_unref);
    g_clear_pointer(&has.validation, faltung_dataset_unref);
    g_clear_pointer(&has.file, faltung_run_free);
    g_free(has.data_key);
    g_object_unref(self);
    return NULL;
}

/* --- on the window's side --- */

static void wake(FaltungViewer *self, gboolean look) {
    self->changed = TRUE;
    self->wish.look = self->wish.look || look;
    g_cond_signal(&self->wake);
    g_mutex_unlock(&self->mutex);
    if (self->thread == NULL) {
        self->thread = g_thread_new("viewer", view, g_object_ref(self));
    }
}

void faltung_viewer_show(FaltungViewer *self, const char *text, const char *origin) {
    g_mutex_lock(&self->mutex);
    g_free(self->wish.text);
    g_free(self->wish.origin);
    self->wish.text = g_strdup(text);
    self->wish.origin = g_strdup(origin);
    self->document = ++self->wish.document;
    wake(self, TRUE);
}

void faltung_viewer_set_run(FaltungViewer *self, const char *path) {
    g_mutex_lock(&self->mutex);
    g_free(self->wish.run_path);
    self->wish.run_path = g_strdup(path);
    self->run = ++self->wish.run;
    self->wish.rows = TRUE;
    wake(self, TRUE);
}

void faltung_viewer_refresh(FaltungViewer *self, gboolean rows) {
    g_mutex_lock(&self->mutex);
    self->wish.refresh = TRUE;
    self->wish.rows = rows;
    wake(self, FALSE);
}

void faltung_viewer_look(FaltungViewer *self, const FaltungWanted *wanted, int moment) {
    g_mutex_lock(&self->mutex);
    self->wish.has_wanted = wanted != NULL;
    if (wanted != NULL) {
        faltung_wanted_set(&self->wish.wanted, wanted);
    }
    self->wish.moment = moment;
    wake(self, TRUE);
}

void faltung_viewer_close(FaltungViewer *self) {
    self->closed = TRUE;
    g_mutex_lock(&self->mutex);
    self->quit = TRUE;
    g_cond_signal(&self->wake);
    g_mutex_unlock(&self->mutex);
    if (self->thread != NULL) {
        g_thread_unref(g_steal_pointer(&self->thread)); /* it ends by itself: nobody waits */
    }
}

FaltungDataset *faltung_viewer_validation(FaltungViewer *self) {
    return self->validation;
}

FaltungRunInfo *faltung_viewer_run(FaltungViewer *self) {
    return self->info;
}

FaltungSnapshot *faltung_viewer_snapshot(FaltungViewer *self) {
    return self->snapshot;
}

FaltungDataset *faltung_viewer_training(FaltungViewer *self) {
    return self->training;
}

gboolean faltung_viewer_get_data(FaltungViewer *self, const FaltungExperiment *experiment,
                                 FaltungDataset **training, FaltungDataset **validation) {
    g_autofree char *key = data_key_of(experiment);
    if (!self->own_data || g_strcmp0(key, self->data_key) != 0) {
        return FALSE;
    }
    *training = self->training;
    *validation = self->validation;
    return TRUE;
}

static void faltung_viewer_finalize(GObject *object) {
    FaltungViewer *self = FALTUNG_VIEWER(object);
    wish_clear(&self->wish);
    g_free(self->data_key);
    g_clear_pointer(&self->training, faltung_dataset_unref);
    g_clear_pointer(&self->validation, faltung_dataset_unref);
    g_clear_pointer(&self->info, faltung_run_info_unref);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    g_mutex_clear(&self->mutex);
    g_cond_clear(&self->wake);
    G_OBJECT_CLASS(faltung_viewer_parent_class)->finalize(object);
}

static void faltung_viewer_class_init(FaltungViewerClass *klass) {
    GType type = G_TYPE_FROM_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_viewer_finalize;
    const char *names[] = {"data", "run", "snapshot"};
    for (int i = SIGNAL_DATA; i <= SIGNAL_SNAPSHOT; i++) {
        signals[i] =
            g_signal_new(names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    }
    signals[SIGNAL_FAILED] = g_signal_new("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void faltung_viewer_init(FaltungViewer *self) {
    g_mutex_init(&self->mutex);
    g_cond_init(&self->wake);
    self->wish.moment = -1;
}

FaltungViewer *faltung_viewer_new(void) {
    return g_object_new(FALTUNG_TYPE_VIEWER, NULL);
}
