/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/feed.h"

#include "core/base/clones.h"
#include "core/ops/layout.h"
#include "core/ops/parallel.h"
#include "core/train/clipping.h"

#include <math.h>

/* A target of the samples that were loaded. */
typedef struct {
    int index; /* in the data set; 0: its own */
    FaltungTargetType type;
    int positions;   /* classes of one sample */
    int asked;       /* values of the targets that the data set has for one sample */
    float *gathered; /* (batch, asked): those; NULL where no head looks at them */
    gint32 *classes; /* (batch, positions); NULL where there are none */
} Target;

/* A head with the targets of the samples that were loaded. */
typedef struct {
    FaltungHead head;
    int term;       /* which it belongs to */
    Target *target; /* of the feed */
    float *targets; /* (batch, width), as the output lies; NULL where the loss compares classes */
    const float *compared; /* those of the batch: these, or the network's input as it lies there */
    FaltungQuestion asked;
    guint8 *counts; /* (batch, rows): whether the loss counts a row; NULL: it does all */
    int counted;    /* those of the samples that were loaded */
} Comparison;

struct FaltungFeed {
    FaltungNetwork *network;
    FaltungTerms terms;
    int n_heads;
    Comparison heads[FALTUNG_MOST_TERMS]; /* the first: the network's output */
    int n_targets;
    Target targets[FALTUNG_MOST_TERMS]; /* the first: the data set's own */
    int width;                          /* values of one output of the network */
    int n;                              /* samples loaded */
    size_t size;                        /* values of one input */
    float *inputs;   /* (batch, size); the network's own where it takes the field's layout */
    gboolean direct; /* so it is */
    float *weights;  /* (batch): what each sample counts for; NULL: all the same */
    guint32 *order;  /* (batch): scratch of evaluations */
};

static gboolean takes_sample(const Comparison *own) {
    return own->head.of_sample || own->target->type == FALTUNG_TARGET_NONE;
}

/* Whether the targets lie as the data set has them. Rows of classes do. */
static gboolean takes_gathered(const Comparison *own) {
    return !takes_sample(own) &&
           (own->target->type == FALTUNG_TARGET_CLASS || own->head.output.rank != 3);
}

/* The feed's target with that index in the data set. */
static Target *find_target(FaltungFeed *feed, const FaltungDataset *dataset, int index) {
    for (int i = 0; i < feed->n_targets; i++)
        if (feed->targets[i].index == index)
            return &feed->targets[i];
    Target *target = &feed->targets[feed->n_targets++];
    *target = (Target){
        .index = index,
        .type = faltung_dataset_target_type(dataset),
        .positions = faltung_dataset_positions(dataset),
        .asked = faltung_dataset_n_targets(dataset),
    };
    if (index > 0) {
        const FaltungTarget *other = faltung_dataset_target(dataset, index);
        target->type = other->classes ? FALTUNG_TARGET_CLASS : FALTUNG_TARGET_VALUES;
        target->positions = other->positions;
        target->asked = other->n;
    }
    if (target->type == FALTUNG_TARGET_CLASS)
        target->asked *= target->positions;
    return target;
}

/* Makes room for what the heads compare with. */
static void prepare_heads(FaltungFeed *feed, const FaltungVariant *loss,
                          const FaltungDataset *dataset) {
    size_t batch = faltung_network_batch(feed->network);
    FaltungHead heads[FALTUNG_MOST_TERMS];
    const FaltungGraph *graph = faltung_network_graph(feed->network);
    feed->n_heads = MIN(faltung_heads(graph, loss, heads), FALTUNG_MOST_TERMS);
    feed->terms = faltung_terms(graph);
    find_target(feed, dataset, 0);
    for (int i = 0; i < feed->n_heads; i++) {
        Comparison *own = &feed->heads[i];
        own->head = heads[i];
        own->term = faltung_terms_find(&feed->terms, heads[i].layer);
        int index = heads[i].of_sample ? 0 : faltung_head_target(&heads[i], dataset);
        Target *target = own->target = find_target(feed, dataset, MAX(index, 0));
        own->asked = faltung_head_question(&heads[i], dataset);
        if (faltung_loss_ignores(heads[i].loss, heads[i].options))
            own->counts = g_new(guint8, batch * heads[i].rows);
        /* the scores look at them, whatever the loss does */
        if (own->asked.type == FALTUNG_TARGET_CLASS && !target->classes)
            target->classes = g_new(gint32, batch * target->positions);
        if (heads[i].loss->needs_classes)
            continue;
        if (!takes_sample(own) && !target->gathered)
            target->gathered = g_new(float, batch * target->asked);
        own->targets = takes_gathered(own) ? target->gathered : g_new(float, batch *heads[i].width);
    }
}

FaltungFeed *faltung_feed_new(FaltungNetwork *network, const FaltungVariant *loss,
                              const FaltungDataset *dataset) {
    size_t batch = faltung_network_batch(network);
    FaltungFeed *feed = g_new0(FaltungFeed, 1);
    feed->network = network;
    prepare_heads(feed, loss, dataset);
    feed->width = feed->heads[0].head.width;
    feed->size = faltung_shape_size(faltung_dataset_shape(dataset));
    feed->direct = faltung_layout_plain(&faltung_network_graph(network)->input);
    if (!feed->direct)
        feed->inputs = g_new(float, batch * feed->size);
    if (faltung_dataset_is_weighted(dataset))
        feed->weights = g_new(float, batch);
    feed->order = g_new(guint32, batch);
    return feed;
}

void faltung_feed_free(FaltungFeed *feed) {
    if (!feed)
        return;
    if (!feed->direct)
        g_free(feed->inputs);
    for (int i = 0; i < feed->n_heads; i++) {
        g_free(feed->heads[i].counts);
        if (feed->heads[i].targets != feed->heads[i].target->gathered)
            g_free(feed->heads[i].targets);
    }
    for (int i = 0; i < feed->n_targets; i++) {
        g_free(feed->targets[i].gathered);
        g_free(feed->targets[i].classes);
    }
    g_free(feed->weights);
    g_free(feed->order);
    g_free(feed);
}

const FaltungHead *faltung_feed_head(const FaltungFeed *feed, int index, FaltungQuestion *asked) {
    if (index >= feed->n_heads)
        return NULL;
    *asked = feed->heads[index].asked;
    return &feed->heads[index].head;
}

static int threads_of(const FaltungFeed *feed) {
    return faltung_threads_for(faltung_network_threads(feed->network),
                               16.0 * feed->n * (feed->size + feed->width)); /* not in a cache */
}

/* Samples @begin to @end of those at @indices with their targets. */
static void gather_part(FaltungFeed *feed, const FaltungDataset *dataset, const guint32 *indices,
                        size_t begin, size_t end) {
    for (int i = 0; i < feed->n_targets; i++) {
        const Target *target = &feed->targets[i];
        float *gathered = target->gathered ? target->gathered + begin * target->asked : NULL;
        gint32 *classes = target->classes ? target->classes + begin * target->positions : NULL;
        if (target->index == 0)
            faltung_dataset_gather(dataset, indices + begin, end - begin,
                                   feed->inputs + begin * feed->size, gathered, classes);
        else
            faltung_dataset_gather_target(dataset, target->index, indices + begin, end - begin,
                                          gathered, classes);
    }
}

/* Samples of the data set, each thread its share. */
static void gather(FaltungFeed *feed, const FaltungDataset *dataset, const guint32 *indices) {
    int shares = threads_of(feed);
#pragma omp parallel for num_threads(shares) schedule(static)
    for (int share = 0; share < shares; share++)
        gather_part(feed, dataset, indices, faltung_block_begin(feed->n, share, shares),
                    faltung_block_begin(feed->n, share + 1, shares));
    for (int i = 0; feed->weights && i < feed->n; i++)
        feed->weights[i] = faltung_dataset_weight(dataset, indices[i]);
    /* of samples that are their own targets the classes are known all the same */
    const Target *own = &feed->targets[0];
    for (int i = 0; own->classes && own->type != FALTUNG_TARGET_CLASS && i < feed->n; i++)
        own->classes[i] = faltung_dataset_class(dataset, indices[i]);
}

/* The targets as the outputs lie. @stays: nothing will be done to the samples any more. */
static void arrange_targets(FaltungFeed *feed, gboolean stays) {
    for (int k = 0; k < feed->n_heads; k++) {
        Comparison *own = &feed->heads[k];
        const FaltungHead *head = &own->head;
        float *targets = own->targets;
        own->compared = targets;
        if (!targets || targets == own->target->gathered)
            continue;
        if (stays && takes_sample(own) && faltung_layout_plain(&head->output)) {
            own->compared = feed->inputs;
            continue;
        }
        const float *from = takes_sample(own) ? feed->inputs : own->target->gathered;
#pragma omp parallel for num_threads(threads_of(feed)) schedule(static)
        for (int i = 0; i < feed->n; i++)
            faltung_layout_to_inside(&head->output, from + (size_t)i * head->width,
                                     targets + (size_t)i * head->width);
    }
}

/* Which rows of the targets count. */
static void count_rows(FaltungFeed *feed) {
    for (int k = 0; k < feed->n_heads; k++) {
        Comparison *own = &feed->heads[k];
        const FaltungHead *head = &own->head;
        if (own->counts)
            own->counted = faltung_loss_count(head->loss, head->options, feed->n * head->rows,
                                              head->width / head->rows, own->compared,
                                              own->target->classes, own->counts);
    }
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
    /* the sample itself as it was moved, without the noise */
    arrange_targets(feed, !augment || !faltung_augment_has_noise(augment));
    count_rows(feed);
    if (augment)
        faltung_augment_add_noise(augment, epoch, indices, n, feed->inputs, threads);
    if (!feed->direct)
        faltung_network_set_input(feed->network, n, feed->inputs);
}

void faltung_feed_load(FaltungFeed *feed, const FaltungDataset *dataset, const guint32 *indices,
                       int n) {
    faltung_feed_load_augmented(feed, dataset, NULL, 0, indices, n);
}

/* Whether @class has the largest of @width values, the first where several are. Without a branch,
   so that many are compared at once. */
static inline gboolean has_largest(const float *values, int width, int class) {
    float own = values[class];
    int beaten = 0;
    for (int k = 0; k < class; k++)
        beaten |= values[k] >= own;
    for (int k = class + 1; k < width; k++)
        beaten |= values[k] > own;
    return !beaten;
}

/* How many rows of @output have their largest value at the class.
 * @counts: (nullable): whether each row counts */
FALTUNG_CLONES static int count_correct(const float *output, const gint32 *classes, int n,
                                        int width, const guint8 *counts) {
    int correct = 0;
    for (int i = 0; i < n; i++, output += width)
        if (!counts || counts[i])
            correct += has_largest(output, width, classes[i]);
    return correct;
}

/* Of the output of a head with classes: the samples that are right, of several positions the part.
 */
static double count(const FaltungFeed *feed, const Comparison *own) {
    const float *output = faltung_network_loss_output(feed->network, own->head.layer);
    int positions = own->asked.positions;
    double correct = count_correct(output, own->target->classes, feed->n * positions,
                                   own->head.width / positions, own->counts);
    return own->counts ? correct * feed->n / MAX(own->counted, 1) : correct / positions;
}

/* Returns: the loss of one head, times its weight. */
static double compare(const FaltungFeed *feed, const Comparison *own, gboolean gradients) {
    const FaltungHead *head = &own->head;
    FaltungLossStep step = {
        .options = head->options,
        .batch = feed->n * head->rows,
        .width = head->width / head->rows,
        .rows = head->rows,
        .output = faltung_network_loss_output(feed->network, head->layer),
        .targets = own->compared,
        .classes = head->loss->needs_classes ? own->target->classes : NULL,
        .weights = feed->weights,
        .counts = own->counts,
        .counted = own->counted,
        .gradient = gradients ? faltung_network_loss_gradient(feed->network, head->layer) : NULL,
        .threads = faltung_network_threads(feed->network),
    };
    double loss = head->loss->compute(&step);
    if (gradients && head->weight != 1.0)
        faltung_clip_scale(head->weight, (size_t)feed->n * head->width, step.gradient);
    return head->weight * loss;
}

double faltung_feed_compare(const FaltungFeed *feed, gboolean gradients, FaltungSums *sums) {
    double all = 0.0;
    for (int i = 0; i < feed->n_heads; i++) {
        double loss = compare(feed, &feed->heads[i], gradients);
        all += loss;
        sums->terms[feed->heads[i].term] += loss * feed->n;
        if (gradients && feed->heads[i].asked.type == FALTUNG_TARGET_CLASS)
            sums->correct[i] += count(feed, &feed->heads[i]);
    }
    for (int i = 0; i < feed->terms.n; i++) {
        if (feed->terms.layers[i] < 0)
            continue;
        double penalty = faltung_network_penalty(feed->network, feed->terms.layers[i]);
        all += penalty;
        sums->terms[i] += penalty * feed->n;
    }
    sums->loss += all * feed->n;
    sums->n += feed->n;
    return all;
}

gboolean faltung_feed_inputs_finite(const FaltungFeed *feed) {
    for (size_t i = 0; i < feed->n * feed->size; i++) {
        if (!isfinite(feed->inputs[i]))
            return FALSE;
    }
    return TRUE;
}

FaltungMetrics faltung_metrics_none(void) {
    FaltungMetrics none = {.loss = NAN, .accuracy = NAN, .mae = NAN, .rmse = NAN};
    for (int i = 0; i < FALTUNG_MOST_TERMS; i++)
        none.terms[i] = NAN;
    return none;
}

/* The samples of batch @k of an evaluation of @n. @in_rows: sample i of a batch is the one behind
   sample i of the batch before. Returns: how many. */
static guint32 choose(FaltungFeed *feed, gboolean in_rows, const guint32 *indices, guint32 n,
                      guint32 k) {
    guint32 batch = faltung_network_batch(feed->network), batches = (n + batch - 1) / batch;
    guint32 size = 0;
    for (; size < batch; size++) {
        guint32 at = in_rows ? size * batches + k : k * batch + size;
        if (at >= n)
            break;
        feed->order[size] = indices ? indices[at] : at;
    }
    return size;
}

static FaltungScoring *begin_scoring(const Comparison *own, gboolean area) {
    const FaltungQuestion *asked = &own->asked;
    gboolean classes = asked->type == FALTUNG_TARGET_CLASS;
    FaltungScoring *scoring = faltung_scoring_new(
        asked->type, classes ? own->head.width / asked->positions : own->head.width);
    if (area)
        faltung_scoring_want_area(scoring, own->head.loss->takes_odds);
    return scoring;
}

static void score(const FaltungFeed *feed, const Comparison *own, FaltungScoring *scoring) {
    const float *output = faltung_network_loss_output(feed->network, own->head.layer);
    if (own->asked.type == FALTUNG_TARGET_CLASS)
        faltung_scoring_add_classes(scoring, (guint64)feed->n * own->asked.positions, output,
                                    own->target->classes, own->counts);
    else
        faltung_scoring_add_values(scoring, feed->n, own->head.rows, output, own->compared,
                                   own->counts);
}

/* Of @sums over the samples of an evaluation, and of the scores of the network's output. */
static FaltungMetrics metrics_of(const FaltungFeed *feed, const FaltungSums *sums,
                                 const FaltungScores *scores) {
    FaltungMetrics metrics = faltung_metrics_none();
    if (sums->n == 0)
        return metrics;
    metrics.loss = sums->loss / sums->n;
    for (int i = 0; i < FALTUNG_MOST_TERMS; i++)
        metrics.terms[i] = sums->terms[i] / sums->n;
    metrics.accuracy = scores->accuracy;
    metrics.mae = scores->mae;
    metrics.rmse = scores->rmse;
    int l1 = faltung_terms_find(&feed->terms, -1);
    if (l1 >= 0) {
        metrics.terms[l1] = faltung_terms_l1(faltung_network_graph(feed->network),
                                             faltung_network_parameters(feed->network));
        metrics.loss += metrics.terms[l1];
    }
    return metrics;
}

FaltungMetrics faltung_feed_evaluate(FaltungFeed *feed, const FaltungDataset *dataset,
                                     const guint32 *indices, guint32 n, int area,
                                     GPtrArray **scores) {
    FaltungSums sums = {0};
    gboolean carries = faltung_graph_carries(faltung_network_graph(feed->network));
    FaltungScoring *scorings[FALTUNG_MOST_TERMS];
    for (int i = 0; i < feed->n_heads; i++)
        scorings[i] = begin_scoring(&feed->heads[i], area == i || area == FALTUNG_AREA_OF_ALL);
    guint32 batch = faltung_network_batch(feed->network), batches = (n + batch - 1) / batch;
    unsigned mode = faltung_parallel_begin();
    faltung_network_go_on(feed->network, TRUE);
    for (guint32 k = 0; k < batches; k++) {
        guint32 size = choose(feed, carries && !indices, indices, n, k);
        faltung_feed_load(feed, dataset, feed->order, size);
        faltung_network_forward(feed->network, FALSE, 0);
        faltung_feed_compare(feed, FALSE, &sums);
        for (int i = 0; i < feed->n_heads; i++)
            score(feed, &feed->heads[i], scorings[i]);
    }
    faltung_network_go_on(feed->network, FALSE);
    faltung_parallel_end(mode);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_scores_free);
    for (int i = 0; i < feed->n_heads; i++)
        g_ptr_array_add(all, faltung_scoring_end(scorings[i]));
    FaltungMetrics metrics = metrics_of(feed, &sums, all->pdata[0]);
    if (scores)
        *scores = g_steal_pointer(&all);
    return metrics;
}

FaltungMetrics faltung_evaluate(FaltungNetwork *network, const FaltungVariant *loss,
                                FaltungDataset *dataset, GPtrArray **scores) {
    g_autoptr(FaltungFeed) feed = faltung_feed_new(network, loss, dataset);
    return faltung_feed_evaluate(feed, dataset, NULL, faltung_dataset_size(dataset),
                                 scores ? FALTUNG_AREA_OF_ALL : -1, scores);
}
