/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/walk-stop.h"

#include "draw/equation.h"
#include "draw/text.h"

#define NUMBERS 6 /* of a tensor, under its picture */
#define MARGIN 16
#define GAP 14
#define EQUATION 18 /* the size of its font */
#define LINE 720    /* the width of what is said */
#define LEADING 1.3

/* -- what there is to see --------------------------------------------------------------------- */

static FaltungPicture *picture_of(const FaltungWalkTensor *tensor, gboolean dark, int scale) {
    size_t n = faltung_shape_size(&tensor->shape);
    g_autofree float *values = g_new(float, n);
    for (size_t i = 0; i < n; i++)
        values[i] = (float)tensor->values[i];
    return faltung_picture_new(&tensor->shape, values, tensor->gradient, dark,
                               scale * FALTUNG_WALK_STOP_WIDTH, scale * FALTUNG_WALK_STOP_HEIGHT,
                               TRUE);
}

static gboolean is_there(const FaltungWalkStop *stop, const FaltungWalkPlace *place) {
    if (!place || place->tensor < 0 || place->tensor >= (int)stop->tensors->len)
        return FALSE;
    const FaltungWalkTensor *tensor = stop->tensors->pdata[place->tensor];
    return place->index < faltung_shape_size(&tensor->shape);
}

FaltungWalkStop *faltung_walk_stop_new(const FaltungWalk *walk, FaltungStop where,
                                       const FaltungWalkPlace *chosen, gboolean dark, int scale) {
    FaltungWalkStop *stop = g_new0(FaltungWalkStop, 1);
    stop->stop = where;
    stop->title = faltung_stop_title(walk, where);
    stop->equations = faltung_walk_equations(walk, where);
    stop->tensors = faltung_walk_tensors(walk, where);
    stop->place = is_there(stop, chosen) ? *chosen : faltung_walk_place(walk, where);
    stop->arithmetic = faltung_walk_arithmetic(walk, where, stop->place);
    stop->remark = faltung_walk_remark(walk, where, stop->place);
    stop->pictures = g_ptr_array_new_with_free_func((GDestroyNotify)faltung_picture_unref);
    for (guint i = 0; i < stop->tensors->len; i++)
        g_ptr_array_add(stop->pictures, picture_of(stop->tensors->pdata[i], dark, scale));
    return stop;
}

void faltung_walk_stop_free(FaltungWalkStop *stop) {
    g_free(stop->title);
    g_free(stop->remark);
    g_ptr_array_unref(stop->equations);
    g_ptr_array_unref(stop->arithmetic);
    g_ptr_array_unref(stop->tensors);
    g_ptr_array_unref(stop->pictures);
    g_free(stop);
}

/* -- one tensor ------------------------------------------------------------------------------- */

char *faltung_walk_stop_title(const FaltungWalkStop *stop, int tensor) {
    const FaltungWalkTensor *shown = stop->tensors->pdata[tensor];
    g_autofree char *shape = faltung_shape_text(&shown->shape);
    return g_strdup_printf("%s, %s", shown->name, shape);
}

char *faltung_walk_stop_numbers(const FaltungWalkStop *stop, int tensor) {
    const FaltungWalkTensor *shown = stop->tensors->pdata[tensor];
    size_t n = faltung_shape_size(&shown->shape);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < MIN(n, NUMBERS); i++) {
        g_autofree char *value = faltung_format_number(shown->values[i], 3);
        g_string_append_printf(text, "%s%s", i > 0 ? "  " : "", value);
    }
    if (n > NUMBERS)
        g_string_append(text, " \342\200\246");
    return g_string_free(text, FALSE);
}

FaltungRect faltung_walk_stop_rect(const FaltungWalkStop *stop, int tensor, FaltungRect room) {
    const FaltungPicture *picture = stop->pictures->pdata[tensor];
    double scale = MIN(room.width / picture->width, room.height / picture->height);
    double width = picture->width * scale, height = picture->height * scale;
    return (FaltungRect){room.x + (room.width - width) / 2, room.y + (room.height - height) / 2,
                         width, height};
}

void faltung_walk_stop_mark(cairo_t *cr, const FaltungTheme *theme, const FaltungWalkStop *stop,
                            int tensor, FaltungRect room) {
    const FaltungWalkTensor *shown = stop->tensors->pdata[tensor];
    const FaltungPicture *picture = stop->pictures->pdata[tensor];
    int at[FALTUNG_MAX_RANK];
    size_t index = stop->place.index;
    FaltungRect value;
    if (stop->place.tensor != tensor)
        return;
    for (int i = shown->shape.rank - 1; i >= 0; i--) {
        at[i] = (int)(index % shown->shape.dims[i]);
        index /= shown->shape.dims[i];
    }
    if (faltung_picture_places(picture, &shown->shape, at, at, &value, 1) == 0)
        return;
    FaltungRect rect = faltung_walk_stop_rect(stop, tensor, room);
    double scale = rect.width / picture->width;
    cairo_rectangle(cr, rect.x + value.x * scale - 1, rect.y + value.y * scale - 1,
                    value.width * scale + 2, value.height * scale + 2);
    faltung_set_color(cr, theme->accent);
    cairo_set_line_width(cr, 2);
    cairo_stroke(cr);
}

/* -- all of it -------------------------------------------------------------------------------- */

/* Where the next part begins, and how far to the right they reached so far. */
typedef struct {
    cairo_t *cr;
    const FaltungTheme *theme;
    double y, right;
} Page;

static void reach(Page *page, double right, double down) {
    page->right = MAX(page->right, right);
    page->y += down;
}

static void add_line(Page *page, const char *text, FaltungTextFlags flags) {
    double width, height;
    faltung_text_size(page->cr, page->theme, text, flags, &width, &height);
    faltung_text_draw(page->cr, page->theme, text, flags, page->theme->foreground, MARGIN, page->y,
                      0, 0, 0);
    reach(page, MARGIN + width, height * LEADING);
}

/* In lines of at most LINE. */
static void add_paragraph(Page *page, const char *text) {
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    g_autoptr(GString) line = g_string_new(NULL);
    for (char **word = words; *word; word++) {
        double width;
        gsize before = line->len;
        g_string_append_printf(line, "%s%s", before > 0 ? " " : "", *word);
        faltung_text_size(page->cr, page->theme, line->str, 0, &width, NULL);
        if (width <= LINE || before == 0)
            continue;
        g_string_truncate(line, before);
        add_line(page, line->str, 0);
        g_string_assign(line, *word);
    }
    if (line->len > 0)
        add_line(page, line->str, 0);
}

static void add_equation(Page *page, const char *tex) {
    g_autoptr(FaltungEquation) equation = faltung_equation_new(tex, EQUATION, NULL);
    if (!equation) {
        add_line(page, tex, FALTUNG_TEXT_MONOSPACE);
        return;
    }
    double ascent = faltung_equation_ascent(equation);
    faltung_equation_draw(equation, page->cr, MARGIN, page->y + ascent, page->theme->foreground);
    reach(page, MARGIN + faltung_equation_width(equation),
          ascent + faltung_equation_descent(equation) + GAP / 2.0);
}

static void add_equations(Page *page, const GPtrArray *equations) {
    for (guint i = 0; i < equations->len; i++)
        add_equation(page, equations->pdata[i]);
    page->y += equations->len > 0 ? GAP / 2.0 : 0;
}

/* Returns: how wide it is. */
static double draw_tensor(const Page *page, const FaltungWalkStop *stop, int tensor, double x,
                          double *height) {
    const FaltungTheme *theme = page->theme;
    g_autofree char *title = faltung_walk_stop_title(stop, tensor);
    g_autofree char *numbers = faltung_walk_stop_numbers(stop, tensor);
    double title_width, title_height, numbers_width, numbers_height;
    faltung_text_size(page->cr, theme, title, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_BOLD, &title_width,
                      &title_height);
    faltung_text_size(page->cr, theme, numbers, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                      &numbers_width, &numbers_height);
    FaltungRect room = {x, page->y + title_height + 4, FALTUNG_WALK_STOP_WIDTH,
                        FALTUNG_WALK_STOP_HEIGHT};
    faltung_text_draw(page->cr, theme, title, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_BOLD,
                      theme->foreground, x, page->y, 0, 0, 0);
    faltung_picture_draw(page->cr, stop->pictures->pdata[tensor],
                         faltung_walk_stop_rect(stop, tensor, room), CAIRO_FILTER_NEAREST, 1);
    faltung_walk_stop_mark(page->cr, theme, stop, tensor, room);
    faltung_text_draw(page->cr, theme, numbers, FALTUNG_TEXT_SMALL | FALTUNG_TEXT_TABULAR,
                      theme->foreground, x, room.y + room.height + 4, 0, 0, 0);
    *height = title_height + room.height + numbers_height + 8;
    return MAX(MAX(title_width, numbers_width), room.width);
}

static void add_tensors(Page *page, const FaltungWalkStop *stop) {
    double x = MARGIN, height = 0;
    for (guint i = 0; i < stop->tensors->len; i++)
        x += draw_tensor(page, stop, (int)i, x, &height) + GAP;
    reach(page, x - GAP, height + GAP);
}

static void lay(cairo_t *cr, const FaltungTheme *theme, const FaltungWalkStop *stop, double *width,
                double *height) {
    Page page = {cr, theme, MARGIN, 0};
    add_line(&page, stop->title, FALTUNG_TEXT_BOLD | FALTUNG_TEXT_LARGE);
    page.y += GAP / 2.0;
    add_paragraph(&page, stop->remark);
    page.y += GAP / 2.0;
    add_tensors(&page, stop);
    add_equations(&page, stop->equations);
    add_equations(&page, stop->arithmetic);
    *width = page.right + MARGIN;
    *height = page.y + MARGIN - GAP / 2.0;
}

void faltung_walk_stop_size(const FaltungTheme *theme, const FaltungWalkStop *stop, double *width,
                            double *height) {
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL);
    cairo_t *cr = cairo_create(surface);
    lay(cr, theme, stop, width, height);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

void faltung_walk_stop_draw(cairo_t *cr, const FaltungTheme *theme, const FaltungWalkStop *stop) {
    double width, height;
    lay(cr, theme, stop, &width, &height);
}
