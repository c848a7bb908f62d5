/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/terms.h"

#include "core/ops/layout.h"

#include <math.h>

int faltung_heads(const FaltungGraph *graph, const FaltungVariant *loss,
                  FaltungHead heads[FALTUNG_MOST_TERMS]) {
    int n = 0, last = (int)graph->layers->len - 1;
    for (int i = last; i >= 0; i--) { /* the network's output first */
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        const FaltungVariant *own = i == last ? loss : &layer->loss;
        if (!own->kind || n++ >= FALTUNG_MOST_TERMS)
            continue;
        FaltungHead *head = &heads[n - 1];
        *head = (FaltungHead){
            .layer = i,
            .name = layer->name,
            .loss = (const FaltungLoss *)own->kind,
            .options = own->options,
            .weight = i == last ? 1.0 : layer->loss_weight,
            .of_sample = i != last && g_str_equal(layer->loss_target, FALTUNG_LOSS_OF_SAMPLE),
            .target = i == last ? FALTUNG_LOSS_OF_DATA : layer->loss_target,
            .output = layer->output_shape,
            .width = faltung_shape_size(&layer->output_shape),
        };
        head->rows = faltung_layout_rows(&head->output);
    }
    return n;
}

int faltung_head_target(const FaltungHead *head, const FaltungDataset *dataset) {
    return g_str_equal(head->target, FALTUNG_LOSS_OF_DATA)
               ? 0
               : faltung_dataset_find_target(dataset, head->target);
}

FaltungQuestion faltung_head_question(const FaltungHead *head, const FaltungDataset *dataset) {
    int index = head->of_sample ? 0 : faltung_head_target(head, dataset);
    FaltungQuestion asked = {faltung_dataset_target_type(dataset),
                             faltung_dataset_n_targets(dataset),
                             faltung_dataset_positions(dataset)};
    if (index > 0) {
        const FaltungTarget *target = faltung_dataset_target(dataset, index);
        asked = (FaltungQuestion){target->classes ? FALTUNG_TARGET_CLASS : FALTUNG_TARGET_VALUES,
                                  target->n, target->positions};
    } else if (!head->of_sample && head->loss->needs_classes &&
               faltung_dataset_is_classified(dataset)) {
        asked = (FaltungQuestion){FALTUNG_TARGET_CLASS, faltung_dataset_n_classes(dataset),
                                  asked.positions};
    } else if (head->of_sample || asked.type == FALTUNG_TARGET_NONE) {
        asked = (FaltungQuestion){FALTUNG_TARGET_NONE,
                                  faltung_shape_size(faltung_dataset_shape(dataset)), 1};
    }
    return asked;
}

static void add(FaltungTerms *terms, const char *name, int layer) {
    if (terms->n < FALTUNG_MOST_TERMS) {
        terms->names[terms->n] = g_intern_string(name);
        terms->layers[terms->n] = layer;
    }
    terms->n++;
}

FaltungTerms faltung_terms(const FaltungGraph *graph) {
    FaltungTerms terms = {0};
    int last = (int)graph->layers->len - 1;
    gboolean l1 = FALSE;
    for (int i = 0; i <= last; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        g_autofree char *name = g_strconcat("loss_", layer->name, NULL);
        if (i == last || layer->loss.kind || layer->operation->penalty)
            add(&terms, name, i);
        l1 = l1 || faltung_graph_l1(graph, layer) > 0.0;
    }
    if (l1)
        add(&terms, "l1", -1);
    return terms;
}

int faltung_terms_find(const FaltungTerms *terms, int layer) {
    for (int i = 0; i < MIN(terms->n, FALTUNG_MOST_TERMS); i++)
        if (terms->layers[i] == layer)
            return i;
    return -1;
}

double faltung_terms_l1(const FaltungGraph *graph, const float *block) {
    double all = 0.0;
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        double l1 = faltung_graph_l1(graph, layer);
        for (int p = 0; p < layer->n_parameters && l1 > 0.0; p++) {
            const FaltungParameter *parameter = &layer->parameters[p];
            if (parameter->bias || parameter->measured)
                continue;
            double sum = 0.0;
            for (size_t k = 0; k < parameter->packed_size; k++)
                sum += fabsf(block[parameter->offset + k]);
            all += l1 * sum;
        }
    }
    return all;
}
