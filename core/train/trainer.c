/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/trainer.h"

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/squares.h"
#include "core/kernels/kernels.h"
#include "core/ops/parallel.h"
#include "core/train/constraints.h"
#include "core/train/divergence.h"
#include "core/train/epoch.h"
#include "core/train/feed.h"
#include "core/train/fit.h"
#include "core/train/groups.h"
#include "core/train/optimizer.h"
#include "core/train/pace.h"
#include "core/train/play.h"
#include "core/train/rate.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    /* The block is updated in chunks of so many values, whatever the threads: the norm of the
       gradient is summed by chunks. Their parameters, gradients and slots fit into a core's
       cache. */
    CHUNK = 1 << 12,
    UNTRAINED_SAMPLES = 2000,
};

struct FaltungTrainer {
    FaltungTrainOptions *options;
    const FaltungOptimizer *optimizer;
    const FaltungSchedule *schedule;
    const FaltungStopping *stopping;
    FaltungWatch watch;
    FaltungDataset *training, *validation; /* validation may be NULL */
    FaltungNetwork *network;
    FaltungFeed *feed;
    FaltungAugment *augment; /* (nullable) */

    gboolean carries; /* a sample of a batch is the one behind that of the batch before */
    guint32 *order;   /* (samples): the order of epoch order_epoch */
    int order_epoch;
    size_t block;   /* values of the parameter block */
    size_t learned; /* the first part of it, which the optimizer works on */
    FaltungGroups *groups;
    FaltungConstraints *constraints; /* (nullable) */
    FaltungPlay *play;
    float *slots[FALTUNG_MAX_SLOTS]; /* (block) each, by the optimizer's numbers; NULL: not used */
    int used[FALTUNG_MAX_SLOTS];     /* (n_used): the numbers of those that are */
    int n_used;
    double *squares;    /* (chunks): parts of the gradient's norm */
    double *l1;         /* (chunks): and of the weights' L1 penalties */
    FaltungTerms terms; /* of the loss */
    FaltungReadings readings;
    float *gathered; /* (learned): gradients of a step of several batches; NULL: of one */
    float *average;  /* (block): the running mean of the parameters; NULL: none */
    float *best;     /* (block): what early stopping keeps; NULL: nothing */
    gboolean has_best;
    gboolean restored; /* the parameters are those that the run ends with */

    FaltungTrainerPosition position;
    int failed_layer;
    double fixed_rate;       /* instead of the schedule's; NaN: none */
    double seconds_a_sample; /* smoothed */
    FaltungPace pace;
    char *stopped; /* why it stopped early */
};

static size_t n_chunks(const FaltungTrainer *trainer) {
    return (trainer->learned + CHUNK - 1) / CHUNK;
}

FaltungTrainer *faltung_trainer_new(const FaltungExperiment *experiment, FaltungDataset *training,
                                    FaltungDataset *validation, int threads, GError **error) {
    if (!faltung_check_fit(experiment, training, error) ||
        (validation && !faltung_check_fit(experiment, validation, error)))
        return NULL;
    FaltungWatch watch;
    if (!faltung_watch_find(&watch, experiment, training, validation != NULL, error))
        return NULL;
    g_autoptr(GArray) acts = faltung_play_plan(experiment, error);
    if (!acts)
        return NULL;
    const FaltungTrainOptions *options = experiment->train;
    FaltungTrainer *trainer = g_new0(FaltungTrainer, 1);
    trainer->options = faltung_options_copy(&faltung_train_kind, options);
    trainer->optimizer = (const FaltungOptimizer *)options->optimizer.kind;
    trainer->schedule = (const FaltungSchedule *)options->schedule.kind;
    trainer->stopping = (const FaltungStopping *)options->early_stopping.kind;
    trainer->watch = watch;
    trainer->training = faltung_dataset_ref(training);
    trainer->validation = validation ? faltung_dataset_ref(validation) : NULL;

    guint32 samples = faltung_dataset_size(training);
    trainer->network =
        faltung_network_new(experiment->graph, options->seed, MIN((guint32)options->batch, samples),
                            FALTUNG_NETWORK_TRAINS, threads);
    trainer->feed = faltung_feed_new(trainer->network, &trainer->options->loss, training);
    trainer->augment = faltung_augment_new(&experiment->data->augment, options->seed, training,
                                           faltung_network_threads(trainer->network));
    trainer->carries = faltung_graph_carries(experiment->graph);
    trainer->order = g_new(guint32, samples);
    trainer->order_epoch = -1;
    faltung_pace_init(&trainer->pace, faltung_network_threads(trainer->network));
    trainer->block = faltung_network_block_size(trainer->network);
    trainer->learned = faltung_network_learned_size(trainer->network);
    trainer->play = faltung_play_new(experiment->graph, g_steal_pointer(&acts));
    trainer->groups = faltung_groups_new(experiment->graph, &options->optimizer, NULL);
    trainer->constraints = faltung_constraints_new(trainer->network);
    g_assert(trainer->optimizer->n_slots <= FALTUNG_MAX_SLOTS);
    for (int slot = 0; slot < trainer->optimizer->n_slots; slot++) {
        if (!faltung_optimizer_uses(trainer->optimizer, options->optimizer.options, slot))
            continue;
        trainer->slots[slot] = faltung_floats_new(trainer->block);
        trainer->used[trainer->n_used++] = slot;
    }
    trainer->squares = g_new(double, MAX(n_chunks(trainer), 1));
    trainer->l1 = g_new(double, MAX(n_chunks(trainer), 1));
    trainer->terms = faltung_terms(experiment->graph);
    if (options->accumulate > 1)
        trainer->gathered = faltung_floats_new(trainer->learned);
    if (options->average.decay > 0.0) {
        trainer->average = faltung_floats_new(trainer->block);
        memcpy(trainer->average, faltung_network_parameters(trainer->network),
               trainer->block * sizeof(float));
    }
    if (trainer->stopping->keeps_best)
        trainer->best = faltung_floats_new(trainer->block);
    trainer->position = faltung_trainer_position_new();
    trainer->fixed_rate = NAN;
    return trainer;
}

void faltung_trainer_free(FaltungTrainer *trainer) {
    if (!trainer)
        return;
    faltung_feed_free(trainer->feed);
    faltung_augment_free(trainer->augment);
    faltung_network_free(trainer->network);
    faltung_dataset_unref(trainer->training);
    g_clear_pointer(&trainer->validation, faltung_dataset_unref);
    faltung_groups_free(trainer->groups);
    faltung_constraints_free(trainer->constraints);
    faltung_play_free(trainer->play);
    faltung_options_free(&faltung_train_kind, trainer->options);
    for (int slot = 0; slot < FALTUNG_MAX_SLOTS; slot++)
        faltung_floats_free(trainer->slots[slot]);
    faltung_floats_free(trainer->gathered);
    faltung_floats_free(trainer->average);
    faltung_floats_free(trainer->best);
    g_free(trainer->squares);
    g_free(trainer->l1);
    g_free(trainer->order);
    g_free(trainer->stopped);
    g_free(trainer);
}

/* -- acts --------------------------------------------------------------------------------- */

/* After acts: what the steps to come do differently, and the weights that are held or shared. */
static void heed_acts(FaltungTrainer *trainer) {
    const FaltungGraph *graph = faltung_network_graph(trainer->network);
    faltung_groups_free(trainer->groups);
    trainer->groups =
        faltung_groups_new(graph, &trainer->options->optimizer, trainer->play->frozen);
    faltung_play_hold(trainer->play, faltung_network_parameters(trainer->network));
    if (trainer->average)
        faltung_play_hold(trainer->play, trainer->average);
    faltung_network_share(trainer->network);
    trainer->position.acts = trainer->play->done;
}

/* All that are due after the steps that were done. */
static void perform_due(FaltungTrainer *trainer) {
    if (!faltung_play_next(trainer->play, trainer->position.step))
        return;
    while (faltung_play_next(trainer->play, trainer->position.step))
        faltung_play_perform(trainer->play, trainer, FALSE);
    heed_acts(trainer);
}

gboolean faltung_trainer_act(FaltungTrainer *trainer, FaltungAct act, GError **error) {
    act.step = trainer->position.step;
    act.by_hand = TRUE;
    if (!faltung_act_check(&act, faltung_network_graph(trainer->network), error) ||
        !faltung_play_allows(&trainer->options->optimizer, &act, error))
        return FALSE;
    g_array_insert_val(trainer->play->acts, trainer->play->done, act);
    perform_due(trainer);
    return TRUE;
}

const FaltungAct *faltung_trainer_acts(const FaltungTrainer *trainer, guint *n_done) {
    *n_done = trainer->play->done;
    return &g_array_index(trainer->play->acts, FaltungAct, 0);
}

void faltung_trainer_log_acts(FaltungTrainer *trainer, const FaltungAct *log, guint n) {
    faltung_play_log(trainer->play, log, n);
}

/* -- where it stands ---------------------------------------------------------------------- */

FaltungNetwork *faltung_trainer_network(FaltungTrainer *trainer) {
    return trainer->network;
}

const FaltungTrainOptions *faltung_trainer_options(const FaltungTrainer *trainer) {
    return trainer->options;
}

guint64 faltung_trainer_step_count(const FaltungTrainer *trainer) {
    return trainer->position.step;
}

/* Of an epoch: where states are carried from batch to batch, whole batches alone. */
static guint32 n_samples(const FaltungTrainer *trainer) {
    guint32 samples = faltung_dataset_size(trainer->training);
    return trainer->carries ? samples - samples % faltung_network_batch(trainer->network) : samples;
}

guint64 faltung_trainer_steps_an_epoch(const FaltungTrainer *trainer) {
    return faltung_rate_steps(trainer->options, faltung_network_graph(trainer->network),
                              faltung_dataset_size(trainer->training));
}

int faltung_trainer_epoch(const FaltungTrainer *trainer) {
    return trainer->position.epoch;
}

static gboolean stops(const FaltungTrainer *trainer) {
    return trainer->stopping->stops(trainer->options->early_stopping.options,
                                    &trainer->position.stopping);
}

gboolean faltung_trainer_finished(const FaltungTrainer *trainer) {
    return trainer->position.epoch >= trainer->options->epochs || stops(trainer);
}

gboolean faltung_trainer_at_epoch_end(const FaltungTrainer *trainer) {
    guint64 end = (trainer->position.epoch + 1) * faltung_trainer_steps_an_epoch(trainer);
    return trainer->position.step == end;
}

/* Says why training is over, where it is over early. */
static void explain_stop(FaltungTrainer *trainer) {
    const FaltungStoppingState *state = &trainer->position.stopping;
    g_clear_pointer(&trainer->stopped, g_free);
    if (trainer->position.epoch >= trainer->options->epochs || !stops(trainer))
        return;
    const FaltungWatch *watch = &trainer->watch;
    g_autofree char *whose = watch->layer
                                 ? g_strdup_printf(_("%s of %s"), _(watch->title), watch->layer)
                                 : g_strdup(_(watch->title));
    g_autofree char *figure =
        g_strdup_printf(trainer->validation ? _("the validation %s") : _("the training %s"), whose);
    trainer->stopped = state->best_epoch == 0
                           ? g_strdup_printf(_("%s was not finite"), figure)
                           : g_strdup_printf(_("%s has not been better than %.4g since epoch %d"),
                                             figure, watch->sign * state->best, state->best_epoch);
}

const char *faltung_trainer_stopped_early(const FaltungTrainer *trainer) {
    return trainer->stopped;
}

FaltungTrainerPosition faltung_trainer_position_new(void) {
    return (FaltungTrainerPosition){
        .stopping = {.best = NAN},
        .schedule = faltung_schedule_state_new(),
    };
}

void faltung_trainer_get_position(const FaltungTrainer *trainer, FaltungTrainerPosition *position) {
    *position = trainer->position;
}

void faltung_trainer_set_position(FaltungTrainer *trainer, const FaltungTrainerPosition *position) {
    trainer->position = *position;
    while (trainer->play->done < MIN(position->acts, trainer->play->acts->len))
        faltung_play_perform(trainer->play, trainer, TRUE);
    if (trainer->play->done > 0)
        heed_acts(trainer);
    explain_stop(trainer);
}

int faltung_trainer_n_slots(const FaltungTrainer *trainer) {
    return trainer->n_used + (trainer->average != NULL);
}

const char *faltung_trainer_slot_name(const FaltungTrainer *trainer, int slot) {
    return slot < trainer->n_used ? trainer->optimizer->slot_names[trainer->used[slot]] : "average";
}

float *faltung_trainer_slot(FaltungTrainer *trainer, int slot) {
    return slot < trainer->n_used ? trainer->slots[trainer->used[slot]] : trainer->average;
}

const float *faltung_trainer_best(const FaltungTrainer *trainer) {
    return trainer->has_best ? trainer->best : NULL;
}

void faltung_trainer_set_best(FaltungTrainer *trainer, const float *weights) {
    if (!trainer->best)
        return;
    memcpy(trainer->best, weights, trainer->block * sizeof(float));
    trainer->has_best = TRUE;
}

const float *faltung_trainer_weights(FaltungTrainer *trainer) {
    const float *parameters = faltung_network_parameters(trainer->network);
    if (!trainer->average || trainer->restored)
        return parameters;
    /* what is measured, not learned, is a running mean already */
    memcpy(trainer->average + trainer->learned, parameters + trainer->learned,
           (trainer->block - trainer->learned) * sizeof(float));
    return trainer->average;
}

void faltung_trainer_restore_best(FaltungTrainer *trainer) {
    float *parameters = faltung_network_parameters(trainer->network);
    const float *kept = trainer->has_best ? trainer->best : faltung_trainer_weights(trainer);
    if (kept != parameters)
        memcpy(parameters, kept, trainer->block * sizeof(float));
    faltung_network_share(trainer->network);
    trainer->restored = TRUE;
}

/* -- one step ----------------------------------------------------------------------------- */

/* The samples' order in an epoch depends on nothing but the seed and the epoch. Where states are
   carried it is always the same: sample i of the batches is a part of the data, from its beginning
   to its end. */
static void shuffle(FaltungTrainer *trainer, int epoch) {
    if (trainer->order_epoch == epoch)
        return;
    trainer->order_epoch = epoch;
    guint32 batch = faltung_network_batch(trainer->network), n = n_samples(trainer);
    for (guint32 i = 0; trainer->carries && i < n; i++)
        trainer->order[i] = i % batch * (n / batch) + i / batch;
    if (trainer->carries)
        return;
    FaltungRandom random = {
        .seed = trainer->options->seed,
        .purpose = FALTUNG_RANDOM_SHUFFLE,
        .step = epoch,
    };
    faltung_random_permutation(&random, n, trainer->order);
}

static double base_rate(const FaltungTrainer *trainer) {
    return trainer->optimizer->learning_rate(trainer->options->optimizer.options);
}

/* Of the step after @step steps, which is one of @epoch. */
static double learning_rate(const FaltungTrainer *trainer, int epoch, guint64 step) {
    if (!isnan(trainer->fixed_rate))
        return trainer->fixed_rate;
    return faltung_rate(trainer->options, faltung_trainer_steps_an_epoch(trainer), epoch, step,
                        &trainer->position.schedule);
}

void faltung_trainer_fix_rate(FaltungTrainer *trainer, double rate) {
    trainer->fixed_rate = rate;
}

/* Of the step to come, or of the last where training is over. */
static double next_rate(const FaltungTrainer *trainer) {
    const FaltungTrainerPosition *position = &trainer->position;
    if (!isnan(trainer->fixed_rate))
        return trainer->fixed_rate;
    return faltung_rate_to_come(trainer->options, faltung_trainer_steps_an_epoch(trainer),
                                position->epoch, position->step, &position->schedule);
}

static int update_threads(const FaltungTrainer *trainer) {
    return MIN((size_t)faltung_network_threads(trainer->network), n_chunks(trainer) / 2);
}

static double sum_of_chunks(const FaltungTrainer *trainer, const double *parts) {
    double sum = 0.0;
    for (size_t chunk = 0; chunk < n_chunks(trainer); chunk++)
        sum += parts[chunk];
    return sum;
}

/* Adds the slopes of the L1 penalties to the gradients of a chunk, and measures both. */
static void penalize_chunk(FaltungTrainer *trainer, size_t chunk) {
    size_t begin = chunk * CHUNK, n = MIN(trainer->learned - begin, CHUNK);
    float *gradients = faltung_network_gradients(trainer->network);
    trainer->l1[chunk] = faltung_groups_penalize(
        trainer->groups, begin, n, faltung_network_parameters(trainer->network), gradients);
    trainer->squares[chunk] = faltung_sum_of_squares(gradients + begin, n);
}

static void penalize_and_measure(FaltungTrainer *trainer) {
    size_t chunks = n_chunks(trainer);
    int threads = update_threads(trainer);
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (size_t chunk = 0; chunk < chunks; chunk++)
        penalize_chunk(trainer, chunk);
}

/* Adds @part of the gradients of a batch to those of the step; the @last makes the network's
   gradients their sum. */
static void gather_gradients(FaltungTrainer *trainer, double part, gboolean first, gboolean last) {
    float *gradients = faltung_network_gradients(trainer->network);
    float *gathered = trainer->gathered, factor = part;
    size_t chunks = n_chunks(trainer);
    int threads = update_threads(trainer);
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (size_t chunk = 0; chunk < chunks; chunk++) {
        size_t end = MIN(trainer->learned, (chunk + 1) * CHUNK);
        for (size_t i = chunk * CHUNK; i < end; i++)
            gathered[i] = factor * gradients[i] + (first ? 0.0f : gathered[i]);
        if (last)
            memcpy(gradients + chunk * CHUNK, gathered + chunk * CHUNK,
                   (end - chunk * CHUNK) * sizeof(float));
    }
}

/* What an optimizer that looks for the length of its step computes the loss of again. */
typedef struct {
    FaltungTrainer *trainer;
    guint32 begin; /* samples of the epoch's order: those of the step */
    int n;
    double loss; /* where the step begins */
} Again;

static double evaluate_again(gpointer data);

/* Lets the optimizer change @n values from @begin of the learned part. The pointers are to the
   value at @begin. @again: (nullable) */
static void optimize(const FaltungTrainer *trainer, double rate, size_t begin, size_t n,
                     float *parameters, const float *gradients, float *const *slots, Again *again) {
    faltung_groups_update(trainer->groups, begin,
                          &(FaltungOptimizerStep){
                              .options = trainer->options->optimizer.options,
                              .learning_rate = rate,
                              .step = trainer->position.step + 1,
                              .n = n,
                              .parameters = parameters,
                              .gradients = gradients,
                              .slots = slots,
                              .loss = again ? again->loss : NAN,
                              .evaluate = again ? evaluate_again : NULL,
                              .data = again,
                          });
}

/* Lets the optimizer change the parameters. Returns: the norm of the gradient, before clipping.
 * @again: its loss without the penalties, as it is before
 * @l1: (out): the penalties of the weights as they were */
static double update(FaltungTrainer *trainer, double rate, Again *again, double *l1) {
    float *parameters = faltung_network_parameters(trainer->network);
    float *gradients = faltung_network_gradients(trainer->network);
    const FaltungClipping *clip = &trainer->options->clip;
    /* only clipping by norm needs it before the first change, and with that a pass of its own */
    double scale = 1.0;
    if (clip->norm > 0.0) {
        penalize_and_measure(trainer);
        scale = faltung_clip_norm_scale(clip->norm, sqrt(sum_of_chunks(trainer, trainer->squares)));
    }
    /* what changes all parameters at once does it behind the chunks */
    gboolean later =
        trainer->constraints || trainer->optimizer->whole || trainer->play->held->len > 0;
    double kept = faltung_averaging_kept(&trainer->options->average, trainer->position.step + 1);
    size_t chunks = n_chunks(trainer);
    int threads = update_threads(trainer);
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        /* momentum that decays ends among the denormals, which are slow; and all threads must
           agree on them */
        unsigned mode = faltung_denormals_flush();
#pragma omp for schedule(static) nowait
        for (size_t chunk = 0; chunk < chunks; chunk++) {
            size_t begin = chunk * CHUNK, n = MIN(trainer->learned - begin, CHUNK);
            float *slots[FALTUNG_MAX_SLOTS] = {0};
            for (int i = 0; i < trainer->n_used; i++)
                slots[trainer->used[i]] = trainer->slots[trainer->used[i]] + begin;
            if (clip->norm == 0.0)
                penalize_chunk(trainer, chunk);
            if (scale < 1.0)
                faltung_clip_scale(scale, n, gradients + begin);
            if (clip->value > 0.0)
                faltung_clip_value(clip->value, n, gradients + begin);
            if (!trainer->optimizer->whole)
                optimize(trainer, rate, begin, n, parameters + begin, gradients + begin, slots,
                         NULL);
            if (trainer->average && !later)
                faltung_averaging_add(kept, n, parameters + begin, trainer->average + begin);
        }
        faltung_denormals_restore(mode);
    }
    *l1 = sum_of_chunks(trainer, trainer->l1);
    double norm = sqrt(sum_of_chunks(trainer, trainer->squares));
    again->loss += *l1;
    if (trainer->optimizer->whole)
        optimize(trainer, rate, 0, trainer->learned, parameters, gradients, trainer->slots, again);
    if (trainer->constraints)
        faltung_constraints_apply(trainer->constraints, parameters, threads);
    faltung_play_hold(trainer->play, parameters);
    if (trainer->average && later) /* of the weights that were kept */
        faltung_averaging_add(kept, trainer->learned, parameters, trainer->average);
    faltung_network_share(trainer->network);
    return norm;
}

float *faltung_trainer_preview_update(const FaltungTrainer *trainer) {
    size_t bytes = trainer->block * sizeof(float);
    const float *before = faltung_network_parameters(trainer->network);
    float *after = g_memdup2(before, bytes);
    float *slots[FALTUNG_MAX_SLOTS] = {0};
    for (int i = 0; i < trainer->n_used; i++)
        slots[trainer->used[i]] = g_memdup2(trainer->slots[trainer->used[i]], bytes);
    optimize(trainer, next_rate(trainer), 0, trainer->learned, after,
             faltung_network_gradients(trainer->network), slots, NULL);
    for (int slot = 0; slot < FALTUNG_MAX_SLOTS; slot++)
        g_free(slots[slot]);
    for (size_t i = 0; i < trainer->block; i++)
        after[i] -= before[i];
    return after;
}

FaltungStanding *faltung_trainer_standing(const FaltungTrainer *trainer) {
    FaltungStanding *standing = faltung_standing_new(next_rate(trainer));
    standing->step = trainer->position.step;
    standing->remembers = TRUE;
    for (int i = 0; i < trainer->n_used; i++)
        standing->slots[trainer->used[i]] =
            g_memdup2(trainer->slots[trainer->used[i]], trainer->block * sizeof(float));
    g_array_append_vals(standing->acts, trainer->play->acts->data, trainer->play->done);
    return standing;
}

/* Names where the values that are not finite began. */
static void set_divergence_error(FaltungTrainer *trainer, double loss, int n, GError **error) {
    const FaltungGraph *graph = faltung_network_graph(trainer->network);
    gboolean finite = faltung_feed_inputs_finite(trainer->feed);
    int layer = finite ? faltung_find_divergence(trainer->network, trainer->learned,
                                                 trainer->position.step + 1, n)
                       : -1;
    trainer->failed_layer = layer;
    g_autofree char *where =
        layer >= 0 ? g_strdup_printf(_("the output of layer '%s' is the first that is not finite"),
                                     faltung_graph_layer(graph, layer)->name)
        : finite   ? g_strdup(_("every layer's output is finite, the loss itself overflows"))
                   : g_strdup(_("the samples themselves have values that are not finite"));
    faltung_fail(error, FALTUNG_ERROR_WORK,
                 "the loss is %s at step %" PRIu64 " (epoch %d): %s; try a smaller learning rate "
                 "(now %g), or an initializer with smaller weights",
                 isnan(loss) ? _("not a number") : _("infinite"), trainer->position.step + 1,
                 trainer->position.epoch + 1, where, next_rate(trainer));
}

int faltung_trainer_failed_layer(const FaltungTrainer *trainer) {
    return trainer->failed_layer;
}

static double now(void) {
    return g_get_monotonic_time() * 1e-6;
}

/* The @n samples from @begin of the epoch's order forward and backward. @loss: their mean loss */
static gboolean batches(FaltungTrainer *trainer, guint32 begin, int n, FaltungSums *sums,
                        double *loss, GError **error) {
    const FaltungTrainerPosition *position = &trainer->position;
    const FaltungStopwatch *stopwatch = faltung_network_stopwatch(trainer->network);
    int batch = faltung_network_batch(trainer->network), at = 0;
    for (guint64 index = 0; at < n; index++, at += batch) {
        int size = MIN(batch, n - at);
        /* dropout draws by this number */
        guint64 number = position->step * trainer->options->accumulate + index + 1;
        faltung_lap(stopwatch, NULL, FALTUNG_PART_OTHER);
        faltung_feed_load_augmented(trainer->feed, trainer->training, trainer->augment,
                                    position->epoch, trainer->order + begin + at, size);
        if (!faltung_dataset_check(trainer->training, error))
            return FALSE;
        guint32 next = begin + at + size, samples = n_samples(trainer);
        faltung_dataset_prefetch(trainer->training, trainer->order + next,
                                 MIN((guint32)batch, samples - next));
        faltung_lap(stopwatch, NULL, FALTUNG_PART_DATA);
        faltung_network_forward(trainer->network, TRUE, number);
        *loss = faltung_feed_compare(trainer->feed, TRUE, sums);
        faltung_lap(stopwatch, NULL, FALTUNG_PART_LOSS);
        if (!isfinite(*loss)) {
            set_divergence_error(trainer, *loss, size, error);
            return FALSE;
        }
        faltung_network_backward(trainer->network);
        if (trainer->gathered)
            gather_gradients(trainer, (double)size / n, at == 0, at + size == n);
    }
    if (trainer->gathered)
        *loss = sums->loss / n;
    return TRUE;
}

/* The loss and, clipped, the gradients of the same samples with the parameters as they are now. */
static double evaluate_again(gpointer data) {
    Again *again = data;
    FaltungTrainer *trainer = again->trainer;
    const FaltungClipping *clip = &trainer->options->clip;
    float *gradients = faltung_network_gradients(trainer->network);
    FaltungSums sums = {0};
    double loss = NAN;
    if (!batches(trainer, again->begin, again->n, &sums, &loss, NULL))
        return INFINITY;
    penalize_and_measure(trainer);
    if (clip->norm > 0.0)
        faltung_clip_scale(
            faltung_clip_norm_scale(clip->norm, sqrt(sum_of_chunks(trainer, trainer->squares))),
            trainer->learned, gradients);
    if (clip->value > 0.0)
        faltung_clip_value(clip->value, trainer->learned, gradients);
    return loss + sum_of_chunks(trainer, trainer->l1);
}

static gboolean take_step(FaltungTrainer *trainer, FaltungStepRow *row, GError **error) {
    g_assert(!faltung_trainer_finished(trainer) && !faltung_trainer_at_epoch_end(trainer));
    perform_due(trainer); /* what is to be done before the first step */
    double start = now();
    FaltungTrainerPosition *position = &trainer->position;
    guint64 steps = faltung_trainer_steps_an_epoch(trainer);
    guint64 group = faltung_network_batch(trainer->network) * (guint64)trainer->options->accumulate;
    guint32 begin = (position->step - position->epoch * steps) * group;
    int n = MIN(group, n_samples(trainer) - begin);

    shuffle(trainer, position->epoch);
    if (begin == 0)
        faltung_network_forget(trainer->network, TRUE);
    FaltungSums sums = {0};
    double loss = NAN;
    if (!batches(trainer, begin, n, &sums, &loss, error))
        return FALSE;
    const FaltungStopwatch *stopwatch = faltung_network_stopwatch(trainer->network);
    double rate = next_rate(trainer);
    Again again = {trainer, begin, n, loss};
    double l1, norm = update(trainer, rate, &again, &l1);
    faltung_lap(stopwatch, NULL, FALTUNG_PART_OPTIMIZER);

    position->step++;
    position->sum_loss += sums.loss + l1 * n;
    for (int i = 0; i < MIN(trainer->terms.n, FALTUNG_MOST_TERMS); i++)
        position->sum_terms[i] += trainer->terms.layers[i] < 0 ? l1 * n : sums.terms[i];
    for (int i = 0; i < FALTUNG_MOST_TERMS; i++)
        position->sum_correct[i] += sums.correct[i];
    position->n_samples += n;
    perform_due(trainer);
    double seconds = now() - start;
    position->seconds += seconds;
    faltung_pace_record(&trainer->pace, seconds, n);
    faltung_network_set_threads(trainer->network, trainer->pace.threads);
    double each = seconds / n, kept = trainer->seconds_a_sample > 0.0 ? 0.95 : 0.0;
    trainer->seconds_a_sample = kept * trainer->seconds_a_sample + (1.0 - kept) * each;
    *row = (FaltungStepRow){
        .step = position->step,
        .epoch = (double)position->step / steps,
        .loss = loss + l1,
        .learning_rate = rate,
        .grad_norm = norm,
        .samples_per_second = 1.0 / MAX(trainer->seconds_a_sample, 1e-9),
    };
    return TRUE;
}

gboolean faltung_trainer_step(FaltungTrainer *trainer, FaltungStepRow *row, GError **error) {
    unsigned mode = faltung_parallel_begin(); /* the threads join once a step */
    gboolean done = take_step(trainer, row, error);
    faltung_parallel_end(mode);
    return done;
}

/* -- epochs ------------------------------------------------------------------------------- */

static void swap_blocks(size_t n, float *restrict a, float *restrict b) {
    for (size_t i = 0; i < n; i++) {
        float value = a[i];
        a[i] = b[i];
        b[i] = value;
    }
}

/* What @epoch says of the validation samples. */
static void measure(FaltungTrainer *trainer, FaltungEpoch *epoch) {
    if (!trainer->validation)
        return;
    float *parameters = faltung_network_parameters(trainer->network);
    const float *weights = faltung_trainer_weights(trainer);
    gboolean averaged = weights != parameters;
    if (averaged)
        swap_blocks(trainer->block, parameters, trainer->average);
    epoch->validation = faltung_feed_evaluate(trainer->feed, trainer->validation, NULL,
                                              faltung_dataset_size(trainer->validation),
                                              faltung_watch_area(&trainer->watch), &epoch->scores);
    if (averaged)
        swap_blocks(trainer->block, parameters, trainer->average);
}

gboolean faltung_trainer_check_data(const FaltungTrainer *trainer, GError **error) {
    return faltung_dataset_check(trainer->training, error) &&
           (!trainer->validation || faltung_dataset_check(trainer->validation, error));
}

static void fill(FaltungTrainer *trainer, const FaltungEpoch *epoch, FaltungEpochRow *row) {
    faltung_epoch_fill(epoch, trainer->feed, &trainer->terms, &trainer->watch, row,
                       &trainer->readings);
}

const FaltungReadings *faltung_trainer_readings(const FaltungTrainer *trainer) {
    return &trainer->readings;
}

FaltungMetrics faltung_trainer_validate(FaltungTrainer *trainer) {
    g_auto(FaltungEpoch) epoch;
    FaltungEpochRow row;
    faltung_epoch_init(&epoch);
    measure(trainer, &epoch);
    fill(trainer, &epoch, &row);
    return epoch.validation;
}

void faltung_trainer_untrained(FaltungTrainer *trainer, FaltungEpochRow *row) {
    double start = now();
    guint32 samples = MIN(n_samples(trainer), UNTRAINED_SAMPLES);
    shuffle(trainer, 0);
    g_autoptr(GPtrArray) scores = NULL;
    g_auto(FaltungEpoch) epoch;
    faltung_epoch_init(&epoch);
    epoch.train = faltung_feed_evaluate(trainer->feed, trainer->training, trainer->order, samples,
                                        -1, &scores);
    for (guint i = 0; i < scores->len; i++)
        epoch.accuracy[i] = ((const FaltungScores *)scores->pdata[i])->accuracy;
    *row = (FaltungEpochRow){.learning_rate = learning_rate(trainer, 0, 0)};
    measure(trainer, &epoch);
    fill(trainer, &epoch, row);
    trainer->position.seconds += now() - start;
    row->seconds = trainer->position.seconds;
}

gboolean faltung_trainer_end_epoch(FaltungTrainer *trainer, FaltungEpochRow *row, gboolean *best,
                                   GError **error) {
    g_assert(faltung_trainer_at_epoch_end(trainer));
    double start = now();
    FaltungTrainerPosition *position = &trainer->position;
    g_auto(FaltungEpoch) epoch;
    faltung_epoch_init(&epoch);
    faltung_epoch_add_training(&epoch, trainer->feed, position);
    *row = (FaltungEpochRow){
        .learning_rate = learning_rate(trainer, position->epoch, position->step - 1),
    };
    measure(trainer, &epoch);
    fill(trainer, &epoch, row);
    if (!faltung_trainer_check_data(trainer, error))
        return FALSE;
    row->epoch = ++position->epoch;
    position->sum_loss = 0.0;
    memset(position->sum_correct, 0, sizeof position->sum_correct);
    memset(position->sum_terms, 0, sizeof position->sum_terms);
    position->n_samples = 0;

    double loss = trainer->validation ? row->validation.loss : row->train.loss;
    *best = trainer->stopping->judge(trainer->options->early_stopping.options, &position->stopping,
                                     row->epoch, faltung_epoch_watched(&epoch, &trainer->watch));
    if (*best)
        faltung_trainer_set_best(trainer, faltung_trainer_weights(trainer));
    if (trainer->schedule->judge)
        trainer->schedule->judge(trainer->options->schedule.options, &position->schedule,
                                 base_rate(trainer), loss);
    explain_stop(trainer);
    position->seconds += now() - start;
    row->seconds = position->seconds;
    return TRUE;
}
