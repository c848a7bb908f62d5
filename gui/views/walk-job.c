/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/walk-job.h"

#include "core/graph/arithmetic.h"
#include "core/ops/equation.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "draw/text.h"
#include "gui/training/snapshot.h"

#include <glib/gi18n.h>
#include <math.h>

#define MOST_OPERATIONS 1e6 /* of a layer whose arithmetic is written out, for each is */

static void stop_free(gpointer data) {
    FaltungWalkStop *stop = data;
    g_free(stop->title);
    g_free(stop->remark);
    g_ptr_array_unref(stop->equations);
    g_free(stop->arithmetic);
    g_ptr_array_unref(stop->tensors);
    g_ptr_array_unref(stop->pictures);
    g_free(stop);
}

void faltung_walked_free(FaltungWalked *walked) {
    g_free(walked->text);
    g_free(walked->origin);
    faltung_weights_unref(walked->weights);
    faltung_dataset_unref(walked->validation);
    g_clear_pointer(&walked->stops, g_ptr_array_unref);
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
static char *remark_on_update(const FaltungWalk *walk, const FaltungLayer *layer,
                              const char *optimizer, const GPtrArray *tensors) {
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
    g_autofree char *moved = number(after->values[place] - best->values[place]);
    g_autofree char *rate = number(faltung_walk_learning_rate(walk) * layer->lr_factor);
    return g_strdup_printf(
        _("%s %s would go from %s to %s: of its gradient, %s, %s makes a step of "
          "%s at the learning rate %s."),
        best->name, where, from, to, slope, optimizer, moved, rate);
}

static char *remark_on(const FaltungExperiment *experiment, const FaltungWalk *walk,
                       const FaltungWalkStop *stop) {
    switch (stop->stop.kind) {
    case FALTUNG_STOP_LOSS:
        return remark_on_loss(walk, stop->tensors);
    case FALTUNG_STOP_UPDATE:
        return remark_on_update(walk,
                                faltung_graph_layer(faltung_walk_graph(walk), stop->stop.layer),
                                _(experiment->train->optimizer.kind->title), stop->tensors);
    case FALTUNG_STOP_BACKWARD:
        return g_strdup(_("What comes back is the loss's slope along each value: the chain rule."));
    default:
        return g_strdup("");
    }
}

static void add_equation(GPtrArray *equations, const char *tex) {
    if (tex != NULL && *tex != '\0') {
        g_ptr_array_add(equations, g_strdup(tex));
    }
}

static GPtrArray *equations_of(const FaltungExperiment *experiment, const FaltungWalk *walk,
                               FaltungStop stop) {
    GPtrArray *equations = g_ptr_array_new_with_free_func(g_free);
    const FaltungTrainOptions *train = experiment->train;
    if (stop.kind == FALTUNG_STOP_FORWARD || stop.kind == FALTUNG_STOP_BACKWARD) {
        const FaltungLayer *layer = faltung_graph_layer(faltung_walk_graph(walk), stop.layer);
        g_autofree char *equation = faltung_layer_equation(layer);
        add_equation(equations, equation);
        if (layer->activation.kind != NULL) {
            add_equation(equations, ((const FaltungOperation *)layer->activation.kind)->equation);
        }
    } else if (stop.kind == FALTUNG_STOP_LOSS) {
        add_equation(equations, ((const FaltungLoss *)train->loss.kind)->equation);
    } else if (stop.kind == FALTUNG_STOP_UPDATE) {
        add_equation(equations, ((const FaltungOptimizer *)train->optimizer.kind)->equation);
    }
    return equations;
}

static float *narrowed(const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    float *values = g_new(float, n);
    for (size_t i = 0; i < n; i++) {
        values[i] = (float)tensor->values[i];
    }
    return values;
}

/* Of a layer that is not large. @tensors: first its inputs, then its parameters. */
static char *arithmetic_of(const FaltungLayer *layer, const GPtrArray *tensors) {
    if (faltung_layer_flops(layer) > MOST_OPERATIONS) {
        return NULL;
    }
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < layer->n_inputs + layer->n_parameters; i++) {
        g_ptr_array_add(values, narrowed(tensors->pdata[i]));
    }
    const float *const *all = (const float *const *)values->pdata;
    g_autoptr(FaltungArithmetic) found =
        faltung_arithmetic_new(layer, 0, all, all + layer->n_inputs);
    return found != NULL ? g_steal_pointer(&found->tex) : NULL;
}

/* --- on the thread --- */

static FaltungPicture *picture_of(const FaltungWalked *walked, const FaltungWalkTensor *tensor) {
    g_autofree float *values = narrowed(tensor);
    return faltung_picture_new(&tensor->shape, values, tensor->gradient, walked->dark,
                               walked->width, walked->height, TRUE);
}

static FaltungWalkStop *stop_new(const FaltungWalked *walked, const FaltungExperiment *experiment,
                                 FaltungStop where) {
    const FaltungWalk *walk = walked->walk;
    FaltungWalkStop *stop = g_new0(FaltungWalkStop, 1);
    stop->stop = where;
    stop->title = faltung_stop_title(walk, where);
    stop->equations = equations_of(experiment, walk, where);
    stop->tensors = faltung_walk_tensors(walk, where);
    if (where.kind == FALTUNG_STOP_FORWARD) {
        stop->arithmetic = arithmetic_of(faltung_graph_layer(faltung_walk_graph(walk), where.layer),
                                         stop->tensors);
    }
    stop->pictures = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_picture_unref);
    for (guint i = 0; i < stop->tensors->len; i++) {
        g_ptr_array_add(stop->pictures, picture_of(walked, stop->tensors->pdata[i]));
    }
    stop->remark = remark_on(experiment, walk, stop);
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

gboolean faltung_walked_find(FaltungWalked *walked, const FaltungAnalysisHooks *hooks,
                             GError **error) {
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(walked->text, walked->origin, NULL, error);
    if (experiment == NULL) {
        return FALSE;
    }
    g_autoptr(FaltungNetwork) network = faltung_weights_network(walked->weights, 1, 0, 1);
    walked->walk = faltung_walk_new(experiment, network, walked->validation, walked->index,
                                    learning_rate(experiment, walked->weights), error);
    if (walked->walk == NULL) {
        return FALSE;
    }
    walked->stops = g_ptr_array_new_with_free_func(stop_free);
    int n;
    const FaltungStop *stops = faltung_walk_stops(walked->walk, &n);
    for (int i = 0; i < n; i++) {
        if (!faltung_analysis_goes_on(hooks, (double)i / n, error)) {
            return FALSE;
        }
        g_ptr_array_add(walked->stops, stop_new(walked, experiment, stops[i]));
    }
    return TRUE;
}
