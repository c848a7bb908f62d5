/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/gradcheck.h"

#include "core/graph/reference.h"
#include "core/ops/layout.h"
#include "core/train/judge.h"

#include <math.h>

/* The widest difference. Rounding of the loss weighs most in the narrowest, a quarter of it. */
#define WIDTH 4e-3
#define ATTEMPTS 3 /* each with widths an eighth of the last, to get away from a kink */

struct FaltungGradcheck {
    FaltungGraph *graph;
    FaltungReferenceNetwork *network;
    FaltungVariant loss; /* of the output */
    guint64 seed;
    int batch, most;
    int n_judges;
    FaltungJudge judges[FALTUNG_MOST_TERMS]; /* the first: of the output */
    double *samples;                         /* batch x input */
    double value;                            /* the loss */
    int layer, parameter;                    /* the next to be checked */
};

/* The streams that share the purpose of samples. */
enum { STREAM_SAMPLES, STREAM_TARGETS, STREAM_CLASSES, STREAM_CHOICE, STREAM_SHIFT };

static FaltungRandom stream(const FaltungGradcheck *check, guint32 number, guint64 step) {
    return (FaltungRandom){
        .seed = check->seed,
        .purpose = FALTUNG_RANDOM_SAMPLE,
        .stream = number,
        .step = step,
    };
}

/* Makes random targets such as the loss takes. */
static void suit_targets(const FaltungGradcheck *check, const FaltungJudge *judge) {
    int n = check->batch * judge->head.width, columns = faltung_layout_columns(&judge->head.output);
    if (judge->head.loss->targets == FALTUNG_TARGETS_ANY)
        return;
    for (int i = 0; i < n; i++)
        judge->targets[i] = 1.0 / (1.0 + exp(-judge->targets[i]));
    for (int row = 0; judge->head.loss->targets == FALTUNG_TARGETS_DISTRIBUTION && row < n;
         row += columns) {
        double sum = 0.0;
        for (int k = 0; k < columns; k++)
            sum += judge->targets[row + k];
        for (int k = 0; k < columns; k++)
            judge->targets[row + k] /= sum;
    }
}

static void make_random_targets(const FaltungGradcheck *check, const FaltungJudge *judge) {
    guint64 number = judge - check->judges;
    FaltungRandom targets = stream(check, STREAM_TARGETS, number);
    FaltungRandom classes = stream(check, STREAM_CLASSES, number);
    for (int i = 0; i < check->batch * judge->head.width; i++)
        judge->targets[i] = faltung_random_normal(&targets, i);
    suit_targets(check, judge);
    int columns = faltung_layout_columns(&judge->head.output);
    for (int i = 0; i < check->batch * judge->head.width / columns; i++)
        judge->classes[i] = (int)(faltung_random_uniform(&classes, i) * columns);
}

static void make_random_samples(FaltungGradcheck *check) {
    size_t size = faltung_shape_size(&check->graph->input);
    int n_indices = faltung_graph_n_indices(check->graph);
    FaltungRandom samples = stream(check, STREAM_SAMPLES, 0);
    for (size_t i = 0; i < check->batch * size; i++)
        check->samples[i] = n_indices ? floor(faltung_random_uniform(&samples, i) * n_indices)
                                      : faltung_random_normal(&samples, i);
    for (int k = 0; k < check->n_judges; k++)
        make_random_targets(check, &check->judges[k]);
}

static void take_samples(FaltungGradcheck *check, const FaltungDataset *dataset) {
    size_t size = check->batch * faltung_shape_size(&check->graph->input);
    g_autofree guint32 *order = g_new(guint32, faltung_dataset_size(dataset));
    g_autofree float *samples = g_new(float, size);
    FaltungRandom random = stream(check, STREAM_SAMPLES, 0);
    faltung_random_permutation(&random, faltung_dataset_size(dataset), order);
    faltung_dataset_gather(dataset, order, check->batch, samples, NULL, NULL);
    for (size_t i = 0; i < size; i++)
        check->samples[i] = samples[i];
    for (int k = 0; k < check->n_judges; k++)
        faltung_judge_take(&check->judges[k], dataset, order, samples);
}

/* The initial parameters, each moved by a tenth of a standard normal number. */
static void set_parameters(FaltungGradcheck *check) {
    g_autoptr(FaltungNetwork) initial = faltung_network_new(check->graph, check->seed, 1, 0, 1);
    faltung_reference_network_copy_parameters(check->network, initial);
    guint64 tensor = 0;
    for (guint i = 0; i < check->graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(check->graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            double *values = faltung_reference_network_parameter(check->network, i, p);
            size_t n = faltung_shape_size(&layer->parameters[p].shape);
            FaltungRandom random = stream(check, STREAM_SHIFT, tensor++);
            for (size_t k = 0; k < n; k++)
                values[k] += 0.1 * faltung_random_normal(&random, k);
        }
    }
}

/* The loss of the parameters as they are, and what backward begins with. */
static double compute(FaltungGradcheck *check) {
    faltung_reference_network_forward(check->network, check->samples, TRUE, check->seed, 1);
    double loss = faltung_reference_network_penalty(check->network);
    for (int k = 0; k < check->n_judges; k++)
        loss += faltung_judge_compare(
            &check->judges[k],
            faltung_reference_network_output(check->network, check->judges[k].head.layer));
    return loss;
}

static void add_judge(FaltungGradcheck *check, const FaltungHead *head) {
    FaltungJudge *judge = &check->judges[check->n_judges++];
    faltung_judge_init(judge, head, check->batch);
    if (judge != check->judges) /* the output's own goes into backward by hand */
        faltung_reference_network_inject(check->network, head->layer, judge->gradient);
}

FaltungGradcheck *faltung_gradcheck_new(const FaltungGraph *graph, const FaltungVariant *loss,
                                        const FaltungDataset *dataset, guint64 seed, int batch,
                                        int most) {
    FaltungGradcheck *check = g_new0(FaltungGradcheck, 1);
    if (dataset)
        batch = MIN((guint32)batch, faltung_dataset_size(dataset));
    check->graph = faltung_graph_copy(graph);
    check->network = faltung_reference_network_new(graph, batch);
    faltung_variant_copy(&check->loss, loss);
    check->seed = seed;
    check->batch = batch;
    check->most = most;
    FaltungHead heads[FALTUNG_MOST_TERMS];
    int n_heads = faltung_heads(check->graph, &check->loss, heads);
    for (int k = 0; k < MIN(n_heads, FALTUNG_MOST_TERMS); k++)
        add_judge(check, &heads[k]);
    check->samples = g_new(double, batch *faltung_shape_size(&graph->input));
    if (dataset)
        take_samples(check, dataset);
    else
        make_random_samples(check);
    set_parameters(check);
    check->value = compute(check);
    faltung_reference_network_backward(check->network, check->judges[0].gradient);
    return check;
}

void faltung_gradcheck_free(FaltungGradcheck *check) {
    if (!check)
        return;
    faltung_reference_network_free(check->network);
    faltung_graph_free(check->graph);
    faltung_variant_clear(&check->loss);
    for (int k = 0; k < check->n_judges; k++)
        faltung_judge_clear(&check->judges[k]);
    g_free(check->samples);
    g_free(check);
}

double faltung_gradcheck_loss(const FaltungGradcheck *check) {
    return check->value;
}

static double central_difference(FaltungGradcheck *check, double *value, double h) {
    double at = *value;
    *value = at + h;
    double above = compute(check);
    *value = at - h;
    double below = compute(check);
    *value = at;
    return (above - below) / (2 * h);
}

/* Takes the error's term in h^2 away: @wide at h, @narrow at h / 2. */
static double extrapolate(double wide, double narrow) {
    return (4 * narrow - wide) / 3;
}

/* The derivative by *@value. Returns: %FALSE at a kink. @floor: gradients count as no smaller. */
static gboolean differentiate(FaltungGradcheck *check, double *value, double floor,
                              double *derivative) {
    double h = WIDTH;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++, h /= 8) {
        double wide = central_difference(check, value, h);
        double middle = central_difference(check, value, h / 2);
        double narrow = central_difference(check, value, h / 4);
        double rough = extrapolate(wide, middle);
        *derivative = extrapolate(middle, narrow);
        double allowed = FALTUNG_GRADCHECK_TOLERANCE / 4 * MAX(fabs(*derivative), floor);
        if (fabs(rough - *derivative) <= allowed)
            return TRUE;
    }
    return FALSE;
}

static void check_value(FaltungGradcheck *check, double *value, double analytic, size_t index,
                        double floor, FaltungGradcheckRow *row) {
    double numeric;
    if (!differentiate(check, value, floor, &numeric)) {
        row->skipped++;
        return;
    }
    double error = fabs(analytic - numeric) / MAX(MAX(fabs(analytic), fabs(numeric)), floor);
    row->checked++;
    if (row->checked > 1 && !(error > row->error) && !isnan(error))
        return;
    row->error = error;
    row->worst = index;
    row->analytic = analytic;
    row->numeric = numeric;
}

/* Moves on to the next layer that has the next parameter. Returns: it, or NULL at the end. */
static const FaltungLayer *next_layer(FaltungGradcheck *check) {
    for (; check->layer < (int)check->graph->layers->len; check->layer++, check->parameter = 0) {
        const FaltungLayer *layer = faltung_graph_layer(check->graph, check->layer);
        while (check->parameter < layer->n_parameters &&
               layer->parameters[check->parameter].measured)
            check->parameter++;
        if (check->parameter < layer->n_parameters)
            return layer;
    }
    return NULL;
}

gboolean faltung_gradcheck_next(FaltungGradcheck *check, FaltungGradcheckRow *row) {
    const FaltungLayer *layer = next_layer(check);
    if (!layer)
        return FALSE;
    int index = check->layer, p = check->parameter++;
    const FaltungParameter *parameter = &layer->parameters[p];
    double *values = faltung_reference_network_parameter(check->network, index, p);
    const double *gradient = faltung_reference_network_parameter_gradient(check->network, index, p);
    size_t size = faltung_shape_size(&parameter->shape);
    size_t n = check->most > 0 ? MIN(size, (size_t)check->most) : size;
    *row = (FaltungGradcheckRow){
        .layer = layer->name,
        .parameter = parameter->name,
        .size = size,
    };

    double largest = 0.0;
    for (size_t i = 0; i < size; i++)
        largest = MAX(largest, fabs(gradient[i]));
    double floor = MAX(1e-3 * largest, 1e-5);
    g_autofree guint32 *order = g_new(guint32, size);
    FaltungRandom random = stream(check, STREAM_CHOICE, (guint64)index * 256 + p);
    faltung_random_permutation(&random, size, order);
    for (size_t i = 0; i < n; i++)
        check_value(check, &values[order[i]], gradient[order[i]], order[i], floor, row);
    row->passed = row->error <= FALTUNG_GRADCHECK_TOLERANCE && (row->checked > 0 || size == 0);
    return TRUE;
}
