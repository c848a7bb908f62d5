/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/inspect/inspect.h"

#ifdef FALTUNG_HAVE_DRAW

#include "draw/film.h"
#include "experiments/inspect/inspect-picture.h"

/* A view's pictures of one moment, each of which becomes the next of its film. */
static gboolean draw_moment(FaltungInspection *inspection, const FaltungView *view, int moment,
                            GError **error) {
    guint figures = inspection->figures->len;
    inspection->moment = moment;
    g_clear_pointer(&inspection->network, faltung_network_free); /* of another moment */
    inspection->result = view->compute ? view->compute(inspection, error) : NULL;
    gboolean good = (!view->compute || inspection->result) && view->draw(inspection, error);
    if (inspection->result && view->free_result)
        view->free_result(inspection->result);
    g_array_set_size(inspection->figures, figures);
    return good;
}

static gboolean finish(FaltungInspection *inspection, GError **error) {
    GHashTableIter iter;
    gpointer film;
    g_hash_table_iter_init(&iter, inspection->films);
    while (g_hash_table_iter_next(&iter, NULL, &film))
        if (!faltung_film_finish(film, error))
            return FALSE;
    return TRUE;
}

gboolean faltung_inspection_film(FaltungInspection *inspection, const FaltungView *view,
                                 GError **error) {
    int n = faltung_run_n_moments(inspection->run), moment = inspection->moment;
    FaltungAnalysisHooks hooks = faltung_inspection_hooks(inspection);
    gpointer result = inspection->result; /* of the moment that is looked at */
    gboolean good = TRUE;
    inspection->films =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)faltung_film_free);
    for (int m = 0; good && m < n; m++)
        good = faltung_analysis_goes_on(&hooks, (double)m / n, error) &&
               draw_moment(inspection, view, m, error);
    good = good && faltung_analysis_goes_on(&hooks, 1, error) && finish(inspection, error);
    g_clear_pointer(&inspection->films, g_hash_table_unref);
    g_clear_pointer(&inspection->network, faltung_network_free);
    inspection->moment = moment;
    inspection->result = result;
    return good;
}

gboolean faltung_inspection_add_picture(FaltungInspection *inspection, const char *path,
                                        cairo_surface_t *picture, const FaltungColor *background,
                                        GError **error) {
    FaltungFilm *film = g_hash_table_lookup(inspection->films, path);
    if (!film) {
        film = faltung_film_new(path, FALTUNG_FILM_MILLISECONDS);
        g_hash_table_insert(inspection->films, g_strdup(path), film);
        g_ptr_array_add(inspection->written, g_strdup(path));
    }
    return faltung_film_add(film, picture, background, error);
}

#else

gboolean faltung_inspection_film(FaltungInspection *inspection, const FaltungView *view,
                                 GError **error) {
    return FALSE;
}

#endif
