/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/work.h"

#include "core/base/random.h"
#include "core/graph/fold.h"
#include "core/ops/layout.h"
#include "core/train/loss.h"
#include "core/train/trainer.h"

#include <math.h>

struct FaltungWork {
    FaltungTrainer *trainer; /* NULL: forward alone */
    FaltungNetwork *network; /* the trainer's, or its own */
    int samples;
};

/* Normal numbers or, where the network takes them, indices; and as targets what the loss asks for:
   classes at random, one for each row of the output, the sample itself where it has the output's
   size, or normal numbers again. */
static FaltungDataset *make_up_data(const FaltungExperiment *experiment, guint32 n) {
    const FaltungShape *shape = &experiment->graph->input;
    const FaltungLoss *loss = (const FaltungLoss *)experiment->train->loss.kind;
    FaltungRandom random = {.seed = 1, .purpose = FALTUNG_RANDOM_SAMPLE};
    size_t size = n * faltung_shape_size(shape);
    size_t width = faltung_shape_size(faltung_graph_output(experiment->graph));
    int n_indices = faltung_graph_n_indices(experiment->graph);
    float *values = g_new(float, size), *targets = NULL;
    for (size_t i = 0; i < size; i++)
        values[i] = n_indices ? floor(faltung_random_uniform(&random, i) * n_indices)
                              : faltung_random_normal(&random, i);
    random.stream = 1;
    if (loss->needs_classes) {
        int positions = faltung_layout_rows(faltung_graph_output(experiment->graph));
        int n_classes = width / positions;
        gint32 *classes = g_new(gint32, (size_t)n * positions);
        for (size_t i = 0; i < (size_t)n * positions; i++)
            classes[i] = faltung_random_uniform(&random, i) * n_classes;
        char **names = g_new0(char *, n_classes + 1);
        for (int i = 0; i < n_classes; i++)
            names[i] = g_strdup_printf("%d", i);
        return faltung_dataset_new_positions("made-up", n, *shape, NULL, values, classes, positions,
                                             names);
    }
    if (width != faltung_shape_size(shape)) {
        targets = g_new(float, n *width);
        for (size_t i = 0; i < n * width; i++)
            targets[i] = faltung_random_normal(&random, i);
    }
    return faltung_dataset_new_floats("made-up", n, *shape, values, NULL, NULL, targets,
                                      targets ? width : 0);
}

FaltungWork *faltung_work_new(const FaltungExperiment *experiment, int samples, gboolean infer,
                              int threads, GError **error) {
    g_autoptr(FaltungWork) work = g_new0(FaltungWork, 1);
    g_autoptr(FaltungDataset) data = make_up_data(experiment, samples);
    work->samples = samples;
    if (!infer) {
        work->trainer = faltung_trainer_new(experiment, data, NULL, threads, error);
        if (!work->trainer)
            return NULL;
        work->network = faltung_trainer_network(work->trainer);
        return g_steal_pointer(&work);
    }
    int batch = MIN(experiment->train->batch, samples);
    work->network =
        faltung_network_fold(faltung_network_new(experiment->graph, 1, batch, 0, threads));
    g_autofree guint32 *order = g_new(guint32, batch);
    g_autofree float *inputs = g_new(float, batch *faltung_shape_size(&experiment->graph->input));
    for (int i = 0; i < batch; i++)
        order[i] = i;
    faltung_dataset_gather(data, order, batch, inputs, NULL, NULL);
    faltung_network_set_input(work->network, batch, inputs);
    return g_steal_pointer(&work);
}

void faltung_work_free(FaltungWork *work) {
    if (!work)
        return;
    if (work->trainer)
        faltung_trainer_free(work->trainer);
    else
        faltung_network_free(work->network);
    g_free(work);
}

gboolean faltung_work_step(FaltungWork *work, GError **error) {
    if (!work->trainer) {
        faltung_network_forward(work->network, FALSE, 0);
        return TRUE;
    }
    FaltungStepRow row;
    FaltungEpochRow epoch;
    gboolean best;
    if (!faltung_trainer_step(work->trainer, &row, error))
        return FALSE;
    return !faltung_trainer_at_epoch_end(work->trainer) ||
           faltung_trainer_end_epoch(work->trainer, &epoch, &best, error);
}

FaltungNetwork *faltung_work_network(FaltungWork *work) {
    return work->network;
}

double faltung_work_batch(const FaltungWork *work) {
    return work->trainer ? (double)work->samples / faltung_trainer_steps_an_epoch(work->trainer)
                         : faltung_network_batch(work->network);
}

int faltung_work_letters(const FaltungWork *work) {
    const FaltungGraph *graph = faltung_network_graph(work->network);
    return faltung_graph_n_indices(graph) > 0 ? (int)faltung_shape_size(&graph->input) : 0;
}

double faltung_work_flops(const FaltungWork *work) {
    const FaltungGraph *graph = faltung_network_graph(work->network);
    return work->trainer ? faltung_graph_training_flops(graph) : faltung_graph_flops(graph);
}
