/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/inspect/inspect.h"

#include <string.h>

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    const char *const header[] = {"step", "act", "done by", NULL};
    FaltungTextTable *table = faltung_text_table_new(header);
    guint n;
    const FaltungAct *acts = faltung_run_acts(inspection->run, &n);
    for (guint i = 0; i < n; i++) {
        g_autofree char *text = faltung_act_format(&acts[i], inspection->experiment->graph);
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%" G_GUINT64_FORMAT, acts[i].step);
        faltung_text_table_cell(table, strchr(text, ' ') + 1);
        faltung_text_table_cell(table, acts[i].by_hand ? "hand" : "the experiment file");
    }
    return table;
}

const FaltungView faltung_view_acts = {
    .name = "acts",
    .summary = "what was done to the network while it learned",
    .tabulate = tabulate,
    .on_request = TRUE,
};
