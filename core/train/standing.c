/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/standing.h"

FaltungStanding *faltung_standing_new(double learning_rate) {
    FaltungStanding *standing = g_atomic_rc_box_new0(FaltungStanding);
    standing->learning_rate = learning_rate;
    standing->acts = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    return standing;
}

FaltungStanding *faltung_standing_ref(FaltungStanding *standing) {
    return g_atomic_rc_box_acquire(standing);
}

static void clear(gpointer data) {
    FaltungStanding *standing = data;
    for (int slot = 0; slot < FALTUNG_MAX_SLOTS; slot++)
        g_free(standing->slots[slot]);
    g_array_unref(standing->acts);
}

void faltung_standing_unref(FaltungStanding *standing) {
    if (standing)
        g_atomic_rc_box_release_full(standing, clear);
}
