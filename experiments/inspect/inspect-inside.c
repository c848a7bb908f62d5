/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/inside.h"
#include "core/base/error.h"
#include "experiments/inspect/inspect.h"
#include "experiments/load-run.h"

/*
 * --what inside: what lies inside the layers when a sample goes through them: gates and states,
 * attention, the table of an embedding, statistics. Of all layers a row a map, of one a row a
 * value.
 */

typedef struct {
    FaltungInspection *inspection;
    FaltungSpelling spelling;
    GPtrArray *list; /* (element-type FaltungInside) */
} Looking;

static void look(FaltungNetwork *network, int layer, gpointer data) {
    Looking *looking = data;
    if (faltung_inspection_includes(looking->inspection, layer))
        faltung_inside_read(network, layer, &looking->spelling, looking->list);
}

static void free_list(gpointer list) {
    g_ptr_array_unref(list);
}

static gboolean check(const GPtrArray *list, GError **error) {
    return list->len > 0 ||
           faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "there is nothing to see inside; recurrent layers, attention, embeddings "
                        "and normalizations have something, `--what maps` shows every layer's "
                        "output");
}

static gpointer compute(FaltungInspection *inspection, GError **error) {
    g_autofree float *sample = faltung_inspection_sample(inspection, error);
    g_autoptr(FaltungNetwork) network =
        sample ? faltung_run_network(inspection->run, inspection->moment, 1, 1, error) : NULL;
    if (!network)
        return NULL;
    g_autoptr(GPtrArray) list = faltung_inside_list();
    Looking looking = {inspection, {.sample = sample}, list};
    looking.spelling.vocabulary = faltung_run_vocabulary(inspection->run, &looking.spelling.n);
    faltung_network_set_input(network, 1, sample);
    faltung_network_forward_visiting(network, FALSE, 0, look, &looking);
    return check(list, error) ? g_steal_pointer(&list) : NULL;
}

/* -- the table ------------------------------------------------------------------------------- */

static const char *layer_name(const FaltungInspection *inspection, const FaltungInside *inside) {
    return faltung_inspection_layer(inspection, inside->layer)->name;
}

static void add_maps(FaltungTextTable *table, const char *name, const FaltungInside *inside) {
    for (int map = 0; map < faltung_inside_n_maps(inside); map++) {
        FaltungShape shape;
        const float *values = faltung_inside_map(inside, map, &shape);
        g_autofree char *title = faltung_inside_title(inside, map);
        g_autofree char *sides = faltung_shape_format(&shape);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, name);
        faltung_text_table_cell(table, title);
        faltung_text_table_cell(table, sides);
        faltung_inspection_statistics(table, values, faltung_shape_size(&shape));
    }
}

static void add_values(FaltungTextTable *table, const char *name, const FaltungInside *inside) {
    size_t n = faltung_shape_size(&inside->shape);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *place = faltung_inspection_place(&inside->shape, i);
        g_autofree char *spelt = faltung_inside_place(inside, i);
        faltung_text_table_row(table);
        faltung_text_table_cell(table, inside->inner->name);
        faltung_text_table_cell(table, place);
        faltung_text_table_cell(table, spelt);
        faltung_text_table_cellf(table, "%.9g", inside->values[i]);
    }
}

static FaltungTextTable *tabulate(FaltungInspection *inspection, GError **error) {
    static const char *const of_one[] = {"tensor", "place", "which", "value", NULL};
    static const char *const of_all[] = {"layer",   "tensor",  "shape", "mean",  "std",
                                         "minimum", "maximum", "norm",  "zeros", NULL};
    gboolean all = inspection->layer == FALTUNG_NO_LAYER;
    FaltungTextTable *table = faltung_text_table_new(all ? of_all : of_one);
    const GPtrArray *list = inspection->result;
    for (guint i = 0; i < list->len; i++)
        (all ? add_maps : add_values)(table, layer_name(inspection, list->pdata[i]),
                                      list->pdata[i]);
    return table;
}

/* -- pictures -------------------------------------------------------------------------------- */

#ifdef FALTUNG_HAVE_DRAW

#include "draw/inside.h"
#include "experiments/inspect/inspect-picture.h"

enum { CELL = 280, COLUMNS = 4 };

/* What lies in one layer, side by side: those of the list from @first up to @end. Of a tensor of
   several maps each has a row. */
static gboolean draw_layer(FaltungInspection *inspection, const GPtrArray *list, guint first,
                           guint end, GError **error) {
    int n = 0, most = 0;
    for (guint i = first; i < end; i++)
        most += faltung_inside_n_maps(list->pdata[i]);
    g_autofree FaltungSheetPicture *pictures = g_new(FaltungSheetPicture, most);
    g_autofree FaltungEdges *edges = g_new(FaltungEdges, most);
    g_auto(GStrv) captions = g_new0(char *, most + 1);
    for (guint i = first; i < end; i++)
        for (int map = 0; map < faltung_inside_n_maps(list->pdata[i]); map++, n++) {
            pictures[n] = faltung_inside_picture(list->pdata[i], map,
                                                 faltung_theme(inspection->dark), &edges[n]);
            pictures[n].caption = captions[n] = faltung_inside_caption(list->pdata[i], map);
        }
    const char *layer = layer_name(inspection, list->pdata[first]);
    int maps = faltung_inside_n_maps(list->pdata[first]);
    FaltungSheet sheet = {pictures, n, maps > 1 ? maps : MIN(n, COLUMNS), CELL, layer};
    FaltungPictureName name = {"inside", layer};
    return faltung_inspection_draw_sheet(inspection, &name, &sheet, error);
}

static gboolean draw(FaltungInspection *inspection, GError **error) {
    const GPtrArray *list = inspection->result;
    for (guint first = 0, end; first < list->len; first = end) {
        for (end = first; end < list->len; end++)
            if (((const FaltungInside *)list->pdata[end])->layer !=
                ((const FaltungInside *)list->pdata[first])->layer)
                break;
        if (!draw_layer(inspection, list, first, end, error))
            return FALSE;
    }
    return TRUE;
}

#else
#define draw NULL
#endif

const FaltungView faltung_view_inside = {
    .name = "inside",
    .summary = "what lies inside layers for a sample: gates, attention, embeddings, statistics",
    .compute = compute,
    .free_result = free_list,
    .tabulate = tabulate,
    .draw = draw,
    .on_request = TRUE,
};
