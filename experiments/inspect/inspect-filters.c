/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/filters.h"
#include "experiments/inspect/inspect.h"

/* --what filters: what the units of the first layer look for, from coarse to fine. */

static gpointer find_filters(FaltungInspection *inspection, GError **error) {
    g_autoptr(FaltungNetwork) network = faltung_inspection_network(inspection, error);
    return network ? faltung_filters_new(network, error) : NULL;
}

static void free_filters(gpointer data) {
    faltung_filters_free(data);
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const header[] = {"place", "unit", "frequency", NULL};
    const FaltungFilters *filters = inspection->result;
    FaltungTextTable *table = faltung_text_table_new(header);
    for (int i = 0; i < filters->n; i++) {
        faltung_text_table_row(table);
        faltung_text_table_cellf(table, "%d", i);
        faltung_text_table_cellf(table, "%d", filters->order[i]);
        faltung_text_table_cellf(table, "%.6g", filters->centre[filters->order[i]]);
    }
    return table;
}

#ifdef FALTUNG_HAVE_DRAW

#include "experiments/inspect/inspect-picture.h"

/* In colours where there are three channels; else blue and red around zero. */
static gboolean draw(FaltungInspection *inspection, GError **error) {
    const FaltungFilters *filters = inspection->result;
    const char *layer = faltung_inspection_layer(inspection, filters->layer)->name;
    size_t size = faltung_shape_size(&filters->shape);
    FaltungColormap colormap = faltung_colormap_diverging(faltung_theme(inspection->dark));
    FaltungRange range = faltung_range_of(colormap, filters->values, filters->n * size);
    g_autofree FaltungSheetPicture *pictures = g_new0(FaltungSheetPicture, filters->n);
    g_autoptr(GPtrArray) captions = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < filters->n; i++) {
        int unit = filters->order[i];
        g_ptr_array_add(captions, g_strdup_printf("%d: %.3f", unit, filters->centre[unit]));
        pictures[i] = (FaltungSheetPicture){
            .shape = filters->shape,
            .values = filters->values + unit * size,
            .colormap = filters->shape.dims[0] == 3 ? FALTUNG_COLORMAP_GREY : colormap,
            .range = range,
            .caption = captions->pdata[i],
        };
    }
    FaltungPictureName name = {"filters", layer};
    FaltungSheet sheet = {pictures, filters->n, 8, 72, inspection->experiment->name};
    return faltung_inspection_draw_sheet(inspection, &name, &sheet, error);
}

#else
#define draw NULL
#endif

const FaltungView faltung_view_filters = {
    .name = "filters",
    .summary = "what the first layer looks for, from coarse to fine",
    .compute = find_filters,
    .free_result = free_filters,
    .tabulate = tabulate,
    .draw = draw,
    .on_request = TRUE,
};
