/* SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/graph.h"
#include "draw/expression.h"
#include "draw/scatter.h"
#include "draw/sheet.h"
#include "draw/slide.h"

#include <math.h>

/* What is drawn of samples, units and formulas is found again where it was drawn. */

static cairo_t *new_canvas(void) {
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 800, 600);
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cr;
}

static guint32 pixel(cairo_t *cr, double x, double y) {
    cairo_surface_t *surface = cairo_get_target(cr);
    cairo_surface_flush(surface);
    const guchar *row =
        cairo_image_surface_get_data(surface) + cairo_image_surface_get_stride(surface) * (int)y;
    return ((const guint32 *)(const void *)row)[(int)x];
}

static void test_scatter(void) {
    const float points[] = {0, 0, 10, 0, 0, 5, 10, 5, NAN, 1};
    const gint32 classes[] = {0, 1, 9, -1, 0};
    FaltungScatter scatter = {
        .points = points, .n = 5, .classes = classes, .n_classes = 10, .selected = 2};
    const FaltungTheme *theme = faltung_theme(FALSE);
    FaltungRect rect = {0, 0, 800, 600};
    cairo_t *cr = new_canvas();
    faltung_scatter_draw(cr, theme, &scatter, rect);
    int found[5] = {0};
    for (int y = 0; y < 600; y += 4) {
        for (int x = 0; x < 800; x += 4) {
            int hit = faltung_scatter_hit(cr, theme, &scatter, rect, x, y, 3);
            if (hit < 0)
                continue;
            found[hit]++;
            g_assert_cmpuint(pixel(cr, x, y), !=, 0); /* there is a mark */
        }
    }
    for (int i = 0; i < 4; i++)
        g_assert_cmpint(found[i], >, 0);
    g_assert_cmpint(found[4], ==, 0);
    cairo_destroy(cr);
}

static void test_sheet(void) {
    float image[3 * 4 * 4], vector[7];
    for (int i = 0; i < 48; i++)
        image[i] = i;
    for (int i = 0; i < 7; i++)
        vector[i] = i - 3;
    FaltungSheetPicture pictures[5] = {
        {.shape = FALTUNG_SHAPE(3, 4, 4), .values = image, .caption = "colours"},
        {.shape = FALTUNG_SHAPE(1, 4, 4),
         .values = image,
         .over = image,
         .wrong = TRUE,
         .scale_bar = TRUE},
        {.shape = FALTUNG_SHAPE(4, 4), .values = image, .colormap = FALTUNG_COLORMAP_VIRIDIS},
        {.shape = FALTUNG_SHAPE(7), .values = vector},
        {.shape = FALTUNG_SHAPE(1, 2, 4), .values = image},
    };
    FaltungSheet sheet = {pictures, 5, 3, 100, "A sheet"};
    const FaltungTheme *theme = faltung_theme(TRUE);
    cairo_t *cr = new_canvas();
    double width, height;
    faltung_sheet_size(cr, theme, &sheet, &width, &height);
    g_assert_cmpfloat(width, >, 300);
    g_assert_cmpfloat(width, <, 400);
    g_assert_cmpfloat(height, >, 200);
    g_assert_cmpfloat(height, <, 350);
    faltung_sheet_draw(cr, theme, &sheet, 0, 0);
    gboolean seen[5] = {FALSE};
    guint values_seen = 0;
    for (int y = 0; y < height; y += 5) {
        for (int x = 0; x < width; x += 5) {
            gssize value, corner; /* of the pixel, whole where both are the same */
            int hit = faltung_sheet_hit(cr, theme, &sheet, x, y, &value);
            faltung_sheet_hit(cr, theme, &sheet, x + 1, y + 1, &corner);
            g_assert_cmpint(hit, <, 5);
            if (hit >= 0)
                seen[hit] |= pixel(cr, x, y) != 0;
            if (hit == 2 && value >= 0 && value == corner) {
                guint32 color = faltung_colormap_pixel(FALTUNG_COLORMAP_VIRIDIS,
                                                       (FaltungRange){0, 15}, image[value]);
                g_assert_cmphex(pixel(cr, x, y) & 0xffffff, ==, color & 0xffffff);
                values_seen |= 1u << value;
            }
        }
    }
    for (int i = 0; i < 5; i++)
        g_assert_true(seen[i]);
    g_assert_cmphex(values_seen, ==, 0xffff);
    /* the largest cells with which all of it fits */
    faltung_sheet_fit(cr, theme, &sheet, 0, 10, 700, 200);
    g_assert_cmpint(sheet.columns, ==, 5);
    faltung_sheet_size(cr, theme, &sheet, &width, &height);
    g_assert_true(width <= 700 && height <= 200 && MAX(width - 690, height - 195) > 0);
    cairo_destroy(cr);
}

/* A matrix fills what its edges leave of its cell; every value is where the pointer finds it. */
static void test_edges(void) {
    enum { ROWS = 5, COLUMNS = 9 };
    float values[ROWS * COLUMNS];
    for (int i = 0; i < ROWS * COLUMNS; i++)
        values[i] = i;
    char *row_names[] = {"a", "b", "", "d", "e", NULL}, *column_names[COLUMNS + 1] = {NULL};
    for (int i = 0; i < COLUMNS; i++)
        column_names[i] = "x";
    FaltungEdges edges = {"query", "key", row_names, column_names};
    FaltungSheetPicture picture = {
        .shape = FALTUNG_SHAPE(ROWS, COLUMNS),
        .values = values,
        .colormap = FALTUNG_COLORMAP_VIRIDIS,
        .edges = &edges,
    };
    FaltungSheet sheet = {&picture, 1, 1, 300};
    const FaltungTheme *theme = faltung_theme(FALSE);
    cairo_t *cr = new_canvas();
    faltung_sheet_draw(cr, theme, &sheet, 0, 0);
    guint64 seen = 0;
    for (int y = 0; y < 310; y += 5)
        for (int x = 0; x < 310; x += 5) {
            gssize value, corner;
            faltung_sheet_hit(cr, theme, &sheet, x, y, &value);
            faltung_sheet_hit(cr, theme, &sheet, x + 1, y + 1, &corner);
            if (value < 0 || value != corner)
                continue;
            guint32 color = faltung_colormap_pixel(
                FALTUNG_COLORMAP_VIRIDIS, (FaltungRange){0, ROWS * COLUMNS - 1}, values[value]);
            g_assert_cmphex(pixel(cr, x, y) & 0xffffff, ==, color & 0xffffff);
            seen |= G_GUINT64_CONSTANT(1) << value;
        }
    g_assert_cmphex(seen, ==, (G_GUINT64_CONSTANT(1) << ROWS * COLUMNS) - 1);
    cairo_destroy(cr);
}

/* Of more rows than cairo has pixels, what stands out is still seen. */
static void test_tall_matrix(void) {
    enum { ROWS = 40000, SPIKE = 31234 };
    g_autofree float *values = g_new0(float, 2 * ROWS);
    values[2 * SPIKE + 1] = 1;
    FaltungEdges edges = {"index", "unit"};
    FaltungSheetPicture picture = {
        .shape = FALTUNG_SHAPE(ROWS, 2),
        .values = values,
        .colormap = FALTUNG_COLORMAP_VIRIDIS,
        .range = {0, 1},
        .edges = &edges,
    };
    FaltungSheet sheet = {&picture, 1, 1, 300};
    cairo_t *cr = new_canvas();
    faltung_sheet_draw(cr, faltung_theme(FALSE), &sheet, 0, 0);
    guint32 bright = faltung_colormap_pixel(FALTUNG_COLORMAP_VIRIDIS, (FaltungRange){0, 1}, 1);
    int found = 0;
    for (int y = 0; y < 310; y++)
        found += (pixel(cr, 250, y) & 0xffffff) == (bright & 0xffffff);
    g_assert_cmpint(found, >=, 1);
    g_assert_cmpint(found, <=, 4);
    cairo_destroy(cr);
}

static void test_expression(void) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExpression) expression =
        faltung_expression_new("d = x + 1; d * sin(d)", &error);
    g_assert_no_error(error);
    g_assert_true(faltung_expression_set(expression, "x", "2", &error));
    g_assert_true(faltung_expression_derive(expression, &error));
    const FaltungTheme *theme = faltung_theme(FALSE);
    cairo_t *cr = new_canvas();
    double width, height;
    faltung_expression_measure(cr, theme, expression, &width, &height);
    g_assert_cmpfloat(width, <, 800);
    g_assert_cmpfloat(height, <, 600);
    faltung_expression_draw(cr, theme, expression, 0, 0, 1, NULL);
    int n = faltung_expression_n_terms(expression), found = 0;
    g_autofree gboolean *seen = g_new0(gboolean, n);
    for (int y = 0; y < height; y += 5) {
        for (int x = 0; x < width; x += 5) {
            int hit = faltung_expression_hit(cr, theme, expression, x, y);
            found += hit >= 0 && !seen[hit];
            if (hit >= 0)
                seen[hit] = TRUE;
        }
    }
    g_assert_cmpint(found, ==, n); /* x, 1, d, sin, the product: no card hides another */
    g_assert_cmpint(n, ==, 5);
    g_autofree char *text = faltung_format_matrix((const double[]){1, 2, 3, 4}, 2, 2);
    g_assert_cmpstr(text, ==, "[1, 2; 3, 4]");
    cairo_destroy(cr);
}

/* The window has as many places as the convolution of the same options has pixels. */
static void test_slide(void) {
    static const FaltungSlidePicture slides[] = {
        {.input = 6, .kernel = 3, .stride = 1, .dilation = 1, .padding = 0},
        {.input = 6, .kernel = 3, .stride = 2, .dilation = 1, .padding = 1},
        {.input = 7, .kernel = 2, .stride = 3, .dilation = 2, .padding = 2},
    };
    cairo_t *cr = new_canvas();
    for (guint i = 0; i < G_N_ELEMENTS(slides); i++) {
        const FaltungSlidePicture *slide = &slides[i];
        g_autoptr(FaltungGraph) graph =
            faltung_graph_new(FALTUNG_SHAPE(1, slide->input, slide->input));
        FaltungLayer *layer =
            faltung_graph_add(graph, faltung_operation_find("conv2d", NULL), NULL);
        const struct {
            const char *name;
            int value;
        } options[] = {{"filters", 1},
                       {"kernel", slide->kernel},
                       {"stride", slide->stride},
                       {"dilation", slide->dilation},
                       {"padding", slide->padding}};
        for (guint k = 0; k < G_N_ELEMENTS(options); k++) {
            g_autofree char *text = g_strdup_printf("%d", options[k].value);
            g_assert_true(faltung_option_parse(
                faltung_kind_option(&layer->operation->kind, options[k].name, NULL), layer->options,
                text, NULL));
        }
        g_assert_true(faltung_graph_infer(graph, NULL, NULL));
        int places = faltung_slide_positions(slide);
        g_assert_cmpint(places, ==, layer->output_shape.dims[1] * layer->output_shape.dims[2]);
        for (int at = 0; at < places; at++) {
            faltung_slide_draw(cr, faltung_theme(FALSE), slide, at, (FaltungRect){0, 0, 400, 200});
        }
    }
    g_assert_cmpint(cairo_status(cr), ==, CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/explore/scatter", test_scatter);
    g_test_add_func("/explore/sheet", test_sheet);
    g_test_add_func("/explore/edges", test_edges);
    g_test_add_func("/explore/tall-matrix", test_tall_matrix);
    g_test_add_func("/explore/expression", test_expression);
    g_test_add_func("/explore/slide", test_slide);
    return g_test_run();
}
