/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/affine-reference.h"
#include "core/ops/affine.h"
#include "core/ops/attention.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"
#include "core/train/initializer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Vaswani et al., "Attention Is All You Need", arXiv:1706.03762, section 3.2: queries, keys and
   values of the same sequence. Parameters as PyTorch's nn.MultiheadAttention has them. */
typedef struct {
    int heads;
    gboolean causal, bias;
    FaltungVariant init, bias_init;
} Attention;

enum { IN_WEIGHT, OUT_WEIGHT, IN_BIAS, OUT_BIAS };

static const FaltungOptionSpec options[] = {
    {"heads", "into how many heads the features are split, each with weights of its own",
     FALTUNG_INTEGER, offsetof(Attention, heads), "4", 1, 1 << 16},
    {"causal", "whether a step looks only at itself and those before it", FALTUNG_SWITCH,
     offsetof(Attention, causal), "false"},
    {"bias", "whether biases are added to all projections", FALTUNG_SWITCH,
     offsetof(Attention, bias), "true"},
    {"init", "how the weights begin", FALTUNG_VARIANT, offsetof(Attention, init), "glorot_uniform",
     .table = faltung_initializers},
    {"bias_init", "how the biases begin", FALTUNG_VARIANT, offsetof(Attention, bias_init), "zeros",
     .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Attention *attention = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 2) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "multi_head_attention takes a sequence (steps x features), but its input is "
            "%s; %s",
            came,
            input->rank == 1 ? _("of indices make one by embedding, and of a recurrent "
                                 "layer before it by `return: sequence`")
                             : _("say `input: [steps, features]`, or reshape it"));
    }
    int features = input->dims[1];
    if (features % attention->heads != 0)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "multi_head_attention splits its features into %d equal heads, but its input "
            "has %d; take a number of heads that divides it",
            attention->heads, features);
    layer->output_shape = *input;
    faltung_affine_add_weight(layer, "in_proj_weight", 3 * features, features, &attention->init);
    faltung_affine_add_weight(layer, "out_proj_weight", features, features, &attention->init);
    if (attention->bias) {
        const FaltungVariant *init = &attention->bias_init;
        faltung_affine_add_bias(layer, "in_proj_bias", 3 * features, features, init);
        faltung_affine_add_bias(layer, "out_proj_bias", features, features, init);
    }
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const Attention *attention = layer->options;
    double steps = layer->input_shapes[0].dims[0], features = layer->input_shapes[0].dims[1];
    double seen = attention->causal ? (steps + 1) / 2 : steps; /* on average */
    double projections = 4 * features * (2 * features + (attention->bias ? 1 : 0));
    return steps * (projections + seen * (4 * features + 3 * attention->heads));
}

static FaltungPanels panels_of(const FaltungLayer *layer, int parameter) {
    int features = layer->input_shapes[0].dims[1];
    gboolean in = parameter == IN_WEIGHT || parameter == IN_BIAS;
    return faltung_panels(in ? 3 * features : features, features);
}

static void pack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungPanels panels = panels_of(layer, parameter);
    if (parameter >= IN_BIAS)
        memcpy(to, from, panels.columns * sizeof(float));
    else
        faltung_affine_pack(&panels, &layer->input_shapes[0], from, to);
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungPanels panels = panels_of(layer, parameter);
    if (parameter >= IN_BIAS)
        memcpy(to, from, panels.columns * sizeof(float));
    else
        faltung_affine_unpack(&panels, &layer->input_shapes[0], from, to);
}

/* -- where everything lies ------------------------------------------------------------------- */

/* Memory that is given away piece by piece; @memory NULL: only counted. */
typedef struct {
    float *memory;
    size_t used;
} Pieces;

static float *piece(Pieces *pieces, size_t floats) {
    float *at = pieces->memory ? pieces->memory + pieces->used : NULL;
    pieces->used += (floats + 15) / 16 * 16;
    return at;
}

static FaltungAttention attention_of(const FaltungLayer *layer, int batch, int threads) {
    const Attention *chosen = layer->options;
    return (FaltungAttention){
        .batch = batch,
        .steps = layer->input_shapes[0].dims[0],
        .heads = chosen->heads,
        .size = layer->input_shapes[0].dims[1] / chosen->heads,
        .causal = chosen->causal,
        .threads = threads,
    };
}

/* What backward needs: in the state where one may follow, else in the workspace. */
static void place_kept(FaltungAttention *a, Pieces *pieces, gboolean keeps) {
    size_t values = (size_t)a->batch * a->steps * a->heads * a->size;
    size_t rows = (size_t)a->batch * a->heads * a->steps;
    a->qkv = piece(pieces, 3 * values);
    a->mixed = piece(pieces, values);
    if (keeps)
        a->weights = piece(pieces, rows * faltung_attention_row(a->steps));
}

static void place_scratch(FaltungAttention *a, Pieces *pieces) {
    a->scratch = piece(pieces, faltung_attention_scratch_size(a->steps, a->size, a->threads));
}

/* The rest of the workspace in backward. @dmixed: (N, T, F). Returns: that of the projections,
   which are not at work at the same time as the heads. */
static float *place_backward(FaltungAttention *a, const FaltungLayer *layer, Pieces *pieces,
                             float **dmixed) {
    size_t values = (size_t)a->batch * a->steps * a->heads * a->size, most = 0;
    *dmixed = piece(pieces, values);
    a->dmixed = *dmixed;
    a->dqkv = piece(pieces, 3 * values);
    for (int parameter = IN_WEIGHT; parameter <= OUT_WEIGHT; parameter++) {
        FaltungPanels panels = panels_of(layer, parameter);
        most = MAX(most, faltung_affine_workspace_size(&panels, a->batch * a->steps));
    }
    most = MAX(most, faltung_attention_scratch_size(a->steps, a->size, a->threads));
    a->scratch = piece(pieces, most);
    return a->scratch;
}

static size_t state_size(const FaltungLayer *layer, int batch) {
    FaltungAttention a = attention_of(layer, batch, 1);
    Pieces pieces = {0};
    place_kept(&a, &pieces, TRUE);
    return pieces.used * sizeof(float);
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungAttention a = attention_of(layer, batch, threads);
    Pieces forward = {0}, backward = {0};
    float *dmixed;
    place_kept(&a, &forward, FALSE);
    place_scratch(&a, &forward);
    place_backward(&a, layer, &backward, &dmixed);
    return MAX(forward.used, backward.used);
}

/* -- the work -------------------------------------------------------------------------------- */

/* One of the two projections: parameters and sizes. */
static FaltungAffine projection(const FaltungStep *step, int weight, int bias) {
    return (FaltungAffine){
        .panels = panels_of(step->layer, weight),
        .rows = step->batch * step->layer->input_shapes[0].dims[0],
        .threads = step->threads,
        .weight = step->parameters[weight],
        .bias = step->parameters[bias],
        .dweight = step->parameter_gradients[weight],
        .dbias = step->parameter_gradients[bias],
    };
}

static void forward(const FaltungStep *step) {
    FaltungAttention a = attention_of(step->layer, step->batch, step->threads);
    Pieces state = {step->state}, workspace = {step->workspace};
    place_kept(&a, step->keeps ? &state : &workspace, step->keeps);
    place_scratch(&a, &workspace);

    FaltungAffine in = projection(step, IN_WEIGHT, IN_BIAS);
    in.x = step->inputs[0];
    in.y = a.qkv;
    faltung_affine_forward(&in);
    faltung_attention_forward(&a);
    FaltungAffine out = projection(step, OUT_WEIGHT, OUT_BIAS);
    out.x = a.mixed;
    out.y = step->output;
    faltung_affine_forward(&out);
}

static void backward(const FaltungStep *step) {
    FaltungAttention a = attention_of(step->layer, step->batch, step->threads);
    Pieces state = {step->state}, workspace = {step->workspace};
    float *dmixed;
    place_kept(&a, &state, TRUE);
    float *scratch = place_backward(&a, step->layer, &workspace, &dmixed);

    FaltungAffine out = projection(step, OUT_WEIGHT, OUT_BIAS);
    out.x = a.mixed;
    out.dy = step->output_gradient;
    out.dx = dmixed;
    out.workspace = scratch;
    faltung_affine_backward_parameters(&out);
    faltung_affine_backward_input(&out);
    faltung_attention_backward(&a);
    FaltungAffine in = projection(step, IN_WEIGHT, IN_BIAS);
    in.x = step->inputs[0];
    in.dy = a.dqkv;
    in.dx = step->input_gradients[0];
    in.adds_dx = !step->overwrite[0];
    in.workspace = scratch;
    faltung_affine_backward_parameters(&in);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (in.dx)
        faltung_affine_backward_input(&in);
}

/* -- the reference --------------------------------------------------------------------------- */

/* Of sample n: queries, keys and values, (T, 3, heads, D); how much every head of a step looks at
   every step, (heads, T, T); and the values mixed accordingly, (T, heads, D). */
static void attention_heads_forward_reference(const FaltungReference *r, int n, double *all_qkv,
                                              double *all_weights, double *all_mixed) {
    const Attention *attention = r->layer->options;
    int steps = r->layer->input_shapes[0].dims[0], features = r->layer->input_shapes[0].dims[1];
    int heads = attention->heads, size = features / heads;
    const double(*x)[features] = (const void *)(r->inputs[0] + n * steps * features);
    const double *in_proj_weight = r->parameters[IN_WEIGHT], *in_proj_bias = r->parameters[IN_BIAS];
    double(*qkv)[3][heads][size] = (void *)all_qkv;
    double(*weights)[steps][steps] = (void *)all_weights;
    double(*mixed)[heads][size] = (void *)all_mixed;

    memset(all_qkv, 0, steps * 3 * features * sizeof(double));
    memset(all_mixed, 0, steps * features * sizeof(double));
    memset(all_weights, 0, heads * steps * steps * sizeof(double));
    for (int t = 0; t < steps; t++)
        add_affine(3 * features, features, in_proj_weight, in_proj_bias, x[t], *qkv[t][0]);
    for (int h = 0; h < heads; h++)
        for (int t = 0; t < steps; t++) {
            int seen = attention->causal ? t + 1 : steps;
            double *p = weights[h][t], largest = -INFINITY, sum = 0;
            for (int s = 0; s < seen; s++) {
                for (int i = 0; i < size; i++)
                    p[s] += qkv[t][0][h][i] * qkv[s][1][h][i] / sqrt(size);
                largest = fmax(largest, p[s]);
            }
            for (int s = 0; s < seen; s++)
                sum += p[s] = exp(p[s] - largest);
            for (int s = 0; s < seen; s++) {
                p[s] /= sum;
                for (int i = 0; i < size; i++)
                    mixed[t][h][i] += p[s] * qkv[s][2][h][i];
            }
        }
}

static void multi_head_attention_forward_reference(const FaltungReference *r) {
    const Attention *attention = r->layer->options;
    int steps = r->layer->input_shapes[0].dims[0], features = r->layer->input_shapes[0].dims[1];
    g_autofree double *qkv = g_new(double, steps * 3 * features);
    g_autofree double *weights = g_new(double, attention->heads *steps *steps);
    g_autofree double *mixed = g_new(double, steps *features);
    const double *out_proj_weight = r->parameters[OUT_WEIGHT];
    const double *out_proj_bias = r->parameters[OUT_BIAS];
    double(*y)[features] = (void *)r->output;

    memset(r->output, 0, r->batch * steps * features * sizeof(double));
    for (int n = 0; n < r->batch; n++) {
        attention_heads_forward_reference(r, n, qkv, weights, mixed);
        for (int t = 0; t < steps; t++)
            add_affine(features, features, out_proj_weight, out_proj_bias, mixed + t * features,
                       y[n * steps + t]);
    }
}

static void multi_head_attention_backward_reference(const FaltungReference *r) {
    const Attention *attention = r->layer->options;
    int steps = r->layer->input_shapes[0].dims[0], features = r->layer->input_shapes[0].dims[1];
    int heads = attention->heads, size = features / heads;
    g_autofree double *all_qkv = g_new(double, steps * 3 * features);
    g_autofree double *all_dqkv = g_new(double, steps * 3 * features);
    g_autofree double *all_weights = g_new(double, heads *steps *steps);
    g_autofree double *all_mixed = g_new(double, steps *features);
    g_autofree double *all_dmixed = g_new(double, steps *features);
    g_autofree double *dp = g_new(double, steps);
    const double(*qkv)[3][heads][size] = (const void *)all_qkv;
    const double(*weights)[steps][steps] = (const void *)all_weights;
    const double(*dmixed)[heads][size] = (const void *)all_dmixed;
    double(*dqkv)[3][heads][size] = (void *)all_dqkv;

    for (int n = 0; n < r->batch; n++) {
        attention_heads_forward_reference(r, n, all_qkv, all_weights, all_mixed);
        memset(all_dqkv, 0, steps * 3 * features * sizeof(double));
        memset(all_dmixed, 0, steps * features * sizeof(double));
        for (int t = 0; t < steps; t++)
            add_affine_gradients(features, features, r->parameters[1], all_mixed + t * features,
                                 r->output_gradient + (n * steps + t) * features,
                                 r->parameter_gradients[1], r->parameter_gradients[3],
                                 all_dmixed + t * features);
        for (int h = 0; h < heads; h++)
            for (int t = 0; t < steps; t++) {
                const double *p = weights[h][t];
                double mean = 0;
                for (int s = 0; s < steps; s++) {
                    dp[s] = 0;
                    for (int i = 0; i < size; i++) {
                        dp[s] += dmixed[t][h][i] * qkv[s][2][h][i];
                        dqkv[s][2][h][i] += p[s] * dmixed[t][h][i];
                    }
                    mean += p[s] * dp[s];
                }
                for (int s = 0; s < steps; s++)
                    for (int i = 0; i < size; i++) {
                        double dscore = p[s] * (dp[s] - mean) / sqrt(size);
                        dqkv[t][0][h][i] += dscore * qkv[s][1][h][i];
                        dqkv[s][1][h][i] += dscore * qkv[t][0][h][i];
                    }
            }
        for (int t = 0; t < steps; t++) {
            int row = (n * steps + t) * features;
            add_affine_gradients(3 * features, features, r->parameters[0], r->inputs[0] + row,
                                 *dqkv[t][0], r->parameter_gradients[0], r->parameter_gradients[2],
                                 r->input_gradients[0] + row);
        }
    }
}

/* -- looking inside -------------------------------------------------------------------------- */

static const FaltungInner inner[] = {
    {"attention",
     "how much each step, the query, takes from each step, the key",
     "p",
     {FALTUNG_AXIS_HEAD, FALTUNG_AXIS_QUERY, FALTUNG_AXIS_KEY}},
    {NULL},
};

static int inner_places(const FaltungLayer *layer, FaltungInnerAxis axis) {
    return axis == FALTUNG_AXIS_HEAD ? ((const Attention *)layer->options)->heads
                                     : layer->input_shapes[0].dims[0];
}

static void read_inner(const FaltungStep *step, const FaltungInner *tensor, int sample,
                       float *values) {
    FaltungAttention a = attention_of(step->layer, step->batch, step->threads);
    Pieces state = {step->state};
    place_kept(&a, &state, TRUE);
    size_t rows = (size_t)a.heads * a.steps, row = faltung_attention_row(a.steps);
    const float *weights = a.weights + sample * rows * row;
    for (size_t i = 0; i < rows; i++)
        memcpy(values + i * a.steps, weights + i * row, a.steps * sizeof(float));
}

static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    *first = 0;
    *last = at;
    gboolean causal = ((const Attention *)layer->options)->causal;
    return axis == 0 && causal ? axis : FALTUNG_SEES_ALL;
}

#define WEIGHT_OUT "\\mark{out_proj_weight}{W_o}"
#define BIAS_OUT "\\mark{out_proj_bias}{b_o}"

/* Of several heads each has its own queries, keys, values and weights, with its number; they are
   put side by side. */
static void name_heads(GString *tex, int heads) {
    static const char *const own[] = {"{q_t}", "{k_t}", "{v_t}",   "{k_s}", "{k_r}",
                                      "{v_s}", "{W_q}", "{W_k}",   "{W_v}", "{b_q}",
                                      "{b_k}", "{b_v}", "{p_{ts}}"};
    for (guint i = 0; i < G_N_ELEMENTS(own); i++) {
        g_autofree char *with = g_strdup_printf("%.*s^n}", (int)strlen(own[i]) - 1, own[i]);
        g_string_replace(tex, own[i], with, 0);
    }
    g_autofree char *all = g_strdup_printf(" \\right]_{n = 1, \\ldots, %d} + " BIAS_OUT, heads);
    g_string_replace(tex, WEIGHT_OUT, WEIGHT_OUT " \\left[", 0);
    g_string_replace(tex, " + " BIAS_OUT, all, 0);
}

static char *equation_of(const FaltungLayer *layer) {
    const Attention *attention = layer->options;
    GString *tex = g_string_new(layer->operation->equation);
    g_autofree char *size =
        g_strdup_printf("{%d}", layer->input_shapes[0].dims[1] / attention->heads);
    g_string_replace(tex, "{d}", size, 0);
    if (attention->causal) {
        g_string_replace(tex, "\\sum_{r}", "\\sum_{r \\leq t}", 0);
        g_string_replace(tex, "\\sum_{s}", "\\sum_{s \\leq t}", 0);
    }
    if (attention->heads > 1)
        name_heads(tex, attention->heads);
    return g_string_free(tex, FALSE);
}

const FaltungOperation faltung_operation_multi_head_attention = {
    .kind =
        {
            .name = "multi_head_attention",
            .title = "Multi-head attention",
            .summary = "every step mixes the values of the steps whose keys answer its query, "
                       "head by head",
            .options = options,
            .options_size = sizeof(Attention),
        },
    .group = FALTUNG_GROUP_RECURRENT,
    .flags = FALTUNG_STORES_GRADIENTS | FALTUNG_FORGETS_OUTPUT,
    .equation =
        "\\begin{aligned} "
        "\\mark{qkv}{q_t} &= \\mark{in_proj_weight}{W_q} \\mark{x}{x_t} + "
        "\\mark{in_proj_bias}{b_q}, \\quad "
        "\\mark{qkv}{k_t} = \\mark{in_proj_weight}{W_k} \\mark{x}{x_t} + "
        "\\mark{in_proj_bias}{b_k}, \\quad "
        "\\mark{qkv}{v_t} = \\mark{in_proj_weight}{W_v} \\mark{x}{x_t} + \\mark{in_proj_bias}{b_v} "
        "\\\\ "
        "\\mark{p}{p_{ts}} &= \\frac{e^{\\mark{qkv}{q_t} \\cdot \\mark{qkv}{k_s} / \\sqrt{d}}}"
        "{\\mark{sum}{\\sum_{r} e^{\\mark{qkv}{q_t} \\cdot \\mark{qkv}{k_r} / \\sqrt{d}}}} \\\\ "
        "\\mark{y}{y_t} &= " WEIGHT_OUT
        " \\sum_{s} \\mark{p}{p_{ts}} \\, \\mark{qkv}{v_s} + " BIAS_OUT " \\end{aligned}",
    .equation_of = equation_of,
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
    .forward_reference = multi_head_attention_forward_reference,
    .backward_reference = multi_head_attention_backward_reference,
    .file = "multi_head_attention.c",
    .inner = inner,
    .inner_places = inner_places,
    .read_inner = read_inner,
};
