/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/feed.h"

#include "core/ops/layout.h"
#include "core/ops/parallel.h"

#include <math.h>

struct FaltungFeed {
    FaltungNetwork *network;
    const FaltungLoss *loss;
    const void *options; /* of the loss */
    FaltungTargetType type;
    FaltungShape output;
    int width;       /* values of one output */
    int positions;   /* classes of one sample */
    int rows;        /* of one output, as the loss sees it */
    int n;           /* samples loaded */
    size_t size;     /* values of one input */
    float *inputs;   /* (batch, size); the network's own where it takes the field's layout */
    gboolean direct; /* so it is */
    float *targets;  /* (batch, width), as the output lies; NULL where the loss compares classes */
    float *gathered; /* the same in the field's layout; @targets itself where that is the same */
    gint32 *classes; /* (batch, positions); NULL where there are none */
    guint32 *order;  /* (batch): scratch of evaluations */
};

FaltungFeed *faltung_feed_new(FaltungNetwork *network, const FaltungVariant *loss,
                              const FaltungDataset *dataset) {
    size_t batch = faltung_network_batch(network);
    FaltungFeed *feed = g_new0(FaltungFeed, 1);
    feed->network = network;
    feed->loss = (const FaltungLoss *)loss->kind;
    feed->options = loss->options;
    feed->type = faltung_dataset_target_type(dataset);
    feed->output = *faltung_graph_output(faltung_network_graph(network));
    feed->width = faltung_shape_size(&feed->output);
    feed->positions = faltung_dataset_positions(dataset);
    feed->rows = faltung_loss_rows(feed->loss, &feed->output);
    feed->size = faltung_shape_size(faltung_dataset_shape(dataset));
    feed->direct = faltung_layout_plain(&faltung_network_graph(network)->input);
    if (!feed->direct)
        feed->inputs = g_new(float, batch * feed->size);
    if (!feed->loss->needs_classes)
        feed->targets = g_new(float, batch * feed->width);
    feed->gathered = feed->targets;
    if (feed->targets && feed->type == FALTUNG_TARGET_VALUES && feed->output.rank == 3)
        feed->gathered = g_new(float, batch * feed->width);
    if (feed->type == FALTUNG_TARGET_CLASS)
        feed->classes = g_new(gint32, batch * feed->positions);
    feed->order = g_new(guint32, batch);
    return feed;
}

void faltung_feed_free(FaltungFeed *feed) {
    if (!feed)
        return;
    if (!feed->direct)
        g_free(feed->inputs);
    if (feed->gathered != feed->targets)
        g_free(feed->gathered);
    g_free(feed->targets);
    g_free(feed->classes);
    g_free(feed->order);
    g_free(feed);
}

static int threads_of(const FaltungFeed *feed) {
    return faltung_threads_for(faltung_network_threads(feed->network),
                               16.0 * feed->n * (feed->size + feed->width)); /* not in a cache */
}

/* Samples of the data set, each thread its share. */
static void gather(FaltungFeed *feed, const FaltungDataset *dataset, const guint32 *indices) {
    int shares = threads_of(feed);
#pragma omp parallel for num_threads(shares) schedule(static)
    for (int share = 0; share < shares; share++) {
        size_t begin = faltung_block_begin(feed->n, share, shares);
        faltung_dataset_gather(dataset, indices + begin,
                               faltung_block_begin(feed->n, share + 1, shares) - begin,
                               feed->inputs + begin * feed->size,
                               feed->gathered ? feed->gathered + begin * feed->width : NULL,
                               feed->classes ? feed->classes + begin * feed->positions : NULL);
    }
}

/* The targets as the network's output lies. Rows of classes do. */
static void arrange_targets(FaltungFeed *feed) {
    const float *from = feed->type == FALTUNG_TARGET_NONE ? feed->inputs : feed->gathered;
    if (!feed->targets || feed->type == FALTUNG_TARGET_CLASS || from == feed->targets)
        return;
#pragma omp parallel for num_threads(threads_of(feed)) schedule(static)
    for (int i = 0; i < feed->n; i++)
        faltung_layout_to_inside(&feed->output, from + (size_t)i * feed->width,
                                 feed->targets + (size_t)i * feed->width);
}

void faltung_feed_load_augmented(FaltungFeed *feed, const FaltungDataset *dataset,
                                 const FaltungAugment *augment, guint64 epoch,
                                 const guint32 *indices, int n) {
    int threads = faltung_network_threads(feed->network);
    feed->n = n;
    if (feed->direct)
        feed->inputs = faltung_network_input(feed->network, n);
    gather(feed, dataset, indices);
    if (augment)
        faltung_augment_move(augment, epoch, indices, n, feed->inputs, threads);
    arrange_targets(feed); /* the sample itself as it was moved, without the noise */
    if (augment)
        faltung_augment_add_noise(augment, epoch, indices, n, feed->inputs, threads);
    if (!feed->direct)
        faltung_network_set_input(feed->network, n, feed->inputs);
}

void faltung_feed_load(FaltungFeed *feed, const FaltungDataset *dataset, const guint32 *indices,
                       int n) {
    faltung_feed_load_augmented(feed, dataset, NULL, 0, indices, n);
}

/* How many rows of @output have their largest value, the first where several are, at the class. */
static int count_correct(const float *output, const gint32 *classes, int n, int width) {
    int correct = 0;
    for (int i = 0; i < n; i++, output += width) {
        int largest = 0;
        for (int k = 1; k < width; k++)
            largest = output[k] > output[largest] ? k : largest;
        correct += largest == classes[i];
    }
    return correct;
}

/* What the metrics of values need. */
static void add_differences(const FaltungFeed *feed, const float *output, FaltungSums *sums) {
    double absolute = 0.0, squared = 0.0;
    size_t n = (size_t)feed->n * feed->width;
    const float *targets = feed->targets;
#pragma omp simd reduction(+ : absolute, squared)
    for (size_t i = 0; i < n; i++) {
        double difference = output[i] - targets[i];
        absolute += fabs(difference);
        squared += difference * difference;
    }
    sums->absolute += absolute;
    sums->squared += squared;
}

double faltung_feed_compare(const FaltungFeed *feed, const float *output, float *gradient,
                            FaltungSums *sums) {
    FaltungLossStep step = {
        .options = feed->options,
        .batch = feed->n * feed->rows,
        .width = feed->width / feed->rows,
        .output = output,
        .targets = feed->targets,
        .classes = feed->loss->needs_classes ? feed->classes : NULL,
        .gradient = gradient,
        .threads = faltung_network_threads(feed->network),
    };
    double loss = feed->loss->compute(&step);
    sums->loss += loss * feed->n;
    sums->n += feed->n;
    if (feed->classes) {
        int positions = feed->positions;
        double correct =
            count_correct(output, feed->classes, feed->n * positions, feed->width / positions);
        sums->correct += correct / positions;
        return loss;
    }
    if (!gradient)
        add_differences(feed, output, sums);
    return loss;
}

gboolean faltung_feed_inputs_finite(const FaltungFeed *feed) {
    for (size_t i = 0; i < feed->n * feed->size; i++) {
        if (!isfinite(feed->inputs[i]))
            return FALSE;
    }
    return TRUE;
}

FaltungMetrics faltung_feed_evaluate(FaltungFeed *feed, const FaltungDataset *dataset,
                                     const guint32 *indices, guint32 n, FaltungScores **scores) {
    FaltungSums sums = {0};
    FaltungScoring *scoring =
        scores ? faltung_scoring_new(feed->type, feed->width / feed->positions) : NULL;
    guint32 batch = faltung_network_batch(feed->network);
    unsigned mode = faltung_parallel_begin();
    for (guint32 begin = 0; begin < n; begin += batch) {
        guint32 size = MIN(batch, n - begin);
        for (guint32 i = 0; i < size; i++)
            feed->order[i] = indices ? indices[begin + i] : begin + i;
        faltung_feed_load(feed, dataset, feed->order, size);
        const float *output = faltung_network_forward(feed->network, FALSE, 0);
        faltung_feed_compare(feed, output, NULL, &sums);
        if (scoring && feed->classes)
            faltung_scoring_add_classes(scoring, (guint64)size * feed->positions, output,
                                        feed->classes);
        else if (scoring)
            faltung_scoring_add_values(scoring, size, output, feed->targets);
    }
    faltung_parallel_end(mode);
    if (scores)
        *scores = faltung_scoring_end(scoring);
    return faltung_sums_metrics(&sums, feed->type, feed->width);
}

FaltungMetrics faltung_metrics_none(void) {
    return (FaltungMetrics){.loss = NAN, .accuracy = NAN, .mae = NAN, .rmse = NAN};
}

FaltungMetrics faltung_sums_metrics(const FaltungSums *sums, FaltungTargetType type, int width) {
    FaltungMetrics metrics = faltung_metrics_none();
    if (sums->n == 0)
        return metrics;
    double values = (double)sums->n * width;
    metrics.loss = sums->loss / sums->n;
    if (type == FALTUNG_TARGET_CLASS) {
        metrics.accuracy = sums->correct / sums->n;
    } else {
        metrics.mae = sums->absolute / values;
        metrics.rmse = sqrt(sums->squared / values);
    }
    return metrics;
}

FaltungMetrics faltung_evaluate(FaltungNetwork *network, const FaltungVariant *loss,
                                FaltungDataset *dataset, FaltungScores **scores) {
    g_autoptr(FaltungFeed) feed = faltung_feed_new(network, loss, dataset);
    return faltung_feed_evaluate(feed, dataset, NULL, faltung_dataset_size(dataset), scores);
}
