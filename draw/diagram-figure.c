/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-private.h"

#include "core/base/error.h"
#include "draw/output.h"

#define MARGIN 1 /* half of a line's width, and no more */
#define PIXELS 4 /* of a PNG, a unit */

const FaltungTheme *faltung_figure_theme(void) {
    static FaltungTheme theme;
    static gsize ready;
    if (g_once_init_enter(&ready)) {
        theme = *faltung_theme(FALSE);
        theme.canvas = theme.card;
        theme.wire = theme.dim;
        theme.border = faltung_color_mix(theme.card, theme.foreground, 0.4);
        g_once_init_leave(&ready, 1);
    }
    return &theme;
}

FaltungDiagram *faltung_diagram_new_figure(const FaltungGraph *graph, FaltungDirection direction) {
    FaltungDiagramOptions options = {.direction = direction, .margin = MARGIN};
    return faltung_diagram_new(graph, faltung_figure_theme(), &options);
}

void faltung_diagram_draw_figure(cairo_t *cr, const FaltungDiagram *figure) {
    faltung_diagram_draw(cr, faltung_figure_theme(), figure, FALTUNG_LEVEL_PAPER);
}

static void draw(cairo_t *cr, double width, double height, gpointer figure) {
    faltung_diagram_draw_figure(cr, figure);
}

static gboolean has_ending(const char *path) {
    static const char *const endings[] = {".pdf", ".svg", ".png", ".tikz"};
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        if (g_str_has_suffix(path, endings[i]))
            return TRUE;
    }
    return FALSE;
}

gboolean faltung_diagram_write(const FaltungGraph *graph, FaltungDirection direction,
                               const char *path, GError **error) {
    if (!has_ending(path))
        return faltung_fail(
            error, FALTUNG_ERROR_INPUT,
            "%s: not a kind of file that a diagram can be written to; expected a name that "
            "ends in .pdf, .svg, .png or .tikz",
            path);
    g_autoptr(FaltungDiagram) figure = faltung_diagram_new_figure(graph, direction);
    if (g_str_has_suffix(path, ".tikz")) {
        g_autofree char *text = faltung_diagram_tikz(figure);
        return g_file_set_contents(path, text, -1, error);
    }
    /* programs that show pictures show transparent ones on black, too */
    const FaltungColor *background =
        g_str_has_suffix(path, ".png") ? &faltung_figure_theme()->canvas : NULL;
    return faltung_output_write(path, figure->width, figure->height, PIXELS, background, draw,
                                figure, error);
}
