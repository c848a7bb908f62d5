/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk.h"

#include "core/base/error.h"
#include "core/graph/reference.h"
#include "core/ops/layout.h"
#include "core/train/clipping.h"
#include "core/train/constraints.h"
#include "core/train/fit.h"
#include "core/train/optimizer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct FaltungWalk {
    FaltungGraph *graph;
    FaltungReferenceNetwork *network;
    double *input;
    FaltungVariant loss; /* of the output */
    int n_judges;
    FaltungJudge judges[FALTUNG_MOST_TERMS]; /* the first: of the output */
    FaltungShape target_shapes[FALTUNG_MOST_TERMS];
    double *target_values[FALTUNG_MOST_TERMS]; /* the field's layout; of classes their indices */
    double value;                              /* the loss */
    double learning_rate;
    double *(*after)[FALTUNG_MAX_PARAMETERS]; /* a layer: its parameters after the step; NULL: as
                                                 before */
    /* a layer and input: what it sends back to a layer that others take, too; NULL: all of its
       gradient is from there */
    double *(*parts)[FALTUNG_MAX_INPUTS];
    GArray *stops; /* (element-type FaltungStop) */
};

static void add_stop(FaltungWalk *walk, FaltungStopKind kind, int layer) {
    FaltungStop stop = {kind, layer};
    g_array_append_val(walk->stops, stop);
}

static void list_stops(FaltungWalk *walk, gboolean updates) {
    int n = walk->graph->layers->len;
    walk->stops = g_array_new(FALSE, FALSE, sizeof(FaltungStop));
    add_stop(walk, FALTUNG_STOP_INPUT, FALTUNG_INPUT);
    for (int i = 0; i < n; i++)
        add_stop(walk, FALTUNG_STOP_FORWARD, i);
    add_stop(walk, FALTUNG_STOP_LOSS, FALTUNG_INPUT);
    for (int i = n - 1; i >= 0; i--)
        add_stop(walk, FALTUNG_STOP_BACKWARD, i);
    for (int i = 0; i < n; i++)
        if (updates && faltung_layer_learns(faltung_graph_layer(walk->graph, i)))
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

static const double *output_of(const FaltungWalk *walk, int layer) {
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
        r.inputs[k] = output_of(walk, layer->inputs[k]);
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

static void compute(FaltungWalk *walk, const FaltungDataset *dataset, guint32 index) {
    size_t size = faltung_shape_size(&walk->graph->input);
    g_autofree float *sample = g_new(float, size);
    FaltungHead heads[FALTUNG_MOST_TERMS];
    int n_heads = faltung_heads(walk->graph, &walk->loss, heads);
    faltung_dataset_gather(dataset, &index, 1, sample, NULL, NULL);
    for (size_t i = 0; i < size; i++)
        walk->input[i] = sample[i];
    faltung_reference_network_forward(walk->network, walk->input, FALSE, 0, 0);
    walk->value = faltung_reference_network_penalty(walk->network);
    walk->n_judges = MIN(n_heads, FALTUNG_MOST_TERMS);
    for (int k = 0; k < walk->n_judges; k++) {
        FaltungJudge *judge = &walk->judges[k];
        faltung_judge_init(judge, &heads[k], 1);
        faltung_judge_take(judge, dataset, &index, sample);
        walk->value += faltung_judge_compare(
            judge, faltung_reference_network_output(walk->network, judge->head.layer));
        if (k > 0) /* the output's own goes into backward by hand */
            faltung_reference_network_inject(walk->network, judge->head.layer, judge->gradient);
        keep_targets(walk, k);
    }
    faltung_reference_network_backward(walk->network, walk->judges[0].gradient);
    for (guint i = 0; i < walk->graph->layers->len; i++)
        if (shares_input(walk->graph, faltung_graph_layer(walk->graph, i)))
            keep_parts(walk, i);
}

/* -- the step --------------------------------------------------------------------------------- */

/* The gradient of the losses with the slope of the layer's L1 penalty. */
static double slope_of(const FaltungWalk *walk, int layer_index, int p, size_t i) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, layer_index);
    double value = faltung_reference_network_parameter(walk->network, layer_index, p)[i];
    double l1 = layer->parameters[p].bias ? 0.0 : faltung_graph_l1(walk->graph, layer);
    return faltung_reference_network_parameter_gradient(walk->network, layer_index, p)[i] +
           l1 * ((value > 0.0) - (value < 0.0));
}

/* What all gradients are multiplied by, so that their norm is let through. */
static double clipping_scale(const FaltungWalk *walk, const FaltungClipping *clip) {
    double squares = 0.0;
    for (guint i = 0; i < walk->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(walk->graph, i);
        for (int p = 0; p < layer->n_parameters && faltung_layer_learns(layer); p++) {
            size_t n = faltung_shape_size(&layer->parameters[p].shape);
            for (size_t k = 0; k < n && !layer->parameters[p].measured; k++) {
                double slope = slope_of(walk, i, p, k);
                squares += slope * slope;
            }
        }
    }
    return clip->norm > 0.0 ? faltung_clip_norm_scale(clip->norm, sqrt(squares)) : 1.0;
}

/* The optimizer's options as @layer has them. Returns: (transfer full). */
static void *options_of(const FaltungVariant *optimizer, const FaltungLayer *layer) {
    void *options = faltung_options_copy(optimizer->kind, optimizer->options);
    const FaltungOptionSpec *spec = faltung_kind_option(optimizer->kind, "weight_decay", NULL);
    if (layer->weight_decay >= 0.0 && spec)
        *(double *)((char *)options + spec->offset) = layer->weight_decay;
    return options;
}

static void update_tensor(FaltungWalk *walk, int layer_index, int p, const void *options,
                          double scale, const FaltungTrainOptions *train) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, layer_index);
    const FaltungParameter *parameter = &layer->parameters[p];
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)train->optimizer.kind;
    const double *before = faltung_reference_network_parameter(walk->network, layer_index, p);
    double rate = walk->learning_rate * layer->lr_factor, limit = train->clip.value;
    size_t n = faltung_shape_size(&parameter->shape);
    double *after = walk->after[layer_index][p] = g_new(double, n);
    for (size_t i = 0; i < n; i++) {
        double slots[FALTUNG_MAX_SLOTS] = {0};
        double slope = scale * slope_of(walk, layer_index, p, i);
        if (limit > 0.0)
            slope = CLAMP(slope, -limit, limit);
        after[i] = before[i];
        optimizer->reference(options, rate, 1, &after[i], slope, slots);
    }
}

/* What goes into a unit, as short as the layer's `max_norm` wants it. */
static void keep_norm(FaltungWalk *walk, int layer_index, int p) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, layer_index);
    const FaltungParameter *parameter = &layer->parameters[p];
    size_t n = faltung_shape_size(&parameter->shape), behind = 1;
    size_t units = parameter->shape.dims[parameter->unit_axis];
    for (int i = parameter->unit_axis + 1; i < parameter->shape.rank; i++)
        behind *= parameter->shape.dims[i];
    double *after = walk->after[layer_index][p];
    g_autofree double *squares = g_new0(double, units);
    for (size_t i = 0; i < n; i++)
        squares[i / behind % units] += after[i] * after[i];
    for (size_t i = 0; i < n; i++)
        after[i] *= faltung_constraint_scale(sqrt(squares[i / behind % units]), layer->max_norm);
}

/* Whether the optimizer's step on a value is told from that value alone; else it is not shown. */
static gboolean shows_step(const FaltungTrainOptions *train) {
    return !((const FaltungOptimizer *)train->optimizer.kind)->whole;
}

static void step(FaltungWalk *walk, const FaltungTrainOptions *train) {
    double scale = clipping_scale(walk, &train->clip);
    for (guint i = 0; i < walk->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(walk->graph, i);
        if (!faltung_layer_learns(layer))
            continue;
        void *options = options_of(&train->optimizer, layer);
        for (int p = 0; p < layer->n_parameters; p++) {
            if (layer->parameters[p].measured)
                continue;
            update_tensor(walk, i, p, options, scale, train);
            if (layer->max_norm > 0.0 && !layer->parameters[p].bias)
                keep_norm(walk, i, p);
        }
        faltung_options_free(train->optimizer.kind, options);
    }
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

FaltungWalk *faltung_walk_new(const FaltungExperiment *experiment, const FaltungNetwork *network,
                              const FaltungDataset *dataset, guint32 index, double learning_rate,
                              GError **error) {
    if (!is_of(experiment, faltung_network_graph(network), error) ||
        !faltung_check_fit(experiment, dataset, error))
        return NULL;
    const FaltungTrainOptions *train = experiment->train;
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)train->optimizer.kind;
    FaltungWalk *walk = g_new0(FaltungWalk, 1);
    walk->graph = faltung_graph_copy(faltung_network_graph(network));
    walk->network = faltung_reference_network_new(walk->graph, 1);
    walk->input = g_new(double, faltung_shape_size(&walk->graph->input));
    walk->after = g_malloc0_n(walk->graph->layers->len, sizeof(*walk->after));
    walk->parts = g_malloc0_n(walk->graph->layers->len, sizeof(*walk->parts));
    walk->learning_rate =
        isnan(learning_rate) ? optimizer->learning_rate(train->optimizer.options) : learning_rate;
    faltung_variant_copy(&walk->loss, &train->loss);
    faltung_reference_network_copy_parameters(walk->network, network);
    compute(walk, dataset, index);
    if (shows_step(train))
        step(walk, train);
    list_stops(walk, shows_step(train));
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
    faltung_variant_clear(&walk->loss);
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
                              const double *values, gboolean gradient) {
    FaltungWalkTensor *tensor = g_new(FaltungWalkTensor, 1);
    *tensor = (FaltungWalkTensor){name, *shape, values, gradient};
    g_ptr_array_add(tensors, tensor);
    return tensor;
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
            &layer->input_shapes[i], output_of(walk, layer->inputs[i]), FALSE);
    for (int p = 0; p < layer->n_parameters; p++)
        add(tensors, g_strdup(layer->parameters[p].name), &layer->parameters[p].shape,
            faltung_reference_network_parameter(walk->network, index, p), FALSE);
    if (layer->activation.kind)
        add(tensors, g_strdup_printf(_("before %s"), layer->activation.kind->name),
            &layer->output_shape, faltung_reference_network_sum(walk->network, index), FALSE);
    add(tensors, g_strdup(_("output")), &layer->output_shape, output_of(walk, index), FALSE);
}

static void add_losses(const FaltungWalk *walk, GPtrArray *tensors) {
    for (int k = 0; k < walk->n_judges; k++) {
        const FaltungJudge *judge = &walk->judges[k];
        const char *name = name_of(walk, judge->head.layer);
        add(tensors, g_strdup_printf(_("output of %s"), name), &judge->head.output,
            output_of(walk, judge->head.layer), FALSE);
        FaltungWalkTensor *target =
            add(tensors, g_strdup(judge->head.loss->needs_classes ? _("class") : _("target")),
                &walk->target_shapes[k], walk->target_values[k], FALSE);
        target->classes = judge->head.loss->needs_classes;
        add(tensors, g_strdup_printf(_("gradient of the output of %s"), name), &judge->head.output,
            judge->gradient, TRUE);
    }
}

/* Gradients of inputs are the sums of what all who take them send back; where there are several,
   what this one sends stands before. */
static void add_backward(const FaltungWalk *walk, int index, GPtrArray *tensors) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    add(tensors, g_strdup(_("gradient of output")), &layer->output_shape,
        output_gradient_of(walk, index), TRUE);
    if (layer->activation.kind)
        add(tensors, g_strdup_printf(_("gradient before %s"), layer->activation.kind->name),
            &layer->output_shape, faltung_reference_network_sum_gradient(walk->network, index),
            TRUE);
    for (int p = 0; p < layer->n_parameters; p++)
        if (!layer->parameters[p].measured)
            add(tensors, g_strdup_printf(_("gradient of %s"), layer->parameters[p].name),
                &layer->parameters[p].shape,
                faltung_reference_network_parameter_gradient(walk->network, index, p), TRUE);
    for (int i = 0; i < layer->n_inputs; i++)
        if (walk->parts[index][i])
            add(tensors, g_strdup_printf(_("sent to %s"), name_of(walk, layer->inputs[i])),
                &layer->input_shapes[i], walk->parts[index][i], TRUE);
    for (int i = 0; i < layer->n_inputs; i++)
        add(tensors, g_strdup_printf(_("gradient of %s"), name_of(walk, layer->inputs[i])),
            &layer->input_shapes[i], output_gradient_of(walk, layer->inputs[i]), TRUE);
}

static void add_update(const FaltungWalk *walk, int index, GPtrArray *tensors) {
    const FaltungLayer *layer = faltung_graph_layer(walk->graph, index);
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        if (!walk->after[index][p])
            continue;
        add(tensors, g_strdup(parameter->name), &parameter->shape,
            faltung_reference_network_parameter(walk->network, index, p), FALSE);
        add(tensors, g_strdup_printf(_("gradient of %s"), parameter->name), &parameter->shape,
            faltung_reference_network_parameter_gradient(walk->network, index, p), TRUE);
        add(tensors, g_strdup_printf(_("%s after the step"), parameter->name), &parameter->shape,
            walk->after[index][p], FALSE);
    }
}

GPtrArray *faltung_walk_tensors(const FaltungWalk *walk, FaltungStop stop) {
    GPtrArray *tensors = g_ptr_array_new_with_free_func(free_tensor);
    switch (stop.kind) {
    case FALTUNG_STOP_INPUT:
        add(tensors, g_strdup(_("input")), &walk->graph->input, walk->input, FALSE);
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
