/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/drop.h"
#include "core/ops/recurrent.h"

/* The passes of a layer, one after the other, and what lies between its levels. */
typedef struct {
    const FaltungStep *step;
    int levels, directions;
    FaltungRecurrence passes[FALTUNG_MAX_STACK][2];
    int32_t *lengths;                /* (N): NULL: no padding */
    guint8 *kept[FALTUNG_MAX_STACK]; /* of the values that go into a level: not dropped */
    size_t between_size;             /* floats: (N, T, directions x units) */
    float *between[2];               /* a level reads one and writes the other */
} Stack;

static double dropout_of(const FaltungLayer *layer) {
    return ((const FaltungRecurrentOptions *)layer->options)->dropout;
}

/* Whether values are dropped on their way into @level. */
static gboolean drops_before(const FaltungLayer *layer, int level) {
    return level > 0 && dropout_of(layer) > 0;
}

static Stack measure(const FaltungLayer *layer, int batch) {
    Stack stack = {
        .levels = faltung_recurrent_levels(layer),
        .directions = faltung_recurrent_directions(layer),
    };
    FALTUNG_FOR_EACH_PASS(layer, pass)
    stack.passes[pass.level][pass.direction] = faltung_recurrence(layer, batch, pass);
    const FaltungRecurrence *r = &stack.passes[0][0];
    stack.between_size = (size_t)batch * r->steps * r->output_row;
    return stack;
}

/* Before all else, as those who need them look for them. */
static void place_lengths(Stack *stack, const FaltungLayer *layer, int batch, FaltungParts *parts) {
    static const int32_t measured; /* instead of a place, where nothing is worked on */
    if (!((const FaltungRecurrentOptions *)layer->options)->padded)
        return;
    stack->lengths = (int32_t *)faltung_part(parts, batch);
    FALTUNG_FOR_EACH_PASS(layer, pass)
    stack->passes[pass.level][pass.direction].lengths = stack->lengths ? stack->lengths : &measured;
}

/* How many steps of each sequence there are before those at its end that are 0. */
static void measure_lengths(const Stack *stack) {
    const FaltungStep *step = stack->step;
    int steps = stack->passes[0][0].steps, inputs = stack->passes[0][0].inputs;
    for (int n = 0; stack->lengths && n < step->batch; n++) {
        const float *x = step->inputs[0] + (size_t)n * steps * inputs;
        size_t end = (size_t)steps * inputs;
        while (end > 0 && x[end - 1] == 0)
            end--;
        stack->lengths[n] = (end + inputs - 1) / inputs;
    }
}

/* What is there from forward to backward. */
static void place_kept(Stack *stack, const FaltungLayer *layer, FaltungParts *parts) {
    for (int level = 0; level < stack->levels; level++) {
        for (int d = 0; d < stack->directions; d++)
            faltung_recurrence_place_kept(&stack->passes[level][d], parts, TRUE);
        if (drops_before(layer, level))
            stack->kept[level] =
                (guint8 *)faltung_part(parts, stack->between_size / sizeof(float) + 1);
    }
}

static void place_between(Stack *stack, FaltungParts *parts) {
    for (int i = 0; i < MIN(stack->levels - 1, 2); i++)
        stack->between[i] = faltung_part(parts, stack->between_size);
}

/* What level @level makes, and its gradient. */
static float *above(const Stack *stack, int level, float *whole) {
    return level == stack->levels - 1 ? whole : stack->between[level % 2];
}

size_t faltung_recurrent_state_size(const FaltungLayer *layer, int batch) {
    Stack stack = measure(layer, batch);
    FaltungParts parts = {0};
    place_lengths(&stack, layer, batch, &parts);
    place_kept(&stack, layer, &parts);
    return parts.used * sizeof(float);
}

/* A smaller batch takes larger blocks of steps, but no more rows than these. */
size_t faltung_recurrent_workspace_size(const FaltungLayer *layer, int batch, int threads) {
    Stack stack = measure(layer, batch);
    FaltungParts between = {0};
    place_lengths(&stack, layer, batch, &between);
    size_t most = 0;
    for (int level = 0; level < stack.levels; level++) { /* its passes have one size */
        FaltungRecurrence r = stack.passes[level][0];
        FaltungParts forward = {0}, backward = {0};
        r.block = MIN(r.block + 1, r.steps);
        faltung_recurrence_place_kept(&r, &forward, FALSE);
        faltung_recurrence_place_forward(&r, &forward);
        faltung_recurrence_place_backward(&r, &backward);
        most = MAX(most, MAX(forward.used, backward.used));
    }
    place_between(&stack, &between);
    return between.used + most;
}

/* What a pass works with, but for what comes in and goes out. */
static void connect(const Stack *stack, FaltungPass pass, FaltungRecurrence *r) {
    const FaltungStep *step = stack->step;
    r->step = step;
    if (step->carried) {
        int size = faltung_recurrence_carried_size(r);
        r->carried = step->carried + (size_t)pass.level * size;
        r->carried_row = stack->levels * size;
    }
    for (int weight = 0; weight < FALTUNG_N_WEIGHTS; weight++) {
        int p = faltung_recurrent_parameter(step->layer, pass, weight);
        r->parameters[weight] = p >= 0 ? step->parameters[p] : NULL;
        r->gradients[weight] = p >= 0 ? step->parameter_gradients[p] : NULL;
    }
}

void faltung_recurrent_forward(const FaltungStep *step) {
    const FaltungLayer *layer = step->layer;
    Stack stack = measure(layer, step->batch);
    FaltungParts state = {.memory = step->state}, workspace = {.memory = step->workspace};
    stack.step = step;
    place_lengths(&stack, layer, step->batch, step->keeps ? &state : &workspace);
    measure_lengths(&stack);
    if (step->keeps)
        place_kept(&stack, layer, &state);
    place_between(&stack, &workspace);
    FALTUNG_FOR_EACH_PASS(layer, pass) {
        FaltungRecurrence r = stack.passes[pass.level][pass.direction];
        FaltungParts scratch = workspace;
        connect(&stack, pass, &r);
        if (!step->keeps)
            faltung_recurrence_place_kept(&r, &scratch, FALSE);
        faltung_recurrence_place_forward(&r, &scratch);
        r.indices = pass.level == 0 ? step->indices[0] : NULL;
        r.x = pass.level == 0 ? step->inputs[0] : above(&stack, pass.level - 1, NULL);
        if (pass.direction == 0 && drops_before(layer, pass.level)) {
            float *x = above(&stack, pass.level - 1, NULL);
            faltung_drop(step, pass.level * faltung_drop_words(stack.between_size),
                         stack.between_size, dropout_of(layer), x, x, stack.kept[pass.level]);
        }
        r.output = above(&stack, pass.level, step->output) + pass.direction * r.units;
        faltung_recurrence_forward(&r);
    }
}

FaltungRecurrence faltung_recurrent_kept(const FaltungStep *step, FaltungPass pass) {
    Stack stack = measure(step->layer, step->batch);
    FaltungParts state = {.memory = step->state};
    place_lengths(&stack, step->layer, step->batch, &state);
    place_kept(&stack, step->layer, &state);
    return stack.passes[pass.level][pass.direction];
}

void faltung_recurrent_backward(const FaltungStep *step) {
    const FaltungLayer *layer = step->layer;
    Stack stack = measure(layer, step->batch);
    FaltungParts state = {.memory = step->state}, workspace = {.memory = step->workspace};
    stack.step = step;
    place_lengths(&stack, layer, step->batch, &state);
    place_kept(&stack, layer, &state);
    place_between(&stack, &workspace);
    for (int level = stack.levels - 1; level >= 0; level--) {
        float *below = level > 0 ? above(&stack, level - 1, NULL) : step->input_gradients[0];
        for (int d = 0; d < stack.directions; d++) {
            FaltungRecurrence r = stack.passes[level][d];
            FaltungParts scratch = workspace;
            connect(&stack, (FaltungPass){level, d}, &r);
            faltung_recurrence_place_backward(&r, &scratch);
            r.indices = level == 0 ? step->indices[0] : NULL;
            r.output_gradient = above(&stack, level, step->output_gradient) + d * r.units;
            r.input_gradient = below;
            r.overwrite = d == 0 && (level > 0 || step->overwrite[0]);
            faltung_recurrence_backward(&r);
        }
        if (drops_before(layer, level))
            faltung_drop_back(step, stack.between_size, dropout_of(layer), stack.kept[level], below,
                              below, TRUE);
    }
}
