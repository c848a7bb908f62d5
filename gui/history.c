/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/history.h"

FaltungHistory *faltung_history_new(void) {
    FaltungHistory *history = g_new(FaltungHistory, 1);
    history->steps = g_array_new(FALSE, FALSE, sizeof(FaltungStepRow));
    history->epochs = g_array_new(FALSE, FALSE, sizeof(FaltungEpochRow));
    return history;
}

void faltung_history_free(FaltungHistory *history) {
    g_array_unref(history->steps);
    g_array_unref(history->epochs);
    g_free(history);
}

void faltung_history_append(FaltungHistory *to, FaltungHistory *from) {
    g_array_append_vals(to->steps, from->steps->data, from->steps->len);
    g_array_append_vals(to->epochs, from->epochs->data, from->epochs->len);
    g_array_set_size(from->steps, 0);
    g_array_set_size(from->epochs, 0);
}
