/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/activity.h"

#include "analysis/units.h"

FaltungActivity *faltung_activity_new(FaltungNetwork *network, FaltungDataset *dataset,
                                      guint32 samples, const FaltungScanHooks *hooks,
                                      GError **error) {
    g_autoptr(GPtrArray) all = faltung_measure_units(network, dataset, samples, hooks, error);
    if (!all)
        return NULL;
    FaltungActivity *activity = g_new0(FaltungActivity, all->len + 1);
    for (guint i = 0; i < all->len; i++) {
        const FaltungUnits *units = all->pdata[i];
        activity[i] = (FaltungActivity){units->n, units->n_dead};
    }
    return activity;
}
