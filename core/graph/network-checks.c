/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/network-private.h"

#include <math.h>

/*
 * What tests switch on: a buffer begins as NaN, so that whoever reads what was not written, or is
 * no longer there, spoils the result; the slack behind it begins as zero and must still be zero
 * when the buffer's time is over.
 */

static void begin(FaltungNetwork *network, size_t index) {
    const FaltungSpan *span = &network->spans[index];
    float *memory = network->memory + span->offset;
    for (size_t i = 0; i < span->size; i++)
        memory[i] = i < network->floats[index] ? NAN : 0;
    network->alive[index] = TRUE;
}

static void check_slack(FaltungNetwork *network, size_t index) {
    const FaltungSpan *span = &network->spans[index];
    for (size_t i = network->floats[index]; i < span->size; i++)
        network->spoilt |= network->memory[span->offset + i] != 0;
}

void faltung_network_enter(FaltungNetwork *network, int moment) {
    network->moment = moment;
    for (size_t i = FALTUNG_N_BLOCKS; network->alive && i < network->n_spans; i++) {
        const FaltungSpan *span = &network->spans[i];
        if (network->alive[i] && (moment <= span->born || moment > span->dies)) {
            check_slack(network, i);
            network->alive[i] = FALSE;
        }
    }
    for (size_t i = FALTUNG_N_BLOCKS; network->alive && i < network->n_spans; i++) {
        if (network->spans[i].size > 0 && network->spans[i].born == moment)
            begin(network, i);
    }
}

gboolean faltung_network_intact(FaltungNetwork *network) {
    g_return_val_if_fail(network->alive, FALSE);
    for (size_t i = 0; i < network->n_spans; i++) {
        if (i < FALTUNG_N_BLOCKS || network->alive[i])
            check_slack(network, i);
    }
    return !network->spoilt;
}
