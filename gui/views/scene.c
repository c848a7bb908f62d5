/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/scene.h"

#include "gui/style.h"

#include <math.h>

G_DEFINE_FINAL_TYPE(FaltungScene, faltung_scene, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_WISH, SIGNAL_VIEW, SIGNAL_CHOOSE, SIGNAL_SELECT, N_SIGNALS };

static guint signals[N_SIGNALS];

static void changed(FaltungScene *self, FaltungSceneParts parts) {
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0, parts);
}

/* --- what the window tells --- */

void faltung_scene_set_document(FaltungScene *self, FaltungDocument *document) {
    g_set_object(&self->document, document);
    changed(self, FALTUNG_SCENE_DOCUMENT);
}

void faltung_scene_set_validation(FaltungScene *self, FaltungDataset *validation) {
    if (self->validation != validation) {
        g_clear_pointer(&self->validation, faltung_dataset_unref);
        self->validation = validation != NULL ? faltung_dataset_ref(validation) : NULL;
        faltung_analyst_forget(self->analyst);
        changed(self, FALTUNG_SCENE_DATA);
    }
}

void faltung_scene_set_history(FaltungScene *self, FaltungHistory *history) {
    faltung_history_ref(history);
    g_clear_pointer(&self->history, faltung_history_unref);
    self->history = history;
    changed(self, FALTUNG_SCENE_HISTORY);
}

void faltung_scene_set_snapshot(FaltungScene *self, FaltungSnapshot *snapshot) {
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    self->snapshot = snapshot != NULL ? faltung_snapshot_ref(snapshot) : NULL;
    if (snapshot != NULL && snapshot->wanted.analyses != 0 && snapshot->weights != NULL &&
        self->validation != NULL) {
        const FaltungExperiment *experiment = faltung_scene_experiment(self);
        faltung_analyst_take(self->analyst, snapshot, self->validation,
                             experiment != NULL ? &experiment->train->loss : NULL);
    }
    changed(self, FALTUNG_SCENE_SNAPSHOT);
}

void faltung_scene_set_epoch(FaltungScene *self, double epoch) {
    if (epoch != self->epoch && !(isnan(epoch) && isnan(self->epoch))) {
        self->epoch = epoch;
        changed(self, FALTUNG_SCENE_HISTORY);
    }
}

void faltung_scene_set_symbol(FaltungScene *self, const char *symbol) {
    if (g_strcmp0(symbol, self->symbol) != 0) {
        g_free(self->symbol);
        self->symbol = g_strdup(symbol);
        changed(self, FALTUNG_SCENE_SYMBOL);
    }
}

void faltung_scene_set_unit(FaltungScene *self, int layer, gsize unit) {
    if (layer != self->unit_layer || unit != self->unit) {
        self->unit_layer = layer;
        self->unit = unit;
        changed(self, FALTUNG_SCENE_UNIT);
        faltung_scene_wish_changed(self); /* its arithmetic needs the weights */
    }
}

void faltung_scene_set_layer(FaltungScene *self, int layer) {
    if (layer != self->layer) {
        self->layer = layer;
        changed(self, FALTUNG_SCENE_LAYER);
    }
}

static void clear_passing(FaltungScene *self) {
    for (guint i = 0; i < self->n_passing; i++) {
        g_free(self->passing[i].value);
        g_free(self->passing[i].gradient);
        for (int k = 0; k < FALTUNG_MAX_INPUTS; k++) {
            g_free(self->passing[i].sent[k]);
        }
    }
    g_free(self->passing);
}

void faltung_scene_set_passing(FaltungScene *self, FaltungPassing *passing, guint n) {
    clear_passing(self);
    self->passing = passing;
    self->n_passing = passing != NULL ? n : 0;
    changed(self, FALTUNG_SCENE_PASSING);
}

/* --- work under way --- */

/* On whichever thread held it last. */
static void on_work_over(gpointer working, GObject *cancellable) {
    g_atomic_int_dec_and_test((int *)working);
    g_atomic_rc_box_release(working);
}

GCancellable *faltung_scene_work(FaltungScene *self) {
    GCancellable *cancellable = g_cancellable_new();
    g_atomic_int_inc(self->working);
    g_object_weak_ref(G_OBJECT(cancellable), on_work_over, g_atomic_rc_box_acquire(self->working));
    return cancellable;
}

gboolean faltung_scene_is_at_work(FaltungScene *self) {
    return g_atomic_int_get(self->working) > 0 || faltung_analyst_progress(self->analyst) >= 0;
}

/* --- what views ask --- */

void faltung_scene_wish(FaltungScene *self, FaltungWanted *wanted) {
    g_signal_emit(self, signals[SIGNAL_WISH], 0, wanted);
}

void faltung_scene_wish_changed(FaltungScene *self) {
    g_signal_emit(self, signals[SIGNAL_VIEW], 0);
}

void faltung_scene_choose(FaltungScene *self, guint32 sample) {
    g_signal_emit(self, signals[SIGNAL_CHOOSE], 0, sample);
}

void faltung_scene_select(FaltungScene *self, int layer) {
    g_signal_emit(self, signals[SIGNAL_SELECT], 0, layer);
}

const FaltungExperiment *faltung_scene_experiment(FaltungScene *self) {
    return self->document != NULL ? faltung_document_experiment(self->document) : NULL;
}

gboolean faltung_scene_is_softmax(FaltungScene *self) {
    const FaltungExperiment *experiment = faltung_scene_experiment(self);
    return experiment != NULL && experiment->train->loss.kind != NULL &&
           faltung_loss_takes_odds(&experiment->train->loss);
}

char *faltung_scene_class_name(FaltungScene *self, int class_) {
    const char *const *names =
        self->validation != NULL ? faltung_dataset_class_names(self->validation) : NULL;
    return names != NULL && class_ >= 0 && class_ < (int)g_strv_length((char **)names)
               ? g_strdup(names[class_])
               : g_strdup_printf("%d", class_);
}

/* --- views --- */

typedef struct {
    FaltungScene *scene;
    GtkWidget *view;
    const FaltungSceneWatch *watch;
    FaltungSceneParts missed;
} Watching;

static void catch_up(Watching *watching) {
    FaltungSceneParts missed = watching->missed;
    if (missed != 0 && gtk_widget_get_mapped(watching->view)) {
        watching->missed = 0;
        watching->watch->show(watching->view, watching->scene, missed);
    }
}

static void on_changed(FaltungScene *scene, guint parts, Watching *watching) {
    watching->missed |= parts;
    catch_up(watching);
}

static void on_style(GtkWidget *view) {
    Watching *watching = g_object_get_data(G_OBJECT(view), "watching");
    on_changed(watching->scene, FALTUNG_SCENE_STYLE, watching);
}

static void on_wish(FaltungScene *scene, FaltungWanted *wanted, Watching *watching) {
    if (watching->watch->wish != NULL && gtk_widget_get_mapped(watching->view)) {
        watching->watch->wish(watching->view, wanted);
    }
}

/* Seen, or seen no more. */
static void on_map(GtkWidget *view) {
    Watching *watching = g_object_get_data(G_OBJECT(view), "watching");
    catch_up(watching);
    if (watching->watch->wish != NULL) {
        faltung_scene_wish_changed(watching->scene);
    }
}

static void stop_watching(gpointer data) {
    Watching *watching = data;
    g_signal_handlers_disconnect_by_data(watching->scene, watching);
    g_object_unref(watching->scene);
    g_free(watching);
}

void faltung_scene_watch(FaltungScene *self, GtkWidget *view, const FaltungSceneWatch *watch) {
    Watching *watching = g_new(Watching, 1);
    *watching = (Watching){g_object_ref(self), view, watch, FALTUNG_SCENE_ALL};
    g_object_set_data_full(G_OBJECT(view), "watching", watching, stop_watching);
    g_signal_connect(self, "changed", G_CALLBACK(on_changed), watching);
    g_signal_connect(self, "wish", G_CALLBACK(on_wish), watching);
    g_signal_connect(view, "map", G_CALLBACK(on_map), NULL);
    g_signal_connect(view, "unmap", G_CALLBACK(on_map), NULL);
    faltung_on_style_changed(view, G_CALLBACK(on_style));
}

/* --- the type --- */

static void faltung_scene_finalize(GObject *object) {
    FaltungScene *self = FALTUNG_SCENE(object);
    g_signal_handlers_disconnect_by_data(self->analyst, self);
    faltung_analyst_cancel(self->analyst);
    g_object_unref(self->analyst);
    g_clear_object(&self->document);
    g_free(self->symbol);
    g_atomic_rc_box_release(self->working);
    clear_passing(self);
    g_clear_pointer(&self->validation, faltung_dataset_unref);
    g_clear_pointer(&self->history, faltung_history_unref);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    G_OBJECT_CLASS(faltung_scene_parent_class)->finalize(object);
}

static void faltung_scene_class_init(FaltungSceneClass *klass) {
    GType type = G_TYPE_FROM_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_scene_finalize;
    signals[SIGNAL_CHANGED] = g_signal_new("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_UINT);
    signals[SIGNAL_WISH] = g_signal_new("wish", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_POINTER);
    signals[SIGNAL_VIEW] =
        g_signal_new("view", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_CHOOSE] = g_signal_new("choose", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_UINT);
    signals[SIGNAL_SELECT] = g_signal_new("select", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_INT);
}

static void on_analyst(FaltungScene *self) {
    changed(self, FALTUNG_SCENE_ANALYSIS);
}

static void faltung_scene_init(FaltungScene *self) {
    self->working = g_atomic_rc_box_new0(int);
    self->epoch = NAN;
    self->unit_layer = FALTUNG_NO_LAYER;
    self->layer = FALTUNG_NO_LAYER;
    self->analyst = faltung_analyst_new();
    g_signal_connect_swapped(self->analyst, "changed", G_CALLBACK(on_analyst), self);
}

FaltungScene *faltung_scene_new(void) {
    return g_object_new(FALTUNG_TYPE_SCENE, NULL);
}
