/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/run-acts.h"

#include "core/base/error.h"

#include <math.h>
#include <stdio.h>

#define ACT "/acts/act"
#define BY_HAND "/acts/by_hand"
#define ROW "act " /* INDEX BY_HAND ACT: see faltung_acts_journal() */

gboolean faltung_acts_write(FaltungHdf file, const FaltungGraph *graph, const GArray *acts,
                            GError **error) {
    if (acts->len == 0)
        return TRUE;
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    g_autofree int *by_hand = g_new(int, acts->len);
    int touched = 0;
    for (guint i = 0; i < acts->len; i++) {
        const FaltungAct *act = &g_array_index(acts, FaltungAct, i);
        g_ptr_array_add(texts, faltung_act_format(act, graph));
        touched += by_hand[i] = act->by_hand;
    }
    g_ptr_array_add(texts, NULL);
    FaltungHdfShape shape = {.rank = 1, .dims = {acts->len}};
    return faltung_hdf_write_texts(file, ACT, (const char *const *)texts->pdata, error) &&
           faltung_hdf_write(file, BY_HAND, H5T_NATIVE_INT, &shape, by_hand, error) &&
           (!touched || faltung_hdf_set_integer(file, "/", "touched", touched, error));
}

char *faltung_acts_journal(const FaltungAct *act, guint index, const FaltungGraph *graph) {
    g_autofree char *text = faltung_act_format(act, graph);
    return g_strdup_printf(ROW "%u %d %s", index, act->by_hand, text);
}

static gboolean same(const FaltungAct *a, const FaltungAct *b) {
    return a->step == b->step && a->kind == b->kind && a->layer == b->layer &&
           a->by_hand == b->by_hand &&
           (a->number == b->number || (isnan(a->number) && isnan(b->number)));
}

gboolean faltung_acts_note(GArray *acts, guint index, const FaltungAct *act) {
    if (index < acts->len && same(&g_array_index(acts, FaltungAct, index), act))
        return FALSE;
    g_array_insert_val(acts, index, *act);
    return TRUE;
}

static gboolean add(GArray *acts, guint index, const char *text, gboolean by_hand,
                    const FaltungGraph *graph, GError **error) {
    FaltungAct act;
    if (!faltung_act_parse(text, graph, &act, error))
        return FALSE;
    act.by_hand = by_hand;
    faltung_acts_note(acts, index, &act);
    return TRUE;
}

/* Those that the file does not have yet. */
static gboolean add_journal(GArray *acts, char *const *journal, const FaltungGraph *graph,
                            GError **error) {
    for (; *journal; journal++) {
        unsigned index;
        int by_hand, length = 0;
        if (sscanf(*journal, ROW "%u %d %n", &index, &by_hand, &length) == 2 && length > 0 &&
            index <= acts->len && !add(acts, index, *journal + length, by_hand, graph, error))
            return FALSE;
    }
    return TRUE;
}

GArray *faltung_acts_read(FaltungHdf file, char *const *journal, const char *attempt,
                          const FaltungGraph *graph, GError **error) {
    g_autoptr(GArray) acts = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    if (faltung_hdf_exists(file, ACT)) {
        g_auto(GStrv) texts = faltung_hdf_read_texts(file, ACT, error);
        FaltungHdfShape shape;
        g_autofree int *by_hand =
            texts ? faltung_hdf_read(file, BY_HAND, H5T_NATIVE_INT, &shape, error) : NULL;
        if (!by_hand)
            return NULL;
        guint n = MIN(g_strv_length(texts), shape.rank == 1 ? shape.dims[0] : 0);
        for (guint i = 0; i < n; i++)
            if (!add(acts, i, texts[i], by_hand[i], graph, error))
                return NULL;
    }
    g_autofree char *of = faltung_hdf_attribute(file, "/", "attempt");
    if (g_strcmp0(of, attempt) == 0 && !add_journal(acts, journal, graph, error))
        return NULL;
    return g_steal_pointer(&acts);
}
