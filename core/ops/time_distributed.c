/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/time_distributed.h"
#include "core/base/error.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"

#include <glib/gi18n-lib.h>
#include <omp.h>
#include <string.h>

/*
 * Another operation, on every step of a sequence: [T, ...] are T samples of it, (N T, ...). Keras'
 * TimeDistributed. Its parameters are the operation's, one set for all steps.
 */
typedef struct {
    FaltungVariant layer; /* of the operations */
} TimeDistributed;

static const FaltungOptionSpec options[] = {
    {"layer", "what is done at every step, as in {conv2d: {filters: 8, kernel: 3}}",
     FALTUNG_VARIANT, offsetof(TimeDistributed, layer), .table = faltung_operations,
     .example = "layer_norm"},
    {NULL},
};

static const FaltungOperation *operation_of(const FaltungLayer *layer) {
    return (const FaltungOperation *)((const TimeDistributed *)layer->options)->layer.kind;
}

static FaltungShape without_steps(const FaltungShape *shape) {
    FaltungShape each = {.rank = shape->rank - 1};
    for (int i = 0; i < each.rank; i++)
        each.dims[i] = shape->dims[i + 1];
    return each;
}

static FaltungShape with_steps(int steps, const FaltungShape *each) {
    FaltungShape shape = {.rank = each->rank + 1, .dims = {steps}};
    for (int i = 0; i < each->rank; i++)
        shape.dims[i + 1] = each->dims[i];
    return shape;
}

static int steps_of(const FaltungLayer *layer) {
    return layer->input_shapes[0].dims[0];
}

FaltungLayer faltung_time_distributed_each(const FaltungLayer *layer) {
    FaltungLayer each = *layer;
    each.operation = operation_of(layer);
    each.options = ((const TimeDistributed *)layer->options)->layer.options;
    each.input_shapes[0] = each.input_orders[0] = without_steps(&layer->input_shapes[0]);
    if (layer->output_shape.rank > 1)
        each.output_shape = each.order = without_steps(&layer->output_shape);
    return each;
}

/* Returns: (nullable): why the operation cannot be done at every step. */
static const char *problem_of(const FaltungOperation *operation) {
    if (operation->max_inputs > 1)
        return _("takes several inputs; join them before it");
    if (operation->n_indices)
        return _("takes a whole sequence of indices already; put it in front");
    if (operation->penalty)
        return _("adds a term to the loss; put it behind");
    return NULL;
}

static gboolean check(const FaltungLayer *layer, GError **error) {
    const FaltungOperation *operation = operation_of(layer);
    const FaltungShape *input = &layer->input_shapes[0];
    g_autofree char *came = faltung_shape_format(input);
    const char *problem = operation ? problem_of(operation) : _("is missing");
    if (problem)
        faltung_fail(error, FALTUNG_ERROR_SHAPE,
                     "time_distributed does what its `layer` says at every step, but %s %s",
                     operation ? operation->kind.name : _("that"), problem);
    else if (input->rank < 2 || input->rank > 4)
        faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "time_distributed takes a sequence, [steps, ...], but its input is %s; reshape "
            "it, or use %s alone",
            came, operation->kind.name);
    else
        return TRUE;
    return FALSE;
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    if (!check(layer, error))
        return FALSE;
    FaltungLayer each = faltung_time_distributed_each(layer);
    if (!each.operation->infer_shape(&each, error)) {
        g_prefix_error(error, _("at every step: "));
        return FALSE;
    }
    if (each.operation->carried_size && each.operation->carried_size(&each) > 0)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "time_distributed begins anew at every step, but its %s is stateful; remove "
            "`stateful`",
            each.operation->kind.name);
    layer->output_shape = with_steps(steps_of(layer), &each.output_shape);
    layer->n_parameters = each.n_parameters;
    memcpy(layer->parameters, each.parameters, sizeof each.parameters);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    FaltungLayer each = faltung_time_distributed_each(layer);
    double one = each.operation->flops ? each.operation->flops(&each)
                                       : (double)faltung_shape_size(&each.output_shape);
    return one * steps_of(layer);
}

/* -- layouts --------------------------------------------------------------------------------- */

/* Whether the steps of a sample of @shape lie behind each other as those samples do. */
static gboolean lies_by_steps(const FaltungShape *shape) {
    FaltungShape each = without_steps(shape);
    return faltung_layout_plain(shape) && faltung_layout_plain(&each);
}

/* Room for @batch samples of @shape by steps, where they do not lie so; with slack. */
static size_t copy_size(const FaltungShape *shape, int batch) {
    size_t floats = batch * faltung_shape_size(shape) + FALTUNG_SLACK;
    return lies_by_steps(shape) ? 0 : (floats + 15) / 16 * 16;
}

/* Of one thread: a sample in the field's layout, twice. */
static size_t scratch_size(const FaltungLayer *layer) {
    size_t in = faltung_shape_size(&layer->input_shapes[0]);
    size_t out = faltung_shape_size(&layer->output_shape);
    return 2 * ((MAX(in, out) + FALTUNG_SLACK + 15) / 16 * 16);
}

/* Between samples of @shape as they lie inside and their steps one after the other. @whole is
   written to (added to with @add) or, @apart, read. */
static void convert(const FaltungStep *step, const FaltungShape *shape, float *whole, float *steps,
                    gboolean apart, gboolean add, float *scratch) {
    FaltungShape each = without_steps(shape);
    size_t size = faltung_shape_size(shape), part = faltung_shape_size(&each);
    size_t room = scratch_size(step->layer);
    int threads = faltung_threads_for(step->threads, 8.0 * step->batch * size);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *field = scratch + omp_get_thread_num() * room, *inside = field + room / 2;
        float *from = whole + n * size, *at = steps + n * size;
        if (apart)
            faltung_layout_to_field(shape, from, field);
        for (size_t t = 0; t < size; t += part) {
            if (apart)
                faltung_layout_to_inside(&each, field + t, at + t);
            else
                faltung_layout_to_field(&each, at + t, field + t);
        }
        if (apart)
            continue;
        faltung_layout_to_inside(shape, field, add ? inside : from);
        for (size_t i = 0; add && i < size; i++)
            from[i] += inside[i];
    }
}

/* -- at work --------------------------------------------------------------------------------- */

/* Where everything lies: in the state the copies and the operation's own state, in the workspace
   the gradients' copies, the scratch of convert() and the operation's workspace. */
typedef struct {
    FaltungLayer each;
    FaltungStep step;      /* the operation's */
    float *input, *output; /* copies; NULL: not needed */
    float *input_gradient, *output_gradient;
    float *scratch;
} Work;

static size_t own_state(const FaltungLayer *layer, int batch) {
    return copy_size(&layer->input_shapes[0], batch) + copy_size(&layer->output_shape, batch);
}

static size_t own_workspace(const FaltungLayer *layer, int batch, int threads) {
    gboolean converts = own_state(layer, batch) > 0;
    return own_state(layer, batch) + (converts ? threads * scratch_size(layer) : 0);
}

static size_t state_size(const FaltungLayer *layer, int batch) {
    FaltungLayer each = faltung_time_distributed_each(layer);
    size_t of_each =
        each.operation->state_size ? each.operation->state_size(&each, batch * steps_of(layer)) : 0;
    return own_state(layer, batch) * sizeof(float) + of_each;
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungLayer each = faltung_time_distributed_each(layer);
    size_t of_each = each.operation->workspace_size
                         ? each.operation->workspace_size(&each, batch * steps_of(layer), threads)
                         : 0;
    return own_workspace(layer, batch, threads) + of_each;
}

static void prepare(Work *work, const FaltungStep *step) {
    const FaltungLayer *layer = step->layer;
    size_t in = copy_size(&layer->input_shapes[0], step->batch);
    size_t out = copy_size(&layer->output_shape, step->batch);
    work->each = faltung_time_distributed_each(layer);
    work->step = *step;
    work->step.layer = &work->each;
    work->step.batch = step->batch * steps_of(layer);
    work->step.indices[0] = NULL;
    float *state = step->state, *workspace = step->workspace;
    if (in > 0)
        work->input = state, work->input_gradient = workspace;
    if (out > 0)
        work->output = state + in, work->output_gradient = workspace + in;
    work->scratch = workspace + in + out;
    work->step.state = state + in + out;
    work->step.workspace = workspace + own_workspace(layer, step->batch, step->threads);
    if (work->input)
        work->step.inputs[0] = work->input;
    if (work->output)
        work->step.output = work->output;
}

static void forward(const FaltungStep *step) {
    const FaltungLayer *layer = step->layer;
    Work work = {0};
    prepare(&work, step);
    if (work.input)
        convert(step, &layer->input_shapes[0], (float *)step->inputs[0], work.input, TRUE, FALSE,
                work.scratch);
    work.each.operation->forward(&work.step);
    if (work.output)
        convert(step, &layer->output_shape, step->output, work.output, FALSE, FALSE, work.scratch);
}

static void backward(const FaltungStep *step) {
    const FaltungLayer *layer = step->layer;
    Work work = {0};
    prepare(&work, step);
    if (work.output) {
        convert(step, &layer->output_shape, step->output_gradient, work.output_gradient, TRUE,
                FALSE, work.scratch);
        work.step.output_gradient = work.output_gradient;
    }
    gboolean copied = work.input && step->input_gradients[0];
    if (copied) {
        work.step.input_gradients[0] = work.input_gradient;
        work.step.overwrite[0] = TRUE;
    }
    work.each.operation->backward(&work.step);
    if (copied)
        convert(step, &layer->input_shapes[0], step->input_gradients[0], work.input_gradient, FALSE,
                !step->overwrite[0], work.scratch);
}

static void pack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungLayer each = faltung_time_distributed_each(layer);
    if (each.operation->pack)
        each.operation->pack(&each, parameter, from, to);
    else
        memcpy(to, from, faltung_shape_size(&each.parameters[parameter].shape) * sizeof(float));
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungLayer each = faltung_time_distributed_each(layer);
    if (each.operation->unpack)
        each.operation->unpack(&each, parameter, from, to);
    else
        memcpy(to, from, faltung_shape_size(&each.parameters[parameter].shape) * sizeof(float));
}

/* In the field's layout (N, T, ...) is (N T, ...). */
static FaltungReference reference_of(const FaltungReference *r, const FaltungLayer *each) {
    FaltungReference one = *r;
    one.layer = each;
    one.batch = r->batch * steps_of(r->layer);
    return one;
}

static void time_distributed_forward_reference(const FaltungReference *r) {
    FaltungLayer each = faltung_time_distributed_each(r->layer);
    FaltungReference one = reference_of(r, &each);
    each.operation->forward_reference(&one);
}

static void time_distributed_backward_reference(const FaltungReference *r) {
    FaltungLayer each = faltung_time_distributed_each(r->layer);
    FaltungReference one = reference_of(r, &each);
    each.operation->backward_reference(&one);
}

/* -- looking inside -------------------------------------------------------------------------- */

/* What lies inside @each at every step: the same tensors with the steps before their axes. */
static FaltungInner *inner_at_steps(const FaltungInner *each) {
    g_autoptr(GArray) list = g_array_new(TRUE, TRUE, sizeof(FaltungInner));
    for (; each->name; each++) {
        FaltungInner inner = *each;
        if (!inner.parameter) {
            inner.axes[0] = FALTUNG_AXIS_TURN;
            memcpy(inner.axes + 1, each->axes, sizeof each->axes - sizeof each->axes[0]);
        }
        g_array_append_val(list, inner);
    }
    return g_array_steal(list, NULL);
}

/* Made once for each operation. */
static const FaltungInner *inner_of(const FaltungLayer *layer) {
    static GMutex mutex;
    static GHashTable *known; /* (element-type FaltungOperation FaltungInner) */
    FaltungLayer each = faltung_time_distributed_each(layer);
    g_mutex_lock(&mutex);
    if (!known)
        known = g_hash_table_new(NULL, NULL);
    FaltungInner *list = g_hash_table_lookup(known, each.operation);
    if (!list) {
        list = inner_at_steps(faltung_layer_inner(&each));
        g_hash_table_insert(known, (gpointer)each.operation, list);
    }
    g_mutex_unlock(&mutex);
    return list;
}

static int inner_places(const FaltungLayer *layer, FaltungInnerAxis axis) {
    FaltungLayer each = faltung_time_distributed_each(layer);
    return axis == FALTUNG_AXIS_TURN ? steps_of(layer) : each.operation->inner_places(&each, axis);
}

static void read_inner(const FaltungStep *step, const FaltungInner *inner, int sample,
                       float *values) {
    Work work = {0};
    prepare(&work, step);
    const FaltungInner *of_each = faltung_layer_inner(&work.each);
    of_each += inner - inner_of(step->layer);
    FaltungShape shape = faltung_inner_shape(&work.each, of_each, NULL);
    int steps = steps_of(step->layer);
    for (int t = 0; t < steps; t++)
        work.each.operation->read_inner(&work.step, of_each, sample * steps + t,
                                        values + t * faltung_shape_size(&shape));
}

/* Of its own step, and there of what its layer sees. */
static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    if (axis == 0)
        return faltung_reach_same(layer, input, axis, at, first, last);
    FaltungLayer each = faltung_time_distributed_each(layer);
    int follows = faltung_layer_reach(&each, input, axis - 1, at, first, last);
    return follows == FALTUNG_SEES_ALL ? follows : follows + 1;
}

const FaltungOperation faltung_operation_time_distributed = {
    .kind =
        {
            .name = "time_distributed",
            .title = "Time-distributed",
            .summary = "does the same at every step of a sequence: any operation of one input",
            .options = options,
            .options_size = sizeof(TimeDistributed),
        },
    .group = FALTUNG_GROUP_RECURRENT,
    .equation = "y_t = \\mark{forward_reference}{f} ( x_t )",
    .reach = reach,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .pack = pack,
    .unpack = unpack,
    .forward_reference = time_distributed_forward_reference,
    .backward_reference = time_distributed_backward_reference,
    .file = "time_distributed.c",
    .inner_of = inner_of,
    .inner_places = inner_places,
    .read_inner = read_inner,
};
