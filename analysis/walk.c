/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk-private.h"

#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/train/fit.h"
#include "core/train/optimizer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static void add_stop(FaltungWalk *walk, FaltungStopKind kind, int layer) {
    FaltungStop stop = {kind, layer};
    g_array_append_val(walk->stops, stop);
}

static void list_stops(FaltungWalk *walk) {
    int n = walk->graph->layers->len;
    walk->stops = g_array_new(FALSE, FALSE, sizeof(FaltungStop));
    add_stop(walk, FALTUNG_STOP_INPUT, FALTUNG_INPUT);
    for (int i = 0; i < n; i++)
        add_stop(walk, FALTUNG_STOP_FORWARD, i);
    add_stop(walk, FALTUNG_STOP_LOSS, FALTUNG_INPUT);
    for (int i = n - 1; i >= 0; i--)
        add_stop(walk, FALTUNG_STOP_BACKWARD, i);
    for (int i = 0; i < n; i++)
        if (faltung_layer_learns(faltung_graph_layer(walk->graph, i)) && !walk->rests[i])
            add_stop(walk, FALTUNG_STOP_UPDATE, i);
}

/* -- forward and backward --------------------------------------------------------------------- */

/* The targets of a judge, as they are shown. */
static void keep_targets(FaltungWalk *walk, int k) {
    const FaltungJudge *judge = &walk->judges[k];
    const FaltungHead *head = &judge->head;
    gboolean classes = head->loss->needs_classes;
    size_t n = classes ? head->rows : head->width;
    walk->target_values[k] = g_new(double, n);
    walk->target_shapes[k] = classes ? FALTUNG_SHAPE(head->rows) : head->output;
    for (size_t i = 0; i < n; i++)
        walk->target_values[k][i] =
            classes ? judge->classes[i] : judge->targets[faltung_layout_inside(&head->output, i)];
}

const double *faltung_walk_output(const FaltungWalk *walk, int layer) {
    return layer == FALTUNG_INPUT ? walk->input
                                  : faltung_reference_network_output(walk->network, layer);
}

static int n_users(const FaltungGraph *graph, int of) {
    int n = 0;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int k = 0; k < layer->n_inputs; k++)
            n += layer->inputs[k] == of;
    }
    return n;
}

/* What layer @index sends back to each of its inputs: its operation goes back once more, alone. */
static void keep_parts(FaltungWalk *walk, int index) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    FaltungReferenceNetwork *network = walk->network;
    FaltungReference r = {
        .layer = layer,
        .batch = 1,
        .output = (double *)faltung_reference_network_sum(network, index),
        .output_gradient = faltung_reference_network_sum_gradient(network, index),
    };
    for (int p = 0; p < layer->n_parameters; p++) {
        r.parameters[p] = faltung_reference_network_parameter(network, index, p);
        r.parameter_gradients[p] = g_new0(double, faltung_shape_size(&layer->parameters[p].shape));
    }
    for (int k = 0; k < layer->n_inputs; k++) {
        r.inputs[k] = faltung_walk_output(walk, layer->inputs[k]);
        r.input_gradients[k] = walk->parts[index][k] =
            g_new0(double, faltung_shape_size(&layer->input_shapes[k]));
    }
    layer->operation->backward_reference(&r);
    for (int p = 0; p < layer->n_parameters; p++)
        g_free(r.parameter_gradients[p]);
    for (int k = 0; k < layer->n_inputs; k++)
        if (n_users(walk->graph, layer->inputs[k]) == 1)
            g_clear_pointer(&walk->parts[index][k], g_free);
}

static gboolean shares_input(const FaltungGraph *graph, const FaltungLayer *layer) {
    for (int k = 0; k < layer->n_inputs; k++)
        if (n_users(graph, layer->inputs[k]) > 1)
            return TRUE;
    return FALSE;
}

static void take_sample(FaltungWalk *walk, const FaltungDataset *dataset, guint32 index) {
    size_t size = faltung_shape_size(&walk->graph->input);
    g_autofree float *sample = g_new(float, size);
    FaltungHead heads[FALTUNG_MOST_TERMS];
    int n_heads = faltung_heads(walk->graph, &walk->train->loss, heads);
    faltung_dataset_gather(dataset, &index, 1, sample, NULL, NULL);
    for (size_t i = 0; i < size; i++)
        walk->input[i] = sample[i];
    walk->n_judges = MIN(n_heads, FALTUNG_MOST_TERMS);
    for (int k = 0; k < walk->n_judges; k++) {
        faltung_judge_init(&walk->judges[k], &heads[k], 1);
        faltung_judge_take(&walk->judges[k], dataset, &index, sample);
        keep_targets(walk, k);
    }
}

/* The sample forward and back. Returns: the loss. */
static double pass(FaltungWalk *walk) {
    FaltungReferenceNetwork *network = walk->network;
    faltung_reference_network_forward(network, walk->input, FALSE, 0, 0);
    double loss = faltung_reference_network_penalty(network);
    for (int k = 0; k < walk->n_judges; k++) {
        FaltungJudge *judge = &walk->judges[k];
        loss += faltung_judge_compare(judge,
                                      faltung_reference_network_output(network, judge->head.layer));
        if (k > 0) /* the output's own goes into backward by hand */
            faltung_reference_network_inject(network, judge->head.layer, judge->gradient);
    }
    faltung_reference_network_backward(network, walk->judges[0].gradient);
    return loss;
}

/* The text of an experiment may have gone on since its network was made. */
static gboolean is_of(const FaltungExperiment *experiment, const FaltungGraph *graph,
                      GError **error) {
    gboolean same = faltung_shape_equal(&experiment->graph->input, &graph->input) &&
                    experiment->graph->layers->len == graph->layers->len;
    for (guint i = 0; same && i < graph->layers->len; i++) {
        const FaltungLayer *a = faltung_graph_layer(experiment->graph, i);
        const FaltungLayer *b = faltung_graph_layer(graph, i);
        same = a->operation == b->operation && a->loss.kind == b->loss.kind &&
               faltung_shape_equal(&a->output_shape, &b->output_shape);
    }
    if (!same)
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "the weights are of another network than the experiment's");
    return same;
}

FaltungWalk *faltung_walk_new(const FaltungExperiment *experiment, FaltungNetwork *network,
                              const FaltungDataset *dataset, guint32 index,
                              FaltungStanding *standing, GError **error) {
    if (!is_of(experiment, faltung_network_graph(network), error) ||
        !faltung_check_fit(experiment, dataset, error))
        return NULL;
    FaltungWalk *walk = g_new0(FaltungWalk, 1);
    walk->graph = faltung_graph_copy(faltung_network_graph(network));
    walk->network = faltung_reference_network_new(walk->graph, 1);
    walk->input = g_new(double, faltung_shape_size(&walk->graph->input));
    walk->after = g_malloc0_n(walk->graph->layers->len, sizeof(*walk->after));
    walk->parts = g_malloc0_n(walk->graph->layers->len, sizeof(*walk->parts));
    walk->rests = g_new0(gboolean, walk->graph->layers->len);
    walk->train = faltung_options_copy(&faltung_train_kind, experiment->train);
    walk->standing = standing ? faltung_standing_ref(standing) : faltung_standing_new(NAN);
    faltung_reference_network_copy_parameters(walk->network, network);
    take_sample(walk, dataset, index);
    walk->value = pass(walk);
    faltung_walk_step(walk, network, dataset, index);
    for (guint i = 0; i < walk->graph->layers->len; i++)
        if (shares_input(walk->graph, faltung_graph_layer(walk->graph, i)))
            keep_parts(walk, i);
    list_stops(walk);
    return walk;
}

void faltung_walk_free(FaltungWalk *walk) {
    if (!walk)
        return;
    for (int k = 0; k < walk->n_judges; k++) {
        faltung_judge_clear(&walk->judges[k]);
        g_free(walk->target_values[k]);
    }
    for (guint i = 0; i < walk->graph->layers->len; i++)
        for (int p = 0; p < FALTUNG_MAX_PARAMETERS; p++)
            g_free(walk->after[i][p]);
    for (guint i = 0; i < walk->graph->layers->len; i++)
        for (int k = 0; k < FALTUNG_MAX_INPUTS; k++)
            g_free(walk->parts[i][k]);
    g_free(walk->after);
    g_free(walk->parts);
    g_free(walk->input);
    g_array_unref(walk->stops);
    g_free(walk->rests);
    faltung_options_free(&faltung_train_kind, walk->train);
    faltung_standing_unref(walk->standing);
    faltung_reference_network_free(walk->network);
    faltung_graph_free(walk->graph);
    g_free(walk);
}

/* -- what there is to see --------------------------------------------------------------------- */

const FaltungStop *faltung_walk_stops(const FaltungWalk *walk, int *n) {
    *n = walk->stops->len;
    return (const FaltungStop *)(void *)walk->stops->data;
}

const FaltungGraph *faltung_walk_graph(const FaltungWalk *walk) {
    return walk->graph;
}

double faltung_walk_loss(const FaltungWalk *walk) {
    return walk->value;
}

double faltung_walk_learning_rate(const FaltungWalk *walk) {
    return walk->learning_rate;
}

const double *faltung_walk_part(const FaltungWalk *walk, int layer, int k) {
    return walk->parts[layer][k];
}

static void free_tensor(gpointer data) {
    FaltungWalkTensor *tensor = data;
    g_free(tensor->name);
    g_free(tensor);
}

/* @name: (transfer full). Returns: (transfer none): the tensor that is now the last. */
static FaltungWalkTensor *add(GPtrArray *tensors, char *name, const FaltungShape *shape,
                              const double *values, FaltungWalkRole role, int which) {
    FaltungWalkTensor *tensor = g_new0(FaltungWalkTensor, 1);
    *tensor = (FaltungWalkTensor){
        .name = name, .shape = *shape, .values = values, .role = role, .which = which};
    g_ptr_array_add(tensors, tensor);
    return tensor;
}

static void add_gradient(GPtrArray *tensors, char *name, const FaltungShape *shape,
                         const double *values, FaltungWalkRole role, int which) {
    add(tensors, name, shape, values, role, which)->gradient = TRUE;
}

static const char *name_of(const FaltungWalk *walk, int layer) {
    return layer == FALTUNG_INPUT ? "input" : faltung_graph_layer(walk->graph, layer)->name;
}

static const double *output_gradient_of(const FaltungWalk *walk, int layer) {
    return layer == FALTUNG_INPUT ? faltung_reference_network_input_gradient(walk->network)
                                  : faltung_reference_network_output_gradient(walk->network, layer);
}

static void add_forward(const FaltungWalk *walk, int index, GPtrArray *tensors) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    for (int i = 0; i < layer->n_inputs; i++)
        add(tensors, g_strdup_printf(_("from %s"), name_of(walk, layer->inputs[i])),
            &layer->input_shapes[i], faltung_walk_output(walk, layer->inputs[i]),
            FALTUNG_WALK_INPUT, i);
    for (int p = 0; p < layer->n_parameters; p++)
        add(tensors, g_strdup(layer->parameters[p].name), &layer->parameters[p].shape,
            faltung_reference_network_parameter(walk->network, index, p), FALTUNG_WALK_PARAMETER,
            p);
    if (layer->activation.kind)
        add(tensors, g_strdup_printf(_("before %s"), layer->activation.kind->name),
            &layer->output_shape, faltung_reference_network_sum(walk->network, index),
            FALTUNG_WALK_SUM, 0);
    add(tensors, g_strdup(_("output")), &layer->output_shape, faltung_walk_output(walk, index),
        FALTUNG_WALK_OUTPUT, 0);
}

static void add_losses(const FaltungWalk *walk, GPtrArray *tensors) {
    for (int k = 0; k < walk->n_judges; k++) {
        const FaltungJudge *judge = &walk->judges[k];
        const char *name = name_of(walk, judge->head.layer);
        add(tensors, g_strdup_printf(_("output of %s"), name), &judge->head.output,
            faltung_walk_output(walk, judge->head.layer), FALTUNG_WALK_OUTPUT, k);
        FaltungWalkTensor *target =
            add(tensors, g_strdup(judge->head.loss->needs_classes ? _("class") : _("target")),
                &walk->target_shapes[k], walk->target_values[k], FALTUNG_WALK_TARGET, k);
        target->classes = judge->head.loss->needs_classes;
        add_gradient(tensors, g_strdup_printf(_("gradient of the output of %s"), name),
                     &judge->head.output, judge->gradient, FALTUNG_WALK_OUTPUT, k);
    }
}

/* Gradients of inputs are the sums of what all who take them send back; where there are several,
   what this one sends stands before. */
static void add_backward(const FaltungWalk *walk, int index, GPtrArray *tensors) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    add_gradient(tensors, g_strdup(_("gradient of output")), &layer->output_shape,
                 output_gradient_of(walk, index), FALTUNG_WALK_OUTPUT, 0);
    if (layer->activation.kind)
        add_gradient(
            tensors, g_strdup_printf(_("gradient before %s"), layer->activation.kind->name),
            &layer->output_shape, faltung_reference_network_sum_gradient(walk->network, index),
            FALTUNG_WALK_SUM, 0);
    for (int p = 0; p < layer->n_parameters; p++)
        if (!layer->parameters[p].measured)
            add_gradient(tensors, g_strdup_printf(_("gradient of %s"), layer->parameters[p].name),
                         &layer->parameters[p].shape,
                         faltung_reference_network_parameter_gradient(walk->network, index, p),
                         FALTUNG_WALK_PARAMETER, p);
    for (int i = 0; i < layer->n_inputs; i++)
        if (walk->parts[index][i])
            add_gradient(tensors, g_strdup_printf(_("sent to %s"), name_of(walk, layer->inputs[i])),
                         &layer->input_shapes[i], walk->parts[index][i], FALTUNG_WALK_PART, i);
    for (int i = 0; i < layer->n_inputs; i++)
        add_gradient(tensors, g_strdup_printf(_("gradient of %s"), name_of(walk, layer->inputs[i])),
                     &layer->input_shapes[i], output_gradient_of(walk, layer->inputs[i]),
                     FALTUNG_WALK_INPUT, i);
}

static void add_update(const FaltungWalk *walk, int index, GPtrArray *tensors) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        if (!walk->after[index][p])
            continue;
        add(tensors, g_strdup(parameter->name), &parameter->shape,
            faltung_reference_network_parameter(walk->network, index, p), FALTUNG_WALK_PARAMETER,
            p);
        add_gradient(tensors, g_strdup_printf(_("gradient of %s"), parameter->name),
                     &parameter->shape,
                     faltung_reference_network_parameter_gradient(walk->network, index, p),
                     FALTUNG_WALK_PARAMETER, p);
        add(tensors, g_strdup_printf(_("%s after the step"), parameter->name), &parameter->shape,
            walk->after[index][p], FALTUNG_WALK_AFTER, p);
    }
}

GPtrArray *faltung_walk_tensors(const FaltungWalk *walk, FaltungStop stop) {
    GPtrArray *tensors = g_ptr_array_new_with_free_func(free_tensor);
    switch (stop.kind) {
    case FALTUNG_STOP_INPUT:
        add(tensors, g_strdup(_("input")), &walk->graph->input, walk->input, FALTUNG_WALK_OUTPUT,
            0);
        break;
    case FALTUNG_STOP_FORWARD:
        add_forward(walk, stop.layer, tensors);
        break;
    case FALTUNG_STOP_LOSS:
        add_losses(walk, tensors);
        break;
    case FALTUNG_STOP_BACKWARD:
        add_backward(walk, stop.layer, tensors);
        break;
    case FALTUNG_STOP_UPDATE:
        add_update(walk, stop.layer, tensors);
        break;
    }
    return tensors;
}

char *faltung_stop_title(const FaltungWalk *walk, FaltungStop stop) {
    static const char *const ways[] = {
        [FALTUNG_STOP_FORWARD] = N_("forward"),
        [FALTUNG_STOP_BACKWARD] = N_("backward"),
        [FALTUNG_STOP_UPDATE] = N_("update"),
    };
    if (stop.kind == FALTUNG_STOP_INPUT)
        return g_strdup(_("input"));
    if (stop.kind == FALTUNG_STOP_LOSS)
        return g_strdup(_("loss"));
    return g_strdup_printf("%s, %s", name_of(walk, stop.layer), _(ways[stop.kind]));
}
