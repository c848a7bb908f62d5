/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/walk-words.h"

#include "analysis/walk-private.h"
#include "core/base/number.h"
#include "core/graph/arithmetic.h"
#include "core/ops/equation.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MOST_OPERATIONS 1e6 /* of a layer whose arithmetic is written out, for each is */

static const FaltungOptimizer *optimizer_of(const FaltungWalk *walk) {
    return (const FaltungOptimizer *)walk->train->optimizer.kind;
}

/* -- which value ------------------------------------------------------------------------------ */

static size_t largest(const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape), best = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(tensor->values[i]) > fabs(tensor->values[best]))
            best = i;
    return best;
}

/* @tensors: triples of before, gradient and after. */
static FaltungWalkPlace most_moved(const GPtrArray *tensors) {
    FaltungWalkPlace place = {-1, 0};
    double most = -1.0;
    for (guint t = 0; t + 2 < tensors->len; t += 3) {
        const FaltungWalkTensor *before = tensors->pdata[t], *after = tensors->pdata[t + 2];
        size_t n = faltung_shape_size(&before->shape);
        for (size_t i = 0; i < n; i++) {
            double moved = fabs(after->values[i] - before->values[i]);
            if (moved > most) {
                most = moved;
                place = (FaltungWalkPlace){t, i};
            }
        }
    }
    return place;
}

FaltungWalkPlace faltung_walk_place(const FaltungWalk *walk, FaltungStop stop) {
    g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stop);
    if (stop.kind == FALTUNG_STOP_UPDATE)
        return most_moved(tensors);
    int at = tensors->len - 1;
    if (stop.kind == FALTUNG_STOP_BACKWARD) /* what is learned from it, rather than passed on */
        for (guint t = 0; t < tensors->len; t++)
            if (((const FaltungWalkTensor *)tensors->pdata[t])->role == FALTUNG_WALK_PARAMETER) {
                at = t;
                break;
            }
    return (FaltungWalkPlace){at, largest(tensors->pdata[at])};
}

/* -- sentences -------------------------------------------------------------------------------- */

static char *number(double value) {
    return faltung_format_number(value, 4);
}

/* Both with as many digits as tell them apart, four at least. */
static void two_numbers(double a, double b, char **text_a, char **text_b) {
    for (int digits = 4;; digits++) {
        *text_a = faltung_format_number(a, digits);
        *text_b = faltung_format_number(b, digits);
        if (digits == 12 || a == b || strcmp(*text_a, *text_b) != 0)
            return;
        g_free(*text_a);
        g_free(*text_b);
    }
}

static char *remark_on_value(const FaltungWalkTensor *tensor, size_t index) {
    g_autofree char *where = faltung_shape_place(&tensor->shape, index);
    g_autofree char *value = number(tensor->values[index]);
    return g_strdup_printf(_("%s %s is %s."), tensor->name, where, value);
}

static char *remark_on_loss(const FaltungWalk *walk, const GPtrArray *tensors) {
    g_autofree char *loss = number(faltung_walk_loss(walk));
    const FaltungWalkTensor *target = tensors->pdata[1];
    if (target->classes && faltung_shape_size(&target->shape) == 1)
        return g_strdup_printf(_("The loss is %s; the right class is %.0f."), loss,
                               target->values[0]);
    return g_strdup_printf(_("The loss is %s."), loss);
}

/* @tensor: a gradient, named "gradient of weight" */
static char *remark_on_gradient(const FaltungWalkTensor *tensor, size_t index) {
    double slope = tensor->values[index];
    g_autofree char *where = faltung_shape_place(&tensor->shape, index);
    g_autofree char *value = number(slope), *size = number(fabs(slope));
    if (slope == 0.0)
        return g_strdup_printf(
            _("%s %s is 0: with a little more of that value, the loss stays as it is."),
            tensor->name, where);
    return slope > 0.0 ? g_strdup_printf(_("%s %s is %s: with a little ε more of that value, "
                                           "the loss grows by %s ε."),
                                         tensor->name, where, value, size)
                       : g_strdup_printf(_("%s %s is %s: with a little ε more of that value, "
                                           "the loss falls by %s ε."),
                                         tensor->name, where, value, size);
}

/* Whether the step depends on those before. */
static gboolean has_memory(const FaltungWalk *walk) {
    for (int slot = 0; slot < optimizer_of(walk)->n_slots; slot++)
        if (faltung_optimizer_uses(optimizer_of(walk), walk->train->optimizer.options, slot))
            return TRUE;
    return FALSE;
}

static void add_memory(const FaltungWalk *walk, GString *text) {
    guint64 steps = walk->standing->step;
    if (!has_memory(walk))
        return;
    g_string_append_c(text, ' ');
    if (!faltung_walk_remembers(walk))
        g_string_append_printf(text,
                               _("What %s remembers of this moment is not in the run file: this is "
                                 "what it would do as its first step."),
                               _(optimizer_of(walk)->kind.title));
    else if (steps == 0)
        g_string_append(text, _("It is the first step: nothing is remembered yet."));
    else
        g_string_append_printf(text,
                               g_dngettext(GETTEXT_PACKAGE,
                                           "It remembers the gradients of %d step.",
                                           "It remembers the gradients of %d steps.", steps),
                               (int)steps);
}

static char *remark_on_update(const FaltungWalk *walk, const FaltungLayer *layer,
                              const GPtrArray *tensors, FaltungWalkPlace place) {
    int first = place.tensor - place.tensor % 3;
    const FaltungWalkTensor *before = tensors->pdata[first], *gradient = tensors->pdata[first + 1],
                            *after = tensors->pdata[first + 2];
    double moved = after->values[place.index] - before->values[place.index];
    g_autofree char *where = faltung_shape_place(&before->shape, place.index);
    g_autofree char *slope = number(gradient->values[place.index]);
    g_autofree char *step = number(moved);
    g_autofree char *rate = number(faltung_walk_learning_rate(walk) * layer->lr_factor);
    g_autofree char *from = NULL, *to = NULL;
    two_numbers(before->values[place.index], after->values[place.index], &from, &to);
    GString *text = g_string_new(NULL);
    if (moved == 0.0)
        g_string_append_printf(text, _("%s %s stays %s: its gradient is %s."), before->name, where,
                               from, slope);
    else
        g_string_append_printf(text,
                               _("%s %s goes from %s to %s because its gradient is %s: of that, "
                                 "%s makes a step of %s at the learning rate %s."),
                               before->name, where, from, to, slope,
                               _(optimizer_of(walk)->kind.title), step, rate);
    add_memory(walk, text);
    return g_string_free(text, FALSE);
}

char *faltung_walk_remark(const FaltungWalk *walk, FaltungStop stop, FaltungWalkPlace place) {
    g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stop);
    if (stop.kind == FALTUNG_STOP_LOSS)
        return remark_on_loss(walk, tensors);
    if (place.tensor < 0)
        return g_strdup("");
    if (stop.kind == FALTUNG_STOP_UPDATE)
        return remark_on_update(walk, faltung_graph_layer(walk->graph, stop.layer), tensors, place);
    const FaltungWalkTensor *tensor = tensors->pdata[place.tensor];
    return tensor->gradient ? remark_on_gradient(tensor, place.index)
                            : remark_on_value(tensor, place.index);
}

/* -- equations -------------------------------------------------------------------------------- */

static void add_equation(GPtrArray *equations, const char *tex) {
    if (tex && *tex)
        g_ptr_array_add(equations, g_strdup(tex));
}

GPtrArray *faltung_walk_equations(const FaltungWalk *walk, FaltungStop stop) {
    GPtrArray *equations = g_ptr_array_new_with_free_func(g_free);
    if (stop.kind == FALTUNG_STOP_FORWARD || stop.kind == FALTUNG_STOP_BACKWARD) {
        const FaltungLayer *layer = faltung_graph_layer(walk->graph, stop.layer);
        g_autofree char *equation = faltung_layer_equation(layer);
        add_equation(equations, equation);
        if (layer->activation.kind)
            add_equation(equations, ((const FaltungOperation *)layer->activation.kind)->equation);
    } else if (stop.kind == FALTUNG_STOP_LOSS) {
        add_equation(equations, ((const FaltungLoss *)walk->train->loss.kind)->equation);
    } else if (stop.kind == FALTUNG_STOP_UPDATE) {
        add_equation(equations, optimizer_of(walk)->equation);
    }
    return equations;
}

static float *narrowed(const FaltungWalkTensor *tensor) {
    size_t n = faltung_shape_size(&tensor->shape);
    float *values = g_new(float, n);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)tensor->values[i];
    return values;
}

/* Of a layer that is not large. @tensors: first its inputs, then its parameters. */
static void add_sum(const FaltungLayer *layer, const GPtrArray *tensors, size_t index,
                    GPtrArray *equations) {
    if (faltung_layer_flops(layer) > MOST_OPERATIONS)
        return;
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < layer->n_inputs + layer->n_parameters; i++)
        g_ptr_array_add(values, narrowed(tensors->pdata[i]));
    const float *const *all = (const float *const *)values->pdata;
    g_autoptr(FaltungArithmetic) found =
        faltung_arithmetic_new(layer, index, all, all + layer->n_inputs);
    if (found)
        add_equation(equations, found->tex);
}

GPtrArray *faltung_walk_arithmetic(const FaltungWalk *walk, FaltungStop stop,
                                   FaltungWalkPlace place) {
    g_autoptr(GPtrArray) tensors = faltung_walk_tensors(walk, stop);
    GPtrArray *equations = g_ptr_array_new_with_free_func(g_free);
    const FaltungWalkTensor *tensor = place.tensor >= 0 ? tensors->pdata[place.tensor] : NULL;
    if (!tensor)
        return equations;
    if (stop.kind == FALTUNG_STOP_FORWARD &&
        (tensor->role == FALTUNG_WALK_OUTPUT || tensor->role == FALTUNG_WALK_SUM)) {
        add_sum(faltung_graph_layer(walk->graph, stop.layer), tensors, place.index, equations);
    } else if (stop.kind == FALTUNG_STOP_BACKWARD) {
        g_autofree char *chain = faltung_walk_chain_tex(walk, stop.layer, tensor, place.index);
        add_equation(equations, chain);
    } else if (stop.kind == FALTUNG_STOP_UPDATE) {
        g_ptr_array_unref(equations);
        return faltung_walk_update_tex(walk, stop.layer, tensor->which, place.index);
    }
    return equations;
}
