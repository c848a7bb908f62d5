/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/walk-job.h"

#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "draw/text.h"
#include "gui/training/budget.h"
#include "gui/training/snapshot.h"

#include <glib/gi18n.h>
#include <math.h>

typedef struct {
    char *text, *origin;
    FaltungWeights *weights;
    FaltungDataset *validation;
    guint32 index;
    gboolean dark;
    int width, height;
} Job;

static void job_free(gpointer data) {
    Job *job = data;
    g_free(job->text);
    g_free(job->origin);
    faltung_weights_unref(job->weights);
    faltung_dataset_unref(job->validation);
    g_free(job);
}

static void stop_free(gpointer data) {
    FaltungWalkStop *stop = data;
    g_free(stop->title);
    g_free(stop->remark);
    g_ptr_array_unref(stop->tensors);
    g_ptr_array_unref(stop->pictures);
    g_free(stop);
}

void faltung_walked_free(FaltungWalked *walked) {
    g_ptr_array_unref(walked->stops);
    faltung_walk_free(walked->walk);
    g_free(walked);
}

/* --- what is said of a stop --- */

static char *number(double value) {
    return faltung_format_number(value, 4);
}

/* What the network holds most probable, and what is right. */
static char *remark_on_loss(const FaltungWalk *walk, const GPtrArray *tensors) {
    g_autofree char *loss = number(faltung_walk_loss(walk));
    const FaltungWalkTensor *target = tensors->pdata[1];
    if (target->classes && faltung_shape_size(&target->shape) == 1) {
        return g_strdup_printf(_("The loss is %s; the right class is %.0f."), loss,
                               target->values[0]);
    }
    return g_strdup_printf(_("The loss is %s."), loss);
}

/* Why the weight that moves most goes where it goes. @tensors: triples of before, gradient and
   after. */
static char *remark_on_update(const FaltungWalk *walk, const GPtrArray *tensors) {
    const FaltungWalkTensor *best = NULL;
    size_t place = 0;
    double most = -1;
    guint at = 0;
    for (guint t = 0; t + 2 < tensors->len; t += 3) {
        const FaltungWalkTensor *before = tensors->pdata[t], *after = tensors->pdata[t + 2];
        size_t n = faltung_shape_size(&before->shape);
        for (size_t i = 0; i < n; i++) {
            double moved = fabs(after->values[i] - before->values[i]);
            if (moved > most) {
                most = moved;
                best = before;
                place = i;
                at = t;
            }
        }
    }
    if (best == NULL) {
        return g_strdup("");
    }
    const FaltungWalkTensor *gradient = tensors->pdata[at + 1], *after = tensors->pdata[at + 2];
    g_autofree char *where = faltung_tensor_index(&best->shape, place);
    g_autofree char *from = number(best->values[place]), *to = number(after->values[place]);
    g_autofree char *slope = number(gradient->values[place]);
    g_autofree char *rate = number(faltung_walk_learning_rate(walk));
    return g_strdup_printf(
        _("%s %s would go from %s to %s: its gradient is %s, the learning rate %s."), best->name,
        where, from, to, slope, rate);
}

static char *remark_on(const FaltungWalk *walk, const FaltungWalkStop *stop) {
    switch (stop->stop.kind) {
    case FALTUNG_STOP_LOSS:
        return remark_on_loss(walk, stop->tensors);
    case FALTUNG_STOP_UPDATE:
        return remark_on_update(walk, stop->tensors);
    case FALTUNG_STOP_BACKWARD:
        return g_strdup(_("What comes back is the loss's slope along each value: the chain rule."));
    default:
        return g_strdup("");
    }
}

/* Kinds are descriptors in static memory, so their equations outlive the experiment. */
static const char *equation_of(const FaltungExperiment *experiment, const FaltungWalk *walk,
                               FaltungStop stop) {
    switch (stop.kind) {
    case FALTUNG_STOP_FORWARD:
    case FALTUNG_STOP_BACKWARD:
        return faltung_graph_layer(faltung_walk_graph(walk), stop.layer)->operation->equation;
    case FALTUNG_STOP_LOSS:
        return ((const FaltungLoss *)experiment->train->loss.kind)->equation;
    case FALTUNG_STOP_UPDATE:
        return ((const FaltungOptimizer *)experiment->train->optimizer.kind)->equation;
    default:
        return NULL;
    }
}

/* --- on the thread --- */

static FaltungPicture *picture_of(const Job *job, const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    g_autofree float *values = g_new(float, n);
    for (size_t i = 0; i < n; i++) {
        values[i] = (float)tensor->values[i];
    }
    return faltung_picture_new(&tensor->shape, values, tensor->gradient, job->dark, job->width,
                               job->height, TRUE);
}

static FaltungWalkStop *stop_new(const Job *job, const FaltungExperiment *experiment,
                                 const FaltungWalk *walk, FaltungStop where) {
    FaltungWalkStop *stop = g_new0(FaltungWalkStop, 1);
    stop->stop = where;
    stop->title = faltung_stop_title(walk, where);
    stop->tex = equation_of(experiment, walk, where);
    stop->tensors = faltung_walk_tensors(walk, where);
    stop->pictures = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_picture_unref);
    for (guint i = 0; i < stop->tensors->len; i++) {
        g_ptr_array_add(stop->pictures, picture_of(job, stop->tensors->pdata[i]));
    }
    stop->remark = remark_on(walk, stop);
    return stop;
}

/* The schedule's, at the moment of the weights. */
static double learning_rate(const FaltungExperiment *experiment, const FaltungWeights *weights) {
    const FaltungTrainOptions *train = experiment->train;
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)train->optimizer.kind;
    double an_epoch = weights->epoch > 0 ? weights->step / weights->epoch : 1;
    FaltungScheduleMoment moment = {
        .base_rate = optimizer->learning_rate(train->optimizer.options),
        .epoch = MIN((int)weights->epoch, train->epochs - 1),
        .epochs = train->epochs,
        .step = weights->step,
        .steps = (guint64)(an_epoch * train->epochs),
        .state = faltung_schedule_state_new(),
    };
    return faltung_schedule_rate(&train->schedule, train->warmup, &moment);
}

static void walk(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    const Job *job = data;
    GError *error = NULL;
    gint64 begin = faltung_processor_time();
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(job->text, job->origin, NULL, &error);
    if (experiment == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_autoptr(FaltungNetwork) network = faltung_weights_network(job->weights, 1, 0, 1);
    FaltungWalk *way = faltung_walk_new(experiment, network, job->validation, job->index,
                                        learning_rate(experiment, job->weights), &error);
    if (way == NULL) {
        g_task_return_error(task, error);
        return;
    }
    FaltungWalked *walked = g_new0(FaltungWalked, 1);
    walked->walk = way;
    walked->stops = g_ptr_array_new_with_free_func(stop_free);
    int n;
    const FaltungStop *stops = faltung_walk_stops(walked->walk, &n);
    for (int i = 0; i < n && !g_cancellable_is_cancelled(cancellable); i++) {
        g_ptr_array_add(walked->stops, stop_new(job, experiment, walked->walk, stops[i]));
    }
    walked->cost = faltung_processor_time() - begin;
    g_task_return_pointer(task, walked, (GDestroyNotify)faltung_walked_free);
}

void faltung_walk_async(FaltungDocument *document, FaltungWeights *weights,
                        FaltungDataset *validation, guint32 index, gboolean dark, int width,
                        int height, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer data) {
    Job *job = g_new(Job, 1);
    *job = (Job){
        .text = g_strdup(faltung_document_text(document)),
        .origin = g_strdup(faltung_document_origin(document)),
        .weights = faltung_weights_ref(weights),
        .validation = faltung_dataset_ref(validation),
        .index = index,
        .dark = dark,
        .width = width,
        .height = height,
    };
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, walk);
}

FaltungWalked *faltung_walk_finish(GAsyncResult *result, GError **error) {
    return g_task_propagate_pointer(G_TASK(result), error);
}
