/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/train/trainer.h"
#include "tests/allocations.h"
#include "tests/train/experiments.h"

#include <stdlib.h>
#include <string.h>

/* -- what a training leaves, down to the bit ---------------------------------------------- */

/* Adds everything that has to be the same to a checksum; times are not. */
static void add_step(GChecksum *sum, const FaltungStepRow *row) {
    const double figures[] = {row->step, row->epoch, row->loss, row->learning_rate, row->grad_norm};
    g_checksum_update(sum, (const guchar *)figures, sizeof figures);
}

static void add_metrics(GChecksum *sum, const FaltungMetrics *metrics) {
    g_checksum_update(sum, (const guchar *)metrics, sizeof *metrics);
}

static void add_block(GChecksum *sum, FaltungTrainer *trainer, const float *block) {
    size_t n = faltung_network_block_size(faltung_trainer_network(trainer));
    g_checksum_update(sum, (const guchar *)block, n * sizeof(float));
}

static char *state(FaltungTrainer *trainer) {
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    add_block(sum, trainer, faltung_network_parameters(faltung_trainer_network(trainer)));
    for (int slot = 0; slot < faltung_trainer_n_slots(trainer); slot++) {
        g_assert_nonnull(faltung_trainer_slot_name(trainer, slot));
        add_block(sum, trainer, faltung_trainer_slot(trainer, slot));
    }
    if (faltung_trainer_best(trainer))
        add_block(sum, trainer, faltung_trainer_best(trainer));
    return g_strdup(g_checksum_get_string(sum));
}

/* Trains to the end of the epoch. Returns: whether it is the best so far. */
static gboolean train_epoch(FaltungTrainer *trainer, FaltungEpochRow *row) {
    FaltungStepRow step;
    while (!faltung_trainer_at_epoch_end(trainer))
        g_assert_true(faltung_trainer_step(trainer, &step, NULL));
    gboolean best;
    faltung_trainer_end_epoch(trainer, row, &best, NULL);
    return best;
}

/* Trains to the end, or @steps steps. Returns: a checksum of all rows. */
static char *train(FaltungTrainer *trainer, int steps, FaltungEpochRow *last) {
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    while (!faltung_trainer_finished(trainer)) {
        if (faltung_trainer_at_epoch_end(trainer)) {
            FaltungEpochRow row;
            gboolean best;
            faltung_trainer_end_epoch(trainer, &row, &best, NULL);
            g_assert_false(faltung_trainer_at_epoch_end(trainer));
            add_metrics(sum, &row.train);
            add_metrics(sum, &row.validation);
            g_checksum_update(sum, (const guchar *)&best, sizeof best);
            if (last)
                *last = row;
            continue;
        }
        if (steps-- == 0)
            break;
        g_autoptr(GError) error = NULL;
        FaltungStepRow row;
        faltung_trainer_step(trainer, &row, &error);
        g_assert_no_error(error);
        add_step(sum, &row);
    }
    return g_strdup(g_checksum_get_string(sum));
}

static void test_threads(gconstpointer yaml) {
    g_autoptr(FaltungExperiment) experiment = parse(yaml, NULL);
    g_autofree char *rows = NULL, *weights = NULL;
    const int threads[] = {1, 2, 3, 8};
    for (size_t t = 0; t < G_N_ELEMENTS(threads); t++) {
        g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, threads[t]);
        FaltungEpochRow last;
        g_autofree char *these_rows = train(trainer, -1, &last);
        g_autofree char *these_weights = state(trainer);
        g_assert_cmpint(faltung_trainer_epoch(trainer), ==, 3);
        if (t == 0) {
            g_assert_cmpfloat(last.validation.accuracy, >, 0.9); /* it does learn */
            rows = g_steal_pointer(&these_rows);
            weights = g_steal_pointer(&these_weights);
        } else {
            g_assert_cmpstr(these_rows, ==, rows);
            g_assert_cmpstr(these_weights, ==, weights);
        }
    }
}

/* The terms are told by name, and their sum is the loss. */
static void check_sum(const FaltungReadings *readings, int begin, double loss, const char *split) {
    static const char *const names[] = {"loss_few", "loss_picture", "loss_out", "l1"};
    double sum = 0.0;
    g_assert_cmpint(readings->n, >=, begin + (int)G_N_ELEMENTS(names));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const FaltungReading *term = &readings->all[begin + i];
        g_autofree char *name = g_strconcat(split, names[i], NULL);
        g_assert_cmpstr(term->name, ==, name);
        g_assert_cmpfloat(term->value, >, 0.0);
        sum += term->value;
    }
    g_assert_cmpfloat_with_epsilon(sum, loss, 1e-12);
}

static void test_terms(void) {
    g_autoptr(FaltungExperiment) experiment = parse(terms_yaml, NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 1);
    const FaltungReadings *readings = faltung_trainer_readings(trainer);
    FaltungEpochRow row;
    faltung_trainer_untrained(trainer, &row);
    check_sum(readings, 0, row.train.loss, "train_");
    g_free(train(trainer, -1, &row));
    check_sum(readings, 0, row.train.loss, "train_");
    check_sum(readings, 4, row.validation.loss, "val_");
}

static void test_seed(gconstpointer yaml) {
    g_autoptr(FaltungExperiment) one = parse(yaml, NULL);
    g_autoptr(FaltungExperiment) other = parse(yaml, "train.seed=13", NULL);
    g_autoptr(FaltungTrainer) a = new_trainer(one, 1), b = new_trainer(one, 1);
    g_autoptr(FaltungTrainer) c = new_trainer(other, 1);
    g_autofree char *rows_a = train(a, 3, NULL), *rows_b = train(b, 3, NULL);
    g_autofree char *rows_c = train(c, 3, NULL);
    g_assert_cmpstr(rows_a, ==, rows_b);
    g_assert_cmpstr(rows_a, !=, rows_c);
}

/* What a checkpoint keeps, from one trainer into a new one. */
static void move(FaltungTrainer *from, FaltungTrainer *to) {
    size_t bytes = faltung_network_block_size(faltung_trainer_network(from)) * sizeof(float);
    memcpy(faltung_network_parameters(faltung_trainer_network(to)),
           faltung_network_parameters(faltung_trainer_network(from)), bytes);
    for (int slot = 0; slot < faltung_trainer_n_slots(from); slot++)
        memcpy(faltung_trainer_slot(to, slot), faltung_trainer_slot(from, slot), bytes);
    if (faltung_trainer_best(from))
        faltung_trainer_set_best(to, faltung_trainer_best(from));
    FaltungTrainerPosition position;
    faltung_trainer_get_position(from, &position);
    faltung_trainer_set_position(to, &position);
}

/* Interrupted after every single step, and gone on with: the same bits. */
static void test_resume(gconstpointer yaml) {
    g_autoptr(FaltungExperiment) experiment =
        parse(yaml, "train.early_stopping={patience: {patience: 2}}", NULL);
    g_autoptr(FaltungTrainer) whole = new_trainer(experiment, 2);
    g_free(train(whole, -1, NULL));
    g_autofree char *weights = state(whole);
    g_assert_nonnull(faltung_trainer_best(whole));
    guint64 steps = faltung_trainer_step_count(whole);
    g_assert_cmpuint(faltung_trainer_steps_an_epoch(whole), ==, 7); /* 6 of 30, one of 20 */
    g_assert_cmpuint(steps, ==, 21);

    for (guint64 first = 0; first <= steps; first++) {
        g_autoptr(FaltungTrainer) interrupted = new_trainer(experiment, 1);
        g_free(train(interrupted, first, NULL));
        g_assert_cmpuint(faltung_trainer_step_count(interrupted), ==, first);
        g_autoptr(FaltungTrainer) resumed = new_trainer(experiment, 3);
        move(interrupted, resumed);
        g_autofree char *rest = train(interrupted, -1, NULL);
        g_autofree char *same_rest = train(resumed, -1, NULL);
        g_autofree char *same_weights = state(resumed);
        g_assert_cmpstr(rest, ==, same_rest);
        g_assert_cmpstr(weights, ==, same_weights);
        g_assert_cmpuint(faltung_trainer_step_count(resumed), ==, steps);
        g_assert_true(faltung_trainer_finished(resumed));
    }
}

/* Which layers change: all but the frozen ones; those not in a single bit. */
static void test_frozen(void) {
    g_autoptr(FaltungExperiment) experiment = parse(groups_yaml, NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 2);
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const FaltungGraph *graph = faltung_network_graph(network);
    const float *weights = faltung_network_parameters(network);
    size_t bytes = graph->block_size * sizeof(float);
    g_autofree float *before = g_memdup2(weights, bytes);
    g_free(train(trainer, -1, NULL));
    faltung_trainer_restore_best(trainer);
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        for (int p = 0; p < layer->n_parameters; p++) {
            size_t at = layer->parameters[p].offset, n = layer->parameters[p].packed_size;
            g_assert_cmpint(memcmp(before + at, weights + at, n * sizeof(float)) == 0, ==,
                            layer->frozen);
        }
    }
}

/* Frozen below, a layer has no backward: the gradient of its output is not even there. */
static void test_frozen_costs_nothing(void) {
    g_autoptr(FaltungExperiment) frozen = parse(groups_yaml, NULL);
    g_autoptr(FaltungExperiment) learned = parse(groups_yaml, "network.first.frozen=false", NULL);
    g_autoptr(FaltungTrainer) a = new_trainer(frozen, 1), b = new_trainer(learned, 1);
    g_autofree float *values = g_new(float, 40);
    FaltungNetwork *without = faltung_trainer_network(a), *with = faltung_trainer_network(b);
    g_assert_false(faltung_network_read_output_gradient(without, 0, 0, values));
    double saved = faltung_graph_training_flops(faltung_network_graph(with)) -
                   faltung_graph_training_flops(faltung_network_graph(without));
    /* of the first: weights and activation; of the second: the gradient of its input */
    double second = faltung_layer_flops(faltung_graph_layer(frozen->graph, 1)) - 300;
    double first = faltung_layer_flops(faltung_graph_layer(frozen->graph, 0));
    g_assert_cmpfloat(saved, ==, first + second);
}

/* The rate rises during the warm-up and falls after the second and, after a rest, the fourth epoch,
   none of which is so much better as the threshold wants. */
static void test_rates(void) {
    g_autoptr(FaltungExperiment) experiment = parse(rules_yaml, "train.epochs=5", NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 1);
    const double expected[] = {1, 1, 0.5, 0.5, 0.25}; /* by epochs, without the warm-up */
    for (int step = 0; step < 35; step++) {
        FaltungStepRow row;
        g_assert_true(faltung_trainer_step(trainer, &row, NULL));
        double warmup = MIN(1.0, (step + 1) / 10.5);
        assert_close(row.learning_rate, 0.002 * warmup * expected[step / 7], 1e-12, 0);
        if (!faltung_trainer_at_epoch_end(trainer))
            continue;
        FaltungEpochRow epoch;
        gboolean best;
        faltung_trainer_end_epoch(trainer, &epoch, &best, NULL);
        g_assert_cmpfloat(epoch.learning_rate, ==, row.learning_rate);
    }
}

/* Two halves of a batch, one after the other, are the batch but for rounding; of the last step's
   20 samples the first 15 and the other 5. */
static void test_accumulated(void) {
    static const char *const no_dropout = "network.dropout.rate=0";
    g_autoptr(FaltungExperiment) one = parse(dense_yaml, no_dropout, NULL);
    g_autoptr(FaltungExperiment) halves =
        parse(dense_yaml, no_dropout, "train.batch=15", "train.accumulate=2", NULL);
    g_autoptr(FaltungTrainer) a = new_trainer(one, 1), b = new_trainer(halves, 1);
    g_assert_cmpuint(faltung_trainer_steps_an_epoch(b), ==, 7);
    for (int step = 1; step <= 7; step++) {
        FaltungStepRow row_a, row_b;
        g_assert_true(faltung_trainer_step(a, &row_a, NULL));
        g_assert_true(faltung_trainer_step(b, &row_b, NULL));
        assert_close(row_b.loss, row_a.loss, 1e-5, 0);
        assert_close(row_b.grad_norm, row_a.grad_norm, 1e-4, 0);
        g_assert_cmpfloat(row_b.epoch, ==, row_a.epoch);
    }
    g_assert_true(faltung_trainer_at_epoch_end(b));
    size_t n = faltung_network_block_size(faltung_trainer_network(a));
    const float *weights_a = faltung_network_parameters(faltung_trainer_network(a));
    const float *weights_b = faltung_network_parameters(faltung_trainer_network(b));
    for (size_t i = 0; i < n; i++)
        assert_close(weights_b[i], weights_a[i], 1e-4, 0.01);
}

/* The mean is that of the weights after every step; it is what is validated and what is left. */
static void test_average(void) {
    g_autoptr(FaltungExperiment) experiment = parse(dense_yaml, "train.average.decay=0.6", NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 1);
    FaltungNetwork *network = faltung_trainer_network(trainer);
    size_t n = faltung_network_block_size(network), bytes = n * sizeof(float);
    const float *weights = faltung_network_parameters(network);
    g_autofree double *mean = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        mean[i] = weights[i];
    FaltungEpochRow row;
    for (int step = 1; !faltung_trainer_finished(trainer); step++) {
        FaltungStepRow unused;
        g_assert_true(faltung_trainer_step(trainer, &unused, NULL));
        double kept = MIN(0.6, (1.0 + step) / (10.0 + step));
        for (size_t i = 0; i < n; i++)
            mean[i] = kept * mean[i] + (1.0 - kept) * weights[i];
        gboolean best;
        if (faltung_trainer_at_epoch_end(trainer))
            faltung_trainer_end_epoch(trainer, &row, &best, NULL);
    }
    const float *average = faltung_trainer_weights(trainer);
    g_assert_true(average != weights);
    for (size_t i = 0; i < n; i++)
        assert_close(average[i], mean[i], 1e-4, 0.01);
    g_autofree float *last = g_memdup2(weights, bytes), *kept = g_memdup2(average, bytes);
    g_assert_cmpfloat(faltung_trainer_validate(trainer).loss, ==, row.validation.loss);
    g_assert_cmpmem(weights, bytes, last, bytes); /* only during the validation */
    faltung_trainer_restore_best(trainer);
    g_assert_cmpmem(weights, bytes, kept, bytes);
    g_assert_cmpfloat(faltung_trainer_validate(trainer).loss, ==, row.validation.loss);
    g_assert_true(memcmp(last, kept, bytes) != 0);
}

/* The largest accuracy, the first where several are equal, is the best. */
static void test_stopping_by_accuracy(void) {
    g_autoptr(FaltungExperiment) experiment =
        parse(dense_yaml, "train.early_stopping={patience: {metric: val_accuracy, patience: 3}}",
              "train.epochs=60", "train.schedule=constant", NULL);
    g_autoptr(FaltungDataset) training = new_images(60, 1, 3.0f);
    g_autoptr(FaltungDataset) validation = new_images(60, 2, 3.0f);
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, training, validation, 1, NULL);
    double most = -1.0;
    int best_epoch = 0, epoch = 0;
    while (!faltung_trainer_finished(trainer)) {
        FaltungEpochRow row;
        gboolean best = train_epoch(trainer, &row);
        epoch = row.epoch;
        g_assert_cmpint(best, ==, row.validation.accuracy > most);
        if (best) {
            most = row.validation.accuracy;
            best_epoch = epoch;
        }
    }
    g_assert_cmpint(epoch, ==, best_epoch + 3);
    g_autofree char *expected = g_strdup_printf("the validation accuracy has not been better than "
                                                "%.4g since epoch %d",
                                                most, best_epoch);
    g_assert_cmpstr(faltung_trainer_stopped_early(trainer), ==, expected);

    g_autoptr(FaltungExperiment) nonsense =
        parse(dense_yaml, "train.early_stopping={patience: {metric: val_mae}}", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_null(faltung_trainer_new(nonsense, training, validation, 1, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_SHAPE);
    g_assert_nonnull(strstr(error->message, "val_accuracy"));
}

/* Every figure that can be watched is told where it applies; of those that grow the best is the
   largest. */
static void test_stopping_by_scores(void) {
    const char *const figures[] = {"val_f1", "val_r2"};
    for (int values = 0; values < 2; values++) {
        g_autofree char *rule = g_strdup_printf(
            "train.early_stopping={patience: {metric: %s, patience: 2}}", figures[values]);
        g_autoptr(FaltungExperiment) experiment =
            parse(dense_yaml, rule, "train.epochs=8", "train.schedule=constant",
                  values ? "train.loss=mse" : "train.loss=softmax_cross_entropy",
                  values ? "data.reconstruct=true" : "data.reconstruct=false", NULL);
        g_assert_nonnull(experiment);
        g_autoptr(FaltungDataset) training = new_images(60, 1, 3.0f);
        g_autoptr(FaltungDataset) validation = new_images(60, 2, 3.0f);
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungTrainer) trainer =
            faltung_trainer_new(experiment, training, validation, 1, &error);
        if (values) { /* of classes there is no R2 */
            g_assert_null(trainer);
            g_assert_nonnull(strstr(error->message, "val_r2 is not measured of 'out'; there are "
                                                    "val_loss, val_accuracy, val_f1"));
            continue;
        }
        g_assert_no_error(error);
        double most = -1.0;
        while (!faltung_trainer_finished(trainer)) {
            FaltungEpochRow row;
            gboolean best = train_epoch(trainer, &row);
            const FaltungReadings *readings = faltung_trainer_readings(trainer);
            g_assert_cmpint(readings->n, ==, 1);
            g_assert_cmpstr(readings->all[0].name, ==, "val_f1");
            double f1 = readings->all[0].value;
            g_autoptr(GPtrArray) scores = NULL;
            faltung_evaluate(faltung_trainer_network(trainer), &experiment->train->loss, validation,
                             &scores);
            g_assert_cmpint(scores->len, ==, 1);
            g_assert_cmpfloat(f1, ==, ((const FaltungScores *)scores->pdata[0])->f1);
            g_assert_cmpint(best, ==, f1 > most);
            most = MAX(most, f1);
        }
    }
}

/* Between the last step of an epoch and its end. */
static void test_resume_at_epoch_end(void) {
    g_autoptr(FaltungExperiment) experiment = parse(dense_yaml, NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 1);
    g_autoptr(FaltungTrainer) resumed = new_trainer(experiment, 1);
    FaltungStepRow row;
    for (int i = 0; i < 7; i++)
        g_assert_true(faltung_trainer_step(trainer, &row, NULL));
    g_assert_true(faltung_trainer_at_epoch_end(trainer));
    move(trainer, resumed);
    g_assert_true(faltung_trainer_at_epoch_end(resumed));
    FaltungEpochRow a, b;
    gboolean best;
    faltung_trainer_end_epoch(trainer, &a, &best, NULL);
    faltung_trainer_end_epoch(resumed, &b, &best, NULL);
    g_assert_cmpmem(&a.train, sizeof a.train, &b.train, sizeof b.train);
    g_assert_cmpint(b.epoch, ==, 1);
}

/* -- rows --------------------------------------------------------------------------------- */

static void test_rows(void) {
    g_autoptr(FaltungExperiment) experiment = parse(convolution_yaml, NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 1);
    FaltungEpochRow untrained;
    faltung_trainer_untrained(trainer, &untrained);
    g_assert_cmpint(untrained.epoch, ==, 0);
    g_assert_cmpfloat(untrained.learning_rate, ==, 0.01);
    g_assert_cmpfloat(untrained.validation.accuracy, <, 0.7);
    g_assert_true(isfinite(untrained.train.loss) && isfinite(untrained.train.accuracy));
    g_assert_true(isnan(untrained.train.mae) && isnan(untrained.validation.rmse));

    double sum = 0.0;
    for (int i = 1; i <= 7; i++) {
        FaltungStepRow row;
        g_assert_true(faltung_trainer_step(trainer, &row, NULL));
        g_assert_cmpuint(row.step, ==, i);
        assert_close(row.epoch, i / 7.0, 1e-12, 0);
        g_assert_cmpfloat(row.samples_per_second, >, 0.0);
        sum += row.loss * (i < 7 ? 30 : 20);

        /* the norm, against the gradients themselves */
        FaltungNetwork *network = faltung_trainer_network(trainer);
        double squares = 0.0;
        for (int layer = 0; layer < 5; layer++) {
            const FaltungLayer *l = faltung_graph_layer(faltung_network_graph(network), layer);
            for (int p = 0; p < l->n_parameters; p++) {
                size_t n = faltung_shape_size(&l->parameters[p].shape);
                g_autofree float *values = g_new(float, n);
                faltung_network_unpack(network, faltung_network_gradients(network), layer, p,
                                       values);
                for (size_t k = 0; k < n; k++)
                    squares += (double)values[k] * values[k];
            }
        }
        assert_close(row.grad_norm, sqrt(squares), 1e-9, 0);
    }
    FaltungEpochRow row;
    gboolean best = TRUE;
    faltung_trainer_end_epoch(trainer, &row, &best, NULL);
    g_assert_false(best); /* nothing is kept without early stopping */
    g_assert_cmpint(row.epoch, ==, 1);
    assert_close(row.train.loss, sum / 200, 1e-12, 0);
    g_assert_cmpfloat(row.validation.accuracy, >, untrained.validation.accuracy);
    g_assert_cmpfloat(row.seconds, >, untrained.seconds);

    /* the same figures by another way */
    g_autoptr(FaltungDataset) validation = new_images(77, 2, 0.5f);
    FaltungMetrics metrics = faltung_evaluate(faltung_trainer_network(trainer),
                                              &experiment->train->loss, validation, NULL);
    g_assert_cmpmem(&metrics, sizeof metrics, &row.validation, sizeof metrics);
}

/* Numbers as targets: the metrics by hand, from a network that gives 0. */
static void test_value_metrics(void) {
    g_autoptr(FaltungExperiment) experiment =
        parse("name: line\n"
              "data: {name: boston-housing}\n"
              "network: {input: [3], layers: [dense: {units: 2, init: zeros}]}\n"
              "train: {loss: mse, batch: 4}\n",
              NULL);
    float *values = g_new(float, 15), *targets = g_new(float, 10);
    fill_random(3, 15, values);
    for (int i = 0; i < 10; i++)
        targets[i] = i - 3;
    g_autoptr(FaltungDataset) dataset =
        faltung_dataset_new_floats("values", 5, FALTUNG_SHAPE(3), values, NULL, NULL, targets, 2);
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, dataset, dataset, 1, NULL);
    FaltungMetrics metrics = faltung_trainer_validate(trainer);
    assert_close(metrics.mae, (3 + 2 + 1 + 0 + 1 + 2 + 3 + 4 + 5 + 6) / 10.0, 1e-7, 0);
    assert_close(metrics.rmse, sqrt(105 / 10.0), 1e-7, 0);
    assert_close(metrics.loss, 10.5, 1e-7, 0);
    g_assert_true(isnan(metrics.accuracy));

    g_autoptr(FaltungTrainer) alone = faltung_trainer_new(experiment, dataset, NULL, 1, NULL);
    g_assert_true(isnan(faltung_trainer_validate(alone).loss));
    g_free(train(alone, -1, NULL));
}

/* An image as its own target: channels lie last inside the network, first in the data. */
static void test_autoencoder(void) {
    g_autoptr(FaltungExperiment) experiment =
        parse("name: copy\n"
              "data: {name: digits}\n"
              "network: {input: [3, 4, 5], layers: [conv2d: {filters: 3, kernel: 1}]}\n"
              "train: {loss: mse, batch: 4}\n",
              NULL);
    float *values = g_new(float, 6 * 60);
    fill_random(5, 6 * 60, values);
    g_autoptr(FaltungDataset) dataset = faltung_dataset_new_floats(
        "images", 6, FALTUNG_SHAPE(3, 4, 5), values, NULL, NULL, NULL, 0);
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, dataset, dataset, 1, NULL);
    FaltungNetwork *network = faltung_trainer_network(trainer);
    const float identity[] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, none[] = {0, 0, 0};
    faltung_network_pack(network, faltung_network_parameters(network), 0, 0, identity);
    if (faltung_graph_layer(faltung_network_graph(network), 0)->n_parameters > 1)
        faltung_network_pack(network, faltung_network_parameters(network), 0, 1, none);
    g_assert_cmpfloat(faltung_trainer_validate(trainer).loss, ==, 0.0);
}

/* -- early stopping ----------------------------------------------------------------------- */

/* More noise than signal: after some epochs the validation loss only grows. */
static void test_early_stopping(void) {
    g_autoptr(FaltungExperiment) experiment =
        parse(dense_yaml, "train.early_stopping={patience: {patience: 3}}", "train.epochs=60",
              "train.schedule=constant", "train.optimizer.sgd.lr=0.002", NULL);
    g_autoptr(FaltungDataset) training = new_images(60, 1, 3.0f);
    g_autoptr(FaltungDataset) validation = new_images(60, 2, 3.0f);
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, training, validation, 1, NULL);
    FaltungNetwork *network = faltung_trainer_network(trainer);
    size_t bytes = faltung_network_block_size(network) * sizeof(float);
    g_autofree float *kept = g_malloc(bytes);
    double least = INFINITY;
    int best_epoch = 0, epoch = 0;
    while (!faltung_trainer_finished(trainer)) {
        g_assert_null(faltung_trainer_stopped_early(trainer));
        FaltungEpochRow row;
        gboolean best = train_epoch(trainer, &row);
        epoch = row.epoch;
        g_assert_cmpint(best, ==, row.validation.loss < least);
        if (best) {
            least = row.validation.loss;
            best_epoch = epoch;
            memcpy(kept, faltung_network_parameters(network), bytes);
        }
    }
    g_assert_cmpint(epoch, <, 60);
    g_assert_cmpint(best_epoch, >, 2);
    g_assert_cmpint(epoch, ==, best_epoch + 3);
    g_test_message("%s", faltung_trainer_stopped_early(trainer));
    g_assert_nonnull(strstr(faltung_trainer_stopped_early(trainer), "validation loss"));
    g_assert_cmpmem(faltung_trainer_best(trainer), bytes, kept, bytes);
    faltung_trainer_restore_best(trainer);
    g_assert_cmpmem(faltung_network_parameters(network), bytes, kept, bytes);
    g_assert_cmpfloat(faltung_trainer_validate(trainer).loss, ==, least);

    /* resumed at this moment it knows that it has stopped */
    g_autoptr(FaltungTrainer) resumed =
        faltung_trainer_new(experiment, training, validation, 1, NULL);
    move(trainer, resumed);
    g_assert_true(faltung_trainer_finished(resumed));
    g_assert_cmpstr(faltung_trainer_stopped_early(resumed), ==,
                    faltung_trainer_stopped_early(trainer));
}

/* -- what goes wrong ---------------------------------------------------------------------- */

static void test_divergence(void) {
    g_autoptr(FaltungExperiment) experiment =
        parse(dense_yaml, "train.optimizer.sgd.lr=1e30", "train.schedule=constant",
              "train.loss=mse", NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 1);
    g_autoptr(GError) error = NULL;
    FaltungStepRow row;
    int steps = 0;
    while (faltung_trainer_step(trainer, &row, &error))
        g_assert_cmpint(++steps, <, 7);
    g_test_message("%s", error->message);
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
    g_assert_nonnull(strstr(error->message, "layer 'hidden'"));
    g_assert_nonnull(strstr(error->message, "learning rate"));
    g_assert_cmpuint(faltung_trainer_step_count(trainer), ==, steps);

    /* in a later layer alone */
    g_autoptr(FaltungTrainer) late = new_trainer(experiment, 1);
    FaltungNetwork *network = faltung_trainer_network(late);
    float weights[4 * 300];
    for (size_t i = 0; i < G_N_ELEMENTS(weights); i++)
        weights[i] = INFINITY;
    faltung_network_pack(network, faltung_network_parameters(network), 2, 0, weights);
    g_clear_error(&error);
    g_assert_false(faltung_trainer_step(late, &row, &error));
    g_assert_nonnull(strstr(error->message, "layer 'out'"));
}

static void test_bad_samples(void) {
    g_autoptr(FaltungExperiment) experiment = parse(dense_yaml, NULL);
    g_autoptr(FaltungDataset) dataset = new_images(30, 1, NAN);
    g_autoptr(FaltungTrainer) trainer = faltung_trainer_new(experiment, dataset, NULL, 1, NULL);
    g_autoptr(GError) error = NULL;
    FaltungStepRow row;
    g_assert_false(faltung_trainer_step(trainer, &row, &error));
    g_assert_nonnull(strstr(error->message, "samples themselves"));
}

static void check_misfit(const FaltungExperiment *experiment, FaltungDataset *dataset,
                         const char *problem, const char *cure) {
    g_autoptr(GError) error = NULL;
    g_assert_null(faltung_trainer_new(experiment, dataset, NULL, 1, &error));
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, "test.yaml"));
    g_assert_nonnull(strstr(error->message, problem));
    g_assert_nonnull(strstr(error->message, cure));
}

#define LARGE "dense: {units: 60000}, "
#define FOUR LARGE LARGE LARGE LARGE

static void test_misfits(void) {
    g_autoptr(FaltungDataset) images = new_images(20, 1, 1.0f);
    g_autoptr(FaltungExperiment) larger =
        parse("name: x\ndata: {name: digits}\n"
              "network: {input: [1, 9, 9], layers: [flatten:, dense: {units: 4}]}\n"
              "train: {loss: softmax_cross_entropy}\n",
              NULL);
    check_misfit(larger, images, "1 x 9 x 9", "[1, 8, 8]");
    g_autoptr(FaltungExperiment) units = parse(dense_yaml, "network.out.units=10", NULL);
    check_misfit(units, images, "4 classes", "4 units");

    float *values = g_new0(float, 128), *targets = g_new0(float, 2);
    g_autoptr(FaltungDataset) numbers =
        faltung_dataset_new_floats("numbers", 2, FALTUNG_SHAPE(64), values, NULL, NULL, targets, 1);
    g_autoptr(FaltungExperiment) classes = parse(dense_yaml, NULL);
    check_misfit(classes, numbers, "needs classes", "mse");
    g_autoptr(FaltungExperiment) outputs = parse(dense_yaml, "train.loss=mse", NULL);
    check_misfit(outputs, numbers, "1 value a sample", "1 unit");
    g_autoptr(FaltungDataset) itself = faltung_dataset_new_floats(
        "itself", 2, FALTUNG_SHAPE(64), g_new0(float, 128), NULL, NULL, NULL, 0);
    check_misfit(outputs, itself, "no targets", "64");
    g_autoptr(FaltungDataset) empty = faltung_dataset_subset(images, g_new(guint32, 1), 0);
    check_misfit(classes, empty, "no samples", "data.limit");
    g_autoptr(FaltungExperiment) huge =
        parse("name: x\ndata: {name: digits}\n"
              "network: {input: [1, 8, 8], layers: [flatten:, " FOUR FOUR FOUR FOUR
              "dense: {units: 4}]}\n"
              "train: {loss: softmax_cross_entropy}\n",
              NULL);
    check_misfit(huge, images, "the network needs", "smaller");
}

/* -- memory ------------------------------------------------------------------------------- */

static void test_no_allocation(gconstpointer yaml) {
    g_autoptr(FaltungExperiment) experiment = parse(yaml, NULL);
    g_autoptr(FaltungTrainer) trainer = new_trainer(experiment, 1); /* more: OpenMP's own */
    FaltungStepRow row;
    gboolean ok = faltung_trainer_step(trainer, &row, NULL);
    g_assert_true(ok);
    count_allocations();
    for (int i = 1; i < 7; i++)
        ok &= faltung_trainer_step(trainer, &row, NULL);
    assert_no_allocations();
    g_assert_true(ok);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/train/trainer/threads/dense", dense_yaml, test_threads);
    g_test_add_data_func("/train/trainer/threads/rules", rules_yaml, test_threads);
    g_test_add_data_func("/train/trainer/threads/convolution", convolution_yaml, test_threads);
    g_test_add_data_func("/train/trainer/threads/groups", groups_yaml, test_threads);
    g_test_add_data_func("/train/trainer/threads/terms", terms_yaml, test_threads);
    g_test_add_data_func("/train/trainer/resume/terms", terms_yaml, test_resume);
    g_test_add_func("/train/trainer/terms", test_terms);
    g_test_add_data_func("/train/trainer/resume/groups", groups_yaml, test_resume);
    g_test_add_data_func("/train/trainer/no-allocation/groups", groups_yaml, test_no_allocation);
    g_test_add_func("/train/trainer/frozen", test_frozen);
    g_test_add_func("/train/trainer/frozen-costs-nothing", test_frozen_costs_nothing);
    g_test_add_data_func("/train/trainer/seed", dense_yaml, test_seed);
    g_test_add_data_func("/train/trainer/resume/dense", dense_yaml, test_resume);
    g_test_add_data_func("/train/trainer/resume/rules", rules_yaml, test_resume);
    g_test_add_data_func("/train/trainer/resume/convolution", convolution_yaml, test_resume);
    g_test_add_func("/train/trainer/resume/epoch-end", test_resume_at_epoch_end);
    g_test_add_func("/train/trainer/accumulated", test_accumulated);
    g_test_add_func("/train/trainer/average", test_average);
    g_test_add_func("/train/trainer/stopping-by-accuracy", test_stopping_by_accuracy);
    g_test_add_func("/train/trainer/stopping-by-scores", test_stopping_by_scores);
    g_test_add_func("/train/trainer/rates", test_rates);
    g_test_add_func("/train/trainer/rows", test_rows);
    g_test_add_func("/train/trainer/value-metrics", test_value_metrics);
    g_test_add_func("/train/trainer/autoencoder", test_autoencoder);
    g_test_add_func("/train/trainer/early-stopping", test_early_stopping);
    g_test_add_func("/train/trainer/divergence", test_divergence);
    g_test_add_func("/train/trainer/bad-samples", test_bad_samples);
    g_test_add_func("/train/trainer/misfits", test_misfits);
    g_test_add_data_func("/train/trainer/no-allocation/dense", dense_yaml, test_no_allocation);
    g_test_add_data_func("/train/trainer/no-allocation/rules", rules_yaml, test_no_allocation);
    g_test_add_data_func("/train/trainer/no-allocation/convolution", convolution_yaml,
                         test_no_allocation);
    return g_test_run();
}
