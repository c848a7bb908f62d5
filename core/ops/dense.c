/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/ops/affine.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/reach.h"
#include "core/train/initializer.h"

#include <string.h>

typedef struct {
    int units;
    gboolean bias;
    FaltungVariant init, bias_init;
} Dense;

enum { WEIGHT, BIAS };

static const FaltungOptionSpec options[] = {
    {"units", "number of outputs", FALTUNG_INTEGER, offsetof(Dense, units), NULL, 1, 1 << 24,
     .example = "10"},
    {"bias", "whether a bias is added to every unit", FALTUNG_SWITCH, offsetof(Dense, bias),
     "true"},
    {"init", "how the weights begin", FALTUNG_VARIANT, offsetof(Dense, init), "glorot_uniform",
     .table = faltung_initializers},
    {"bias_init", "how the biases begin", FALTUNG_VARIANT, offsetof(Dense, bias_init), "zeros",
     .table = faltung_initializers},
    {NULL},
};

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    const Dense *dense = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    if (input->rank != 1 && input->rank != 2) {
        g_autofree char *came = faltung_shape_format(input);
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "dense takes a vector, or a sequence of them (steps x features), but its "
            "input is %s; put a flatten before it",
            came);
    }
    int inputs = faltung_layout_columns(input);
    layer->output_shape = *input;
    layer->output_shape.dims[input->rank - 1] = dense->units;
    faltung_affine_add_weight(layer, "weight", dense->units, inputs, &dense->init);
    if (dense->bias)
        faltung_affine_add_bias(layer, "bias", dense->units, inputs, &dense->bias_init);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const Dense *dense = layer->options;
    const FaltungShape *input = &layer->input_shapes[0];
    double a_unit = 2.0 * faltung_layout_columns(input) + (dense->bias ? 1 : 0);
    return a_unit * dense->units * faltung_layout_rows(input);
}

static FaltungPanels panels_of(const FaltungLayer *layer) {
    return faltung_panels(faltung_layout_columns(&layer->output_shape),
                          faltung_layout_columns(&layer->input_shapes[0]));
}

/* The vectors that go through the layer: one a sample, or one a time step of each. */
static int rows_of(const FaltungLayer *layer, int batch) {
    return batch * faltung_layout_rows(&layer->input_shapes[0]);
}

static void pack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungPanels panels = panels_of(layer);
    if (parameter == BIAS)
        memcpy(to, from, panels.columns * sizeof(float));
    else
        faltung_affine_pack(&panels, &layer->input_orders[0], from, to);
}

static void unpack(const FaltungLayer *layer, int parameter, const float *from, float *to) {
    FaltungPanels panels = panels_of(layer);
    if (parameter == BIAS)
        memcpy(to, from, panels.columns * sizeof(float));
    else
        faltung_affine_unpack(&panels, &layer->input_orders[0], from, to);
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    FaltungPanels panels = panels_of(layer);
    return faltung_affine_workspace_size(&panels, rows_of(layer, batch));
}

static FaltungAffine affine_of(const FaltungStep *step) {
    return (FaltungAffine){
        .panels = panels_of(step->layer),
        .rows = rows_of(step->layer, step->batch),
        .threads = step->threads,
        .x = step->inputs[0],
        .weight = step->parameters[WEIGHT],
        .bias = step->parameters[BIAS],
        .y = step->output,
        .epilogue = step->epilogue,
        .parameter = step->epilogue_parameter,
        .dy = step->output_gradient,
        .dweight = step->parameter_gradients[WEIGHT],
        .dbias = step->parameter_gradients[BIAS],
        .dx = step->input_gradients[0],
        .adds_dx = !step->overwrite[0],
        .workspace = step->workspace,
    };
}

static void forward(const FaltungStep *step) {
    FaltungAffine affine = affine_of(step);
    faltung_affine_forward(&affine);
}

static void backward(const FaltungStep *step) {
    FaltungAffine affine = affine_of(step);
    faltung_affine_backward_parameters(&affine);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (affine.dx)
        faltung_affine_backward_input(&affine);
}

static void dense_forward_reference(const FaltungReference *r) {
    int rows = rows_of(r->layer, r->batch);
    int inputs = faltung_layout_columns(&r->layer->input_shapes[0]);
    int units = faltung_layout_columns(&r->layer->output_shape);
    const double(*x)[inputs] = (const void *)r->inputs[0];
    const double(*weight)[inputs] = (const void *)r->parameters[0];
    const double *bias = r->parameters[1];
    double(*y)[units] = (void *)r->output;

    for (int n = 0; n < rows; n++) {
        for (int o = 0; o < units; o++) {
            double sum = bias ? bias[o] : 0;
            for (int i = 0; i < inputs; i++)
                sum += weight[o][i] * x[n][i];
            y[n][o] = sum;
        }
    }
}

static void dense_backward_reference(const FaltungReference *r) {
    int rows = rows_of(r->layer, r->batch);
    int inputs = faltung_layout_columns(&r->layer->input_shapes[0]);
    int units = faltung_layout_columns(&r->layer->output_shape);
    const double(*x)[inputs] = (const void *)r->inputs[0];
    const double(*weight)[inputs] = (const void *)r->parameters[0];
    const double(*dy)[units] = (const void *)r->output_gradient;
    double(*dx)[inputs] = (void *)r->input_gradients[0];
    double(*dweight)[inputs] = (void *)r->parameter_gradients[0];
    double *dbias = r->parameter_gradients[1];

    for (int n = 0; n < rows; n++) {
        for (int o = 0; o < units; o++) {
            for (int i = 0; i < inputs; i++) {
                dweight[o][i] += dy[n][o] * x[n][i];
                dx[n][i] += dy[n][o] * weight[o][i];
            }
            if (dbias)
                dbias[o] += dy[n][o];
        }
    }
}

/* Of a sequence, step by step. */
static char *equation_of(const FaltungLayer *layer) {
    GString *tex = g_string_new(layer->operation->equation);
    if (layer->output_shape.rank == 2) {
        g_string_replace(tex, "{y_o}", "{y_{to}}", 0);
        g_string_replace(tex, "{x_i}", "{x_{ti}}", 0);
    }
    return g_string_free(tex, FALSE);
}

const FaltungOperation faltung_operation_dense = {
    .kind =
        {
            .name = "dense",
            .title = "Dense",
            .summary = "every output is a weighted sum of all inputs; of a sequence, step by step",
            .options = options,
            .options_size = sizeof(Dense),
        },
    .group = FALTUNG_GROUP_DENSE,
    .flags = FALTUNG_TAKES_ACTIVATION | FALTUNG_FUSES_EPILOGUE | FALTUNG_TAKES_ANY_ORDER |
             FALTUNG_STORES_GRADIENTS | FALTUNG_FORGETS_OUTPUT | FALTUNG_TAKES_SCALE,
    .equation =
        "\\mark{y}{y_o} = \\mark{bias}{b_o} + \\sum_{i} \\mark{weight}{w_{oi}} \\, \\mark{x}{x_i}",
    .equation_of = equation_of,
    .reach = faltung_reach_row,
    .max_inputs = 1,
    .infer_shape = infer_shape,
    .flops = flops,
    .workspace_size = workspace_size,
    .forward = forward,
    .backward = backward,
    .pack = pack,
    .unpack = unpack,
    .forward_reference = dense_forward_reference,
    .backward_reference = dense_backward_reference,
    .file = "dense.c",
};
