/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/graph/graph.h"
#include "tests/bench/kernels/contest.h"

/* -- one call of the micro-kernel ------------------------------------------------------------- */

typedef struct {
    Job job;
    FaltungGemm gemm;
    float *a, *b, *c;
} TileJob;

static double run_tile(Job *job) {
    TileJob *tile = (TileJob *)job;
    double start = seconds_now();
    faltung_kernels()->gemm(&tile->gemm);
    return seconds_now() - start;
}

static void free_tile(Job *job) {
    TileJob *tile = (TileJob *)job;
    free(tile->a);
    free(tile->b);
    free(tile->c);
    g_free(tile);
}

static Job *enter_tile(const Problem *p) {
    TileJob *tile = g_new0(TileJob, 1);
    size_t image = (size_t)p->rows * p->depth;
    int panel = faltung_kernels_panel(faltung_kernels(), p->columns);
    tile->a = filled(image * p->reduce);
    tile->b = filled((size_t)p->reduce * p->depth * panel);
    tile->c = filled((size_t)p->rows * p->columns);
    tile->gemm = (FaltungGemm){
        .rows = p->rows,
        .columns = p->columns,
        .depth = p->depth,
        .reduce = p->reduce,
        .a = tile->a,
        .a_row = p->transposed ? 1 : p->depth,
        .a_depth = p->transposed ? p->rows : 1,
        .a_reduce = image,
        .b = tile->b,
        .b_depth = panel,
        .b_reduce = (ptrdiff_t)p->depth * panel,
        .c = tile->c,
        .c_row = p->columns,
    };
    tile->job = (Job){run_tile, free_tile};
    return &tile->job;
}

/* -- an operation ----------------------------------------------------------------------------- */

typedef struct {
    Job job;
    FaltungGraph *graph;
    FaltungStep step;
    Product product;
    FaltungStopwatch stopwatch;
    double last;
    float *buffers[12];
    int n_buffers;
} LayerJob;

static float *take(LayerJob *layer, size_t n) {
    return layer->buffers[layer->n_buffers++] = filled(n);
}

/* The gradient of the weights is done; that of the input follows. */
static void weights_done(void *data, const FaltungLayer *layer, FaltungPart part) {
    ((LayerJob *)data)->last = seconds_now();
}

static double run_layer(Job *job) {
    LayerJob *layer = (LayerJob *)job;
    const FaltungOperation *operation = layer->step.layer->operation;
    double start = seconds_now();
    if (layer->product == FORWARD) {
        operation->forward(&layer->step);
        return seconds_now() - start;
    }
    operation->backward(&layer->step);
    return layer->product == WEIGHT_GRADIENT ? layer->last - start : seconds_now() - layer->last;
}

static void free_layer(Job *job) {
    LayerJob *layer = (LayerJob *)job;
    for (int i = 0; i < layer->n_buffers; i++)
        free(layer->buffers[i]);
    faltung_graph_free(layer->graph);
    g_free(layer);
}

static char *describe(const Problem *p) {
    if (p->kind == DENSE)
        return g_strdup_printf("input: [%d]\nlayers:\n- dense: {units: %d}\n", p->inputs, p->units);
    return g_strdup_printf("input: [%d, %d, %d]\nlayers:\n"
                           "- conv2d: {filters: %d, kernel: %d, stride: %d, padding: %d}\n",
                           p->channels, p->size, p->size, p->filters, p->kernel, p->stride,
                           p->padding);
}

static Job *enter_layer(const Problem *p, Product product) {
    LayerJob *job = g_new0(LayerJob, 1);
    g_autofree char *text = describe(p);
    g_autoptr(GError) error = NULL;
    job->graph = faltung_graph_from_yaml(text, "kernels", &error);
    g_assert_no_error(error);
    const FaltungLayer *layer = faltung_graph_layer(job->graph, 0);
    const FaltungOperation *operation = layer->operation;
    size_t input = p->batch * faltung_shape_size(&layer->input_shapes[0]);
    size_t output = p->batch * faltung_shape_size(&layer->output_shape);
    job->product = product;
    job->stopwatch = (FaltungStopwatch){weights_done, job};
    job->step = (FaltungStep){
        .layer = layer,
        .batch = p->batch,
        .threads = 1,
        .training = TRUE,
        .inputs = {take(job, input)},
        .output = take(job, output),
        .output_gradient = take(job, output),
        .overwrite = {TRUE},
        .stopwatch = &job->stopwatch,
    };
    if (product == INPUT_GRADIENT)
        job->step.input_gradients[0] = take(job, input);
    if (operation->state_size)
        job->step.state = take(job, operation->state_size(layer, p->batch) / sizeof(float) + 1);
    if (operation->workspace_size)
        job->step.workspace = take(job, operation->workspace_size(layer, p->batch, 1));
    for (int i = 0; i < layer->n_parameters; i++) {
        job->step.parameters[i] = take(job, layer->parameters[i].packed_size);
        job->step.parameter_gradients[i] = take(job, layer->parameters[i].packed_size);
    }
    operation->forward(&job->step); /* backward may need its state */
    job->job = (Job){run_layer, free_layer};
    return &job->job;
}

static Job *enter(const Problem *problem, Product product) {
    return problem->kind == TILE ? enter_tile(problem) : enter_layer(problem, product);
}

const Contestant contestant_faltung = {"faltung", enter};
