/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/pass.h"

#include "core/base/error.h"

static gboolean fits(FaltungNetwork *network, const FaltungDataset *dataset, GError **error) {
    const FaltungShape *input = &faltung_network_graph(network)->input;
    const FaltungShape *shape = faltung_dataset_shape(dataset);
    if (faltung_shape_size(input) == faltung_shape_size(shape))
        return TRUE;
    g_autofree char *is = faltung_shape_format(shape), *wanted = faltung_shape_format(input);
    return faltung_fail(error, FALTUNG_ERROR_DATA,
                        "the samples of '%s' are %s; the network takes %s",
                        faltung_dataset_name(dataset), is, wanted);
}

gboolean faltung_pass_run(FaltungPass *pass, FaltungNetwork *network, const FaltungDataset *dataset,
                          const guint32 *indices, guint32 n, const FaltungAnalysisHooks *hooks,
                          GError **error) {
    if (!fits(network, dataset, error))
        return FALSE;
    if (!indices)
        n = MIN(n, faltung_dataset_size(dataset));
    guint32 most = faltung_network_batch(network);
    gboolean has_classes = faltung_dataset_target_type(dataset) == FALTUNG_TARGET_CLASS;
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    g_autofree float *inputs = g_new(float, most *size);
    g_autofree gint32 *classes =
        has_classes ? g_new(gint32, (size_t)most * faltung_dataset_positions(dataset)) : NULL;
    g_autofree guint32 *order = g_new(guint32, most);
    for (guint32 first = 0; first < n; first += most) {
        if (!faltung_analysis_goes_on(hooks, (double)first / n, error))
            return FALSE;
        pass->n = (int)MIN(most, n - first);
        for (int i = 0; i < pass->n; i++)
            order[i] = indices ? indices[first + i] : first + i;
        faltung_dataset_gather(dataset, order, pass->n, inputs, NULL, classes);
        faltung_network_set_input(network, pass->n, inputs);
        const float *output =
            faltung_network_forward_visiting(network, FALSE, 0, pass->layer, pass);
        if (pass->batch)
            pass->batch(pass->n, output, classes, pass->data);
    }
    return faltung_dataset_check(dataset, error) && faltung_analysis_goes_on(hooks, 1, error);
}
