/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/inside-card.h"

#include "draw/inside.h"
#include "draw/text.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define GAP 3          /* units between cells */
#define NAME 11        /* height of a name above its map */
#define TICK 4         /* length of the mark beside a row that the sample uses */
#define LEAST_NAMED 24 /* a cell lower than that has no room for a name */
#define MOST 36        /* maps; of more, the first are shown */
#define WIDE 4         /* how many times as wide as high bars are best */

FaltungInsideCard *faltung_inside_card_ref(FaltungInsideCard *card) {
    g_atomic_ref_count_inc(&card->references);
    return card;
}

void faltung_inside_card_unref(FaltungInsideCard *card) {
    if (!g_atomic_ref_count_dec(&card->references))
        return;
    g_clear_pointer(&card->picture, faltung_picture_unref);
    g_array_unref(card->cells);
    g_ptr_array_unref(card->list);
    g_free(card);
}

/* -- where the maps are ---------------------------------------------------------------------- */

static int rank_of(const FaltungInside *inside) {
    FaltungShape shape;
    faltung_inside_map(inside, 0, &shape);
    return shape.rank;
}

static void add_cells(FaltungInsideCard *card) {
    for (guint i = 0; i < card->list->len; i++) {
        FaltungInsideCell cell = {card->list->pdata[i]};
        int n = faltung_inside_n_maps(cell.inside);
        for (; cell.map < n && card->cells->len < MOST; cell.map++)
            g_array_append_val(card->cells, cell);
    }
}

/* The columns with which the smaller side of a cell is largest. */
static int best_columns(const FaltungInsideCard *card, int width, int height) {
    int n = (int)card->cells->len, best = 1;
    double most = 0, wide = rank_of(card->list->pdata[0]) < 2 ? WIDE : 1;
    for (int columns = 1; columns <= n; columns++) {
        int rows = (n + columns - 1) / columns;
        double side =
            MIN((double)width / columns / wide, (double)height / rows - (rows > 1 ? NAME : 0));
        if (side > most) {
            most = side;
            best = columns;
        }
    }
    return best;
}

/* Whether some of its rows are those that the sample uses, which are marked beside it. */
static gboolean has_marks(const FaltungInside *inside) {
    return inside->axes[0] == FALTUNG_AXIS_INDEX && inside->shape.rank == 2 && inside->names[0];
}

/* In units, the name included. */
static FaltungRect room_of(int i, int columns, int n, int width, int height) {
    int rows = (n + columns - 1) / columns;
    double across = (double)(width - (columns - 1) * GAP) / columns;
    double down = (double)(height - (rows - 1) * GAP) / rows;
    return (FaltungRect){i % columns * (across + GAP), i / columns * (down + GAP), across, down};
}

/* -- drawing --------------------------------------------------------------------------------- */

typedef struct {
    cairo_t *cr;
    const FaltungTheme *theme;
    double scale;
} Paper;

static void draw_matrix(const Paper *paper, const FaltungSheetPicture *picture, FaltungRect rect) {
    FaltungMaps maps =
        faltung_maps(picture->values, 1, picture->shape.dims[0], picture->shape.dims[1]);
    /* where they are reduced, the maps' values are these; else NULL */
    float *reduced = faltung_maps_reduce(&maps, MAX((int)(rect.width * paper->scale), 1),
                                         MAX((int)(rect.height * paper->scale), 1));
    faltung_heat_map_draw(paper->cr, maps.values, maps.height, maps.width, picture->colormap,
                          picture->range, rect);
    g_free(reduced);
}

static void draw_marks(const Paper *paper, const FaltungInside *inside, FaltungRect rect) {
    int rows = inside->shape.dims[0];
    double pitch = rect.height / rows;
    faltung_set_color(paper->cr, paper->theme->accent);
    for (int i = 0; i < rows; i++)
        if (*inside->names[0][i])
            cairo_rectangle(paper->cr, rect.x - TICK - 1, rect.y + i * pitch, TICK,
                            MAX(pitch - 1, 1));
    cairo_fill(paper->cr);
}

/* With sharp edges. */
static FaltungRect on_pixels(FaltungRect rect, double scale) {
    double left = round(rect.x * scale), top = round(rect.y * scale);
    double right = round((rect.x + rect.width) * scale);
    double bottom = round((rect.y + rect.height) * scale);
    return (FaltungRect){left / scale, top / scale, (right - left) / scale, (bottom - top) / scale};
}

static void draw_cell(const Paper *paper, FaltungInsideCell *cell, FaltungRect room,
                      gboolean alone) {
    FaltungEdges edges;
    FaltungSheetPicture picture =
        faltung_inside_picture(cell->inside, cell->map, paper->theme, &edges);
    if (room.height >= LEAST_NAMED) {
        g_autofree char *name = faltung_inside_name(cell->inside, cell->map, alone);
        faltung_text_draw(paper->cr, paper->theme, name, FALTUNG_TEXT_SMALL, paper->theme->dim,
                          room.x, room.y + NAME / 2.0, 0, 0.5, room.width);
        room.y += NAME + 1;
        room.height -= NAME + 1;
    }
    if (has_marks(cell->inside)) {
        room.x += TICK + 1;
        room.width -= TICK + 1;
        draw_marks(paper, cell->inside, room);
    }
    room = on_pixels(room, paper->scale);
    if (picture.shape.rank < 2)
        faltung_units_draw(paper->cr, paper->theme, picture.values, picture.shape.dims[0],
                           (FaltungRange){0}, room, -1);
    else
        draw_matrix(paper, &picture, room);
    double scale = paper->scale;
    cell->rect =
        (FaltungRect){room.x * scale, room.y * scale, room.width * scale, room.height * scale};
}

typedef struct {
    FaltungInsideCard *card;
    gboolean dark;
    double scale;
    int width, height; /* in units */
} Job;

static void paint(cairo_t *cr, FaltungRect rect, gpointer data) {
    const Job *job = data;
    GArray *cells = job->card->cells;
    int n = (int)cells->len, columns = best_columns(job->card, job->width, job->height);
    Paper paper = {cr, faltung_theme(job->dark), job->scale};
    cairo_scale(cr, job->scale, job->scale);
    for (int i = 0; i < n; i++)
        draw_cell(&paper, &g_array_index(cells, FaltungInsideCell, i),
                  room_of(i, columns, n, job->width, job->height), job->card->list->len == 1);
}

FaltungInsideCard *faltung_inside_card_new(GPtrArray *list, gboolean dark, double scale, int width,
                                           int height) {
    FaltungInsideCard *card = g_new0(FaltungInsideCard, 1);
    g_atomic_ref_count_init(&card->references);
    card->list = list;
    card->cells = g_array_new(FALSE, FALSE, sizeof(FaltungInsideCell));
    add_cells(card);
    Job job = {card, dark, scale, width, height};
    card->picture =
        faltung_picture_painted((int)(width * scale), (int)(height * scale), paint, &job);
    return card;
}

/* -- what is where --------------------------------------------------------------------------- */

const FaltungInsideCell *faltung_inside_card_at(const FaltungInsideCard *card, double x, double y,
                                                size_t *index) {
    for (guint i = 0; i < card->cells->len; i++) {
        const FaltungInsideCell *cell = &g_array_index(card->cells, FaltungInsideCell, i);
        const FaltungRect *rect = &cell->rect;
        if (x < rect->x || y < rect->y || x >= rect->x + rect->width || y >= rect->y + rect->height)
            continue;
        FaltungShape shape;
        faltung_inside_map(cell->inside, cell->map, &shape);
        int columns = shape.dims[shape.rank - 1], rows = shape.rank < 2 ? 1 : shape.dims[0];
        int column = MIN((int)((x - rect->x) / rect->width * columns), columns - 1);
        int row = MIN((int)((y - rect->y) / rect->height * rows), rows - 1);
        *index = ((size_t)cell->map * rows + row) * columns + column;
        return cell;
    }
    return NULL;
}

char *faltung_inside_card_describe(const FaltungInsideCard *card, double x, double y) {
    size_t index;
    const FaltungInsideCell *cell = faltung_inside_card_at(card, x, y, &index);
    if (!cell)
        return NULL;
    const FaltungInside *inside = cell->inside;
    size_t n = faltung_shape_size(&inside->shape);
    float least = inside->values[0], most = least;
    for (size_t i = 1; i < n; i++) {
        least = MIN(least, inside->values[i]);
        most = MAX(most, inside->values[i]);
    }
    g_autofree char *place = faltung_inside_place(inside, index);
    GString *text = g_string_new(inside->inner->name);
    if (*place)
        g_string_append_printf(text, ", %s", place);
    g_string_append_printf(text, ": %.5g\n%s", inside->values[index], _(inside->inner->help));
    g_string_append_c(text, '\n');
    g_string_append_printf(text, _("from %.5g to %.5g"), least, most);
    return g_string_free(text, FALSE);
}
