/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/analyst.h"

#include "core/base/error.h"
#include "core/ops/parallel.h"
#include "gui/training/budget.h"

#define BATCH 50
#define ACTIVITY_SAMPLES 512
#define NEWS_EVERY (G_TIME_SPAN_SECOND / 20)
#define LIVE_NEWS_EVERY G_TIME_SPAN_SECOND
#define SOME_SAMPLES 512 /* what is said of so many is worth a look before all are done */
#define ALONE 4e9        /* floating-point operations that one thread does in a tenth of a second */

FaltungAnalysis *faltung_analysis_ref(FaltungAnalysis *analysis) {
    return g_atomic_rc_box_acquire(analysis);
}

static void analysis_clear(gpointer data) {
    FaltungAnalysis *analysis = data;
    faltung_weights_unref(analysis->weights);
    faltung_dataset_unref(analysis->validation);
    g_clear_pointer(&analysis->predictions, faltung_predictions_unref);
    g_free(analysis->activity);
    g_free(analysis->problem);
}

void faltung_analysis_unref(FaltungAnalysis *analysis) {
    g_atomic_rc_box_release_full(analysis, analysis_clear);
}

/* What is to be done; the thread fills in the result. */
typedef struct {
    FaltungAnalyst *analyst; /* which the task references */
    FaltungAnalysis *result;
    guint32 samples; /* of which answers are wanted now */
    FaltungVariant loss;
    gboolean live;
    GCancellable *cancellable;
    gint64 cost; /* microseconds of a processor */
    gint64 news_after;
    double begin, share; /* of the part under way in the whole */
    int part;            /* in thousandths: atomic */
} Order;

struct _FaltungAnalyst {
    GObject parent;
    Order *running, *pending;
    FaltungAnalysis *result;
    FaltungWeights *given_up; /* those of which no more is wanted */
    FaltungBudget budget;     /* while a training needs the machine */
    guint resting;            /* the source that starts what is pending; 0: none */
};

G_DEFINE_FINAL_TYPE(FaltungAnalyst, faltung_analyst, G_TYPE_OBJECT)

static guint changed_signal;

static void order_free(Order *order) {
    faltung_analysis_unref(order->result);
    g_object_unref(order->cancellable);
    faltung_variant_clear(&order->loss);
    g_free(order);
}

/* Whether what is said of some samples is all that was wanted. */
static gboolean is_whole(const FaltungAnalysis *analysis) {
    return analysis->predictions == NULL ||
           analysis->predictions->samples == faltung_dataset_size(analysis->validation);
}

static gboolean covers(const FaltungAnalysis *analysis, const FaltungAnalysis *wanted) {
    return analysis->weights == wanted->weights && analysis->validation == wanted->validation &&
           (analysis->analyses & wanted->analyses) == wanted->analyses;
}

/* --- on the thread --- */

static gboolean tell(gpointer data) {
    g_signal_emit(data, changed_signal, 0);
    g_object_unref(data);
    return G_SOURCE_REMOVE;
}

static gboolean on_progress(double part, gpointer data) {
    Order *order = data;
    g_atomic_int_set(&order->part, (int)(1000 * (order->begin + order->share * part)));
    gint64 now = g_get_monotonic_time();
    gboolean cancelled = g_cancellable_is_cancelled(order->cancellable);
    if (now >= order->news_after && !cancelled) {
        order->news_after = now + (order->live ? LIVE_NEWS_EVERY : NEWS_EVERY);
        g_idle_add(tell, g_object_ref(order->analyst));
    }
    return !cancelled;
}

static FaltungPredictions *predict(FaltungNetwork *network, const Order *order,
                                   const FaltungScanHooks *hooks, GError **error) {
    FaltungDataset *validation = order->result->validation;
    if (faltung_dataset_target_type(validation) == FALTUNG_TARGET_CLASS) {
        return faltung_predictions_new(network, &order->loss, validation, order->samples, hooks,
                                       error);
    }
    faltung_fail(error, FALTUNG_ERROR_DATA, "the samples of '%s' have no class that could be said",
                 faltung_dataset_name(validation));
    return NULL;
}

/* A training has the other threads; and for a short pass they would be woken, and waited for at
   every loop where other programs have the cores, for nothing. */
static int threads_for(const Order *order) {
    double samples = MAX(order->samples, ACTIVITY_SAMPLES);
    return order->live || samples * faltung_graph_flops(order->result->weights->graph) < ALONE ? 1
                                                                                               : 0;
}

static void analyse(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    Order *order = data;
    FaltungAnalysis *result = order->result;
    const FaltungScanHooks hooks = {on_progress, order};
    gint64 begin = faltung_processor_time();
    g_autoptr(FaltungNetwork) network =
        faltung_weights_network(result->weights, BATCH, 0, threads_for(order));
    GError *error = NULL;
    if (result->analyses & FALTUNG_ANALYSE_ACTIVITY) {
        order->share = result->analyses == FALTUNG_ANALYSE_ACTIVITY ? 1 : 0.1;
        result->activity =
            faltung_activity_new(network, result->validation, ACTIVITY_SAMPLES, &hooks, &error);
    }
    order->begin = order->share < 1 ? order->share : 0;
    order->share = 1 - order->begin;
    if (error == NULL && (result->analyses & FALTUNG_ANALYSE_ANSWERS)) {
        result->predictions = predict(network, order, &hooks, &error);
    }
    faltung_parallel_release();
    order->cost = faltung_processor_time() - begin;
    if (error != NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        result->problem = g_strdup(error->message);
        g_clear_error(&error);
    }
    if (error != NULL) {
        g_task_return_error(task, error);
    } else {
        g_task_return_boolean(task, TRUE);
    }
}

/* --- on the window's side --- */

static void start(FaltungAnalyst *self);
static Order *order_new(FaltungAnalyst *self, FaltungWeights *weights, FaltungDataset *validation,
                        FaltungAnalyses analyses) {
    Order *order = g_new0(Order, 1);
    order->analyst = self;
    order->result = g_atomic_rc_box_new0(FaltungAnalysis);
    order->result->weights = faltung_weights_ref(weights);
    order->result->validation = faltung_dataset_ref(validation);
    order->result->analyses = analyses;
    order->samples = faltung_dataset_size(validation);
    order->cancellable = g_cancellable_new();
    return order;
}

/* Those that an order has left out, unless something else is wanted by now. */
static Order *rest_of(const Order *order) {
    const FaltungAnalysis *some = order->result;
    Order *rest = order_new(order->analyst, some->weights, some->validation, some->analyses);
    faltung_variant_copy(&rest->loss, &order->loss);
    rest->live = order->live;
    return rest;
}

static void on_done(GObject *source, GAsyncResult *task, gpointer data) {
    FaltungAnalyst *self = FALTUNG_ANALYST(source);
    Order *order = data;
    if (g_task_propagate_boolean(G_TASK(task), NULL)) {
        g_clear_pointer(&self->result, faltung_analysis_unref);
        self->result = faltung_analysis_ref(order->result);
        if (self->pending == NULL && !is_whole(self->result)) {
            self->pending = rest_of(order);
        }
    }
    faltung_budget_spend(&self->budget, g_get_monotonic_time(), order->cost,
                         FALTUNG_SHARE_ANALYSIS);
    order_free(order);
    self->running = NULL;
    start(self);
    g_signal_emit(self, changed_signal, 0);
}

static gboolean on_rested(gpointer data) {
    FaltungAnalyst *self = data;
    self->resting = 0;
    start(self);
    return G_SOURCE_REMOVE;
}

static void start(FaltungAnalyst *self) {
    g_clear_handle_id(&self->resting, g_source_remove);
    if (self->running != NULL || self->pending == NULL) {
        return;
    }
    gint64 rest = faltung_budget_rest(&self->budget, g_get_monotonic_time());
    if (self->pending->live && rest > 0) {
        self->resting = g_timeout_add((guint)(rest / 1000) + 1, on_rested, self);
        return;
    }
    self->running = g_steal_pointer(&self->pending);
    g_autoptr(GTask) task = g_task_new(self, NULL, on_done, self->running);
    g_task_set_task_data(task, self->running, NULL);
    g_task_run_in_thread(task, analyse);
}

void faltung_analyst_take(FaltungAnalyst *self, FaltungSnapshot *snapshot,
                          FaltungDataset *validation, const FaltungVariant *loss) {
    Order *order = order_new(self, snapshot->weights, validation, snapshot->wanted.analyses);
    if (loss != NULL)
        faltung_variant_copy(&order->loss, loss);
    order->live = snapshot->live;
    if (!order->live && order->samples > 2 * SOME_SAMPLES) {
        order->samples = SOME_SAMPLES;
    }
    const FaltungAnalysis *wanted = order->result;
    gboolean known =
        self->given_up == snapshot->weights ||
        (self->result != NULL && is_whole(self->result) && covers(self->result, wanted)) ||
        (self->running != NULL && covers(self->running->result, wanted) &&
         !g_cancellable_is_cancelled(self->running->cancellable));
    if (known) {
        order_free(order);
        return;
    }
    g_clear_pointer(&self->pending, order_free);
    self->pending = order;
    if (self->running != NULL && !order->live) {
        g_cancellable_cancel(self->running->cancellable);
    }
    start(self);
}

void faltung_analyst_cancel(FaltungAnalyst *self) {
    g_clear_pointer(&self->pending, order_free);
    if (self->running != NULL) {
        g_clear_pointer(&self->given_up, faltung_weights_unref);
        self->given_up = faltung_weights_ref(self->running->result->weights);
        g_cancellable_cancel(self->running->cancellable);
    }
}

void faltung_analyst_forget(FaltungAnalyst *self) {
    faltung_analyst_cancel(self);
    self->budget = (FaltungBudget){0};
    g_clear_pointer(&self->given_up, faltung_weights_unref);
    g_clear_pointer(&self->result, faltung_analysis_unref);
    g_signal_emit(self, changed_signal, 0);
}

FaltungAnalysis *faltung_analyst_result(FaltungAnalyst *self) {
    return self->result;
}

double faltung_analyst_progress(FaltungAnalyst *self) {
    return self->running != NULL ? g_atomic_int_get(&self->running->part) / 1000.0 : -1;
}

static void faltung_analyst_finalize(GObject *object) {
    FaltungAnalyst *self = FALTUNG_ANALYST(object);
    g_clear_handle_id(&self->resting, g_source_remove);
    g_clear_pointer(&self->result, faltung_analysis_unref);
    g_clear_pointer(&self->given_up, faltung_weights_unref);
    g_clear_pointer(&self->pending, order_free);
    G_OBJECT_CLASS(faltung_analyst_parent_class)->finalize(object);
}

static void faltung_analyst_class_init(FaltungAnalystClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_analyst_finalize;
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void faltung_analyst_init(FaltungAnalyst *self) {
}

FaltungAnalyst *faltung_analyst_new(void) {
    return g_object_new(FALTUNG_TYPE_ANALYST, NULL);
}
