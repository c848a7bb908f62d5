/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/fit.h"

#include "core/base/error.h"
#include "core/ops/input.h"
#include "core/ops/layout.h"
#include "core/train/optimizer.h"
#include "core/train/stopping.h"
#include "core/train/terms.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

G_GNUC_PRINTF(4, 5)
static gboolean misfit(const FaltungExperiment *experiment, const FaltungLayer *layer,
                       GError **error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = faltung_message(format, arguments);
    va_end(arguments);
    g_autofree char *place = layer && layer->line > 0
                                 ? g_strdup_printf(":%d:%d", layer->line, layer->column)
                                 : g_strdup("");
    return faltung_fail(error, FALTUNG_ERROR_SHAPE, "%s%s: %s", experiment->origin, place, message);
}

/* `image, 1 x 28 x 28` */
static char *describe_input(gboolean there, const char *name, const FaltungShape *shape) {
    g_autofree char *size = there ? faltung_shape_format(shape) : NULL;
    return there ? g_strdup_printf("%s, %s", name, size) : g_strdup("missing");
}

/* Whether the parts of a sample are what the named inputs take. Without names on either side the
   values are dealt out in their order. */
static gboolean check_parts(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                            GError **error) {
    const FaltungGraph *graph = experiment->graph;
    int n_parts, n_inputs = faltung_graph_n_inputs(graph);
    const FaltungDatasetPart *parts = faltung_dataset_parts(dataset, &n_parts);
    for (int i = 0; parts && n_inputs > 0 && i < MAX(n_parts, n_inputs); i++) {
        const FaltungLayer *input = faltung_graph_layer(graph, MIN(i, n_inputs - 1));
        const FaltungDatasetPart *part = &parts[MIN(i, n_parts - 1)];
        if (i < n_inputs && i < n_parts && g_str_equal(part->name, input->name) &&
            faltung_shape_equal(&part->shape, &input->output_shape))
            continue;
        g_autofree char *comes = describe_input(i < n_parts, part->name, &part->shape);
        g_autofree char *takes = describe_input(i < n_inputs, input->name, &input->output_shape);
        return misfit(experiment, input, error,
                      "input %d of the network is %s, but of the data %s; name the same inputs in "
                      "both, in the same order and with the same shapes",
                      i + 1, takes, comes);
    }
    return TRUE;
}

static gboolean check_input(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                            GError **error) {
    const FaltungShape *input = &experiment->graph->input;
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    if (!check_parts(experiment, dataset, error))
        return FALSE;
    /* a vector may be the image, row after row; a sequence may have its rows as steps */
    if (faltung_shape_equal(input, shape) ||
        (input->rank <= 2 && faltung_shape_size(input) == faltung_shape_size(shape)))
        return TRUE;
    g_autofree char *takes = faltung_shape_format(input), *comes = faltung_shape_format(shape);
    g_autofree char *cure = faltung_shape_to_yaml(shape);
    if (faltung_graph_n_inputs(experiment->graph) > 0)
        return misfit(experiment, faltung_graph_layer(experiment->graph, 0), error,
                      "the network's inputs have %s values together, but a sample of the data set "
                      "'%s' is %s; make their shapes add up to that",
                      takes, faltung_dataset_name(dataset), comes);
    return misfit(experiment, NULL, error,
                  "the network's input is %s, but a sample of the data set '%s' is %s; set "
                  "network.input to %s",
                  takes, faltung_dataset_name(dataset), comes, cure);
}

/* Whether it does, though the targets are others. */
static gboolean looks_like_autoencoder(const FaltungLoss *loss, const FaltungShape *output,
                                       const FaltungDataset *dataset) {
    size_t sample = faltung_shape_size(faltung_dataset_shape(dataset));
    return !loss->needs_classes && !faltung_dataset_text(dataset) && sample > 1 &&
           faltung_shape_size(output) == sample;
}

/* A layer's loss_target is none of the data's. */
static gboolean fail_target(const FaltungExperiment *experiment, const FaltungHead *head,
                            const FaltungDataset *dataset, GError **error) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const FaltungTarget *target;
    for (int i = 0; (target = faltung_dataset_target(dataset, i)); i++)
        if (target->name)
            g_ptr_array_add(names, (char *)target->name);
    g_ptr_array_add(names, FALTUNG_LOSS_OF_DATA);
    g_ptr_array_add(names, FALTUNG_LOSS_OF_SAMPLE);
    g_ptr_array_add(names, NULL);
    const char *nearest = faltung_nearest(head->target, (const char *const *)names->pdata);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    const FaltungLayer *layer = faltung_graph_layer(experiment->graph, head->layer);
    return misfit(experiment, layer, error,
                  "the loss_target of '%s' is '%s', but '%s' has no target of that name; %s%s%s",
                  layer->name, head->target, faltung_dataset_name(dataset),
                  nearest ? _("did you mean ") : _("there are "), nearest ? nearest : all,
                  nearest ? "?" : "");
}

/* Whether the head's loss takes the output and the targets of @dataset. */
static gboolean check_head(const FaltungExperiment *experiment, const FaltungHead *head,
                           const FaltungDataset *dataset, GError **error) {
    const FaltungLoss *loss = head->loss;
    const char *name = faltung_dataset_name(dataset);
    const FaltungLayer *last = faltung_graph_layer(experiment->graph, head->layer);
    const FaltungShape *output = &head->output;
    gboolean own = head->layer < (int)experiment->graph->layers->len - 1;
    const char *who = own ? _("it") : _("the last layer");
    g_autofree char *comes = faltung_shape_format(output);
    if (!head->of_sample && faltung_head_target(head, dataset) < 0)
        return fail_target(experiment, head, dataset, error);
    FaltungQuestion asked = faltung_head_question(head, dataset);
    FaltungTargetType type = asked.type;
    int n = asked.n, positions = asked.positions;
    /* whoever wants the samples back wants no class of them */
    if (!own && faltung_dataset_target_type(dataset) == FALTUNG_TARGET_NONE)
        type = FALTUNG_TARGET_NONE;

    if (loss->needs_classes && head->of_sample)
        return misfit(
            experiment, last, error,
            "the loss %s of '%s' needs classes, but its loss_target is the sample; use the "
            "loss mse or mae, or remove loss_target",
            loss->kind.name, last->name);
    if (loss->needs_classes && type != FALTUNG_TARGET_CLASS)
        return misfit(
            experiment, own ? last : NULL, error,
            "the loss %s needs classes, but the data set '%s' has %s; use the loss mse or "
            "mae",
            loss->kind.name, name,
            type == FALTUNG_TARGET_VALUES   ? _("numbers as targets")
            : experiment->data->reconstruct ? _("its samples as targets (data.reconstruct)")
                                            : _("no targets"));
    if (loss->check && !loss->check(head->options, faltung_layout_columns(output), error)) {
        g_autofree char *path = own ? g_strdup_printf("network.%s", last->name)
                                    : g_strconcat("train.loss.", loss->kind.name, NULL);
        g_autofree char *place = faltung_experiment_place(experiment, path);
        g_prefix_error(error, "%s: ", place);
        return FALSE;
    }
    if (type == FALTUNG_TARGET_NONE) {
        const FaltungShape *shape = faltung_dataset_shape(dataset);
        if (faltung_shape_size(output) == faltung_shape_size(shape))
            return TRUE;
        g_autofree char *expected = faltung_shape_format(shape);
        return misfit(
            experiment, last, error,
            "layer '%s' gives %s, but %s '%s'%s, so it has to give the sample itself, %s",
            last->name, comes,
            head->of_sample                 ? _("its loss_target asks for the samples of")
            : experiment->data->reconstruct ? _("data.reconstruct asks for the samples of")
                                            : _("the data set"),
            name, head->of_sample || experiment->data->reconstruct ? "" : _(" has no targets"),
            expected);
    }
    if (type == FALTUNG_TARGET_VALUES && faltung_shape_size(output) == (size_t)n)
        return TRUE;
    if (type == FALTUNG_TARGET_CLASS && faltung_layout_columns(output) == n &&
        faltung_layout_rows(output) == positions)
        return TRUE;
    if (looks_like_autoencoder(loss, output, dataset))
        return misfit(experiment, last, error,
                      "layer '%s' gives %s, as many values as a sample has, but the data set '%s' "
                      "has %d %s as its targets; for an autoencoder, whose targets are the samples "
                      "themselves, set data.reconstruct to true",
                      last->name, comes, name, n,
                      type == FALTUNG_TARGET_CLASS ? _("classes")
                      : n == 1                     ? _("value a sample")
                                                   : _("values a sample"));
    if (positions > 1)
        return misfit(experiment, last, error,
                      "layer '%s' gives %s, but the data set '%s' has one of %d classes at each of "
                      "%d positions of a sample; %s must have %d units at each",
                      last->name, comes, name, n, positions, who, n);
    if (type == FALTUNG_TARGET_CLASS)
        return misfit(experiment, last, error,
                      "layer '%s' gives %s, but the data set '%s' has %d classes; %s must have %d "
                      "units",
                      last->name, comes, name, n, who, n);
    return misfit(experiment, last, error,
                  "layer '%s' gives %s, but the data set '%s' has %d %s a sample as its target; "
                  "%s must have %d %s",
                  last->name, comes, name, n, n == 1 ? _("value") : _("values"), who, n,
                  n == 1 ? _("unit") : _("units"));
}

static gboolean check_output(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                             GError **error) {
    const FaltungGraph *graph = experiment->graph;
    const FaltungLayer *last = faltung_graph_layer(graph, graph->layers->len - 1);
    if (last->loss.kind)
        return misfit(experiment, last, error,
                      "'%s' gives the network's output, whose loss stands under train; remove its "
                      "own",
                      last->name);
    FaltungHead heads[FALTUNG_MOST_TERMS];
    int n = faltung_heads(graph, &experiment->train->loss, heads);
    if (n > FALTUNG_MOST_TERMS || faltung_terms(graph).n > FALTUNG_MOST_TERMS)
        return misfit(experiment, NULL, error,
                      "the loss is the sum of more than %d terms; leave out some of the layers' "
                      "losses or penalties",
                      FALTUNG_MOST_TERMS);
    for (int i = 0; i < n; i++)
        if (!check_head(experiment, &heads[i], dataset, error))
            return FALSE;
    return TRUE;
}

/* Whether a layer takes as indices what noise is added to: pictures, or all where there are none.
 */
static gboolean noise_meets_indices(const FaltungGraph *graph, const FaltungDataset *dataset) {
    FaltungShape picture;
    size_t begin;
    gboolean pictures = faltung_augment_picture(dataset, 0, &picture, &begin);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (layer->operation->n_indices &&
            (!pictures || layer->inputs[0] == FALTUNG_INPUT || layer->input_shapes[0].rank == 3))
            return TRUE;
    }
    return FALSE;
}

/* What augmentation must leave alone. Returns: (nullable): what is wrong with it. */
static const char *augment_problem(const FaltungExperiment *experiment,
                                   const FaltungDataset *dataset) {
    const FaltungAugmentOptions *augment = &experiment->data->augment;
    gboolean pixels = FALSE;
    const FaltungTarget *target;
    for (int i = 0; (target = faltung_dataset_target(dataset, i)); i++)
        pixels |= target->positions > 1;
    if (pixels && faltung_augment_moves(augment))
        return _("pictures would move, but the classes of their pixels stay; leave only noise");
    if (augment->noise > 0 && noise_meets_indices(experiment->graph, dataset))
        return _("noise would make other numbers of indices; remove it");
    return NULL;
}

static gboolean check_augment(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                              GError **error) {
    const char *problem = augment_problem(experiment, dataset);
    if (problem) {
        g_autofree char *at = faltung_experiment_place(experiment, "data.augment");
        return faltung_fail(error, FALTUNG_ERROR_SHAPE, "%s: %s", at, problem);
    }
    const char *key;
    if (faltung_augment_check(&experiment->data->augment, dataset, &key, error))
        return TRUE;
    g_autofree char *path = g_strconcat("data.augment.", key, NULL);
    g_autofree char *place = faltung_experiment_place(experiment, path);
    g_prefix_error(error, "%s: ", place);
    return FALSE;
}

/* The first of @n values of a sample that @layer, which takes indices, does not know. */
static char *index_problem(const FaltungGraph *graph, const FaltungLayer *layer, size_t n,
                           const float *values) {
    int known = layer->operation->n_indices(layer), from = layer->inputs[0];
    const FaltungInputPart *part =
        from == FALTUNG_INPUT ? NULL : faltung_graph_layer(graph, from)->options;
    size_t begin = part ? part->begin : 0;
    size_t end = part ? begin + faltung_shape_size(&part->shape) : n;
    for (size_t i = begin; i < MIN(end, n); i++) {
        gboolean index = values[i] >= 0 && values[i] == floorf(values[i]);
        if (index && values[i] < known)
            continue;
        return g_strdup_printf(_("has %g at position %zu, but layer '%s' takes indices, whole "
                                 "numbers from 0 to %d; %s"),
                               values[i], i, layer->name, known - 1,
                               index ? _("make it know as many as there are")
                                     : _("take data that are indices, and `normalize: none`"));
    }
    return NULL;
}

char *faltung_index_problem(const FaltungGraph *graph, size_t n, const float *values) {
    char *problem = NULL;
    for (guint i = 0; i < graph->layers->len && !problem; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        if (layer->operation->n_indices)
            problem = index_problem(graph, layer, n, values);
    }
    return problem;
}

gboolean faltung_check_indices(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                               GError **error) {
    if (faltung_graph_n_indices(experiment->graph) == 0)
        return TRUE;
    /* of a text the greatest index is known */
    if (faltung_dataset_text(dataset)) {
        float last = faltung_dataset_n_targets(dataset) - 1;
        g_autofree char *problem = faltung_index_problem(experiment->graph, 1, &last);
        if (!problem)
            return TRUE;
        return misfit(experiment, NULL, error, "the text '%s' has %d different characters: %s",
                      faltung_dataset_name(dataset), faltung_dataset_n_targets(dataset), problem);
    }
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    g_autofree float *sample = g_new(float, size);
    for (guint32 i = 0; i < faltung_dataset_size(dataset); i++) {
        faltung_dataset_gather(dataset, &i, 1, sample, NULL, NULL);
        g_autofree char *problem = faltung_index_problem(experiment->graph, size, sample);
        if (problem)
            return misfit(experiment, NULL, error, "sample %u of the data set '%s' %s", i,
                          faltung_dataset_name(dataset), problem);
    }
    return TRUE;
}

/* States are carried from a sample to the one behind it: there has to be one. */
static gboolean check_carried(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                              GError **error) {
    const FaltungText *text = faltung_dataset_text(dataset);
    for (guint i = 0; i < experiment->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(experiment->graph, i);
        if (faltung_layer_carried_size(layer) == 0)
            continue;
        if (!text)
            return misfit(
                experiment, layer, error,
                "layer '%s' carries its state from a sample to the one behind it, but the "
                "samples of '%s' are in no order; only those of a text are; remove "
                "`stateful`",
                layer->name, faltung_dataset_name(dataset));
        if (faltung_text_stride(text) != faltung_text_length(text))
            return misfit(experiment, layer, error,
                          "layer '%s' carries its state from a sample to the one behind it, but of "
                          "the text '%s' the next one begins %d characters after a sample of %d; "
                          "remove data.stride, or `stateful`",
                          layer->name, faltung_dataset_name(dataset), faltung_text_stride(text),
                          faltung_text_length(text));
    }
    return TRUE;
}

FaltungTrainingMemory faltung_training_memory(const FaltungExperiment *experiment, int batch) {
    const FaltungTrainOptions *options = experiment->train;
    const FaltungOptimizer *optimizer = (const FaltungOptimizer *)options->optimizer.kind;
    const FaltungStopping *stopping = (const FaltungStopping *)options->early_stopping.kind;
    FaltungTrainingMemory memory = {
        .network = faltung_network_memory(experiment->graph, batch, FALTUNG_NETWORK_TRAINS, 0),
    };
    int blocks = stopping->keeps_best;
    for (int slot = 0; slot < optimizer->n_slots; slot++)
        blocks += faltung_optimizer_uses(optimizer, options->optimizer.options, slot);
    memory.optimizer = blocks * experiment->graph->block_size * sizeof(float);
    memory.total = memory.network.total + memory.optimizer;
    return memory;
}

/* What cannot be allocated would end the program, not the run. */
static gboolean check_memory(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                             GError **error) {
    int batch = MIN((guint32)experiment->train->batch, faltung_dataset_size(dataset));
    double there = (double)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    double needed = faltung_training_memory(experiment, batch).total;
    if (needed <= there || there <= 0)
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "%s: the network needs %.1f GB to train with batches of %d, this machine has %.1f "
        "GB; make the batch or the layers smaller",
        experiment->origin, needed / 1e9, batch, there / 1e9);
}

/* An optimizer of the whole cannot treat layers differently. */
static gboolean check_optimizer(const FaltungExperiment *experiment, GError **error) {
    const FaltungVariant *optimizer = &experiment->train->optimizer;
    const FaltungOptimizer *kind = (const FaltungOptimizer *)optimizer->kind;
    gboolean searches = kind->searches && kind->searches(optimizer->options);
    for (guint i = 0; i < experiment->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(experiment->graph, i);
        const char *own = layer->lr_factor != 1.0      ? "lr_factor"
                          : layer->weight_decay >= 0.0 ? "weight_decay"
                                                       : NULL;
        if (searches && faltung_layer_carried_size(layer) > 0)
            return misfit(
                experiment, layer, error,
                "a line search computes the loss several times a step, but '%s' carries its "
                "state from one time to the next; remove `stateful` or line_search_fn",
                layer->name);
        if (own && kind->whole)
            return misfit(experiment, layer, error,
                          "%s takes one step for all layers, so that '%s' cannot have a %s of its "
                          "own; remove it, or take another optimizer",
                          optimizer->kind->name, layer->name, own);
    }
    return TRUE;
}

gboolean faltung_check_fit(const FaltungExperiment *experiment, const FaltungDataset *dataset,
                           GError **error) {
    if (faltung_dataset_size(dataset) == 0)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "%s: the data set '%s' has no samples to use; check data.limit and "
                            "data.validation",
                            experiment->origin, faltung_dataset_name(dataset));
    return check_optimizer(experiment, error) && check_input(experiment, dataset, error) &&
           check_output(experiment, dataset, error) &&
           faltung_check_indices(experiment, dataset, error) &&
           check_carried(experiment, dataset, error) && check_augment(experiment, dataset, error) &&
           check_memory(experiment, dataset, error);
}
