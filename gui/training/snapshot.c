/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/snapshot.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

void faltung_wanted_set(FaltungWanted *wanted, const FaltungWanted *from) {
    GBytes *own = from->own != NULL ? g_bytes_ref(from->own) : NULL;
    faltung_wanted_clear(wanted);
    *wanted = *from;
    wanted->own = own;
}

void faltung_wanted_clear(FaltungWanted *wanted) {
    g_clear_pointer(&wanted->own, g_bytes_unref);
}

gboolean faltung_wanted_equal(const FaltungWanted *a, const FaltungWanted *b) {
    return a->sample == b->sample && a->own == b->own && a->strips == b->strips &&
           a->near == b->near && a->norms == b->norms && a->analyses == b->analyses &&
           a->weights == b->weights && a->standing == b->standing && a->layer == b->layer &&
           a->inside == b->inside && a->inside_layer == b->inside_layer && a->dark == b->dark &&
           a->strip_scale == b->strip_scale && a->picture_width == b->picture_width;
}

static void tensor_free(gpointer data) {
    FaltungTensor *tensor = data;
    g_free(tensor->name);
    g_free(tensor->values);
    g_clear_pointer(&tensor->histogram, faltung_histogram_free);
    g_clear_pointer(&tensor->picture, faltung_picture_unref);
    g_free(tensor);
}

FaltungSnapshot *faltung_snapshot_ref(FaltungSnapshot *snapshot) {
    g_atomic_ref_count_inc(&snapshot->references);
    return snapshot;
}

void faltung_snapshot_unref(FaltungSnapshot *snapshot) {
    if (!g_atomic_ref_count_dec(&snapshot->references)) {
        return;
    }
    for (int i = 0; i <= snapshot->n_layers; i++) {
        faltung_card_pictures_clear(&snapshot->strips[i]);
        g_free(snapshot->values[i]);
    }
    g_free(snapshot->strips);
    g_free(snapshot->values);
    g_ptr_array_unref(snapshot->tensors);
    g_ptr_array_unref(snapshot->inside);
    g_free(snapshot->output);
    g_clear_pointer(&snapshot->weights, faltung_weights_unref);
    faltung_wanted_clear(&snapshot->wanted);
    g_free(snapshot);
}

/* Takes @values; the picture and the histogram are made here, off the window's thread. */
static void add_tensor(FaltungSnapshot *snapshot, char *name, FaltungShape shape, float *values,
                       gboolean diverging) {
    const FaltungWanted *wanted = &snapshot->wanted;
    FaltungTensor *tensor = g_new0(FaltungTensor, 1);
    tensor->name = name;
    tensor->shape = shape;
    tensor->values = values;
    tensor->n = faltung_shape_size(&shape);
    tensor->histogram = faltung_histogram_new(values, tensor->n, 0);
    int height = shape.rank < 2 ? wanted->picture_width / 4 : wanted->picture_width;
    tensor->picture = faltung_picture_new(&shape, values, diverging, wanted->dark,
                                          wanted->picture_width, height, FALSE);
    g_ptr_array_add(snapshot->tensors, tensor);
}

static float *new_values(const FaltungShape *shape) {
    return g_new(float, faltung_shape_size(shape));
}

static void take_parameters(FaltungSnapshot *snapshot, FaltungNetwork *network,
                            const FaltungLayer *layer, gboolean gradients) {
    for (int p = 0; p < layer->n_parameters; p++) {
        const FaltungParameter *parameter = &layer->parameters[p];
        float *values = new_values(&parameter->shape);
        faltung_network_unpack(network, faltung_network_parameters(network), snapshot->wanted.layer,
                               p, values);
        add_tensor(snapshot, g_strdup(parameter->name), parameter->shape, values, TRUE);
        if (gradients) {
            values = new_values(&parameter->shape);
            faltung_network_unpack(network, faltung_network_gradients(network),
                                   snapshot->wanted.layer, p, values);
            add_tensor(snapshot, g_strdup_printf(_("gradient of %s"), parameter->name),
                       parameter->shape, values, TRUE);
        }
    }
}

/* The parameters among what lies inside are tensors already. */
static void add_inside(FaltungSnapshot *snapshot, FaltungNetwork *network, int layer,
                       const FaltungSpelling *spelling) {
    g_autoptr(GPtrArray) list = faltung_inside_list();
    faltung_inside_read(network, layer, spelling, list);
    for (guint i = 0; i < list->len; i++) {
        FaltungInside *inside = list->pdata[i];
        if (!inside->inner->parameter) {
            gboolean diverging =
                faltung_values_signed(inside->values, faltung_shape_size(&inside->shape));
            add_tensor(snapshot, g_strdup(inside->inner->name), inside->shape,
                       g_steal_pointer(&inside->values), diverging);
        }
    }
}

/* What goes through the network, and where it is written down. */
typedef struct {
    FaltungSnapshot *snapshot;
    FaltungSpelling spelling;
} Probe;

/* A FaltungLayerVisit: the network has each output, and what lies inside, for as long as it needs
   it. */
static void take_output(FaltungNetwork *network, int i, gpointer data) {
    const Probe *probe = data;
    FaltungSnapshot *snapshot = probe->snapshot;
    const FaltungWanted *wanted = &snapshot->wanted;
    const FaltungShape *shape =
        &faltung_graph_layer(faltung_network_graph(network), i)->output_shape;
    gboolean shown = wanted->layer == i, last = i == snapshot->n_layers - 1;
    if (wanted->inside && wanted->inside_layer == i) {
        faltung_inside_read(network, i, &probe->spelling, snapshot->inside);
    }
    if (!wanted->strips && !shown && !last) {
        return;
    }
    float *values = new_values(shape);
    size_t n = faltung_shape_size(shape);
    faltung_network_read_output(network, i, 0, values);
    gboolean diverging = faltung_values_signed(values, n);
    if (wanted->strips) {
        snapshot->strips[i + 1] = faltung_card_pictures_take(
            network, i, values, &probe->spelling, wanted->near, wanted->dark, wanted->strip_scale);
        snapshot->values[i + 1] = g_memdup2(values, n * sizeof(float));
    }
    if (last) {
        snapshot->n_outputs = (int)n;
        snapshot->output = g_memdup2(values, n * sizeof(float));
    }
    if (shown) {
        add_tensor(snapshot, g_strdup("output"), *shape, g_steal_pointer(&values), diverging);
        add_inside(snapshot, network, i, &probe->spelling);
    }
    g_free(values);
}

static void take_probe(FaltungSnapshot *snapshot, FaltungNetwork *network,
                       FaltungDataset *validation) {
    const FaltungGraph *graph = faltung_network_graph(network);
    const FaltungShape *shape = faltung_dataset_shape(validation);
    FaltungWanted *wanted = &snapshot->wanted;
    guint32 size = faltung_dataset_size(validation);
    gboolean own = wanted->own != NULL;
    if (own && g_bytes_get_size(wanted->own) != faltung_shape_size(shape) * sizeof(float)) {
        return; /* of other data */
    }
    if (size == 0 || faltung_shape_size(shape) != faltung_shape_size(&graph->input)) {
        return;
    }
    guint32 index = MIN(wanted->sample, size - 1);
    g_autofree float *sample = new_values(shape), *raw = new_values(shape);
    if (own) {
        memcpy(raw, g_bytes_get_data(wanted->own, NULL), g_bytes_get_size(wanted->own));
        faltung_dataset_scale(validation, raw, sample);
    } else {
        faltung_dataset_raw(validation, index, raw);
        faltung_dataset_gather(validation, &index, 1, sample, NULL, NULL);
    }
    if (wanted->strips) {
        snapshot->strips[0].output = faltung_picture_of_sample(
            shape, raw, faltung_picture_range(validation), wanted->dark,
            wanted->strip_scale * FALTUNG_LIVE_WIDTH, wanted->strip_scale * FALTUNG_LIVE_HEIGHT);
        snapshot->values[0] = g_memdup2(sample, faltung_shape_size(shape) * sizeof(float));
    }
    if (!own && faltung_dataset_target_type(validation) == FALTUNG_TARGET_CLASS) {
        snapshot->target = faltung_dataset_class(validation, index);
    }
    const FaltungText *text = faltung_dataset_text(validation);
    Probe probe = {snapshot, {.sample = sample}};
    if (text != NULL) {
        probe.spelling.vocabulary = faltung_text_vocabulary(text, &probe.spelling.n);
    }
    faltung_network_set_input(network, 1, sample);
    faltung_network_forward_visiting(network, FALSE, 0, take_output, &probe);
    if (wanted->layer == FALTUNG_INPUT) {
        gboolean diverging = faltung_values_signed(sample, faltung_shape_size(shape));
        add_tensor(snapshot, g_strdup("input"), *shape, g_steal_pointer(&sample), diverging);
    }
}

FaltungSnapshot *faltung_snapshot_take(FaltungNetwork *network, FaltungDataset *validation,
                                       const FaltungWanted *wanted, gboolean gradients) {
    const FaltungGraph *graph = faltung_network_graph(network);
    FaltungSnapshot *snapshot = g_new0(FaltungSnapshot, 1);
    g_atomic_ref_count_init(&snapshot->references);
    faltung_wanted_set(&snapshot->wanted, wanted);
    snapshot->n_layers = (int)graph->layers->len;
    snapshot->strips = g_new0(FaltungCardPictures, snapshot->n_layers + 1);
    snapshot->values = g_new0(float *, snapshot->n_layers + 1);
    snapshot->tensors = g_ptr_array_new_with_free_func(tensor_free);
    snapshot->inside = faltung_inside_list();
    snapshot->target = snapshot->moment = -1;
    if (wanted->layer >= snapshot->n_layers) {
        snapshot->wanted.layer = FALTUNG_NO_LAYER;
    }
    if (validation != NULL) {
        take_probe(snapshot, network, validation);
    }
    if (snapshot->wanted.layer >= 0) {
        take_parameters(snapshot, network, faltung_graph_layer(graph, snapshot->wanted.layer),
                        gradients);
    }
    return snapshot;
}

int faltung_snapshot_probabilities(const FaltungSnapshot *snapshot, int n, gboolean softmax,
                                   double *probabilities) {
    const float *values = snapshot->output + snapshot->n_outputs - n;
    int largest = 0;
    double sum = 0;
    for (int i = 1; i < n; i++) {
        largest = values[i] > values[largest] ? i : largest;
    }
    for (int i = 0; i < n; i++) {
        probabilities[i] = softmax ? exp((double)values[i] - values[largest]) : values[i];
        sum += probabilities[i];
    }
    for (int i = 0; softmax && i < n; i++) {
        probabilities[i] /= sum;
    }
    return largest;
}
